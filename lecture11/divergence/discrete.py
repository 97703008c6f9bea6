"""Entropy, cross-entropy and divergences of discrete distributions (slide: KL Divergence).

    D_KL(p ‖ q) = Σ_x p(x) log (p(x) / q(x)) = H(p, q) − H(p)
    H(p, q) = −Σ_x p(x) log q(x)        H(p) = −Σ_x p(x) log p(x)

The first argument, p, is the distribution that averages; the one inside the logarithm must be
named, ``relative_to=q``. All values are in nats; divide by log 2 for bits.

``0 log 0`` is 0, as on the slide. Where q(x) = 0 < p(x), cross-entropy and divergence are ∞, never
NaN. Derivatives are those of the formulas. Only the one of ``p log p`` at p = 0, which is −∞, is
given as 0: that is its limit in the logits, and it keeps the chain rule free of 0 · ∞.
Probabilities below the smallest normal number of the floating type count as 0.
"""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jax.nn import log_softmax
from jaxtyping import Array, Float

from lecture11.arguments import as_distribution, as_logits, require_shape
from lecture11.zeros import exp_weighted, p_log, p_log_ratio


def entropy(p: Any, *, axis: int = -1) -> Float[Array, "..."]:
    """H(p) in nats, of the probabilities along ``axis``.

    Raises ValueError where ``p`` is no distribution along the axis.
    """
    return _entropy(as_distribution("p", p, axis), axis)


def cross_entropy(p: Any, *, relative_to: Any, axis: int = -1) -> Float[Array, "..."]:
    """H(p, q) in nats: the mean surprise −log q(x) at draws from p, with q = ``relative_to``.

    Raises ValueError where one of them is no distribution along the axis, or shapes differ.
    """
    return _cross_entropy(*_pair(p, relative_to, axis), axis)


def kl_divergence(p: Any, *, relative_to: Any, axis: int = -1) -> Float[Array, "..."]:
    """D_KL(p ‖ q) in nats, with q = ``relative_to``; never negative.

    Raises ValueError where one of them is no distribution along the axis, or shapes differ.
    """
    return _kl_divergence(*_pair(p, relative_to, axis), axis)


def jensen_shannon(p: Any, q: Any, *, axis: int = -1) -> Float[Array, "..."]:
    """½ D_KL(p ‖ m) + ½ D_KL(q ‖ m) with m = (p + q) / 2: symmetric, from 0 to log 2 (Lin 1991).

    Raises ValueError where one of them is no distribution along the axis, or shapes differ.
    """
    return _jensen_shannon(*_pair(p, q, axis, ("p", "q")), axis)


def total_variation(p: Any, q: Any, *, axis: int = -1) -> Float[Array, "..."]:
    """½ Σ_x |p(x) − q(x)|: the most by which two probabilities of one event differ; 0 to 1.

    Raises ValueError where one of them is no distribution along the axis, or shapes differ.
    """
    p, q = _pair(p, q, axis, ("p", "q"))
    return 0.5 * jnp.abs(p - q).sum(axis=axis)


def entropy_of_logits(logits: Any, *, axis: int = -1) -> Float[Array, "..."]:
    """H(softmax(logits)) in nats; a logit of −∞ is a probability of 0.

    Raises ValueError where a logit is NaN or ∞, or all along the axis are −∞.
    """
    return _entropy_of_logits(as_logits("logits", logits, axis), axis)


def cross_entropy_of_logits(
    logits: Any, *, relative_to: Any, axis: int = -1
) -> Float[Array, "..."]:
    """H(p, q) in nats, with p = softmax(``logits``) and q = softmax(``relative_to``).

    Raises ValueError as :func:`entropy_of_logits` does, or where shapes differ.
    """
    return _cross_entropy_of_logits(*_logit_pair(logits, relative_to, axis), axis)


def kl_divergence_of_logits(
    logits: Any, *, relative_to: Any, axis: int = -1
) -> Float[Array, "..."]:
    """D_KL(p ‖ q) in nats, with p = softmax(``logits``) and q = softmax(``relative_to``).

    Raises ValueError as :func:`entropy_of_logits` does, or where shapes differ.
    """
    return _kl_divergence_of_logits(*_logit_pair(logits, relative_to, axis), axis)


def _pair(
    p: Any, q: Any, axis: int, names: tuple[str, str] = ("p", "relative_to")
) -> tuple[Array, Array]:
    first, second = (as_distribution(name, a, axis) for name, a in zip(names, (p, q), strict=True))
    require_shape(names[1], second, first.shape, f"that of {names[0]}")
    return first, second


def _logit_pair(p: Any, q: Any, axis: int) -> tuple[Array, Array]:
    first, second = as_logits("logits", p, axis), as_logits("relative_to", q, axis)
    require_shape("relative_to", second, first.shape, "that of logits")
    return first, second


@partial(jax.jit, static_argnums=1)
def _entropy(p: Array, axis: int) -> Array:
    return _never_negative(-p_log(p, p), axis)


@partial(jax.jit, static_argnums=2)
def _cross_entropy(p: Array, q: Array, axis: int) -> Array:
    both_zero = (p == 0) & (q == 0)
    terms = jnp.where(both_zero, 0, p * jnp.log(jnp.where(both_zero, 1, q)))
    return _never_negative(-terms, axis)


@partial(jax.jit, static_argnums=2)
def _kl_divergence(p: Array, q: Array, axis: int) -> Array:
    return _never_negative(p_log_ratio(p, p, q), axis, p - q)


@partial(jax.jit, static_argnums=2)
def _jensen_shannon(p: Array, q: Array, axis: int) -> Array:
    def half(a: Array) -> Array:  # D_KL(a ‖ m), from a / m = 2a / (p + q): m itself may underflow
        return _never_negative(p_log_ratio(a, 2 * a, p + q), axis, a - (p + q) / 2)

    return 0.5 * half(p) + 0.5 * half(q)


@partial(jax.jit, static_argnums=1)
def _entropy_of_logits(logits: Array, axis: int) -> Array:
    log_p = log_softmax(logits, axis=axis)
    return _never_negative(-exp_weighted(log_p, log_p), axis)


@partial(jax.jit, static_argnums=2)
def _cross_entropy_of_logits(logits_p: Array, logits_q: Array, axis: int) -> Array:
    log_p, log_q = log_softmax(logits_p, axis=axis), log_softmax(logits_q, axis=axis)
    return _never_negative(-exp_weighted(log_p, log_q), axis)


@partial(jax.jit, static_argnums=2)
def _kl_divergence_of_logits(logits_p: Array, logits_q: Array, axis: int) -> Array:
    log_p, log_q = log_softmax(logits_p, axis=axis), log_softmax(logits_q, axis=axis)
    some = log_p > -jnp.inf  # before the difference: −∞ − (−∞) is NaN
    ratio = jnp.where(some, log_p, 0) - jnp.where(some, log_q, 0)
    return _never_negative(exp_weighted(log_p, ratio), axis, jnp.exp(log_p) - jnp.exp(log_q))


def _never_negative(terms: Array, axis: int, excess: Array | float = 0.0) -> Array:
    """Σ terms, less Σ excess, which is 0 but for rounding: p − q, where the terms are p log(p / q).

    Each p log(p / q) − (p − q) is positive or 0, so nothing cancels between the terms. What is left
    below 0 by rounding, and −0.0, becomes 0. The derivatives are those of Σ terms alone.
    """
    total = (terms - lax.stop_gradient(excess)).sum(axis=axis)
    return total + lax.stop_gradient(jnp.where(total <= 0, -total, 0))
