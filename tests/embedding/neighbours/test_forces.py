"""The normalisers held while one pair moves: with them the forces are gradients of the losses."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.spatial.distance import cdist

from lecture11.embedding import others_than, sne_force, tsne_force

ONE, TWO = 3, 11
MAP = np.random.default_rng(1).normal(size=(20, 2))


def sums_by_loops() -> tuple[float, float, float]:
    """Over all ordered pairs but these two; rows i and j for the Gaussian."""
    rows, total = {ONE: 0.0, TWO: 0.0}, 0.0
    for a in range(20):
        for b in range(20):
            square = float(((MAP[a] - MAP[b]) ** 2).sum())
            if a == b or {a, b} == {ONE, TWO}:
                continue
            total += 1 / (1 + square)
            if a in rows:
                rows[a] += np.exp(-square)
    return rows[ONE], rows[TWO], total


@pytest.mark.usefixtures("float64")
class TestOthers:
    @pytest.mark.slow
    def test_sums_leave_out_the_pair(self):
        (first, second), student = others_than(jnp.asarray(MAP), ONE, TWO)
        np.testing.assert_allclose([first, second, student], sums_by_loops(), rtol=1e-12)

    def test_a_close_pair_does_not_swallow_the_others(self):
        """Where i has no one else near, its sum is tiny beside the pair's own weight."""
        far = jnp.asarray([[0.0, 0.0], [1e-3, 0.0], [6.0, 0.0], [7.0, 0.0]])
        rows, _ = others_than(far, 0, 1)
        np.testing.assert_allclose(rows[0], np.exp(-36.0) + np.exp(-49.0), rtol=1e-10)

    def test_the_last_point_is_one_and_the_next_is_not(self):
        assert np.isfinite(others_than(jnp.asarray(MAP), 0, 19).student)
        with pytest.raises(ValueError, match=r"^j: expected a whole number from 0 to 19, got 20"):
            others_than(jnp.asarray(MAP), 0, 20)

    @pytest.mark.parametrize("method", ["SNE", "t-SNE"])
    def test_force_is_the_part_of_the_gradient_that_comes_from_the_pair(self, method: str):
        """The loss, but for Σ p log p, as a function of this pair's distance, all others held."""
        own = others_than(jnp.asarray(MAP), ONE, TWO)
        squares = cdist(MAP, MAP, "sqeuclidean")
        alone = ~np.eye(20, dtype=bool)
        weights = alone * np.random.default_rng(2).uniform(size=(20, 20))

        def held(d):
            """All squared distances, this pair's moved."""
            moved = squares.copy()
            moved[ONE, TWO] = moved[TWO, ONE] = d**2
            return moved

        if method == "SNE":
            p = weights / weights.sum(axis=1, keepdims=True)
            found = sne_force(jnp.array([1.3]), (p[ONE, TWO], p[TWO, ONE]), own.gaussian)

            def loss(d):
                return (p * held(d)).sum() + np.log((alone * np.exp(-held(d))).sum(axis=1)).sum()

        else:
            p = (weights + weights.T) / (2 * weights.sum())
            found = tsne_force(jnp.array([1.3]), p[ONE, TWO], own.student)

            def loss(d):
                return (p * np.log1p(held(d))).sum() + np.log((alone / (1 + held(d))).sum())

        slope = (loss(1.3 + 1e-5) - loss(1.3 - 1e-5)) / 2e-5
        np.testing.assert_allclose(found[0], slope, rtol=1e-6)
