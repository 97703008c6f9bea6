"""Two distributions side by side: their bars, what each letter adds to KL, Jensen's picture."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.patches import Polygon, Rectangle
from matplotlib.text import Text
from numpy.typing import ArrayLike

from lecture11.divergence import entropy, kl_divergence
from lecture11.figures.bars import HOLLOW, PALE, SOLID, rectangle, set_heights, upright
from lecture11.figures.picture import Picture, Stage
from lecture11.figures.style import COLOURS, INK, styled
from lecture11.figures.words import coordinate, number


class BarsStage:
    """p and q as bars, each letter's part of D both ways, and H(p, q) = H(p) + D; to be moved."""

    FLOOR, CEILING = -0.5, 1.5
    """Range of a letter's contribution, in nats; what is taller is cut and its number written."""
    WIDEST = 4.0
    """Range of the cross-entropies, in nats."""

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
        notes = [note for row in self._notes for note in row]
        moving: list[Artist] = [*self._p, *self._q, *(b for part in self._parts for b in part)]
        moving += [*self._entropies, *self._divergences, *notes, *self._sums]
        self._stage = Stage(figure, moving)

    def show(self, p: ArrayLike, q: ArrayLike) -> Picture:
        """Move to two distributions over the letters."""
        p, q = np.asarray(p, float), np.asarray(q, float)
        set_heights(self._p, p)
        set_heights(self._q, q)
        pairs = ((p, q), (q, p))
        for (a, b), bars, notes in zip(pairs, self._parts, self._notes, strict=True):
            self._show_parts(contributions(a, b), bars, notes)
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
            high = top > self.CEILING - 0.15
            text = "∞" if np.isinf(part) else coordinate(part, 1)
            note.set(text=text, y=top - 0.05 if high else max(top, 0) + 0.04)
            solid = high and bars is self._parts[0]
            note.set(va="top" if high else "bottom", color="white" if solid else INK)

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


def contributions(p: ArrayLike, q: ArrayLike) -> np.ndarray:
    """Each letter's p log(p/q) in nats: 0 where p = 0, ∞ where only q is."""
    p, q = np.asarray(p, float), np.asarray(q, float)
    some = p > 0
    with np.errstate(divide="ignore"):
        return np.where(some, p * np.log(np.where(some, p, 1) / np.where(some, q, 1)), 0)


def _or_infinite(value: float) -> str:
    return "∞" if np.isinf(value) else number(value, 3)


class JensenStage:
    """Points on the log curve, the area between them, their mean in it and the gap above it."""

    @styled
    def __init__(self, largest: float, *, label: str = "y") -> None:
        """Draw what stays: the curve from near 0 to ``largest``."""
        self._largest = largest
        figure = Figure(figsize=(7, 4.2))
        axes = figure.subplots()
        grid = np.geomspace(1e-3, largest, 400)
        axes.plot(grid, np.log(grid), color=INK, linewidth=1.5)
        axes.set(xlim=(0, largest), ylim=(-3, np.log(largest) + 0.5))
        axes.set(xlabel=label, ylabel="log y, nats")
        axes.grid(visible=True)
        self._hull = Polygon(np.ones((2, 2)), facecolor=COLOURS[5], alpha=0.35)
        axes.add_patch(self._hull)
        (self._edge,) = axes.plot([], [], color=COLOURS[0], linewidth=1.2)
        self._points = axes.scatter([], [], color=COLOURS[0], zorder=3)
        (self._gap,) = axes.plot([], [], color=COLOURS[1], linewidth=4, solid_capstyle="butt")
        (self._mean,) = axes.plot([], [], "s", color=COLOURS[1], markersize=8, zorder=4)
        (self._above,) = axes.plot([], [], "^", color=COLOURS[1], markersize=9, zorder=4)
        self._note = axes.text(0, 0, "", fontsize=10, color=INK, va="center")
        self._note.set_bbox({"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1})
        moving = [self._hull, self._edge, self._points, self._gap, self._mean, self._above]
        self._stage = Stage(figure, [*moving, self._note])

    def show(self, points: ArrayLike, weights: ArrayLike, gap: float) -> Picture:
        """Move to points y (K,) with weights w (K,) and Jensen's gap between them, in nats."""
        y, w = np.asarray(points, float), np.asarray(weights, float)
        y, w = y[w > 0], w[w > 0]
        mean, level = float(w @ y), float(w @ np.log(y))
        order = np.argsort(y)
        corners = np.stack([y[order], np.log(y[order])], axis=1)
        closed = np.concatenate([corners, corners[:1]])
        self._hull.set_xy(closed)
        self._edge.set_data(*closed.T)
        self._points.set_offsets(np.stack([y, np.log(y)], axis=1))
        self._points.set_sizes(20 + 260 * w)
        self._gap.set_data([mean, mean], [level, np.log(mean)])
        self._mean.set_data([mean], [level])
        self._above.set_data([mean], [np.log(mean)])
        right = mean > 0.6 * self._largest
        self._note.set(x=mean + (-1 if right else 1) * 0.02 * self._largest)
        self._note.set(y=(level + np.log(mean)) / 2, ha="right" if right else "left")
        self._note.set_text(f"gap {number(gap, 3)}")
        return Picture(
            self._stage,
            f"The mean of the points is {number(mean, 3)}; its logarithm (triangle) is "
            f"{_level(np.log(mean))} nats. The mean of their logarithms (square) is "
            f"{_level(level)}. Jensen's gap between the two is {number(gap, 3)} nats.",
        )


def _level(value: float) -> str:
    return number(round(float(value), 3), 3)


@styled
def pairs_picture(total_variations: ArrayLike, divergences: ArrayLike) -> Picture:
    """Where random pairs lie: D (n,) in nats over total variation (n,), with Pinsker's bound."""
    tv, d = np.asarray(total_variations, float), np.asarray(divergences, float)
    figure = Figure(figsize=(7, 4))
    axes = figure.subplots()
    edges = [np.geomspace(a.min() / 1.1, a.max() * 1.1, 90) for a in (tv, d)]
    counts, *_ = np.histogram2d(tv, d, edges)
    drawn = axes.pcolormesh(*edges, counts.T, norm=LogNorm(1, counts.max()), cmap="Blues")
    powers = [10**k for k in range(8) if 10**k <= counts.max()]
    figure.colorbar(drawn, ax=axes, label="pairs in a cell", ticks=powers)
    line = np.geomspace(tv.min() / 1.1, 1, 50)
    axes.plot(line, 2 * line**2, "--", color=COLOURS[1], label="Pinsker's bound, D = 2 TV²")
    least = int(d.argmin())
    axes.plot(tv[least], d[least], "v", color=COLOURS[1], label="the smallest D")
    axes.set(xscale="log", yscale="log", xlabel="total variation TV", ylabel="D(p‖q), nats")
    axes.set(xlim=edges[0][[0, -1]], ylim=(d.min() / 3, edges[1][-1]))
    axes.legend(loc="upper left")
    smallest = np.format_float_positional(d[least], 2, fractional=False, trim="-")
    below = int((d < 2 * tv**2 * (1 - 1e-9)).sum())
    return Picture(
        figure,
        f"Of {len(d):,} random pairs {int((d < 0).sum())} have a negative D. The smallest is "
        f"{smallest} nats, where p and q are {number(tv[least], 2)} apart in total "
        f"variation, the largest {number(d.max(), 2)}. {below or 'None'} "
        f"lie{'s' if below < 2 else ''} below D = 2 TV².",
    )


@styled
def binning_picture(bins: ArrayLike, divergences: ArrayLike, truth: float) -> Picture:
    """D between binned distributions (B,) over the number of bins (B,), and D of the densities.

    bins: whole numbers, increasing; powers of two, each of which splits the bins of the one before,
    are joined by a line.
    """
    bins, d = np.asarray(bins), np.asarray(divergences, float)
    nested = (bins & (bins - 1)) == 0
    figure = Figure(figsize=(7, 3.6))
    axes = figure.subplots()
    axes.axhline(truth, linestyle="--", color=COLOURS[1], label="the densities themselves")
    axes.plot(bins, d, ".", color="#888888", label="any number of equal bins")
    axes.plot(bins[nested], d[nested], "-o", color=COLOURS[0], label="each splits the bins before")
    axes.set(xscale="log", xlabel="number of bins", ylabel="D(p‖q), nats", ylim=(0, 1.15 * truth))
    axes.set_xticks(bins[nested], [str(count) for count in bins[nested]])
    axes.minorticks_off()
    axes.grid(visible=True)
    axes.legend(loc="lower right")
    falls = np.flatnonzero(np.diff(d) < -1e-12)
    fewer = "".join(
        f" Moving them may: {bins[i + 1]} bins give {number(d[i + 1], 3)}, less than {bins[i]}."
        for i in falls[:1]
    )
    many = int(bins[nested][-1])
    return Picture(
        figure,
        f"The densities are {number(truth)} nats apart. Binned, never more: "
        + ", ".join(
            f"{number(value, 3)} with {count} bin{'' if count == 1 else 's'}"
            for count, value in zip(bins[nested], d[nested], strict=True)
            if count in (1, 2, 8, 32) or count == many
        )
        + f". Splitting bins never lowers it.{fewer}",
    )


class Densities(NamedTuple):
    """p and q on a grid, and what was computed of them by quadrature there."""

    grid: np.ndarray
    """(G,), increasing."""
    p: np.ndarray
    """(G,), density of p."""
    q: np.ndarray
    """(G,), density of q."""
    divergence: float
    """D(p‖q), nats."""
    entropy: float
    """Differential entropy of p, nats."""


@styled
def change_of_variables_picture(
    before: Densities, after: Densities, *, labels: tuple[str, str]
) -> Picture:
    """The same two distributions in two coordinates, side by side; labels of the coordinates."""
    figure = Figure(figsize=(8, 3.2))
    for axes, seen, label in zip(figure.subplots(1, 2), (before, after), labels, strict=True):
        axes.plot(seen.grid, seen.p, color=COLOURS[0], label="p")
        axes.plot(seen.grid, seen.q, "--", color=COLOURS[1], label="q")
        axes.set(xlabel=label, ylabel="density", ylim=(0, None))
        axes.set_title(f"D = {number(seen.divergence)}, h(p) = {number(seen.entropy, 3)}")
        axes.legend()
    return Picture(
        figure,
        f"In {labels[0]}: D(p‖q) = {number(before.divergence)} nats, differential entropy "
        f"h(p) = {number(before.entropy, 3)}. In {labels[1]}: D(p‖q) = {number(after.divergence)}, "
        f"h(p) = {number(after.entropy, 3)}.",
    )
