"""Mixture of normals on the line, the slide's p with several modes: Σ_k π_k N(x | μ_k, σ_k²)."""

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from lecture11.arguments import (
    as_distribution,
    as_floats,
    as_instance,
    as_key,
    as_whole,
    known,
    require_positive,
    require_shape,
)
from lecture11.gaussian import POSITIVE_SD, Normal, normal_log_density
from lecture11.quadrature import Rule, trapezoid
from lecture11.signatures import compiled, converted

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


def as_mixture(name: str, mixture: NormalMixture) -> NormalMixture:
    """The fields as JAX arrays, the weights made to sum to 1 exactly.

    Raises TypeError where it is no :class:`NormalMixture`; ValueError, naming the field, where
    shapes disagree, a value is not finite, the weights are no distribution or a standard deviation
    is not positive. Under jit, vmap and grad shapes are checked, values are not.
    """
    as_instance(name, mixture, NormalMixture, "give it as NormalMixture(weights, means, sds)")
    weights = as_distribution(f"{name}.weights", mixture.weights, dims=1)
    means = as_floats(f"{name}.means", mixture.means, 1)
    sds = as_floats(f"{name}.sds", mixture.sds, 1)
    require_shape(f"{name}.weights", weights, means.shape, "one for each mean")
    require_shape(f"{name}.sds", sds, means.shape, "one for each mean")
    require_positive(f"{name}.sds", sds, *POSITIVE_SD)
    if known(weights):  # in NumPy: nothing need be compiled to check it
        given = np.asarray(weights)
        return NormalMixture(jnp.asarray(given / given.sum()), means, sds)
    return NormalMixture(weights / weights.sum(), means, sds)


@converted(x=as_floats, mixture=as_mixture)
@compiled
def mixture_log_density(x: Any, mixture: NormalMixture) -> Float[Array, "*points"]:
    """log p(x), at one point or many; in log-space, so finite however far from all modes.

    Raises what :func:`as_mixture` raises; TypeError or ValueError where x is no number.

    >>> p = NormalMixture([0.5, 0.5], [-2.0, 2.0], [0.5, 0.5])
    >>> print(mixture_log_density([-2.0, 0.0], p))
    [-0.9189 -8.2258]
    """
    weights, means, sds = mixture
    of_components = normal_log_density(x[..., None], Normal(means, sds))
    return jax.nn.logsumexp(of_components, axis=-1, b=weights)


@converted(mixture=as_mixture)
@compiled
def mixture_mean(mixture: NormalMixture) -> Float[Array, ""]:
    """E[x] = Σ_k π_k μ_k. Raises what :func:`as_mixture` raises."""
    weights, means, _ = mixture
    return weights @ means


@converted(mixture=as_mixture)
@compiled
def mixture_variance(mixture: NormalMixture) -> Float[Array, ""]:
    """Var[x] = Σ_k π_k σ_k² + Σ_k π_k (μ_k − E[x])²: within the components and between them.

    Raises what :func:`as_mixture` raises.
    """
    weights, means, sds = mixture
    return weights @ sds**2 + weights @ (means - weights @ means) ** 2


@converted(mixture=as_mixture, count=partial(as_whole, low=1), key=as_key)
@partial(jax.jit, static_argnames="count")
def sample_mixture(
    mixture: NormalMixture, count: int, *, key: PRNGKeyArray
) -> Float[Array, " count"]:
    """``count`` independent points: first the component, then the point from its normal.

    Raises what :func:`as_mixture` raises; TypeError or ValueError where ``count`` is no whole
    number from 1 on, TypeError where ``key`` is no random key.
    """
    weights, means, sds = mixture
    of_component, of_point = jax.random.split(key)
    k = jax.random.categorical(of_component, jnp.log(weights), shape=(count,))
    return means[k] + sds[k] * jax.random.normal(of_point, (count,))


@converted(mixture=as_mixture, count=partial(as_whole, low=2))
@partial(jax.jit, static_argnames="count")
def covering_rule(mixture: NormalMixture, count: int = 2001) -> Rule:
    """The trapezoidal rule over all of p, with ``count`` nodes.

    Integrals of p and of p log p are exact to rounding while its steps are no longer than a tenth
    of the smallest σ_k.
    Raises what :func:`as_mixture` and :func:`~lecture11.quadrature.trapezoid` raise.
    """
    _, means, sds = mixture
    return trapezoid((means - REACH * sds).min(), (means + REACH * sds).max(), count)
