"""Kullback–Leibler divergence between normal distributions, in closed form.

In one dimension, with ratio r = σ_p / σ_q and shift d = (μ_p − μ_q) / σ_q::

    D_KL(p ‖ q) = ½ (r² − 1 − log r²) + ½ d²

and in many, with Cholesky factors Σ_p = L_p L_pᵀ and Σ_q = L_q L_qᵀ, M = L_q⁻¹ L_p and
d = L_q⁻¹ (μ_p − μ_q)::

    D_KL(p ‖ q) = ½ [ tr(Σ_q⁻¹ Σ_p) − D − log |Σ_p| / |Σ_q| + dᵀd ]
                = ½ [ Σ_i (M_ii² − 1 − log M_ii²)  +  Σ_{i≠j} M_ij²  +  dᵀd ]

In the last form no term is negative, so nothing cancels: it is 0 where p = q, and right to the last
digits where the two are close or their scales are far apart. (Bishop 2006, exercise 2.13, has the
first form.)
"""

import jax.numpy as jnp
from jax.scipy.linalg import solve_triangular
from jaxtyping import Array, Float

from lecture11.arguments import require_shape
from lecture11.gaussian import Gaussian, Normal, as_gaussian, as_normal
from lecture11.signatures import compiled, converted


@converted(p=as_normal, relative_to=as_normal)
@compiled
def normal_kl(p: Normal, *, relative_to: Normal) -> Float[Array, "*batch"]:
    """½ (r² − 1 − log r² + d²) with r = σ_p / σ_q and d = (μ_p − μ_q) / σ_q: D_KL(p ‖ q) in nats.

    p, relative_to: normals in one dimension; elementwise

    Raises ValueError where a mean is not finite or a standard deviation not positive (under jit
    and vmap, where values are not known, the result is NaN there).

    >>> print(normal_kl(Normal(0.0, 1.0), relative_to=Normal(1.0, 2.0)))
    0.4431
    """
    q = relative_to
    shift = (p.mean - q.mean) / q.sd
    return 0.5 * (_excess(p.sd, q.sd) + shift**2)


@converted(p=as_gaussian, relative_to=as_gaussian)
@compiled
def gaussian_kl(p: Gaussian, *, relative_to: Gaussian) -> Float[Array, ""]:
    """½ [Σ_i (M_ii² − 1 − log M_ii²) + Σ_{i≠j} M_ij² + dᵀd], see above: D_KL(p ‖ q) in nats.

    p, relative_to: Gaussians of the same dimension

    Raises ValueError where shapes disagree, a value is not finite or a covariance not symmetric
    positive definite (under jit and vmap the result is NaN for the last).

    >>> p, q = Gaussian([0.0, 0.0], np.diag([1.0, 4.0])), Gaussian([1.0, 0.0], np.eye(2))
    >>> print(gaussian_kl(p, relative_to=q))
    1.3069
    """
    q = relative_to
    require_shape("relative_to.mean", q.mean, p.mean.shape, "that of p.mean")
    factor_p, factor_q = jnp.linalg.cholesky(p.covariance), jnp.linalg.cholesky(q.covariance)
    ratio = solve_triangular(factor_q, factor_p, lower=True)
    shift = solve_triangular(factor_q, p.mean - q.mean, lower=True)
    of_scales = _excess(jnp.diagonal(factor_p), jnp.diagonal(factor_q)).sum()
    return 0.5 * (of_scales + (jnp.tril(ratio, -1) ** 2).sum() + shift @ shift)


def _excess(sd_p: Float[Array, "..."], sd_q: Float[Array, "..."]) -> Float[Array, "..."]:
    """r² − 1 − log r² for r = sd_p / sd_q: never negative, and precise where r is near 1 or far.

    With t = log r² it is eᵗ − 1 − t. Where t is small that difference cancels, and its series
    t²/2! + t³/3! + … does not.
    """
    relative = (sd_p - sd_q) / sd_q
    near = jnp.abs(relative) < 0.1
    t_near = 2 * jnp.log1p(jnp.where(near, relative, 0))
    series = jnp.zeros_like(t_near)
    for order in range(13, 1, -1):  # Horner's scheme: 1/2! + t/3! + … + t¹¹/13!
        series = (1 + series * t_near) / order if order > 2 else (1 + series * t_near) / 2
    t_far = 2 * (jnp.log(jnp.where(near, 1, sd_p)) - jnp.log(jnp.where(near, 1, sd_q)))
    return jnp.where(near, t_near**2 * series, jnp.expm1(t_far) - t_far)
