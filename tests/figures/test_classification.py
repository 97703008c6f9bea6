"""Pictures of classifiers: they hold their arrays, say their numbers, and cut nothing off."""

from collections.abc import Callable

import jax
import numpy as np
import pytest
from matplotlib.patches import Rectangle

from lecture11.explore import Explorer, Slider
from lecture11.figures.classification import (
    SoftLabelStage,
    comparison_picture,
    directions_picture,
    losses_picture,
    reliability_picture,
    soft_labels_picture,
    two_likeliest,
)
from lecture11.figures.picture import Picture, png_of
from lecture11.supervised import Score, reliability, tempered
from tests.figures.conftest import cut_off, drawn, figure_of

RNG = np.random.default_rng(0)
IMAGES = RNG.uniform(size=(6, 64))
SOFT = RNG.dirichlet(np.full(10, 0.3), size=6)
SHARES = np.linspace(0, 1, 11)
GRADIENT = np.array([0.25, -0.5, 0.25])


def losses(
    cross: float = 2.0, kl: float = 0.5, hard: float = 2.5, apart: float = 0.0, share: float = 0.4
) -> Picture:
    return losses_picture(
        SHARES,
        2.5 + (cross - 2.5) * SHARES,
        2.5 + (kl - 2.5) * SHARES,
        hard,
        {"NLL": GRADIENT, "cross-entropy": GRADIENT, "forward KL": GRADIENT + apart},
        share=share,
    )


def soft_labels(soft: np.ndarray = SOFT, count: int = 6) -> Picture:
    titles = [f"a {digit}" for digit in range(count)]
    return soft_labels_picture(IMAGES[:count], soft[:count], titles=titles, label="teacher, T = 5")


SCORES = {
    "hard labels": Score(np.array([0.9, 0.92, 0.91]), np.array([0.05, 0.06, 0.04])),
    "teacher": Score(np.array([0.95, 0.96, 0.97]), np.array([0.02, 0.03, 0.04])),
}


def compared(**others: Score) -> Picture:
    return comparison_picture(SCORES | others, baseline="hard labels")


def reliable(sharpness: float = 1.0) -> Picture:
    labels = RNG.integers(0, 10, size=6)
    soft = SOFT**sharpness / (SOFT**sharpness).sum(axis=1, keepdims=True)
    return reliability_picture(
        {"one": reliability(SOFT.argmax(axis=1), soft), "other": reliability(labels, soft)}
    )


TARGET = np.array([0.1, 0.3, 0.1, 0.4, 0.1])


def directions(target: np.ndarray = TARGET, nats: float = 0.5) -> Picture:
    fits = {"forward": np.full(5, 0.2), "reverse": np.array([0.0, 0.0, 0.1, 0.8, 0.1])}
    return directions_picture(target, fits, {"forward": nats, "reverse": 0.25})


STAGE = SoftLabelStage()


def staged(digit: int = 0, temperature: float = 3.0, truth: int = 4) -> Picture:
    return STAGE.show(IMAGES[digit], SOFT[digit], truth=truth, temperature=temperature)


# Words


def test_words_of_the_losses():
    assert losses().words == (
        "With hard labels both losses are 2.5 nats. With 100 % of the label uniform the "
        "cross-entropy is 2 nats, the forward KL 0.5. At 40 % the gradients of 3 losses differ by "
        "less than 1e-12; the steepest raises class 1, by 0.5."
    )
    assert "differ by up to 0.1;" in losses(apart=0.1).words


def test_words_of_soft_labels_name_the_two_likeliest():
    soft = np.zeros((2, 10))
    soft[0, [3, 8]] = 0.75, 0.25
    soft[1, [7, 1]] = 0.999, 0.001
    assert (
        soft_labels(soft, 2).words
        == "a 0: 3 at 75 %, 8 at 25 %; a 1: 7 at over 99 %, 1 at under 1 %."
    )
    assert two_likeliest([1.0, 0.0]) == "0 at 100 %, 1 at 0 %"


def test_words_of_the_comparison_are_means_with_standard_errors():
    assert compared().words == (
        "Means over 3 runs, ± their standard errors: hard labels 91.0 ± 0.6 % right, calibration "
        "error 5.0 %; teacher 96.0 ± 0.6 % right, calibration error 3.0 %."
    )


def test_words_of_reliability_are_averages():
    predicted = np.array([[0.8, 0.2], [0.6, 0.4]])
    picture = reliability_picture({"it": reliability(np.array([0, 1]), predicted, bins=2)})
    assert (
        picture.words == "it: on average 70 % confident and 50 % right, calibration error 20.0 %."
    )


def test_words_of_the_directions():
    assert directions().words == (
        "p* has 40 % on class 3 and 30 % on class 1. forward puts 20 % on class 0 and ends at 0.5 "
        "nats; reverse puts 80 % on class 3 and ends at 0.25 nats."
    )


def test_words_of_the_stage():
    even = STAGE.show(IMAGES[0], np.full(10, 0.1), truth=7, temperature=20.0)
    assert even.words == (
        "A 7. At temperature 20 the teacher's soft label is 0 at 10 %, 1 at 10 %; its entropy is "
        "2.30 nats."
    )


def test_words_change_with_the_arrays():
    shown = [losses(), losses(cross=2.25), losses(kl=0.25), losses(share=0.3)]
    shown += [soft_labels(), soft_labels(SOFT[::-1]), compared()]
    shown += [compared(mixup=SCORES["teacher"]), reliable(), reliable(0.3)]
    shown += [directions(), directions(TARGET[::-1]), directions(nats=0.75)]
    shown += [staged(), staged(1), staged(temperature=4.0), staged(truth=5)]
    assert len({picture.words for picture in shown}) == len(shown)


# Artists


def test_the_losses_are_drawn_as_they_are():
    left, right = figure_of(losses(apart=0.1)).axes
    cross, kl, between, hard = left.lines
    np.testing.assert_allclose(cross.get_ydata(), 2.5 - 0.5 * SHARES)
    np.testing.assert_allclose(kl.get_ydata(), 2.5 - 2 * SHARES)
    np.testing.assert_allclose(between.get_ydata(), 1.5 * SHARES)
    assert hard.get_xydata().tolist() == [[0, 2.5]]
    drawn_slopes = [line.get_ydata() for line in right.lines[:3]]
    np.testing.assert_allclose(drawn_slopes, [GRADIENT, GRADIENT, GRADIENT + 0.1])
    assert len({line.get_marker() for line in right.lines[:3]}) == 3


def test_soft_labels_stand_under_their_images():
    axes = figure_of(soft_labels()).axes
    for image, above, below, soft in zip(IMAGES, axes[:6], axes[6:], SOFT, strict=True):
        np.testing.assert_allclose(above.images[0].get_array(), image.reshape(8, 8))
        heights = [bar.get_height() for bar in below.patches if isinstance(bar, Rectangle)]
        np.testing.assert_allclose(heights, soft)


def test_means_stand_beside_their_names_with_their_runs():
    left, right = figure_of(compared()).axes
    assert [text.get_text() for text in left.get_yticklabels()] == ["hard labels", "teacher"]
    for axes, field in ((left, "accuracy"), (right, "calibration_error")):
        lines = [line.get_xydata() for line in axes.lines]
        for place, name in ((1, "hard labels"), (0, "teacher")):
            runs = 100 * getattr(SCORES[name], field)
            found = [xy[:, 0] for xy in lines if len(xy) == 3 and (xy[:, 1] == place).all()]
            np.testing.assert_allclose(found, [runs])
            assert any(np.allclose(xy, [[runs.mean(), place]]) for xy in lines)


def test_bins_stand_at_their_confidence_and_accuracy():
    predicted = np.array([[0.8, 0.2], [0.6, 0.4], [0.95, 0.05]])
    one = reliability(np.array([0, 1, 0]), predicted, bins=4)
    (axes,) = figure_of(reliability_picture({"it": one})).axes
    marks = axes.collections[-1]
    np.testing.assert_allclose(marks.get_offsets(), [[0.6, 0], [0.875, 1]], rtol=1e-6)
    small, large = marks.get_sizes()
    assert large > 1.5 * small


def test_the_target_is_bars_and_fits_are_lines():
    (axes,) = figure_of(directions()).axes
    np.testing.assert_allclose([bar.get_height() for bar in axes.patches], TARGET)
    np.testing.assert_allclose(axes.lines[0].get_ydata(), 0.2)
    assert len({line.get_linestyle() for line in axes.lines}) == 2


def test_the_stage_holds_its_digit_and_bars():
    picture = staged(2, truth=6)
    left, right = figure_of(picture).axes
    np.testing.assert_allclose(left.images[0].get_array(), IMAGES[2].reshape(8, 8))
    np.testing.assert_allclose([bar.get_height() for bar in right.patches], SOFT[2])
    assert right.lines[0].get_xdata() == [6]


def test_a_state_is_the_same_bytes_whatever_was_shown_before():
    first = png_of(staged(0).drawing)
    others = {png_of(staged(1).drawing), png_of(staged(temperature=4.0).drawing)}
    assert len(others | {first}) == 3
    assert (
        png_of(staged(0).drawing)
        == first
        == png_of(SoftLabelStage().show(IMAGES[0], SOFT[0], truth=4, temperature=3.0).drawing)
    )


def test_nothing_recompiles_while_the_temperature_moves():
    """The explorer of notebook 06, with a soft label that counts how often it is compiled."""
    traces: list[str] = []
    logits = jax.numpy.asarray(RNG.normal(size=(6, 10)))

    @jax.jit
    def soft_label(digit: jax.Array, temperature: jax.Array) -> jax.Array:
        traces.append("traced")
        return tempered(logits[digit], temperature=temperature)

    def picture_at(digit: int, temperature: float) -> Picture:
        soft = soft_label(digit, temperature)
        return STAGE.show(IMAGES[digit], soft, truth=digit, temperature=temperature)

    explorer = Explorer(
        picture_at,
        digit=Slider("digit", 0, 5, 1, 0),
        temperature=Slider("temperature T", 0.5, 20, 0.5, 1.0),
    )
    views = {explorer.view.value}
    for name, value in [("temperature", 4.0), ("digit", 3), ("temperature", 20.0), ("digit", 5)]:
        explorer.controls[name].value = value
        views.add(explorer.view.value)
    assert len(views) == 5
    assert len(traces) == 1


# All of them

PICTURES: dict[str, Callable[[], Picture]] = {
    "losses": losses,
    "soft labels": soft_labels,
    "one soft label": lambda: soft_labels(count=1),
    "comparison": compared,
    "reliability": reliable,
    "directions": directions,
    "stage": staged,
}


@pytest.mark.parametrize("name", PICTURES)
def test_no_text_is_cut_off(name: str):
    assert cut_off(drawn(PICTURES[name]())) == []
