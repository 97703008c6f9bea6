"""One normal for two modes: how the reverse fit changes with their distance, widths and weights."""

from itertools import pairwise
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from lecture11.divergence import (
    Normal,
    NormalMixture,
    StationaryPoint,
    mixture_log_density,
    normal_log_density,
    stationary_points,
)


class Branches(NamedTuple):
    """The stationary points of D_KL(q ‖ p) while the modes of p move apart."""

    distances: Float[np.ndarray, " distances"]
    """Of the modes from 0, rising."""
    points: list[list[StationaryPoint]]
    """At each distance, the lowest first."""


def two_modes(
    distance: float = 2.0, *, sds: tuple[float, float] = (0.5, 0.5), weight: float = 0.5
) -> NormalMixture:
    """p with modes at ∓distance; the weight is that of the left one."""
    means = jnp.array([-distance, distance])
    return NormalMixture(jnp.array([weight, 1 - weight]), means, jnp.array(sds))


def minima(p: NormalMixture) -> list[StationaryPoint]:
    """Where the reverse fit to p can end, the lowest first."""
    return [q for q in stationary_points(p) if q.kind == "minimum"]


def branches() -> Branches:
    """Equal modes at ±d, for d from 0.1 to 2.5 in steps of 0.05.

    Where the number of minima changes between two steps, or whether the lowest is central, both
    sides of the change are added, 0.001 apart.
    """
    steps = np.linspace(0.1, 2.5, 49)
    found = {d: stationary_points(two_modes(d)) for d in steps}
    for low, high in pairwise(steps):
        if _looks(found[low]) != _looks(found[high]):
            while high - low > 1e-3:
                middle = (low + high) / 2
                found[middle] = stationary_points(two_modes(middle))
                like_low = _looks(found[middle]) == _looks(found[low])
                low, high = (middle, high) if like_low else (low, middle)
    distances = np.array(sorted(found))
    return Branches(distances, [found[d] for d in distances])


def _looks(points: list[StationaryPoint]) -> tuple[int, bool]:
    return sum(q.kind == "minimum" for q in points), is_central(points[0])


def is_central(q: StationaryPoint) -> bool:
    """Whether a fit to equal modes at ±d favours neither."""
    return abs(q.mean) < 0.1 * q.sd


def least_weight(distance: float) -> float:
    """The least weight of a mode at which the broad minimum is there, to 0.001; sds are ½."""
    without, with_it = 0.2, 0.5
    while with_it - without > 1e-3:
        middle = (without + with_it) / 2
        if len(minima(two_modes(distance, weight=middle))) == 3:
            with_it = middle
        else:
            without = middle
    return with_it


class Estimate(NamedTuple):
    """A mean over draws."""

    mean: float
    standard_error: float


def estimates_on_one_mode(count: int = 1000) -> tuple[Estimate, Estimate]:
    """D_KL(q ‖ p) from draws of q, which sits on the right one of p's two modes.

    First the mean of log q/p; then that of k₃ = p/q − 1 − log p/q, unbiased as well, as
    E_q[p/q] = 1, and never negative (J. Schulman, Approximating KL divergence, 2020).
    """
    q, p = Normal(jnp.asarray(2.0), jnp.asarray(0.5)), two_modes()
    x = np.random.default_rng(0).normal(2.0, 0.5, count)
    log_ratio = np.asarray(mixture_log_density(x, p) - normal_log_density(x, q))
    return _estimate(-log_ratio), _estimate(np.expm1(log_ratio) - log_ratio)


def _estimate(values: Float[np.ndarray, " draws"]) -> Estimate:
    return Estimate(float(values.mean()), float(values.std() / values.size**0.5))
