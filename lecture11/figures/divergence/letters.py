"""Two distributions over letters: their bars, and what each letter adds to KL."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from numpy.typing import ArrayLike
from scipy.special import rel_entr

from lecture11.divergence import entropy, kl_divergence
from lecture11.figures.marks import (
    HOLLOW,
    PALE,
    SOLID,
    rectangle,
    set_heights,
    upright,
)
from lecture11.figures.picture import Picture, Stage
from lecture11.figures.style import INK, numeric, styled
from lecture11.figures.words import coordinate, number


class BarsStage:
    """p and q as bars, each letter's part of D both ways, and H(p, q) = H(p) + D; to be moved."""

    FLOOR, CEILING = -0.6, 1.5
    """Range of a letter's contribution, in nats; what is taller is cut, with an arrow."""
    WIDEST = 4.0
    """Range of the cross-entropies, in nats; what is longer is cut, with an arrow."""

    @styled
    def __init__(self, letters: Sequence[str]) -> None:
        """Draw what stays: four panels over these letters."""
        self._letters = list(letters)
        figure = Figure(figsize=(8.4, 4.6))
        grid = figure.add_gridspec(2, 3, height_ratios=(2.1, 1))
        bars, *parts = (figure.add_subplot(grid[0, column]) for column in range(3))
        sums = figure.add_subplot(grid[1, :])
        places = [float(x) for x in range(len(letters))]
        for axes in (bars, *parts):
            axes.set_xticks(places, letters)
            axes.set_xlim(-0.6, len(letters) - 0.4)
            axes.tick_params(axis="x", length=0)
        bars.set(ylim=(0, 1.12), title="p (solid) and q (hollow)")
        bars.set_yticks([0, 0.5, 1])
        self._p = upright(bars, [x - 0.2 for x in places], 0.38, SOLID)
        self._q = upright(bars, [x + 0.2 for x in places], 0.38, HOLLOW)
        self._parts, self._notes = [], []
        looks = (SOLID, HOLLOW)
        for axes, title, look in zip(parts, ("p log (p/q)", "q log (q/p)"), looks, strict=True):
            axes.set(ylim=(self.FLOOR, self.CEILING), title=f"{title}, nats")
            axes.axhline(0, color="#888888", linewidth=0.8)
            self._parts.append(upright(axes, places, 0.6, look))
            self._notes.append(
                [axes.text(x, 0, "", ha="center", fontsize=8, color=INK) for x in places]
            )
        sums.set(xlim=(0, self.WIDEST), ylim=(-0.65, 1.6), xlabel="nats")
        sums.set_yticks([1, 0], ["H(p, q) = H(p) + D(p‖q)", "H(q, p) = H(q) + D(q‖p)"])
        sums.tick_params(axis="y", length=0)
        sums.spines["left"].set_visible(False)
        rows = (((0, 0.78), SOLID), ((0, -0.22), HOLLOW))
        self._entropies = [rectangle(sums, corner, (0, 0.44), look) for corner, look in rows]
        self._divergences = [rectangle(sums, corner, (0, 0.44), PALE) for corner, _ in rows]
        self._sums = [sums.text(0, y, "", va="center", fontsize=9.5, color=INK) for y in (1, 0)]
        at_the_end: dict[str, Any] = {"ha": "right", "va": "center", "fontsize": 12, "color": INK}
        self._cuts = [sums.text(self.WIDEST, y, "", **at_the_end) for y in (1, 0)]
        notes = [note for row in self._notes for note in row]
        moving: list[Artist] = [*self._p, *self._q, *(b for part in self._parts for b in part)]
        moving += [*self._entropies, *self._divergences, *notes, *self._sums, *self._cuts]
        self._stage = Stage(figure, moving)

    @numeric
    def show(self, p: ArrayLike, q: ArrayLike) -> Picture:
        """Move to two distributions over the letters."""
        p, q = np.asarray(p, float), np.asarray(q, float)
        set_heights(self._p, p)
        set_heights(self._q, q)
        pairs = ((p, q), (q, p))
        for (a, b), bars, notes in zip(pairs, self._parts, self._notes, strict=True):
            self._show_parts(rel_entr(a, b), bars, notes)
        said = [
            self._show_sum(row, float(entropy(a)), float(kl_divergence(a, relative_to=b)))
            for row, (a, b) in enumerate(pairs)
        ]
        outside = [self._outside(p, q, "p", "q"), self._outside(q, p, "q", "p")]
        return Picture(
            self._stage,
            f"D(p‖q) = {said[0].divergence} and D(q‖p) = {said[1].divergence} nats. "
            f"H(p) = {said[0].entropy}, cross-entropy H(p, q) = {said[0].total}; "
            f"H(q) = {said[1].entropy}, H(q, p) = {said[1].total}.{''.join(outside)}",
        )

    def _show_parts(
        self, parts: np.ndarray, bars: Sequence[Rectangle], notes: Sequence[Text]
    ) -> None:
        shown = np.clip(parts, self.FLOOR, self.CEILING)
        set_heights(bars, shown)
        for note, part, top in zip(notes, parts, shown, strict=True):
            high, negative = top > self.CEILING - 0.15, part < -0.005
            text = "∞" if np.isinf(part) else coordinate(part, 1)
            note.set_text(f"↑\n{text}" if self.CEILING < part < np.inf else text)
            note.set_y(top - 0.05 if high else top - 0.04 if negative else max(top, 0) + 0.04)
            solid = high and bars is self._parts[0]
            note.set(va="top" if high or negative else "bottom", color="white" if solid else INK)

    def _show_sum(self, row: int, own: float, divergence: float) -> "_Sum":
        end = min(own + divergence, self.WIDEST)
        self._entropies[row].set_width(own)
        self._divergences[row].set_x(own)
        self._divergences[row].set_width(end - own)
        total = own + divergence
        said = _Sum(
            f"{own:.2f}", _or_infinite(divergence), "∞" if np.isinf(total) else f"{total:.2f}"
        )
        text = f"{said.entropy} + {said.divergence} = {said.total}"
        self._sums[row].set(text=text, x=0.03, y=1.45 - row)
        self._cuts[row].set_text("→" if total > self.WIDEST else "")
        return said

    def _outside(self, p: np.ndarray, q: np.ndarray, name: str, other: str) -> str:
        lost = [x for x, a, b in zip(self._letters, p, q, strict=True) if a > 0 and b == 0]
        if not lost:
            return ""
        return f" D({name}‖{other}) is ∞ because {other} is 0 at {', '.join(lost)}."


class _Sum(NamedTuple):
    entropy: str
    divergence: str
    total: str


def _or_infinite(value: float) -> str:
    return "∞" if np.isinf(value) else number(value, 3)
