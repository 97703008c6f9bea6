"""Evidence, its lower bound and the gap, with z summed out (slides: ELBO, Proof using KL).

    log p(x) = log Σ_z p(x, z)  ≥  Σ_z q(z|x) log (p(x, z) / q(z|x)) = ELBO
    log p(x) − ELBO = D_KL(q(z|x) ‖ p(z|x)) ≥ 0

Everything here takes ``log_joint``, the logarithms log p(x, z) along the last axis, one for each z
(−∞ where z is impossible), and ``q``, the probabilities q(z|x). Leading axes are the points x_i;
the slide sums over them. All values are in nats.

The bound holds for every q. The first two members of the slide's proof by Jensen are equal only
where q covers the posterior: it divides by q(z|x), so terms with q(z|x) = 0 are lost.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import jax.numpy as jnp
from jax.nn import log_softmax, logsumexp, softmax
from jaxtyping import Array, Float

from lecture11.arguments import as_distribution, as_logits, require_alike
from lecture11.divergence import kl_divergence_of_logits
from lecture11.signatures import Arguments, compiled, door
from lecture11.zeros import exp_log_ratio, p_log, safe_log, weighted

Value = TypeVar("Value")


def _of_joint(formula: Callable[..., Value]) -> Callable[..., Value]:
    """Put before a formula its compilation, and before that checks of log p(x, z) and of q."""

    def alike(given: Arguments) -> Arguments:
        arrays = {
            name: (as_distribution if name == "q" else as_logits)(name, value)
            for name, value in given.items()
        }
        require_alike(arrays)
        return arrays

    return door(alike)(compiled(formula))


@_of_joint
def log_likelihood(log_joint: Any) -> Float[Array, "*points"]:
    """log p(x) = log Σ_z p(x, z), finite also where every p(x, z) underflows.

    Raises ValueError where a value is NaN or ∞, or all z of a point are impossible.

    >>> print(log_likelihood(np.log([0.3, 0.1])))  # log 0.4
    -0.9163
    """
    return logsumexp(log_joint, axis=-1)


@_of_joint
def posterior(log_joint: Any) -> Float[Array, "*points states"]:
    """p(z|x) = p(x, z) / p(x). Raises what :func:`log_likelihood` raises.

    >>> print(posterior(np.log([0.3, 0.1])))
    [0.75 0.25]
    """
    return softmax(log_joint, axis=-1)


@_of_joint
def evidence_lower_bound(log_joint: Any, *, q: Any) -> Float[Array, "*points"]:
    """ELBO = Σ_z q(z|x) log (p(x, z) / q(z|x)) = E_q[log p(x, z)] + H(q), with 0 log 0 = 0.

    −∞ where q gives probability to a z that is impossible.
    Raises ValueError where ``q`` is no distribution along the last axis, or shapes differ.

    >>> print(evidence_lower_bound(np.log([0.3, 0.1]), q=[0.5, 0.5]))  # below log 0.4
    -1.0601
    """
    return (weighted(q, log_joint) - p_log(q, q)).sum(axis=-1)


@_of_joint
def bound_of_logits(log_joint: Any, *, logits: Any) -> Float[Array, "*points"]:
    """The ELBO for q = softmax(``logits``), to be differentiated.

    Raises ValueError where a value is NaN or ∞, or shapes differ.
    """
    return -exp_log_ratio(log_softmax(logits, axis=-1), log_joint).sum(axis=-1)


@_of_joint
def posterior_divergence(log_joint: Any, *, q: Any) -> Float[Array, "*points"]:
    """D_KL(q(z|x) ‖ p(z|x)) = log p(x) − ELBO: what the bound lacks of the evidence.

    Raises what :func:`evidence_lower_bound` raises.

    >>> print(posterior_divergence(np.log([0.3, 0.1]), q=[0.5, 0.5]))
    0.1438
    """
    return kl_divergence_of_logits(safe_log(q), relative_to=log_joint)


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


@_of_joint
def jensen_proof(log_joint: Any, *, q: Any) -> JensenProof:
    """The three members of the slide's chain, each by its own expression.

    Raises what :func:`evidence_lower_bound` raises.

    >>> print(jensen_proof(np.log([0.3, 0.1]), q=[1.0, 0.0]).covered)
    0.75
    """
    log_ratio = log_joint - jnp.log(jnp.where(q > 0, q, 1))
    return JensenProof(
        logsumexp(log_joint, axis=-1),
        logsumexp(jnp.where(q > 0, log_ratio, -jnp.inf), b=q, axis=-1),
        weighted(q, log_ratio).sum(axis=-1),
        jnp.where(q > 0, softmax(log_joint, axis=-1), 0).sum(axis=-1),
    )


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


@_of_joint
def kl_proof(log_joint: Any, *, q: Any) -> KLProof:
    """The four members of the slide's chain, each by its own expression.

    Raises what :func:`evidence_lower_bound` raises.

    >>> print(*kl_proof(np.log([0.3, 0.1]), q=[0.5, 0.5]))
    0.1438 0.1438 0.1438 0.1438
    """
    log_p_x = logsumexp(log_joint, axis=-1, keepdims=True)
    log_q = jnp.log(jnp.where(q > 0, q, 1))

    def average(values: Array) -> Array:
        return weighted(q, values).sum(axis=-1)

    return KLProof(
        log_p_x[..., 0] - average(log_joint - log_q),
        average(log_p_x - (log_joint - log_q)),
        average(-(log_joint - log_p_x - log_q)),
        kl_divergence_of_logits(safe_log(q), relative_to=log_joint),
    )
