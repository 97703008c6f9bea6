"""One latent state for each point: what such models share (slide: Model).

    p(x_i, z = k | c_i) = p(x_i | z = k, c_i) p(z = k | c_i)

A model gives the two factors, and what it sums up for its M-step. The posterior and the E-step
follow, in logarithms throughout. Where nothing is known besides, c_i is nothing.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from lecture11.latent.counting import shares_of


class FiniteMixture(ABC):
    """The part of :class:`lecture11.latent.Model` that follows from the two factors."""

    compiler_options: ClassVar[Mapping[str, Any] | None] = None

    @abstractmethod
    def prior(self, params: Any, data: Any) -> Float[Array, "*#points components"]:
        """p(z = k | c_i), one row for all points or a row for each."""

    @abstractmethod
    def log_likelihoods(self, params: Any, data: Any) -> Float[Array, "points components"]:
        """log p(x_i | z = k, c_i) in nats; −∞ for 0."""

    @abstractmethod
    def statistics(self, params: Any, data: Any, shares: Float[Array, "points components"]) -> Any:
        """What the M-step needs, summed under a posterior that is given."""

    def constrain(self, params: Any) -> Any:
        """Nothing is."""
        return params

    def log_joint(self, params: Any, data: Any) -> Float[Array, "points components"]:
        """log p(x_i, z = k | c_i) in nats."""
        return jnp.log(self.prior(params, data)) + self.log_likelihoods(params, data)

    def posterior(self, params: Any, data: Any) -> Float[Array, "points components"]:
        """p(z = k | x_i, c_i); the prior where the model rules x_i out."""
        return shares_of(self.log_joint(params, data), self.prior(params, data))

    def predict(self, params: Any, data: Any) -> Int[Array, " points"]:
        """The likeliest state of each point."""
        return self.posterior(params, data).argmax(axis=1)

    def e_step(self, params: Any, data: Any) -> tuple[Any, Float[Array, ""]]:
        """Expected statistics, and Σ_i log Σ_k p(x_i, z = k | c_i) in nats."""
        log_joint = self.log_joint(params, data)
        shares = shares_of(log_joint, self.prior(params, data))
        level = jax.nn.logsumexp(log_joint, axis=1).sum()
        return self.statistics(params, data, shares), level


@partial(jax.jit, static_argnums=0)
def starts_from_shares(
    model: Any, blank: Any, data: Any, shares: Float[Array, "restarts points components"]
) -> Any:
    """M-steps from responsibilities that are given, stacked along a new first axis.

    blank: the parameters of a component that no point tells anything of
    """
    return jax.vmap(lambda one: model.m_step(blank, model.statistics(blank, data, one)))(shares)
