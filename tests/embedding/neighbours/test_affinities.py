"""Affinities beside scikit-learn's and a root finder's, and where numbers end."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.spatial.distance import cdist
from scipy.special import softmax
from scipy.stats import entropy
from sklearn.manifold._utils import _binary_search_perplexity

from lecture11.embedding import (
    affinities_at,
    bisect_precision,
    calibrate_points,
    conditional_affinities,
    joint_affinities,
    perplexity_of,
)
from lecture11.embedding.neighbours import affinities
from lecture11.embedding.neighbours.affinities import calibrate

seeds = st.integers(0, 2**32 - 1)


def by_root_finding(x: np.ndarray, perplexity: float) -> np.ndarray:
    """p_i(j) in float64, one row after the other."""
    squares = cdist(x, x, "sqeuclidean")
    p = np.zeros_like(squares)
    for i, row in enumerate(squares):
        others = np.delete(row, i)
        excess = (others - others.min()) / (others - others.min()).mean()

        def surplus(t, excess=excess):
            return entropy(softmax(-np.exp(t) * excess)) - np.log(perplexity)

        t = brentq(surplus, -30, 30, xtol=1e-14)
        p[i] = np.insert(softmax(-np.exp(t) * excess), i, 0)
    return p


def worst_perplexity(p, perplexity: float) -> float:
    """Largest relative error of a row's perplexity, added up in float64."""
    p = np.asarray(p, float)
    return float(np.abs(np.exp(entropy(p, axis=1)) / perplexity - 1).max())


def clusters(seed: int, points: int = 60, dims: int = 5, spread: float = 1.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    centres = spread * rng.normal(size=(4, dims))
    widths = 10.0 ** rng.uniform(-3, 1, size=(4, 1))
    kind = rng.integers(4, size=points)
    return centres[kind] + widths[kind] * rng.normal(size=(points, dims))


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("perplexity", [2.0, 5.0, 30.0, 59.0 - 1e-3])
def test_agree_with_a_root_finder(perplexity):
    x = clusters(0)
    ours = conditional_affinities(x, perplexity=perplexity)
    np.testing.assert_allclose(ours, by_root_finding(x, perplexity), rtol=1e-7, atol=1e-13)


@pytest.mark.slow
@pytest.mark.parametrize("perplexity", [5.0, 30.0])
def test_agree_with_scikit_learn(some_digits, perplexity):
    squares = (some_digits.distances**2).astype(np.float32)
    theirs = _binary_search_perplexity(squares, perplexity, 0)
    ours = conditional_affinities(some_digits.x, perplexity=perplexity)
    np.testing.assert_allclose(ours, theirs, rtol=2e-3, atol=1e-7)  # their tolerance is in entropy


@pytest.mark.parametrize("perplexity", [3.0, 30.0, 300.0])
def test_float32_reaches_the_perplexity_to_1e_5(some_digits, perplexity):
    p = conditional_affinities(some_digits.x, perplexity=perplexity)
    assert p.dtype == jnp.float32
    assert worst_perplexity(p, perplexity) < 1e-5


@pytest.mark.slow
@settings(max_examples=20)
@given(seeds, st.floats(1.3, 40.0), st.sampled_from([1e-25, 1e-3, 1.0, 1e4, 1e25]))
def test_any_clusters_in_any_unit_reach_it(seed, perplexity, unit):
    """Also where a square of the data's own units would not be a float32."""
    found = calibrate_points(unit * clusters(seed, spread=10.0), perplexity=perplexity)
    p = jnp.exp(found.log_affinities)
    assert worst_perplexity(p, perplexity) < 1e-5
    np.testing.assert_allclose(found.perplexities, perplexity, rtol=1e-5)
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=2e-6)
    assert (jnp.diagonal(p) == 0).all()


@pytest.mark.slow
def test_a_point_from_which_all_others_are_far():
    """exp(−d²/2σ²) underflows float32 for any σ that tells its neighbours apart."""
    x = np.concatenate([np.linspace(0, 1, 40), [1e4]])[:, None]
    found = calibrate_points(x, perplexity=5.0)
    squares = (x[-1] - x[:-1, 0]) ** 2
    terms = np.exp(-(squares / (2 * float(found.bandwidths[-1]) ** 2)).astype(np.float32))
    assert terms.max() == 0
    assert worst_perplexity(jnp.exp(found.log_affinities), 5.0) < 1e-5


class TestOutliers:
    """A code for missing values, say, that nobody took out."""

    X = np.random.RandomState(0).randn(100, 3)

    @pytest.mark.slow
    @pytest.mark.parametrize("size", [1e4, 1e10, 1e15])
    @pytest.mark.parametrize("precomputed", [False, True])
    def test_far_away_disturb_nobody(self, size, precomputed):
        x = self.X.copy()
        x[0] = size
        with_it = cdist(x, x) if precomputed else x
        found = calibrate_points(with_it, perplexity=30.0, precomputed=precomputed)
        np.testing.assert_allclose(found.perplexities[1:], 30, rtol=1e-5)
        alone = conditional_affinities(self.X[1:], perplexity=30.0)
        p = jnp.exp(found.log_affinities)
        np.testing.assert_allclose(p[1:, 1:], alone, rtol=1e-4, atol=1e-8)
        assert np.isfinite(np.asarray(found.log_affinities)[~np.eye(100, dtype=bool)]).all()
        if size == 1e15:  # from there all others are at one distance, as far as float32 can tell
            assert found.bandwidths[0] == 0
            np.testing.assert_allclose(found.perplexities[0], 99, rtol=1e-5)

    def test_too_far_for_the_floating_type_are_named(self):
        x = self.X.copy()
        x[0] = 1e20
        for data, precomputed in ((x, False), (cdist(x, x), True)):
            with pytest.raises(ValueError, match=r"^x: most points are so close together"):
                joint_affinities(data, perplexity=30.0, precomputed=precomputed)

    @pytest.mark.slow
    @pytest.mark.usefixtures("float64")
    def test_are_not_too_far_for_float64(self):
        x = self.X.copy()
        x[0] = 1e20
        found = calibrate_points(x, perplexity=30.0)
        np.testing.assert_allclose(found.perplexities[1:], 30, rtol=1e-9)

    @pytest.mark.slow
    def test_duplicates_in_the_data_are_not_taken_for_lost(self):
        x = np.concatenate([np.repeat(self.X[:10], 6, axis=0), np.full((1, 3), 1e20)])
        found = calibrate_points(np.repeat(self.X[:10], 6, axis=0), perplexity=3.0)
        np.testing.assert_allclose(found.perplexities, 5, rtol=1e-4)
        np.testing.assert_allclose(calibrate_points(x, perplexity=3.0).perplexities[-1], 60)

    @pytest.mark.slow
    def test_bisection_finds_a_precision_all_the_same(self):
        squares = np.append(((self.X[1:] - self.X[0]) ** 2).sum(axis=1), 1e20)
        search = bisect_precision(squares, perplexity=30.0, steps=40)
        np.testing.assert_allclose(search.perplexities[-1], 30, rtol=1e-4)


@pytest.mark.usefixtures("float64")
def test_bandwidths_are_those_of_the_formula():
    x = clusters(3)
    found = calibrate_points(x, perplexity=10.0)
    squares = cdist(x, x, "sqeuclidean")
    np.fill_diagonal(squares, np.inf)
    p = softmax(-squares / (2 * np.asarray(found.bandwidths)[:, None] ** 2), axis=1)
    np.testing.assert_allclose(np.exp(found.log_affinities), p, rtol=1e-9, atol=1e-14)


@pytest.mark.slow
@pytest.mark.parametrize("double", [False, True])
def test_log_affinities_are_finite_where_affinities_underflow(double, request):
    if double:
        request.getfixturevalue("float64")
    x = np.concatenate([np.linspace(0, 1, 30), [1e3]])[:, None]
    logs = np.asarray(calibrate_points(x, perplexity=5.0).log_affinities)
    assert (np.exp(logs[:-1, -1]) == 0).all()
    assert np.isfinite(logs[~np.eye(31, dtype=bool)]).all()


class TestTies:
    @pytest.mark.slow
    def test_equal_distances_share_equally(self):
        """The corners of a simplex are all as far from each other."""
        p = conditional_affinities(np.eye(6), perplexity=2.0)
        np.testing.assert_allclose(p, (1 - np.eye(6)) / 5, rtol=1e-6)

    @pytest.mark.slow
    def test_duplicates_of_a_point_cannot_be_told_apart(self):
        x = np.array([[0.0], [0], [0], [0], [1], [2], [5]])
        found = calibrate_points(x, perplexity=2.0)
        np.testing.assert_allclose(found.perplexities, [3, 3, 3, 3, 5, 2, 2], rtol=1e-5)
        p = jnp.exp(found.log_affinities)
        np.testing.assert_allclose(p[0], [0, 1 / 3, 1 / 3, 1 / 3, 0, 0, 0], atol=1e-6)
        assert (found.bandwidths[:5] == 0).all()
        assert (found.bandwidths[5:] > 0).all()

    @pytest.mark.parametrize("perplexity", [1.0, 2.0, 3.0])
    def test_logarithms_stay_moderate(self, perplexity):
        """No precision gives a lower perplexity; the lowest that leaves out the others is taken."""
        x = np.random.RandomState(1).randint(1, 6, (100, 2))
        logs = np.asarray(calibrate_points(x, perplexity=perplexity).log_affinities)
        assert logs[~np.eye(100, dtype=bool)].min() > -1e4

    @pytest.mark.slow
    def test_constant_rows_are_uniform(self):
        p = conditional_affinities(np.full((4, 3), 7.0), perplexity=1.5)
        np.testing.assert_allclose(p, (1 - np.eye(4)) / 3, rtol=1e-6)

    @pytest.mark.slow
    def test_two_points(self):
        p = conditional_affinities(np.array([[0.0], [1.0]]), perplexity=1.0)
        np.testing.assert_array_equal(p, [[0, 1], [1, 0]])

    def test_the_largest_perplexity_is_nearly_uniform(self):
        p = conditional_affinities(clusters(0), perplexity=59.0)
        assert worst_perplexity(p, 59.0) < 1e-5

    @pytest.mark.slow
    def test_the_smallest_is_nearly_one_hot(self):
        x = np.random.default_rng(0).normal(size=(20, 2))
        p = conditional_affinities(x, perplexity=1.0)
        squares = cdist(x, x)
        np.fill_diagonal(squares, np.inf)
        np.testing.assert_allclose(p, np.eye(20)[squares.argmin(axis=1)], atol=1e-4)


class TestPrecomputed:
    @pytest.mark.slow
    def test_give_the_same(self, some_digits):
        of_points = conditional_affinities(some_digits.x, perplexity=20.0)
        of_distances = conditional_affinities(
            some_digits.distances, perplexity=20.0, precomputed=True
        )
        np.testing.assert_allclose(of_points, of_distances, rtol=1e-3, atol=1e-7)

    @pytest.mark.slow
    def test_asymmetric_ones_are_refused(self):
        with pytest.raises(ValueError, match=r"^x: expected a symmetric matrix"):
            conditional_affinities(np.triu(np.ones((4, 4)), 1), perplexity=2.0, precomputed=True)

    def test_negative_ones_are_refused(self):
        with pytest.raises(ValueError, match=r"^x: expected distances, not negative"):
            conditional_affinities(np.eye(4) - 1, perplexity=2.0, precomputed=True)


class TestJoint:
    @pytest.mark.slow
    @settings(max_examples=20)
    @given(seeds)
    def test_are_symmetric_and_sum_to_one(self, seed):
        p = joint_affinities(clusters(seed), perplexity=8.0)
        np.testing.assert_array_equal(p, p.T)
        np.testing.assert_allclose(p.sum(), 1, rtol=1e-5)
        assert (jnp.diagonal(p) == 0).all()

    def test_are_the_mean_of_both_directions(self, some_digits):
        p = np.asarray(conditional_affinities(some_digits.x, perplexity=10.0))
        joint = joint_affinities(some_digits.x, perplexity=10.0)
        np.testing.assert_allclose(joint, (p + p.T) / 800, rtol=1e-6)

    @pytest.mark.slow
    def test_leave_no_outlier_alone(self):
        x = np.concatenate([clusters(1), np.full((1, 5), 1e3)])
        joint = joint_affinities(x, perplexity=10.0)
        assert joint[-1].sum() >= 0.999 / (2 * len(x))


class TestBisection:
    @pytest.mark.slow
    def test_ends_where_the_rows_do(self, some_digits):
        squares = np.delete(some_digits.distances[7] ** 2, 7)
        search = bisect_precision(squares, perplexity=30.0, steps=40)
        found = calibrate_points(some_digits.x, perplexity=30.0)
        np.testing.assert_allclose(search.perplexities[-1], 30, rtol=1e-4)
        np.testing.assert_allclose(
            (2 * search.precisions[-1]) ** -0.5, found.bandwidths[7], rtol=1e-4
        )

    @pytest.mark.slow
    @pytest.mark.usefixtures("float64")
    def test_halves_its_interval_every_time(self, some_digits):
        squares = np.delete(some_digits.distances[7] ** 2, 7)
        search = bisect_precision(squares, perplexity=30.0, steps=20)
        moves = np.abs(np.diff(np.log(search.precisions)))
        np.testing.assert_allclose(moves, 40 / 2.0 ** np.arange(1, 20), rtol=1e-9)

    @pytest.mark.slow
    @pytest.mark.usefixtures("float64")
    def test_tries_what_it_says(self, some_digits):
        squares = np.delete(some_digits.distances[7] ** 2, 7)
        search = bisect_precision(squares, perplexity=30.0, steps=12)
        for precision, reached in zip(search.precisions, search.perplexities, strict=True):
            p = affinities_at(jnp.asarray(squares), precision)
            np.testing.assert_allclose(p, softmax(-precision * squares), atol=1e-14)
            np.testing.assert_allclose(perplexity_of(p), reached, rtol=1e-12)

    @pytest.mark.slow
    def test_newtons_step_is_far_quicker(self, some_digits, monkeypatch):
        """Halving alone has narrowed 40 down to 40 / 2¹⁰ by then."""
        monkeypatch.setattr(affinities, "MOST_STEPS", 10)
        squares = some_digits.distances**2 + np.diag(np.full(len(some_digits.x), np.inf))
        found = jax.jit(calibrate.__wrapped__)(jnp.asarray(squares), jnp.asarray(30.0))
        assert (np.abs(found.perplexities / 30 - 1) < 1e-4).mean() > 0.9

    def test_of_no_steps_is_refused(self):
        with pytest.raises(ValueError, match=r"^steps: expected a whole number from 1 on, got 0"):
            bisect_precision(np.ones(3), perplexity=2.0, steps=0)


@pytest.mark.slow
def test_perplexity_of_a_uniform_distribution_is_its_size():
    p = np.zeros((2, 9), np.float32)
    p[0, :4], p[1, :] = 1 / 4, 1 / 9
    np.testing.assert_allclose(perplexity_of(jnp.asarray(p)), [4, 9], rtol=1e-6)


@pytest.mark.parametrize("perplexity", [10.0, 10.5, 11.0, 1e9])
def test_impossible_perplexities_are_refused_naming_the_largest(perplexity):
    with pytest.raises(ValueError, match=r"^perplexity: expected a number from 1 to 9.*at most 9 "):
        calibrate_points(np.eye(10), perplexity=perplexity)


@pytest.mark.parametrize("perplexity", [float("inf"), float("nan"), 0.5, -3])
def test_perplexities_that_nothing_has_are_refused(perplexity):
    with pytest.raises(ValueError, match=r"^perplexity: expected a number from 1 on, got "):
        calibrate_points(np.eye(10), perplexity=perplexity)


@pytest.mark.parametrize(
    ("x", "says"),
    [
        (np.array([[0.0], [np.nan], [1.0]]), "^x: 1 of 3 values are NaN"),
        (np.zeros(3), "^x: expected 2 dimensions"),
        (np.zeros((1, 3)), "^x: expected 2 points or more, got 1"),
    ],
)
def test_bad_data_is_refused(x, says):
    with pytest.raises(ValueError, match=says):
        calibrate_points(x, perplexity=1.0)


@pytest.mark.slow
def test_another_perplexity_compiles_nothing(some_digits):
    calibrate_points(some_digits.x, perplexity=20.0)
    before = calibrate._cache_size()
    calibrate_points(some_digits.x, perplexity=31.0)
    assert calibrate._cache_size() == before
