"""Pictures of digits, turning objects and triplets hold the arrays, and say what these say."""

import numpy as np
import pytest
from matplotlib.offsetbox import AnnotationBbox

from lecture11.figures.embedding import (
    DigitMapStage,
    MapQuality,
    OddDigitStage,
    crowd_map,
    digit_maps,
    first_digits,
    loop_maps,
    pose_samples,
    thumbnail_map,
)
from lecture11.figures.latent import note_samples
from lecture11.figures.marks import filling
from lecture11.figures.supervised import (
    MarginStage,
    collapse_picture,
    error_bars_picture,
    triplet_bars,
)
from lecture11.figures.supervised.triplets import shares
from lecture11.supervised import TripletCounts, count_triplets
from tests.figures.samples import Sample, cut_off, drawn, figure_of

RNG = np.random.default_rng(0)
LABELS = np.arange(120) % 10
CORNERS = 10 * np.stack([np.cos(t := np.arange(10) * 0.63), np.sin(t)], axis=1)
POINTS = CORNERS[LABELS] + RNG.normal(size=(120, 2))
IMAGES = RNG.random((120, 28, 28))
COUNTS = TripletCounts(easy=60, semi_hard=30, hard=10)
GAPS = np.sort(RNG.normal(0.5, 0.7, 5000))
STEPS = np.array([0, 10, 100])
LOSSES = {"hard": [0.9, 0.3, 0.2], "semi-hard": [0.2, 0.1, 0.004]}
SPREADS = {"hard": [1, 0.1, 0.0], "semi-hard": [1, 1.2, 1.4]}
ERRORS = {
    "trained on": {"pixels": [0.05], "triplets": [0.02, 0.04]},
    "held out": {"pixels": [0.04], "triplets": [0.10, 0.12]},
}


def of(points: np.ndarray, **changed) -> MapQuality:
    return MapQuality(
        points, **{"divergence": 1.234, "error": 0.06, "trustworthiness": 0.987} | changed
    )


def ring(center: float, poses: int = 24) -> np.ndarray:
    turn = 2 * np.pi * np.arange(poses) / poses
    return np.stack([center + np.cos(turn), np.sin(turn)], axis=1)


THREAD = np.stack([10 + np.arange(24) * 0.3, np.zeros(24)], axis=1)
LOOPS = np.concatenate([ring(0), THREAD])
SAMPLES = {
    "digit maps": Sample(
        digit_maps,
        {"maps": {"t-SNE": of(POINTS), "other": of(-POINTS, error=0.61)}, "labels": LABELS},
        [
            {"maps": {"t-SNE": of(POINTS), "other": of(-POINTS, error=0.5)}},
            {"maps": {"t-SNE": of(POINTS, trustworthiness=0.9)}},
            {"maps": {"t-SNE": of(POINTS, divergence=2)}},
            {"digits": 2},
        ],
        drawn=[{"labels": LABELS[::-1]}],
    ),
    "a crowd": Sample(
        crowd_map,
        {"quality": of(POINTS), "labels": LABELS},
        [{"quality": of(POINTS, error=0.5)}, {"quality": of(POINTS, divergence=2)}],
        drawn=[{"labels": LABELS[::-1]}, {"quality": of(POINTS**2)}],
    ),
    "a digit map": Sample(
        DigitMapStage,
        {"points": POINTS, "iteration": 20, "loss": 1.5},
        [{"points": POINTS**2}, {"iteration": 30}, {"loss": 1.3}],
        stage={"labels": LABELS, "title": "t-SNE"},
        drawn=[{"labels": LABELS[::-1]}],
    ),
    "thumbnails": Sample(
        thumbnail_map,
        {"points": POINTS, "labels": LABELS, "images": IMAGES, "pixels": 400},
        [{"points": POINTS**2}, {"labels": np.arange(120) % 7}],
        drawn=[{"images": IMAGES**2}],
    ),
    "odd digit": Sample(
        OddDigitStage,
        {"index": 5, "in_map": np.array([1, 2, 3, 4]), "in_data": np.array([15, 25, 35, 45])},
        [{"index": 6}, {"in_map": [1, 2, 3, 5]}, {"in_data": [15, 25, 35, 46]}],
        stage={"points": POINTS, "labels": LABELS, "images": IMAGES},
        drawn=[
            {"points": -POINTS},
            {"labels": LABELS[::-1]},
            {"images": IMAGES**2},
        ],
    ),
    "loops": Sample(
        loop_maps,
        {
            "maps": {"t-SNE": of(LOOPS)},
            "objects": np.repeat([0, 1], 24),
            "images": RNG.random((48, 32, 32)),
        },
        [{"maps": {"t-SNE": of(LOOPS[::-1] ** 2)}}, {"objects": np.repeat([0, 1], [30, 18])}],
        drawn=[{"images": RNG.random((48, 32, 32))}],
    ),
    "first digits": Sample(
        first_digits,
        {"images": IMAGES, "labels": LABELS},
        [{"shown": 8}, {"images": IMAGES[:50]}],
        drawn=[{"labels": LABELS[::-1]}],
    ),
    "poses": Sample(
        pose_samples,
        {"images": IMAGES, "names": ["duck", "cup", "car", "block"]},
        [{"images": IMAGES[:80]}, {"names": ["duck", "cup", "car"]}, {"pose": 3}, {"shown": 2}],
    ),
    "notes": Sample(
        note_samples,
        {"images": IMAGES[:12], "letters": [*"etaoetaoetao"], "writers": ["Ada", "Ben", "Cy"]},
        [{"letters": [*"etaetaeta"], "images": IMAGES[:9]}, {"writers": ["Ada", "Ben", "Di"]}],
        drawn=[{"images": IMAGES[12:24]}],
    ),
    "triplets": Sample(
        triplet_bars,
        {"counts": {"pixels": COUNTS, "network": TripletCounts(9, 1, 0)}, "margin": 0.2},
        [{"counts": {"pixels": TripletCounts(9, 0, 1)}}],
        drawn=[{"margin": 0.3}],
    ),
    "margin": Sample(
        MarginStage,
        {"margin": 1.5, "counts": count_triplets(GAPS, margin=1.5)},
        [
            {"margin": 0.05, "counts": count_triplets(GAPS, margin=0.05)},
            {"margin": 4.0, "counts": count_triplets(GAPS, margin=4.0)},
            {"name": "digits"},
        ],
        stage={"gaps": GAPS, "reach": 4.0, "name": "pixels"},
        drawn=[{"gaps": GAPS**2}],
    ),
    "collapse of features": Sample(
        collapse_picture,
        {"steps": STEPS, "losses": LOSSES, "spreads": SPREADS, "margin": 0.2},
        [
            {"losses": LOSSES | {"hard": [0.9, 0.3, 0.1]}},
            {"spreads": SPREADS | {"hard": [1, 0.1, 0.3]}},
            {"steps": [0, 20, 200]},
            {"margin": 0.3},
        ],
    ),
    "errors": Sample(
        error_bars_picture,
        {"errors": ERRORS},
        [{"errors": ERRORS | {"held out": {"pixels": [0.06], "triplets": [0.1]}}}],
    ),
}

# Digits


def test_digit_maps_draw_each_digit_at_its_place_and_say_the_numbers():
    picture = SAMPLES["digit maps"]()
    left, right = figure_of(picture).axes
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


def test_a_crowd_is_darkest_where_most_are_and_names_each_digit():
    places = np.concatenate([POINTS, np.repeat(POINTS[:1], 50, axis=0)])
    picture = crowd_map(of(places), np.concatenate([LABELS, np.zeros(50, int)]), pixels=40)
    axes = figure_of(picture).axes[0]
    brightness = np.asarray(axes.images[0].get_array()).sum(axis=2)
    row, column = np.unravel_index(brightness.argmin(), brightness.shape)
    x, y = filling(places)[0]
    assert (column, row) == (int((x + 1) * 20), int((y + 1) * 20))
    assert [text.get_text() for text in axes.texts] == [str(digit) for digit in range(10)]
    assert picture.words.startswith("170 digits: KL 1.23 nats, 1-NN error 6 %")


def test_ten_digits_have_ten_glyphs():
    axes = figure_of(SAMPLES["digit maps"]()).axes[0]
    outlines = [marks.get_paths()[0].vertices for marks in axes.collections]
    assert len({outline.tobytes() for outline in outlines}) == 10


def test_the_stage_fills_the_frame():
    picture = SAMPLES["a digit map"](points=1e-4 * POINTS)
    assert picture.words.startswith("t-SNE after 20 iterations: KL 1.5 nats; the map is ")
    marks = figure_of(picture).axes[0].collections
    reach = max(np.abs(np.asarray(each.get_offsets())).max() for each in marks)
    assert reach == pytest.approx(1)


@pytest.mark.slow
def test_without_odd_ones():
    clear = CORNERS[LABELS] + 0.01 * POINTS
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


@pytest.mark.slow
def test_the_odd_digits_stage_shows_it_and_its_neighbours():
    picture = SAMPLES["odd digit"]()
    assert picture.words == (
        "A 5. Nearest in the map: 1, 2, 3, 4; nearest in the data: 5, 5, 5, 5."
    )
    figure = figure_of(picture)
    shown = [axes.get_images()[0].get_array() for axes in figure.axes[1:]]
    for image, index in zip(shown, [5, 1, 2, 3, 4, 15, 25, 35, 45], strict=True):
        np.testing.assert_array_equal(image, IMAGES[index])
    (ring,) = figure.axes[0].lines
    np.testing.assert_array_equal(ring.get_xydata()[0], POINTS[5])


# Loops


def test_loops_in_lines_thumbnails_and_words():
    picture = SAMPLES["loops"]()
    axes = drawn(picture).axes[0]
    assert len([a for a in axes.artists if isinstance(a, AnnotationBbox)]) == 2
    dotted = [line for line in axes.lines if line.get_linestyle() == ":"]
    assert len(dotted) == 1
    np.testing.assert_allclose(dotted[0].get_xydata(), [THREAD[-1], THREAD[0]])
    solid = np.concatenate([line.get_xydata() for line in axes.lines if line not in dotted])
    assert {tuple(p) for p in solid} == {tuple(p) for p in LOOPS}
    assert "before or after: t-SNE 2 of 2. Loops without a leap: t-SNE 1." in picture.words


def test_a_loop_that_leaps_twice_is_drawn_in_two_parts():
    points = ring(0)
    points[8:16] += 50
    picture = loop_maps({"t-SNE": of(points)}, np.zeros(24, int), RNG.random((24, 32, 32)))
    lines = figure_of(picture).axes[0].lines
    assert sum(line.get_linestyle() == ":" for line in lines) == 2
    parts = sorted(len(line.get_xdata()) for line in lines if line.get_linestyle() != ":")
    assert parts == [8, 16]


# Samples of the data


def test_words_of_samples():
    assert SAMPLES["first digits"]().words == "The first 16 of 120 digits, 28 × 28 pixels each."
    assert SAMPLES["poses"]().words == "4 objects, 30 poses each; here 4 of them at 96°."
    assert SAMPLES["notes"]().words == "Three notes of 4 letters, one a row, by Ada, Ben, Cy."


def test_samples_are_the_images_under_their_titles():
    for name, images, titles in (
        ("first digits", IMAGES[:16], [str(k % 10) for k in range(16)]),
        ("poses", IMAGES[8::30], ["duck", "cup", "car", "block"]),
        ("notes", IMAGES[:12], [*"etaoetaoetao"]),
    ):
        axes = figure_of(SAMPLES[name]()).axes[: len(images)]
        assert [panel.get_title() for panel in axes] == titles
        for panel, image in zip(axes, images, strict=True):
            np.testing.assert_array_equal(panel.get_images()[0].get_array(), image)


# Triplets


def test_shares_run_from_hard_to_easy():
    np.testing.assert_allclose(shares(COUNTS), [0.1, 0.3, 0.6])


def test_bars_are_the_shares():
    picture = SAMPLES["triplets"]()
    bars = figure_of(picture).axes[0].containers
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


@pytest.mark.slow
def test_the_margin_stage():
    picture = SAMPLES["margin"]()
    hard, semi, easy = 100 * shares(count_triplets(GAPS, margin=1.5))
    assert picture.words == (
        f"pixels, margin 1.5: of 5,000 triplets {hard:.1f} % are hard, {semi:.1f} % semi-hard, "
        f"{easy:.1f} % easy."
    )
    texts = [text.get_text() for text in figure_of(picture).axes[0].texts]
    assert texts == [f"hard\n{hard:.1f} %", f"semi-hard\n{semi:.1f} %", f"easy\n{easy:.1f} %"]
    for margin in (4.0, 0.05):
        extreme = {"margin": margin, "counts": count_triplets(GAPS, margin=margin)}
        assert cut_off(drawn(SAMPLES["margin"](**extreme))) == []


def test_a_collapse():
    picture = SAMPLES["collapse of features"]()
    left, right = figure_of(picture).axes
    np.testing.assert_array_equal(left.lines[1].get_ydata(), LOSSES["hard"])
    np.testing.assert_array_equal(right.lines[1].get_ydata(), SPREADS["semi-hard"])
    assert right.get_ylim()[0] == 0, "where a collapse ends"
    assert picture.words == (
        "After 100 steps, margin 0.2: hard: loss 0.2, features below 0.01 apart (median); "
        "semi-hard: loss 0.004, features 1 apart (median)."
    )


def test_errors_seed_by_seed():
    picture = SAMPLES["errors"]()
    lines = figure_of(picture).axes[0].lines
    np.testing.assert_allclose(lines[1].get_xdata(), [2, 4])
    np.testing.assert_allclose(lines[3].get_xdata(), [10, 12])
    assert picture.words == (
        "Mean 1-NN error. trained on: pixels 5 %, triplets 3 %; held out: pixels 4 %, "
        "triplets 11 %."
    )
