"""All normals at once: where D(q ‖ p) is stationary, and both fits to what is moved."""

from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from numpy.typing import ArrayLike

from lecture11.divergence import Normal, StationaryPoint
from lecture11.figures.marks import HALO
from lecture11.figures.picture import Picture
from lecture11.figures.style import COLOURS, INK, MARKERS, styled
from lecture11.figures.words import number

KINDS: dict[str, dict[str, Any]] = {
    "minimum": {"marker": MARKERS[0], "color": COLOURS[1]},
    "saddle": {"marker": "X", "color": COLOURS[3]},
    "maximum": {"marker": MARKERS[1], "color": COLOURS[2]},
}
ASIDE = {"minimum": (0, 8), "saddle": (0, -18), "maximum": (0, 8)}
"""Where a point's value is written, in printer's points from it: neighbours' apart."""
SDS = FixedLocator([0.1, 0.2, 0.5, 1, 2, 5, 10])


@styled
def landscape_picture(
    means: ArrayLike,
    sds: ArrayLike,
    divergence: ArrayLike,
    points: Sequence[StationaryPoint],
    paths: Normal | None = None,
) -> Picture:
    """D_KL(q ‖ p) over all normals q, with its stationary points and the ways that fits took.

    means: (M,)
    sds: (S,)
    divergence: (S, M) in nats
    paths: fields of shape (steps, starts)
    """
    heights = np.asarray(divergence, float)
    figure = Figure(figsize=(7.4, 4.4))
    axes = figure.subplots()
    levels = heights.min() + np.geomspace(0.02, max(np.ptp(heights), 0.04), 16)
    shades = matplotlib.colormaps["Blues_r"](np.linspace(0.45, 1, len(levels)))
    axes.contourf(means, sds, heights, [heights.min() - 1, *levels], colors=shades)
    axes.contour(means, sds, heights, levels, colors="#7a8ca0", linewidths=0.7)
    if paths is not None:
        for mean, sd in zip(np.asarray(paths.mean).T, np.asarray(paths.sd).T, strict=True):
            axes.plot(mean, sd, color=INK, linewidth=1.3, path_effects=[HALO])
            axes.plot(mean[0], sd[0], MARKERS[2], color="white", markeredgecolor=INK)
    for point in points:
        label = axes.annotate(
            number(point.divergence), (point.mean, point.sd), ASIDE[point.kind], ha="center",
            textcoords="offset points", weight="bold", path_effects=[HALO], zorder=4,
        )  # fmt: skip
        label.set_in_layout(False)
        axes.plot(
            point.mean, point.sd, linestyle="", markersize=10, markeredgecolor="white", zorder=5,
            **KINDS[point.kind],
        )  # fmt: skip
    axes.set(xlabel="mean of q", ylabel="standard deviation of q", yscale="log")
    axes.set(xlim=(np.min(means), np.max(means)), ylim=(np.min(sds), np.max(sds)))
    _plain_sds(axes)
    names = {"minimum": "minimum", "saddle": "saddle", "maximum": "maximum"}
    handles = [
        Line2D([], [], linestyle="", markersize=9, label=names[kind], **KINDS[kind])
        for kind in names
        if any(point.kind == kind for point in points)
    ]
    if paths is not None:
        handles.append(
            Line2D([], [], marker=MARKERS[2], color=INK, markerfacecolor="white", label="a fit")
        )
    axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(1, 1))
    ways = "" if paths is None else f" {_ends_in_words(points, paths)}"
    return Picture(figure, f"{points_in_words(points)}{ways}")


def _plain_sds(axes: Axes) -> None:
    axes.yaxis.set_major_locator(SDS)
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _ends_in_words(points: Sequence[StationaryPoint], paths: Normal) -> str:
    """How many fits end at which minimum."""
    minima = [point for point in points if point.kind == "minimum"]
    ends = zip(np.asarray(paths.mean)[-1], np.asarray(paths.sd)[-1], strict=True)
    nearest = [
        int(np.argmin([abs(mean - q.mean) / q.sd + abs(np.log(sd / q.sd)) for q in minima]))
        for mean, sd in ends
    ]
    counts = ", ".join(
        f"{nearest.count(index)} near mean {_place(q)}" for index, q in enumerate(minima)
    )
    return f"Of {len(nearest)} fits that go downhill, so many end at each minimum: {counts}."


def _place(point: StationaryPoint) -> str:
    return number(0.0 if abs(point.mean) < 1e-3 * point.sd else point.mean, 3)


def points_in_words(points: Sequence[StationaryPoint]) -> str:
    """The stationary points and their values: '2 minima: mean −2, sd 0.5, 0.69 nats; …'."""
    said = []
    for kind, one, many in (
        ("minimum", "1 minimum", "minima"),
        ("saddle", "1 saddle", "saddles"),
        ("maximum", "1 maximum", "maxima"),
    ):
        group = [point for point in points if point.kind == kind]
        if group:
            each = "; ".join(
                f"mean {_place(q)}, sd {number(q.sd, 3)}, {number(q.divergence)} nats"
                for q in group
            )
            said.append(f"{one if len(group) == 1 else f'{len(group)} {many}'} of D(q ‖ p): {each}")
    return f"{'. '.join(said)}." if said else "No stationary point was found."


@styled
def branches_picture(
    distances: ArrayLike, branches: Sequence[Sequence[StationaryPoint]], *, label: str
) -> Picture:
    """Where the stationary points of D_KL(q ‖ p) are, and how high, as p changes.

    distances: (D,), what changes, increasing
    branches: the points at each
    label: its name
    """
    at = np.asarray(distances, float)
    figure = Figure(figsize=(8.4, 3.6))
    left, right = figure.subplots(1, 2)
    for kind, style in reversed(KINDS.items()):  # minima in front
        chosen = [(d, q) for d, found in zip(at, branches, strict=True) for q in found]
        rows = np.array([(d, q.mean, q.divergence) for d, q in chosen if q.kind == kind])
        if len(rows):
            for axes, column in ((left, 1), (right, 2)):
                axes.plot(*rows.T[[0, column]], linestyle="", markersize=3, label=kind, **style)
    left.set(xlabel=label, ylabel="mean of q")
    right.set(xlabel=label, ylabel="D(q ‖ p), nats", ylim=(0, None))
    for axes in (left, right):
        axes.grid(visible=True)
    left.legend(loc="upper left")
    return Picture(figure, _branches_in_words(at, branches, label))


def _branches_in_words(
    at: np.ndarray, branches: Sequence[Sequence[StationaryPoint]], label: str
) -> str:
    counts = np.array([sum(q.kind == "minimum" for q in found) for found in branches])
    changes = [0, *(np.flatnonzero(np.diff(counts)) + 1)]
    said = "; ".join(
        f"from {number(at[i], 3)} on {counts[i]} minim{'um' if counts[i] == 1 else 'a'}"
        for i in changes
    )
    off_centre = [i for i, found in enumerate(branches) if abs(found[0].mean) > 0.1 * found[0].sd]
    lowest = (
        f" The lowest is off the centre from {number(at[off_centre[0]], 3)} on."
        if off_centre
        else ""
    )
    return f"As the {label} grows: {said}.{lowest}"
