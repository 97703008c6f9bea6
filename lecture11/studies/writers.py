"""Who wrote a note? Fonts as hands, and the people who wrote MNIST: k-means beside EM."""

from functools import cache
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Float, Int
from sklearn.decomposition import PCA

from lecture11.datasets import qmnist, written_notes
from lecture11.iteration import pick
from lecture11.latent import (
    Notes,
    Writers,
    as_notes,
    fit_em_restarts,
    mean_offsets,
    offset_starts,
)
from lecture11.studies.scoring import share_right
from lecture11.studies.stored import stored

LETTERS = "etaoinsrhl"
HANDS = range(5, 10)
"""The fonts that are scored; the five before them were for tuning."""
AMOUNTS, DIGITS = (1, 2, 4, 8, 16), (4, 8, 16)
"""How many glyphs a note has: letters in fonts, digits by people."""

MODEL = Writers(prior_glyphs=1.0)
_offsets = jax.jit(mean_offsets)
_writers = jax.jit(lambda params, notes: MODEL.posterior(params, notes).argmax(axis=1))


class Description(NamedTuple):
    """How glyphs are described: by principal components of what they differ in from the mean."""

    forms: Float[np.ndarray, "characters pixels"]
    """The mean form of each character."""
    basis: Any
    """scikit-learn's PCA."""

    def __call__(
        self, images: Float[np.ndarray, "glyphs height width"], characters: Int[Any, " glyphs"]
    ) -> Float[np.ndarray, "glyphs 20"]:
        """The features of each glyph."""
        return self.basis.transform(images.reshape(len(images), -1) - self.forms[characters])


def describe(
    images: Float[np.ndarray, "glyphs height width"],
    characters: Int[Any, " glyphs"],
    count: int,
) -> Description:
    """Learn forms and 20 components from these glyphs, of so many characters."""
    pixels = images.reshape(len(images), -1)
    forms = np.stack([pixels[characters == c].mean(axis=0) for c in range(count)])
    basis = PCA(20, random_state=0).fit(pixels - forms[characters])
    return Description(forms, basis)


@cache
def of_the_tuning_hands() -> Description:
    """Learnt from 30 notes by each of the five fonts that are not scored."""
    notes = written_notes(range(5), LETTERS, notes=30, glyphs=16, seed=100)
    return describe(notes.images, notes.characters, len(LETTERS))


class Split(NamedTuple):
    """Notes, and who wrote them."""

    notes: Notes
    writers: Int[Any, " notes"]


def fit_and_score(old: Split, new: Split, *, count: int, seed: int) -> tuple[float, float]:
    """The share of new notes that k-means on mean offsets, and EM started from it, get right.

    Components are named by the notes learned from, one to one.
    """
    begin, means = offset_starts(MODEL, old.notes, count, 16, key=jax.random.key(seed))
    ends, infos = fit_em_restarts(MODEL, begin, old.notes, cycles=60)
    params = pick(ends, infos.objective.argmax())
    centres = np.asarray(means.centres)

    def nearest(part: Split) -> np.ndarray:
        apart = np.asarray(_offsets(part.notes))[:, None] - centres
        return (apart**2).sum(axis=2).argmin(axis=1)

    def likeliest(part: Split) -> np.ndarray:
        return np.asarray(_writers(params, part.notes))

    who = (old.writers, new.writers)
    by_kmeans, by_em = (
        share_right(find, old, new, who, count=count) for find in (nearest, likeliest)
    )
    return by_kmeans, by_em


def scores_without_links(seed: int, guesses: int = 200) -> Float[np.ndarray, " guesses"]:
    """Notes of one letter by five fonts, each letter's glyphs sorted by hand without a mistake.

    Which hand of one letter is which of another is guessed, so many times: the shares right of the
    notes that :func:`font_scores` scores.
    """
    notes = written_notes(HANDS, LETTERS, notes=30, glyphs=16, seed=seed)
    letters = np.asarray(notes.characters)[::16]
    is_new = np.arange(150) % 30 >= 20
    hands = np.asarray(notes.writers)
    rng = np.random.default_rng(seed)
    linked = np.argsort(rng.random((guesses, len(LETTERS), 5)), axis=2)  # hand -> component
    learned, scored = ((letters[which], hands[which]) for which in (~is_new, is_new))
    who = (learned[1], scored[1])
    return np.array(
        [share_right(each.__getitem__, learned, scored, who, count=5) for each in linked]
    )


def font_scores(seed: int) -> Float[np.ndarray, "amounts 2"]:
    """20 notes by each of five fonts to learn from and 10 to score, of 1 to 16 letters."""
    notes = written_notes(HANDS, LETTERS, notes=30, glyphs=16, seed=seed)
    features = of_the_tuning_hands()(notes.images, notes.characters)
    is_new = np.arange(150) % 30 >= 20

    def first(of_notes: np.ndarray, amount: int) -> Split:
        keep = of_notes[notes.notes] & (np.arange(len(features)) % 16 < amount)
        renumbered = np.cumsum(of_notes)[notes.notes[keep]] - 1
        blank = np.zeros((len(LETTERS), features.shape[1]))
        summed = as_notes(features[keep], notes.characters[keep], renumbered, means=blank)
        return Split(summed, notes.writers[of_notes])

    return np.array(
        [fit_and_score(first(~is_new, n), first(is_new, n), count=5, seed=seed) for n in AMOUNTS]
    )


def nist_scores() -> Float[np.ndarray, "6 3 2"]:
    """Six groups of ten people who wrote 96 or more of MNIST's test digits: 4, 8, 16 a note."""
    known, new = qmnist("train"), qmnist("test")
    description = describe(known.images[:20000] / 255, known.labels[:20000], 10)
    many = [w for w in np.unique(new.writers) if (new.writers == w).sum() >= 96]
    return np.array([_group(group, description, new, many) for group in range(6)])


def _group(group: int, description: Description, new: Any, many: list[int]) -> list[Any]:
    chosen = np.random.default_rng(group).choice(many, 10, replace=False)
    rows = np.concatenate([np.flatnonzero(new.writers == w)[:96] for w in chosen])
    shown = new.labels[rows]
    features = description(new.images[rows] / 255, shown)

    def scored(amount: int) -> tuple[float, float]:
        each = 96 // amount
        note = np.repeat(np.arange(10 * each), amount)
        summed = as_notes(features, shown, note, means=np.zeros((10, 20)))
        late = np.arange(10 * each) % each >= 2 * each // 3
        who = np.arange(10 * each) // each
        old, fresh = (
            Split(Notes(*(field[which] for field in summed)), who[which]) for which in (~late, late)
        )
        return fit_and_score(old, fresh, count=10, seed=group)

    return [scored(amount) for amount in DIGITS]


def stored_nist() -> Float[np.ndarray, "6 3 2"]:
    """What :func:`nist_scores` gave when it was computed."""
    return stored("nist.npz")["scores"]
