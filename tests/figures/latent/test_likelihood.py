from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D

from lecture11.figures import Picture
from lecture11.figures.latent import (
    CoinStage,
    bound_picture,
    criterion_picture,
    errors_picture,
    optima_picture,
)
from lecture11.figures.style import COLOURS
from tests.figures.samples import Sample, figure_of

POSITIONS = np.linspace(-0.5, 1.5, 41)
LEVELS = -100 - 3 * (POSITIONS - 1.25) ** 2
BOUNDS = LEVELS - 0.75 * POSITIONS**2  # touches at 0, highest at 1
ENDS = np.array([-10.004, -12.0, -10.0, -10.5, -12.001, -10.003])
COMPONENTS = range(2, 6)
CRITERIA = {"full": [31.5, 20.25, 22.5, 30.0], "tied": [30.0, 29.0, 28.0, 27.5]}
BIASES = np.linspace(0.01, 0.99, 99)
TOSSES = np.array([1, 1, 0, 1])
ERRORS = {"both": 0.25 ** np.arange(6.0), "one": 0.625 ** np.arange(6.0)}
RATES = {"both": 0.25, "one": 0.625}
CURVE = 3 * np.log(BIASES) + np.log(1 - BIASES)

SAMPLES = {
    "bound": Sample(
        bound_picture,
        {
            "positions": POSITIONS,
            "log_likelihoods": LEVELS,
            "bounds": BOUNDS,
            "label": "from here (0) to there (1)",
        },
        [
            {"positions": POSITIONS + 0.1},
            {"log_likelihoods": LEVELS + 1},
            {"bounds": BOUNDS + 1},
        ],
    ),
    "errors by cycle": Sample(
        errors_picture,
        {"errors": ERRORS, "rates": RATES},
        [
            {"rates": {**RATES, "both": 0.125}},
            {"errors": {"one": ERRORS["one"]}, "rates": {"one": 0.625}},
        ],
        drawn=[{"errors": {**ERRORS, "one": 0.5 ** np.arange(6.0)}}],
    ),
    "optima": Sample(
        optima_picture,
        {"log_likelihoods": ENDS, "marked": {"averaged votes": -10.5}},
        [
            {"marked": {"averaged votes": -11}},
            {"log_likelihoods": [*ENDS, -10]},
            {"log_likelihoods": [*ENDS, -9]},
            {"log_likelihoods": [*ENDS, -13]},
            {"log_likelihoods": ENDS - 1},
            {"tolerance": 0.6},
        ],
    ),
    "one optimum": Sample(
        optima_picture, {"log_likelihoods": [-1234.5678]}, [{"log_likelihoods": [-7.5] * 4}]
    ),
    "criterion": Sample(
        criterion_picture,
        {"components": COMPONENTS, "criteria": CRITERIA, "name": "BIC"},
        [
            {"criteria": {**CRITERIA, "full": [31.5, 20.0, 22.0, 30.0]}},
            {"criteria": {**CRITERIA, "full": [19.0, 20.25, 22.0, 30.0]}},
            {"criteria": {**CRITERIA, "spherical": [9.0, 8.0, 7.0, 6.0]}},
            {"components": range(3, 7)},
            {"name": "AIC"},
            {"tie": 10.0},
        ],
    ),
    "criterion with long names": Sample(
        criterion_picture,
        {
            "components": COMPONENTS,
            "criteria": {"a rather long name": [-1e4, -2e4, -3e4, -4e4]},
            "name": "BIC",
        },
        [{"criteria": {"a rather long name": [-4e4, -3e4, -2e4, -1e4]}}],
    ),
    "coin": Sample(
        CoinStage,
        {"curve": CURVE, "bias": 0.4, "log_likelihood": -5.0},
        [{"bias": 1.0}, {"log_likelihood": -2.0}],
        stage={"biases": BIASES},
        drawn=[{"curve": CURVE - 1}, {"biases": BIASES**2}],
        method="at_bias",
    ),
    "tosses": Sample(
        CoinStage,
        {"seen": TOSSES, "of": 12, "curve": CURVE},
        [{"seen": TOSSES[:2]}, {"seen": TOSSES[:0]}, {"of": 8}],
        stage={"biases": BIASES},
        drawn=[{"curve": CURVE - 1}, {"biases": BIASES**2}],
        method="after",
    ),
}


def axes_of(picture: Picture) -> Axes:
    (axes,) = figure_of(picture).axes
    return axes


# The bound


def test_words_of_the_bound_have_its_numbers():
    assert SAMPLES["bound"]().words == (
        "At the present θ the two touch, at −104.69 nats. At the next the bound has risen to "
        "−100.94 and the log-likelihood above it to −100.19: a gap of 0.75. As far as drawn, the "
        "bound is highest at 1, the log-likelihood at 1.25."
    )


@pytest.mark.parametrize("place", [-0.5, 0.25, 1.5])
def test_the_summits_are_found_wherever_they_are(place: float):
    peak = -((POSITIONS - place) ** 2)
    number = f"{place:g}".replace("-", "−")
    assert f"the bound is highest at {number}, the" in SAMPLES["bound"](bounds=peak).words
    words = SAMPLES["bound"](log_likelihoods=peak).words
    assert words.endswith(f", the log-likelihood at {number}.")


def test_the_bound_and_the_log_likelihood_are_drawn_and_told_apart():
    axes = axes_of(SAMPLES["bound"]())
    level, frozen, *_ = lines = axes.lines
    np.testing.assert_array_equal(level.get_xydata(), np.stack([POSITIONS, LEVELS], axis=1))
    np.testing.assert_array_equal(frozen.get_xydata(), np.stack([POSITIONS, BOUNDS], axis=1))
    assert len({line.get_linestyle() for line in lines[:2]}) == 2
    assert len({line.get_color() for line in lines[:2]}) == 2
    legend = [text.get_text() for text in axes.get_legend().get_texts()]
    assert legend == ["log-likelihood L", "bound: posterior frozen at 0"]
    assert axes.get_xlabel() == "from here (0) to there (1)"


def test_the_present_and_the_gap_at_the_next_are_marked():
    axes = axes_of(SAMPLES["bound"]())
    *_, present, gap = axes.lines
    np.testing.assert_allclose(present.get_xydata(), [(0, LEVELS[10])])
    np.testing.assert_allclose(gap.get_xydata(), [(1, BOUNDS[30]), (1, LEVELS[30])])
    assert [text.get_text() for text in axes.texts] == ["gap 0.75"]


# The errors


def test_errors_are_lines_on_a_logarithmic_axis_with_their_rates():
    axes = axes_of(SAMPLES["errors by cycle"]())
    assert axes.get_yscale() == "log"
    for line, curve in zip(axes.lines, ERRORS.values(), strict=True):
        np.testing.assert_array_equal(line.get_ydata(), curve)
    legend = [text.get_text() for text in axes.get_legend().get_texts()]
    assert legend == ["both: 25.0 %", "one: 62.5 %"]
    words = "In the end a cycle leaves 25.0 % of the error with both, 62.5 % with one."
    assert SAMPLES["errors by cycle"]().words == words


# The optima


def optima_of(picture: Picture) -> list[list[float]]:
    """Where the dots stand: a log-likelihood, and how many runs end there."""
    dots = axes_of(picture).lines[0]
    return dots.get_xydata().tolist()


def test_runs_are_counted_at_their_optimum():
    picture = SAMPLES["optima"]()
    assert optima_of(picture) == [[-10, 3], [-10.5, 1], [-12, 2]]
    assert picture.words == (
        "3 of 6 runs reach the highest, −10 nats; the lowest ends at −12; from averaged votes it "
        "is −10.5."
    )
    assert optima_picture([-7.5] * 4).words == "4 of 4 runs reach the highest, −7.5 nats."


@pytest.mark.parametrize(
    ("tolerance", "counts"),
    [(0, [1, 1, 1, 1, 1, 1]), (0.0015, [1, 2, 1, 2]), (0.6, [4, 2]), (2, [6])],
)
def test_what_counts_as_one_optimum_can_be_chosen(tolerance: float, counts: list[int]):
    picture = optima_picture(ENDS, tolerance=tolerance)
    assert [count for _, count in optima_of(picture)] == counts


@pytest.mark.slow
@settings(max_examples=10)
@given(st.lists(st.integers(-5, 5), min_size=1, max_size=12))
def test_every_run_is_counted_once_whatever_their_order(ends: list[int]):
    picture = optima_picture(ends, tolerance=0)
    counted = Counter(ends)
    assert optima_of(picture) == [[end, counted[end]] for end in sorted(counted, reverse=True)]
    assert picture.words.startswith(f"{counted[max(ends)]} of {len(ends)} runs reach the highest, ")
    assert ("the lowest" in picture.words) == (len(counted) > 1)


def test_what_did_not_end_is_refused():
    with pytest.raises(ValueError, match=r"^log_likelihoods: some are NaN or infinite"):
        optima_picture([-1.0, np.nan])


def test_a_stem_stands_under_every_dot_on_an_axis_of_whole_runs():
    picture = SAMPLES["optima"]()
    axes = axes_of(picture)
    (stems,) = axes.collections
    feet, tops = np.array(stems.get_segments()).swapaxes(0, 1)
    np.testing.assert_array_equal(tops, optima_of(picture))
    np.testing.assert_array_equal(feet[:, 1], 0)
    assert axes.get_ylim()[0] == 0
    ticks = axes.get_yticks()
    np.testing.assert_array_equal(ticks, ticks.round())


# The criterion


def curves_and_rings(picture: Picture) -> tuple[list[Line2D], list[Line2D]]:
    lines = list(axes_of(picture).lines)
    return lines[::2], lines[1::2]


def test_words_say_where_each_criterion_is_lowest():
    assert SAMPLES["criterion"]().words == (
        "BIC is lowest, to 2, at K = full 3 (20.25), tied 3 (29) or 4 (28) or 5 (27.5): ringed."
    )


@settings(max_examples=8)
@given(st.lists(st.permutations([-3.0, 10.0, 22.5, 1e3]), min_size=1, max_size=6))
def test_the_lowest_of_each_model_is_ringed_in_its_colour(values: list[list[float]]):
    criteria = {f"model {index}": curve for index, curve in enumerate(values)}
    curves, rings = curves_and_rings(criterion_picture(COMPONENTS, criteria, name="BIC"))
    assert len(curves) == len(rings) == len(values)
    for curve, ring, expected in zip(curves, rings, values, strict=True):
        np.testing.assert_array_equal(curve.get_ydata(), expected)
        np.testing.assert_array_equal(curve.get_xdata(), COMPONENTS)
        assert ring.get_xydata().tolist() == [[COMPONENTS[expected.index(-3.0)], -3.0]]
        assert ring.get_markeredgecolor() == curve.get_color()
        assert ring.get_markerfacecolor() == "none"
        assert ring.get_markersize() > curve.get_markersize()


def test_models_are_named_and_told_apart_by_more_than_colour():
    criteria = {name: [1.0, 2.0, 3.0, 4.0] for name in "abcdef"}
    picture = criterion_picture(COMPONENTS, criteria, name="BIC")
    curves, _ = curves_and_rings(picture)
    assert [text.get_text() for text in axes_of(picture).get_legend().get_texts()] == [*"abcdef"]
    assert len({line.get_marker() for line in curves}) == 6
    assert len({line.get_color() for line in curves}) == 6
    assert len({line.get_linestyle() for line in curves[:4]}) == 4


def test_the_criterion_is_named_over_whole_components():
    axes = axes_of(SAMPLES["criterion"]())
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("components K", "BIC")
    ticks = axes.get_xticks()
    np.testing.assert_array_equal(ticks, ticks.round())


# The coin


def test_words_of_the_coin():
    assert SAMPLES["coin"]().words == ("With bias 0.4 the log-likelihood of the tosses is −5 nats.")
    assert SAMPLES["tosses"]().words == (
        "After 4 of 12 tosses, 3 of them heads, the most likely bias is 0.75."
    )
    assert SAMPLES["tosses"](seen=TOSSES[:0]).words == (
        "Before the first toss no bias is more likely than another."
    )


def test_a_curve_and_its_point_stand_where_they_are():
    curve, drop, point = axes_of(SAMPLES["coin"]()).lines
    np.testing.assert_array_equal(curve.get_xydata(), np.stack([BIASES, CURVE], axis=1))
    np.testing.assert_array_equal(drop.get_xydata(), [[0.4, -30], [0.4, -5]])
    np.testing.assert_array_equal(point.get_xydata(), [[0.4, -5]])
    assert to_rgb(point.get_color()) != to_rgb(curve.get_color()) == to_rgb(COLOURS[0])
    summit = axes_of(SAMPLES["tosses"]()).lines[2].get_xydata()
    np.testing.assert_allclose(summit, [[0.75, CURVE.max()]])


def test_the_axes_stay_whatever_the_curve():
    axes = axes_of(SAMPLES["coin"](curve=100 * CURVE, bias=7.0, log_likelihood=-500.0))
    assert (axes.get_xlim(), axes.get_ylim()) == ((0, 1), (-30, 0))
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("bias b", "log-likelihood L(b), nats")


def test_a_curve_that_falls_to_minus_infinity_is_drawn_as_far_as_it_goes():
    endless = np.where(BIASES < 0.1, -np.inf, CURVE)
    picture = SAMPLES["coin"](curve=endless)
    ink = (picture.drawing.pixels()[..., :3] < 128).any(axis=2).sum()
    whole = (SAMPLES["coin"]().drawing.pixels()[..., :3] < 128).any(axis=2).sum()
    assert 0 < ink < whole
