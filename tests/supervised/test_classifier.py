"""What training minimises: the formulas of the papers, and that it learns."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import log_softmax, softmax

from lecture11.datasets import digits, few_labelled, split_digits
from lecture11.networks import apply_mlp, init_mlp, init_mlps
from lecture11.supervised import (
    Labelled,
    LabelledForMixup,
    Taught,
    cross_entropy_loss,
    distillation,
    distillation_loss,
    mixup_loss,
    one_hot,
    predict,
    score,
)
from lecture11.training import TrainingStep, train_many

RNG = np.random.default_rng(0)
LOGITS, TEACHER = RNG.normal(size=(2, 8, 5))
LABELS = RNG.dirichlet(np.ones(5), size=8)
KEY = jax.random.key(0)


def distilled(temperature: float, weight: float, logits: Any = LOGITS) -> Any:
    columns = (jnp.full(8, value) for value in (temperature, weight))
    return distillation(jnp.asarray(logits), jnp.asarray(LABELS), jnp.asarray(TEACHER), *columns)


@pytest.mark.slow
def test_distillation_is_its_formula(float64: None):
    from_labels = -(LABELS * log_softmax(LOGITS, axis=1)).sum(axis=1)
    from_teacher = -(softmax(TEACHER / 3, axis=1) * log_softmax(LOGITS / 3, axis=1)).sum(axis=1)
    expected = 0.3 * from_labels + 0.7 * 9 * from_teacher
    np.testing.assert_allclose(distilled(3.0, 0.7), expected, rtol=1e-12)
    first = (jnp.asarray(each[0]) for each in (LOGITS, LABELS, TEACHER))
    alone = distillation(*first, jnp.asarray(3.0), jnp.asarray(0.7))
    np.testing.assert_allclose(alone, expected[0], rtol=1e-12)


@pytest.mark.slow
def test_without_the_teacher_it_is_the_cross_entropy(float64: None):
    layers = init_mlp((3, 5), key=KEY)
    x = jnp.asarray(RNG.normal(size=(8, 3)))
    labelled = Labelled(x, jnp.asarray(LABELS))
    taught = Taught(*labelled, jnp.asarray(TEACHER), jnp.full(8, 2.0), jnp.zeros(8))
    np.testing.assert_allclose(
        distillation_loss(layers, taught, KEY),
        cross_entropy_loss(layers, labelled, KEY),
        rtol=1e-12,
    )


@pytest.mark.slow
def test_hot_distillation_matches_logits(float64: None):
    """Hinton et al., eq. 4: at high T the gradient, times T², is (z − v) / C for centred logits."""
    student = LOGITS - LOGITS.mean(axis=1, keepdims=True)
    centred = TEACHER - TEACHER.mean(axis=1, keepdims=True)
    slope = jax.grad(lambda logits: distilled(1e4, 1.0, logits).sum())(student)
    np.testing.assert_allclose(slope, (student - centred) / 5, atol=1e-3)


@pytest.mark.parametrize("temperature", [1.0, 4.0, 30.0])
def test_the_factor_keeps_the_gradients_size(temperature: float, float64: None):
    slope = jax.grad(lambda logits: distilled(temperature, 1.0, logits).sum())(LOGITS)
    assert 0.5 < np.abs(slope).mean() / np.abs((LOGITS - TEACHER) / 5).mean() < 1.2


@pytest.mark.slow
def test_mixup_is_the_cross_entropy_of_what_is_blended():
    layers = init_mlp((3, 5), key=KEY)
    x, labels = jnp.asarray(RNG.normal(size=(8, 3)), float), jnp.asarray(LABELS, float)
    barely = LabelledForMixup(x, labels, jnp.full(8, 1e-6))
    plain = cross_entropy_loss(layers, Labelled(x, labels), KEY)
    losses = jax.jit(jax.vmap(mixup_loss, (None, None, 0)))
    keys = jax.random.split(KEY, 30)
    values = losses(layers, barely, keys)
    np.testing.assert_allclose(np.mean(values), plain, rtol=0.3)  # λ is 0 or 1: examples, redrawn
    blended = LabelledForMixup(x, labels, jnp.full(8, 1.0))
    assert len(np.unique(losses(layers, blended, keys))) == 30


@pytest.mark.slow
def test_predictions_are_softmaxes_of_each_network():
    networks = init_mlps((4, 3), keys=jax.random.split(KEY, 2))
    x = RNG.normal(size=(6, 4))
    for run, predicted in enumerate(predict(networks, x)):
        logits = apply_mlp(jax.tree.map(lambda leaf, run=run: leaf[run], networks), jnp.asarray(x))
        np.testing.assert_allclose(predicted, softmax(np.asarray(logits), axis=1), rtol=1e-4)


@pytest.mark.slow
def test_students_learn_more_from_a_teacher_than_from_hard_labels():
    """The notebook's comparison in small: 100 labelled digits, scored on digits held out."""
    train, held_out = split_digits(digits(), held_out=597)
    keys = jax.random.split(KEY, 4)
    few = [few_labelled(train, per_class=10, seed=seed) for seed in range(4)]
    x = jnp.stack([jnp.asarray(one.images) for one in few])
    labels = jnp.stack([one_hot(one.labels) for one in few])
    everything = Labelled(jnp.asarray(train.images)[None], one_hot(train.labels)[None])
    (teacher,) = train_many(
        TrainingStep(cross_entropy_loss, 100), init_mlps((64, 10), keys=keys[:1]), everything,
        learning_rate=0.01, frames=[500], keys=keys[:1],
    ).state.params  # fmt: skip
    taught = jax.vmap(apply_mlp, (None, 0))(
        (type(teacher)(teacher.weights[0], teacher.biases[0]),), x
    )
    starts, scores = init_mlps((64, 32, 10), keys=keys), {}
    for weight in (0.0, 1.0):
        columns = (jnp.full(labels.shape[:2], value) for value in (5.0, weight))
        students = train_many(
            TrainingStep(distillation_loss, 50), starts, Taught(x, labels, taught, *columns),
            learning_rate=0.003, frames=[400], keys=keys,
        ).state.params  # fmt: skip
        scores[weight] = score(held_out.labels, predict(students, held_out.images)).accuracy
    assert 0.85 < scores[0.0].mean() < 0.95
    assert (scores[1.0] > scores[0.0] + 0.01).all()
