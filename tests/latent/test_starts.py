"""Starts are sound mixtures, whatever the data."""

import jax
import numpy as np
import pytest

from lecture11.datasets import old_faithful
from lecture11.latent import (
    GaussianMixture,
    fit_em,
    fit_em_restarts,
    kmeans_start,
    random_starts,
)


@pytest.mark.parametrize("components", [1, 2, 5])
def test_random_starts_are_distinct_points(components):
    x = old_faithful().observations
    starts = random_starts(x, components, 20, key=jax.random.key(0))
    assert starts.means.shape == (20, components, 2)
    rows = {tuple(row) for row in np.asarray(x, "float32")}
    for start in range(20):
        means = {tuple(row) for row in np.asarray(starts.means[start])}
        assert means <= rows
    indices = [np.flatnonzero((np.asarray(x, "float32") == m).all(1)) for m in starts.means[0]]
    assert len({i[0] for i in indices}) == components
    np.testing.assert_allclose(starts.weights, 1 / components)
    np.testing.assert_allclose(starts.covariances[3, 0], np.cov(x.T, ddof=0), rtol=1e-4)
    assert len(np.unique(np.asarray(starts.means)[:, 0], axis=0)) > 10


def test_kmeans_start_is_close_to_the_optimum(float64):
    x = old_faithful().observations
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    start = kmeans_start(x, 2, key=jax.random.key(0))
    run = fit_em(GaussianMixture(), start, x, frames=[0, 50])
    np.testing.assert_allclose(run.infos.log_likelihood[1], -385.4607, atol=1e-3)
    assert run.infos.log_likelihood[0] > -405


@pytest.mark.parametrize("components", [1, 3, 4])
def test_kmeans_start_on_clusters_of_one_point(components):
    x = np.array([[0.0, 0], [0, 1], [1, 0], [9, 9]])
    start = kmeans_start(x, components, key=jax.random.key(1))
    assert all(np.isfinite(field).all() for field in start)
    GaussianMixture().check(start, x)  # raises for a covariance that is not positive definite


@pytest.mark.parametrize("components", [0, 5])
def test_more_components_than_points_are_refused(components):
    x = np.array([[0.0, 0], [0, 1], [1, 0], [9, 9]])
    with pytest.raises(ValueError, match=r"^components: expected 1 to 4"):
        random_starts(x, components, 3, key=jax.random.key(0))
    with pytest.raises(ValueError, match=r"^components: expected 1 to 4"):
        kmeans_start(x, components, key=jax.random.key(0))


def test_same_key_same_start():
    x = old_faithful().observations
    one, same, other = (
        random_starts(x, 2, 3, key=jax.random.key(seed)).means for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_spare_components_change_nothing(float64):
    x = old_faithful().observations
    key = jax.random.key(0)
    model = GaussianMixture()
    bare, padded = (random_starts(x, 2, 3, key=key, room=room) for room in (0, 5))
    assert padded.weights.shape == (3, 5)
    (fit, info), (roomy, same) = (
        fit_em_restarts(model, starts, x, cycles=30) for starts in (bare, padded)
    )
    np.testing.assert_allclose(same.log_likelihood, info.log_likelihood)
    np.testing.assert_allclose(roomy.means[:, :2], fit.means)
    np.testing.assert_array_equal(roomy.weights[:, 2:], 0)
    one, other = (jax.tree.map(lambda field: field[0], params) for params in (fit, roomy))
    assert model.bic(one, -1000.0, 272) == model.bic(other, -1000.0, 272)
