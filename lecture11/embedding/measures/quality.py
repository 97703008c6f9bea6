"""How good a map is: which neighbours it keeps, which it invents, which distances it distorts.

*Trustworthiness* asks whether the k nearest neighbours in the map are near in the data,
*continuity* whether the k nearest in the data are near in the map (Venna & Kaski 2001):

    T = 1 − 2 / (n k (2n − 3k − 1)) · Σ_i Σ_{j ∈ map's k nearest of i} max(0, r_ij − k)

with r_ij the rank of j among i's neighbours in the data (1 is the nearest); for continuity data and
map change places. Both are 1 at best; a map at random has about ½.
"""

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float, Int
from scipy.spatial import KDTree

from lecture11.arguments import as_whole, known
from lecture11.embedding.distances import as_distances, as_labels, as_points, pairwise_distances
from lecture11.signatures import Scalar

BLOCK = 64
"""Points whose neighbours are ranked at a time."""


def trustworthiness(distances: Any, points: Any, *, neighbours: int = 12) -> Scalar:
    """Whether neighbours in the map are neighbours in the data: 1 means none is false.

    distances: of the data, points × points
    points: the map, points × dims
    neighbours: k, below half the number of points

    Raises TypeError or ValueError where they are not these.
    """
    data, mapped, neighbours = _checked(distances, points, neighbours)
    return _agreement(data, mapped, neighbours)


def continuity(distances: Any, points: Any, *, neighbours: int = 12) -> Scalar:
    """Whether neighbours in the data are neighbours in the map: 1 means none is torn away.

    Arguments and errors as of :func:`trustworthiness`.
    """
    data, mapped, neighbours = _checked(distances, points, neighbours)
    return _agreement(mapped, data, neighbours)


def nearest_neighbour_error(points: Any, labels: Any) -> Scalar:
    """The fraction of points whose nearest other point in the map has another label.

    points: the map, points × dims
    labels: whole numbers, one for each point

    Leave-one-out error of the 1-nearest-neighbour classifier. Of several nearest the first counts.
    Raises TypeError or ValueError where they are not these, or there are fewer than two points.
    """
    mapped = as_points("points", points, least=2)
    classes = as_labels("labels", labels, len(mapped))
    nearest = _nearest(pairwise_distances(mapped), 1)[:, 0]
    is_wrong = classes[nearest] != classes
    return float(np.asarray(is_wrong).mean()) if known(is_wrong) else is_wrong.mean(dtype=float)


def odd_ones(points: Any, labels: Any) -> Int[np.ndarray, " odd"]:
    """Indices of the points whose nearest other point in the map has another label, oddest first.

    The oddest are those with most others among their ten nearest.
    Arguments as of :func:`nearest_neighbour_error`.
    Raises TypeError or ValueError where they are not these, or there are fewer than two points.
    """
    mapped = np.asarray(as_points("points", points, least=2), float)
    classes = np.asarray(as_labels("labels", labels, len(mapped)))
    nearest = KDTree(mapped).query(mapped, k=min(11, len(mapped)))[1][:, 1:]
    differs = classes[nearest] != classes[:, None]
    odd = np.flatnonzero(differs[:, 0])
    return odd[np.argsort(-differs[odd].sum(axis=1), kind="stable")]


class ShepardPairs(NamedTuple):
    """Distances in the data against distances in the map, for the diagram named after Shepard."""

    given: Float[Array, " pairs"]
    """d_ij."""
    mapped: Float[Array, " pairs"]
    """d̄_ij, in the same order."""


def shepard_pairs(distances: Any, points: Any, *, at_most: int = 2000) -> ShepardPairs:
    """d_ij beside d̄_ij, each pair once; where there are more pairs, so many at random.

    distances: of the data, points × points
    points: the map, points × dims

    The same pairs for every map of the same number of points, so that diagrams can be compared.
    Raises TypeError or ValueError where they are not these.
    """
    data = as_distances("distances", distances, least=2)
    mapped = _check_map(points, len(data))
    i, j = _some_pairs(len(data), as_whole("at_most", at_most, 1))
    return _beside(data, mapped, i, j)


@jax.jit
def _beside(data: Array, mapped: Array, i: Array, j: Array) -> ShepardPairs:
    return ShepardPairs(data[i, j], jnp.sqrt(((mapped[i] - mapped[j]) ** 2).sum(axis=1)))


def _some_pairs(points: int, at_most: int) -> tuple[np.ndarray, np.ndarray]:
    """Of all pairs, or of so many drawn at random by a fixed seed; hardly one comes twice."""
    if points * (points - 1) // 2 <= at_most:
        return np.triu_indices(points, 1)
    rng = np.random.default_rng(0)
    i = rng.integers(points, size=at_most)
    j = rng.integers(points - 1, size=at_most)
    return i, j + (j >= i)


def _checked(distances: Any, points: Any, neighbours: int) -> tuple[Array, Array, int]:
    data = as_distances("distances", distances, least=3)
    mapped = _check_map(points, len(data))
    # Beyond half of the points the measure's normalisation no longer holds.
    neighbours = as_whole("neighbours", neighbours, 1, (len(data) - 1) // 2)
    return data, pairwise_distances(mapped), neighbours


def _check_map(points: Any, count: int) -> Float[Array, "points dims"]:
    mapped = as_points("points", points)
    if len(mapped) != count:
        raise ValueError(
            f"points: expected one for each of the {count} rows of distances, got {len(mapped)}."
        )
    return mapped


def _agreement(
    reference: Float[Array, "points points"], other: Float[Array, "points points"], k: int
) -> Scalar:
    """1 minus the ranks, in ``reference``, by which the k nearest in ``other`` exceed k."""
    points = len(reference)
    excess = _excess_ranks(reference, other, k)
    if known(excess):
        excess = np.asarray(excess, float)  # exact: of many points the sum has many digits
    agreement = 1 - 2 / (points * k * (2 * points - 3 * k - 1)) * excess.sum()
    return float(agreement) if known(agreement) else agreement


@partial(jax.jit, static_argnames="k")
def _excess_ranks(
    reference: Float[Array, "points points"], other: Float[Array, "points points"], k: int
) -> Int[Array, " points"]:
    """Of each point, Σ max(0, r − k) over its k nearest in ``other``."""
    nearest = _nearest(other, k)

    def of_point(i: Array) -> Array:
        others = _others(reference, i)
        rank = 1 + (others[None, :] < others[nearest[i]][:, None]).sum(axis=1)
        return jnp.maximum(rank - k, 0).sum()

    return lax.map(of_point, jnp.arange(len(reference)), batch_size=BLOCK)


@partial(jax.jit, static_argnames="k")
def _nearest(distances: Float[Array, "points points"], k: int) -> Int[Array, "points k"]:
    """The k nearest others of each point, a block of points at a time."""

    def of_point(i: Array) -> Array:
        return lax.top_k(-_others(distances, i), k)[1]

    return lax.map(of_point, jnp.arange(len(distances)), batch_size=BLOCK)


def _others(distances: Float[Array, "points points"], i: Array) -> Float[Array, " points"]:
    """Distances of point i, its own infinite."""
    row = distances[i]
    return jnp.where(jnp.arange(len(row)) == i, jnp.inf, row)
