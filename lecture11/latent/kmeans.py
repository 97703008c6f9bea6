"""K-means, as what EM becomes when all components are equal, spherical, and vanishingly small.

For a mixture of Gaussians with equal weights and covariance σ² I the responsibilities are a softmax
of −|x − μ_k|² / 2σ². As σ → 0 all of it goes to the nearest mean, and σ² times the log-likelihood
tends to minus half the sum of squared distances to it (Bishop, section 9.3.2).
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from lecture11.arguments import as_floats, require_shape
from lecture11.latent.em import Model, numbers_as_data
from lecture11.latent.finite_mixture import require_components
from lecture11.latent.gaussian_mixture import as_points
from lecture11.signatures import checked


class KMeansParameters(NamedTuple):
    """θ = μ."""

    centres: Float[Array, "*frames components dims"]
    """μ_k, in the units of the data."""


class KMeansStatistics(NamedTuple):
    """Sums over the points of each cluster."""

    counts: Float[Array, " components"]
    """How many points are nearest to each centre."""
    sums: Float[Array, "components dims"]
    """Σ_i (x_i − μ_k) over the points of cluster k."""


@numbers_as_data
@dataclass(frozen=True)
class KMeans(Model):
    """K-means for :func:`~lecture11.latent.fit_em`; its objective is minus half the inertia.

    >>> run = fit_em(KMeans(), KMeansParameters([[0.0], [1.0]]), [[0.0], [1.0], [5.0]], frames=[9])
    >>> run.state.centres.tolist()
    [[0.5], [5.0]]
    """

    @checked
    def check(
        self, params: KMeansParameters, data: Any
    ) -> tuple[KMeansParameters, Float[Array, "points dims"]]:
        """Both as JAX arrays; raises TypeError or ValueError as the Gaussian mixture does."""
        data = as_points(data)
        centres = as_floats("params.centres", params.centres, 2)
        require_shape("params.centres", centres, (len(centres), data.shape[1]), "components × dims")
        require_components("components", len(centres), len(data))
        return KMeansParameters(centres), data

    def posterior(
        self, params: KMeansParameters, data: Float[Array, "points dims"]
    ) -> Float[Array, "points components"]:
        """1 for the nearest centre (the first of them where several are), 0 for the others."""
        nearest = _squared_distances(params, data).argmin(axis=1)
        return jax.nn.one_hot(nearest, len(params.centres), dtype=data.dtype)

    def e_step(
        self, params: KMeansParameters, data: Float[Array, "points dims"]
    ) -> tuple[KMeansStatistics, Float[Array, ""]]:
        """Sums over clusters, and minus half the sum of squared distances to the nearest centre."""
        responsibilities = self.posterior(params, data)
        counts = responsibilities.sum(axis=0)
        sums = jnp.einsum("nk,nki->ki", responsibilities, data[:, None] - params.centres)
        return KMeansStatistics(counts, sums), -0.5 * _squared_distances(params, data).min(1).sum()

    def m_step(self, params: KMeansParameters, statistics: KMeansStatistics) -> KMeansParameters:
        """The mean of each cluster; a centre without points stays."""
        counts = jnp.maximum(statistics.counts, 1)
        return KMeansParameters(params.centres + statistics.sums / counts[:, None])

    def collapsed(
        self, params: KMeansParameters, statistics: KMeansStatistics
    ) -> Bool[Array, " components"]:
        """Which centres no point is nearest to."""
        return statistics.counts == 0


def _squared_distances(
    params: KMeansParameters, data: Float[Array, "points dims"]
) -> Float[Array, "points components"]:
    return ((data[:, None] - params.centres) ** 2).sum(axis=2)
