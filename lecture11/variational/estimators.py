"""Stochastic gradients of an expectation whose distribution is what we differentiate.

The ELBO is E_{z ~ q_φ}[f(z)], and φ sits where z is drawn. A gradient from draws, unbiased::

    score function      ∇ E[f] = E[ (f(z) − b) ∇ log q_φ(z) ]            f may be anything
    reparametrised      ∇ E[f] = E[ f'(μ + σ ε) ∇(μ + σ ε) ]             z, f must be smooth in φ

since E[∇ log q_φ] = 0, any *baseline* b is allowed that does not look at its own draw (Williams
1992; Mnih & Gregor 2014). With S draws each can have the mean of the other S − 1 as its baseline
(*leave one out*; Salimans & Knowles 2014, Kool et al. 2019). So can f depend on φ by −log q_φ(z):
the extra term E[∇ f] is 0 as well.

A discrete z has no derivative, but a *relaxed* one has: softmax((φ + Gumbel noise) / τ) instead of
the one-hot argmax (Jang et al. 2017, Maddison et al. 2017). That is another expectation, whose
gradient is biased, less so as τ → 0, where its variance grows without bound.

Everywhere here ``scores`` are ∇ log q_φ(z) of each draw, ``values`` f(z); the parameters of a
normal q are (μ, log σ), those of a categorical q its logits.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.nn import log_softmax, one_hot, softmax
from jaxtyping import Array, Float, Int, PRNGKeyArray

from lecture11.arguments import as_floats, as_logits, require_shape
from lecture11.divergence import Normal
from lecture11.gaussian import as_normal
from lecture11.quadrature import Rule, integrate, trapezoid

Objective = Callable[[Array, Any], Array]
"""``f(z, data)``, elementwise in z, a module-level function: it is compiled once."""

REACH, NODES = 12.0, 2001


class Draws(NamedTuple):
    """What S draws of z say, ``repeats`` times over: an estimate is a mean along the draws."""

    values: Float[Array, "repeats draws"]
    """f(z)."""
    scores: Float[Array, "repeats draws params"]
    """∇ log q_φ(z)."""
    slopes: Float[Array, "repeats draws params"]
    """For a normal q ∇ f(μ + σ ε); for a categorical one the gradient of the relaxed f."""


class Estimates(NamedTuple):
    """Gradient estimates from the first draws of each repeat; NaN where a kind needs more draws."""

    plain: Float[Array, "sizes repeats params"]
    """Score function, b = 0."""
    baseline: Float[Array, "sizes repeats params"]
    """Score function, with a baseline that was given."""
    leave_one_out: Float[Array, "sizes repeats params"]
    """Score function, each draw's baseline the mean of the others."""
    pathwise: Float[Array, "sizes repeats params"]
    """The mean of ``slopes``: reparametrised, or relaxed."""


# The score function


def normal_scores(z: Float[Array, "*draws"], q: Normal) -> Float[Array, "*draws 2"]:
    """∇ log N(z | μ, σ²) in μ and in log σ: ((z − μ) / σ², (z − μ)² / σ² − 1)."""
    standardised = (z - q.mean) / q.sd
    return jnp.stack([standardised / q.sd, standardised**2 - 1], axis=-1)


def categorical_scores(
    z: Int[Array, "*draws"], logits: Float[Array, " categories"]
) -> Float[Array, "*draws categories"]:
    """∇ log softmax(φ)_z in the logits: the one-hot z minus the probabilities."""
    return one_hot(z, logits.size, dtype=logits.dtype) - softmax(logits)


def leave_one_out(values: Float[Array, "*repeats draws"]) -> Float[Array, "*repeats draws"]:
    """For each draw the mean of the other values; NaN where there is no other."""
    count = values.shape[-1]
    if count == 1:
        return jnp.full_like(values, jnp.nan)
    return (values.sum(axis=-1, keepdims=True) - values) / (count - 1)


def score_function_gradient(
    values: Float[Array, "*repeats draws"],
    scores: Float[Array, "*repeats draws params"],
    baseline: Float[Array, "*any"] | float = 0.0,
) -> Float[Array, "*repeats params"]:
    """(1/S) Σ_s (f(z_s) − b_s) ∇ log q_φ(z_s).

    baseline: one number, or one for each draw (such as :func:`leave_one_out`); unbiased only if b_s
    does not depend on z_s
    """
    return ((values - baseline)[..., None] * scores).mean(axis=-2)


@partial(jax.jit, static_argnames="sizes")
def estimates_by_size(
    draws: Draws, baseline: Float[Array, ""], *, sizes: tuple[int, ...]
) -> Estimates:
    """The estimates that the first S draws of each repeat make, for each S in ``sizes``.

    They are means, so running sums give all of them. With all S values, leave one out is the
    sample covariance of values and scores, divisor S − 1; the gradient itself is their covariance.
    """
    places = jnp.array(sizes) - 1
    counts = jnp.array(sizes)[:, None, None]

    def mean(terms: Float[Array, "repeats draws params"]) -> Float[Array, "sizes repeats params"]:
        return jnp.moveaxis(jnp.cumsum(terms, axis=1)[:, places], 1, 0) / counts

    values, scores = draws.values[..., None] - baseline, draws.scores
    products, score = mean(values * scores), mean(scores)
    covariance = (products - mean(values) * score) * counts / (counts - 1)
    return Estimates(
        plain=products + baseline * score,
        baseline=products,
        leave_one_out=jnp.where(counts > 1, covariance, jnp.nan),
        pathwise=mean(draws.slopes),
    )


# A categorical z


def enumerated_gradient(logits: Any, log_joint: Any) -> Float[Array, " categories"]:
    """∇ ELBO in the logits, exactly: q_k (f_k − Σ_l q_l f_l), f_k = log p(x, z=k) − log q_k.

    Raises ValueError where the shapes differ or a value is NaN or +∞.
    """
    phi, joint = _categorical(logits, log_joint)
    log_q = log_softmax(phi)
    q = jnp.exp(log_q)
    f = joint - log_q
    return q * (f - q @ f)


def enumerated_variance(
    logits: Any, log_joint: Any, *, baseline: float = 0.0
) -> Float[Array, " categories"]:
    """The variance of one draw's (f(z) − b) ∇ log q_φ(z) in each logit, exactly."""
    phi, joint = _categorical(logits, log_joint)
    q = softmax(phi)
    values = joint - log_softmax(phi) - baseline
    terms = values[:, None] * categorical_scores(jnp.arange(q.size), phi)
    return q @ (terms - q @ terms) ** 2


def categorical_draws(
    logits: Any,
    log_joint: Any,
    *,
    temperature: float,
    repeats: int,
    draws: int,
    key: PRNGKeyArray,
) -> Draws:
    """Draws z ~ softmax(φ) for the ELBO, f(z) = log p(x, z) − log q_φ(z), and relaxed ones.

    temperature: τ of the relaxed draws, which are made from the same noise; positive

    Raises ValueError where the shapes differ, a value is NaN or infinite, or τ is not positive.
    """
    phi, joint = _categorical(logits, log_joint)
    if not 0 < temperature < np.inf:
        raise ValueError(f"temperature: expected a positive number, got {temperature}.")
    tau = jnp.asarray(temperature, phi.dtype)
    return _categorical_draws(phi, joint, tau, repeats, draws, key)


@partial(jax.jit, static_argnums=(3, 4))
def _categorical_draws(
    logits: Array, log_joint: Array, tau: Array, repeats: int, draws: int, key: PRNGKeyArray
) -> Draws:
    noise = jax.random.gumbel(key, (repeats, draws, logits.size), logits.dtype)
    z = (logits + noise).argmax(axis=-1)  # the Gumbel trick: a draw from softmax(logits)

    def relaxed(phi: Array, gumbel: Array) -> Array:
        soft = softmax((phi + gumbel) / tau)
        return soft @ (log_joint - log_softmax(phi))

    slopes = jax.vmap(jax.vmap(jax.grad(relaxed), (None, 0)), (None, 0))(logits, noise)
    return Draws((log_joint - log_softmax(logits))[z], categorical_scores(z, logits), slopes)


def _categorical(logits: Any, log_joint: Any) -> tuple[Array, Array]:
    phi, joint = as_logits("logits", logits), as_floats("log_joint", log_joint, 1)
    require_shape("logits", phi, joint.shape, "one for each value of z, as log_joint")
    return phi, joint


# A normal z


def _rule(q: Normal) -> Rule:
    return trapezoid(q.mean - REACH * q.sd, q.mean + REACH * q.sd, NODES)


def expectation(f: Objective, q: Normal, data: Any = None) -> Float[Array, ""]:
    """E[f(z)] under q = N(μ, σ²), by quadrature, as the scores' weight dies away at both ends.

    Raises ValueError where q is no normal distribution in one dimension.
    """
    return _expectation(f, _one_normal(q), data)


def quadrature_gradient(f: Objective, q: Normal, data: Any = None) -> Float[Array, " 2"]:
    """∇ E[f(z)] in (μ, log σ), by quadrature: ∫ q(z) f(z) ∇ log q(z) dz."""
    return _moments(f, _one_normal(q), data, jnp.zeros(()))[0]


class EstimatorVariances(NamedTuple):
    """The variance of one draw's gradient estimate in μ and in log σ, by quadrature."""

    score_function: Float[Array, " 2"]
    """Of (f(z) − b) ∇ log q(z)."""
    reparametrised: Float[Array, " 2"]
    """Of f'(z) ∇(μ + σ ε)."""


def quadrature_variances(
    f: Objective, q: Normal, data: Any = None, *, baseline: float = 0.0
) -> EstimatorVariances:
    """The exact variances of one draw's estimates; S draws divide them by S."""
    return EstimatorVariances(*_moments(f, _one_normal(q), data, jnp.asarray(baseline))[1:])


@partial(jax.jit, static_argnums=0)
def _expectation(f: Objective, q: Normal, data: Any) -> Float[Array, ""]:
    rule = _rule(q)
    return integrate(_density(rule.nodes, q) * f(rule.nodes, data), rule)


@partial(jax.jit, static_argnums=0)
def _moments(f: Objective, q: Normal, data: Any, baseline: Array) -> tuple[Array, Array, Array]:
    rule = _rule(q)
    density = _density(rule.nodes, q)
    plain = (f(rule.nodes, data) - baseline)[:, None] * normal_scores(rule.nodes, q)
    along = _slopes(f, rule.nodes, q, data)

    def mean(terms: Array) -> Array:
        return integrate((density[:, None] * terms).T, rule)

    gradient = mean(plain)
    return gradient, mean((plain - gradient) ** 2), mean((along - gradient) ** 2)


def _density(z: Array, q: Normal) -> Array:
    standardised = (z - q.mean) / q.sd
    return jnp.exp(-0.5 * standardised**2) / (q.sd * jnp.sqrt(2 * jnp.pi))


def _slopes(
    f: Objective, z: Float[Array, "*draws"], q: Normal, data: Any
) -> Float[Array, "*draws 2"]:
    """f'(z) times ∂z/∂μ = 1 and ∂z/∂log σ = z − μ."""
    (slope,) = jax.vjp(lambda at: f(at, data), z)[1](jnp.ones_like(z))
    return jnp.stack([slope, slope * (z - q.mean)], axis=-1)


def normal_draws(
    f: Objective,
    q: Normal,
    data: Any = None,
    *,
    repeats: int,
    draws: int,
    key: PRNGKeyArray,
) -> Draws:
    """Draws z = μ + σ ε for ∇ E[f(z)] in (μ, log σ), by score function and reparametrised.

    Raises ValueError where q is no normal distribution in one dimension.
    """
    return _normal_draws(f, _one_normal(q), data, repeats, draws, key)


@partial(jax.jit, static_argnums=(0, 3, 4))
def _normal_draws(
    f: Objective, q: Normal, data: Any, repeats: int, draws: int, key: PRNGKeyArray
) -> Draws:
    noise = jax.random.normal(key, (repeats, draws), q.mean.dtype)
    z = q.mean + q.sd * noise
    return Draws(f(z, data), normal_scores(z, q), _slopes(f, z, q, data))


def _one_normal(q: Normal) -> Normal:
    checked = as_normal("q", q)
    for name, field in checked._asdict().items():
        require_shape(f"q.{name}", field, (), "one number")
    return checked


# Data and latents at once


@partial(jax.jit, static_argnames=("amortised", "repeats", "draws"))
def joint_draws(
    phi: Float[Array, " params"],
    log_joint: Float[Array, "points categories"],
    *,
    amortised: Callable[[Array], Array],
    repeats: int,
    draws: int,
    key: PRNGKeyArray,
) -> Draws:
    """Draws (i, z), i any data point and z ~ q_φ(z|x_i): the sums over both are one expectation.

    amortised: the logits of q_φ(z|x_i), (points, categories), as a function of φ. The values are
    log p(x_i, z) − log q_φ(z|x_i), so that the mean of the estimates is ∇ of the *mean* ELBO. There
    are no slopes here: zeros.
    """
    of_point, of_latent = jax.random.split(key)
    points = jax.random.randint(of_point, (repeats, draws), 0, len(log_joint))
    log_q = log_softmax(amortised(phi))
    jacobian = jax.jacfwd(lambda at: log_softmax(amortised(at)))(phi)
    z = jax.random.categorical(of_latent, log_q[points])
    scores = jacobian[points, z]
    return Draws((log_joint - log_q)[points, z], scores, jnp.zeros_like(scores))


def mean_elbo(
    phi: Float[Array, " params"],
    log_joint: Float[Array, "points categories"],
    amortised: Callable[[Array], Array],
) -> Float[Array, ""]:
    """(1/n) Σ_i Σ_z q_φ(z|x_i) (log p(x_i, z) − log q_φ(z|x_i)): the slide's (1) over n."""
    log_q = log_softmax(amortised(phi))
    return (jnp.exp(log_q) * (log_joint - log_q)).sum(axis=-1).mean()
