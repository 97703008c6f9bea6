from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy.stats import multivariate_normal

from lecture11.figures import Picture
from lecture11.figures.latent import collapse_panels, em_panels, kmeans_panels, optima_panels
from lecture11.figures.latent.mixture import MixtureView, in_words
from lecture11.figures.style import COLOURS, MARKERS, PALETTE
from lecture11.iteration import Run, Status, pick
from lecture11.latent import GaussianMixtureParameters
from tests.figures.samples import Sample, figure_of

LABELS = ("eruption length (standardised)", "wait (standardised)")
DATA = np.array([[0.0, 0.0], [1.0, 2.0], [2.0, 1.0], [3.0, 3.0]])
SHARES = np.array([[1.0, 0.0], [0.8, 0.2], [0.3, 0.7], [0.0, 1.0]])
MEANS = np.array([[0.5, 1.0], [2.5, 2.0]])
COVARIANCES = np.array([[[1.0, 0.6], [0.6, 0.5]], [[0.3, -0.2], [-0.2, 0.9]]])

# A run such as EM makes it, of five frames

RNG = np.random.default_rng(0)
CROWD = np.concatenate(
    [RNG.normal((-1.2, -1.2), 0.4, (30, 2)), RNG.normal((0.7, 0.7), 0.5, (60, 2))]
)
STEPS = np.array([0, 1, 2, 5, 20])
WAY = np.array([0, 0.4, 0.6, 0.9, 1])[:, None, None]
FRAMES = GaussianMixtureParameters(
    np.linspace([0.5, 0.5], [0.36, 0.64], 5),
    (1 - WAY) * [[-1.5, 1.0], [1.5, -1.0]] + WAY * [[-1.27, -1.21], [0.7, 0.67]],
    np.linspace(np.stack([np.eye(2)] * 2), np.stack([np.eye(2) / 4] * 2), 5),
)
LEVELS = np.array([-1150.25, -550.5, -480.75, -390.125, -385.46])


def frame_of(frame: int) -> GaussianMixtureParameters:
    return GaussianMixtureParameters(*(field[frame] for field in FRAMES))


def posterior(params: GaussianMixtureParameters) -> np.ndarray:
    joint = [w * multivariate_normal(m, c).pdf(CROWD) for w, m, c in zip(*params, strict=True)]
    return np.transpose(joint / np.sum(joint, axis=0))


POSTERIORS = np.stack([posterior(frame_of(frame)) for frame in range(5)])


class Info:
    """What EM says of where it ended."""

    def __init__(self, log_likelihood: float, *collapsed: bool) -> None:
        self.log_likelihood, self.collapsed = log_likelihood, collapsed


def ended(frame: int, *info: Any) -> Run:
    state = frame_of(frame)
    return Run(state, Info(*info), 200, None, None, np.array([200]), Status.COMPLETED)


def ran(steps: Any = STEPS, frames: Any = FRAMES, levels: Any = LEVELS) -> Run:
    return Run(None, None, int(steps[-1]), frames, Info(levels), steps, Status.COMPLETED)


ENDS = (ended(1, -524.5, False, True), ended(4, -385.5, False, False))
LAST = np.array([0, 0, 0, 0, 1])
COLUMN = LAST[:, None] * [0.02, -0.02]
LIGHTER = FRAMES._replace(weights=FRAMES.weights + COLUMN)
FARTHER = FRAMES._replace(means=FRAMES.means + COLUMN[:, :, None])
BALLS = GaussianMixtureParameters(
    np.full((3, 2), 0.5),
    np.broadcast_to(MEANS, (3, 2, 2)),
    np.array([1, 0.09, 0.01])[:, None, None, None] * np.eye(2) * np.ones((2, 1, 1)),
)

SAMPLES = {
    "EM in panels": Sample(
        em_panels,
        {"data": CROWD, "run": ran(), "responsibilities": POSTERIORS, "labels": LABELS},
        [
            {"run": ran(steps=STEPS + LAST)},
            {"run": ran(levels=LEVELS + LAST)},
            {"run": ran(frames=LIGHTER)},
            {"run": ran(frames=FARTHER)},
        ],
        drawn=[{"data": 0.9 * CROWD}, {"responsibilities": POSTERIORS[::-1]}],
    ),
    "optima drawn": Sample(
        optima_panels,
        {
            "data": CROWD,
            "optima": pick(FRAMES, np.array([4, 3, 1])),
            "responsibilities": POSTERIORS[[4, 3, 1]],
            "log_likelihoods": LEVELS[[4, 3, 1]],
            "runs": [3, 12, 1],
            "labels": LABELS,
        },
        [
            {"runs": [3, 11, 2]},
            {"log_likelihoods": LEVELS[[4, 3, 0]]},
            {"optima": pick(FRAMES, np.array([3, 3, 1]))},
        ],
        drawn=[{"data": CROWD[::-1]}, {"responsibilities": POSTERIORS[[4, 3, 0]]}],
    ),
    "collapse": Sample(
        collapse_panels,
        {
            "data": CROWD,
            "start": frame_of(0),
            "runs": ENDS,
            "responsibilities": (POSTERIORS[1], POSTERIORS[4]),
            "labels": LABELS,
        },
        [{"runs": ENDS[::-1]}, {"runs": (ended(1, -524.5, False, False), ENDS[1])}],
        drawn=[{"data": CROWD[::-1]}, {"responsibilities": (POSTERIORS[2], POSTERIORS[4])}],
    ),
    "K-means": Sample(
        kmeans_panels,
        {
            "data": CROWD,
            "balls": BALLS,
            "responsibilities": POSTERIORS[:3],
            "gaps": [0.17, 0.053, 0.012],
            "labels": LABELS,
        },
        [
            {"responsibilities": POSTERIORS[2:]},
            {"gaps": [0.17, 0.05, 0.012]},
            {"balls": BALLS._replace(covariances=2 * BALLS.covariances)},
        ],
        drawn=[{"data": CROWD[::-1]}],
    ),
}


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


def test_words_of_panels():
    assert SAMPLES["EM in panels"]().words == (
        "20 cycles of EM raise the log-likelihood from −1150 to −385.5 nats. Component 1 (circles) "
        "answers for 36 % of the points, around (−1.27, −1.21); component 2 (triangles) answers "
        "for 64 % of the points, around (0.70, 0.67)."
    )
    assert SAMPLES["collapse"]().words == (
        "From a start with one very small component, EM ends without a prior at −524.5 nats, "
        "component 2 with 53.5 % of the points and reported as collapsed; with one at −385.5 nats, "
        "component 2 with 64.0 % of the points."
    )
    undecided = ((POSTERIORS > 0.05) & (POSTERIORS < 0.95)).all(axis=2).mean(axis=1)
    assert SAMPLES["K-means"]().words.startswith(
        "How many points are shared out, neither side over 95 %, and how far the next means are "
        f"from those of K-means: σ = 1: {100 * undecided[0]:.0f} % and 0.17; σ = 0.3: "
    )


def test_words_of_the_optima_say_how_often_each_is_reached_and_how_thin_the_highest_is():
    optima = (
        SAMPLES["optima drawn"]
        .given["optima"]
        ._replace(covariances=np.stack([np.stack([np.eye(2), np.diag([4.0, 0.0025])])] * 3))
    )
    assert SAMPLES["optima drawn"](optima=optima).words == (
        "3 of 16 runs end at the highest, −385.5 nats; 12 at −390.1, 1 at −550.5. The narrowest "
        "component of the highest has 64 % of the points and a standard deviation of 0.05 across."
    )


# The panels


def test_panels_are_titled_as_bishops_are():
    axes = figure_of(SAMPLES["EM in panels"]()).axes
    assert [each.get_title(loc="left") for each in axes[:6]] == [
        "(a) start",
        "(b) first E-step",
        *map("({}) {} cycle{}".format, "cdef", (1, 2, 5, 20), ("", "s", "s", "s")),
    ]
    axes = figure_of(SAMPLES["collapse"]()).axes
    titles = ["start", "200 cycles", "200 cycles, with a prior"]
    assert [each.get_title(loc="left") for each in axes] == titles
    axes = figure_of(SAMPLES["K-means"]()).axes
    assert [each.get_title(loc="left") for each in axes] == ["σ = 1", "σ = 0.3", "σ = 0.1"]
    axes = figure_of(SAMPLES["optima drawn"]()).axes
    titles = ["3 runs: −385.5", "12 runs: −390.1", "1 run: −550.5"]
    assert [each.get_title(loc="left") for each in axes] == titles


def points_of(picture: Picture, panel: int) -> np.ndarray:
    marks = figure_of(picture).axes[panel].collections
    return np.concatenate([each.get_facecolor() for each in marks if len(each.get_offsets())])


def is_grey(picture: Picture, panel: int) -> bool:
    return len(np.unique(points_of(picture, panel)[:, :3], axis=0)) == 1


def test_the_first_panel_has_no_responsibilities_yet():
    for name in ("EM in panels", "collapse"):
        picture = SAMPLES[name]()
        assert [is_grey(picture, panel) for panel in range(3)] == [True, False, False]


def test_each_panel_shows_its_own_frame_and_responsibilities():
    picture = SAMPLES["EM in panels"]()
    shown = figure_of(picture).axes[:6]
    for panel, (axes, frame) in enumerate(zip(shown, [0, 0, 1, 2, 3, 4], strict=True)):
        contours = [line for line in axes.lines if len(line.get_xdata()) > 1]
        centres = [line.get_xydata()[:-1].mean(axis=0) for line in contours]
        np.testing.assert_allclose(centres, FRAMES.means[frame], atol=1e-9)
        if panel:
            shares = POSTERIORS[frame]
            of_points = np.concatenate([shares[shares.argmax(axis=1) == k] for k in range(2)])
            mixed = of_points @ PALETTE[:2]
            np.testing.assert_allclose(points_of(picture, panel)[:, :3], mixed, atol=1e-6)


def frames(count: int) -> dict[str, Any]:
    some = np.arange(count) % 5
    run = ran(np.arange(count), pick(FRAMES, some), LEVELS[some])
    return {"run": run, "responsibilities": POSTERIORS[some]}


@pytest.mark.parametrize("count", [1, 3, 11])
def test_spare_axes_are_off_and_all_have_one_square_range(count: int):
    *axes, key = figure_of(SAMPLES["EM in panels"](**frames(count))).axes
    assert [each.axison for each in axes] == [True] * (count + 1) + [False] * (-(count + 1) % 3)
    assert all(each.get_title(loc="left") for each in axes if each.axison)
    assert len({each.get_xlim() + each.get_ylim() for each in axes}) == 1
    assert all(each.get_aspect() == 1 for each in axes if each.axison)
    assert np.ptp(axes[0].get_xlim()) == pytest.approx(np.ptp(axes[0].get_ylim()))
    assert [label.get_text() for label in key.get_yticklabels()] == ["all 1", "half", "all 2"]


def test_too_many_panels_are_refused_in_words():
    with pytest.raises(ValueError, match="run: room for 11"):
        SAMPLES["EM in panels"](**frames(12))


def test_the_collapsed_component_is_magnified_with_its_points():
    (inset,) = figure_of(SAMPLES["collapse"]()).axes[1].child_axes
    mean, covariance = ENDS[0].state.means[1], ENDS[0].state.covariances[1]
    reach = 2 * np.sqrt(np.linalg.eigvalsh(covariance)[-1])
    np.testing.assert_allclose(inset.get_xlim(), [mean[0] - reach, mean[0] + reach])
    np.testing.assert_allclose(inset.get_ylim(), [mean[1] - reach, mean[1] + reach])
    drawn = np.concatenate([marks.get_offsets() for marks in inset.collections])
    assert len(drawn) == len(CROWD)
