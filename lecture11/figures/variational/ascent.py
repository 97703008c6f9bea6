"""Variational EM: the landscape it climbs, the two sets it goes between, what it costs to hurry."""

from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from lecture11.figures.marks import WIDE_HALO
from lecture11.figures.picture import Picture, Stage
from lecture11.figures.style import COLOURS, INK, numeric, styled
from lecture11.figures.words import number
from lecture11.variational import Shortfall, TwoSets

FALL = 1e-6
"""Nats below which a fall is rounding."""
HALVES = ("E-step", "M-step")


class AscentStage:
    """The landscape ELBO(θ, q_φ) with a path on it, beside bound and evidence; to be moved."""

    @styled
    def __init__(
        self,
        theta: ArrayLike,
        phi: ArrayLike,
        bound: ArrayLike,
        *,
        low: float,
        last_half: int,
        labels: tuple[str, str],
    ) -> None:
        """Draw what stays.

        theta: (A,)
        phi: (B,)
        bound: (B, A) in nats
        low: the lowest level that fits the paper on the right
        last_half: half-steps that fit
        labels: of both parameters
        """
        a, b, heights = (np.asarray(values, float) for values in (theta, phi, bound))
        figure = Figure(figsize=(8.8, 4.2))
        left, right = figure.subplots(1, 2, width_ratios=(1.2, 1))
        _landscape(left, a, b, heights)
        left.set(xlabel=labels[0], ylabel=labels[1], title="ELBO(θ, q); dotted: q the posterior")
        near = [max(a[0], b[0]), min(a[-1], b[-1])]
        left.plot(near, near, ":", color=INK, linewidth=1.2)
        right.set(xlim=(-0.02 * last_half, 1.02 * last_half), xlabel="half-steps")
        top = heights.max()
        right.set(ylim=(low, top + 0.06 * (top - low)), title="nats")
        right.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        right.grid(visible=True)
        path: dict[str, Any] = {"color": COLOURS[1], "linewidth": 1.6, "path_effects": [WIDE_HALO]}
        (self._path,) = left.plot([], [], **path)
        (self._start,) = left.plot(
            [], [], "s", color="white", markeredgecolor=COLOURS[1], markersize=8, clip_on=False
        )
        (self._now,) = left.plot([], [], "o", color=COLOURS[1], markersize=8, clip_on=False)
        (self._log_likelihood,) = right.plot(
            [], [], color=COLOURS[0], label="evidence", linewidth=1.6
        )
        (self._bound,) = right.plot(
            [], [], "--", color=COLOURS[1], label="bound", marker="o", markersize=3
        )
        right.legend(loc="lower right")
        curves = [self._log_likelihood, self._bound]
        self._stage = Stage(figure, [self._path, self._start, self._now, *curves])

    @numeric
    def show(
        self, theta: ArrayLike, phi: ArrayLike, bound: ArrayLike, log_likelihood: ArrayLike
    ) -> Picture:
        """Move to a path: θ, φ, and bound and evidence in nats, each (S,), after 0, 1, … halves."""
        a, b, bounds, levels = (
            np.atleast_1d(np.asarray(values, float))
            for values in (theta, phi, bound, log_likelihood)
        )
        halves = np.arange(len(a))
        self._path.set_data(a, b)
        self._start.set_data(a[:1], b[:1])
        self._now.set_data(a[-1:], b[-1:])
        self._log_likelihood.set_data(halves, levels)
        self._bound.set_data(halves, bounds)
        count = len(a) - 1
        return Picture(
            self._stage,
            f"After {count} half-step{'' if count == 1 else 's'}: θ = {number(a[-1], 3)}, "
            f"φ = {number(b[-1], 3)}, bound {number(bounds[-1])}, evidence {number(levels[-1])} "
            f"nats. {_falls(bounds, levels)}",
        )


def _landscape(axes: Axes, a: np.ndarray, b: np.ndarray, heights: np.ndarray) -> None:
    levels = heights.max() - np.geomspace(0.02, 24, 15)[::-1]
    shades = matplotlib.colormaps["Blues"](np.linspace(0, 0.72, len(levels)))
    axes.contourf(a, b, heights, [-np.inf, *levels[1:], np.inf], colors=shades)
    axes.contour(a, b, heights, levels, colors="#7a8ca0", linewidths=0.6, linestyles="solid")


def _falls(bounds: np.ndarray, levels: np.ndarray) -> str:
    """Whether bound and evidence have fallen, and by how much at most in one half-step."""
    if len(bounds) == 1:
        return f"The gap is {number(levels[0] - bounds[0], 3)} nats."
    said = []
    for name, values in (("bound", bounds), ("evidence", levels)):
        steepest = float(-np.diff(values).min())
        lowest = float(values[0] - values.min())
        if steepest < FALL:
            said.append(f"the {name} never fell")
        elif lowest < FALL:
            said.append(f"the {name} fell by up to {number(steepest, 3)} in one half-step")
        else:
            said.append(
                f"the {name} fell by up to {number(steepest, 3)} in one half-step, to "
                f"{number(lowest, 3)} below its start"
            )
    return f"So far {' and '.join(said)}."


class TwoSetsStage:
    """Completions of the data, models, and the way between them; ready to be moved."""

    @styled
    def __init__(self, sets: TwoSets, divergences: ArrayLike, floor: float) -> None:
        """Draw what stays: both curves, in the plane in which they vary most.

        sets: its path begins at a completion, then a model, a completion …
        divergences: D_KL(p̂ q ‖ p_θ) between neighbours on it, (stations − 1,), in nats
        floor: the least there is
        """
        self._path_at = np.asarray(sets.path, float)
        self._values, self._least = np.asarray(divergences, float), float(floor)
        figure = Figure(figsize=(8.4, 4.4))
        left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
        of_data, of_models = np.asarray(sets.completions), np.asarray(sets.models)
        left.plot(*of_data.T, color=COLOURS[0], label="the data, completed by q")
        left.plot(*of_models.T, "--", color=COLOURS[2], label="the models $p_\\theta$")
        left.set_aspect("equal", adjustable="datalim")
        left.set(title="joint distributions of x and z", xticks=[], yticks=[])
        left.legend(loc="lower right", fontsize=9)
        for side in ("left", "bottom"):
            left.spines[side].set_visible(False)
        last = len(self._values) - 1
        right.set(xlim=(-0.03 * last, 1.03 * last), ylim=(0, 1.08 * self._values.max()))
        right.set(xlabel="half-steps", title="D(p̂ q ‖ p_θ), nats")
        right.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        right.grid(visible=True)
        right.axhline(self._least, color=COLOURS[3], linestyle=":", label="the least there is")
        right.legend(loc="upper right")
        (self._path,) = left.plot([], [], "o-", color=INK, linewidth=1.1, markersize=3.5)
        (self._now,) = left.plot([], [], color=COLOURS[1], linewidth=3.5)
        (self._levels,) = right.plot([], [], "o-", color=INK, linewidth=1, markersize=4)
        (self._level,) = right.plot([], [], "o", color=COLOURS[1], markersize=9, clip_on=False)
        self._stage = Stage(figure, [self._path, self._now, self._levels, self._level])

    @numeric
    def show(self, half: int) -> Picture:
        """Move to so many half-steps from the start; one segment of the path is the present one."""
        path, values = self._path_at, self._values
        self._path.set_data(*path[: half + 2].T)
        self._now.set_data(*path[half : half + 2].T)
        self._levels.set_data(np.arange(half + 1), values[: half + 1])
        self._level.set_data([half], [values[half]])
        if half == 0:
            done = "At the start"
        else:
            done = f"After half-step {half}, an {HALVES[(half + 1) % 2]}"
        fall = f", {number(values[half - 1] - values[half], 2)} less than before" if half else ""
        return Picture(
            self._stage,
            f"{done}: D(p̂ q ‖ p_θ) = {number(values[half], 3)} nats{fall}. The least there is, at "
            f"the best model, is {number(self._least, 3)}.",
        )


@styled
def levels_picture(runs: Sequence[tuple[str, ArrayLike, ArrayLike]], *, low: float) -> Picture:
    """Bound and evidence over the half-steps of several runs, side by side.

    runs: of each its name, and bounds (S,) and evidences (S,) in nats
    low: the lowest level shown
    """
    figure = Figure(figsize=(8.8, 3.2))
    panels = figure.subplots(1, len(runs), sharey=True, squeeze=False)[0]
    top = max(float(np.max(log_likelihood)) for _, _, log_likelihood in runs)
    for axes, (name, bound, log_likelihood) in zip(panels, runs, strict=True):
        axes.plot(np.asarray(log_likelihood), color=COLOURS[0], linewidth=1.6, label="evidence")
        axes.plot(
            np.asarray(bound), "--", marker="o", markersize=3, color=COLOURS[1], label="bound"
        )
        axes.set(title=name, xlabel="half-steps", ylim=(low, top + 0.06 * (top - low)))
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.grid(visible=True)
    panels[0].set_ylabel("nats")
    panels[0].legend(loc="lower right")
    said = []
    for name, bound, _ in runs:
        falls = -np.diff(np.asarray(bound, float))
        said.append(
            f"{name}: {(falls > 0.01).sum()} of {len(falls)} half-steps lower the bound by more "
            f"than 0.01 nats, the worst by {number(max(falls.max(), 0), 2)}"
        )
    return Picture(figure, f"{'; '.join(said)}.")


class ShortfallStage:
    """Evidence and the best factorised bound over θ, each with its summit; ready to be moved."""

    @styled
    def __init__(self, theta: ArrayLike, *, truth: float, depth: float = 0.6) -> None:
        """Draw what stays.

        theta: (P,), increasing
        truth: the θ that made the data
        depth: range of both curves in nats for each point, below the highest evidence
        """
        self._theta, self._truth = np.asarray(theta, float), truth
        figure = Figure(figsize=(8, 3.8))
        axes = figure.subplots()
        axes.set(xlim=(self._theta[0], self._theta[-1]), ylim=(-depth, 0.06 * depth))
        axes.set(xlabel="θ", title="nats for each point, from the highest evidence")
        axes.axvline(truth, color="#888888", linewidth=1, label="the θ that made the data")
        axes.grid(visible=True)
        (self._log_likelihood,) = axes.plot([], [], color=COLOURS[0], label="evidence")
        (self._bound,) = axes.plot([], [], "--", color=COLOURS[1], label="bound, best factorised q")
        self._summits = [
            axes.plot([], [], mark, color=COLOURS[i], markersize=9, zorder=5)[0]
            for i, mark in enumerate("o^")
        ]
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
        self._stage = Stage(figure, [self._log_likelihood, self._bound, *self._summits])

    @numeric
    def show(self, curves: Shortfall, noise: float) -> Picture:
        """Move to two curves (P,) over θ; noise: σ, said in words."""
        log_likelihood, bound = (np.asarray(curve, float) for curve in curves)
        highest = log_likelihood.max()
        summits = []
        for line, mark, curve in zip(
            (self._log_likelihood, self._bound), self._summits, (log_likelihood, bound), strict=True
        ):
            best = int(curve.argmax())
            line.set_data(self._theta, curve - highest)
            mark.set_data([self._theta[best]], [curve[best] - highest])
            summits.append((self._theta[best], curve[best]))
        (ml, _), (mean_field, level) = summits
        return Picture(
            self._stage,
            f"Noise {number(noise, 3)}: the evidence is highest at θ = {number(ml, 3)}, the best "
            f"factorised bound at θ = {number(mean_field, 3)}, "
            f"{number(100 * (1 - mean_field / ml), 2)} % lower, where it is "
            f"{number(highest - level, 2)} nats for each point below the highest evidence.",
        )
