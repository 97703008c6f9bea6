"""Twenty words in Wikipedia's sentences: is a mixture better than always naming one sense?"""

from collections.abc import Iterable
from typing import Any

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
    names_of,
    random_sense_starts,
)
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


def word_scores(word: str, seeds: Iterable[int]) -> Float[np.ndarray, "seeds 4"]:
    """Test sentences that the majority sense, k-means, the mixture, and it with articles get right.

    Fitted to the training sentences without their senses, in ten principal components; the
    condition is whether an article stands before the word.
    """
    vectors = glove()
    old, new = (wordsense(word, split) for split in ("train", "test"))
    count = len(old.senses)
    raw = [
        np.stack([vectors.context(*each) for each in zip(part.texts, part.positions, strict=True)])
        for part in (old, new)
    ]
    axes = PCA(10, random_state=0).fit(raw[0])
    points = [axes.transform(each) for each in raw]
    articles = [
        np.array([_after_article(*each) for each in zip(part.texts, part.positions, strict=True)])
        for part in (old, new)
    ]
    frequent = (new.labels == np.bincount(old.labels).argmax()).mean()

    def right(found: np.ndarray, found_new: np.ndarray) -> float:
        names = names_of(found, old.labels, components=count, classes=count)
        return float((names[found_new] == new.labels).mean())

    runs = []
    for seed in seeds:
        kmeans = KMeans(count, n_init=5, random_state=seed).fit(points[0])
        row = [frequent, right(kmeans.labels_, kmeans.predict(points[1]))]
        for given in ([0 * each for each in articles], articles):
            params = fit(points[0], given[0], seed=seed, count=count)
            row.append(
                right(*(likeliest(params, *pair) for pair in zip(points, given, strict=True)))
            )
        runs.append(row)
    return np.array(runs)


def _after_article(text: tuple[str, ...], place: int) -> int:
    return int(place > 0 and text[place - 1] in ("a", "an", "the"))


def stored_words() -> dict[str, Float[np.ndarray, "4 4"]]:
    """What :func:`word_scores` gave for each word, four seeds, when it was computed."""
    return dict(zip(WORDS, stored("wordsense.npz")["scores"], strict=True))
