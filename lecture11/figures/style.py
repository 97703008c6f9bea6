"""The course's one look. Every picture is made inside it, by the decorator :func:`styled`."""

import functools
from collections.abc import Callable
from importlib import resources
from typing import ParamSpec, TypeVar

import matplotlib.style
import numpy as np
from matplotlib.colors import to_rgb

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Okabe & Ito's palette, told apart by all common kinds of colour vision."""

MARKERS = ("o", "^", "s", "D", "v", "P")
"""One for each colour: nothing is told by colour alone."""

LINES = ("-", "--", "-.", ":")
"""Likewise, for curves."""

INK = "#222222"
"""For outlines, and what is no one's colour."""

MARKER_NAMES = ("circles", "triangles", "squares", "diamonds", "downward triangles", "crosses")
"""What the markers are called in a picture's words."""

CLASS_COLOURS = (*COLOURS, "#785EF0", "#8C510A", "#666666", "#B22222")
"""Ten, for glyphs that say their class themselves."""

PALETTE = np.array([to_rgb(colour) for colour in COLOURS])
"""The same colours as an array (6, 3), to be mixed by responsibilities."""

P = ParamSpec("P")
R = TypeVar("R")


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Build the figures of ``draw`` in the course's style, whatever the reader's own is."""

    @functools.wraps(draw)
    def in_style(*args: P.args, **kwargs: P.kwargs) -> R:
        sheet = resources.files("lecture11.figures") / "lecture11.mplstyle"
        with resources.as_file(sheet) as path, matplotlib.style.context(["default", path]):
            return draw(*args, **kwargs)

    return in_style
