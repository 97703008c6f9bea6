import numpy as np

from lecture11.figures.variational import (
    EstimatorStage,
    objective_picture,
    relaxation_picture,
    variance_picture,
)
from tests.figures.samples import Sample, figure_of

PHIS = np.linspace(0, 10, 21)
GAP = 1 + (PHIS - 4) ** 2
VARIANCES = {"plain": np.array([8.0, 4, 2]), "leave one out": np.array([np.nan, 1, 0.5])}
MEANS = np.array([[2.1, 2.0, 2.0], [np.nan, 2.0, 2.0]])
SPREAD = np.array([[4.0, 2, 1], [np.nan, 1, 0.5]])

SAMPLES = {
    "objective": Sample(
        objective_picture,
        {"phis": PHIS, "bounds": -60 - GAP, "divergences": GAP, "label": "φ"},
        [{"phis": 2 * PHIS}, {"bounds": -50 - GAP}, {"divergences": 2 * GAP}],
    ),
    "variances": Sample(
        variance_picture,
        {
            "samples": np.array([1, 2, 4]),
            "variances": VARIANCES,
            "exact": {"plain": 8.0},
            "title": "gradient",
        },
        [
            {"samples": [1, 2, 5]},
            {"variances": {**VARIANCES, "plain": 2 * VARIANCES["plain"]}},
            {"exact": {"plain": 9.0}},
        ],
    ),
    "relaxation": Sample(
        relaxation_picture,
        {
            "temperatures": np.array([1.0, 0.1]),
            "means": np.array([-0.5, -1.0]),
            "errors": np.array([0.01, 0.02]),
            "sds": np.array([0.5, 3.0]),
            "exact": -1.0,
            "score_function_sd": 1.5,
        },
        [
            {"temperatures": [1.0, 0.2]},
            {"means": [-0.8, -1.0]},
            {"sds": [0.4, 3.0]},
            {"exact": -1.1},
            {"score_function_sd": 2.0},
        ],
        drawn=[{"errors": [0.1, 0.2]}],
    ),
    "estimators": Sample(
        EstimatorStage,
        {"size": 1, "means": MEANS, "variances": SPREAD, "exact": 2.0, "name": "E[z²] in μ"},
        [{"size": 2}, {"size": 0}, {"variances": 2 * SPREAD}, {"exact": 1.0}],
        stage={
            "samples": (1, 2, 4),
            "names": ("score function", "leave one out"),
            "top": 1e3,
            "reach": 8.0,
        },
        drawn=[{"means": MEANS + 1}],
    ),
}


def test_words_of_the_objective_name_both_ends():
    assert SAMPLES["objective"]().words == (
        "(1) is highest at 4, −61 nats. (2) is lowest at 4, 1 nats; it is highest at 10, 37 nats, "
        "where (1) is −97. Their sum stays at −60."
    )
    assert "Their sum stays at −55 ± 10." in SAMPLES["objective"](bounds=-60 + PHIS - GAP).words


def test_words_of_variances_tell_exact_from_measured():
    assert SAMPLES["variances"]().words == (
        "Variance of the estimates: plain 8 with 1 sample (exact), 2 with 4 (measured); leave one "
        "out 0.5 with 4 (measured)."
    )


def test_words_of_the_relaxation_say_bias_and_spread():
    assert SAMPLES["relaxation"]().words == (
        "Exact −1. Relaxed at τ = 1: mean −0.5, sd 0.5; at τ = 0.1: mean −1, sd 3. The score "
        "function with a baseline is unbiased, sd 1.5."
    )


def test_words_of_the_stage_follow_the_number_of_samples():
    assert SAMPLES["estimators"]().words == (
        "Gradient of E[z²] in μ: exactly 2. Variance of an estimate with 2 samples: score function "
        "2; leave one out 1."
    )
    first = SAMPLES["estimators"](size=0).words
    assert first.endswith("with 1 sample: score function 4; leave one out needs 2.")


def test_the_artists_hold_the_arrays():
    left, right = figure_of(SAMPLES["objective"]()).axes
    np.testing.assert_allclose(left.lines[1].get_ydata(), -60 - GAP)
    np.testing.assert_allclose(right.lines[0].get_ydata(), GAP)
    (axes,) = figure_of(SAMPLES["variances"]()).axes
    np.testing.assert_allclose(axes.lines[1].get_ydata(), [8, 4, 2])
    left, right = figure_of(SAMPLES["estimators"](size=2)).axes
    np.testing.assert_allclose(left.lines[0].get_xdata(), [4, 4])
    np.testing.assert_allclose(right.lines[0].get_xdata(), [-1, 1])
