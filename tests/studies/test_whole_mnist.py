"""A map of many points: its worth beside that from all pairs, and what storing it keeps."""

import numpy as np
from sklearn.datasets import load_digits
from sklearn.manifold import trustworthiness

from lecture11.embedding import nearest_neighbour_error
from lecture11.studies import whole_mnist
from lecture11.studies.whole_mnist import WholeMap, nearest_error, packed, stored_whole_map, trust

X, LABELS = load_digits(return_X_y=True)
RNG = np.random.default_rng(0)
X = X[:800] / 16 + 1e-3 * RNG.normal(size=(800, 64))  # no ties
LABELS = LABELS[:800].astype(np.uint8)
POINTS = X[:, 20:22] + 0.1 * RNG.normal(size=(800, 2))


def test_the_worth_of_a_map_is_that_from_all_pairs():
    np.testing.assert_allclose(trust(X, POINTS), trustworthiness(X, POINTS, n_neighbors=12))
    assert nearest_error(POINTS, LABELS) == nearest_neighbour_error(POINTS, LABELS)


def test_what_is_stored_is_the_map_but_for_the_order_of_its_points(monkeypatch):
    found = WholeMap(POINTS, LABELS, np.ones((2, 3)), 0.5, 0.9)
    monkeypatch.setattr(whole_mnist, "stored", lambda _: packed(found))
    again = stored_whole_map()
    np.testing.assert_array_equal(np.bincount(again.labels), np.bincount(LABELS))
    for digit in range(10):
        mine, kept = POINTS[digit == LABELS], again.points[again.labels == digit]
        for axis in (0, 1):
            found_there, there = np.sort(kept[:, axis]), np.sort(mine[:, axis])
            np.testing.assert_allclose(found_there, there, atol=np.ptp(POINTS) / 4000)
        nearest = np.linalg.norm(mine[:, None] - kept, axis=2).min(axis=1)
        assert nearest.max() < np.ptp(POINTS) / 2000  # x and y of the same point
    np.testing.assert_array_equal(again.trace, found.trace)
    assert (again.error, again.trustworthiness) == (0.5, 0.9)
