"""t-SNE by way of a grid: as good a map as by all pairs, and what is hard."""

import itertools

import jax.numpy as jnp
import numpy as np
import pytest
from sklearn.datasets import load_digits

from lecture11.embedding import (
    FAST,
    REPRODUCIBLE,
    SNE,
    SYMMETRIC_SNE,
    TSNE,
    USUAL,
    fit_sne,
    fit_tsne,
    joint_affinities,
    tsne_loss,
)
from lecture11.embedding.neighbours import attraction, fits, grid
from lecture11.embedding.neighbours.affinities import measured
from lecture11.embedding.neighbours.attraction import many_affinities, neighbour_affinities
from lecture11.embedding.neighbours.grid import grid_over
from lecture11.iteration import Status


def noise(points: int, dims: int = 10) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(points, dims))


@pytest.mark.slow
def test_a_grid_makes_as_good_a_map_of_the_digits(monkeypatch):
    """So does one that is left for all pairs, and taken again. Without gains: with them the runs of
    one method differ by more than the methods do."""
    x = load_digits().data[:1000] / 16
    visits = itertools.cycle((grid_over, lambda *_: None))
    monkeypatch.setattr(fits, "MANY", 1000)
    monkeypatch.setattr(fits, "cheapest", lambda *map_: next(visits)(*map_))
    exact, by_grid, by_turns = (
        fit_tsne(x, method=method, settings=REPRODUCIBLE, frames=range(0, 301, 25))
        for method in ("exact", "grid", "auto")
    )
    for run in (by_grid, by_turns):
        np.testing.assert_allclose(run.infos.loss, exact.infos.loss, rtol=3e-3)
    p = joint_affinities(x, perplexity=30.0)
    losses = [float(tsne_loss(run.state.points, p)) for run in (exact, by_grid)]
    np.testing.assert_allclose(losses[1], losses[0], rtol=3e-3)
    # Of neighbours alone, the affinities are a little larger each, and so is the divergence.
    assert losses[0] < exact.info.loss < 1.1 * losses[0]


@pytest.mark.slow
def test_the_affinities_of_many_points_are_those_of_few():
    x = noise(900)
    few = neighbour_affinities(measured(x).squares, perplexity=20.0, joint=True)
    many, merged = many_affinities(measured(x).given, perplexity=20.0, joint=True)
    assert not merged.any()
    np.testing.assert_allclose(many.negentropy, few.negentropy, rtol=1e-5)
    dense = [np.zeros((900, 900)), np.zeros((900, 900))]
    for full, (rows, columns, strengths) in zip(dense, (few.pairs, many.pairs), strict=True):
        np.add.at(full, (np.broadcast_to(rows[:, None], columns.shape), columns), strengths)
    np.testing.assert_allclose(dense[1], dense[0], atol=1e-7)


@pytest.mark.slow
@pytest.mark.parametrize(
    "x",
    [np.ones((300, 5)), np.repeat(noise(100), 3, axis=0), np.linspace(0, 1, 300)[:, None]],
    ids=["one place", "duplicates", "a line"],
)
def test_hard_data_through_tiles_and_grid(x, monkeypatch):
    monkeypatch.setattr(fits, "MANY", 200)
    monkeypatch.setattr(attraction, "MOST_DENSE", 200)  # or all pairs would attract each other
    run = fit_tsne(x, method="grid", perplexity=20.0, frames=(0, 75))
    assert run.status is Status.COMPLETED
    assert np.isfinite(run.infos.loss).all()
    assert run.state.points.std(axis=0).min() > 5e-5


@pytest.mark.slow
def test_no_point_of_a_clear_cluster_is_thrown_off():
    """Without a limit to the steps one is ten times as far as nine in ten."""
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(20, 50)) * 2
    x = centres[rng.integers(20, size=5000)] + rng.normal(size=(5000, 50))
    far = np.linalg.norm(fit_tsne(x, method="grid", frames=(75,)).state.points, axis=1)
    assert far.max() < 1.5 * np.quantile(far, 0.9)


@pytest.mark.slow
def test_a_map_that_outgrows_the_largest_grid_says_so_and_goes_on(monkeypatch):
    x = noise(400)
    fine = fit_tsne(x, method="grid", frames=(0, 150))
    monkeypatch.setattr(grid, "LADDER", (40, 60))
    with pytest.warns(UserWarning, match=r"accuracy: a map .* and 60 are the most") as said:
        coarse = fit_tsne(x, method="grid", frames=(0, 150))
    assert ["less exact" in str(each.message) for each in said] == [True]  # once, not at each visit
    assert coarse.status is Status.COMPLETED
    assert coarse.info.loss < 1.05 * fine.info.loss
    wide = 300 * coarse.state.points
    with pytest.raises(ValueError, match=r"accuracy: a map .* and 60 are the most"):
        fit_tsne(x, method="grid", start=wide)


@pytest.mark.slow
def test_progress_comes_with_every_grid_and_few_iterations_are_early():
    seen = []
    fit_tsne(noise(200), method="grid", perplexity=20.0, frames=(0, 75),
             on_chunk=lambda steps, total, info: seen.append(steps))  # fmt: skip
    assert seen == [25, 50, 75]


@pytest.mark.slow
def test_long_strides_come_down_in_half_the_iterations():
    x = load_digits().data[:600] / 16
    usual = fit_tsne(x, settings=USUAL, frames=(300,)).info.loss
    assert fit_tsne(x, settings=FAST, frames=(150,)).info.loss <= usual


@pytest.mark.slow
@pytest.mark.parametrize("perplexity", [30.0, 200.0])
def test_just_above_the_crossover_maps_are_as_good_as_below(perplexity, monkeypatch):
    """Also where so many are neighbours that all pairs attract each other."""
    x, losses = load_digits().data[:700] / 16, []
    for many in (700, 701):
        monkeypatch.setattr(fits, "MANY", many)
        losses.append(fit_tsne(x, perplexity=perplexity).info.loss)
    assert losses[0] <= 1.02 * losses[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"method": "fft"}, "method: .*exact.*fft"),
        ({"method": "grid", "start": noise(50, 3)}, "method: .*two dimensions.*method='exact'"),
        ({"method": "grid", "start": noise(50, 1)}, "method: .*two dimensions.*method='exact'"),
        ({"method": "grid", "loss": SNE}, "method: a grid is for t-SNE"),
        ({"method": "grid", "accuracy": 1e-9}, "accuracy: "),
        ({"method": "grid", "accuracy": "high"}, "accuracy: "),
    ],
)
def test_what_a_grid_cannot_do_is_refused(arguments, message):
    with pytest.raises((TypeError, ValueError), match=message):
        fit_tsne(noise(50), perplexity=10.0, **arguments)


def test_a_grid_is_taken_from_the_crossover_on_where_there_can_be_one():
    many, loss = jnp.zeros((fits.MANY, 3)), SYMMETRIC_SNE
    assert fits._takes_grid("auto", TSNE, many[:, :2])
    assert not fits._takes_grid("auto", TSNE, many[1:, :2])
    assert not fits._takes_grid("auto", TSNE, many)
    assert not fits._takes_grid("auto", loss, many[:, :2])
    assert fits._takes_grid("grid", TSNE, many[:9, :2])
    assert not fits._takes_grid("exact", TSNE, many[:, :2])


def test_sne_has_no_grid():
    with pytest.raises(ValueError, match="method: a grid is for t-SNE"):
        fit_sne(noise(50), perplexity=10.0, method="grid")


@pytest.mark.slow
@pytest.mark.parametrize("dims", [1, 3])
def test_maps_of_other_dimensions_are_exact_of_themselves(dims, monkeypatch):
    monkeypatch.setattr(fits, "MANY", 30)
    run = fit_tsne(noise(40), perplexity=10.0, start=noise(40, dims), frames=(0, 300))
    assert run.state.points.shape == (40, dims)


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
def test_double_precision_stays_double():
    run = fit_tsne(noise(200), method="grid", perplexity=66.0, frames=(0, 75))
    assert run.state.points.dtype == np.float64
    assert np.isfinite(run.info.loss)
