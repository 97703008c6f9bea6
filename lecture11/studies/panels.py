"""Panels of experts who are simulated, so that the truth is known: who finds it?"""

from functools import cache, partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from lecture11.datasets import anaesthetists
from lecture11.latent import (
    DawidSkene,
    DawidSkeneParameters,
    fit_em,
    majority_vote,
    vote_start,
)

KINDS = ("like the anaesthetists", "two good, four poor", "copiers")
RIGHT = {KINDS[1]: [0.9, 0.9, 0.4, 0.4, 0.4, 0.4], KINDS[2]: [0.7, 0.7, 0.7, 0.45]}
"""How often each expert is right on three classes; the last copier's answers are given thrice."""

MODEL = DawidSkene(smoothing=0.1)


def symmetric(right: float | Float[Array, ""], classes: int = 3) -> Float[Array, "classes classes"]:
    """A confusion matrix that errs evenly."""
    wrong = (1 - right) / (classes - 1)
    return jnp.eye(classes) * (right - wrong) + wrong


@cache
def truth_of(kind: str) -> DawidSkeneParameters:
    """What a kind is simulated from: the fit to the 45 patients, or experts who err evenly."""
    if kind in RIGHT:
        matrices = jnp.stack([symmetric(right) for right in RIGHT[kind]])
        return DawidSkeneParameters(jnp.full(3, 1 / 3), matrices)
    return fitted(jnp.asarray(anaesthetists().counts, float), cycles=500)


def fitted(
    counts: Float[Array, "items experts answers"], cycles: int = 100
) -> DawidSkeneParameters:
    """What EM learns from the answers, started from the averaged votes."""
    start = vote_start(MODEL, counts)
    return fit_em(MODEL, start, counts, frames=[cycles], chunk=100).state


class Panel(NamedTuple):
    """One panel."""

    counts: Float[Array, "items experts answers"]
    """1 for the answer given, 0s where one is missing."""
    truth: Int[Array, " items"]
    """The true classes."""
    informed: Int[Array, " items"]
    """What someone says who knows the experts."""


def draw(kind: str, seed: int) -> Panel:
    """45 patients, a fifth of the answers missing, for the first kind; else 300 items."""
    items, missing = (300, 0.0) if kind in RIGHT else (45, 0.2)
    counts, z, informed = _draw(truth_of(kind), jax.random.key(seed), items, missing)
    if kind == KINDS[2]:
        counts = jnp.concatenate([counts, counts[:, 3:], counts[:, 3:]], axis=1)
    return Panel(counts, z, informed)


@partial(jax.jit, static_argnums=(2, 3))
def _draw(
    truth: DawidSkeneParameters, key: Array, items: int, missing: float
) -> tuple[Array, Array, Array]:
    of_sample, of_gaps = jax.random.split(key)
    counts, z = MODEL.sample(truth, items, key=of_sample)
    there = jax.random.uniform(of_gaps, counts.shape[:2]) >= missing
    counts = counts * there[:, :, None]
    return counts, z, MODEL.predict(truth, counts)


_e_step, _predict = jax.jit(MODEL.e_step), jax.jit(MODEL.predict)


def scores(kind: str, seed: int) -> Float[np.ndarray, "3"]:
    """The share of items that the vote, EM, and knowledge of the experts get right."""
    panel = draw(kind, seed)
    guesses = (
        majority_vote(panel.counts),
        _predict(fitted(panel.counts), panel.counts),
        panel.informed,
    )
    return np.array([_right(guess, panel) for guess in guesses])


def _right(guess: Int[Array, " items"], panel: Panel) -> float:
    return float(np.mean(np.asarray(guess) == np.asarray(panel.truth)))


class Suspicion(NamedTuple):
    """What gives three copiers away."""

    agreement: Float[np.ndarray, "3"]
    """On which share of the items each two of the good experts agree."""
    expected: Float[np.ndarray, "3"]
    """The same by the fitted model."""
    gain: float
    """How much higher the log-likelihood is with the copiers taken as one expert, in nats."""
    right: float
    """The share of items that this rival gets right."""


def suspicion(seed: int) -> Suspicion:
    """Look at a panel with copiers, as one can without the truth (but for the last field)."""
    panel = draw(KINDS[2], seed)
    few = panel.counts[:, :4]
    model, rival = fitted(panel.counts), fitted(few)
    answers = np.asarray(panel.counts).argmax(axis=2)
    weights, matrices = (np.asarray(field) for field in model)
    pairs = [(0, 1), (0, 2), (1, 2)]
    return Suspicion(
        np.array([(answers[:, i] == answers[:, j]).mean() for i, j in pairs]),
        np.array([weights @ (matrices[i] * matrices[j]).sum(axis=1) for i, j in pairs]),
        float(_e_step(rival, few)[1] - _e_step(model, panel.counts)[1]),
        _right(_predict(rival, few), panel),
    )
