"""Eruptions of the Old Faithful geyser, Yellowstone: two clusters, 272 points.

They are R's ``datasets::faithful``, from Härdle: Smoothing Techniques with Implementation in S,
1991. Azzalini and Bowman (A look at some data on the Old Faithful geyser. Applied Statistics 39,
1990), to whom R's help refers, have a longer series of August 1985, ``MASS::geyser``.
"""

from importlib.resources import files
from typing import NamedTuple

import numpy as np
from jaxtyping import Float64


class OldFaithful(NamedTuple):
    """The eruptions, in the order of R's data set."""

    observations: Float64[np.ndarray, "272 2"]
    """One row an eruption: how long it lasted, and the time until the next; both in minutes."""
    columns: tuple[str, str]
    """What each column is: ``("eruptions", "waiting")``."""
    units: tuple[str, str]
    """What each column is measured in: ``("minutes", "minutes")``."""


def old_faithful() -> OldFaithful:
    """The 272 eruptions, from the file embedded in this package."""
    file = files("lecture11.datasets") / "files" / "old_faithful.csv"
    with file.open(encoding="ascii") as lines:
        observations = np.loadtxt(lines, delimiter=",", skiprows=1)
    return OldFaithful(observations, ("eruptions", "waiting"), ("minutes", "minutes"))
