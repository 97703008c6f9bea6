"""Topics found in documents, beside the topics they are on."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from lecture11.figures.picture import Picture, Stage
from lecture11.figures.style import COLOURS, INK, MARKERS, numeric, styled
from lecture11.figures.words import number

LEAST = 0.05
"""Smaller shares go without their number: most of a table's, and each takes time to draw."""


class TopicStage:
    """Found topics as rows: where their documents come from, and their most telling words."""

    @styled
    def __init__(self, rows: int, topics: Sequence[str]) -> None:
        """Draw what stays: a table with room for ``rows`` found topics, a column for each true."""
        self._rows, self._topics = rows, tuple(topics)
        figure = Figure(figsize=(9, 0.8 + 0.36 * rows))
        axes = figure.subplots()
        axes.set_xlim(-0.5, len(topics) + 7.2)
        axes.set_ylim(rows - 0.5, -0.5)
        axes.set_xticks(range(len(topics)), self._topics, fontsize=9)
        axes.xaxis.tick_top()
        axes.tick_params(length=0)
        axes.set_yticks([])
        for spine in axes.spines.values():
            spine.set_visible(False)
        blank = np.full((rows, len(topics)), np.nan)
        self._image = axes.imshow(
            blank, cmap="Blues", vmin=0, vmax=1.2, aspect="auto",
            extent=(-0.5, len(topics) - 0.5, rows - 0.5, -0.5),
        )  # fmt: skip
        self._cells = [
            axes.text(column, row, "", ha="center", va="center", fontsize=9, color=INK)
            for row in range(rows)
            for column in range(len(topics))
        ]
        self._words, self._names = (
            [axes.text(x, row, "", ha=side, va="center", fontsize=9) for row in range(rows)]
            for x, side in ((len(topics) - 0.3, "left"), (-0.6, "right"))
        )
        axes.text(-0.6, 0, f"found {rows}", ha="right", alpha=0, fontsize=9)  # room for the names
        moving = [self._image, *self._cells, *self._words, *self._names]
        self._stage = Stage(figure, moving)

    @numeric
    def show(
        self, table: ArrayLike, words: Sequence[Sequence[str]], *, right: float, held_out: float
    ) -> Picture:
        """Move to a fit; take the image before moving again.

        table: (K, T), how many documents of each true topic (columns) each found one (rows) got
        words: the most telling of each
        right: the share of held-out documents that come out right
        held_out: log-likelihood of a held-out word, in nats
        """
        counts = np.asarray(table, float)
        shares = np.full((self._rows, len(self._topics)), np.nan)
        shares[: len(counts)] = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        self._image.set_data(shares)
        for text, share in zip(self._cells, shares.ravel(), strict=True):
            text.set_text("" if np.isnan(share) or share < LEAST else f"{100 * share:.0f} %")
            text.set_color("white" if share > 0.75 else INK)
        for row, (text, name) in enumerate(zip(self._words, self._names, strict=True)):
            text.set_text(", ".join(words[row]) if row < len(words) else "")
            name.set_text(f"found {row + 1}" if row < len(words) else "")
        named = "; ".join(
            f"{self._topics[row.argmax()] if row.any() else 'none'} ({', '.join(best[:3])})"
            for row, best in zip(counts, words, strict=True)
        )
        return Picture(
            self._stage,
            f"{len(counts)} topics found, by the topic most of their definitions have: {named}. "
            f"{100 * right:.0f} % of the definitions held out come out right; a word of them "
            f"has log-probability {number(held_out, 3)} nats on average.",
        )


@styled
def shares_picture(true: ArrayLike, found: dict[str, ArrayLike]) -> Picture:
    """The share of one topic in each document, as mixed, against the share that a model found.

    true: (D,), from 0 to 1
    found: from a model's name to (D,)
    """
    truth = np.asarray(true, float)
    figure = Figure(figsize=(8, 3.7))
    panels = figure.subplots(1, len(found), sharey=True, squeeze=False)[0]
    said = []
    for index, (axes, (name, values)) in enumerate(zip(panels, found.items(), strict=True)):
        shares = np.asarray(values, float)
        axes.plot([0, 1], [0, 1], "--", color=INK, linewidth=1)
        axes.plot(
            truth, shares, MARKERS[index], color=COLOURS[index], alpha=0.35, markersize=5,
            markeredgewidth=0,
        )  # fmt: skip
        axes.set(title=name, xlabel="share mixed in", xlim=(-0.03, 1.03), ylim=(-0.03, 1.03))
        axes.grid(visible=True)
        said.append(f"{name} {np.abs(shares - truth).mean():.2f}")
    panels[0].set_ylabel("share found")
    return Picture(
        figure,
        f"Mean distance of the share found from the share mixed in, over {len(truth)} documents: "
        f"{', '.join(said)}.",
    )
