"""A density, the normals that stand in for it, and what each direction of KL adds up."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from lecture11.divergence import Gaussian
from lecture11.figures.marks import ellipse
from lecture11.figures.picture import Picture, Stage
from lecture11.figures.style import COLOURS, INK, LINES, MARKERS, numeric, styled
from lecture11.figures.words import count_word, number

FORWARD: dict[str, Any] = {"color": COLOURS[0], "linestyle": "-"}
REVERSE: dict[str, Any] = {"color": COLOURS[1], "linestyle": "--"}
"""How a fit looks, by its direction."""
SHADE = "#e4e4e4"


@styled
def target_picture(x: ArrayLike, p: ArrayLike) -> Picture:
    """A density with its modes and what lies between them.

    x: (P,), increasing
    p: (P,), its density there
    """
    at, density = np.asarray(x, float), np.asarray(p, float)
    turns = np.diff(np.sign(np.diff(density)))
    modes, troughs = (1 + np.flatnonzero(side * turns > 0) for side in (-1, 1))
    heights = sorted({number(density[k], 2) for k in modes}, key=float, reverse=True)
    words = f"{count_word(len(modes))} mode{'s' if len(modes) > 1 else ''} of height "
    words += " and ".join(heights)
    for k in troughs:
        words += f", and between them, at {number(round(at[k], 2))}, a density of only "
        words += number(density[k], 2)
    return Picture(_densities(at, density, {}), f"The target p: {words}.")


class Divergences(NamedTuple):
    """Of a fit q to p, in both directions, in nats."""

    forward: float
    """D_KL(p ‖ q)."""
    reverse: float
    """D_KL(q ‖ p)."""


@styled
def fits_picture(
    x: ArrayLike,
    p: ArrayLike,
    fits: Mapping[str, ArrayLike],
    divergences: Mapping[str, Divergences],
) -> Picture:
    """A density, shaded, under those that stand in for it.

    x: (P,), increasing
    p: (P,), its density there
    fits: from a name to a density (P,)
    divergences: from the same names
    """
    said = "; ".join(
        f"{name}: D(p ‖ q) = {number(each.forward, 3)}, D(q ‖ p) = {number(each.reverse, 3)} nats"
        for name, each in divergences.items()
    )
    return Picture(_densities(np.asarray(x), np.asarray(p), fits), f"{said}.")


def _densities(x: np.ndarray, p: np.ndarray, fits: Mapping[str, ArrayLike]) -> Figure:
    figure = Figure(figsize=(7 if fits else 5, 3.4))
    axes = figure.subplots()
    axes.fill_between(x, p, color=SHADE, linewidth=0)
    axes.plot(x, p, color=INK, linewidth=1.2, label="p")
    for index, (name, q) in enumerate(fits.items()):
        axes.plot(x, np.asarray(q), LINES[index % 4], color=COLOURS[index], label=name)
    axes.set(xlabel="x", ylabel="density", ylim=(0, None))
    axes.margins(x=0)
    if fits:
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return figure


@styled
def integrands_picture(
    x: ArrayLike, log_p: ArrayLike, log_fits: Mapping[str, ArrayLike]
) -> Picture:
    """What each direction of KL adds up for each fit: the area under p (log p − log q), where p
    averages, beside that under q (log q − log p), where q does; on one scale for each fit.

    x: (P,), increasing, in equal steps
    log_p: (P,), finite
    log_fits: from a fit's name to log q
    """
    x, target = np.asarray(x, float), np.asarray(log_p, float)
    figure = Figure(figsize=(8.4, 2.6 * len(log_fits) + 0.3))
    rows = figure.subplots(len(log_fits), 2, sharex=True, sharey="row", squeeze=False)
    said = []
    for (name, log_q), (left, right) in zip(log_fits.items(), rows, strict=True):
        q = np.asarray(log_q, float)
        forward, reverse = np.exp(target) * (target - q), np.exp(q) * (q - target)
        totals = [float(np.trapezoid(values, x)) for values in (forward, reverse)]
        for axes, values, total, what in (
            (left, forward, totals[0], "p (log p − log q)"),
            (right, reverse, totals[1], "q (log q − log p)"),
        ):
            _signed_area(axes, x, values)
            axes.set_title(f"{name}: {what}, area {number(total, 3)}")
        said.append(
            f"{name}: D(p ‖ q) = {number(totals[0], 3)} nats, largest near x = "
            f"{_summit(x, forward)}; D(q ‖ p) = {number(totals[1], 3)}, largest near x = "
            f"{_summit(x, reverse)}"
        )
    for axes in rows[-1]:
        axes.set_xlabel("x")
        axes.xaxis.set_major_locator(MaxNLocator(7, integer=True))
    return Picture(figure, f"{'. '.join(said)}.")


def _signed_area(axes: Axes, x: np.ndarray, values: np.ndarray) -> None:
    axes.fill_between(x, values, where=values >= 0, color=COLOURS[1], alpha=0.6, linewidth=0)
    axes.fill_between(
        x, values, where=values <= 0, facecolor="white", edgecolor=COLOURS[0], hatch="////",
        linewidth=0,
    )  # fmt: skip
    axes.plot(x, values, color=INK, linewidth=1)
    axes.axhline(0, color=INK, linewidth=0.6)
    axes.margins(x=0)
    axes.yaxis.set_major_locator(MaxNLocator(4))


def _summit(x: np.ndarray, values: np.ndarray) -> str:
    """The leftmost of equal summits, whatever rounding says."""
    return number(np.round(x[values >= (1 - 1e-6) * values.max()][0], 2))


@styled
def sampling_picture(
    counts: ArrayLike, means: ArrayLike, standard_errors: ArrayLike, exact: float
) -> Picture:
    """Monte Carlo estimates of a divergence, two standard errors up and down, beside its value.

    counts, means, standard_errors: (E,), of each estimate its number of samples, mean and error
    """
    n, found, errors = (np.asarray(a, float) for a in (counts, means, standard_errors))
    figure = Figure(figsize=(7, 3))
    axes = figure.subplots()
    axes.axhline(exact, color=INK, linewidth=1.2, label="quadrature")
    axes.errorbar(
        n, found, 2 * errors, fmt=MARKERS[0], color=COLOURS[0], capsize=4,
        label="sampling, ± 2 standard errors",
    )  # fmt: skip
    axes.set(xscale="log", xlabel="samples", ylabel="nats")
    axes.grid(visible=True)
    axes.legend(loc="upper right")
    within = int((np.abs(found - exact) <= 2 * errors).sum())
    return Picture(
        figure,
        f"Quadrature gives {number(exact, 3)} nats. {within} of {len(n)} estimates by sampling are "
        f"within two standard errors of it; the standard error falls from {number(errors[0], 2)} "
        f"with {n[0]:.0f} samples to {number(errors[-1], 2)} with {n[-1]:.0f}.",
    )


class FactorisedStage:
    """A correlated Gaussian in the plane and its two factorised fits, ready to be moved."""

    @styled
    def __init__(self, reach: float) -> None:
        """Draw what stays: square axes from −reach to reach."""
        figure = Figure(figsize=(6.6, 4.4))
        axes = figure.subplots()
        axes.set(xlabel="$x_1$", ylabel="$x_2$", xlim=(-reach, reach), ylim=(-reach, reach))
        axes.set_aspect("equal")
        axes.grid(visible=True)
        (self._shade,) = axes.fill([0], [0], color=SHADE, linewidth=0)
        styles = ({"color": INK, "linewidth": 1.5}, FORWARD, REVERSE)
        self._outlines = [axes.plot([], [], **style)[0] for style in styles]
        axes.legend(
            self._outlines, ["p", "forward fit", "reverse fit"],
            loc="upper left", bbox_to_anchor=(1, 1),
        )  # fmt: skip
        self._stage = Stage(figure, [self._shade, *self._outlines])

    @numeric
    def show(
        self,
        p: Gaussian,
        forward: Gaussian,
        reverse: Gaussian,
        divergences: tuple[float, float],
        volumes: tuple[float, float],
    ) -> Picture:
        """Move to p and its fits; ellipses at one standard deviation.

        divergences: D_KL(p ‖ forward) and D_KL(reverse ‖ p), nats
        volumes: of the two, over p's
        """
        for outline, gaussian in zip(self._outlines, (p, forward, reverse), strict=True):
            outline.set_data(*ellipse(gaussian.mean, gaussian.covariance))
        self._shade.set_xy(self._outlines[0].get_xydata())
        fits = zip(
            ("Forward", "Reverse"), (forward, reverse), ("p ‖ q", "q ‖ p"), divergences, volumes,
            strict=True,
        )  # fmt: skip
        said = []
        for name, q, order, divergence, volume in fits:
            variances = np.diagonal(np.asarray(q.covariance))
            said.append(
                f"{name} fit: variances {number(variances[0], 3)} and {number(variances[1], 3)}, "
                f"area {number(volume, 3)} times that of p, D({order}) = {number(divergence, 3)} "
                "nats"
            )
        covariance = np.asarray(p.covariance)
        rho = covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1])
        return Picture(self._stage, f"Correlation {number(rho, 3)}. {'. '.join(said)}.")
