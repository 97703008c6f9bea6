import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.lines import Line2D

from lecture11.divergence import Gaussian, Normal, StationaryPoint
from lecture11.figures import Picture
from lecture11.figures.divergence import (
    Divergences,
    FactorisedStage,
    branches_picture,
    fits_picture,
    integrands_picture,
    landscape_picture,
    sampling_picture,
    target_picture,
)
from lecture11.figures.divergence.landscape import points_in_words
from tests.figures.samples import Sample, figure_of

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


BOTH = {"forward fit": Divergences(0.724, 2.1), "reverse fit": Divergences(15.3, 0.693)}
CORRELATED = Gaussian(np.zeros(2), np.array([[1, 0.9], [0.9, 1]]))
LESS = Gaussian(np.zeros(2), np.array([[1, 0.8], [0.8, 1]]))
ROUND = Gaussian(np.zeros(2), np.eye(2))
SMALL = Gaussian(np.zeros(2), 0.19 * np.eye(2))


def moved(**change: float) -> list[StationaryPoint]:
    return [POINTS[0]._replace(**change), *POINTS[1:]]


SAMPLES = {
    "target": Sample(target_picture, {"x": X, "p": P}, [{"p": 2 * P}, {"x": X + 1}]),
    "one mode": Sample(
        target_picture, {"x": X, "p": np.exp(FITS["forward fit"])}, [{"p": P}], drawn=[{"x": X + 1}]
    ),
    "fits": Sample(
        fits_picture,
        {
            "x": X,
            "p": P,
            "fits": {name: np.exp(log_q) for name, log_q in FITS.items()},
            "divergences": BOTH,
        },
        [{"divergences": {**BOTH, "forward fit": Divergences(0.7, 2.1)}, "fits": {"a": P}}],
        drawn=[{"p": P / 2}, {"x": X / 2}],
    ),
    "integrands": Sample(
        integrands_picture,
        {"x": X, "log_p": LOG_P, "log_fits": FITS},
        [{"log_p": LOG_P + 0.1 * X}, {"log_fits": {"a fit": log_normal(1, 2)}}, {"x": X + 1}],
    ),
    "landscape": Sample(
        landscape_picture,
        {"means": MEANS, "sds": SDS, "divergence": HEIGHTS, "points": POINTS, "paths": PATHS},
        [
            {"points": POINTS[1:]},
            {"points": moved(mean=-1.5)},
            {"points": moved(sd=0.6)},
            {"points": moved(divergence=0.8)},
            {"paths": PATHS._replace(mean=-PATHS.mean)},
            {"paths": None},
        ],
        drawn=[{"divergence": HEIGHTS**2}, {"means": 2 * MEANS}, {"sds": 2 * SDS}],
    ),
    "branches": Sample(
        branches_picture,
        {"distances": DISTANCES, "branches": BRANCHES, "label": "distance"},
        [{"distances": DISTANCES + 1}, {"branches": BRANCHES[::-1]}],
    ),
    "sampling": Sample(
        sampling_picture,
        {
            "counts": np.array([10, 100, 1000]),
            "means": np.array([0.9, 0.7, 0.7236]),
            "standard_errors": np.array([0.1, 0.03, 0.01]),
            "exact": 0.72357,
        },
        [
            {"means": [2.0, 0.7, 0.7]},
            {"standard_errors": [0.2, 0.1, 0.05]},
            {"exact": 0.6},
            {"counts": [10, 50, 100]},
        ],
    ),
    "factorised": Sample(
        FactorisedStage,
        {
            "p": CORRELATED,
            "forward": ROUND,
            "reverse": SMALL,
            "divergences": (0.83, 0.83),
            "volumes": (2.294, 0.4359),
        },
        [{"p": LESS}, {"divergences": (0.83, 0.9)}, {"volumes": (2.0, 0.4359)}, {"reverse": ROUND}],
        stage={"reach": 2.2},
    ),
}


def test_words_of_the_target_say_its_modes_and_what_lies_between():
    assert SAMPLES["target"]().words == (
        "The target p: two modes of height 0.4, and between them, at 0, a density of only 0.00027."
    )
    assert SAMPLES["one mode"]().words == "The target p: one mode of height 0.19."


def test_words_of_the_fits_have_both_directions():
    assert SAMPLES["fits"]().words == (
        "forward fit: D(p ‖ q) = 0.724, D(q ‖ p) = 2.1 nats; reverse fit: D(p ‖ q) = 15.3, "
        "D(q ‖ p) = 0.693 nats."
    )


def test_words_of_the_integrands_have_all_four_areas():
    assert SAMPLES["integrands"]().words == (
        "forward fit: D(p ‖ q) = 0.724 nats, largest near x = −2.05; D(q ‖ p) = 1.96, largest "
        "near x = 0. reverse fit: D(p ‖ q) = 15.3 nats, largest near x = −2.12; D(q ‖ p) = "
        "0.693, largest near x = 2."
    )


def test_words_of_the_landscape_list_the_points_and_count_the_fits():
    assert SAMPLES["landscape"]().words == (
        "3 minima of D(q ‖ p): mean −2, sd 0.5, 0.693 nats; mean 2, sd 0.5, 0.693 nats; mean 0, "
        "sd 1.74, 1.871 nats. 2 saddles of D(q ‖ p): mean −0.889, sd 1.5, 1.944 nats; mean 0.889, "
        "sd 1.5, 1.944 nats. Of 3 fits that go downhill, so many end at each minimum: 1 near mean "
        "−2, 2 near mean 2, 0 near mean 0."
    )
    assert SAMPLES["landscape"](paths=None).words == points_in_words(POINTS)


def test_words_of_the_branches_say_where_minima_appear_and_which_is_lowest():
    assert SAMPLES["branches"]().words == (
        "As the distance grows: from 0.5 on 1 minimum; from 1.3 on 2 minima. The lowest is off the "
        "centre from 1.6 on."
    )
    assert "lowest" not in SAMPLES["branches"](distances=DISTANCES[:3], branches=BRANCHES[:3]).words


def test_words_of_the_estimates_count_those_that_agree():
    assert SAMPLES["sampling"]().words == (
        "Quadrature gives 0.724 nats. 3 of 3 estimates by sampling are within two standard errors "
        "of it; the standard error falls from 0.1 with 10 samples to 0.01 with 1000."
    )
    assert "1 of 3" in SAMPLES["sampling"](standard_errors=[0.01, 0.001, 0.01]).words


def test_words_of_the_factorised_fits():
    assert SAMPLES["factorised"]().words == (
        "Correlation 0.9. Forward fit: variances 1 and 1, area 2.29 times that of p, D(p ‖ q) = "
        "0.83 nats. Reverse fit: variances 0.19 and 0.19, area 0.436 times that of p, D(q ‖ p) = "
        "0.83 nats."
    )


# What is drawn


def curves(picture: Picture, axes: int = 0) -> dict[str, Line2D]:
    return {str(line.get_label()): line for line in figure_of(picture).axes[axes].lines}


def test_densities_are_drawn_over_a_shaded_p():
    lines = curves(SAMPLES["fits"]())
    np.testing.assert_array_equal(lines["p"].get_ydata(), P)
    for name, log_q in FITS.items():
        np.testing.assert_array_equal(lines[name].get_xydata().T, [X, np.exp(log_q)])
    assert lines["forward fit"].get_linestyle() != lines["reverse fit"].get_linestyle()


def test_integrands_are_drawn_with_gains_and_losses_told_apart():
    figure = figure_of(SAMPLES["integrands"]())
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
    (axes,) = figure_of(SAMPLES["landscape"]()).axes
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
    (axes,) = figure_of(SAMPLES["landscape"]()).axes
    paths = [line.get_xydata() for line in axes.lines if len(line.get_xdata()) == 3]
    np.testing.assert_array_equal(paths, np.stack(PATHS, axis=-1).swapaxes(0, 1))
    starts = [tuple(line.get_xydata()[0]) for line in axes.lines if line.get_marker() == "s"]
    assert starts == list(zip(PATHS.mean[0], PATHS.sd[0], strict=True))


def test_branches_are_drawn_by_kind():
    picture = SAMPLES["branches"]()
    for axes, field in ((0, "mean"), (1, "divergence")):
        for kind, line in curves(picture, axes).items():
            right = [
                (d, getattr(q, field))
                for d, found in zip(DISTANCES, BRANCHES, strict=True)
                for q in found
                if q.kind == kind
            ]
            np.testing.assert_array_equal(line.get_xydata(), right)


def test_the_factorised_stage_draws_ellipses_at_one_standard_deviation():
    outlines = figure_of(SAMPLES["factorised"]()).axes[0].lines
    covariances = [np.array([[1, 0.9], [0.9, 1]]), np.eye(2), 0.19 * np.eye(2)]
    for outline, covariance in zip(outlines, covariances, strict=True):
        z = np.linalg.solve(np.linalg.cholesky(covariance), outline.get_xydata().T)
        np.testing.assert_allclose(np.linalg.norm(z, axis=0), 1)
