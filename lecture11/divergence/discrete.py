"""Entropy, cross-entropy and divergences of discrete distributions (slide: KL Divergence).

    D_KL(p ‖ q) = Σ_x p(x) log (p(x) / q(x)) = H(p, q) − H(p)
    H(p, q) = −Σ_x p(x) log q(x)        H(p) = −Σ_x p(x) log p(x)

The first argument, p, is the distribution that averages; the one inside the logarithm must be
named, ``relative_to=q``. All values are in nats; divide by log 2 for bits. Distributions lie along
``axis``; other axes hold other distributions.

``0 log 0`` is 0, as on the slide. Where q(x) = 0 < p(x), cross-entropy and divergence are ∞, never
NaN. Derivatives are those of the formulas. Only the one of ``p log p`` at p = 0, which is −∞, is
given as 0: that is its limit in the logits, and it keeps the chain rule free of 0 · ∞.
Probabilities below the smallest normal number of the floating type count as 0.
"""

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
from jax import lax
from jax.nn import log_softmax
from jaxtyping import Array, Float

from lecture11.arguments import as_distribution, as_logits, as_whole, require_alike
from lecture11.signatures import Arguments, compiled, door
from lecture11.zeros import exp_log_ratio, p_log, p_log_ratio


def _of(convert: Callable[..., Array]) -> Callable[[Callable[..., Array]], Callable[..., Array]]:
    """Put before a formula its compilation, and before that checks of one or two distributions.

    convert: makes arrays of them, or raises: ``as_distribution`` or ``as_logits``
    """

    def alike(given: Arguments) -> Arguments:
        axis = as_whole("axis", given.pop("axis", -1))
        arrays = {name: convert(name, value, axis) for name, value in given.items()}
        require_alike(arrays)
        return {**arrays, "axis": axis}

    return lambda formula: door(alike)(compiled(formula, static_argnames="axis"))


@_of(as_distribution)
def entropy(p: Any, *, axis: int = -1) -> Float[Array, "..."]:
    """H(p) = −Σ_x p(x) log p(x) in nats.

    Raises ValueError where ``p`` is no distribution along the axis.

    >>> print(entropy([0.5, 0.25, 0.25]) / jnp.log(2))  # in bits
    1.5000
    """
    return _sum(-p_log(p, p), axis)


@_of(as_distribution)
def cross_entropy(p: Any, *, relative_to: Any, axis: int = -1) -> Float[Array, "..."]:
    """H(p, q) = −Σ_x p(x) log q(x) in nats: the mean surprise at draws from p.

    relative_to: q, of the shape of p

    Raises ValueError where one of them is no distribution along the axis, or shapes differ.

    >>> print(cross_entropy([0.5, 0.5], relative_to=[0.25, 0.75]))
    0.8370
    """
    q = relative_to
    return _sum(-p_log(p, q), axis)


@_of(as_distribution)
def kl_divergence(p: Any, *, relative_to: Any, axis: int = -1) -> Float[Array, "..."]:
    """D_KL(p ‖ q) = Σ_x p(x) log (p(x) / q(x)) in nats; never negative.

    relative_to: q, of the shape of p

    Raises ValueError where one of them is no distribution along the axis, or shapes differ.

    >>> print(kl_divergence([0.5, 0.5], relative_to=[0.25, 0.75]))
    0.1438
    """
    q = relative_to
    return _sum(p_log_ratio(p, p, q), axis, excess=p - q)


@_of(as_logits)
def kl_divergence_of_logits(
    logits: Any, *, relative_to: Any, axis: int = -1
) -> Float[Array, "..."]:
    """D_KL(p ‖ q) in nats, with p = softmax(``logits``) and q = softmax(``relative_to``).

    A logit of −∞ is a probability of 0.
    Raises ValueError where a logit is NaN or ∞, all along the axis are −∞, or shapes differ.
    """
    log_p, log_q = log_softmax(logits, axis=axis), log_softmax(relative_to, axis=axis)
    return _sum(exp_log_ratio(log_p, log_q), axis, excess=jnp.exp(log_p) - jnp.exp(log_q))


@_of(as_distribution)
def jensen_shannon(p: Any, q: Any, *, axis: int = -1) -> Float[Array, "..."]:
    """½ D_KL(p ‖ m) + ½ D_KL(q ‖ m) with m = (p + q) / 2: symmetric, from 0 to log 2 (Lin 1991).

    Raises ValueError where one of them is no distribution along the axis, or shapes differ.

    >>> print(jensen_shannon([0.5, 0.5], [1, 0]))
    0.2158
    """

    def to_middle(a: Array) -> Array:  # a / m = 2a / (p + q), as m itself may underflow
        return _sum(p_log_ratio(a, 2 * a, p + q), axis, excess=a - (p + q) / 2)

    return 0.5 * to_middle(p) + 0.5 * to_middle(q)


@_of(as_distribution)
def total_variation(p: Any, q: Any, *, axis: int = -1) -> Float[Array, "..."]:
    """½ Σ_x |p(x) − q(x)|: the most by which two probabilities of one event differ; 0 to 1.

    Raises ValueError where one of them is no distribution along the axis, or shapes differ.
    """
    return 0.5 * jnp.abs(p - q).sum(axis=axis)


def _sum(terms: Array, axis: int, excess: Array | float = 0.0) -> Array:
    """Σ terms, less Σ excess, which is 0 but for rounding: p − q, where the terms are p log(p / q).

    Each p log(p / q) − (p − q) is positive or 0, so nothing cancels between the terms. What is left
    below 0 by rounding, and −0.0, becomes 0. The derivatives are those of Σ terms alone.
    """
    total = (terms - lax.stop_gradient(excess)).sum(axis=axis)
    return total + lax.stop_gradient(jnp.where(total <= 0, -total, 0))
