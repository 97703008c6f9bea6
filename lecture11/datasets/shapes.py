"""Small data sets of which everything is known, and on which maps by neighbours mislead.

After Wattenberg, Viégas & Johnson (2016), "How to use t-SNE effectively": clusters of unequal size,
clusters at unequal distances, noise, a line, linked rings and a knot. All of them have the same
number of points, so that what is compiled for one serves the others.

Each is a formula of noise (``…_of``): of NumPy's arrays, or of JAX's, also while traced with a
number of points that isn't known yet, so that the laboratories compute the same shapes in the page.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

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
    """Which cluster or ring, from 0; in the line and the knot, which sixth of the order; in noise
    there is none but 0."""


def clusters_of(noise: Any, places: Any, spreads: Any) -> tuple[Any, Any]:
    """Clusters of about equally many points, their centres on the first axis.

    noise: standard normal (points, dims)
    places: where each centre lies; spreads: each cluster's standard deviation

    Like all formulas here it returns the points and the group of each.
    """
    xp = noise.__array_namespace__()
    group = _parts(noise, len(places))
    along = xp.arange(noise.shape[1]) == 0
    centres = xp.asarray(places)[group][:, None] * along
    return centres + xp.asarray(spreads)[group][:, None] * noise, group


def line_of(noise: Any) -> tuple[Any, Any]:
    """Evenly spaced from −1 to 1, along the direction of the first row of normal noise."""
    xp = noise.__array_namespace__()
    place, direction = xp.linspace(-1, 1, noise.shape[0]), noise[0]
    points = place[:, None] * direction / xp.sqrt((direction**2).sum())
    return points, _parts(noise, 6)


def rings_of(steps: Any, apart: Any = 1.0) -> tuple[Any, Any]:
    """Two circles of radius 1 at right angles, the second shifted along the first's plane.

    steps: (points,), by how much of a step each point is off its place around the circle
    """
    xp = steps.__array_namespace__()
    points, group = steps.shape[0], _parts(steps, 2)
    first = points - points // 2  # of an odd number of points the first ring has one more
    number = xp.arange(points) - group * first
    angle = 2 * np.pi * (number + steps) / xp.where(group == 0, first, points - first)
    along, across, level = xp.cos(angle), xp.sin(angle), xp.zeros_like(angle)
    in_plane = xp.stack([along, across, level], axis=1)
    upright = xp.stack([along + apart, level, across], axis=1)
    return xp.where((group == 0)[:, None], in_plane, upright), group


def trefoil_of(numbers: Any) -> tuple[Any, Any]:
    """The knot, at the parts ``numbers`` / points of its length."""
    xp = numbers.__array_namespace__()
    t = 2 * np.pi * numbers / numbers.shape[0]
    x = xp.sin(t) + 2 * xp.sin(2 * t)
    y = xp.cos(t) - 2 * xp.cos(2 * t)
    return xp.stack([x, y, -xp.sin(3 * t)], axis=1), _parts(numbers, 6)


def _parts(like: Any, parts: int) -> Any:
    """In which of so many equal parts of the order each point lies."""
    return like.__array_namespace__().arange(like.shape[0]) * parts // like.shape[0]


@checked
def unequal_sizes(points: int = 200, *, seed: int = 0) -> Shape:
    """Two clusters in ten dimensions: one with standard deviation 1, the other with 10.

    Their centres are 60 apart. Raises ValueError for fewer points than 12.
    """
    normal = _random(points, seed).normal(size=(points, DIMS))
    return Shape(*clusters_of(normal, (0.0, PLACES[-1]), (NARROW, WIDE)))


@checked
def unequal_distances(points: int = 200, *, seed: int = 0) -> Shape:
    """Three clusters of standard deviation 1 in ten dimensions, two of them near each other.

    Their centres lie at 0, 10 and 60 on a line. Raises ValueError for fewer points than 12.
    """
    normal = _random(points, seed).normal(size=(points, DIMS))
    return Shape(*clusters_of(normal, PLACES, (1.0, 1.0, 1.0)))


@checked
def noise(points: int = 200, *, seed: int = 0) -> Shape:
    """Standard normal in fifty dimensions: no structure at all, the negative control.

    Raises ValueError for fewer points than 12.
    """
    normal = _random(points, seed).normal(size=(points, NOISE_DIMS))
    return Shape(normal, np.zeros(points, int))


@checked
def line(points: int = 200, *, seed: int = 0) -> Shape:
    """Evenly spaced on a straight line in ten dimensions, from −1 to 1 along a random direction.

    Raises ValueError for fewer points than 12.
    """
    return Shape(*line_of(_random(points, seed).normal(size=(points, DIMS))))


@checked
def linked_rings(points: int = 200, *, seed: int = 0, apart: float = 1.0) -> Shape:
    """Two circles of radius 1 in space, at right angles, each through the other's centre.

    apart: from centre to centre; beyond 2 they are no longer linked, which is the control

    The steps around a circle vary a little: exact ties would leave perplexity 2 undecided.
    Raises ValueError for fewer points than 12.
    """
    return Shape(*rings_of(_random(points, seed).uniform(-0.2, 0.2, points), apart))


@checked
def trefoil(points: int = 200, *, seed: int = 0) -> Shape:
    """A trefoil knot in space, the simplest closed curve that cannot be laid flat untied.

    seed: taken for the sake of the others, and without effect

    Raises ValueError for fewer points than 12.
    """
    _random(points, seed)
    return Shape(*trefoil_of(np.arange(points)))


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
