"""The importance-weighted bound: exact by enumeration, never falling in K, below the evidence."""

import itertools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logsumexp

from lecture11.iteration import pick
from lecture11.quadrature import trapezoid
from lecture11.variational import (
    as_images,
    encode,
    evidence_lower_bound,
    expected_bound,
    importance_weighted_bounds,
    init_autoencoder,
    log_mean_weight,
    tabulate,
)
from lecture11.variational.gaps import tabulated_bound, tabulated_log_likelihood
from lecture11.variational.importance import vae_log_weights

pytestmark = pytest.mark.usefixtures("float64")


def over_all_tuples(q: np.ndarray, joint: np.ndarray, draws: int) -> float:
    total = 0.0
    for picked in itertools.product(range(len(q)), repeat=draws):
        chance = np.prod(q[list(picked)])
        if chance > 0:
            weights = [joint[z] - np.log(q[z]) for z in picked]
            total += chance * (logsumexp(weights) - np.log(draws))
    return total


def problem(seed: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.dirichlet(np.full(size, 0.7)), rng.normal(size=size) * 4 - 300


@pytest.mark.slow
@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.sampled_from([(1, 2), (2, 5), (4, 1), (4, 3)]))
def test_it_is_the_expectation_over_all_ways_to_draw(seed: int, shape: tuple[int, int]):
    size, draws = shape  # a few, as each is compiled for
    q, joint = problem(seed, size)
    np.testing.assert_allclose(
        expected_bound(q, joint, draws=draws), over_all_tuples(q, joint, draws), rtol=1e-10
    )


@pytest.mark.slow
@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_it_starts_at_the_elbo_and_never_falls_and_stays_below_the_evidence(seed: int):
    q, joint = problem(seed, 4)
    bounds = [float(expected_bound(q, joint, draws=draws)) for draws in (1, 2, 3, 4, 8)]
    np.testing.assert_allclose(bounds[0], evidence_lower_bound(joint, q=q), rtol=1e-10)
    assert (np.diff(bounds) >= -1e-9).all()
    assert bounds[-1] <= logsumexp(joint) + 1e-9


@pytest.mark.slow
def test_what_q_never_draws_does_not_count_and_the_impossible_costs_everything():
    _, joint = problem(4, 3)
    q = np.array([0.5, 0.5, 0.0])
    np.testing.assert_allclose(
        expected_bound(q, joint, draws=3), over_all_tuples(q, joint, 3), rtol=1e-12
    )
    impossible = np.array([-1.0, -np.inf])
    assert expected_bound([0.5, 0.5], impossible, draws=2) == -np.inf
    assert expected_bound([1.0, 0.0], impossible, draws=2) == -1


@pytest.mark.slow
def test_estimates_by_sampling_average_to_it():
    q, joint = problem(5, 4)
    z = np.random.default_rng(0).choice(4, size=(40_000, 3), p=q)
    estimates = np.asarray(log_mean_weight(jnp.asarray((joint - np.log(q))[z])))
    error = estimates.std() / 200
    assert abs(estimates.mean() - expected_bound(q, joint, draws=3)) < 4 * error


@pytest.mark.slow
def test_weights_of_an_autoencoder_average_to_the_evidence():
    """Against quadrature over its two latents; and the bounds climb towards it."""
    vae = jax.tree.map(lambda leaf: 0.4 * leaf, init_autoencoder(6, (8,), 2, key=jax.random.key(0)))
    x = jnp.array([[1.0, 1.0, 0.0, 0.0, 1.0, 0.0]])
    tables = tabulate(vae, x, trapezoid(-7.0, 7.0, 201))
    evidence = float(tabulated_log_likelihood(tables)[0])
    elbo = float(tabulated_bound(pick(encode(vae, x), 0), pick(tables, 0)))
    log_w = np.asarray(
        vae_log_weights(vae, x[0], jnp.zeros(0), draws=40_000, key=jax.random.key(1))
    )
    ratio = np.exp(log_w - evidence)
    assert abs(ratio.mean() - 1) < 5 * ratio.std() / 200
    assert abs(log_w.mean() - elbo) < 5 * float(log_w.std()) / 200
    means = [(logsumexp(log_w.reshape(-1, k), axis=1) - np.log(k)).mean() for k in (1, 10, 100)]
    assert means[0] < means[1] < means[2] < evidence + 0.02
    black = as_images(np.repeat((255 * np.asarray(x)).astype(np.uint8), 200, axis=0))
    many = importance_weighted_bounds(vae, black, draws=(1, 10, 100), key=jax.random.key(2))
    assert many.shape == (200, 3)
    np.testing.assert_allclose(many.mean(axis=0), means, atol=5 * many.std() / 200**0.5)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"draws": 0}, "^draws: expected a whole number from 1 on"),
        ({"q": [0.5, 0.6]}, "^q: expected a distribution"),
        ({"log_joint": [0.0]}, "^log_joint: expected shape"),
        ({"log_joint": [0.0, np.nan]}, "^log_joint: 1 of 2"),
        ({"draws": 3_000_000}, "too many to enumerate"),
    ],
)
def test_what_cannot_be_enumerated_is_refused(change: dict[str, Any], says: str):
    arguments: dict[str, Any] = {"q": [0.5, 0.5], "log_joint": [0.0, 1.0], "draws": 2, **change}
    with pytest.raises(ValueError, match=says):
        expected_bound(arguments.pop("q"), arguments.pop("log_joint"), **arguments)


@pytest.mark.parametrize(("draws", "says"), [((), "numbers from 1"), ((0, 5), "a whole")])
def test_no_draws_are_refused(draws: tuple[int, ...], says: str):
    vae = init_autoencoder(6, (8,), 2, key=jax.random.key(0))
    with pytest.raises(ValueError, match=f"^draws: expected {says}"):
        importance_weighted_bounds(
            vae, as_images(np.zeros((2, 6), np.uint8)), draws=draws, key=jax.random.key(0)
        )
