"""How well a latent was recovered, where the truth is known: components carry no names."""

from typing import Any

import numpy as np
from jaxtyping import Int
from scipy.optimize import linear_sum_assignment

from lecture11.arguments import as_indices, as_whole


def names_of(
    found: Any, truth: Any, *, components: int, classes: int
) -> Int[np.ndarray, " components"]:
    """Which class each component stands for, so that most points come out right.

    found: each point's component, from 0
    truth: each point's class, from 0

    One class for one component, as far as there are both (by the Hungarian method); a component
    left over takes the class that most of its points have.

    Raises TypeError or ValueError where the two differ in length or hold other than such numbers.
    """
    components = as_whole("components", components, 1)
    classes = as_whole("classes", classes, 1)
    found = as_indices("found", found, components)
    truth = as_indices("truth", truth, classes, len(found))
    together = np.zeros((components, classes), int)
    np.add.at(together, (found, truth), 1)
    names = together.argmax(axis=1)
    rows, columns = linear_sum_assignment(-together)
    names[rows] = columns
    return names
