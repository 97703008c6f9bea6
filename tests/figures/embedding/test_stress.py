import re

import numpy as np
import pytest
from matplotlib.text import Text

from lecture11.datasets import eurodist, swiss_roll
from lecture11.embedding import align, classical_scaling
from lecture11.figures import Picture
from lecture11.figures.embedding import (
    MapQuality,
    StressFrame,
    StressStage,
    city_map,
    class_maps,
    roll_panels,
    shepard_panels,
    stress_curves,
)
from lecture11.figures.style import CLASS_COLOURS, COLOURS
from tests.figures.samples import Sample, drawn, figure_of

CITIES = eurodist()
MAPPED = np.asarray(align(classical_scaling(CITIES.distances).points, CITIES.places).points)
ROLL = swiss_roll(200)
GIVEN = np.linspace(1, 10, 100)
FOUND = 1.1 * GIVEN
SLOW = 2 + 0.5 ** np.arange(8)
RUNS = {"slow": SLOW, "fast": 2 + 10.0 ** -np.arange(8)}
SCATTERED = np.random.default_rng(0).normal(size=(60, 2))
DIGITS = np.arange(60) % 10
FRAMES = {
    "step": 3,
    "left": StressFrame(MAPPED, FOUND, 12.5),
    "right": StressFrame(-MAPPED, FOUND, 0.25),
}


def of(points: np.ndarray, error: float = 0.41) -> MapQuality:
    return MapQuality(points, error, trustworthiness=0.832)


SAMPLES = {
    "roll": Sample(
        roll_panels,
        {
            "points": ROLL.points,
            "shadow": ROLL.points[:, [0, 2]],
            "unrolled": ROLL.unrolled + 1,
            "band": ROLL.unrolled,
        },
        [
            {"shadow": ROLL.unrolled},
            {"unrolled": ROLL.unrolled},
            {"band": 2 * ROLL.unrolled},
        ],
        drawn=[{"points": ROLL.points[::-1]}],
    ),
    "cities": Sample(
        city_map,
        {"names": CITIES.cities, "places": CITIES.places, "mapped": MAPPED},
        [{"mapped": MAPPED + 100}, {"places": CITIES.places - 50}, {"unit": "miles"}],
        drawn=[{"coast": CITIES.coast}],
    ),
    "one Shepard diagram": Sample(
        shepard_panels,
        {"diagrams": {"MDS": (GIVEN, FOUND)}},
        [{"diagrams": {"MDS": (GIVEN, FOUND + 1)}}, {"diagrams": {"MDS": (GIVEN + 1, FOUND)}}],
    ),
    "three Shepard diagrams": Sample(
        shepard_panels,
        {"diagrams": dict.fromkeys("abc", (GIVEN, FOUND))},
        [{"diagrams": dict.fromkeys("ab", (GIVEN, FOUND))}],
    ),
    "stress": Sample(
        stress_curves,
        {"steps": range(8), "stresses": RUNS, "least": 2.0, "unit": "km²"},
        [
            {"stresses": {"slow": SLOW, "fast": np.linspace(4, 2, 8)}},
            {"steps": range(1, 9)},
            {"least": 1.5},
        ],
    ),
    "classes": Sample(
        class_maps,
        {"maps": {"a": of(SCATTERED), "b": of(-SCATTERED)}, "labels": DIGITS},
        [
            {"maps": {"a": of(SCATTERED, 0.3)}},
            {"labels": DIGITS[:20], "maps": {"a": of(SCATTERED[:20])}},
            {"at_most": 20},
        ],
        drawn=[{"labels": DIGITS[::-1]}],
    ),
    "two stresses": Sample(
        StressStage,
        FRAMES,
        [
            {"right": StressFrame(-MAPPED, FOUND + 5, 0.25)},
            {"step": 4},
            {"left": StressFrame(MAPPED, FOUND, 13.0)},
            {"given": 2 * GIVEN},
        ],
        stage={
            "names": ("MDS", "Sammon"),
            "groups": np.arange(21) % 6,
            "given": GIVEN,
            "reach": 2500,
            "top": 12,
        },
        drawn=[{"groups": np.arange(21) % 5}, {"left": StressFrame(MAPPED + 99, FOUND, 12.5)}],
    ),
}


@pytest.mark.slow
def test_words_of_the_roll():
    assert SAMPLES["roll"]().words == (
        "200 points on a rolled-up band; each sixth of its length has a colour and a marker of its "
        "own. PCA leaves it rolled up. On the right, points are 1.4 (root mean square) from where "
        "they are on the band, which is 89 long."
    )
    assert "PCA unrolls it. " in SAMPLES["roll"](shadow=ROLL.unrolled).words


# Named places


def test_words_of_the_cities_have_their_numbers():
    errors = np.linalg.norm(MAPPED - CITIES.places, axis=1)
    words = SAMPLES["cities"]().words
    assert f"the 21 places {round(np.sqrt((errors**2).mean()), -1):.0f} km from" in words
    assert f"{CITIES.cities[errors.argmax()]} worst, {round(errors.max(), -1):.0f} km." in words
    assert f"{CITIES.cities[errors.argmin()]} is best placed, {errors.min():.2g} km off" in words


def test_each_city_stands_where_it_is_and_where_the_map_puts_it():
    (axes,) = figure_of(SAMPLES["cities"]()).axes
    marks = {line.get_label(): line.get_xydata() for line in axes.lines}
    np.testing.assert_array_equal(marks["where it is"], CITIES.places)
    np.testing.assert_array_equal(marks["where the map puts it"], MAPPED)


def names_of(picture: Picture) -> list[Text]:
    (axes,) = drawn(picture).axes
    return [text for text in axes.texts if text.get_text() in CITIES.cities]


def test_every_city_is_named_beside_its_mark():
    names = names_of(SAMPLES["cities"]())
    assert [name.get_text() for name in names] == list(CITIES.cities)
    for name, place in zip(names, MAPPED, strict=True):
        box = name.get_window_extent()
        at = name.axes.transData.transform(place)
        nearest = np.clip(at, box.get_points()[0], box.get_points()[1])
        assert np.linalg.norm(nearest - at) < 25  # pixels


def test_names_do_not_cover_each_other():
    boxes = [name.get_window_extent() for name in names_of(SAMPLES["cities"]())]
    pairs = [(a, b) for i, a in enumerate(boxes) for b in boxes[:i]]
    assert sum(a.padded(-2).overlaps(b.padded(-2)) for a, b in pairs) == 0


# Distances


def test_words_of_a_shepard_diagram_say_the_error_of_all_of_short_and_of_long_distances():
    words = shepard_panels({"MDS": (GIVEN, FOUND)}).words
    assert "MDS 10 % (10 % among the shortest tenth, 10 % among the longest)" in words
    only_short = np.where(GIVEN < 1.9, 1.5 * GIVEN, GIVEN)
    words = shepard_panels({"MDS": (GIVEN, only_short)}).words
    assert re.search(r"\(50 % among the shortest tenth, 0 % among the longest\)", words)


def test_a_shepard_diagram_holds_its_pairs_the_line_and_the_median():
    (axes,) = figure_of(shepard_panels({"MDS": (GIVEN, FOUND)})).axes
    line, pairs, median = axes.lines
    np.testing.assert_array_equal(line.get_xdata(), line.get_ydata())
    np.testing.assert_array_equal(pairs.get_xydata(), np.stack([GIVEN, FOUND], axis=1))
    np.testing.assert_allclose(median.get_ydata(), 1.1 * np.asarray(median.get_xdata()))
    assert axes.get_xlim()[1] > FOUND.max()


def test_few_pairs_have_fewer_groups():
    (axes,) = figure_of(shepard_panels({"MDS": ([1.0, 2.0, 2.0], [1.4, 1.0, 1.0])})).axes
    assert len(axes.lines[2].get_xdata()) == 3


# Stress


def test_words_of_the_curves_say_when_each_is_close():
    assert SAMPLES["stress"]().words == (
        "From 3 km² the stress falls to 2. Within a ten-thousandth of it: slow not yet; "
        "fast after 4 iterations."
    )


def test_curves_differ_in_colour_and_line():
    (axes,) = figure_of(SAMPLES["stress"]()).axes
    styles = [(line.get_color(), line.get_linestyle()) for line in axes.lines]
    assert len({colour for colour, _ in styles}) == len({line for _, line in styles}) == 2
    np.testing.assert_allclose(axes.lines[0].get_ydata(), 0.5 ** np.arange(8) / 2)


# Groups


def test_sixths_of_the_band_differ_in_colour_and_marker_and_hold_all_points():
    for axes in figure_of(SAMPLES["roll"]()).axes[1:]:
        colours = [tuple(marks.get_facecolor()[0]) for marks in axes.collections]
        shapes = [marks.get_paths()[0].vertices.tobytes() for marks in axes.collections]
        assert len(set(colours)) == len(set(shapes)) == 6
        assert sum(len(marks.get_offsets()) for marks in axes.collections) == 200


def test_a_digit_is_drawn_as_itself():
    left, right = figure_of(SAMPLES["classes"]()).axes
    shapes = [marks.get_paths()[0].vertices.tobytes() for marks in left.collections]
    assert len(set(shapes)) == len(set(CLASS_COLOURS)) == 10
    for one, other in zip(left.collections, right.collections, strict=True):
        np.testing.assert_allclose(one.get_offsets(), -other.get_offsets())
    assert CLASS_COLOURS[:6] == COLOURS


def test_of_many_digits_only_some_are_drawn_and_the_words_say_so():
    whole = SAMPLES["classes"]().words
    assert whole == (
        "60 digits. How often the nearest other digit in the map is a different one: a 41 % "
        "(trustworthiness 0.83), b 41 % (trustworthiness 0.83)."
    )
    picture = SAMPLES["classes"](at_most=20)
    axes = figure_of(picture).axes[0]
    assert sum(len(marks.get_offsets()) for marks in axes.collections) == 20
    assert picture.words == f"{whole} Drawn is every third of them."


# The stage


def test_words_of_a_stage_are_those_of_its_frames():
    words = SAMPLES["two stresses"]().words
    assert words.startswith("After 3 iterations. MDS: stress 12.5, distances off by 10 % (")
    assert "Sammon: stress 0.25, distances off by 10 %" in words
    assert SAMPLES["two stresses"](step=1).words.startswith("After 1 iteration. ")


def test_a_stage_shows_all_points_of_both_maps_in_their_groups():
    figure = figure_of(SAMPLES["two stresses"]())
    for axes, sign in zip(figure.axes[:2], (1, -1), strict=True):
        for k, marks in enumerate(axes.lines):
            np.testing.assert_array_equal(marks.get_xydata(), sign * MAPPED[k::6])
