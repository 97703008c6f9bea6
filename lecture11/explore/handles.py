"""What the reader takes hold of: handles on the picture, and controls beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Part:
    """A handle or a control.

    field: of the state, what it sets
    label: its name, read aloud; of several things, what each is called
    """

    field: str
    label: str

    def spec(self) -> dict[str, Any]:
        """As the page's script reads it."""
        own = {f.name: getattr(self, f.name) for f in fields(self)}
        return {"kind": type(self).__name__.lower(), **own}

    def check(self, shapes: Mapping[str, tuple[Any, ...]], panels: Any, sizes: Any) -> None:
        """Raise ValueError where something named is not there, or has another shape."""
        if self.field not in shapes:
            raise ValueError(f"{self._said}: {self.field!r} is none of {', '.join(shapes)}.")
        if "on" in self.spec() and getattr(self, "on", None) not in panels:
            raise ValueError(f"{self._said}: no panel is called {getattr(self, 'on', None)!r}.")

    @property
    def _said(self) -> str:
        return f"{type(self).__name__} {self.label!r}"

    def _require(self, shape: tuple[Any, ...], allowed: bool, wanted: str) -> None:
        if not allowed:
            raise ValueError(f"{self._said}: {self.field!r} has shape {shape}; expected {wanted}.")


@dataclass(frozen=True)
class Drag(Part):
    """Grips that follow the pointer, one for each row of the field.

    on: the panel
    along: "xy" for a field (n, 2) of places; "x" or "y" for a field (n,) or () of numbers
    at: the array (n, 2) of places where the grips lie; the field itself where empty
    origin, unit: arrays: the number set is |place − origin| / unit along the axis; 0 and 1 where
        empty
    step: to whose multiples the number is rounded; 0 for none
    low, high: its limits; those of the panel where None
    names: of the numbers of a place, for their boxes; the panel's labels where empty
    """

    on: str
    along: str = "xy"
    at: str = ""
    origin: str = ""
    unit: str = ""
    step: float = 0.1
    low: float | None = None
    high: float | None = None
    names: tuple[str, ...] = ()
    colours: tuple[int | str, ...] = (0, 1, 2, 3, 4, 5)

    def check(self, shapes: Mapping[str, tuple[Any, ...]], panels: Any, sizes: Any) -> None:
        """Raise ValueError where something named is not there, or has another shape."""
        super().check(shapes, panels, sizes)
        shape = shapes[self.field]
        if self.along == "xy":
            self._require(shape, shape[-1:] == (2,) and len(shape) <= 2, "places, n × 2")
        elif self.along in ("x", "y"):
            self._require(shape, len(shape) <= 1 and bool(self.at), "numbers, and at= given")
        else:
            raise ValueError(f"{self._said}: along is xy, x or y; got {self.along!r}.")
        for name in filter(None, (self.at, self.origin, self.unit)):
            if name not in shapes:
                raise ValueError(f"{self._said}: {name!r} is none of {', '.join(shapes)}.")


@dataclass(frozen=True)
class Pick(Part):
    """Click the nearest of the places ``among`` (n, 2): the field () is its number, from 0."""

    on: str
    among: str

    def check(self, shapes: Mapping[str, tuple[Any, ...]], panels: Any, sizes: Any) -> None:
        """Raise ValueError where something named is not there, or has another shape."""
        super().check(shapes, panels, sizes)
        self._require(shapes[self.field], shapes[self.field] == (), "one number, ()")
        if self.among not in shapes:
            raise ValueError(f"{self._said}: {self.among!r} is none of {', '.join(shapes)}.")


@dataclass(frozen=True)
class Place(Part):
    """Click where there is nothing: the field (size, 2) gets a few places more, scattered there.

    size: the name of a size, which grows by as many; at the first click it begins at that number
    choice: the field () that says whether the field is in use, and its number then
    count: how many places a click adds
    spread: standard deviation of the scatter, in units of the panel
    """

    on: str
    size: str
    choice: tuple[str, int]
    count: int = 12
    spread: float = 0.05

    def check(self, shapes: Mapping[str, tuple[Any, ...]], panels: Any, sizes: Any) -> None:
        """Raise ValueError where something named is not there, or has another shape."""
        super().check(shapes, panels, sizes)
        if self.size not in sizes:
            raise ValueError(f"{self._said}: no size is called {self.size!r}.")
        self._require(shapes[self.field], shapes[self.field] == (self.size, 2), f"{self.size} × 2")
        if shapes.get(self.choice[0]) != ():
            raise ValueError(f"{self._said}: {self.choice[0]!r} is no number of the state.")


@dataclass(frozen=True)
class Draw(Part):
    """Strokes into the field, an image (rows, columns) from 0 to 1 that fills the panel.

    radius: of the brush, in pixels of the image
    """

    on: str
    radius: float = 1.0

    def check(self, shapes: Mapping[str, tuple[Any, ...]], panels: Any, sizes: Any) -> None:
        """Raise ValueError where something named is not there, or has another shape."""
        super().check(shapes, panels, sizes)
        self._require(shapes[self.field], len(shapes[self.field]) == 2, "an image")


@dataclass(frozen=True)
class Slider(Part):
    """A bar and a number box for a number, or for a size.

    The field may be the name of a size: then all arrays with that size are made anew.
    part: of a field (n,), which number
    log: whether the bar's positions are evenly spaced in the logarithm
    """

    low: float
    high: float
    step: float
    log: bool = False
    part: int = 0

    def __post_init__(self) -> None:
        """Check the range."""
        if not self.low < self.high or not 0 < self.step <= self.high - self.low:
            raise ValueError(
                f"{self._said}: expected low < high and a step within, got {self.low:g} to "
                f"{self.high:g} in steps of {self.step:g}."
            )
        if self.log and self.low <= 0:
            raise ValueError(f"{self._said}: logarithmic, so low must be above 0.")

    def check(self, shapes: Mapping[str, tuple[Any, ...]], panels: Any, sizes: Any) -> None:
        """Raise ValueError where something named is not there, or has another shape."""
        if self.field in sizes:
            least, most = sizes[self.field]
            if self.low < least or self.high > most:
                raise ValueError(f"{self._said}: the size goes from {least} to {most}.")
            return
        super().check(shapes, panels, sizes)
        shape = shapes[self.field]
        fits = shape == () or (len(shape) == 1 and self.part < shape[0])
        self._require(shape, fits, "one number, () or (n,)")


@dataclass(frozen=True)
class Choice(Part):
    """Buttons of which one is pressed: the field () is its number, from 0."""

    names: tuple[str, ...]

    def check(self, shapes: Mapping[str, tuple[Any, ...]], panels: Any, sizes: Any) -> None:
        """Raise ValueError where something named is not there, or has another shape."""
        super().check(shapes, panels, sizes)
        self._require(shapes[self.field], shapes[self.field] in ((), (1,)), "one number, ()")
        if len(self.names) < 2:
            raise ValueError(f"{self._said}: a choice needs two names or more.")


@dataclass(frozen=True)
class Toggle(Part):
    """A box to tick: the field () is 1 or 0."""

    def check(self, shapes: Mapping[str, tuple[Any, ...]], panels: Any, sizes: Any) -> None:
        """Raise ValueError where something named is not there, or has another shape."""
        super().check(shapes, panels, sizes)
        self._require(shapes[self.field], shapes[self.field] in ((), (1,)), "one number, ()")


@dataclass(frozen=True)
class Line(Part):
    """A line of text: the field (size,) holds its letters' numbers in the alphabet.

    alphabet: all letters that may stand in it; others are named and left out
    size: the name of a size, which is the text's length
    """

    alphabet: str
    size: str

    def check(self, shapes: Mapping[str, tuple[Any, ...]], panels: Any, sizes: Any) -> None:
        """Raise ValueError where something named is not there, or has another shape."""
        super().check(shapes, panels, sizes)
        if self.size not in sizes:
            raise ValueError(f"{self._said}: no size is called {self.size!r}.")
        self._require(shapes[self.field], shapes[self.field] == (self.size,), f"({self.size},)")
