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
from jax import lax
from jaxtyping import Array, Bool, Float, Int

from lecture11.arguments import as_floats, as_instance, as_items, as_whole, known, require_shape
from lecture11.divergence.newton import Local, NewtonStep, Search, begin, eigenvalues
from lecture11.divergence.normal_mixture import (
    NormalMixture,
    as_mixture,
    mixture_log_density,
    mixture_mean,
    mixture_variance,
)
from lecture11.gaussian import Normal, as_normal, normal_log_density
from lecture11.iteration import scan_frames
from lecture11.quadrature import trapezoid
from lecture11.signatures import compiled, converted

LogDensity = Callable[[Float[Array, " points"], Any], Float[Array, " points"]]
"""``log_p(x, p)``: the logarithm of p at some points, up to a constant; a module-level function, as
each new one is compiled anew."""

SEEKING, FITTING, FINAL = 193, 1025, 4097
"""Nodes of the rules that search for stationary points, that serve a single fit, and that have the
last word. Between far and narrow modes log p has a sharp bend, which takes many."""

DAMPING = 1e-3
"""Of a search's first step."""


class Fits(NamedTuple):
    """Normals found from several starts."""

    normals: Normal
    """Where each start ended."""
    divergence: Float[Array, " starts"]
    """The objective there, in nats."""
    converged: Bool[Array, " starts"]
    """Whether it is a stationary point, up to rounding."""


KINDS = "minimum", "saddle", "maximum"
"""Of stationary points, by the number of directions in which the objective falls."""


class StationaryPoints(NamedTuple):
    """All the ends of a search for stationary points; those found are marked."""

    normals: Normal
    """Where each start ended."""
    divergence: Float[Array, " starts"]
    """D_KL(q ‖ p) there, in nats."""
    falling: Int[Array, " starts"]
    """Eigenvalues of the Hessian that are negative: 0 at a minimum, 1 at a saddle, 2."""
    found: Bool[Array, " starts"]
    """Whether it is a stationary point, and the first of those that lie together."""


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


@converted(p=as_mixture)
@compiled
def forward_fit(p: NormalMixture) -> Normal:
    """The normal that minimises D_KL(p ‖ q): the one with the mean and the variance of p.

    Raises what :func:`~lecture11.divergence.normal_mixture.as_mixture` raises.

    >>> q = forward_fit(NormalMixture([0.5, 0.5], [-2.0, 2.0], [0.5, 0.5]))
    >>> print(q.mean, q.sd**2)
    0.0 4.250
    """
    mean = mixture_mean(p)
    # In units of the farthest mode or the widest: squares above 1e38 overflow float32.
    extents = jnp.where(p.weights > 0, jnp.maximum(p.sds, jnp.abs(p.means - mean)), 0)
    unit = lax.stop_gradient(extents.max())
    scaled = NormalMixture(p.weights, (p.means - mean) / unit, p.sds / unit)
    return Normal(mean, unit * jnp.sqrt(mixture_variance(scaled)))


def forward_fit_by_descent(points: Any, masses: Any, start: Normal, *, steps: int = 60) -> Fits:
    """The same by optimisation: minimise −Σ_i w_i log q(x_i) over q, from each of several starts.

    points: x_i, the nodes of a rule, or samples of p
    masses: w_i, in proportion to a rule's weights times p(x_i), or for samples 1/n, where this is
        maximum likelihood; they are divided by their sum
    start: one or more normals

    The ``divergence`` is this cross-entropy, D_KL(p ‖ q) + H(p).
    Raises TypeError or ValueError where points or masses are no numbers, or not equally many;
    ValueError where masses are negative or all 0; what :func:`~lecture11.gaussian.as_normal`
    raises; TypeError or ValueError where ``steps`` is no whole number from 0 on.
    """
    x, w = as_floats("points", points, 1), as_floats("masses", masses, 1)
    require_shape("masses", w, x.shape, "one for each point")
    if known(w) and ((given := np.asarray(w)).min() < 0 or not given.any()):
        raise ValueError(
            "masses: expected numbers from 0 on, some of them positive, got "
            f"{given.min():g} … {given.max():g}; clip them at 0."
        )
    steps = as_whole("steps", steps, 0)
    scaled = w / w.max()  # so that their sum cannot overflow
    return _fits(forward_objective, _stacked("start", start), (x, scaled / scaled.sum()), steps)


def forward_objective(q: Normal, data: tuple[Array, Array]) -> Local:
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
    """D_KL(q ‖ p) = E_q[log q(x) − log p(x)] in nats, for one normal or for arrays of them.

    p: whatever ``log_p(x, p)`` takes, by default a mixture of normals
    log_p: the logarithm of p; where it lacks a constant, so does the result
    nodes: how many the quadrature has in ε = (x − m) / s. By default the result is off by
        10⁻⁶ nats or less where no component of p is narrower than s/5, and by some 0.05 down to
        s/50 (the worst of 60 mixtures of three; in float64)

    Raises TypeError or ValueError where ``q`` is no normal, ``p`` no mixture, or ``nodes`` no whole
    number from 3 on.

    >>> p = NormalMixture([0.5, 0.5], [-2.0, 2.0], [0.5, 0.5])
    >>> print(reverse_divergence(Normal([2.0, 0.0], [0.5, 1.7]), p))
    [0.693 1.874]
    """
    q, p = as_normal("q", q), _as_target(p, log_p)
    return _reverse_divergence(log_p, as_whole("nodes", nodes, 3), q, p)


@partial(jax.jit, static_argnums=(0, 1))
def _reverse_divergence(log_p: LogDensity, nodes: int, q: Normal, p: Any) -> Array:
    epsilon, weights = _standard_normal(nodes, q.sd.dtype)

    def divergence(q: Normal) -> Array:
        x = q.mean + q.sd * epsilon
        return weights @ (normal_log_density(x, q) - log_p(x, p))

    shape = jnp.broadcast_shapes(*map(jnp.shape, q))
    flat = Normal(*(jnp.broadcast_to(field, shape).ravel() for field in q))
    # One after another: a fine landscape would need a large array for each of its points.
    return lax.map(divergence, flat, batch_size=256).reshape(shape)


def _standard_normal(nodes: int, dtype: Any) -> tuple[Array, Array]:
    """Nodes ε and weights of averages over N(0, 1); the weights sum to 1."""
    rule = trapezoid(-8.5, 8.5, nodes)
    epsilon = rule.nodes.astype(dtype)
    weights = rule.weights.astype(dtype) * jnp.exp(-0.5 * epsilon**2)
    return epsilon, weights / weights.sum()


def reverse_fits(
    p: Any, starts: Normal, *, log_p: LogDensity = mixture_log_density, steps: int = 60
) -> Fits:
    """Minimise D_KL(q ‖ p) from each of several starts, always downhill.

    p: whatever ``log_p(x, p)`` takes, by default a mixture of normals
    starts: one or more normals
    log_p: the logarithm of p; where it lacks a constant, the fits are the same and the
        ``divergence`` lacks it too

    Raises TypeError or ValueError where ``starts`` is no normal, ``p`` no mixture, or ``steps`` no
    whole number from 0 on.

    >>> p = NormalMixture([0.5, 0.5], [-2.0, 2.0], [0.5, 0.5])
    >>> print(reverse_fits(p, Normal([-1.0, 1.0], [0.5, 0.5])).normals.mean)
    [-2.00  2.00]
    """
    begins, p = _stacked("starts", starts), _as_target(p, log_p)
    return _fits(ReverseObjective(log_p, FITTING), begins, p, as_whole("steps", steps, 0))


def reverse_paths(
    p: Any, starts: Normal, *, log_p: LogDensity = mixture_log_density, steps: int = 60
) -> Normal:
    """All points on the way of :func:`reverse_fits`: fields of shape (steps + 1, starts)."""
    begins, p = _stacked("starts", starts), _as_target(p, log_p)
    gaps = np.arange(as_whole("steps", steps, 0) + 1).clip(max=1)
    return _paths(ReverseObjective(log_p, FITTING), begins, p, gaps)


def stationary_points(
    p: NormalMixture, *, log_p: LogDensity = mixture_log_density
) -> list[StationaryPoint]:
    """Every stationary point found of D_KL(q ‖ p) over normals q, the lowest first.

    A grid of starts over the reach of p is driven to zeros of the gradient; the distinct ends are
    polished with more nodes, and those that arrive kept. That found them all in every case tried
    (:func:`is_complete` is one check), but no search proves it. Modes more than some 100 standard
    deviations apart are beyond the rule: what lies between them is then found only roughly or not.
    Raises what :func:`~lecture11.divergence.normal_mixture.as_mixture` raises.

    >>> points = stationary_points(NormalMixture([0.5, 0.5], [-2.0, 2.0], [0.5, 0.5]))
    >>> [(q.kind, round(q.sd, 1)) for q in points]
    [('minimum', 0.5), ('minimum', 0.5), ('minimum', 1.7), ('saddle', 1.5), ('saddle', 1.5)]
    """
    ends = jax.device_get(search_stationary(as_mixture("p", p), log_p=_as_callable(log_p)))
    points = [
        StationaryPoint(
            KINDS[ends.falling[i]],
            *(float(column[i]) for column in (*ends.normals, ends.divergence)),
        )
        for i in np.flatnonzero(ends.found)
    ]
    return sorted(points, key=lambda q: (round(q.divergence, 6), q.mean))


@partial(jax.jit, static_argnames="log_p")
def search_stationary(
    p: NormalMixture, *, log_p: LogDensity = mixture_log_density
) -> StationaryPoints:
    """What :func:`stationary_points` finds, as arrays of a fixed size; unchecked, to be traced."""
    seek = NewtonStep(ReverseObjective(log_p, SEEKING), everywhere=True)
    polish = NewtonStep(ReverseObjective(log_p, FINAL), everywhere=True)
    ends = jax.vmap(lambda start: _search(seek, start, p, 20))(_grid(p))
    promising = jax.vmap(partial(_is_stationary, tolerance=1e-2))(ends.local)

    rough = _first_of_each(ends.point, promising)

    def polished(given: tuple[Search, Array]) -> Search:
        """A few plain Newton steps with more nodes, where it is a candidate."""
        end, chosen = given
        return lax.cond(chosen, lambda: _search(polish, end.point, p, 6, damping=0.0), lambda: end)

    normals, local, _ = lax.map(polished, (ends, rough))  # one by one: few are candidates
    found = rough & jax.vmap(_is_stationary)(local)
    falling = (jax.vmap(eigenvalues)(local.hessian) < 0).sum(axis=1)
    return StationaryPoints(normals, local.value, falling, _first_of_each(normals, found))


def is_complete(points: list[StationaryPoint]) -> bool:
    """Whether minima − saddles + maxima = 1, as it must be for a function that rises on all sides.

    (Poincaré–Hopf, on the half-plane of m and s: the divergence goes to ∞ at all its ends.)
    Raises TypeError where ``points`` are no stationary points, ValueError where there is none.
    """
    given = as_items("points", points, "stationary points")
    remedy = "find them with stationary_points(p)"
    points = [as_instance("points", point, StationaryPoint, remedy) for point in given]
    signs = {"minimum": 1, "saddle": -1, "maximum": 1}
    return sum(signs[point.kind] for point in points) == 1


@dataclass(frozen=True)
class ReverseObjective:
    """F with its derivatives; the rule has ``nodes`` nodes in ε."""

    log_p: LogDensity
    nodes: int

    def __call__(self, q: Normal, p: Any) -> Local:
        """F, g and A at one normal."""
        centre, (h0, h1, h2, h3, h4) = self.moments(q, p)
        constant = -jnp.log(q.sd) - 0.5 * (1 + jnp.log(2 * jnp.pi))
        gradient = -jnp.stack([h1, 1 + h2])
        hessian = -jnp.stack([jnp.stack([h2, h3]), jnp.stack([h3, 2 * h2 + h4])])
        return Local(constant - centre - h0, gradient, hessian)

    def moments(self, q: Normal, p: Any) -> tuple[Float[Array, ""], Float[Array, " 5"]]:
        """log p(m), and E[He_k(ε) (log p(m + s ε) − log p(m))] for k = 0 … 4.

        Taking log p(m) off first changes none but h₀, and keeps rounding errors small.
        """
        e, weights = _standard_normal(self.nodes, q.sd.dtype)
        hermite = jnp.stack([jnp.ones_like(e), e, e**2 - 1, e**3 - 3 * e, e**4 - 6 * e**2 + 3])
        values = self.log_p(q.mean + q.sd * e, p)
        centre = values[self.nodes // 2]
        return centre, (hermite * weights) @ (values - centre)


def _stacked(name: str, start: Normal) -> Normal:
    return Normal(*map(jnp.atleast_1d, jnp.broadcast_arrays(*as_normal(name, start))))


def _as_target(p: Any, log_p: LogDensity) -> Any:
    """p as ``log_p`` takes it; only of a mixture is it known what that is."""
    return as_mixture("p", p) if _as_callable(log_p) is mixture_log_density else p


def _as_callable(log_p: LogDensity) -> LogDensity:
    if not callable(log_p):
        raise TypeError(
            f"log_p: expected a function log_p(x, p), got a {type(log_p).__name__}; define one at "
            "the top of a module or notebook."
        )
    return log_p


def _search(
    step: NewtonStep, start: Normal, data: Any, steps: Any, damping: float = DAMPING
) -> Search:
    search = begin(step.objective, start, data, damping)
    return lax.fori_loop(0, steps, lambda _, search: step(search, data)[0], search)


@partial(jax.jit, static_argnums=0)
def _fits(objective: Any, starts: Normal, data: Any, steps: Any) -> Fits:
    step = NewtonStep(objective)
    ends = jax.vmap(lambda start: _search(step, start, data, steps))(starts)
    return Fits(ends.point, ends.local.value, jax.vmap(_is_stationary)(ends.local))


@partial(jax.jit, static_argnums=0)
def _paths(objective: Any, starts: Normal, data: Any, gaps: Any) -> Normal:
    step = NewtonStep(objective)

    def path(start: Normal) -> Normal:
        search = begin(step.objective, start, data, DAMPING)
        return scan_frames(step, search, data, jnp.asarray(gaps, jnp.int32))[1].point

    return jax.vmap(path, out_axes=1)(starts)


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


def _first_of_each(points: Normal, arrived: Bool[Array, " points"]) -> Bool[Array, " points"]:
    """Which of those that arrived lie not together with an earlier one of them."""
    mean, sd = points
    closeness = float(jnp.finfo(sd.dtype).eps) ** 0.2  # 7e-4; in float32 0.04
    away = jnp.abs(mean[:, None] - mean) / sd + jnp.abs(jnp.log(sd[:, None] / sd))

    def visit(kept: Array, i: Array) -> tuple[Array, None]:
        return kept.at[i].set(arrived[i] & ~(kept & (away[i] <= closeness)).any()), None

    return lax.scan(visit, jnp.zeros_like(arrived), jnp.arange(arrived.size))[0]
