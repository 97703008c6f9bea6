"""The multivariate normal distribution: N(x | μ, Σ) = |2πΣ|^(-1/2) exp(-½ (x−μ)ᵀ Σ⁻¹ (x−μ))."""

import jax.numpy as jnp
from jax.scipy.linalg import solve_triangular
from jaxtyping import Array, Float


def log_density(
    x: Float[Array, " dims"], mean: Float[Array, " dims"], covariance: Float[Array, "dims dims"]
) -> Float[Array, ""]:
    """log N(x | μ, Σ) at one point, by the Cholesky factor Σ = L Lᵀ (Bishop 2006, eq. 2.43).

    NaN where the covariance is not positive definite: callers keep it so.
    """
    factor = jnp.linalg.cholesky(covariance)
    standardised = solve_triangular(factor, x - mean, lower=True)  # L⁻¹ (x − μ)
    log_determinant = 2 * jnp.log(jnp.diagonal(factor)).sum()
    return -0.5 * (standardised @ standardised + log_determinant + x.size * jnp.log(2 * jnp.pi))
