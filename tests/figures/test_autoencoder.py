"""Pictures of autoencoders: they hold their arrays, say their numbers, cut nothing off."""

from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
import pytest
from matplotlib.patches import Ellipse

from lecture11.divergence import Normal
from lecture11.figures.autoencoder import (
    LatentPlaneStage,
    collapse_picture,
    draws_picture,
    gaps_picture,
    learning_picture,
    manifold_picture,
    posteriors_picture,
    rows_picture,
)
from lecture11.figures.picture import Picture
from lecture11.variational import Gaps
from tests.figures.conftest import cut_off, drawn, figure_of

RNG = np.random.default_rng(0)
IMAGES = RNG.uniform(size=(3, 784))
NODES = np.linspace(-3, 3, 61)
BELL = np.exp(-0.5 * NODES**2) / np.sqrt(2 * np.pi)
Q = Normal(np.array([[0.0, 0.0], [1.0, -1.0], [0.5, 0.5]]), np.full((3, 2), 0.5))


def some_gaps(amortisation: float = 2.0, approximation: float = 0.25) -> Gaps:
    evidence = jnp.array([-100.0, -110.0, -120.0])
    best = evidence - approximation
    return Gaps(evidence, best, best - amortisation, Q)


def learning(last: float = 104.0) -> Picture:
    return learning_picture(
        {"20 latents": [180.0, 120, 110, last], "2 latents": [190.0, 170, 165, 160]},
        {"20 latents": 107.0, "2 latents": 163.0},
        marks=(100, 110, 160, 170),
    )


def manifold() -> Picture:
    return manifold_picture(RNG.uniform(size=(4, 4, 784)), words="16 images.")


def rows() -> Picture:
    return rows_picture({"held out": IMAGES, "decoded": 1 - IMAGES}, words="Three digits.")


def posteriors(amortisation: float = 2.0) -> Picture:
    return posteriors_picture(
        IMAGES, np.stack([np.outer(BELL, BELL)] * 3), NODES, Q,
        Normal(np.zeros((3, 2)), np.ones((3, 2))), some_gaps(amortisation),
        titles=["a 1", "a 2", "a 3"], marks=(0.1, 0.3),
    )  # fmt: skip


def gaps(amortisation: float = 2.0) -> Picture:
    groups = {"held out": some_gaps(amortisation), "trained on": some_gaps(1.0)}
    return gaps_picture(groups, marks=(0.1, 0.3, 1, 2, 5, 120))


def draws(last: float = -8.1) -> Picture:
    return draws_picture((1, 4, 16), {"L_K": [-10.0, -9.0, last]}, evidence=-8.0)


def collapse(weak: float = 0.01) -> Picture:
    return collapse_picture({"one": [1.0, weak, 2.0], "other": [0.0, 0.01, 0.02]})


STAGE = LatentPlaneStage(RNG.normal(size=(40, 2)), np.repeat([3, 7], 20), reach=4.0)


def plane(z: float = 0.5, ink: float = 0.25) -> Picture:
    return STAGE.show([z, -0.5], np.full(784, ink))


def test_words_of_learning():
    assert learning().words == (
        "Negative ELBO in nats an image. 20 latents: 100 to 110 in epoch 4, 100 to 110 on images "
        "held out; 2 latents: 160 to 170 in epoch 4, 160 to 170 on images held out."
    )


def test_words_of_posteriors_and_gaps():
    assert posteriors().words == (
        "Digits: a 1, a 2, a 3. The largest approximation gap is 0.1 to 0.3 nats, the largest "
        "amortisation gap larger."
    )
    assert "amortisation gap no larger" in posteriors(amortisation=0.1).words
    assert gaps().words == (
        "Means in nats an image. held out: −log p(x) 5 to 120, approximation gap 0.1 to 0.3, "
        "amortisation gap 2 to 5; trained on: −log p(x) 5 to 120, approximation gap 0.1 to 0.3, "
        "amortisation gap 1 to 2."
    )


def test_words_of_draws_and_collapse():
    assert draws().words == ("L_K: −10 with K = 1, −9 with 4, −8.1 with 16. The evidence is −8.")
    assert collapse().words == (
        "one: 2 of 3 latents in use, 3 nats in all; other: 0 of 3 latents in use, 0.03 nats in all."
    )


def test_words_of_the_plane_say_whom_it_is_near():
    STAGE_OF_TWO = LatentPlaneStage(
        np.repeat([[0.0, 0.0], [3.0, 3.0]], 20, axis=0), np.repeat([3, 7], 20), reach=4.0
    )
    assert STAGE_OF_TWO.show([0.1, 0.0], np.full(784, 0.25)).words == (
        "z = (0.1, 0): of the 15 digits encoded nearest, nearly all are a 3. Ink: 20 to 40 % of "
        "the image; undecided (between 0.1 and 0.9): over 70 % of its pixels."
    )
    assert "nearly all are a 7" in STAGE_OF_TWO.show([3.0, 2.9], np.full(784, 0.25)).words
    mixed = LatentPlaneStage(np.zeros((15, 2)), np.repeat(range(5), 3), reach=4.0)
    assert "no digit is in the majority" in mixed.show([0, 0], np.full(784, 0.25)).words


def test_images_are_laid_out_row_by_row():
    (axes,) = figure_of(rows()).axes
    shown = np.asarray(axes.images[0].get_array())
    assert shown.shape == (56, 84)
    np.testing.assert_allclose(shown[:28, 28:56], IMAGES[1].reshape(28, 28))
    np.testing.assert_allclose(shown[28:, :28], 1 - IMAGES[0].reshape(28, 28))
    assert [label.get_text() for label in axes.get_yticklabels()] == ["held out", "decoded"]


def test_the_bars_add_up_to_the_negative_elbo():
    left, right = figure_of(gaps()).axes[:2]
    ends = [patch.get_x() + patch.get_width() for patch in left.patches]
    np.testing.assert_allclose(max(ends), 112.25)
    np.testing.assert_allclose([p.get_width() for p in right.patches], [0.25, 0.25, 2.0, 1.0])


def test_the_ellipses_are_one_and_two_standard_deviations():
    below = figure_of(posteriors()).axes[4]  # the second image's
    outlines = [patch for patch in below.patches if isinstance(patch, Ellipse)]
    assert [patch.get_width() for patch in outlines] == [1.0, 2.0, 2.0, 4.0]
    assert outlines[0].get_center() == (1.0, -1.0)


def test_the_stage_moves():
    plane(0.5)
    figure = figure_of(plane(1.5, 0.75))
    np.testing.assert_allclose(figure.axes[0].lines[0].get_xydata(), [[1.5, -0.5]])
    np.testing.assert_allclose(figure.axes[1].images[0].get_array(), 0.75)


PICTURES = (learning, rows, posteriors, gaps, draws, collapse, plane)


@pytest.mark.parametrize("make", PICTURES, ids=lambda f: f.__name__)
def test_nothing_is_cut_off(make: Callable[[], Picture]):
    assert cut_off(drawn(make())) == []


@pytest.mark.parametrize(
    ("make", "change"),
    [
        (learning, 95.0),
        (posteriors, 0.1),
        (gaps, 7.0),
        (draws, -8.2),
        (collapse, 0.5),
        (plane, 0.7),
    ],
    ids=lambda given: getattr(given, "__name__", ""),
)
def test_words_change_with_the_arrays(make: Callable[..., Picture], change: float):
    assert make(change).words != make().words
