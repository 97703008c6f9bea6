"""How good a map is: in words, under it, and of many runs beside each other."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from lecture11.figures.marks import filling, move_digits, scatter_digits, square
from lecture11.figures.picture import Picture, Stage
from lecture11.figures.style import COLOURS, INK, LINES, MARKERS, numeric, styled
from lecture11.figures.words import number


class MapQuality(NamedTuple):
    """A map and how good it is."""

    points: ArrayLike
    """(n, 2), in any unit."""
    error: float
    """The share of points whose nearest neighbour in the map shows something else."""
    trustworthiness: float
    """1 where no neighbour in the map is false."""
    divergence: float | None = None
    """D_KL(P ‖ Q) in nats, of a map by neighbours."""


def _numbers(quality: MapQuality, digits: int) -> list[str]:
    """What is said of a map; digits: significant ones of the divergence."""
    parts = [
        f"1-NN error {100 * quality.error:.0f} %",
        f"trustworthiness {quality.trustworthiness:.2f}",
    ]
    if quality.divergence is None:
        return parts
    return [f"KL {number(quality.divergence, digits)} nats", *parts]


def said_of(maps: Mapping[str, MapQuality], digits: int) -> str:
    """The numbers of several maps, for a picture's words."""
    return "; ".join(
        f"{title}: {', '.join(_numbers(quality, digits))}" for title, quality in maps.items()
    )


def under(axes: Axes, quality: MapQuality, digits: int) -> None:
    """Write a map's numbers under it."""
    *first, last = _numbers(quality, digits)
    axes.set_xlabel(f"{' · '.join(first)}\n{last}", fontsize=9)


@styled
def quality_dots(
    qualities: Mapping[str, Mapping[str, ArrayLike]], *, digits: int = 3, rows_of: str = "run"
) -> Picture:
    """Figures of quality of several methods, a mark for each run.

    qualities: from a method's name to a mapping from the figure's name to its values (runs,)
    rows_of: what one mark stands for
    """
    names = list(qualities)
    figures = list(next(iter(qualities.values())))
    figure = Figure(figsize=(9, 1.3 + 0.34 * len(names)))
    panels = figure.subplots(1, len(figures), sharey=True)
    said: dict[str, list[str]] = {name: [] for name in names}
    for column, (axes, kind) in enumerate(zip(panels, figures, strict=True)):
        for row, name in enumerate(names):
            values = np.atleast_1d(np.asarray(qualities[name][kind], float))
            axes.plot(
                values, np.full(len(values), row), MARKERS[column], color="none",
                markeredgecolor=COLOURS[column], markersize=8,
            )  # fmt: skip
            if len(values) > 1 and len(np.unique(values.round(digits))) == 1:
                axes.annotate(
                    f"× {len(values)}", (values[0], row), (0, 6), textcoords="offset points",
                    ha="center", fontsize=8,
                )  # fmt: skip
            low, high = (
                number(round(float(v), digits), digits) for v in (values.min(), values.max())
            )
            said[name].append(f"{kind} {low}" if low == high else f"{kind} {low} to {high}")
        axes.set(xlabel=kind)
        axes.margins(x=0.15)
        axes.xaxis.set_major_locator(MaxNLocator(4))
        axes.grid(visible=True)
    panels[0].set_yticks(range(len(names)), names)
    panels[0].set_ylim(len(names) - 0.5, -0.5)
    each = "; ".join(f"{name}: {', '.join(parts)}" for name, parts in said.items())
    return Picture(figure, f"A mark for each {rows_of}. {each}.")


class TradeOffStage:
    """NeRV's map for one λ beside trustworthiness and continuity over all λ, ready to be moved."""

    @styled
    def __init__(
        self, labels: ArrayLike, trade_offs: ArrayLike, trusted: ArrayLike, kept: ArrayLike
    ) -> None:
        """Draw what stays.

        labels: (n,), 0 to 9
        trade_offs: λ (L,)
        trusted, kept: trustworthiness and continuity (L,)
        """
        self._labels, self._lambdas = np.asarray(labels), np.asarray(trade_offs, float)
        self._curves = [np.asarray(curve, float) for curve in (trusted, kept)]
        figure = Figure(figsize=(9, 4.2))
        left, right = figure.subplots(1, 2)
        self._digits = scatter_digits(left, self._labels, 34)
        square(left, 1.06)
        left.set_title("the map")
        names = ("trustworthiness: few false", "continuity: few torn")
        for k, (curve, name) in enumerate(zip(self._curves, names, strict=True)):
            right.plot(
                self._lambdas, curve, LINES[k], marker=MARKERS[k], color=COLOURS[k], markersize=5,
                label=name,
            )  # fmt: skip
        (self._here,) = right.plot([], [], "o", markersize=15, color="none", markeredgecolor=INK)
        self._line = right.axvline(0, color="#999999", linewidth=1)
        right.set(xlabel="λ, weight of D_KL(p ‖ q)", ylabel="12 nearest neighbours; 1 is perfect")
        right.set_ylim(top=1)
        right.grid(visible=True)
        right.legend(loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0)
        self._stage = Stage(figure, [*self._digits, self._line, self._here])

    @numeric
    def show(self, which: int, points: ArrayLike) -> Picture:
        """Move to the λ of that number, and its map (n, 2), scaled to fill the frame."""
        move_digits(self._digits, self._labels, filling(points))
        weight = float(self._lambdas[which])
        self._line.set_xdata([weight] * 2)
        heights = [float(curve[which]) for curve in self._curves]
        self._here.set_data([weight] * 2, heights)
        return Picture(
            self._stage,
            f"λ = {number(weight, 2)}: trustworthiness {heights[0]:.3f}, continuity "
            f"{heights[1]:.3f}; the map is {number(np.ptp(np.asarray(points, float)), 2)} wide.",
        )
