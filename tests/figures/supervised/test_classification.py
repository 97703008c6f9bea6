import numpy as np
from matplotlib.patches import Rectangle

from lecture11.figures.supervised import (
    SoftLabelStage,
    comparison_picture,
    directions_picture,
    losses_picture,
    reliability_picture,
    soft_labels_picture,
)
from lecture11.figures.supervised.classification import two_likeliest
from lecture11.supervised import Score, reliability
from tests.figures.samples import Sample, figure_of

RNG = np.random.default_rng(0)
IMAGES = RNG.uniform(size=(6, 64))
SOFT = RNG.dirichlet(np.full(10, 0.3), size=6)
SHARES = np.linspace(0, 1, 11)
GRADIENT = np.array([0.25, -0.5, 0.25])
SLOPES = {"NLL": GRADIENT, "cross-entropy": GRADIENT, "forward KL": GRADIENT}
SCORES = {
    "hard labels": Score(np.array([0.9, 0.92, 0.91]), np.array([0.05, 0.06, 0.04])),
    "teacher": Score(np.array([0.95, 0.96, 0.97]), np.array([0.02, 0.03, 0.04])),
}
PREDICTED = np.array([[0.8, 0.2], [0.6, 0.4], [0.95, 0.05]])
RELIABLE = reliability(np.array([0, 1, 0]), PREDICTED, bins=4)
TARGET = np.array([0.1, 0.3, 0.1, 0.4, 0.1])
FITS = {"forward": np.full(5, 0.2), "reverse": np.array([0.0, 0.0, 0.1, 0.8, 0.1])}

SAMPLES = {
    "losses": Sample(
        losses_picture,
        {
            "shares": SHARES,
            "cross_entropies": 2.5 - 0.5 * SHARES,
            "divergences": 2.5 - 2 * SHARES,
            "hard": 2.5,
            "gradients": SLOPES,
            "share": 0.4,
        },
        [
            {"cross_entropies": 2.5 - 0.25 * SHARES},
            {"divergences": 2.5 - 2.25 * SHARES},
            {"shares": SHARES / 2},
            {"gradients": {**SLOPES, "NLL": GRADIENT + 0.1}},
            {"share": 0.3},
        ],
        drawn=[{"hard": 2.6}],
    ),
    "soft labels": Sample(
        soft_labels_picture,
        {
            "images": IMAGES,
            "probabilities": SOFT,
            "titles": [f"a {digit}" for digit in range(6)],
            "label": "teacher, T = 5",
        },
        [{"probabilities": SOFT[::-1]}, {"titles": [f"no {digit}" for digit in range(6)]}],
        drawn=[{"images": IMAGES[::-1]}],
    ),
    "one soft label": Sample(
        soft_labels_picture,
        {"images": IMAGES[:1], "probabilities": SOFT[:1], "titles": ["a 3"], "label": "teacher"},
        [{"probabilities": SOFT[1:2], "images": IMAGES[1:2]}],
    ),
    "comparison": Sample(
        comparison_picture,
        {"scores": SCORES, "baseline": "hard labels"},
        [{"scores": SCORES | {"mixup": SCORES["teacher"]}}],
    ),
    "reliability": Sample(
        reliability_picture,
        {"classifiers": {"one": RELIABLE, "other": RELIABLE}},
        [{"classifiers": {"one": reliability(np.array([0, 1]), PREDICTED[:2], bins=2)}}],
    ),
    "directions": Sample(
        directions_picture,
        {"target": TARGET, "fits": FITS, "divergences": {"forward": 0.5, "reverse": 0.25}},
        [
            {"target": TARGET[::-1]},
            {"fits": {"forward": np.full(5, 0.2), "reverse": TARGET}},
            {"divergences": {"forward": 0.75, "reverse": 0.25}},
        ],
    ),
    "a soft label": Sample(
        SoftLabelStage,
        {"image": IMAGES[2], "probabilities": SOFT[2], "truth": 6, "temperature": 3.0},
        [{"probabilities": SOFT[1]}, {"truth": 5}, {"temperature": 4.0}],
        stage={},
        drawn=[{"image": IMAGES[1]}],
    ),
}


def test_words_of_the_losses():
    assert SAMPLES["losses"]().words == (
        "With hard labels both losses are 2.5 nats. With 100 % of the label uniform the "
        "cross-entropy is 2 nats, the forward KL 0.5. At 40 % the gradients of 3 losses differ by "
        "less than 1e-12; the steepest raises class 1, by 0.5."
    )
    apart = SAMPLES["losses"](gradients=SLOPES | {"forward KL": GRADIENT + 0.1})
    assert "differ by up to 0.1;" in apart.words


def test_words_of_soft_labels_name_the_two_likeliest():
    soft = np.zeros((2, 10))
    soft[0, [3, 8]] = 0.75, 0.25
    soft[1, [7, 1]] = 0.999, 0.001
    two = {"images": IMAGES[:2], "probabilities": soft, "titles": ["a 0", "a 1"]}
    assert SAMPLES["soft labels"](**two).words == (
        "a 0: 3 at 75 %, 8 at 25 %; a 1: 7 at over 99 %, 1 at under 1 %."
    )
    assert two_likeliest([1.0, 0.0]) == "0 at 100 %, 1 at 0 %"


def test_words_of_the_comparison_are_means_with_standard_errors():
    assert SAMPLES["comparison"]().words == (
        "Means over 3 runs, ± their standard errors: hard labels 91.0 ± 0.6 % right, calibration "
        "error 5.0 %; teacher 96.0 ± 0.6 % right, calibration error 3.0 %."
    )


def test_words_of_reliability_are_averages():
    one = reliability(np.array([0, 1]), PREDICTED[:2], bins=2)
    assert SAMPLES["reliability"](classifiers={"it": one}).words == (
        "it: on average 70 % confident and 50 % right, calibration error 20.0 %."
    )


def test_words_of_the_directions():
    assert SAMPLES["directions"]().words == (
        "p* has 40 % on class 3 and 30 % on class 1. forward puts 20 % on class 0 and ends at 0.5 "
        "nats; reverse puts 80 % on class 3 and ends at 0.25 nats."
    )


def test_words_of_the_stage():
    even = SAMPLES["a soft label"](probabilities=np.full(10, 0.1), truth=7, temperature=20.0)
    assert even.words == (
        "Digit 7. At temperature 20 the teacher's soft label is 0 at 10 %, 1 at 10 %; its entropy "
        "is 2.30 nats."
    )


def test_the_losses_are_drawn_as_they_are():
    left, right = figure_of(SAMPLES["losses"]()).axes
    cross, kl, between, hard = left.lines
    np.testing.assert_allclose(cross.get_ydata(), 2.5 - 0.5 * SHARES)
    np.testing.assert_allclose(kl.get_ydata(), 2.5 - 2 * SHARES)
    np.testing.assert_allclose(between.get_ydata(), 1.5 * SHARES)
    assert hard.get_xydata().tolist() == [[0, 2.5]]
    np.testing.assert_allclose([line.get_ydata() for line in right.lines[:3]], [GRADIENT] * 3)
    assert len({line.get_marker() for line in right.lines[:3]}) == 3


def test_soft_labels_stand_under_their_images():
    axes = figure_of(SAMPLES["soft labels"]()).axes
    for image, above, below, soft in zip(IMAGES, axes[:6], axes[6:], SOFT, strict=True):
        np.testing.assert_allclose(above.images[0].get_array(), image.reshape(8, 8))
        heights = [bar.get_height() for bar in below.patches if isinstance(bar, Rectangle)]
        np.testing.assert_allclose(heights, soft)


def test_means_stand_beside_their_names_with_their_runs():
    left, right = figure_of(SAMPLES["comparison"]()).axes
    assert [text.get_text() for text in left.get_yticklabels()] == ["hard labels", "teacher"]
    for axes, field in ((left, "accuracy"), (right, "calibration_error")):
        lines = [line.get_xydata() for line in axes.lines]
        for place, name in ((1, "hard labels"), (0, "teacher")):
            runs = 100 * getattr(SCORES[name], field)
            found = [xy[:, 0] for xy in lines if len(xy) == 3 and (xy[:, 1] == place).all()]
            np.testing.assert_allclose(found, [runs])
            assert any(np.allclose(xy, [[runs.mean(), place]]) for xy in lines)


def test_bins_stand_at_their_confidence_and_accuracy():
    marks = figure_of(SAMPLES["reliability"]()).axes[0].collections[-1]
    np.testing.assert_allclose(marks.get_offsets(), [[0.6, 0], [0.875, 1]], rtol=1e-6)
    small, large = marks.get_sizes()
    assert large > 1.5 * small


def test_the_target_is_bars_and_fits_are_marks_of_their_own():
    (axes,) = figure_of(SAMPLES["directions"]()).axes
    np.testing.assert_allclose([bar.get_height() for bar in axes.patches], TARGET)
    np.testing.assert_allclose(axes.lines[0].get_ydata(), 0.2)
    assert len({line.get_marker() for line in axes.lines}) == 2


def test_the_stage_holds_its_digit_and_bars():
    left, right = figure_of(SAMPLES["a soft label"]()).axes
    np.testing.assert_allclose(left.images[0].get_array(), IMAGES[2].reshape(8, 8))
    np.testing.assert_allclose([bar.get_height() for bar in right.patches], SOFT[2])
    assert right.lines[0].get_xdata() == [6]
