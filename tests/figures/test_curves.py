from collections import Counter
from collections.abc import Callable

import matplotlib
import matplotlib.style
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D

from lecture11.figures.curves import (
    CurveStage,
    bound_picture,
    criterion_picture,
    optima_picture,
)
from lecture11.figures.picture import Picture, png_of
from lecture11.figures.style import COLOURS
from tests.figures.conftest import cut_off, drawn, figure_of


def axes_of(picture: Picture) -> Axes:
    (axes,) = figure_of(picture).axes
    return axes


# The bound

POSITIONS = np.linspace(-0.5, 1.5, 41)
LEVELS = -100 - 3 * (POSITIONS - 1.25) ** 2
BOUNDS = LEVELS - 0.75 * POSITIONS**2  # touches at 0, highest at 1


def bound(
    positions: np.ndarray = POSITIONS, levels: np.ndarray = LEVELS, bounds: np.ndarray = BOUNDS
) -> Picture:
    return bound_picture(positions, levels, bounds, label="from here (0) to there (1)")


def test_words_of_the_bound_have_its_numbers():
    assert bound().words == (
        "At the present θ the two touch, at −104.7 nats. At the next the bound has risen to −100.9 "
        "and the log-likelihood above it to −100.2. As far as drawn, the bound is highest at 1, "
        "the log-likelihood at 1.25."
    )


def test_words_of_the_bound_change_with_every_array():
    others = [
        bound(positions=POSITIONS + 0.1),
        bound(levels=LEVELS + 1),
        bound(bounds=BOUNDS + 1),
    ]
    assert len({bound().words, *(other.words for other in others)}) == 4


@pytest.mark.parametrize("place", [-0.5, 0.25, 1.5])
def test_the_summits_are_found_wherever_they_are(place: float):
    peak = -((POSITIONS - place) ** 2)
    number = f"{place:g}".replace("-", "−")
    assert f"the bound is highest at {number}, the" in bound(bounds=peak).words
    assert bound(levels=peak).words.endswith(f", the log-likelihood at {number}.")


def test_the_bound_and_the_log_likelihood_are_drawn_and_told_apart():
    level, frozen, *_ = lines = axes_of(bound()).lines
    np.testing.assert_array_equal(level.get_xydata(), np.stack([POSITIONS, LEVELS], axis=1))
    np.testing.assert_array_equal(frozen.get_xydata(), np.stack([POSITIONS, BOUNDS], axis=1))
    assert len({line.get_linestyle() for line in lines[:2]}) == 2
    assert len({line.get_color() for line in lines[:2]}) == 2
    legend = [text.get_text() for text in axes_of(bound()).get_legend().get_texts()]
    assert legend == ["log-likelihood L", "bound: posterior frozen at 0"]
    assert axes_of(bound()).get_xlabel() == "from here (0) to there (1)"


def test_the_present_and_the_next_are_marked():
    marks = [line for line in axes_of(bound()).lines if len(line.get_xdata()) == 1]
    places = [(0, LEVELS[10]), (1, LEVELS[30]), (1, BOUNDS[30])]
    np.testing.assert_allclose(np.concatenate([mark.get_xydata() for mark in marks]), places)
    assert marks[1].get_marker() != marks[2].get_marker()


# The optima

ENDS = [-10.004, -12.0, -10.0, -10.5, -12.001, -10.003]


def optima_of(picture: Picture) -> list[list[float]]:
    """Where the dots stand: a log-likelihood, and how many runs end there."""
    (dots,) = axes_of(picture).lines
    return dots.get_xydata().tolist()


def test_runs_are_counted_at_their_optimum():
    picture = optima_picture(ENDS)
    assert optima_of(picture) == [[-10, 3], [-10.5, 1], [-12, 2]]
    assert picture.words == "3 of 6 runs reach the highest, −10 nats; the lowest ends at −12."


@pytest.mark.parametrize(
    ("tolerance", "counts"),
    [(0, [1, 1, 1, 1, 1, 1]), (0.0015, [1, 2, 1, 2]), (0.6, [4, 2]), (2, [6])],
)
def test_what_counts_as_one_optimum_can_be_chosen(tolerance: float, counts: list[int]):
    picture = optima_picture(ENDS, tolerance=tolerance)
    assert [count for _, count in optima_of(picture)] == counts


def test_the_same_level_is_one_optimum_without_tolerance():
    assert optima_of(optima_picture([-1, -2, -1, -1], tolerance=0)) == [[-1, 3], [-2, 1]]


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(-5, 5), min_size=1, max_size=12))
def test_every_run_is_counted_once_whatever_their_order(ends: list[int]):
    picture = optima_picture(ends)
    counted = Counter(ends)
    assert optima_of(picture) == [[end, counted[end]] for end in sorted(counted, reverse=True)]
    assert picture.words.startswith(f"{counted[max(ends)]} of {len(ends)} runs reach the highest, ")
    assert ("the lowest" in picture.words) == (len(counted) > 1)


def test_words_of_one_optimum_know_of_no_other():
    assert optima_picture([-7.5] * 4).words == "4 of 4 runs reach the highest, −7.5 nats."
    assert optima_of(optima_picture([-7.5] * 4)) == [[-7.5, 4]]


def test_words_of_the_optima_change_with_the_runs():
    others = [[*ENDS, -10], [*ENDS, -9], [*ENDS, -13], [end - 1 for end in ENDS]]
    assert len({optima_picture(ends).words for ends in [ENDS, *others]}) == 5


def test_a_stem_stands_under_every_dot_on_an_axis_of_whole_runs():
    axes = axes_of(optima_picture(ENDS))
    (stems,) = axes.collections
    feet, tops = np.array(stems.get_segments()).swapaxes(0, 1)
    np.testing.assert_array_equal(tops, optima_of(optima_picture(ENDS)))
    np.testing.assert_array_equal(feet[:, 1], 0)
    assert axes.get_ylim()[0] == 0
    ticks = axes.get_yticks()
    np.testing.assert_array_equal(ticks, ticks.round())


# The criterion

COMPONENTS = range(2, 6)
CRITERIA = {"full": [31.5, 20.25, 22.0, 30.0], "tied": [30.0, 29.0, 28.0, 27.5]}


def criterion(**change: list[float]) -> Picture:
    return criterion_picture(COMPONENTS, {**CRITERIA, **change}, name="BIC")


def curves_and_rings(picture: Picture) -> tuple[list[Line2D], list[Line2D]]:
    lines = list(axes_of(picture).lines)
    curves = [line for line in lines if len(line.get_xdata()) > 1]
    return curves, [line for line in lines if line not in curves]


def test_words_say_where_each_criterion_is_lowest():
    assert criterion().words == (
        "BIC is lowest at K = full 3 (20.25), tied 5 (27.5); each is ringed."
    )


def test_words_of_the_criterion_change_with_what_is_lowest():
    others = [
        criterion(full=[31.5, 20.0, 22.0, 30.0]),
        criterion(full=[19.0, 20.25, 22.0, 30.0]),
        criterion(tied=[30.0, 29.0, 27.0, 27.5]),
        criterion(spherical=[9.0, 8.0, 7.0, 6.0]),
        criterion_picture(range(3, 7), CRITERIA, name="BIC"),
        criterion_picture(COMPONENTS, CRITERIA, name="AIC"),
    ]
    assert len({criterion().words, *(other.words for other in others)}) == 7


@settings(deadline=None, max_examples=15)
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
    axes = axes_of(criterion())
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("components K", "BIC")
    ticks = axes.get_xticks()
    np.testing.assert_array_equal(ticks, ticks.round())


# The stage

GRID = np.linspace(0, 1, 21)
CURVE = -30 * (GRID - 0.6) ** 2


def stage() -> CurveStage:
    return CurveStage((0, 1), (-12, 2), labels=("bias b", "log-likelihood L(b), nats"))


def show(
    of: CurveStage, position: float = 0.4, level: float = -5.0, curve: np.ndarray = CURVE
) -> Picture:
    return of.show(GRID, curve, position, level, f"A point at {position}.")


def test_a_curve_and_its_point_stand_where_they_are():
    curve, drop, point = axes_of(show(stage())).lines
    np.testing.assert_array_equal(curve.get_xydata(), np.stack([GRID, CURVE], axis=1))
    np.testing.assert_array_equal(point.get_xydata(), [[0.4, -5]])
    np.testing.assert_array_equal(drop.get_xydata(), [[0.4, -12], [0.4, -5]])


@pytest.mark.parametrize(("position", "level"), [(0.4, -5.0), (0.85, 1.0)])
def test_the_point_is_seen_where_it_stands_over_its_curve(position: float, level: float):
    on_curve = np.full_like(GRID, level)
    picture = show(stage(), position, level, on_curve)
    pixels = picture.drawing.pixels()[:, :, :3] / 255
    x, y = axes_of(picture).transData.transform((position, level)).round().astype(int)
    np.testing.assert_allclose(pixels[-y, x], to_rgb(COLOURS[1]), atol=0.01)
    np.testing.assert_allclose(pixels[-y, x + 30], to_rgb(COLOURS[0]), atol=0.01)


def test_words_are_as_given():
    moved = stage()
    assert show(moved, 0.4).words == "A point at 0.4."
    assert show(moved, 0.5).words == "A point at 0.5."


def test_a_state_is_the_same_bytes_whatever_was_shown_before():
    moved = stage()
    first = png_of(show(moved).drawing)
    others = {
        png_of(show(moved, position=0.7).drawing),
        png_of(show(moved, level=-2.0).drawing),
        png_of(show(moved, curve=CURVE - 1).drawing),
    }
    assert len(others | {first}) == 4
    assert first == png_of(show(moved).drawing)
    assert first == png_of(show(stage()).drawing)


def test_the_axes_stay_as_asked():
    axes = axes_of(show(stage(), 7.0, -500.0, 100 * CURVE))
    assert (axes.get_xlim(), axes.get_ylim()) == ((0, 1), (-12, 2))
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("bias b", "log-likelihood L(b), nats")


def test_a_curve_that_falls_to_minus_infinity_is_drawn_as_far_as_it_goes():
    endless = np.where((GRID == 0) | (GRID == 1), -np.inf, CURVE)
    cut = np.where(np.isfinite(endless), endless, np.nan)
    assert png_of(show(stage(), curve=endless).drawing) == png_of(show(stage(), curve=cut).drawing)


# All of them

PICTURES: dict[str, Callable[[], Picture]] = {
    "bound": bound,
    "optima": lambda: optima_picture(ENDS),
    "one optimum": lambda: optima_picture([-1234.5678]),
    "criterion": criterion,
    "criterion with long names": lambda: criterion_picture(
        COMPONENTS, {"a rather long name": [-1e4, -2e4, -3e4, -4e4]}, name="BIC"
    ),
    "stage": lambda: show(stage()),
    "stage at its corner": lambda: show(stage(), 1.0, 2.0),
}

each_picture = pytest.mark.parametrize("name", PICTURES)


@each_picture
def test_no_text_is_cut_off(name: str):
    assert cut_off(drawn(PICTURES[name]())) == []


@each_picture
def test_a_picture_is_the_same_whatever_the_users_style(name: str):
    ours = png_of(PICTURES[name]().drawing)
    with matplotlib.style.context(
        ["dark_background", {"font.size": 30, "lines.linewidth": 9, "axes.grid": True}]
    ):
        theirs = PICTURES[name]()
    assert png_of(theirs.drawing) == ours


@each_picture
def test_the_users_own_style_is_as_it_was_afterwards(name: str):
    matplotlib.rcParams["backend"]  # the first look at it chooses one
    with matplotlib.rc_context({"lines.linewidth": 9, "font.size": 30}):
        before = matplotlib.rcParams.copy()
        PICTURES[name]().to_html()
        assert matplotlib.rcParams == before
