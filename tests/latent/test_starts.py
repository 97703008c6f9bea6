"""Starts are sound mixtures, whatever the data."""

import jax
import numpy as np
import pytest

from lecture11.datasets import old_faithful
from lecture11.iteration import pick
from lecture11.latent import (
    Contexts,
    DawidSkene,
    GaussianMixture,
    MixtureOfUnigrams,
    Notes,
    Writers,
    fit_em,
    fit_em_restarts,
    kmeans_start,
    majority_vote,
    mean_offsets,
    offset_starts,
    random_expert_starts,
    random_plsa_starts,
    random_sense_starts,
    random_starts,
    random_topic_starts,
    vote_start,
)
from lecture11.latent.writers import writer_starts


@pytest.mark.slow
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


@pytest.mark.slow
def test_kmeans_start_is_close_to_the_optimum(float64):
    x = old_faithful().observations
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    start = kmeans_start(x, 2, key=jax.random.key(0))
    run = fit_em(GaussianMixture(), start, x, frames=[0, 50])
    np.testing.assert_allclose(run.infos.log_likelihood[1], -385.4607, atol=1e-3)
    assert run.infos.log_likelihood[0] > -405


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
@pytest.mark.parametrize("start", ["random", "kmeans"])
@pytest.mark.parametrize(
    "data",
    [
        np.outer(np.random.default_rng(0).normal(size=40), [1.0, 2, 3]),  # on a line
        np.random.default_rng(0).normal(size=(3, 4)),  # fewer points than dimensions
    ],
)
def test_starts_are_accepted_where_columns_depend_on_each_other(start, data):
    key = jax.random.key(0)
    if start == "random":
        params = pick(random_starts(data, 2, 1, key=key), 0)
    else:
        params = kmeans_start(data, 2, key=key)
    for shape in ("spherical", "diagonal"):
        run = fit_em(GaussianMixture(shape), params, data, frames=(0, 9))
        assert run.infos.objective[1] > run.infos.objective[0]
    run = fit_em(GaussianMixture("full", prior_points=2.0), params, data, frames=(0, 9))
    assert run.infos.objective[1] > run.infos.objective[0]
    assert not run.info.collapsed.any()
    assert fit_em(GaussianMixture(), params, data, frames=(0, 9)).info.collapsed.all()


KEY = jax.random.key(0)
NORMALS = np.random.default_rng(0).normal(size=(12, 2))
COUNTS = np.random.default_rng(0).integers(0, 4, (12, 2, 3)).astype(float)
NOTES = Notes(COUNTS[..., 0] + 1, COUNTS, COUNTS[:, 0])
EVENLY = np.full((2, 12, 3), 1 / 3)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("function", "data"),
    [
        (lambda x: random_starts(x, 3, 2, key=KEY), NORMALS),
        (lambda x: kmeans_start(x, 3, key=KEY), NORMALS),
        (lambda x: vote_start(DawidSkene(), x), COUNTS),
        (lambda x: random_expert_starts(DawidSkene(), x, 3, 2, key=KEY), COUNTS),
        (lambda x: random_topic_starts(MixtureOfUnigrams(), x, 3, 2, key=KEY), COUNTS[:, 0]),
        (lambda x: random_plsa_starts(x, 3, 2, key=KEY), COUNTS[:, 0]),
        (lambda x: offset_starts(Writers(), x, 3, 2, key=KEY), NOTES),
        (lambda x: writer_starts(Writers(), x, EVENLY), NOTES),
        (lambda x: mean_offsets(x), NOTES),
        (lambda x: majority_vote(x), COUNTS),
        (
            lambda x: random_sense_starts(Contexts(x, np.zeros(12, int)), 3, 2, key=KEY),
            NORMALS,
        ),
    ],
)
def test_starts_are_traced(function, data):
    one, other = jax.jit(function)(data), function(data)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=2e-5, atol=1e-5), one, other)
