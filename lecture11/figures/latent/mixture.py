"""Gaussian mixtures in the plane: points shared out among components, and how EM gets there."""

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from lecture11.figures.marks import WIDE_HALO, ellipse
from lecture11.figures.picture import Picture
from lecture11.figures.style import (
    COLOURS,
    INK,
    LINES,
    MARKER_NAMES,
    MARKERS,
    PALETTE,
    styled,
)
from lecture11.figures.words import coordinate, cycles, number
from lecture11.iteration import Run
from lecture11.latent import GaussianMixtureParameters

NO_MODEL = "#777777"


class MixtureView:
    """Data, means and one-standard-deviation contours on some axes, ready to be moved.

    Each point is coloured by its responsibilities, mixing the components' colours, and has the
    marker of the component that answers for most of it.
    """

    def __init__(
        self, axes: Axes, data: ArrayLike, components: int, *, reach: float = 0.68
    ) -> None:
        """Make the artists, once; :meth:`show` only moves them.

        reach: of the frame from its middle, in ranges of the data: contours may lie outside them
        """
        if components > len(COLOURS):
            raise ValueError(f"components: can tell {len(COLOURS)} apart, got {components}.")
        self.data = np.asarray(data)
        self.points = [
            axes.scatter([], [], s=16, marker=MARKERS[k], linewidths=0, alpha=0.55)
            for k in range(components)
        ]
        self.contours, self.centres, self.names = [], [], []
        for k in range(components):
            on_top: dict[str, Any] = {"color": COLOURS[k], "zorder": 3, "path_effects": [WIDE_HALO]}
            self.contours += axes.plot([], [], linestyle=LINES[k % 4], **on_top)
            on_top["zorder"] = 4
            self.centres += axes.plot([], [], MARKERS[k], markersize=8, **on_top)
            self.names.append(
                axes.annotate(
                    str(k + 1), (0, 0), (7, 5), textcoords="offset points", weight="bold", **on_top
                )
            )
        low, high = self.data.min(axis=0), self.data.max(axis=0)
        middle, half = (low + high) / 2, reach * (high - low).max()
        axes.set_aspect("equal", "box")
        axes.set(xlim=(middle[0] - half, middle[0] + half))
        axes.set(ylim=(middle[1] - half, middle[1] + half))
        axes.locator_params(nbins=5)
        self.axes = axes

    @property
    def artists(self) -> list[Artist]:
        """Everything that :meth:`show` moves, from the bottom up."""
        return [*self.points, *self.contours, *self.centres, *self.names]

    def show(
        self, means: ArrayLike, covariances: ArrayLike, responsibilities: ArrayLike | None
    ) -> None:
        """Move all artists; without responsibilities the points are drawn grey."""
        if responsibilities is None:
            owner = np.zeros(len(self.data), int)
            colours = np.broadcast_to(to_rgb(NO_MODEL), (len(self.data), 3))
        else:
            gamma = np.asarray(responsibilities)
            owner = gamma.argmax(axis=1)
            colours = np.clip(gamma @ PALETTE[: gamma.shape[1]], 0, 1)
        for k, marks in enumerate(self.points):
            marks.set_offsets(self.data[owner == k])
            marks.set_facecolor(colours[owner == k])
        for k, (mean, covariance) in enumerate(
            zip(np.asarray(means), np.asarray(covariances), strict=True)
        ):
            self.contours[k].set_data(*ellipse(mean, covariance))
            self.centres[k].set_data([mean[0]], [mean[1]])
            self.names[k].xy = mean


@styled
def _panels(
    data: ArrayLike,
    fits: GaussianMixtureParameters,
    responsibilities: Sequence[ArrayLike | None],
    titles: Sequence[str],
    labels: tuple[str, str],
    *,
    columns: int = 3,
    reach: float = 0.68,
) -> tuple[Figure, np.ndarray]:
    """Several mixtures over the same data, side by side; the figure and its axes.

    data (n, 2); fits, parameters stacked (F, …); responsibilities, for each panel (n, K), or None
    for grey points; titles of the panels; labels of the two axes.
    """
    rows = -(-len(titles) // columns)
    figure = Figure(figsize=(7.8, 0.55 + (7 / columns + 0.25) * rows))
    axes = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
    for panel, title in enumerate(titles):
        components = np.asarray(fits.weights).shape[1]
        view = MixtureView(axes[panel], data, components, reach=reach)
        view.show(fits.means[panel], fits.covariances[panel], responsibilities[panel])
        if columns > 3:  # too small for numbers
            for centre, name in zip(view.centres, view.names, strict=True):
                centre.set_markersize(4)
                name.set_visible(False)
        axes[panel].set_title(title)
    for spare in axes[len(titles) :]:
        spare.set_axis_off()
    figure.supxlabel(labels[0], fontsize=11)
    figure.supylabel(labels[1], fontsize=11)
    return figure, axes


@styled
def em_panels(
    data: ArrayLike,
    run: Run,
    responsibilities: ArrayLike,
    *,
    labels: tuple[str, str],
) -> Picture:
    """Frames of an EM run side by side, as in Bishop's Figure 9.8: first the start, still without
    responsibilities, then every frame with its own.

    data: (n, 2)
    run: with F frames of two components, the first after no cycle
    responsibilities: (F, n, 2), of each frame
    labels: of the two axes
    """
    steps, levels = run.frame_steps, np.asarray(run.infos.log_likelihood)
    titles = ["start", *("first E-step" if step == 0 else cycles(step) for step in steps)]
    if len(titles) > 12:
        raise ValueError(f"run: room for 11 frames at most, got {len(steps)}; show fewer.")
    shown = [0, *range(len(steps))]
    last = GaussianMixtureParameters(*(field[-1] for field in run.frames))
    rise = f"{number(levels[0])} to {number(levels[-1])} nats"
    figure, axes = _panels(
        data,
        jax.tree.map(lambda field: np.asarray(field)[shown], run.frames),
        [None, *np.asarray(responsibilities)],
        [f"({letter}) {title}" for letter, title in zip("abcdefghijkl", titles, strict=False)],
        labels,
    )
    _key_to_colours(figure, axes)
    words = f"{cycles(steps[-1])} of EM raise the log-likelihood from {rise}. {in_words(last)}"
    return Picture(figure, words)


def _key_to_colours(figure: Figure, axes: np.ndarray) -> None:
    """A bar from the colour of component 1 to that of 2."""
    mixed = LinearSegmentedColormap.from_list("mixed", COLOURS[:2])
    bar = figure.colorbar(ScalarMappable(cmap=mixed), ax=axes, shrink=0.5, aspect=30)
    bar.set_ticks([0, 0.5, 1], labels=["all 1", "half", "all 2"])
    bar.set_label("responsibility")


@styled
def collapse_panels(
    data: ArrayLike,
    start: GaussianMixtureParameters,
    runs: tuple[Run, Run],
    responsibilities: tuple[ArrayLike, ArrayLike],
    *,
    labels: tuple[str, str],
) -> Picture:
    """A start whose second component is very small, and where EM led from it, magnified.

    data: (n, 2)
    runs: without a prior, and with one
    responsibilities: at their ends, (n, 2)
    labels: of the two axes
    """
    said = []
    for name, run in zip(("without a prior", "with one"), runs, strict=True):
        share = 100 * float(run.state.weights[1])
        fate = " and reported as collapsed" if run.info.collapsed[1] else ""
        nats = number(run.info.log_likelihood)
        said.append(f"{name} at {nats} nats, component 2 with {share:.1f} % of the points{fate}")
    fits = jax.tree.map(lambda *fields: np.stack(fields), start, *(run.state for run in runs))
    after = [cycles(int(run.frame_steps[-1])) for run in runs]
    titles = ["start", after[0], f"{after[1]}, with a prior"]
    figure, axes = _panels(data, fits, [None, *responsibilities], titles, labels)
    _magnify(axes[1], data, runs[0].state, responsibilities[0])
    words = f"From a start with one very small component, EM ends {'; '.join(said)}."
    return Picture(figure, words)


def _magnify(
    axes: Axes, data: ArrayLike, fit: GaussianMixtureParameters, responsibilities: ArrayLike
) -> None:
    """What surrounds component 2, in a corner of the axes."""
    mean, covariance = np.asarray(fit.means)[1], np.asarray(fit.covariances)[1]
    half = 2 * float(np.sqrt(np.linalg.eigvalsh(covariance)[-1]))
    inset = axes.inset_axes((0.02, 0.56, 0.42, 0.42))
    view = MixtureView(inset, data, 2)
    view.show(fit.means, fit.covariances, responsibilities)
    for points in view.points:
        points.set(sizes=[60], zorder=5)
    for cover in (*view.centres, *view.names):
        cover.set_visible(False)
    inset.set(xlim=(mean[0] - half, mean[0] + half), ylim=(mean[1] - half, mean[1] + half))
    inset.set(xticks=[], yticks=[])
    inset.spines[:].set_visible(True)
    axes.indicate_inset_zoom(inset, edgecolor=INK)


@styled
def optima_panels(
    data: ArrayLike,
    optima: GaussianMixtureParameters,
    responsibilities: ArrayLike,
    log_likelihoods: ArrayLike,
    runs: ArrayLike,
    *,
    labels: tuple[str, str],
) -> Picture:
    """The different ends of many runs side by side, each with how many runs came there.

    data: (n, 2)
    optima: stacked (F, …), the highest first
    responsibilities: (F, n, K)
    log_likelihoods, runs: (F,), nats and counts
    labels: of the two axes
    """
    levels, counts = np.asarray(log_likelihoods, float), np.asarray(runs, int)
    titles = [
        f"{count} run{'' if count == 1 else 's'}: {number(level)}"
        for count, level in zip(counts, levels, strict=True)
    ]
    shares = list(np.asarray(responsibilities))
    columns = max(3, len(titles))
    figure, _ = _panels(data, optima, shares, titles, labels, columns=columns, reach=0.54)
    widths = np.sqrt(np.linalg.eigvalsh(np.asarray(optima.covariances[0]))[:, 0])
    thin = int(widths.argmin())
    share = 100 * float(optima.weights[0][thin])
    reached = ", ".join(
        f"{count} at {number(level)}" for count, level in zip(counts[1:], levels[1:], strict=True)
    )
    return Picture(
        figure,
        f"{counts[0]} of {counts.sum()} runs end at the highest, {number(levels[0])} nats"
        f"{reached and f'; {reached}'}. The narrowest component of the highest has {share:.0f} % "
        f"of the points and a standard deviation of {number(widths[thin], 2)} across.",
    )


@styled
def kmeans_panels(
    data: ArrayLike,
    balls: GaussianMixtureParameters,
    responsibilities: ArrayLike,
    gaps: Sequence[float],
    *,
    labels: tuple[str, str],
) -> Picture:
    """The same two means with ever smaller round covariances: how EM becomes K-means.

    data: (n, 2)
    balls: stacked (F, …)
    responsibilities: (F, n, 2)
    gaps: (F,), how far the next means are from those of K-means
    labels: of the two axes
    """
    gamma = np.asarray(responsibilities, float)
    sigmas = np.sqrt(np.asarray(balls.covariances, float)[:, 0, 0, 0])
    undecided = ((gamma > 0.05) & (gamma < 0.95)).all(axis=2).mean(axis=1)
    said = "; ".join(
        f"σ = {sigma:g}: {100 * share:.0f} % and {gap:.2g}"
        for sigma, share, gap in zip(sigmas, undecided, gaps, strict=True)
    )
    titles = [f"σ = {sigma:g}" for sigma in sigmas]
    figure, _ = _panels(data, balls, list(gamma), titles, labels)
    return Picture(
        figure,
        "How many points are shared out, neither side over 95 %, and how far the next means are "
        f"from those of K-means: {said}.",
    )


def in_words(params: GaussianMixtureParameters) -> str:
    """Each component's share of the points and its mean: '1 (circles): 36 %, mean (…); 2 …'."""
    variances = np.diagonal(np.asarray(params.covariances), axis1=1, axis2=2)
    scales = np.sqrt(variances.max(axis=0))
    components = []
    for k, (weight, mean) in enumerate(zip(params.weights, params.means, strict=True)):
        place = ", ".join(coordinate(m, s) for m, s in zip(mean, scales, strict=True))
        share = f"answers for {100 * weight:.0f} % of the points, around ({place})"
        components.append(f"{k + 1} ({MARKER_NAMES[k]}) {share}")
    return f"Component {'; component '.join(components)}."
