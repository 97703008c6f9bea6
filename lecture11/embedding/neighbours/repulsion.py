"""What pushes the points of a map apart: Σ_j (q_i(j) + q_j(i)) g_ij (x̄_i − x̄_j), over all pairs.

This is where t-SNE spends its time. Every pair takes part at every step, but no array of pairs is
made: the sums over j are formed in one loop (:mod:`~lecture11.embedding.pairs`).

With log w_ij = −d̄_ij² (Gaussian) or −log (1 + d̄_ij²) (Student t), q is w over its sum: over j for
SNE, one sum for every i, or over all pairs for t-SNE. The Gaussian weights of a point far from all
others underflow, so there the nearest distance is taken off first.
"""

import jax.numpy as jnp
from jax.scipy.special import logsumexp
from jaxtyping import Array, Bool, Float

from lecture11.embedding.pairs import differences, row_sums, squared_length

MANY = 500
"""Points from which on w_ii = 1 is taken off the sum, not left out: faster by a sixth, and few
digits are lost, as among so many the others' weights add up to something too."""


def repulsion(
    points: Float[Array, "points dims"], *, student: bool, joint: bool
) -> tuple[Float[Array, "points dims"], Float[Array, ""]]:
    """The forces, and what the normalisation adds to the loss: log Z, or Σ_i log Z_i.

    student: whether w is Student's t or a Gaussian
    joint: whether q is normalised over all pairs or over each point's
    """
    if student and joint:
        return _of_tsne(points)
    log_sums = log_row_sums(points, student=student)
    if joint:
        log_sums = jnp.full_like(log_sums, logsumexp(log_sums))
    log_norm = log_sums[0] if joint else log_sums.sum()
    parts = differences(points)
    squares = squared_length(parts)
    log_weights = -jnp.log1p(squares) if student else -squares
    away = jnp.exp(log_weights - log_sums[:, None]) + jnp.exp(log_weights - log_sums[None, :])
    springs = jnp.where(_is_self(points), 0, away / (1 + squares) if student else away)
    return jnp.stack(row_sums(*(springs * part for part in parts)), axis=1), log_norm


def _of_tsne(
    points: Float[Array, "points dims"],
) -> tuple[Float[Array, "points dims"], Float[Array, ""]]:
    """In one pass, as its Z divides the sums afterwards: (q_ij + q_ji) g_ij = 2 w_ij² / Z."""
    parts = differences(points)
    weights = 1 / (1 + squared_length(parts))
    size = points.shape[0]
    many = isinstance(size, int) and size >= MANY
    others = weights if many else jnp.where(_is_self(points), 0, weights)
    *sums, of_rows = row_sums(*(weights * weights * part for part in parts), others)
    total = of_rows.sum() - (size if many else 0)
    return 2 * jnp.stack(sums, axis=1) / total, jnp.log(total)


def log_row_sums(points: Float[Array, "points dims"], *, student: bool) -> Float[Array, " points"]:
    """log Z_i = log Σ_{j≠i} w_ij, finite also where every w_ij underflows."""
    squares = squared_length(differences(points))
    if student:
        (of_rows,) = row_sums(jnp.where(_is_self(points), 0, 1 / (1 + squares)))
        return jnp.log(of_rows)
    nearest = jnp.where(_is_self(points), jnp.inf, squares).min(axis=1)
    excess = jnp.where(_is_self(points), jnp.inf, squares - nearest[:, None])
    (of_rows,) = row_sums(jnp.exp(-excess))
    return jnp.log(of_rows) - nearest


def _is_self(points: Float[Array, "points dims"]) -> Bool[Array, "points points"]:
    numbers = jnp.arange(points.shape[0])
    return numbers[:, None] == numbers[None, :]
