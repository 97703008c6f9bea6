"""What pulls neighbours together in a map: Σ_j S_ij g_ij (x̄_i − x̄_j), S_ij = p_i(j) + p_j(i).

g is 1 under a Gaussian and 1 / (1 + d̄_ij²) under a Student t; :mod:`.losses` says why. All but the
nearest 3 · perplexity neighbours have next to no p_i(j), so for many points only those are kept
(van der Maaten 2014, section 4.1). A point's neighbours are then a row of an *edge list*, cut into
pieces of the same width, as some points are neighbours of many.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Bool, Float, Int
from scipy.sparse import csr_array

from lecture11.embedding.neighbours.affinities import (
    as_perplexity,
    calibrate,
    calibrate_squares,
    symmetrised,
)
from lecture11.embedding.neighbours.nearest import nearest_neighbours, nearest_of_squares
from lecture11.embedding.pairs import differences, row_sums, squared_length

MOST_DENSE = 600
"""Points up to which it is faster to visit all pairs than only neighbours, whose places must be
looked up."""
NEIGHBOURS = 3
"""Neighbours kept for each unit of perplexity."""
WIDTH = 32
"""Edges in one piece of a row."""
ROUNDED = 16
"""The number of pieces is rounded up by up to 1/16, so that similar data share a compilation."""


class Edges(NamedTuple):
    """Pairs of neighbours, each twice (i, j) and (j, i), in pieces of rows."""

    rows: Int[Array, " pieces"]
    """i, increasing; a point has as many pieces as it needs."""
    columns: Int[Array, "pieces width"]
    """j; padded with i itself."""
    strengths: Float[Array, "pieces width"]
    """S_ij; padded with 0."""


class PairAffinities(NamedTuple):
    """The affinities, as a loss needs them."""

    pairs: Edges | Float[Array, "*runs points points"]
    """S_ij = p_i(j) + p_j(i), or twice P_ij, whose sums over all pairs are 2N, or 2."""
    negentropy: Float[Array, "*runs"]
    """Σ p log p in nats: what the loss has that no map can change."""


def pair_affinities(p: Float[Array, "points points"]) -> PairAffinities:
    """From all affinities, conditional or joint."""
    return PairAffinities(p + p.T, jax.scipy.special.xlogy(p, p).sum())


def attract_all(points: int, perplexity: float) -> bool:
    """Whether all pairs are kept: where points are few, or over a quarter of them are neighbours.

    Raises TypeError or ValueError for a perplexity that so many points cannot have.
    """
    return points <= MOST_DENSE or 4 * _neighbours(points, perplexity) > points


def _neighbours(points: int, perplexity: float) -> int:
    """How many are kept of each point."""
    perplexity = float(as_perplexity(perplexity, points))
    return min(points - 1, int(NEIGHBOURS * perplexity) + 1)


def neighbour_affinities(
    squares: Float[Array, "points points"], *, perplexity: float, joint: bool
) -> PairAffinities:
    """Over all pairs where there are few points, else over nearest neighbours.

    squares: squared distances in the data
    joint: whether P_ij of t-SNE is meant, whose sum is 1, or p_i(j) of SNE, whose sum is N

    Raises TypeError or ValueError for a perplexity that so many points cannot have.
    """
    if attract_all(len(squares), perplexity):
        p = jnp.exp(calibrate_squares(squares, perplexity).log_affinities)
        return pair_affinities(symmetrised(p) if joint else p)
    nearest, columns = nearest_of_squares(squares, _neighbours(len(squares), perplexity))
    return _of_nearest(nearest, columns, perplexity, joint)


def many_affinities(
    points: Float[Array, "points dims"], *, perplexity: float, joint: bool
) -> tuple[PairAffinities, Bool[Array, " points"]]:
    """:func:`neighbour_affinities` of so many points that no array of all pairs should be made, and
    which points have another in the same place.

    Raises TypeError or ValueError for a perplexity that so many points cannot have.
    """
    nearest, columns = nearest_neighbours(points, _neighbours(len(points), perplexity))
    return _of_nearest(nearest, columns, perplexity, joint), (nearest == 0).any(axis=1)


def _of_nearest(
    squares: Float[Array, "points count"],
    columns: Int[Array, "points count"],
    perplexity: float,
    joint: bool,
) -> PairAffinities:
    p = jnp.exp(calibrate(squares, jnp.asarray(perplexity, squares.dtype)).log_affinities)
    return _sparse_affinities(np.asarray(p), np.asarray(columns), joint)


def _sparse_affinities(p: np.ndarray, columns: np.ndarray, joint: bool) -> PairAffinities:
    points, count = p.shape
    ends = count * np.arange(points + 1)
    conditional = csr_array((p.ravel(), columns.ravel(), ends), (points, points))
    pairs = (conditional + conditional.T).tocsr()
    positive = p[p > 0]
    if joint:
        pairs = pairs / points
        positive = pairs.data[pairs.data > 0] / 2
    negentropy = (positive * np.log(positive)).sum(dtype=float)
    return PairAffinities(_pieces(pairs), jnp.asarray(negentropy, p.dtype))


def _pieces(pairs: Any) -> Edges:
    """Cut the rows of a sparse matrix (CSR) into pieces of :data:`WIDTH`."""
    points, degrees = pairs.shape[0], np.diff(pairs.indptr)
    of_row = np.maximum(1, -(-degrees // WIDTH))  # pieces of each row: rounded up, at least one
    rows = np.repeat(np.arange(points), of_row)
    # The how-manieth piece of its row each piece is, from 0: its own number less its row's first.
    number = np.arange(len(rows)) - np.repeat(np.cumsum(of_row) - of_row, of_row)
    # Row i's entries lie from indptr[i] to indptr[i + 1]; a last piece may reach into row i + 1.
    places = pairs.indptr[rows][:, None] + WIDTH * number[:, None] + np.arange(WIDTH)
    inside = places < pairs.indptr[rows + 1][:, None]
    places = np.where(inside, places, 0)
    # Empty pieces of the last point fill up to a multiple of a power of 2: few different shapes.
    unit = max(1, 2 ** int(np.log2(len(rows))) // ROUNDED)
    spare = -len(rows) % unit
    rows = np.pad(rows, (0, spare), constant_values=points - 1)
    columns = np.pad(np.where(inside, pairs.indices[places], 0), ((0, spare), (0, 0)))
    strengths = np.pad(np.where(inside, pairs.data[places], 0), ((0, spare), (0, 0)))
    # What fills a piece up is the row's own point, at distance 0.
    columns = np.where(strengths > 0, columns, rows[:, None])
    return Edges(
        jnp.asarray(rows, jnp.int32), jnp.asarray(columns, jnp.int32), jnp.asarray(strengths)
    )


def total_strengths(affinities: PairAffinities) -> Float[Array, "*runs points"]:
    """Σ_j S_ij of every point."""
    if not isinstance(affinities.pairs, Edges):
        return affinities.pairs.sum(axis=-1)
    points = affinities.pairs.rows[-1] + 1
    of_pieces = affinities.pairs.strengths.sum(axis=1)
    return jnp.zeros(int(points), of_pieces.dtype).at[affinities.pairs.rows].add(of_pieces)


def attraction(
    points: Float[Array, "points dims"], affinities: PairAffinities, *, student: bool
) -> tuple[Float[Array, "points dims"], Float[Array, ""]]:
    """Σ_j S_ij g_ij (x̄_i − x̄_j), and the energy in these springs, −½ Σ_ij S_ij log w_ij."""
    if isinstance(affinities.pairs, Edges):
        return _along_edges(points, affinities.pairs, student)
    return _of_all_pairs(points, affinities.pairs, student)


def _of_all_pairs(
    points: Float[Array, "points dims"], pairs: Float[Array, "points points"], student: bool
) -> tuple[Float[Array, "points dims"], Float[Array, ""]]:
    parts = differences(points)
    squares = squared_length(parts)
    springs = pairs * (1 / (1 + squares)) if student else pairs
    energy = pairs * (jnp.log1p(squares) if student else squares)
    forces = row_sums(*(springs * part for part in parts))
    return jnp.stack(forces, axis=1), row_sums(energy)[0].sum() / 2


def _along_edges(
    points: Float[Array, "points dims"], edges: Edges, student: bool
) -> tuple[Float[Array, "points dims"], Float[Array, ""]]:
    here = [_at(column, edges.rows) for column in points.T]
    # The barrier keeps XLA from looking up the row's own point again for every edge.
    here, columns = lax.optimization_barrier((here, list(points.T)))
    parts = [a[:, None] - _at(b, edges.columns) for a, b in zip(here, columns, strict=True)]
    squares = squared_length(parts)
    springs = edges.strengths * (1 / (1 + squares)) if student else edges.strengths
    energy = edges.strengths * (jnp.log1p(squares) if student else squares)
    of_pieces = jnp.stack(row_sums(*(springs * part for part in parts)), axis=1)
    forces = (
        jnp.zeros_like(points)
        .at[edges.rows]
        .add(of_pieces, indices_are_sorted=True, mode="promise_in_bounds")
    )
    return forces, row_sums(energy)[0].sum() / 2


def _at(values: Array, places: Array) -> Array:
    return values.at[places].get(mode="promise_in_bounds", wrap_negative_indices=False)
