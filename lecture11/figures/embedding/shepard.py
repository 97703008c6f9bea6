"""Distances in maps against distances in the data: Shepard diagrams."""

from collections.abc import Mapping

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from lecture11.figures.picture import Picture
from lecture11.figures.style import COLOURS, styled


@styled
def shepard_panels(diagrams: Mapping[str, tuple[ArrayLike, ArrayLike]]) -> Picture:
    """Distances in maps against distances in the data, side by side (Shepard diagrams).

    diagrams: from a title to (d, d̄), two arrays (pairs,) each. On the line a distance is kept; the
    curve is the median of d̄ among pairs of about the same d.
    """
    top = 1.03 * max(float(np.max([given, mapped])) for given, mapped in diagrams.values())
    figure = Figure(figsize=(9, 1 + 7.8 / max(len(diagrams), 2)))
    panels = figure.subplots(1, len(diagrams), sharex=True, sharey=True, squeeze=False)[0]
    said = []
    for axes, (title, (given, mapped)) in zip(panels, diagrams.items(), strict=True):
        view = ShepardView(axes, top)
        view.show(given, mapped)
        axes.set_title(title)
        said.append(f"{title} {fidelity(given, mapped)}")
    panels[0].set_ylabel("distance in the map, d̄")
    return Picture(
        figure,
        "Root-mean-square error of the distances, in % of their root mean square: "
        f"{'; '.join(said)}.",
    )


def fidelity(given: ArrayLike, mapped: ArrayLike) -> str:
    """The error of all, of the shortest tenth and of the longest, as fractions of the distance."""
    d, error = np.asarray(given, float), np.asarray(mapped, float) - np.asarray(given, float)
    short, long = d <= np.quantile(d, 0.1), d >= np.quantile(d, 0.9)
    whole, low, high = (
        100 * np.sqrt((error[chosen] ** 2).sum() / (d[chosen] ** 2).sum())
        for chosen in (slice(None), short, long)
    )
    return f"{whole:.0f} % ({low:.0f} % among the shortest tenth, {high:.0f} % among the longest)"


class ShepardView:
    """A Shepard diagram on some axes, ready to be moved."""

    BINS = 12

    def __init__(self, axes: Axes, top: float) -> None:
        """Make the artists; both axes run from 0 to ``top``."""
        axes.plot([0, top], [0, top], color="#999999", linewidth=1.5)
        (self.pairs,) = axes.plot(
            [], [], ".", color=COLOURS[0], markersize=2.5, alpha=0.45, markeredgewidth=0
        )
        (self.median,) = axes.plot([], [], color=COLOURS[1], linewidth=2)
        axes.set(xlim=(0, top), ylim=(0, top), xlabel="distance in the data, d")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        axes.set_aspect("equal")

    @property
    def artists(self) -> list[Artist]:
        """Everything that :meth:`show` moves, from the bottom up."""
        return [self.pairs, self.median]

    def show(self, given: ArrayLike, mapped: ArrayLike) -> None:
        """Move to distances d and d̄, (pairs,) each."""
        d, found = np.asarray(given, float), np.asarray(mapped, float)
        self.pairs.set_data(d, found)
        self.pairs.set_markersize(2.5 if len(d) > 500 else 4.5)
        groups = np.array_split(np.argsort(d, kind="stable"), self.BINS)
        groups = [group for group in groups if len(group)]
        self.median.set_data(
            [np.median(d[group]) for group in groups],
            [np.median(found[group]) for group in groups],
        )
