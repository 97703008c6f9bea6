"""The logarithm of a sum beside the sum of logarithms."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Polygon
from numpy.typing import ArrayLike

from lecture11.figures.picture import Picture, Stage
from lecture11.figures.style import COLOURS, numeric, styled

LOWEST, HIGHEST = -9.0, 0.0


class SwapStage:
    """log Σ_z p(z) p(x|z) and Σ_z p(z) log p(x|z) over x, for two components; ready to be moved."""

    @styled
    def __init__(self, across: tuple[float, float]) -> None:
        """Draw what stays: axes over a range of x."""
        figure = Figure(figsize=(8, 3.8))
        axes = figure.subplots()
        axes.set(xlim=across, ylim=(LOWEST, HIGHEST), xlabel="x", ylabel="nats")
        axes.grid(visible=True)
        self._gap = Polygon(np.zeros((3, 2)), closed=True, color=COLOURS[1], alpha=0.15, lw=0)
        axes.add_patch(self._gap)
        self._each = [
            axes.plot([], [], ":", color="#777777", linewidth=1.3, label=label)[0]
            for label in ("log p(x | z), z = 1, 2", None)
        ]
        (self._log_of_sum,) = axes.plot([], [], color=COLOURS[0], label="log of the sum: log p(x)")
        (self._sum_of_logs,) = axes.plot([], [], "--", color=COLOURS[1], label="sum of the logs")
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
        moving = [self._gap, *self._each, self._log_of_sum, self._sum_of_logs]
        self._stage = Stage(figure, moving)

    @numeric
    def show(
        self, grid: ArrayLike, each: ArrayLike, log_of_sum: ArrayLike, sum_of_logs: ArrayLike
    ) -> Picture:
        """Move to curves over grid (P,): each (P, 2), the other two (P,); take the image first."""
        x, logs, upper, lower = (
            np.asarray(a, float) for a in (grid, each, log_of_sum, sum_of_logs)
        )
        for line, curve in zip(self._each, logs.T, strict=True):
            line.set_data(x, curve)
        self._log_of_sum.set_data(x, upper)
        self._sum_of_logs.set_data(x, lower)
        outline = [np.concatenate([x, x[::-1]]), np.concatenate([upper, lower[::-1]])]
        self._gap.set_xy(np.stack(outline, axis=1))
        density = np.exp(upper) / np.exp(upper).sum()
        mean, smallest = float(density @ (upper - lower)), float((upper - lower).min())
        return Picture(
            self._stage,
            f"The sum of the logarithms is lower, on average over x ~ p by {mean:.2f} nats, and at "
            f"least by {abs(smallest):.2f}.",
        )
