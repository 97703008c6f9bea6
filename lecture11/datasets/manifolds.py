"""Points on curved surfaces, made here: data of which the true low-dimensional map is known."""

from typing import NamedTuple

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
    rng = np.random.default_rng(seed)
    angles = np.linspace(1.5 * np.pi, 4.5 * np.pi, 10_001)
    lengths = _spiral_length(angles)
    along = rng.uniform(lengths[0], lengths[-1], points)
    across = rng.uniform(0, HEIGHT, points)
    angle = np.interp(along, lengths, angles)
    position = np.stack([angle * np.cos(angle), across, angle * np.sin(angle)], axis=1)
    return SwissRoll(position, np.stack([along - lengths[0], across], axis=1))


def _spiral_length(angle: np.ndarray) -> np.ndarray:
    """Of the spiral r = φ from its centre: ∫ √(1 + φ²) dφ."""
    return (angle * np.sqrt(1 + angle**2) + np.arcsinh(angle)) / 2
