"""Distances against SciPy in float64, on the data that the matrix-product shortcut gets wrong."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.distance import cdist
from sklearn.datasets import load_digits

from lecture11.embedding import pairwise_distances
from lecture11.embedding.distances import as_distances, as_points, unit_of

POINTS = np.random.default_rng(0).normal(size=(40, 5))


def far_cloud(dims: int, distance: float) -> np.ndarray:
    """Points 10⁻⁴ apart, far from the origin, where float32 itself could not tell them apart."""
    return distance + 1e-4 * np.random.default_rng(1).normal(size=(30, dims))


def relative_error(found: jax.Array, x: np.ndarray) -> float:
    exact = cdist(x, x)
    others = ~np.eye(len(x), dtype=bool)
    return float((np.abs(np.asarray(found, float) - exact)[others] / exact[others]).max())


@pytest.mark.parametrize("dims", [1, 2, 3, 15, 16, 17, 64, 100])
def test_in_float32_all_digits_are_right_whatever_the_dimension(dims):
    x = np.random.default_rng(dims).normal(size=(50, dims))
    found = pairwise_distances(np.asarray(x, np.float32))
    assert found.dtype == jnp.float32
    assert relative_error(found, np.asarray(x, np.float32).astype(float)) < 1e-6


@pytest.mark.usefixtures("float64")
def test_in_float64_too():
    found = pairwise_distances(POINTS)
    assert found.dtype == jnp.float64
    assert relative_error(found, POINTS) < 1e-14


@pytest.mark.parametrize("distance", [0.0, 1.0, 1e3, 1e6])
def test_near_duplicates_far_from_the_origin_keep_their_digits(distance):
    x = far_cloud(10, distance)
    assert relative_error(pairwise_distances(x), x) < 1e-6


@pytest.mark.slow
def test_the_shortcut_would_not_have_passed():
    x = jnp.asarray(far_cloud(10, 1.0))
    norms = (x**2).sum(axis=1)
    squares = norms[:, None] + norms - 2 * x @ x.T
    assert relative_error(jnp.sqrt(jnp.maximum(squares, 0)), np.asarray(x, float)) > 0.5


@pytest.mark.slow
def test_near_duplicates_among_distant_points():
    rng = np.random.default_rng(2)
    x = rng.normal(scale=100, size=(20, 30))
    x = np.concatenate([x, x + 1e-4 * rng.normal(size=x.shape)])
    x32 = np.asarray(x, np.float32)  # what float32 holds of it is what can be asked for
    for function in (pairwise_distances, jax.jit(pairwise_distances)):
        assert relative_error(function(x32), x32.astype(float)) < 1e-6


@pytest.mark.slow
def test_duplicates_are_at_distance_0_and_the_matrix_symmetric_to_the_last_bit():
    x = np.concatenate([POINTS, POINTS[:7], POINTS[:3]]) + 1e3
    found = np.asarray(pairwise_distances(x))
    np.testing.assert_array_equal(found, found.T)
    np.testing.assert_array_equal(np.diagonal(found), 0)
    np.testing.assert_array_equal(found[:7, 40:47], found[:7, :7])
    assert (np.diagonal(found[:7, 40:47]) == 0).all()


@pytest.mark.parametrize("scale", [1e-30, 1e-10, 1e10, 1e30])
def test_squares_inside_neither_overflow_nor_vanish(scale):
    x = scale * POINTS
    assert relative_error(pairwise_distances(x), x) < 1e-6


@pytest.mark.parametrize("x", [[[3.0]], [[1.0, 2.0]], np.ones((4, 3)), [[1], [1]]])
def test_points_that_do_not_differ(x):
    np.testing.assert_array_equal(pairwise_distances(x), np.zeros((len(x), len(x))))


def test_whole_numbers_and_lists_will_do():
    np.testing.assert_array_equal(pairwise_distances([[0, 0], [3, 4]]), [[0, 5], [5, 0]])


@pytest.mark.slow
@settings(max_examples=40)
@given(arrays(float, (6, 3), elements=st.floats(-1e3, 1e3, width=32)))
def test_inside_jit_it_is_the_same_function(x):
    exact = cdist(x, x)
    for found in (pairwise_distances(x), jax.jit(pairwise_distances)(x)):
        least = 1e-6 * np.ptp(x) + 1e-37  # where float32 ends
        np.testing.assert_allclose(found, exact, rtol=1e-6, atol=least)


def test_nothing_larger_than_the_result_is_held():
    """Compiled for real sizes: temporary memory, in results."""
    x = np.zeros((1797, 64), np.float32)
    memory = jax.jit(pairwise_distances).lower(x).compile().memory_analysis()
    assert memory.temp_size_in_bytes < 2.1 * 4 * 1797**2  # the naive way: 64 results


@pytest.mark.slow
def test_on_real_data():
    x = load_digits().data
    np.testing.assert_allclose(pairwise_distances(x), cdist(x, x), rtol=1e-6)


@pytest.mark.parametrize(
    ("bad", "error", "says"),
    [
        ([1.0, 2.0], ValueError, r"x: expected 2 dimensions, got .*; reshape it"),
        ([[1.0, np.nan]], ValueError, r"x: 1 of 2 values are NaN or infinite, the first at \[0, 1"),
        ([["a"]], TypeError, "x: expected numbers"),
        (np.empty((0, 2)), ValueError, "x: expected at least one value"),
    ],
)
def test_what_are_no_points_is_refused(bad, error, says):
    with pytest.raises(error, match=says):
        pairwise_distances(bad)


def test_too_few_points_are_refused():
    with pytest.raises(ValueError, match="start: expected 2 points or more, got 1"):
        as_points("start", [[1.0, 2.0]], least=2)


GOOD = cdist(POINTS, POINTS)


def spoiled(row: int, column: int, value: float) -> np.ndarray:
    bad = GOOD.copy()
    bad[row, column] = value
    return bad


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (spoiled(2, 3, np.nan), r"d: 1 of 1600 values are NaN or infinite, the first at \[2, 3\]"),
        (spoiled(2, 3, np.inf), r"NaN or infinite"),
        (spoiled(2, 3, -1.0), r"d: expected distances, not negative; got -1 at \[2, 3\]"),
        (spoiled(2, 3, 9.0), r"d: expected a symmetric matrix, got 9 at \[2, 3\] and .* at \[3, 2"),
        (spoiled(3, 3, 0.5), r"d: expected distances, 0 on the diagonal; got 0.5 at \[3, 3\]"),
        (POINTS, r"d: expected a square matrix .* got shape \(40, 5\); for points × dims use"),
        (GOOD[0], r"d: expected 2 dimensions"),
        ([[0.0]], r"d: expected 2 points or more, got 1"),
    ],
)
def test_what_are_no_distances_is_refused(bad, says):
    with pytest.raises(ValueError, match=says):
        as_distances("d", bad, least=2)


def test_rounding_errors_are_not():
    noise = 1e-7 * GOOD.max() * np.random.default_rng(3).uniform(size=GOOD.shape)
    found = np.asarray(as_distances("d", GOOD + noise))
    np.testing.assert_array_equal(found, found.T)
    np.testing.assert_array_equal(np.diagonal(found), 0)
    np.testing.assert_allclose(found, GOOD, rtol=1e-6, atol=1e-6)


def test_known_distances_are_checked_also_inside_jit():
    def largest(scale: jax.Array, d: np.ndarray) -> jax.Array:
        return scale * as_distances("d", d).max()

    found = jax.jit(lambda scale: largest(scale, GOOD))(2.0)
    np.testing.assert_allclose(found, 2 * GOOD.max(), rtol=1e-6)
    with pytest.raises(ValueError, match="d: expected distances, not negative"):
        jax.jit(lambda scale: largest(scale, spoiled(2, 3, -1.0)))(2.0)


def test_traced_distances_are_only_converted():
    assert jax.jit(lambda d: as_distances("d", d))(GOOD).shape == GOOD.shape


@pytest.mark.parametrize("size", [1.2e-38, 1.0, 1.5, 3.0, 2.4e38, 2.6e38, 3.4e38])
def test_the_unit_is_the_power_of_2_at_or_below_the_largest_size(size):
    assert unit_of(jnp.float32([size / 2, -size])) == 2.0 ** np.floor(np.log2(size))
