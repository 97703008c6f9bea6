"""Integrals in one dimension as weighted sums: ∫ f(x) dx ≈ Σ_i w_i f(x_i).

The trapezoidal rule is all the course needs. For a smooth function that has died away at both ends
of the interval its error falls faster than any power of the spacing (Trefethen & Weideman 2014,
The exponentially convergent trapezoidal rule, SIAM Review 56, section 5): twice the nodes, twice
the correct digits. A density with light tails is such a function once the interval reaches ten
standard deviations to both sides. Where it does not vanish at the ends, or has a kink, the error
falls only as the square of the spacing.
"""

from typing import Any, NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from lecture11.arguments import as_floats, as_instance, as_whole, known


class Rule(NamedTuple):
    """Where to evaluate a function, and what each value counts."""

    nodes: Float[Array, " nodes"]
    """x_i, increasing."""
    weights: Float[Array, " nodes"]
    """w_i, in the unit of x; they sum to the interval's length."""


def trapezoid(low: Any, high: Any, count: int) -> Rule:
    """The trapezoidal rule on [low, high], with ``count`` nodes: both ends and equal steps between.

    Under jit the ends may be traced, ``count`` may not.

    Raises TypeError where one of them is no number; ValueError where an end is not finite, ``low``
    is not below ``high`` or ``count`` < 2.
    """
    count = as_whole("count", count, 2)
    low, high = as_floats("low", low, 0), as_floats("high", high, 0)
    if known(low, high) and not float(low) < float(high):
        raise ValueError(f"low: expected an end below high = {high:g}, got {low:g}; swap them.")
    nodes = jnp.linspace(low, high, count)
    step = (high - low) / (count - 1)
    ends = jnp.ones_like(nodes).at[jnp.array([0, -1])].set(0.5)
    return Rule(nodes, step * ends)


def integrate(values: Any, rule: Rule) -> Float[Array, "*rows"]:
    """Σ_i w_i f(x_i), from the function's values at the rule's nodes.

    values: f(x_i) along the last axis; an infinite one makes the integral infinite

    Raises TypeError where there is no rule; ValueError where a value is NaN, or their number is not
    the nodes'.
    """
    nodes, weights = as_instance("rule", rule, Rule, "make one with trapezoid(low, high, count)")
    heights = as_floats("values", values, infinite=True)
    if heights.shape[-1:] != nodes.shape:
        raise ValueError(
            f"values: expected {len(nodes)} along the last axis, one for each node; got shape "
            f"{heights.shape}."
        )
    return heights @ weights
