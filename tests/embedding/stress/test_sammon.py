"""Sammon's mapping against its formula, automatic derivatives and the stress that R reaches."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist, squareform

from lecture11.embedding import (
    fit_mds,
    fit_pca,
    fit_sammon,
    pairwise_distances,
    sammon_slide_stress,
    sammon_stress,
)
from lecture11.embedding.stress.sammon import fast_sammon_stress, sammon_derivatives
from lecture11.iteration import FAST_MATH
from tests.embedding.conftest import Case

seeds = st.integers(0, 2**32 - 1)


def random_problem(seed: int, points: int = 9) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    pairs = rng.uniform(0.1, 3, points * (points - 1) // 2)
    return squareform(pairs), rng.normal(size=(points, 2))


def by_loops(points: np.ndarray, distances: np.ndarray) -> tuple[float, float]:
    """The slide's sum and Sammon's E."""
    slide, once, total = 0.0, 0.0, 0.0
    for i in range(len(points)):
        for j in range(len(points)):
            if i != j:
                error = (distances[i, j] - np.linalg.norm(points[i] - points[j])) ** 2
                slide += error / distances[i, j]
                if i < j:
                    once += error / distances[i, j]
                    total += distances[i, j]
    return slide, once / total


@pytest.mark.usefixtures("float64")
class TestStress:
    @pytest.mark.slow
    @settings(max_examples=20)
    @given(seeds)
    def test_the_slides_and_the_normalised(self, seed):
        distances, points = random_problem(seed)
        slide, normalised = by_loops(points, distances)
        d = jnp.asarray(distances)
        np.testing.assert_allclose(sammon_slide_stress(points, d), slide, rtol=1e-12)
        np.testing.assert_allclose(sammon_stress(points, d), normalised, rtol=1e-12)

    @pytest.mark.slow
    @settings(max_examples=20)
    @given(seeds)
    def test_derivatives_are_those_of_the_stress(self, seed):
        distances, points = random_problem(seed)
        d, points = jnp.asarray(distances), jnp.asarray(points)
        i, j = np.triu_indices(9, 1)

        def stress(flat):  # of pairs i ≠ j only, so that no root of 0 is differentiated
            p = flat.reshape(9, 2)
            mapped = jnp.sqrt(((p[i] - p[j]) ** 2).sum(axis=1))
            return ((d[i, j] - mapped) ** 2 / d[i, j]).sum() / d[i, j].sum()

        gradient, curvature, _ = sammon_derivatives(points, d)
        exact = jax.grad(stress)(points.ravel())
        np.testing.assert_allclose(gradient.ravel(), exact, atol=1e-12)
        second = jnp.diagonal(jax.hessian(stress)(points.ravel()))
        np.testing.assert_allclose(curvature.ravel(), second, rtol=1e-9, atol=1e-10)


@pytest.mark.usefixtures("float64")
class TestFits:
    @pytest.mark.slow
    def test_roads_reach_the_stress_that_r_reaches(self, roads):
        """MASS::sammon(eurodist): from classical scaling 0.01705 down to 0.0093982 or lower."""
        fit = fit_sammon(roads, frames=[0, 100])
        np.testing.assert_allclose(fit.infos.stress[0], 0.01705, atol=5e-6)
        assert fit.infos.stress[-1] < 0.00939825

    @pytest.mark.slow
    def test_it_ends_where_the_gradient_is_0(self, roads):
        before, after = (fit_sammon(roads, frames=[steps]).state.points for steps in (0, 1000))
        first, last = (
            float(jnp.abs(sammon_derivatives(p, jnp.asarray(roads))[0]).max())
            for p in (before, after)
        )
        assert last < 1e-5 * first

    @pytest.mark.slow
    def test_the_info_is_the_normalised_stress_of_its_frame(self, roads):
        fit = fit_sammon(roads, frames=[0, 3, 7])
        for points, stress in zip(fit.frames.points, fit.infos.stress, strict=True):
            np.testing.assert_allclose(stress, by_loops(points, roads)[1], rtol=1e-12)

    def test_the_unit_does_not_matter(self, roads):
        for scale in (1e-8, 1e8):
            fit = fit_sammon(scale * roads, frames=[100])
            np.testing.assert_allclose(fit.info.stress, 0.0093982, rtol=1e-4)

    @pytest.mark.slow
    def test_small_distances_come_out_better_than_in_mds(self, some_digits: Case):
        start = np.asarray(fit_pca(some_digits.x).points)
        near = some_digits.distances < np.quantile(some_digits.distances, 0.05)
        near &= ~np.eye(400, dtype=bool)
        errors = []
        for fit in (fit_mds, fit_sammon):
            points = fit(some_digits.distances, start=start, frames=[200]).state.points
            errors.append(np.abs(cdist(points, points) - some_digits.distances)[near].mean())
        assert errors[1] < 0.9 * errors[0]


# Hard inputs


@pytest.mark.slow
def test_float32_is_as_good_as_it_can_be(roads):
    fit = fit_sammon(roads, frames=[300])
    assert fit.state.points.dtype == jnp.float32
    np.testing.assert_allclose(fit.info.stress, 0.0093982, rtol=2e-4)


@pytest.mark.slow
def test_duplicates_are_refused_with_a_remedy():
    x = np.random.default_rng(0).normal(size=(8, 3))
    x[5] = x[2]
    with pytest.raises(ValueError, match=r"1 pairs of .* distance 0, the first 2 and 5.*np.unique"):
        fit_sammon(pairwise_distances(x), frames=[1])


@pytest.mark.slow
@pytest.mark.parametrize("double", [False, True])
def test_the_fast_kernel_equals_the_formula(double, request):
    if double:
        request.getfixturevalue("float64")
    rng = np.random.default_rng(0)
    x, points = rng.normal(size=(40, 5)), jnp.asarray(rng.normal(size=(40, 2)))
    distances = jnp.asarray(cdist(x, x)).at[0, 1].set(0).at[1, 0].set(0)
    found = jax.jit(fast_sammon_stress, compiler_options=FAST_MATH)(points, distances)
    right = sammon_stress(points, distances)
    np.testing.assert_allclose(found, right, rtol=1e-13 if double else 2e-6)


@pytest.mark.slow
def test_of_distances_that_are_all_0_there_is_no_normalised_stress():
    with pytest.raises(ValueError, match=r"^distances: all are 0, and Sammon's stress divides"):
        sammon_stress(np.zeros((3, 2)), np.zeros((3, 3)))
    assert sammon_slide_stress(np.zeros((3, 2)), np.zeros((3, 3))) == 0


def test_duplicates_count_0_however_far_apart_in_the_map():
    distances = [[0, 0, 2], [0, 0, 2], [2, 2, 0]]
    assert sammon_slide_stress([[0, 0], [9, 0], [9, 2]], distances) == pytest.approx(
        2 * (np.sqrt(85) - 2) ** 2 / 2, rel=1e-6
    )


@pytest.mark.slow
def test_nan_in_a_map_is_nan_in_its_stress():
    assert jnp.isnan(jax.jit(fast_sammon_stress)(jnp.full((4, 2), jnp.nan), 1 - jnp.eye(4)))
