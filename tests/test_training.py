"""Training against optax by hand and logistic regression; its minibatches; what diverges."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from lecture11.iteration import Status
from lecture11.networks import Layer, apply_mlp, init_mlp
from lecture11.training import TrainingStep, train, train_epochs, train_many

KEY = jax.random.key(0)


def squares(params: Any, batch: Any, key: Any) -> Any:
    """Mean squared distance of the parameters to the examples."""
    return ((params - batch) ** 2).sum(axis=-1).mean()


POINTS = np.random.default_rng(0).normal(size=(12, 3))


# One step


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("adam", optax.adam(0.1)),
        ("momentum", optax.sgd(0.1, momentum=0.9)),
        ("gradient", optax.sgd(0.1)),
    ],
)
def test_steps_are_those_of_optax_by_hand(name: str, theirs: Any, float64: None):
    start = jnp.array([3.0, -2.0, 0.5])
    fit = train(
        TrainingStep(squares, optimiser=name), start, POINTS, learning_rate=0.1, frames=range(6),
        key=KEY,
    )  # fmt: skip
    params, memory = start, theirs.init(start)
    for frame in range(6):
        np.testing.assert_allclose(fit.frames.params[frame], params, rtol=1e-12)
        loss, gradient = jax.value_and_grad(squares)(params, POINTS, None)
        np.testing.assert_allclose(fit.infos.loss[frame], loss, rtol=1e-12)
        update, memory = theirs.update(gradient, memory)
        params = optax.apply_updates(params, update)


# Minibatches


def visited(params: Any, batch: Any, key: Any) -> Any:
    """Its gradient is 1 at every example of the batch: the parameters count the visits."""
    return params[batch].sum()


@pytest.mark.slow
@pytest.mark.parametrize(("examples", "batch_size"), [(12, 4), (12, 12), (7, 1)])
def test_an_epoch_sees_every_example_once(examples: int, batch_size: int):
    step = TrainingStep(visited, batch_size, "gradient")
    epoch = examples // batch_size
    fit = train(
        step, jnp.zeros(examples), np.arange(examples), learning_rate=1.0,
        frames=[epoch, 2 * epoch, 5 * epoch], key=KEY,
    )  # fmt: skip
    for times, seen in zip((1, 2, 5), -fit.frames.params, strict=True):
        np.testing.assert_array_equal(seen, times)


@pytest.mark.slow
def test_what_is_left_of_an_epoch_comes_back_later():
    step = TrainingStep(visited, 4, "gradient")
    fit = train(step, jnp.zeros(10), np.arange(10), learning_rate=1.0, frames=[2, 4, 400], key=KEY)
    first, second, last = -fit.frames.params
    assert sorted(first) == [0, 0] + [1] * 8
    assert second.max() <= 2
    assert second.sum() == 16
    assert 130 < last.min() < last.max() < 190  # 160 each on average


@pytest.mark.slow
def test_every_epoch_has_an_order_of_its_own():
    step = TrainingStep(visited, 3, "gradient")
    fit = train(
        step,
        jnp.zeros(12),
        np.arange(12),
        learning_rate=1.0,
        frames=range(0, 41, 4),
        key=KEY,
        chunk=7,
    )
    orders = {tuple(order) for order in fit.frames.order[1:]}
    assert len(orders) == 10
    assert all(sorted(order) == list(range(12)) for order in orders)


def noisy(params: Any, batch: Any, key: Any) -> Any:
    return (params * jax.random.normal(key, params.shape)).sum()


@pytest.mark.slow
def test_the_loss_gets_a_fresh_key_at_every_step():
    fit = train(
        TrainingStep(noisy, optimiser="gradient"), jnp.zeros(5), POINTS, learning_rate=1.0,
        frames=range(50), key=KEY,
    )  # fmt: skip
    moves = -np.diff(fit.frames.params, axis=0)
    assert len(np.unique(moves)) == moves.size
    assert abs(moves.mean()) < 0.2
    assert 0.8 < moves.std() < 1.2


@pytest.mark.slow
def test_columns_stay_together():
    examples = {"index": np.arange(20), "squared": np.arange(20.0) ** 2}

    def mismatch(params: Any, batch: Any, key: Any) -> Any:
        return params + jnp.abs(batch["squared"] - batch["index"] ** 2).sum()

    fit = train(
        TrainingStep(mismatch, 6),
        jnp.zeros(()),
        examples,
        learning_rate=1e-9,
        frames=range(30),
        key=KEY,
    )
    np.testing.assert_allclose(fit.infos.loss, 0, atol=1e-6)


# Whole trainings


def penalised(params: Any, batch: Any, key: Any) -> Any:
    """What scikit-learn's logistic regression minimises at C = 1, divided by its n = 300."""
    x, labels = batch
    log_p = jax.nn.log_softmax(apply_mlp(params, x))
    return -jnp.take_along_axis(log_p, labels[:, None], axis=1).mean() + (
        params[0].weights ** 2
    ).sum() / (2 * 300)


@pytest.mark.slow
def test_a_linear_model_ends_where_logistic_regression_does(float64: None):
    images, labels = load_digits(return_X_y=True)
    x, y = images[:300] / 16, labels[:300]
    theirs = LogisticRegression(tol=1e-10, max_iter=10_000).fit(x, y)
    solution = (Layer(jnp.asarray(theirs.coef_.T), jnp.asarray(theirs.intercept_)),)
    lowest = float(penalised(solution, (x, y), None))
    start = init_mlp((64, 10), key=KEY)
    whole = train(
        TrainingStep(penalised, optimiser="momentum"),
        start,
        (x, y),
        learning_rate=0.3,
        frames=[2000],
        key=KEY,
        chunk=2000,
    )
    assert lowest <= float(whole.info.loss) * (1 + 1e-9)
    np.testing.assert_allclose(whole.info.loss, lowest, rtol=3e-5)
    np.testing.assert_allclose(whole.state.params[0].weights, theirs.coef_.T, atol=0.03)
    batches = train(
        TrainingStep(penalised, 50, "momentum"), start, (x, y), learning_rate=0.05,
        frames=[2000], key=KEY, chunk=2000,
    )  # fmt: skip
    assert lowest < float(penalised(batches.state.params, (x, y), None)) < 1.02 * lowest


@pytest.mark.slow
def test_many_trainings_are_those_of_each_alone(float64: None):
    keys = jax.random.split(KEY, 3)
    starts = np.random.default_rng(1).normal(size=(3, 3))
    examples = np.random.default_rng(2).normal(size=(3, 11, 3))
    step = TrainingStep(squares, 4)
    many = train_many(step, starts, examples, learning_rate=0.05, frames=[37], keys=keys)
    for run in range(3):
        alone = train(
            step, starts[run], examples[run], learning_rate=0.05, frames=[37], key=keys[run]
        )
        np.testing.assert_allclose(many.state.params[run], alone.state.params, rtol=1e-12)
        np.testing.assert_allclose(many.info.loss[run], alone.info.loss, rtol=1e-12)


@pytest.mark.slow
def test_nothing_recompiles_for_other_rates_and_lengths():
    traces: list[str] = []

    def counted(params: Any, batch: Any, key: Any) -> Any:
        traces.append("traced")
        return squares(params, batch, key)

    step, keys, starts = TrainingStep(counted, 4), jax.random.split(KEY, 2), jnp.zeros((2, 3))
    examples = np.stack([POINTS] * 2)
    ends, compiled = [], []
    for rate, steps in ((0.1, 10), (0.2, 10), (0.1, 30)):
        run = train_many(step, starts, examples, learning_rate=rate, frames=[steps], keys=keys)
        ends.append(tuple(np.ravel(run.state.params)))
        compiled.append(len(traces))
    assert len(set(ends)) == 3
    assert compiled[0] == compiled[1] == compiled[2] > 0
    train(step, starts[0], POINTS, learning_rate=0.1, frames=[5], key=KEY)
    once = len(traces)
    train(step, starts[0], POINTS, learning_rate=0.2, frames=[9], key=KEY)
    assert len(traces) == once
    train(step, starts[0], POINTS[:8], learning_rate=0.2, frames=[9], key=KEY)
    assert len(traces) > once, "a new shape is noticed"


@pytest.mark.slow
@pytest.mark.parametrize("precise", [False, True])
def test_parameters_keep_their_type(precise: bool, request: pytest.FixtureRequest):
    if precise:
        request.getfixturevalue("float64")
    layers = init_mlp((3, 4, 2), key=KEY)
    expected = np.float64 if precise else np.float32
    assert layers[0].weights.dtype == expected

    def loss(params: Any, batch: Any, key: Any) -> Any:
        return (apply_mlp(params, batch.astype(expected)) ** 2).mean()

    fit = train(TrainingStep(loss, 4), layers, POINTS, learning_rate=0.01, frames=[3], key=KEY)
    assert {leaf.dtype for leaf in jax.tree.leaves(fit.state.params)} == {np.dtype(expected)}


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
def test_single_precision_stays_single_where_double_is_on():
    fit = train(
        TrainingStep(squares, 4), jnp.zeros(3, jnp.float32), POINTS.astype("float32"),
        learning_rate=0.01, frames=[3], key=KEY,
    )  # fmt: skip
    assert fit.state.params.dtype == jnp.float32


# Whole epochs


def by_epochs(epochs: int, **choices: Any) -> Any:
    return train_epochs(
        TrainingStep(squares, 4), jnp.zeros(3), POINTS, learning_rate=0.05, epochs=epochs, key=KEY,
        **choices,
    )  # fmt: skip


@pytest.mark.slow
def test_epochs_are_the_same_steps_with_the_mean_of_their_losses():
    fit = by_epochs(5)
    plain = train(
        TrainingStep(squares, 4), jnp.zeros(3), POINTS, learning_rate=0.05, frames=range(16),
        key=KEY,
    )  # fmt: skip
    np.testing.assert_allclose(fit.params, plain.state.params, rtol=1e-6)
    np.testing.assert_allclose(
        fit.losses, plain.infos.loss[:15].reshape(5, 3).mean(axis=1), rtol=1e-5
    )
    assert fit.run.steps == 15


def test_epochs_go_on_where_they_were_interrupted():
    whole = by_epochs(5)

    def interrupt(epoch: int, total: int, info: Any) -> None:
        assert total == 5
        if epoch == 2:
            raise KeyboardInterrupt

    part = by_epochs(5, on_epoch=interrupt)
    assert part.run.status is Status.INTERRUPTED
    rest = by_epochs(5, resume=part.run)
    np.testing.assert_array_equal(np.concatenate([part.losses, rest.losses]), whole.losses)
    np.testing.assert_array_equal(rest.params, whole.params)
    again = by_epochs(5, resume=part.run)  # what it goes on from is still whole
    np.testing.assert_array_equal(again.params, whole.params)


def test_a_start_outlives_its_training():
    start = jnp.zeros(3)
    train_epochs(TrainingStep(squares, 4), start, POINTS, learning_rate=0.1, epochs=2, key=KEY)
    np.testing.assert_array_equal(start, 0)


def test_epochs_of_no_batches_or_of_none_are_refused():
    with pytest.raises(ValueError, match=r"^step: expected a batch_size"):
        train_epochs(
            TrainingStep(squares), jnp.zeros(3), POINTS, learning_rate=0.1, epochs=2, key=KEY
        )
    with pytest.raises(ValueError, match=r"^epochs: expected more than the 2 done; got 2"):
        by_epochs(2, resume=by_epochs(2).run)


# What diverges


def quartic(params: Any, batch: Any, key: Any) -> Any:
    """Steeper the farther out: a long step overshoots, the next one more."""
    return ((params - batch) ** 4).sum(axis=-1).mean()


@pytest.mark.slow
def test_epochs_that_diverge_are_left_out():
    fit = train_epochs(
        TrainingStep(quartic, 4, "gradient"), jnp.full(3, 3.0), POINTS, learning_rate=1.0,
        epochs=9, key=KEY,
    )  # fmt: skip
    assert fit.run.status is Status.DIVERGED
    assert fit.run.steps == 3 * len(fit.losses) < 27
    assert np.isfinite(fit.params).all()


# Arguments


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"learning_rate": 0.0}, r"^learning_rate: expected a number above 0, got 0"),
        ({"learning_rate": np.nan}, "^learning_rate: expected a number, got nan"),
        ({"learning_rate": np.inf}, "^learning_rate: expected a number, got inf"),
        ({"examples": np.zeros((0, 3))}, "^examples: expected arrays with one row"),
        ({"examples": (POINTS, POINTS[:3])}, "^examples: expected arrays with one row"),
        ({"examples": np.float32(1)}, "^examples: expected arrays with one row"),
        ({"examples": np.full((12, 3), np.nan)}, "^examples: NaN or infinite"),
        ({"examples": POINTS[:3]}, "^batch_size: 4 is more than the 3 examples"),
        ({"frames": []}, "^frames: expected increasing"),
    ],
)
def test_what_cannot_be_trained_on_is_refused(change: dict[str, Any], says: str):
    arguments = {"examples": POINTS, "learning_rate": 0.1, "frames": [3], "key": KEY, **change}
    with pytest.raises(ValueError, match=says):
        train(TrainingStep(squares, 4), jnp.zeros(3), **arguments)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"params": np.zeros((3, 3))}, "^params: expected 2 starts"),
        ({"examples": np.stack([POINTS] * 3)}, "^examples: expected 2 sets"),
        ({"examples": np.arange(2)}, "^examples: expected arrays with one row .* in each run"),
    ],
)
def test_runs_that_do_not_match_are_refused(change: dict[str, Any], says: str):
    arguments = {
        "params": np.zeros((2, 3)),
        "examples": np.stack([POINTS] * 2),
        "frames": [3],
        **change,
    }
    with pytest.raises(ValueError, match=says):
        train_many(
            TrainingStep(squares), learning_rate=0.1, keys=jax.random.split(KEY, 2), **arguments
        )


@pytest.mark.slow
def test_a_batch_of_none_is_refused():
    with pytest.raises(ValueError, match=r"^batch_size: expected a whole number from 1"):
        TrainingStep(squares, 0)
