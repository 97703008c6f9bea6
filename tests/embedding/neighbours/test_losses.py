"""SNE, t-SNE, NeRV: formulas against loops, gradients against jax.grad, fast against readable."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logsumexp, rel_entr
from scipy.stats import entropy

from lecture11.embedding import (
    SNE,
    SYMMETRIC_SNE,
    TSNE,
    NeighbourLoss,
    calibrate_points,
    conditional_affinities,
    forward_divergences,
    info_nce_loss,
    joint_affinities,
    mds_force,
    neighbour_probabilities,
    nerv_loss,
    pair_probabilities,
    reverse_divergences,
    slide_stress,
    sne_cross_entropy,
    sne_force,
    sne_gradient,
    sne_loss,
    tsne_force,
    tsne_gradient,
    tsne_loss,
)
from lecture11.embedding.neighbours.affinities import measured
from lecture11.embedding.neighbours.attraction import (
    Edges,
    PairAffinities,
    attraction,
    neighbour_affinities,
    pair_affinities,
    total_strengths,
)
from lecture11.embedding.neighbours.attraction import _sparse_affinities as sparse_affinities
from lecture11.embedding.neighbours.losses import NERV, RetrievalAffinities
from lecture11.embedding.neighbours.nerv import nerv_gradient
from lecture11.embedding.neighbours.repulsion import log_row_sums
from lecture11.embedding.neighbours.sne import log_neighbour_probabilities
from lecture11.embedding.neighbours.tsne import student_weights
from lecture11.iteration import FAST_MATH

POINTS = 40
seeds = st.integers(0, 2**32 - 1)
scales = st.sampled_from([1e-4, 0.1, 1.0, 5.0])
plain = pytest.mark.usefixtures("float64")


def data(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(POINTS, 5))


def some_map(seed: int, scale: float = 1.0, dims: int = 2, points: int = POINTS) -> jax.Array:
    return jnp.asarray(scale * np.random.default_rng(seed).normal(size=(points, dims)))


def by_loops(points, tail, joint: bool) -> np.ndarray:
    """q in float64, a pair at a time."""
    points = np.asarray(points, float)
    w = np.zeros((len(points),) * 2)
    for i, j in itertools.permutations(range(len(points)), 2):
        w[i, j] = tail(((points[i] - points[j]) ** 2).sum())
    return w / (w.sum() if joint else w.sum(axis=1, keepdims=True))


def gaussian(square):
    return np.exp(-square)


def student(square):
    return 1 / (1 + square)


@plain
class TestSNE:
    @pytest.mark.slow
    def test_probabilities_are_the_slides(self):
        points = some_map(0)
        q = by_loops(points, gaussian, joint=False)
        np.testing.assert_allclose(neighbour_probabilities(points), q, rtol=1e-12)

    @pytest.mark.slow
    def test_loss_is_the_sum_of_divergences(self):
        points, p = some_map(1), conditional_affinities(data(), perplexity=8.0)
        divergences = rel_entr(np.asarray(p), by_loops(points, gaussian, joint=False)).sum()
        np.testing.assert_allclose(sne_loss(points, p), divergences, rtol=1e-12)

    @pytest.mark.slow
    @settings(max_examples=25)
    @given(seeds, scales)
    def test_cross_entropy_differs_by_the_entropies_whatever_the_map(self, seed, scale):
        p = conditional_affinities(data(), perplexity=8.0)
        points = some_map(seed, scale)
        difference = sne_cross_entropy(points, p) - sne_loss(points, p)
        np.testing.assert_allclose(difference, entropy(np.asarray(p), axis=1).sum(), rtol=1e-10)

    @pytest.mark.slow
    @settings(max_examples=25)
    @given(seeds, scales)
    def test_gradient(self, seed, scale):
        p, points = conditional_affinities(data(), perplexity=8.0), some_map(seed, scale)
        ours = sne_gradient(points, p)
        for loss in (sne_loss, sne_cross_entropy):
            theirs = jax.grad(loss)(points, p)
            assert jnp.abs(ours - theirs).max() <= 1e-10 * jnp.abs(theirs).max()

    def test_a_point_far_from_all_has_neighbours_still(self):
        points = some_map(0).at[3].set(jnp.array([1e4, 0.0]))
        log_q = np.array(log_neighbour_probabilities(points))
        np.fill_diagonal(log_q, 0)
        assert np.isfinite(log_q).all()
        np.testing.assert_allclose(neighbour_probabilities(points).sum(axis=1), 1)


@plain
class TestContrast:
    @pytest.mark.slow
    def test_infonce_is_the_same_expression_with_one_hot_affinities(self):
        points = some_map(2)
        positives = (jnp.arange(POINTS) + 7) % POINTS
        one_hot = jnp.eye(POINTS)[positives]
        scores = -((points[:, None] - points[None]) ** 2).sum(axis=2)
        ours = sne_loss(points, one_hot)
        np.testing.assert_allclose(ours, info_nce_loss(scores, positives), rtol=1e-15)
        np.testing.assert_allclose(sne_cross_entropy(points, one_hot), ours, rtol=1e-15)

    @pytest.mark.slow
    def test_infonce_by_loops(self):
        scores = np.random.default_rng(0).normal(size=(9, 9))
        positives = np.array([1, 2, 3, 4, 5, 6, 7, 8, 0])
        total = 0.0
        for i in range(9):
            total += logsumexp(np.delete(scores[i], i)) - scores[i, positives[i]]
        found = info_nce_loss(jnp.asarray(scores), jnp.asarray(positives))
        np.testing.assert_allclose(found, total, rtol=1e-12)

    @pytest.mark.slow
    def test_on_the_sphere_it_is_cosine_similarity_at_temperature_one_half(self):
        points = some_map(3, dims=8)
        points = points / jnp.linalg.norm(points, axis=1, keepdims=True)
        positives = jnp.roll(jnp.arange(POINTS), 1)
        cosines = points @ points.T
        np.testing.assert_allclose(
            info_nce_loss(cosines / 0.5, positives),
            sne_loss(points, jnp.eye(POINTS)[positives]),
            rtol=1e-13,
        )


@plain
class TestTSNE:
    def test_probabilities_are_the_papers(self):
        points = some_map(0)
        q = by_loops(points, student, joint=True)
        np.testing.assert_allclose(pair_probabilities(points), q, rtol=1e-12)
        np.testing.assert_allclose(student_weights(points) / student_weights(points).sum(), q)

    def test_loss_is_the_divergence(self):
        points, p = some_map(1), joint_affinities(data(), perplexity=8.0)
        divergence = rel_entr(np.asarray(p), by_loops(points, student, joint=True)).sum()
        np.testing.assert_allclose(tsne_loss(points, p), divergence, rtol=1e-10)

    @pytest.mark.slow
    @settings(max_examples=25)
    @given(seeds, scales)
    def test_gradient(self, seed, scale):
        p, points = joint_affinities(data(), perplexity=8.0), some_map(seed, scale)
        ours, theirs = tsne_gradient(points, p), jax.grad(tsne_loss)(points, p)
        assert jnp.abs(ours - theirs).max() <= 1e-10 * jnp.abs(theirs).max()


@plain
class TestNeRV:
    def test_both_directions_by_loops(self):
        points, log_p = some_map(1), calibrate_points(data(), perplexity=8.0).log_affinities
        p, q = np.exp(log_p), by_loops(points, gaussian, joint=False)
        np.testing.assert_allclose(
            forward_divergences(points, log_p), rel_entr(p, q).sum(axis=1), rtol=1e-10
        )
        np.testing.assert_allclose(
            reverse_divergences(points, log_p), rel_entr(q, p).sum(axis=1), rtol=1e-10
        )

    @pytest.mark.slow
    @settings(max_examples=25)
    @given(seeds, scales, st.sampled_from([0.0, 0.1, 0.5, 1.0]))
    def test_gradient(self, seed, scale, trade_off):
        log_p, points = (
            calibrate_points(data(), perplexity=8.0).log_affinities,
            some_map(seed, scale),
        )
        ours = nerv_gradient(points, log_p, trade_off)
        theirs = jax.grad(nerv_loss)(points, log_p, trade_off)
        assert jnp.abs(ours - theirs).max() <= 1e-10 * jnp.abs(theirs).max()

    @pytest.mark.slow
    def test_affinities_that_underflow_cost_much_but_not_everything(self):
        x = np.concatenate([np.linspace(0, 1, 30), [1e3]])[:, None]
        log_p = calibrate_points(x, perplexity=5.0).log_affinities
        assert (jnp.exp(log_p[0]) == 0).sum() > 1
        assert 1e3 < reverse_divergences(some_map(0, points=31), log_p).sum() < jnp.inf


READABLE = {
    SNE: (sne_loss, sne_gradient, conditional_affinities),
    TSNE: (tsne_loss, tsne_gradient, joint_affinities),
}
ALL = [NeighbourLoss(tail, joint) for tail in (False, True) for joint in (False, True)]


class TestFastKernels:
    @pytest.mark.slow
    @pytest.mark.parametrize("loss", READABLE, ids=["SNE", "t-SNE"])
    @pytest.mark.parametrize("double", [False, True])
    @pytest.mark.parametrize("scale", [1e-4, 1.0, 30.0])
    @pytest.mark.parametrize("dims", [1, 2, 3])
    def test_equal_the_readable_formulas(self, loss, double, scale, dims, request):
        if double:
            request.getfixturevalue("float64")
        value, gradient, affinities = READABLE[loss]
        p, points = affinities(data(), perplexity=8.0), some_map(1, scale, dims)
        fast = jax.jit(loss, compiler_options=FAST_MATH)
        found, slope = fast(points, pair_affinities(p), jnp.ones((), points.dtype))
        digits = 1e-11 if double else 2e-5
        np.testing.assert_allclose(found, value(points, p), rtol=digits)
        theirs = gradient(points, p)
        assert jnp.abs(slope - theirs).max() <= digits * jnp.abs(theirs).max()

    @pytest.mark.slow
    @pytest.mark.parametrize("scale", [1e-4, 1.0, 50.0])
    def test_equal_them_for_many_points_too(self, scale):
        x = np.random.default_rng(0).normal(size=(700, 5))
        p, points = joint_affinities(x, perplexity=30.0), some_map(1, scale, points=700)
        fast = jax.jit(TSNE, compiler_options=FAST_MATH)
        found, slope = fast(points, pair_affinities(p), jnp.ones((), points.dtype))
        np.testing.assert_allclose(found, tsne_loss(points, p), rtol=2e-5)
        theirs = tsne_gradient(points, p)
        assert jnp.abs(slope - theirs).max() <= 2e-5 * jnp.abs(theirs).max()

    @pytest.mark.slow
    @plain
    @pytest.mark.parametrize("loss", ALL, ids=str)
    def test_all_four_have_the_gradient_of_their_loss(self, loss):
        affinities = joint_affinities if loss.joint else conditional_affinities
        p, points = affinities(data(), perplexity=8.0), some_map(5)
        tail = student if loss.student else gaussian
        q = by_loops(points, tail, loss.joint)
        pull = pair_affinities(p)
        found, ours = loss(points, pull, jnp.ones(()))
        np.testing.assert_allclose(found, rel_entr(np.asarray(p), q).sum(), rtol=1e-10)
        theirs = jax.grad(lambda points: loss(points, pull, jnp.ones(()))[0])(points)
        assert jnp.abs(ours - theirs).max() <= 1e-10 * jnp.abs(theirs).max()

    @plain
    def test_symmetrising_changes_nothing_in_the_gradient(self):
        p, points = conditional_affinities(data(), perplexity=8.0) / POINTS, some_map(6)
        one = SYMMETRIC_SNE(points, pair_affinities(p), jnp.ones(()))
        other = SYMMETRIC_SNE(points, pair_affinities((p + p.T) / 2), jnp.ones(()))
        np.testing.assert_allclose(one[1], other[1], atol=1e-15)
        assert one[0] - other[0] > 0.01

    @plain
    def test_the_strongest_pull_is_that_of_the_most_popular_point(self):
        log_p = calibrate_points(data(), perplexity=8.0).log_affinities
        p = jnp.exp(log_p)
        expected = 1 + p.sum(axis=0).max()
        joint = pair_affinities((p + p.T) / (2 * POINTS))
        for loss, affinities in (
            (SNE, pair_affinities(p)),
            (TSNE, joint),
            (NERV, RetrievalAffinities(log_p, jnp.asarray(0.5))),
        ):
            np.testing.assert_allclose(loss.strongest(affinities), expected, rtol=1e-9)

    @plain
    @pytest.mark.parametrize("loss", ALL, ids=str)
    def test_exaggeration_strengthens_the_attraction_alone(self, loss):
        pull, points = pair_affinities(joint_affinities(data(), perplexity=8.0)), some_map(2)
        value, once = loss(points, pull, jnp.asarray(1.0))
        same, twice = loss(points, pull, jnp.asarray(2.0))
        assert value == same
        pulled = 2 * attraction(points, pull, student=loss.student)[0]
        np.testing.assert_allclose(twice - once, pulled, rtol=1e-9, atol=1e-12)

    @pytest.mark.slow
    @pytest.mark.parametrize("double", [False, True])
    def test_gaussian_sums_of_a_far_point_do_not_underflow(self, double, request):
        if double:
            request.getfixturevalue("float64")
        points = some_map(0).at[3].set(jnp.array([1e3, 0.0]))
        found = jax.jit(log_row_sums, static_argnames="student", compiler_options=FAST_MATH)(
            points, student=False
        )
        squares = ((np.asarray(points, float)[:, None] - np.asarray(points, float)) ** 2).sum(2)
        np.fill_diagonal(squares, np.inf)
        np.testing.assert_allclose(found, logsumexp(-squares, axis=1), rtol=1e-5, atol=1e-5)
        pull = pair_affinities(conditional_affinities(data(), perplexity=8.0))
        loss, gradient = jax.jit(SNE, compiler_options=FAST_MATH)(points, pull, jnp.ones(()))
        assert jnp.isfinite(loss)
        assert jnp.isfinite(gradient).all()


class TestEdges:
    def sparse(self, count: int, points: int, joint: bool) -> tuple[PairAffinities, np.ndarray]:
        """Random affinities to ``count`` others; one point is everybody's neighbour."""
        rng = np.random.default_rng(count)
        columns = np.stack(
            [rng.permutation(np.delete(np.arange(points), i)) for i in range(points)]
        )
        columns = columns[:, :count]
        columns[1:, 0] = np.where((columns[1:] == 0).any(axis=1), columns[1:, 0], 0)
        p = rng.dirichlet(np.ones(count), size=points)
        dense = np.zeros((points, points))
        np.put_along_axis(dense, columns, p, axis=1)
        pull = sparse_affinities(p.astype(jnp.result_type(float)), columns, joint)
        return pull, (dense + dense.T) / (2 * points) if joint else dense

    @pytest.mark.slow
    @plain
    @pytest.mark.parametrize("student", [False, True])
    @pytest.mark.parametrize("joint", [False, True])
    @pytest.mark.parametrize("count", [1, 31, 33, 90])
    def test_pull_as_the_whole_matrix_does(self, count, joint, student):
        pull, p = self.sparse(count, 120, joint)
        assert isinstance(pull.pairs, Edges)
        points, whole = some_map(count, points=120), pair_affinities(jnp.asarray(p))
        np.testing.assert_allclose(pull.negentropy, whole.negentropy, rtol=1e-12)
        np.testing.assert_allclose(total_strengths(pull), total_strengths(whole), rtol=1e-12)
        for ours, theirs in zip(
            attraction(points, pull, student=student),
            attraction(points, whole, student=student),
            strict=True,
        ):
            np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-13)

    @pytest.mark.slow
    @plain
    def test_of_many_points_hold_the_nearest_neighbours(self):
        x = np.random.default_rng(0).normal(size=(900, 3))
        pull = neighbour_affinities(measured(x).squares, perplexity=20.0, joint=True)
        assert isinstance(pull.pairs, Edges)
        rows, columns, strengths = map(np.asarray, pull.pairs)
        matrix = np.zeros((900, 900))
        np.add.at(matrix, (np.broadcast_to(rows[:, None], columns.shape), columns), strengths)
        exact = 2 * np.asarray(joint_affinities(x, perplexity=20.0))
        np.testing.assert_allclose(matrix.sum(), 2, rtol=1e-9)
        np.testing.assert_array_equal(matrix, matrix.T)
        assert np.abs(matrix - exact).sum() < 0.08  # what 61 neighbours leave out
        assert (np.diff(rows) >= 0).all()


@plain
class TestForces:
    """Of one pair, as a part of the gradient: moved apart along their line, all else held."""

    def case(self):
        points = some_map(0)
        i, j = 3, 8
        apart = points[i] - points[j]
        distance = jnp.sqrt((apart**2).sum())
        return points, i, j, apart / distance, distance

    @pytest.mark.slow
    def test_of_mds(self):
        distance = self.case()[-1]
        given = jnp.asarray([[0.0, 0.7], [0.7, 0.0]])
        pair = jnp.stack([jnp.zeros(2), jnp.array([distance, 0.0])])
        slope = jax.grad(slide_stress)(pair, given)[1, 0]
        np.testing.assert_allclose(mds_force(distance[None], 0.7), slope[None], rtol=1e-10)

    @pytest.mark.slow
    def test_of_sne(self):
        points, i, j, direction, distance = self.case()
        p = conditional_affinities(data(), perplexity=8.0)
        q = neighbour_probabilities(points)
        pair = 2 * (p[i, j] - q[i, j] + p[j, i] - q[j, i]) * distance
        w = np.exp(-((np.asarray(points)[:, None] - np.asarray(points)) ** 2).sum(2))
        others = [w[a].sum() - w[a, a] - w[a, b] for a, b in ((i, j), (j, i))]
        found = sne_force(distance[None], (p[i, j], p[j, i]), (others[0], others[1]))
        np.testing.assert_allclose(found, [pair], rtol=1e-10)
        rest = sne_gradient(points, p)[i] - pair * direction
        without = [
            2 * (p[i, k] - q[i, k] + p[k, i] - q[k, i]) * (points[i] - points[k])
            for k in range(POINTS)
            if k != j
        ]
        np.testing.assert_allclose(rest, sum(without), rtol=1e-9, atol=1e-12)

    def test_of_tsne(self):
        points, i, j, direction, distance = self.case()
        p = joint_affinities(data(), perplexity=8.0)
        w = np.asarray(student_weights(points))
        found = tsne_force(distance[None], p[i, j], w.sum() - 2 * w[i, j])
        q = w / w.sum()
        rest = sum(
            4 * (p[i, k] - q[i, k]) * w[i, k] * (points[i] - points[k])
            for k in range(POINTS)
            if k != j
        )
        gradient = tsne_gradient(points, p)[i]
        np.testing.assert_allclose(found[0] * direction, gradient - rest, rtol=1e-9, atol=1e-14)

    @pytest.mark.slow
    def test_far_apart_mds_and_sne_pull_ever_harder_and_tsne_lets_go(self):
        far = jnp.asarray([20.0, 40.0, 80.0])
        for growing in (mds_force(far, 1.0), sne_force(far, (0.01, 0.02), (1.0, 1.0))):
            assert (jnp.diff(growing) > 0).all()
        fading = tsne_force(far, 0.01, 1.0)
        assert (jnp.diff(fading) < 0).all()
        assert (fading > 0).all()
