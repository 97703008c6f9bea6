"""Shells of a ball against sampling, apparent dimensions against figures that fill them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from lecture11.embedding import apparent_dims, shell_shares


@pytest.mark.parametrize("dims", [1, 2, 5])
def test_shares_are_those_of_points_in_a_ball(dims: int):
    cube = np.random.default_rng(0).uniform(-1, 1, size=(200_000, dims))
    radii = np.linspace(0, 1, 6)
    distances = np.linalg.norm(cube, axis=1)
    counts = np.histogram(distances, radii)[0]
    np.testing.assert_allclose(shell_shares(radii, dims), counts / counts.sum(), atol=0.01)


@pytest.mark.slow
@settings(max_examples=30)
@given(st.integers(1, 200), st.integers(2, 20))
def test_shares_of_a_whole_ball_sum_to_1(dims: int, shells: int):
    assert shell_shares(np.linspace(0, 1, shells), dims).sum() == pytest.approx(1)


def test_twice_the_radius_has_two_to_the_n_times_the_volume():
    inner, outer = shell_shares([0, 0.5, 1], 10)
    assert outer / inner == pytest.approx(1023)


@pytest.mark.parametrize("radii", [[0.5], [0, 0.5, 0.5], [-0.1, 1], [0, 1.1], [1, 0]])
def test_radii_must_increase_within_the_ball(radii):
    with pytest.raises(ValueError, match="radii"):
        shell_shares(radii, 2)


def test_there_are_no_balls_without_dimensions():
    with pytest.raises(ValueError, match=r"^dims: expected a whole number from 1 on, got 0"):
        shell_shares([0, 1], 0)


@pytest.mark.slow
@pytest.mark.parametrize(("dims", "around"), [(1, 0.15), (2, 0.2), (3, 0.4)])
def test_evenly_filled_space_appears_to_have_its_dimensions(dims: int, around: float):
    """On a torus, which has no edge where neighbours would be missing."""
    cube = np.random.default_rng(1).uniform(size=(1500, dims))
    apart = np.abs(cube[:, None] - cube)
    apart = np.linalg.norm(np.minimum(apart, 1 - apart), axis=2)
    assert apparent_dims(apart) == pytest.approx(dims, abs=around)


@pytest.mark.slow
def test_a_plane_bent_through_space_still_has_two():
    at = np.random.default_rng(2).uniform(size=(800, 2))
    bent = np.stack([np.cos(at[:, 0]), np.sin(at[:, 0]), at[:, 1]], axis=1)
    assert apparent_dims(cdist(bent, bent)) == pytest.approx(2, abs=0.25)


@pytest.mark.slow
def test_what_has_no_dimensions_is_refused():
    with pytest.raises(ValueError, match="distances: half of the points"):
        apparent_dims(np.zeros((30, 30)))
    with pytest.raises(
        ValueError, match=r"^neighbours: expected a whole number from 1 to 2, got 3"
    ):
        apparent_dims(np.ones((3, 3)) - np.eye(3), neighbours=3)
