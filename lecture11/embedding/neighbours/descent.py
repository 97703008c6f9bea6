"""The descent of SNE, t-SNE and NeRV: a gradient step with memory (van der Maaten & Hinton 2008,
section 3.4)::

    velocity ← μ velocity − η gain · gradient,       x̄ ← x̄ + velocity

Each coordinate of each point has a *gain* (Jacobs 1988): it grows by 0.2 while the velocity keeps
going downhill, and shrinks to 0.8 of itself where it does not. For the first steps the attraction
is *exaggerated*, so that clusters form while there is room to pass.

Gains look only at signs, and a sign may hang on the last digit: where two processors round
differently, maps with gains soon have nothing in common but their quality. :data:`REPRODUCIBLE`
does without.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float, Int

from lecture11.embedding.neighbours.losses import MapLoss
from lecture11.embedding.neighbours.starts import START_SPREAD

LEAST_GAIN = 0.01
MOST_RISE = 1.1
"""What one step may multiply a steep loss by: momentum overshoots a little, and that is well."""
MOST_HALVINGS = 40


class Settings(NamedTuple):
    """How to descend: numbers that compiled code takes, so another choice compiles nothing."""

    exaggeration: float = 6.0
    """What the attraction is multiplied by at first. The customary 12 belongs to a lower rate; at
    this one it makes maps of the digits a little worse, and differ more."""
    early_iterations: int = 250
    """For how many iterations."""
    early_momentum: float = 0.8
    """μ meanwhile."""
    momentum: float = 0.8
    """μ afterwards."""
    early_rate: float = 1.0
    """η meanwhile, in units of N / 12 for the gradient 4 Σ … of t-SNE, and of 1 / 12 for losses
    summed over points (1 / 48 for NeRV). openTSNE's gradient lacks the factor 4: its N / 12 is
    N / 48 here."""
    rate: float = 1.0
    """η afterwards, in the same units."""
    most_attraction: float = float("inf")
    """Both rates are lowered in proportion where some point i is pulled by more than this,
    1 + Σ_j p_j(i): so many count it among their neighbours that it would be thrown to and fro."""
    gain_increase: float = 0.2
    """Added to a gain while descending; 0 for no gains."""
    gain_decrease: float = 0.8
    """Multiplies a gain where the gradient turns; 1 for no gains."""


USUAL = Settings()
"""Gains: the lowest loss after so many iterations, and another map on another processor."""
FAST = USUAL._replace(early_iterations=50, rate=8.0, momentum=0.95)
"""Gains, and long strides: the loss to which :data:`USUAL` takes 1,000 iterations, in 200 or so.
Its exaggerated loss falls no further after 50. Where the rate is too large for a point, its gains
shrink; from a rate of 16 on, not soon enough for all, unless the loss limits its steps."""
REPRODUCIBLE = Settings(
    exaggeration=4.0,
    early_iterations=100,
    early_momentum=0.5,
    momentum=0.95,
    rate=4.0,
    most_attraction=3.0,
    gain_increase=0.0,
    gain_decrease=1.0,
)
"""No gains, more momentum: the same map on every processor, to 1e-4 of its size. Once the
attraction is no longer multiplied by 4, η is: the step along a spring is the product of both. And
the exaggeration ends sooner, as it draws what has no clusters so close together that the last
digits decide how the map unfolds; noise needs float64 all the same."""
GAINS = USUAL._replace(exaggeration=1.0, early_iterations=0)
"""Gains, but no early exaggeration: Hinton & Roweis had none."""
MOMENTUM = GAINS._replace(momentum=0.9, most_attraction=3.0, gain_increase=0.0, gain_decrease=1.0)
"""Neither; for SNE and NeRV, whose springs do not weaken with their length."""


class DescentState(NamedTuple):
    """A map, and what the next step must know of those before."""

    points: Float[Array, "*frames points dims"]
    """x̄; only its distances mean something, in units of the map's kernel."""
    velocity: Float[Array, "*frames points dims"]
    """What was added last."""
    gains: Float[Array, "*frames points dims"]
    """Factors on the learning rate; 1 throughout without gains."""
    iteration: Int[Array, "*frames"]
    """Iterations done: it decides whether the attraction is exaggerated."""


class DescentInfo(NamedTuple):
    """What a step says of the map it was given."""

    loss: Float[Array, "*frames"]
    """In nats, never exaggerated: for SNE and NeRV summed over points."""
    slope: Float[Array, "*frames"]
    """Length of the gradient followed, exaggeration included."""


class DescentData(NamedTuple):
    """What stays the same while the map moves."""

    affinities: Any
    """What the loss compares the map with."""
    settings: Any
    """:class:`Settings` as arrays, the rates times their unit."""


@dataclass(frozen=True)
class DescentStep:
    """One iteration, for :mod:`lecture11.iteration`.

    loss: :data:`~lecture11.embedding.neighbours.losses.TSNE`, for example
    """

    loss: MapLoss

    def __call__(self, state: DescentState, data: DescentData) -> tuple[DescentState, DescentInfo]:
        """Move once; the info is about the incoming map."""
        chosen = data.settings
        early = state.iteration < chosen.early_iterations
        exaggeration = jnp.where(early, chosen.exaggeration, 1)
        momentum = jnp.where(early, chosen.early_momentum, chosen.momentum)
        rate = jnp.where(early, chosen.early_rate, chosen.rate)
        loss, gradient = self.loss(state.points, data.affinities, exaggeration)
        onward = jnp.sign(gradient) != jnp.sign(state.velocity)
        gains = jnp.where(
            onward, state.gains + chosen.gain_increase, state.gains * chosen.gain_decrease
        )
        gains = jnp.maximum(gains, LEAST_GAIN)
        velocity = momentum * state.velocity - rate * gains * gradient
        if self.loss.longest is not None:
            longest = self.loss.longest * jnp.maximum(1, jnp.sqrt((state.points**2).mean()))
            velocity = jnp.clip(velocity, -longest, longest)
        if self.loss.is_steep:
            velocity = self._shortened(velocity, state.points, loss, data.affinities)
        points = _kept_apart(_centred(state.points + velocity))
        return (
            DescentState(points, velocity, gains, state.iteration + 1),
            DescentInfo(loss, jnp.sqrt((gradient**2).sum())),
        )

    def _shortened(self, velocity: Array, points: Array, loss: Array, affinities: Any) -> Array:
        """The velocity, halved until it does not throw the map far uphill."""

        def too_long(trial: tuple[Array, Array]) -> Array:
            velocity, halvings = trial
            reached, _ = self.loss(points + velocity, affinities, jnp.ones_like(loss))
            return ~(reached <= MOST_RISE * loss) & (halvings < MOST_HALVINGS)

        def halve(trial: tuple[Array, Array]) -> tuple[Array, Array]:
            return trial[0] / 2, trial[1] + 1

        return lax.while_loop(too_long, halve, (velocity, jnp.zeros((), int)))[0]


@dataclass(frozen=True)
class BatchedStep:
    """One iteration of several runs of the same number of points, by ``vmap``."""

    step: DescentStep

    def __call__(self, state: DescentState, data: DescentData) -> tuple[DescentState, DescentInfo]:
        """Move each map once; states, affinities and settings are stacked along a first axis."""
        return jax.vmap(self.step)(state, data)


def start_state(points: Float[Array, "*runs points dims"]) -> DescentState:
    """A map before the first step: without velocity, all gains 1."""
    still = jnp.zeros_like(points)
    return DescentState(
        points, still, jnp.ones_like(points), jnp.zeros(points.shape[:-2], jnp.int32)
    )


def _centred(points: Float[Array, "points dims"]) -> Float[Array, "points dims"]:
    return points - points.mean(axis=0)


def _kept_apart(points: Float[Array, "points dims"]) -> Float[Array, "points dims"]:
    """Blown up again to the spread of a start, where exaggerated attraction has made it smaller.

    That small, forces are linear, so only the shape counts; what would be lost is the digits.
    """
    spread = jnp.sqrt((points**2).mean(axis=0).max())
    positive = spread > 0
    return points * jnp.where(
        positive & (spread < START_SPREAD), START_SPREAD / jnp.where(positive, spread, 1), 1
    )
