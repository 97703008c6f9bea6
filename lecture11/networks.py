"""A small neural network and its training, once for the whole course.

A *multilayer perceptron* is a chain of affine maps with an activation function in between::

    h₀ = x       h_l = a(h_{l−1} W_l + b_l)       output = h_{L−1} W_L + b_L

It is trained by *minibatches*: each step takes the gradient of a loss on a few examples and hands
it to an optimiser (optax), which turns it into a direction; the parameters move against it by the
learning rate. Minibatches are reshuffled epochs: the examples are put in random order and used up
from the front; where fewer than a whole batch remain, they are left out and shuffled in again.

What is trained is any pytree of parameters, on any loss ``loss(params, batch, key) -> scalar``
whose ``batch`` holds some of the examples, row by row, and whose ``key`` is fresh at every step.
What is one number for all examples but should not be compiled in, a temperature say, is given as
one more column.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import lax
from jaxtyping import Array, ArrayLike, Float, Int, Key, PRNGKeyArray

from lecture11.iteration import Run, run, scan_frames

Loss = Callable[[Any, Any, PRNGKeyArray], Float[Array, ""]]

OPTIMISERS: dict[str, optax.GradientTransformation] = {
    "adam": optax.scale_by_adam(),
    "momentum": optax.trace(decay=0.9),
    "gradient": optax.identity(),
}
"""Adam (Kingma & Ba 2015), heavy-ball momentum 0.9, the plain gradient; all without their learning
rate, which is a number of its own."""


class Layer(NamedTuple):
    """One affine map h ↦ h W + b."""

    weights: Float[Array, "*networks inputs outputs"]
    """W"""
    biases: Float[Array, "*networks outputs"]
    """b"""


def init_mlp(sizes: Sequence[int], *, key: PRNGKeyArray) -> tuple[Layer, ...]:
    """Random layers: weights N(0, 2 / inputs) (He et al. 2015, eq. 10), biases 0.

    sizes: numbers of inputs, of each hidden layer's units, of outputs; ``(64, 10)`` has no hidden
        layer and is a linear model

    Raises ValueError where there are fewer than two sizes, or one of them is not positive.
    """
    sizes = tuple(int(size) for size in sizes)
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError(
            f"sizes: expected two positive numbers or more, such as (64, 32, 10) from inputs to "
            f"outputs; got {sizes}."
        )
    return _random_layers(sizes, key)


@partial(jax.jit, static_argnums=0)
def _random_layers(sizes: tuple[int, ...], key: PRNGKeyArray) -> tuple[Layer, ...]:
    maps = list(pairwise(sizes))
    ends = np.cumsum([inputs * outputs for inputs, outputs in maps])
    draws = jax.random.normal(key, (ends[-1],))  # at once: each shape would be compiled for
    return tuple(
        Layer(jnp.sqrt(2 / inputs) * part.reshape(inputs, outputs), jnp.zeros(outputs))
        for (inputs, outputs), part in zip(maps, jnp.split(draws, ends[:-1]), strict=True)
    )


def init_mlps(sizes: Sequence[int], *, keys: Key[Array, " runs"]) -> tuple[Layer, ...]:
    """Several networks, one for each key, stacked along a new first axis."""
    return jax.vmap(lambda key: init_mlp(sizes, key=key))(keys)


@partial(jax.jit, static_argnames="activation")
def apply_mlp(
    layers: tuple[Layer, ...],
    x: Float[ArrayLike, "*examples inputs"],
    *,
    activation: Callable[[Array], Array] = jax.nn.relu,
) -> Float[Array, "*examples outputs"]:
    """The network's outputs: no activation after the last layer, so they can be logits."""
    *hidden, last = layers
    units = jnp.asarray(x)
    for layer in hidden:
        units = activation(units @ layer.weights + layer.biases)
    return units @ last.weights + last.biases


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


@dataclass(frozen=True)
class TrainingStep:
    """One minibatch step, for :mod:`lecture11.iteration`.

    loss: ``loss(params, batch, key) -> scalar``; a module-level function or an instance of a frozen
        dataclass, as it is hashed
    batch_size: examples a step; None for all of them, in their own order
    optimiser: a name in :data:`OPTIMISERS`

    Raises ValueError for a batch below 1 or an unknown optimiser.
    """

    loss: Loss
    batch_size: int | None = None
    optimiser: str = "adam"

    def __post_init__(self) -> None:
        """Check the choices."""
        if self.batch_size is not None and self.batch_size < 1:
            raise ValueError(
                f"batch_size: expected 1 example or more, or None for all; got {self.batch_size}."
            )
        if self.optimiser not in OPTIMISERS:
            raise ValueError(
                f"optimiser: expected one of {tuple(OPTIMISERS)}, got {self.optimiser!r}."
            )

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

    The trained parameters are ``.state.params``, those of all frames ``.frames.params``.
    Raises ValueError for bad frames, no examples, columns of unequal length, values that are NaN or
    infinite, a batch larger than the data, a learning rate that is not positive.
    """
    examples, rate = _checked(step, examples, learning_rate, runs=None)
    state = step.start(jax.tree.map(jnp.asarray, params), examples, key=key)
    data = TrainingData(examples, rate)
    return run(step, state, data, frames=frames, chunk=chunk, on_chunk=on_chunk)


class EpochState(NamedTuple):
    """A training, and the losses of the epoch it is in."""

    training: TrainingState
    """What the steps themselves need."""
    total: Float[Array, ""]
    """The sum of this epoch's minibatch losses so far."""
    mean: Float[Array, ""]
    """Their mean over the last whole epoch; NaN in the first."""


class EpochInfo(NamedTuple):
    """What is said of a state at the end of an epoch."""

    loss: Float[Array, "*frames"]
    """The mean loss over the epoch's minibatches, each at the parameters it found."""


@dataclass(frozen=True)
class EpochStep:
    """A minibatch step that keeps the mean loss of whole epochs, which is far less noisy.

    step: the minibatch step; its batch_size must be a number

    Raises ValueError where the step takes all examples at once.
    """

    step: TrainingStep

    def __post_init__(self) -> None:
        """Check the choice."""
        if self.step.batch_size is None:
            raise ValueError("step: expected a batch_size; with all examples a step is an epoch.")

    def start(self, params: Any, examples: Any, *, key: PRNGKeyArray) -> EpochState:
        """The state before the first step."""
        training = self.step.start(params, examples, key=key)
        return EpochState(training, jnp.zeros(()), jnp.full((), jnp.nan))

    def __call__(self, state: EpochState, data: TrainingData) -> tuple[EpochState, EpochInfo]:
        """One minibatch; at the epoch's last, the mean is taken."""
        training, info = self.step(state.training, data)
        total = state.total + info.loss.astype(state.total.dtype)
        batch_size = self.step.batch_size
        assert batch_size is not None
        examples = len(training.order)
        is_over = training.place + batch_size > examples
        mean = jnp.where(is_over, total / (examples // batch_size), state.mean)
        later = EpochState(training, jnp.where(is_over, 0, total), mean)
        return later, EpochInfo(state.mean)


class Epochs(NamedTuple):
    """A training by epochs, as far as it got."""

    params: Any
    """What was trained."""
    losses: Float[np.ndarray, " epochs"]
    """The mean loss over each epoch of this call, not of one that it resumed."""
    run: Run[EpochState, EpochInfo]
    """The whole run; hand it to :func:`train_epochs` as ``resume`` to go on."""


def train_epochs(
    step: TrainingStep,
    params: Any,
    examples: Any,
    *,
    learning_rate: float,
    epochs: int,
    key: PRNGKeyArray,
    resume: Run[EpochState, EpochInfo] | None = None,
    on_epoch: Callable[[int, int, EpochInfo], None] | None = None,
) -> Epochs:
    """Train for whole epochs, each one compiled loop over its minibatches.

    epochs: how many in all, those of ``resume`` among them
    resume: an earlier run, as ``.run`` of what this function returned, whole or interrupted; its
        parameters, optimiser, order and key count, not ``params`` and ``key``
    on_epoch: ``on_epoch(epochs, total, info)`` after each of them, such as a progress bar

    An interrupt ends it after the epoch before; all it learned is in the result, and goes on with
    ``resume``. Raises ValueError as :func:`train` does, where the step takes all examples at once,
    or where ``epochs`` is no more than was done.
    """
    by_epoch = EpochStep(step)
    examples, rate = _checked(step, examples, learning_rate, runs=None)
    assert step.batch_size is not None
    length = len(jax.tree.leaves(examples)[0]) // step.batch_size
    done = 0 if resume is None else resume.steps // length
    if epochs <= done:
        raise ValueError(f"epochs: expected more than the {done} done; got {epochs}.")
    losses: list[float] = []

    def visit(steps: int, total: int, info: EpochInfo) -> None:
        losses.append(float(info.loss))
        if on_epoch is not None:
            on_epoch(steps // length, total // length, info)

    start = by_epoch.start(jax.tree.map(jnp.asarray, params), examples, key=key)
    finished = run(
        by_epoch,
        start if resume is None else resume.state,
        TrainingData(examples, rate),
        frames=[epochs * length],
        chunk=length,
        start=done * length,
        on_chunk=visit,
        donate=True,
    )
    if len(losses) < finished.steps // length - done:  # interrupted between epoch and visit
        losses.append(float(finished.info.loss))
    return Epochs(finished.state.training.params, np.array(losses), finished)


def train_many(
    step: TrainingStep,
    params: Any,
    examples: Any,
    *,
    learning_rate: float,
    steps: int,
    keys: Key[Array, " runs"],
) -> tuple[Any, TrainingInfo]:
    """Train several times at once, by ``vmap``: from each of some starts, on its own examples.

    params, examples: as in :func:`train`, stacked along a new first axis as long as ``keys``

    Returns the trained parameters and the infos of the last states, stacked likewise. Neither
    another learning rate nor another number of steps compiles anything.
    Raises ValueError as :func:`train` does, and for a negative number of steps.
    """
    if steps < 0:
        raise ValueError(f"steps: expected a number from 0 on, got {steps}.")
    if len({len(leaf) for leaf in jax.tree.leaves(params)} | {len(keys)}) != 1:
        raise ValueError(
            f"params: expected {len(keys)} starts stacked along the first axis, one for each key; "
            f"got arrays of shape {[jnp.shape(leaf) for leaf in jax.tree.leaves(params)]}."
        )
    examples, rate = _checked(step, examples, learning_rate, runs=len(keys))
    params = jax.tree.map(jnp.asarray, params)
    return _many(step, params, examples, rate, keys, jnp.asarray([steps], jnp.int32))


@partial(jax.jit, static_argnums=0)
def _many(
    step: TrainingStep,
    params: Any,
    examples: Any,
    rate: Array,
    keys: Key[Array, " runs"],
    gaps: Int[Array, " frames"],
) -> tuple[Any, TrainingInfo]:
    def fit(params: Any, examples: Any, key: PRNGKeyArray) -> tuple[Any, TrainingInfo]:
        start = step.start(params, examples, key=key)
        trace: tuple[TrainingState, Any, TrainingInfo] = scan_frames(
            step, start, TrainingData(examples, rate), gaps
        )
        return trace[0].params, jax.tree.map(lambda field: field[-1], trace[2])

    return jax.vmap(fit)(params, examples, keys)


def _checked(
    step: TrainingStep, examples: Any, learning_rate: float, *, runs: int | None
) -> tuple[Any, Float[Array, ""]]:
    """The examples as JAX arrays, and the learning rate as a traced scalar."""
    examples = jax.tree.map(jnp.asarray, examples)
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
        if jnp.issubdtype(leaf.dtype, jnp.floating) and not np.isfinite(np.asarray(leaf)).all():
            raise ValueError(
                f"examples: NaN or infinite values in the array of shape {leaf.shape}; remove "
                "those rows first."
            )
    if not 0 < learning_rate < np.inf:
        raise ValueError(f"learning_rate: expected a positive number, got {learning_rate}.")
    return examples, jnp.asarray(learning_rate, jnp.result_type(float))
