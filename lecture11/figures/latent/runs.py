"""Scores of several methods over several runs."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from numpy.typing import ArrayLike

from lecture11.figures.picture import Picture
from lecture11.figures.style import COLOURS, INK, LINES, MARKERS, styled


def mean_and_spread(runs: ArrayLike) -> str:
    """'66 ± 2 %': mean and standard deviation over runs of a share; of one run its share alone."""
    values = 100 * np.asarray(runs, float)
    spread = f" ± {values.std(ddof=1):.0f}" if values.size > 1 else ""
    return f"{values.mean():.0f}{spread} %"


@styled
def runs_picture(
    scores: Mapping[str, ArrayLike],
    *,
    label: str,
    chance: float | None = None,
) -> Picture:
    """Small dots are runs, large marks their means with one standard deviation.

    scores: from a method's name to the share that each of its runs got right
    label: of the axis
    chance: what always giving the most frequent answer gets, a dotted line; None for no line
    """
    figure = Figure(figsize=(8, 0.9 + 0.42 * len(scores)))
    axes = figure.subplots()
    places = np.arange(len(scores))[::-1]
    for place, values in zip(places, scores.values(), strict=True):
        runs = np.asarray(values, float)
        axes.plot(runs, np.full(len(runs), place), ".", color=COLOURS[0], alpha=0.4, markersize=6)
        axes.errorbar(
            runs.mean(), place, xerr=runs.std(ddof=1), fmt="o", color=COLOURS[0], capsize=4
        )
    guessed = ""
    if chance is not None:
        axes.axvline(chance, color=INK, linestyle=":", linewidth=1.2)
        guessed = (
            f" The dotted line, {100 * chance:.0f} %, is what always giving the most frequent "
            "answer gets."
        )
    axes.set(xlabel=label, ylim=(-0.6, len(scores) - 0.4), xlim=(0, 1.02))
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.set_yticks(places, list(scores))
    axes.grid(visible=True, axis="x")
    said = "; ".join(f"{name} {mean_and_spread(runs)}" for name, runs in scores.items())
    count = len(np.asarray(next(iter(scores.values()))))
    return Picture(
        figure,
        f"Right, mean ± standard deviation over {count} runs: {said}.{guessed}",
    )


@styled
def growth_picture(
    amounts: Sequence[int], scores: Mapping[str, ArrayLike], *, labels: tuple[str, str]
) -> Picture:
    """The share that is right as evidence grows: means over runs, with one standard deviation.

    amounts: of evidence, (A,)
    scores: from a method's name to the share that each run got right, (runs, A)
    labels: of the two axes
    """
    figure = Figure(figsize=(8, 3.6))
    axes = figure.subplots()
    said = []
    for index, (name, values) in enumerate(scores.items()):
        runs = np.asarray(values, float)
        mean, spread = runs.mean(axis=0), runs.std(axis=0, ddof=1)
        axes.errorbar(
            amounts, mean, yerr=spread, fmt=LINES[index % 4], marker=MARKERS[index],
            color=COLOURS[index], capsize=4, label=name,
        )  # fmt: skip
        per_cent = (100 * runs).mean(axis=0)  # as mean_and_spread rounds it
        said.append(f"{name} {', '.join(f'{share:.0f}' for share in per_cent)}")
    axes.set_xscale("log", base=2)
    axes.set_xticks(list(amounts), [str(amount) for amount in amounts])
    axes.minorticks_off()
    axes.set(xlabel=labels[0], ylabel=labels[1], ylim=(0, 1.04))
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.grid(visible=True)
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    count = len(np.asarray(next(iter(scores.values()))))
    return Picture(
        figure,
        f"Right, in %, means over {count} runs at {', '.join(map(str, amounts))} {labels[0]}: "
        f"{'; '.join(said)}.",
    )
