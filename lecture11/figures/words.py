"""Numbers and counts as a picture's words say them."""

import math


def number(value: float, digits: int = 4) -> str:
    """At most so many significant digits, without trailing zeros, with a true minus sign.

    Four are what a log-likelihood shares across processors; see the notebooks' stored outputs.
    """
    text = f"{float(value):.{digits}g}"
    rounded = float(text)
    if "e+" in text and abs(rounded) < 1e7:
        text = f"{rounded:,.0f}"
    return ("0" if rounded == 0 else text).replace("-", "−")


def coordinate(value: float, scale: float) -> str:
    """To about a fiftieth of ``scale``, the size of what is measured; rounding errors become 0."""
    decimals = max(round(1.7 - math.log10(scale)), 0)
    text = f"{float(value):.{decimals}f}"
    return text.replace("-", "" if float(text) == 0 else "−")


NAMES = "no one two three four five six seven eight nine ten eleven twelve"


def count_word(count: int) -> str:
    """'two', 'twelve'; above, in figures."""
    names = NAMES.split()
    return names[count] if count < len(names) else str(count)


def iterations(count: int) -> str:
    """'1 iteration', '20 iterations'."""
    return f"{count} iteration{'' if count == 1 else 's'}"


def cycles(count: int) -> str:
    """'1 cycle', '20 cycles'."""
    return f"{count} cycle{'' if count == 1 else 's'}"
