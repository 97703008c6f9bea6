"""Variational autoencoders: their training, images decoded, the latent plane."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from lecture11.figures.marks import (
    PAPER,
    bare,
    scatter_digits,
    sheet,
)
from lecture11.figures.picture import Picture, Stage
from lecture11.figures.style import COLOURS, INK, LINES, MARKERS, numeric, styled
from lecture11.figures.words import count_word, number

SIDE = 28


def _square(images: ArrayLike) -> np.ndarray:
    """(…, 784) as (…, 28, 28)."""
    pixels = np.asarray(images, float)
    return pixels.reshape(*pixels.shape[:-1], SIDE, SIDE)


@styled
def learning_picture(losses: Mapping[str, ArrayLike], held_out: Mapping[str, float]) -> Picture:
    """The negative ELBO of each epoch, and at the end on images held out.

    losses: from a name to (E,), nats per image
    held_out: for the same names one number
    """
    figure = Figure(figsize=(7.6, 3.4))
    axes = figure.subplots()
    said = []
    for index, (name, values) in enumerate(losses.items()):
        curve = np.asarray(values, float)
        epochs = np.arange(1, len(curve) + 1)
        axes.plot(epochs, curve, LINES[index], color=COLOURS[index], label=f"{name}, in training")
        axes.plot(
            epochs[-1], held_out[name], MARKERS[index], color=COLOURS[index], markersize=9,
            clip_on=False, label=f"{name}, held out",
        )  # fmt: skip
        said.append(
            f"{name}: {number(curve[-1], 3)} in epoch {len(curve)}, "
            f"{number(held_out[name], 3)} on images held out"
        )
    lowest = min(float(np.min(curve)) for curve in losses.values())
    early = [np.asarray(curve, float)[:3] for curve in losses.values()]
    highest = max(float(curve[-1]) for curve in early)
    above = max(highest, *held_out.values()) + 8
    axes.set(xlabel="epoch", ylabel="negative ELBO, nats per image", ylim=(lowest - 8, above))
    axes.grid(visible=True)
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return Picture(figure, f"Negative ELBO in nats per image. {'; '.join(said)}.")


@styled
def manifold_picture(images: ArrayLike, latents: ArrayLike, digits: ArrayLike) -> Picture:
    """Mean images over the unit square, laid out as they lie there.

    images: (side, side, 784), 0 is paper and 1 ink: first latent to the right, second upwards, as
        rows from the top
    latents: (side, side, 2), where they were decoded
    digits: (side · side,), what a reader takes each for
    """
    tiles, z = _square(images), np.asarray(latents, float)
    found = np.bincount(np.asarray(digits).ravel(), minlength=10)
    figure = Figure(figsize=(7, 7))
    figure.set_layout_engine("none")
    axes = figure.add_axes((0.005, 0.005, 0.99, 0.99))
    axes.imshow(sheet(tiles), cmap=PAPER, vmin=0, vmax=1)
    bare(axes)
    side = " × ".join(map(str, tiles.shape[:2]))
    low, high = (number(end, 3) for end in (z.min(), z.max()))
    return Picture(
        Stage(figure, []),
        f"{side} decoded images over the unit square, z₁ to the right and z₂ upwards, each from "
        f"{low} to {high}. The reader finds {(found > 0).sum()} of the ten digits, the commonest "
        f"in {100 * found.max() / found.sum():.0f} %.",
    )


@styled
def reconstructions_picture(rows: Mapping[str, ArrayLike]) -> Picture:
    """Digits held out, what two models make of them, and what one of them invents.

    rows: from a name to images (columns, 784), 0 is paper and 1 ink, in this order: held out;
        binarised; decoded by the larger model, and from another draw; by the smaller one; invented
    """
    digits = count_word(len(np.asarray(next(iter(rows.values()))))).capitalize()
    _, _, larger, _, smaller, _ = rows
    return Picture(
        _rows(rows),
        f"{digits} digits held out; binarised, as the encoder sees them; decoded from the mean of "
        f"q with {larger}, from another draw of it, and with {smaller}; and below what the model "
        "invents, from z ~ N(0, I).",
    )


@styled
def transfer_picture(
    held_out: ArrayLike, drawn: ArrayLike, labels: ArrayLike, read: ArrayLike
) -> Picture:
    """Digits held out, and to the right of each all ten digits in its style.

    held_out: (n, 784)
    drawn: (n, 10, 784), 0 is paper and 1 ink
    labels: (n,) of those held out
    read: (n, 10), what a reader takes the drawn ones for
    """
    given = np.asarray(held_out, float)[:, None]
    images = np.concatenate([given, np.asarray(drawn, float)], axis=1)
    count = len(images)
    right = int((np.asarray(read) == np.arange(10)).sum())
    return Picture(
        _rows(
            {f"digit {label}": row for label, row in zip(np.asarray(labels), images, strict=True)}
        ),
        f"{count_word(count).capitalize()} digits held out, leftmost, and to the right of each all "
        "ten digits in its style: z from the left, c from 0 to 9. The reader takes "
        f"{right} of {10 * count} for c.",
    )


@styled
def styles_picture(images: Mapping[int, ArrayLike], read: Mapping[int, ArrayLike]) -> Picture:
    """Digits, one a row, in the same styles drawn from the prior, one a column.

    images: from c to (styles, 784), 0 is paper and 1 ink
    read: from c to what a reader takes each for (styles,)
    """
    right = [np.asarray(found) == digit for digit, found in read.items()]
    styles = count_word(len(np.asarray(next(iter(images.values())))))
    return Picture(
        _rows({f"c = {digit}": each for digit, each in images.items()}),
        f"{count_word(len(images)).capitalize()} digits, one a row, in the same {styles} styles "
        "drawn from N(0, I), one a column. The reader takes "
        f"{np.sum(right)} of {np.size(right)} for c.",
    )


def _rows(rows: Mapping[str, ArrayLike]) -> Stage:
    """Rows of images (columns, 784), one above the other, each with its name."""
    tiles = np.stack([_square(images) for images in rows.values()])
    count, columns = tiles.shape[:2]
    # A fixed layout, as images leave their labels no room.
    margin = 0.02 + 0.0105 * max(len(name) for name in rows)
    figure = Figure(figsize=(9, 9 * (1 - margin) * count / columns + 0.05))
    figure.set_layout_engine("none")
    axes = figure.add_axes((margin, 0.005, 0.995 - margin, 0.99))
    axes.imshow(sheet(tiles), cmap=PAPER, vmin=0, vmax=1)
    bare(axes)
    axes.set_yticks(np.arange(count) * SIDE + SIDE / 2, list(rows))
    axes.tick_params(axis="y", length=0)
    for edge in range(1, count):
        axes.axhline(edge * SIDE - 0.5, color="#bbbbbb", linewidth=0.8)
    return Stage(figure, [])


@styled
def collapse_picture(divergences: Mapping[str, ArrayLike], *, active: float = 0.1) -> Picture:
    """How much each latent says of the image: its D_KL(q ‖ prior), averaged over several trainings.

    divergences: from a model's name to (trainings, latents), nats; sorted in each training
    active: from how many nats a latent counts as used
    """
    figure = Figure(figsize=(9, 3.2))
    panels = figure.subplots(1, len(divergences), sharey=True, squeeze=False)[0]
    said = []
    for index, (axes, (name, values)) in enumerate(zip(panels, divergences.items(), strict=True)):
        each = np.sort(np.asarray(values, float), axis=1)[:, ::-1]
        bars = each.mean(axis=0)
        axes.bar(np.arange(1, len(bars) + 1), bars, color=COLOURS[index], edgecolor="white")
        axes.axhline(active, color=INK, linestyle=":", linewidth=1.2)
        axes.set(xlabel="latents, sorted")
        axes.set_title(name, fontsize=10)
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        axes.grid(visible=True, axis="y")
        used = (each > active).sum(axis=1)
        fewest, most = used.min(), used.max()
        said.append(
            f"{name}: {fewest}{f' to {most}' if most > fewest else ''} of {len(bars)} latents in "
            f"use, {number(bars.sum(), 2)} nats in all"
        )
    panels[0].set_ylabel("D_KL of one latent, nats")
    return Picture(figure, f"{'; '.join(said)}.")


class LatentPlaneStage:
    """Where images lie in the latent plane, and what one of its points decodes to; moves."""

    @styled
    def __init__(self, means: ArrayLike, labels: ArrayLike, *, reach: float) -> None:
        """Draw what stays.

        means: (n, 2) of q
        labels: (n,), 0 to 9
        reach: of the axes
        """
        self._means, self._labels = np.asarray(means, float), np.asarray(labels)
        figure = Figure(figsize=(8.2, 4.5))
        left, right = figure.subplots(1, 2, width_ratios=(1.2, 1))
        scatter_digits(left, self._labels, 16, self._means)
        left.set(xlabel="$z_1$", ylabel="$z_2$", xlim=(-reach, reach), ylim=(-reach, reach))
        left.set_aspect("equal")
        (self._point,) = left.plot(
            [], [], "o", markersize=14, color="none", markeredgecolor=INK, markeredgewidth=2.5
        )
        bare(right)
        right.set_title("mean image at this z", loc="left")
        self._image = right.imshow(np.zeros((SIDE, SIDE)), cmap=PAPER, vmin=0, vmax=1)
        self._stage = Stage(figure, [self._point, self._image])

    @numeric
    def show(self, z: ArrayLike, image: ArrayLike) -> Picture:
        """Move to z (2,) and its mean image (784,)."""
        at, pixels = np.asarray(z, float), np.asarray(image, float)
        self._point.set_data([at[0]], [at[1]])
        self._image.set_data(_square(pixels))
        near = np.argsort(((self._means - at) ** 2).sum(axis=1))[:15]
        digits, counts = np.unique(self._labels[near], return_counts=True)
        most = int(counts.argmax())
        whose = (
            f"{counts[most]} show the digit {digits[most]}"
            if counts[most] > 7
            else "no digit is in the majority"
        )
        undecided = float(np.mean((pixels > 0.1) & (pixels < 0.9)))
        return Picture(
            self._stage,
            f"z = ({number(at[0], 3)}, {number(at[1], 3)}): of the 15 digits encoded nearest, "
            f"{whose}. Ink: {100 * pixels.mean():.0f} % of the image; undecided (between 0.1 and "
            f"0.9): {100 * undecided:.0f} % of its pixels.",
        )
