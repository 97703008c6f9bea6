"""Where a map begins: small, so that forces decide, and with no two points at one place.

Two points at one place, or all on one line, feel the same forces, and would never part.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from lecture11.arguments import as_key, as_whole
from lecture11.embedding.distances import scaled_data
from lecture11.embedding.linear import principal_coordinates

START_SPREAD = 1e-4
"""Standard deviation of a start along its widest axis: nowhere, so that forces decide."""
JITTER = 1e-2
"""How far points are moved apart, in units of the start's spread."""
FLAT = 1e-3
"""An axis along which the start is narrower than this, in the same units, is rounding error."""


def random_map(points: int, dims: int = 2, *, key: PRNGKeyArray) -> Float[Array, "points dims"]:
    """Normal, with standard deviation 1e-4: it knows nothing of the data.

    Raises TypeError where ``key`` is no random key or a number no whole one, ValueError below 1.
    """
    points, dims = as_whole("points", points, 1), as_whole("dims", dims, 1)
    key = as_key("key", key)
    return START_SPREAD * jax.random.normal(key, (points, dims), jnp.result_type(float))


def pca_map(x: Any, dims: int = 2, *, precomputed: bool = False) -> Float[Array, "points dims"]:
    """The first principal components, scaled to standard deviation 1e-4 along the widest.

    x: points × dims; where ``precomputed``, their distances, and classical scaling is meant

    Points that PCA puts at one place are moved a little apart, always in the same way.
    Raises TypeError or ValueError where x is no such array.

    >>> print(1e4 * pca_map([[0.0], [1.0], [3.0]], dims=1))
    [[-1.069]
     [-0.267]
     [ 1.336]]
    """
    given, _ = scaled_data(x, precomputed=precomputed)
    return pca_start(given, as_whole("dims", dims, 1), precomputed=precomputed)


def pca_start(
    given: Float[Array, "points columns"], dims: int, *, precomputed: bool
) -> Float[Array, "points dims"]:
    """:func:`pca_map` of what has been checked, in any unit."""
    if precomputed:
        found = np.asarray(principal_coordinates(given, min(dims, len(given))).points, float)
    else:
        found = _principal_components(np.asarray(given, float), dims)
    found = np.pad(found, ((0, 0), (0, dims - found.shape[1])))
    spread = found.std(axis=0).max()
    found = found * (START_SPREAD / spread if spread > 0 else 0)
    return jnp.asarray(separated(found), jnp.result_type(float))


def _principal_components(rows: np.ndarray, dims: int) -> np.ndarray:
    """As :func:`~lecture11.embedding.fit_pca`, in float64 whatever JAX's type: while a map grows,
    so does every difference in its start, that between two processors too."""
    rows = rows - rows.mean(axis=0)
    wide = rows.shape[1] > rows.shape[0]
    values, vectors = np.linalg.eigh(rows @ rows.T if wide else rows.T @ rows)
    values, vectors = values[::-1][:dims], vectors[:, ::-1][:, :dims]
    found = vectors * np.sqrt(np.maximum(values, 0)) if wide else rows @ vectors
    largest = np.take_along_axis(found, np.abs(found).argmax(axis=0)[None], axis=0)
    return found * np.where(largest < 0, -1, 1)


def separated(points: Any) -> np.ndarray:
    """The same map, with no two points at one place and no axis left flat.

    What is moved is moved by a hundredth of the map's spread, in directions that depend on the
    row only. Any other map is returned as it is.
    """
    points = np.asarray(points, float)
    spread = points.std(axis=0)
    widest = spread.max() or START_SPREAD
    jitter = JITTER * widest * _scattered(*points.shape)
    flat = spread < FLAT * widest
    moved = np.where(flat, jitter, points)
    _, which, counts = np.unique(moved, axis=0, return_inverse=True, return_counts=True)
    crowded = counts[which.ravel()] > 1
    return np.where(crowded[:, None], moved + jitter, moved)


def _scattered(points: int, dims: int) -> np.ndarray:
    """Numbers in (−1, 1) spread evenly, without a random key: a Kronecker sequence."""
    generalised_golden = np.roots([1, *[0] * (dims - 1), -1, -1]).real.max()
    steps = generalised_golden ** -np.arange(1.0, dims + 1)
    return 2 * ((np.arange(1, points + 1)[:, None] * steps) % 1) - 1
