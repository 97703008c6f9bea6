"""Sizes, gaps, tears, crossings and links, against figures known by construction."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from lecture11.datasets import linked_rings, trefoil
from lecture11.embedding import (
    clumps,
    crossings,
    group_distances,
    group_radii,
    is_torn,
    linking_number,
    straightness,
    tearing,
    threads,
)
from tests.datasets.test_shapes import gauss_integral

TURNS = np.linspace(0, 2 * np.pi, 60, endpoint=False)
CIRCLE = np.stack([np.cos(TURNS), np.sin(TURNS)], axis=1)
LINE = np.stack([np.arange(40.0), np.zeros(40)], axis=1)
seeds = st.integers(0, 2**32 - 1)


# Tearing


def test_what_is_left_whole_is_not_torn():
    assert tearing(cdist(CIRCLE, CIRCLE), 7 * CIRCLE) == (0, 1)


def test_a_circle_cut_in_two_and_drawn_apart_is_in_two_pieces():
    apart = CIRCLE + np.where(np.arange(60) < 30, 0, 50)[:, None]
    torn, pieces = tearing(cdist(CIRCLE, CIRCLE), apart, neighbours=2)
    assert pieces == 2
    assert torn == 2 / 60  # of 60 links, the two across the cuts


def test_a_circle_cut_once_stays_in_one_piece():
    unrolled = np.stack([TURNS, np.zeros(60)], axis=1)
    torn, pieces = tearing(cdist(CIRCLE, CIRCLE), unrolled, neighbours=2)
    assert (torn, pieces) == (1 / 60, 1)


@pytest.mark.slow
def test_crumbs_are_no_pieces():
    strewn = LINE.copy()
    strewn[-2:] += 100
    assert tearing(cdist(LINE, LINE), strewn, neighbours=2).pieces == 1


def test_where_a_link_is_torn_can_be_said():
    d = cdist(LINE, LINE)
    stretched = LINE.copy()
    stretched[20:, 0] += 6  # one step of 7
    assert tearing(d, stretched, neighbours=1, leap=5).torn > 0
    assert tearing(d, stretched, neighbours=1, leap=9).torn == 0


@pytest.mark.parametrize("neighbours", [0, 40])
def test_tearing_refuses_neighbours_that_are_not_there(neighbours: int):
    with pytest.raises(
        ValueError, match=f"^neighbours: expected a whole number from 1 to 39, got {neighbours}"
    ):
        tearing(cdist(LINE, LINE), LINE, neighbours=neighbours)


def test_tearing_refuses_a_map_of_other_points():
    with pytest.raises(ValueError, match="points"):
        tearing(cdist(LINE, LINE), LINE[:-1])


# Clumps


@settings(max_examples=20)
@given(st.integers(1, 5), seeds, st.sampled_from([1e-6, 1.0, 1e6]))
def test_clumps_far_apart_are_counted(count: int, seed: int, unit: float):
    rng = np.random.default_rng(seed)
    centres = 1000 * np.arange(count)[:, None] * np.ones(2)
    points = np.concatenate([rng.uniform(size=(40, 2)) + centre for centre in centres])
    assert clumps(unit * points, gap=8) == count


def test_a_pair_is_no_clump():
    assert clumps([[0, 0.0], [1, 0], [2, 0], [99, 0], [100, 0]]) == 1
    assert clumps([[0, 0.0], [1, 0], [2, 0], [99, 0], [100, 0], [101, 0]]) == 2


def test_points_in_one_place_are_one_clump():
    assert clumps(np.zeros((5, 2))) == 1


# Groups


def test_radii_and_distances_are_those_of_the_groups():
    points = np.concatenate([CIRCLE, 3 * CIRCLE + [10, 0]])
    groups = np.repeat([0, 1], 60)
    np.testing.assert_allclose(group_radii(points, groups), [1, 3])
    np.testing.assert_allclose(group_distances(points, groups), [[0, 10], [10, 0]], atol=1e-12)


@pytest.mark.parametrize("function", [group_radii, group_distances])
def test_groups_must_fit_and_be_numbered_from_0(function):
    with pytest.raises(ValueError, match="one for each point"):
        function(CIRCLE, np.zeros(59, int))
    with pytest.raises(ValueError, match=r"0, 1, 2, …, each at least once; got \[0, 2\]"):
        function(CIRCLE, np.repeat([0, 2], 30))


# Curves


def test_straightness():
    assert straightness(LINE) == pytest.approx(1)
    half = CIRCLE[:31]
    assert straightness(half) == pytest.approx(2 / np.pi, rel=1e-2)
    with pytest.raises(ValueError, match="all of them lie in one place"):
        straightness(np.ones((4, 2)))


def lemniscate(waves: int) -> np.ndarray:
    """(sin t, sin wt) from a start where it crosses nothing."""
    t = 2 * np.pi * (np.arange(400) + 0.3) / 400
    return np.stack([np.sin(t), np.sin(waves * t)], axis=1)


def test_crossings_of_known_curves():
    assert crossings(CIRCLE) == 0
    assert crossings(lemniscate(2)) == 1
    assert crossings(trefoil().points[:, :2]) == 3
    assert crossings(CIRCLE, CIRCLE + np.array([0.3, 0.31])) == 2
    assert crossings(CIRCLE, CIRCLE + np.array([3, 0])) == 0


@pytest.mark.slow
@settings(max_examples=30)
@given(seeds)
def test_closed_curves_cross_each_other_an_even_number_of_times(seed: int):
    rng = np.random.default_rng(seed)
    assert crossings(rng.normal(size=(7, 2)), rng.normal(size=(9, 2))) % 2 == 0


@pytest.mark.slow
@settings(max_examples=10)
@given(seeds)
def test_the_linking_number_is_gausss_integral(seed: int):
    """Two closed curves of random waves, sampled finely."""
    rng = np.random.default_rng(seed)
    t = np.linspace(0, 2 * np.pi, 250, endpoint=False)[:, None]
    a, b = (
        sum(
            rng.normal(size=3) * np.cos(k * t) / k + rng.normal(size=3) * np.sin(k * t) / k
            for k in (1, 2)
        )
        for _ in range(2)
    )
    if cdist(a, b).min() > 0.1:  # the midpoint rule needs some room
        assert linking_number(a, b) == round(gauss_integral(a, b))
        assert linking_number(b, a) == linking_number(a, b)
        assert linking_number(a[::-1], b) == -linking_number(a, b)


def test_rings_are_linked_once_and_the_control_is_not():
    rings = linked_rings()
    first = rings.groups == 0
    assert abs(linking_number(rings.points[first], rings.points[~first])) == 1
    control = linked_rings(apart=2.5).points
    assert linking_number(control[first], control[~first]) == 0


def test_curves_of_other_dimensions_are_refused():
    with pytest.raises(ValueError, match="curve"):
        crossings(np.ones((5, 3)))
    with pytest.raises(ValueError, match="other"):
        linking_number(np.eye(3), CIRCLE)


def ring(center: float, poses: int = 24) -> np.ndarray:
    turn = 2 * np.pi * np.arange(poses) / poses
    return np.stack([center + np.cos(turn), np.sin(turn)], axis=1)


def test_a_closed_ring_an_open_thread_and_a_shuffled_one():
    thread = np.stack([10 + np.arange(24) * 0.3, np.zeros(24)], axis=1)
    assert not is_torn(ring(0)).any()
    np.testing.assert_array_equal(np.flatnonzero(is_torn(thread)), [23])
    rings = np.concatenate([ring(0), thread, ring(30)])
    objects = np.repeat(np.arange(3), 24)
    assert threads(rings, objects) == 3
    rings[:24] = np.random.default_rng(0).permutation(rings[:24])
    assert threads(rings, objects) == 2
    assert threads(np.concatenate([ring(0), ring(0)]), objects[:48]) == 0  # on top of each other
