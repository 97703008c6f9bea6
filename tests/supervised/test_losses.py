"""The three losses: one gradient for any labels, one value for hard ones, on real digits."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.special import log_softmax, rel_entr, softmax
from sklearn.metrics import log_loss

from lecture11.datasets import digits
from lecture11.networks import apply_mlp, init_mlp
from lecture11.supervised import (
    forward_kl,
    mean_entropy,
    negative_log_likelihood,
    one_hot,
    reverse_kl,
    smoothed,
    soft_cross_entropy,
)

LOSSES = [soft_cross_entropy, forward_kl, reverse_kl]
each_loss = pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.__name__)

RNG = np.random.default_rng(0)
LOGITS = 3 * RNG.normal(size=(40, 7))
SOFT = RNG.dirichlet(np.full(7, 0.5), size=40)
HARD = RNG.integers(0, 7, size=40)


# Values


@pytest.mark.slow
def test_values_are_those_of_scikit_learn_and_scipy(float64: None):
    p = softmax(LOGITS, axis=1)
    nll = negative_log_likelihood(HARD, logits=LOGITS)
    np.testing.assert_allclose(nll, log_loss(HARD, p, labels=range(7)), rtol=1e-12)
    cross = -(SOFT * log_softmax(LOGITS, axis=1)).sum(axis=1).mean()
    np.testing.assert_allclose(soft_cross_entropy(SOFT, logits=LOGITS), cross, rtol=1e-12)
    forward = rel_entr(SOFT, p).sum(axis=1).mean()
    np.testing.assert_allclose(forward_kl(SOFT, logits=LOGITS), forward, rtol=1e-12)
    reverse = rel_entr(p, SOFT).sum(axis=1).mean()
    np.testing.assert_allclose(reverse_kl(SOFT, logits=LOGITS), reverse, rtol=1e-12)


def test_values_agree_for_hard_labels(float64: None):
    nll = negative_log_likelihood(HARD, logits=LOGITS)
    for loss in (soft_cross_entropy, forward_kl):
        np.testing.assert_allclose(loss(one_hot(HARD, 7), logits=LOGITS), nll, rtol=1e-14)
    assert mean_entropy(one_hot(HARD, 7)) == 0


def test_for_soft_labels_they_differ_by_the_entropy_inside_the_mean(float64: None):
    cross, kl = (loss(SOFT, logits=LOGITS) for loss in (soft_cross_entropy, forward_kl))
    of_each = -(SOFT * np.log(SOFT)).sum(axis=1)
    np.testing.assert_allclose(cross - kl, of_each.mean(), rtol=1e-12)
    np.testing.assert_allclose(mean_entropy(SOFT), of_each.mean(), rtol=1e-12)
    assert abs(float(cross - kl) - of_each.sum()) > 1  # as the slide has it, outside E_x


@pytest.mark.slow
def test_a_sample_of_pairs_gives_the_cross_entropy_with_its_frequencies(float64: None):
    """Ten raters for each digit: the likelihood of their 400 votes needs no soft labels."""
    votes = np.stack([RNG.choice(7, size=10, p=row) for row in SOFT])
    frequencies = np.stack([np.bincount(row, minlength=7) for row in votes]) / 10
    nll = negative_log_likelihood(votes.ravel(), logits=np.repeat(LOGITS, 10, axis=0))
    np.testing.assert_allclose(nll, soft_cross_entropy(frequencies, logits=LOGITS), rtol=1e-12)


@pytest.mark.slow
def test_weights_say_how_much_a_pair_counts(float64: None):
    """The expectation over y written out: every pair (x, y) once, weighted by p*(y|x) / n."""
    pairs = np.tile(np.arange(7), len(SOFT))
    nll = negative_log_likelihood(
        pairs, logits=np.repeat(LOGITS, 7, axis=0), weights=SOFT.ravel() / len(SOFT)
    )
    np.testing.assert_allclose(nll, soft_cross_entropy(SOFT, logits=LOGITS), rtol=1e-12)


# Gradients


def in_layers(loss: Any, *labels: Any, layers: Any, x: Any, **more: Any) -> np.ndarray:
    """The gradient in all parameters of a network, in one row."""
    gradient = jax.jit(jax.grad(lambda of: loss(*labels, logits=apply_mlp(of, x), **more)))(layers)
    return np.concatenate([np.ravel(leaf) for leaf in jax.tree.leaves(gradient)])


@pytest.mark.slow
@pytest.mark.parametrize("softness", [0.0, 1e-12, 0.3, 1.0])
def test_gradients_agree_on_digits_for_any_labels(softness: float, float64: None):
    images, labels = (column[:300] for column in digits())
    layers = init_mlp((64, 32, 10), key=jax.random.key(0))
    noise = np.random.default_rng(1).dirichlet(np.ones(10), size=len(labels))
    soft = (1 - softness) * np.eye(10)[labels] + softness * noise
    cross, kl = (
        in_layers(loss, soft, layers=layers, x=images) for loss in (soft_cross_entropy, forward_kl)
    )
    nll = in_layers(
        negative_log_likelihood,
        np.tile(np.arange(10), len(labels)),
        layers=layers,
        x=np.repeat(images, 10, axis=0),
        weights=soft.ravel() / len(labels),
    )
    size = np.abs(cross).max()
    assert size > 1e-3
    np.testing.assert_allclose(kl, cross, rtol=0, atol=1e-15 * max(size, 1))
    np.testing.assert_allclose(nll, cross, rtol=0, atol=1e-14 * max(size, 1))


@pytest.mark.slow
@pytest.mark.parametrize("loss", [soft_cross_entropy, forward_kl], ids=["cross-entropy", "KL"])
def test_the_gradient_in_the_logits_is_softmax_minus_labels(loss: Any, float64: None):
    slope = jax.grad(lambda logits: loss(SOFT, logits=logits))(LOGITS)
    np.testing.assert_allclose(slope, (softmax(LOGITS, axis=1) - SOFT) / 40, atol=1e-16)


@pytest.mark.slow
def test_the_gradient_of_reverse_kl_is_that_of_finite_differences(float64: None):
    def value(logits: Any) -> Any:
        return reverse_kl(SOFT, logits=logits)

    slope = np.asarray(jax.grad(value)(LOGITS))
    for place in [(0, 0), (3, 5), (39, 6)]:
        step = np.zeros_like(LOGITS)
        step[place] = 1e-6
        change = float(value(LOGITS + step) - value(LOGITS - step)) / 2e-6
        np.testing.assert_allclose(slope[place], change, rtol=1e-6, atol=1e-9)


# Reverse KL and samples


@pytest.mark.slow
@settings(max_examples=50)
@given(arrays.arrays(np.float32, (3, 4), elements=st.floats(-50, 50, width=32)))
def test_reverse_kl_to_hard_labels_is_infinite_whatever_the_logits(logits: np.ndarray):
    assert reverse_kl(one_hot([0, 1, 2], 4), logits=logits) == np.inf


def test_reverse_kl_to_hard_labels_is_finite_only_with_all_mass_on_them():
    sure = np.array([[0.0, -np.inf, -np.inf]])
    assert reverse_kl([[1.0, 0, 0]], logits=sure) == 0
    assert reverse_kl([[0.0, 1, 0]], logits=sure) == np.inf
    assert reverse_kl([[0.5, 0.5, 0]], logits=sure) == pytest.approx(np.log(2))
    assert reverse_kl([[0.5, 0.5, 0]], logits=[[0.0, 0.0, -np.inf]]) == pytest.approx(0, abs=1e-7)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("share", "first_two"), [(0.1, (0.516, 0.209)), (1e-3, (0.840, 0.133))], ids=str
)
def test_reverse_kl_to_smoothed_samples_is_least_at_a_sharpened_p_star(
    share: float, first_two: tuple[float, float], float64: None
):
    """softmax(p* log(a/b)), a and b the label's entries on and off the class (notebook 07)."""
    p_star = np.array([0.6, 0.4, *np.zeros(8)])
    labels = smoothed(one_hot(range(10), 10), share=share)
    best = p_star * np.log(labels[0, 0] / labels[0, 1])

    @jax.jit
    def expected(logits: Any) -> Any:
        each = [reverse_kl(label[None], logits=logits[None]) for label in labels]
        return p_star @ jnp.stack(each)

    np.testing.assert_allclose(jax.grad(expected)(best), 0, atol=1e-12)
    assert all(expected(best) < expected(best + away) for away in RNG.normal(size=(20, 10)))
    np.testing.assert_allclose(softmax(best)[:2], first_two, atol=5e-4)


@pytest.mark.slow
def test_the_gradient_where_it_is_infinite_is_finite():
    slope = jax.grad(lambda logits: reverse_kl(one_hot([0, 1], 3), logits=logits))(jnp.ones((2, 3)))
    assert np.isfinite(slope).all()


# Hard inputs


@pytest.mark.slow
@each_loss
@pytest.mark.parametrize("precise", [False, True])
def test_huge_logits_do_not_overflow(loss: Any, precise: bool, request: pytest.FixtureRequest):
    if precise:
        request.getfixturevalue("float64")
    logits = np.array([[1e4, 0.0, -1e4], [-1e4, -1e4, 1e4]])
    labels = np.array([[0.2, 0.3, 0.5], [0.0, 0.0, 1.0]])
    value, slope = jax.value_and_grad(lambda z: loss(labels, logits=z))(jnp.asarray(logits))
    assert np.isfinite(slope).all()
    if loss is reverse_kl:
        assert value == np.inf  # the second row has labels of 0
    else:
        cross = (0.3e4 + 0.5 * 2e4) / 2
        entropy = -(labels[0] * np.log(labels[0])).sum() / 2
        expected = cross if loss is soft_cross_entropy else cross - entropy
        np.testing.assert_allclose(value, expected, rtol=1e-6)
    assert value.dtype == (np.float64 if precise else np.float32)


def test_the_likelihood_of_huge_logits():
    logits = np.array([[1e4, 0.0, -1e4]])
    assert negative_log_likelihood([0], logits=logits) == 0
    np.testing.assert_allclose(negative_log_likelihood([2], logits=logits), 2e4)


@each_loss
def test_one_class_costs_nothing(loss: Any):
    assert loss(np.ones((3, 1)), logits=np.array([[5.0], [-3.0], [0.0]])) == 0
    assert negative_log_likelihood([0, 0], logits=np.zeros((2, 1))) == 0


@pytest.mark.slow
@each_loss
def test_values_and_gradients_under_jit_and_vmap(loss: Any):
    many = np.stack([LOGITS, LOGITS + 1, -LOGITS])
    one_by_one = [loss(SOFT, logits=logits) for logits in many]
    at_once = jax.jit(jax.vmap(lambda logits: loss(SOFT, logits=logits)))(many)
    np.testing.assert_allclose(at_once, one_by_one, rtol=1e-5)


@each_loss
@pytest.mark.parametrize(
    ("labels", "logits", "says"),
    [
        ([[0.5, 0.6]], [[0.0, 0.0]], "^labels: expected a distribution"),
        ([[1.5, -0.5]], [[0.0, 0.0]], "^labels: expected a distribution"),
        ([[np.nan, 1.0]], [[0.0, 0.0]], "^labels: 1 of 2 values are NaN"),
        ([[1.0, 0.0]], [[np.nan, 0.0]], "^logits: 1 of 2 values are NaN"),
        ([[1.0, 0.0]], [[np.inf, 0.0]], "^logits: 1 of 2 values are NaN"),
        ([[1.0, 0.0]], [[-np.inf, -np.inf]], "^logits: all logits"),
        ([[1.0, 0.0]], [[0.0, 0.0, 0.0]], r"^labels: expected shape \(1, 3\)"),
        ([1.0, 0.0], [[0.0, 0.0]], r"^labels: expected shape \(1, 2\)"),
    ],
)
def test_what_is_no_label_or_logit_is_refused(loss: Any, labels: Any, logits: Any, says: str):
    with pytest.raises(ValueError, match=says):
        loss(labels, logits=logits)


@pytest.mark.parametrize(
    ("labels", "error", "says"),
    [
        ([0.0, 1.0], TypeError, "^labels: expected whole numbers, .*Soft labels"),
        ([[0, 1]], ValueError, r"^labels: expected shape \(2,\)"),
        ([0], ValueError, r"^labels: expected shape \(2,\)"),
        ([0, 3], ValueError, "^labels: expected classes 0 … 2, got 0 … 3"),
        ([-1, 0], ValueError, "^labels: expected classes 0 … 2, got -1 … 0"),
    ],
)
def test_what_is_no_hard_label_is_refused(labels: Any, error: type[Exception], says: str):
    with pytest.raises(error, match=says):
        negative_log_likelihood(labels, logits=np.zeros((2, 3)))


def test_weights_of_pairs_are_a_distribution():
    with pytest.raises(ValueError, match=r"^weights: expected a distribution"):
        negative_log_likelihood([0, 1], logits=np.zeros((2, 3)), weights=[1.0, 1.0])
    with pytest.raises(ValueError, match=r"^weights: expected shape \(2,\)"):
        negative_log_likelihood([0, 1], logits=np.zeros((2, 3)), weights=[1.0])


def test_a_pair_without_weight_counts_nothing_even_where_its_label_is_impossible():
    logits = np.array([[0.0, 0.0], [0.0, -np.inf]])
    found = negative_log_likelihood([0, 1], logits=logits, weights=[1.0, 0.0])
    np.testing.assert_allclose(found, np.log(2), rtol=1e-6)
    assert negative_log_likelihood([0, 1], logits=logits) == np.inf


@pytest.mark.slow
@each_loss
def test_derivatives_in_labels_with_zeros_are_no_nan(loss: Any):
    logits = np.array([[0.0, 1.0, 2.0]])
    slopes = jax.grad(lambda labels: loss(labels, logits=logits))(jnp.array([[0.0, 0.5, 0.5]]))
    assert np.isfinite(slopes).all()


def test_hard_labels_as_distributions():
    np.testing.assert_array_equal(one_hot([2, 0], 3), [[0, 0, 1], [1, 0, 0]])
    with pytest.raises(ValueError, match=r"^labels: expected classes 0 … 2, got 0 … 3"):
        one_hot([0, 3], 3)
    with pytest.raises(TypeError, match=r"^labels: expected whole numbers"):
        one_hot([0.5], 3)
