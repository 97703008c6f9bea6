"""Triplets: how many are hard, what a margin leaves, how training on them ends."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from lecture11.figures.marks import HALO
from lecture11.figures.picture import Picture, Stage
from lecture11.figures.style import COLOURS, INK, LINES, MARKERS, PALETTE, numeric, styled
from lecture11.figures.words import number
from lecture11.supervised import TripletCounts

KINDS = ("hard", "semi-hard", "easy")
HATCHES = ("////", "....", "")
"""How the three kinds of triplets look, from hard to easy: told apart without colour too."""


def shares(counts: TripletCounts) -> np.ndarray:
    """Shares of hard, semi-hard and easy triplets."""
    each = np.array([counts.hard, counts.semi_hard, counts.easy], float)
    return each / each.sum()


@styled
def triplet_bars(counts: Mapping[str, TripletCounts], *, margin: float) -> Picture:
    """How many triplets are hard, semi-hard and easy, in each of several feature spaces.

    counts: from the space's name to its counts, all at ``margin``
    """
    figure = Figure(figsize=(8.4, 0.9 + 0.42 * len(counts)))
    axes = figure.subplots()
    names = list(counts)
    parts = np.array([shares(each) for each in counts.values()])
    starts = np.cumsum(parts, axis=1) - parts
    for kind in range(3):
        axes.barh(
            names,
            parts[:, kind],
            left=starts[:, kind],
            color=COLOURS[(1, 4, 0)[kind]],
            hatch=HATCHES[kind],
            edgecolor="white",
            label=KINDS[kind],
            height=0.7,
        )
    axes.invert_yaxis()
    axes.set(xlim=(0, 1), xlabel=f"share of all triplets, margin {number(margin, 2)}")
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    said = "; ".join(
        f"{name} {100 * hard:.1f} % hard, {100 * semi:.1f} % semi-hard, {100 * easy:.0f} % easy"
        for name, (hard, semi, easy) in zip(names, parts, strict=True)
    )
    return Picture(figure, f"{said}.")


class MarginStage:
    """The gaps of all triplets as a histogram, the margin as a line in it, ready to be moved."""

    @styled
    def __init__(self, gaps: ArrayLike, *, reach: float, name: str) -> None:
        """Draw what stays.

        gaps: (T,), increasing
        reach: from 0 to the ends of the axis
        name: of the space
        """
        self._gaps, self._name = np.asarray(gaps, float), name
        heights, edges = np.histogram(np.clip(self._gaps, -reach, reach), 120, (-reach, reach))
        figure = Figure(figsize=(7.6, 3.3))
        axes = figure.subplots()
        share = heights / len(self._gaps)
        axes.stairs(share, edges, fill=True, color="#cfd8dc")
        axes.stairs(share, edges, color=INK, linewidth=1)
        axes.axvline(0, color=INK, linewidth=1)
        top = 1.28 * float(share.max())
        axes.set(
            xlim=(-reach, reach), ylim=(0, top), ylabel="share of triplets",
            xlabel="gap: squared distance to the negative minus that to the positive",
        )  # fmt: skip
        self._band = axes.axvspan(0, 0, color=COLOURS[4], alpha=0.35, hatch="....", linewidth=0)
        self._line = axes.axvline(0, color=COLOURS[1], linewidth=2, linestyle="--")
        kinds = [
            axes.text(0, 0.97 * top, "", ha=side, va="top", path_effects=[HALO], fontsize=10)
            for side in ("right", "center", "left")
        ]
        self._kinds, self._reach = kinds, reach
        self._stage = Stage(figure, [self._band, self._line, *kinds])

    @numeric
    def show(self, margin: float, counts: TripletCounts) -> Picture:
        """Move to a margin and the counts there."""
        self._band.set_x(0)
        self._band.set_width(margin)
        self._line.set_xdata([margin, margin])
        hard, semi, easy = shares(counts)
        reach = self._reach
        places = (-0.04 * reach, margin / 2, min(margin, 0.8 * reach) + 0.04 * reach)
        texts = (f"hard\n{100 * hard:.1f} %", "", f"easy\n{100 * easy:.1f} %")
        if margin > 0.2 * reach:
            texts = (texts[0], f"semi-hard\n{100 * semi:.1f} %", texts[2])
        for text, place, said in zip(self._kinds, places, texts, strict=True):
            text.set_x(place)
            text.set_text(said)
        total = sum(counts)
        return Picture(
            self._stage,
            f"{self._name}, margin {number(margin, 2)}: of {total:,} triplets "
            f"{100 * hard:.1f} % are hard, {100 * semi:.1f} % semi-hard, {100 * easy:.1f} % easy.",
        )


@styled
def collapse_picture(
    steps: ArrayLike,
    losses: Mapping[str, ArrayLike],
    spreads: Mapping[str, ArrayLike],
    *,
    margin: float,
) -> Picture:
    """The loss of several trainings and how far their features lie apart, as training goes on.

    steps: (F,)
    losses, spreads: from a training's name to (F,); a spread is the median distance between
        two features
    """
    at = np.asarray(steps)
    figure = Figure(figsize=(9, 3.6))
    left, right = figure.subplots(1, 2)
    left.axhline(margin, color="#999999", linewidth=1)
    left.annotate("the margin", (at[-1], margin), (0, 4), textcoords="offset points", ha="right")
    said = []
    for index, name in enumerate(losses):
        style = {"color": PALETTE[index], "linestyle": LINES[index], "marker": MARKERS[index]}
        loss, spread = np.asarray(losses[name], float), np.asarray(spreads[name], float)
        left.plot(at, loss, markersize=4, label=name, **style)
        right.plot(at, spread, markersize=4, **style)
        size = "below 0.01" if spread[-1] < 0.01 else number(spread[-1], 1)
        said.append(f"{name}: loss {number(loss[-1], 1)}, features {size} apart (median)")
    for axes in (left, right):
        axes.set_xlabel("training steps")
        axes.grid(visible=True)
    left.set(title="loss of a minibatch", ylim=(0, 5 * margin))
    right.set(title="median distance between two features")
    right.set_yscale("symlog", linthresh=0.01)  # 0 has its place
    right.set_ylim(bottom=0)
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return Picture(figure, f"After {at[-1]} steps, margin {number(margin, 2)}: {'; '.join(said)}.")


@styled
def error_bars_picture(errors: Mapping[str, Mapping[str, ArrayLike]]) -> Picture:
    """1-NN errors in several feature spaces, on classes trained on and on classes held out.

    errors: from the kind of classes to a mapping from the space's name to the errors of the seeds
    """
    figure = Figure(figsize=(8.4, 3.2))
    axes = figure.subplots()
    said = []
    names = list(next(iter(errors.values())))
    for index, (kind, of) in enumerate(errors.items()):
        means = []
        for row, name in enumerate(names):
            values = 100 * np.atleast_1d(np.asarray(of[name], float))
            height = row + 0.13 * (2 * index - 1)
            axes.plot(
                values, np.full(len(values), height), MARKERS[index], color="none",
                markeredgecolor=COLOURS[index], markersize=7,
                label=kind if row == 0 else None,
            )  # fmt: skip
            means.append(f"{name} {values.mean():.0f} %")
        said.append(f"{kind}: {', '.join(means)}")
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.set(xlabel="1-NN error, %; a mark for each seed", xlim=(0, None))
    axes.grid(visible=True, axis="x")
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return Picture(figure, f"Mean 1-NN error. {'; '.join(said)}.")
