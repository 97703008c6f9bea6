"""Pictures of digits, turning objects and triplets hold the arrays, and say what these say."""

import numpy as np
import pytest
from matplotlib.offsetbox import AnnotationBbox

from lecture11.datasets import turntable
from lecture11.figures.maps import (
    DigitMapStage,
    MapQuality,
    MarginStage,
    OddDigitStage,
    collapse_picture,
    digit_maps,
    error_bars_picture,
    is_torn,
    loop_maps,
    odd_ones,
    picture_rows,
    shares,
    threads,
    thumbnail_map,
    triplet_bars,
)
from lecture11.figures.picture import png_of
from lecture11.supervised import TripletCounts, count_triplets

from .conftest import cut_off, drawn, figure_of

RNG = np.random.default_rng(0)
LABELS = np.arange(120) % 10
CORNERS = 10 * np.stack([np.cos(t := np.arange(10) * 0.63), np.sin(t)], axis=1)
POINTS = CORNERS[LABELS] + RNG.normal(size=(120, 2))
IMAGES = RNG.random((120, 28, 28))


def of(points: np.ndarray, **changed) -> MapQuality:
    return MapQuality(
        points, **{"divergence": 1.234, "error": 0.06, "trustworthiness": 0.987} | changed
    )


# Digits


def test_digit_maps_draw_each_digit_at_its_place_and_say_the_numbers():
    picture = digit_maps({"t-SNE": of(POINTS), "other": of(-POINTS, error=0.61)}, LABELS)
    left, right = drawn(picture).axes
    for digit, (marks, mirrored) in enumerate(
        zip(left.collections, right.collections, strict=True)
    ):
        np.testing.assert_array_equal(marks.get_offsets(), POINTS[digit == LABELS])
        np.testing.assert_array_equal(mirrored.get_offsets(), -POINTS[digit == LABELS])
    assert picture.words == (
        "t-SNE: KL 1.23 nats, 1-NN error 6 %, trustworthiness 0.99; "
        "other: KL 1.23 nats, 1-NN error 61 %, trustworthiness 0.99."
    )
    assert "1-NN error 61 %" in right.get_xlabel()
    assert cut_off(figure_of(picture)) == []


def test_ten_digits_have_ten_glyphs():
    axes = drawn(digit_maps({"t-SNE": of(POINTS)}, LABELS)).axes[0]
    outlines = [marks.get_paths()[0].vertices for marks in axes.collections]
    assert len({outline.tobytes() for outline in outlines}) == 10


def test_the_stage_moves_the_digits_and_fills_the_frame():
    stage = DigitMapStage(LABELS, title="t-SNE")
    first = stage.show(1e-4 * POINTS, 0, 4.9)
    before = png_of(first.drawing)
    picture = stage.show(POINTS[::-1], 20, 1.5)
    assert png_of(picture.drawing) != before
    assert picture.words.startswith("t-SNE after 20 iterations: KL 1.5 nats; the map is ")
    marks = figure_of(picture).axes[0].collections
    reach = max(np.abs(np.asarray(each.get_offsets())).max() for each in marks)
    assert reach == pytest.approx(1)
    assert cut_off(drawn(picture)) == []


def test_odd_ones_by_brute_force():
    moved = POINTS.copy()
    moved[3] = CORNERS[7] + 0.1  # in the midst of others
    moved[14] = (POINTS[14] + POINTS[15]) / 2
    apart = np.linalg.norm(moved[:, None] - moved[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    nearest = apart.argmin(axis=1)
    expected = np.flatnonzero(LABELS[nearest] != LABELS)
    odd = odd_ones(moved, LABELS)
    np.testing.assert_array_equal(np.sort(odd), expected)
    others = (LABELS[np.argsort(apart, axis=1)[:, :10]] != LABELS[:, None]).sum(axis=1)
    assert (np.diff(others[odd]) <= 0).all(), "the oddest come first"
    assert 3 in odd


def test_without_odd_ones():
    clear = CORNERS[LABELS] + 0.01 * POINTS
    assert len(odd_ones(clear, LABELS)) == 0
    assert "0 of 120 digits (0 %)" in thumbnail_map(clear, LABELS, IMAGES).words


def test_thumbnails_are_the_images_at_their_places_and_the_odd_ones_framed():
    places = np.array([[0.0, 0], [0.1, 0], [100, 100], [100.1, 100], [0, 100]])
    images = np.zeros((5, 28, 28))
    images[2] = 1  # ink all over
    picture = thumbnail_map(places, np.array([1, 1, 1, 1, 2]), images, side=20, pixels=400)
    assert picture.words == (
        "1 of 5 digits (20 %) have another digit as nearest neighbour in the map. Shown are 1 of "
        "them, framed, and 2 of the rest."
    )
    canvas = np.asarray(figure_of(picture).axes[0].get_images()[0].get_array())
    dark = canvas.min(axis=2) < 0.7
    counts = {
        "ink": dark[:200, 200:].sum(),
        "frame": dark[:200, :200].sum(),
        "paper": dark[200:, :200].sum(),
    }
    assert counts == {"ink": 400, "frame": 400 - 16**2, "paper": 0}


def test_no_two_thumbnails_overlap():
    crowd = np.zeros((40, 2)) + 0.001 * RNG.normal(size=(40, 2))
    crowd[0] = 100
    picture = thumbnail_map(crowd, np.ones(40, int), np.ones((40, 28, 28)), side=20, pixels=300)
    assert "and 2 of the rest" in picture.words


def test_the_odd_digits_stage_shows_it_and_its_neighbours():
    stage = OddDigitStage(POINTS, LABELS, IMAGES)
    picture = stage.show(5, [1, 2, 3, 4], [15, 25, 35, 45])
    assert picture.words == (
        "A 5. Nearest in the map: 1, 2, 3, 4; nearest in the data: 5, 5, 5, 5."
    )
    figure = drawn(picture)
    shown = [axes.get_images()[0].get_array() for axes in figure.axes[1:]]
    for image, index in zip(shown, [5, 1, 2, 3, 4, 15, 25, 35, 45], strict=True):
        np.testing.assert_array_equal(image, IMAGES[index])
    (ring,) = figure.axes[0].lines
    np.testing.assert_array_equal(ring.get_xydata()[0], POINTS[5])
    assert cut_off(figure) == []
    before = png_of(picture.drawing)
    assert png_of(stage.show(6, [1, 2, 3, 4], [15, 25, 35, 45]).drawing) != before


# Loops


def ring(center: float, poses: int = 24) -> np.ndarray:
    turn = 2 * np.pi * np.arange(poses) / poses
    return np.stack([center + np.cos(turn), np.sin(turn)], axis=1)


def test_a_closed_ring_an_open_thread_and_a_shuffled_one():
    thread = np.stack([10 + np.arange(24) * 0.3, np.zeros(24)], axis=1)
    assert not is_torn(ring(0)).any()
    np.testing.assert_array_equal(np.flatnonzero(is_torn(thread)), [23])
    rings = np.concatenate([ring(0), thread, ring(30)])
    objects = np.repeat(np.arange(3), 24)
    assert threads(rings, objects) == 3
    rings[:24] = RNG.permutation(rings[:24])
    assert threads(rings, objects) == 2
    assert threads(np.concatenate([ring(0), ring(0)]), objects[:48]) == 0  # on top of each other


def test_loops_in_lines_thumbnails_and_words():
    thread = np.stack([10 + np.arange(24) * 0.3, np.zeros(24)], axis=1)
    points = np.concatenate([ring(0), thread])
    objects, images = np.repeat([0, 1], 24), RNG.random((48, 32, 32))
    picture = loop_maps({"t-SNE": of(points)}, objects, images)
    axes = drawn(picture).axes[0]
    assert len([a for a in axes.artists if isinstance(a, AnnotationBbox)]) == 2
    dotted = [line for line in axes.lines if line.get_linestyle() == ":"]
    assert len(dotted) == 1
    np.testing.assert_allclose(dotted[0].get_xydata(), [thread[-1], thread[0]])
    solid = np.concatenate([line.get_xydata() for line in axes.lines if line not in dotted])
    assert {tuple(p) for p in solid} == {tuple(p) for p in points}
    assert "before or after: t-SNE 2 of 2. Loops without a leap: t-SNE 1." in picture.words
    assert cut_off(figure_of(picture)) == []


def test_a_loop_that_leaps_twice_is_drawn_in_two_parts():
    points = ring(0)
    points[8:16] += 50
    picture = loop_maps({"t-SNE": of(points)}, np.zeros(24, int), RNG.random((24, 32, 32)))
    lines = drawn(picture).axes[0].lines
    assert sum(line.get_linestyle() == ":" for line in lines) == 2
    parts = sorted(len(line.get_xdata()) for line in lines if line.get_linestyle() != ":")
    assert parts == [8, 16]


def test_rows_of_pictures():
    objects = turntable(1)
    picture = picture_rows(objects.images, objects.names, words="All of them.")
    figure = drawn(picture)
    assert [axes.get_title() for axes in figure.axes] == list(objects.names)
    for axes, image in zip(figure.axes, objects.images, strict=True):
        np.testing.assert_array_equal(axes.get_images()[0].get_array(), image)
    assert cut_off(figure) == []


# Triplets

COUNTS = TripletCounts(easy=60, semi_hard=30, hard=10)


def test_shares_run_from_hard_to_easy():
    np.testing.assert_allclose(shares(COUNTS), [0.1, 0.3, 0.6])


def test_bars_are_the_shares():
    picture = triplet_bars({"pixels": COUNTS, "network": TripletCounts(9, 1, 0)}, margin=0.2)
    figure = drawn(picture)
    bars = figure.axes[0].containers
    assert [[bar.get_width() for bar in kind] for kind in bars] == [
        pytest.approx([0.1, 0]),
        pytest.approx([0.3, 0.1]),
        pytest.approx([0.6, 0.9]),
    ]
    assert len({kind[0].get_hatch() for kind in bars}) == 3
    assert picture.words == (
        "pixels 10.0 % hard, 30.0 % semi-hard, 60 % easy; "
        "network 0.0 % hard, 10.0 % semi-hard, 90 % easy."
    )
    assert cut_off(figure) == []


def test_the_margin_stage():
    gaps = np.sort(RNG.normal(0.5, 0.7, 5000))
    stage = MarginStage(gaps, reach=4.0, name="pixels")
    narrow = stage.show(0.1, count_triplets(gaps, margin=0.1))
    before = png_of(narrow.drawing)
    counts = count_triplets(gaps, margin=1.5)
    picture = stage.show(1.5, counts)
    assert png_of(picture.drawing) != before
    hard, semi, easy = 100 * shares(counts)
    assert picture.words == (
        f"pixels, margin 1.5: of 5,000 triplets {hard:.1f} % are hard, {semi:.1f} % semi-hard, "
        f"{easy:.1f} % easy."
    )
    texts = [text.get_text() for text in figure_of(picture).axes[0].texts]
    assert texts == [f"hard\n{hard:.1f} %", f"semi-hard\n{semi:.1f} %", f"easy\n{easy:.1f} %"]
    assert cut_off(drawn(picture)) == []
    stage.show(4.0, count_triplets(gaps, margin=4.0))
    stage.show(0.05, count_triplets(gaps, margin=0.05))


def test_a_collapse():
    steps = [0, 10, 100]
    losses = {"hard": [0.9, 0.3, 0.2], "semi-hard": [0.2, 0.1, 0.004]}
    distances = {"hard": [1, 0.1, 0.0], "semi-hard": [1, 1.2, 1.4]}
    picture = collapse_picture(steps, losses, distances, margin=0.2)
    left, right = drawn(picture).axes
    np.testing.assert_array_equal(left.lines[1].get_ydata(), losses["hard"])
    np.testing.assert_array_equal(right.lines[1].get_ydata(), distances["semi-hard"])
    assert right.lines[0].get_ydata()[-1] > 0, "0 has no place on a logarithmic axis"
    assert picture.words == (
        "After 100 steps, margin 0.2: hard: loss 0.2, features below 0.01 apart; "
        "semi-hard: loss 0.004, features 1 apart."
    )
    assert cut_off(figure_of(picture)) == []


def test_errors_seed_by_seed():
    errors = {
        "trained on": {"pixels": [0.05], "triplets": [0.02, 0.04]},
        "held out": {"pixels": [0.04], "triplets": [0.10, 0.12]},
    }
    picture = error_bars_picture(errors)
    lines = drawn(picture).axes[0].lines
    np.testing.assert_allclose(lines[1].get_xdata(), [2, 4])
    np.testing.assert_allclose(lines[3].get_xdata(), [10, 12])
    assert picture.words == (
        "Mean 1-NN error. trained on: pixels 5 %, triplets 3 %; held out: pixels 4 %, "
        "triplets 11 %."
    )
    assert cut_off(figure_of(picture)) == []
