"""Several methods side by side as they unfold."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from lecture11.figures.embedding.shepard import ShepardView
from lecture11.figures.marks import filling, move_digits, scatter_digits, square
from lecture11.figures.picture import Picture, Stage
from lecture11.figures.style import numeric, styled
from lecture11.figures.words import iterations, number


class MethodFrame(NamedTuple):
    """What one column of a :class:`MethodStage` shows at one moment."""

    points: ArrayLike
    """The map (n, 2), in its own unit."""
    mapped: ArrayLike
    """d̄ of the pairs in the Shepard diagram (pairs,), in the same unit."""
    loss: float
    """What the method minimises."""


LOSSES = {
    "MDS": ("stress {}", 3),
    "Sammon": ("stress {}", 3),
    "SNE": ("KL {} nats", 3),
    "t-SNE": ("KL {} nats", 2),
}
"""What each method minimises, in words, and the digits that processors agree on."""


class MethodStage:
    """Maps of the same digits by several methods above their Shepard diagrams."""

    @styled
    def __init__(
        self, names: Sequence[str], labels: ArrayLike, given: ArrayLike, *, top: float
    ) -> None:
        """Draw what stays.

        names: of the methods, in :data:`LOSSES`
        labels: (n,), 0 to 9
        given: d of the pairs shown (pairs,)
        top: the longest distance of the diagrams
        """
        self._names, self._labels = list(names), np.asarray(labels)
        self._given = np.asarray(given, float)
        figure = Figure(figsize=(9.6, 5.3))
        above, below = figure.subplots(2, len(names))
        self._digits, self._views = [], []
        for axes, name in zip(above, names, strict=True):
            self._digits.append(scatter_digits(axes, self._labels, 20))
            square(axes, 1.08)
            axes.set_title(name)
        for axes in below:
            self._views.append(ShepardView(axes, top))
            axes.set_xlabel("d")
        below[0].set_ylabel("d̄, scaled")
        moving: list[Any] = [mark for marks in self._digits for mark in marks]
        moving += [artist for view in self._views for artist in view.artists]
        self._stage = Stage(figure, moving)

    @numeric
    def show(self, step: int, frames: Sequence[MethodFrame]) -> Picture:
        """Move to one moment of all; take the image before moving again.

        A map is scaled to fill its panel, its distances to fit d best: Σ d d̄ / Σ d̄².
        """
        said = []
        for name, marks, view, frame in zip(
            self._names, self._digits, self._views, frames, strict=True
        ):
            move_digits(marks, self._labels, filling(frame.points))
            mapped = np.asarray(frame.mapped, float)
            scale = float((self._given * mapped).sum() / (mapped**2).sum())
            view.show(self._given, scale * mapped)
            error = np.sqrt(((scale * mapped - self._given) ** 2).mean() / (self._given**2).mean())
            loss, digits = LOSSES[name]
            minimised = loss.format(number(frame.loss, digits))
            said.append(f"{name}: {minimised}, distances off by {100 * error:.0f} %")
        return Picture(self._stage, f"After {iterations(step)}. {'; '.join(said)}.")
