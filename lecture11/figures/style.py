"""The course's one look. Every picture is made inside it, by the decorator :func:`styled`."""

import functools
import inspect
from collections.abc import Callable
from importlib import resources
from typing import Any, ParamSpec, TypeVar

import matplotlib.style
import numpy as np
from matplotlib.colors import to_rgb
from numpy.typing import ArrayLike

from lecture11.arguments import as_numbers

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


def numeric(draw: Callable[P, R]) -> Callable[P, R]:
    """See to it that every argument annotated ArrayLike holds numbers.

    Raises TypeError or ValueError by the argument's name where one does not.
    """
    signature = inspect.signature(draw)
    arrays = [name for name, each in signature.parameters.items() if _is_array(each.annotation)]

    @functools.wraps(draw)
    def with_numbers(*args: P.args, **kwargs: P.kwargs) -> R:
        given = signature.bind(*args, **kwargs).arguments
        for name in arrays:
            if given.get(name) is not None:
                as_numbers(name, given[name])
        return draw(*args, **kwargs)

    return with_numbers


def _is_array(annotation: Any) -> bool:
    return annotation in (ArrayLike, ArrayLike | None)


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Build the figures of ``draw`` in the course's style, whatever the reader's own is.

    Its arrays hold numbers, as :func:`numeric` says.
    """
    checked = numeric(draw)

    @functools.wraps(draw)
    def in_style(*args: P.args, **kwargs: P.kwargs) -> R:
        sheet = resources.files("lecture11.figures") / "lecture11.mplstyle"
        with resources.as_file(sheet) as path, matplotlib.style.context(["default", path]):
            return checked(*args, **kwargs)

    return in_style
