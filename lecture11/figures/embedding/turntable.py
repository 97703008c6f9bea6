"""Objects that turn: samples of them, and their maps as loops."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.offsetbox import AnnotationBbox, OffsetImage
from numpy.typing import ArrayLike

from lecture11.embedding import is_torn, threads
from lecture11.figures.embedding.quality import MapQuality, said_of, under
from lecture11.figures.marks import (
    as_a_map,
    titled_images,
)
from lecture11.figures.picture import Picture, Stage
from lecture11.figures.style import COLOURS, MARKERS, styled


@styled
def pose_samples(
    images: ArrayLike, names: Sequence[str], *, pose: int = 8, shown: int = 16
) -> Picture:
    """One pose of each of the first objects on a turntable.

    images: (objects · poses, p, p), 0 to 1, an object's poses together
    names: of the objects
    pose: which
    """
    pixels = np.asarray(images)
    poses = len(pixels) // len(names)
    first = pixels[pose::poses][:shown]
    return Picture(
        titled_images(first, names, "gray"),
        f"{len(names)} objects, {poses} poses each; here {len(first)} of them at "
        f"{360 * pose / poses:.0f}°.",
    )


@styled
def loop_maps(
    maps: Mapping[str, MapQuality], objects: ArrayLike, images: ArrayLike, *, digits: int = 3
) -> Picture:
    """Maps of objects on a turntable, each object's poses joined in turn, and a picture of each.

    objects: (n,), which object, its poses in order and closing a full turn
    images: (n, p, p)
    """
    which, pictures = np.asarray(objects, int), np.asarray(images, float)
    figure = Figure(figsize=(9, 9 / max(len(maps), 2) + 0.7))
    panels = figure.subplots(1, len(maps), squeeze=False)[0]
    kept, closed = [], []
    for axes, (title, quality) in zip(panels, maps.items(), strict=True):
        points = np.asarray(quality.points, float)
        for index in np.unique(which):
            _draw_loop(axes, points[which == index], index)
        as_a_map(axes)
        axes.margins(0.12)
        _set_thumbnails(axes, points, which, pictures)
        axes.set_title(title)
        under(axes, quality, digits)
        loops = [points[which == index] for index in np.unique(which)]
        whole = sum(not is_torn(loop).any() for loop in loops)
        kept.append(f"{title} {threads(points, which)} of {len(loops)}")
        closed.append(f"{title} {whole}")
    return Picture(
        Stage(figure, []),
        f"{said_of(maps, digits)}. Objects of which every pose is nearest to the one before or "
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
