import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lecture11.figures import number
from lecture11.figures.words import coordinate, cycles, iterations

finite = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-385.4567, "−385.5"),
        (1130.26, "1130"),
        (0.5, "0.5"),
        (2.0, "2"),
        (0.0, "0"),
        (-0.0, "0"),
        (np.float32(0.1), "0.1"),
        (np.int64(-3), "−3"),
        (math.inf, "inf"),
        (-math.inf, "−inf"),
        (math.nan, "nan"),
    ],
)
def test_as_a_reader_writes_it(value: float, text: str):
    assert number(value) == text


def test_so_many_digits_as_asked():
    assert number(2 / 3, 3) == "0.667"


@given(finite, st.integers(1, 6))
def test_it_can_be_read_back_to_its_digits(value: float, digits: int):
    read = float(number(value, digits).replace("−", "-").replace(",", ""))
    assert read == float(f"{value:.{digits}g}")


@given(finite)
def test_huge_and_tiny_numbers_stay_short_and_have_a_true_minus(value: float):
    text = number(value)
    assert len(text) <= 11
    assert "-" not in text
    assert text.startswith("−") == (value < 0)


@given(finite)
def test_no_zeros_trail_behind_the_point(value: float):
    assert not re.search(r"\.\d*0(e|$)", number(value))


def test_large_numbers_are_not_written_as_a_program_writes_them():
    assert number(-12345.6) == "−12,350"


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 cycles"), (1, "1 cycle"), (np.int64(1), "1 cycle"), (20, "20 cycles")],
)
def test_cycles(count: int, text: str):
    assert cycles(count) == text
    assert iterations(count) == text.replace("cycle", "iteration")


@pytest.mark.parametrize(
    ("value", "scale", "said"),
    [
        (-1.2735, 0.5, "−1.27"),
        (0.7, 1.0, "0.70"),
        (54.4785, 5.8, "54.5"),
        (54.4785, 58.0, "54"),
        (123456.7, 2000.0, "123457"),
        (5e-16, 0.9, "0.00"),
        (-5e-16, 1.0, "0.00"),
        (3.21e-9, 1e-8, "0.0000000032"),
    ],
)
def test_coordinates_are_said_to_a_fraction_of_their_scale(value, scale, said):
    assert coordinate(value, scale) == said
