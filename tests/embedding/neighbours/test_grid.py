"""The repulsion by way of a grid, beside the sum over all pairs."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.interpolate import BSpline

from lecture11.embedding.neighbours import grid
from lecture11.embedding.neighbours.grid import (
    LADDER,
    LAWS,
    SPARSE,
    cheapest,
    extent,
    grid_over,
    grid_repulsion,
    make_grid,
    spacing_for,
    spline_slopes,
    spline_weights,
    spread,
)
from lecture11.embedding.neighbours.grid import _places as places
from lecture11.embedding.neighbours.repulsion import repulsion

by_pairs = jax.jit(lambda points: repulsion(points, student=True, joint=True))
by_grid = jax.jit(grid_repulsion)


def clusters(width: float, points: int = 1500) -> np.ndarray:
    """Twelve clusters, as wide as asked where they are widest."""
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(12, 2))
    found = centres[rng.integers(0, 12, points)] + 0.3 * rng.normal(size=(points, 2))
    return width * found / np.ptp(found, axis=0).max()


def relative(found, true) -> float:
    return float(np.linalg.norm(found - true) / np.linalg.norm(true))


class TestForces:
    @pytest.mark.slow
    @pytest.mark.parametrize("width", [1e-4, 1e-2, 1.0, 15.0, 100.0])
    @pytest.mark.parametrize("accuracy", [1e-2, 1e-4])
    def test_are_as_accurate_as_asked_at_every_width(self, width, accuracy):
        points = jnp.asarray(clusters(width))
        forces, log_norm = by_grid(points, grid_over(points, accuracy))
        true, true_norm = by_pairs(points)
        assert forces.dtype == points.dtype == jnp.result_type(float)
        assert relative(forces, true) <= accuracy
        np.testing.assert_allclose(log_norm, true_norm, atol=accuracy)

    @pytest.mark.slow
    @pytest.mark.usefixtures("float64")
    def test_in_double_precision_are_limited_by_the_splines_only(self):
        points = jnp.asarray(clusters(2.0))
        forces, log_norm = by_grid(points, grid_over(points, 1e-5))
        true, true_norm = by_pairs(points)
        assert forces.dtype == np.float64
        assert relative(forces, true) <= 1e-8
        np.testing.assert_allclose(log_norm, true_norm, rtol=1e-10)

    @pytest.mark.parametrize(("grown", "error"), [(1.5, 1e-2), (4.0, 3e-2), (0.2, 1e-2)])
    def test_of_a_map_that_no_longer_fits_its_grid(self, grown, error):
        """No point is lost and none is clipped: such a step makes a grid of its own, of as many
        cells, so that they are larger where the map is."""
        points = jnp.asarray(clusters(15.0))
        grid = grid_over(points, 1e-2)
        forces, _ = by_grid(grown * points, grid)
        assert relative(forces, by_pairs(grown * points)[0]) <= error

    @pytest.mark.slow
    def test_by_cubic_splines_keep_the_law_of_their_error(self):
        points = jnp.asarray(clusters(60.0))
        error, power = LAWS[4]
        grid = make_grid(jnp.asarray(0.3), 256, 4)
        bound = error * (60 / 1500**0.5) ** SPARSE * (0.3 / 0.35) ** power
        assert relative(by_grid(points, grid)[0], by_pairs(points)[0]) <= bound

    def test_shift_with_the_map(self):
        points = jnp.asarray(clusters(15.0))
        grid = grid_over(points, 1e-2)
        moved, _ = by_grid(points + jnp.array([100.0, -50.0]), grid)
        assert relative(moved, by_grid(points, grid)[0]) <= 1e-4

    @pytest.mark.slow
    @pytest.mark.parametrize(
        "points",
        [np.zeros((9, 2)), np.repeat([[0.0, 0.0], [3.0, 1.0]], 4, axis=0), [[0.0, 0], [1e-3, 0]]],
        ids=["one place", "two places", "a pair"],
    )
    def test_where_points_coincide(self, points):
        points = jnp.asarray(points)
        forces, log_norm = by_grid(points, grid_over(points, 1e-2))
        true, true_norm = by_pairs(points)
        np.testing.assert_allclose(forces, true, atol=2e-3 * max(1e-3, np.abs(true).max()))
        np.testing.assert_allclose(log_norm, true_norm, atol=1e-3)


class TestGrid:
    def test_is_finer_for_more_accuracy_and_coarser_for_more_points(self):
        assert spacing_for(1e-3, 1000, 50.0, 6) < spacing_for(1e-2, 1000, 50.0, 6)
        assert spacing_for(1e-2, 1000, 50.0, 6) < spacing_for(1e-2, 9000, 50.0, 6)

    def test_covers_the_map_and_more(self):
        points = jnp.asarray(clusters(70.0))
        grid = grid_over(points, 1e-2)
        assert (cells := len(grid.spectrum) // 2) in LADDER
        assert 1.05 * extent(points) <= grid.spacing * (cells - len(grid.nodes))

    def test_too_wide_a_map_is_refused(self):
        with pytest.raises(ValueError, match=r"accuracy: a map 3e\+05 wide needs a grid of"):
            grid_over(jnp.asarray(clusters(3e5)), 1e-2)


class TestSplines:
    @pytest.mark.parametrize("order", [2, 4, 6])
    def test_are_those_of_scipy(self, order):
        fractions = np.linspace(0, 0.999, 7)
        spline = BSpline.basis_element(np.arange(order + 1))
        at = [fractions + order - 1 - k for k in range(order)]
        np.testing.assert_allclose(
            spline_weights(fractions, order), [spline(t) for t in at], atol=1e-12
        )
        if order > 2:
            slopes = [spline.derivative()(t) for t in at]
            np.testing.assert_allclose(spline_slopes(fractions, order), slopes, atol=1e-12)

    @pytest.mark.slow
    def test_spread_each_point_as_numpy_does(self):
        points = jnp.asarray(clusters(20.0, 50))
        spacing = jnp.asarray(0.5)
        x, y = (places(column, spacing, 64, 4) for column in points.T)
        expected = np.zeros((64, 64))
        for i in range(50):
            cells = np.ix_(int(x.first[i]) + np.arange(4), int(y.first[i]) + np.arange(4))
            expected[cells] += np.outer(x.weights[:, i], y.weights[:, i])
        found = spread(x, y, 64)
        np.testing.assert_allclose(found, expected, atol=1e-6)
        np.testing.assert_allclose(found.sum(), 50, rtol=1e-6)


class TestChoice:
    """Of the grid that costs least, or of none; only its size is made."""

    @pytest.fixture(autouse=True)
    def _not_made(self, monkeypatch):
        def not_made(spacing: Any, cells: int, order: int) -> grid.Grid:
            return grid.Grid(spacing, jnp.zeros((2 * cells, 1)), jnp.zeros(order))

        monkeypatch.setattr(grid, "make_grid", not_made)

    def of(self, points: int, width: float) -> jax.Array:
        return jnp.zeros((points, 2)).at[0].set(width)

    def test_is_of_smoother_splines_where_cubic_ones_would_need_too_many_cells(self):
        assert len(grid_over(self.of(1_000_000, 1200.0), 1e-2).nodes) == grid.QUINTIC

    @pytest.mark.parametrize(
        ("points", "width", "is_grid"),
        [(3500, 1, False), (3700, 1, True), (5000, 300, False), (70_000, 300, True)],
    )
    def test_is_of_none_where_points_are_few_or_the_map_is_wide(self, points, width, is_grid):
        assert (cheapest(self.of(points, width), 1e-2) is not None) is is_grid

    def test_is_refused_only_where_all_pairs_would_take_longer(self):
        assert cheapest(self.of(1000, 3e5), 1e-2) is None
        with pytest.raises(ValueError, match="accuracy: a map"):
            cheapest(self.of(1_000_000, 3e3), 1e-3)
