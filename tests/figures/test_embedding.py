import re

import numpy as np
import pytest
from matplotlib.text import Text

from lecture11.datasets import eurodist, swiss_roll
from lecture11.embedding import align, classical_scaling, fit_mds, shepard_pairs
from lecture11.figures.embedding import (
    CLASS_COLOURS,
    StressFrame,
    StressStage,
    city_map,
    class_maps,
    roll_panels,
    shepard_panels,
    stress_curves,
)
from lecture11.figures.picture import Picture, png_of
from lecture11.figures.style import COLOURS
from tests.figures.conftest import cut_off, drawn, figure_of

CITIES = eurodist()
MAPPED = np.asarray(align(classical_scaling(CITIES.distances).points, CITIES.places).points)
BEST = np.asarray(align(fit_mds(CITIES.distances, frames=[200]).state.points, CITIES.places).points)
ROLL = swiss_roll(200)
GIVEN = np.linspace(1, 10, 100)
FOUND = 1.1 * GIVEN


def cities(mapped: np.ndarray = MAPPED) -> Picture:
    return city_map(CITIES.cities, CITIES.places, mapped)


def roll() -> Picture:
    flat = ROLL.unrolled
    return roll_panels(ROLL.points, {"one": flat, "two": flat}, flat[:, 0], words="A roll.")


def curves(stress: np.ndarray | None = None) -> Picture:
    falling = 2 + 10.0 ** -np.arange(8) if stress is None else stress
    runs = {"slow": 2 + 0.5 ** np.arange(8), "fast": falling}
    return stress_curves(range(8), runs, least=2.0, unit="km²")


def classes() -> Picture:
    points = np.random.default_rng(0).normal(size=(60, 2))
    return class_maps({"a": points, "b": -points}, np.arange(60) % 10, words="Digits.")


def stage() -> StressStage:
    groups = np.arange(21) % 6
    return StressStage(("MDS", "Sammon"), groups, GIVEN, reach=2500, top=12)


def frames(shift: float = 0) -> tuple[StressFrame, StressFrame]:
    return StressFrame(MAPPED, FOUND, 12.5), StressFrame(-MAPPED, FOUND + shift, 0.25)


PICTURES = {
    "cities": cities,
    "roll": roll,
    "curves": curves,
    "classes": classes,
    "shepard one": lambda: shepard_panels({"MDS": (GIVEN, FOUND)}),
    "shepard three": lambda: shepard_panels(dict.fromkeys("abc", (GIVEN, FOUND))),
    "stage": lambda: stage().show(3, *frames()),
}

each = pytest.mark.parametrize("name", PICTURES)


@each
def test_nothing_is_cut_off(name: str):
    assert cut_off(drawn(PICTURES[name]())) == []


@each
def test_it_is_drawn_alike_each_time(name: str):
    assert png_of(PICTURES[name]().drawing) == png_of(PICTURES[name]().drawing)


# Named places


def test_words_of_the_cities_have_their_numbers():
    errors = np.linalg.norm(MAPPED - CITIES.places, axis=1)
    words = cities().words
    assert f"the 21 places {round(np.sqrt((errors**2).mean()), -1):.0f} km from" in words
    assert f"{CITIES.cities[errors.argmax()]} worst, {round(errors.max(), -1):.0f} km." in words
    assert f"{CITIES.cities[errors.argmin()]} is best placed, {errors.min():.2g} km off" in words
    assert cities(MAPPED + 100).words != words


def test_each_city_stands_where_it_is_and_where_the_map_puts_it():
    (axes,) = figure_of(cities()).axes
    marks = {line.get_label(): line.get_xydata() for line in axes.lines}
    np.testing.assert_array_equal(marks["where it is"], CITIES.places)
    np.testing.assert_array_equal(marks["where the map puts it"], MAPPED)


def names_of(picture: Picture) -> list[Text]:
    (axes,) = drawn(picture).axes
    return [text for text in axes.texts if text.get_text() in CITIES.cities]


def test_every_city_is_named_beside_its_mark():
    names = names_of(cities())
    assert [name.get_text() for name in names] == list(CITIES.cities)
    for name, place in zip(names, MAPPED, strict=True):
        box = name.get_window_extent()
        at = name.axes.transData.transform(place)
        nearest = np.clip(at, box.get_points()[0], box.get_points()[1])
        assert np.linalg.norm(nearest - at) < 25  # pixels


@pytest.mark.parametrize("mapped", [MAPPED, BEST], ids=["classical", "least stress"])
def test_names_do_not_cover_each_other(mapped: np.ndarray):
    boxes = [name.get_window_extent() for name in names_of(cities(mapped))]
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
    pairs = shepard_pairs([[0, 1.0, 2.0], [1.0, 0, 2.0], [2.0, 2.0, 0]], np.eye(3)[:, :2])
    (axes,) = figure_of(shepard_panels({"MDS": pairs})).axes
    assert len(axes.lines[2].get_xdata()) == 3


# Stress


def test_words_of_the_curves_say_when_each_is_close():
    words = curves().words
    assert words == (
        "From 3 km² the stress falls to 2. Within a ten-thousandth of it: slow not yet; "
        "fast after 4 iterations."
    )
    assert curves(np.linspace(4, 2, 8)).words != words


def test_curves_differ_in_colour_and_line():
    (axes,) = figure_of(curves()).axes
    styles = [(line.get_color(), line.get_linestyle()) for line in axes.lines]
    assert len({colour for colour, _ in styles}) == len({line for _, line in styles}) == 2
    np.testing.assert_allclose(axes.lines[0].get_ydata(), 0.5 ** np.arange(8) / 2)


# Groups


def test_sixths_of_the_band_differ_in_colour_and_marker_and_hold_all_points():
    for axes in figure_of(roll()).axes[1:]:
        colours = [tuple(marks.get_facecolor()[0]) for marks in axes.collections]
        shapes = [marks.get_paths()[0].vertices.tobytes() for marks in axes.collections]
        assert len(set(colours)) == len(set(shapes)) == 6
        assert sum(len(marks.get_offsets()) for marks in axes.collections) == 200


def test_a_digit_is_drawn_as_itself():
    left, right = figure_of(classes()).axes
    shapes = [marks.get_paths()[0].vertices.tobytes() for marks in left.collections]
    assert len(set(shapes)) == len(set(CLASS_COLOURS)) == 10
    for one, other in zip(left.collections, right.collections, strict=True):
        np.testing.assert_allclose(one.get_offsets(), -other.get_offsets())
    assert CLASS_COLOURS[:6] == COLOURS


def test_of_many_digits_only_some_are_drawn_and_the_words_say_so():
    points = np.random.default_rng(0).normal(size=(60, 2))
    picture = class_maps({"a": points}, np.arange(60) % 7, words="Digits.", at_most=20)
    (axes,) = figure_of(picture).axes
    assert sum(len(marks.get_offsets()) for marks in axes.collections) == 20
    assert picture.words == "Digits. Drawn is every third of them."
    assert classes().words == "Digits."


# The stage


def test_words_of_a_stage_are_those_of_its_frames():
    board = stage()
    words = board.show(3, *frames()).words
    assert words.startswith("After 3 iterations. MDS: stress 12.5, errors 10 % (")
    assert "Sammon: stress 0.25, errors 10 %" in words
    assert board.show(1, *frames()).words.startswith("After 1 iteration. ")
    assert board.show(3, *frames(shift=5)).words != words


def test_a_stage_that_has_moved_looks_like_a_new_one():
    moved = stage()
    moved.show(0, *frames(shift=3)).drawing.pixels()
    assert png_of(moved.show(3, *frames()).drawing) == png_of(stage().show(3, *frames()).drawing)


def test_a_stage_shows_all_points_of_both_maps_in_their_groups():
    figure = figure_of(stage().show(3, *frames()))
    for axes, sign in zip(figure.axes[:2], (1, -1), strict=True):
        for k, marks in enumerate(axes.lines):
            np.testing.assert_array_equal(marks.get_xydata(), sign * MAPPED[k::6])
