"""The normal distribution, in one dimension and in many::

N(x | μ, σ²) = (2πσ²)^(-1/2) exp(-½ (x−μ)² / σ²)
N(x | μ, Σ) = |2πΣ|^(-1/2) exp(-½ (x−μ)ᵀ Σ⁻¹ (x−μ))
"""

from functools import partial
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax.scipy.linalg import solve_triangular
from jaxtyping import Array, Float

from lecture11.arguments import (
    as_floats,
    as_instance,
    known,
    require_positive,
    require_positive_definite,
    require_shape,
)
from lecture11.signatures import checked, compiled, converted

POSITIVE_SD = (
    "a positive standard deviation",
    "where it is 0 the distribution is a single point, which has no density",
)
"""What is asked of a standard deviation, for :func:`~lecture11.arguments.require_positive`."""


class Normal(NamedTuple):
    """N(x | μ, σ²) in one dimension; fields with several values are several distributions."""

    mean: Float[Array, "*batch"]
    """μ, in the unit of x."""
    sd: Float[Array, "*batch"]
    """σ > 0, the standard deviation (not the variance), in the unit of x."""


STANDARD_NORMAL = Normal(0.0, 1.0)  # type: ignore[arg-type]
"""N(0, 1), in the precision of whatever it meets."""


class Gaussian(NamedTuple):
    """N(x | μ, Σ) in D dimensions."""

    mean: Float[Array, " dims"]
    """μ, in the units of x."""
    covariance: Float[Array, "dims dims"]
    """Σ, symmetric positive definite, in squared units of x."""


def as_normal(name: str, normal: Normal) -> Normal:
    """The fields as JAX arrays.

    Raises TypeError where it is no :class:`Normal`; ValueError, naming the field, where its fields
    make none. Under jit, vmap and grad, where values are not known yet, they are only converted.
    """
    as_instance(name, normal, Normal, "give it as Normal(mean, sd)")
    mean, sd = (as_floats(f"{name}.{field}", value) for field, value in normal._asdict().items())
    require_positive(f"{name}.sd", sd, *POSITIVE_SD)
    return Normal(mean, sd)


def as_gaussian(name: str, gaussian: Gaussian) -> Gaussian:
    """The fields as JAX arrays.

    Raises TypeError where it is no :class:`Gaussian`; ValueError, naming the field, where its
    fields make none. Under jit, vmap and grad shapes are checked, values are not.
    """
    as_instance(name, gaussian, Gaussian, "give it as Gaussian(mean, covariance)")
    mean = as_floats(f"{name}.mean", gaussian.mean, 1)
    covariance = as_floats(f"{name}.covariance", gaussian.covariance, 2)
    require_shape(f"{name}.covariance", covariance, (mean.size, mean.size), "dims × dims")
    if known(covariance):
        require_positive_definite(f"{name}.covariance", np.asarray(covariance))
    return Gaussian(mean, covariance)


@converted(x=partial(as_floats, infinite=True), normal=as_normal)
@compiled
def normal_log_density(x: Any, normal: Normal) -> Float[Array, "*batch"]:
    """log N(x | μ, σ²), elementwise; −∞ at x = ±∞.

    Raises TypeError or ValueError where x is NaN, or ``normal`` is none.
    """
    mean, sd = normal
    return -0.5 * (((x - mean) / sd) ** 2 + jnp.log(2 * jnp.pi)) - jnp.log(sd)


@checked
@compiled
def gaussian_log_density(
    x: Float[Array, " dims"], mean: Float[Array, " dims"], covariance: Float[Array, "dims dims"]
) -> Float[Array, ""]:
    """log N(x | μ, Σ) at one point, by the Cholesky factor Σ = L Lᵀ (Bishop 2006, eq. 2.43).

    NaN where the covariance is not positive definite: callers keep it so.
    """
    require_shape("x, mean", mean, x.shape, "that of x, for the mean")
    require_shape("covariance", covariance, (x.size, x.size), "dims × dims")
    factor = jnp.linalg.cholesky(covariance)
    standardised = solve_triangular(factor, x - mean, lower=True)  # L⁻¹ (x − μ)
    log_determinant = 2 * jnp.log(jnp.diagonal(factor)).sum()
    return -0.5 * (standardised @ standardised + log_determinant + x.size * jnp.log(2 * jnp.pi))
