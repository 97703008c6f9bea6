from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from matplotlib.patches import Ellipse

from lecture11.divergence import Normal
from lecture11.figures.variational import (
    LatentPlaneStage,
    collapse_picture,
    draws_picture,
    gaps_picture,
    learning_picture,
    manifold_picture,
    posteriors_picture,
    reconstructions_picture,
    styles_picture,
    transfer_picture,
)
from lecture11.variational import Gaps
from tests.figures.samples import Sample, figure_of

RNG = np.random.default_rng(0)
IMAGES = RNG.uniform(size=(3, 784))
NODES = np.linspace(-3, 3, 61)
BELL = np.exp(-0.5 * NODES**2) / np.sqrt(2 * np.pi)
Q = Normal(np.array([[0.0, 0.0], [1.0, -1.0], [0.5, 0.5]]), np.full((3, 2), 0.5))
LOSSES = {"20 latents": [180.0, 120, 110, 104], "2 latents": [190.0, 170, 165, 160]}
ROWS = ("held out", "binarised", "20 latents", "another draw", "2 latents", "invented")
Z = np.stack(np.meshgrid([-1.0, 0.0, 1.0], [1.0, 0.0, -1.0]), axis=-1)
TILES, DRAWN = RNG.uniform(size=(3, 3, 784)), RNG.uniform(size=(2, 10, 784))
WEAK = {
    "one": np.array([[1.0, 0.01, 2.0], [2.0, 0.0, 0.05]]),
    "other": np.array([[0.0, 0.01, 0.02], [0.02, 0.0, 0.01]]),
}


def some_gaps(amortisation: Any = 2.0, approximation: float = 0.25) -> Gaps:
    evidence = jnp.array([-100.0, -110.0, -120.0])
    best = evidence - approximation
    return Gaps(evidence, best, best - amortisation, Q)


def groups(amortisation: Any) -> dict[str, Gaps]:
    return {"held out": some_gaps(amortisation), "trained on": some_gaps(1.0)}


SAMPLES = {
    "learning": Sample(
        learning_picture,
        {
            "losses": LOSSES,
            "held_out": {"20 latents": 107.0, "2 latents": 163.0},
        },
        [
            {"losses": LOSSES | {"20 latents": [180.0, 120, 110, 95]}},
            {"held_out": {"20 latents": 115.0, "2 latents": 163.0}},
        ],
    ),
    "manifold": Sample(
        manifold_picture,
        {"images": TILES, "latents": Z, "digits": np.arange(9) % 4},
        [{"latents": 2 * Z, "images": TILES[::-1]}, {"digits": np.arange(9)}],
    ),
    "reconstructions": Sample(
        reconstructions_picture,
        {
            "rows": dict.fromkeys(ROWS, IMAGES),
        },
        [{"rows": dict.fromkeys(ROWS, IMAGES[:2])}],
        drawn=[{"rows": dict.fromkeys(ROWS, IMAGES**2)}],
    ),
    "transfer": Sample(
        transfer_picture,
        {
            "held_out": IMAGES[:2],
            "drawn": DRAWN,
            "labels": np.array([3, 8]),
            "read": np.tile(np.arange(10), (2, 1)),
        },
        [{"read": np.zeros((2, 10), int), "labels": [3, 9]}],
        drawn=[{"held_out": IMAGES[1:]}, {"drawn": DRAWN**2}],
    ),
    "styles": Sample(
        styles_picture,
        {
            "images": {2: DRAWN[0], 5: DRAWN[1]},
            "read": {2: np.full(10, 2), 5: np.full(10, 5)},
        },
        [
            {
                "images": {2: DRAWN[0, :4], 5: DRAWN[1, :4]},
                "read": {2: np.full(4, 2), 5: np.full(4, 2)},
            }
        ],
    ),
    "posteriors": Sample(
        posteriors_picture,
        {
            "images": IMAGES,
            "densities": np.stack([np.outer(BELL, BELL)] * 3),
            "nodes": NODES,
            "amortised": Q,
            "best": Normal(np.zeros((3, 2)), np.ones((3, 2))),
            "gaps": some_gaps(),
            "titles": ["a 1", "a 2", "a 3"],
        },
        [{"gaps": some_gaps(0.1), "images": IMAGES**2}, {"gaps": some_gaps(2.0, 0.5)}],
        drawn=[
            {"densities": np.stack([np.outer(BELL**2, BELL)] * 3)},
            {"nodes": 2 * NODES},
            {"amortised": Q._replace(sd=2 * Q.sd)},
        ],
    ),
    "gaps": Sample(
        gaps_picture,
        {"groups": groups(jnp.array([2.0, 9.0, 1.0]))},
        [{"groups": groups(7.0)}],
    ),
    "draws": Sample(
        draws_picture,
        {"draws": (1, 4, 16), "bounds": {"L_K": [-10.0, -9.0, -8.1]}, "log_likelihood": -8.0},
        [{"draws": (1, 5, 25)}, {"bounds": {"L_K": [-10.0, -9, -8.2]}}, {"log_likelihood": None}],
    ),
    "collapse of latents": Sample(
        collapse_picture,
        {"divergences": WEAK},
        [{"divergences": WEAK | {"one": [[1.0, 0.5, 2.0]]}}, {"active": 0.015}],
    ),
    "latent plane": Sample(
        LatentPlaneStage,
        {"z": np.array([0.1, 0.0]), "image": np.full(784, 0.25)},
        [{"z": [3.0, 2.9]}, {"image": np.full(784, 0.75)}, {"labels": np.repeat([4, 7], 20)}],
        stage={
            "means": np.repeat([[0.0, 0.0], [3.0, 3.0]], 20, axis=0),
            "labels": np.repeat([3, 7], 20),
            "reach": 4.0,
        },
        drawn=[{"means": np.repeat([[0.0, 1.0], [3.0, 3.0]], 20, axis=0)}],
    ),
}


def test_words_of_learning():
    assert SAMPLES["learning"]().words == (
        "Negative ELBO in nats per image. 20 latents: 104 in epoch 4, 107 on images held out; "
        "2 latents: 160 in epoch 4, 163 on images held out."
    )


def test_words_of_decoded_images():
    assert SAMPLES["manifold"]().words == (
        "3 × 3 decoded images over the unit square, z₁ to the right and z₂ upwards, each from −1 "
        "to 1. The reader finds 4 of the ten digits, the commonest in 33 %."
    )
    assert SAMPLES["reconstructions"]().words == (
        "Three digits held out; binarised, as the encoder sees them; decoded from the mean of q "
        "with 20 latents, from another draw of it, and with 2 latents; and below what the model "
        "invents, from z ~ N(0, I)."
    )
    assert SAMPLES["transfer"]().words == (
        "Two digits held out, leftmost, and to the right of each all ten digits in its style: z "
        "from the left, c from 0 to 9. The reader takes 20 of 20 for c."
    )
    assert SAMPLES["styles"]().words == (
        "Two digits, one a row, in the same ten styles drawn from N(0, I), one a column. The "
        "reader takes 20 of 20 for c."
    )


def test_words_of_posteriors_and_gaps():
    assert SAMPLES["posteriors"]().words == (
        "Posteriors of a 1, a 2, a 3. Their approximation gaps: 0.25, 0.25, 0.25 nats; their "
        "amortisation gaps: 2, 2, 2."
    )
    assert SAMPLES["gaps"]().words == (
        "Means in nats per image. held out: −log p(x) 110, approximation gap 0.25, amortisation "
        "gap 4 (median 2, largest 9); trained on: −log p(x) 110, approximation gap 0.25, "
        "amortisation gap 1 (median 1, largest 1)."
    )


def test_words_of_draws_and_collapse():
    words = SAMPLES["draws"]().words
    assert words == "L_K: −10 with K = 1, −9 with 4, −8.1 with 16. The evidence is −8."
    assert SAMPLES["collapse of latents"]().words == (
        "one: 1 to 2 of 3 latents in use, 2.5 nats in all; other: 0 of 3 latents in use, 0.03 nats "
        "in all."
    )


@pytest.mark.slow
def test_words_of_the_plane_say_whom_it_is_near():
    plane = SAMPLES["latent plane"]
    assert plane().words == (
        "z = (0.1, 0): of the 15 digits encoded nearest, 15 show the digit 3. Ink: 25 % of the "
        "image; undecided (between 0.1 and 0.9): 100 % of its pixels."
    )
    assert "15 show the digit 7" in plane(z=[3.0, 2.9]).words
    mixed = plane(means=np.zeros((15, 2)), labels=np.repeat(range(5), 3))
    assert "no digit is in the majority" in mixed.words


def test_images_are_laid_out_row_by_row():
    rows = {"images": {2: IMAGES, 5: 1 - IMAGES}}
    (axes,) = figure_of(SAMPLES["styles"](**rows)).axes
    shown = np.asarray(axes.images[0].get_array())
    assert shown.shape == (56, 84)
    np.testing.assert_allclose(shown[:28, 28:56], IMAGES[1].reshape(28, 28))
    np.testing.assert_allclose(shown[28:, :28], 1 - IMAGES[0].reshape(28, 28))
    assert [label.get_text() for label in axes.get_yticklabels()] == ["c = 2", "c = 5"]


def test_every_gap_is_drawn_and_the_mean_of_each_kind():
    (axes,) = figure_of(SAMPLES["gaps"]()).axes
    points, means = axes.lines[::2], axes.lines[1::2]
    np.testing.assert_allclose(points[1].get_xdata(), [2, 9, 1])
    np.testing.assert_allclose([bar.get_xdata()[0] for bar in means], [0.25, 4, 0.25, 1])


@pytest.mark.slow
def test_the_ellipses_are_one_and_two_standard_deviations():
    below = figure_of(SAMPLES["posteriors"]()).axes[4]  # the second image's
    outlines = [patch for patch in below.patches if isinstance(patch, Ellipse)]
    assert [patch.get_width() for patch in outlines] == [1.0, 2.0, 2.0, 4.0]
    assert outlines[0].get_center() == (1.0, -1.0)


def test_the_stage_holds_its_point_and_image():
    figure = figure_of(SAMPLES["latent plane"](z=[1.5, -0.5], image=np.full(784, 0.75)))
    np.testing.assert_allclose(figure.axes[0].lines[0].get_xydata(), [[1.5, -0.5]])
    np.testing.assert_allclose(figure.axes[1].images[0].get_array(), 0.75)
