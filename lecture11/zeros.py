"""Sums of p · f where p may be 0: 0 log 0 = 0, 0 · ∞ = 0, in the value and in the derivative.

``jax.scipy.special`` has ``xlogy``, ``entr`` and ``rel_entr``, whose values agree; their
derivatives at p = 0 are −∞, or NaN once the chain rule has multiplied one by 0. Here they are 0
there, the limit in the logits. The guards stand twice, around the logarithm's argument and around
the product, as the derivative of ``where`` is 0 · ∞ otherwise.
"""

import jax.numpy as jnp
from jaxtyping import Array

from lecture11.signatures import compiled


@compiled
def weighted(p: Array, f: Array) -> Array:
    """p · f, 0 where p is 0, whatever f is there."""
    positive = p > 0
    return jnp.where(positive, p * jnp.where(positive, f, 0), 0)


@compiled
def safe_log(p: Array) -> Array:
    """log p, −∞ where p is 0, with derivative 0 there."""
    positive = p > 0
    return jnp.where(positive, jnp.log(jnp.where(positive, p, 1)), -jnp.inf)


@compiled
def p_log(p: Array, y: Array) -> Array:
    """p log y; 0 where both are 0, with derivative 0 there."""
    both_zero = (p == 0) & (y == 0)
    return jnp.where(both_zero, 0, p * jnp.log(jnp.where(both_zero, 1, y)))


@compiled
def p_log_ratio(p: Array, a: Array, b: Array) -> Array:
    """p log(a / b), 0 where p is; by log1p where a and b are close, which log would round off."""
    positive = p > 0
    a, b = jnp.where(positive, a, 1), jnp.where(positive, b, 1)
    close = (a < 2 * b) & (b < 2 * a)
    near = jnp.log1p(jnp.where(close, (a - b) / jnp.where(close, b, 1), 0))
    far = jnp.log(a) - jnp.log(b)  # not of a / b, whose derivative at b = 0 is NaN
    return jnp.where(positive, p * jnp.where(close, near, far), 0)


@compiled
def exp_log_ratio(log_p: Array, log_q: Array) -> Array:
    """p (log p − log q), 0 where p = 0; ∞, a constant, where only q is, also where p underflows."""
    positive, infinite = log_p > -jnp.inf, log_q == -jnp.inf
    both = positive & ~infinite  # before the difference: −∞ − (−∞) is NaN
    ratio = jnp.where(both, log_p, 0) - jnp.where(both, log_q, 0)
    return jnp.where(positive & infinite, jnp.inf, jnp.exp(log_p) * ratio)
