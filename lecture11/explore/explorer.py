"""A live explorer: controls, and a picture that a pure function makes of their values."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ipywidgets as widgets

from lecture11.explore.layout import FITS, Spoken, View, numbered
from lecture11.figures import Picture


@dataclass(frozen=True)
class Slider:
    """A number to move: its label, range, step and first value."""

    label: str
    low: float
    high: float
    step: float
    value: float


class Explorer(Spoken):
    """Sliders over a picture: ``update(**values) -> Picture`` runs at every move.

    ``controls[name].value = …`` moves a control from code, as the tests do. An error in ``update``
    is shown in the picture's place and raised.
    """

    def __init__(self, update: Callable[..., Picture], **sliders: Slider) -> None:
        """Make a control for each slider, named like the argument of ``update`` it sets."""
        self._update = update
        self._labels = [slider.label for slider in sliders.values()]
        self.controls, rows = {}, []
        for name, slider in sliders.items():
            box, bar = numbered(slider.label, slider.low, slider.high, slider.step, slider.value)
            # Its message reaches the kernel first, also when the box is what was moved.
            bar.observe(self._redraw, "value")
            self.controls[name] = bar
            rows.append(widgets.HBox([box, bar]))
        self.view = View()
        self.picture: Picture
        self._redraw()
        super().__init__([widgets.Box(rows, layout=FITS), self.view])
        self.add_class("lecture11-explorer")

    def _redraw(self, _change: Any = None) -> None:
        values = {name: control.value for name, control in self.controls.items()}
        self.picture = self.view.show(lambda: self._update(**values))

    def __repr__(self) -> str:
        """The widget in words."""
        names = "; ".join(self._labels)
        return f"Explorer of {names} (run this cell to use it). {self.picture.words}"
