"""Named places: where they are, and where a map puts them."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from lecture11.figures.marks import HALO
from lecture11.figures.picture import Picture
from lecture11.figures.style import COLOURS, INK, styled
from lecture11.figures.words import number

SIDES = ("left", "right", "center")
"""Of its mark on which a name begins, in the order tried; "left" reads on to the right."""


@styled
def city_map(
    names: Sequence[str],
    places: ArrayLike,
    mapped: ArrayLike,
    *,
    unit: str = "km",
    coast: ArrayLike | None = None,
) -> Picture:
    """Where named places are, and where a map aligned with them puts them.

    names: (n,)
    places, mapped: (n, 2), in ``unit``
    coast: a line (v, 2) around them, NaN between its pieces; None for none
    """
    true, found = np.asarray(places, float), np.asarray(mapped, float)
    figure = Figure(figsize=(8.4, 6))
    axes = figure.subplots()
    for start, end in zip(true, found, strict=True):
        axes.plot(*np.stack([start, end], axis=1), color="#999999", linewidth=1)
    x, y = true.T
    axes.plot(
        x, y, "o", color="none", markeredgecolor=INK, markersize=7, label="where it is", zorder=4
    )  # above the names
    x, y = found.T
    axes.plot(x, y, "^", color=COLOURS[0], markersize=7, label="where the map puts it", zorder=4)
    axes.set_aspect("equal")
    if coast is not None:
        axes.autoscale(False)
        axes.plot(*np.asarray(coast, float).T, color="#b5b5b5", linewidth=0.8, zorder=0)
    axes.set(xlabel=f"to the east, {unit}", ylabel=f"to the north, {unit}")
    ways = [true + part * (found - true) for part in np.linspace(0, 1, 9)]
    _name(axes, names, found, np.concatenate(ways))
    axes.legend(loc="upper left")
    errors = np.linalg.norm(found - true, axis=1)
    worst, best = int(errors.argmax()), int(errors.argmin())
    typical = number(float(np.sqrt((errors**2).mean())), 2)
    return Picture(
        figure,
        f"The map puts the {len(names)} places {typical} {unit} from where they are (root mean "
        f"square). {names[best]} is best placed, {number(errors[best], 2)} {unit} off, "
        f"{names[worst]} worst, {number(errors[worst], 2)} {unit}.",
    )


def _name(axes: Axes, names: Sequence[str], places: np.ndarray, taken: np.ndarray) -> None:
    """Write each name on the side of its place where it covers least: other marks, other names."""
    low, high = taken.min(axis=0), taken.max(axis=0)
    margin = 0.07 * (high - low)
    axes.set_xlim(low[0] - 2 * margin[0], high[0] + 2 * margin[0])
    axes.set_ylim(low[1] - margin[1], high[1] + margin[1])
    letter, line = 0.0112 * np.ptp(axes.get_xlim()), 0.032 * np.ptp(axes.get_ylim())
    sizes = [np.array([letter * len(name), line]) for name in names]
    around = letter / 4  # marks have a size too
    chosen = [("left", 0)] * len(names)
    for _ in range(5):  # each in its turn gives way to what the others have chosen
        for k, (place, size) in enumerate(zip(places, sizes, strict=True)):
            others = [
                (corner := places[m] + _offset(*chosen[m], sizes[m], letter), corner + sizes[m])
                for m in range(len(names))
                if m != k
            ]
            low = {
                (x, y): place + _offset(x, y, size, letter)
                for x in SIDES
                for y in (0, 1, -1)
                if (x, y) != ("center", 0)
            }
            cost = {at: _covered(low[at], low[at] + size, taken, around, others) for at in low}
            chosen[k] = min(cost, key=cost.__getitem__)
    for name, place, size, (across, up) in zip(names, places, sizes, chosen, strict=True):
        x, y = place + _offset(across, up, size, letter)
        x += {"left": 0, "right": size[0], "center": size[0] / 2}[across]
        axes.text(x, y + line / 2, name, ha=across, va="center", fontsize=9, path_effects=[HALO])


def _offset(across: str, up: int, size: np.ndarray, letter: float) -> np.ndarray:
    """From a mark to the lower left corner of its name's box on one of eight sides."""
    x = {"left": letter, "right": -letter - size[0], "center": -size[0] / 2}[across]
    lift = 1.1 if across == "center" else 0.8
    return np.array([x, (up * lift - 0.5) * size[1]])


def _covered(
    low: np.ndarray,
    high: np.ndarray,
    marks: np.ndarray,
    around: float,
    others: list[tuple[np.ndarray, np.ndarray]],
) -> float:
    """How many marks and, counting ten times, names a box would cover."""
    hidden = ((marks > low - around) & (marks < high + around)).all(axis=1).sum()
    crossed = sum(bool((low < b).all() and (high > a).all()) for a, b in others)
    return float(hidden + 10 * crossed)
