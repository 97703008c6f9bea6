"""PCA against scikit-learn, classical scaling against PCA and NumPy, Procrustes against SciPy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import orthogonal_procrustes
from scipy.spatial import procrustes
from scipy.spatial.distance import cdist
from scipy.stats import ortho_group
from sklearn.decomposition import PCA

from lecture11.datasets import eurodist
from lecture11.embedding import align, classical_scaling, fit_pca

seeds = st.integers(0, 2**32 - 1)


def cloud(points: int, dims: int, seed: int = 0) -> np.ndarray:
    """Points whose spread differs from axis to axis."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(points, dims)) * np.geomspace(5, 0.5, dims) + 3


@pytest.mark.usefixtures("float64")
class TestPCA:
    @pytest.mark.slow
    @pytest.mark.parametrize("shape", [(60, 8), (8, 8), (6, 40), (3, 2), (2, 7)])
    def test_as_scikit_learn_finds_it(self, shape):
        x = cloud(*shape)
        ours, theirs = fit_pca(x, 2), PCA(2, svd_solver="full").fit(x)
        signs = np.sign((np.asarray(ours.axes) * theirs.components_).sum(axis=1))
        np.testing.assert_allclose(ours.mean, theirs.mean_, rtol=1e-12)
        variances = theirs.explained_variance_ * (1 - 1 / shape[0])
        np.testing.assert_allclose(ours.variances, variances, rtol=1e-9, atol=1e-12)
        some = variances > 1e-9  # the axis of no variance may be any
        of_axes = (ours.axes, signs[:, None] * theirs.components_)
        for found, expected in (of_axes, (ours.points.T, (signs * theirs.transform(x)).T)):
            np.testing.assert_allclose(found[some], expected[some], atol=1e-8)

    @pytest.mark.slow
    @settings(max_examples=30)
    @given(seeds, st.sampled_from([(2, 2), (4, 12), (12, 4)]))
    def test_axes_are_orthonormal_and_points_what_they_project_to(self, seed, shape):
        x = cloud(*shape, seed)
        pca = fit_pca(x, 2)
        np.testing.assert_allclose(pca.axes @ pca.axes.T, np.eye(2), atol=1e-9)
        np.testing.assert_allclose(pca.points, (x - pca.mean) @ pca.axes.T, atol=1e-9)

    @pytest.mark.slow
    def test_signs_are_settled(self):
        x = cloud(50, 5)
        for axis in np.asarray(fit_pca(x, 3).axes):
            assert axis[np.abs(axis).argmax()] > 0
        np.testing.assert_allclose(fit_pca(-x, 3).axes, fit_pca(x, 3).axes, atol=1e-9)

    @pytest.mark.parametrize("x", [np.ones((5, 3)), np.ones((3, 5)), np.zeros((2, 2))])
    def test_points_that_do_not_differ_project_to_one_place(self, x):
        pca = fit_pca(x, 2)
        np.testing.assert_allclose(pca.points, 0, atol=1e-12)
        np.testing.assert_allclose(pca.axes @ pca.axes.T, np.eye(2), atol=1e-9)

    @pytest.mark.slow
    def test_collinear_points(self):
        x = np.outer(np.arange(6.0), [3, 4, 0])
        pca = fit_pca(x, 2)
        np.testing.assert_allclose(pca.points[:, 0], 5 * (np.arange(6) - 2.5), atol=1e-9)
        np.testing.assert_allclose(pca.points[:, 1], 0, atol=1e-9)


@pytest.mark.slow
def test_pca_in_float32_far_from_the_origin():
    x = cloud(200, 10)
    expected = np.abs(PCA(2, svd_solver="full").fit_transform(x))
    np.testing.assert_allclose(np.abs(fit_pca(x + 100).points), expected, atol=1e-3)


@pytest.mark.parametrize("dims", [0, 4, -1])
def test_pca_of_more_dimensions_than_there_are_is_refused(dims):
    with pytest.raises(ValueError, match=f"^dims: expected a whole number from 1 to 3, got {dims}"):
        fit_pca(cloud(10, 3), dims)


@pytest.mark.usefixtures("float64")
class TestClassicalScaling:
    @pytest.mark.slow
    def test_of_euclidean_distances_it_is_pca(self):
        x = cloud(40, 6)
        scaled, pca = classical_scaling(cdist(x, x)), fit_pca(x)
        moved = align(scaled.points, pca.points, scaling=False)
        np.testing.assert_allclose(moved.points, pca.points, atol=1e-9)
        np.testing.assert_allclose(scaled.eigenvalues[:2], 40 * pca.variances, rtol=1e-9)
        np.testing.assert_allclose(scaled.eigenvalues[6:], 0, atol=1e-9)

    @pytest.mark.slow
    def test_of_roads_it_reports_that_they_are_not_euclidean(self):
        """Against R's cmdscale(eurodist, eig = TRUE)."""
        found = classical_scaling(eurodist().distances)
        theirs = [1.953838e07, 1.185656e07, 1.528844e06, 1.118742e06]  # as R prints them
        np.testing.assert_allclose(found.eigenvalues[:4], theirs, rtol=1e-6)
        np.testing.assert_allclose(found.eigenvalues[-1], -2.251844e06, rtol=1e-6)
        athens = np.abs(found.points[0])
        np.testing.assert_allclose(athens, [2290.27468, 1798.8029], rtol=1e-6)

    def test_no_other_map_has_less_strain(self, roads):
        """The strain at the map found, and at maps nearby, from its definition."""
        found = classical_scaling(roads)
        centre = np.eye(21) - 1 / 21
        products = -0.5 * centre @ roads**2 @ centre

        def strain(points):
            return ((products - points @ points.T) ** 2).sum()

        np.testing.assert_allclose(found.strain, strain(np.asarray(found.points)), rtol=1e-9)
        rng = np.random.default_rng(0)
        for size in (1, 10, 100, 1000):
            for _ in range(20):
                other = found.points + size * rng.normal(size=found.points.shape)
                assert strain(np.asarray(other)) > found.strain

    @pytest.mark.slow
    def test_axes_without_a_positive_eigenvalue_are_0(self):
        x = np.arange(5.0)[:, None]
        found = classical_scaling(cdist(x, x), 3)
        np.testing.assert_allclose(np.abs(found.points[:, 0]), [2, 1, 0, 1, 2], atol=1e-7)
        np.testing.assert_allclose(found.points[:, 1:], 0, atol=1e-6)

    @pytest.mark.parametrize("scale", [1e-20, 1e20])
    def test_any_unit_will_do(self, scale, roads):
        np.testing.assert_allclose(
            classical_scaling(scale * roads).points / scale,
            classical_scaling(roads).points,
            rtol=1e-6,
        )

    @pytest.mark.slow
    def test_duplicates_fall_on_one_place(self):
        x = np.concatenate([cloud(6, 3), cloud(6, 3)[:2]])
        points = np.asarray(classical_scaling(cdist(x, x)).points)
        np.testing.assert_allclose(points[6:], points[:2], atol=1e-7)

    @pytest.mark.slow
    def test_points_all_in_one_place(self):
        np.testing.assert_allclose(classical_scaling(np.zeros((4, 4))).points, 0)


@pytest.mark.slow
def test_classical_scaling_in_float32(roads):
    found = classical_scaling(roads)
    assert found.points.dtype == jnp.float32
    np.testing.assert_allclose(np.abs(found.points[0]), [2290.27, 1798.80], rtol=1e-4)


@pytest.mark.parametrize("dims", [0, 22])
def test_scaling_to_more_dimensions_than_points_is_refused(dims, roads):
    with pytest.raises(ValueError, match=r"^dims: expected a whole number from 1 to 21"):
        classical_scaling(roads, dims)


def test_scaling_of_what_are_no_distances_is_refused():
    with pytest.raises(ValueError, match="distances: expected a square matrix"):
        classical_scaling(cloud(10, 3))


@pytest.mark.usefixtures("float64")
class TestAlign:
    @pytest.mark.slow
    @settings(max_examples=40)
    @given(seeds, st.integers(1, 4))
    def test_a_moved_copy_is_moved_back(self, seed, dims):
        rng = np.random.default_rng(seed)
        target = rng.normal(size=(dims + 3, dims))
        turn = ortho_group.rvs(dims, random_state=rng) if dims > 1 else np.array([[-1.0]])
        scale, shift = rng.uniform(0.1, 10), rng.normal(size=dims)
        found = align(((target - shift) / scale) @ turn.T, target)
        np.testing.assert_allclose(found.points, target, atol=1e-9)
        np.testing.assert_allclose(found.rotation, turn, atol=1e-9)
        np.testing.assert_allclose([found.scale, *found.shift], [scale, *shift], atol=1e-8)
        assert found.error < 1e-9

    @pytest.mark.slow
    @settings(max_examples=40)
    @given(seeds)
    def test_as_scipy_aligns(self, seed):
        rng = np.random.default_rng(seed)
        x, target = rng.normal(size=(2, 9, 3))
        found = align(x, target)
        _, theirs, disparity = procrustes(target, x)
        size = np.linalg.norm(target - target.mean(axis=0))
        np.testing.assert_allclose((found.points - target.mean(axis=0)) / size, theirs, atol=1e-9)
        np.testing.assert_allclose(9 * found.error**2 / size**2, disparity, atol=1e-9)
        rotation, _ = orthogonal_procrustes(x - x.mean(axis=0), target - target.mean(axis=0))
        np.testing.assert_allclose(found.rotation, rotation, atol=1e-9)

    @pytest.mark.slow
    def test_the_move_is_what_it_says(self):
        rng = np.random.default_rng(0)
        x, target = rng.normal(size=(2, 9, 2))
        for scaling in (True, False):
            found = align(x, target, scaling=scaling)
            moved = found.scale * x @ found.rotation + found.shift
            np.testing.assert_allclose(found.points, moved, atol=1e-12)
            rms = np.sqrt(((moved - target) ** 2).sum(axis=1).mean())
            np.testing.assert_allclose(found.error, rms)

    def test_without_scaling_the_scale_is_1(self):
        rng = np.random.default_rng(0)
        x, target = rng.normal(size=(2, 9, 2))
        found = align(x, target, scaling=False)
        assert found.scale == 1
        rotation, _ = orthogonal_procrustes(x - x.mean(axis=0), target - target.mean(axis=0))
        np.testing.assert_allclose(found.rotation, rotation, atol=1e-9)

    @pytest.mark.parametrize("x", [np.ones((4, 2)), np.outer(np.arange(4.0), [1, 2])])
    def test_a_place_or_a_line_can_be_aligned_too(self, x):
        target = np.random.default_rng(1).normal(size=(4, 2))
        found = align(x, target)
        assert np.isfinite(found.points).all()
        assert found.error <= np.sqrt(((target - target.mean(axis=0)) ** 2).sum() / 4) + 1e-12

    @pytest.mark.slow
    def test_many_frames_at_once(self):
        frames = np.random.default_rng(2).normal(size=(5, 8, 2))
        target = np.random.default_rng(3).normal(size=(8, 2))
        many = jax.jit(jax.vmap(lambda x: align(x, target).points))(frames)
        for one, frame in zip(many, frames, strict=True):
            np.testing.assert_allclose(one, align(frame, target).points, atol=1e-9)


def test_maps_of_different_shapes_are_refused():
    with pytest.raises(ValueError, match=r"x: expected shape \(4, 2\) .*, got \(5, 2\)"):
        align(np.ones((5, 2)), np.ones((4, 2)))


class TestHugeNumbers:
    """Products of two coordinates overflow float32; an SVD of ∞ never ends."""

    Z = np.random.RandomState(0).randn(12, 3)

    @pytest.mark.slow
    @pytest.mark.parametrize("scaling", [True, False])
    def test_a_map_lies_on_itself(self, scaling):
        z = self.Z.copy()
        z[11] = [1e20, 0, 0]
        found = align(z, z, scaling=scaling)
        np.testing.assert_allclose(found.points, z, atol=1e20 * 2e-7)
        np.testing.assert_allclose(found.scale, 1, rtol=1e-6)

    @pytest.mark.parametrize("unit", [1e-30, 1e30])
    def test_any_unit_gives_the_same(self, unit):
        turned = self.Z @ np.linalg.qr(self.Z[:3])[0]
        one, other = align(self.Z, turned), align(unit * self.Z, turned / unit)
        np.testing.assert_allclose(other.points * unit, one.points, atol=1e-5)
        here = fit_pca(self.Z)
        there = fit_pca(1e15 * self.Z)
        np.testing.assert_allclose(there.points / 1e15, here.points, atol=1e-5)
        np.testing.assert_allclose(there.variances / 1e30, here.variances, rtol=1e-5)

    @pytest.mark.slow
    def test_variances_that_overflow_are_refused(self):
        z = self.Z.copy()
        z[11] = [1e20, 0, 0]
        with pytest.raises(ValueError, match=r"^x: variances overflow float32"):
            fit_pca(z)
