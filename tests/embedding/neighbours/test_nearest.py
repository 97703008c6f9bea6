"""Nearest neighbours through leaves, beside a sort of all distances."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.spatial.distance import cdist

from lecture11.embedding.neighbours.nearest import leaves_of, nearest_neighbours


def cloud(points: int, dims: int) -> np.ndarray:
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(20, dims))
    return centres[rng.integers(0, 20, points)] + 0.5 * rng.normal(size=(points, dims))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("points", "dims", "count"), [(2, 3, 1), (70, 1, 69), (500, 5, 20), (1500, 40, 91)]
)
def test_all_leaves_searched_find_every_neighbour(points, dims, count):
    x = cloud(points, dims).astype(np.float32)
    squares, columns = map(np.asarray, nearest_neighbours(jnp.asarray(x), count))
    true = cdist(x, x, "sqeuclidean")
    np.fill_diagonal(true, np.inf)
    true.sort(axis=1)
    assert (columns != np.arange(points)[:, None]).all()
    assert all(len(set(row)) == count for row in columns)
    np.testing.assert_allclose(np.sort(squares, axis=1), true[:, :count], rtol=2e-5, atol=1e-6)


@pytest.mark.slow
def test_duplicates_are_at_the_distance_of_nothing():
    x = np.repeat(cloud(300, 10), 2, axis=0).astype(np.float32)
    squares, columns = nearest_neighbours(jnp.asarray(x), 10)
    nearest = np.asarray(columns)[np.arange(600), np.asarray(squares).argmin(axis=1)]
    assert (np.asarray(squares).min(axis=1) == 0).all()
    assert (nearest // 2 == np.arange(600) // 2).all()


@pytest.mark.slow
def test_some_leaves_searched_find_most_neighbours():
    x = jnp.asarray(cloud(3000, 10))
    _, all_of_them = map(np.asarray, nearest_neighbours(x, 30))
    _, some = map(np.asarray, nearest_neighbours(x, 30, searched=8))
    found = np.mean([np.isin(a, b).mean() for a, b in zip(all_of_them, some, strict=True)])
    assert 0.9 <= found < 1


@pytest.mark.parametrize("points", [1, 64, 200, 3001])
def test_leaves_hold_every_point_and_are_of_one_size(points):
    numbers = leaves_of(cloud(points, 3))
    assert numbers.shape[1] < 150
    assert sorted(numbers.ravel()) == list(range(numbers.size))
    assert set(numbers.ravel() % points) == set(range(points))


def test_leaves_hold_what_lies_together():
    x = cloud(2000, 3)
    parts = x[leaves_of(x) % 2000]
    assert parts.var(axis=1).sum() < 0.3 * len(parts) * x.var(axis=0).sum()
