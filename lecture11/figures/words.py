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


def cycles(count: int) -> str:
    """'1 cycle', '20 cycles'."""
    return f"{count} cycle{'' if count == 1 else 's'}"


def band(value: float, width: float) -> str:
    """The band of a width that holds the value, '150 to 160': for what was trained at random.

    The last bits of each processor lead a training another way, a little; a band is the same for
    all of them, unless the value is close to one of its ends.
    """
    low = math.floor(value / width) * width
    return f"{low:g} to {low + width:g}".replace("-", "−")


MARKS = (0.1, 0.3, 1, 2, 5, 10, 20, 50, 100)


def magnitude(value: float) -> str:
    """Between which marks a positive value lies, '2 to 5'; see :func:`band`."""
    above = [mark for mark in MARKS if mark <= value]
    below = [mark for mark in MARKS if mark > value]
    if not above or not below:
        return f"below {MARKS[0]:g}" if not above else f"over {MARKS[-1]:g}"
    return f"{above[-1]:g} to {below[0]:g}"
