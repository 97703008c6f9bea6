"""An arithmetic coder: H(p, q) bits per letter, almost exactly (slide: amount of information lost).

A text is a subinterval of [0, 1): each letter x shrinks the interval to a part in proportion q(x).
In the end it is Π q(x_i) wide, and some number inside can be told in

    −Σ_i log₂ q(x_i)  and at most 2 more bits in all (and 2⁻³⁰ a letter, for rounding).

The average over letters from p is H(p, q) = H(p) + D_KL(p ‖ q): what KL counts, paid in whole bits
once at the end and not once a letter. Integers stand in for the interval's ends, scaled up as soon
as their leading bits agree (Witten, Neal & Cleary 1987, Communications of the ACM 30, 520–540).
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from lecture11.arguments import as_instance, as_whole
from lecture11.divergence.letters import is_weight, require_letters, require_letters_as_keys


@dataclass(frozen=True)
class ArithmeticCode:
    """Writes and reads texts by the letters' counts; both sides must know these.

    >>> code = ArithmeticCode({"a": 9, "b": 1})
    >>> len(code.encode("aaaaaaaaab" * 10)), code.decode(code.encode("aba"), letters=3)
    (48, 'aba')
    """

    counts: Mapping[str, Any]
    """How often each letter is expected, in proportion; letters of count 0 cannot be written."""

    def __post_init__(self) -> None:
        """Refuse counts that are no whole numbers from 0 on, or all 0."""
        require_letters_as_keys("counts", self.counts, "count a text's with letter_counts(text)")
        bad = {x: n for x, n in self.counts.items() if not (is_weight(n) and n == n // 1)}
        if bad:
            raise ValueError(
                f"counts: expected whole numbers from 0 on, so that writer and reader agree to the "
                f"bit, got {bad}; count letters, or scale and round."
            )
        if not any(self.counts.values()):
            raise ValueError("counts: expected one letter or more of positive count, got none.")

    def encode(self, text: str) -> str:
        """The text as a string of 0 and 1; nothing for an empty one.

        Raises TypeError where ``text`` is no string; UnknownLetterError where the code lacks
        letters of it.
        """
        table = _Table(self.counts)
        require_letters(text, table.index, "the code")
        if not text:
            return ""
        interval, bits, pending = _Interval(table.bits), [], 0
        for letter in text:
            interval.narrow(*table.part(table.index[letter]), table.total)
            for bit in interval.settled():
                if bit is None:  # around the middle: the next bit decides, its opposites follow
                    pending += 1
                else:
                    bits.append(bit + ("1" if bit == "0" else "0") * pending)
                    pending = 0
        last = "0" if interval.low < interval.quarter else "1"
        return "".join(bits) + last + ("1" if last == "0" else "0") * (pending + 1)

    def decode(self, bits: str, letters: int) -> str:
        """The text of so many letters that :meth:`encode` wrote.

        The number is told beside, as the bits alone do not show where the text ends.
        Raises TypeError or ValueError where ``letters`` is no whole number from 0 on, or ``bits``
        no string of 0 and 1.
        """
        as_instance("bits", bits, str, "give them as encode returned them")
        if set(bits) - {"0", "1"}:
            raise ValueError(f"bits: expected a string of 0 and 1, got {bits[:40]!r}.")
        letters = as_whole("letters", letters, 0)
        table = _Table(self.counts)
        interval, read = _Interval(table.bits), table.bits
        value = int(bits[:read].ljust(read, "0"), 2)
        text = []
        for _ in range(letters):
            width = interval.high - interval.low + 1
            target = ((value - interval.low + 1) * table.total - 1) // width
            index = bisect_right(table.ends, target)
            text.append(table.letters[index])
            interval.narrow(*table.part(index), table.total)
            for bit in interval.settled():
                offset = {"0": 0, "1": 2 * interval.quarter, None: interval.quarter}[bit]
                value = 2 * (value - offset) + (bits[read : read + 1] == "1")
                read += 1
        return "".join(text)


class _Table:
    """Where each letter's part of the interval begins and ends, in counts."""

    def __init__(self, counts: Mapping[str, Any]) -> None:
        known = {x: int(n) for x, n in sorted(counts.items()) if n}
        self.letters = list(known)
        self.index = {letter: i for i, letter in enumerate(self.letters)}
        self.ends = list(accumulate(known.values()))
        self.total = self.ends[-1]
        # 32 bits finer than the counts: rounding then costs less than 2⁻³⁰ bits per letter
        self.bits = self.total.bit_length() + 34

    def part(self, index: int) -> tuple[int, int]:
        return (self.ends[index - 1] if index else 0), self.ends[index]


class _Interval:
    """The whole numbers from ``low`` to ``high``, of so many bits."""

    def __init__(self, bits: int) -> None:
        self.low, self.high, self.quarter = 0, 2**bits - 1, 2 ** (bits - 2)

    def narrow(self, begin: int, end: int, total: int) -> None:
        """Keep the part from ``begin`` to ``end`` of ``total``."""
        width = self.high - self.low + 1
        self.high = self.low + width * end // total - 1
        self.low += width * begin // total

    def settled(self) -> Iterator[str | None]:
        """Each leading bit that can no longer change, as the interval is scaled up past it."""
        while True:
            if self.high < 2 * self.quarter:
                bit, offset = "0", 0
            elif self.low >= 2 * self.quarter:
                bit, offset = "1", 2 * self.quarter
            elif self.low >= self.quarter and self.high < 3 * self.quarter:
                bit, offset = None, self.quarter
            else:
                return
            self.low, self.high = 2 * (self.low - offset), 2 * (self.high - offset) + 1
            yield bit
