"""Images made smaller by averaging areas, so that no ink is lost.

A pixel of the result is the mean grey value over its area, pixels that it covers in part counting
with that part. In one direction, with n pixels going into m::

    A_ij = (length of [j, j+1] ∩ [i·n/m, (i+1)·n/m]) · m/n          result = A · image · Aᵀ
"""

from typing import Any

import numpy as np
from jaxtyping import Float64

from lecture11.arguments import as_numbers
from lecture11.signatures import checked


@checked
def area_averaged(images: Any, size: int) -> Float64[np.ndarray, "*images size size"]:
    """Square images (…, n, n) as (…, size, size), in the same unit; each one's mean stays.

    Raises ValueError where an image is not square, or ``size`` is not between 1 and n.
    """
    given = np.asarray(as_numbers("images", images), np.float64)
    if given.ndim < 2 or given.shape[-2] != given.shape[-1]:
        raise ValueError(
            f"images: expected square ones, (…, n, n), got shape {given.shape}; reshape them."
        )
    if not 1 <= size <= given.shape[-1]:
        raise ValueError(
            f"size: expected 1 to {given.shape[-1]}, as averaging cannot enlarge; got {size}."
        )
    shares = _overlaps(given.shape[-1], size)
    return shares @ given @ shares.T


def _overlaps(many: int, few: int) -> Float64[np.ndarray, "few many"]:
    """A: which share of each result pixel lies in each given pixel."""
    edges = np.arange(few + 1) * many / few
    low, high = edges[:-1, None], edges[1:, None]
    at = np.arange(many)
    return np.clip(np.minimum(high, at + 1) - np.maximum(low, at), 0, None) * few / many
