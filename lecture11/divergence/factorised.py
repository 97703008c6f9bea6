"""A factorised Gaussian q(x) = Π_i N(x_i | m_i, s_i²) fitted to a correlated one, p = N(μ, Σ).

With the precision Λ = Σ⁻¹, in closed form (Bishop 2006, section 10.1.2 and Figure 10.2)::

    forward, min_q D_KL(p ‖ q):    m = μ,  s_i² = Σ_ii      the marginal variances
    reverse, min_q D_KL(q ‖ p):    m = μ,  s_i² = 1 / Λ_ii  the conditional variances

Both have the right mean. The forward fit has every marginal of p and so fills a larger volume than
p does; the reverse one fills a smaller volume: Π Σ_ii ≥ |Σ| ≥ Π 1/Λ_ii (Hadamard). The divergences
are those gaps::

    D_KL(p ‖ forward) = ½ log (Π Σ_ii / |Σ|)        D_KL(reverse ‖ p) = ½ log (|Σ| Π Λ_ii)
"""

import jax.numpy as jnp
from jax.scipy.linalg import solve_triangular
from jaxtyping import Array, Float

from lecture11.arguments import require_shape
from lecture11.gaussian import Gaussian, as_gaussian
from lecture11.signatures import compiled, converted


@converted(p=as_gaussian)
@compiled
def forward_factorised(p: Gaussian) -> Gaussian:
    """The factorised q that minimises D_KL(p ‖ q): the marginals of p.

    Raises what :func:`~lecture11.gaussian.as_gaussian` raises.

    >>> print(forward_factorised(Gaussian([0.0, 0.0], [[2.0, 1.0], [1.0, 2.0]])).covariance)
    [[2.00 0.00]
     [0.00 2.00]]
    """
    return Gaussian(p.mean, jnp.diag(jnp.diagonal(p.covariance)))


@converted(p=as_gaussian)
@compiled
def reverse_factorised(p: Gaussian) -> Gaussian:
    """The factorised q that minimises D_KL(q ‖ p): the conditionals of p, at its mean.

    Raises what :func:`~lecture11.gaussian.as_gaussian` raises.

    >>> print(reverse_factorised(Gaussian([0.0, 0.0], [[2.0, 1.0], [1.0, 2.0]])).covariance)
    [[1.50 0.00]
     [0.00 1.50]]
    """
    return Gaussian(p.mean, jnp.diag(1 / _precisions(p.covariance)))


@converted(q=as_gaussian, p=as_gaussian)
@compiled
def volume_ratio(q: Gaussian, p: Gaussian) -> Float[Array, ""]:
    """Volume of q's one-standard-deviation ellipsoid over that of p's: √(|Σ_q| / |Σ_p|).

    Raises TypeError or ValueError where one of them is no Gaussian, or their dimensions differ.
    """
    require_shape("p.mean", p.mean, q.mean.shape, "that of q.mean")
    scales = (jnp.diagonal(jnp.linalg.cholesky(each.covariance)) for each in (q, p))
    of_q, of_p = (jnp.log(scale).sum() for scale in scales)
    return jnp.exp(of_q - of_p)


def _precisions(covariance: Float[Array, "dims dims"]) -> Float[Array, " dims"]:
    """Λ_ii: with Σ = L Lᵀ, Λ = L⁻ᵀ L⁻¹, so Λ_ii is the squared length of column i of L⁻¹."""
    factor = jnp.linalg.cholesky(covariance)
    inverse = solve_triangular(factor, jnp.eye(len(factor), dtype=factor.dtype), lower=True)
    return (inverse**2).sum(axis=0)
