"""Marks that pictures share: frames of maps, digits, halos, ellipses, bars, images side by side."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from numpy.typing import ArrayLike

from lecture11.figures.style import CLASS_COLOURS, COLOURS

PAPER = "gray_r"
"""The colours of handwriting: 0 is paper and 1 ink."""
HALO, WIDE_HALO = (withStroke(linewidth=width, foreground="white") for width in (3, 4))
"""What sets a text or a line off from the marks under it."""

# Frames


def bare(axes: Axes) -> None:
    """A quiet frame without ticks, around what has no units."""
    axes.set(xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set(visible=True, color="#bbbbbb")


def as_a_map(axes: Axes) -> None:
    """One unit is as long to the right as upwards; place, turn and unit mean nothing."""
    axes.set_aspect("equal", "datalim")
    bare(axes)


def square(axes: Axes, reach: float) -> None:
    """A map's frame from −reach to reach, whatever is put into it."""
    as_a_map(axes)
    axes.set_aspect("equal", "box")
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach))


def fit_frame(axes: Axes, points: ArrayLike) -> None:
    """A square frame around a map (n, 2) that is not about to move."""
    places = np.asarray(points, float)
    middle = (places.max(axis=0) + places.min(axis=0)) / 2
    half = 0.54 * float(np.ptp(places, axis=0).max())
    axes.set_aspect("equal", "box")
    axes.set(xlim=(middle[0] - half, middle[0] + half), ylim=(middle[1] - half, middle[1] + half))


def filling(points: ArrayLike) -> np.ndarray:
    """A map (n, 2) shifted and scaled to fill the square from −1 to 1; one place becomes 0."""
    places = np.asarray(points, float)
    places = places - (places.max(axis=0) + places.min(axis=0)) / 2
    return places / (np.abs(places).max() or 1)


# Points


def scatter_digits(
    axes: Axes, labels: np.ndarray, size: float, points: ArrayLike | None = None
) -> list[PathCollection]:
    """Marks for digits 0 to 9, each drawn as itself, at points (n, 2) or still nowhere."""
    places = np.full((len(labels), 2), np.nan) if points is None else np.asarray(points, float)
    marks = []
    for digit in range(10):
        look: dict[str, Any] = {"marker": f"${digit}$", "color": CLASS_COLOURS[digit]}
        x, y = places[labels == digit].T
        marks.append(axes.scatter(x, y, s=size, linewidths=0, **look))
    return marks


def move_digits(marks: Sequence[PathCollection], labels: np.ndarray, points: ArrayLike) -> None:
    """Put the digits at their places in a map (n, 2)."""
    places = np.asarray(points, float)
    for digit, mark in enumerate(marks):
        mark.set_offsets(places[labels == digit])


def ellipse(mean: ArrayLike, covariance: ArrayLike) -> np.ndarray:
    """The outline (2, 181) of a Gaussian in the plane, one standard deviation from its mean."""
    turn = np.linspace(0, 2 * np.pi, 181)
    circle = np.stack([np.cos(turn), np.sin(turn)])
    return np.asarray(mean)[:, None] + np.linalg.cholesky(np.asarray(covariance)) @ circle


# Bars

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


# Images


def sheet(images: np.ndarray) -> np.ndarray:
    """Images (rows, columns, p, p) as one image."""
    rows, columns, height, width = images.shape
    return images.transpose(0, 2, 1, 3).reshape(rows * height, columns * width)


def titled_images(images: np.ndarray, titles: Sequence[str], cmap: str, columns: int = 8) -> Figure:
    """Images (n, p, p) in rows, above each its title."""
    columns = min(len(images), columns)
    rows = -(-len(images) // columns)
    figure = Figure(figsize=(9, 0.2 + 1.28 * rows))
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in panels:
        axes.set(xticks=[], yticks=[])
        axes.set_axis_off()
    for axes, image, title in zip(panels, images, titles, strict=False):
        axes.imshow(image, cmap=cmap, vmin=0, vmax=1)
        axes.set_title(title, loc="center", fontsize=9)
    return figure
