"""What notebook 07 says in numbers."""

import numpy as np
import pytest
from scipy.special import softmax

from tests.notebooks.claims import defined_by, refuted


def test_what_a_cell_shows():
    claims = {
        "gains about {} points at $T = 5$ and {} at $T = 20$": (
            "teacher, T = 5 +{} ± 1.1 teacher, T = 20 +{} ±"
        ),
        "(${} \\pm {}$ points run by run)": "over its likeliest class +{} ± {}",
        "mixup gets {} % right, with a calibration error of {} %": (
            "α = 0.1: {} % right, calibration error {} %"
        ),
        "{} % of their predictions are in the last bin": "teacher, T = 5 {} % in the last bin",
        "(hard labels: {} %)": "hard labels {} % in the last bin",
        "elsewhere the mean gap is {} points against": (
            "teacher, T = 5 83 % in the last bin; elsewhere the mean gap is {} points"
        ),
        "With these shares alone the {} % would": "hard labels: on average 89 % confident and 84 % "
        "right, calibration error {} %",
        "the 5.4 % would be {}.": "shares of T = 5, gaps of hard labels: calibration error {} %",
        "come close to the {} % of NLL": "hard labels {} % right",
        "with a share of 0.1 the calibration error is {} %": (
            "share 0.1: 82 % right, calibration error {} %"
        ),
        "mean gap is 8 points against {}.": (
            "hard labels 65 % in the last bin; elsewhere the mean gap is {} points"
        ),
    }
    assert refuted("07", claims) == []


def test_the_minimum_over_samples():
    p_star = np.array([0.6, 0.4, 0, 0, 0, 0, 0, 0, 0, 0])
    optimum = softmax(p_star * np.log(0.91 / 0.01))
    assert refuted("07", {"$({}, {}, {}, \\dots)$": optimum[:3]}) == []


def test_the_entropy_of_what_the_votes_were_drawn_from():
    p = np.array([0.64, *[0.04] * 9])  # one class, and 40 % spread over all ten
    assert refuted("07", {"the distribution they were drawn from has {}": [-p @ np.log(p)]}) == []


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
def test_how_little_the_marks_between_the_camps_get():
    cell = defined_by("07", "imports", "known")
    forward = np.exp(np.asarray(cell["bell_logits"](cell["found"]["forward"], 10)))
    votes = 100 * float(cell["p_star"][4:6].sum())
    assert refuted("07", {"the marks 4 and 5, which get {} % of the votes": (votes,)}) == []
    assert abs(forward[4:6].sum() - 0.25) < 0.02  # "a quarter"
