"""Senses of a word (slide: Unsupervised Representation Learning): z given c, and x given z.

One occurrence of the word is a point: x_i is a vector made from the words around it, and c_i what
is known besides, such as its part of speech. Here the condition enters the model of the latent
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

from lecture11.arguments import (
    as_distribution,
    as_floats,
    as_indices,
    as_number,
    as_whole,
    known,
    require_positive,
    require_shape,
)
from lecture11.gaussian import Normal, normal_log_density
from lecture11.latent.counts import log_dirichlet
from lecture11.latent.em import numbers_as_data
from lecture11.latent.finite_mixture import (
    FiniteMixture,
    distributions,
    have_faded,
    require_components,
)
from lecture11.latent.starts import distinct_points
from lecture11.signatures import checked

LEAST_SHRINKAGE = 1e-4
"""A cycle leaves the variance at least this part of itself: the next one never divides by 0."""


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


@numbers_as_data
@dataclass(frozen=True)
class SenseMixture(FiniteMixture):
    """A mixture over contexts whose weights depend on c, for :func:`~lecture11.latent.fit_em`.

    smoothing: contexts of every sense taken to have been seen beforehand under each condition, a
        Dirichlet prior; 0 for maximum likelihood

    Raises TypeError or ValueError where it is no number from 0 on.

    >>> data = Contexts(jnp.zeros((2, 1)), jnp.array([0, 1]))  # the same x, another c
    >>> weights, means = jnp.array([[0.5, 0.5], [0.1, 0.9]]), jnp.array([[0.0], [1.0]])
    >>> theta = SensesParameters(weights, means, variance=jnp.ones(()))
    >>> SenseMixture().posterior(theta, data).round(2).tolist()
    [[0.62, 0.38], [0.15, 0.85]]
    """

    smoothing: float = 0.0

    def __post_init__(self) -> None:
        as_number("smoothing", self.smoothing, 0)

    @checked
    def check(self, params: SensesParameters, data: Contexts) -> tuple[SensesParameters, Contexts]:
        """Both as JAX arrays.

        Raises TypeError or ValueError where shapes disagree, a value is not finite, a row of
        weights is no distribution, a condition has no row, or the variance is not positive.
        """
        weights = as_distribution("params.weights", params.weights, dims=2)
        data = as_contexts(data, len(weights))
        means = as_floats("params.means", params.means, 2)
        variance = as_floats("params.variance", params.variance, 0)
        shape = (weights.shape[1], data.vectors.shape[1])
        require_shape("params.means", means, shape, "senses × dims")
        require_components("components", len(means), len(data.vectors))
        require_positive("params.variance", variance, "a positive number", "it is σ², not log σ")
        return SensesParameters(weights, means, variance), data

    def prior(self, params: SensesParameters, data: Contexts) -> Float[Array, "contexts senses"]:
        """π_{c_i}."""
        return params.weights[data.conditions]

    def log_likelihoods(
        self, params: SensesParameters, data: Contexts
    ) -> Float[Array, "contexts senses"]:
        """log N(x_i | μ_k, σ² I)."""
        senses = Normal(params.means, jnp.sqrt(params.variance))
        return normal_log_density(data.vectors[:, None], senses).sum(axis=2)

    def statistics(
        self,
        params: SensesParameters,
        data: Contexts,
        responsibilities: Float[Array, "contexts senses"],
    ) -> SensesStatistics:
        """Sums under a posterior that is given."""
        rows = jax.nn.one_hot(
            data.conditions, len(params.weights), dtype=responsibilities.dtype
        )  # contexts × conditions
        squares = ((data.vectors[:, None] - params.means) ** 2).sum(axis=2)
        counts = responsibilities.sum(axis=0)
        return SensesStatistics(
            counts=rows.T @ responsibilities,
            sums=responsibilities.T @ data.vectors - counts[:, None] * params.means,
            squares=(responsibilities * squares).sum(),
        )

    def m_step(self, params: SensesParameters, statistics: SensesStatistics) -> SensesParameters:
        """π, μ and σ²; a sense without contexts stays where it is, as does an unseen condition."""
        counts = statistics.counts.sum(axis=0)
        shifts = statistics.sums / jnp.maximum(counts, jnp.finfo(counts.dtype).tiny)[:, None]
        shifts = jnp.where((counts > 0)[:, None], shifts, 0)
        squares = statistics.squares - (counts[:, None] * shifts**2).sum()
        variance = squares / (counts.sum() * params.means.shape[1])
        floor = LEAST_SHRINKAGE * params.variance
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


def as_contexts(data: Contexts, conditions: int) -> Contexts:
    """The contexts as JAX arrays.

    Raises TypeError or ValueError where shapes disagree, a value is not finite, all vectors are the
    same, or a condition is not from 0 to ``conditions`` − 1.
    """
    vectors = as_floats("vectors", data.vectors, 2)
    given = as_indices("conditions", data.conditions, conditions, len(vectors))
    if known(vectors) and np.ptp(np.asarray(vectors), axis=0).max() == 0:
        raise ValueError(
            "vectors: all contexts are the same, where a Gaussian has infinite likelihood; give "
            "more than one."
        )
    return Contexts(vectors, jnp.asarray(given, jnp.int32))


@checked
def random_sense_starts(
    data: Contexts, senses: int, restarts: int, *, key: PRNGKeyArray, conditions: int = 1
) -> SensesParameters:
    """Means at distinct random contexts, the overall variance, equal weights; stacked.

    Raises TypeError or ValueError for bad data, more senses than contexts, or no random key.
    """
    as_whole("conditions", conditions, 1)
    data = as_contexts(data, conditions)
    require_components("senses", senses, len(data.vectors))
    chosen = distinct_points(len(data.vectors), senses, restarts, key)
    variance = data.vectors.var(axis=0).mean()
    return SensesParameters(
        weights=jnp.full((restarts, conditions, senses), 1 / senses, data.vectors.dtype),
        means=data.vectors[chosen],
        variance=jnp.full((restarts,), variance),
    )
