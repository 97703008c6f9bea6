"""Jensen's inequality on the log curve."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Polygon
from numpy.typing import ArrayLike

from lecture11.figures.picture import Picture, Stage
from lecture11.figures.style import COLOURS, INK, numeric, styled
from lecture11.figures.words import number


class JensenStage:
    """Points on the log curve, the area between them, their mean in it and the gap above it."""

    @styled
    def __init__(self, largest: float, *, label: str = "y") -> None:
        """Draw what stays: the curve from near 0 to ``largest``."""
        self._largest = largest
        figure = Figure(figsize=(7, 4.2))
        axes = figure.subplots()
        grid = np.geomspace(1e-3, largest, 400)
        axes.plot(grid, np.log(grid), color=INK, linewidth=1.5)
        axes.set(xlim=(0, largest), ylim=(-3, np.log(largest) + 0.5))
        axes.set(xlabel=label, ylabel="log y, nats")
        axes.grid(visible=True)
        self._hull = Polygon(np.ones((2, 2)), facecolor=COLOURS[5], alpha=0.35)
        axes.add_patch(self._hull)
        (self._edge,) = axes.plot([], [], color=COLOURS[0], linewidth=1.2)
        self._points = axes.scatter([], [], color=COLOURS[0], zorder=3)
        (self._gap,) = axes.plot([], [], color=COLOURS[1], linewidth=4, solid_capstyle="butt")
        (self._mean,) = axes.plot([], [], "s", color=COLOURS[1], markersize=8, zorder=4)
        (self._above,) = axes.plot([], [], "^", color=COLOURS[1], markersize=9, zorder=4)
        self._note = axes.text(0, 0, "", fontsize=10, color=INK, va="center")
        self._note.set_bbox({"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1})
        moving = [self._hull, self._edge, self._points, self._gap, self._mean, self._above]
        self._stage = Stage(figure, [*moving, self._note])

    @numeric
    def show(self, points: ArrayLike, weights: ArrayLike, gap: float) -> Picture:
        """Move to points y (K,) with weights w (K,) and Jensen's gap between them, in nats."""
        y, w = np.asarray(points, float), np.asarray(weights, float)
        y, w = y[w > 0], w[w > 0]
        mean, level = float(w @ y), float(w @ np.log(y))
        order = np.argsort(y)
        corners = np.stack([y[order], np.log(y[order])], axis=1)
        closed = np.concatenate([corners, corners[:1]])
        self._hull.set_xy(closed)
        self._edge.set_data(*closed.T)
        self._points.set_offsets(np.stack([y, np.log(y)], axis=1))
        self._points.set_sizes(20 + 260 * w)
        self._gap.set_data([mean, mean], [level, np.log(mean)])
        self._mean.set_data([mean], [level])
        self._above.set_data([mean], [np.log(mean)])
        right = mean > 0.6 * self._largest
        self._note.set(x=mean + (-1 if right else 1) * 0.02 * self._largest)
        self._note.set(y=(level + np.log(mean)) / 2, ha="right" if right else "left")
        self._note.set_text(f"gap {number(gap, 3)}")
        return Picture(
            self._stage,
            f"The mean of the points is {number(mean, 3)}; its logarithm (triangle) is "
            f"{_level(np.log(mean))} nats. The mean of their logarithms (square) is "
            f"{_level(level)}. Jensen's gap between the two is {number(gap, 3)} nats.",
        )


def _level(value: float) -> str:
    return number(round(float(value), 3), 3)
