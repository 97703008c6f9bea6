"""Sums over all pairs of points, formed and added up in one loop, without an array of all pairs.

``row_sums(a, b)`` of arrays (points, points) that are themselves made elementwise, such as
``(x[:, None] - x) ** 2``, is one variadic reduction; XLA fuses the making into the adding, and with
:data:`lecture11.iteration.FAST_MATH` turns the loop into vector instructions. Coordinates are
separate vectors, as a trailing axis of two would spoil that.
"""

from collections.abc import Sequence

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float


def differences(x: Float[Array, "points dims"]) -> list[Float[Array, "points points"]]:
    """x_i − x_j, one array for each coordinate; never held in memory where they are only summed."""
    return [column[:, None] - column[None, :] for column in x.T]


def squared_length(parts: Sequence[Array]) -> Array:
    """Σ_d of the squares: d̄² from :func:`differences`."""
    total = parts[0] * parts[0]
    for part in parts[1:]:
        total = total + part * part
    return total


def without_self(pairs: Float[Array, "points points"], value: float) -> Array:
    """The matrix with ``value`` on its diagonal: no point is its own neighbour."""
    return jnp.where(jnp.eye(pairs.shape[0], dtype=bool), value, pairs)


def root(squares: Array) -> Array:
    """√s, with the slope 0 at 0, so that it can be differentiated: a point has itself as a pair.

    What is added is lost in rounding but where s is next to 0. NaN stays NaN.
    """
    return jnp.where(squares == 0, 0, jnp.sqrt(squares + jnp.finfo(squares.dtype).tiny))


def map_distances(points: Float[Array, "points dims"]) -> Float[Array, "points points"]:
    """d̄_ij = ‖x̄_i − x̄_j‖; it can be differentiated."""
    return root(squared_length(differences(points)))


def reciprocal_root(squares: Array) -> Array:
    """1 / √s, and 0 where s is 0: two points at one place pull each other nowhere."""
    return jnp.where(squares == 0, 0, lax.rsqrt(squares + jnp.finfo(squares.dtype).tiny))


def row_sums(*terms: Float[Array, "points others"]) -> list[Float[Array, " points"]]:
    """Σ_j of each term, all in one loop.

    A single term is summed beside its double: XLA turns only a reduction of several into vector
    instructions, and so, for the sum over the rows that often follows, the barrier.
    """
    if len(terms) == 1:
        return row_sums(terms[0], 2 * terms[0])[:1]
    zeros = [jnp.zeros((), term.dtype) for term in terms]

    def add(one: Sequence[Array], other: Sequence[Array]) -> tuple[Array, ...]:
        return tuple(a + b for a, b in zip(one, other, strict=True))

    return list(lax.optimization_barrier(lax.reduce(tuple(terms), tuple(zeros), add, (1,))))
