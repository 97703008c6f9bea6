"""KL divergence of densities on the line: ∫ p(x) (log p(x) − log q(x)) dx.

By quadrature, from log-densities at the nodes of a rule: exact to rounding once the nodes are
dense enough, but in one dimension only. By sampling, from log-densities at points drawn from p:
in any number of dimensions, with an error that halves when the number of samples is quadrupled.
Either way the slide's convention holds, 0 log 0 = 0, and the divergence is ∞ where q = 0 < p.
"""

from typing import Any, NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from lecture11.arguments import as_floats, require_shape
from lecture11.quadrature import Rule, integrate
from lecture11.zeros import exp_log_ratio


class Estimate(NamedTuple):
    """A Monte Carlo average, and how far off it may be."""

    mean: Float[Array, ""]
    """The average over the samples: unbiased."""
    standard_error: Float[Array, ""]
    """Standard deviation of that average over repetitions, estimated from the same samples."""


def kl_by_quadrature(log_p: Any, rule: Rule, *, relative_to: Any) -> Float[Array, ""]:
    """D_KL(p ‖ q) = ∫ p(x) (log p(x) − log q(x)) dx in nats, from values at the nodes of ``rule``.

    log_p: log p at the nodes, −∞ where p is 0
    relative_to: log q at the nodes

    The rule must reach as far as p does, with nodes closer than the narrowest bump of p.
    Raises TypeError or ValueError where one of them is no such array, or ``rule`` is none.

    >>> rule = covering_rule(NormalMixture([1.0], [0.0], [1.0]), count=101)
    >>> log_p, log_q = (normal_log_density(rule.nodes, Normal(m, 1.0)) for m in (0.0, 1.0))
    >>> print(kl_by_quadrature(log_p, rule, relative_to=log_q))
    0.5000
    """
    log_p, log_q = _at_the_same_points(log_p, relative_to, lowest=True)
    return integrate(exp_log_ratio(log_p, log_q), rule)


def kl_by_sampling(log_p: Any, *, relative_to: Any) -> Estimate:
    """D_KL(p ‖ q) = E_p[log p(x) − log q(x)] in nats, from values at points drawn from p.

    log_p: log p at the points, finite, as no point is drawn where p is 0
    relative_to: log q at the points

    A single point with q = 0 makes it ∞; where none happens to fall there it stays finite, so this
    estimate cannot prove support.
    Raises TypeError or ValueError where one of them is no such array; ValueError where there are
    fewer than two points.

    >>> log_p, log_q = np.log([0.5, 0.3, 0.5]), np.log([0.25, 0.3, 0.25])  # at three points
    >>> print(kl_by_sampling(log_p, relative_to=log_q).mean)
    0.4621
    """
    log_p, log_q = _at_the_same_points(log_p, relative_to, lowest=False)
    if len(log_p) < 2:
        raise ValueError(
            f"log_p: expected 2 samples or more, for a standard error; got {len(log_p)}."
        )
    ratio = log_p - log_q
    mean = ratio.mean()
    finite = jnp.isfinite(mean)
    spread = jnp.where(finite, ratio, 0).std(ddof=1) / jnp.sqrt(ratio.size)
    return Estimate(mean, jnp.where(finite, spread, jnp.inf))


def _at_the_same_points(log_p: Any, log_q: Any, *, lowest: bool) -> tuple[Array, Array]:
    of_p = as_floats("log_p", log_p, 1, lowest=lowest)
    of_q = as_floats("relative_to", log_q, 1, lowest=True)
    require_shape("relative_to", of_q, of_p.shape, "that of log_p")
    return of_p, of_q
