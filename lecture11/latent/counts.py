"""Counts and the distributions they come from: the model behind experts and topics.

A component k that produced the counts n_i1, …, n_iV of point i, independently of one another, had
for it the probability (without the multinomial constant, which depends on no parameter)::

    log p(x_i | z = k) = Σ_v n_iv log P_kv

Summed as logarithms it can't underflow, however many there are. 0 · log 0 = 0. Counts may have
several *sources*, each with a P of its own: experts who answer, or none but the document itself.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from lecture11.arguments import (
    as_distribution,
    as_floats,
    as_instance,
    as_number,
    known,
    require_shape,
)
from lecture11.latent.finite_mixture import (
    FiniteMixture,
    distributions,
    have_faded,
    m_steps,
    require_components,
)
from lecture11.zeros import weighted

IMPOSSIBLE = -1e30
"""Stands for log 0 in sums: 0 times it is 0, and no sum of other logarithms comes near."""


class ExpectedCounts(NamedTuple):
    """Sums under the posterior."""

    components: Float[Array, " components"]
    """n_k = Σ_i γ_ik: how many points each component answers for."""
    symbols: Float[Array, "*sources components symbols"]
    """Σ_i γ_ik n_iv, from every source."""


@dataclass(frozen=True)
class CountMixture(FiniteMixture):
    """Mixture of distributions over symbols; its parameters are a pair (π, P).

    π has an entry for each component, P (sources, components, symbols) a distribution for each of
    each source; with data (points, sources, symbols), or both without sources.
    """

    smoothing: float = 0.0

    parameters: ClassVar[type[Any]]
    """A NamedTuple of two fields, π and P."""
    axes: ClassVar[tuple[str, ...]]
    """What those of P are: sources, components, symbols in the model's own terms."""

    def __post_init__(self) -> None:
        as_number("smoothing", self.smoothing, 0)

    def check(self, params: Any, data: Any) -> tuple[Any, Float[Array, "points *sources symbols"]]:
        """Both as JAX arrays.

        Raises TypeError or ValueError where shapes disagree, a count is negative, all are 0, π or a
        row of P is no distribution, or there are more components than points.
        """
        kind, dims = self.parameters, len(self.axes)
        as_instance("params", params, kind, f"make one with {kind.__name__}(…)")
        data = as_counts("data", data, dims)
        of_weights, of_tables = kind._fields
        weights = as_distribution(f"params.{of_weights}", params[0], dims=1)
        tables = as_distribution(f"params.{of_tables}", params[1], dims=dims)
        shape = self._shape_of_tables(data, len(weights))
        require_shape(f"params.{of_tables}", tables, shape, " × ".join(self.axes))
        require_components("components", len(weights), len(data))
        return kind(weights, tables), data

    def starts(
        self,
        data: Float[Array, "points *sources symbols"],
        responsibilities: Float[Array, "restarts points components"],
    ) -> Any:
        """M-steps from responsibilities that are given, stacked along a new first axis."""
        components, symbols = responsibilities.shape[2], data.shape[-1]
        tables = self._shape_of_tables(data, components)
        blank = self.parameters(
            jnp.full(components, 1 / components, data.dtype),
            jnp.full(tables, 1 / symbols, data.dtype),
        )
        return m_steps(self, blank, data, responsibilities)

    def _shape_of_tables(self, data: Array, components: int) -> tuple[int, ...]:
        *sources, symbols = data.shape[1:]
        return (*sources, components, symbols)

    def prior(self, params: Any, data: Any) -> Float[Array, " components"]:
        """π, for every point."""
        return jnp.asarray(params[0])

    def log_likelihoods(
        self, params: Any, data: Float[Array, "points *sources symbols"]
    ) -> Float[Array, "points components"]:
        """Σ_v n_iv log P_kv, without multinomial constants; 0 for a point without counts."""
        tables = jnp.moveaxis(params[1], -2, 0)  # components first
        flat = tables.reshape(len(tables), -1)
        return log_probabilities(data.reshape(len(data), -1), flat)

    def statistics(
        self,
        params: Any,
        data: Float[Array, "points *sources symbols"],
        responsibilities: Float[Array, "points components"],
    ) -> ExpectedCounts:
        """Counts under a posterior that is given."""
        symbols = jnp.einsum("nk,n...v->...kv", responsibilities, data)
        return ExpectedCounts(responsibilities.sum(axis=0), symbols)

    def m_step(self, params: Any, statistics: ExpectedCounts) -> Any:
        """Expected counts over their sums; a component without counts keeps its distributions."""
        weights, tables = params
        return type(params)(
            distributions(statistics.components, weights),
            distributions(statistics.symbols, tables, self.smoothing),
        )

    def collapsed(self, params: Any, statistics: ExpectedCounts) -> Bool[Array, " components"]:
        """Which components answer for no point."""
        return have_faded(statistics.components)

    def log_prior(self, params: Any) -> Float[Array, ""]:
        """Log-density of the Dirichlet prior, up to a constant."""
        return log_dirichlet(params[1], self.smoothing)


def log_probabilities(
    counts: Float[Array, "points symbols"], probabilities: Float[Array, "components symbols"]
) -> Float[Array, "points components"]:
    """Σ_v n_iv log P_kv in nats; −∞ where something was seen that the component rules out."""
    possible = probabilities > 0
    logs = jnp.where(possible, jnp.log(jnp.where(possible, probabilities, 1)), IMPOSSIBLE)
    total = counts @ logs.T  # one product for both: what is ruled out drowns all the rest
    return jnp.where(total < -1e15, -jnp.inf, total)


def log_dirichlet(probabilities: Float[Array, "..."], smoothing: Any) -> Float[Array, ""]:
    """The prior under which ``smoothing`` added counts are the M-step, up to a constant.

    Dirichlet, with all parameters 1 + smoothing; 0 without smoothing.
    """
    strength = jnp.asarray(smoothing, probabilities.dtype)
    return weighted(strength, jnp.log(probabilities).sum())


def as_counts(name: str, value: Any, dims: int) -> Float[Array, "..."]:
    """Convert counts: how often each thing was seen; parts of a count are allowed.

    Raises what :func:`~lecture11.arguments.as_floats` raises; ValueError where one is negative or
    all are 0.
    """
    converted = as_floats(name, value, dims)
    if not known(converted):
        return converted
    given = np.asarray(converted)
    if (given < 0).any():
        where = ", ".join(str(int(i)) for i in np.argwhere(given < 0)[0])
        raise ValueError(
            f"{name}: expected counts, numbers from 0 on, got {given[given < 0][0]:.4g} at "
            f"[{where}]; what was not seen is counted 0."
        )
    if not given.any():
        raise ValueError(f"{name}: all counts are 0, so there is nothing to learn from.")
    return converted
