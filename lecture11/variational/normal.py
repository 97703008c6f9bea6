"""Gradient estimates of E[f(z)] under a normal z, by draws; exactly, by quadrature.

With z = μ + σ ε every expectation is one over ε ~ N(0, 1), which no σ makes too narrow for the
nodes of a rule. In (μ, log σ) the scores are (ε/σ, ε² − 1), the slopes f'(z) · (1, σ ε).
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from lecture11.arguments import as_tree, as_whole, require_shape
from lecture11.gaussian import STANDARD_NORMAL, Normal, as_normal, normal_log_density
from lecture11.quadrature import Rule, integrate, trapezoid
from lecture11.signatures import Scalar, checked
from lecture11.variational.estimators import Draws

Objective = Callable[[Array, Any], Array]
"""``f(z, data)``, elementwise in z, a module-level function: it is compiled once."""

REACH, NODES = 12.0, 2001
"""Of the quadrature: from −12 to 12 standard deviations, where the density is 10⁻³²."""


class EstimatorVariances(NamedTuple):
    """The variance of one draw's gradient estimate in μ and in log σ, by quadrature."""

    score_function: Float[Array, " 2"]
    """Of (f(z) − b) ∇ log q(z)."""
    reparametrised: Float[Array, " 2"]
    """Of f'(z) ∇(μ + σ ε)."""


@checked
def reparametrised(q: Normal, *, noise: Float[Array, "*draws"]) -> Float[Array, "*draws"]:
    """z = μ + σ ε: a draw from q through which its parameters can be reached.

    noise: ε, draws from N(0, 1)

    Raises ValueError where there is not one for each value of z.

    >>> from lecture11.divergence import Normal
    >>> print(jax.grad(lambda sd: reparametrised(Normal(1.0, sd), noise=0.5))(2.0))  # ∂z/∂σ = ε
    0.5
    """
    if noise.shape[noise.ndim - q.mean.ndim :] != q.mean.shape:
        raise ValueError(f"noise: expected shape (…, *{q.mean.shape}), got {noise.shape}.")
    return q.mean + q.sd * noise


@checked
def normal_draws(
    f: Objective,
    q: Normal,
    data: Any = None,
    *,
    repeats: int,
    draws: int,
    key: PRNGKeyArray,
) -> Draws:
    """Draws z = μ + σ ε for ∇ E[f(z)] in (μ, log σ), by score function and reparametrised.

    Raises ValueError where q is no normal distribution in one dimension.
    """
    sizes = as_whole("repeats", repeats, 1), as_whole("draws", draws, 1)
    return _draws(f, _one_normal(q), _arrays(data), *sizes, key)


@partial(jax.jit, static_argnums=(0, 3, 4))
def _draws(
    f: Objective, q: Normal, data: Any, repeats: int, draws: int, key: PRNGKeyArray
) -> Draws:
    noise = jax.random.normal(key, (repeats, draws), q.mean.dtype)
    z = reparametrised(q, noise=noise)
    scores = jnp.stack([noise / q.sd, noise**2 - 1], axis=-1)
    return Draws(f(z, data), scores, _slopes(f, q, noise, data))


@checked
def expectation(f: Objective, q: Normal, data: Any = None) -> Float[Array, ""]:
    """E[f(z)] under q = N(μ, σ²), by quadrature.

    Raises ValueError where q is no normal distribution in one dimension.
    """
    return _expectation(f, _one_normal(q), _arrays(data))


@checked
def quadrature_gradient(f: Objective, q: Normal, data: Any = None) -> Float[Array, " 2"]:
    """∇ E[f(z)] in (μ, log σ), by quadrature: ∫ q(z) f(z) ∇ log q(z) dz."""
    return _moments(f, _one_normal(q), _arrays(data), jnp.zeros(()))[0]


@checked
def quadrature_variances(
    f: Objective, q: Normal, data: Any = None, *, baseline: Scalar = 0.0
) -> EstimatorVariances:
    """The exact variances of one draw's estimates; S draws divide them by S.

    baseline: b of the score function
    """
    q = _one_normal(q)
    offset = jnp.asarray(baseline, q.mean.dtype)
    return EstimatorVariances(*_moments(f, q, _arrays(data), offset)[1:])


@partial(jax.jit, static_argnums=0)
def _expectation(f: Objective, q: Normal, data: Any) -> Float[Array, ""]:
    rule, density = _standard()
    return integrate(density * f(reparametrised(q, noise=rule.nodes), data), rule)


@partial(jax.jit, static_argnums=0)
def _moments(f: Objective, q: Normal, data: Any, baseline: Array) -> tuple[Array, Array, Array]:
    """The gradient, and the variances of its two estimates."""
    rule, density = _standard()
    noise = rule.nodes
    values = f(reparametrised(q, noise=noise), data) - baseline
    # times ε before it is divided by σ: 1/σ may overflow where f(z) ε / σ does not
    products = jnp.stack([values * noise / q.sd, values * (noise**2 - 1)], axis=-1)

    def moments(terms: Array) -> tuple[Array, Array]:
        mean = integrate((density[:, None] * terms).T, rule)
        return mean, integrate((density[:, None] * (terms - mean) ** 2).T, rule)

    return *moments(products), moments(_slopes(f, q, noise, data))[1]


def _standard() -> tuple[Rule, Float[Array, " nodes"]]:
    """The rule's nodes as values of ε, and N(ε | 0, 1) at each."""
    rule = trapezoid(-REACH, REACH, NODES)
    return rule, jnp.exp(normal_log_density(rule.nodes, STANDARD_NORMAL))


def _slopes(
    f: Objective, q: Normal, noise: Float[Array, "*draws"], data: Any
) -> Float[Array, "*draws 2"]:
    """f'(z) times ∂z/∂μ = 1 and ∂z/∂log σ = σ ε."""
    z = reparametrised(q, noise=noise)
    (slope,) = jax.vjp(lambda at: f(at, data), z)[1](jnp.ones_like(z))
    return jnp.stack([slope, slope * (z - q.mean)], axis=-1)


def _arrays(data: Any) -> Any:
    return None if data is None else as_tree("data", data)


def _one_normal(q: Normal) -> Normal:
    checked = as_normal("q", q)
    for name, field in checked._asdict().items():
        require_shape(f"q.{name}", field, (), "one number")
    return checked
