"""Experts who err: their confusion matrices, and what several of them are worth together."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from lecture11.figures.picture import Picture, Stage
from lecture11.figures.style import COLOURS, INK, MARKERS, numeric, styled
from lecture11.figures.words import number

MOST = 10


@styled
def confusions_picture(
    confusions: ArrayLike, *, names: Sequence[str], classes: str, counts: ArrayLike
) -> Picture:
    """Each expert's confusion matrix: a row for each true class, shares of the answers in it.

    confusions: (J, K, L)
    names: of the experts
    classes: what is judged, for the axes
    counts: (K,), how many items each row rests on
    """
    tables, sizes = np.asarray(confusions, float), np.asarray(counts)
    figure = Figure(figsize=(9, 2.5))
    panels = figure.subplots(1, len(tables), sharey=True, squeeze=False)[0]
    said = []
    for axes, table, name in zip(panels, tables, names, strict=True):
        axes.imshow(table, cmap="Blues", vmin=0, vmax=1, aspect="equal")
        for (k, answer), share in np.ndenumerate(table):
            if share >= 0.005:
                colour = "white" if share > 0.6 else INK
                axes.text(
                    answer, k, f"{share:.2f}".lstrip("0"), color=colour,
                    ha="center", va="center", fontsize=8,
                )  # fmt: skip
        axes.set_xticks(range(table.shape[1]), range(1, table.shape[1] + 1))
        rows = [f"{k} ({size})" for k, size in enumerate(sizes, 1)]
        axes.set_yticks(range(len(rows)), rows)
        axes.set_title(name, fontsize=10)
        axes.tick_params(length=0)
        said.append(f"{name} {', '.join(f'{100 * own:.0f}' for own in np.diagonal(table))}")
    panels[0].set_ylabel(f"true {classes} (items)")
    figure.supxlabel(f"{classes} answered", fontsize=11)
    return Picture(
        figure,
        f"How often, in %, each expert's answer is right, true {classes} by true {classes} (of "
        f"{', '.join(map(str, sizes))} items): {'; '.join(said)}.",
    )


class PanelStage:
    """A panel of experts beside what majority vote, EM and full knowledge make of it."""

    @styled
    def __init__(self) -> None:
        """Draw what stays: axes for up to ten experts, and three bars."""
        figure = Figure(figsize=(8.4, 3.6))
        left, right = figure.subplots(1, 2, width_ratios=(1.5, 1))
        left.set(xlim=(0.4, MOST + 0.6), ylim=(0, 1.02), xlabel="expert", title="how often right")
        left.set_xticks(range(1, MOST + 1))
        left.grid(visible=True, axis="y")
        (self._true,) = left.plot(
            [], [], MARKERS[0], color="none", markeredgecolor=INK, markersize=12, label="in truth"
        )
        (self._learned,) = left.plot([], [], MARKERS[2], color=COLOURS[1], label="EM's estimate")
        left.legend(loc="lower left", bbox_to_anchor=(0, -0.02), fontsize=9)
        names = ("majority\nvote", "EM", "knowing\nthe experts")
        right.set(ylim=(0, 1.12), title="items classified right")
        right.set_yticks(np.linspace(0, 1, 6))
        right.set_xticks(range(3), names)
        right.grid(visible=True, axis="y")
        self._bars = list(right.bar(range(3), [1, 1, 1], color=[COLOURS[5], COLOURS[1], "#bbbbbb"]))
        self._values = [
            right.text(place, 0, "", ha="center", va="bottom", fontsize=10) for place in range(3)
        ]
        self._stage = Stage(figure, [self._true, self._learned, *self._bars, *self._values])

    @numeric
    def show(self, true: ArrayLike, learned: ArrayLike, right: Sequence[float]) -> Picture:
        """Move to a panel; take the image before moving again.

        true, learned: (J,), how often each expert is right, and what EM believes of that
        right: the share of items that majority vote, EM and full knowledge classify right
        """
        true, learned = np.asarray(true, float), np.asarray(learned, float)
        experts = np.arange(1, len(true) + 1)
        self._true.set_data(experts, true)
        self._learned.set_data(experts, learned)
        for bar, text, share in zip(self._bars, self._values, right, strict=True):
            bar.set_height(share)
            text.set_position((bar.get_x() + bar.get_width() / 2, share + 0.01))
            text.set_text(f"{100 * share:.0f} %")
        off = float(np.abs(true - learned).max())
        vote, em, best = (f"{100 * share:.0f} %" for share in right)
        return Picture(
            self._stage,
            f"{len(true)} experts. Majority vote is right on {vote} of the items, EM on {em}, and "
            f"whoever knows the experts on {best}. EM's belief about an expert is off by up to "
            f"{number(off, 2)}.",
        )
