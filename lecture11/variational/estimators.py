"""Stochastic gradients of an expectation whose distribution is what we differentiate.

The ELBO is E_{z ~ q_φ}[f(z)], and φ sits where z is drawn. A gradient from draws, unbiased::

    score function      ∇ E[f] = E[ (f(z) − b) ∇ log q_φ(z) ]            f may be anything
    reparametrised      ∇ E[f] = E[ f'(μ + σ ε) ∇(μ + σ ε) ]             z, f must be smooth in φ

since E[∇ log q_φ] = 0, any *baseline* b is allowed that does not look at its own draw (Williams
1992; Mnih & Gregor 2014). With S draws each can have the mean of the other S − 1 as its baseline
(*leave one out*; Salimans & Knowles 2014, Kool et al. 2019). So can f depend on φ by −log q_φ(z):
the extra term E[∇ f] is 0 as well.

Everywhere here ``scores`` are ∇ log q_φ(z) of each draw, ``values`` f(z); the parameters of a
normal q are (μ, log σ), those of a categorical q its logits. Where the draws come from:
:mod:`lecture11.variational.normal` and :mod:`lecture11.variational.categorical`.
"""

from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from lecture11.arguments import as_whole, require_shape
from lecture11.signatures import Scalar, checked


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


@checked
def score_function_gradient(
    values: Float[Array, "*repeats draws"],
    scores: Float[Array, "*repeats draws params"],
    baseline: Float[Array, "*any"] | float = 0.0,
) -> Float[Array, "*repeats params"]:
    """(1/S) Σ_s (f(z_s) − b_s) ∇ log q_φ(z_s).

    values: f(z_s)
    scores: ∇ log q_φ(z_s)
    baseline: one number, or one for each draw (such as :func:`leave_one_out`); unbiased only if b_s
        does not depend on z_s

    Raises ValueError where shapes do not fit.

    >>> print(score_function_gradient([1.0, 3.0], [[0.5], [-0.5]], baseline=2.0))
    [-0.50]
    """
    if jnp.shape(baseline) not in ((), values.shape, (*values.shape[:-1], 1)):
        raise ValueError(
            f"baseline: expected one number, or one for each draw, {values.shape}; got shape "
            f"{jnp.shape(baseline)}."
        )
    require_shape("scores", scores, (*values.shape, scores.shape[-1]), "of values × parameters")
    return ((values - baseline)[..., None] * scores).mean(axis=-2)


@checked
def leave_one_out(values: Float[Array, "*repeats draws"]) -> Float[Array, "*repeats draws"]:
    """b_s = Σ_{r ≠ s} f(z_r) / (S − 1): for each draw the mean of the others; NaN of a single one.

    >>> print(leave_one_out([1.0, 3.0, 8.0]))
    [5.5 4.5 2.0]
    """
    count = values.shape[-1]
    if count == 1:
        return jnp.full_like(values, jnp.nan)
    return (values.sum(axis=-1, keepdims=True) - values) / (count - 1)


@checked
def estimates_by_size(draws: Draws, baseline: Scalar, *, sizes: Sequence[int]) -> Estimates:
    """The estimates that the first S draws of each repeat make, for each S in ``sizes``.

    baseline: b of the estimates that have one, a number

    Raises ValueError where a size is below 1 or more than there are draws.
    """
    count = draws.values.shape[-1]
    if not sizes:
        raise ValueError("sizes: expected numbers of draws, such as (1, 4, 16); got none.")
    firsts = jnp.array([as_whole("sizes", size, 1, count) for size in sizes])
    return _estimates(draws, jnp.asarray(baseline, draws.values.dtype), firsts)


@jax.jit
def _estimates(draws: Draws, baseline: Float[Array, ""], sizes: Int[Array, " sizes"]) -> Estimates:
    """By running sums, as the estimates are means.

    With all S values, leave one out is the sample covariance of values and scores, divisor S − 1;
    the gradient itself is their covariance.
    """
    counts = sizes[:, None, None]

    def mean(terms: Float[Array, "repeats draws params"]) -> Float[Array, "sizes repeats params"]:
        return jnp.moveaxis(jnp.cumsum(terms, axis=1)[:, sizes - 1], 1, 0) / counts

    values, scores = draws.values[..., None] - baseline, draws.scores
    products, score = mean(values * scores), mean(scores)
    covariance = (products - mean(values) * score) * counts / jnp.maximum(counts - 1, 1)
    return Estimates(
        plain=products + baseline * score,
        baseline=products,
        leave_one_out=jnp.where(counts > 1, covariance, jnp.nan),
        pathwise=mean(draws.slopes),
    )
