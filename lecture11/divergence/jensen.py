"""Jensen's gap, and what the slide's proof of non-negativity adds up (slide: Non-negativity).

    Σ_x p(x) log y(x) ≤ log Σ_x p(x) y(x)          for every concave function in place of log

With y(x) = q(x) / p(x) the left side is −D_KL(p ‖ q). The right side sums p(x) y(x) = q(x) over the
x with p(x) > 0 only, so it is log Q(supp p) ≤ 0, where the slide has log 1 = 0. Therefore

    D_KL(p ‖ q) = Jensen's gap + log 1 / Q(supp p),

two terms, neither negative. The gap is 0 iff y is constant on supp p, the other iff q stays within
supp p; both are 0 iff p = q.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from lecture11.arguments import as_array, as_distribution, as_floats, known, require_shape
from lecture11.divergence.discrete import kl_divergence


class NonNegativityProof(NamedTuple):
    """The slide's proof in numbers, one for each leading axis; all in nats but ``covered``."""

    mean_of_log: Float[Array, "*batch"]
    """Σ p log y = −D_KL(p ‖ q), the left end of the chain."""
    log_of_mean: Float[Array, "*batch"]
    """log Σ p y = log Q(supp p): where the slide has log 1."""
    gap: Float[Array, "*batch"]
    """log_of_mean − mean_of_log ≥ 0."""
    covered: Float[Array, "*batch"]
    """Q(supp p), the probability under q of what p can produce."""


def jensen_gap(
    points: Any,
    *,
    weights: Any,
    function: Callable[[Array], Array] = jnp.log,
) -> Float[Array, "..."]:
    """f(Σ_k w_k y_k) − Σ_k w_k f(y_k) ≥ 0 along the last axis, for a concave function f.

    points: y; one of weight 0 drops out, whatever it is
    weights: w, distributions along the last axis, of the shape of ``points``
    function: f, elementwise; for the logarithm the gap is precise even where it is tiny, and a
        point 0 makes it ∞

    Raises ValueError where the weights are no distributions, shapes differ, a point with a weight
    is not finite, or is negative under the logarithm; TypeError where ``function`` is none.

    >>> print(jensen_gap([1.0, 4.0], weights=[0.5, 0.5]))  # log 2.5 − log 2
    0.2231
    """
    if not callable(function):
        raise TypeError(
            f"function: expected a function of an array, got a {type(function).__name__}; pass one "
            "such as jnp.sqrt."
        )
    w = as_distribution("weights", weights)
    y = as_array("points", points)
    require_shape("points", y, w.shape, "one for each weight")
    where = np.where if known(y, w) else jnp.where
    y = as_floats("points", where(np.asarray(w) > 0 if known(w) else w > 0, y, 1))
    if function is not jnp.log:
        return _gap(y, w, function)
    if known(y) and np.asarray(y).min() < 0:
        raise ValueError(
            f"points: expected numbers from 0 on under the logarithm, got {float(y.min()):.4g}; "
            "pass another function."
        )
    return _log_gap(y, w)


def non_negativity(p: Any, *, relative_to: Any) -> NonNegativityProof:
    """The slide's chain for D_KL(p ‖ q), q = ``relative_to``, along the last axis.

    The gap is the divergence of p from q confined to supp p. Where q has nothing there, the
    divergence is ∞ for want of support alone and the gap 0.
    Raises ValueError where one of them is no distribution, or shapes differ.

    >>> proof = non_negativity([0.5, 0.5, 0.0], relative_to=[0.25, 0.25, 0.5])
    >>> print(proof.mean_of_log, proof.gap, proof.covered)
    -0.6931 0.0000 0.5000
    """
    p, q = as_distribution("p", p), as_distribution("relative_to", relative_to)
    divergence = kl_divergence(p, relative_to=q)
    inside = jnp.where(p > 0, q, 0)
    covered = inside.sum(axis=-1)
    overlap = covered > 0
    confined = inside / jnp.where(overlap, covered, 1)[..., None]
    gap = kl_divergence(p, relative_to=jnp.where(overlap[..., None], confined, p))
    return NonNegativityProof(-divergence, jnp.log(covered), gap, covered)


@partial(jax.jit, static_argnums=2)
def _gap(y: Array, w: Array, function: Callable[[Array], Array]) -> Array:
    positive = w > 0
    mean = (w * jnp.where(positive, y, 0)).sum(axis=-1, keepdims=True)
    values = w * function(jnp.where(positive, y, mean))  # the function is defined at the mean
    return function(mean)[..., 0] - jnp.where(positive, values, 0).sum(axis=-1)


@jax.jit
def _log_gap(y: Array, w: Array) -> Array:
    """Σ w (r − log(1 + r)), where r = y / mean − 1 averages 0: no term is negative."""
    positive = w > 0
    y = jnp.where(positive, y, 0)
    largest = y.max(axis=-1, keepdims=True)
    unit = jnp.where(largest > 0, largest, 1)
    scaled = y / unit  # the sum below cannot overflow
    mean = (w * scaled).sum(axis=-1, keepdims=True)
    r = (scaled - mean) / jnp.where(largest > 0, mean, 1)
    close = jnp.abs(r) < 0.5
    far = (
        jnp.log(jnp.where(positive, y, 1)) - jnp.log(unit) - jnp.log(mean)
    )  # y / unit may underflow
    logs = jnp.where(close, jnp.log1p(jnp.where(close, r, 0)), far)
    terms = jnp.where(positive, w * (r - logs), 0)
    return jnp.where(largest[..., 0] > 0, jnp.maximum(terms.sum(axis=-1), 0), 0)
