"""The descent: its steps beside independent ones in NumPy, its quality, and data that is hard."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.datasets import load_digits

from lecture11.datasets import mnist
from lecture11.embedding import (
    GAINS,
    MOMENTUM,
    REPRODUCIBLE,
    SYMMETRIC_SNE,
    USUAL,
    calibrate_points,
    conditional_affinities,
    fit_nerv,
    fit_nerv_many,
    fit_pca,
    fit_sne,
    fit_tsne,
    fit_tsne_many,
    joint_affinities,
    nearest_neighbour_error,
    nerv_loss,
    pca_map,
    random_map,
    sne_loss,
    trustworthiness,
    tsne_loss,
)
from lecture11.embedding.neighbours.affinities import measured
from lecture11.embedding.neighbours.attraction import neighbour_affinities
from lecture11.embedding.neighbours.descent import DescentStep
from lecture11.embedding.neighbours.starts import separated
from lecture11.iteration import Status

ROOT = Path(__file__).parents[3]

OF_DIGITS = """
import sys, numpy as np
from sklearn.datasets import load_digits
from lecture11.embedding import REPRODUCIBLE, fit_tsne
run = fit_tsne(load_digits().data, settings=REPRODUCIBLE)
np.save(sys.argv[1], run.state.points)
"""
"""In float32, and with so many points that only neighbours are kept."""
OF_NOISE = """
import sys, jax, numpy as np
jax.config.update("jax_enable_x64", True)
from lecture11.embedding import REPRODUCIBLE, fit_tsne_many, pca_map
x = np.random.default_rng(0).normal(size=(150, 10))
perplexities = (2, 5, 30, 50, 100)
run = fit_tsne_many(x, perplexities=perplexities, starts=[pca_map(x)] * 5, settings=REPRODUCIBLE)
np.save(sys.argv[1], run.state.points)
"""
"""Nothing in the data says where to go, so that every digit of the start does."""


def noise(points: int, dims: int = 10, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(points, dims))


def digits(points: int) -> np.ndarray:
    return load_digits().data[:points] / 16


def by_numpy(p, points, settings, steps: int, joint: bool = True) -> list[np.ndarray]:
    """van der Maaten's own program in outline, in float64, without a line of ours."""
    y, number = np.array(points, float), len(points)
    velocity, gains, maps = np.zeros_like(y), np.ones_like(y), [np.array(points, float)]
    strongest = 2 * number * p.sum(axis=1).max() if joint else 1 + p.sum(axis=0).max()
    unit = (number if joint else 1) / 12 * min(1, settings.most_attraction / strongest)
    for step in range(steps):
        early = step < settings.early_iterations
        exaggerated = p * (settings.exaggeration if early else 1)
        rate = unit * (settings.early_rate if early else settings.rate)
        momentum = settings.early_momentum if early else settings.momentum
        squares = cdist(y, y, "sqeuclidean")
        w = 1 / (1 + squares) if joint else np.exp(-squares)
        np.fill_diagonal(w, 0)
        q = w / (w.sum() if joint else w.sum(axis=1, keepdims=True))
        slopes = (exaggerated - q) * (w if joint else 1)
        gradient = np.zeros_like(y)
        for i in range(number):
            gradient[i] = 2 * ((slopes[i] + slopes[:, i])[:, None] * (y[i] - y)).sum(axis=0)
        turned = np.sign(gradient) == np.sign(velocity)
        gains = np.where(
            turned, gains * settings.gain_decrease, gains + settings.gain_increase
        ).clip(0.01)
        velocity = momentum * velocity - rate * gains * gradient
        y = y + velocity
        y = y - y.mean(axis=0)
        maps.append(y.copy())
    return maps


class TestFirstSteps:
    @pytest.mark.slow
    @pytest.mark.parametrize("settings", [USUAL, REPRODUCIBLE], ids=["usual", "reproducible"])
    @pytest.mark.parametrize("double", [False, True])
    def test_of_tsne(self, settings, double, request):
        if double:
            request.getfixturevalue("float64")
        x, start = digits(200), 0.1 * noise(200, 2, seed=1)
        # So that both phases are seen, and their rates told apart.
        settings = settings._replace(early_iterations=6, early_rate=0.8)
        run = fit_tsne(x, settings=settings, start=start, frames=range(11))
        p = np.asarray(joint_affinities(x, perplexity=30.0), float)
        theirs = by_numpy(p, start, settings, 10)
        assert np.abs(theirs[10] - start).max() > 0.5
        assert run.frames.points.dtype == (np.float64 if double else np.float32)
        scale = np.abs(theirs[10]).max()
        np.testing.assert_allclose(
            run.frames.points, theirs, atol=scale * (1e-9 if double else 2e-4)
        )

    @pytest.mark.slow
    @pytest.mark.usefixtures("float64")
    def test_of_tsne_with_as_many_points_as_to_keep_only_neighbours(self):
        x, start = digits(1000), 0.1 * noise(1000, 2, seed=1)
        run = fit_tsne(x, settings=REPRODUCIBLE._replace(early_iterations=5), start=start,
                       frames=range(11))  # fmt: skip
        squares = measured(x).squares
        pairs = neighbour_affinities(squares, perplexity=30.0, joint=True).pairs
        rows, columns, strengths = pairs
        p = np.zeros((1000, 1000))
        np.add.at(p, (np.broadcast_to(rows[:, None], columns.shape), columns), strengths / 2)
        theirs = by_numpy(p, start, REPRODUCIBLE._replace(early_iterations=5), 10)
        np.testing.assert_allclose(run.frames.points, theirs, atol=1e-9)

    @pytest.mark.slow
    @pytest.mark.usefixtures("float64")
    def test_of_sne(self):
        x, start = digits(200), noise(200, 2, seed=1)
        run = fit_sne(x, start=start, frames=range(11), perplexity=15.0)
        p = np.asarray(conditional_affinities(x, perplexity=15.0))
        theirs = by_numpy(p, start, GAINS, 10, joint=False)
        np.testing.assert_allclose(run.frames.points, theirs, atol=1e-9)


class TestQuality:
    @pytest.mark.slow
    @pytest.mark.parametrize("settings", [USUAL, REPRODUCIBLE], ids=["usual", "reproducible"])
    def test_of_the_digits(self, settings):
        x, labels = load_digits(return_X_y=True)
        run = fit_tsne(x, settings=settings)
        p = joint_affinities(x, perplexity=30.0)
        assert tsne_loss(run.state.points, p) <= 0.70
        assert nearest_neighbour_error(run.state.points, labels) <= 0.014
        assert trustworthiness(cdist(x, x), run.state.points, neighbours=12) >= 0.9915

    @pytest.mark.slow
    def test_of_mnist(self, full_data, monkeypatch):
        monkeypatch.setenv("LECTURE11_DATA", str(full_data))
        images = mnist("test").images[:6000].reshape(6000, -1) / 255
        x = fit_pca(images, 30).points
        run = fit_tsne(x, perplexity=40.0)
        p = joint_affinities(x, perplexity=40.0)
        assert tsne_loss(run.state.points, p) <= 1.42
        error = nearest_neighbour_error(run.state.points, mnist("test").labels[:6000])
        assert error <= 0.061

    @pytest.mark.slow
    @pytest.mark.parametrize("fit", [fit_sne, fit_tsne])
    def test_the_reported_loss_is_that_of_the_map_never_exaggerated(self, fit):
        x = digits(200)
        run = fit(x, perplexity=15.0, settings=USUAL, frames=(0, 5, 100, 250, 300))
        loss, affinities = {
            fit_sne: (sne_loss, conditional_affinities),
            fit_tsne: (tsne_loss, joint_affinities),
        }[fit]
        p = affinities(x, perplexity=15.0)
        true = [loss(jnp.asarray(points), p) for points in run.frames.points]
        np.testing.assert_allclose(run.infos.loss, true, rtol=1e-4)

    @pytest.mark.slow
    def test_nerv_trades_one_direction_for_the_other(self):
        x = digits(200)
        log_p = calibrate_points(x, perplexity=15.0).log_affinities
        run = fit_nerv_many(
            x,
            trade_offs=(0.05, 0.5, 1.0),
            starts=[pca_map(x)] * 3,
            perplexity=15.0,
            frames=(0, 600),
        )
        forward = [float(nerv_loss(points, log_p, 1.0)) for points in run.state.points]
        reverse = [float(nerv_loss(points, log_p, 0.0)) for points in run.state.points]
        assert forward[0] > 1.05 * forward[1] > 1.05**2 * forward[2]
        assert 1.1 * reverse[0] < reverse[1] < reverse[2] / 1.1

    @pytest.mark.slow
    def test_nerv_at_one_is_sne(self):
        x = digits(200)
        nerv = fit_nerv(x, trade_off=1.0, perplexity=15.0)
        sne = fit_sne(x, perplexity=15.0)
        np.testing.assert_allclose(nerv.info.loss, sne.info.loss, rtol=1e-3)

    @pytest.mark.slow
    @pytest.mark.parametrize("settings", [GAINS, MOMENTUM, USUAL])
    def test_sne_settles(self, settings):
        run = fit_sne(digits(200), settings=settings, frames=(0, 800, 1000))
        assert run.infos.loss[2] <= 1.0001 * run.infos.loss[1] < 0.5 * run.infos.loss[0]

    @pytest.mark.slow
    def test_symmetric_sne_settles(self):
        run = fit_tsne(digits(200), loss=SYMMETRIC_SNE, settings=GAINS, frames=(0, 800, 1000))
        assert run.infos.loss[2] <= 1.0001 * run.infos.loss[1] < 0.5 * run.infos.loss[0]


class TestHardData:
    @pytest.mark.slow
    @pytest.mark.parametrize("settings", [USUAL, REPRODUCIBLE], ids=["usual", "reproducible"])
    @pytest.mark.parametrize("points", [100, 200])
    @pytest.mark.parametrize("perplexity", [5.0, 30.0])
    def test_noise_does_not_collapse(self, settings, points, perplexity):
        run = fit_tsne(noise(points), perplexity=perplexity, settings=settings)
        assert_spread_out(run.state.points)

    def test_noise_at_a_perplexity_near_its_size(self):
        """P is nearly uniform, and so is Q where all points lie close: that is no fault."""
        run = fit_tsne(noise(100), perplexity=98.0)
        assert 0 <= run.info.loss < 1e-2
        assert run.state.points.std() > 5e-5

    @pytest.mark.slow
    @pytest.mark.parametrize(
        "x",
        [
            np.linspace(0, 1, 60)[:, None],
            np.linspace(0, 1, 60)[:, None] * noise(1, 6),
            1e-20 * noise(60),
            1e20 * noise(60) + 1e22,
        ],
        ids=["one column", "a line", "tiny", "huge"],
    )
    @pytest.mark.parametrize("fit", [fit_tsne, fit_sne])
    def test_finite_and_apart(self, fit, x):
        run = fit(x, perplexity=15.0)
        assert np.isfinite(run.infos.loss).all()
        assert_spread_out(run.state.points, least=1e-2)

    @pytest.mark.slow
    @pytest.mark.parametrize(
        "x",
        [
            np.full((60, 4), 3.0),
            np.repeat(noise(10), 6, axis=0),
            np.concatenate([np.zeros((59, 3)), np.ones((1, 3))]),
        ],
        ids=["constant", "sixfold", "outlier"],
    )
    @pytest.mark.parametrize(
        ("fit", "settings"),
        [
            (fit_tsne, USUAL),
            (fit_tsne, REPRODUCIBLE),
            (fit_sne, GAINS),
            (fit_sne, MOMENTUM),
        ],
    )
    def test_duplicates_lie_together_and_others_apart(self, fit, settings, x):
        run = fit(x, perplexity=15.0, settings=settings)
        assert np.isfinite(run.infos.loss).all()
        assert np.isfinite(run.state.points).all()
        kinds, which = np.unique(x, axis=0, return_inverse=True)
        centres = np.stack([run.state.points[which == k].mean(axis=0) for k in range(len(kinds))])
        within = np.linalg.norm(run.state.points - centres[which], axis=1).max()
        assert run.state.points.std() > 5e-5
        if len(kinds) > 1:
            apart = cdist(centres, centres)[np.triu_indices(len(kinds), 1)]
            assert apart.min() > 3 * within

    @pytest.mark.slow
    @pytest.mark.parametrize("settings", [GAINS, MOMENTUM])
    @pytest.mark.parametrize(
        ("x", "trade_off", "perplexity", "most"),
        [
            (np.random.RandomState(1).randint(1, 6, (100, 2)), 0.5, 3.0, 10),
            (np.random.RandomState(1).randint(1, 6, (100, 2)), 0.0, 3.0, 10),
            (np.round(np.random.RandomState(0).randn(100, 2), 1), 0.5, 5.0, 10),
            (np.r_[np.full((1, 4), 100.0), np.random.RandomState(0).randn(59, 4)], 0.0, 10.0, 100),
            (np.r_[np.full((1, 4), 1e10), np.random.RandomState(0).randn(59, 4)], 0.0, 10.0, None),
            (np.repeat(noise(20), 5, axis=0) + 1e-6 * noise(100), 0.0, 3.0, None),
        ],
        ids=["ties", "ties, reverse", "near ties", "outlier", "sentinel", "tight clusters"],
    )
    def test_nerv_descends_however_steep_it_is(self, x, trade_off, perplexity, most, settings):
        run = fit_nerv(
            x, trade_off=trade_off, perplexity=perplexity, settings=settings, frames=(0, 300, 2000)
        )
        start, middle, end = run.infos.loss
        assert run.status is Status.COMPLETED
        assert np.isfinite(run.state.points).all()
        assert middle < start
        assert end < 1.1 * middle
        assert end < (start if most is None else most)

    @pytest.mark.slow
    @pytest.mark.parametrize("rate", [1000.0, 1e30])
    def test_sne_at_far_too_large_a_rate_keeps_its_last_finite_map(self, rate):
        x = np.random.RandomState(0).randn(30, 3)
        run = fit_sne(x, perplexity=5.0, settings=GAINS._replace(rate=rate), frames=(0, 300))
        assert run.status is Status.DIVERGED
        assert run.steps < 300
        assert np.isfinite(run.state.points).all()
        assert np.isfinite(run.info.loss)
        assert run.frame_steps.tolist() == [0]

    @pytest.mark.slow
    @pytest.mark.parametrize("x", [np.array([[0.0], [1.0]]), np.zeros((2, 2))])
    @pytest.mark.parametrize("fit", [fit_tsne, fit_sne])
    def test_two_points(self, fit, x):
        run = fit(x, perplexity=1.0)
        assert np.isfinite(run.state.points).all()
        np.testing.assert_allclose(run.info.loss, 0, atol=1e-5)  # the other is the only neighbour

    def test_a_start_at_one_place_is_no_trap(self):
        x = digits(200)
        run = fit_tsne(x, perplexity=15.0, start=np.zeros((200, 2)))
        good = fit_tsne(x, perplexity=15.0)
        assert run.info.loss < 1.5 * good.info.loss

    def test_pairs_that_start_at_one_place_part(self):
        x, start = digits(200), np.repeat(1e-4 * noise(100, 2), 2, axis=0)
        run = fit_tsne(x, perplexity=15.0, start=start)
        apart = np.linalg.norm(np.diff(run.state.points, axis=0)[::2], axis=1)
        assert apart.min() > 1e-3

    @pytest.mark.slow
    def test_distances_alone_are_enough(self):
        x = digits(200)
        by_distance = fit_tsne(cdist(x, x), precomputed=True, perplexity=15.0)
        by_points = fit_tsne(x, perplexity=15.0)
        np.testing.assert_allclose(by_distance.info.loss, by_points.info.loss, rtol=0.1)


def assert_spread_out(points, least: float = 0.3) -> None:
    """No point on another, and as much width as height within a factor."""
    points = np.asarray(points)
    assert np.isfinite(points).all()
    nearest = cdist(points, points)
    np.fill_diagonal(nearest, np.inf)
    assert np.median(nearest.min(axis=1)) > least * 0.1
    assert points.std(axis=0).min() > least


class TestStarts:
    def test_separated_leaves_a_good_map_alone(self):
        points = noise(50, 2)
        np.testing.assert_array_equal(separated(points), points)

    def test_separated_moves_only_what_coincides(self):
        points = noise(50, 2)
        points[7] = points[3]
        moved = separated(points)
        changed = (moved != points).any(axis=1)
        assert set(np.flatnonzero(changed)) == {3, 7}
        assert 0 < np.linalg.norm(moved[3] - moved[7]) < 0.1
        assert np.abs(moved - points).max() < 0.02 * points.std()

    @pytest.mark.parametrize("shape", [(10, 300), (300, 10)])
    def test_pca_of_wide_and_of_tall_data(self, shape):
        x = noise(*shape)
        start = np.asarray(pca_map(x))
        left, singular, _ = np.linalg.svd(x - x.mean(axis=0), full_matrices=False)
        expected = (left * singular)[:, :2]
        expected = expected / expected[:, 0].std() * 1e-4
        np.testing.assert_allclose(np.abs(start), np.abs(expected), rtol=1e-3, atol=1e-9)

    @pytest.mark.slow
    def test_random_is_small_and_by_its_key(self):
        start = random_map(4000, key=jax.random.key(0))
        np.testing.assert_allclose(start.std(axis=0), 1e-4, rtol=0.05)
        assert (start != random_map(4000, key=jax.random.key(1))).all()


class TestSameness:
    @pytest.mark.slow
    def test_frames_do_not_change_the_run(self):
        x = digits(200)
        few = fit_tsne(x, settings=REPRODUCIBLE, frames=(0, 600))
        many = fit_tsne(x, settings=REPRODUCIBLE, frames=range(0, 601, 25))
        np.testing.assert_allclose(few.state.points, many.state.points, rtol=1e-3, atol=1e-3)
        assert many.frames.points.shape == (25, 200, 2)
        assert many.status is Status.COMPLETED

    @pytest.mark.slow
    def test_many_at_once_are_each_as_alone(self):
        x, perplexities = digits(200), (5.0, 30.0)
        starts = [random_map(200, key=jax.random.key(seed)) for seed in range(2)]
        together = fit_tsne_many(
            x, perplexities=perplexities, starts=starts, settings=REPRODUCIBLE, frames=(0, 400)
        )
        assert together.frames.points.shape == (2, 2, 200, 2)
        for n in range(2):
            alone = fit_tsne(
                x, perplexity=perplexities[n], start=starts[n], settings=REPRODUCIBLE,
                frames=(0, 400),
            )  # fmt: skip
            np.testing.assert_allclose(together.info.loss[n], alone.info.loss, rtol=1e-3)
            size = np.abs(alone.state.points).max()
            np.testing.assert_allclose(
                together.state.points[n], alone.state.points, atol=1e-3 * size
            )

    @pytest.mark.slow
    @pytest.mark.skipif(sys.platform != "linux", reason="other processors are imitated on Linux")
    @pytest.mark.skipif(platform.machine() != "x86_64", reason="by names of x86-64")
    @pytest.mark.parametrize("script", [OF_DIGITS, OF_NOISE], ids=["digits", "noise"])
    def test_of_the_reproducible_map_on_another_processor(self, script, tmp_path):
        maps = []
        for isa in ("AVX2", "SSE4_2"):
            path = tmp_path / f"{isa}.npy"
            environment = os.environ | {
                "XLA_FLAGS": f"--xla_cpu_max_isa={isa}",
                "JAX_PLATFORMS": "cpu",
                "JAX_ENABLE_COMPILATION_CACHE": "false",
            }
            command = [sys.executable, "-c", script, str(path)]
            subprocess.run(command, check=True, env=environment, cwd=ROOT)
            maps.append(np.load(path))
        assert not np.array_equal(*maps)  # or nothing was imitated
        np.testing.assert_allclose(*maps, atol=1e-4 * np.abs(maps[0]).max())

    @pytest.mark.slow
    def test_other_numbers_compile_nothing(self):
        x, traces = digits(60), []

        class Counted(DescentStep):
            def __call__(self, state, task):
                traces.append(1)
                return super().__call__(state, task)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("lecture11.embedding.neighbours.fits.DescentStep", Counted)
            fit_tsne(x, perplexity=10.0)
            before = len(traces)
            fit_tsne(x, perplexity=20.0, settings=USUAL._replace(rate=2.0, momentum=0.7))
            assert len(traces) == before > 0
            fit_tsne(digits(61), perplexity=10.0)
            assert len(traces) > before  # other sizes do


class TestRefusals:
    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            ({"perplexity": 50.0}, "^perplexity: expected a number from 1 to 49"),
            ({"start": np.zeros((49, 2))}, r"^start: expected shape \(50, 2\)"),
            ({"start": np.zeros((50, 4))}, r"^start: expected shape \(50, 3\)"),
            ({"start": np.full((50, 2), np.nan)}, "^start: 100 of 100 values are NaN"),
            ({"start": np.zeros((50, 2)), "key": jax.random.key(0)}, "^start, key: both"),
            ({"frames": (0, 250)}, "^frames: the run ends after 250 iterations, while"),
            ({"settings": USUAL._replace(rate=0.0)}, r"^settings.rate: expected a number above 0"),
            (
                {"settings": USUAL._replace(momentum=1.0)},
                r"^settings.momentum: expected a n",
            ),
            (
                {"settings": USUAL._replace(exaggeration=0.5)},
                r"^settings.exaggeration: exp",
            ),
            ({"precomputed": True}, "^x: expected a square matrix"),
        ],
    )
    @pytest.mark.parametrize("fit", [fit_tsne, fit_sne])
    def test_of_arguments(self, fit, arguments, says):
        with pytest.raises(ValueError, match=says):
            fit(noise(50), **{"perplexity": 5.0, "settings": USUAL} | arguments)

    @pytest.mark.parametrize("trade_off", [-0.1, 1.1, float("nan")])
    def test_of_a_trade_off(self, trade_off):
        with pytest.raises(ValueError, match=r"^trade_off: expected a number from 0 to 1"):
            fit_nerv(noise(50), trade_off=trade_off)
        with pytest.raises(ValueError, match=r"^trade_offs\[1\]: "):
            fit_nerv_many(noise(50), trade_offs=(0.5, trade_off), starts=np.zeros((2, 50, 2)))

    def test_of_starts_of_another_number(self):
        with pytest.raises(ValueError, match=r"^starts: expected shape \(2, 50, 2\)"):
            fit_tsne_many(noise(50), perplexities=(5.0, 9.0), starts=np.zeros((3, 50, 2)))

    @pytest.mark.slow
    def test_an_early_end_is_fine_without_exaggeration(self):
        run = fit_tsne(noise(50), perplexity=5.0, settings=GAINS, frames=(0, 20))
        assert run.steps == 20
