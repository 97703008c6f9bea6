"""Maps of digits: how good they are, how they unfold, which digits are odd."""

from collections.abc import Mapping

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from lecture11.embedding import odd_ones
from lecture11.figures.embedding.quality import MapQuality, said_of, under
from lecture11.figures.marks import (
    PAPER,
    WIDE_HALO,
    as_a_map,
    bare,
    filling,
    move_digits,
    scatter_digits,
    square,
    titled_images,
)
from lecture11.figures.picture import Picture, Stage
from lecture11.figures.style import CLASS_COLOURS, INK, numeric, styled
from lecture11.figures.words import iterations, number

ORDINALS = {2: "second", 3: "third", 4: "fourth", 5: "fifth"}


@styled
def class_maps(
    maps: Mapping[str, MapQuality], labels: ArrayLike, *, at_most: int = 1000
) -> Picture:
    """Maps of the same points side by side, each point drawn as the digit it shows.

    labels: (n,), digits 0 to 9
    at_most: where there are more points, only every second, third, … is drawn, so that they can be
        told apart
    """
    count = len(np.asarray(labels))
    every = -(-count // at_most)
    digit = np.asarray(labels)[::every]
    shown = f" Drawn is every {ORDINALS.get(every, f'{every}th')} of them." if every > 1 else ""
    figure = Figure(figsize=(9, 9 / len(maps) + 0.3))
    panels = figure.subplots(1, len(maps), squeeze=False)[0]
    for axes, (title, one) in zip(panels, maps.items(), strict=True):
        scatter_digits(axes, digit, 26, np.asarray(one.points, float)[::every])
        as_a_map(axes)
        axes.set_title(title)
    said = ", ".join(
        f"{title} {100 * one.error:.0f} % (trustworthiness {one.trustworthiness:.2f})"
        for title, one in maps.items()
    )
    return Picture(
        figure,
        f"{count:,} digits. How often the nearest other digit in the map is a different one: "
        f"{said}.{shown}",
    )


@styled
def digit_maps(maps: Mapping[str, MapQuality], labels: ArrayLike, *, digits: int = 3) -> Picture:
    """Maps of the same digits side by side, each point a small digit; the quality under each map.

    labels: (n,), 0 to 9
    digits: significant ones of the divergences
    """
    shown = np.asarray(labels)
    size = float(np.clip(22 * (1500 / len(shown)) ** 0.5, 9, 26))
    figure = Figure(figsize=(9, 9 / max(len(maps), 2) + 0.7))
    panels = figure.subplots(1, len(maps), squeeze=False)[0]
    for axes, (title, quality) in zip(panels, maps.items(), strict=True):
        scatter_digits(axes, shown, size, quality.points)
        as_a_map(axes)
        axes.set_title(title)
        under(axes, quality, digits)
    return Picture(Stage(figure, []), f"{said_of(maps, digits)}.")


@styled
def crowd_map(quality: MapQuality, labels: ArrayLike, *, pixels: int = 480) -> Picture:
    """A map of so many digits that each is a dot at most: where they are many it is darker.

    labels: (n,), 0 to 9, each there; a digit stands in the middle of those that show it
    """
    shown, places = np.asarray(labels), filling(quality.points)
    edges = np.linspace(-1, 1, pixels + 1)
    counts = np.stack(
        [
            np.histogram2d(x, y, bins=[edges, edges])[0].T
            for x, y in (places[shown == digit].T for digit in range(10))
        ]
    )
    total = counts.sum(axis=0)
    colours = np.tensordot(counts, [to_rgb(colour) for colour in CLASS_COLOURS], (0, 0))
    colours /= np.maximum(total, 1)[..., None]
    ink = 1 - 0.55 ** total[..., None]
    figure = Figure(figsize=(5.6, 6.0))
    axes = figure.subplots()
    axes.imshow(
        1 - ink * (1 - colours), origin="lower", extent=(-1, 1, -1, 1), interpolation="nearest"
    )
    for digit in range(10):
        x, y = np.median(places[shown == digit], axis=0)
        axes.text(
            x, y, str(digit), ha="center", va="center", fontsize=15, weight="bold", color=INK,
            path_effects=[WIDE_HALO],
        )  # fmt: skip
    bare(axes)
    under(axes, quality, 3)
    return Picture(Stage(figure, []), f"{said_of({f'{len(shown):,} digits': quality}, 3)}.")


class DigitMapStage:
    """One map of digits, ready to be moved as it is fitted."""

    @styled
    def __init__(self, labels: ArrayLike, *, title: str) -> None:
        """Draw what stays: the frame. labels (n,), 0 to 9; title of the map."""
        self._labels, self._title = np.asarray(labels), title
        figure = Figure(figsize=(5.6, 5.8))
        self._axes = figure.subplots()
        self._axes.set_title(title)
        size = float(np.clip(22 * (1500 / len(self._labels)) ** 0.5, 9, 26))
        self._digits = scatter_digits(self._axes, self._labels, size)
        square(self._axes, 1.04)
        self._stage = Stage(figure, self._digits)

    @numeric
    def show(self, points: ArrayLike, iteration: int, loss: float, *, digits: int = 2) -> Picture:
        """Move to a map (n, 2), scaled to fill the frame, after so many iterations."""
        places = np.asarray(points, float)
        reach = float(np.abs(places).max())
        move_digits(self._digits, self._labels, places / reach)
        return Picture(
            self._stage,
            f"{self._title} after {iterations(iteration)}: KL {number(loss, digits)} nats; the map "
            f"is {number(2 * reach, 2)} wide.",
        )


@styled
def thumbnail_map(
    points: ArrayLike, labels: ArrayLike, images: ArrayLike, *, side: int = 24, pixels: int = 1150
) -> Picture:
    """A map with as many of its pictures as find room, the odd ones first and framed.

    points: (n, 2)
    labels: (n,), 0 to 9
    images: (n, p, p), 0 is paper and 1 ink
    side, pixels: of a thumbnail, and of the map, in the image's pixels
    """
    places, shown = np.asarray(points, float), np.asarray(labels)
    odd = odd_ones(places, shown)
    canvas, framed, plain = _pasted(places, shown, np.asarray(images, float), odd, side, pixels)
    figure = Figure(figsize=(8.2, 8.2))
    figure.set_layout_engine("none")
    axes = figure.add_axes((0.005, 0.005, 0.99, 0.99))
    axes.imshow(canvas, interpolation="nearest")
    bare(axes)
    return Picture(
        Stage(figure, []),
        f"{len(odd):,} of {len(shown):,} digits ({100 * len(odd) / len(shown):.0f} %) have another "
        f"digit as nearest neighbour in the map. Shown are {framed} of them, framed, and {plain} "
        "of the rest.",
    )


def _pasted(
    places: np.ndarray,
    labels: np.ndarray,
    images: np.ndarray,
    odd: np.ndarray,
    side: int,
    pixels: int,
) -> tuple[np.ndarray, int, int]:
    """The canvas, how many thumbnails have a frame, and how many have none.

    A thumbnail needs its place for itself, a coarse grid of sides telling which are taken.
    """
    span = places.max(axis=0) - places.min(axis=0)
    scale = (pixels - 2 * side) / span.max()
    at = (places - places.min(axis=0)) * scale + side / 2 + (span.max() - span) * scale / 2
    corners = np.stack([pixels - side * 1.5 - at[:, 1], at[:, 0]], axis=1).astype(int)
    canvas = np.ones((pixels, pixels, 3))
    middles = np.clip(corners + side // 2, 1, pixels - 2)
    for down, across in ((0, 0), (0, 1), (1, 0), (1, 1)):
        canvas[middles[:, 0] + down, middles[:, 1] + across] = 0.78
    taken = np.zeros((pixels, pixels), bool)
    counts = [0, 0]
    is_odd = np.isin(np.arange(len(places)), odd)
    for index in [*odd, *np.flatnonzero(~is_odd)]:
        y, x = np.clip(corners[index], 0, pixels - side)
        if taken[y : y + side, x : x + side].any():
            continue
        taken[y : y + side, x : x + side] = True
        ink = _shrunk(images[index], side)[..., None]
        tint = np.array(to_rgb(CLASS_COLOURS[int(labels[index])]))
        tile = 1 - ink * (1 - 0.75 * tint)
        if is_odd[index]:
            for edge in (tile[:2], tile[-2:], tile[:, :2], tile[:, -2:]):
                edge[:] = (0.13, 0.13, 0.13)
        canvas[y : y + side, x : x + side] = tile
        counts[int(is_odd[index])] += 1
    return canvas, counts[1], counts[0]


def _shrunk(image: np.ndarray, side: int) -> np.ndarray:
    """By the nearest pixel: thumbnails are for recognising, not for measuring."""
    at = (np.arange(side) * len(image)) // side
    return image[np.ix_(at, at)]


class OddDigitStage:
    """A map, one of its odd digits ringed, and that digit's neighbours, ready to be moved."""

    NEIGHBOURS = 4

    @styled
    def __init__(self, points: ArrayLike, labels: ArrayLike, images: ArrayLike) -> None:
        """Draw what stays: the map. points (n, 2); labels (n,); images (n, p, p), 0 to 1."""
        self._points, self._labels = np.asarray(points, float), np.asarray(labels)
        self._images = np.asarray(images, float)
        figure = Figure(figsize=(7.8, 4.4))
        grid = figure.add_gridspec(3, 9)
        axes = figure.add_subplot(grid[:, :5])
        size = float(np.clip(22 * (1000 / len(self._labels)) ** 0.5, 5, 26))
        scatter_digits(axes, self._labels, size, self._points)
        as_a_map(axes)
        (self._ring,) = axes.plot(
            [], [], "o", markersize=15, color="none", markeredgecolor=INK, markeredgewidth=2.5
        )
        self._tiles, heads = [], ("this digit", "nearest in the map", "nearest in the data")
        for row, (head, count) in enumerate(zip(heads, (1, 4, 4), strict=True)):
            for column in range(count):
                tile = figure.add_subplot(grid[row, 5 + column])
                bare(tile)
                if column == 0:
                    tile.set_title(head, loc="left", fontsize=10)
                self._tiles.append(
                    tile.imshow(np.zeros(self._images.shape[1:]), cmap=PAPER, vmin=0, vmax=1)
                )
        self._stage = Stage(figure, [self._ring, *self._tiles])

    @numeric
    def show(self, index: int, in_map: ArrayLike, in_data: ArrayLike) -> Picture:
        """Move to one digit; in_map, in_data (4,): indices of its neighbours, nearest first."""
        near, like = (np.asarray(a, int)[: self.NEIGHBOURS] for a in (in_map, in_data))
        self._ring.set_data(*self._points[[index]].T)
        for tile, shown in zip(self._tiles, [index, *near, *like], strict=True):
            tile.set_data(self._images[shown])
        return Picture(
            self._stage,
            f"A {self._labels[index]}. Nearest in the map: {_listed(self._labels[near])}; nearest "
            f"in the data: {_listed(self._labels[like])}.",
        )


def _listed(labels: np.ndarray) -> str:
    return ", ".join(str(label) for label in labels)


@styled
def first_digits(images: ArrayLike, labels: ArrayLike, *, shown: int = 16) -> Picture:
    """The first digits of a data set, in rows, under each what it shows.

    images: (n, p, p), 0 is paper and 1 ink
    labels: (n,)
    """
    pixels = np.asarray(images)
    side = " × ".join(map(str, pixels.shape[1:]))
    titles = [str(label) for label in np.asarray(labels)[:shown]]
    return Picture(
        titled_images(pixels[:shown], titles, PAPER),
        f"The first {len(titles)} of {len(pixels):,} digits, {side} pixels each.",
    )
