"""EM on Old Faithful: two Gaussians whose means are dragged; log-likelihood and bound in step.

With θ and the responsibilities q of the latest E-step, the bound is B = E_q[log p_θ(x, z)] + H(q),
and the log-likelihood L lies above it by the gap, D_KL(q ‖ p_θ(z|x)). An E-step closes the gap, an
M-step raises the bound.
"""

import functools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from lecture11.datasets import old_faithful
from lecture11.explore.handles import Drag
from lecture11.explore.lab import Lab
from lecture11.figures.scene import Bars, Ellipses, Labels, Lines, Panel, Points, Scene
from lecture11.figures.sentences import Sentence
from lecture11.latent import GaussianMixture, GaussianMixtureParameters, decompose

CYCLES = 60
MODEL = GaussianMixture()
HALF_STEPS = np.arange(2 * CYCLES + 1) / 2
"""Where the curves have a point: after E- and M-steps in turn."""


class State(NamedTuple):
    """θ, the responsibilities of the latest E-step, and how it went so far."""

    means: Float[Array, "2 2"]
    """μ, standardised."""
    weights: Float[Array, " 2"]
    covariances: Float[Array, "2 2 2"]
    responsibilities: Float[Array, "points 2"]
    """q."""
    step: Int[Array, ""]
    """Half a cycle each."""
    levels: Float[Array, " steps"]
    """L after each step so far, in nats; NaN after those to come."""
    bounds: Float[Array, " steps"]
    """B, likewise."""


class Seen(NamedTuple):
    """What is drawn and said."""

    data: Float[Array, "points 2"]
    curves: Float[Array, "2 steps 2"]
    now: Float[Array, "2 2"]
    bars: Float[Array, "2 4"]
    names: Float[Array, "2 2"]
    level: Float[Array, ""]
    bound: Float[Array, ""]
    entropy: Float[Array, ""]
    gap: Float[Array, ""]
    shares: Float[Array, " 2"]
    cycles: Int[Array, ""]
    touches: Bool[Array, ""]
    stuck: Bool[Array, ""]
    settled: Bool[Array, ""]
    collapsed: Bool[Array, ""]
    over: Bool[Array, ""]


@functools.cache
def eruptions() -> np.ndarray:
    """Lengths and waits, standardised (272, 2)."""
    x = old_faithful().observations
    return (x - x.mean(axis=0)) / x.std(axis=0)


def theta(state: State) -> GaussianMixtureParameters:
    """θ alone."""
    return GaussianMixtureParameters(state.weights, state.means, state.covariances)


def terms(state: State) -> tuple[Array, Array, Array]:
    """L, B and H(q), in nats."""
    log_joint = MODEL.log_joint(theta(state), jnp.asarray(eruptions()))
    supervised, entropy = decompose(log_joint, state.responsibilities)
    return jax.nn.logsumexp(log_joint, axis=1).sum(), supervised + entropy, entropy


def noted(state: State) -> State:
    """With L and B written down at the present step."""
    level, bound, _ = terms(state)
    here = jnp.arange(len(HALF_STEPS)) == state.step
    return state._replace(
        levels=jnp.where(here, level, state.levels), bounds=jnp.where(here, bound, state.bounds)
    )


def advanced(state: State) -> State:
    """One step on; at the end of the picture the count stays."""
    return noted(state._replace(step=jnp.minimum(state.step + 1, 2 * CYCLES).astype(jnp.int32)))


def e_step(state: State) -> State:
    """q ← p_θ(z|x): the gap closes. Pressed again, it changes nothing."""
    q = MODEL.posterior(theta(state), jnp.asarray(eruptions()))
    stepped = advanced(state._replace(responsibilities=q))
    return jax.tree.map(lambda a, b: jnp.where(state.step % 2 == 1, a, b), stepped, state)


def m_step(state: State) -> State:
    """θ ← argmax E_q[log p_θ(x, z)]; an E-step must come before."""
    x = jnp.asarray(eruptions())
    statistics = MODEL.statistics(theta(state), x, state.responsibilities)
    new = MODEL.m_step(theta(state), statistics)
    stepped = advanced(state._replace(**new._asdict()))
    return jax.tree.map(lambda a, b: jnp.where(state.step % 2 == 0, a, b), stepped, state)


def cycle(state: State) -> State:
    """Both, in whichever order is next."""
    return e_step(m_step(e_step(state)))


def restart(state: State) -> State:
    """From these means, with unit covariances and equal weights, after an E-step."""
    unit = jnp.stack([jnp.eye(2)] * 2)
    empty = jnp.full(len(HALF_STEPS), jnp.nan)
    begun = State(
        means=state.means,
        weights=jnp.full(2, 0.5),
        covariances=unit,
        responsibilities=state.responsibilities,
        step=jnp.zeros((), jnp.int32),
        levels=empty,
        bounds=empty,
    )
    q = MODEL.posterior(theta(begun), jnp.asarray(eruptions()))
    return noted(begun._replace(responsibilities=q))


def view(state: State) -> Seen:
    """All that is drawn and said."""
    x = jnp.asarray(eruptions())
    level, bound, entropy = terms(state)
    gap = jnp.maximum(level - bound, 0)
    here = 0.5 * state.step
    before = state.levels[jnp.maximum(state.step - 2, 0)]
    moved = state.step >= 2
    settled = moved & (state.step % 2 == 0) & (level - before < 1e-7 * jnp.abs(level))
    alike = jnp.abs(state.responsibilities - 0.5).max() < 1e-9
    statistics = MODEL.statistics(theta(state), x, state.responsibilities)
    return Seen(
        data=x,
        curves=jnp.stack(
            [
                jnp.stack([jnp.asarray(HALF_STEPS), each], axis=1)
                for each in (state.levels, state.bounds)
            ]
        ),
        now=jnp.stack([jnp.stack([here, level]), jnp.stack([here, bound])]),
        bars=jnp.stack(
            [
                jnp.stack([jnp.zeros(()), jnp.asarray(0.6), entropy, jnp.asarray(0.9)]),
                jnp.stack([jnp.zeros(()), jnp.asarray(0.1), gap, jnp.asarray(0.4)]),
            ]
        ),
        names=jnp.stack(
            [jnp.stack([entropy, jnp.asarray(0.75)]), jnp.stack([gap, jnp.asarray(0.25)])]
        ),
        level=level,
        bound=bound,
        entropy=entropy,
        gap=gap,
        shares=state.responsibilities.mean(axis=0),
        cycles=state.step // 2,
        touches=state.step % 2 == 0,
        stuck=alike & (state.step >= 1),
        settled=settled & ~alike,
        collapsed=MODEL.collapsed(theta(state), statistics).any(),
        over=settled | (state.step >= 2 * CYCLES),
    )


SCENE = Scene(
    panels=(
        Panel(
            "plane",
            "272 eruptions, coloured by responsibility",
            (-2.5, 2.5),
            (-2.5, 2.5),
            "length of the eruption, standardised",
            "wait for the next, standardised",
            square=True,
        ),
        Panel(
            "curve", "Log-likelihood and bound, in nats", (-1, CYCLES), (-1300, -300),
            "cycles", column=1, height=0.62,
        ),
        Panel(
            "bars", "Entropy of the responsibilities, and the gap", (0, 260), (0, 1),
            "nats", ticks="x", column=1, height=0.2,
        ),
    ),
    marks=(
        Points("plane", "data", mix="responsibilities"),
        Ellipses("plane", "means", ("paper",), covariances="covariances", width=6.5),
        Ellipses("plane", "means", ("ink",), covariances="covariances", dashes=("solid", "dashed")),
        Points("plane", "means", (0, 1), size=12),
        Lines(
            "curve", "curves", ("ink", 1), ("log-likelihood", "bound"), dashes=("solid", "dashed")
        ),
        Points("curve", "now", ("ink", 1), size=9),
        Bars("bars", "bars", (2, 3)),
        Labels(
            "bars", "names", texts=("entropy {entropy:.1f}", "gap {gap:.2f}"), dx=8, dy=0
        ),
    ),
)  # fmt: skip

WORDS = (
    Sentence(
        "After cycle {cycles:d} the log-likelihood is {level:.1f} nats; an M-step is next.",
        "touches",
    ),
    Sentence(
        "After cycle {cycles:d} and one more M-step the log-likelihood is {level:.1f} nats, the "
        "bound with the old responsibilities {bound:.1f}: an E-step closes the gap of {gap:.2f}.",
        "not touches",
    ),
    Sentence(
        "Component 1 answers for {shares[0]:.0%} of the points; the responsibilities have an "
        "entropy of {entropy:.1f} nats."
    ),
    Sentence("Both components answer for half of every point, so they move alike: stuck.", "stuck"),
    Sentence("The log-likelihood rises no more.", "settled"),
    Sentence("A component has shrunk onto too few points: it has collapsed.", "collapsed"),
)


@functools.cache
def declare() -> Lab:
    """The laboratory."""
    points = len(eruptions())
    empty = np.full(len(HALF_STEPS), np.nan)
    bare: dict[str, Any] = {
        "means": np.array([[-1.5, 1.0], [1.5, -1.0]]),
        "weights": np.full(2, 0.5),
        "covariances": np.stack([np.eye(2)] * 2),
        "responsibilities": np.full((points, 2), 0.5),
        "step": 0,
        "levels": empty,
        "bounds": empty,
    }
    return Lab(
        name="em",
        title="EM on Old Faithful",
        state=State(**bare),
        begin=restart,
        view=view,
        moves={"E-step": e_step, "M-step": m_step, "Whole cycle": cycle},
        play="Whole cycle",
        pace=5,
        until="over",
        then={"means": restart},
        handles=[Drag("means", "mean", "plane", names=("length", "wait"))],
        scene=SCENE,
        words=WORDS,
    )
