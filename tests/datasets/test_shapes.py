"""The shapes are what their names say, measured without the code that the course measures with."""

import jax
import numpy as np
import pytest
from scipy.spatial.distance import cdist

from lecture11.datasets import (
    MISLEADING,
    line,
    linked_rings,
    noise,
    trefoil,
    unequal_distances,
    unequal_sizes,
)
from lecture11.datasets.manifolds import swiss_roll_of
from lecture11.datasets.shapes import clusters_of, line_of, rings_of, trefoil_of

each = pytest.mark.parametrize("name", MISLEADING)


@each
@pytest.mark.parametrize("points", [200, 12, 101])
def test_every_shape_has_so_many_points_in_at_most_six_groups(name: str, points: int):
    shape = MISLEADING[name](points)
    assert len(shape.points) == points
    assert shape.points.dtype == float
    assert np.isfinite(shape.points).all()
    assert shape.groups.shape == (points,)
    assert set(shape.groups) == set(range(shape.groups.max() + 1)) <= set(range(6))
    assert (np.diff(shape.groups) >= 0).all()
    assert cdist(shape.points, shape.points)[np.triu_indices(points, 1)].min() > 0


@each
def test_the_same_seed_gives_the_same_shape(name: str):
    np.testing.assert_array_equal(MISLEADING[name](seed=3).points, MISLEADING[name](seed=3).points)
    other = MISLEADING[name](seed=4).points
    assert (name == "knot") == np.array_equal(MISLEADING[name](seed=3).points, other)


@each
def test_too_few_points_are_refused(name: str):
    with pytest.raises(ValueError, match="points: expected 12 or more, got 11"):
        MISLEADING[name](11)


def test_one_cluster_is_ten_times_as_wide():
    shape = unequal_sizes(4000)
    deviations = [shape.points[shape.groups == k].std(axis=0).mean() for k in (0, 1)]
    np.testing.assert_allclose(deviations, [1, 10], rtol=0.05)


def test_one_gap_is_five_times_the_other():
    shape = unequal_distances(6000)
    means = np.array([shape.points[shape.groups == k].mean(axis=0) for k in range(3)])
    gaps = np.linalg.norm(np.diff(means, axis=0), axis=1)
    np.testing.assert_allclose(gaps, [10, 50], rtol=0.02)
    assert gaps[1] / gaps[0] == pytest.approx(5, rel=0.03)


def test_noise_has_no_direction():
    values = np.linalg.eigvalsh(np.cov(noise(5000).points.T))
    assert values.min() > 0.75
    assert values.max() < 1.3  # of so many points, by Marchenko & Pastur, from 0.81 to 1.21


def test_the_line_is_straight_and_evenly_spaced():
    points = line().points
    np.testing.assert_allclose(np.linalg.matrix_rank(points - points.mean(axis=0), tol=1e-9), 1)
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    np.testing.assert_allclose(steps, 2 / 199)


def gauss_integral(a: np.ndarray, b: np.ndarray) -> float:
    """1 / 4π ∮∮ (a − b) · (da × db) / |a − b|³, by the midpoint rule."""
    ends = [np.roll(curve, -1, axis=0) for curve in (a, b)]
    da, db = ends[0] - a, ends[1] - b
    between = ((a + ends[0]) / 2)[:, None] - ((b + ends[1]) / 2)[None]
    volume = np.einsum("ijk,ijk->ij", between, np.cross(da[:, None], db[None]))
    return float((volume / np.linalg.norm(between, axis=2) ** 3).sum() / (4 * np.pi))


def test_the_rings_are_linked_and_the_control_is_not():
    shape = linked_rings(800)
    first = shape.groups == 0
    assert abs(gauss_integral(shape.points[first], shape.points[~first])) == pytest.approx(
        1, abs=0.01
    )
    control = linked_rings(800, apart=3).points
    assert gauss_integral(control[first], control[~first]) == pytest.approx(0, abs=0.01)


def test_rings_are_circles_of_radius_one():
    shape = linked_rings()
    rings = [shape.points[shape.groups == k] for k in (0, 1)]
    for ring, centre in zip(rings, ([0, 0, 0], [1, 0, 0]), strict=True):
        np.testing.assert_allclose(np.linalg.norm(ring - centre, axis=1), 1)


def test_the_trefoil_is_closed_and_three_fold():
    """A third of a turn in the plane carries the knot over into itself, a third further on."""
    points = trefoil(300).points
    turn = 2 * np.pi / 3
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    turned = points[:, :2] @ rotation.T
    gaps = cdist(turned, points[:, :2]).min(axis=1)
    np.testing.assert_allclose(gaps, 0, atol=1e-12)
    steps = np.linalg.norm(np.roll(points, -1, axis=0) - points, axis=1)
    assert steps[-1] <= steps.max()
    assert steps.max() < 2 * steps.min()


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
def test_the_formulas_are_the_same_for_jax_while_traced():
    rng = np.random.default_rng(0)
    normal, uniform = rng.normal(size=(25, 4)), rng.uniform(-0.2, 0.2, 25)
    calls = {
        "clusters": (lambda x: clusters_of(x, (0.0, 10.0, 60.0), (1.0, 2.0, 3.0)), normal),
        "line": (line_of, normal),
        "rings": (lambda x: rings_of(x, 1.5), uniform),
        "knot": (trefoil_of, np.arange(25.0)),
        "roll": (lambda x: swiss_roll_of(x, x**2), uniform + 0.5),
    }
    traced = jax.jit(lambda given: {name: calls[name][0](given[name]) for name in calls})
    found = traced({name: argument for name, (_, argument) in calls.items()})
    for name, (formula, argument) in calls.items():
        for one, other in zip(found[name], formula(argument), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12, err_msg=name)
