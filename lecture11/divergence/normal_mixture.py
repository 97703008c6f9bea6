"""Mixture of normals on the line, the slide's p with several modes: Σ_k π_k N(x | μ_k, σ_k²)."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Array, Float, PRNGKeyArray

from lecture11.arguments import as_distribution, as_floats, require_shape
from lecture11.gaussian import Normal, normal_log_density
from lecture11.quadrature import Rule, trapezoid

REACH = 10.0
"""Standard deviations beyond which a normal density counts as 0: there it is 2e-22 of its peak."""


class NormalMixture(NamedTuple):
    """p(x) = Σ_k π_k N(x | μ_k, σ_k²)."""

    weights: Float[Array, " components"]
    """π_k, from 0 on; they sum to 1."""
    means: Float[Array, " components"]
    """μ_k, in the unit of x."""
    sds: Float[Array, " components"]
    """σ_k > 0, in the unit of x."""


def check_mixture(mixture: NormalMixture) -> NormalMixture:
    """The fields as JAX arrays, the weights made to sum to 1 exactly.

    Raises ValueError, naming the field, where shapes disagree, a value is not finite, the weights
    are no distribution or a standard deviation is not positive.
    """
    weights = as_distribution("weights", mixture.weights)
    means, sds = as_floats("means", mixture.means, 1), as_floats("sds", mixture.sds, 1)
    require_shape("weights", weights, means.shape, "one for each mean")
    require_shape("sds", sds, means.shape, "one for each mean")
    if not isinstance(sds, Tracer) and bool((sds <= 0).any()):
        raise ValueError(
            f"sds: expected positive standard deviations, got {np.asarray(sds)}; a component of "
            "width 0 has no density."
        )
    return NormalMixture(weights / weights.sum(), means, sds)


def mixture_log_density(x: Any, mixture: NormalMixture) -> Float[Array, "*points"]:
    """log p(x), at one point or many; in log-space, so finite however far from all modes."""
    weights, means, sds = map(jnp.asarray, mixture)
    of_components = normal_log_density(jnp.asarray(x)[..., None], Normal(means, sds))
    return jax.nn.logsumexp(of_components, axis=-1, b=weights)


def mixture_mean(mixture: NormalMixture) -> Float[Array, ""]:
    """E[x] = Σ_k π_k μ_k."""
    weights, means, _ = map(jnp.asarray, mixture)
    return weights @ means


def mixture_variance(mixture: NormalMixture) -> Float[Array, ""]:
    """Var[x] = Σ_k π_k σ_k² + Σ_k π_k (μ_k − E[x])²: within the components and between them."""
    weights, means, sds = map(jnp.asarray, mixture)
    return weights @ sds**2 + weights @ (means - weights @ means) ** 2


def sample_mixture(
    mixture: NormalMixture, count: int, *, key: PRNGKeyArray
) -> Float[Array, " count"]:
    """``count`` independent points: first the component, then the point from its normal."""
    weights, means, sds = map(jnp.asarray, mixture)
    of_component, of_point = jax.random.split(key)
    k = jax.random.categorical(of_component, jnp.log(weights), shape=(count,))
    return means[k] + sds[k] * jax.random.normal(of_point, (count,))


def covering_rule(mixture: NormalMixture, count: int = 2001) -> Rule:
    """The trapezoidal rule over all of p, with ``count`` nodes.

    It is exact to rounding while its steps are no longer than the smallest σ_k.
    """
    _, means, sds = map(jnp.asarray, mixture)
    return trapezoid((means - REACH * sds).min(), (means + REACH * sds).max(), count)
