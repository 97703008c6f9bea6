"""One normal fitted to several modes, by either direction of KL: both descents, and the landscape.

p is a mixture of three normals, of which one or two may have weight 0. The landscape is that of the
reverse divergence over mean and standard deviation of q; the forward one has a single minimum.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from lecture11.divergence import (
    NormalMixture,
    covering_rule,
    forward_fit,
    kl_by_quadrature,
    mixture_log_density,
    reverse_divergence,
)
from lecture11.divergence.fits import (
    FITTING,
    SEEKING,
    ReverseObjective,
    forward_objective,
    search_stationary,
)
from lecture11.divergence.newton import NewtonStep, Objective, begin
from lecture11.gaussian import Normal, normal_log_density

MODES = 3
MEANS, SDS = (-6.0, 6.0), (0.2, 5.0)
"""Limits of the landscape; its rows are evenly spaced in log sd."""
CELLS = 48
"""Of the landscape, along each side."""
PLACES = 241
"""Along x, where curves are drawn."""
REACH = 8.0
"""They go from −REACH to REACH."""
NODES = 1025
"""Of the rule for the forward divergence."""
LONGEST = 60
"""Steps of a descent."""
DAMPING = 1e-2
"""Of a descent's first step."""
KINDS = ("minimum", "saddle", "maximum")
"""Of stationary points, as the view numbers them."""


class State(NamedTuple):
    """p, where q starts, and how far both descents have come."""

    weights: Float[Array, " 3"]
    """Of the modes, from 0 on, one of them positive; they are divided by their sum."""
    means: Float[Array, " 3"]
    sds: Float[Array, " 3"]
    q: Float[Array, " 2"]
    """Mean and sd of q where both descents start."""
    forward: Float[Array, " 3"]
    """Mean and sd of the q that goes down D_KL(p ‖ q), and the damping of its next step."""
    reverse: Float[Array, " 3"]
    """Likewise for D_KL(q ‖ p)."""
    steps: Int[Array, ""]
    trails: Float[Array, "2 places 2"]
    """Mean and sd of q on its way down either divergence; NaN for steps to come."""


class Landscape(NamedTuple):
    """D_KL(q ‖ p) over all q, lowest and highest values aside."""

    divergence: Float[Array, "48 48"]
    """In nats; rows are sds, columns means."""


class Stationary(NamedTuple):
    """Where the reverse divergence neither rises nor falls; NaN for what wasn't found."""

    places: Float[Array, "ends 2"]
    """Mean and sd."""
    kinds: Int[Array, " ends"]
    """0 for a minimum, 1 for a saddle, 2 for a maximum; −1 for what wasn't found."""
    minima: Int[Array, ""]
    """How many there are."""
    broad: Bool[Array, ""]
    """Whether one of them is wider than every mode."""


class Seen(NamedTuple):
    """What is drawn and said."""

    area: Float[Array, "241 3"]
    """The area under p."""
    forward: Float[Array, "241 2"]
    reverse: Float[Array, "241 2"]
    modes: Float[Array, "3 2"]
    """The top of each mode of p; NaN where its weight is 0."""
    spreads: Float[Array, "3 2"]
    """One standard deviation to its right, at half its height."""
    at_start: Float[Array, "1 2"]
    """q in the landscape: mean and sd."""
    at_forward: Float[Array, "1 2"]
    at_reverse: Float[Array, "1 2"]
    forward_divergence: Float[Array, ""]
    """D_KL(p ‖ q) in nats."""
    reverse_divergence: Float[Array, ""]
    """D_KL(q ‖ p) in nats."""
    settled: Bool[Array, ""]
    """Both descents have arrived."""
    over: Bool[Array, ""]
    """Whether the playing ends."""
    minima_at: Float[Array, "ends 2"]
    saddles_at: Float[Array, "ends 2"]
    minima: Int[Array, ""]
    broad: Bool[Array, ""]


def mixture(
    weights: Float[Array, " 3"], means: Float[Array, " 3"], sds: Float[Array, " 3"]
) -> NormalMixture:
    """p; all weights 0 count as equal ones."""
    none = weights.sum() <= 0
    raised = jnp.where(none, 1, weights)
    return NormalMixture(raised / raised.sum(), means, sds)


def landscape(
    weights: Float[Array, " 3"], means: Float[Array, " 3"], sds: Float[Array, " 3"]
) -> Landscape:
    """The reverse divergence over a grid of normals."""
    p = mixture(weights, means, sds)
    across, up = jnp.meshgrid(jnp.linspace(*MEANS, CELLS), jnp.geomspace(*SDS, CELLS))
    return Landscape(reverse_divergence(Normal(across, up), p, nodes=SEEKING))


def find_stationary(
    weights: Float[Array, " 3"], means: Float[Array, " 3"], sds: Float[Array, " 3"]
) -> Stationary:
    """All stationary points that a grid of searches finds."""
    p = mixture(weights, means, sds)
    ends = search_stationary(p)
    places = jnp.where(ends.found[:, None], jnp.stack(ends.normals, axis=1), jnp.nan)
    is_minimum = ends.found & (ends.falling == 0)
    widest = jnp.where(p.weights > 0, p.sds, 0).max()
    return Stationary(
        places=places,
        kinds=jnp.where(ends.found, ends.falling, -1).astype(jnp.int32),
        minima=is_minimum.sum().astype(jnp.int32),
        broad=(is_minimum & (ends.normals.sd > 1.2 * widest)).any(),
    )


def restart(state: State, given: Mapping[str, Any]) -> State:
    """Both descents at the start again."""
    first = jnp.append(state.q, DAMPING)
    trails = jnp.full_like(state.trails, jnp.nan).at[:, 0].set(state.q)
    begun = {"forward": first, "reverse": first, "trails": trails}
    return state._replace(steps=jnp.zeros((), jnp.int32), **begun)


def descend(state: State, given: Mapping[str, Any]) -> State:
    """A Newton step of each."""
    p = mixture(state.weights, state.means, state.sds)
    rule = covering_rule(p, NODES)
    masses = rule.weights * jnp.exp(mixture_log_density(rule.nodes, p))
    forward = _stepped(forward_objective, state.forward, (rule.nodes, masses / masses.sum()))
    reverse = _stepped(_REVERSE, state.reverse, p)
    steps = jnp.minimum(state.steps + 1, LONGEST)
    here = (jnp.arange(LONGEST + 1) == steps)[None, :, None]
    now = jnp.stack([forward[:2], reverse[:2]])[:, None]
    trails = jnp.where(here, now, state.trails)
    return state._replace(forward=forward, reverse=reverse, steps=steps, trails=trails)


_REVERSE = ReverseObjective(mixture_log_density, FITTING)


def _stepped(objective: Objective, at: Float[Array, " 3"], data: Any) -> Float[Array, " 3"]:
    mean, sd, damping = at
    search = begin(objective, Normal(mean, sd), data, DAMPING)._replace(damping=damping)
    after, _ = NewtonStep(objective)(search, data)
    return jnp.stack([*after.point, after.damping])


def view(state: State, given: Mapping[str, Any]) -> Seen:
    """All that is drawn and said."""
    p = mixture(state.weights, state.means, state.sds)
    rule = covering_rule(p, NODES)
    x = jnp.linspace(-REACH, REACH, PLACES)
    density = jnp.exp(mixture_log_density(x, p))
    forward, reverse = Normal(*state.forward[:2]), Normal(*state.reverse[:2])
    local = _REVERSE(reverse, p)
    tops = jnp.exp(mixture_log_density(p.means, p))
    there = p.weights > 0
    off = jnp.hypot(*(_relative(forward, forward_fit(p))))
    settled = (off < 1e-6) & (jnp.abs(local.gradient).max() < 1e-6)
    return Seen(
        area=jnp.stack([x, 0 * x, density], axis=1),
        forward=_curve(x, forward),
        reverse=_curve(x, reverse),
        modes=jnp.stack([p.means, jnp.where(there, tops, jnp.nan)], axis=1),
        spreads=jnp.stack([p.means + p.sds, jnp.where(there, tops / 2, jnp.nan)], axis=1),
        at_start=state.q[None],
        at_forward=jnp.stack(forward)[None],
        at_reverse=jnp.stack(reverse)[None],
        forward_divergence=kl_by_quadrature(
            mixture_log_density(rule.nodes, p),
            rule,
            relative_to=normal_log_density(rule.nodes, forward),
        ),
        reverse_divergence=local.value,
        settled=settled,
        over=settled | (state.steps >= LONGEST),
        minima_at=_of_kind(given["stationary"], 0),
        saddles_at=_of_kind(given["stationary"], 1),
        minima=given["stationary"].minima,
        broad=given["stationary"].broad,
    )


def _relative(q: Normal, other: Normal) -> tuple[Array, Array]:
    """How far apart two normals are, in sds and in e-folds."""
    return (q.mean - other.mean) / other.sd, jnp.log(q.sd / other.sd)


def _of_kind(stationary: Stationary, kind: int) -> Float[Array, "ends 2"]:
    return jnp.where((stationary.kinds == kind)[:, None], stationary.places, jnp.nan)


def _curve(x: Float[Array, " places"], q: Normal) -> Float[Array, "places 2"]:
    return jnp.stack([x, jnp.exp(normal_log_density(x, q))], axis=1)


def begin_state() -> State:
    """The slide's two modes, ±2 with sd ½, q in the middle; a third mode waits with weight 0."""
    first = np.array([0.3, 1.0, DAMPING])
    fields: dict[str, Any] = {
        "weights": np.array([0.5, 0.5, 0.0]),
        "means": np.array([-2.0, 2.0, 5.0]),
        "sds": np.array([0.5, 0.5, 0.5]),
        "q": first[:2],
        "forward": first,
        "reverse": first,
        "steps": np.int32(0),
        "trails": np.full((2, LONGEST + 1, 2), np.nan),
    }
    return State(**fields)
