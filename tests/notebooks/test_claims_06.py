"""What notebook 06 says in numbers."""

import numpy as np
import pytest

from lecture11.studies import fits
from tests.notebooks.claims import refuted

pytestmark = pytest.mark.usefixtures("float64")


@pytest.mark.slow
def test_where_the_broad_minimum_is():
    assert len(fits.minima(fits.two_modes(sds=(0.5, 0.7)))) == 2
    weights = [fits.least_weight(distance) for distance in (2, 4, 6)]
    claim = (
        "at $d = 2$ the smaller weight must be at least {}, at $d = 4$ at least {}, at $d = 6$ at "
        "least {}"
    )
    assert refuted("06", {claim: weights}) == []


@pytest.mark.slow
def test_where_the_modes_take_over():
    distances, points = fits.branches()
    minima = np.array([sum(q.kind == "minimum" for q in found) for found in points])
    off_centre = np.array([not fits.is_central(found[0]) for found in points])
    changes = distances[minima == 3][0], distances[off_centre][0]
    claims = {
        "Up to $d = {}$, {} standard deviations, **the broad": (changes[0], changes[0] / 0.5),
        "Only from $d = {}$ on are the modes the better choice": changes[1:],
    }
    assert refuted("06", claims) == []


def test_the_answers_to_the_explorers_tasks():
    light = fits.minima(fits.two_modes(weight=0.05))
    on_the_light_mode = next(q.divergence for q in light if q.mean < -1)
    wide, narrow = fits.minima(fits.two_modes(sds=(0.8, 0.3)))
    assert wide.mean < 0 < narrow.mean
    lowest = fits.minima(fits.two_modes(sds=(0.3, 1.5)))[0]
    claims = {
        "2. {}, just below −log 0.05 = {}": (on_the_light_mode, -np.log(0.05)),
        "a near tie: {} on the wide mode, {} on the narrow one": (
            wide.divergence,
            narrow.divergence,
        ),
        "the lowest has left the wide mode: mean {}, sd {}, {} nats": lowest[1:],
    }
    assert refuted("06", claims) == []


def test_what_draws_from_one_mode_say():
    plain, never_negative = fits.estimates_on_one_mode()
    assert max(plain.standard_error, never_negative.standard_error) < 1e-3
    claim = (
        "is right, {}; $p/q - 1 - \\log p/q$, unbiased too and popular as it scatters less, says {}"
    )
    assert refuted("06", {claim: (plain.mean, never_negative.mean)}) == []


def test_what_its_outputs_show():
    claims = {
        "The sampled mean is off by {},": "10,000 samples {} ",
        "off by 0.037, {} times its standard error $\\sqrt{4.25 / 10{,}000} \\approx {}$": (
            0.037 / (4.25 / 10_000) ** 0.5,
            (4.25 / 10_000) ** 0.5,
        ),
        "the value shifts by $-\\log 7 = {}$": "values: all shifted by {}",
        "end there: {} of": "{} near mean 0.",
        "10 of these {},": "Of {} fits that go downhill",
        "where it is too low, {} in all": "forward fit: D(p ‖ q) = {} nats, largest",
        "(left) the bill is {} nats": "reverse fit: D(p ‖ q) = {} nats",
    }
    assert refuted("06", claims) == []
