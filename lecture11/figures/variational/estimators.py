"""Gradient estimators: what the objective says, how its estimates scatter, what relaxing costs."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from lecture11.figures.picture import Picture, Stage
from lecture11.figures.style import COLOURS, INK, LINES, MARKERS, numeric, styled
from lecture11.figures.words import number


def _look(index: int) -> dict[str, Any]:
    """Of the index-th estimator: the same in every picture."""
    return {"color": COLOURS[index], "marker": MARKERS[index], "linestyle": LINES[index % 4]}


@styled
def objective_picture(
    phis: ArrayLike, bounds: ArrayLike, divergences: ArrayLike, *, label: str
) -> Picture:
    """The slide's forms (1) and (2) as q changes: the ELBO and the divergence to the posterior.

    phis: (P,), the parameter of q
    bounds, divergences: (P,), sums over the data, nats
    label: of the parameter
    """
    at, bound, gap = (np.asarray(a, float) for a in (phis, bounds, divergences))
    figure = Figure(figsize=(9, 3.5))
    left, right = figure.subplots(1, 2)
    log_likelihood = bound + gap
    left.plot(at, log_likelihood, ":", color=INK, label="log-evidence = (1) + (2)")
    left.plot(at, bound, color=COLOURS[0], label="(1): the ELBO")
    right.plot(at, gap, "--", color=COLOURS[1], label="(2): the divergence")
    best, least, most = int(bound.argmax()), int(gap.argmin()), int(gap.argmax())
    left.plot(at[best], bound[best], MARKERS[0], color=COLOURS[0], markersize=9)
    right.plot(at[least], gap[least], MARKERS[0], color=COLOURS[1], markersize=9)
    right.plot(at[most], gap[most], "X", color=INK, markersize=10, clip_on=False)
    late = most > len(at) // 2
    right.annotate(
        "argmax, as printed", (at[most], gap[most]), (-12 if late else 12, 0),
        textcoords="offset points", ha="right" if late else "left", va="center", fontsize=10,
    )  # fmt: skip
    for axes in (left, right):
        axes.set(xlabel=label, ylabel="nats")
        axes.grid(visible=True)
    left.legend(loc="lower right", fontsize=9)
    right.legend(loc="center right", fontsize=9)
    total, spread = float(log_likelihood.mean()), float(np.ptp(log_likelihood))
    around = "" if spread < 1e-3 * abs(total) else f" ± {number(spread, 2)}"
    highest = f"{number(at[most], 3)}, {number(gap[most], 3)} nats"
    return Picture(
        figure,
        f"(1) is highest at {number(at[best], 3)}, {number(bound[best])} nats. (2) is lowest at "
        f"{number(at[least], 3)}, {number(gap[least], 3)} nats; it is highest at {highest}, where "
        f"(1) is {number(bound[most])}. Their sum stays at {number(total)}{around}.",
    )


@styled
def variance_picture(
    samples: ArrayLike,
    variances: Mapping[str, ArrayLike],
    *,
    exact: Mapping[str, float],
    title: str,
) -> Picture:
    """The measured variance of each estimator against its number of samples.

    samples: (S,)
    variances: from an estimator's name to (S,), NaN where it needs more samples
    exact: for some of them the exact variance with one sample, which S samples divide by S
    """
    figure = Figure(figsize=(8.4, 3.8))
    axes = figure.subplots()
    _variance_axes(axes, np.asarray(samples, float))
    said = []
    for index, (name, values) in enumerate(variances.items()):
        curve = np.asarray(values, float)
        axes.plot(samples, curve, markersize=7, label=name, **_look(index))
        last = f"{number(curve[-1], 2)} with {np.asarray(samples)[-1]}"
        if name in exact:
            axes.plot(samples, exact[name] / np.asarray(samples, float), color=INK, linewidth=0.8)
            said.append(f"{name} {number(exact[name], 3)} with 1 sample (exact), {last} (measured)")
        else:
            said.append(f"{name} {last} (measured)")
    axes.set_title(title)
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return Picture(figure, f"Variance of the estimates: {'; '.join(said)}.")


def _variance_axes(axes: Axes, samples: np.ndarray) -> None:
    axes.set(xscale="log", yscale="log", xlabel="samples S", ylabel="variance of the estimate")
    axes.set_xlim(samples[0] / 1.3, samples[-1] * 1.3)
    axes.set_xticks(samples, [f"{count:.0f}" for count in samples])
    axes.minorticks_off()
    axes.grid(visible=True)


@styled
def relaxation_picture(
    temperatures: ArrayLike,
    means: ArrayLike,
    errors: ArrayLike,
    sds: ArrayLike,
    *,
    exact: float,
    score_function_sd: float,
) -> Picture:
    """What a relaxation buys and costs as its temperature falls: bias left, spread right.

    temperatures: (T,)
    means, errors: (T,), the mean of one component's estimates and its standard error
    sds: (T,), of one sample
    exact: that component
    score_function_sd: of one sample, with a baseline
    """
    at, mean, error, sd = (np.asarray(a, float) for a in (temperatures, means, errors, sds))
    figure = Figure(figsize=(9, 3.5))
    left, right = figure.subplots(1, 2)
    left.axhline(exact, color=INK, linestyle=":", label="exact")
    left.errorbar(
        at, mean, 2 * error, fmt="-" + MARKERS[3], color=COLOURS[3], capsize=4, label="relaxed"
    )
    right.plot(at, sd, "-" + MARKERS[3], color=COLOURS[3], label="relaxed")
    right.axhline(
        score_function_sd, color=COLOURS[1], linestyle="--", label="score function, baseline"
    )
    for axes in (left, right):
        axes.set(xscale="log", xlabel="temperature τ")
        axes.set_xticks(at, [f"{tau:g}" for tau in at])
        axes.minorticks_off()
        axes.grid(visible=True)
    left.set_ylabel("mean of the estimates")
    right.set(ylabel="standard deviation, 1 sample", ylim=(0, None))
    left.legend(loc="best", fontsize=9)
    right.legend(loc="best", fontsize=9)
    hot, cold = int(at.argmax()), int(at.argmin())
    return Picture(
        figure,
        f"Exact {number(exact, 3)}. Relaxed at τ = {at[hot]:g}: mean {number(mean[hot], 2)}, sd "
        f"{number(sd[hot], 2)}; at τ = {at[cold]:g}: mean {number(mean[cold], 2)}, sd "
        f"{number(sd[cold], 2)}. The score function with a baseline is unbiased, sd "
        f"{number(score_function_sd, 2)}.",
    )


class EstimatorStage:
    """Variance against number of samples, and where the estimates fall, ready to be moved."""

    @styled
    def __init__(
        self, samples: Sequence[int], names: Sequence[str], *, top: float, reach: float
    ) -> None:
        """Draw what stays.

        samples: (S,), the numbers of samples, increasing
        names: of the estimators, four at most
        top, reach: the largest variance and the largest error that fit on the paper
        """
        self._samples, self._names = np.asarray(samples), tuple(names)
        figure = Figure(figsize=(9, 3.7))
        left, right = figure.subplots(1, 2, width_ratios=(1.15, 1))
        _variance_axes(left, self._samples.astype(float))
        left.set_ylim(top / 1e7, top)
        (self._here,) = left.plot([1, 1], [top / 1e7, top], ":", color=INK, linewidth=1.2)
        self._curves, self._bars, self._middles = [], [], []
        for index in range(len(self._names)):
            look = _look(index)
            self._curves.append(left.plot([], [], markersize=6, **look)[0])
            bar, middle = ({"linestyle": "-", "marker": ""}, {"linestyle": "", "markersize": 8})
            self._bars.append(right.plot([], [], **{**look, **bar, "linewidth": 5})[0])
            self._middles.append(right.plot([], [], **{**look, **middle})[0])
        right.axvline(0, color=INK, linestyle=":")
        right.set(xlabel="estimate − exact: mean ± 1 sd")
        right.set_ylim(len(self._names) - 0.3, -0.7)
        right.set_yticks(range(len(self._names)), self._names)
        right.grid(visible=True, axis="x")
        right.set_xlim(-reach, reach)
        right.xaxis.set_major_locator(MaxNLocator(5))
        self._stage = Stage(figure, [self._here, *self._curves, *self._bars, *self._middles])

    @numeric
    def show(
        self, size: int, means: ArrayLike, variances: ArrayLike, *, exact: float, name: str
    ) -> Picture:
        """Move to a number of samples, the size-th.

        means, variances: (estimators, S), of the estimates, NaN where one needs more samples
        exact: the gradient
        name: of what it is a gradient
        """
        mean, variance = np.asarray(means, float), np.asarray(variances, float)
        count = int(self._samples[size])
        self._here.set_xdata([count, count])
        said = []
        for index, title in enumerate(self._names):
            self._curves[index].set_data(self._samples, variance[index])
            centre, sd = mean[index, size] - exact, variance[index, size] ** 0.5
            seen = np.isfinite(centre)
            self._bars[index].set_data(
                [centre - sd, centre + sd] if seen else [], [index, index] if seen else []
            )
            self._middles[index].set_data([centre] if seen else [], [index] if seen else [])
            said.append(
                f"{title} {number(variance[index, size], 2)}" if seen else f"{title} needs 2"
            )
        samples = "1 sample" if count == 1 else f"{count} samples"
        return Picture(
            self._stage,
            f"Gradient of {name}: exactly {number(exact, 3)}. Variance of an estimate with "
            f"{samples}: {'; '.join(said)}.",
        )
