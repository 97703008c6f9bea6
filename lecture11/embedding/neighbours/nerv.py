"""Both directions of the divergence at once (slides: SNE; Minimizing forward / reverse KL).

The neighbour retrieval visualiser, NeRV (Venna et al. 2010), mixes them with a weight λ::

    λ Σ_i D_KL(p_i ‖ q_i) + (1 − λ) Σ_i D_KL(q_i ‖ p_i)

The forward direction is SNE: it pays where p_i(j) is large and q_i(j) small, a true neighbour that
is missed: a torn neighbourhood. The reverse pays where q_i(j) is large and p_i(j) small: a false
neighbour, shown near though it is far. The derivative of D_KL(q_i ‖ p_i) by d̄_ij² is

    −q_i(j) (log (q_i(j) / p_i(j)) − D_KL(q_i ‖ p_i))

p_i(j) enters by its logarithm, which is finite also where p_i(j) itself is too small for a floating
number.
"""

import jax.numpy as jnp
from jaxtyping import Array, Float

from lecture11.embedding.distances import require_pairs
from lecture11.embedding.neighbours.sne import (
    log_neighbour_probabilities,
    spring_forces,
)
from lecture11.embedding.pairs import without_self
from lecture11.signatures import Scalar, checked


@checked
def reverse_divergences(
    points: Float[Array, "points dims"], log_p: Float[Array, "points points"]
) -> Float[Array, " points"]:
    """D_KL(q_i ‖ p_i) of every point, in nats: what its false neighbours cost."""
    require_pairs("log_p", log_p, points)
    log_q = log_neighbour_probabilities(points)
    return (jnp.exp(log_q) * _difference(log_q, log_p)).sum(axis=1)


@checked
def forward_divergences(
    points: Float[Array, "points dims"], log_p: Float[Array, "points points"]
) -> Float[Array, " points"]:
    """D_KL(p_i ‖ q_i) of every point, in nats: what its missed neighbours cost."""
    require_pairs("log_p", log_p, points)
    log_q = log_neighbour_probabilities(points)
    return (jnp.exp(log_p) * _difference(log_p, log_q)).sum(axis=1)


@checked
def nerv_loss(
    points: Float[Array, "points dims"],
    log_p: Float[Array, "points points"],
    trade_off: Scalar,
) -> Float[Array, ""]:
    """λ Σ_i D_KL(p_i ‖ q_i) + (1 − λ) Σ_i D_KL(q_i ‖ p_i), in nats.

    log_p: log p_i(j), from :func:`~lecture11.embedding.calibrate_points`
    trade_off: λ, from 0 (no false neighbours) to 1 (none missed)

    >>> log_p = calibrate_points([[0], [1], [2]], perplexity=1.5).log_affinities
    >>> print(nerv_loss([[0], [1], [2]], log_p, 0.5))
    0.110
    """
    forward = forward_divergences(points, log_p).sum()
    return trade_off * forward + (1 - trade_off) * reverse_divergences(points, log_p).sum()


@checked
def nerv_gradient(
    points: Float[Array, "points dims"],
    log_p: Float[Array, "points points"],
    trade_off: Scalar,
) -> Float[Array, "points dims"]:
    """The gradient of :func:`nerv_loss` by the points."""
    require_pairs("log_p", log_p, points)
    log_q = log_neighbour_probabilities(points)
    p, q, ratio = jnp.exp(log_p), jnp.exp(log_q), _difference(log_q, log_p)
    of_reverse = -q * (ratio - (q * ratio).sum(axis=1, keepdims=True))
    return spring_forces(points, trade_off * (p - q) + (1 - trade_off) * of_reverse)


def _difference(
    log_a: Float[Array, "points points"], log_b: Float[Array, "points points"]
) -> Float[Array, "points points"]:
    """log (a / b); 0 on the diagonal, where both are 0."""
    return without_self(log_a, 0) - without_self(log_b, 0)
