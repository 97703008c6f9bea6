"""Training by minibatches, once for the whole course.

Each step takes the gradient of a loss on a few examples and hands it to an optimiser (optax), which
turns it into a direction; the parameters move against it by the learning rate. Minibatches are
reshuffled epochs: the examples are put in random order and used up from the front; where fewer than
a whole batch remain, they are left out and shuffled in again.

What is trained is any pytree of parameters, on any loss ``loss(params, batch, key) -> scalar``
whose ``batch`` holds some of the examples, row by row, and whose ``key`` is fresh at every step.
What is one number for all examples but should not be compiled in, a temperature say, is given as
one more column.

All trainings are runs of :mod:`lecture11.iteration`: one whose parameters stop being finite, as
those of too high a learning rate do, ends with ``Status.DIVERGED`` and the last that were.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import lax
from jaxtyping import Array, Float, Int, Key, PRNGKeyArray

from lecture11.arguments import as_number, as_tree, as_whole, known
from lecture11.iteration import Run, run
from lecture11.signatures import checked

Loss = Callable[[Any, Any, PRNGKeyArray], Float[Array, ""]]

Optimiser = Literal["adam", "momentum", "gradient"]

OPTIMISERS: dict[Optimiser, optax.GradientTransformation] = {
    "adam": optax.scale_by_adam(),
    "momentum": optax.trace(decay=0.9),
    "gradient": optax.identity(),
}
"""Adam (Kingma & Ba 2015), heavy-ball momentum 0.9, the plain gradient; all without their learning
rate, which is a number of its own."""


class TrainingData(NamedTuple):
    """What a training step gets as its data."""

    examples: Any
    """A pytree of arrays with one row for each example, handed to the loss a batch at a time."""
    learning_rate: Float[Array, "*runs"]
    """How far to go along the optimiser's direction; traced, so another one compiles nothing."""


class TrainingState(NamedTuple):
    """Everything that a training step needs of the past."""

    params: Any
    """What is trained."""
    optimiser: Any
    """The optimiser's memory: for Adam, running means of the gradient and of its square."""
    order: Int[Array, "*runs examples"]
    """This epoch's order of the examples; empty where every step sees all of them."""
    place: Int[Array, "*runs"]
    """How many of them are used up."""
    key: PRNGKeyArray
    """Where the next step's randomness comes from."""


class TrainingInfo(NamedTuple):
    """What one step says of the state it was given."""

    loss: Float[Array, "*frames"]
    """The loss of the incoming parameters on the minibatch of this step, so it is noisy."""


@checked
@dataclass(frozen=True)
class TrainingStep:
    """One minibatch step, for :mod:`lecture11.iteration`.

    loss: ``loss(params, batch, key) -> scalar``; a module-level function or an instance of a frozen
        dataclass, as it is hashed
    batch_size: examples a step; None for all of them, in their own order
    optimiser: see :data:`OPTIMISERS`

    Raises ValueError for a batch below 1 or an unknown optimiser.
    """

    loss: Loss
    batch_size: int | None = None
    optimiser: Optimiser = "adam"

    def __post_init__(self) -> None:
        if self.batch_size is not None:
            as_whole("batch_size", self.batch_size, 1)

    def start(self, params: Any, examples: Any, *, key: PRNGKeyArray) -> TrainingState:
        """The state before the first step: a new epoch is due."""
        count = 0 if self.batch_size is None else len(jax.tree.leaves(examples)[0])
        return TrainingState(
            params=params,
            optimiser=OPTIMISERS[self.optimiser].init(params),
            order=jnp.arange(count, dtype=jnp.int32),
            place=jnp.asarray(count, jnp.int32),
            key=key,
        )

    def __call__(
        self, state: TrainingState, data: TrainingData
    ) -> tuple[TrainingState, TrainingInfo]:
        """Draw a minibatch, take its gradient, move."""
        key, of_epoch, of_loss = jax.random.split(state.key, 3)
        order, place, batch = self._next_batch(state, data.examples, of_epoch)
        loss, gradient = jax.value_and_grad(self.loss)(state.params, batch, of_loss)
        direction, memory = OPTIMISERS[self.optimiser].update(
            gradient, state.optimiser, state.params
        )
        params = jax.tree.map(
            lambda value, along: value - data.learning_rate.astype(value.dtype) * along,
            state.params,
            direction,
        )
        return TrainingState(params, memory, order, place, key), TrainingInfo(loss)

    def _next_batch(
        self, state: TrainingState, examples: Any, key: PRNGKeyArray
    ) -> tuple[Int[Array, " examples"], Int[Array, ""], Any]:
        if self.batch_size is None:
            return state.order, state.place, examples
        is_over = state.place + self.batch_size > len(state.order)
        shuffled = partial(jax.random.permutation, key)
        order = lax.cond(is_over, shuffled, lambda order: order, state.order)
        place = jnp.where(is_over, 0, state.place)
        chosen = lax.dynamic_slice(order, (place,), (self.batch_size,))
        batch = jax.tree.map(lambda column: column[chosen], examples)
        return order, place + self.batch_size, batch


@checked
def train(
    step: TrainingStep,
    params: Any,
    examples: Any,
    *,
    learning_rate: float,
    frames: Iterable[int],
    key: PRNGKeyArray,
    chunk: int = 100,
    on_chunk: Callable[[int, int, TrainingInfo], None] | None = None,
) -> Run[TrainingState, TrainingInfo]:
    """Train once; frame k holds the state after ``frames[k]`` steps.

    chunk: steps between two calls of ``on_chunk(steps, total, info)``, such as a progress bar

    The trained parameters are ``.state.params``, those of all frames ``.frames.params``.
    Raises TypeError or ValueError for bad frames, no examples, columns of unequal length, values
    that are NaN or infinite, a batch larger than the data, a learning rate that is not positive.
    """
    data = training_data(step, examples, learning_rate)
    state = step.start(as_tree("params", params), data.examples, key=key)
    return run(step, state, data, frames=frames, chunk=chunk, on_chunk=on_chunk)


@dataclass(frozen=True)
class _ManySteps:
    """One step of several trainings, each on its own examples, at the same learning rate."""

    step: TrainingStep

    def __call__(
        self, state: TrainingState, data: TrainingData
    ) -> tuple[TrainingState, TrainingInfo]:
        def one(state: Any, examples: Any) -> tuple[TrainingState, TrainingInfo]:
            return self.step(state, data._replace(examples=examples))

        return jax.vmap(one)(state, data.examples)


@checked
def train_many(
    step: TrainingStep,
    params: Any,
    examples: Any,
    *,
    learning_rate: float,
    frames: Iterable[int],
    keys: Key[Array, " runs"],
) -> Run[TrainingState, TrainingInfo]:
    """Train several times at once, by ``vmap``: from each of some starts, on its own examples.

    params, examples: as in :func:`train`, stacked along a new first axis as long as ``keys``

    The states and infos of the run are stacked likewise. Where one training diverges, all end.
    Raises what :func:`train` does.
    """
    params = as_tree("params", params)
    if {leaf.shape[:1] for leaf in jax.tree.leaves(params)} != {keys.shape}:
        raise ValueError(
            f"params: expected {len(keys)} starts stacked along the first axis, one for each key; "
            f"got arrays of shape {[leaf.shape for leaf in jax.tree.leaves(params)]}."
        )
    data = training_data(step, examples, learning_rate, runs=len(keys))
    begin = jax.vmap(lambda *one: step.start(one[0], one[1], key=one[2]))
    state = begin(params, data.examples, keys)
    return run(_ManySteps(step), state, data, frames=frames, chunk=1000)


def training_data(
    step: TrainingStep, examples: Any, learning_rate: float, *, runs: int | None = None
) -> TrainingData:
    """The examples as JAX arrays, and the learning rate as a traced scalar; see :func:`train`."""
    examples = as_tree("examples", examples)
    shapes = [leaf.shape for leaf in jax.tree.leaves(examples)]
    axes = 1 if runs is None else 2
    heads = {shape[:axes] for shape in shapes}
    if len(heads) != 1 or len(head := heads.pop()) < axes or 0 in head:
        raise ValueError(
            "examples: expected arrays with one row for each example"
            f"{'' if runs is None else ' in each run'}, equally many and at least one; got shapes "
            f"{shapes}."
        )
    if runs is not None and head[0] != runs:
        raise ValueError(
            f"examples: expected {runs} sets stacked along the first axis, one for each key; got "
            f"{head[0]}; use jnp.broadcast_to where all runs see the same."
        )
    if step.batch_size is not None and step.batch_size > head[-1]:
        raise ValueError(
            f"batch_size: {step.batch_size} is more than the {head[-1]} examples; take fewer, or "
            "None for all of them."
        )
    for leaf in jax.tree.leaves(examples):
        if known(leaf) and not np.isfinite(np.asarray(leaf)).all():
            raise ValueError(
                f"examples: NaN or infinite values in the array of shape {leaf.shape}; remove "
                "those rows first."
            )
    rate = as_number("learning_rate", learning_rate, above=0)
    return TrainingData(examples, jnp.asarray(rate, jnp.result_type(float)))
