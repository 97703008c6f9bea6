"""Sum and logarithm: what one would like to swap, and may not (slide: Model, "nice to swap?").

By Jensen's inequality, for every x::

    Σ_z p(z) log p(x | z)  ≤  log Σ_z p(z) p(x | z) = log p(x)

with equality iff p(x | z) is the same for all z that p(z) allows. The left side would be easy to
maximise: one term for each z, all from the same data. So all components come out equal.
"""

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from lecture11.arguments import as_distribution, as_floats, require_shape
from lecture11.zeros import weighted


def log_of_sum(log_likelihoods: Any, *, weights: Any) -> Float[Array, " points"]:
    """log Σ_z p(z) p(x_i | z), in nats, for every point.

    log_likelihoods: log p(x_i | z), points × components; −∞ for 0
    weights: p(z), one for each component

    Raises TypeError or ValueError where shapes disagree or the weights are no distribution.

    >>> log_of_sum(np.log([[0.5, 0.1]]), weights=[0.5, 0.5]).round(3).tolist()
    [-1.204]
    """
    logs, prior = _checked(log_likelihoods, weights)
    return jax.nn.logsumexp(logs + jnp.log(prior), axis=1)


def sum_of_logs(log_likelihoods: Any, *, weights: Any) -> Float[Array, " points"]:
    """Σ_z p(z) log p(x_i | z), in nats, for every point; 0 · log 0 = 0.

    Arguments and errors as of :func:`log_of_sum`.

    >>> sum_of_logs(np.log([[0.5, 0.1]]), weights=[0.5, 0.5]).round(3).tolist()
    [-1.498]
    """
    logs, prior = _checked(log_likelihoods, weights)
    return weighted(jnp.broadcast_to(prior, logs.shape), logs).sum(axis=1)


def _checked(
    log_likelihoods: Any, weights: Any
) -> tuple[Float[Array, "points components"], Float[Array, " components"]]:
    logs = as_floats("log_likelihoods", log_likelihoods, 2, lowest=True)
    prior = as_distribution("weights", weights, dims=1)
    require_shape("weights", prior, logs.shape[1:], "components")
    return logs, prior
