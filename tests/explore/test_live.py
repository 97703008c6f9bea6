"""The notebooks' explorers, live: nothing is compiled while their controls move."""

from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lecture11 import divergence, embedding, supervised, variational
from lecture11.explore import Explorer, Slider
from lecture11.figures import Picture
from lecture11.figures.divergence import BarsStage, JensenStage
from lecture11.figures.embedding import NeighbourStage, Search
from lecture11.figures.supervised import SoftLabelStage
from lecture11.figures.variational import AscentStage, StackStage

RNG = np.random.default_rng(0)
Live = tuple[Callable[..., Picture], dict[str, Slider], list[tuple[str, float]]]


def neighbours() -> Live:
    points = RNG.normal(size=(80, 2))
    squares = np.asarray(((points[:, None] - points) ** 2).sum(axis=2))
    stage = NeighbourStage(points, np.arange(80) % 10, steps=30, most=100)
    at = jnp.linspace(0, 5, 101)

    def update(i: int, perplexity: int) -> Picture:
        others = np.delete(squares[i], i)
        tried = embedding.bisect_precision(others, perplexity=perplexity, steps=30)
        precision = tried.precisions[-1]
        p = np.insert(embedding.affinities_at(jnp.asarray(others), precision), i, 0)
        rest = embedding.others_than(jnp.asarray(points), i, i + 1)
        embedding.mds_force(at, squares[i, 1])
        embedding.sne_force(at, (float(p[0]), float(p[1])), rest.gaussian)
        embedding.tsne_force(at, float(p[0]), rest.student)
        search = Search(tried.perplexities, perplexity, float(precision))
        return stage.show(i, p, np.full(80, 1 / 80), search)

    sliders = {"i": Slider("i", 0, 70, 1, 3), "perplexity": Slider("perplexity", 2, 60, 1, 20)}
    return update, sliders, [("i", 0), ("perplexity", 2), ("i", 70), ("perplexity", 60)]


def letters() -> Live:
    bars, curve = BarsStage("abcd"), JensenStage(5)

    def update(a: int, y: float) -> Picture:
        weights = np.array([a, 2.0, 3.0, 0.0])
        words = bars.show(weights / weights.sum(), [0.1, 0.2, 0.3, 0.4]).words
        points, half = np.array([y, 4.0]), np.array([0.5, 0.5])
        shown = curve.show(points, half, float(divergence.jensen_gap(points, weights=half)))
        return Picture(shown.drawing, f"{words} {shown.words}")

    sliders = {"a": Slider("a", 0, 10, 1, 1), "y": Slider("y", 0.1, 5, 0.1, 1.0)}
    return update, sliders, [("a", 0), ("a", 7), ("y", 0.3), ("y", 4.0), ("a", 10)]


def soft_label() -> Live:
    logits, stage = jnp.asarray(RNG.normal(size=(6, 10))), SoftLabelStage()

    @jax.jit
    def soft(digit: jax.Array, temperature: jax.Array) -> jax.Array:
        return supervised.tempered(logits[digit], temperature=temperature)

    def update(digit: int, temperature: float) -> Picture:
        shown = soft(digit, temperature)
        return stage.show(np.zeros(64), shown, truth=digit, temperature=temperature)

    sliders = {"digit": Slider("digit", 0, 5, 1, 0), "temperature": Slider("T", 0.5, 20, 0.5, 1.0)}
    return update, sliders, [("temperature", 4.0), ("digit", 3), ("temperature", 20.0)]


def stack() -> Live:
    joint, stage = np.log([0.3, 0.1]), StackStage(("biased", "fair"), widest=5)

    def update(share: float) -> Picture:
        q = np.array([share, 1 - share])
        gap = variational.posterior_divergence(joint, q=q)
        level = variational.log_likelihood(joint)
        return stage.show(q, variational.posterior(joint), float(level), float(gap))

    return (
        update,
        {"share": Slider("q", 0, 1, 0.01, 0.5)},
        [("share", 0.0), ("share", 0.2), ("share", 1.0)],
    )


def coins() -> Live:
    heads, model = np.array([5.0, 9, 8, 4, 7]), variational.Coins(10, fair=1, family="shared")
    axis = np.linspace(0.05, 0.95, 9)
    stage = AscentStage(
        axis, axis, np.add.outer(axis, axis), low=-24, last_half=30, labels=("θ", "φ")
    )

    def update(bias: float, length: float) -> Picture:
        start = variational.log_odds([bias])
        run = variational.variational_em(
            model, start, start, heads, frames=range(7), m="fixed", length=length
        )
        odds = (run.frames.theta[:, 0], run.frames.phi[:, 0])
        return stage.show(*map(jax.nn.sigmoid, odds), run.infos.bound, run.infos.log_likelihood)

    sliders = {"bias": Slider("θ", 0.05, 0.95, 0.05, 0.6), "length": Slider("η", 0.05, 2, 0.05, 1)}
    return update, sliders, [("bias", 0.3), ("bias", 0.95), ("length", 0.05), ("length", 2.0)]


@pytest.fixture
def compiled(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], bool]]:
    """Whether anything has been, so far."""
    with jax.log_compiles():
        yield lambda: "Compiling" in caplog.text


@pytest.mark.slow
@pytest.mark.parametrize(
    "live", [neighbours, letters, soft_label, stack, coins], ids=lambda f: f.__name__
)
def test_nothing_is_compiled_while_a_control_moves(
    live: Callable[[], Live], compiled: Any, caplog: pytest.LogCaptureFixture
):
    update, sliders, moves = live()
    explorer = Explorer(update, **sliders)
    assert compiled()  # what the first picture needs: so a compilation is seen
    caplog.clear()
    words = {explorer.picture.words}
    for name, value in moves:
        explorer.controls[name].value = value
        words.add(explorer.picture.words)
    assert not compiled()
    assert len(words) == 1 + len(moves)
    assert "nan" not in str(words)
