"""The Gaussian mixture: p(x, z = k) = π_k N(x | μ_k, Σ_k) (slide: Basic EM Example; Bishop, 9.2).

Its posterior, the *responsibilities* γ_ik = p(z = k | x_i), are all the E-step has to find; the
M-step is then a weighted version of what one would do if z had been observed::

    n_k = Σ_i γ_ik       π_k = n_k / n       μ_k = Σ_i γ_ik x_i / n_k
    Σ_k = Σ_i γ_ik (x_i − μ_k)(x_i − μ_k)ᵀ / n_k
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import logsumexp
from jaxtyping import Array, Bool, Float

from lecture11.arguments import as_floats, require_shape
from lecture11.gaussian import log_density


class GaussianMixtureParameters(NamedTuple):
    """θ = (π, μ, Σ)."""

    weights: Float[Array, "*frames components"]
    """π_k = p(z = k); they sum to 1."""
    means: Float[Array, "*frames components dims"]
    """μ_k, in the units of the data."""
    covariances: Float[Array, "*frames components dims dims"]
    """Σ_k, symmetric positive definite, in squared units of the data."""


class GaussianMixtureStatistics(NamedTuple):
    """Sums over the data weighted by the responsibilities.

    They are centred on the means they were taken under: E[x²] − E[x]² would cancel
    catastrophically in float32 where the data lie far from the origin.
    """

    counts: Float[Array, " components"]
    """n_k = Σ_i γ_ik, the number of points a component answers for."""
    sums: Float[Array, "components dims"]
    """Σ_i γ_ik (x_i − μ_k)."""
    scatters: Float[Array, "components dims dims"]
    """Σ_i γ_ik (x_i − μ_k)(x_i − μ_k)ᵀ."""


@dataclass(frozen=True)
class GaussianMixture:
    """A mixture of Gaussians with a full covariance matrix each, for :func:`fit_em`."""

    def check(
        self, params: GaussianMixtureParameters, data: Any
    ) -> tuple[GaussianMixtureParameters, Float[Array, "points dims"]]:
        """Both as JAX arrays.

        Raises ValueError where shapes disagree, a value is not finite, weights are no
        distribution, a covariance is not symmetric positive definite, or a column of the data
        is constant (a mixture has infinite likelihood there).
        """
        data = as_floats("data", data, 2)
        weights = as_floats("weights", params.weights, 1)
        means = as_floats("means", params.means, 2)
        covariances = as_floats("covariances", params.covariances, 3)
        components, dims = len(weights), data.shape[1]
        require_shape("means", means, (components, dims), "components × dims")
        require_shape("covariances", covariances, (components, dims, dims), "components × Σ")
        _require_distribution("weights", weights)
        _require_positive_definite("covariances", covariances)
        _require_spread("data", data)
        return GaussianMixtureParameters(weights, means, covariances), data

    def log_joint(
        self, params: GaussianMixtureParameters, data: Float[Array, "points dims"]
    ) -> Float[Array, "points components"]:
        """log p(x_i, z = k) = log π_k + log N(x_i | μ_k, Σ_k)."""
        of_points = jax.vmap(log_density, (0, None, None))
        of_components = jax.vmap(of_points, (None, 0, 0), out_axes=1)
        return jnp.log(params.weights) + of_components(data, params.means, params.covariances)

    def posterior(
        self, params: GaussianMixtureParameters, data: Float[Array, "points dims"]
    ) -> Float[Array, "points components"]:
        """Responsibilities γ_ik = p(x_i, z = k) / Σ_l p(x_i, z = l) (Bishop, eq. 9.13)."""
        return jax.nn.softmax(self.log_joint(params, data), axis=1)

    def e_step(
        self, params: GaussianMixtureParameters, data: Float[Array, "points dims"]
    ) -> tuple[GaussianMixtureStatistics, Float[Array, ""]]:
        """Statistics under the posterior, and Σ_i log Σ_k p(x_i, z = k) in nats."""
        log_joint = self.log_joint(params, data)
        log_evidence = logsumexp(log_joint, axis=1)
        responsibilities = jnp.exp(log_joint - log_evidence[:, None])
        of_components = jax.vmap(_weighted_sums, (1, None, 0))
        statistics = of_components(responsibilities, data, params.means)
        return GaussianMixtureStatistics(*statistics), log_evidence.sum()

    def m_step(
        self, params: GaussianMixtureParameters, statistics: GaussianMixtureStatistics
    ) -> GaussianMixtureParameters:
        """π, μ, Σ that maximise the expected complete-data log-likelihood (Bishop, eq. 9.24-27).

        A component whose new covariance would be singular (it has shrunk onto a point or a line,
        where the likelihood has no maximum, or answers for no point) keeps its covariance: a
        smaller step of the same kind, which still never lowers the likelihood.
        """
        counts = statistics.counts
        shifts = statistics.sums / jnp.maximum(counts, jnp.finfo(counts.dtype).tiny)[:, None]
        means = params.means + shifts
        scatters = statistics.scatters - jax.vmap(jnp.outer)(statistics.sums, shifts)
        covariances = scatters / jnp.maximum(counts, jnp.finfo(counts.dtype).tiny)[:, None, None]
        keep = _is_singular(counts, means, covariances)[:, None, None]
        return GaussianMixtureParameters(
            weights=counts / counts.sum(),
            means=means,
            covariances=jnp.where(keep, params.covariances, covariances),
        )


def _weighted_sums(
    weights: Float[Array, " points"], data: Float[Array, "points dims"], mean: Float[Array, " dims"]
) -> tuple[Float[Array, ""], Float[Array, " dims"], Float[Array, "dims dims"]]:
    centred = data - mean
    return weights.sum(), weights @ centred, (weights[:, None] * centred).T @ centred


def _is_singular(
    counts: Float[Array, " components"],
    means: Float[Array, "components dims"],
    covariances: Float[Array, "components dims dims"],
) -> Bool[Array, " components"]:
    """Whether a covariance is zero in some direction, up to rounding, on the scale of all data.

    The data's own variances follow from the statistics (within plus between components), so no
    absolute threshold is needed: rescaling a column changes nothing.
    """
    weights = counts / counts.sum()
    offsets = means - weights @ means
    within = jnp.einsum("k,kdd->d", weights, covariances)
    scale = jnp.sqrt(within + weights @ offsets**2)
    relative = covariances / (scale[:, None] * scale)
    pivots = jnp.diagonal(jnp.linalg.cholesky(relative), axis1=1, axis2=2) ** 2
    enough = jnp.all(pivots > 100 * jnp.finfo(means.dtype).eps, axis=1)  # False for NaN as well
    return ~enough


def _require_distribution(name: str, weights: Float[Array, " components"]) -> None:
    total = float(weights.sum())
    if bool((weights < 0).any()) or abs(total - 1) > 1e-4:
        raise ValueError(
            f"{name}: expected a distribution, numbers from 0 on that sum to 1; got "
            f"{np.asarray(weights)} with sum {total:.6g}; divide by the sum."
        )


def _require_positive_definite(
    name: str, covariances: Float[Array, "components dims dims"]
) -> None:
    for k, covariance in enumerate(np.asarray(covariances)):
        if not np.allclose(covariance, covariance.T, rtol=1e-5, atol=0):
            raise ValueError(f"{name}[{k}]: not symmetric; use (Σ + Σᵀ) / 2.")
        if not np.isfinite(np.asarray(jnp.linalg.cholesky(covariances[k]))).all():
            raise ValueError(
                f"{name}[{k}]: not positive definite; add a small multiple of the identity."
            )


def _require_spread(name: str, data: Float[Array, "points dims"]) -> None:
    constant = np.flatnonzero(np.ptp(np.asarray(data), axis=0) == 0)
    if len(constant):
        raise ValueError(
            f"{name}: column {constant[0]} is the same for all {len(data)} points, where "
            "a Gaussian has infinite likelihood; remove it, or give more than one distinct point."
        )
