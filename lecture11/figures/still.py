"""A scene as a still picture: matplotlib's rendering of :mod:`lecture11.figures.scene`.

The page's script draws the same marks from the same arrays, with the same limits and colours.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import LogLocator, NullLocator, StrMethodFormatter

from lecture11.figures import scene as scenes
from lecture11.figures.marks import ellipse
from lecture11.figures.picture import Picture, Stage
from lecture11.figures.sentences import Sentence
from lecture11.figures.style import CLASS_COLOURS, INK, MARKERS, PALETTE, styled

INKS = {"ink": INK, "quiet": "#8a8a8a", "paper": "#ffffff"}
DASHES = {"solid": "-", "dashed": (0, (4, 2.5)), "dotted": (0, (1, 2))}
TERRAIN = ("#0d3b66", "#0072b2", "#56b4e9", "#c6e1ef", "#f5f5f0")
SHADES = {
    "terrain": LinearSegmentedColormap.from_list("terrain", TERRAIN),
    "grey": LinearSegmentedColormap.from_list("grey", ("#ffffff", INK)),
}
PIXEL = 0.75
"""Points of matplotlib in a pixel of the page."""

Values = Mapping[str, np.ndarray]
Lists = Mapping[str, Sequence[str]]


@styled
def still(scene: scenes.Scene, values: Values, words: str, lists: Lists) -> Picture:
    """The scene at these arrays, with the words given."""
    figure, axes = panels_of(scene)
    for mark in scene.marks:
        draw_mark(axes[mark.on], mark, values, lists)
    for panel in scene.panels:
        _key(axes[panel.name], [mark for mark in scene.marks if mark.on == panel.name])
    return Picture(Stage(figure, ()), words)  # in 256 colours, as it is stored in notebooks


def panels_of(scene: scenes.Scene) -> tuple[Figure, dict[str, Axes]]:
    """An empty figure, and its axes by the panels' names."""
    columns = [
        [panel for panel in scene.panels if panel.column == column]
        for column in range(1 + max(panel.column for panel in scene.panels))
    ]
    width = 9 / max(len(columns), 2)
    tallest = max(sum(width * panel.aspect + 0.7 for panel in column) for column in columns)
    figure = Figure(figsize=(width * len(columns), tallest))
    axes = {}
    parts = figure.subfigures(1, len(columns), squeeze=False)[0]
    for part, column in zip(parts, columns, strict=True):
        heights = [panel.aspect for panel in column]
        rows = part.subplots(len(column), squeeze=False, height_ratios=heights)
        for panel, row in zip(column, rows[:, 0], strict=True):
            axes[panel.name] = row
            _dress(row, panel)
    return figure, axes


def _dress(axes: Axes, panel: scenes.Panel) -> None:
    axes.set(xlabel=panel.x_label, ylabel=panel.y_label, title=panel.title)
    axes.set_xscale("log" if "x" in panel.log else "linear")
    axes.set_yscale("log" if "y" in panel.log else "linear")
    axes.set(xlim=panel.x, ylim=panel.y)
    for axis, name in ((axes.xaxis, "x"), (axes.yaxis, "y")):
        if name in panel.log:  # 0.2, 0.5, 1: as in the page
            axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axis.set_minor_locator(NullLocator())
            axis.set_major_formatter(StrMethodFormatter("{x:g}"))
    if panel.square:
        axes.set_aspect("equal", "box")
    if "x" not in panel.ticks:
        axes.set_xticks([], minor=False)
    if "y" not in panel.ticks:
        axes.set_yticks([], minor=False)


def colour_of(mark: scenes.Mark, k: int) -> str:
    """The colour of its part k."""
    colour = mark.colours[k % len(mark.colours)]
    return CLASS_COLOURS[colour] if isinstance(colour, int) else INKS.get(colour, colour)


def draw_mark(axes: Axes, mark: scenes.Mark, values: Values, lists: Lists) -> int:
    """Draw it; returns how many of its parts are there: what is NaN is absent."""
    if mark.when and not values[mark.when].reshape(-1)[0]:
        return 0
    return DRAW[type(mark)](axes, mark, values, lists)


def _points(axes: Axes, mark: Any, values: Values, lists: Lists) -> int:
    places = values[mark.at]
    there = np.isfinite(places).all(axis=1)
    numbers = np.arange(len(places))
    glyphs = values[mark.glyphs] if mark.glyphs else None
    kinds = values[mark.kinds] if mark.kinds else None
    if mark.mix:
        shares = values[mark.mix]
        colours: Any = np.clip(shares @ PALETTE[: shares.shape[1]], 0, 1)[there]
    else:
        which = kinds if kinds is not None else glyphs if glyphs is not None else numbers
        colours = [colour_of(mark, int(k)) for k in which[there]]
    look: dict[str, Any] = {"s": (mark.size * PIXEL) ** 2, "linewidths": 0}
    if glyphs is not None or kinds is not None:
        chosen = np.asarray(glyphs if glyphs is not None else kinds)[there]
        for each in np.unique(chosen):
            marker = f"${each % 10}$" if glyphs is not None else MARKERS[each % len(MARKERS)]
            some = chosen == each
            x, y = places[there][some].T
            axes.scatter(x, y, c=[colours[i] for i in np.flatnonzero(some)], marker=marker, **look)
    else:
        x, y = places[there].T
        axes.scatter(x, y, c=colours, **look)
    return int(there.sum())


def _lines(axes: Axes, mark: Any, values: Values, lists: Lists) -> int:
    lines = values[mark.at]
    lines = lines[None] if lines.ndim == 2 else lines
    count = 0
    for k, line in enumerate(lines):
        seen = np.isfinite(line[:, 0]) & ~np.isnan(line[:, 1])
        dash = DASHES[mark.dashes[k % len(mark.dashes)]]
        look: dict[str, Any] = {
            "color": colour_of(mark, k),
            "linestyle": dash,
            "linewidth": mark.width * PIXEL,
        }
        shown = np.where(seen[:, None], line, np.nan)
        if mark.closed:
            shown = np.concatenate([shown, shown[:1]])
        axes.plot(*shown.T, **look)
        count += bool((seen[1:] & seen[:-1]).any())
    return count


def _segments(axes: Axes, mark: Any, values: Values, lists: Lists) -> int:
    pieces = values[mark.at]
    weights = np.clip(values[mark.weights], 0, 1) if mark.weights else np.ones(len(pieces))
    there = np.flatnonzero(~np.isnan(pieces).any(axis=(1, 2)))
    for i in there:
        look: dict[str, Any] = {"color": colour_of(mark, int(i)), "linewidth": mark.width * PIXEL}
        axes.plot(*pieces[i].T, alpha=float(weights[i]), **look)
    return len(there)


def _areas(axes: Axes, mark: Any, values: Values, lists: Lists) -> int:
    areas = values[mark.at]
    areas = areas[None] if areas.ndim == 2 else areas
    for k, area in enumerate(areas):
        axes.fill_between(*area.T, color=colour_of(mark, k), alpha=mark.opacity, linewidth=0)
    return len(areas)


def _bars(axes: Axes, mark: Any, values: Values, lists: Lists) -> int:
    bars = values[mark.at]
    there = np.flatnonzero(~np.isnan(bars).any(axis=1))
    (x0, x1), (y0, y1) = axes.get_xlim(), axes.get_ylim()
    for i in there:
        colour = colour_of(mark, int(i))
        left, low, right, high = np.clip(bars[i], (x0, y0, x0, y0), (x1, y1, x1, y1))
        face = "none" if mark.hollow else colour
        size = {"width": right - left, "height": high - low}
        axes.bar(left, bottom=low, align="edge", fc=face, ec=colour, lw=1.5, **size)
        if np.isinf(bars[i]).any():
            axes.text((left + right) / 2, high, "∞", ha="center", va="top", color="white")
    return len(there)


def _ellipses(axes: Axes, mark: Any, values: Values, lists: Lists) -> int:
    count = 0
    for k, (mean, covariance) in enumerate(
        zip(values[mark.at], values[mark.covariances], strict=True)
    ):
        whole = np.isfinite(mean).all() and np.isfinite(covariance).all()
        if not whole or np.linalg.eigvalsh(covariance)[0] <= 0:
            continue
        dash = DASHES[mark.dashes[k % len(mark.dashes)]]
        look: dict[str, Any] = {
            "color": colour_of(mark, k),
            "linestyle": dash,
            "linewidth": mark.width * PIXEL,
        }
        axes.plot(*ellipse(mean, covariance), **look)
        count += 1
    return count


def _labels(axes: Axes, mark: Any, values: Values, lists: Lists) -> int:
    count = 0
    for k, place in enumerate(values[mark.at]):
        text = Sentence(mark.texts[k % len(mark.texts)]).filled(values, lists)
        if not text or not np.isfinite(place).all():
            continue
        offset = (mark.dx * PIXEL, -mark.dy * PIXEL)
        look: dict[str, Any] = {
            "color": colour_of(mark, k),
            "weight": "bold",
            "fontsize": 9.5,
            "va": "center",
        }
        look["ha"] = "left" if mark.dx > 0 else "right" if mark.dx < 0 else "center"
        axes.annotate(text, place, xytext=offset, textcoords="offset points", **look)
        count += 1
    return count


def _tiles(axes: Axes, mark: Any, values: Values, lists: Lists) -> int:
    images, places = values[mark.images], values[mark.at]
    there = np.flatnonzero(np.isfinite(places).all(axis=1))
    limits = axes.get_xlim(), axes.get_ylim()
    half = mark.size / 2 / axes.bbox.height * np.ptp(limits[1]) * np.array([-1, 1])
    for k in there:
        extent = (*(places[k][0] + half), *(places[k][1] + half))
        axes.imshow(images[k], cmap=SHADES["grey"], vmin=0, vmax=1, extent=extent, aspect="auto")
    axes.set(xlim=limits[0], ylim=limits[1])
    return len(there)


def _image(axes: Axes, mark: Any, values: Values, lists: Lists) -> int:
    image = values[mark.at]
    rows, columns = image.shape
    spread: dict[str, Any] = {"transform": axes.transAxes, "aspect": "auto", "zorder": 0}
    axes.imshow(
        np.ma.masked_invalid(image), cmap=SHADES[mark.shades], vmin=mark.low, vmax=mark.high,
        origin="lower", extent=(0, 1, 0, 1), **spread,
    )  # fmt: skip
    if mark.levels:
        x, y = ((np.arange(size) + 0.5) / size for size in (columns, rows))
        look: dict[str, Any] = {"colors": "black", "alpha": 0.35, "linewidths": 0.8}
        axes.contour(x, y, image, levels=sorted(mark.levels), transform=axes.transAxes, **look)
    return 1


DRAW: dict[type[scenes.Mark], Callable[[Axes, Any, Values, Lists], int]] = {
    scenes.Points: _points,
    scenes.Lines: _lines,
    scenes.Segments: _segments,
    scenes.Areas: _areas,
    scenes.Bars: _bars,
    scenes.Ellipses: _ellipses,
    scenes.Labels: _labels,
    scenes.Tiles: _tiles,
    scenes.Image: _image,
}


def _key(axes: Axes, marks: Sequence[scenes.Mark]) -> None:
    """What the marks are called, where the panel is emptiest; the page has it above."""
    entries: list[Any] = []
    for mark in marks:
        for k, label in enumerate(mark.labels):
            colour = colour_of(mark, k)
            if isinstance(mark, scenes.Bars | scenes.Areas):
                hollow = getattr(mark, "hollow", False)
                entries.append(Patch(fc="none" if hollow else colour, ec=colour, label=label))
            elif isinstance(mark, scenes.Points):
                look: dict[str, Any] = {
                    "color": colour,
                    "marker": "o",
                    "markeredgecolor": INK,
                    "ls": "",
                }
                entries.append(Line2D([], [], **look, label=label))
            else:
                dashes = getattr(mark, "dashes", ("solid",))
                dash = DASHES[dashes[k % len(dashes)]]
                entries.append(Line2D([], [], color=colour, ls=dash, label=label))
    if entries:
        axes.legend(handles=entries, loc="best", fontsize=9)
