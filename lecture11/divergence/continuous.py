"""KL divergence of densities on the line: ∫ p(x) (log p(x) − log q(x)) dx.

By quadrature, from log-densities at the nodes of a rule: exact to rounding once the nodes are
dense enough, but in one dimension only. By sampling, from log-densities at points drawn from p:
in any number of dimensions, with an error that halves when the number of samples is quadrupled.
Either way the slide's convention holds, 0 log 0 = 0, and the divergence is ∞ where q = 0 < p.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from lecture11.quadrature import Rule, integrate


class Estimate(NamedTuple):
    """A Monte Carlo average, and how far off it may be."""

    mean: Float[Array, ""]
    """The average over the samples: unbiased."""
    standard_error: Float[Array, ""]
    """Standard deviation of that average over repetitions, estimated from the same samples."""


def kl_integrand(
    log_p: Float[Array, " points"], *, relative_to: Float[Array, " points"]
) -> Float[Array, " points"]:
    """p (log p − log q) at each point, from log p and log q (``relative_to``) there.

    0 where p is 0, ∞ where only q is; negative where p < q.
    """
    some = log_p > -jnp.inf
    ratio = jnp.where(some, log_p, 0) - jnp.where(some, relative_to, 0)
    return jnp.where(some, jnp.exp(log_p) * ratio, 0)


def kl_by_quadrature(
    log_p: Float[Array, " nodes"], rule: Rule, *, relative_to: Float[Array, " nodes"]
) -> Float[Array, ""]:
    """D_KL(p ‖ q) in nats, from log p and log q (``relative_to``) at the nodes of ``rule``.

    The rule must reach as far as p does, with nodes closer than the narrowest bump of p.
    """
    return integrate(kl_integrand(log_p, relative_to=relative_to), rule)


def kl_by_sampling(
    log_p: Float[Array, " samples"], *, relative_to: Float[Array, " samples"]
) -> Estimate:
    """D_KL(p ‖ q) in nats, from log p and log q (``relative_to``) at points drawn from p.

    The mean of log p − log q over the samples. A single sample with q = 0 makes it ∞; where no
    sample happens to fall there it stays finite, so this estimate cannot prove support.

    Raises ValueError where there are fewer than two samples.
    """
    if len(log_p) < 2:
        raise ValueError(
            f"log_p: expected 2 samples or more, for a standard error; got {len(log_p)}."
        )
    ratio = log_p - relative_to
    mean = ratio.mean()
    finite = jnp.isfinite(mean)
    spread = jnp.where(finite, ratio, 0).std(ddof=1) / jnp.sqrt(ratio.size)
    return Estimate(mean, jnp.where(finite, spread, jnp.inf))
