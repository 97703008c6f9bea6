"""Metric multidimensional scaling: a map whose distances d̄_ij are the given d_ij (slide: MDS).

    min over x̄ of  Σ_{i≠j} (d_ij − d̄_ij)²,      d̄_ij = ‖x̄_i − x̄_j‖

The slide's sum counts each pair twice, (i, j) and (j, i). The literature's *raw stress* counts it
once, and so do we wherever a stress is printed: :func:`raw_stress` is half of :func:`slide_stress`.

SMACOF (de Leeuw 1977) replaces the stress by a parabola that touches it at the present map and
lies nowhere below it. Its minimum has a formula, the *Guttman transform*,

    x̄_i ← (1/n) Σ_j (d_ij / d̄_ij) (x̄_i − x̄_j),

so a step never raises the stress. As the gradient of the raw stress is 2n (x̄_i − the right-hand
side) where x̄ is centred, it is gradient descent with the fixed step 1 / 2n. The same gradient with
a searched step is the other method here.
"""

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float

from lecture11.arguments import as_choice, as_number, known, require_shape
from lecture11.embedding.distances import as_distances, as_points
from lecture11.embedding.linear import principal_coordinates
from lecture11.embedding.pairs import (
    differences,
    map_distances,
    row_sums,
    squared_length,
)
from lecture11.iteration import FAST_MATH, Run, run
from lecture11.line_search import line_search

APART = 1e-3
"""How far points that start at one place are moved apart, in units of the typical distance."""


class MapState(NamedTuple):
    """A map, and how long the last step was."""

    points: Float[Array, "*frames points dims"]
    """x̄, one row for each point, in the units of the distances."""
    length: Float[Array, "*frames"]
    """How far the last line search went; a fixed 1 where no search is made."""


class StressInfo(NamedTuple):
    """What a step says of the map it was given."""

    stress: Float[Array, "*frames"]
    """Of MDS the raw stress, each pair once, in squared units; of Sammon the normalised one."""


def slide_stress(points: Any, distances: Any) -> Float[Array, ""]:
    """Σ_{i≠j} (d_ij − d̄_ij)², each pair twice: the sum on the slide, in squared units.

    points: the map, points × dims
    distances: d, points × points

    It can be differentiated.
    Raises TypeError or ValueError where they are no map and no distances, or of different sizes.

    >>> print(slide_stress([[0, 0], [3, 4]], [[0, 7], [7, 0]]))
    8.0
    """
    points, d = as_map(points, distances)
    return ((d - map_distances(points)) ** 2).sum(axis=1).sum()


def raw_stress(points: Any, distances: Any) -> Float[Array, ""]:
    """Σ_{i<j} (d_ij − d̄_ij)², each pair once: the literature's raw stress.

    Arguments and errors as of :func:`slide_stress`, which is twice as much.

    >>> print(raw_stress([[0, 0], [3, 4]], [[0, 7], [7, 0]]))
    4.0
    """
    return slide_stress(points, distances) / 2


def guttman_transform(points: Any, distances: Any) -> Float[Array, "points dims"]:
    """(1/n) Σ_j (d_ij / d̄_ij)(x̄_i − x̄_j): the minimum of the parabola above the stress.

    Where d̄_ij is 0 the pair counts 0. Arguments and errors as of :func:`slide_stress`.

    >>> print(guttman_transform([[0.0, 0], [3, 4]], [[0, 7], [7, 0]]))
    [[-2.1 -2.8]
     [ 2.1  2.8]]
    """
    points, d = as_map(points, distances)
    mapped = map_distances(points)
    ratios = jnp.where(mapped > 0, d / jnp.where(mapped > 0, mapped, 1), 0)
    return (ratios[:, :, None] * (points[:, None] - points)).sum(axis=1) / points.shape[0]


def fast_stress(
    points: Float[Array, "points dims"], distances: Float[Array, "points points"]
) -> Float[Array, ""]:
    """:func:`raw_stress` without an array of all pairs."""
    (of_rows,) = row_sums((distances - map_distances(points)) ** 2)
    return of_rows.sum() / 2


def fast_transform(
    points: Float[Array, "points dims"], distances: Float[Array, "points points"]
) -> Float[Array, "points dims"]:
    """:func:`guttman_transform` without an array of all pairs."""
    parts = differences(points)
    # At one place 1 / d̄ is huge, not infinite, and multiplies a difference of 0.
    ratios = distances * lax.rsqrt(squared_length(parts) + jnp.finfo(distances.dtype).tiny)
    return jnp.stack(row_sums(*(ratios * part for part in parts)), axis=1) / points.shape[0]


def smacof_step(
    state: MapState, distances: Float[Array, "points points"]
) -> tuple[MapState, StressInfo]:
    """One Guttman transform; the info is about the incoming map."""
    info = StressInfo(fast_stress(state.points, distances))
    return state._replace(points=fast_transform(state.points, distances)), info


def gradient_step(
    state: MapState, distances: Float[Array, "points points"]
) -> tuple[MapState, StressInfo]:
    """One step down the gradient of the raw stress, its length searched from twice the last one."""
    centred = state.points - state.points.mean(axis=0)
    gradient = 2 * centred.shape[0] * (centred - fast_transform(centred, distances))
    slope = -(gradient**2).sum()

    def loss(points: Array) -> Array:
        return fast_stress(points, distances)

    points, length = line_search(loss, centred, -gradient, slope, 2 * state.length)
    return MapState(points, length), StressInfo(loss(state.points))


METHODS = {"smacof": smacof_step, "gradient": gradient_step}


def fit_mds(
    distances: Any,
    *,
    frames: Iterable[int],
    start: Any = None,
    method: str = "smacof",
    tolerance: float | None = None,
    chunk: int = 50,
    on_chunk: Callable[[int, int, StressInfo], None] | None = None,
) -> Run[MapState, StressInfo]:
    """Minimise the stress; frame k holds the map after ``frames[k]`` iterations.

    distances: points × points
    frames: iterations after which to keep the map; the last ends the run
    start: the first map, points × dims; None for that of classical scaling in the plane
    method: ``smacof``, or ``gradient`` for line-searched gradient descent
    tolerance: end early once ``chunk`` iterations lower the stress by no more than this fraction
    chunk, on_chunk: see :func:`lecture11.iteration.run`

    Points that start at one place although their distance is not 0 are first moved apart a little,
    and so is a start on a line, as neither could be left otherwise.
    Returns a :class:`~lecture11.iteration.Run` of :class:`MapState` and :class:`StressInfo`.
    Raises TypeError or ValueError where they are no distances, fewer than two points, ``start``
    does not fit them, or there is no such method.

    >>> roads = [[0, 1, 1], [1, 0, 3], [1, 3, 0]]  # the way round is longer: no map has this
    >>> print(fit_mds(roads, frames=[100]).info.stress)
    0.333
    """
    as_choice("method", method, tuple(METHODS))
    d = as_distances("distances", distances, least=2)
    first = as_start(start, d)
    # The first length tried is SMACOF's own: twice this one.
    length = jnp.asarray(1 if method == "smacof" else 0.25 / len(d), d.dtype)
    return run_map(
        METHODS[method], MapState(first, length), d,
        frames=frames, tolerance=tolerance, chunk=chunk, on_chunk=on_chunk,
    )  # fmt: skip


def run_map(
    step: Callable[[MapState, Any], tuple[MapState, StressInfo]],
    state: MapState,
    data: Any,
    *,
    tolerance: float | None = None,
    chunk: int = 50,
    **loop: Any,
) -> Run[MapState, StressInfo]:
    """The loop of every method that lowers a stress."""
    if tolerance is not None:
        tolerance = as_number("tolerance", tolerance, 0)

    def has_converged(earlier: StressInfo, now: StressInfo) -> bool:
        return tolerance is not None and bool(
            earlier.stress - now.stress <= tolerance * abs(earlier.stress)
        )

    return run(
        step,
        state,
        data,
        chunk=chunk,
        stop=has_converged,
        compiler_options=FAST_MATH,
        **loop,
    )


def as_map(
    points: Any, distances: Any
) -> tuple[Float[Array, "points dims"], Float[Array, "points points"]]:
    """Both as JAX arrays.

    Raises TypeError or ValueError where they are no map and no distances, or of different sizes.
    """
    d = as_distances("distances", distances)
    _require_squares("distances", d)
    mapped = as_points("points", points)
    require_shape("points", mapped, (d.shape[0], mapped.shape[1]), "points × dims of the map")
    _require_squares("points", mapped)
    return mapped, d


def _require_squares(name: str, values: Array) -> float:
    """The largest number in size; 0 of traced ones.

    Raises ValueError where squares of such numbers, added up over all pairs, may overflow.
    """
    if not known(values):
        return 0.0
    given = np.asarray(values)
    largest = float(max(given.max(), -given.min()))  # no copy: distances are many
    most = math.sqrt(float(jnp.finfo(values.dtype).max)) / (4 * len(values))
    if largest > most:
        raise ValueError(
            f"{name}: with numbers up to {largest:.3g} a stress overflows {values.dtype}, whose "
            f"squares end at {jnp.finfo(values.dtype).max:.2g}; divide {name} by such a number, or "
            "turn float64 on with jax.config.update('jax_enable_x64', True)."
        )
    return largest


def as_start(start: Any, distances: Float[Array, "points points"]) -> Float[Array, "points dims"]:
    """The first map: given or by classical scaling; centred, with no two points stuck together.

    Raises TypeError or ValueError where it is no points × dims array, does not fit the distances,
    or is so large that its rounding errors are larger than these.
    """
    longest = _require_squares("distances", distances)
    if start is None:
        start = principal_coordinates(distances, 2).points
    points = as_points("start", start)
    require_shape("start", points, (len(distances), points.shape[1]), "points × dims of the map")
    largest = float(np.abs(np.asarray(points)).max())
    if 0 < longest < largest * float(jnp.finfo(points.dtype).eps):
        raise ValueError(
            f"start: expected a map about as large as the distances, up to {longest:.3g}; got "
            f"coordinates up to {largest:.3g}, whose rounding errors are larger; divide start by "
            f"{largest / longest:.0e}."
        )
    points = points - points.mean(axis=0)
    if not _is_stuck(points, distances):
        return points
    size = APART * jnp.sqrt((distances**2).mean())
    return points + size * jax.random.normal(jax.random.key(0), points.shape, points.dtype)


def _is_stuck(points: Array, distances: Array) -> bool:
    """Whether points to be kept apart coincide, or all lie on a line although they should not."""
    rows = np.asarray(points, float)
    extent = np.linalg.svd(rows, compute_uv=False)
    is_flat = extent[-1] <= 1e-6 * extent[0]
    if not is_flat and len(np.unique(rows, axis=0)) == len(rows):
        return False  # without a look at all pairs
    together, stress, size = _examined(points, distances)
    rounding = 100 * float(jnp.finfo(points.dtype).eps) ** 2
    return bool(together) or bool(is_flat and stress > rounding * size)


@jax.jit
def _examined(
    points: Float[Array, "points dims"], distances: Float[Array, "points points"]
) -> tuple[Array, Array, Array]:
    """Whether points to be kept apart coincide; the stress; the sum of squared distances."""
    together = (squared_length(differences(points)) == 0) & (distances > 0)
    return together.any(), fast_stress(points, distances), (distances**2).sum()
