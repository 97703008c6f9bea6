"""What students answer: right in every style, and wrong in every way that a check names."""

from collections.abc import Callable
from typing import NamedTuple


class Students(NamedTuple):
    """Those who have tried one exercise."""

    right: list[Callable]
    """Right answers, the first in plain NumPy."""
    wrong: list[tuple[str, Callable]]
    """Wrong ones, each after a phrase that only the message which names its mistake has."""
