"""The evidence and its lower bound: as a stack of bars, and as two curves that touch."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from lecture11.figures.marks import HOLLOW, PALE, SOLID, rectangle, set_heights, upright
from lecture11.figures.picture import Picture, Stage
from lecture11.figures.style import COLOURS, INK, numeric, styled
from lecture11.figures.words import number

EVIDENCE: dict[str, Any] = {"color": COLOURS[0], "label": "log-likelihood"}
BOUND: dict[str, Any] = {"color": COLOURS[1], "linestyle": "--", "label": "bound"}


class _Stack:
    """−log p(x) and D(q ‖ posterior) end to end, which make −ELBO. Both are negative logarithms."""

    def __init__(self, axes: Axes, widest: float) -> None:
        axes.set(xlim=(0, widest), ylim=(-0.6, 1.75), xlabel="nats")
        axes.set_yticks([1, 0], ["−ELBO", "−log p(x) + D"])
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        self._widest = widest
        self._whole = rectangle(axes, (0, 0.75), (0, 0.5), HOLLOW)
        self._log_likelihood = rectangle(axes, (0, -0.25), (0, 0.5), SOLID)
        self._gap = rectangle(axes, (0, -0.25), (0, 0.5), PALE)
        (self._edge,) = axes.plot([], [], ":", color=INK, linewidth=1)
        self._said = axes.text(0.01 * widest, 1.4, "", va="bottom", fontsize=10, color=INK)
        self.artists = [self._whole, self._log_likelihood, self._gap, self._edge, self._said]

    def show(self, log_likelihood: float, gap: float) -> str:
        """Move the bars; returns the sum in words. A bar beyond the paper is cut."""
        cost = -log_likelihood
        end = min(cost + gap, self._widest)
        self._whole.set_width(end)
        self._log_likelihood.set_width(cost)
        self._gap.set_x(cost)
        self._gap.set_width(end - cost)
        self._edge.set_data([cost, cost], [-0.4, 1.4])
        sums = [_or_infinite(value) for value in (cost + gap, cost, gap)]
        self._said.set_text(f"{sums[0]} = {sums[1]} + {sums[2]}")
        return (
            f"−ELBO = −log p(x) + D(q ‖ posterior): {sums[0]} = {sums[1]} + {sums[2]} nats, so the "
            f"ELBO {_tightness(log_likelihood, gap)}."
        )


def _or_infinite(value: float) -> str:
    """To a thousandth of a nat, so that the printed numbers add up, and without rounding noise."""
    return "∞" if np.isinf(value) else f"{max(float(value), 0):.3f}"


def _tightness(log_likelihood: float, gap: float) -> str:
    if np.isinf(gap):
        return "is −∞"
    if gap < 5e-4:
        return f"is the evidence, {number(log_likelihood)}"
    return f"is {number(log_likelihood - gap)}, below the evidence {number(log_likelihood)}"


class StackStage:
    """A discrete q and the posterior as bars, and the stack they make; ready to be moved."""

    @styled
    def __init__(self, states: Sequence[str], *, widest: float = 6.0) -> None:
        """Draw what stays.

        states: names of the values of z
        widest: range of the stack, nats
        """
        self._states = list(states)
        figure = Figure(figsize=(8.4, 3.2))
        left, right = figure.subplots(1, 2, width_ratios=(1, 1.7))
        places = [float(k) for k in range(len(states))]
        left.set_xticks(places, states)
        left.tick_params(axis="x", length=0)
        left.set(xlim=(-0.6, len(states) - 0.4), ylim=(0, 1.12), xlabel="z")
        left.set(title="q (hollow), posterior (solid)")
        left.set_yticks([0, 0.5, 1])
        self._q = upright(left, [x - 0.2 for x in places], 0.38, HOLLOW)
        self._posterior = upright(left, [x + 0.2 for x in places], 0.38, SOLID)
        self._stack = _Stack(right, widest)
        self._stage = Stage(figure, [*self._q, *self._posterior, *self._stack.artists])

    @numeric
    def show(
        self, q: ArrayLike, posterior: ArrayLike, log_likelihood: float, gap: float
    ) -> Picture:
        """Move to q (K,) and the posterior (K,), with log p(x) and D(q ‖ posterior) in nats."""
        q, p = np.asarray(q, float), np.asarray(posterior, float)
        set_heights(self._q, q)
        set_heights(self._posterior, p)
        said = self._stack.show(float(log_likelihood), float(gap))
        pairs = [
            f"{name} {number(a, 3)} (posterior {number(b, 3)})"
            for name, a, b in zip(self._states, q, p, strict=True)
        ]
        return Picture(self._stage, f"q: {', '.join(pairs)}. {said}")


class DensityStackStage:
    """The same for a continuous z: densities of q and the posterior, and the stack."""

    @styled
    def __init__(self, z: ArrayLike, *, top: float, widest: float = 6.0) -> None:
        """Draw what stays.

        z: (P,), increasing
        top: the highest density that fits the paper
        """
        self._z = np.asarray(z, float)
        figure = Figure(figsize=(8.4, 3.2))
        left, right = figure.subplots(1, 2, width_ratios=(1, 1.5))
        left.set(xlim=(self._z[0], self._z[-1]), ylim=(0, top), xlabel="z", ylabel="density")
        self._shade = left.fill_between(self._z, 0 * self._z, color="#e3e3e3", linewidth=0)
        (self._posterior,) = left.plot([], [], color=COLOURS[0], label="posterior")
        (self._q,) = left.plot([], [], "--", color=COLOURS[1], label="q")
        left.legend(loc="upper left", fontsize=9)
        self._stack = _Stack(right, widest)
        curves = [self._shade, self._posterior, self._q]
        self._stage = Stage(figure, [*curves, *self._stack.artists])

    @numeric
    def show(
        self, q: ArrayLike, posterior: ArrayLike, log_likelihood: float, gap: float
    ) -> Picture:
        """Move to densities q (P,) and posterior (P,), with log p(x) and the gap in nats."""
        q, p = np.asarray(q, float), np.asarray(posterior, float)
        self._shade.set_data(self._z, p, 0)
        self._posterior.set_data(self._z, p)
        self._q.set_data(self._z, q)
        said = self._stack.show(float(log_likelihood), float(gap))
        shared = float(np.trapezoid(np.minimum(q, p), self._z))
        return Picture(
            self._stage, f"q and the posterior have {100 * shared:.0f} % in common. {said}"
        )


class TouchStage:
    """The log-likelihood over θ and one lower bound to it, ready to be moved."""

    @styled
    def __init__(
        self, theta: ArrayLike, log_likelihood: ArrayLike, *, low: float, label: str
    ) -> None:
        """Draw what stays: the log-likelihood (P,) in nats over θ (P,), increasing.

        low: the lowest value that fits the paper
        label: what θ is
        """
        self._theta, self._level = np.asarray(theta, float), np.asarray(log_likelihood, float)
        figure = Figure(figsize=(8.4, 3.8))
        axes = figure.subplots()
        axes.plot(self._theta, self._level, **EVIDENCE)
        room = 0.08 * (self._level.max() - low)
        axes.set(xlim=(self._theta[0], self._theta[-1]), ylim=(low, self._level.max() + room))
        axes.set(xlabel=label, ylabel="nats")
        axes.grid(visible=True)
        (self._bound,) = axes.plot([], [], **BOUND)
        (self._gap,) = axes.plot([], [], color="#8a4570", linewidth=4, solid_capstyle="butt")
        (self._now,) = axes.plot([], [], "o", color=INK, markersize=7, label="at the present θ")
        (self._best,) = axes.plot([], [], "^", color=COLOURS[1], markersize=9, label="its summit")
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
        self._stage = Stage(figure, [self._bound, self._gap, self._now, self._best])

    @numeric
    def show(self, bound: ArrayLike, present: float) -> Picture:
        """Move to a bound (P,) over the same θ, and mark a present θ."""
        curve = np.asarray(bound, float)
        at = int(np.abs(self._theta - present).argmin())
        level, below = self._level[at], curve[at]
        best = int(curve.argmax())
        self._bound.set_data(self._theta, curve)
        self._gap.set_data([present, present], [below, level])
        self._now.set_data([present], [level])
        self._best.set_data([self._theta[best]], [curve[best]])
        gaps = self._level - curve
        nearest = int(gaps.argmin())
        touch = (
            f"touches the log-likelihood at θ = {number(self._theta[nearest], 3)}"
            if gaps[nearest] < 1e-4
            else f"nowhere touches the log-likelihood: the gap is {number(gaps[nearest], 3)} nats "
            "at least"
        )
        gap = max(float(level - below), 0.0)
        return Picture(
            self._stage,
            f"At the present θ = {number(present, 3)} the log-likelihood is {number(level)} and "
            f"the bound {number(below)} nats, a gap of {gap:.3f}. The bound {touch}; "
            f"it is highest at θ = {number(self._theta[best], 3)}.",
        )
