"""Pictures of densities and fits: arrays in the artists, numbers in the words, nothing cut off."""

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.lines import Line2D

from lecture11.divergence import (
    Gaussian,
    Normal,
    NormalMixture,
    StationaryPoint,
    forward_fit,
    kl_by_quadrature,
    mixture_log_density,
    normal_log_density,
    stationary_points,
)
from lecture11.explore import Explorer, Slider
from lecture11.figures.densities import (
    FactorisedStage,
    FitStage,
    branches_picture,
    densities_picture,
    integrands_picture,
    landscape_picture,
    points_in_words,
    sampling_picture,
)
from lecture11.figures.picture import Picture, png_of
from lecture11.quadrature import trapezoid
from tests.figures.conftest import cut_off, drawn, figure_of

X = np.linspace(-6, 6, 481)
P = 0.5 * sum(np.exp(-2 * (X - m) ** 2) / np.sqrt(np.pi / 2) for m in (-2, 2))
LOG_P = np.log(P)


def log_normal(mean: float, sd: float) -> np.ndarray:
    return -0.5 * ((X - mean) / sd) ** 2 - np.log(sd * np.sqrt(2 * np.pi))


FITS = {"forward fit": log_normal(0, 4.25**0.5), "reverse fit": log_normal(2, 0.5)}
POINTS = [
    StationaryPoint("minimum", -1.9998, 0.5004, 0.693),
    StationaryPoint("minimum", 1.9998, 0.5004, 0.693),
    StationaryPoint("minimum", 1e-16, 1.7364, 1.871),
    StationaryPoint("saddle", -0.88896, 1.5037, 1.944),
    StationaryPoint("saddle", 0.88896, 1.5037, 1.944),
]
MEANS, SDS = np.linspace(-4, 4, 41), np.geomspace(0.2, 5, 31)
HEIGHTS = np.log(SDS[:, None]) ** 2 + 0.3 * (MEANS**2 - 4) ** 2
PATHS = Normal(
    np.array([[-3.0, 3.0, 2.5], [-2.2, 2.2, 2.1], [-2.0, 2.0, 2.0]]),
    np.array([[1.0, 1.0, 2.0], [0.7, 0.6, 0.9], [0.5, 0.5, 0.5]]),
)
DISTANCES = np.array([0.5, 1.0, 1.3, 1.6])
BRANCHES = [
    [StationaryPoint("minimum", 0.0, 0.7, 0.01)],
    [StationaryPoint("minimum", 0.0, 1.0, 0.23)],
    [
        StationaryPoint("minimum", 0.0, 1.2, 0.54),
        StationaryPoint("minimum", 1.26, 0.5, 0.67),
        StationaryPoint("saddle", 0.96, 0.8, 0.73),
    ],
    [
        StationaryPoint("minimum", 1.6, 0.5, 0.69),
        StationaryPoint("minimum", 0.0, 1.4, 1.01),
        StationaryPoint("saddle", 0.91, 1.1, 1.13),
    ],
]


def densities(p=P, fits=FITS) -> Picture:
    shown = {name: np.exp(log_q) for name, log_q in fits.items()}
    return densities_picture(X, p, shown, words="Two fits.")


def integrands(log_p=LOG_P, fits=FITS) -> Picture:
    return integrands_picture(X, log_p, fits)


def landscape(points=POINTS, paths: Normal | None = PATHS) -> Picture:
    return landscape_picture(MEANS, SDS, HEIGHTS, points, paths)


def branches(distances=DISTANCES, found=BRANCHES) -> Picture:
    return branches_picture(distances, found, label="distance")


def sampling(means=(0.9, 0.7, 0.7236), errors=(0.1, 0.03, 0.01), exact=0.72357) -> Picture:
    return sampling_picture([10, 100, 1000], means, errors, exact)


def fitted(p=P, mean=0.0, sd=4.25**0.5, divergence=0.72357, points=POINTS) -> Picture:
    stage = FitStage(X, top=1.4, sds=(0.2, 5))
    return stage.show(p, Normal(np.array(mean), np.array(sd)), divergence, points)


def factorised(rho=0.9, divergences=(0.83, 0.83), volumes=(2.294, 0.4359)) -> Picture:
    p = Gaussian(np.zeros(2), np.array([[1, rho], [rho, 1]]))
    forward = Gaussian(np.zeros(2), np.eye(2))
    reverse = Gaussian(np.zeros(2), (1 - rho**2) * np.eye(2))
    return FactorisedStage(2.2).show(p, forward, reverse, divergences, volumes)


MAKERS: list[Callable[[], Picture]] = [
    densities,
    integrands,
    landscape,
    branches,
    sampling,
    fitted,
    factorised,
]


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_nothing_is_cut_off(make):
    assert cut_off(drawn(make())) == []


def test_words_of_the_integrands_have_all_four_areas():
    assert integrands().words == (
        "forward fit: D(p ‖ q) = 0.724 nats, largest near x = −2.05; D(q ‖ p) = 1.96, largest "
        "near x = 0. reverse fit: D(p ‖ q) = 15.3 nats, largest near x = −2.12; D(q ‖ p) = "
        "0.693, largest near x = 2."
    )


def test_words_of_the_landscape_list_the_points_and_count_the_fits():
    assert landscape().words == (
        "3 minima of D(q ‖ p): mean −2, sd 0.5, 0.693 nats; mean 2, sd 0.5, 0.693 nats; mean 0, "
        "sd 1.74, 1.871 nats. 2 saddles of D(q ‖ p): mean −0.889, sd 1.5, 1.944 nats; mean 0.889, "
        "sd 1.5, 1.944 nats. Of 3 fits that go downhill, so many end at each minimum: 1 near mean "
        "−2, 2 near mean 2, 0 near mean 0."
    )
    assert landscape(paths=None).words == points_in_words(POINTS)


def test_words_of_the_branches_say_where_minima_appear_and_which_is_lowest():
    assert branches().words == (
        "As the distance grows: from 0.5 on 1 minimum; from 1.3 on 2 minima. The lowest is off the "
        "centre from 1.6 on."
    )
    assert "lowest" not in branches(DISTANCES[:3], BRANCHES[:3]).words


def test_words_of_the_estimates_count_those_that_agree():
    assert sampling().words == (
        "Quadrature gives 0.724 nats. 3 of 3 estimates by sampling are within two standard errors "
        "of it; the standard error falls from 0.1 with 10 samples to 0.01 with 1000."
    )
    assert "1 of 3" in sampling(errors=(0.01, 0.001, 0.01)).words


def test_words_of_a_fit_have_both_directions():
    words = fitted().words
    assert words.startswith("Forward fit: mean 0.0, sd 2.06, D(p ‖ q) = 0.7236 nats. 3 minima of")
    assert fitted(points=[]).words.endswith("No stationary point was found.")


def test_words_of_the_factorised_fits():
    assert factorised().words == (
        "Correlation 0.9. Forward fit: variances 1 and 1, area 2.29 times that of p, D(p ‖ q) = "
        "0.83 nats. Reverse fit: variances 0.19 and 0.19, area 0.436 times that of p, D(q ‖ p) = "
        "0.83 nats."
    )


def moved(point: StationaryPoint) -> list[StationaryPoint]:
    return [point, *POINTS[1:]]


@pytest.mark.parametrize(
    ("make", "changes"),
    [
        (integrands, [{"log_p": LOG_P + 0.1 * X}, {"fits": {"forward fit": log_normal(1, 2)}}]),
        (
            landscape,
            [
                {"points": POINTS[1:]},
                {"points": moved(POINTS[0]._replace(mean=-1.5))},
                {"points": moved(POINTS[0]._replace(sd=0.6))},
                {"points": moved(POINTS[0]._replace(divergence=0.8))},
                {"paths": PATHS._replace(mean=-PATHS.mean)},
            ],
        ),
        (branches, [{"distances": DISTANCES + 1}, {"found": BRANCHES[::-1]}]),
        (
            sampling,
            [{"means": (2.0, 0.7, 0.7)}, {"errors": (0.2, 0.1, 0.05)}, {"exact": 0.6}],
        ),
        (
            fitted,
            [{"mean": 0.5}, {"sd": 2.5}, {"divergence": 0.5}, {"points": POINTS[:1]}],
        ),
        (
            factorised,
            [{"rho": 0.8}, {"divergences": (0.83, 0.9)}, {"volumes": (2.0, 0.4359)}],
        ),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_words_change_with_the_arrays(make, changes):
    said = {make().words, *(make(**change).words for change in changes)}
    assert len(said) == 1 + len(changes)


# What is drawn


def curves(picture: Picture, axes: int = 0) -> dict[str, Line2D]:
    return {str(line.get_label()): line for line in figure_of(picture).axes[axes].lines}


def test_densities_are_drawn_over_a_shaded_p():
    lines = curves(densities())
    np.testing.assert_array_equal(lines["p"].get_ydata(), P)
    for name, log_q in FITS.items():
        np.testing.assert_array_equal(lines[name].get_xydata().T, [X, np.exp(log_q)])
    assert lines["forward fit"].get_linestyle() != lines["reverse fit"].get_linestyle()


def test_integrands_are_drawn_with_gains_and_losses_told_apart():
    figure = figure_of(integrands())
    assert len(figure.axes) == 4
    for axes, (name, which) in zip(
        figure.axes, [(name, which) for name in FITS for which in (0, 1)], strict=True
    ):
        gap = LOG_P - FITS[name]
        right = (P * gap, -np.exp(FITS[name]) * gap)[which]
        np.testing.assert_allclose(axes.lines[0].get_ydata(), right)
        areas = [c for c in axes.collections if isinstance(c, PolyCollection)]
        assert [bool(area.get_hatch()) for area in areas] == [False, True]
        assert f"area {np.trapezoid(right, X):.3g}" in axes.get_title(loc="left")


def test_every_stationary_point_is_marked_by_its_kind_and_labelled_with_its_value():
    (axes,) = figure_of(landscape()).axes
    markers = {"minimum": "o", "saddle": "X"}
    marks = [
        (line.get_marker(), *line.get_xydata()[0])
        for line in axes.lines
        if len(line.get_xdata()) == 1
    ]
    for point in POINTS:
        assert (markers[point.kind], point.mean, point.sd) in marks
    values = [text.get_text() for text in axes.texts]
    assert values == ["0.693", "0.693", "1.871", "1.944", "1.944"]


def test_paths_are_drawn_from_their_starts():
    (axes,) = figure_of(landscape()).axes
    paths = [line.get_xydata() for line in axes.lines if len(line.get_xdata()) == 3]
    np.testing.assert_array_equal(paths, np.stack(PATHS, axis=-1).swapaxes(0, 1))
    starts = [tuple(line.get_xydata()[0]) for line in axes.lines if line.get_marker() == "s"]
    assert starts == list(zip(PATHS.mean[0], PATHS.sd[0], strict=True))


def test_branches_are_drawn_by_kind():
    picture = branches()
    for axes, field in ((0, "mean"), (1, "divergence")):
        for kind, line in curves(picture, axes).items():
            right = [
                (d, getattr(q, field))
                for d, found in zip(DISTANCES, BRANCHES, strict=True)
                for q in found
                if q.kind == kind
            ]
            np.testing.assert_array_equal(line.get_xydata(), right)


def test_a_stage_shows_what_it_was_given_last():
    stage = FitStage(X, top=1.4, sds=(0.2, 5))
    forward = Normal(np.array(0.0), np.array(2.0))
    pictures = [
        png_of(stage.show(p, q, 0.7, points).drawing)
        for p, q, points in (
            (P, forward, POINTS),
            (P[::-1] * 0.5, forward, POINTS),
            (P, forward._replace(mean=np.array(1.0)), POINTS),
            (P, forward, POINTS[1:]),
            (P, forward, []),
            (P, forward, POINTS),
        )
    ]
    assert len(set(pictures)) == 5
    assert pictures[0] == pictures[-1]


def test_the_stage_draws_every_minimum_and_the_lowest_dashed():
    lines = curves(fitted())
    np.testing.assert_array_equal(lines["p"].get_ydata(), P)
    lowest = lines["reverse fit, lowest"]
    np.testing.assert_allclose(lowest.get_ydata(), np.exp(log_normal(-1.9998, 0.5004)))
    np.testing.assert_allclose(lines["forward fit"].get_ydata(), np.exp(FITS["forward fit"]))
    others = [
        line
        for line in figure_of(fitted()).axes[0].lines
        if line.get_linestyle() == ":" and len(line.get_xdata())
    ]
    assert len(others) == 2


def test_the_factorised_stage_draws_ellipses_at_one_standard_deviation():
    outlines = figure_of(factorised()).axes[0].lines
    covariances = [np.array([[1, 0.9], [0.9, 1]]), np.eye(2), 0.19 * np.eye(2)]
    for outline, covariance in zip(outlines, covariances, strict=True):
        z = np.linalg.solve(np.linalg.cholesky(covariance), outline.get_xydata().T)
        np.testing.assert_allclose(np.linalg.norm(z, axis=0), 1)


@pytest.mark.usefixtures("float64")
def test_nothing_recompiles_while_the_modes_move():
    """The explorer of notebook 05, with a density that counts how often it is compiled."""
    traces: list[str] = []

    def counting(x, p):
        traces.append("traced")
        return mixture_log_density(x, p)

    stage, rule = FitStage(X, top=1.4, sds=(0.2, 5)), trapezoid(-14, 14, 1401)

    def from_mixture(where: float, width: float, weight: float) -> Picture:
        p = NormalMixture(
            np.array([weight, 1 - weight]), np.array([-2.0, where]), np.array([0.5, width])
        )
        forward = forward_fit(p)
        log_q = normal_log_density(rule.nodes, forward)
        kl = kl_by_quadrature(mixture_log_density(rule.nodes, p), rule, relative_to=log_q)
        points = stationary_points(p, log_p=counting)
        return stage.show(np.exp(mixture_log_density(X, p)), forward, float(kl), points)

    explorer = Explorer(
        from_mixture,
        where=Slider("mode 2 at", -4, 4, 0.1, 2.0),
        width=Slider("width 2", 0.3, 1.5, 0.05, 0.5),
        weight=Slider("weight of mode 1", 0.05, 0.95, 0.05, 0.5),
    )
    compiled, words = len(traces), {explorer.picture.words}
    for name, value in [("where", 0.5), ("width", 1.2), ("weight", 0.9), ("where", -2.0)]:
        explorer.controls[name].value = value
        words.add(explorer.picture.words)
    assert len(words) == 5
    assert len(traces) == compiled > 0
