"""The force between one pair of points in a map against their distance there.

For MDS the force of a pair depends on that pair alone. For SNE and t-SNE it also depends on p_ij,
and on all others through the normaliser. Here the others are held: Z is what they contribute, and
the pair's own weight is added to it. A force is the length of the loss's gradient by one of the two
points, as far as it comes from this pair, positive where it pulls them together::

    MDS      4 (d̄ − d)                                       (slide's stress: each pair twice)
    SNE      2 (p_i(j) − q_i(j) + p_j(i) − q_j(i)) d̄          q_i(j) = w / (Z_i + w),  w = exp(−d̄²)
    t-SNE    4 (P_ij − Q_ij) w d̄                              Q_ij = w / (Z + 2w),  w = 1 / (1 + d̄²)

MDS pulls ever harder on a pair that is drawn too far apart. SNE's pull grows with the distance as
well, but by the weight p, so distant neighbours, whose p is 0, only push, and only while they are
near. t-SNE's pull fades with the distance: a heavy tail lets go.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from lecture11.arguments import as_floats, as_whole, known
from lecture11.embedding.pairs import differences, squared_length, without_self
from lecture11.signatures import Scalar, checked


class Others(NamedTuple):
    """What all pairs but one contribute to the normalisers, held while that one moves."""

    gaussian: tuple[Float[Array, ""], Float[Array, ""]]
    """Σ_k exp(−d̄_ik²) over k other than i and j, and Σ_k exp(−d̄_jk²): for SNE."""
    student: Float[Array, ""]
    """Σ_{k≠l} 1 / (1 + d̄_kl²) over all ordered pairs but (i, j) and (j, i): for t-SNE."""


@checked
def others_than(
    points: Float[Array, "points dims"], i: int | Int[Array, ""], j: int | Int[Array, ""]
) -> Others:
    """The normalisers of a map without the pair i, j."""
    i, j = (
        as_whole(name, number, 0, len(points) - 1) if known(number) else number
        for name, number in (("i", i), ("j", j))
    )
    return _others_than(points, i, j)


@jax.jit
def _others_than(points: Array, i: Array, j: Array) -> Others:
    squares = squared_length(differences(points))
    gaussian, student = (without_self(w, 0) for w in (jnp.exp(-squares), 1 / (1 + squares)))
    number = jnp.arange(points.shape[0])
    rows = tuple(
        jnp.where(number == other, 0, gaussian[one]).sum() for one, other in ((i, j), (j, i))
    )
    return Others((rows[0], rows[1]), student.sum() - 2 * student[i, j])


@checked
def mds_force(mapped: Float[Array, " distances"], distance: Scalar) -> Float[Array, " distances"]:
    """4 (d̄ − d), of the slide's stress.

    mapped: d̄, the distances in the map to evaluate at
    distance: d, as given
    """
    return 4 * (as_floats("mapped", mapped) - distance)


@checked
def sne_force(
    mapped: Float[Array, " distances"], p: tuple[Scalar, Scalar], others: tuple[Scalar, Scalar]
) -> Float[Array, " distances"]:
    """2 (p_i(j) − q_i(j) + p_j(i) − q_j(i)) d̄.

    mapped: d̄, the distances in the map to evaluate at
    p: p_i(j) and p_j(i)
    others: Σ_k exp(−d̄_ik²) over k other than i and j, and Σ_k exp(−d̄_jk²)
    """
    mapped = as_floats("mapped", mapped)
    weight = jnp.exp(-(mapped**2))
    first, second = (each - weight / (rest + weight) for each, rest in zip(p, others, strict=True))
    return 2 * (first + second) * mapped


@checked
def tsne_force(
    mapped: Float[Array, " distances"], p: Scalar, others: Scalar
) -> Float[Array, " distances"]:
    """4 (P_ij − Q_ij) w d̄.

    mapped: d̄, the distances in the map to evaluate at
    p: P_ij
    others: Σ_{k≠l} w_kl over all ordered pairs but (i, j) and (j, i)
    """
    mapped = as_floats("mapped", mapped)
    weight = 1 / (1 + mapped**2)
    return 4 * (p - weight / (others + 2 * weight)) * weight * mapped
