import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import kstest

from lecture11.datasets import swiss_roll


def angles(points: np.ndarray) -> np.ndarray:
    """φ of each point: its distance from the roll's axis."""
    return np.hypot(points[:, 0], points[:, 2])


def test_points_lie_on_the_roll():
    points = swiss_roll(500).points
    phi = angles(points)
    assert phi.min() > 1.5 * np.pi - 1e-6
    assert phi.max() < 4.5 * np.pi + 1e-6
    np.testing.assert_allclose(points[:, 0], phi * np.cos(phi), atol=1e-5)
    np.testing.assert_allclose(points[:, 2], phi * np.sin(phi), atol=1e-5)


def test_the_band_is_the_surface_unrolled():
    roll = swiss_roll(20)
    np.testing.assert_array_equal(roll.unrolled[:, 1], roll.points[:, 1])
    for phi, along in zip(angles(roll.points), roll.unrolled[:, 0], strict=True):
        length = quad(lambda t: np.hypot(1, t), 1.5 * np.pi, phi)[0]
        np.testing.assert_allclose(along, length, rtol=1e-5)


def test_the_band_is_covered_evenly():
    along, across = swiss_roll(2000).unrolled.T
    length = quad(lambda t: np.hypot(1, t), 1.5 * np.pi, 4.5 * np.pi)[0]
    assert kstest(along / length, "uniform").pvalue > 0.01
    assert kstest(across / 21, "uniform").pvalue > 0.01


def test_a_seed_makes_the_same_points_again_and_another_others():
    np.testing.assert_array_equal(swiss_roll(50, seed=1).points, swiss_roll(50, seed=1).points)
    assert (swiss_roll(50, seed=1).points != swiss_roll(50, seed=2).points).all()


def test_no_points_are_refused():
    with pytest.raises(ValueError, match="points: expected 1 or more, got 0"):
        swiss_roll(0)
