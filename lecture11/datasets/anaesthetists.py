"""Five anaesthetists grade 45 patients: the data of Dawid and Skene.

Dawid and Skene: Maximum likelihood estimation of observer error-rates using the EM algorithm.
Applied Statistics 28(1), 1979, Table 1. Each patient's fitness for anaesthesia was judged from a
form, from 1, fit, to 4. Observer 1 judged every form three times, the others once. Nobody knows
the true grades.

Transcriptions differ in one cell, the second judgement of observer 1 on patient 7: here 2,
elsewhere 1.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float64, Int64

OBSERVERS = (0, 0, 0, 1, 2, 3, 4)
"""Who gave each of a patient's seven answers."""

_TABLE = """
111 1111  333 4334  112 2122  222 3121  222 3222  222 3322  122 2111  333 3433  222 2223
232 2223  444 4444  222 3343  111 1111  222 3212  121 1111  111 2111  111 1111  111 1111
222 2221  222 1322  222 2222  222 2221  222 3222  221 2222  111 1111  111 1111  232 2222
111 1111  111 1111  112 1121  111 1111  333 3233  111 1111  222 2222  222 3232  433 4343
221 2232  232 3233  333 3432  111 1111  111 1111  121 2111  232 2222  121 1111  222 2222
"""


class Anaesthetists(NamedTuple):
    """What was answered."""

    grades: Int64[np.ndarray, "45 7"]
    """Each patient's answers from 1 to 4: observer 1 three times, then observers 2 to 5."""
    counts: Float64[np.ndarray, "45 5 4"]
    """How often each observer gave each grade to each patient: n_ijl."""


def anaesthetists() -> Anaesthetists:
    """The 45 patients, in the paper's order."""
    digits = [[int(d) for d in f"{a}{b}"] for a, b in zip(*[iter(_TABLE.split())] * 2, strict=True)]
    grades = np.array(digits, np.int64)
    counts = np.zeros((len(grades), 5, 4))
    patients = np.arange(len(grades))[:, None]
    np.add.at(counts, (patients, np.array(OBSERVERS), grades - 1), 1)
    return Anaesthetists(grades, counts)
