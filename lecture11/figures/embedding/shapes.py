"""Shapes and what maps by neighbours make of them: torn, broken up, crossed."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from lecture11.embedding import Tearing
from lecture11.figures.marks import (
    filling,
    square,
)
from lecture11.figures.picture import Picture, Stage
from lecture11.figures.style import COLOURS, MARKERS, styled
from lecture11.figures.words import count_word


def _grouped_marks(axes: Axes, size: float) -> list[Line2D]:
    """Marks of six groups, told apart by colour and by form."""
    return [
        axes.plot([], [], MARKERS[k], color=COLOURS[k], markersize=size, markeredgewidth=0)[0]
        for k in range(6)
    ]


def _move_groups(marks: Sequence[Line2D], groups: np.ndarray, points: np.ndarray) -> None:
    for k, mark in enumerate(marks):
        mark.set_data(*points[groups == k].T)


@styled
def tear_rows(
    data: Mapping[str, ArrayLike],
    maps: Mapping[str, Mapping[str, tuple[ArrayLike, Tearing]]],
    groups: ArrayLike,
) -> Picture:
    """Several sets of data, a row each, and their maps, and how far each map is torn.

    data: from a row's name to its first two principal components (n, 2)
    maps: from the same names to a mapping from a map's title to its points (n, 2) and its tearing
    groups: (n,), whole numbers from 0 to 5
    """
    rows = {
        name: {"data": data[name], **{title: points for title, (points, _) in row.items()}}
        for name, row in maps.items()
    }
    said = [
        f"{name}, {title}: {100 * float(tearing.torn):.0f} % of links torn, pieces: "
        f"{tearing.pieces}"
        for name, row in maps.items()
        for title, (_, tearing) in row.items()
    ]
    return Picture(_rows(rows, [groups] * len(rows)), f"{'; '.join(said)}.")


@styled
def perplexity_rows(
    data: Mapping[str, ArrayLike],
    maps: Mapping[str, Mapping[int, ArrayLike]],
    groups: Mapping[str, ArrayLike],
) -> Picture:
    """Data sets, a row each, and their t-SNE maps at several perplexities.

    data: from a name to its first two principal components (n, 2)
    maps: from the name and the perplexity to (n, 2)
    groups: from the name to (n,), whole numbers from 0 to 5
    """
    rows = {
        name: {"data": seen, **{f"perplexity {each}": at for each, at in maps[name].items()}}
        for name, seen in data.items()
    }
    *first, last = next(iter(maps.values()))
    return Picture(
        _rows(rows, [groups[name] for name in rows]),
        f"{count_word(len(rows)).capitalize()} data sets (left, their first two principal "
        f"components) and their maps by t-SNE at perplexities {', '.join(map(str, first))} and "
        f"{last}, first seed. Colours and markers are the clusters or rings, or sixths of the "
        "order along a line.",
    )


def _rows(rows: Mapping[str, Mapping[str, ArrayLike]], groups: Sequence[ArrayLike]) -> Stage:
    """Maps in rows, each scaled to fill its panel, with marks that tell the groups apart."""
    most = max(len(row) for row in rows.values())
    figure = Figure(figsize=(9, (9 / most + 0.22) * len(rows)))
    panels = figure.subplots(len(rows), most, squeeze=False)
    for of_row, (name, maps), group in zip(panels, rows.items(), groups, strict=True):
        for axes in of_row[len(maps) :]:
            axes.set_axis_off()
        for axes, (title, points) in zip(of_row, maps.items(), strict=False):
            _move_groups(_grouped_marks(axes, 3), np.asarray(group, int), filling(points))
            square(axes, 1.1)
            axes.set_title(title, fontsize=9)
        of_row[0].set_ylabel(name, fontsize=10)
    return Stage(figure, [])
