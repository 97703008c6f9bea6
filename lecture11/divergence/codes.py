"""Prefix codes: what it costs to write letters as bits (slide: amount of information lost).

    Shannon's lengths   l(x) = ⌈−log₂ q(x)⌉          H(p, q) ≤ Σ_x p(x) l(x) < H(p, q) + 1
    Kraft's inequality  Σ_x 2^(−l(x)) ≤ 1            exactly then such a prefix code exists

Base 2 throughout: H(p, q) = H(p) + D_KL(p ‖ q) in bits. Letters come from p, the code is made for
q; so with Shannon's lengths a letter costs between H + KL and H + KL + 1 bits. Huffman's lengths
are the best for q itself. On any p a code that wastes no word, as Huffman's, costs H(p) + KL(p ‖ r)
bits with r(x) = 2^(−l(x)), which need not be near q. See Cover & Thomas (2006), Elements of
Information Theory, sections 5.2 to 5.8 and theorem 5.4.3 (wrong code); MacKay (2003), section 5.3.

A code is made from weights, each letter's probability or count; only their ratios matter. A letter
of weight 0 gets no word. All arithmetic is in exact fractions; 0.1 counts as a tenth.
"""

import heapq
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from numbers import Rational
from typing import Any

from lecture11.arguments import as_instance, as_whole
from lecture11.divergence.letters import is_weight, require_letters, require_letters_as_keys


@dataclass(frozen=True)
class PrefixCode:
    """A word of bits for each letter, none the beginning of another."""

    words: Mapping[str, str]
    """From each letter to its word, such as ``"0110"``."""

    def __post_init__(self) -> None:
        """Refuse words that are none, or one that is the beginning of another."""
        require_letters_as_keys("words", self.words, "make a code with huffman_code(weights)")
        for letter, word in self.words.items():
            if not isinstance(word, str) or not word or set(word) - {"0", "1"}:
                raise ValueError(
                    f"words: expected a string of 0 and 1 for {letter!r}, got {word!r}."
                )
        ordered = sorted(self.words.values())  # a beginning stands right before what it begins
        for first, second in pairwise(ordered):
            if second.startswith(first):
                raise ValueError(
                    f"words: {first} is the beginning of {second}, so nobody could tell where a "
                    "word ends; make the code with code_of_lengths(lengths)."
                )

    @property
    def lengths(self) -> dict[str, int]:
        """Bits that each letter costs."""
        return {letter: len(word) for letter, word in self.words.items()}

    def encode(self, text: str) -> str:
        """The words of all letters, one after the other, as a string of 0 and 1.

        Raises TypeError where ``text`` is no string; UnknownLetterError where the code lacks
        letters of it.
        """
        require_letters(text, self.words, "the code")
        return "".join(self.words[letter] for letter in text)

    def decode(self, bits: str) -> str:
        """The text that :meth:`encode` wrote. No comma is needed: a word shows where it ends.

        Raises TypeError where ``bits`` is no string; ValueError where it is not words one after the
        other.
        """
        as_instance("bits", bits, str, "give them as encode returned them")
        letters = {word: letter for letter, word in self.words.items()}
        longest = max(map(len, letters))
        text, begin = [], 0
        for end in range(1, len(bits) + 1):
            word = bits[begin:end]
            if word in letters:
                text.append(letters[word])
                begin = end
            elif end - begin == longest:
                raise ValueError(f"bits: no word begins at bit {begin}, with {word}.")
        if begin < len(bits):
            raise ValueError(f"bits: they end within a word, {bits[begin:]}; some are missing.")
        return "".join(text)

    def bits_per_letter(self, weights: Mapping[str, Any]) -> float:
        """Σ_x p(x) l(x), the mean cost of letters drawn in proportion to ``weights``.

        Raises UnknownLetterError where one of them has no word.
        """
        return mean_length(self.lengths, weights)


def shannon_code(weights: Mapping[str, Any]) -> PrefixCode:
    """A prefix code of Shannon's lengths. Raises what :func:`shannon_lengths` raises.

    >>> shannon_code({"a": 0.5, "b": 0.3, "c": 0.2}).words
    {'a': '0', 'b': '10', 'c': '110'}
    """
    return code_of_lengths(shannon_lengths(weights))


def huffman_code(weights: Mapping[str, Any]) -> PrefixCode:
    """Huffman's code, the cheapest prefix code for its own weights.

    Raises what :func:`huffman_lengths` raises.

    >>> huffman_code({"a": 0.5, "b": 0.3, "c": 0.2}).encode("abc")
    '01011'
    """
    return code_of_lengths(huffman_lengths(weights))


def shannon_lengths(weights: Mapping[str, Any]) -> dict[str, int]:
    """⌈−log₂ q(x)⌉ of each letter with a weight. (A single letter gets 1 bit: no bits are no word.)

    Raises TypeError where ``weights`` are not letters with a number each; ValueError where a number
    is negative, NaN or infinite, or none is positive.
    """
    exact = _exact(weights)
    total = sum(exact.values())
    if len(exact) == 1:
        return dict.fromkeys(exact, 1)
    # The least l with 2^l ≥ 1/q; in whole numbers, where ⌈−log₂ q⌉ could be one off.
    return {x: (-(-total // weight) - 1).bit_length() for x, weight in exact.items()}


def huffman_lengths(weights: Mapping[str, Any]) -> dict[str, int]:
    """Depths of the letters in Huffman's tree: the two lightest subtrees are joined, repeatedly.

    Ties go to what was there first: letters in their order, then joined subtrees.
    Raises TypeError where ``weights`` are not letters with a number each; ValueError where a number
    is negative, NaN or infinite, or none is positive.
    """
    exact = _exact(weights)
    if len(exact) == 1:
        return dict.fromkeys(exact, 1)
    depths = dict.fromkeys(exact, 0)
    heap = [(weight, order, [x]) for order, (x, weight) in enumerate(exact.items())]
    heapq.heapify(heap)
    for order in range(len(heap), 2 * len(heap) - 1):
        lightest, _, left = heapq.heappop(heap)
        second, _, right = heapq.heappop(heap)
        for letter in (joined := left + right):
            depths[letter] += 1
        heapq.heappush(heap, (lightest + second, order, joined))
    return depths


def code_of_lengths(lengths: Mapping[str, int]) -> PrefixCode:
    """The canonical prefix code: words of these lengths, shorter first, counting up in binary.

    Raises TypeError where ``lengths`` are not letters with a whole number each; ValueError where a
    length is below 1, or Kraft's sum is above 1: no such code exists.
    """
    if (kraft := kraft_sum(lengths)) > 1:
        raise ValueError(
            f"lengths: Kraft's sum is {float(kraft):.4g}, more than 1, so no prefix code has them; "
            "make some longer."
        )
    words, value, before = {}, 0, 0
    for letter, length in sorted(lengths.items(), key=lambda item: (item[1], item[0])):
        value <<= length - before
        words[letter] = f"{value:0{length}b}"
        value, before = value + 1, length
    return PrefixCode(dict(sorted(words.items())))


def kraft_sum(lengths: Mapping[str, int]) -> Fraction:
    """Σ_x 2^(−l(x)), exactly: at most 1 for every prefix code.

    Raises TypeError where ``lengths`` are not letters with a whole number each, ValueError where
    one is below 1, or there is none.
    """
    require_letters_as_keys("lengths", lengths, "give them as {letter: bits}")
    bits = [as_whole(f"lengths[{x!r}]", length, 1) for x, length in lengths.items()]
    return sum((Fraction(1, 2**length) for length in bits), Fraction(0))


def mean_length(lengths: Mapping[str, int], weights: Mapping[str, Any]) -> float:
    """Σ_x p(x) l(x) in bits, where p is in proportion to ``weights``.

    Raises what :func:`kraft_sum` and :func:`shannon_lengths` raise; UnknownLetterError where a
    letter with a weight has no length.
    """
    kraft_sum(lengths)  # for its checks
    exact = _exact(weights)
    require_letters("".join(exact), lengths, "the code")
    total = sum(exact.values())
    return float(sum(weight * lengths[x] for x, weight in exact.items()) / total)


def _exact(weights: Mapping[str, Any]) -> dict[str, Fraction]:
    """The positive weights as fractions, letters sorted."""
    require_letters_as_keys("weights", weights, "count a text's with letter_counts(text)")
    bad = {x: w for x, w in weights.items() if not is_weight(w)}
    if bad:
        raise ValueError(f"weights: expected finite numbers from 0 on, got {bad}; remove them.")
    exact = {x: _fraction(w) for x, w in sorted(weights.items())}
    positive = {x: weight for x, weight in exact.items() if weight}
    if not positive:
        raise ValueError("weights: expected one letter or more of positive weight, got none.")
    return positive


def _fraction(weight: Any) -> Fraction:
    if isinstance(weight, Rational):  # also NumPy's integers, which must not overflow later
        return Fraction(int(weight.numerator), int(weight.denominator))
    return Fraction(str(float(weight)))
