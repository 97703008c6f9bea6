"""One normal q = N(m, s²) fitted to a mixture p, by either direction of KL (slide: Example).

Forward, min_q D_KL(p ‖ q) = min_q ∫ p (log p − log q) dx. Only −∫ p log q depends on q, and for a
normal that is least where the moments match::

    m = E_p[x]        s² = E_p[(x − m)²]

Reverse, min_q D_KL(q ‖ p) = min_q ∫ q (log q − log p) dx. With x = m + s ε and ε ~ N(0, 1) it is

    F(m, s) = −log s − ½ log 2πe − E[log p(m + s ε)]

which has no closed form and may have several minima. All its derivatives are averages of log p
against Hermite polynomials He_k (Stein's identity), so values of log p are all it takes. In the
coordinates (change of m) / s and log s, with h_k = E[He_k(ε) log p(m + s ε)]::

    g = −(h₁, 1 + h₂)        A = −[[h₂, h₃], [h₃, 2 h₂ + h₄]]

Since E[He_k] = 0, a constant factor of p changes none of them: p need not be normalised.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from lecture11.divergence.newton import Local, NewtonStep, Search, begin
from lecture11.divergence.normal_mixture import (
    NormalMixture,
    check_mixture,
    mixture_log_density,
    mixture_mean,
    mixture_variance,
)
from lecture11.gaussian import Normal, as_normal
from lecture11.iteration import scan_frames
from lecture11.quadrature import trapezoid

LogDensity = Callable[[Float[Array, " points"], Any], Float[Array, " points"]]
"""``log_p(x, p)``: the logarithm of p at some points, up to a constant; a module-level function, as
each new one is compiled anew."""

SEEKING, FITTING, FINAL = 193, 1025, 4097
"""Nodes of the rules that search for stationary points, that serve a single fit, and that have the
last word. Between far and narrow modes log p has a sharp bend, which takes many."""
TOGETHER = 8
"""Stationary points that are polished at once."""


class Fits(NamedTuple):
    """Normals found from several starts."""

    normals: Normal
    """Where each start ended."""
    divergence: Float[Array, " starts"]
    """The objective there, in nats."""
    converged: Bool[Array, " starts"]
    """Whether it is a stationary point, up to rounding."""


class StationaryPoint(NamedTuple):
    """A normal q at which no small change of mean or sd changes D_KL(q ‖ p) to first order."""

    kind: str
    """``minimum``, ``saddle`` or ``maximum``, by the signs of the Hessian's eigenvalues."""
    mean: float
    """m, in the unit of x."""
    sd: float
    """s, in the unit of x."""
    divergence: float
    """D_KL(q ‖ p) in nats."""


# Forward


def forward_fit(p: NormalMixture) -> Normal:
    """The normal that minimises D_KL(p ‖ q): the one with the mean and the variance of p.

    Raises what :func:`~lecture11.divergence.normal_mixture.check_mixture` raises.
    """
    p = check_mixture(p)
    return Normal(mixture_mean(p), jnp.sqrt(mixture_variance(p)))


def forward_fit_by_descent(
    points: Float[Array, " points"],
    masses: Float[Array, " points"],
    start: Normal,
    *,
    steps: int = 60,
) -> Fits:
    """The same by optimisation: minimise −Σ_i w_i log q(x_i) over q, from each of several starts.

    points, masses: what stands for p: the nodes of a rule with w_i = (its weights) · p(x_i), or
        samples of p with w_i = 1/n, where this is maximum likelihood; start: one or more normals

    The ``divergence`` is this cross-entropy, D_KL(p ‖ q) + H(p). Raises ValueError where masses are
    negative or all 0, or a standard deviation of the start is not positive.
    """
    points, masses = jnp.asarray(points), jnp.asarray(masses)
    if bool((masses < 0).any()) or not bool(masses.sum() > 0):
        raise ValueError("masses: expected numbers from 0 on, some of them positive.")
    return _fits(_cross_entropy, _stacked(start), (points, masses / masses.sum()), steps)


def _cross_entropy(q: Normal, data: tuple[Array, Array]) -> Local:
    """−Σ_i w_i log q(x_i), in the two moments of z = (x − m) / s that it depends on."""
    points, masses = data
    z = (points - q.mean) / q.sd
    first, second = masses @ z, masses @ z**2
    value = jnp.log(q.sd) + 0.5 * (jnp.log(2 * jnp.pi) + second)
    gradient = jnp.stack([-first, 1 - second])
    hessian = jnp.stack(
        [jnp.stack([jnp.ones_like(first), 2 * first]), jnp.stack([2 * first, 2 * second])]
    )
    return Local(value, gradient, hessian)


# Reverse


def reverse_divergence(
    q: Normal, p: Any, *, log_p: LogDensity = mixture_log_density, nodes: int = FITTING
) -> Float[Array, "*batch"]:
    """D_KL(q ‖ p) in nats for one normal or for arrays of them.

    log_p: ``log_p(x, p)``; where it lacks a constant, so does the result. The rule is fixed in
    ε = (x − m) / s, so the result is exact to rounding while log p is smooth on the scale s/50.
    """
    q = as_normal("q", q)
    return _reverse_divergence(log_p, nodes, q, p)


def reverse_fits(
    p: Any, starts: Normal, *, log_p: LogDensity = mixture_log_density, steps: int = 60
) -> Fits:
    """Minimise D_KL(q ‖ p) from each of several starts, always downhill.

    p: whatever ``log_p(x, p)`` takes, by default a mixture of normals; where ``log_p`` lacks a
    constant, the fits are the same and the ``divergence`` lacks it too.
    Raises ValueError where a standard deviation of the starts is not positive.
    """
    return _fits(_Reverse(log_p, FITTING), _stacked(starts), p, steps)


def reverse_paths(
    p: Any, starts: Normal, *, log_p: LogDensity = mixture_log_density, steps: int = 60
) -> Normal:
    """All points on the way of :func:`reverse_fits`: fields of shape (steps + 1, starts)."""
    return _paths(_Reverse(log_p, FITTING), _stacked(starts), p, jnp.arange(steps + 1).clip(max=1))


def stationary_points(
    p: NormalMixture, *, log_p: LogDensity = mixture_log_density
) -> list[StationaryPoint]:
    """Every stationary point found of D_KL(q ‖ p) over normals q, the lowest first.

    A grid of starts over the reach of p is driven to zeros of the gradient; the distinct ends are
    polished with more nodes, and those that arrive kept. That found them all in every case tried
    (:func:`is_complete` is one check), but no search proves it. Modes more than some 100 standard
    deviations apart are beyond the rule: what lies between them is then found only roughly or not.
    Raises what :func:`~lecture11.divergence.normal_mixture.check_mixture` raises.
    """
    p = check_mixture(p)
    rough = _distinct(*jax.device_get(_sought(log_p, p)))
    found: list[StationaryPoint] = []
    for first in range(0, len(rough), TOGETHER):
        block = rough[first : first + TOGETHER]
        block += block[:1] * (TOGETHER - len(block))  # always as many, to be compiled for once
        starts = Normal(*(jnp.array([getattr(q, name) for q in block]) for name in Normal._fields))
        found += _distinct(*jax.device_get(_polished(log_p, starts, p)))
    return _merged(found)


def is_complete(points: list[StationaryPoint]) -> bool:
    """Whether minima − saddles + maxima = 1, as it must be for a function that rises on all sides.

    (Poincaré–Hopf, on the half-plane of m and s: the divergence goes to ∞ at all its ends.)
    """
    signs = {"minimum": 1, "saddle": -1, "maximum": 1}
    return sum(signs[point.kind] for point in points) == 1


@dataclass(frozen=True)
class _Reverse:
    """F with its derivatives; the rule has ``nodes`` nodes in ε."""

    log_p: LogDensity
    nodes: int

    def __call__(self, q: Normal, p: Any) -> Local:
        centre, (h0, h1, h2, h3, h4) = self.moments(q, p)
        constant = -jnp.log(q.sd) - 0.5 * (1 + jnp.log(2 * jnp.pi))
        gradient = -jnp.stack([h1, 1 + h2])
        hessian = -jnp.stack([jnp.stack([h2, h3]), jnp.stack([h3, 2 * h2 + h4])])
        return Local(constant - centre - h0, gradient, hessian)

    def moments(self, q: Normal, p: Any) -> tuple[Float[Array, ""], Float[Array, " 5"]]:
        """log p(m), and E[He_k(ε) (log p(m + s ε) − log p(m))] for k = 0 … 4.

        Taking log p(m) off first changes none but h₀, and keeps rounding errors small.
        """
        rule = trapezoid(-8.5, 8.5, self.nodes)
        e, centre = rule.nodes.astype(q.mean.dtype), self.nodes // 2
        hermite = jnp.stack([jnp.ones_like(e), e, e**2 - 1, e**3 - 3 * e, e**4 - 6 * e**2 + 3])
        weights = rule.weights.astype(e.dtype) * jnp.exp(-0.5 * e**2)
        values = self.log_p(q.mean + q.sd * e, p)
        return values[centre], (hermite * (weights / weights.sum())) @ (values - values[centre])


def _stacked(start: Normal) -> Normal:
    start = as_normal("start", start)
    return Normal(*map(jnp.atleast_1d, jnp.broadcast_arrays(*start)))


@partial(jax.jit, static_argnums=(0, 1))
def _reverse_divergence(log_p: LogDensity, nodes: int, q: Normal, p: Any) -> Array:
    shape = jnp.broadcast_shapes(*map(jnp.shape, q))
    flat = Normal(*(jnp.broadcast_to(field, shape).ravel() for field in q))
    # One after another: a fine landscape would need a large array for each of its points.
    values = jax.lax.map(lambda one: _Reverse(log_p, nodes)(one, p).value, flat, batch_size=256)
    return values.reshape(shape)


def _search(
    step: NewtonStep, start: Normal, data: Any, gaps: Any, damping: float = 1e-3
) -> tuple[Search, Search]:
    search = begin(step.objective, start, data, damping)
    last, frames, _ = scan_frames(step, search, data, jnp.asarray(gaps, jnp.int32))
    return last, frames


@partial(jax.jit, static_argnums=0)
def _fits(objective: Any, starts: Normal, data: Any, steps: Any) -> Fits:
    step = NewtonStep(objective)
    ends = jax.vmap(lambda start: _search(step, start, data, [steps])[0])(starts)
    return Fits(ends.point, ends.local.value, jax.vmap(_is_stationary)(ends.local))


@partial(jax.jit, static_argnums=0)
def _paths(objective: Any, starts: Normal, data: Any, gaps: Any) -> Normal:
    step = NewtonStep(objective)
    frames = jax.vmap(lambda start: _search(step, start, data, gaps)[1], out_axes=1)(starts)
    return frames.point


@partial(jax.jit, static_argnums=0)
def _sought(log_p: LogDensity, p: NormalMixture) -> tuple[Normal, Local, Array]:
    """Ends of the search from a grid of starts, the objective there, whether they look right."""
    step = NewtonStep(_Reverse(log_p, SEEKING), everywhere=True)
    ends = jax.vmap(lambda start: _search(step, start, p, [20])[0])(_grid(p))
    return ends.point, ends.local, jax.vmap(partial(_is_stationary, tolerance=1e-2))(ends.local)


@partial(jax.jit, static_argnums=0)
def _polished(log_p: LogDensity, starts: Normal, p: NormalMixture) -> tuple[Normal, Local, Array]:
    """Where a few plain Newton steps with more nodes end, and whether they arrive."""
    step = NewtonStep(_Reverse(log_p, FINAL), everywhere=True)
    ends = jax.vmap(lambda start: _search(step, start, p, [6], damping=0.0)[0])(starts)
    return ends.point, ends.local, jax.vmap(_is_stationary)(ends.local)


def _grid(p: NormalMixture) -> Normal:
    """Starts all over the reach of p: means between its components, sds from narrow to wide."""
    live = p.weights > 0
    low = jnp.where(live, p.means, jnp.inf).min()
    high = jnp.where(live, p.means, -jnp.inf).max()
    narrow = jnp.where(live, p.sds, jnp.inf).min()
    wide = 1.5 * jnp.sqrt(mixture_variance(p))
    sds = jnp.geomspace(narrow, wide, 5)
    means = jnp.linspace(low, high, 9)
    at_modes = Normal(p.means, p.sds)  # where the minima of far modes are
    grid = [field.ravel() for field in jnp.meshgrid(means, sds)]
    return Normal(*(jnp.concatenate(pair) for pair in zip(grid, at_modes, strict=True)))


def _is_stationary(local: Local, tolerance: float | None = None) -> Bool[Array, ""]:
    """Whether the gradient is 0, by default up to the rounding of what it is computed from."""
    scale = 1 + jnp.abs(local.hessian).max()
    if tolerance is None:
        tolerance = float(jnp.finfo(scale.dtype).eps) ** 0.5
    return jnp.abs(local.gradient).max() < tolerance * scale


def _distinct(points: Normal, local: Local, arrived: np.ndarray) -> list[StationaryPoint]:
    """Those that arrived, each once."""
    kinds = {0: "minimum", 1: "saddle", 2: "maximum"}
    falling = (np.linalg.eigvalsh(local.hessian) < 0).sum(axis=1)
    columns = (points.mean, points.sd, local.value)
    return _merged(
        [
            StationaryPoint(kinds[int(falling[i])], *(float(column[i]) for column in columns))
            for i in np.flatnonzero(arrived)
        ],
        closeness=float(np.finfo(local.value.dtype).eps) ** 0.2,  # 7e-4; in float32 0.04
    )


def _merged(points: list[StationaryPoint], closeness: float = 7e-4) -> list[StationaryPoint]:
    """Without repetitions, the lowest first, of equal ones the leftmost."""
    kept: list[StationaryPoint] = []
    for q in points:
        away = (abs(q.mean - r.mean) / r.sd + abs(np.log(q.sd / r.sd)) for r in kept)
        if min(away, default=np.inf) > closeness:
            kept.append(q)
    return sorted(kept, key=lambda q: (round(q.divergence, 6), q.mean))
