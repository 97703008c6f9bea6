"""Numbers and sentences; the page's script writes the same (tests/explore/test_page.py)."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lecture11.figures.sentences import Sentence, formatted, words_of

FORMATS = json.loads((Path(__file__).parents[1] / "explore" / "formats.json").read_text("utf-8"))


@pytest.mark.parametrize(("form", "value", "text"), FORMATS)
def test_each_format_writes_what_is_listed(form: str, value: str, text: str):
    assert formatted(float(value), form) == text


@given(st.floats(-1e15, 1e15), st.integers(0, 6))
def test_decimals_are_within_half_a_unit(value: float, digits: int):
    read = formatted(value, f".{digits}f").replace("−", "-").replace(",", "")
    assert abs(float(read) - value) <= 0.5 * 10.0**-digits * (1 + 1e-12) + 1e-15 * abs(value)


@pytest.mark.parametrize("form", ["", "f", "2f", ".2d", ".12f", "x", ".2e"])
def test_an_unknown_format_is_named(form: str):
    with pytest.raises(ValueError, match=r"format: expected d, \.2f"):
        formatted(1.0, form)


VALUES = {
    "cycle": np.int32(3),
    "means": np.array([[1.0, -2.5], [0.0, 4.0]]),
    "stuck": np.array([True, False]),
    "kind": np.array([1, 7]),
}
LISTS = {"kinds": ("minimum", "saddle")}


@pytest.mark.parametrize(
    ("text", "when", "filled"),
    [
        ("{cycle:d} cycles", None, "3 cycles"),
        ("at {means[0,1]:.1f}", None, "at −2.5"),
        ("a {kind[0]:kinds}, a {kind[1]:kinds}", None, "a saddle, a undefined"),
        ("stuck", "stuck", None),
        ("free", "not stuck", "free"),
    ],
)
def test_a_sentence_is_filled_or_not_said(text: str, when: str | None, filled: str | None):
    assert Sentence(text, when).filled(VALUES, LISTS) == filled


def test_words_are_the_sentences_that_are_said():
    sentences = [Sentence("One."), Sentence("Two.", "stuck"), Sentence("{cycle:d}.")]
    assert words_of(sentences, VALUES, LISTS) == "One. 3."


@pytest.mark.parametrize(
    ("text", "when", "says"),
    [
        ("{nothing:d}", None, "is none of"),
        ("{means:d}", None, r"name one number"),
        ("{means[0]:d}", None, r"name one number"),
        ("{means[2,0]:d}", None, r"name one number"),
        ("{cycle:dd}", None, "format: expected"),
        ("{cycle}", None, r"as \{name:format\}"),
        ("fine", "nothing", "names none of"),
    ],
)
def test_a_sentence_that_cannot_be_filled_is_refused(text: str, when: str | None, says: str):
    shapes = {name: np.shape(value) for name, value in VALUES.items()}
    with pytest.raises(ValueError, match=says):
        Sentence(text, when).check(shapes, LISTS)
