"""The nearest neighbours of many points, without an array of all pairs.

The plain formula is a sort of each row of the distances: :func:`nearest_of_squares`. For many
points the distances are made for some points at a time, and of those only the smallest are kept
(:func:`nearest_neighbours`). To have the points at hand that are likely to be near, all are first
put into *leaves* of some sixty that lie together, by halving the cloud again and again across its
longest direction. Beyond :data:`MOST_EXACT` points only the more promising leaves are searched.
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float, Int

from lecture11.embedding.pairs import without_self

LEAF = 64
"""Points in a leaf at least."""
MOST_EXACT = 20_000
"""Points up to which every leaf is searched."""
SHARE = 5
"""Beyond, one leaf in five: of MNIST's 70,000 images that finds 98 % of all neighbours."""
POWER_ITERATIONS = 3
BINS = 1000
"""Candidates are sorted into about so many bins before the best are looked for."""


@partial(jax.jit, static_argnums=1)
def nearest_of_squares(
    squares: Float[Array, "points points"], count: int
) -> tuple[Float[Array, "points count"], Int[Array, "points count"]]:
    """The smallest squared distances in each row, and to which others; of ties the first."""
    nearest, columns = lax.top_k(-without_self(squares, jnp.inf), count)
    return -nearest, columns


def nearest_neighbours(
    points: Float[Array, "points dims"], count: int, *, searched: int | None = None
) -> tuple[Float[Array, "points count"], Int[Array, "points count"]]:
    """The squared distances to the nearest others, in no order, and which these are.

    searched: leaves that are searched for each point; None for all of them up to
        :data:`MOST_EXACT` points, and a fifth beyond
    """
    numbers = leaves_of(np.asarray(points, np.float32))
    leaves, size = numbers.shape
    if searched is None:
        searched = leaves if len(points) <= MOST_EXACT else leaves // SHARE
    searched = min(leaves, max(searched, -(-2 * count // size)))
    fold = _fold(searched * size, count)
    searched = -(-searched // fold) * fold
    squares, columns = _search(points, jnp.asarray(numbers, jnp.int32), count, searched, fold)
    place = np.empty(leaves * size, int)
    place[numbers.ravel()] = np.arange(leaves * size)
    place = place[: len(points)]
    return squares[place], columns[place]


def leaves_of(points: np.ndarray) -> np.ndarray:
    """The points' numbers, leaves × size; to make it even some occur twice, with N added to them.

    Each step halves every part across the direction of its largest variance.
    """
    levels = max(0, int(np.log2(len(points) / LEAF)))
    size = -(-len(points) // 2**levels)
    numbers = np.arange(size * 2**levels)
    points = points[numbers % len(points)]
    for level in range(levels):
        parts = numbers.reshape(2**level, -1)
        along = _along_longest(points[parts])
        halves = np.argpartition(along, along.shape[1] // 2, axis=1)
        numbers = np.take_along_axis(parts, halves, axis=1)
    return numbers.reshape(2**levels, size)


def _along_longest(clouds: np.ndarray) -> np.ndarray:
    """Coordinates along each cloud's longest direction, roughly: by a few power iterations."""
    clouds = clouds - clouds.mean(axis=1, keepdims=True)
    farthest = np.einsum("cpd,cpd->cp", clouds, clouds).argmax(axis=1)
    direction = clouds[np.arange(len(clouds)), farthest]
    for _ in range(POWER_ITERATIONS):
        along = np.einsum("cpd,cd->cp", clouds, direction)
        direction = np.einsum("cp,cpd->cd", along, clouds)
        direction /= np.maximum(np.abs(direction).max(axis=1, keepdims=True), 1e-30)
    return np.einsum("cpd,cd->cp", clouds, direction)


def _fold(candidates: int, count: int) -> int:
    """How many candidates make a bin: a power of 2."""
    return max(1, 2 ** int(np.log2(max(1, candidates / max(BINS, 4 * count)))))


@partial(jax.jit, static_argnums=(2, 3, 4))
def _search(
    points: Float[Array, "points dims"],
    numbers: Int[Array, "leaves size"],
    count: int,
    searched: int,
    fold: int,
) -> tuple[Float[Array, "places count"], Int[Array, "places count"]]:
    """In the order of the leaves."""
    leaves, size = numbers.shape
    total = len(points)
    twice = numbers >= total
    numbers = jnp.where(twice, numbers - total, numbers)
    inside = points[numbers]
    centres = inside.mean(axis=1)
    norms = jnp.where(twice, jnp.inf, (inside**2).sum(axis=2))

    def of_leaf(own: Array) -> tuple[Array, Array]:
        here = inside[own]
        to_centres = ((centres**2).sum(axis=1) - 2 * here @ centres.T).min(axis=0)
        chosen = lax.top_k(-to_centres, searched)[1]
        names = numbers[chosen].reshape(-1)
        squares = (
            norms[chosen].reshape(-1) - 2 * here @ inside[chosen].reshape(-1, points.shape[1]).T
        )
        squares = jnp.where(names == numbers[own][:, None], jnp.inf, squares)
        bins = squares.reshape(size, fold, -1)
        best = lax.top_k(-bins.min(axis=1), count)[1]
        members = jnp.arange(fold)[:, None] * bins.shape[2] + best[:, None, :]
        members = members.reshape(size, -1)
        among = lax.top_k(-_in_rows(squares, members), count)[1]
        columns = names[_in_rows(members, among)]
        exact = ((here[:, None, :] - points[columns]) ** 2).sum(axis=2)
        return exact, columns

    squares, columns = lax.map(of_leaf, jnp.arange(leaves))
    return squares.reshape(-1, count), columns.reshape(-1, count)


def _in_rows(values: Array, places: Array) -> Array:
    return jnp.take_along_axis(values, places, axis=1, mode="promise_in_bounds")
