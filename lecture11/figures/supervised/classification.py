"""Classifiers and their labels: soft labels, losses, scores, calibration, both KL fits."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.ticker import MaxNLocator, MultipleLocator
from numpy.typing import ArrayLike

from lecture11.figures.picture import Picture, Stage
from lecture11.figures.style import COLOURS, INK, MARKERS, numeric, styled
from lecture11.figures.words import number
from lecture11.supervised import Reliability, Score, mean_and_error

SIDE = 8
PAPER = "gray_r"


def percent(value: float, digits: int = 0) -> str:
    """A share as '92 %', or '91.6 %' with one digit after the point."""
    return f"{100 * float(value):.{digits}f} %"


@styled
def losses_picture(
    shares: ArrayLike,
    cross_entropies: ArrayLike,
    divergences: ArrayLike,
    hard: float,
    gradients: Mapping[str, ArrayLike],
    *,
    share: float,
) -> Picture:
    """The losses as labels soften, and the gradients of all of them in the logits of one digit.

    shares: (S,), how much of the label is uniform
    cross_entropies, divergences: (S,), in nats, at the same logits
    hard: the negative log-likelihood of the hard labels
    gradients: from a loss's name to its gradient (C,), at labels of which ``share`` is uniform
    """
    at, cross, kl = (np.asarray(a, float) for a in (shares, cross_entropies, divergences))
    figure = Figure(figsize=(9, 3.6))
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.1))
    left.plot(at, cross, color=COLOURS[0], label="cross-entropy")
    left.plot(at, kl, "--", color=COLOURS[1], label="forward KL")
    left.plot(at, cross - kl, ":", color=COLOURS[2], label="their difference: H(p*)")
    left.plot([0], [hard], "o", color=INK, markersize=8, clip_on=False, label="NLL of hard labels")
    left.set(xlabel="share of the label made uniform", ylabel="nats", xlim=(0, at.max()))
    left.set_ylim(0, 1.5 * max(cross.max(), kl.max()))  # room for the legend
    left.grid(visible=True)
    left.legend(loc="upper right", fontsize=9)
    slopes = {name: np.asarray(gradient, float) for name, gradient in gradients.items()}
    for index, (name, slope) in enumerate(slopes.items()):
        right.plot(
            np.arange(len(slope)),
            slope,
            MARKERS[index],
            color="none",
            markeredgecolor=COLOURS[index],
            markeredgewidth=2,
            markersize=16 - 5 * index,
            label=name,
        )
    right.axhline(0, color=INK, linewidth=1)
    right.set(xlabel="class", title="gradient in the logits of one digit")
    right.xaxis.set_major_locator(MultipleLocator(1))
    right.grid(visible=True, axis="y")
    right.legend(loc="best", fontsize=9)
    first, *others = slopes.values()
    apart = max(float(np.abs(first - other).max()) for other in others)
    agreement = "less than 1e-12" if apart < 1e-12 else f"up to {number(apart, 2)}"
    pulled = int(first.argmin())
    return Picture(
        figure,
        f"With hard labels both losses are {number(cross[0], 3)} nats. With {percent(at[-1])} of "
        f"the label uniform the cross-entropy is {number(cross[-1], 3)} nats, the forward KL "
        f"{number(kl[-1], 3)}. At {percent(share)} the gradients of {len(slopes)} losses differ by "
        f"{agreement}; the steepest raises class {pulled}, by {number(-first[pulled], 2)}.",
    )


@styled
def soft_labels_picture(
    images: ArrayLike, probabilities: ArrayLike, *, titles: Sequence[str], label: str
) -> Picture:
    """Digits, and under each its soft label.

    images: (D, 64)
    probabilities: (D, C)
    titles: one for each digit
    label: whose labels they are
    """
    pixels, soft = np.asarray(images), np.asarray(probabilities)
    figure = Figure(figsize=(9, 3.6))
    axes = figure.subplots(2, len(pixels), height_ratios=(1, 1.25), squeeze=False)
    for above, below, image, bars, title in zip(*axes, pixels, soft, titles, strict=True):
        _draw_digit(above, image)
        above.set_title(title, loc="center", fontsize=10)
        below.bar(np.arange(len(bars)), bars, color=COLOURS[0])
        below.set(ylim=(0, 1), xticks=np.arange(0, len(bars), 3))
        below.grid(visible=True, axis="y")
        if below is not axes[1, 0]:
            below.set_yticklabels([])
    axes[1, 0].set_title(label, fontsize=10)  # beside the axis, images leave it no room
    figure.supxlabel("class", fontsize=11)
    said = [f"{title}: {two_likeliest(bars)}" for title, bars in zip(titles, soft, strict=True)]
    return Picture(figure, f"{'; '.join(said)}.")


@styled
def comparison_picture(scores: Mapping[str, Score], *, baseline: str) -> Picture:
    """Accuracy and calibration error of several ways to train, over several runs each.

    scores: from a way's name to what its runs scored
    baseline: the name of the one that the others are compared with. Small dots are runs, large
        marks means with their standard errors.
    """
    names = list(scores)
    figure = Figure(figsize=(9, 0.9 + 0.42 * len(names)))
    panels = figure.subplots(1, 2, sharey=True)
    places = np.arange(len(names))[::-1]
    for axes, field, label in zip(
        panels,
        Score._fields,
        ("accuracy on held-out digits, %", "expected calibration error, %"),
        strict=True,
    ):
        for place, name in zip(places, names, strict=True):
            runs = 100 * np.asarray(getattr(scores[name], field))
            mean, error = mean_and_error(runs)
            colour, mark = (INK, "s") if name == baseline else (COLOURS[0], "o")
            axes.plot(runs, np.full(len(runs), place), ".", color=colour, alpha=0.35, markersize=6)
            axes.errorbar(
                mean, place, xerr=error, fmt=mark, color=colour, markersize=7, capsize=4, zorder=3
            )
        middle = 100 * float(np.mean(getattr(scores[baseline], field)))
        axes.axvline(middle, color=INK, linestyle=":", linewidth=1.2)
        axes.set_xlabel(label)
        axes.grid(visible=True, axis="x")
    panels[0].set_yticks(places, names)
    panels[0].set_ylim(-0.6, len(names) - 0.4)
    return Picture(figure, _compared(scores, baseline))


def _compared(scores: Mapping[str, Score], baseline: str) -> str:
    said = []
    for name, one in scores.items():
        right, error = mean_and_error(one.accuracy)
        gap = float(np.mean(one.calibration_error))
        said.append(
            f"{name} {100 * right:.1f} ± {100 * error:.1f} % right, calibration error "
            f"{100 * gap:.1f} %"
        )
    return (
        f"Means over {len(scores[baseline].accuracy)} runs, ± their standard errors: "
        f"{'; '.join(said)}."
    )


@styled
def reliability_picture(classifiers: Mapping[str, Reliability]) -> Picture:
    """Confidence against accuracy, side by side: on the diagonal a classifier means what it says.

    classifiers: from a name to its reliability; the area of a mark is the share of the answers.
    """
    figure = Figure(figsize=(9, 3.5))
    panels = figure.subplots(1, len(classifiers), sharey=True, squeeze=False)[0]
    said = []
    for index, (axes, (name, one)) in enumerate(zip(panels, classifiers.items(), strict=True)):
        counts, confidence, accuracy = (np.asarray(a, float) for a in one[1:])
        seen = counts > 0
        axes.plot([0, 1], [0, 1], "--", color=INK, linewidth=1)
        axes.vlines(confidence[seen], confidence[seen], accuracy[seen], color=COLOURS[index])
        axes.scatter(
            confidence[seen],
            accuracy[seen],
            s=12 + 200 * counts[seen] / counts.sum(),
            marker=MARKERS[index],
            facecolors="none",  # the gap shows through
            edgecolors=COLOURS[index],
            linewidths=1.5,
            clip_on=False,
        )
        axes.set(xlim=(0, 1.02), ylim=(0, 1.02), xlabel="confidence", title=name)
        axes.grid(visible=True)
        mean = [float((counts * values).sum() / counts.sum()) for values in (confidence, accuracy)]
        said.append(
            f"{name}: on average {percent(mean[0])} confident and {percent(mean[1])} right, "
            f"calibration error {100 * float(one.error):.1f} %"
        )
    panels[0].set_ylabel("share that is right")
    return Picture(figure, f"{'; '.join(said)}.")


@styled
def directions_picture(
    target: ArrayLike, fits: Mapping[str, ArrayLike], divergences: Mapping[str, float]
) -> Picture:
    """Labels p* over ordered classes, and distributions fitted to them.

    target: (C,), p*
    fits: from a name to probabilities (C,)
    divergences: for the same names, the divergence each fit minimises, in nats
    """
    p = np.asarray(target, float)
    classes = np.arange(len(p))
    figure = Figure(figsize=(8, 3.6))
    axes = figure.subplots()
    axes.bar(classes, p, color="#bbbbbb", label="p*")
    said = []
    for index, (name, fitted) in enumerate(fits.items()):
        q = np.asarray(fitted, float)
        beside = classes + 0.22 * (index - (len(fits) - 1) / 2)  # classes are not joined by a line
        axes.vlines(beside, 0, q, color=COLOURS[index], linewidth=1.5)
        axes.plot(beside, q, MARKERS[index], color=COLOURS[index], label=name)
        said.append(
            f"{name} puts {percent(q.max())} on class {int(q.argmax())} and ends at "
            f"{number(divergences[name], 2)} nats"
        )
    axes.set(xlabel="class", ylabel="probability")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=len(p)))
    axes.grid(visible=True, axis="y")
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    top = np.argsort(-p, kind="stable")[:2]
    likeliest = " and ".join(f"{percent(p[k])} on class {k}" for k in top)
    return Picture(figure, f"p* has {likeliest}. {'; '.join(said)}.")


class SoftLabelStage:
    """A digit beside a teacher's soft label for it, ready to be moved."""

    @styled
    def __init__(self, classes: int = 10) -> None:
        """Draw what stays: both axes."""
        figure = Figure(figsize=(8, 3.3))
        left, right = figure.subplots(1, 2, width_ratios=(1, 2.1))
        self._image = _draw_digit(left, np.zeros(SIDE * SIDE))
        right.set(ylim=(0, 1), xlabel="class", ylabel="probability", title=" ")  # room for T
        right.set_xticks(np.arange(classes))
        right.grid(visible=True, axis="y")
        self._bars = list(right.bar(np.arange(classes), np.zeros(classes), color=COLOURS[0]))
        (self._truth,) = right.plot([], [], "v", color=COLOURS[1], markersize=9, clip_on=False)
        self._heat = right.text(1, 1.03, "", transform=right.transAxes, ha="right")
        self._stage = Stage(figure, [self._image, *self._bars, self._truth, self._heat])

    @numeric
    def show(
        self, image: ArrayLike, probabilities: ArrayLike, *, truth: int, temperature: float
    ) -> Picture:
        """Move to a digit (64,) and its soft label (C,); take the image before moving again.

        The triangle marks the class that the digit was meant to be.
        """
        soft = np.asarray(probabilities, float)
        self._image.set_data(np.asarray(image, float).reshape(SIDE, SIDE))
        for bar, height in zip(self._bars, soft, strict=True):
            bar.set_height(height)
        self._truth.set_data([truth], [min(soft[truth] + 0.06, 1)])
        self._heat.set_text(f"T = {number(temperature, 3)}")
        nats = -float(np.sum(soft[soft > 0] * np.log(soft[soft > 0])))
        return Picture(
            self._stage,
            f"Digit {truth}. At temperature {number(temperature, 3)} the teacher's soft label is "
            f"{two_likeliest(soft)}; its entropy is {nats:.2f} nats.",
        )


def two_likeliest(probabilities: ArrayLike) -> str:
    """'3 at 60 %, 8 at 25 %': the two likeliest classes."""
    soft = np.asarray(probabilities, float)
    first, second = np.argsort(-soft, kind="stable")[:2]
    return f"{first} at {_share(soft[first])}, {second} at {_share(soft[second])}"


def _share(probability: float) -> str:
    """A probability in words that do not claim 0 or 100 % where it is neither."""
    if 0 < probability < 0.005:
        return "under 1 %"
    return "over 99 %" if 0.995 <= probability < 1 else percent(probability)


def _draw_digit(axes: Axes, image: np.ndarray) -> AxesImage:
    axes.set_axis_off()
    return axes.imshow(np.asarray(image, float).reshape(SIDE, SIDE), cmap=PAPER, vmin=0, vmax=1)
