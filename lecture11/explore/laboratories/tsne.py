"""t-SNE live: data that the reader chooses, and the map that comes of them, step by step.

Everything is the package's: the shapes' formulas, the search for the σ_i, the descent with gains.
"""

import functools
from collections.abc import Mapping
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.scipy.stats import norm
from jaxtyping import Array, Bool, Float, Int

from lecture11.datasets import digits
from lecture11.datasets.manifolds import swiss_roll_of
from lecture11.datasets.shapes import clusters_of, line_of, rings_of
from lecture11.embedding.distances import sum_of_squares
from lecture11.embedding.neighbours.affinities import calibrate_squares, symmetrised
from lecture11.embedding.neighbours.attraction import PairAffinities, pair_affinities
from lecture11.embedding.neighbours.descent import (
    USUAL,
    DescentData,
    DescentState,
    DescentStep,
    start_state,
)
from lecture11.embedding.neighbours.losses import TSNE
from lecture11.embedding.neighbours.starts import START_SPREAD

SHAPES = (
    "two clusters",
    "unequal sizes",
    "unequal distances",
    "noise",
    "a line",
    "linked rings",
    "a roll",
    "digits",
    "your own points",
)
"""What the data can be; the state holds the number."""
FEWEST, MOST = 12, 500
"""Points."""
COLUMNS = 64
"""Of the data, as many as a digit has pixels; what a shape doesn't need is 0."""
STEPS = 2
"""Of the descent, in one move."""
LONGEST = 2000
"""Iterations, after which the playing ends."""


class State(NamedTuple):
    """The reader's choices, and the map on its way."""

    shape: Int[Array, ""]
    """Number of one of :data:`SHAPES`."""
    dims: Int[Array, ""]
    """Of the space that clusters, noise and the line fill, 1 to :data:`COLUMNS`."""
    perplexity: Float[Array, ""]
    exaggeration: Float[Array, ""]
    """What the attraction is multiplied by at first."""
    early: Int[Array, ""]
    """For how many iterations."""
    rate: Float[Array, ""]
    """In units of N / 12."""
    seed: Int[Array, ""]
    normal: Float[Array, "n 64"]
    """Noise: what is random in the data."""
    start: Float[Array, "n 2"]
    """Noise: where the map begins, up to a factor."""
    placed: Float[Array, "n 2"]
    """The reader's own points, from −1 to 1."""
    points: Float[Array, "n 2"]
    """The map; only its distances mean something."""
    velocity: Float[Array, "n 2"]
    gains: Float[Array, "n 2"]
    iteration: Int[Array, ""]


class Data(NamedTuple):
    """The chosen points."""

    points: Float[Array, "n 64"]
    groups: Int[Array, " n"]
    """Which part of the shape each belongs to."""
    sheet: Float[Array, "100 100"]
    """A hundred of the digits, as one image from 0 to 1, the first row at the bottom."""


class Affinities(NamedTuple):
    """Who is whose neighbour in the data."""

    pairs: Float[Array, "n n"]
    """2 P_ij."""
    negentropy: Float[Array, ""]
    """Σ P log P in nats."""
    reached: Float[Array, ""]
    """The perplexity, on average: more than was asked where ties leave no choice."""


class Seen(NamedTuple):
    """What is drawn and said."""

    map: Float[Array, "n 2"]
    """The map, shrunk or blown up to fill −1 to 1."""
    reach: Float[Array, ""]
    """By how much: the largest coordinate."""
    picture: Float[Array, "n 2"]
    """The data seen from one side, from −1 to 1; NaN where they have no sides to speak of."""
    groups: Int[Array, " n"]
    loss: Float[Array, ""]
    """KL(P ‖ Q) in nats, never exaggerated."""
    iteration: Int[Array, ""]
    exaggerated: Bool[Array, ""]
    """Whether the attraction still is."""
    reached: Float[Array, ""]
    number: Int[Array, ""]
    """N."""
    hollow: Float[Array, ""]
    """Of the first group in the map: the smallest distance from its centre over the mean one. Next
    to 1 it is a ring; of a full disc next to 0."""
    is_ring: Bool[Array, ""]
    kinds: Int[Array, " n"]
    """Colour and marker of each point: its group, of six."""
    is_digits: Bool[Array, ""]
    is_plain: Bool[Array, ""]
    """Whether the points are no digits."""
    is_cut: Bool[Array, ""]
    """Whether the perplexity asked is more than so many points can have."""
    over: Bool[Array, ""]
    """Whether the playing ends."""


@functools.cache
def pixels() -> tuple[np.ndarray, np.ndarray]:
    """:data:`MOST` digits in scikit-learn's order, 64 grey values each, and their labels.

    Half precision would do, but XLA compiles it only for processors that convert it themselves.
    """
    images, labels = digits()
    return images[:MOST].astype(np.float32), labels[:MOST].astype(np.int32)


def make_data(
    shape: Int[Array, ""],
    dims: Int[Array, ""],
    normal: Float[Array, "n 64"],
    placed: Float[Array, "n 2"],
) -> Data:
    """The points of the chosen shape."""
    inside = jnp.where(jnp.arange(COLUMNS) < dims, normal, 0)
    uniform = norm.cdf(normal[:, :2])
    number = jnp.arange(normal.shape[0])
    images, labels = (jnp.asarray(each)[number % MOST] for each in pixels())
    nothing = jnp.zeros_like(number)
    shapes = (
        lambda: clusters_of(inside, (0.0, 20.0), (1.0, 1.0)),
        lambda: clusters_of(inside, (0.0, 60.0), (1.0, 10.0)),
        lambda: clusters_of(inside, (0.0, 10.0, 60.0), (1.0, 1.0, 1.0)),
        lambda: (inside, number * 6 // normal.shape[0]),
        lambda: line_of(inside),
        lambda: rings_of(0.4 * uniform[:, 0] - 0.2),
        lambda: (swiss_roll_of(uniform[:, 0], uniform[:, 1])[0], 6 * uniform[:, 0]),
        lambda: (images.astype(normal.dtype), labels),
        lambda: (placed, nothing),
    )
    points, groups = lax.switch(shape, [lambda made=made: _padded(*made()) for made in shapes])
    return Data(points, groups, _sheet())


def _padded(points: Float[Array, "n dims"], groups: Any) -> tuple[Array, Array]:
    missing = COLUMNS - points.shape[1]
    return jnp.pad(points, ((0, 0), (0, missing))), jnp.asarray(groups).astype(jnp.int32)


def most_perplexity(number: Any) -> Any:
    """A little below N − 1, where all p are alike for any large σ_i and none is found."""
    return 0.99 * (number - 1)


def find_affinities(data: Data, perplexity: Float[Array, ""]) -> Affinities:
    """σ_i for each point, and from p_i(j) the joint P_ij; a perplexity that N points can have."""
    squares = sum_of_squares(data.points)
    found = calibrate_squares(squares, jnp.clip(perplexity, 1, most_perplexity(squares.shape[0])))
    pairs, negentropy = pair_affinities(symmetrised(jnp.exp(found.log_affinities)))
    return Affinities(jnp.asarray(pairs), negentropy, found.perplexities.mean())


def restart(state: State, given: Mapping[str, Any]) -> State:
    """The map thrown together again."""
    return state._replace(**start_state(START_SPREAD * state.start)._asdict())


def end_exaggeration(state: State, given: Mapping[str, Any]) -> State:
    """From here on as it is meant."""
    return state._replace(early=jnp.minimum(state.early, state.iteration))


def descend(state: State, given: Mapping[str, Any]) -> State:
    """A few iterations."""
    unit = TSNE.rate(state.points.shape[0]) * state.rate
    chosen: dict[str, Any] = {
        "exaggeration": state.exaggeration,
        "early_iterations": state.early,
        "early_rate": unit,
        "rate": unit,
    }
    settings = USUAL._replace(**chosen)
    affinities = given["affinities"]
    task = DescentData(PairAffinities(affinities.pairs, affinities.negentropy), settings)
    step = DescentStep(TSNE)
    begin = DescentState(state.points, state.velocity, state.gains, state.iteration)
    end = lax.fori_loop(0, STEPS, lambda _, descent: step(descent, task)[0], begin)
    return state._replace(**end._asdict())


def view(state: State, given: Mapping[str, Any]) -> Seen:
    """All that is drawn and said."""
    data, affinities = given["data"], given["affinities"]
    pairs = PairAffinities(affinities.pairs, affinities.negentropy)
    loss, _ = TSNE(state.points, pairs, jnp.ones(()))
    reach = jnp.maximum(jnp.abs(state.points).max(), START_SPREAD)
    hollow = _hollow(state.points, data.groups == 0)
    is_digits = state.shape == SHAPES.index("digits")
    return Seen(
        map=state.points / reach,
        reach=reach,
        picture=_from_one_side(data.points, state.shape),
        groups=data.groups,
        loss=loss,
        iteration=state.iteration,
        exaggerated=(state.iteration < state.early) & (state.exaggeration > 1),
        reached=affinities.reached,
        number=jnp.asarray(state.points.shape[0]).astype(jnp.int32),
        hollow=hollow,
        is_ring=hollow > 0.5,
        kinds=data.groups % 6,
        is_digits=is_digits,
        is_plain=~is_digits,
        is_cut=state.perplexity > most_perplexity(state.points.shape[0]),
        over=state.iteration >= LONGEST,
    )


def _sheet() -> Array:
    tiles = jnp.asarray(pixels()[0]).astype(float)[:100].reshape(10, 10, 8, 8)
    apart = jnp.pad(tiles, ((0, 0), (0, 0), (1, 1), (1, 1)))
    return apart.transpose(0, 2, 1, 3).reshape(100, 100)[::-1]


def _hollow(points: Float[Array, "n 2"], group: Bool[Array, " n"]) -> Float[Array, ""]:
    centre = jnp.where(group[:, None], points, 0).sum(axis=0) / group.sum()
    distances = jnp.sqrt(((points - centre) ** 2).sum(axis=1))
    mean = jnp.where(group, distances, 0).sum() / group.sum()
    is_wide = mean > 1e-9 * jnp.abs(points).max()  # in one place, distances are but rounding
    least = jnp.where(group, distances, jnp.inf).min()
    return jnp.where(is_wide, least / jnp.where(is_wide, mean, 1), 0)


def _from_one_side(points: Float[Array, "n 64"], shape: Int[Array, ""]) -> Float[Array, "n 2"]:
    """A parallel projection of the first three coordinates; of digits, nothing."""
    seen = points[:, :2] + points[:, 2:3] * jnp.asarray([0.35, 0.35])
    middle = (seen.max(axis=0) + seen.min(axis=0)) / 2
    reach = jnp.abs(seen - middle).max()
    shown = (seen - middle) / jnp.where(reach > 0, reach, 1)
    return jnp.where(shape == SHAPES.index("digits"), jnp.nan, shown)


def begin(points: int = 200) -> State:
    """Two clusters at perplexity 30; the noise is yet to be drawn."""
    nowhere = np.zeros((points, 2))
    fields: dict[str, Any] = {
        "shape": np.int32(0),
        "dims": np.int32(10),
        "perplexity": np.float64(30),
        "exaggeration": np.float64(USUAL.exaggeration),
        "early": np.int32(USUAL.early_iterations),
        "rate": np.float64(1),
        "seed": np.int32(0),
        "normal": np.zeros((points, COLUMNS)),
        "start": nowhere,
        "placed": nowhere,
        "points": nowhere,
        "velocity": nowhere,
        "gains": np.ones((points, 2)),
        "iteration": np.int32(0),
    }
    return State(**fields)
