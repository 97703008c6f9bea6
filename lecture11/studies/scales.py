"""A divergence and an entropy of two normals, measured on other scales y = g(x)."""

from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from lecture11.divergence import Normal, kl_by_quadrature, normal_log_density
from lecture11.quadrature import Rule, integrate, trapezoid

P, Q = Normal(jnp.array(-0.5), jnp.array(0.6)), Normal(jnp.array(1.0), jnp.array(0.8))

LogDensities = Callable[[Float[Array, " nodes"]], list[Float[Array, " nodes"]]]
"""From values of y to log p and log q there."""


class Scale(NamedTuple):
    """One way to measure x."""

    log_densities: LogDensities
    rule: Rule
    """Equally spaced in y."""


class Measured(NamedTuple):
    """By quadrature, in nats."""

    divergence: float
    """D_KL(p ‖ q)."""
    entropy: float
    """h(p), differential."""


def _through(
    inverse: Callable[[Array], Array], log_slope: Callable[[Array], Array]
) -> LogDensities:
    """Of y, from x = inverse(y) and log |dx/dy|."""
    return lambda y: [normal_log_density(inverse(y), each) + log_slope(y) for each in (P, Q)]


def _folded(y: Array) -> list[Array]:
    """Of y = |x|, where two x become one y."""
    return [
        jnp.logaddexp(normal_log_density(y, each), normal_log_density(-y, each)) for each in (P, Q)
    ]


def scales() -> dict[str, Scale]:
    """Three bijections, and |x|, which is none."""
    by_arcsinh = _through(jnp.arcsinh, lambda y: -0.5 * jnp.log1p(y**2))
    return {
        "x": Scale(_through(lambda y: y, jnp.zeros_like), trapezoid(-9, 9, 2001)),
        "eˣ": Scale(_through(jnp.log, lambda y: -jnp.log(y)), trapezoid(1e-3, 200, 100_001)),
        "sinh x": Scale(by_arcsinh, trapezoid(-2000, 2000, 400_001)),
        "|x|": Scale(_folded, trapezoid(0, 9, 2001)),
    }


def measured(scale: Scale) -> Measured:
    """Both integrals afresh in y."""
    log_p, log_q = scale.log_densities(scale.rule.nodes)
    divergence = kl_by_quadrature(log_p, scale.rule, relative_to=log_q)
    return Measured(float(divergence), float(integrate(-jnp.exp(log_p) * log_p, scale.rule)))
