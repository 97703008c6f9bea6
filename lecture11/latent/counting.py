"""Counts and the distributions they come from: the arithmetic of every model of discrete answers.

A component k that produced the counts n_i1, …, n_iV of point i, independently of one another, had
for it the probability (without the multinomial constant, which depends on no parameter)::

    log p(x_i | z = k) = Σ_v n_iv log P_kv

Summed as logarithms it can't underflow, however many answers there are. 0 · log 0 = 0.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, PRNGKeyArray

from lecture11.arguments import as_floats

IMPOSSIBLE = -1e30
"""Stands for log 0 in sums: 0 times it is 0, and no sum of other logarithms comes near."""

FADED = 1e-6
"""A component that answers for less than this many points is no longer determined by them."""


def as_counts(name: str, value: Any, dims: int) -> Float[Array, "..."]:
    """Convert counts: how often each thing was seen; parts of a count are allowed.

    Raises what :func:`~lecture11.arguments.as_floats` raises; ValueError where one is negative or
    all are 0.
    """
    converted = as_floats(name, value, dims)
    if isinstance(converted, jax.core.Tracer):
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


def require_components(components: int, points: int) -> None:
    """Raise ValueError where there are no components, or more than points."""
    if not 1 <= components <= points:
        raise ValueError(
            f"components: expected 1 to {points}, as there are so many points; got {components}."
        )


def log_probabilities(
    counts: Float[Array, "points symbols"], probabilities: Float[Array, "components symbols"]
) -> Float[Array, "points components"]:
    """Σ_v n_iv log P_kv in nats; −∞ where something was seen that the component rules out."""
    possible = probabilities > 0
    logs = jnp.where(possible, jnp.log(jnp.where(possible, probabilities, 1)), IMPOSSIBLE)
    total = counts @ logs.T  # one product for both: what is ruled out drowns all the rest
    return jnp.where(total < -1e15, -jnp.inf, total)


def shares_of(
    log_joint: Float[Array, "points components"], prior: Float[Array, "*points components"]
) -> Float[Array, "points components"]:
    """The posterior p(z | x_i); where every component rules x_i out, the prior, not NaN."""
    impossible = (log_joint.max(axis=1) == -jnp.inf)[:, None]
    posterior = jax.nn.softmax(jnp.where(impossible, 0, log_joint), axis=1)
    return jnp.where(impossible, prior, posterior)


def distributions(
    counts: Float[Array, "*rows symbols"],
    old: Float[Array, "*rows symbols"],
    smoothing: float = 0.0,
) -> Float[Array, "*rows symbols"]:
    """Each row, with ``smoothing`` added to every count, divided by its sum.

    A row without counts says nothing: it stays ``old``.
    """
    raised = counts + smoothing
    sums = raised.sum(axis=-1, keepdims=True)
    return jnp.where(sums > 0, raised / jnp.where(sums > 0, sums, 1), old)


def log_dirichlet(probabilities: Float[Array, "..."], smoothing: float) -> Float[Array, ""]:
    """The prior under which ``smoothing`` added counts are the M-step, up to a constant.

    Dirichlet, with all parameters 1 + smoothing; 0 without smoothing.
    """
    if smoothing == 0:
        return jnp.zeros((), probabilities.dtype)
    return smoothing * jnp.log(probabilities).sum()


def check_smoothing(smoothing: float) -> None:
    """Raise ValueError unless it can be added to counts."""
    if not 0 <= smoothing < np.inf:
        raise ValueError(f"smoothing: expected a number from 0 (none) on, got {smoothing}.")


def have_faded(counts: Float[Array, " components"]) -> Bool[Array, " components"]:
    """Which components answer for practically no point."""
    return counts < FADED


def random_shares(
    points: int, components: int, restarts: int, *, key: PRNGKeyArray
) -> Float[Array, "restarts points components"]:
    """Responsibilities drawn at random, for starts: all rows of shares are equally likely.

    That is the Dirichlet distribution with parameters 1: exponential variables over their sum.
    """
    require_components(components, points)
    drawn = jax.random.exponential(key, (restarts, points, components))
    return drawn / drawn.sum(axis=2, keepdims=True)
