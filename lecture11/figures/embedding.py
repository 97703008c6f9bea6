"""Maps of points: where they came to lie, and how their distances compare with the data's."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator
from mpl_toolkits.mplot3d import Axes3D
from numpy.typing import ArrayLike

from lecture11.figures.picture import Picture, Stage
from lecture11.figures.style import COLOURS, INK, MARKERS, styled
from lecture11.figures.words import number

CLASS_COLOURS = (*COLOURS, "#785EF0", "#8C510A", "#666666", "#B22222")
"""Ten, for glyphs that say their class themselves."""

HALO = withStroke(linewidth=3, foreground="white")
ORDINALS = {2: "second", 3: "third", 4: "fourth", 5: "fifth"}
SIDES = ("left", "right", "center")
"""Of its mark on which a name begins, in the order tried; "left" reads on to the right."""


# Points on a band, rolled and unrolled


@styled
def roll_panels(
    points: ArrayLike, shadow: ArrayLike, unrolled: ArrayLike, band: ArrayLike
) -> Picture:
    """A rolled-up band in space, its projection, and a map of it, points told apart by place.

    points (n, 3); shadow (n, 2) by PCA; unrolled (n, 2), a map aligned with the band; band (n, 2):
    where each point is on the band, by whose length it has one of six colours and markers, so that
    neighbouring sixths differ in both.
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
        f"marker of its own. PCA {'leaves it rolled up' if rolled else 'unrolls it'}"
        f". On the right, points are {number(off, 2)} (root mean square) from where they are on "
        f"the band, which is {length:.0f} long.",
    )


def _sixths(axes: Axes, flat: np.ndarray, sixth: np.ndarray) -> None:
    for k in range(6):
        x, y = flat[sixth == k].T
        axes.scatter(x, y, s=9, marker=MARKERS[k], color=COLOURS[k], linewidths=0)
    _as_a_map(axes)


def _as_a_map(axes: Axes) -> None:
    """One unit is as long to the right as upwards; place and turn mean nothing."""
    axes.set_aspect("equal", "datalim")
    axes.set(xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set_visible(True)
        spine.set_color("#bbbbbb")


# Named places


@styled
def city_map(
    names: Sequence[str], places: ArrayLike, mapped: ArrayLike, *, unit: str = "km"
) -> Picture:
    """Where named places are, and where a map aligned with them puts them.

    names (n,); places and mapped (n, 2), in ``unit``.
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


# Distances against distances


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
        said.append(f"{title} {_fidelity(given, mapped)}")
    panels[0].set_ylabel("distance in the map, d̄")
    return Picture(figure, f"Root-mean-square error of a distance: {'; '.join(said)}.")


def _fidelity(given: ArrayLike, mapped: ArrayLike) -> str:
    """The error of all, of the shortest tenth and of the longest, as fractions of the distance."""
    d, error = np.asarray(given, float), np.asarray(mapped, float) - np.asarray(given, float)
    short, long = d <= np.quantile(d, 0.1), d >= np.quantile(d, 0.9)
    whole, low, high = (
        100 * np.sqrt((error[some] ** 2).sum() / (d[some] ** 2).sum())
        for some in (slice(None), short, long)
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


# A stress going down


@styled
def stress_curves(
    steps: Sequence[int], stresses: Mapping[str, ArrayLike], *, least: float, unit: str
) -> Picture:
    """By how much the stress of several runs exceeds the least, iteration by iteration.

    steps (F,); stresses: from a method's name to (F,), in ``unit``; least: where all of them tend.
    """
    figure = Figure(figsize=(7, 3.4))
    axes = figure.subplots()
    said = []
    lines = ("-", "--", "-.", ":")
    for index, (name, stress) in enumerate(stresses.items()):
        excess = np.asarray(stress, float) / least - 1
        shown = np.maximum(excess, 1e-12)
        axes.semilogy(steps, shown, lines[index % 4], color=COLOURS[index], label=name)
        close = np.flatnonzero(excess < 1e-4)
        when = f"after {steps[close[0]]} iterations" if len(close) else "not yet"
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


# Classes


class MapQuality(NamedTuple):
    """A map and how good it is."""

    points: ArrayLike
    """(n, 2), in any unit."""
    error: float
    """The share of points whose nearest neighbour in the map shows something else."""
    trustworthiness: float
    """1 where no neighbour in the map is false."""
    divergence: float | None = None
    """KL(P ‖ Q) in nats, of a map by neighbours."""


@styled
def class_maps(
    maps: Mapping[str, MapQuality], labels: ArrayLike, *, at_most: int = 1000
) -> Picture:
    """Maps of the same points side by side, each point drawn as the digit it shows.

    labels (n,), digits 0 to 9; at_most: where there are more points, only every second, third, … is
    drawn, so that they can be told apart.
    """
    count = len(np.asarray(labels))
    every = -(-count // at_most)
    digit = np.asarray(labels)[::every]
    shown = f" Drawn is every {ORDINALS.get(every, f'{every}th')} of them." if every > 1 else ""
    figure = Figure(figsize=(9, 9 / len(maps) + 0.3))
    for panel, (title, one) in enumerate(maps.items(), 1):
        axes = figure.add_subplot(1, len(maps), panel)
        points = np.asarray(one.points, float)[::every]
        for k in range(10):
            x, y = points[digit == k].T
            axes.scatter(x, y, s=26, marker=f"${k}$", color=CLASS_COLOURS[k], linewidths=0)
        axes.set_title(title)
        _as_a_map(axes)
    said = ", ".join(
        f"{title} {100 * one.error:.0f} % (trustworthiness {one.trustworthiness:.2f})"
        for title, one in maps.items()
    )
    return Picture(
        figure,
        f"{count:,} digits. How often the nearest other digit in the map is a different one: "
        f"{said}.{shown}",
    )


# Two stresses at once


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

        names of the two methods; groups (n,), whole numbers from 0 to 5: which colour and marker a
        point has; given: d of the pairs shown (pairs,); reach: half the width of the maps; top: the
        longest distance of the diagrams.
        """
        self._names = names
        self._group, self._given = np.asarray(groups, int), np.asarray(given, float)
        figure = Figure(figsize=(7.4, 7.2))
        above, below = figure.subplots(2, 2)
        self._marks, self._views = [], []
        for axes, name in zip(above, names, strict=True):
            _as_a_map(axes)
            axes.set(xlim=(-reach, reach), ylim=(-reach, reach), title=name)
            axes.set_aspect("equal", "box")
            self._marks.append(
                [axes.plot([], [], MARKERS[k], color=COLOURS[k], markersize=4)[0] for k in range(6)]
            )
        for axes in below:
            self._views.append(ShepardView(axes, top))
        below[0].set_ylabel("distance in the map, d̄")
        moving = [mark for marks in self._marks for mark in marks]
        moving += [artist for view in self._views for artist in view.artists]
        self._stage = Stage(figure, moving)

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
                f"{name}: stress {number(frame.stress)}, errors "
                f"{_fidelity(self._given, frame.mapped)}"
            )
        iterations = f"{step} iteration{'' if step == 1 else 's'}"
        return Picture(self._stage, f"After {iterations}. {'. '.join(said)}.")
