"""A scene: panels with axes, and marks on them. It says what is drawn, not with what.

A mark names arrays; whoever draws looks them up. So matplotlib (:mod:`.still`) and the page's
script draw the same from the same declaration. What is NaN is absent.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from lecture11.figures.style import CLASS_COLOURS

INKS = ("ink", "quiet", "paper")
"""Colours that differ in the light and the dark: of text, of what stays in the background, of the
background itself."""
DASHES = ("solid", "dashed", "dotted")
SHADES = "terrain", "grey"
"""Of computed images: from low to high."""


@dataclass(frozen=True)
class Panel:
    """Axes on which marks lie.

    name: what marks and handles call it
    title: in words, what it shows; stands above it and is read aloud
    x, y: the limits
    x_label, y_label: what is measured, and its unit
    log: the axes that are logarithmic: "", "x", "y" or "xy"
    ticks: the axes along which numbers stand: "xy", "x", "y" or ""
    square: whether a unit is as long on both, as where both are places in one space
    column: panels of a column stand one above another; columns side by side where there is room
    height: of the panel, in parts of its width; of no effect where ``square``
    """

    name: str
    title: str
    x: tuple[float, float]
    y: tuple[float, float]
    x_label: str = ""
    y_label: str = ""
    log: str = ""
    ticks: str = "xy"
    square: bool = False
    column: int = 0
    height: float = 0.75

    def __post_init__(self) -> None:
        """Check the limits."""
        for axis, (low, high) in (("x", self.x), ("y", self.y)):
            if not low < high:
                raise ValueError(f"panel {self.name!r}: {axis} must rise, got {low:g} to {high:g}.")
            if axis in self.log and low <= 0:
                raise ValueError(
                    f"panel {self.name!r}: {axis} is logarithmic and must begin above 0, "
                    f"got {low:g}."
                )
        for name in ("log", "ticks"):
            if (given := getattr(self, name)) not in ("", "x", "y", "xy"):
                raise ValueError(
                    f"panel {self.name!r}: {name} must be '', x, y or xy; got {given!r}."
                )

    @property
    def aspect(self) -> float:
        """Height over width."""
        if self.square:
            return (self.y[1] - self.y[0]) / (self.x[1] - self.x[0])
        return self.height


@dataclass(frozen=True)
class Mark:
    """Something drawn on a panel.

    on: the panel
    at: the array that says where; its shape is the mark's own
    colours: one for each part, taken in turn: palette numbers, inks, or "#rrggbb"
    labels: what its parts are called in the key above the panel, in the order of the colours
    when: the array that must be true for it to be drawn
    """

    on: str
    at: str
    colours: tuple[int | str, ...] = ("ink",)
    labels: tuple[str, ...] = ()
    when: str = ""

    SHAPE: ClassVar[tuple[int | None, ...]]
    """Of ``at``; None for any size."""
    MAY_BE_ONE: ClassVar[bool] = False
    """Whether the leading axis, of parts, may be missing."""
    ARRAYS: ClassVar[tuple[str, ...]] = ("when",)
    """Other fields that name an array."""

    def __post_init__(self) -> None:
        """Check the colours."""
        for colour in self.colours:
            if isinstance(colour, int) and 0 <= colour < len(CLASS_COLOURS):
                continue
            if isinstance(colour, str) and (colour in INKS or len(colour) == 7):
                continue
            raise ValueError(
                f"{type(self).__name__.lower()} of {self.at!r}: colours are numbers below "
                f"{len(CLASS_COLOURS)}, {', '.join(INKS)} or '#rrggbb'; got {colour!r}."
            )

    def names(self) -> Iterator[str]:
        """All arrays it needs."""
        yield self.at
        yield from (name for each in self.ARRAYS if (name := getattr(self, each)))

    def check(self, shapes: Mapping[str, tuple[Any, ...]], panels: Mapping[str, Panel]) -> None:
        """Raise ValueError where a name is unknown, or ``at`` has another shape."""
        kind = f"{type(self).__name__.lower()} of {self.at!r}"
        if self.on not in panels:
            raise ValueError(f"{kind}: no panel is called {self.on!r}; see {', '.join(panels)}.")
        for name in self.names():
            if name not in shapes:
                raise ValueError(f"{kind}: {name!r} is none of {', '.join(shapes)}.")
        shape, wanted = shapes[self.at], self.SHAPE
        if self.MAY_BE_ONE and len(shape) == len(wanted) - 1:
            wanted = wanted[1:]
        agree = len(shape) == len(wanted) and all(
            want is None or size == want for size, want in zip(shape, wanted, strict=True)
        )
        if not agree:
            sizes = " × ".join("any" if want is None else str(want) for want in self.SHAPE)
            raise ValueError(f"{kind}: expected shape {sizes}, got {shape}.")

    def spec(self) -> dict[str, Any]:
        """As the page's script reads it."""
        own = {f.name: getattr(self, f.name) for f in fields(self)}
        return {"kind": type(self).__name__.lower(), **own}


@dataclass(frozen=True)
class Points(Mark):
    """Dots at places (n, 2).

    mix: an array (n, k) of shares of the palette's first k colours, in place of ``colours``
    kinds: an array (n,) of whole numbers: which colour and marker each has, in place of both
    glyphs: an array (n,) of whole numbers, drawn as their last digit in place of a dot
    size: diameter in pixels
    """

    mix: str = ""
    kinds: str = ""
    glyphs: str = ""
    size: float = 7
    SHAPE = (None, 2)
    ARRAYS = ("when", "mix", "kinds", "glyphs")


@dataclass(frozen=True)
class Lines(Mark):
    """Lines through places (lines, n, 2), or one line (n, 2); NaN interrupts it.

    width: in pixels
    dashes: one for each line, taken in turn
    closed: whether the last place is joined to the first
    """

    width: float = 2
    dashes: tuple[str, ...] = ("solid",)
    closed: bool = False
    SHAPE = (None, None, 2)
    MAY_BE_ONE = True

    def __post_init__(self) -> None:
        """Check the dashes."""
        super().__post_init__()
        if not set(self.dashes) <= set(DASHES):
            raise ValueError(f"lines of {self.at!r}: dashes are {', '.join(DASHES)}.")


@dataclass(frozen=True)
class Segments(Mark):
    """Straight pieces (n, 2, 2), from a place to a place.

    weights: an array (n,) from 0 to 1: how strongly each is drawn
    """

    weights: str = ""
    width: float = 1.5
    SHAPE = (None, 2, 2)
    ARRAYS = ("when", "weights")


@dataclass(frozen=True)
class Areas(Mark):
    """What lies between two curves, (areas, n, 3): x, low and high.

    opacity: of the filling
    """

    opacity: float = 0.25
    SHAPE = (None, None, 3)
    MAY_BE_ONE = True


@dataclass(frozen=True)
class Bars(Mark):
    """Rectangles (n, 4): left, bottom, right, top. An infinite one ends in a break at the limit.

    hollow: whether only the outline is drawn
    """

    hollow: bool = False
    SHAPE = (None, 4)


@dataclass(frozen=True)
class Ellipses(Mark):
    """Gaussians at means (n, 2), one standard deviation wide.

    covariances: an array (n, 2, 2)
    """

    covariances: str = ""
    width: float = 2.5
    dashes: tuple[str, ...] = ("solid",)
    SHAPE = (None, 2)
    ARRAYS = ("when", "covariances")


@dataclass(frozen=True)
class Labels(Mark):
    """Short texts beside places (n, 2), taken in turn; a text may hold numbers as in the words.

    dx, dy: where the text stands from its place, in pixels
    """

    texts: tuple[str, ...] = ()
    dx: float = 8
    dy: float = -8
    SHAPE = (None, 2)


@dataclass(frozen=True)
class Tiles(Mark):
    """Small grey images at places (n, 2).

    images: an array (n, height, width) from 0 (paper) to 1 (ink)
    size: their height in pixels
    """

    images: str = ""
    size: float = 16
    SHAPE = (None, 2)
    ARRAYS = ("when", "images")


@dataclass(frozen=True)
class Image(Mark):
    """A computed image (rows, columns) that fills the panel; row 0 at the bottom.

    low, high: the values of the first and of the last shade
    shades: "terrain" or "grey"
    levels: values at which contours are drawn
    """

    low: float = 0.0
    high: float = 1.0
    shades: str = "terrain"
    levels: tuple[float, ...] = ()
    SHAPE = (None, None)

    def __post_init__(self) -> None:
        """Check limits and shades."""
        super().__post_init__()
        if not self.low < self.high or self.shades not in SHADES:
            raise ValueError(
                f"image of {self.at!r}: low must be below high, and shades one of "
                f"{', '.join(SHADES)}."
            )


@dataclass(frozen=True)
class Scene:
    """Panels, and marks in the order in which they are drawn."""

    panels: tuple[Panel, ...]
    marks: tuple[Mark, ...]

    def check(self, shapes: Mapping[str, tuple[Any, ...]]) -> None:
        """Raise ValueError where something named is not there, or has another shape."""
        panels = {panel.name: panel for panel in self.panels}
        if len(panels) < len(self.panels):
            raise ValueError("scene: two panels have the same name.")
        for mark in self.marks:
            mark.check(shapes, panels)

    def spec(self) -> dict[str, Any]:
        """As the page's script reads it."""
        panels = [{f.name: getattr(p, f.name) for f in fields(p)} for p in self.panels]
        for panel, of in zip(panels, self.panels, strict=True):
            panel["aspect"] = of.aspect
        return {"panels": panels, "marks": [mark.spec() for mark in self.marks]}
