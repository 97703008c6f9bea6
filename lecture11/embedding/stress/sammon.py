"""Sammon's mapping (1969): MDS in which an error counts relative to the distance (slide: Examples).

    slide:       Σ_{i≠j} (d_ij − d̄_ij)² / d_ij
    normalised:  (1 / Σ_{i<j} d_ij) Σ_{i<j} (d_ij − d̄_ij)² / d_ij

The slide leaves out Sammon's constant and counts each pair twice. The normalised stress, which the
literature and R report and which we print, has no unit and does not grow with the number of points.

As Sammon did, a step divides the gradient by the size of the second derivative, coordinate by
coordinate; in the place of his fixed "magic factor" of 0.3 or 0.4 the length is searched, so the
stress never rises.
"""

from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from lecture11.arguments import known
from lecture11.embedding.distances import as_distances
from lecture11.embedding.pairs import (
    differences,
    map_distances,
    reciprocal_root,
    row_sums,
    squared_length,
)
from lecture11.embedding.stress.mds import MapState, StressInfo, as_map, as_start, fit_mds, run_map
from lecture11.iteration import Run
from lecture11.line_search import line_search
from lecture11.signatures import passes_on

LEAST_CURVATURE = 0.1
"""Of the second derivative, in units of what those in all coordinates of a point add up to where
every distance is right."""


def sammon_slide_stress(points: Any, distances: Any) -> Float[Array, ""]:
    """Σ_{i≠j} (d_ij − d̄_ij)² / d_ij, each pair twice, not normalised: the sum on the slide.

    Duplicates, d_ij = 0, count 0.
    Arguments and errors as of :func:`~lecture11.embedding.slide_stress`.

    >>> print(round(sammon_slide_stress([[0, 0], [3, 4]], [[0, 4], [4, 0]]), 2))
    0.5
    """
    points, d = as_map(points, distances)
    errors = (d - map_distances(points)) ** 2
    return jnp.where(d > 0, errors / jnp.where(d > 0, d, 1), 0).sum(axis=1).sum()


def sammon_stress(points: Any, distances: Any) -> Float[Array, ""]:
    """Sammon's own, divided by Σ d_ij: what the literature and R report.

    Arguments and errors as of :func:`~lecture11.embedding.slide_stress`; and ValueError where all
    distances are 0.

    >>> print(sammon_stress([[0, 0], [3, 4]], [[0, 4], [4, 0]]))
    0.0625
    """
    points, d = as_map(points, distances)
    if known(d) and not np.any(d):
        raise ValueError(
            "distances: all are 0, and Sammon's stress divides by their sum; use the slide's, "
            "sammon_slide_stress, or other data."
        )
    return sammon_slide_stress(points, d) / d.sum()


def fast_sammon_stress(
    points: Float[Array, "points dims"], distances: Float[Array, "points points"]
) -> Float[Array, ""]:
    """:func:`sammon_stress` without an array of all pairs."""
    errors = (distances - map_distances(points)) ** 2
    positive = distances > 0
    (of_rows,) = row_sums(jnp.where(positive, errors / jnp.where(positive, distances, 1), 0))
    return of_rows.sum() / distances.sum()


def sammon_derivatives(
    points: Float[Array, "points dims"], distances: Float[Array, "points points"]
) -> tuple[Float[Array, "points dims"], Float[Array, "points dims"], Float[Array, "points 1"]]:
    """First and second derivatives of the normalised stress in each coordinate of each point.

    ∂E/∂x̄_ik = (2/c) Σ_j (1/d − 1/d̄) Δ_k,  ∂²E/∂x̄_ik² = (2/c) Σ_j (1/d − 1/d̄ + Δ_k²/d̄³), with
    Δ = x̄_i − x̄_j and c = Σ_{i<j} d_ij. Third, (2/c) Σ_j 1/d: the scale of the second.
    """
    parts = differences(points)
    inverse = reciprocal_root(squared_length(parts))  # 1 / d̄
    weights = jnp.where(distances > 0, 1 / jnp.where(distances > 0, distances, 1), 0)
    pull = weights - jnp.where(weights > 0, inverse, 0)
    sums = row_sums(
        *(pull * part for part in parts),
        *(pull + inverse * (inverse * part) ** 2 for part in parts),
        weights,
    )
    factor = 4 / distances.sum()
    dims = len(parts)
    first, second = sums[:dims], sums[dims : 2 * dims]
    return (
        factor * jnp.stack(first, axis=1),
        factor * jnp.stack(second, axis=1),
        factor * sums[-1][:, None],
    )


def sammon_step(
    state: MapState, distances: Float[Array, "points points"]
) -> tuple[MapState, StressInfo]:
    """One line-searched step of Sammon's; the info is about the incoming map."""
    gradient, curvature, scale = sammon_derivatives(state.points, distances)
    direction = -gradient / jnp.maximum(jnp.abs(curvature), LEAST_CURVATURE * scale)

    def loss(points: Array) -> Array:
        return fast_sammon_stress(points, distances)

    points, length = line_search(
        loss, state.points, direction, (gradient * direction).sum(), 2 * state.length
    )
    return MapState(points, length), StressInfo(loss(state.points))


@passes_on(fit_mds, without=("method",))
def fit_sammon(distances: Any, *, start: Any = None, **loop: Any) -> Run[MapState, StressInfo]:
    """Minimise Sammon's stress; all but ``method`` as in :func:`~lecture11.embedding.fit_mds`.

    The infos' stress is the normalised one.
    Raises what ``fit_mds`` raises, and ValueError where two points are at distance 0.

    >>> roads = [[0, 1, 1], [1, 0, 3], [1, 3, 0]]  # the way round is longer: no map has this
    >>> print(fit_sammon(roads, frames=[100]).info.stress)
    0.040
    """
    d = as_distances("distances", distances, least=2)
    _require_apart(d)
    state = MapState(as_start(start, d), jnp.asarray(0.5, d.dtype))
    return run_map(sammon_step, state, d, **loop)


def _require_apart(distances: Float[Array, "points points"]) -> None:
    """Raise ValueError where a pair has no distance: dividing by it leaves no stress to lower."""
    zero = np.argwhere(np.triu(np.asarray(distances) == 0, 1))
    if len(zero):
        i, j = zero[0]
        raise ValueError(
            f"distances: {len(zero)} pairs of points are at distance 0, the first {i} and {j}, and "
            "Sammon's stress divides by it; keep one of each set of duplicates (np.unique(x, "
            "axis=0)), or give them a small distance."
        )
