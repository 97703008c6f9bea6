import math
from typing import Any

import numpy as np
import pytest

from lecture11.divergence import ArithmeticCode, huffman_code, letter_counts, shannon_code
from lecture11.figures import Picture, png_of
from lecture11.figures.divergence import SentenceStage, costs_picture
from tests.figures.samples import Sample, cut_off, drawn, figure_of

COSTS = {"arithmetic coder": [4.0, 4.6], "Huffman": [4.05, 4.58], "Shannon": [4.5, 5.1]}
TEXT = "the right to life liberty and security of person"
COUNTS = letter_counts(TEXT)
SHANNON, HUFFMAN, ARITHMETIC = shannon_code(COUNTS), huffman_code(COUNTS), ArithmeticCode(COUNTS)


def costs_of(sentence: str) -> dict[str, Any]:
    total = sum(COUNTS.values())
    known = not set(sentence) - set(COUNTS)
    shares = [count / len(sentence) for count in letter_counts(sentence).values()]
    return {
        "sentence": sentence,
        "surprises": [math.log2(total / COUNTS[x]) if x in COUNTS else np.inf for x in sentence],
        "shannon": [SHANNON.lengths.get(x, 0) for x in sentence],
        "huffman": [HUFFMAN.lengths.get(x, 0) for x in sentence],
        "arithmetic": len(ARITHMETIC.encode(sentence)) if known else 0,
        "entropy": -sum(share * math.log2(share) for share in shares),
        "code": "English",
    }


ERR = costs_of("to err")
SAMPLES = {
    "costs of texts": Sample(
        costs_picture,
        {
            "texts": ["English", "Czech"],
            "entropies": np.array([4.0, 4.2]),
            "cross_entropies": np.array([4.0, 4.6]),
            "costs": COSTS,
            "code": "English",
        },
        [
            {"entropies": [4.0, 4.1]},
            {"cross_entropies": [4.0, 4.7]},
            {"costs": {**COSTS, "Huffman": [4.05, 4.7]}},
            {"code": "Czech"},
        ],
    ),
    "sentence": Sample(
        SentenceStage,
        ERR,
        [
            costs_of("to err i"),
            costs_of(""),
            costs_of("to ěrr"),
            {"surprises": [3.0] * 6},
            {"shannon": [5] * 6},
            {"huffman": [5] * 6},
        ],
        stage={},
    ),
    "unknown letters": Sample(SentenceStage, costs_of("žízeň ž"), [costs_of("世界 мир")], stage={}),
    "long sentence": Sample(SentenceStage, costs_of(TEXT), [costs_of(TEXT * 2)], stage={}),
}


def said(sentence: str) -> Picture:
    return SAMPLES["sentence"](**costs_of(sentence))


def bars(picture: Picture) -> np.ndarray:
    """Heights of Shannon's and Huffman's bars, (2, slots)."""
    patches = figure_of(picture).axes[0].patches
    slots = SentenceStage.SLOTS
    return np.reshape([patch.get_height() for patch in patches[: 2 * slots]], (2, slots))


def test_words_of_the_costs_are_a_table():
    assert SAMPLES["costs of texts"]().words == (
        "Bits per letter by codes made for English. English: H 4.00, H + KL 4.00; arithmetic coder "
        "4.00, Huffman 4.05, Shannon 4.50. Czech: H 4.20, H + KL 4.60; arithmetic coder 4.60, "
        "Huffman 4.58, Shannon 5.10."
    )


def test_costs_are_drawn_and_told_apart():
    (axes,) = figure_of(SAMPLES["costs of texts"]()).axes
    marks = [line for line in axes.lines if line.get_marker() in "o^s" and len(line.get_xdata())]
    assert [line.get_ydata().tolist() for line in marks if len(line.get_ydata()) == 2] == [
        *COSTS.values()
    ]
    assert len({line.get_marker() for line in marks}) == 3
    bands = [(b.get_y(), b.get_height()) for b in axes.patches if b.get_width()]
    assert bands == [(4.0, 1), (4.6, 1)]


# Sentences


def test_each_letter_has_its_bars_its_diamond_and_its_name():
    picture = said("to err")
    (axes,) = figure_of(picture).axes
    np.testing.assert_array_equal(bars(picture)[:, :6], [ERR["shannon"], ERR["huffman"]])
    assert not bars(picture)[:, 6:].any()
    np.testing.assert_allclose(axes.lines[0].get_ydata(), ERR["surprises"])
    assert axes.texts[0].get_text() == "t o ␣ e r r"


def test_words_of_a_sentence_add_its_bits_up():
    words = said("to err").words
    ideal = sum(math.log2(len(TEXT) / COUNTS[x]) for x in "to err")
    assert words.startswith(f"6 letters cost {ideal:.2f} bits by −log₂ q of the English letters: ")
    bits = [len(code.encode("to err")) for code in (ARITHMETIC, HUFFMAN, SHANNON)]
    assert "coder {} bits, Huffman {}, Shannon {}.".format(*bits) in words
    assert "drawn" not in words


def test_letters_the_code_lacks_are_said_once_and_marked():
    picture = said("žízeň ž")
    assert picture.words == (
        "The English code lacks z, í, ň, ž. There q is 0, so D(p‖q) is ∞: no number of bits writes "
        "this sentence."
    )
    (axes,) = figure_of(picture).axes
    lost = [line for line in axes.lines if "infty" in str(line.get_marker())]
    assert lost[0].get_xdata().tolist() == [0, 1, 2, 4, 6]


def test_every_letter_stands_under_its_bar():
    """The middle of the last letter, against that of its bar, in pixels."""
    (axes,) = drawn(said((TEXT * 2)[: SentenceStage.SLOTS])).axes
    begin, end = axes.texts[0].get_window_extent().intervalx
    letter = (end - begin) / (2 * SentenceStage.SLOTS - 1)
    assert axes.get_xlim()[1] > SentenceStage.SLOTS - 0.6  # the last bar is in the picture
    bars = [axes.transData.transform((slot, 0))[0] for slot in (0, SentenceStage.SLOTS - 1)]
    np.testing.assert_allclose([begin + letter / 2, end - letter / 2], bars, atol=letter / 2)


def test_no_sentence_is_no_error():
    picture = said("")
    assert picture.words == "No letters yet: type a sentence."
    assert not bars(picture).any()


@pytest.mark.slow
def test_a_long_sentence_says_that_it_is_cut():
    assert "drawn" not in said(TEXT).words
    assert said(TEXT * 2).words.endswith(" (The first 50 are drawn.)")
    assert said(TEXT * 50).words.startswith(f"{50 * len(TEXT):,}".replace(",", ""))


@pytest.mark.parametrize("sentence", ["", TEXT, "žízeň", "世界 мир"])
def test_nothing_is_cut_off_and_every_font_will_do(sentence: str):
    picture = said(sentence)
    assert cut_off(drawn(picture)) == []
    assert png_of(picture.drawing)  # a missing glyph would warn, and a warning is an error here
