"""Numbers and counts as a picture's words say them."""


def number(value: float, digits: int = 4) -> str:
    """At most so many significant digits, without trailing zeros, with a true minus sign.

    Four are what a log-likelihood shares across processors; see the notebooks' stored outputs.
    """
    text = f"{float(value):.{digits}g}"
    if "e+" in text and abs(float(text)) < 1e7:
        text = f"{float(text):.0f}"
    return ("0" if float(text) == 0 else text).replace("-", "−")


def cycles(count: int) -> str:
    """'1 cycle', '20 cycles'."""
    return f"{count} cycle{'' if count == 1 else 's'}"
