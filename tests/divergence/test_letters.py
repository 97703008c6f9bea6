import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lecture11.datasets import declaration
from lecture11.datasets.declaration import LANGUAGES
from lecture11.divergence.letters import (
    UnknownLetterError,
    alphabet_of,
    frequencies,
    letter_counts,
    letters_of,
    missing_letters,
)

AZ = " abcdefghijklmnopqrstuvwxyz"


@pytest.mark.parametrize(
    ("text", "plain", "folded"),
    [
        ("Hello, World", "hello world", "hello world"),
        ("  Příliš   žluťoučký\nkůň, 1948. ", " příliš žluťoučký kůň ", " prilis zlutoucky kun "),
        ("Straße", "straße", "strasse"),
        ("DON'T co‐operate", "don t co operate", "don t co operate"),
        ("øre, Łódź", "øre łódź", "øre łodz"),
        ("e\u0301 = \u00e9", "é é", "e e"),
        ("", "", ""),
        ("1948!", " ", " "),
        ("हिन्दी", "हिन्दी", None),
    ],
)
def test_a_text_is_reduced_to_its_letters(text: str, plain: str, folded: str | None):
    assert letters_of(text) == plain
    assert folded is None or letters_of(text, fold=True) == folded


@pytest.mark.slow
@settings(max_examples=300)
@given(st.text(), st.booleans())
def test_what_is_reduced_is_single_spaces_and_no_less_next_time(text: str, fold: bool):
    once = letters_of(text, fold=fold)
    assert letters_of(once, fold=fold) == once
    assert "  " not in once
    assert all(c == " " or unicodedata.category(c)[0] in "LM" for c in once)


@pytest.mark.parametrize("language", LANGUAGES)
def test_folded_declarations_are_plain_letters(language: str):
    assert missing_letters(letters_of(declaration(language), fold=True), AZ) == ""


def test_czech_needs_letters_that_english_lacks_until_it_is_folded():
    english = letters_of(declaration("english"))
    czech = letters_of(declaration("czech"))
    assert missing_letters(czech, english) == "áéíúýčďěňřšťůž"
    assert missing_letters(letters_of(czech, fold=True), english) == ""
    assert missing_letters(english, letters_of(czech, fold=True)) == "qwx"


def test_counts_and_frequencies():
    assert letter_counts("abra cadabra") == {" ": 1, "a": 5, "b": 2, "c": 1, "d": 1, "r": 2}
    p = frequencies("abra cadabra", " abcdr")
    np.testing.assert_array_equal(p, np.array([1, 5, 2, 1, 1, 2]) / 12)
    np.testing.assert_array_equal(frequencies("aab", "abc"), [2 / 3, 1 / 3, 0])
    assert alphabet_of("abba", "cab", "") == "abc"


def test_the_frequencies_of_english_are_those_of_english():
    """Of running English without spaces e has about 12.7 %, t 9.1 %, z under 0.1 %."""
    text = letters_of(declaration("english")).replace(" ", "")
    p = dict(zip(AZ[1:], frequencies(text, AZ[1:]), strict=True))
    assert max(p, key=lambda letter: p[letter]) == "e"
    assert p["e"] == pytest.approx(0.12, abs=0.015)
    assert p["t"] == pytest.approx(0.09, abs=0.015)
    assert p["z"] < 0.001


def test_unknown_letters_are_named():
    with pytest.raises(UnknownLetterError, match=r"the alphabet lacks 'x', 'ř'"):
        frequencies("axřaxř", "abc")
    assert missing_letters("řeka", "abcek") == "ř"


def test_no_letters_and_double_letters_are_refused():
    with pytest.raises(ValueError, match="text: expected at least one letter"):
        frequencies("", "abc")
    with pytest.raises(ValueError, match="alphabet: expected each letter once, got 'aba'"):
        frequencies("ab", "aba")
