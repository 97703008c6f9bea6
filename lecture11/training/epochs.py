"""Training in whole epochs, each one compiled loop over its minibatches."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from lecture11.arguments import as_tree
from lecture11.iteration import Run, run
from lecture11.signatures import checked
from lecture11.training.steps import TrainingData, TrainingState, TrainingStep, training_data


class EpochState(NamedTuple):
    """A training, and the losses of the epoch it is in."""

    training: TrainingState
    """What the steps themselves need."""
    total: Float[Array, ""]
    """The sum of this epoch's minibatch losses so far."""
    mean: Float[Array, ""]
    """Their mean over the last whole epoch; ∞ in the first."""


class EpochInfo(NamedTuple):
    """What is said of a state at the end of an epoch."""

    loss: Float[Array, "*frames"]
    """The mean loss over the epoch's minibatches, each at the parameters it found."""


@checked
@dataclass(frozen=True)
class EpochStep:
    """A minibatch step that keeps the mean loss of whole epochs, which is far less noisy.

    step: the minibatch step; its batch_size must be a number

    Raises ValueError where the step takes all examples at once.
    """

    step: TrainingStep

    def __post_init__(self) -> None:
        if self.step.batch_size is None:
            raise ValueError("step: expected a batch_size; with all examples a step is an epoch.")

    def start(self, params: Any, examples: Any, *, key: PRNGKeyArray) -> EpochState:
        """The state before the first step."""
        training = self.step.start(params, examples, key=key)
        return EpochState(training, jnp.zeros(()), jnp.full((), jnp.inf))

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
    """The whole run, with its status; hand it to :func:`train_epochs` as ``resume`` to go on."""


@checked
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
    """Train for whole epochs; one that diverges is left out, with all that follow.

    epochs: how many in all, those of ``resume`` among them
    resume: an earlier run, as ``.run`` of what this function returned, whole or interrupted; its
        parameters, optimiser, order and key count, not ``params`` and ``key``
    on_epoch: ``on_epoch(epochs, total, info)`` after each of them, such as a progress bar

    An interrupt ends it after the epoch before; all it learned is in the result, and goes on with
    ``resume``. Raises what :func:`lecture11.training.train` raises, and ValueError where the step
    takes all examples at once, or where ``epochs`` is no more than was done.
    """
    by_epoch = EpochStep(step)
    data = training_data(step, examples, learning_rate)
    assert step.batch_size is not None
    length = len(jax.tree.leaves(data.examples)[0]) // step.batch_size
    done = 0 if resume is None else resume.steps // length
    if epochs <= done:
        raise ValueError(f"epochs: expected more than the {done} done; got {epochs}.")
    losses: list[float] = []

    def visit(steps: int, total: int, info: EpochInfo) -> None:
        losses.append(float(info.loss))
        if on_epoch is not None:
            on_epoch(steps // length, total // length, info)

    start = by_epoch.start(as_tree("params", params), data.examples, key=key)
    finished = run(
        by_epoch,
        start if resume is None else resume.state,
        data,
        frames=[epochs * length],
        chunk=length,
        start=done * length,
        on_chunk=visit,
        donate=True,
    )
    if len(losses) < finished.steps // length - done:  # interrupted between epoch and visit
        losses.append(float(finished.info.loss))
    return Epochs(finished.state.training.params, np.array(losses), finished)
