"""A live explorer: controls, and a picture that a pure function makes of their values."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ipywidgets as widgets

from lecture11.arguments import as_choice, as_number
from lecture11.explore.layout import FITS, WIDE, Spoken, View, bar, number_box
from lecture11.figures import Picture
from lecture11.signatures import checked


@checked
@dataclass(frozen=True)
class Slider:
    """A number to move: its label, range, step and first value.

    Raises ValueError where the range is empty, the step longer, or the value outside.
    """

    label: str
    low: float
    high: float
    step: float
    value: float

    def __post_init__(self) -> None:
        as_number("high", self.high, above=self.low)
        as_number("step", self.step, above=0, high=self.high - self.low)
        as_number("value", self.value, self.low, self.high)

    def make(self) -> tuple[widgets.Widget, ...]:
        """What stands in its row; the first of them is the one whose value counts.

        The bar's positions are counted from 0, so the kernel ties it to the box. A value typed
        between two positions stays as it is, and the bar goes to the nearer one.
        """
        box = number_box(self.label, self.low, self.high, self.step, self.value)
        slider = bar(round((self.high - self.low) / self.step), self._place(box.value))

        def follow(_change: Any) -> None:
            slider.value = self._place(box.value)

        def lead(_change: Any) -> None:
            if slider.value != self._place(box.value):
                box.value = round(self.low + slider.value * self.step, 10)

        box.observe(follow, "value")
        slider.observe(lead, "value")
        return box, slider

    def _place(self, value: float) -> int:
        return round((value - self.low) / self.step)


@checked
@dataclass(frozen=True)
class Text:
    """A line to type in: its label and its first value; read at every key."""

    label: str
    value: str

    def make(self) -> tuple[widgets.Widget, ...]:
        """What stands in its row."""
        wide = widgets.Layout(width="40em", max_width="100%")
        return (widgets.Text(self.value, description=self.label, style=WIDE, layout=wide),)


@checked
@dataclass(frozen=True)
class Choice:
    """One of several names to pick: their label, the names, the first picked.

    A row of buttons: JupyterLab takes the arrow keys away from a drop-down list.
    Raises ValueError where there are fewer than two names, or ``value`` is none of them.
    """

    label: str
    options: tuple[str, ...]
    value: str

    def __post_init__(self) -> None:
        if len(self.options) < 2:
            raise ValueError(f"options: a choice needs two or more; got {len(self.options)}.")
        as_choice("value", self.value, self.options)

    def make(self) -> tuple[widgets.Widget, ...]:
        """What stands in its row."""
        return (
            widgets.ToggleButtons(
                options=self.options,
                value=self.value,
                description=self.label,
                style={**WIDE, "button_width": "auto"},
            ),
        )


class Explorer(Spoken):
    """Controls over a picture: ``update(**values) -> Picture`` runs at every move.

    ``controls[name].value = …`` moves a control from code, as the tests do. An error in ``update``
    is shown in the picture's place and raised.
    """

    @checked
    def __init__(self, update: Callable[..., Picture], **controls: Slider | Text | Choice) -> None:
        """Make each control, named like the argument of ``update`` it sets.

        Raises TypeError where ``update`` takes other arguments, or returns no picture.
        """
        try:
            inspect.signature(update).bind(**controls)
        except TypeError as error:
            named = ", ".join(controls) or "none"
            raise TypeError(
                f"update: expected a function of the controls' names, {named}; {error}."
            ) from None
        self._update = update
        self._labels = [control.label for control in controls.values()]
        self.controls, rows = {}, []
        for name, control in controls.items():
            row = control.make()
            row[0].observe(self._redraw, "value")
            self.controls[name] = row[0]
            rows.append(widgets.HBox(row))
        self.view = View()
        self.picture: Picture
        self._redraw()
        super().__init__([widgets.Box(rows, layout=FITS), self.view])
        self.add_class("lecture11-explorer")

    def _redraw(self, _change: Any = None) -> None:
        values = {name: control.value for name, control in self.controls.items()}
        self.picture = self.view.show("update", lambda: self._update(**values))

    def __repr__(self) -> str:
        """The widget in words."""
        names = "; ".join(self._labels)
        return f"Explorer of {names} (run this cell to use it). {self.picture.words}"
