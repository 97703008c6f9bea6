"""Distances between all pairs of points, d_ij = ‖x_i − x_j‖: what every embedding starts from.

The usual shortcut ‖x_i‖² + ‖x_j‖² − 2 x_i·x_j is one matrix product, and subtracts large numbers
to get small ones: in float32, points 10⁻³ apart at a distance of 1 from the origin get d² with
hardly a right digit, and duplicates a distance that is not 0. Here the differences themselves are
squared and added, a few coordinates at a time, so that d has all its digits and no array is larger
than the result.
"""

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float, Int

from lecture11.arguments import as_flag, as_floats, as_wholes, known, require_shape

COORDINATES = 16
"""Added up in one pass over the result; XLA turns them into a single loop."""
ROUNDING = 1e-5
"""Up to which fraction of the largest distance a matrix may fail to be symmetric."""


def pairwise_distances(x: Any) -> Float[Array, "points points"]:
    """Euclidean distances between all rows of x (points, dims), in its units.

    Exactly symmetric, exactly 0 on the diagonal and between duplicates. The rows may lie far from
    the origin, close to each other, and be tiny or huge. Where float32 cannot hold NumPy's float64
    rows, what it loses is 10⁻⁷ of the cloud's size.
    Raises what :func:`as_points` raises.

    >>> print(pairwise_distances([[0, 0], [3, 4]]))
    [[0. 5.]
     [5. 0.]]
    """
    return _distances(*scaled_points("x", x))


def as_points(name: str, value: Any, *, least: int = 1) -> Float[Array, "points dims"]:
    """Convert an array of points × dims with at least ``least`` rows.

    A traced value, inside jit, has no numbers to check yet.
    Raises TypeError or ValueError where it is none, or holds NaN or infinity.
    """
    converted = as_floats(name, value, 2)
    _require_many(name, converted, least)
    return converted


def as_distances(name: str, value: Any, *, least: int = 1) -> Float[Array, "points points"]:
    """Convert a matrix of distances between points; rounding errors in its symmetry are averaged.

    A traced value, inside jit, has no numbers to check yet.
    Raises TypeError or ValueError where it is not square, holds NaN, infinity or a negative number,
    is not symmetric, has a diagonal other than 0, or fewer than ``least`` rows.
    """
    converted = as_floats(name, value, 2)
    if converted.shape[0] != converted.shape[1]:
        raise ValueError(
            f"{name}: expected a square matrix of distances, points × points, got shape "
            f"{converted.shape}; for points × dims use pairwise_distances first."
        )
    _require_many(name, converted, least)
    if not known(converted):
        return converted
    with jax.ensure_compile_time_eval():  # known numbers stay known also inside jit
        lowest, diagonal, skew, rounding = map(float, _examined(converted))
        if lowest < 0 or max(diagonal, skew) > rounding:
            _refuse_distances(name, np.asarray(converted), rounding)
        if max(diagonal, skew) == 0:
            return converted
        return jnp.fill_diagonal((converted + converted.T) / 2, 0, inplace=False)


@jax.jit
def _examined(d: Float[Array, "points points"]) -> tuple[Array, Array, Array, Array]:
    """What says whether these are distances: all in one go, as the matrix is large."""
    skew = jnp.abs(d - d.T).max()
    return d.min(), jnp.abs(jnp.diagonal(d)).max(), skew, ROUNDING * d.max()


def as_labels(name: str, value: Any, points: int) -> Int[Array, " points"]:
    """Convert whole numbers, one for each point. Raises TypeError or ValueError for others."""
    labels = as_wholes(name, value, 1)
    require_shape(name, labels, (points,), "one for each point")
    return labels


def require_pairs(name: str, pairs: Array, points: Array) -> None:
    """Raise ValueError unless there is a number for each pair of points."""
    require_shape(name, pairs, (points.shape[0],) * 2, "one row and one column for each point")


def _refuse_distances(name: str, given: np.ndarray, rounding: float) -> None:
    """Raise ValueError with the first entry that shows why these are no distances."""
    _refuse(
        name, given, given < 0, "not negative", "distances, not similarities or squared differences"
    )
    diagonal = np.abs(given) * np.eye(len(given), dtype=bool) > rounding
    _refuse(name, given, diagonal, "0 on the diagonal", f"np.fill_diagonal({name}, 0) where it is")
    skew = np.abs(given - given.T) > rounding
    if skew.any():
        i, j = np.argwhere(skew)[0]
        raise ValueError(
            f"{name}: expected a symmetric matrix, got {given[i, j]:.4g} at [{i}, {j}] and "
            f"{given[j, i]:.4g} at [{j}, {i}]; use ({name} + {name}.T) / 2 if that is meant."
        )


def _refuse(name: str, given: np.ndarray, bad: np.ndarray, needed: str, remedy: str) -> None:
    if bad.any():
        i, j = np.argwhere(bad)[0]
        raise ValueError(
            f"{name}: expected distances, {needed}; got {given[i, j]:.4g} at [{i}, {j}]; "
            f"give {remedy}."
        )


def _require_many(name: str, array: Array, least: int) -> None:
    if array.shape[0] < least:
        raise ValueError(f"{name}: expected {least} points or more, got {len(array)}.")


def require_no_overflow(name: str, result: Array, what: str) -> None:
    """Raise ValueError where a result of finite numbers is not finite itself."""
    if known(result) and not np.isfinite(result).all():
        raise ValueError(
            f"{name}: {what} overflow {result.dtype}; rescale the points, leave out what lies far "
            "from all others, or turn float64 on with jax.config.update('jax_enable_x64', True)."
        )


def scaled_points(
    name: str, value: Any, *, least: int = 1
) -> tuple[Float[Array, "points dims"], Float[Array, ""]]:
    """The rows in units of about their size, and that unit, a power of 2: dividing is exact.

    Differences need no centring: those of close numbers are exact in any case. But rows that JAX's
    floating type cannot hold exactly are centred first, outside jit and in float64, so that
    rounding them costs a fraction of the cloud's size, not of its distance from the origin. The
    centre is the median, in the cloud itself also where one point is far from all others.
    Raises what :func:`as_points` raises.
    """
    rows = as_points(name, value, least=least)
    if not known(rows):
        unit = unit_of(rows)
        return rows / unit, unit
    wide = np.asarray(value, float)
    if not np.array_equal(wide, np.asarray(rows, float)):
        wide = wide - np.median(wide, axis=0)
    size = max(float(np.abs(wide).max()), float(jnp.finfo(rows.dtype).tiny))
    scale = math.ldexp(1.0, math.frexp(size)[1] - 1)
    return jnp.asarray(wide / scale, rows.dtype), jnp.asarray(scale, rows.dtype)


def scaled_data(
    x: Any, *, precomputed: bool = False
) -> tuple[Float[Array, "points columns"], Float[Array, ""]]:
    """Points, or where ``precomputed`` the distances between them, in units of about their size.

    Raises what :func:`as_points` and :func:`as_distances` raise.
    """
    if not as_flag("precomputed", precomputed):
        return scaled_points("x", x, least=2)
    distances = as_distances("x", x, least=2)
    unit = unit_of(distances)
    return distances / unit, unit


def unit_of(values: Array) -> Float[Array, ""]:
    """The power of 2 at or below the largest size: none is 2 units large, and ties stay ties."""
    size = jnp.maximum(jnp.abs(values).max(), jnp.finfo(values.dtype).tiny)
    nearest = lax.reduce_precision(size, jnp.finfo(values.dtype).nexp, 0)  # no digit but the first
    most = 2.0 ** (jnp.finfo(values.dtype).maxexp - 1)  # beyond 1.5 of it `nearest` is infinite
    return jnp.where(nearest > size, jnp.minimum(nearest / 2, most), nearest)


@jax.jit
def _distances(
    x: Float[Array, "points dims"], scale: Float[Array, ""]
) -> Float[Array, "points points"]:
    return scale * jnp.sqrt(sum_of_squares(x))


@jax.jit
def sum_of_squares(x: Float[Array, "points dims"]) -> Float[Array, "points points"]:
    """Σ_d (x_id − x_jd)², a few d at a time."""
    points, dims = x.shape
    passes = -(-dims // COORDINATES)
    padded = jnp.pad(x.T, ((0, passes * COORDINATES - dims), (0, 0)))
    columns = padded.reshape(passes, COORDINATES, points)

    def add(number: Array, total: Array) -> Array:
        for column in columns[number]:
            total = total + (column[:, None] - column[None, :]) ** 2
        return total

    return lax.fori_loop(0, passes, add, jnp.zeros((points, points), x.dtype))
