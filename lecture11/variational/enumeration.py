"""Evidence, its lower bound and the gap, with z summed out (slides: ELBO, Proof using KL).

    log p(x) = log Σ_z p(x, z)  ≥  Σ_z q(z|x) log (p(x, z) / q(z|x)) = ELBO
    log p(x) − ELBO = D_KL(q(z|x) ‖ p(z|x)) ≥ 0

Everything here takes ``log_joint``, the logarithms log p(x, z) along the last axis, one for each z
(−∞ where z is impossible), and ``q``, the probabilities q(z|x). Leading axes are the points x_i;
the slide sums over them. All values are in nats.

The bound holds for every q. The first two members of the slide's proof by Jensen are equal only
where q covers the posterior: it divides by q(z|x), so terms with q(z|x) = 0 are lost.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax.nn import log_softmax, logsumexp
from jaxtyping import Array, Float

from lecture11.arguments import as_distribution, as_logits, require_shape
from lecture11.divergence import kl_divergence_of_logits
from lecture11.zeros import exp_log_ratio, p_log, weighted


class JensenProof(NamedTuple):
    """The slide's first proof in numbers, one for each point."""

    log_likelihood: Float[Array, "*points"]
    """log Σ_z p(x, z), over all z."""
    log_of_mean: Float[Array, "*points"]
    """log Σ_z q(z) · p(x, z)/q(z), over the z with q(z) > 0: equal where q covers the posterior."""
    bound: Float[Array, "*points"]
    """Σ_z q(z) log (p(x, z)/q(z)): the logarithm moved inside. The ELBO."""
    covered: Float[Array, "*points"]
    """Posterior probability of the z with q(z) > 0; 1 where q covers the posterior."""


class KLProof(NamedTuple):
    """The slide's second proof: four expressions for the gap, equal at every point, in nats."""

    difference: Float[Array, "*points"]
    """log p(x) − ELBO."""
    under_the_sum: Float[Array, "*points"]
    """Σ_z q(z) (log p(x) − log (p(x, z)/q(z))): log p(x) is averaged over q, which changes nothing
    as it does not depend on z."""
    one_logarithm: Float[Array, "*points"]
    """Σ_z q(z) (−log (p(x, z) / (p(x) q(z))))."""
    divergence: Float[Array, "*points"]
    """Σ_z q(z) log (q(z) / p(z|x)) = D_KL(q ‖ posterior)."""


def log_likelihood(log_joint: Any) -> Float[Array, "*points"]:
    """log p(x) = log Σ_z p(x, z), finite also where every p(x, z) underflows.

    Raises ValueError where a value is NaN or ∞, or all z of a point are impossible.
    """
    return _log_sum(as_logits("log_joint", log_joint))


def posterior(log_joint: Any) -> Float[Array, "*points states"]:
    """p(z|x) = p(x, z) / p(x). Raises what :func:`log_likelihood` raises."""
    return _normalised(as_logits("log_joint", log_joint))


def evidence_lower_bound(log_joint: Any, *, q: Any) -> Float[Array, "*points"]:
    """ELBO = Σ_z q(z|x) log (p(x, z) / q(z|x)), with 0 log 0 = 0.

    −∞ where q gives probability to a z that is impossible.
    Raises ValueError where ``q`` is no distribution along the last axis, or shapes differ.
    """
    log_joint, q = _pair(log_joint, q)
    return _bound_of_q(log_joint, q)


def posterior_divergence(log_joint: Any, *, q: Any) -> Float[Array, "*points"]:
    """D_KL(q(z|x) ‖ p(z|x)): what the bound lacks of the evidence. Arguments as above."""
    log_joint, q = _pair(log_joint, q)
    return kl_divergence_of_logits(jnp.log(q), relative_to=log_joint)


def bound_of_logits(log_joint: Any, logits: Any) -> Float[Array, "*points"]:
    """The ELBO for q = softmax(``logits``), to be differentiated.

    Raises ValueError where a value is NaN or ∞, or shapes differ.
    """
    log_joint, logits = as_logits("log_joint", log_joint), as_logits("logits", logits)
    require_shape("logits", logits, log_joint.shape, "that of log_joint")
    return _bound_of_logits(log_joint, logits)


@jax.jit
def _bound_of_logits(log_joint: Array, logits: Array) -> Array:
    return -exp_log_ratio(log_softmax(logits, axis=-1), log_joint).sum(axis=-1)


def jensen_proof(log_joint: Any, *, q: Any) -> JensenProof:
    """The three members of the slide's chain, each by its own expression.

    Raises what :func:`evidence_lower_bound` raises.
    """
    return _jensen_proof(*_pair(log_joint, q))


def kl_proof(log_joint: Any, *, q: Any) -> KLProof:
    """The four members of the slide's chain, each by its own expression.

    Raises what :func:`evidence_lower_bound` raises.
    """
    return _kl_proof(*_pair(log_joint, q))


def _pair(log_joint: Any, q: Any) -> tuple[Array, Array]:
    log_joint, q = as_logits("log_joint", log_joint), as_distribution("q", q)
    require_shape("q", q, log_joint.shape, "that of log_joint, a probability for each z")
    return log_joint, q


@jax.jit
def _jensen_proof(log_joint: Array, q: Array) -> JensenProof:
    positive = q > 0
    log_ratio = jnp.where(positive, log_joint - jnp.log(jnp.where(positive, q, 1)), -jnp.inf)
    log_of_mean = logsumexp(log_ratio, b=q, axis=-1)
    inside = jnp.where(positive, jax.nn.softmax(log_joint, axis=-1), 0)
    bound = weighted(q, log_ratio).sum(axis=-1)
    return JensenProof(logsumexp(log_joint, axis=-1), log_of_mean, bound, inside.sum(axis=-1))


@jax.jit
def _kl_proof(log_joint: Array, q: Array) -> KLProof:
    level = logsumexp(log_joint, axis=-1, keepdims=True)
    log_q = jnp.log(jnp.where(q > 0, q, 1))

    def average(values: Array) -> Array:
        return weighted(q, values).sum(axis=-1)

    return KLProof(
        level[..., 0] - average(log_joint - log_q),
        average(level - (log_joint - log_q)),
        average(-(log_joint - level - log_q)),
        kl_divergence_of_logits(jnp.log(q), relative_to=log_joint),
    )


@jax.jit
def _bound_of_q(log_joint: Array, q: Array) -> Array:
    """E_q[log p(x, z)] + H(q)."""
    return (weighted(q, log_joint) - p_log(q, q)).sum(axis=-1)


@jax.jit
def _log_sum(log_joint: Array) -> Array:
    return logsumexp(log_joint, axis=-1)


@jax.jit
def _normalised(log_joint: Array) -> Array:
    return jax.nn.softmax(log_joint, axis=-1)
