"""The model that is too small: fits against brute force, and the two directions' habits."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import rel_entr, softmax

from lecture11.supervised import Bell, bell_logits, fit_bell
from lecture11.supervised.bell import DIRECTIONS, BellFits

CLASSES = np.arange(10)


def bell(centre: float, width: float) -> np.ndarray:
    return softmax(-((CLASSES - centre) ** 2) / (2 * width**2))


TARGET = 0.6 * bell(7, 0.6) + 0.4 * bell(2, 0.6)


@pytest.mark.slow
def test_a_bell_is_its_formula():
    logits = np.asarray(bell_logits(Bell(np.float32(3.5), np.float32(np.log(1.5))), 10))
    np.testing.assert_allclose(np.exp(logits), bell(3.5, 1.5), rtol=1e-5)
    several = bell_logits(Bell(np.array([3.5, 0.0]), np.log([1.5, 9.0])), 10)
    np.testing.assert_allclose(np.exp(several[1]), bell(0, 9), rtol=1e-5)


def divergence(theta: np.ndarray, direction: str) -> float:
    q = bell(theta[0], np.exp(theta[1]))
    pair = (TARGET, q) if direction == "forward" else (q, TARGET)
    return float(rel_entr(*pair).sum())


@pytest.fixture(scope="module")
def fitted() -> dict[str, BellFits]:
    """From each class as a start, in float64."""
    with jax.enable_x64(True):
        fits = {name: fit_bell(TARGET, name, starts=np.arange(10.0)) for name in DIRECTIONS}
    return jax.tree.map(np.asarray, fits)


@pytest.mark.slow
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_fits_are_minima_and_the_best_is_the_best_of_a_grid(direction: str, fitted: dict):
    fits = fitted[direction]
    for centre, log_width, value in zip(*fits.bells, fits.divergence, strict=True):
        end = np.array([centre, log_width])
        np.testing.assert_allclose(divergence(end, direction), value, rtol=1e-9)
        theirs = minimize(divergence, end + np.array([0.02, -0.02]), (direction,), "BFGS")
        np.testing.assert_allclose(theirs.x, end, atol=0.02)
        assert value - theirs.fun < 1e-5
    grid = [
        divergence(np.array([centre, log_width]), direction)
        for centre in np.linspace(-3, 12, 76)
        for log_width in np.linspace(-1.5, 2.5, 41)
    ]
    assert min(fits.divergence) <= min(grid) + 1e-9
    assert min(grid) - min(fits.divergence) < 0.01


@pytest.mark.slow
def test_forward_covers_and_has_the_moments_of_the_target(float64: None, fitted: dict):
    for q in np.exp(bell_logits(fitted["forward"].bells, 10)):
        np.testing.assert_allclose(q @ CLASSES, TARGET @ CLASSES, rtol=1e-5)
        np.testing.assert_allclose(q @ CLASSES**2, TARGET @ CLASSES**2, rtol=1e-5)
        assert q[4] > 10 * TARGET[4]


def test_reverse_picks_by_where_it_starts(fitted: dict):
    fits = fitted["reverse"]
    np.testing.assert_allclose(fits.bells.centre[[2, 7]], [2, 7], atol=0.01)
    np.testing.assert_allclose(fits.divergence[[2, 7]], [-np.log(0.4), -np.log(0.6)], atol=0.01)


def test_reverse_has_a_broad_minimum_too(fitted: dict):
    fits = fitted["reverse"]
    np.testing.assert_allclose(fits.divergence[[4, 5]], 1.531, atol=0.001)
    assert (np.exp(fits.bells.log_width[[4, 5]]) > 4).all()


@pytest.mark.slow
def test_reverse_refuses_a_target_with_zeros():
    target = np.array([0.5, 0, 0.5, 0])
    with pytest.raises(ValueError, match=r"^target: 2 of 4 classes have probability 0, so"):
        fit_bell(target, "reverse", starts=[1.0])
    assert np.isfinite(fit_bell(target, "forward", starts=[1.0]).divergence).all()


def test_what_is_no_fit_is_refused():
    with pytest.raises(ValueError, match=r"^direction: expected one of .*got 'back'"):
        fit_bell(TARGET, "back", starts=[1.0])
    with pytest.raises(ValueError, match=r"^target: expected a distribution"):
        fit_bell(2 * TARGET, "forward", starts=[1.0])


@pytest.mark.parametrize("log_width", [-10.0, -40.0, -1e4])
def test_a_bell_of_no_width_is_all_on_the_nearest_class(log_width):
    bells = Bell(jnp.array([2.0, 2.4, 2.5, -3.0]), jnp.full(4, log_width))
    found = jnp.exp(bell_logits(bells, 5))
    expected = np.eye(5)[[2, 2, 2, 0]]
    expected[2, 2:4] = 0.5
    np.testing.assert_array_equal(found, expected)
