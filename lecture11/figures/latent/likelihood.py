"""Curves, counts and criteria: what a number does as something else varies."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from lecture11.figures.picture import Picture, Stage
from lecture11.figures.style import COLOURS, INK, LINES, MARKERS, numeric, styled
from lecture11.figures.words import coordinate, number


@styled
def bound_picture(
    positions: ArrayLike, log_likelihoods: ArrayLike, bounds: ArrayLike, *, label: str
) -> Picture:
    """The log-likelihood along a line through parameter space and EM's lower bound to it.

    positions: (P,), 0 is the present θ, 1 the next
    log_likelihoods, bounds: (P,) in nats
    label: of the horizontal axis
    """
    at, exact, bound = (np.asarray(a, float) for a in (positions, log_likelihoods, bounds))
    figure = Figure(figsize=(7, 3.6))
    axes = figure.subplots()
    axes.plot(at, exact, color=COLOURS[0], label="log-likelihood L")
    axes.plot(at, bound, "--", color=COLOURS[1], label="bound: posterior frozen at 0")
    here, there = (int(np.abs(at - place).argmin()) for place in (0, 1))
    axes.plot(at[here], exact[here], "o", color=INK)
    ends = (bound[there], exact[there])
    apart = float(ends[1] - ends[0])
    shown = (exact[here], *ends, apart)  # all in the places in which the gap is seen
    touched, risen, level, gap = (coordinate(each, max(apart, 0.1)) for each in shown)
    axes.plot([at[there]] * 2, ends, "_-", color=INK, linewidth=1.5, markersize=8)
    axes.annotate(
        f"gap {gap}",
        (at[there], sum(ends) / 2),
        (6, 0),
        textcoords="offset points",
        va="center",
    )
    axes.set(xlabel=label, ylabel="nats")
    reach = float(np.ptp(exact))
    if bound.min() < exact.min() - reach:  # far down it would flatten what is looked at
        axes.set_ylim(exact.min() - reach, exact.max() + 0.1 * reach)
    axes.grid(visible=True)
    axes.legend(loc="best")
    return Picture(
        figure,
        f"At the present θ the two touch, at {touched} nats. At the next the bound has risen to "
        f"{risen} and the log-likelihood above it to {level}: a gap of {gap}. As far as drawn, the "
        f"bound is highest at {number(at[bound.argmax()])}, the log-likelihood at "
        f"{number(at[exact.argmax()])}.",
    )


@styled
def errors_picture(errors: Mapping[str, ArrayLike], rates: Mapping[str, float]) -> Picture:
    """How far runs still are from where they end, cycle by cycle, on a logarithmic axis.

    errors: from a run's name to ‖θ − θ*‖ (C,) after 0, 1, … cycles
    rates: from the same names to the share of a small error that a cycle leaves
    """
    figure = Figure(figsize=(7, 3.6))
    axes = figure.subplots()
    for index, (name, distances) in enumerate(errors.items()):
        curve = np.asarray(distances, float)
        share = f"{name}: {100 * rates[name]:.1f} %"
        axes.semilogy(curve, LINES[index % 4], color=COLOURS[index], label=share)
    axes.set(xlabel="cycles", ylabel="error ‖θ − θ*‖")
    axes.grid(visible=True)
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1), title="left by a cycle, in the end")
    first, *others = [f"{100 * rate:.1f} %{{}} with {name}" for name, rate in rates.items()]
    said = ", ".join([first.format(" of the error"), *(other.format("") for other in others)])
    return Picture(figure, f"In the end a cycle leaves {said}.")


@styled
def optima_picture(
    log_likelihoods: ArrayLike,
    *,
    tolerance: float = 0.01,
    marked: Mapping[str, float] | None = None,
) -> Picture:
    """How often restarts end at which log-likelihood.

    log_likelihoods: (R,), where each run ended, in nats
    tolerance: neighbours within it count as one
    marked: from the name of another start to where it ended

    Raises ValueError where one of them is not finite.
    """
    ends = np.sort(np.asarray(log_likelihoods, float))[::-1]
    if not np.isfinite(ends).all():
        raise ValueError("log_likelihoods: some are NaN or infinite; leave those runs out first.")
    breaks = np.flatnonzero(-np.diff(ends) > tolerance) + 1
    optima = [(group.max(), len(group)) for group in np.split(ends, breaks)]
    values, counts = (np.array(column) for column in zip(*optima, strict=True))
    figure = Figure(figsize=(7, 3))
    axes = figure.subplots()
    axes.vlines(values, 0, counts, color=COLOURS[0], linewidth=3)
    axes.plot(values, counts, "o", color=COLOURS[0])
    axes.set(xlabel="log-likelihood where it ended, nats", ylabel="runs", ylim=(0, None))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(visible=True, axis="y")
    best = f"{counts[0]} of {len(ends)} runs reach the highest, {number(values[0])} nats"
    others = "" if len(values) == 1 else f"; the lowest ends at {number(values[-1])}"
    for name, end in (marked or {}).items():
        axes.axvline(end, color=COLOURS[1], linestyle="--", linewidth=1.5, label=name)
        others += f"; from {name} it is {number(end)}"
    if marked:
        axes.legend(loc="upper left")
    return Picture(figure, f"{best}{others}.")


@styled
def criterion_picture(
    components: Sequence[int],
    criteria: Mapping[str, ArrayLike],
    *,
    name: str,
    tie: float = 2.0,
) -> Picture:
    """A model-selection criterion, lower is better, against the number of components.

    components: (M,)
    criteria: from a model's name to its values (M,)
    tie: how much more than the lowest is no evidence (2, of BIC: Kass & Raftery 1995)
    """
    figure = Figure(figsize=(7, 3.8))
    axes = figure.subplots()
    said = []
    for index, (model, values) in enumerate(criteria.items()):
        curve = np.asarray(values, float)
        ringed = np.flatnonzero(curve <= curve.min() + tie)
        axes.plot(
            components,
            curve,
            LINES[index % 4],
            marker=MARKERS[index],
            color=COLOURS[index],
            label=model,
        )
        axes.plot(
            np.take(components, ringed), curve[ringed], "o", markersize=15, color="none",
            markeredgecolor=COLOURS[index],
        )  # fmt: skip
        tied = " or ".join(f"{components[at]} ({number(curve[at])})" for at in ringed.tolist())
        said.append(f"{model} {tied}")
    axes.set(xlabel="components K", ylabel=name)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(visible=True)
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return Picture(figure, f"{name} is lowest, to {number(tie)}, at K = {', '.join(said)}: ringed.")


class CoinStage:
    """The log-likelihood of a coin's bias and a point on it, ready to be moved."""

    LOWEST = -30.0
    """Of the axis, in nats."""

    @styled
    def __init__(self, biases: ArrayLike) -> None:
        """Draw what stays: axes for the log-likelihood of each bias (P,)."""
        self._biases = np.asarray(biases, float)
        figure = Figure(figsize=(7, 3.4))
        axes = figure.subplots()
        axes.set(xlim=(0, 1), ylim=(self.LOWEST, 0))
        axes.set(xlabel="bias b", ylabel="log-likelihood L(b), nats")
        axes.grid(visible=True)
        (self._curve,) = axes.plot([], [], color=COLOURS[0])
        (self._drop,) = axes.plot([], [], ":", color=COLOURS[1])
        (self._point,) = axes.plot(
            [], [], "o", color=COLOURS[1], markersize=9, clip_on=False, zorder=5
        )
        self._stage = Stage(figure, [self._curve, self._drop, self._point])

    @numeric
    def at_bias(self, curve: ArrayLike, bias: float, log_likelihood: float) -> Picture:
        """Move to a bias on the curve (P,); take the image before moving again."""
        self._move(curve, bias, float(log_likelihood))
        return Picture(
            self._stage,
            f"With bias {number(bias)} the log-likelihood of the tosses is "
            f"{number(log_likelihood)} nats.",
        )

    @numeric
    def after(self, seen: ArrayLike, of: int, curve: ArrayLike) -> Picture:
        """Move to the curve (P,) after some of ``of`` tosses; take the image before moving again.

        seen: (count,), 1 for heads. The point is where the curve is highest; before the first toss,
            in the middle.
        """
        tosses, level = np.asarray(seen), np.asarray(curve, float)
        best = float(tosses.mean()) if len(tosses) else 0.5
        self._move(level, best, float(np.interp(best, self._biases, level)))
        return Picture(
            self._stage,
            f"After {len(tosses)} of {of} tosses, {tosses.sum()} of them heads, the most likely "
            f"bias is {number(best, 2)}."
            if len(tosses)
            else "Before the first toss no bias is more likely than another.",
        )

    def _move(self, curve: ArrayLike, bias: float, level: float) -> None:
        self._curve.set_data(self._biases, np.asarray(curve, float))
        self._drop.set_data([bias, bias], [self.LOWEST, level])
        self._point.set_data([bias], [level])
