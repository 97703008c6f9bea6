"""Sentences with numbers in them, filled from arrays: the same text here and in the page's script.

``"After {cycle:d} cycles the log-likelihood is {level[0]:.1f} nats."`` A number stands as
``{name:format}`` or ``{name[index]:format}``, and a format is one of

======  ======================================  ============================
``d``   a whole number, thousands set apart     1,797
``.2f`` so many decimals                        −0.50
``+.1f``likewise, always with a sign            +3.0
``.3g`` so many significant digits, no zeros    0.0123, 1.2 × 10⁻⁷
``.1%`` per cent, so many decimals              12.5 %
kinds   the text of that number in a list       saddle
======  ======================================  ============================

Where two roundings are equally near, the one farther from zero is taken, as JavaScript does and
Python does not. There is no −0; ∞ has a sign; NaN is said to be undefined.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

import numpy as np

FORMATS = re.compile(r"(?P<sign>\+?)(?:\.(?P<digits>\d))?(?P<kind>[dfg%])")
NUMBER = re.compile(r"\{(\w[\w.]*)(?:\[(\d+(?:,\s*\d+)*)\])?:([^{}]+)\}")
UNDEFINED = "undefined"
_LONG = Context(prec=400, rounding=ROUND_HALF_UP)
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def formatted(value: float, form: str) -> str:
    """The number as the format writes it.

    Raises ValueError where there is no such format.

    >>> [formatted(x, ".1f") for x in (0.25, -0.04, float("nan"))]
    ['0.3', '0.0', 'undefined']
    >>> formatted(0.125, ".0%"), formatted(1.2e-7, ".2g"), formatted(1796.5, "d")
    ('13 %', '1.2 × 10⁻⁷', '1,797')
    """
    sign, digits, kind = _parsed(form)
    value = float(value)
    if value != value:
        return UNDEFINED
    if value in (np.inf, -np.inf):
        text = "∞"
    else:
        size = Decimal(abs(100 * value if kind == "%" else value))  # exact from here on
        text = _significant(size, digits) if kind == "g" else _fixed(size, digits)
    is_zero = not re.search("[1-9∞]", text)
    signs = "" if is_zero else "−" if value < 0 else sign
    return signs + text + (" %" if kind == "%" else "")


def _parsed(form: str) -> tuple[str, int, str]:
    match = FORMATS.fullmatch(form)
    if match is None or (match["kind"] == "d") != (match["digits"] is None):
        raise ValueError(
            f"format: expected d, .2f, +.1f, .3g or .1% (with another digit), got {form!r}."
        )
    return match["sign"], int(match["digits"] or 0), match["kind"]


def _fixed(size: Decimal, digits: int) -> str:
    return f"{size.quantize(Decimal(1).scaleb(-digits), context=_LONG):,f}"


def _significant(size: Decimal, digits: int) -> str:
    if size == 0:
        return "0"
    rounded = Context(max(digits, 1), ROUND_HALF_UP).create_decimal(size)
    power = rounded.adjusted()
    if -5 <= power < 7:
        return _trimmed(f"{rounded:,f}")
    return f"{_trimmed(f'{rounded.scaleb(-power):f}')} × 10{str(power).translate(_SUPERSCRIPT)}"


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True)
class Sentence:
    """A sentence of the words.

    text: with numbers as ``{name:format}``
    when: the array that decides whether it is said: where all of it is true, or with ``not`` before
        the name, where not; None: always
    """

    text: str
    when: str | None = None

    @property
    def condition(self) -> tuple[str, bool] | None:
        """The array's name, and what it must be."""
        if self.when is None:
            return None
        return self.when.removeprefix("not "), not self.when.startswith("not ")

    def numbers(self) -> Iterator[tuple[str, tuple[int, ...], str]]:
        """Name, index and format of each."""
        for match in NUMBER.finditer(self.text):
            yield match[1], _index(match[2]), match[3]

    def check(self, shapes: Mapping[str, tuple[Any, ...]], lists: Mapping[str, Any]) -> None:
        """Raise ValueError unless each number is one number of these arrays, in a known form."""
        rest = NUMBER.sub("", self.text)
        if "{" in rest or "}" in rest:
            raise ValueError(f"words: expected numbers as {{name:format}}, got {self.text!r}.")
        if self.condition and self.condition[0] not in shapes:
            raise ValueError(f"words: {self.when!r} names none of {', '.join(shapes)}.")
        for name, index, form in self.numbers():
            if name not in shapes:
                raise ValueError(f"words: {{{name}}} is none of {', '.join(shapes)}.")
            if form not in lists:
                _parsed(form)
            _require_inside(name, index, shapes[name])

    def filled(self, values: Mapping[str, Any], lists: Mapping[str, Sequence[str]]) -> str | None:
        """The sentence with its numbers; None where it is not said."""
        if self.condition:
            name, wanted = self.condition
            if bool(np.all(values[name])) != wanted:
                return None

        def one(match: re.Match[str]) -> str:
            value = np.asarray(values[match[1]])
            index = _index(match[2])
            number = value[index] if index else value.reshape(-1)[0]
            if match[3] in lists:
                return _named(number, lists[match[3]])
            return formatted(number, match[3])

        return NUMBER.sub(one, self.text)


def _index(text: str | None) -> tuple[int, ...]:
    return tuple(map(int, text.split(","))) if text else ()


def _require_inside(name: str, index: tuple[int, ...], shape: tuple[Any, ...]) -> None:
    known = [size for size in shape if isinstance(size, int)]
    one = not index and int(np.prod(known, dtype=int)) == 1 and len(known) == len(shape)
    fits = len(index) == len(shape) and all(
        not isinstance(size, int) or i < size for i, size in zip(index, shape, strict=True)
    )
    if not (one or fits):
        raise ValueError(
            f"words: {{{name}}} has shape {shape}; name one number of it, as in {{{name}[0]:d}}."
        )


def _named(number: Any, names: Sequence[str]) -> str:
    place = int(number) if np.isfinite(number) else -1
    return names[place] if 0 <= place < len(names) else UNDEFINED


def words_of(
    sentences: Sequence[Sentence],
    values: Mapping[str, Any],
    lists: Mapping[str, Sequence[str]],
) -> str:
    """All that are said, one after another."""
    said = (sentence.filled(values, lists) for sentence in sentences)
    return " ".join(text for text in said if text)
