"""Prefix codes and the arithmetic coder: against brute force, and the laws of the module's page."""

import math
from fractions import Fraction
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import entropy as scipy_entropy

from lecture11.datasets import declaration
from lecture11.datasets.declaration import LANGUAGES
from lecture11.divergence.arithmetic import ArithmeticCode
from lecture11.divergence.codes import (
    PrefixCode,
    code_of_lengths,
    huffman_code,
    huffman_lengths,
    kraft_sum,
    mean_length,
    shannon_code,
    shannon_lengths,
)
from lecture11.divergence.letters import UnknownLetterError, letter_counts, letters_of

ALPHABET = "abcdefghij"

each_code = pytest.mark.parametrize(
    "make", [shannon_code, huffman_code], ids=["shannon", "huffman"]
)


def bits(p: dict[str, float], q: dict[str, float]) -> float:
    """H(p, q) in bits, by plain summation."""
    total_p, total_q = sum(p.values()), sum(q.values())
    return -math.fsum(
        p[x] / total_p * math.log2(q[x] / total_q) for x in p if p[x] > 0 and q.get(x, 0) > 0
    )


weights = st.dictionaries(st.sampled_from(ALPHABET), st.integers(1, 10**6), min_size=2)
float_weights = st.dictionaries(st.sampled_from(ALPHABET), st.floats(1e-6, 1.0), min_size=2)


@st.composite
def weights_and_text(draw: st.DrawFn) -> tuple[dict[str, int], str]:
    counts = draw(weights)
    return counts, draw(st.text(st.sampled_from(sorted(counts)), max_size=60))


# Lengths


def test_shannon_lengths_are_the_formula_where_that_is_exact():
    q = {"a": 0.5, "b": 0.25, "c": 0.125, "d": 0.125}
    assert shannon_lengths(q) == {"a": 1, "b": 2, "c": 3, "d": 3}
    assert shannon_lengths({"a": 1, "b": 1, "c": 1}) == {"a": 2, "b": 2, "c": 2}


@pytest.mark.slow
@given(weights)
def test_shannon_lengths_are_the_least_whole_numbers_allowed(counts: dict[str, int]):
    total = sum(counts.values())
    for letter, length in shannon_lengths(counts).items():
        q = Fraction(counts[letter], total)
        assert Fraction(1, 2**length) <= q < Fraction(2, 2**length)


@pytest.mark.parametrize("power", [40, 52, 60, 200, 900])
def test_shannon_lengths_do_not_round_near_a_power_of_two(power: int):
    """−log₂ of 2^−k and of the next number below are the same in floating point."""
    total = 2**power
    lengths = shannon_lengths({"a": total // 4, "b": total // 4 - 1, "c": total // 2 + 1})
    assert lengths == {"a": 2, "b": 3, "c": 1}


@given(weights | float_weights)
def test_shannon_costs_between_entropy_and_a_bit_more(q: dict[str, float]):
    cost = mean_length(shannon_lengths(q), q)
    assert bits(q, q) - 1e-9 <= cost < bits(q, q) + 1


@pytest.mark.slow
@given(weights | float_weights, st.data())
def test_shannon_used_on_another_distribution_costs_kl_more(
    q: dict[str, float], data: st.DataObject
):
    p = {x: data.draw(st.integers(1, 1000)) for x in q}
    shares = [[d[x] / sum(d.values()) for x in q] for d in (p, q)]
    expected = scipy_entropy(shares[0], base=2) + scipy_entropy(*shares, base=2)
    cost = shannon_code(q).bits_per_letter(p)
    assert expected - 1e-9 <= cost < expected + 1


@given(weights | float_weights)
def test_huffman_costs_between_entropy_and_a_bit_more(q: dict[str, float]):
    cost = mean_length(huffman_lengths(q), q)
    assert bits(q, q) - 1e-9 <= cost < bits(q, q) + 1
    assert cost <= mean_length(shannon_lengths(q), q) + 1e-12


def best_by_brute_force(counts: dict[str, int]) -> Fraction:
    """The cheapest lengths that Kraft allows, of all."""
    lengths = range(1, len(counts))
    total = sum(counts.values())
    costs = (
        sum(n * length for n, length in zip(counts.values(), choice, strict=True))
        for choice in product(lengths, repeat=len(counts))
        if sum(Fraction(1, 2**length) for length in choice) <= 1
    )
    return Fraction(min(costs), total)


small = st.lists(st.integers(1, 30), min_size=2, max_size=5)


@settings(max_examples=60)
@given(small)
def test_no_prefix_code_is_cheaper_than_huffmans(numbers: list[int]):
    counts = dict(zip(ALPHABET, numbers, strict=False))
    assert mean_length(huffman_lengths(counts), counts) == float(best_by_brute_force(counts))


def test_huffman_of_fibonacci_numbers_is_as_deep_as_can_be():
    counts = dict(zip(ALPHABET, (1, 1, 2, 3, 5, 8, 13, 21), strict=False))
    assert sorted(huffman_lengths(counts).values()) == [1, 2, 3, 4, 5, 6, 7, 7]


def test_huffman_ties_are_broken_the_same_whatever_the_order():
    forth = dict.fromkeys("abcde", 1)
    back = dict.fromkeys("edcba", 1)
    assert huffman_code(forth) == huffman_code(back)
    assert huffman_lengths(forth) == {"a": 3, "b": 3, "c": 2, "d": 2, "e": 2}


def test_huffman_may_cost_nothing_extra_or_bits_more_than_kl():
    """The law of Shannon's lengths is not Huffman's: both directions, as in notebook 05."""
    p, q = {"a": 0.5, "b": 0.5}, {"a": 0.99, "b": 0.01}
    assert huffman_code(q).bits_per_letter(p) == bits(p, p) == 1  # KL is 2.33 bits, the excess 0
    chain = {x: 2.0**-k for x, k in zip("abcdefgh", (1, 2, 3, 4, 5, 6, 7, 7), strict=True)}
    nearly = {**chain, "h": 0.5, "a": 2.0**-7}  # mass on the letter with the longest word
    excess = huffman_code(chain).bits_per_letter(nearly) - bits(nearly, nearly)
    assert excess == pytest.approx(bits(nearly, chain) - bits(nearly, nearly))  # dyadic: KL exactly


@settings(deadline=None)
@given(weights | float_weights, st.data())
def test_huffman_costs_kl_from_the_distribution_that_its_own_lengths_imply(
    q: dict[str, float], data: st.DataObject
):
    """H + D(p ‖ r) with r = 2^−length, on any p: every code is a belief (notebook 05)."""
    p = {x: data.draw(st.integers(1, 1000)) for x in q}
    code = huffman_code(q)
    implied = {x: 2.0**-length for x, length in code.lengths.items()}
    assert sum(implied.values()) == 1
    assert code.bits_per_letter(p) == pytest.approx(bits(p, implied), rel=1e-12)


@settings(deadline=None)
@given(weights | float_weights)
def test_no_word_of_huffmans_is_longer_than_the_golden_ratio_allows(q: dict[str, float]):
    """Katona & Nemetz (1976): at most 1 − log_φ q(x), φ the golden ratio."""
    golden = math.log((1 + math.sqrt(5)) / 2)
    for letter, length in huffman_lengths(q).items():
        assert length <= 1 - math.log(q[letter] / sum(q.values())) / golden + 1e-9


@each_code
def test_one_letter_costs_one_bit(make):
    assert make({"a": 7}).words == {"a": "0"}
    assert make({"a": 7, "b": 0}).words == {"a": "0"}


@each_code
@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"a": 0},
        {"a": -1, "b": 2},
        {"a": float("nan")},
        {"a": float("inf"), "b": 1},
        {"a": "1"},
    ],
)
def test_what_are_no_weights_is_refused(make, wrong: dict[str, float]):
    with pytest.raises(ValueError, match="weights: expected"):
        make(wrong)


@each_code
def test_only_ratios_of_weights_count_whatever_numbers_they_are(make):
    code = make({"a": 2, "b": 3, "c": 5})
    assert make({"a": 2e300, "b": 3e300, "c": 5e300}) == code
    assert make({"a": 2e-308, "b": 3e-308, "c": 5e-308}) == code
    assert make({x: np.int32(n * 10**8) for x, n in zip("abc", (2, 3, 5), strict=True)}) == code
    assert make({"a": 0.2, "b": 0.3, "c": 0.5}) == code
    assert make({"a": Fraction(2, 10), "b": Fraction(3, 10), "c": Fraction(1, 2)}) == code


# Words


@each_code
@given(weights)
def test_no_word_begins_another_and_kraft_holds(make, counts: dict[str, int]):
    code = make(counts)
    words = sorted(code.words.values())
    assert not any(b.startswith(a) for a, b in pairwise(words))
    assert kraft_sum(code.lengths) <= 1


@given(weights)
def test_huffman_wastes_no_word(counts: dict[str, int]):
    assert kraft_sum(huffman_lengths(counts)) == 1


def test_the_canonical_words():
    assert code_of_lengths({"b": 1, "a": 2, "d": 3, "c": 3}).words == {
        "a": "10",
        "b": "0",
        "c": "110",
        "d": "111",
    }


@pytest.mark.parametrize(
    ("lengths", "says"),
    [
        ({"a": 1, "b": 1, "c": 2}, "Kraft's sum is 1.25"),
        ({"a": 0}, r"lengths\['a'\]: expected a whole number from 1 on, got 0"),
        ({}, "lengths: expected letters, each with its own"),
    ],
)
def test_impossible_lengths_are_refused(lengths: dict[str, int], says: str):
    with pytest.raises(ValueError, match=says):
        code_of_lengths(lengths)


@pytest.mark.slow
@each_code
@settings(max_examples=200)
@given(weights_and_text())
def test_what_is_encoded_can_be_decoded(make, drawn: tuple[dict[str, int], str]):
    counts, text = drawn
    code = make(counts)
    written = code.encode(text)
    assert set(written) <= {"0", "1"}
    assert len(written) == sum(code.lengths[x] for x in text)
    assert code.decode(written) == text


@each_code
def test_letters_the_code_lacks_are_named(make):
    code = make({"a": 1, "b": 1, "c": 0})
    with pytest.raises(
        UnknownLetterError, match=r"the code lacks 'c', 'ř': their probability is 0"
    ):
        code.encode("abcař")
    with pytest.raises(UnknownLetterError, match="'c'"):
        code.bits_per_letter({"a": 1, "c": 1})
    assert code.bits_per_letter({"a": 1, "c": 0}) == 1


def test_a_word_that_begins_another_is_refused():
    with pytest.raises(ValueError, match=r"^words: 0 is the beginning of 01"):
        PrefixCode({"a": "01", "b": "0", "c": "11"})
    with pytest.raises(ValueError, match=r"^words: expected a string of 0 and 1 for 'b', got '2'"):
        PrefixCode({"a": "0", "b": "2"})


def test_bits_that_are_no_words_are_refused():
    code = PrefixCode({"a": "00", "b": "01"})
    with pytest.raises(ValueError, match="no word begins at bit 2, with 10"):
        code.decode("0010")
    with pytest.raises(ValueError, match="they end within a word, 0"):
        code.decode("00010")
    with pytest.raises(ValueError, match="no word"):
        code.decode("0x")


# The arithmetic coder


@pytest.mark.slow
@settings(max_examples=300)
@given(weights_and_text())
def test_arithmetic_coding_round_trips_within_two_bits_of_the_ideal(
    drawn: tuple[dict[str, int], str],
):
    counts, text = drawn
    code = ArithmeticCode(counts)
    written = code.encode(text)
    assert code.decode(written, len(text)) == text
    ideal = -math.fsum(math.log2(counts[x] / sum(counts.values())) for x in text)
    assert ideal - 1e-9 <= len(written) <= ideal + 2 + 1e-6


@settings(max_examples=50)
@given(st.text(st.sampled_from("ab"), max_size=60), st.integers(10**12, 10**40))
def test_counts_may_be_huge_and_lopsided(text: str, count: int):
    code = ArithmeticCode({"a": count, "b": 1})
    written = code.encode(text)
    assert code.decode(written, len(text)) == text
    ideal = text.count("b") * math.log2(count + 1)
    assert len(written) <= ideal + 2.001


@pytest.mark.slow
@pytest.mark.parametrize("p", LANGUAGES)
def test_real_text_is_coded_for_what_kl_says(p: str):
    """Each language's Declaration, written by the code made for the English one."""
    text = letters_of(declaration(p), fold=True)
    q = letter_counts(letters_of(declaration("english"), fold=True))
    code = ArithmeticCode(q)
    written = code.encode(text)
    assert code.decode(written, len(text)) == text
    ideal = len(text) * bits(letter_counts(text), q)
    assert ideal < len(written) < ideal + 2.001


@pytest.mark.slow
def test_time_grows_with_the_text_and_no_faster():
    """Interval and bits are whole numbers of fixed length, however long the text."""
    text = letters_of(declaration("english"))
    code = ArithmeticCode(letter_counts(text))
    written = code.encode(text * 3)  # 30,000 letters; a fraction of that precision would hang
    assert code.decode(written, 3 * len(text)) == text * 3
    assert len(written) / 3 == pytest.approx(len(code.encode(text)), abs=2)


def test_one_letter_needs_hardly_a_bit_however_often():
    code = ArithmeticCode({"a": 3})
    assert len(code.encode("a" * 1000)) == 2
    assert code.decode(code.encode("a" * 1000), 1000) == "a" * 1000


def test_nothing_is_nothing():
    code = ArithmeticCode({"a": 1, "b": 2})
    assert code.encode("") == ""
    assert code.decode("", 0) == ""


def test_the_arithmetic_coder_names_letters_it_lacks():
    with pytest.raises(UnknownLetterError, match="the code lacks 'c', 'd'"):
        ArithmeticCode({"a": 1, "b": 2, "c": 0}).encode("abcd")


@pytest.mark.parametrize(
    "counts", [{}, {"a": 0}, {"a": 0.5}, {"a": -1}, {"a": float("nan")}, {"a": float("inf")}]
)
def test_what_are_no_counts_is_refused(counts: dict[str, float]):
    with pytest.raises(ValueError, match="counts: expected"):
        ArithmeticCode(counts)


def test_whole_numbers_of_any_type_are_counts():
    text = "abba"
    plain = ArithmeticCode({"a": 2, "b": 3}).encode(text)
    assert ArithmeticCode({"a": np.int64(2), "b": 3.0}).encode(text) == plain


@pytest.mark.parametrize(("bits_", "letters"), [("01x", 2), ("01", -1)])
def test_what_cannot_be_read_is_refused(bits_: str, letters: int):
    with pytest.raises(
        ValueError, match=r"^(letters: expected a whole number from 0 on|bits: expected a string)"
    ):
        ArithmeticCode({"a": 1, "b": 2}).decode(bits_, letters)
