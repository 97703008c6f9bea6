"""Bars that an explorer moves."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from lecture11.figures.style import COLOURS

SOLID: dict[str, Any] = {"color": COLOURS[0]}
HOLLOW: dict[str, Any] = {"facecolor": "white", "edgecolor": COLOURS[1], "linewidth": 1.8}
PALE: dict[str, Any] = {"facecolor": "#e9d5e2", "edgecolor": "#8a4570", "linewidth": 1}
"""How bars of different kinds look: told apart without colour too. (Hatching is slow to draw.)"""


def upright(
    axes: Axes, places: Iterable[float], width: float, look: dict[str, Any]
) -> list[Rectangle]:
    """Bars around ``places``, still without height."""
    return [rectangle(axes, (float(x) - width / 2, 0), (width, 0), look) for x in places]


def rectangle(
    axes: Axes, corner: tuple[float, float], size: tuple[float, float], look: dict[str, Any]
) -> Rectangle:
    """One rectangle on the axes."""
    made = Rectangle(corner, *size, **look)
    axes.add_patch(made)
    return made


def set_heights(bars: Sequence[Rectangle], heights: np.ndarray) -> None:
    """Move the bars; those without height would still show their edge, so they are hidden."""
    for bar, height in zip(bars, heights, strict=True):
        bar.set_height(float(height))
        bar.set_visible(bool(height))
