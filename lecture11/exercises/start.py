"""The check of notebook 00, whose only purpose is to show what a check is."""

from collections.abc import Callable

import numpy as np

from lecture11.exercises.verdict import Mistake, exercise

TOSSES = (np.array([1, 1, 0, 1]), np.array([0, 0, 0, 1, 0]), np.array([1, 1]))


@exercise
def check_best_bias(student: Callable) -> str:
    """Check ``best_bias(tosses) -> float``, the share of heads (1) among tosses (n,) of 0 and 1.

    Names: nothing returned, the count instead of the share, the share of tails, always ½.
    """
    for tosses in TOSSES:
        answer = student(tosses.copy())
        if answer is None or answer is Ellipsis:
            raise Mistake("Your function returns nothing yet: replace the ... by your code.")
        if np.ndim(answer) != 0:
            raise Mistake("Return one number, not an array.")
        right = tosses.mean()
        for message, wrong in {
            "This is the number of heads: divide it by the number of tosses.": tosses.sum(),
            "This is the share of tails: heads are the ones.": 1 - right,
            "You answer ½ whatever the tosses say: use them.": 0.5,
        }.items():
            if np.isclose(answer, wrong) and not np.isclose(answer, right):
                raise Mistake(message)
        if not np.isclose(answer, right):
            raise Mistake(f"For the tosses {tosses.tolist()} you answer {float(answer):.4g}.")
    return "The most likely bias is the share of heads."
