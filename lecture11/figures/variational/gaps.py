"""Where the evidence goes: posteriors beside q, the two gaps, more draws."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Ellipse
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from lecture11.divergence import Normal
from lecture11.figures.marks import (
    PAPER,
    bare,
)
from lecture11.figures.picture import Picture
from lecture11.figures.style import COLOURS, INK, LINES, MARKERS, styled
from lecture11.figures.words import number
from lecture11.variational import Gaps

SIDE = 28


@styled
def posteriors_picture(
    images: ArrayLike,
    densities: ArrayLike,
    nodes: ArrayLike,
    amortised: Normal,
    best: Normal,
    gaps: Gaps,
    *,
    titles: Sequence[str],
) -> Picture:
    """Digits, and under each its posterior on a grid, with q_φ and the best q drawn over it.

    images: (n, 784)
    densities: (n, side, side) at pairs of nodes (side,), first latent down the rows
    amortised, best: fields (n, 2)
    gaps: of the same images
    titles: one each
    """
    pixels, tables, at = (np.asarray(a, float) for a in (images, densities, nodes))
    figure = Figure(figsize=(9, 3.7))
    panels = figure.subplots(2, len(pixels), height_ratios=(0.7, 1), squeeze=False)
    for index, (above, below) in enumerate(panels.T):
        above.imshow(pixels[index].reshape(SIDE, SIDE), cmap=PAPER, vmin=0, vmax=1)
        bare(above)
        above.set_title(titles[index], loc="center", fontsize=10)
        shown = [field[index] for field in map(np.asarray, (amortised.mean, amortised.sd))]
        _posterior(below, tables[index], at, Normal(*shown))
        for q, colour, line in ((amortised, COLOURS[1], "-"), (best, COLOURS[0], "--")):
            _normal_outline(below, q, index, color=colour, linestyle=line)
    handles = [
        Line2D([], [], color="#8a8a8a", linewidth=7, alpha=0.6),
        Line2D([], [], color=COLOURS[1]),
        Line2D([], [], color=COLOURS[0], linestyle="--"),
    ]
    names = ["exact posterior", "$q_\\varphi(z|x)$, 1 and 2 sd", "best q for this x"]
    figure.legend(handles, names, loc="outside lower center", ncols=3, fontsize=10)
    approximation, amortisation = (
        ", ".join(number(gap, 2) for gap in np.asarray(part))
        for part in (gaps.approximation, gaps.amortisation)
    )
    return Picture(
        figure,
        f"Posteriors of {', '.join(titles)}. Their approximation gaps: {approximation} nats; their "
        f"amortisation gaps: {amortisation}.",
    )


def _posterior(axes: Axes, density: np.ndarray, nodes: np.ndarray, q: Normal) -> None:
    """Zoomed to where nearly all of it is, and q."""
    marginals = (density.sum(axis=1), density.sum(axis=0))
    ends = []
    for marginal, mean, sd in zip(marginals, q.mean, q.sd, strict=True):
        share = np.cumsum(marginal) / marginal.sum()
        low, high = (nodes[np.searchsorted(share, level)] for level in (0.002, 0.998))
        ends.append((min(low, mean - 2 * sd), max(high, mean + 2 * sd)))
    reach = 0.7 * max(high - low for low, high in ends) + 0.05
    middles = [(low + high) / 2 for low, high in ends]
    axes.contourf(
        nodes, nodes, density.T, density.max() * np.array([0.02, 0.1, 0.3, 0.6, 0.85, 1]),
        colors=("#e4e4e4", "#c8c8c8", "#a6a6a6", "#828282", "#5c5c5c"),
    )  # fmt: skip
    axes.set(
        xlim=(middles[0] - reach, middles[0] + reach), ylim=(middles[1] - reach, middles[1] + reach)
    )
    axes.set_aspect("equal")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(3))
    axes.tick_params(labelsize=8)


def _normal_outline(axes: Axes, q: Normal, index: int, **look: Any) -> None:
    mean, sd = (np.asarray(field, float)[index] for field in q)
    for scale in (1, 2):
        width, height = 2 * scale * sd
        axes.add_patch(Ellipse(tuple(mean), width, height, fill=False, linewidth=1.8, **look))


@styled
def gaps_picture(groups: Mapping[str, Gaps]) -> Picture:
    """Both gaps of every image, and their means.

    groups: from a name to the gaps of its images
    """
    figure = Figure(figsize=(9, 1.2 + 0.6 * len(groups)))
    axes = figure.subplots()
    rows, said = [], []
    for row, (name, gaps) in enumerate(groups.items()):
        for place, (kind, part) in enumerate(
            (("approximation", gaps.approximation), ("amortisation", gaps.amortisation))
        ):
            at, each = 2 * row + place, np.asarray(part, float)
            rows.append(f"{name}, {kind}")
            look: dict[str, Any] = {"color": COLOURS[place], "clip_on": False}
            axes.plot(each, np.full(each.shape, at), MARKERS[place], alpha=0.5, **look)
            axes.plot([each.mean()] * 2, [at - 0.35, at + 0.35], linewidth=3, **look)
        said.append(
            f"{name}: −log p(x) {number(-float(gaps.log_likelihood.mean()), 3)}, " + _gaps(gaps)
        )
    axes.set(xlabel="gap, nats; the bars are means", yticks=range(len(rows)))
    axes.set_xscale("symlog", linthresh=0.1)
    axes.set_xlim(0, None)
    axes.set_yticklabels(rows)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.grid(visible=True, axis="x")
    return Picture(figure, f"Means in nats per image. {'; '.join(said)}.")


def _gaps(gaps: Gaps) -> str:
    approximation, amortisation = map(np.asarray, (gaps.approximation, gaps.amortisation))
    spread = f"median {number(np.median(amortisation), 2)}, largest {number(amortisation.max(), 2)}"
    return (
        f"approximation gap {number(approximation.mean(), 2)}, amortisation gap "
        f"{number(amortisation.mean(), 2)} ({spread})"
    )


@styled
def draws_picture(
    draws: ArrayLike, bounds: Mapping[str, ArrayLike], *, log_likelihood: float | None = None
) -> Picture:
    """The importance-weighted bound against the number of draws K.

    draws: (D,), increasing
    bounds: from a name to (D,), nats
    log_likelihood: log p(x), which they bound, where it is known
    """
    at = np.asarray(draws, float)
    figure = Figure(figsize=(7.4, 3.4))
    axes = figure.subplots()
    if log_likelihood is not None:
        axes.axhline(log_likelihood, color=INK, linestyle=":", label="log p(x)")
    said = []
    for index, (name, values) in enumerate(bounds.items()):
        curve = np.asarray(values, float)
        axes.plot(
            at, curve, LINES[index] + MARKERS[index], color=COLOURS[index], label=name, markersize=7
        )
        middle = len(at) // 2
        said.append(
            f"{name}: {number(curve[0])} with K = {at[0]:.0f}, {number(curve[middle])} with "
            f"{at[middle]:.0f}, {number(curve[-1])} with {at[-1]:.0f}"
        )
    axes.set(xscale="log", xlabel="draws K", ylabel="bound on log p(x), nats")
    axes.set_xticks(at, [f"{count:.0f}" for count in at])
    axes.minorticks_off()
    axes.grid(visible=True)
    axes.legend(loc="lower right")
    known = "" if log_likelihood is None else f" The evidence is {number(log_likelihood)}."
    return Picture(figure, f"{'; '.join(said)}.{known}")
