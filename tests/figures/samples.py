"""A sample of each picture: its arguments, and others that must show.

Every test module of a picture collects its samples in ``SAMPLES``; ``test_contract`` asks of all of
them what all pictures promise.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from lecture11.figures import Picture, Stage

Arguments = Mapping[str, Any]


@dataclass(frozen=True)
class Sample:
    """``sample(name=other)`` is the picture with another argument, of its maker or of its stage."""

    source: Callable
    """The function that draws it, or the class of its stage."""
    given: Arguments
    """Arguments of the function, or of the stage's method."""
    changes: Sequence[Arguments]
    """Each makes other words, and the first of them another drawing."""
    drawn: Sequence[Arguments] = ()
    """Each makes another drawing, of which the words say nothing."""
    stage: Arguments | None = None
    """Arguments of the stage's class."""
    method: str = "show"

    def fresh(self, **change: Any) -> Callable[..., Picture]:
        """The function, or the method of a new stage."""
        if self.stage is None:
            return self.source
        return getattr(self.source(**{**self.stage, **self.of_stage(change)}), self.method)

    def of_stage(self, change: Arguments) -> Arguments:
        """Those that only the stage's class takes."""
        return {} if self.stage is None else {k: change[k] for k in change if k not in self.given}

    def __call__(self, **change: Any) -> Picture:
        mine = {k: change[k] for k in change if k not in self.of_stage(change)}
        return self.fresh(**change)(**{**self.given, **mine})


def figure_of(picture: Picture) -> Figure:
    drawing = picture.drawing
    return drawing if isinstance(drawing, Figure) else drawing.figure


def pixels(picture: Picture) -> int:
    """A number for how it looks now: a stage may move on."""
    if isinstance(picture.drawing, Stage):
        return hash(picture.drawing.pixels().tobytes())
    canvas = FigureCanvasAgg(picture.drawing)
    canvas.draw()
    return hash(bytes(canvas.buffer_rgba()))


def drawn(picture: Picture) -> Figure:
    """The figure once every text has its place."""
    pixels(picture)
    return figure_of(picture)


# What a drawn figure may not have


def tick_labels(axis: Axis, *, inside: bool) -> list[Text]:
    """Those drawn, or those kept for a tick beyond the axis's end."""
    low, high = sorted(axis.get_view_interval())
    ticks = axis.get_major_ticks()
    return [tick.label1 for tick in ticks if (low <= tick.get_loc() <= high) == inside]


def texts(figure: Figure) -> list[Text]:
    """All that can be read."""
    hidden = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            off = axis.get_ticklabels() if not axes.axison else tick_labels(axis, inside=False)
            hidden |= set(map(id, off))
    found = figure.findobj(Text)
    return [
        text
        for text in found
        if text.get_text().strip() and text.get_visible() and id(text) not in hidden
    ]


def cut_off(figure: Figure) -> list[str]:
    """Texts that reach over the figure's edge."""
    low, high = figure.bbox.get_points()

    def inside(corners: np.ndarray) -> bool:
        return bool((corners >= low - 1).all() and (corners <= high + 1).all())  # but for rounding

    boxes = [(text.get_text(), text.get_window_extent().get_points()) for text in texts(figure)]
    return [text for text, corners in boxes if not inside(corners)]


def too_small(figure: Figure, least: float = 8) -> list[str]:
    """Texts below ``least`` printer's points."""
    return [text.get_text() for text in texts(figure) if text.get_fontsize() < least]


def overlapping(figure: Figure) -> list[tuple[str, str]]:
    """Neighbouring tick labels that run into each other."""
    found, seen = [], set(map(id, texts(figure)))
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        labels = [text for text in tick_labels(axis, inside=True) if id(text) in seen]
        found += [
            (one.get_text(), next_one.get_text())
            for one, next_one in itertools.pairwise(labels)
            if one.get_window_extent().overlaps(next_one.get_window_extent())
        ]
    return found
