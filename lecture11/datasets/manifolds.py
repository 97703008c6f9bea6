"""Points on curved surfaces, made here: data of which the true low-dimensional map is known."""

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float64

from lecture11.signatures import checked

HEIGHT = 21.0
"""Width of the rolled band, as in scikit-learn's ``make_swiss_roll``."""


class SwissRoll(NamedTuple):
    """Points on a rolled-up band."""

    points: Float64[np.ndarray, "points 3"]
    """Where they are in space."""
    unrolled: Float64[np.ndarray, "points 2"]
    """Where they are on the band: arc length along it, and across it. Distances on the flat band
    are distances along the surface, so this is the map to be found."""


@checked
def swiss_roll(points: int = 1000, *, seed: int = 0) -> SwissRoll:
    """Points spread evenly over a band rolled up as the spiral r = φ, 1.5 π ≤ φ ≤ 4.5 π.

    The surface is scikit-learn's ``make_swiss_roll``; there, points thin out to the outside, as φ
    is what is uniform.
    Raises ValueError where ``points`` is not positive.
    """
    if points < 1:
        raise ValueError(f"points: expected 1 or more, got {points}.")
    uniform = np.random.default_rng(seed).uniform(size=(2, points))
    return SwissRoll(*swiss_roll_of(uniform[0], uniform[1]))


def swiss_roll_of(along: Any, across: Any) -> tuple[Any, Any]:
    """The points on the roll and on the band, from where they lie on it.

    along, across: (points,), in parts of the band's length and width; of NumPy's arrays, or of
        JAX's, also while traced
    """
    xp = along.__array_namespace__()
    first, last = _spiral_length(np.pi * np.array([1.5, 4.5]))
    length = first + (last - first) * along
    angle = xp.sqrt(2 * length)  # as if every turn were far out
    for _ in range(4):  # Newton's steps: the length grows with the angle by √(1 + φ²)
        angle = angle - (_spiral_length(angle) - length) / xp.sqrt(1 + angle**2)
    across = HEIGHT * across
    position = xp.stack([angle * xp.cos(angle), across, angle * xp.sin(angle)], axis=1)
    return position, xp.stack([length - first, across], axis=1)


def _spiral_length(angle: Any) -> Any:
    """Of the spiral r = φ from its centre: ∫ √(1 + φ²) dφ."""
    xp = angle.__array_namespace__()
    return (angle * xp.sqrt(1 + angle**2) + xp.asinh(angle)) / 2
