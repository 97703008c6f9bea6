"""Maps of pictures, digits and turning objects, with thumbnails; the triplets of feature spaces."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.offsetbox import AnnotationBbox, OffsetImage
from numpy.typing import ArrayLike

from lecture11.figures.embedding import CLASS_COLOURS, HALO, MapQuality
from lecture11.figures.picture import Picture, Stage
from lecture11.figures.style import COLOURS, INK, LINES, MARKERS, PALETTE, styled
from lecture11.figures.words import count_word, number
from lecture11.supervised import TripletCounts

PAPER = "gray_r"
KINDS = ("hard", "semi-hard", "easy")
HATCHES = ("////", "....", "")
"""How the three kinds of triplets look, from hard to easy: told apart without colour too."""


def _numbers(quality: MapQuality, digits: int) -> list[str]:
    """What is said of a map; digits: significant ones of the divergence."""
    parts = [
        f"1-NN error {100 * quality.error:.0f} %",
        f"trustworthiness {quality.trustworthiness:.2f}",
    ]
    if quality.divergence is None:
        return parts
    return [f"KL {number(quality.divergence, digits)} nats", *parts]


def _frame(axes: Axes) -> None:
    """A map has no units worth a tick; one of them is as long to the right as upwards."""
    axes.set_aspect("equal", "datalim")
    axes.set(xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set(visible=True, color="#bbbbbb")


def _said_of(maps: Mapping[str, MapQuality], digits: int) -> str:
    return "; ".join(
        f"{title}: {', '.join(_numbers(quality, digits))}" for title, quality in maps.items()
    )


def _under(axes: Axes, quality: MapQuality, digits: int) -> None:
    *first, last = _numbers(quality, digits)
    axes.set_xlabel(f"{' · '.join(first)}\n{last}", fontsize=9)


# Digits


@styled
def digit_maps(maps: Mapping[str, MapQuality], labels: ArrayLike, *, digits: int = 3) -> Picture:
    """Maps of the same digits side by side, each point a small digit; the quality under each map.

    labels (n,), 0 to 9; digits: significant ones of the divergences
    """
    shown = np.asarray(labels)
    size = float(np.clip(22 * (1500 / len(shown)) ** 0.5, 9, 26))
    figure = Figure(figsize=(9, 9 / max(len(maps), 2) + 0.7))
    panels = figure.subplots(1, len(maps), squeeze=False)[0]
    for axes, (title, quality) in zip(panels, maps.items(), strict=True):
        _scatter_digits(axes, np.asarray(quality.points, float), shown, size)
        axes.set_title(title)
        _under(axes, quality, digits)
    return Picture(Stage(figure, []), f"{_said_of(maps, digits)}.")


def _scatter_digits(
    axes: Axes, points: np.ndarray, labels: np.ndarray, size: float
) -> list[PathCollection]:
    marks = []
    for digit in range(10):
        x, y = points[labels == digit].T
        look: dict[str, Any] = {"marker": f"${digit}$", "color": CLASS_COLOURS[digit]}
        marks.append(axes.scatter(x, y, s=size, linewidths=0, **look))
    _frame(axes)
    return marks


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
        nowhere = np.full((len(self._labels), 2), np.nan)
        self._digits = _scatter_digits(self._axes, nowhere, self._labels, size)
        self._axes.set_aspect("equal", "box")
        self._axes.set(xlim=(-1.04, 1.04), ylim=(-1.04, 1.04))
        self._stage = Stage(figure, self._digits)

    def show(self, points: ArrayLike, iteration: int, loss: float, *, digits: int = 2) -> Picture:
        """Move to a map (n, 2), scaled to fill the frame, after so many iterations."""
        places = np.asarray(points, float)
        reach = float(np.abs(places).max())
        for digit, marks in enumerate(self._digits):
            marks.set_offsets(places[self._labels == digit] / reach)
        return Picture(
            self._stage,
            f"{self._title} after {iteration} iterations: KL {number(loss, digits)} nats; the map "
            f"is {number(2 * reach, 2)} wide.",
        )


def odd_ones(points: ArrayLike, labels: ArrayLike) -> np.ndarray:
    """Indices of the points whose nearest neighbour in the map has another label.

    points (n, 2); labels (n,). The oddest first: those with most others among their ten nearest.
    """
    from scipy.spatial import KDTree  # slow to import, and seldom needed

    places, shown = np.asarray(points, float), np.asarray(labels)
    nearest = KDTree(places).query(places, k=min(11, len(places)))[1][:, 1:]
    others = shown[nearest] != shown[:, None]
    odd = np.flatnonzero(others[:, 0])
    return odd[np.argsort(-others[odd].sum(axis=1), kind="stable")]


@styled
def thumbnail_map(
    points: ArrayLike, labels: ArrayLike, images: ArrayLike, *, side: int = 24, pixels: int = 1150
) -> Picture:
    """A map with as many of its pictures as find room, the odd ones first and framed.

    points (n, 2); labels (n,), 0 to 9; images (n, p, p), 0 is paper and 1 ink; side: of a
    thumbnail and pixels: of the map, in the image's pixels.
    """
    places, shown = np.asarray(points, float), np.asarray(labels)
    odd = odd_ones(places, shown)
    canvas, framed, plain = _pasted(places, shown, np.asarray(images, float), odd, side, pixels)
    figure = Figure(figsize=(8.2, 8.2))
    figure.set_layout_engine("none")
    axes = figure.add_axes((0.005, 0.005, 0.99, 0.99))
    axes.imshow(canvas, interpolation="nearest")
    axes.set(xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set(visible=True, color="#bbbbbb")
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
        _scatter_digits(axes, self._points, self._labels, size)
        (self._ring,) = axes.plot(
            [], [], "o", markersize=15, color="none", markeredgecolor=INK, markeredgewidth=2.5
        )
        self._tiles, heads = [], ("this digit", "nearest in the map", "nearest in the data")
        for row, (head, count) in enumerate(zip(heads, (1, 4, 4), strict=True)):
            for column in range(count):
                tile = figure.add_subplot(grid[row, 5 + column])
                tile.set(xticks=[], yticks=[])
                for spine in tile.spines.values():
                    spine.set(visible=True, color="#bbbbbb")
                if column == 0:
                    tile.set_title(head, loc="left", fontsize=10)
                self._tiles.append(
                    tile.imshow(np.zeros(self._images.shape[1:]), cmap=PAPER, vmin=0, vmax=1)
                )
        self._stage = Stage(figure, [self._ring, *self._tiles])

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


# Objects that turn


@styled
def loop_maps(
    maps: Mapping[str, MapQuality], objects: ArrayLike, images: ArrayLike, *, digits: int = 3
) -> Picture:
    """Maps of objects on a turntable, each object's poses joined in turn, and a picture of each.

    objects (n,): which object, its poses in order and closing a full turn; images (n, p, p).
    """
    which, pictures = np.asarray(objects, int), np.asarray(images, float)
    figure = Figure(figsize=(9, 9 / max(len(maps), 2) + 0.7))
    panels = figure.subplots(1, len(maps), squeeze=False)[0]
    kept, closed = [], []
    for axes, (title, quality) in zip(panels, maps.items(), strict=True):
        points = np.asarray(quality.points, float)
        for index in np.unique(which):
            _draw_loop(axes, points[which == index], index)
        _frame(axes)
        axes.margins(0.12)
        _set_thumbnails(axes, points, which, pictures)
        axes.set_title(title)
        _under(axes, quality, digits)
        loops = [points[which == index] for index in np.unique(which)]
        whole = sum(not is_torn(loop).any() for loop in loops)
        kept.append(f"{title} {threads(points, which)} of {len(loops)}")
        closed.append(f"{title} {whole}")
    return Picture(
        Stage(figure, []),
        f"{_said_of(maps, digits)}. Objects of which every pose is nearest to the one before or "
        f"after: {', '.join(kept)}. Loops without a leap: {', '.join(closed)}.",
    )


def _draw_loop(axes: Axes, loop: np.ndarray, index: int) -> None:
    """A line through the poses; dotted where it leaps."""
    look: dict[str, Any] = {
        "color": COLOURS[index % 6],
        "marker": MARKERS[(index // 2) % 6],
        "markersize": 2.5,
    }
    torn = is_torn(loop)
    following = np.roll(loop, -1, axis=0)
    for start, end, leaps in zip(loop, following, torn, strict=True):
        if leaps:
            axes.plot(*np.stack([start, end], axis=1), ":", color="#888888", linewidth=0.9)
    first = int(np.flatnonzero(torn)[0]) + 1 if torn.any() else 0
    poses, leap = np.roll(loop, -first, axis=0), np.roll(torn, -first)
    for part in np.split(np.arange(len(poses)), np.flatnonzero(leap[:-1]) + 1):
        axes.plot(*poses[part].T, linewidth=0.9, **look)
    if not torn.any():
        axes.plot(*poses[[-1, 0]].T, linewidth=0.9, **look)


def is_torn(loop: ArrayLike) -> np.ndarray:
    """Of an object's poses (p, 2), from which to the next the map leaps: 6 times the usual step.

    The last entry is the step back to the first.
    """
    points = np.asarray(loop, float)
    steps = np.linalg.norm(np.roll(points, -1, axis=0) - points, axis=1)
    return steps > 6 * np.median(steps)


def _set_thumbnails(
    axes: Axes, points: np.ndarray, which: np.ndarray, pictures: np.ndarray
) -> None:
    """One picture an object, where there is most room around its loop."""
    placed: list[np.ndarray] = []
    for index in np.unique(which):
        mine = np.flatnonzero(which == index)
        centre = points[mine].mean(axis=0)
        others = np.concatenate([points[which != index], np.array(placed).reshape(-1, 2)])
        away = [np.linalg.norm(others - points[k], axis=1).min(initial=np.inf) for k in mine]
        best = mine[int(np.argmax(away))]
        placed.append(points[best])
        outward = points[best] - centre
        offset = 15 * outward / max(float(np.linalg.norm(outward)), 1e-12)
        box = OffsetImage(pictures[best], zoom=0.62, cmap="gray")
        axes.add_artist(
            AnnotationBbox(
                box, tuple(points[best]), xybox=tuple(offset), boxcoords="offset points",
                frameon=False, pad=0,
            )
        )  # fmt: skip


def threads(places: ArrayLike, objects: ArrayLike) -> int:
    """How many objects have each pose nearest, in the map, to the pose before or after it.

    places (n, 2); objects (n,), their poses in order and closing a full turn
    """
    points, which = np.asarray(places, float), np.asarray(objects)
    squares = ((points[:, None] - points[None]) ** 2).sum(axis=-1)
    np.fill_diagonal(squares, np.inf)
    nearest, kept = squares.argmin(axis=1), 0
    for index in np.unique(which):
        mine = np.flatnonzero(which == index)
        place = {int(k): pose for pose, k in enumerate(mine)}
        steps = [(place.get(int(nearest[k]), -9) - place[int(k)]) % len(mine) for k in mine]
        inside = all(int(nearest[k]) in place for k in mine)
        kept += inside and set(steps) <= {1, len(mine) - 1}
    return kept


# Samples of the data


@styled
def first_digits(images: ArrayLike, labels: ArrayLike, *, shown: int = 16) -> Picture:
    """The first digits of a data set, in rows, under each what it shows.

    images (n, p, p), 0 is paper and 1 ink; labels (n,)
    """
    pixels = np.asarray(images)
    side = " × ".join(map(str, pixels.shape[1:]))
    titles = [str(label) for label in np.asarray(labels)[:shown]]
    return Picture(
        _tiles(pixels[:shown], titles, PAPER),
        f"The first {len(titles)} of {len(pixels):,} digits, {side} pixels each.",
    )


@styled
def pose_samples(
    images: ArrayLike, names: Sequence[str], *, pose: int = 8, shown: int = 16
) -> Picture:
    """One pose of each of the first objects on a turntable.

    images (objects · poses, p, p), 0 to 1, an object's poses together; names of the objects; pose:
    which
    """
    pixels = np.asarray(images)
    poses = len(pixels) // len(names)
    first = pixels[pose::poses][:shown]
    return Picture(
        _tiles(first, names, "gray"),
        f"{len(names)} objects, {poses} poses each; here {len(first)} of them at "
        f"{360 * pose / poses:.0f}°.",
    )


@styled
def note_samples(images: ArrayLike, letters: Sequence[str], writers: Sequence[str]) -> Picture:
    """Short handwritten notes, one a row and writer.

    images (writers · m, p, p), 0 is paper and 1 ink; letters: what each shows; writers: their names
    """
    each = len(letters) // len(writers)
    return Picture(
        _tiles(np.asarray(images), letters, PAPER, columns=each),
        f"{count_word(len(writers)).capitalize()} notes of {each} letters, one a row, by "
        f"{', '.join(writers)}.",
    )


def _tiles(images: np.ndarray, titles: Sequence[str], cmap: str, columns: int = 8) -> Figure:
    """Pictures in rows, above each its title."""
    columns = min(len(images), columns)
    rows = -(-len(images) // columns)
    figure = Figure(figsize=(9, 0.2 + 1.28 * rows))
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in panels:
        axes.set(xticks=[], yticks=[])
        axes.set_axis_off()
    for axes, image, title in zip(panels, images, titles, strict=False):
        axes.imshow(image, cmap=cmap, vmin=0, vmax=1)
        axes.set_title(title, loc="center", fontsize=9)
    return figure


# Triplets


def shares(counts: TripletCounts) -> np.ndarray:
    """Shares of hard, semi-hard and easy triplets."""
    each = np.array([counts.hard, counts.semi_hard, counts.easy], float)
    return each / each.sum()


@styled
def triplet_bars(counts: Mapping[str, TripletCounts], *, margin: float) -> Picture:
    """How many triplets are hard, semi-hard and easy, in each of several feature spaces.

    counts: from the space's name to its counts, all at ``margin``
    """
    figure = Figure(figsize=(8.4, 0.9 + 0.42 * len(counts)))
    axes = figure.subplots()
    names = list(counts)
    parts = np.array([shares(each) for each in counts.values()])
    starts = np.cumsum(parts, axis=1) - parts
    for kind in range(3):
        axes.barh(
            names,
            parts[:, kind],
            left=starts[:, kind],
            color=COLOURS[(1, 4, 0)[kind]],
            hatch=HATCHES[kind],
            edgecolor="white",
            label=KINDS[kind],
            height=0.7,
        )
    axes.invert_yaxis()
    axes.set(xlim=(0, 1), xlabel=f"share of all triplets, margin {number(margin, 2)}")
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    said = "; ".join(
        f"{name} {100 * hard:.1f} % hard, {100 * semi:.1f} % semi-hard, {100 * easy:.0f} % easy"
        for name, (hard, semi, easy) in zip(names, parts, strict=True)
    )
    return Picture(figure, f"{said}.")


class MarginStage:
    """The gaps of all triplets as a histogram, the margin as a line in it, ready to be moved."""

    @styled
    def __init__(self, gaps: ArrayLike, *, reach: float, name: str) -> None:
        """Draw what stays. gaps (T,), increasing; reach: from 0 to the ends of the axis; name."""
        self._gaps, self._name = np.asarray(gaps, float), name
        heights, edges = np.histogram(np.clip(self._gaps, -reach, reach), 120, (-reach, reach))
        figure = Figure(figsize=(7.6, 3.3))
        axes = figure.subplots()
        share = heights / len(self._gaps)
        axes.stairs(share, edges, fill=True, color="#cfd8dc")
        axes.stairs(share, edges, color=INK, linewidth=1)
        axes.axvline(0, color=INK, linewidth=1)
        top = 1.28 * float(share.max())
        axes.set(
            xlim=(-reach, reach), ylim=(0, top), ylabel="share of triplets",
            xlabel="gap: squared distance to the negative minus that to the positive",
        )  # fmt: skip
        self._band = axes.axvspan(0, 0, color=COLOURS[4], alpha=0.35, hatch="....", linewidth=0)
        self._line = axes.axvline(0, color=COLOURS[1], linewidth=2, linestyle="--")
        kinds = [
            axes.text(0, 0.97 * top, "", ha=side, va="top", path_effects=[HALO], fontsize=10)
            for side in ("right", "center", "left")
        ]
        self._kinds, self._reach = kinds, reach
        self._stage = Stage(figure, [self._band, self._line, *kinds])

    def show(self, margin: float, counts: TripletCounts) -> Picture:
        """Move to a margin and the counts there."""
        self._band.set_x(0)
        self._band.set_width(margin)
        self._line.set_xdata([margin, margin])
        hard, semi, easy = shares(counts)
        reach = self._reach
        places = (-0.04 * reach, margin / 2, min(margin, 0.8 * reach) + 0.04 * reach)
        texts = (f"hard\n{100 * hard:.1f} %", "", f"easy\n{100 * easy:.1f} %")
        if margin > 0.2 * reach:
            texts = (texts[0], f"semi-hard\n{100 * semi:.1f} %", texts[2])
        for text, place, said in zip(self._kinds, places, texts, strict=True):
            text.set_x(place)
            text.set_text(said)
        total = sum(counts)
        return Picture(
            self._stage,
            f"{self._name}, margin {number(margin, 2)}: of {total:,} triplets "
            f"{100 * hard:.1f} % are hard, {100 * semi:.1f} % semi-hard, {100 * easy:.1f} % easy.",
        )


@styled
def collapse_picture(
    steps: ArrayLike,
    losses: Mapping[str, ArrayLike],
    spreads: Mapping[str, ArrayLike],
    *,
    margin: float,
) -> Picture:
    """The loss of several trainings and how far their features lie apart, as training goes on.

    steps (F,); losses and spreads: from a training's name to (F,); a spread is the root mean square
    distance between two features.
    """  # fmt: skip
    at = np.asarray(steps)
    figure = Figure(figsize=(9, 3.6))
    left, right = figure.subplots(1, 2)
    left.axhline(margin, color="#999999", linewidth=1)
    left.annotate("the margin", (at[-1], margin), (0, 4), textcoords="offset points", ha="right")
    said = []
    for index, name in enumerate(losses):
        style = {"color": PALETTE[index], "linestyle": LINES[index], "marker": MARKERS[index]}
        loss, spread = np.asarray(losses[name], float), np.asarray(spreads[name], float)
        left.plot(at, loss, markersize=4, label=name, **style)
        right.plot(at, np.maximum(spread, 1e-6), markersize=4, **style)
        size = "below 0.01" if spread[-1] < 0.01 else number(spread[-1], 1)
        said.append(f"{name}: loss {number(loss[-1], 1)}, features {size} apart")
    for axes in (left, right):
        axes.set_xlabel("training steps")
        axes.grid(visible=True)
    left.set(title="loss of a minibatch", ylim=(0, 5 * margin))
    right.set(title="distance between two features", yscale="log")
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return Picture(figure, f"After {at[-1]} steps, margin {number(margin, 2)}: {'; '.join(said)}.")


@styled
def error_bars_picture(errors: Mapping[str, Mapping[str, ArrayLike]]) -> Picture:
    """1-NN errors in several feature spaces, on classes trained on and on classes held out.

    errors: from the kind of classes to a mapping from the space's name to the errors of the seeds
    """
    figure = Figure(figsize=(8.4, 3.2))
    axes = figure.subplots()
    said = []
    names = list(next(iter(errors.values())))
    for index, (kind, of) in enumerate(errors.items()):
        means = []
        for row, name in enumerate(names):
            values = 100 * np.atleast_1d(np.asarray(of[name], float))
            height = row + 0.13 * (2 * index - 1)
            axes.plot(
                values, np.full(len(values), height), MARKERS[index], color="none",
                markeredgecolor=COLOURS[index], markersize=7,
                label=kind if row == 0 else None,
            )  # fmt: skip
            means.append(f"{name} {values.mean():.0f} %")
        said.append(f"{kind}: {', '.join(means)}")
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.set(xlabel="1-NN error, %; a mark for each seed", xlim=(0, None))
    axes.grid(visible=True, axis="x")
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return Picture(figure, f"Mean 1-NN error. {'; '.join(said)}.")
