"""Stress: a band unrolled, a stress going down, two stresses at once."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from mpl_toolkits.mplot3d import Axes3D
from numpy.typing import ArrayLike

from lecture11.figures.embedding.shepard import ShepardView, fidelity
from lecture11.figures.marks import (
    as_a_map,
    square,
)
from lecture11.figures.picture import Picture, Stage
from lecture11.figures.style import COLOURS, LINES, MARKERS, numeric, styled
from lecture11.figures.words import iterations, number


@styled
def roll_panels(
    points: ArrayLike, shadow: ArrayLike, unrolled: ArrayLike, band: ArrayLike
) -> Picture:
    """A rolled-up band in space, its projection, and a map of it, points told apart by place.

    points: (n, 3)
    shadow: (n, 2) by PCA
    unrolled: (n, 2), a map aligned with the band
    band: (n, 2), where each point is on the band, by whose length it has one of six colours and
        markers, so that neighbouring sixths differ in both
    """
    flat, true = np.asarray(unrolled, float), np.asarray(band, float)
    place, length = true[:, 0], np.ptp(true[:, 0])
    sixth = np.minimum((6 * (place - place.min()) / length).astype(int), 5)
    figure = Figure(figsize=(9, 3.3))
    space = figure.add_subplot(1, 3, 1, projection="3d")
    assert isinstance(space, Axes3D)
    x, y, z = np.asarray(points, float).T
    for k in range(6):
        mine = sixth == k
        space.scatter(
            x[mine], y[mine], z[mine], s=8, marker=MARKERS[k], color=COLOURS[k], linewidths=0
        )
    space.view_init(elev=12, azim=-72)
    space.set(title="in space", xticklabels=[], yticklabels=[], zticklabels=[])
    space.set_box_aspect((1, 1, 1), zoom=1.25)
    maps = {"PCA: a shadow": np.asarray(shadow, float), "what one would like": flat}
    for panel, (title, shown) in enumerate(maps.items(), 2):
        axes = figure.add_subplot(1, 3, panel)
        _sixths(axes, shown, sixth)
        axes.set_title(title)
    rolled = np.ptp(shadow, axis=0).max() < length / 2
    off = np.sqrt(((flat - true) ** 2).sum(axis=1).mean())
    return Picture(
        figure,
        f"{len(true):,} points on a rolled-up band; each sixth of its length has a colour and a "
        f"marker of its own. PCA {'leaves it rolled up' if rolled else 'unrolls it'}. On the "
        f"right, points are {number(off, 2)} (root mean square) from where they are on the band, "
        f"which is {length:.0f} long.",
    )


def _sixths(axes: Axes, flat: np.ndarray, sixth: np.ndarray) -> None:
    for k in range(6):
        x, y = flat[sixth == k].T
        axes.scatter(x, y, s=9, marker=MARKERS[k], color=COLOURS[k], linewidths=0)
    as_a_map(axes)


@styled
def stress_curves(
    steps: Sequence[int], stresses: Mapping[str, ArrayLike], *, least: float, unit: str
) -> Picture:
    """By how much the stress of several runs exceeds the least, iteration by iteration.

    steps: (F,)
    stresses: from a method's name to (F,), in ``unit``
    least: where all of them tend
    """
    figure = Figure(figsize=(7, 3.4))
    axes = figure.subplots()
    said = []
    for index, (name, stress) in enumerate(stresses.items()):
        excess = np.asarray(stress, float) / least - 1
        shown = np.maximum(excess, 1e-12)
        axes.semilogy(steps, shown, LINES[index % 4], color=COLOURS[index], label=name)
        close = np.flatnonzero(excess < 1e-4)
        when = f"after {iterations(steps[close[0]])}" if len(close) else "not yet"
        said.append(f"{name} {when}")
    axes.set(xlabel="iteration", ylabel="stress above the least,\nfraction of it", ylim=(1e-10, 3))
    axes.grid(visible=True)
    axes.legend(loc="upper right")
    first = float(np.asarray(next(iter(stresses.values())))[0])
    return Picture(
        figure,
        f"From {number(first, 3)} {unit} the stress falls to {number(least)}. Within a "
        f"ten-thousandth of it: {'; '.join(said)}.",
    )


class StressFrame(NamedTuple):
    """What one half of a :class:`StressStage` shows at one moment."""

    points: ArrayLike
    """The map (n, 2), aligned so that it does not turn from frame to frame."""
    mapped: ArrayLike
    """d̄ of the pairs in the Shepard diagram (pairs,)."""
    stress: float
    """What its method minimises."""


class StressStage:
    """Two maps of the same data above their Shepard diagrams, ready to be moved."""

    @styled
    def __init__(
        self,
        names: tuple[str, str],
        groups: ArrayLike,
        given: ArrayLike,
        *,
        reach: float,
        top: float,
    ) -> None:
        """Draw what stays.

        names: of the two methods
        groups: (n,), whole numbers from 0 to 5: which colour and marker a point has
        given: d of the pairs shown (pairs,)
        reach: half the width of the maps
        top: the longest distance of the diagrams
        """
        self._names = names
        self._group, self._given = np.asarray(groups, int), np.asarray(given, float)
        figure = Figure(figsize=(7.4, 7.2))
        above, below = figure.subplots(2, 2)
        self._marks, self._views = [], []
        for axes, name in zip(above, names, strict=True):
            square(axes, reach)
            axes.set_title(name)
            self._marks.append(
                [axes.plot([], [], MARKERS[k], color=COLOURS[k], markersize=4)[0] for k in range(6)]
            )
        for axes in below:
            self._views.append(ShepardView(axes, top))
        below[0].set_ylabel("distance in the map, d̄")
        moving = [mark for marks in self._marks for mark in marks]
        moving += [artist for view in self._views for artist in view.artists]
        self._stage = Stage(figure, moving)

    @numeric
    def show(self, step: int, left: StressFrame, right: StressFrame) -> Picture:
        """Move to one moment of both; take the image before moving again."""
        said = []
        for name, marks, view, frame in zip(
            self._names, self._marks, self._views, (left, right), strict=True
        ):
            points = np.asarray(frame.points, float)
            for k, mark in enumerate(marks):
                mark.set_data(*points[self._group == k].T)
            view.show(self._given, frame.mapped)
            said.append(
                f"{name}: stress {number(frame.stress)}, distances off by "
                f"{fidelity(self._given, frame.mapped)}"
            )
        return Picture(self._stage, f"After {iterations(step)}. {'. '.join(said)}.")
