"""Where EM for a Gaussian mixture may begin: it only ever finds the optimum uphill of its start."""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray

from lecture11.arguments import as_whole
from lecture11.latent.em import fit_em_restarts
from lecture11.latent.finite_mixture import require_components
from lecture11.latent.gaussian_mixture import GaussianMixtureParameters, are_singular, as_points
from lecture11.latent.kmeans import KMeans, KMeansParameters
from lecture11.signatures import checked

KMEANS_RESTARTS = 16
KMEANS_CYCLES = 50
WHOLE = 0.01
"""Part that the data's covariance has in each cluster's at the start."""
LEAST_SPREAD = 1e-3
"""Of each column's variance: added to the data's covariance where that is singular."""


@checked
def random_starts(
    data: Any, components: int, restarts: int, *, key: PRNGKeyArray, room: int = 0
) -> GaussianMixtureParameters:
    """Means at distinct random points, the data's own covariance, equal weights.

    room: pad with components of weight 0, which EM leaves alone, up to so many: starts of equal
        shape for several numbers of components share one compilation

    Returns parameters stacked along a new first axis of length ``restarts``.
    Raises TypeError or ValueError for bad data, more components than points, or no random key.
    """
    data = as_points(data)
    require_components("components", components, len(data))
    spare = ((0, 0), (0, max(room - components, 0)))
    chosen = jnp.pad(distinct_points(len(data), components, restarts, key), spare)
    weights = jnp.full((restarts, components), 1 / components, data.dtype)
    covariance = _covariance(data)
    return GaussianMixtureParameters(
        weights=jnp.pad(weights, spare),
        means=data[chosen],
        covariances=jnp.broadcast_to(covariance, (*chosen.shape, *covariance.shape)),
    )


@checked
def kmeans_start(data: Any, components: int, *, key: PRNGKeyArray) -> GaussianMixtureParameters:
    """The clusters of the best of several runs of K-means: their weights, means and covariances.

    Each covariance holds a little of the data's own, as a cluster may be a single point.
    Raises TypeError or ValueError for bad data, more components than points, or no random key.
    """
    data = as_points(data)
    require_components("components", components, len(data))
    chosen = distinct_points(len(data), components, KMEANS_RESTARTS, key)
    starts = KMeansParameters(data[chosen])
    ends, infos = fit_em_restarts(KMeans(), starts, data, cycles=KMEANS_CYCLES)
    return _clusters(ends, infos.objective, data)


@jax.jit
def _clusters(
    ends: KMeansParameters,
    objectives: Float[Array, " restarts"],
    data: Float[Array, "points dims"],
) -> GaussianMixtureParameters:
    """The best of the runs, as a mixture."""
    best = KMeansParameters(ends.centres[objectives.argmax()])
    responsibilities = KMeans().posterior(best, data)
    counts = responsibilities.sum(axis=0)
    means = (responsibilities.T @ data) / jnp.maximum(counts, 1)[:, None]
    centred = data[:, None] - means
    own = jnp.einsum("nk,nki,nkj->kij", responsibilities, centred, centred)
    own = own / jnp.maximum(counts, 1)[:, None, None]
    return GaussianMixtureParameters(
        weights=counts / counts.sum(),
        means=jnp.where((counts > 0)[:, None], means, best.centres),
        covariances=(1 - WHOLE) * own + WHOLE * _covariance(data),
    )


@jax.jit
def _covariance(data: Float[Array, "points dims"]) -> Float[Array, "dims dims"]:
    """The data's own; made positive definite where columns are dependent or points are few."""
    covariance = jnp.cov(data.T, ddof=0).reshape(data.shape[1], data.shape[1])
    variances = jnp.diagonal(covariance)
    apart = covariance + LEAST_SPREAD * jnp.diag(variances)
    return jnp.where(are_singular(covariance, jnp.sqrt(variances)), apart, covariance)


@partial(jax.jit, static_argnums=(0, 1, 2))
def distinct_points(
    points: int, components: int, restarts: int, key: PRNGKeyArray
) -> Int[Array, "restarts components"]:
    """Indices of points, in each row different ones."""

    def draw(key: PRNGKeyArray) -> Int[Array, " components"]:
        return jax.random.choice(key, points, (components,), replace=False)

    return jax.vmap(draw)(jax.random.split(key, as_whole("restarts", restarts, 1)))
