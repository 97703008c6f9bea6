"""Damped Newton steps over normals q = N(m, s²), downhill or towards any stationary point.

A step is taken in the coordinates in which all normals look alike: δ = (change of m) / s and
change of log s. In them gradient g and Hessian A of the objective F have no unit, and a step

    downhill    δ = −(A + λ I)⁻¹ g      with λ so large that the matrix is positive definite
    to a zero   δ = −(AᵀA + λ I)⁻¹ Aᵀ g     (Levenberg–Marquardt on the equations g = 0)

is kept where it lowers F, or |g|², respectively; else λ grows and the next one is shorter. The
second kind ends at saddles and maxima as gladly as at minima.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from lecture11.gaussian import Normal

LONGEST = 1.5
"""Of a step, in standard deviations or e-fold changes of s: far out a quadratic tells nothing."""


class Local(NamedTuple):
    """An objective F near one normal, in the coordinates (change of m) / s and log s."""

    value: Float[Array, ""]
    """F, in nats."""
    gradient: Float[Array, " 2"]
    """g."""
    hessian: Float[Array, "2 2"]
    """A. At a stationary point its signs are those of the Hessian in any other coordinates."""


class Search(NamedTuple):
    """How far a search has come."""

    point: Normal
    """The present m and s."""
    local: Local
    """The objective there."""
    damping: Float[Array, ""]
    """λ of the next step, relative to the largest entry of its matrix."""


Objective = Callable[[Normal, Any], Local]


def begin(objective: Objective, start: Normal, data: Any, damping: float) -> Search:
    """A search before its first step, whose damping is given."""
    local = objective(start, data)
    return Search(start, local, jnp.full_like(local.value, damping))


@dataclass(frozen=True)
class NewtonStep:
    """One step, for :mod:`lecture11.iteration`; its info is the objective at the incoming point.

    objective: F with its derivatives; everywhere: whether to seek every kind of stationary point,
        and not only minima
    """

    objective: Objective
    everywhere: bool = False

    def __call__(self, search: Search, data: Any) -> tuple[Search, Local]:
        """Try a step; keep it where it is one forward."""
        step = self._step(search.local, search.damping)
        point = Normal(
            search.point.mean + search.point.sd * step[0], search.point.sd * jnp.exp(step[1])
        )
        tried = self.objective(point, data)
        forward = self._is_lower(tried, search.local)
        factor = jnp.where(forward, 0.2, 5.0)
        smallest = jnp.finfo(search.damping.dtype).eps
        damping = jnp.clip(search.damping * factor, smallest, 1e6)
        new, old = Search(point, tried, damping), search._replace(damping=damping)
        return jax.tree.map(partial(jnp.where, forward), new, old), search.local

    def _is_lower(self, new: Local, old: Local) -> Bool[Array, ""]:
        """Whether it is a step forward; False where the new point is NaN."""
        flatter = (new.gradient**2).sum() < (old.gradient**2).sum()
        if self.everywhere:
            return flatter
        # On the valley floor differences of F are rounding errors, and only its slope still tells.
        rounding = 4 * jnp.finfo(new.value.dtype).eps * (1 + jnp.abs(old.value))
        same = jnp.abs(new.value - old.value) <= rounding
        return jnp.where(same, flatter, new.value < old.value)

    def _step(self, local: Local, damping: Float[Array, ""]) -> Float[Array, " 2"]:
        if self.everywhere:
            matrix, slope = local.hessian @ local.hessian, local.hessian @ local.gradient
        else:
            matrix, slope = local.hessian, local.gradient
        size = jnp.abs(matrix).max() + jnp.finfo(slope.dtype).tiny
        lift = damping * size + jnp.maximum(0, -1.5 * eigenvalues(matrix)[0])
        (a, b), (_, c) = matrix + lift * jnp.eye(2, dtype=slope.dtype)
        step = -jnp.stack([c * slope[0] - b * slope[1], a * slope[1] - b * slope[0]]) / (
            a * c - b * b
        )
        return step * jnp.minimum(1, LONGEST / jnp.maximum(jnp.abs(step).max(), LONGEST))


def eigenvalues(matrix: Float[Array, "2 2"]) -> Float[Array, " 2"]:
    """Of a symmetric 2 × 2 matrix, the smaller first: much faster than the general routine."""
    (a, b), (_, c) = matrix
    centre, radius = (a + c) / 2, jnp.hypot((a - c) / 2, b)
    return jnp.stack([centre - radius, centre + radius])
