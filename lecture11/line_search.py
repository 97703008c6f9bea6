"""Going downhill without ever stepping too far: a direction, and how long to follow it."""

from collections.abc import Callable

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

SUFFICIENT = 0.25
"""Armijo's constant: the fraction of the decrease promised by the slope that must be had. With the
usual 10⁻⁴ a step may overshoot to the opposite slope, about as high, and back again, for long."""
HALVINGS = 20
"""After so many the promise is below rounding: stay, for the map is as good as it gets."""


def line_search(
    loss: Callable[[Array], Array],
    points: Float[Array, "points dims"],
    direction: Float[Array, "points dims"],
    slope: Float[Array, ""],
    length: Float[Array, ""],
) -> tuple[Float[Array, "points dims"], Float[Array, ""]]:
    """The points moved along ``direction``, and how far: halved until the loss falls enough.

    slope: the loss's derivative along the direction; length: tried first. Where no length lowers
    the loss, or nothing slopes, the points stay and half the length is returned, so no step ever
    raises the loss, and lengths that are doubled each time do not grow without end (Armijo 1966;
    Nocedal & Wright, Numerical Optimization, section 3.1).
    """
    level = loss(points)

    def enough(length: Array) -> Array:
        return loss(points + length * direction) <= level + SUFFICIENT * length * slope

    def too_long(search: tuple[Array, Array, Array]) -> Array:
        _, halvings, found = search
        return ~found & (halvings < HALVINGS)

    def halve(search: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
        length, halvings, _ = search
        return length / 2, halvings + 1, enough(length / 2)

    start = length, jnp.zeros((), int), enough(length)
    found_length, _, found = lax.while_loop(too_long, halve, start)
    found = found & (slope < 0)
    moved = jnp.where(found, points + found_length * direction, points)
    return moved, jnp.where(found, found_length, length / 2)
