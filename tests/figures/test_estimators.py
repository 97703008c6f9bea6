"""Pictures of gradient estimators: they hold their arrays, say their numbers, cut nothing off."""

from collections.abc import Callable

import numpy as np
import pytest

from lecture11.figures.estimators import (
    EstimatorStage,
    objective_picture,
    relaxation_picture,
    variance_picture,
)
from lecture11.figures.picture import Picture
from tests.figures.conftest import cut_off, drawn, figure_of

PHIS = np.linspace(0, 10, 21)
GAP = 1 + (PHIS - 4) ** 2
SAMPLES = (1, 2, 4)
NAMES = ("score function", "leave one out")


def objective(evidence: float = -60.0, slope: float = 0.0) -> Picture:
    return objective_picture(PHIS, evidence + slope * PHIS - GAP, GAP, label="φ")


def variances(scale: float = 1.0) -> Picture:
    return variance_picture(
        SAMPLES,
        {"plain": scale * np.array([8.0, 4, 2]), "leave one out": np.array([np.nan, 1, 0.5])},
        exact={"plain": 8.0},
        title="gradient",
    )


def relaxed(bias: float = 0.5) -> Picture:
    return relaxation_picture(
        (1.0, 0.1), [-1 + bias, -1.0], [0.01, 0.02], [0.5, 3.0], exact=-1.0, score_function_sd=1.5
    )


STAGE = EstimatorStage(SAMPLES, NAMES, top=1e3, reach=8.0)


def staged(size: int = 1, variance: float = 4.0, exact: float = 2.0) -> Picture:
    spread = np.array([[variance, variance / 2, variance / 4], [np.nan, 1, 0.5]])
    means = np.array([[2.1, 2.0, 2.0], [np.nan, 2.0, 2.0]])
    return STAGE.show(size, means, spread, exact=exact, name="E[z²] in μ")


def test_words_of_the_objective_name_both_ends():
    assert objective().words == (
        "(1) is highest at 4, −61 nats. (2) is lowest at 4, 1 nats; it is highest at 10, 37 nats, "
        "where (1) is −97. Their sum stays at −60."
    )
    assert "Their sum stays at −55 ± 10." in objective(slope=1.0).words


def test_words_of_variances_tell_exact_from_measured():
    assert variances().words == (
        "Variance of the estimates: plain 8 with 1 sample (exact), 2 with 4 (measured); leave one "
        "out 0.5 with 4 (measured)."
    )


def test_words_of_the_relaxation_say_bias_and_spread():
    assert relaxed().words == (
        "Exact −1. Relaxed at τ = 1: mean −0.5, sd 0.5; at τ = 0.1: mean −1, sd 3. The score "
        "function with a baseline is unbiased, sd 1.5."
    )


def test_words_of_the_stage_follow_the_number_of_samples():
    assert staged().words == (
        "Gradient of E[z²] in μ: exactly 2. Variance of an estimate with 2 samples: score function "
        "2; leave one out 1."
    )
    assert staged(size=0).words.endswith("with 1 sample: score function 4; leave one out needs 2.")


def test_the_artists_hold_the_arrays():
    left, right = figure_of(objective()).axes
    np.testing.assert_allclose(left.lines[1].get_ydata(), -60 - GAP)
    np.testing.assert_allclose(right.lines[0].get_ydata(), GAP)
    (axes,) = figure_of(variances()).axes
    np.testing.assert_allclose(axes.lines[1].get_ydata(), [8, 4, 2])
    staged(size=2)
    left, right = figure_of(staged(size=2)).axes
    np.testing.assert_allclose(left.lines[0].get_xdata(), [4, 4])
    np.testing.assert_allclose(right.lines[0].get_xdata(), [-1, 1])


PICTURES = (objective, variances, relaxed, staged)


@pytest.mark.parametrize("make", PICTURES, ids=lambda f: f.__name__)
def test_nothing_is_cut_off(make: Callable[[], Picture]):
    assert cut_off(drawn(make())) == []


@pytest.mark.parametrize(
    ("make", "change"),
    [
        (objective, {"evidence": -50.0}),
        (variances, {"scale": 2.0}),
        (relaxed, {"bias": 0.2}),
        (staged, {"variance": 8.0}),
        (staged, {"exact": 1.0}),
    ],
    ids=lambda given: getattr(given, "__name__", ""),
)
def test_words_change_with_the_arrays(make: Callable[..., Picture], change: dict[str, float]):
    assert make(**change).words != make().words
