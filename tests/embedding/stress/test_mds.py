"""Stress, SMACOF and line-searched descent against formulas, scikit-learn and R's stress."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist, squareform
from sklearn.manifold import smacof

from lecture11.embedding import (
    align,
    classical_scaling,
    fit_mds,
    fit_pca,
    fit_sammon,
    guttman_transform,
    raw_stress,
    slide_stress,
)
from lecture11.embedding.stress.mds import (
    MapState,
    fast_stress,
    fast_transform,
    smacof_step,
)
from lecture11.iteration import FAST_MATH
from tests.embedding.conftest import Case

seeds = st.integers(0, 2**32 - 1)
each_method = pytest.mark.parametrize("method", ["smacof", "gradient"])
FITS = {
    "smacof": fit_mds,
    "gradient": partial(fit_mds, method="gradient"),
    "sammon": fit_sammon,
}
each_fit = pytest.mark.parametrize("fit", FITS.values(), ids=FITS)
"""What Sammon's mapping must do as well."""


def random_problem(seed: int, points: int = 9, dims: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Dissimilarities that no points have, and a map at random."""
    rng = np.random.default_rng(seed)
    pairs = rng.uniform(0, 3, points * (points - 1) // 2)
    return squareform(pairs), rng.normal(size=(points, dims))


def stress_by_loops(points: np.ndarray, distances: np.ndarray) -> float:
    total = 0.0
    for i in range(len(points)):
        for j in range(i):
            total += (distances[i, j] - np.linalg.norm(points[i] - points[j])) ** 2
    return total


@pytest.mark.slow
@pytest.mark.parametrize("double", [False, True])
@pytest.mark.parametrize("dims", [1, 2, 3])
def test_the_fast_kernels_equal_the_formulas(double, dims, request):
    if double:
        request.getfixturevalue("float64")
    distances, points = map(jnp.asarray, random_problem(dims, points=40, dims=dims))
    points = points.at[1].set(points[0])
    rtol = 1e-13 if double else 2e-6
    for fast, formula in ((fast_stress, raw_stress), (fast_transform, guttman_transform)):
        found = jax.jit(fast, compiler_options=FAST_MATH)(points, distances)
        right = formula(points, distances)
        np.testing.assert_allclose(found, right, rtol=rtol, atol=rtol * np.abs(right).max())


@pytest.mark.usefixtures("float64")
class TestStress:
    @pytest.mark.slow
    @settings(max_examples=20)
    @given(seeds)
    def test_raw_stress_counts_each_pair_once_and_the_slides_twice(self, seed):
        distances, points = random_problem(seed)
        once = stress_by_loops(points, distances)
        np.testing.assert_allclose(raw_stress(points, jnp.asarray(distances)), once, rtol=1e-12)
        np.testing.assert_allclose(slide_stress(points, jnp.asarray(distances)), 2 * once)

    @pytest.mark.slow
    @settings(max_examples=20)
    @given(seeds)
    def test_the_guttman_transform_is_gradient_descent_with_the_step_1_over_2n(self, seed):
        distances, points = random_problem(seed)
        d = jnp.asarray(distances)
        points = jnp.asarray(points - points.mean(axis=0))
        step = points - jax.grad(raw_stress)(points, d) / (2 * len(points))
        np.testing.assert_allclose(guttman_transform(points, d), step, atol=1e-12)

    @settings(max_examples=20)
    @given(seeds)
    def test_it_is_the_minimum_of_a_parabola_that_touches_the_stress_from_above(self, seed):
        """De Leeuw's majorisation, written out: Cauchy–Schwarz in each pair."""
        distances, at = random_problem(seed)
        rng = np.random.default_rng(seed)
        i, j = np.triu_indices(len(at), 1)
        d, unit = distances[i, j], at[i] - at[j]
        unit /= np.linalg.norm(unit, axis=1, keepdims=True)

        def parabola(points):
            apart = points[i] - points[j]
            return (d**2 + (apart**2).sum(axis=1) - 2 * d * (apart * unit).sum(axis=1)).sum()

        np.testing.assert_allclose(parabola(at), stress_by_loops(at, distances))
        best = np.asarray(guttman_transform(at, jnp.asarray(distances)))
        for size in (1e-3, 1, 10):
            other = best + size * rng.normal(size=at.shape)
            assert parabola(other) >= stress_by_loops(other, distances) - 1e-9
            assert parabola(other) > parabola(best)


@pytest.mark.usefixtures("float64")
class TestFits:
    @pytest.mark.slow
    @each_method
    def test_roads_reach_the_stress_of_the_literature(self, method, roads):
        fit = fit_mds(roads, frames=[1000], method=method)
        np.testing.assert_allclose(fit.info.stress, 3356497.366, rtol=3e-10)

    @pytest.mark.slow
    def test_smacof_is_scikit_learns_step_by_step(self, some_digits: Case):
        start = np.random.default_rng(0).normal(size=(400, 2))
        for steps in (1, 5, 30):
            theirs, _ = smacof(
                some_digits.distances, init=start, n_init=1, max_iter=steps, eps=0, random_state=0
            )
            ours = fit_mds(some_digits.distances, start=start, frames=[steps]).state.points
            np.testing.assert_allclose(ours, theirs, atol=1e-8)

    @pytest.mark.slow
    @each_fit
    @settings(max_examples=15)
    @given(seed=seeds)
    def test_no_step_raises_the_stress(self, fit, seed):
        distances, start = random_problem(seed)
        stresses = fit(distances, start=start, frames=range(40)).infos.stress
        assert (np.diff(stresses) <= 1e-12 * stresses[0]).all()

    @pytest.mark.slow
    @each_method
    def test_it_ends_where_the_gradient_is_0(self, method, roads):
        fit = fit_mds(roads, frames=[1000], method=method)
        gradient = jax.grad(raw_stress)(fit.state.points, jnp.asarray(roads))
        assert jnp.abs(gradient).max() < 1e-2  # km; 10⁴ at the start

    @pytest.mark.slow
    def test_the_info_is_the_stress_of_its_frame(self, roads):
        fit = fit_mds(roads, frames=[0, 3, 7])
        for points, stress in zip(fit.frames.points, fit.infos.stress, strict=True):
            np.testing.assert_allclose(stress, stress_by_loops(points, roads), rtol=1e-12)

    def test_it_starts_from_classical_scaling(self, roads):
        fit = fit_mds(roads, frames=[0])
        np.testing.assert_allclose(fit.state.points, classical_scaling(roads).points, atol=1e-8)

    @each_method
    def test_the_longest_step_is_found_whatever_the_unit(self, method, roads):
        maps = [fit_mds(s * roads, frames=[50], method=method) for s in (1.0, 1e-8, 1e8)]
        for fit, scale in zip(maps, (1.0, 1e-8, 1e8), strict=True):
            np.testing.assert_allclose(fit.info.stress / scale**2, maps[0].info.stress, rtol=1e-6)

    @pytest.mark.slow
    def test_in_three_dimensions_there_is_less_stress(self, roads):
        flat = fit_mds(roads, frames=[500]).info.stress
        start = classical_scaling(roads, 3).points
        assert fit_mds(roads, start=start, frames=[500]).info.stress < 0.9 * flat

    def test_a_tolerance_ends_it_early(self, roads):
        fit = fit_mds(roads, frames=[10_000], tolerance=1e-9, chunk=20)
        assert fit.steps < 500
        np.testing.assert_allclose(fit.info.stress, 3356497.366, rtol=1e-6)


# Hard inputs


@pytest.mark.slow
@each_fit
@pytest.mark.parametrize("start", [[[0.0, 0.0], [0.0, 0.0]], [[1.0, 1.0], [1.0, 1.1]], None])
def test_two_points_end_at_their_distance(fit, start):
    run = fit([[0, 3.0], [3.0, 0]], start=start, frames=[100])
    np.testing.assert_allclose(np.linalg.norm(np.diff(run.state.points, axis=0)), 3, rtol=1e-4)


@pytest.mark.slow
@each_fit
def test_points_that_start_in_one_place_are_separated(fit, some_digits: Case):
    run = fit(some_digits.distances, start=np.ones((400, 2)), frames=[0, 500])
    apart = cdist(run.frames.points[0], run.frames.points[0])
    assert apart[np.triu_indices(400, 1)].min() > 0
    from_pca = fit(some_digits.distances, start=fit_pca(some_digits.x).points, frames=[500])
    assert run.infos.stress[-1] < 1.15 * from_pca.info.stress


@pytest.mark.slow
def test_two_that_start_together_among_others_are_separated(roads):
    start = np.asarray(classical_scaling(roads).points).copy()
    start[4] = start[11]
    fit = fit_mds(roads, start=start, frames=[500])
    np.testing.assert_allclose(fit.info.stress, 3356497.366, rtol=1e-4)


@pytest.mark.slow
@each_method
def test_a_start_on_a_line_leaves_it(method, roads):
    start = np.outer(np.arange(21.0), [1, 2])
    fit = fit_mds(roads, start=start, frames=[500], method=method)
    long, short = np.linalg.svd(np.asarray(fit.state.points), compute_uv=False)
    assert short > 0.3 * long  # it may end in another minimum, but one in the plane


@pytest.mark.slow
@each_fit
def test_collinear_data_stay_on_their_line(fit):
    x = np.outer(np.arange(8.0), [3, 4, 0])
    run = fit(cdist(x, x), frames=[100])
    assert np.asarray(run.info.stress) < 1e-6
    np.testing.assert_allclose(align(run.state.points, x[:, :2]).scale, 1, atol=1e-4)


@pytest.mark.slow
@each_method
def test_duplicates_end_in_one_place(method):
    x = np.random.default_rng(0).normal(size=(10, 2))
    x = np.concatenate([x, x[:4]])
    fit = fit_mds(cdist(x, x), frames=[200], method=method)
    np.testing.assert_allclose(fit.state.points[10:], fit.state.points[:4], atol=1e-4)


@pytest.mark.slow
@each_method
def test_points_all_alike_stay_in_one_place(method):
    fit = fit_mds(np.zeros((5, 5)), frames=[10], method=method)
    np.testing.assert_allclose(fit.state.points, 0, atol=1e-6)
    assert fit.info.stress == 0


@each_method
def test_float32_is_as_good_as_it_can_be(method, roads):
    fit = fit_mds(roads, frames=[500], method=method)
    assert fit.state.points.dtype == jnp.float32
    np.testing.assert_allclose(fit.info.stress, 3356497.366, rtol=1e-5)


@pytest.mark.slow
def test_a_hundred_steps_hold_no_array_of_all_pairs():
    """On all 1,797 digits, compiled as the fit compiles it: temporary memory."""
    state = MapState(jnp.zeros((1797, 2)), jnp.ones(()))
    compiled = (
        jax.jit(smacof_step)
        .lower(state, jnp.zeros((1797, 1797)))
        .compile(compiler_options=FAST_MATH)
    )
    assert compiled.memory_analysis().temp_size_in_bytes < 1797**2


@each_method
def test_a_finished_map_stays_finite_for_as_long_as_one_likes(method):
    """Of two points the gradient is exactly 0; doubled each time, lengths would overflow."""
    fit = fit_mds([[0, 3.0], [3.0, 0]], frames=[2000], method=method)
    np.testing.assert_allclose(np.linalg.norm(np.diff(fit.state.points, axis=0)), 3, rtol=1e-5)
    assert np.isfinite(fit.state.length)


class TestHugeNumbers:
    P = np.random.RandomState(0).randn(30, 3)

    def test_nan_in_a_map_is_nan_in_its_stress(self):
        assert jnp.isnan(jax.jit(fast_stress, compiler_options=FAST_MATH)(
            jnp.full((30, 2), jnp.nan), jnp.asarray(cdist(self.P, self.P))
        ))  # fmt: skip

    @each_fit
    def test_a_start_whose_rounding_drowns_the_distances_is_refused(self, fit):
        with pytest.raises(ValueError, match=r"^start: expected a map about as large as the"):
            fit(cdist(self.P, self.P), start=1e10 * self.P[:, :2], frames=[9])

    @pytest.mark.slow
    @each_method
    def test_a_start_far_too_large_ends_where_others_do(self, method):
        d = cdist(self.P, self.P)
        fits = [
            fit_mds(d, start=scale * self.P[:, :2], method=method, frames=[300])
            for scale in (1.0, 1e5)
        ]
        np.testing.assert_allclose(fits[1].info.stress, fits[0].info.stress, rtol=1e-3)

    def test_distances_whose_squares_overflow_are_refused(self):
        far = np.array([[0, 4e19, 1], [4e19, 0, 1], [1, 1, 0]])
        together = np.array([[0.0, 0], [0, 0], [1, 1]])
        for call in (
            lambda: guttman_transform(together, far),
            lambda: raw_stress(together, far),
            lambda: fit_mds(far, start=together, frames=[1]),
        ):
            with pytest.raises(ValueError, match=r"^distances: with numbers up to 4e\+19 a stress"):
                call()
        with pytest.raises(ValueError, match=r"^points: with numbers up to 4e\+19 a stress"):
            raw_stress(far[:, :2], np.ones((3, 3)) - np.eye(3))

    @pytest.mark.slow
    @pytest.mark.usefixtures("float64")
    def test_in_float64_they_are_moved(self):
        far = np.array([[0, 4e19, 1], [4e19, 0, 1], [1, 1, 0]])
        moved = guttman_transform(np.array([[0.0, 0], [0, 0], [1, 1]]), far)
        np.testing.assert_allclose(moved[0], [-1 / 3 / 2**0.5] * 2)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"distances": [[0.0]]}, "distances: expected 2 points or more, got 1"),
        ({"distances": [[0, -1.0], [-1.0, 0]]}, "distances: expected distances, not negative"),
        ({"start": np.ones((3, 2))}, r"start: expected shape \(2, 2\) .* got \(3, 2\)"),
        ({"start": [[0.0, np.nan], [1, 1]]}, "start: 1 of 4 values are NaN"),
        ({"method": "newton"}, "method: expected one of 'smacof', 'gradient'; got 'newton'"),
        ({"tolerance": -1.0}, "tolerance: expected a number from 0 on, got -1"),
        ({"frames": []}, "frames: expected increasing iteration numbers"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, says):
    good = {"distances": [[0.0, 1.0], [1.0, 0.0]], "frames": [1]}
    with pytest.raises(ValueError, match=says):
        fit_mds(**{**good, **arguments})
