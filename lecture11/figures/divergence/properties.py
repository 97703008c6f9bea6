"""Properties of KL: never negative, never larger when binned, the same in any coordinate."""

from typing import NamedTuple

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from lecture11.figures.picture import Picture
from lecture11.figures.style import COLOURS, styled
from lecture11.figures.words import number


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
    below = int((d < 2 * tv**2 * (1 - 1e-9)).sum())
    return Picture(
        figure,
        f"Of {len(d):,} random pairs {int((d < 0).sum())} have a negative D. The smallest is "
        f"{number(d[least], 2)} nats, where p and q are {number(tv[least], 2)} apart in total "
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
