"""1,797 handwritten digits of 8 × 8 grey values, as scikit-learn ships them.

Alpaydin and Kaynak: Optical Recognition of Handwritten Digits, UCI Machine Learning Repository,
1998. Scans of 32 × 32 dots were counted in blocks of 4 × 4, so a value was one of 0 … 16. The file
is scikit-learn's own (``sklearn.datasets.load_digits``, the test part of the collection); nothing
is downloaded.
"""

from importlib import metadata
from typing import NamedTuple

import numpy as np
from jaxtyping import Float64, Int64

from lecture11.signatures import checked

FILE = "sklearn/datasets/data/digits.csv.gz"
"""Where scikit-learn keeps it."""


class SmallDigits(NamedTuple):
    """Some of the digits."""

    images: Float64[np.ndarray, "digits 64"]
    """Grey values, row after row of 8: 0 is paper, 1 is ink."""
    labels: Int64[np.ndarray, " digits"]
    """Which digit was to be written, 0 … 9."""


class Split(NamedTuple):
    """The digits in two parts that share none."""

    train: SmallDigits
    """To learn from, and to tune on."""
    held_out: SmallDigits
    """To score on, once."""


def digits() -> SmallDigits:
    """All 1,797 digits, in scikit-learn's order; about 180 of each class."""
    # Read as load_digits does, without the second or two that importing scikit-learn takes.
    file = metadata.distribution("scikit-learn").locate_file(FILE)
    table = np.loadtxt(str(file), delimiter=",")
    return SmallDigits(table[:, :-1] / 16, table[:, -1].astype(np.int64))


@checked
def split_digits(data: SmallDigits, *, held_out: int, seed: int = 0) -> Split:
    """Hold out about so many digits, at random, the same share of each class.

    Deterministic: the same arguments give the same split on every machine. Each part keeps the
    order of ``data``. As scikit-learn's file does not say who wrote a digit, a writer's digits may
    lie in both parts.
    Raises ValueError where a part would have no digit of some class.
    """
    chosen = np.zeros(len(data.labels), bool)
    chosen[_draw_per_class(data.labels, held_out / len(data.labels), seed=seed)] = True
    return Split(
        SmallDigits(data.images[~chosen], data.labels[~chosen]),
        SmallDigits(data.images[chosen], data.labels[chosen]),
    )


@checked
def few_labelled(data: SmallDigits, *, per_class: int, seed: int) -> SmallDigits:
    """A small training set: so many digits of each class, at random, class after class.

    Raises ValueError where a class has fewer, or ``per_class`` is below 1.
    """
    rng = np.random.default_rng(seed)
    members = [np.flatnonzero(data.labels == label) for label in np.unique(data.labels)]
    if not 1 <= per_class <= min(map(len, members)):
        raise ValueError(
            f"per_class: expected 1 to {min(map(len, members))}, as the rarest class has so many; "
            f"got {per_class}."
        )
    chosen = np.concatenate([rng.permutation(one)[:per_class] for one in members])
    return SmallDigits(data.images[chosen], data.labels[chosen])


def _draw_per_class(labels: np.ndarray, share: float, *, seed: int) -> np.ndarray:
    """Indices, increasing, of about this share of each class, at random.

    Raises ValueError where that is none of a class, or all of it.
    """
    rng = np.random.default_rng(seed)
    drawn = []
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        count = round(share * len(members))
        if not 0 < count < len(members):
            raise ValueError(
                f"held_out: {share:.3g} of the digits would be {count} of the {len(members)} of "
                f"class {label}; both parts need some of each class."
            )
        drawn.append(rng.permutation(members)[:count])
    return np.sort(np.concatenate(drawn))
