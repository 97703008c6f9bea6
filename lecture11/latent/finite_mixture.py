"""One latent state for each point: what such models share (slide: Model).

    p(x_i, z = k | c_i) = p(x_i | z = k, c_i) p(z = k | c_i)

A model gives the two factors, and what it sums up for its M-step. The posterior and the E-step
follow, in logarithms throughout. Where nothing is known besides, c_i is left out.
"""

from abc import abstractmethod
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int, PRNGKeyArray

from lecture11.arguments import as_whole
from lecture11.latent.em import Model

FADED = 1e-6
"""A component that answers for less than this many points is no longer determined by them."""


class FiniteMixture(Model):
    """The part of :class:`lecture11.latent.Model` that follows from the two factors."""

    @abstractmethod
    def prior(self, params: Any, data: Any) -> Float[Array, "*#points components"]:
        """p(z = k | c_i), one row for all points or a row for each."""

    @abstractmethod
    def log_likelihoods(self, params: Any, data: Any) -> Float[Array, "points components"]:
        """log p(x_i | z = k, c_i) in nats; −∞ for 0."""

    @abstractmethod
    def statistics(
        self, params: Any, data: Any, responsibilities: Float[Array, "points components"]
    ) -> Any:
        """What the M-step needs, summed under a posterior that is given."""

    def log_joint(self, params: Any, data: Any) -> Float[Array, "points components"]:
        """log p(x_i, z = k | c_i) in nats.

        >>> theta = DawidSkeneParameters(jnp.ones(2) / 2, jnp.array([[[0.8, 0.2], [0.3, 0.7]]]))
        >>> DawidSkene().log_joint(theta, jnp.array([[[1.0, 0.0]]])).round(2).tolist()
        [[-0.92, -1.90]]
        """
        return jnp.log(self.prior(params, data)) + self.log_likelihoods(params, data)

    def posterior(self, params: Any, data: Any) -> Float[Array, "points components"]:
        """γ_ik = p(z = k | x_i, c_i); the prior where the model rules x_i out.

        >>> theta = DawidSkeneParameters(jnp.ones(2) / 2, jnp.array([[[0.8, 0.2], [0.3, 0.7]]]))
        >>> DawidSkene().posterior(theta, jnp.array([[[1.0, 0.0]]])).round(2).tolist()
        [[0.73, 0.27]]
        """
        return _posterior(self.log_joint(params, data), self.prior(params, data))

    def predict(self, params: Any, data: Any) -> Int[Array, " points"]:
        """The likeliest state of each point."""
        return self.posterior(params, data).argmax(axis=1)

    def e_step(self, params: Any, data: Any) -> tuple[Any, Float[Array, ""]]:
        """Expected statistics, and Σ_i log Σ_k p(x_i, z = k | c_i) in nats."""
        log_joint = self.log_joint(params, data)
        responsibilities = _posterior(log_joint, self.prior(params, data))
        log_likelihood = jax.nn.logsumexp(log_joint, axis=1).sum()
        return self.statistics(params, data, responsibilities), log_likelihood


def _posterior(
    log_joint: Float[Array, "points components"], prior: Float[Array, "*points components"]
) -> Float[Array, "points components"]:
    """Where every component rules x_i out, softmax would be NaN."""
    impossible = (log_joint.max(axis=1) == -jnp.inf)[:, None]
    posterior = jax.nn.softmax(jnp.where(impossible, 0, log_joint), axis=1)
    return jnp.where(impossible, prior, posterior)


def distributions(
    counts: Float[Array, "*rows symbols"],
    old: Float[Array, "*rows symbols"],
    smoothing: Any = 0.0,
) -> Float[Array, "*rows symbols"]:
    """Each row, with ``smoothing`` added to every count, divided by its sum.

    A row without counts says nothing: it stays ``old``.
    """
    raised = counts + smoothing
    sums = raised.sum(axis=-1, keepdims=True)
    return jnp.where(sums > 0, raised / jnp.where(sums > 0, sums, 1), old)


def have_faded(counts: Float[Array, " components"]) -> Bool[Array, " components"]:
    """Which components answer for practically no point."""
    return counts < FADED


def require_components(name: str, components: int, points: int) -> None:
    """Raise ValueError where there are no components, or more than points."""
    if not 1 <= components <= points:
        raise ValueError(
            f"{name}: expected 1 to {points}, as there are so many points; got {components}."
        )


def random_responsibilities(
    points: int, components: int, restarts: int, *, key: PRNGKeyArray
) -> Float[Array, "restarts points components"]:
    """Responsibilities drawn at random, for starts: all distributions are equally likely.

    That is the Dirichlet distribution with parameters 1: exponential variables over their sum.
    """
    shape = (as_whole("restarts", restarts, 1), points, components)
    drawn = jax.random.exponential(key, shape)
    return drawn / drawn.sum(axis=2, keepdims=True)


@jax.jit
def m_steps(
    model: Any, blank: Any, data: Any, responsibilities: Float[Array, "restarts points components"]
) -> Any:
    """M-steps from responsibilities that are given, stacked along a new first axis.

    blank: the parameters of a component that no point tells anything of
    """

    def one(of_points: Float[Array, "points components"]) -> Any:
        return model.m_step(blank, model.statistics(blank, data, of_points))

    return jax.vmap(one)(responsibilities)
