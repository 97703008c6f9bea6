"""What notebook 06 says in numbers."""

import numpy as np
import pytest

from lecture11.studies import fits
from tests.notebooks.claims import refuted

pytestmark = pytest.mark.usefixtures("float64")


def test_where_the_broad_minimum_is():
    assert len(fits.minima(fits.two_modes(sds=(0.5, 0.7)))) == 2
    weights = [fits.least_weight(distance) for distance in (2, 4, 6)]
    claim = (
        "at $d = 2$ it exists only if the smaller weight is at least {}, at $d = 4$ at least {}, "
        "at $d = 6$ at least {}"
    )
    assert refuted("06", {claim: weights}) == []


def test_where_the_modes_take_over():
    distances, points = fits.branches()
    minima = np.array([sum(q.kind == "minimum" for q in found) for found in points])
    off_centre = np.array([not fits.is_central(found[0]) for found in points])
    changes = distances[minima == 3][0], distances[off_centre][0]
    assert refuted("06", {"the two changes come at {} and {}": changes}) == []


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
