"""Neighbours as probabilities: p beside q, forces of pairs, crowding."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from lecture11.divergence import kl_divergence
from lecture11.figures.marks import (
    as_a_map,
    fit_frame,
    scatter_digits,
)
from lecture11.figures.picture import Picture, Stage
from lecture11.figures.style import COLOURS, INK, LINES, numeric, styled
from lecture11.figures.words import number

LARGEST_MARK = 260.0
"""Area of the ring at the most probable neighbour, in squared points."""
SMALLEST_MARK = 30.0
"""Area of the smallest ring drawn: it must go round a digit."""


class Search(NamedTuple):
    """The bisection for one point's precision."""

    perplexities: ArrayLike
    """Of p_i at each precision tried (steps,)."""
    target: float
    """What was asked for."""
    bandwidth: float
    """σ_i where it ended, in units of the data."""

    @property
    def steps(self) -> int:
        """Halvings until the perplexity stays within a hundredth of the target."""
        off = np.abs(np.asarray(self.perplexities, float) / self.target - 1) > 0.01
        return int(np.flatnonzero(off)[-1]) + 2 if off.any() else 1


class NeighbourStage:
    """One point of a map: its p_i on the map, p_i beside q_i, and the search for σ_i."""

    SHOWN = 60
    LEAST = 1e-5

    @styled
    def __init__(self, points: ArrayLike, labels: ArrayLike, *, steps: int, most: float) -> None:
        """Draw what stays.

        points: the map (n, 2)
        labels: (n,), 0 to 9
        steps: of the bisection
        most: the largest perplexity shown.
        """
        self._points, self._labels = np.asarray(points, float), np.asarray(labels)
        figure = Figure(figsize=(9, 4.3))
        grid = figure.add_gridspec(2, 2, width_ratios=(1, 1.05))
        left = figure.add_subplot(grid[:, 0])
        scatter_digits(left, self._labels, 28, self._points)
        as_a_map(left)
        fit_frame(left, self._points)
        left.set_title("the map; area of a ring: p$_i$(j)")
        nowhere = np.full(self.SHOWN, np.nan)
        self._rings = left.scatter(
            nowhere, nowhere, s=0.0, color="none", edgecolors=COLOURS[0], linewidths=1.6
        )
        (self._here,) = left.plot([], [], "X", color=INK, markersize=11, markeredgecolor="white")
        above = figure.add_subplot(grid[0, 1])
        (self._p,) = above.plot(
            [], [], "o", color=COLOURS[0], markersize=4.5, label="p$_i$(j), data"
        )
        (self._q,) = above.plot(
            [], [], "^", color=COLOURS[1], markersize=4.5, label="q$_i$(j), map"
        )
        above.set(
            xlim=(0, self.SHOWN + 1), ylim=(self.LEAST, 1), yscale="log",
            xlabel="its neighbours in the data, nearest first", ylabel="probability",
        )  # fmt: skip
        above.minorticks_off()
        above.grid(visible=True)
        above.legend(loc="lower left", ncols=2, handletextpad=0.1)
        below = figure.add_subplot(grid[1, 1])
        (self._tried,) = below.plot([], [], "o-", color=COLOURS[0], markersize=4, linewidth=1)
        self._target = below.axhline(1, color=COLOURS[1], linestyle="--")
        below.set(
            xlim=(0.5, steps + 0.5), ylim=(0.8, most), yscale="log", xlabel="halving",
            ylabel="perplexity", yticks=[1, 10, 100], yticklabels=["1", "10", "100"],
        )  # fmt: skip
        below.minorticks_off()
        below.grid(visible=True)
        moving = [self._rings, self._here, self._p, self._q, self._target, self._tried]
        self._stage = Stage(figure, moving)

    @numeric
    def show(self, index: int, p: ArrayLike, q: ArrayLike, search: Search) -> Picture:
        """Move to a point; p, q (n,): p_i(j) and q_i(j), 0 at j = i."""
        given, found = np.asarray(p, float), np.asarray(q, float)
        order = np.argsort(-given, kind="stable")[: self.SHOWN]
        sizes = LARGEST_MARK * given[order] / given.max()
        ringed = sizes >= SMALLEST_MARK
        self._rings.set_offsets(self._points[order[ringed]])
        self._rings.set_sizes(sizes[ringed])
        self._here.set_data(*self._points[[index]].T)
        for mark, values in ((self._p, given[order]), (self._q, found[order])):
            seen = values >= self.LEAST
            mark.set_data(1 + np.flatnonzero(seen), values[seen])
        tried = np.asarray(search.perplexities, float)
        self._tried.set_data(1 + np.arange(len(tried)), tried)
        self._target.set_ydata([search.target] * 2)
        labels = ", ".join(str(label) for label in self._labels[order[:5]])
        forward = float(kl_divergence(given, relative_to=found))
        return Picture(
            self._stage,
            f"Point {index}, a {self._labels[index]}, perplexity {number(search.target, 3)}: "
            f"σ = {number(search.bandwidth, 3)}, within 1 % after {search.steps} halvings. Its "
            f"likeliest neighbours: {labels}. The first has p = {number(given[order[0]], 2)} and "
            f"q = {number(found[order[0]], 2)}; D_KL(p ‖ q) = {number(forward, 2)} nats.",
        )


class PairForces(NamedTuple):
    """The force between one pair in one method's map, against the distance it might have there."""

    mapped: ArrayLike
    """d̄ (distances,)."""
    force: ArrayLike
    """(distances,), positive where it pulls together."""
    now: float
    """The pair's distance in the map."""


class ForceStage:
    """The force of a chosen pair under several methods, over that of a pair to compare with."""

    @styled
    def __init__(
        self,
        other: Mapping[str, PairForces],
        *,
        units: Sequence[str],
        reaches: Sequence[float],
        linear: Sequence[float],
        name: str,
    ) -> None:
        """Draw what stays: from a method's name to the forces of the other pair.

        units: of each method's distances
        reaches: the largest force each panel has room for
        linear: up to which force its scale is linear, and beyond logarithmic, so that a weak pull
            is seen beside a strong push
        name: of the other pair
        """
        figure = Figure(figsize=(9, 3.5))
        panels = figure.subplots(1, len(other))
        self._names = list(other)
        self._lines: list[Line2D] = []
        self._dots: list[Line2D] = []
        for axes, (method, forces), unit, reach, straight in zip(
            panels, other.items(), units, reaches, linear, strict=True
        ):
            axes.axhline(0, color=INK, linewidth=1)
            axes.plot(forces.mapped, forces.force, "--", color=COLOURS[1], label=name)
            (line,) = axes.plot([], [], color=COLOURS[0], label="chosen pair")
            (dot,) = axes.plot([], [], "o", color=COLOURS[0], markersize=8)
            axes.set(
                xlim=(0, np.max(forces.mapped)), ylim=(-reach, reach), title=method,
                xlabel=f"distance in the map, {unit}",
            )  # fmt: skip
            if straight < reach:
                axes.set_yscale("symlog", linthresh=straight)
                shown = 10.0 ** np.arange(np.log10(straight), np.log10(reach), 2)
                axes.set_yticks([*-shown[::-1], 0, *shown])
                axes.minorticks_off()
            axes.grid(visible=True)
            self._lines.append(line)
            self._dots.append(dot)
        panels[0].set_ylabel("force; above 0 it pulls together")
        figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
        self._stage = Stage(figure, [*self._lines, *self._dots])

    @numeric
    def show(
        self, chosen: Mapping[str, PairForces], *, i: int, j: int, rank: int, p: float
    ) -> Picture:
        """Move to another pair.

        rank: of j among the neighbours of i, by distance
        p: p_i(j)
        """
        said = []
        for name, line, dot in zip(self._names, self._lines, self._dots, strict=True):
            at, force = (np.asarray(a, float) for a in chosen[name][:2])
            line.set_data(at, force)
            dot.set_data([chosen[name].now], [np.interp(chosen[name].now, at, force)])
            said.append(f"{name} {_course(at, force)}")
        return Picture(
            self._stage,
            f"Points {i} and {j}, number {rank} by distance, p = {number(p, 1)}. "
            f"{'; '.join(said)}.",
        )


def _course(at: np.ndarray, force: np.ndarray) -> str:
    """A curve in words: where it changes sign, and whether it still grows at the edge."""
    most = float(force.max())
    if most <= 0:
        return f"pushes at any distance shown, hardest at {number(at[force.argmin()], 2)}"
    signs = np.flatnonzero((force[:-1] < 0) & (force[1:] >= 0))
    start = f"pushes up to {number(at[signs[0] + 1], 2)}, then" if len(signs) else "always"
    end = (
        f"pulls ever harder to the edge ({number(most, 2)} at {number(at[-1], 2)})"
        if force.argmax() == len(force) - 1
        else f"pulls, hardest ({number(most, 2)}) at {number(at[force.argmax()], 2)}, and lets go"
    )
    return f"{start} {end}"


@styled
def crowding_picture(radii: ArrayLike, shares: Mapping[int, ArrayLike]) -> Picture:
    """Where the points of a ball lie, in several dimensions; and the two tails.

    radii: (S + 1,), from 0 to 1
    shares: from a number of dimensions to what the shells hold (S,)
    """
    at = np.asarray(radii, float)
    figure = Figure(figsize=(9, 3.4))
    left, right = figure.subplots(1, 2)
    said = []
    for index, (dims, share) in enumerate(shares.items()):
        held = np.asarray(share, float)
        left.stairs(
            held, at, color=COLOURS[index], linestyle=LINES[index], linewidth=2,
            label=f"{dims} dimensions",
        )  # fmt: skip
        half = float(held[at[1:] <= 0.5 + 1e-9].sum())
        share_said = f"{100 * half:.2g} %" if half > 1e-6 else "next to nothing"
        said.append(f"in {dims} dimensions {share_said}")
    left.set(xlabel="distance from the centre", ylabel="share of the points", xlim=(0, 1))
    left.legend(loc="upper left")
    left.grid(visible=True)
    d = np.linspace(0, 4, 161)
    tails = {"Gaussian, exp(−d̄²)": np.exp(-(d**2)), "Student, 1 / (1 + d̄²)": 1 / (1 + d**2)}
    for index, (name, weight) in enumerate(tails.items()):
        right.plot(d, weight, LINES[index], color=COLOURS[index], label=name)
    right.set(xlabel="distance in the map, d̄", ylabel="weight", xlim=(0, 4), ylim=(0, 1.03))
    right.legend()
    right.grid(visible=True)
    return Picture(
        figure,
        f"Of a ball filled evenly, the inner half of the radius holds {', '.join(said)}. At a "
        f"distance of 3 the Gaussian weight is {number(np.exp(-9.0), 2)}, Student's "
        f"{number(0.1, 2)}.",
    )
