"""Gradient estimates of the ELBO under a categorical z, by draws; exactly, by enumeration.

A discrete z has no derivative, but a *relaxed* one has: softmax((φ + Gumbel noise) / τ) instead of
the one-hot argmax (Jang et al. 2017, Maddison et al. 2017). That is another expectation, whose
gradient is biased, less so as τ → 0, where its variance grows without bound.

φ are logits; −∞ is allowed, of a z that is never drawn. Its value f(z) = log p(x, z) − log q_φ(z)
is ∞, counts 0 times, and is taken to be 0.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax.nn import log_softmax, one_hot, softmax
from jaxtyping import Array, Float, Int, PRNGKeyArray

from lecture11.arguments import (
    as_floats,
    as_logits,
    as_number,
    as_whole,
    require_shape,
)
from lecture11.signatures import Scalar, checked
from lecture11.variational.enumeration import bound_of_logits
from lecture11.variational.estimators import Draws

COLDEST = 1e-6
"""The lowest temperature: below, softmax is the argmax to the last digit."""


@checked
def categorical_scores(
    z: Int[Array, "*draws"], logits: Float[Array, " categories"]
) -> Float[Array, "*draws categories"]:
    """∇ log softmax(φ)_z in the logits: the one-hot z minus the probabilities."""
    return one_hot(z, logits.size, dtype=logits.dtype) - softmax(logits)


def enumerated_gradient(logits: Any, log_joint: Any) -> Float[Array, " categories"]:
    """∇ ELBO in the logits, exactly: q_k (f_k − Σ_l q_l f_l), f_k = log p(x, z=k) − log q_k.

    Raises ValueError where the shapes differ, a value is NaN or +∞, or log_joint holds −∞.
    """
    return _gradient(*_pair(logits, log_joint))


@checked
def enumerated_variance(
    logits: Any, log_joint: Any, *, baseline: Scalar = 0.0
) -> Float[Array, " categories"]:
    """The variance of one draw's (f(z) − b) ∇ log q_φ(z) in each logit, exactly."""
    phi, joint = _pair(logits, log_joint)
    return _variance(phi, joint, jnp.asarray(baseline, phi.dtype))


@jax.jit
def _gradient(logits: Array, log_joint: Array) -> Array:
    q, f = softmax(logits), _values(logits, log_joint)
    return q * (f - q @ f)


@jax.jit
def _variance(logits: Array, log_joint: Array, baseline: Array) -> Array:
    q, f = softmax(logits), _values(logits, log_joint)
    terms = (f - baseline)[:, None] * categorical_scores(jnp.arange(q.size), logits)
    return q @ (terms - q @ terms) ** 2


def _values(logits: Array, log_joint: Array) -> Array:
    """f(z) = log p(x, z) − log q_φ(z) of every z; 0 where q is 0."""
    log_q = log_softmax(logits)
    drawn = log_q > -jnp.inf
    return jnp.where(drawn, log_joint - jnp.where(drawn, log_q, 0), 0)


@checked
def categorical_draws(
    logits: Any,
    log_joint: Any,
    *,
    temperature: Scalar,
    repeats: int,
    draws: int,
    key: PRNGKeyArray,
) -> Draws:
    """Draws z ~ softmax(φ) for the ELBO, f(z) = log p(x, z) − log q_φ(z), and relaxed ones.

    temperature: τ of the relaxed draws, which are made from the same noise; from 10⁻⁶ on

    Raises ValueError as :func:`enumerated_gradient` does, or where τ is too low.
    """
    phi, joint = _pair(logits, log_joint)
    tau = jnp.asarray(as_number("temperature", temperature, COLDEST), phi.dtype)
    sizes = as_whole("repeats", repeats, 1), as_whole("draws", draws, 1)
    return _draws(phi, joint, tau, *sizes, key)


@partial(jax.jit, static_argnums=(3, 4))
def _draws(
    logits: Array, log_joint: Array, tau: Array, repeats: int, draws: int, key: PRNGKeyArray
) -> Draws:
    noise = jax.random.gumbel(key, (repeats, draws, logits.size), logits.dtype)
    z = (logits + noise).argmax(axis=-1)  # the Gumbel trick: a draw from softmax(logits)

    def relaxed(phi: Array, gumbel: Array) -> Array:
        return softmax((phi + gumbel) / tau) @ _values(phi, log_joint)

    slopes = jax.vmap(jax.vmap(jax.grad(relaxed), (None, 0)), (None, 0))(logits, noise)
    return Draws(_values(logits, log_joint)[z], categorical_scores(z, logits), slopes)


def _pair(logits: Any, log_joint: Any) -> tuple[Array, Array]:
    phi, joint = as_logits("logits", logits), as_floats("log_joint", log_joint, 1)
    require_shape("logits", phi, joint.shape, "one for each value of z, as log_joint")
    return phi, joint


@checked
def joint_draws(
    phi: Any,
    log_joint: Any,
    *,
    amortised: Callable[[Array], Array],
    repeats: int,
    draws: int,
    key: PRNGKeyArray,
) -> Draws:
    """Draws (i, z), i any data point and z ~ q_φ(z|x_i): the sums over both are one expectation.

    phi: φ (params,)
    log_joint: log p(x_i, z), (points, categories), in nats
    amortised: the logits of q_φ(z|x_i), (points, categories), as a function of φ

    The values are log p(x_i, z) − log q_φ(z|x_i), so that the mean of the estimates is ∇ of the
    *mean* ELBO. There are no slopes here: zeros.
    """
    sizes = as_whole("repeats", repeats, 1), as_whole("draws", draws, 1)
    phi, joint = as_floats("phi", phi, 1), as_floats("log_joint", log_joint, 2)
    return _joint_draws(phi, joint, amortised, *sizes, key)


@partial(jax.jit, static_argnums=(2, 3, 4))
def _joint_draws(
    phi: Array,
    log_joint: Array,
    amortised: Callable[[Array], Array],
    repeats: int,
    draws: int,
    key: PRNGKeyArray,
) -> Draws:
    of_point, of_latent = jax.random.split(key)
    points = jax.random.randint(of_point, (repeats, draws), 0, len(log_joint))
    log_q = log_softmax(amortised(phi))
    jacobian = jax.jacfwd(lambda at: log_softmax(amortised(at)))(phi)
    z = jax.random.categorical(of_latent, log_q[points])
    scores = jacobian[points, z]
    return Draws((log_joint - log_q)[points, z], scores, jnp.zeros_like(scores))


@checked
def mean_elbo(phi: Any, log_joint: Any, amortised: Callable[[Array], Array]) -> Float[Array, ""]:
    """(1/n) Σ_i Σ_z q_φ(z|x_i) (log p(x_i, z) − log q_φ(z|x_i)): the slide's (1) over n.

    Arguments as of :func:`joint_draws`.

    >>> print(mean_elbo([0.0], np.log([[0.3, 0.1]]), lambda phi: jnp.array([[1.0, 1.0]]) * phi))
    -1.0601
    """
    phi, joint = as_floats("phi", phi, 1), as_floats("log_joint", log_joint, 2)
    return bound_of_logits(joint, logits=amortised(phi)).mean()
