"""How well a latent was recovered, where the truth is known: components carry no names."""

from typing import Any

import numpy as np
from jaxtyping import Int
from scipy.optimize import linear_sum_assignment


def names_of(
    found: Any, truth: Any, *, components: int, classes: int
) -> Int[np.ndarray, " components"]:
    """Which class each component stands for, so that most points come out right.

    found, truth (n,): each point's component and class, from 0. One class for one component, as
    far as there are both (by the Hungarian method); a component left over takes the class that most
    of its points have.

    Raises ValueError where the two differ in length or hold other than such numbers.
    """
    pair = [np.asarray(found), np.asarray(truth)]
    for name, index, size in zip(("found", "truth"), pair, (components, classes), strict=True):
        if index.shape != pair[0].shape or index.ndim != 1 or index.dtype.kind not in "iu":
            raise ValueError(
                f"{name}: expected a whole number for each point, got an array of shape "
                f"{index.shape} and type {index.dtype}."
            )
        if len(index) == 0 or index.min() < 0 or index.max() >= size:
            raise ValueError(f"{name}: expected numbers from 0 to {size - 1} for some points.")
    together = np.zeros((components, classes), int)
    np.add.at(together, tuple(pair), 1)
    names = together.argmax(axis=1)
    rows, columns = linear_sum_assignment(-together)
    names[rows] = columns
    return names


def matched_accuracy(found: Any, truth: Any, *, components: int, classes: int) -> float:
    """The share of points that are right once the components are named by these very points."""
    names = names_of(found, truth, components=components, classes=classes)
    return float((names[np.asarray(found)] == np.asarray(truth)).mean())
