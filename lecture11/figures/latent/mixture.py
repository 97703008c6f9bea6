"""Gaussian mixtures in the plane: points shared out among components, and how EM gets there."""

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from lecture11.figures.marks import WIDE_HALO, ellipse
from lecture11.figures.picture import Picture, Stage
from lecture11.figures.style import (
    COLOURS,
    INK,
    LINES,
    MARKER_NAMES,
    MARKERS,
    PALETTE,
    numeric,
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

    def __init__(self, axes: Axes, data: ArrayLike, components: int) -> None:
        """Make the artists, once; :meth:`show` only moves them."""
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
            self.centres += axes.plot([], [], MARKERS[k], markersize=8, **on_top)
            self.names.append(
                axes.annotate(
                    str(k + 1), (0, 0), (7, 5), textcoords="offset points", weight="bold", **on_top
                )
            )
        self.axes = axes
        low, high = self.data.min(axis=0), self.data.max(axis=0)
        margin = 0.36 * (high - low)  # room for contours that lie outside the data
        axes.set_xlim(low[0] - margin[0], high[0] + margin[0])
        axes.set_ylim(low[1] - margin[1], high[1] + margin[1])

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
) -> Figure:
    """Several mixtures over the same data, side by side.

    data (n, 2); fits, parameters stacked (F, …); responsibilities, for each panel (n, K), or None
    for grey points; titles of the panels; labels of the two axes.
    """
    rows = -(-len(titles) // 3)
    figure = Figure(figsize=(9, 0.4 + 2.75 * rows))
    axes = figure.subplots(rows, 3, sharex=True, sharey=True, squeeze=False).ravel()
    for panel, title in enumerate(titles):
        view = MixtureView(axes[panel], data, np.asarray(fits.weights).shape[1])
        view.show(fits.means[panel], fits.covariances[panel], responsibilities[panel])
        axes[panel].set_title(title)
    for spare in axes[len(titles) :]:
        spare.set_axis_off()
    figure.supxlabel(labels[0], fontsize=11)
    figure.supylabel(labels[1], fontsize=11)
    return figure


@numeric
def em_panels(
    data: ArrayLike,
    steps: ArrayLike,
    frames: GaussianMixtureParameters,
    responsibilities: ArrayLike,
    log_likelihoods: ArrayLike,
    *,
    labels: tuple[str, str],
) -> Picture:
    """Frames of an EM run side by side, as in Bishop's Figure 9.8: first the start, still without
    responsibilities, then every frame with its own.

    data: (n, 2)
    steps: (F,), the cycles done at each frame, the first 0
    frames: the parameters stacked
    responsibilities: (F, n, K)
    log_likelihoods: (F,) in nats
    labels: of the two axes
    """
    steps, levels = np.asarray(steps), np.asarray(log_likelihoods)
    titles = ["start", *("first E-step" if step == 0 else f"L = {step}" for step in steps)]
    if len(titles) > 12:
        raise ValueError(f"steps: room for 11 frames at most, got {len(steps)}; show fewer.")
    shown = [0, *range(len(steps))]
    last = GaussianMixtureParameters(*(field[-1] for field in frames))
    rise = f"{number(levels[0])} to {number(levels[-1])} nats"
    figure = _panels(
        data,
        jax.tree.map(lambda field: np.asarray(field)[shown], frames),
        [None, *np.asarray(responsibilities)],
        [f"({letter}) {title}" for letter, title in zip("abcdefghijkl", titles, strict=False)],
        labels,
    )
    words = f"{cycles(steps[-1])} of EM raise the log-likelihood from {rise}. {in_words(last)}"
    return Picture(figure, words)


@numeric
def collapse_panels(
    data: ArrayLike,
    start: GaussianMixtureParameters,
    runs: tuple[Run, Run],
    responsibilities: tuple[ArrayLike, ArrayLike],
    *,
    labels: tuple[str, str],
) -> Picture:
    """A start whose second component is very small, and where EM led from it.

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
    return Picture(
        _panels(data, fits, [None, *responsibilities], titles, labels),
        f"From a start with one very small component, EM ends {'; '.join(said)}.",
    )


@numeric
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
        f"σ = {sigma:g}: {100 * share:.0f} % of the points are shared out (neither side over "
        f"95 %), and the next means differ from those of K-means by up to {gap:.2g}"
        for sigma, share, gap in zip(sigmas, undecided, gaps, strict=True)
    )
    titles = [f"σ = {sigma:g}" for sigma in sigmas]
    return Picture(_panels(data, balls, list(gamma), titles, labels), f"{said}.")


class MixtureStage:
    """One mixture over its data, ready to be moved."""

    @styled
    def __init__(self, data: ArrayLike, components: int, *, labels: tuple[str, str]) -> None:
        """Draw what stays: the axes, with their labels."""
        figure = Figure(figsize=(5.5, 4.2))
        axes = figure.subplots()
        axes.set(xlabel=labels[0], ylabel=labels[1])
        self._view = MixtureView(axes, data, components)
        self._stage = Stage(figure, self._view.artists)

    @numeric
    def show(
        self,
        params: GaussianMixtureParameters,
        responsibilities: ArrayLike | None,
        log_likelihood: float,
    ) -> Picture:
        """Move to a mixture; without responsibilities (n, K) the points are grey."""
        self._view.show(params.means, params.covariances, responsibilities)
        said = f"The log-likelihood of these components is {number(log_likelihood)} nats."
        return Picture(self._stage, f"{said} {in_words(params)}")


class EMStage:
    """One frame of an EM run beside the log-likelihood of the whole run, ready to be moved."""

    @styled
    def __init__(
        self,
        data: ArrayLike,
        components: int,
        last_step: int,
        likelihoods: tuple[float, float],
        *,
        labels: tuple[str, str],
    ) -> None:
        """Draw what stays: axes for ``last_step`` cycles and a range of log-likelihoods (nats)."""
        figure = Figure(figsize=(8.4, 4))
        left, right = figure.subplots(1, 2, width_ratios=(1.15, 1))
        self._view = MixtureView(left, data, components)
        left.set(xlabel=labels[0], ylabel=labels[1])
        right.set(xlabel="cycles L", title="log-likelihood, nats", ylim=likelihoods)
        right.set_xlim(-0.02 * last_step, 1.02 * last_step)
        right.xaxis.set_major_locator(MaxNLocator(6, integer=True, steps=[1, 2, 5, 10]))
        right.grid(visible=True)
        self._paths = [
            left.plot([], [], color=COLOURS[k], linewidth=1, alpha=0.7)[0]
            for k in range(components)
        ]
        self._starts = [
            left.plot([], [], MARKERS[k], color="none", markeredgecolor=COLOURS[k], markersize=9)[0]
            for k in range(components)
        ]
        (self._curve,) = right.plot([], [], color=INK, linewidth=1.5)
        (self._now,) = right.plot([], [], "o", color=INK, markersize=8, clip_on=False)
        trails = [*self._paths, *self._starts]
        self._stage = Stage(figure, [*self._view.artists, *trails, self._curve, self._now])

    @numeric
    def show(
        self,
        frame: int,
        steps: ArrayLike,
        frames: GaussianMixtureParameters,
        responsibilities: ArrayLike,
        log_likelihoods: ArrayLike,
    ) -> Picture:
        """Move to one frame of a run; ``responsibilities`` (n, K) are that frame's.

        The picture is the stage itself: take its image before moving it again.
        """
        steps, levels = np.asarray(steps), np.asarray(log_likelihoods)
        now = GaussianMixtureParameters(*(np.asarray(field)[frame] for field in frames))
        self._view.show(now.means, now.covariances, responsibilities)
        paths = np.moveaxis(np.asarray(frames.means)[: frame + 1], 1, 0)
        for line, start, path in zip(self._paths, self._starts, paths, strict=True):
            line.set_data(*path.T)
            start.set_data(*path[:1].T)
        self._curve.set_data(steps, levels)
        self._now.set_data([steps[frame]], [levels[frame]])
        return Picture(
            self._stage,
            f"After {cycles(steps[frame])} the log-likelihood is {number(levels[frame])} nats. "
            + in_words(now),
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
