"""Metric learning on some classes, tried on others: training, errors, collapse."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from lecture11.datasets import area_averaged
from lecture11.embedding import nearest_neighbour_error, pairwise_distances
from lecture11.iteration import Run, pick
from lecture11.networks import Layer, init_mlp
from lecture11.supervised import ForTriplets, TripletLoss, embed
from lecture11.training import TrainingInfo, TrainingState, TrainingStep, train

MARGIN = 0.2
"""In squared units of the features."""

OnChunk = Callable[[int, int, TrainingInfo], None]


class Split(NamedTuple):
    """Digits to train on, and two kinds of digits to test on; 16 × 16 pixels each."""

    seen_x: Float[Array, "digits pixels"]
    """For training: 0 to 6."""
    seen_y: Int[np.ndarray, " digits"]
    """Their labels."""
    new_x: Float[Array, "new pixels"]
    """Other images of 0 to 6."""
    new_y: Int[np.ndarray, " new"]
    """Their labels."""
    held_x: Float[Array, "held pixels"]
    """7, 8 and 9, the classes held out."""
    held_y: Int[np.ndarray, " held"]
    """Their labels."""


def pixels_of(digits: Any) -> tuple[Float[Array, "digits pixels"], Int[np.ndarray, " digits"]]:
    """Area averages, one row for each digit, and the labels."""
    rows = area_averaged(digits.images, 16).reshape(-1, 256) / 255
    return jnp.asarray(rows), digits.labels.astype(int)


def split(learn: Any, test: Any) -> Split:
    """7, 8 and 9 are held out of both."""
    (learn_x, learn_y), (test_x, test_y) = pixels_of(learn), pixels_of(test)
    seen, new = learn_y < 7, test_y < 7
    held_x = jnp.concatenate([learn_x[~seen], test_x[~new]])
    held_y = np.concatenate([learn_y[~seen], test_y[~new]])
    return Split(learn_x[seen], learn_y[seen], test_x[new], test_y[new], held_x, held_y)


def for_triplets(data: Split) -> ForTriplets:
    """What is trained on, with the margin."""
    return ForTriplets(data.seen_x, jnp.asarray(data.seen_y), jnp.full(len(data.seen_x), MARGIN))


def thirty_of_each(data: Split) -> tuple[Float[Array, "210 pixels"], Int[np.ndarray, " 210"]]:
    """The first 30 new images of each digit from 0 to 6."""
    chosen = np.concatenate([np.flatnonzero(data.new_y == digit)[:30] for digit in range(7)])
    return data.new_x[chosen], data.new_y[chosen]


def trained(
    loss: Any,
    sizes: tuple[int, ...],
    examples: Any,
    *,
    rate: float = 1e-3,
    frames: Iterable[int] = (300,),
    seed: int = 0,
    on_chunk: OnChunk | None = None,
) -> Run[TrainingState, TrainingInfo]:
    """One network, trained on 64 examples a step, after so many steps."""
    begin, order = jax.random.split(jax.random.key(seed))
    step, params = TrainingStep(loss, batch_size=64), init_mlp(sizes, key=begin)
    return train(
        step, params, examples, learning_rate=rate, frames=frames, key=order, on_chunk=on_chunk
    )


class Training(NamedTuple):
    """How far apart features are while a network is trained on hard or semi-hard triplets."""

    losses: Float[np.ndarray, " frames"]
    """Of a minibatch."""
    medians: Float[np.ndarray, " frames"]
    """The median distance between the features of two images."""
    at_zero: Float[np.ndarray, " frames"]
    """The share of all pairs whose distance is 0."""
    params: tuple[Layer, ...]
    """At the end."""


COLLAPSE = {
    "hard, any length": TripletLoss("hard", unit_length=False),
    "hard, unit length": TripletLoss("hard"),
    "semi-hard, unit length": TripletLoss("semi-hard"),
}
"""Three trainings that differ in the loss alone."""
FRAMES = (0, 10, 20, 50, 100, 200, 400)
"""Steps after which they are looked at."""


def collapse(data: Split, name: str, on_chunk: OnChunk | None = None) -> Training:
    """One of the three, at ten times the usual learning rate."""
    loss, (x, _) = COLLAPSE[name], thirty_of_each(data)
    run = trained(
        loss, (256, 128, 32), for_triplets(data), rate=1e-2, frames=FRAMES, on_chunk=on_chunk
    )
    pairs = np.triu_indices(len(x), 1)
    apart = []
    for k in range(len(FRAMES)):
        features = embed(pick(run.frames.params, k), x, unit_length=loss.unit_length)
        apart.append(np.asarray(pairwise_distances(features))[pairs])
    medians, at_zero = np.median(apart, axis=1), (np.array(apart) == 0).mean(axis=1)
    return Training(np.asarray(run.infos.loss), medians, at_zero, run.state.params)


def errors(features: Callable[[Array], Array], data: Split) -> tuple[float, float]:
    """1-NN errors on new images of 0 to 6, and on the classes held out."""
    return (
        float(nearest_neighbour_error(features(data.new_x), data.new_y)),
        float(nearest_neighbour_error(features(data.held_x), data.held_y)),
    )
