"""The Gaussian mixture: p(x, z = k) = π_k N(x | μ_k, Σ_k) (slide: Basic EM Example; Bishop, 9.2).

Its posterior, the *responsibilities* γ_ik = p(z = k | x_i), are all the E-step has to find; the
M-step is then a weighted version of what one would do if z had been observed::

    n_k = Σ_i γ_ik       π_k = n_k / n       μ_k = Σ_i γ_ik x_i / n_k
    Σ_k = Σ_i γ_ik (x_i − μ_k)(x_i − μ_k)ᵀ / n_k

:func:`e_step`, :func:`m_step` and :func:`log_likelihood` are these formulas. The model's own steps
give the same, fast (:mod:`.gaussian_moments`), and also where a component fades or shrinks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Bool, Float, Int, PRNGKeyArray

from lecture11.arguments import (
    as_choice,
    as_distribution,
    as_floats,
    as_number,
    known,
    require_positive_definite,
    require_shape,
)
from lecture11.gaussian import gaussian_log_density
from lecture11.iteration import FAST_MATH
from lecture11.latent.em import numbers_as_data
from lecture11.latent.finite_mixture import FiniteMixture, have_faded, require_components
from lecture11.latent.gaussian_moments import (
    GaussianMoments,
    moments,
    moments_under,
    whitening,
)
from lecture11.signatures import checked
from lecture11.zeros import weighted

SHAPES = ("full", "tied", "diagonal", "spherical")


class GaussianMixtureParameters(NamedTuple):
    """θ = (π, μ, Σ)."""

    weights: Float[Array, "*frames components"]
    """π_k = p(z = k); they sum to 1."""
    means: Float[Array, "*frames components dims"]
    """μ_k, in the units of the data."""
    covariances: Float[Array, "*frames components dims dims"]
    """Σ_k, symmetric positive definite, in squared units of the data; whole matrices for every
    shape."""


@checked
def e_step(
    x: Float[Array, "points dims"], params: GaussianMixtureParameters
) -> Float[Array, "points components"]:
    """Responsibilities γ_ik = π_k N(x_i | μ_k, Σ_k) / Σ_l π_l N(x_i | μ_l, Σ_l) (Bishop, 9.23).

    >>> theta = GaussianMixtureParameters([0.5, 0.5], [[0.0], [2.0]], [[[1.0]], [[1.0]]])
    >>> e_step([[0.0], [1.0]], theta).round(2).tolist()
    [[0.88, 0.12], [0.50, 0.50]]
    """
    return jax.nn.softmax(_log_joint(x, params), axis=1)


@checked
def m_step(
    x: Float[Array, "points dims"], responsibilities: Float[Array, "points components"]
) -> GaussianMixtureParameters:
    """π, μ, Σ that maximise Σ_i Σ_k γ_ik log p(x_i, z = k) (Bishop, 9.24 to 9.27).

    NaN for a component that answers for no point: its mean is 0 / 0.

    >>> theta = m_step([[0.0], [1.0], [5.0]], [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    >>> theta.means.tolist(), theta.covariances[0].tolist()
    ([[0.5], [5.0]], [[0.25]])
    """
    shape = (len(x), responsibilities.shape[1])
    require_shape("responsibilities", responsibilities, shape, "points × components")
    counts = responsibilities.sum(axis=0)
    means = responsibilities.T @ x / counts[:, None]
    centred = x[:, None] - means
    scatters = jnp.einsum("nk,nki,nkj->kij", responsibilities, centred, centred)
    return GaussianMixtureParameters(
        weights=counts / len(x), means=means, covariances=scatters / counts[:, None, None]
    )


@checked
def log_likelihood(
    x: Float[Array, "points dims"], params: GaussianMixtureParameters
) -> Float[Array, ""]:
    """L(θ) = Σ_i log Σ_k π_k N(x_i | μ_k, Σ_k), in nats.

    >>> theta = GaussianMixtureParameters([0.5, 0.5], [[0.0], [2.0]], [[[1.0]], [[1.0]]])
    >>> log_likelihood([[0.0], [1.0]], theta).round(3).tolist()
    -2.904
    """
    return jax.nn.logsumexp(_log_joint(x, params), axis=1).sum()


def _log_joint(
    x: Float[Array, "points dims"], params: GaussianMixtureParameters
) -> Float[Array, "points components"]:
    require_shape("x", x, (len(x), params.means.shape[1]), "points × dims")
    return jnp.log(params.weights) + _log_densities(x, params)


def _log_densities(
    x: Float[Array, "points dims"], params: GaussianMixtureParameters
) -> Float[Array, "points components"]:
    """log N(x_i | μ_k, Σ_k)."""
    of_points = jax.vmap(gaussian_log_density, (0, None, None))
    of_components = jax.vmap(of_points, (None, 0, 0), out_axes=1)
    return of_components(x, params.means, params.covariances)


@numbers_as_data
@dataclass(frozen=True)
class GaussianMixture(FiniteMixture):
    """A mixture of Gaussians, for :func:`~lecture11.latent.fit_em`: the same steps, made fast.

    shape: what the covariances may be: ``full``, each its own matrix; ``tied``, one matrix for all;
        ``diagonal``; ``spherical``, σ_k² times the identity
    prior_points: a prior on each covariance, as strong as this many more points at the component's
        mean (for ``tied``: at any mean); 0 for maximum likelihood. In the terms of the inverse
        Wishart distribution: degrees of freedom prior_points − D − 1.
    prior_variance: the variance of those points along every axis, in squared units of the data

    Raises TypeError or ValueError where one of them makes no sense.
    """

    shape: str = field(default="full", metadata={"static": True})
    prior_points: float = 0.0
    prior_variance: float = 1.0

    compiler_options: ClassVar[Mapping[str, Any] | None] = FAST_MATH

    def __post_init__(self) -> None:
        as_choice("shape", self.shape, SHAPES)
        as_number("prior_points", self.prior_points, 0)
        as_number("prior_variance", self.prior_variance, above=0)

    @checked
    def check(
        self, params: GaussianMixtureParameters, data: Any
    ) -> tuple[GaussianMixtureParameters, Float[Array, "points dims"]]:
        """Both as JAX arrays; the covariances brought to the model's shape.

        Raises TypeError or ValueError where shapes disagree, a value is not finite, weights are no
        distribution, a covariance of the model's shape is not symmetric positive definite, there
        are more components than points, a column of the data is constant (a mixture has infinite
        likelihood there) or lies too far from 0 for the floating type to tell its values apart.
        """
        data = as_points(data)
        weights = as_distribution("params.weights", params.weights, dims=1)
        means = as_floats("params.means", params.means, 2)
        covariances = as_floats("params.covariances", params.covariances, 3)
        components, dims = len(weights), data.shape[1]
        require_shape("params.means", means, (components, dims), "components × dims")
        require_shape("params.covariances", covariances, (components, dims, dims), "components × Σ")
        require_components("components", components, len(data))
        params = self.constrain(GaussianMixtureParameters(weights, means, covariances))
        if known(params.covariances):
            for k, covariance in enumerate(np.asarray(params.covariances)):
                require_positive_definite(f"params.covariances[{k}]", covariance)
        return params, data

    def constrain(self, params: GaussianMixtureParameters) -> GaussianMixtureParameters:
        """The parameters with covariances of the model's shape."""
        covariances = self.constrained(params.weights, params.covariances)
        return params._replace(covariances=covariances)

    def prior(
        self, params: GaussianMixtureParameters, data: Float[Array, "points dims"]
    ) -> Float[Array, " components"]:
        """π, for every point."""
        return jnp.asarray(params.weights)

    def log_likelihoods(
        self, params: GaussianMixtureParameters, data: Float[Array, "points dims"]
    ) -> Float[Array, "points components"]:
        """log N(x_i | μ_k, Σ_k)."""
        return _log_densities(data, params)

    @checked
    def sample(
        self, params: GaussianMixtureParameters, points: int, *, key: PRNGKeyArray
    ) -> tuple[Float[Array, "points dims"], Int[Array, " points"]]:
        """Points drawn from the mixture, and the component each came from: first z, then x | z."""
        of_z, of_x = jax.random.split(key)
        z = jax.random.categorical(of_z, jnp.log(params.weights), shape=(points,))
        factors = jnp.linalg.cholesky(params.covariances)
        noise = jax.random.normal(of_x, (points, params.means.shape[1]))
        return params.means[z] + jnp.einsum("nij,nj->ni", factors[z], noise), z

    def e_step(
        self, params: GaussianMixtureParameters, data: Float[Array, "points dims"]
    ) -> tuple[GaussianMoments, Float[Array, ""]]:
        """Sums under the posterior, and Σ_i log Σ_k p(x_i, z = k) in nats."""
        return moments(whitening(*params), data)

    def statistics(
        self,
        params: GaussianMixtureParameters,
        data: Float[Array, "points dims"],
        responsibilities: Float[Array, "points components"],
    ) -> GaussianMoments:
        """Sums under responsibilities that are given, for an M-step from another posterior."""
        return moments_under(whitening(*params), data, responsibilities)

    def m_step(
        self, params: GaussianMixtureParameters, statistics: GaussianMoments
    ) -> GaussianMixtureParameters:
        """π, μ, Σ that maximise the expected complete-data log-likelihood (Bishop, eq. 9.24-27).

        A component whose new covariance would be singular (it has shrunk onto a point or a line,
        where the likelihood has no maximum) keeps its covariance, and one that answers for
        practically no point its mean as well: a smaller step of the same kind, which still never
        lowers the likelihood.
        """
        new, singular = self._m_step(params, statistics)
        kept = jnp.where(singular[:, None, None], params.covariances, new.covariances)
        return new._replace(covariances=kept)

    def collapsed(
        self, params: GaussianMixtureParameters, statistics: GaussianMoments
    ) -> Bool[Array, " components"]:
        """Which components have faded, or would be made singular by the M-step."""
        return have_faded(statistics.counts) | self._m_step(params, statistics)[1]

    def log_prior(self, params: GaussianMixtureParameters) -> Float[Array, ""]:
        """Log-density of the prior at Σ, up to a constant; with it EM's objective never falls.

        −½ m Σ_k (log|Σ_k| + v tr Σ_k⁻¹) for m points of variance v; one term where Σ is shared.
        """
        covariances = params.covariances[:1] if self.shape == "tied" else params.covariances
        log_determinants = jnp.linalg.slogdet(covariances)[1]
        traces = jnp.trace(jnp.linalg.inv(covariances), axis1=1, axis2=2)
        strength = jnp.asarray(self.prior_points, traces.dtype)
        return weighted(strength, -0.5 * (log_determinants + self.prior_variance * traces).sum())

    def free_parameters(self, components: int, dims: int) -> int:
        """How many numbers can be chosen freely: π, μ and Σ."""
        triangle = dims * (dims + 1) // 2
        of_covariance = {
            "full": components * triangle,
            "tied": triangle,
            "diagonal": components * dims,
            "spherical": components,
        }
        return components - 1 + components * dims + of_covariance[self.shape]

    def bic(
        self, params: GaussianMixtureParameters, log_likelihood: ArrayLike, points: int
    ) -> float:
        """Bayesian information criterion, −2 L + (free parameters) log n: lower is better.

        Schwarz (1978), with the sign of scikit-learn; mclust reports the negative. Components of
        weight 0 do not count.
        """
        components, dims = int((np.asarray(params.weights) > 0).sum()), params.means.shape[1]
        return -2 * float(np.asarray(log_likelihood)) + self.free_parameters(
            components, dims
        ) * np.log(points)

    def constrained(
        self,
        weights: Float[Array, " components"],
        covariances: Float[Array, "components dims dims"],
    ) -> Float[Array, "components dims dims"]:
        """The covariances of the model's shape that fit best where these would unconstrained."""
        identity = jnp.eye(covariances.shape[1], dtype=covariances.dtype)
        match self.shape:
            case "tied":
                pooled = jnp.einsum("k,kij->ij", weights / weights.sum(), covariances)
                return jnp.broadcast_to(pooled, covariances.shape)
            case "diagonal":
                return covariances * identity
            case "spherical":
                variances = jnp.trace(covariances, axis1=1, axis2=2) / len(identity)
                return variances[:, None, None] * identity
            case _:  # full
                return covariances

    def _m_step(
        self, params: GaussianMixtureParameters, statistics: GaussianMoments
    ) -> tuple[GaussianMixtureParameters, Bool[Array, " components"]]:
        counts, sums, scatters = statistics
        # Whose count has faded keeps mean and covariance. The others' are large enough to be
        # squared, as fast-math may make (a / n)(b / n) into ab / n².
        faded = have_faded(counts)
        points = jnp.where(faded, 1, counts)
        shifts = jnp.where(faded[:, None], 0, sums / points[:, None])  # new mean, in own units
        spread = scatters / points[:, None, None] - jax.vmap(jnp.outer)(shifts, shifts)
        factors = jnp.linalg.cholesky(params.covariances)
        observed = jnp.where(
            faded[:, None, None], params.covariances, factors @ spread @ factors.swapaxes(1, 2)
        )
        means = params.means + jnp.einsum("kij,kj->ki", factors, shifts)
        covariances = self._with_prior(counts, self.constrained(counts, observed))
        weights = counts / counts.sum()
        singular = are_singular(covariances, _spread(weights, means, covariances))
        return GaussianMixtureParameters(weights, means, covariances), singular

    def _with_prior(
        self,
        counts: Float[Array, " components"],
        observed: Float[Array, "components dims dims"],
    ) -> Float[Array, "components dims dims"]:
        """The average of the observed covariance and the prior's, weighted by their points."""
        seen = jnp.full_like(counts, counts.sum()) if self.shape == "tied" else counts
        all_points = jnp.maximum(seen + self.prior_points, jnp.finfo(counts.dtype).tiny)
        part = (self.prior_points / all_points)[:, None, None]
        identity = jnp.eye(observed.shape[1], dtype=observed.dtype)
        return (1 - part) * observed + part * self.prior_variance * identity


def as_points(data: Any) -> Float[Array, "points dims"]:
    """The data as a JAX array.

    Raises TypeError or ValueError where they are no finite points × dims array, or a column is
    constant or lies too far from 0 for the floating type to tell its values apart.
    """
    converted = as_floats("data", data, 2)
    if not known(converted):
        return converted
    columns = np.asarray(converted, float)
    spread = columns.std(axis=0)
    for column in np.flatnonzero(np.ptp(np.asarray(data, float), axis=0) == 0):
        raise ValueError(
            f"data: column {column} is the same for all {len(columns)} points, where a Gaussian "
            "has infinite likelihood; remove it, or give more than one distinct point."
        )
    steps = np.abs(columns).max(axis=0) * float(jnp.finfo(converted.dtype).eps)
    for column in np.flatnonzero(steps > 0.01 * spread):
        raise ValueError(
            f"data: column {column} lies too far from 0 for {converted.dtype}, which cannot tell "
            f"values {steps[column]:.2g} apart there; subtract the column's mean first, or turn "
            "float64 on with jax.config.update('jax_enable_x64', True)."
        )
    return converted


def _spread(
    weights: Float[Array, " components"],
    means: Float[Array, "components dims"],
    covariances: Float[Array, "components dims dims"],
) -> Float[Array, " dims"]:
    """The standard deviations of all data: within plus between the components."""
    offsets = means - weights @ means
    within = jnp.einsum("k,kdd->d", weights, covariances)
    return jnp.sqrt(within + weights @ offsets**2)


def are_singular(
    covariances: Float[Array, "*components dims dims"], scale: Float[Array, " dims"]
) -> Bool[Array, "*components"]:
    """Whether a covariance is zero in some direction, up to rounding, on the scale of all data.

    scale: the data's standard deviations; relative to them, rescaling a column changes nothing
    """
    relative = covariances / (scale[:, None] * scale)
    pivots = jnp.diagonal(jnp.linalg.cholesky(relative), axis1=-2, axis2=-1) ** 2
    return ~jnp.all(pivots > 100 * jnp.finfo(scale.dtype).eps, axis=-1)  # True for NaN as well
