"""Senses of a word (slide: Unsupervised Representation Learning): z given c, and x given z.

One occurrence of the word is a point: x_i is a vector made from the words around it, and c_i what
is known besides, such as its part of speech. Here the condition stands in the model of the latent
alone, p(x, z | c) = p(x | z) p(z | c)::

    p(x_i, z = k | c_i) = π_{c_i, k} N(x_i | μ_k, σ² I)

Jam that one eats is always a noun; what one does to a finger is mostly a verb.
"""

from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int, PRNGKeyArray

from lecture11.arguments import as_distribution, as_floats, require_shape
from lecture11.latent.counting import (
    check_smoothing,
    distributions,
    have_faded,
    log_dirichlet,
    require_components,
)
from lecture11.latent.finite_mixture import FiniteMixture
from lecture11.latent.starts import distinct_points
from lecture11.latent.writers import SMALLEST


class Contexts(NamedTuple):
    """Occurrences of a word."""

    vectors: Float[Array, "contexts dims"]
    """x_i, made from the words around it."""
    conditions: Int[Array, " contexts"]
    """c_i, from 0; all 0 where nothing is known."""


class SensesParameters(NamedTuple):
    """θ = (π, μ, σ²)."""

    weights: Float[Array, "*frames conditions senses"]
    """π_ck = p(z = k | c); each row sums to 1."""
    means: Float[Array, "*frames senses dims"]
    """μ_k."""
    variance: Float[Array, "*frames"]
    """σ², the same for all senses and axes."""


class SensesStatistics(NamedTuple):
    """Expected sums under the posterior."""

    counts: Float[Array, "conditions senses"]
    """Σ_i [c_i = c] γ_ik."""
    sums: Float[Array, "senses dims"]
    """Σ_i γ_ik (x_i − μ_k), from the old means."""
    squares: Float[Array, ""]
    """Σ_ik γ_ik |x_i − μ_k|², from the old means."""


@dataclass(frozen=True)
class SenseMixture(FiniteMixture):
    """A mixture over contexts whose weights depend on c, for :func:`~lecture11.latent.fit_em`.

    smoothing: contexts of every sense taken to have been seen beforehand under each condition, a
        Dirichlet prior; 0 for maximum likelihood

    Raises ValueError where it is negative or not finite.
    """

    smoothing: float = 0.0

    def __post_init__(self) -> None:
        """Check the choice."""
        check_smoothing(self.smoothing)

    def check(self, params: SensesParameters, data: Contexts) -> tuple[SensesParameters, Contexts]:
        """Both as JAX arrays.

        Raises ValueError where shapes disagree, a value is not finite, a row of weights is no
        distribution, a condition has no row, or the variance is not positive.
        """
        weights = as_distribution("weights", as_floats("weights", params.weights, 2))
        data = check_contexts(data, len(weights))
        means = as_floats("means", params.means, 2)
        variance = as_floats("variance", params.variance, 0)
        shape = (weights.shape[1], data.vectors.shape[1])
        require_shape("means", means, shape, "senses × dims")
        require_components(len(means), len(data.vectors))
        if not variance > 0:
            raise ValueError(f"variance: expected a positive number, got {variance:.4g}.")
        return SensesParameters(weights, means, variance), data

    def prior(self, params: SensesParameters, data: Contexts) -> Float[Array, "contexts senses"]:
        """π_{c_i}."""
        return params.weights[data.conditions]

    def log_likelihoods(
        self, params: SensesParameters, data: Contexts
    ) -> Float[Array, "contexts senses"]:
        """log N(x_i | μ_k, σ² I)."""
        squared = _squared_distances(params, data)
        constant = data.vectors.shape[1] * jnp.log(2 * jnp.pi * params.variance)
        return -0.5 * (constant + squared / params.variance)

    def statistics(
        self, params: SensesParameters, data: Contexts, shares: Float[Array, "contexts senses"]
    ) -> SensesStatistics:
        """Sums under a posterior that is given."""
        of_condition = jax.nn.one_hot(data.conditions, len(params.weights), dtype=shares.dtype)
        return SensesStatistics(
            counts=of_condition.T @ shares,
            sums=shares.T @ data.vectors - shares.sum(axis=0)[:, None] * params.means,
            squares=(shares * _squared_distances(params, data)).sum(),
        )

    def m_step(self, params: SensesParameters, statistics: SensesStatistics) -> SensesParameters:
        """π, μ and σ²; a sense without contexts stays where it is, as does an unseen condition."""
        counts = statistics.counts.sum(axis=0)
        shifts = statistics.sums / jnp.maximum(counts, jnp.finfo(counts.dtype).tiny)[:, None]
        shifts = jnp.where((counts > 0)[:, None], shifts, 0)
        squares = statistics.squares - (counts[:, None] * shifts**2).sum()
        variance = squares / (counts.sum() * params.means.shape[1])
        floor = SMALLEST * params.variance  # a cycle never shrinks it more: no division by 0
        return SensesParameters(
            weights=distributions(statistics.counts, params.weights, self.smoothing),
            means=params.means + shifts,
            variance=jnp.maximum(variance, floor),
        )

    def collapsed(
        self,
        params: SensesParameters,
        statistics: SensesStatistics,
    ) -> Bool[Array, " senses"]:
        """Which senses no context has."""
        return have_faded(statistics.counts.sum(axis=0))

    def log_prior(self, params: SensesParameters) -> Float[Array, ""]:
        """Log-density of the Dirichlet prior, up to a constant."""
        return log_dirichlet(params.weights, self.smoothing)


def check_contexts(data: Contexts, conditions: int) -> Contexts:
    """The contexts as JAX arrays.

    Raises ValueError where shapes disagree, a value is not finite, all vectors are the same, or a
    condition is not from 0 to ``conditions`` − 1.
    """
    vectors = as_floats("vectors", data.vectors, 2)
    given = np.asarray(data.conditions)
    if given.shape != (len(vectors),) or given.dtype.kind not in "iu":
        raise ValueError(
            f"conditions: expected a whole number for each of {len(vectors)} contexts, got an "
            f"array of shape {given.shape} and type {given.dtype}; use zeros if nothing is known."
        )
    if not (given.min() >= 0 and given.max() < conditions):
        raise ValueError(
            f"conditions: expected numbers from 0 to {conditions - 1}, got {given.min()} to "
            f"{given.max()}; give weights a row for each."
        )
    if np.ptp(np.asarray(vectors), axis=0).max() == 0:
        raise ValueError(
            "vectors: all contexts are the same, where a Gaussian has infinite likelihood; give "
            "more than one."
        )
    return Contexts(vectors, jnp.asarray(given, jnp.int32))


def random_sense_starts(
    data: Contexts, senses: int, restarts: int, *, key: PRNGKeyArray, conditions: int = 1
) -> SensesParameters:
    """Means at distinct random contexts, the overall variance, equal weights; stacked.

    Raises ValueError for bad data, or more senses than contexts.
    """
    data = check_contexts(data, conditions)
    points, _dims = data.vectors.shape
    require_components(senses, points)
    chosen = distinct_points(points, senses, restarts, key)
    variance = data.vectors.var(axis=0).mean()
    return SensesParameters(
        weights=jnp.full((restarts, conditions, senses), 1 / senses, data.vectors.dtype),
        means=data.vectors[chosen],
        variance=jnp.full((restarts,), variance),
    )


def _squared_distances(params: SensesParameters, data: Contexts) -> Float[Array, "contexts senses"]:
    centred = data.vectors[:, None] - params.means
    return (centred**2).sum(axis=2)
