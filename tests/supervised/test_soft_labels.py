"""Soft labels: their formulas, their limits, and what refuses to be one."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import softmax
from scipy.stats import beta, kstest

from lecture11.supervised import class_posterior, mixed_up, named_components, smoothed, tempered
from tests.compilations import compilations

RNG = np.random.default_rng(0)
LOGITS = 3 * RNG.normal(size=(6, 5))
LABELS = RNG.dirichlet(np.ones(5), size=6)


# Temperature


@pytest.mark.parametrize("temperature", [0.5, 1.0, 4.0])
def test_tempered_logits_are_a_softmax(temperature: float):
    soft = tempered(LOGITS, temperature=temperature)
    np.testing.assert_allclose(soft, softmax(LOGITS / temperature, axis=1), rtol=1e-5)


@pytest.mark.slow
def test_each_example_may_have_its_own_temperature():
    temperatures = np.array([0.5, 1, 2, 4, 8, 16.0])
    soft = tempered(LOGITS, temperature=temperatures)
    for row, temperature in enumerate(temperatures):
        alone = tempered(LOGITS[row], temperature=temperature)
        np.testing.assert_allclose(soft[row], alone, rtol=1e-5)
    stacked = tempered(LOGITS.reshape(2, 3, -1), temperature=temperatures.reshape(2, 3))
    np.testing.assert_array_equal(stacked.reshape(soft.shape), soft)


def test_hot_is_uniform_and_cold_is_the_largest():
    np.testing.assert_allclose(tempered(LOGITS, temperature=1e9), 0.2, atol=1e-6)
    cold = tempered(LOGITS, temperature=1e-30)
    np.testing.assert_array_equal(cold, np.eye(5)[LOGITS.argmax(axis=1)])


def test_ties_are_shared_at_any_temperature():
    soft = tempered([1e4, 1e4, -1e4], temperature=1e-3)
    np.testing.assert_allclose(soft, [0.5, 0.5, 0])


@pytest.mark.parametrize("temperature", [0.0, -1.0, np.nan, np.inf])
def test_a_temperature_is_positive(temperature: float):
    with pytest.raises(ValueError, match=r"^temperature: .* underflows float32"):
        tempered([0.0, 1.0], temperature=1e-40)
    with pytest.raises(ValueError, match=r"^temperature: expected shape \(2,\)"):
        tempered(np.zeros((2, 3)), temperature=[1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match=r"^temperature: "):
        tempered(LOGITS, temperature=temperature)


# Smoothing


def test_smoothing_gives_a_share_to_all():
    np.testing.assert_allclose(smoothed([[1.0, 0, 0, 0]], share=0.2), [[0.85, 0.05, 0.05, 0.05]])
    np.testing.assert_allclose(smoothed(LABELS, share=0.0), LABELS, rtol=1e-6)
    np.testing.assert_allclose(smoothed(LABELS, share=1.0), 0.2, rtol=1e-6)
    for share in (-0.1, 1.1, np.nan):
        with pytest.raises(ValueError, match=r"^share: expected a number from 0 to 1"):
            smoothed(LABELS, share=share)


# Mixup


@jax.jit
def mixed(seeds: jax.Array, alpha: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Six examples and labels that say which they are, the identity, blended once a seed."""
    each = jnp.eye(6)

    def once(seed: jax.Array) -> tuple[jax.Array, jax.Array]:
        return mixed_up(each, each, jnp.full(6, alpha), key=jax.random.key(seed))

    return jax.vmap(once)(seeds)


SEEDS = np.arange(330)


@pytest.mark.slow
def test_labels_are_blended_as_the_examples_are():
    x, labels = map(np.asarray, mixed(SEEDS, 0.4))
    np.testing.assert_array_equal(x, labels)
    np.testing.assert_allclose(labels.sum(axis=2), 1, rtol=1e-5)
    assert ((labels > 0).sum(axis=2) <= 2).all()


def test_everyone_is_a_partner_once():
    x, _ = map(np.asarray, mixed(SEEDS, 50.0))  # λ about ½
    np.testing.assert_allclose(x.sum(axis=1), 1, atol=0.5)
    np.testing.assert_allclose(x.sum(axis=(1, 2)), 6, rtol=1e-5)


def test_shares_are_drawn_from_beta():
    x, _ = map(np.asarray, mixed(SEEDS, 0.4))
    own = np.diagonal(x, axis1=1, axis2=2).ravel()
    own = own[own < 1 - 1e-6]  # blended with itself, or λ rounded to 1
    assert kstest(own, beta(0.4, 0.4).cdf).statistic < 0.05


def test_a_tiny_concentration_leaves_most_examples_whole():
    x, _ = map(np.asarray, mixed(SEEDS, 1e-3))
    assert (x > 0.999).any(axis=2).mean() > 0.9
    assert np.isfinite(x).all()


def test_another_concentration_compiles_nothing():
    mixed(SEEDS, 0.2)
    with compilations() as none:
        assert len({np.asarray(mixed(SEEDS, alpha)[0]).std() for alpha in (0.2, 0.5, 2.0)}) == 3
    assert not none
    with compilations() as some:  # while a program that is new is seen
        jax.jit(lambda alpha: 2 * alpha)(0.2)
    assert some


# A generative model


def test_components_are_named_by_the_examples_they_answer_for():
    shares = np.array([[1.0, 0, 0], [0.5, 0.5, 0], [0, 1, 0], [0, 1, 0]])
    names = named_components(shares, np.array([0, 0, 1, 1]), classes=2, prior=0.2)
    expected = np.array([[1.5 + 0.1, 0.1], [0.5 + 0.1, 2 + 0.1], [0.1, 0.1]])
    np.testing.assert_allclose(names, expected / expected.sum(axis=1, keepdims=True), rtol=1e-5)


@pytest.mark.slow
def test_a_component_without_labelled_examples_is_uniform():
    names = named_components(np.array([[1.0, 0]]), np.array([2]), classes=4)
    np.testing.assert_allclose(names[1], 0.25)


def test_the_class_posterior_is_bayes_rule_written_out():
    shares, names = RNG.dirichlet(np.ones(3), size=7), RNG.dirichlet(np.ones(4), size=3)
    posterior = class_posterior(shares, names)
    for example in range(7):
        for label in range(4):
            total = sum(names[k, label] * shares[example, k] for k in range(3))
            np.testing.assert_allclose(posterior[example, label], total, rtol=1e-5)
    np.testing.assert_allclose(posterior.sum(axis=1), 1, rtol=1e-5)


def test_what_names_nothing_is_refused():
    shares = np.array([[1.0, 0], [0, 1]])
    with pytest.raises(ValueError, match=r"^labels: expected shape \(2,\)"):
        named_components(shares, np.array([0, 1, 1]))
    with pytest.raises(ValueError, match=r"^labels: expected classes 0 … 9"):
        named_components(shares, np.array([0, 10]))
    with pytest.raises(ValueError, match=r"^responsibilities: expected a distribution"):
        named_components(2 * shares, np.array([0, 1]))
    with pytest.raises(ValueError, match=r"^prior: expected a number above 0"):
        named_components(shares, np.array([0, 1]), prior=0.0)
    with pytest.raises(ValueError, match=r"^names: expected 2 rows"):
        class_posterior(shares, np.ones((3, 1)))
