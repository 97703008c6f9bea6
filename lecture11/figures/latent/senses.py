"""Contexts of a word in the plane, and what a mixture says of one of them."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from lecture11.figures.picture import Picture, Stage
from lecture11.figures.style import COLOURS, INK, MARKERS, numeric, styled

MOST = 44
"""Characters of a sentence for which there is room, its last ones."""


class SenseStage:
    """Contexts by their true sense, a new one among them, and its posterior; ready to be moved."""

    @styled
    def __init__(self, points: ArrayLike, labels: ArrayLike, senses: Sequence[str]) -> None:
        """Draw what stays: contexts at points (n, 2), labels (n,), the senses' names."""
        self._senses = tuple(senses)
        place, label = np.asarray(points, float), np.asarray(labels)
        figure = Figure(figsize=(9, 3.7))
        left, right = figure.subplots(1, 2, width_ratios=(1.3, 1))
        for k, name in enumerate(senses):
            left.plot(
                *place[label == k].T, MARKERS[k], color=COLOURS[k], markersize=6, alpha=0.7,
                linestyle="none", label=name,
            )  # fmt: skip
        margin = 0.12 * np.ptp(place, axis=0)
        low, high = place.min(axis=0) - 1.5 * margin, place.max(axis=0) + margin
        left.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), xticks=[], yticks=[])
        left.set_title("contexts, first two principal components", fontsize=10)
        left.legend(loc="upper left", bbox_to_anchor=(1, 1), fontsize=9)
        self._low, self._high = low, high
        (self._new,) = left.plot([], [], "*", color=INK, markersize=15, zorder=5)
        right.set(ylim=(0, 1.02), title="p(z | x, c)")
        right.set_xticks(range(len(senses)), self._senses, fontsize=9)
        right.grid(visible=True, axis="y")
        self._bars = list(
            right.bar(range(len(senses)), np.ones(len(senses)), color=COLOURS[: len(senses)])
        )
        self._marks = [
            right.plot([], [], "_", color=INK, markersize=28, markeredgewidth=2)[0]
            for _ in range(len(senses))
        ]
        self._said = left.text(0.02, 0.02, "", transform=left.transAxes, fontsize=10)
        self._stage = Stage(figure, [self._new, *self._bars, *self._marks, self._said])

    @numeric
    def show(
        self,
        point: ArrayLike,
        prior: ArrayLike,
        posterior: ArrayLike,
        *,
        text: str,
        condition: str,
    ) -> Picture:
        """Move to one context; take the image before moving again.

        point: (2,)
        prior: (K,), p(z | c), the strokes
        posterior: (K,), the bars
        text: the context
        condition: c, a part of speech
        """
        said = f"“{text}”, a {condition}"
        inside = np.clip(np.asarray(point, float), self._low, self._high)
        self._new.set_data([inside[0]], [inside[1]])
        before, after = np.asarray(prior, float), np.asarray(posterior, float)
        for k, (bar, mark) in enumerate(zip(self._bars, self._marks, strict=True)):
            bar.set_height(after[k])
            mark.set_data([k], [before[k]])
        self._said.set_text(said if len(said) <= MOST else f"… {said[-MOST:]}")
        chances = ", ".join(
            f"{name} {100 * share:.0f} % (before {100 * first:.0f} %)"
            for name, share, first in zip(self._senses, after, before, strict=True)
        )
        return Picture(self._stage, f"{said}: {chances}.")
