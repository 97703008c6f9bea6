import dataclasses
import itertools

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from lecture11.figures.mixture import (
    EMStage,
    MixtureStage,
    MixtureView,
    em_panels,
    in_words,
    mixture_panels,
)
from lecture11.figures.picture import Picture, png_of
from lecture11.figures.style import COLOURS, MARKERS, PALETTE
from lecture11.latent import GaussianMixtureParameters
from tests.figures.conftest import LABELS, EMRun, cut_off, drawn, figure_of, tick_labels

DATA = np.array([[0.0, 0.0], [1.0, 2.0], [2.0, 1.0], [3.0, 3.0]])
SHARES = np.array([[1.0, 0.0], [0.8, 0.2], [0.3, 0.7], [0.0, 1.0]])
MEANS = np.array([[0.5, 1.0], [2.5, 2.0]])
COVARIANCES = np.array([[[1.0, 0.6], [0.6, 0.5]], [[0.3, -0.2], [-0.2, 0.9]]])


def panels(run: EMRun) -> Picture:
    return em_panels(*run, labels=LABELS)


def stage_of(run: EMRun) -> EMStage:
    components, last = run.frames.means.shape[1], int(run.steps[-1])
    return EMStage(run.data, components, last, (-1250, -350), labels=LABELS)


def show(stage: EMStage, run: EMRun, frame: int) -> Picture:
    return stage.show(frame, *run[1:3], run.responsibilities[frame], run.log_likelihoods)


def view(components: int = 2) -> MixtureView:
    return MixtureView(Figure().subplots(), DATA, components)


# The view


def test_a_contour_is_one_standard_deviation_from_its_mean():
    shown = view()
    shown.show(MEANS, COVARIANCES, SHARES)
    for contour, mean, covariance in zip(shown.contours, MEANS, COVARIANCES, strict=True):
        offsets = contour.get_xydata() - mean
        squared = np.einsum("pi,ij,pj->p", offsets, np.linalg.inv(covariance), offsets)
        np.testing.assert_allclose(squared, 1)
        np.testing.assert_allclose(offsets[0], offsets[-1], atol=1e-12)  # closed
        np.testing.assert_allclose(offsets[:-1].mean(axis=0), 0, atol=1e-12)  # all the way round


def test_means_and_their_numbers_stand_where_the_means_are():
    shown = view()
    shown.show(MEANS, COVARIANCES, SHARES)
    for k, (centre, name) in enumerate(zip(shown.centres, shown.names, strict=True)):
        np.testing.assert_array_equal(centre.get_xydata(), MEANS[[k]])
        np.testing.assert_array_equal(name.xy, MEANS[k])
        assert name.get_text() == str(k + 1)


def test_a_point_has_the_colours_mixed_by_its_responsibilities_and_the_marker_of_the_largest():
    shown = view()
    shown.show(MEANS, COVARIANCES, SHARES)
    for k, mine in enumerate([[0, 1], [2, 3]]):
        np.testing.assert_array_equal(shown.points[k].get_offsets(), DATA[mine])
        mixed = [share @ PALETTE[:2] for share in SHARES[mine]]
        np.testing.assert_allclose(shown.points[k].get_facecolor()[:, :3], mixed)


def test_components_differ_in_colour_marker_and_line():
    shown = view(len(COLOURS))
    lines = [(line.get_linestyle(), line.get_color()) for line in shown.contours]
    assert len(set(lines)) == len(COLOURS)
    assert len({style for style, _ in lines[:4]}) == 4
    assert [centre.get_marker() for centre in shown.centres] == list(MARKERS)
    paths = [points.get_paths()[0].vertices.tobytes() for points in shown.points]
    assert len(set(paths)) == len(COLOURS)


def test_without_responsibilities_all_points_are_grey():
    shown = view()
    shown.show(MEANS, COVARIANCES, None)
    np.testing.assert_array_equal(shown.points[0].get_offsets(), DATA)
    (colour,) = np.unique(shown.points[0].get_facecolor()[:, :3], axis=0)
    assert len(set(colour)) == 1
    assert len(shown.points[1].get_offsets()) == 0


def test_a_view_can_go_back_to_grey():
    shown = view()
    shown.show(MEANS, COVARIANCES, SHARES)
    shown.show(MEANS, COVARIANCES, None)
    assert sum(len(points.get_offsets()) for points in shown.points) == len(DATA)


def test_a_view_that_has_moved_looks_like_a_new_one():
    moved, new = view(), view()
    moved.show(MEANS[::-1], 2 * COVARIANCES, SHARES[::-1])
    for each in (moved, new):
        each.show(MEANS, COVARIANCES, SHARES)
    assert png_of(moved.axes.figure) == png_of(new.axes.figure)


def test_the_axes_hold_all_data_and_stay_where_they_are():
    shown = view()
    limits = shown.axes.viewLim.get_points().copy()
    assert (limits[0] < DATA.min(axis=0)).all()
    assert (limits[1] > DATA.max(axis=0)).all()
    shown.show(100 * MEANS, COVARIANCES, SHARES)
    shown.axes.figure.canvas.draw()
    np.testing.assert_array_equal(shown.axes.viewLim.get_points(), limits)


def test_everything_that_moves_is_named_as_moving():
    shown = view()
    others = {*shown.axes.collections, *shown.axes.lines, *shown.axes.texts} - {*shown.artists}
    assert not others


def test_more_components_than_colours_are_refused():
    with pytest.raises(ValueError, match=r"components: can tell 6 apart, got 7"):
        view(7)


# The words


def test_words_give_each_component_its_share_and_place():
    params = GaussianMixtureParameters(np.array([0.36, 0.64]), MEANS * [1, -1], COVARIANCES)
    assert in_words(params) == (
        "Component 1 (circles) answers for 36 % of the points, around (0.50, −1.00); "
        "component 2 (triangles) answers for 64 % of the points, around (2.50, −2.00)."
    )


def test_words_of_bishops_figure(geyser_run: EMRun):
    """Each number is checked against the run, not against this package's formatting."""
    words = panels(geyser_run).words
    first, last = geyser_run.log_likelihoods[[0, -1]]
    assert words.startswith(f"20 cycles of EM raise the log-likelihood from −{-first:.0f} to ")
    assert f"to −{-last:.1f} nats." in words
    assert f"for {100 * geyser_run.frames.weights[-1, 0]:.0f} %" in words
    assert f"(−{-geyser_run.frames.means[-1, 0, 0]:.2f}, " in words


LAST = np.array([0, 0, 0, 0, 1])


def changed(run: EMRun, name: str) -> EMRun:
    """The run with one of its arrays moved a little, in the last frame."""
    if name == "log_likelihoods":
        return run._replace(log_likelihoods=run.log_likelihoods + LAST)
    if name == "steps":
        return run._replace(steps=run.steps + LAST)
    array = getattr(run.frames, name).copy()
    array[-1] += 0.02
    return run._replace(frames=run.frames._replace(**{name: array}))


@pytest.mark.parametrize("name", ["log_likelihoods", "steps", "weights", "means"])
def test_words_change_with_every_array(geyser_run: EMRun, name: str):
    other = changed(geyser_run, name)
    assert panels(other).words != panels(geyser_run).words
    assert show(stage_of(other), other, 4).words != show(stage_of(geyser_run), geyser_run, 4).words


def test_words_of_a_stage_are_those_of_its_frame(geyser_run: EMRun):
    words = show(stage_of(geyser_run), geyser_run, 1).words
    assert words.startswith("After 1 cycle the log-likelihood is ")
    assert f" −{-geyser_run.log_likelihoods[1]:.1f} nats. " in words
    assert in_words(GaussianMixtureParameters(*(f[1] for f in geyser_run.frames))) in words


# The panels


def test_panels_are_titled_as_bishops_are(geyser_run: EMRun):
    titles = [axes.get_title(loc="left") for axes in figure_of(panels(geyser_run)).axes]
    assert titles == [
        "(a) start",
        "(b) first E-step",
        *map("({}) L = {}".format, "cdef", (1, 2, 5, 20)),
    ]


def points_of(picture: Picture, panel: int) -> np.ndarray:
    marks = figure_of(picture).axes[panel].collections
    return np.concatenate([each.get_facecolor() for each in marks if len(each.get_offsets())])


def test_the_first_panel_has_no_responsibilities_yet(geyser_run: EMRun):
    start, first = (points_of(panels(geyser_run), panel) for panel in (0, 1))
    assert len(np.unique(start, axis=0)) == 1
    assert len(np.unique(first, axis=0)) > 100


def test_each_panel_shows_its_own_frame(geyser_run: EMRun):
    axes = figure_of(panels(geyser_run)).axes
    for panel, frame in enumerate([0, 0, 1, 2, 3, 4]):
        contours = [line for line in axes[panel].lines if len(line.get_xdata()) > 1]
        centres = [line.get_xydata()[:-1].mean(axis=0) for line in contours]
        np.testing.assert_allclose(centres, geyser_run.frames.means[frame], atol=1e-5)


@pytest.mark.parametrize("frames", [1, 2, 3, 4, 11])
def test_any_number_of_panels_leaves_no_empty_axes(geyser_run: EMRun, frames: int):
    pick = np.arange(frames) % 5
    run = EMRun(
        geyser_run.data,
        np.arange(frames),
        GaussianMixtureParameters(*(field[pick] for field in geyser_run.frames)),
        geyser_run.responsibilities[pick],
        geyser_run.log_likelihoods[pick],
    )
    visible = [axes for axes in figure_of(panels(run)).axes if axes.axison]
    assert len(visible) == frames + 1
    assert all(axes.get_title(loc="left") for axes in visible)


def test_too_many_panels_are_refused_in_words(geyser_run: EMRun):
    many = GaussianMixtureParameters(*(np.repeat(field[:1], 12, 0) for field in geyser_run.frames))
    shares = np.repeat(geyser_run.responsibilities[:1], 12, 0)
    with pytest.raises(ValueError, match="steps"):
        em_panels(geyser_run.data, range(12), many, shares, np.zeros(12), labels=LABELS)


def test_both_axes_are_labelled(geyser_run: EMRun):
    texts = {text.get_text() for text in figure_of(panels(geyser_run)).findobj(Text)}
    assert texts >= set(LABELS)


# The stage


def test_a_frame_is_the_same_bytes_whatever_was_shown_before(geyser_run: EMRun):
    stage = stage_of(geyser_run)
    first = png_of(show(stage, geyser_run, 3).drawing)
    other = png_of(show(stage, geyser_run, 0).drawing)
    again = png_of(show(stage, geyser_run, 3).drawing)
    assert first == again
    assert first != other
    assert first == png_of(show(stage_of(geyser_run), geyser_run, 3).drawing)


def test_every_frame_is_another_image(geyser_run: EMRun):
    stage = stage_of(geyser_run)
    images = {png_of(show(stage, geyser_run, frame).drawing) for frame in range(5)}
    assert len(images) == 5


def test_the_dot_stands_at_the_frame_on_the_whole_curve(geyser_run: EMRun):
    picture = show(stage_of(geyser_run), geyser_run, 3)
    right = figure_of(picture).axes[1]
    curve, dot = right.lines
    np.testing.assert_array_equal(curve.get_xdata(), geyser_run.steps)
    np.testing.assert_array_equal(curve.get_ydata(), geyser_run.log_likelihoods)
    np.testing.assert_array_equal(dot.get_xydata(), [[5, geyser_run.log_likelihoods[3]]])


def test_paths_lead_from_the_start_to_the_frame(geyser_run: EMRun):
    left = figure_of(show(stage_of(geyser_run), geyser_run, 3)).axes[0]
    lines = [line.get_xydata() for line in left.lines]
    for k in range(2):
        path = geyser_run.frames.means[:4, k]
        assert any(np.array_equal(line, path) for line in lines)
        assert sum(np.array_equal(line, path[:1]) for line in lines) == 1


def test_the_range_of_the_log_likelihood_stays_as_asked(geyser_run: EMRun):
    stage = stage_of(geyser_run)
    for frame in range(5):
        right = figure_of(show(stage, geyser_run, frame)).axes[1]
        assert right.get_ylim() == (-1250, -350)
        assert right.get_xlim()[0] <= 0
        assert right.get_xlim()[1] >= 20


# Any mixtures side by side


def side_by_side(run: EMRun, count: int = 2, **change: object) -> Picture:
    """The first frames of a run, all but the first with responsibilities."""
    fits = GaussianMixtureParameters(*(field[:count] for field in run.frames))
    given: dict = {
        "responsibilities": [None, *run.responsibilities[1:count]],
        "titles": [f"panel {index}" for index in range(count)],
        "words": "Four components & more.",
    }
    return mixture_panels(run.data, fits, labels=LABELS, **{**given, **change})


def test_mixtures_have_titles_labels_and_words_as_given(geyser_run: EMRun):
    picture = side_by_side(geyser_run, 3, titles=["before", "σ = 1", "after"])
    figure = figure_of(picture)
    assert picture.words == "Four components & more."
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["before", "σ = 1", "after"]
    assert figure.get_supxlabel() == LABELS[0]
    assert figure.get_supylabel() == LABELS[1]


def test_a_mixture_without_responsibilities_is_grey_wherever_it_stands(geyser_run: EMRun):
    shares = [geyser_run.responsibilities[0], None, geyser_run.responsibilities[2]]
    picture = side_by_side(geyser_run, 3, responsibilities=shares)
    colours = [np.unique(points_of(picture, panel)[:, :3], axis=0) for panel in range(3)]
    assert [len(each) > 1 for each in colours] == [True, False, True]
    assert len(set(colours[1][0])) == 1


def test_each_mixture_stands_in_its_own_panel_with_its_own_shares(geyser_run: EMRun):
    picture = side_by_side(geyser_run, 4)
    for panel, axes in enumerate(figure_of(picture).axes[:4]):
        contours = [line for line in axes.lines if len(line.get_xdata()) > 1]
        centres = [line.get_xydata()[:-1].mean(axis=0) for line in contours]
        np.testing.assert_allclose(centres, geyser_run.frames.means[panel], atol=1e-5)
        if panel:
            shares = geyser_run.responsibilities[panel]
            of_points = np.concatenate([shares[shares.argmax(axis=1) == k] for k in range(2)])
            mixed = of_points @ PALETTE[:2]
            np.testing.assert_allclose(points_of(picture, panel)[:, :3], mixed, atol=1e-6)


@pytest.mark.parametrize(("count", "spare"), [(1, 2), (2, 1), (3, 0), (4, 2), (5, 1)])
def test_spare_axes_are_off(geyser_run: EMRun, count: int, spare: int):
    axes = figure_of(side_by_side(geyser_run, count)).axes
    assert [each.axison for each in axes] == [True] * count + [False] * spare


def test_mixtures_side_by_side_have_one_range(geyser_run: EMRun):
    axes = figure_of(side_by_side(geyser_run, 5)).axes
    assert len({each.get_xlim() + each.get_ylim() for each in axes}) == 1


@pytest.mark.parametrize("count", [1, 3, 4])
def test_no_text_of_mixtures_side_by_side_is_cut_off(geyser_run: EMRun, count: int):
    assert cut_off(drawn(side_by_side(geyser_run, count))) == []


# One mixture


def board_of(run: EMRun) -> MixtureStage:
    return MixtureStage(run.data, 2, labels=LABELS)


def put(
    board: MixtureStage, run: EMRun, frame: int, *, grey: bool = False, up: float = 0.0
) -> Picture:
    params = GaussianMixtureParameters(*(field[frame] for field in run.frames))
    shares = None if grey else run.responsibilities[frame]
    return board.show(params, shares, run.log_likelihoods[frame] + up)


def test_a_mixture_is_the_same_bytes_whatever_was_shown_before(geyser_run: EMRun):
    board = board_of(geyser_run)
    first = png_of(put(board, geyser_run, 3).drawing)
    others = {png_of(put(board, geyser_run, frame).drawing) for frame in (0, 1, 2, 4)}
    others.add(png_of(put(board, geyser_run, 3, grey=True).drawing))
    assert len(others - {first}) == 5
    assert first == png_of(put(board, geyser_run, 3).drawing)
    assert first == png_of(put(board_of(geyser_run), geyser_run, 3).drawing)


def test_a_mixture_is_grey_until_it_has_responsibilities_and_can_be_again(geyser_run: EMRun):
    board = board_of(geyser_run)
    for grey in (True, False, True):
        colours = np.unique(points_of(put(board, geyser_run, 2, grey=grey), 0)[:, :3], axis=0)
        assert (len(colours) == 1) == grey
    assert len(set(colours[0])) == 1


def test_words_of_a_mixture_have_its_log_likelihood_and_components(geyser_run: EMRun):
    words = put(board_of(geyser_run), geyser_run, 4).words
    level = -geyser_run.log_likelihoods[4]
    assert words.startswith(f"The log-likelihood of these components is −{level:.1f} nats. ")
    assert words.endswith(in_words(GaussianMixtureParameters(*(f[4] for f in geyser_run.frames))))


@pytest.mark.parametrize("name", ["weights", "means"])
def test_words_of_a_mixture_change_with_it(geyser_run: EMRun, name: str):
    board = board_of(geyser_run)
    words = put(board, geyser_run, 4).words
    assert put(board, changed(geyser_run, name), 4).words != words
    assert put(board, geyser_run, 4, up=1.0).words != words


def test_a_mixture_stands_where_it_is_on_labelled_axes(geyser_run: EMRun):
    (axes,) = figure_of(put(board_of(geyser_run), geyser_run, 4)).axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == LABELS
    lines = [line.get_xydata() for line in axes.lines]
    for mean in geyser_run.frames.means[4]:
        assert sum(np.array_equal(line, [mean]) for line in lines) == 1
        assert sum(np.allclose(line[:-1].mean(axis=0), mean) for line in lines if len(line) > 1)


def test_nothing_of_a_mixture_is_left_out_when_it_moves(geyser_run: EMRun):
    (axes,) = figure_of(put(board_of(geyser_run), geyser_run, 4)).axes
    artists = [*axes.collections, *axes.lines, *axes.texts]
    assert len(artists) == 2 * 4  # points, contour, mean and number of each component
    assert all(artist.get_animated() for artist in artists)


@pytest.mark.parametrize("frame", [0, 4])
def test_no_text_of_a_mixture_is_cut_off(geyser_run: EMRun, frame: int):
    assert cut_off(drawn(put(board_of(geyser_run), geyser_run, frame))) == []


# Legibility


def test_no_text_of_the_panels_is_cut_off(geyser_run: EMRun):
    assert cut_off(drawn(panels(geyser_run))) == []


@pytest.mark.parametrize("frame", range(5))
def test_no_text_of_a_stage_is_cut_off(geyser_run: EMRun, frame: int):
    assert cut_off(drawn(show(stage_of(geyser_run), geyser_run, frame))) == []


def test_a_text_that_is_cut_off_would_be_found():
    figure = Figure(figsize=(2, 2))
    figure.text(0.9, 0.5, "a label that is much too long")
    figure.canvas.draw()
    assert cut_off(figure) == ["a label that is much too long"]


def test_tick_labels_do_not_overlap(geyser_run: EMRun):
    for picture in (panels(geyser_run), show(stage_of(geyser_run), geyser_run, 4)):
        for axes in drawn(picture).axes:
            for axis in (axes.xaxis, axes.yaxis):
                texts = [text for text in tick_labels(axis, inside=True) if text.get_visible()]
                boxes = [text.get_window_extent() for text in texts]
                assert not any(a.overlaps(b) for a, b in itertools.pairwise(boxes))


def test_a_picture_cannot_be_given_other_words(geyser_run: EMRun):
    with pytest.raises(dataclasses.FrozenInstanceError):
        panels(geyser_run).words = "Nothing to see."
