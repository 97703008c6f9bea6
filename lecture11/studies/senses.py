"""Senses of a word: is a mixture better than k-means, or than always naming one sense?"""

from collections.abc import Iterable
from functools import partial
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Float, Int
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA

from lecture11.datasets import glove, wordsense
from lecture11.datasets.wordsense import WORDS
from lecture11.iteration import pick
from lecture11.latent import (
    Contexts,
    SenseMixture,
    SensesParameters,
    fit_em_restarts,
    random_sense_starts,
)
from lecture11.studies.scoring import share_right
from lecture11.studies.stored import stored

MODEL = SenseMixture(smoothing=0.5)
posterior = jax.jit(MODEL.posterior)


def fit(
    points: Float[Any, "contexts dims"],
    conditions: Int[Any, " contexts"],
    *,
    seed: int,
    count: int = 4,
) -> SensesParameters:
    """The best of 16 fits with so many senses."""
    data = Contexts(points, conditions)
    begin = random_sense_starts(
        data, count, 16, key=jax.random.key(seed), conditions=int(conditions.max()) + 1
    )
    ends, infos = fit_em_restarts(MODEL, begin, data, cycles=60)
    return pick(ends, infos.objective.argmax())


def likeliest(
    params: SensesParameters,
    points: Float[Any, "contexts dims"],
    conditions: Int[Any, " contexts"],
) -> Int[np.ndarray, " contexts"]:
    """The likeliest sense of each context."""
    return np.asarray(posterior(params, Contexts(points, conditions)).argmax(axis=1))


class Occurrences(NamedTuple):
    """Of one word."""

    points: Float[Any, "contexts dims"]
    """The words around it, as vectors."""
    conditions: Int[Any, " contexts"]
    """What is given, from 0."""
    senses: Int[Any, " contexts"]
    """The true ones, from 0."""


def shares_right(
    old: Occurrences, new: Occurrences, *, count: int, seed: int
) -> Float[np.ndarray, "4"]:
    """Which share of the new ones majority sense, k-means, mixture, and mixture with c get right.

    Fitted to the old ones, whose senses only name the components, one to one.
    """
    senses = (old.senses, new.senses)
    kmeans = KMeans(count, n_init=5, random_state=seed).fit(old.points)
    majority = float((new.senses == np.bincount(old.senses).argmax()).mean())
    scores = [majority, share_right(kmeans.predict, old.points, new.points, senses, count=count)]
    for known in (False, True):
        learned, scored = ((part.points, part.conditions * known) for part in (old, new))
        find = partial(_likeliest, fit(*learned, seed=seed, count=count))
        scores.append(share_right(find, learned, scored, senses, count=count))
    return np.array(scores)


def _likeliest(params: SensesParameters, part: tuple[Any, Any]) -> Int[np.ndarray, " contexts"]:
    return likeliest(params, *part)


def word_scores(word: str, seeds: Iterable[int]) -> Float[np.ndarray, "seeds 4"]:
    """The same of the test sentences of one of the twenty words in Wikipedia's sentences.

    Learned from the training sentences, in their ten principal components; the condition is
    whether an article stands before the word.
    """
    vectors = glove()
    parts = [wordsense(word, split) for split in ("train", "test")]
    raw = [
        np.stack([vectors.context(*each) for each in zip(part.texts, part.positions, strict=True)])
        for part in parts
    ]
    axes = PCA(10, random_state=0).fit(raw[0])
    old, new = (
        Occurrences(
            axes.transform(contexts),
            np.array([_after_article(*a) for a in zip(part.texts, part.positions, strict=True)]),
            part.labels,
        )
        for contexts, part in zip(raw, parts, strict=True)
    )
    count = len(parts[0].senses)
    return np.array([shares_right(old, new, count=count, seed=seed) for seed in seeds])


def _after_article(text: tuple[str, ...], place: int) -> int:
    return int(place > 0 and text[place - 1] in ("a", "an", "the"))


def stored_words() -> dict[str, Float[np.ndarray, "4 4"]]:
    """What :func:`word_scores` gave for each word, four seeds, when it was computed."""
    return dict(zip(WORDS, stored("wordsense.npz")["scores"], strict=True))
