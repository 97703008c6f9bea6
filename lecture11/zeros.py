"""Sums of p · f where p may be 0: 0 log 0 = 0, 0 · ∞ = 0, in the value and in the derivative.

``jax.scipy.special`` has ``xlogy``, ``entr`` and ``rel_entr``, whose values agree; their
derivatives at p = 0 are −∞, or NaN once the chain rule has multiplied one by 0. Here they are 0
there, the limit in the logits. The guards stand twice, around the logarithm's argument and around
the product, as the derivative of ``where`` is 0 · ∞ otherwise.
"""

import jax.numpy as jnp
from jaxtyping import Array


def weighted(p: Array, f: Array) -> Array:
    """p · f, 0 where p is 0, whatever f is there."""
    positive = p > 0
    return jnp.where(positive, p * jnp.where(positive, f, 0), 0)


def p_log(p: Array, y: Array) -> Array:
    """p log y, 0 where p is, with derivative 0 there."""
    positive = p > 0
    return jnp.where(positive, p * jnp.log(jnp.where(positive, y, 1)), 0)


def p_log_ratio(p: Array, a: Array, b: Array) -> Array:
    """p log(a / b), 0 where p is; by log1p where a and b are close, which log would round off."""
    positive = p > 0
    a, b = jnp.where(positive, a, 1), jnp.where(positive, b, 1)
    close = (a < 2 * b) & (b < 2 * a)
    near = jnp.log1p(jnp.where(close, (a - b) / jnp.where(close, b, 1), 0))
    far = jnp.log(a) - jnp.log(b)  # not of a / b, whose derivative at b = 0 is NaN
    return jnp.where(positive, p * jnp.where(close, near, far), 0)


def exp_weighted(log_p: Array, values: Array) -> Array:
    """p · values, 0 where p = 0; ±∞ where the value is, also where p underflows."""
    positive, finite = log_p > -jnp.inf, jnp.isfinite(values)
    product = jnp.exp(log_p) * jnp.where(positive & finite, values, 0)
    return jnp.where(positive & ~finite, values, product)
