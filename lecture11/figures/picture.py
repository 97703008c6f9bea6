"""A picture and its words, shown together.

A screen reader needs the words, and so does nbval: it compares text and never images, so a wrong
picture would pass unseen. Whoever draws from some arrays therefore says from the same arrays what
the drawing shows, and both travel as one HTML element.
"""

import base64
import html
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from lecture11.figures.style import styled

SHARPNESS = 1.5
"""Pixels of the image for each pixel of the page."""


class Stage:
    """A figure of which only some artists move: the rest is rasterised once (blitting)."""

    def __init__(self, figure: Figure, moving: Sequence[Artist]) -> None:
        """Rasterise everything but ``moving``, in whose order they are drawn later."""
        self.figure, self._moving = figure, moving
        for artist in moving:
            artist.set_animated(True)
            artist.set_in_layout(False)
        figure.set_dpi(figure.dpi * SHARPNESS)
        self._canvas = FigureCanvasAgg(figure)
        self._canvas.draw()
        figure.set_layout_engine("none")  # settled: moving artists must not shift the axes
        self._still = self._canvas.copy_from_bbox(figure.bbox)

    @property
    def moves(self) -> bool:
        """Whether anything on it is about to move."""
        return bool(self._moving)

    def pixels(self) -> np.ndarray:
        """The stage as it stands, (height, width, 4) bytes."""
        self._canvas.restore_region(self._still)
        for artist in self._moving:
            assert artist.axes is not None
            artist.axes.draw_artist(artist)
        return np.asarray(self._canvas.buffer_rgba())


@dataclass(frozen=True)
class Picture:
    """A drawing and the sentence or two that say what it shows, with its numbers."""

    drawing: Figure | Stage
    words: str

    def __post_init__(self) -> None:
        """Refuse a picture without words."""
        if not self.words.strip():
            raise ValueError("words: a picture needs a sentence that says what it shows; got none.")

    def to_html(self, *, kept: bool = False) -> str:
        """One ``<figure>``: the image, the words as its alternative text and, visibly, below it.

        kept: whether it stays, so that it may take longer to be smaller; what moves is soon gone.
        The visible words are hidden from screen readers, which have read them with the image.
        """
        figure = self.drawing if isinstance(self.drawing, Figure) else self.drawing.figure
        width, height = (round(96 * inches) for inches in figure.get_size_inches())
        words = html.escape(self.words)
        data = base64.b64encode(png_of(self.drawing, kept=kept)).decode()
        return (
            '<figure style="margin: 0">'
            f'<img alt="{words}" width="{width}" height="{height}" '
            'style="max-width: 100%; height: auto" '
            f'src="data:image/png;base64,{data}">'
            f'<figcaption aria-hidden="true" style="max-width: {width}px">{words}</figcaption>'
            "</figure>"
        )

    def _repr_html_(self) -> str:
        return self.to_html(kept=True)

    def __repr__(self) -> str:
        return self.words


@styled
def png_of(drawing: Figure | Stage, *, kept: bool = False) -> bytes:
    """Encode a drawing; a stage in 256 colours, and fast if it is about to move and not kept."""
    file = io.BytesIO()
    if isinstance(drawing, Stage):
        image = Image.fromarray(drawing.pixels()).convert("RGB")
        few_colours = image.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        level = 1 if drawing.moves and not kept else 9
        few_colours.save(file, "png", compress_level=level)
    else:
        drawing.savefig(file, format="png", dpi=96 * SHARPNESS, metadata={"Software": None})
    return file.getvalue()
