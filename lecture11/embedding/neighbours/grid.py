"""The repulsion of t-SNE for many points, by way of a grid: a few operations for each point and
each cell, in the place of one for each pair (the idea is that of Linderman et al. 2019; the splines
are those of the smooth particle mesh Ewald method, Essmann et al. 1995).

All that repels is one potential. With w = 1 / (1 + r²), whose gradient by x̄_i is −2 w² (x̄_i − x̄_j),

    φ(x̄) = Σ_j w(‖x̄ − x̄_j‖),      Σ_j w_ij² (x̄_i − x̄_j) = −½ ∇φ(x̄_i),      Z = Σ_i φ(x̄_i) − N

φ is the convolution of the points with w, which on a grid takes one Fourier transform forth and one
back: :func:`potential`. Each point is spread over the cells around it by a B-spline
(:func:`spread`), and φ and its slopes are read off by the same spline (:func:`read`). Both blur,
by what the spectrum of the splines says, and are made good for by dividing w's by it.

What is left is an error that falls with a power of the spacing, whatever the number of points:
:func:`spacing_for`. The plain formula is :func:`.repulsion.repulsion`.
"""

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, ArrayLike, Float, Int

from lecture11.embedding.pairs import row_sums

LADDER = (160, 320, 640, 800, 960, 1200, 1440, 1920, 2880, 4000)
"""Cells in each direction. Each is compiled for once; all are quick to transform. None is a power
of 2: its columns would lie in memory where a cache can hold but few of them at a time."""
MARGIN = 1.1
"""How much wider than the map a grid is at least, as maps grow."""
ROOM = 2.0
"""How much wider it is for a small map, whose cells could be as small as one likes."""
CUBIC = 4
"""Cells in each direction that a point is spread over by a cubic spline."""
QUINTIC = 6
"""The same of a smoother spline, which allows for larger cells."""
MOST_CUBIC = 2e-3
"""The least error for which cubic splines are thought of: small cells cost digits too."""
CELL = 7
"""A cell costs about as much, to transform there and back, as so many that a point is spread to."""
PAIR = 1 / 55
"""And a pair of points, where all repel each other, as much as a 37th of one; it counts for less
here, as each size of a grid takes a second to compile."""
MOST_SPACING = 0.6
"""Beyond, the laws below no longer hold."""
LAWS = {CUBIC: (1.15e-2, 3.5), QUINTIC: (2.4e-3, 6.0)}
"""For each order the error at a spacing of 0.35 in a map as wide as √N, and the power of the
spacing that it grows with, as measured on maps of MNIST, 1,000 to 70,000 points, 30 to 240 wide."""
SPARSE = 0.9
"""The power of the width, in units of √N, that it grows with: in an empty map forces are weak."""


class Grid(NamedTuple):
    """Square cells, and w as they see it. Where they lie, the points say."""

    spacing: Float[Array, ""]
    """The side of a cell, in units of the map."""
    spectrum: Float[Array, "waves half"]
    """Of w, divided by the splines'; over twice the cells, as what is transformed is periodic."""
    nodes: Float[Array, " order"]
    """The spline of a point that lies on a cell; as many as it is spread over in each direction."""


class Plan(NamedTuple):
    """A grid that could be made."""

    order: int
    """Of its splines."""
    cells: float
    """In each direction; as many as are needed, where that is more than there may be."""
    coarsest: float
    """The most a cell's side may be."""
    cost: float
    """Of spreading, transforming and reading, in cells that a point is spread to."""


class Places(NamedTuple):
    """Where the points lie among the cells, along one direction."""

    first: Int[Array, " points"]
    """The first of the cells that a point is spread over."""
    weights: Float[Array, "order points"]
    """The spline there."""
    slopes: Float[Array, "order points"]
    """Its derivative by the point's coordinate in units of cells."""


def spacing_for(accuracy: float, points: int, width: float, order: int) -> float:
    """The side of a cell with which a map so wide has at most that relative error of the forces."""
    error, power = LAWS[order]
    return 0.35 * (accuracy / (error * (width / points**0.5) ** SPARSE)) ** (1 / power)


def cheapest(points: Float[Array, "points 2"], accuracy: float) -> Grid | None:
    """:func:`grid_over`, or None where all pairs cost less than that grid would."""
    plan = _plan(accuracy, len(points), float(extent(points)))
    return None if PAIR * len(points) ** 2 <= plan.cost else grid_over(points, accuracy)


def grid_over(points: Float[Array, "points 2"], accuracy: float) -> Grid:
    """The cheapest grid that is fine enough for the map, and wider than it.

    Raises ValueError where none is.
    """
    width = float(extent(points))
    plan = _plan(accuracy, len(points), width)
    if plan.cells > LADDER[-1]:
        raise ValueError(
            f"accuracy: a map {width:.4g} wide needs a grid of {plan.cells:.0f} cells in each "
            f"direction, and {LADDER[-1]} are the most; allow a larger error than {accuracy:g}, or "
            "give method='exact'."
        )
    spacing = min(plan.coarsest, ROOM * width / (plan.cells - plan.order))
    return make_grid(jnp.asarray(spacing, points.dtype), int(plan.cells), plan.order)


def largest_over(points: Float[Array, "points 2"]) -> Grid:
    """The one of most cells, which are as large as the map needs."""
    cells = LADDER[-1]
    return make_grid(MARGIN * extent(points) / (cells - CUBIC), cells, CUBIC)


def _plan(accuracy: float, points: int, width: float) -> Plan:
    """The cheaper of those with either spline, where both are on the ladder."""
    orders = (CUBIC, QUINTIC) if accuracy >= MOST_CUBIC else (QUINTIC,)
    plans = [_plan_with(order, accuracy, points, width) for order in orders]
    return min(plans, key=lambda plan: (plan.cells > LADDER[-1], plan.cost))


def _plan_with(order: int, accuracy: float, points: int, width: float) -> Plan:
    coarsest = min(MOST_SPACING, spacing_for(accuracy, points, width, order))
    # Fewer cells than points would save nothing, and one more size be compiled for.
    needed = max(MARGIN * width / coarsest + order, points**0.5)
    cells = next((each for each in LADDER if each >= needed), needed)
    return Plan(order, cells, coarsest, points * order**2 + CELL * cells**2)


def grid_repulsion(
    points: Float[Array, "points 2"], grid: Grid
) -> tuple[Float[Array, "points 2"], Float[Array, ""]]:
    """2 Σ_j w_ij² (x̄_i − x̄_j) / Z, and log Z.

    grid: made for this map by :func:`grid_over`; where the map has outgrown it since, or has shrunk
        by half, one with as many cells that fits is made for this call
    """
    cells, order = len(grid.spectrum) // 2, len(grid.nodes)
    least = extent(points) / (cells - order)
    fits = (least <= grid.spacing) & (grid.spacing <= 2 * ROOM * least)
    grid = lax.cond(fits, lambda: grid, lambda: make_grid(least, cells, order))
    x, y = (_places(column, grid.spacing, cells, order) for column in points.T)
    values, slopes = read(potential(spread(x, y, cells), grid.spectrum), x, y)
    number = len(points)
    total = values.sum() + number * (number * _offset(grid.spacing, cells) - 1)
    return -slopes / (grid.spacing * total), jnp.log(total)


def extent(points: Float[Array, "points 2"]) -> Float[Array, ""]:
    """How wide the map is where it is widest; never 0."""
    widest = (points.max(axis=0) - points.min(axis=0)).max()
    return jnp.maximum(widest, jnp.sqrt(jnp.finfo(points.dtype).tiny))


@partial(jax.jit, static_argnums=(1, 2))
def make_grid(spacing: Float[Array, ""], cells: int, order: int) -> Grid:
    """The spectrum of w, less what the splines do to it when points are spread and φ is read.

    A constant is taken off w first (:func:`_offset`): no force knows it, and in a small map, where
    w is 1 but for its last digits, those are what counts.
    """
    period = 2 * cells
    apart = spacing * jnp.minimum(jnp.arange(period), period - jnp.arange(period))
    squares = apart[:, None] ** 2 + apart[None, :] ** 2
    farthest = 2 * (spacing * cells) ** 2
    w = (farthest - squares) / ((1 + squares) * (1 + farthest))
    nodes = np.array(spline_weights(np.zeros(()), order))
    blur = _blur(period, nodes) ** 2
    blurs = (blur[:, None] * blur[None, : cells + 1]).astype(w.dtype)
    return Grid(spacing, jnp.fft.rfft2(w).real / blurs, jnp.asarray(nodes, w.dtype))


def _offset(spacing: Float[Array, ""], cells: int) -> Float[Array, ""]:
    """w at the largest distance on the grid."""
    return 1 / (1 + 2 * (spacing * cells) ** 2)


def _blur(period: int, nodes: np.ndarray) -> np.ndarray:
    """What spreading by a spline multiplies each wave by: Σ_k M(k) cos 2πkf over its nodes k."""
    k = np.arange(len(nodes)) - len(nodes) // 2 + 1
    turns = 2 * np.pi * np.arange(period) / period
    return (nodes[:, None] * np.cos(np.outer(k, turns))).sum(axis=0)


def spline_weights(fractions: ArrayLike, order: int) -> list[Any]:
    """The B-spline M_n at the n cells around a point, which lies ``fractions`` behind one.

    The recursion of Essmann et al. (eq. 4.1): M_n(t) = (t M_{n−1}(t) + (n − t) M_{n−1}(t − 1)) /
    (n − 1), with t = f + n − 1 − k at the k-th cell, so that M_{n−1}(t) is that of cell k − 1.
    """
    if order == 1:
        return [0 * fractions + 1]
    lower = _lower(fractions, order)
    t = [fractions + order - 1 - k for k in range(order)]
    return [(t[k] * lower[k] + (order - t[k]) * lower[k + 1]) / (order - 1) for k in range(order)]


def spline_slopes(fractions: ArrayLike, order: int) -> list[Any]:
    """Their derivatives by the fraction: M_{n−1}(t) − M_{n−1}(t − 1)."""
    lower = _lower(fractions, order)
    return [lower[k] - lower[k + 1] for k in range(order)]


def _lower(fractions: Any, order: int) -> list[Any]:
    """M_{n−1} at the cells around, and 0 at either end."""
    nothing = 0 * fractions
    return [nothing, *spline_weights(fractions, order - 1), nothing]


def _places(
    column: Float[Array, " points"], spacing: Float[Array, ""], cells: int, order: int
) -> Places:
    """In the middle of the grid; what reaches beyond the outermost cells is nothing."""
    middle = (column.max() + column.min()) / 2
    at = (column - middle) / spacing + (cells - 1) / 2
    before = jnp.floor(at)
    fractions = at - before
    first = jnp.clip(before.astype(jnp.int32) - (order // 2 - 1), 0, cells - order)
    return Places(
        first, *(jnp.stack(each(fractions, order)) for each in (spline_weights, spline_slopes))
    )


def spread(x: Places, y: Places, cells: int) -> Float[Array, "cells cells"]:
    """Each point's 1, shared out among the cells around it.

    A point adds a row of ``order`` at once for each cell along x, at the first of its cells along
    y; then the rows' entries are moved to where they belong.
    """
    order = len(x.weights)
    rows = (x.first[:, None] + jnp.arange(order)) * cells + y.first[:, None]
    shares = x.weights.T[:, :, None] * y.weights.T[:, None, :]
    summed = (
        jnp.zeros((cells * cells, order), shares.dtype)
        .at[rows.ravel()]
        .add(shares.reshape(-1, order), mode="promise_in_bounds")
        .reshape(cells, cells, order)
    )
    return jnp.stack([jnp.roll(summed[:, :, k], k, axis=1) for k in range(order)]).sum(axis=0)


def potential(
    charges: Float[Array, "cells cells"], spectrum: Float[Array, "waves half"]
) -> Float[Array, "cells cells"]:
    """φ: the convolution, with as many empty cells again, so that what is periodic never shows."""
    cells = len(charges)
    waves = jnp.fft.rfft2(charges, s=(2 * cells, 2 * cells)) * spectrum
    return jnp.fft.irfft2(waves, s=(2 * cells, 2 * cells))[:cells, :cells]


def read(
    phi: Float[Array, "cells cells"], x: Places, y: Places
) -> tuple[Float[Array, " points"], Float[Array, "points 2"]]:
    """φ at the points, and its slopes by their coordinates in units of cells."""
    order, cells = len(x.weights), len(phi)
    steps = jnp.arange(order)
    along_rows, along_columns = (each.first[:, None] + steps for each in (x, y))
    there = along_rows[:, :, None] * cells + along_columns[:, None, :]
    here = phi.ravel().at[there].get(mode="promise_in_bounds", wrap_negative_indices=False)
    rows = [(here * each.T[:, None, :]).reshape(-1, order) for each in (y.weights, y.slopes)]
    row, slope = (sums.reshape(-1, order) for sums in row_sums(*rows))
    values, *slopes = row_sums(row * x.weights.T, row * x.slopes.T, slope * x.weights.T)
    return values, jnp.stack(slopes, axis=1)
