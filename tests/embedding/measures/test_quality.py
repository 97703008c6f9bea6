"""Quality of maps against scikit-learn and against counting by hand."""

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from sklearn import manifold
from sklearn.datasets import load_digits
from sklearn.model_selection import LeaveOneOut, cross_val_score
from sklearn.neighbors import KNeighborsClassifier

from lecture11.embedding import (
    continuity,
    fit_pca,
    geodesic_distances,
    nearest_neighbour_error,
    odd_ones,
    pairwise_distances,
    shepard_pairs,
    trustworthiness,
)
from lecture11.embedding.measures.quality import _excess_ranks
from tests.embedding.conftest import Case

seeds = st.integers(0, 2**32 - 1)


def pca_of(case: Case) -> np.ndarray:
    return np.asarray(fit_pca(case.x).points)


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("neighbours", [1, 5, 12, 50])
def test_trustworthiness_and_continuity_as_scikit_learn_has_them(neighbours, some_digits: Case):
    """Without ties, of which whole grey values make many, and scikit-learn takes any order."""
    x = some_digits.x + 0.01 * np.random.default_rng(0).normal(size=some_digits.x.shape)
    points = np.asarray(fit_pca(x).points)
    theirs = manifold.trustworthiness(x, points, n_neighbors=neighbours)
    ours = trustworthiness(cdist(x, x), points, neighbours=neighbours)
    np.testing.assert_allclose(ours, theirs, atol=1e-12)
    swapped = manifold.trustworthiness(points, x, n_neighbors=neighbours)
    ours = continuity(cdist(x, x), points, neighbours=neighbours)
    np.testing.assert_allclose(ours, swapped, atol=1e-12)


@pytest.mark.slow
@settings(max_examples=25)
@given(seeds)
def test_of_any_points(seed):
    rng = np.random.default_rng(seed)
    x, points = rng.normal(size=(17, 4)), rng.normal(size=(17, 2))
    theirs = manifold.trustworthiness(x, points, n_neighbors=4)
    np.testing.assert_allclose(trustworthiness(cdist(x, x), points, neighbours=4), theirs)


@pytest.mark.slow
def test_a_map_that_keeps_the_order_of_distances_is_perfect(some_digits: Case):
    x = some_digits.x[:60]
    for measure in (trustworthiness, continuity):
        assert measure(cdist(x, x), 7 * x[:, ::-1]) == 1


@pytest.mark.slow
def test_a_torn_map_is_trustworthy_and_not_continuous():
    """A circle cut open keeps no false neighbours, but tears one neighbourhood."""
    angle = np.linspace(0, 2 * np.pi, 100, endpoint=False)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    line = np.stack([angle, 0 * angle], axis=1)
    d = cdist(circle, circle)
    assert trustworthiness(d, line, neighbours=6) > 0.99
    assert continuity(d, line, neighbours=6) < trustworthiness(d, line, neighbours=6) - 0.01


@pytest.mark.slow
def test_without_an_array_of_all_pairs_and_neighbours():
    """Compiled for MNIST's first 6,000: 12 neighbours, temporary memory in distances."""
    shape = jax.ShapeDtypeStruct((6000, 6000), np.float32)
    memory = _excess_ranks.lower(shape, shape, k=12).compile().memory_analysis()
    assert memory.temp_size_in_bytes < 0.2 * 4 * 6000**2


@pytest.mark.slow
def test_the_nearest_neighbours_error_as_scikit_learn_counts_it(some_digits: Case):
    labels = load_digits().target[:400]
    points = pca_of(some_digits)
    theirs = cross_val_score(KNeighborsClassifier(1), points, labels, cv=LeaveOneOut())
    np.testing.assert_allclose(nearest_neighbour_error(points, labels), 1 - theirs.mean())


@pytest.mark.slow
def test_the_nearest_neighbours_error_by_hand():
    points = np.array([[0.0, 0], [1, 0], [10, 0], [11, 0], [12.5, 0]])
    assert nearest_neighbour_error(points, [0, 0, 1, 1, 0]) == 0.2
    assert nearest_neighbour_error(points, [0, 0, 1, 1, 1]) == 0


@pytest.mark.slow
def test_shepard_pairs_are_all_pairs_once_where_there_are_few(roads):
    points = np.random.default_rng(0).normal(size=(21, 2))
    pairs = shepard_pairs(roads, points)
    assert pairs.given.shape == pairs.mapped.shape == (210,)
    i, j = np.triu_indices(21, 1)
    np.testing.assert_array_equal(pairs.given, roads[i, j])
    np.testing.assert_allclose(pairs.mapped, cdist(points, points)[i, j], rtol=1e-6)


@pytest.mark.slow
def test_shepard_pairs_are_a_fair_sample_where_there_are_many(some_digits: Case):
    points = pca_of(some_digits)
    pairs = shepard_pairs(some_digits.distances, points, at_most=5000)
    assert pairs.given.shape == (5000,)
    every = some_digits.distances[np.triu_indices(400, 1)]
    np.testing.assert_allclose(pairs.given.mean(), every.mean(), rtol=0.01)
    np.testing.assert_allclose(pairs.given.std(), every.std(), rtol=0.05)
    assert pairs.given.min() > 0  # never a point with itself
    again = shepard_pairs(some_digits.distances, points[:, ::-1], at_most=5000)
    np.testing.assert_array_equal(pairs.given, again.given)
    np.testing.assert_allclose(pairs.mapped, again.mapped, rtol=1e-5)


@pytest.mark.parametrize("neighbours", [0, 11, 200])
def test_too_many_or_no_neighbours_are_refused(neighbours, roads):
    with pytest.raises(
        ValueError, match=rf"^neighbours: expected a whole number from 1 to 10, got {neighbours}"
    ):
        trustworthiness(roads, np.ones((21, 2)), neighbours=neighbours)


def test_maps_and_labels_of_another_size_are_refused(roads):
    with pytest.raises(ValueError, match="points: expected one for each of the 21 rows"):
        continuity(roads, np.ones((20, 2)))
    with pytest.raises(ValueError, match=r"^labels: expected shape \(20,\) \(one for"):
        nearest_neighbour_error(np.ones((20, 2)), np.ones(21, int))


def test_odd_ones_by_brute_force():
    rng = np.random.default_rng(0)
    labels = np.arange(120) % 10
    angle = 0.63 * np.arange(10)
    corners = 10 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    assert len(odd_ones(corners[labels] + 0.1 * rng.normal(size=(120, 2)), labels)) == 0
    moved = corners[labels] + rng.normal(size=(120, 2))
    moved[3] = corners[7] + 0.1  # in the midst of others
    moved[14] = (moved[14] + moved[15]) / 2
    apart = cdist(moved, moved)
    np.fill_diagonal(apart, np.inf)
    odd = odd_ones(moved, labels)
    expected = np.flatnonzero(labels[apart.argmin(axis=1)] != labels)
    np.testing.assert_array_equal(np.sort(odd), expected)
    others = (labels[np.argsort(apart, axis=1)[:, :10]] != labels[:, None]).sum(axis=1)
    assert (np.diff(others[odd]) <= 0).all()
    assert 3 in odd


# Distances along the manifold


@pytest.mark.slow
def test_along_a_circle_the_way_goes_round():
    angle = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    found = np.asarray(geodesic_distances(pairwise_distances(circle), neighbours=2))
    around = np.minimum(angle, 2 * np.pi - angle)
    np.testing.assert_allclose(found[0], around, rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(found, found.T)


def test_short_distances_stay_and_no_distance_shrinks(some_digits: Case):
    found = np.asarray(geodesic_distances(some_digits.distances, neighbours=20))
    assert (found >= some_digits.distances * (1 - 1e-5)).all()
    nearest = np.argsort(some_digits.distances, axis=1)[:, 1]
    everyone = np.arange(400)
    np.testing.assert_allclose(
        found[everyone, nearest], some_digits.distances[everyone, nearest], rtol=1e-6
    )


@pytest.mark.slow
def test_with_all_others_as_neighbours_nothing_changes(roads):
    x = np.random.default_rng(0).normal(size=(12, 3))
    d = cdist(x, x)
    np.testing.assert_allclose(geodesic_distances(d, neighbours=11), d, rtol=1e-6)


@pytest.mark.slow
def test_duplicates_are_on_the_way():
    x = np.array([[0.0], [0.0], [0.0], [1.0], [2.0]])
    found = geodesic_distances(cdist(x, x), neighbours=3)
    np.testing.assert_allclose(found[0], [0, 0, 0, 1, 2], atol=1e-6)


@pytest.mark.slow
def test_points_in_several_parts_are_refused():
    x = np.concatenate([np.arange(5.0), 100 + np.arange(5.0)])[:, None]
    with pytest.raises(ValueError, match="neighbours: with 2 the points fall into 2 parts"):
        geodesic_distances(cdist(x, x), neighbours=2)


@pytest.mark.parametrize("neighbours", [0, 21])
def test_impossible_counts_of_neighbours_are_refused(neighbours, roads):
    with pytest.raises(ValueError, match=r"^neighbours: expected a whole number from 1 to 20"):
        geodesic_distances(roads, neighbours=neighbours)
