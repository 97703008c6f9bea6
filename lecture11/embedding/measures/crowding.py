"""Crowding: a disc has no room for all that is moderately far in many dimensions (slide: t-SNE).

The volume of a ball grows with the n-th power of its radius, so of a ball of radius 1 filled evenly
the share in the shell between the radii a and b is bⁿ − aⁿ. Between r and 2r there is 2ⁿ − 1 times
the volume within r: 3 times in the plane, 1,023 times in ten dimensions. How the number of
neighbours grows with the distance tells how many dimensions data seem to have.
"""

from typing import Any

import numpy as np
from jaxtyping import Float

from lecture11.arguments import as_floats, as_whole
from lecture11.embedding.distances import as_distances


def shell_shares(radii: Any, dims: int) -> Float[np.ndarray, " shells"]:
    """Of an evenly filled ball in ``dims`` dimensions, the share between neighbouring radii.

    radii: increasing, from 0 to 1 in units of the ball's radius, one more than there are shells

    Raises TypeError or ValueError where they are not these, or ``dims`` is below 1.
    """
    at = np.asarray(as_floats("radii", radii, 1), float)
    if len(at) < 2 or (np.diff(at) <= 0).any() or at[0] < 0 or at[-1] > 1:
        raise ValueError(f"radii: expected two or more increasing ones from 0 to 1, got {radii}.")
    dims = as_whole("dims", dims, 1)
    return np.diff(at**dims)


def apparent_dims(distances: Any, *, neighbours: int = 10) -> float:
    """In how many dimensions the number of neighbours grows as it does here.

    distances: points × points
    neighbours: with r the median distance to the so-manieth nearest, it is log₂ of how many times
        as many pairs are within 2r as within r: n where points fill n dimensions evenly

    Raises TypeError or ValueError where they are no distances, ``neighbours`` is not from 1 to
    n − 1, or that many points lie in one place.
    """
    d = np.asarray(as_distances("distances", distances, least=3), float)
    neighbours = as_whole("neighbours", neighbours, 1, len(d) - 1)
    others = np.sort(d + np.diag(np.full(len(d), np.inf)), axis=1)
    radius = float(np.median(others[:, neighbours - 1]))
    if radius == 0:
        raise ValueError(
            f"distances: half of the points have {neighbours} others in the same place; take more "
            "neighbours, or leave out the duplicates."
        )
    return float(np.log2((others <= 2 * radius).sum() / (others <= radius).sum()))
