"""Six small data sets of which everything is known, and on which maps by neighbours mislead.

After Wattenberg, Viégas & Johnson (2016), "How to use t-SNE effectively": clusters of unequal size,
clusters at unequal distances, noise, a line, linked rings and a knot. All of them have the same
number of points, so that what is compiled for one serves the others.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float64, Int

from lecture11.signatures import checked

DIMS = 10
"""Of the space that clusters and the line lie in."""
NOISE_DIMS = 50
"""Of the space that noise fills."""
NARROW, WIDE = 1.0, 10.0
"""Standard deviations of the two clusters of unequal size."""
PLACES = (0.0, 10.0, 60.0)
"""Where the three clusters lie on a line: two gaps, of which one is five times the other."""


class Shape(NamedTuple):
    """Points, and which part of the shape each belongs to."""

    points: Float64[np.ndarray, "points dims"]
    """Where they are; a curve's points in their order along it."""
    groups: Int[np.ndarray, " points"]
    """Which cluster or ring, from 0; for noise, the line and the knot, in which sixth of the
    order, from 0 to 5."""


@checked
def unequal_sizes(points: int = 200, *, seed: int = 0) -> Shape:
    """Two clusters in ten dimensions: one with standard deviation 1, the other with 10.

    Their centres are 60 apart. Raises ValueError for fewer points than 12.
    """
    rng, group = _random(points, seed), np.arange(points) * 2 // points
    centres = np.zeros((2, DIMS))
    centres[1, 0] = PLACES[-1]
    spread = np.array([NARROW, WIDE])[group]
    return Shape(centres[group] + spread[:, None] * rng.normal(size=(points, DIMS)), group)


@checked
def unequal_distances(points: int = 200, *, seed: int = 0) -> Shape:
    """Three clusters of standard deviation 1 in ten dimensions, two of them near each other.

    Their centres lie at 0, 10 and 60 on a line. Raises ValueError for fewer points than 12.
    """
    rng, group = _random(points, seed), np.arange(points) * 3 // points
    centres = np.zeros((3, DIMS))
    centres[:, 0] = PLACES
    return Shape(centres[group] + rng.normal(size=(points, DIMS)), group)


@checked
def noise(points: int = 200, *, seed: int = 0) -> Shape:
    """Standard normal in fifty dimensions: no structure at all, the negative control.

    Raises ValueError for fewer points than 12.
    """
    rng = _random(points, seed)
    return Shape(rng.normal(size=(points, NOISE_DIMS)), _sixths(points))


@checked
def line(points: int = 200, *, seed: int = 0) -> Shape:
    """Evenly spaced on a straight line in ten dimensions, from −1 to 1 along a random direction.

    Raises ValueError for fewer points than 12.
    """
    direction = _random(points, seed).normal(size=DIMS)
    place = np.linspace(-1, 1, points)
    return Shape(place[:, None] * direction / np.linalg.norm(direction), _sixths(points))


@checked
def linked_rings(points: int = 200, *, seed: int = 0, apart: float = 1.0) -> Shape:
    """Two circles of radius 1 in space, at right angles, each through the other's centre.

    apart: from centre to centre; beyond 2 they are no longer linked, which is the control

    The steps around a circle vary a little: exact ties would leave perplexity 2 undecided.
    Raises ValueError for fewer points than 12.
    """
    rng, group = _random(points, seed), np.arange(points) * 2 // points
    rings = []
    for ring in range(2):
        count = int((group == ring).sum())
        angle = 2 * np.pi * (np.arange(count) + rng.uniform(-0.2, 0.2, count)) / count
        along, across, level = np.cos(angle), np.sin(angle), np.zeros(count)
        rings.append([along, across, level] if ring == 0 else [along + apart, level, across])
    return Shape(np.concatenate([np.stack(ring, axis=1) for ring in rings]), group)


@checked
def trefoil(points: int = 200, *, seed: int = 0) -> Shape:
    """A trefoil knot in space, the simplest closed curve that cannot be laid flat untied.

    seed: taken for the sake of the others, and without effect

    Raises ValueError for fewer points than 12.
    """
    _random(points, seed)
    t = 2 * np.pi * np.arange(points) / points
    x = np.sin(t) + 2 * np.sin(2 * t)
    y = np.cos(t) - 2 * np.cos(2 * t)
    return Shape(np.stack([x, y, -np.sin(3 * t)], axis=1), _sixths(points))


MISLEADING: dict[str, Callable[..., Shape]] = {
    "sizes": unequal_sizes,
    "distances": unequal_distances,
    "noise": noise,
    "line": line,
    "rings": linked_rings,
    "knot": trefoil,
}
"""The six, by a short name."""


def _random(points: int, seed: int) -> np.random.Generator:
    if points < 12:
        raise ValueError(f"points: expected 12 or more, got {points}.")
    return np.random.default_rng(seed)


def _sixths(points: int) -> np.ndarray:
    return np.arange(points) * 6 // points
