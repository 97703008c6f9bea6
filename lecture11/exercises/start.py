"""The check of notebook 00, whose only purpose is to show what a check is."""

from collections.abc import Callable

import numpy as np

from lecture11.exercises.answers import ask, is_right, number
from lecture11.exercises.verdict import Mistake, exercise

TOSSES = (np.array([1, 1, 0, 1, 1, 0, 1]), np.array([0, 0, 0, 1, 0]), np.array([1, 1]))


@exercise
def check_best_bias(student: Callable) -> str:
    """Check ``best_bias(tosses) -> float``, the share of heads (1) among tosses (n,) of 0 and 1.

    Names: nothing returned, the count instead of the share, the share of tails, always ½, the
    balance of heads and tails.
    """
    for tosses in TOSSES:
        answer = number(ask(student, [tosses]))
        likely = {
            "This is the number of heads: divide it by the number of tosses.": tosses.sum(),
            "This is the share of tails: heads are the ones.": 1 - tosses.mean(),
            "You answer ½ whatever the tosses say: use them.": 0.5,
            "This is heads less tails, divided by the number of tosses: count the heads alone.": (
                2 * tosses.mean() - 1
            ),
        }
        if not is_right(answer, np.asarray(tosses.mean()), likely, "one number", atol=1e-3):
            raise Mistake(f"For the tosses {tosses.tolist()} you answer {float(answer):.4g}.")
    return "The tosses are most likely under a bias equal to the share of heads."
