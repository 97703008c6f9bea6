"""How a control looks everywhere: a labelled number box, and a slider tied to it.

ipywidgets' sliders have no accessible name; the number box has a real label and takes the arrow
keys, so it is the control for keyboard and screen reader, and the slider the one for the mouse.
"""

import html
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from lecture11.arguments import as_instance
from lecture11.figures import Picture

FITS = widgets.Layout(flex_flow="row wrap", align_items="center")
WIDE = {"description_width": "initial"}
"""A label gets the room it needs."""


def number_box(
    label: str, low: float, high: float, step: float, value: float
) -> widgets.BoundedIntText | widgets.BoundedFloatText:
    """A labelled number box, for whole numbers where all that is given is whole."""
    span = {"min": low, "max": high, "step": step, "value": value}
    kind = widgets.BoundedFloatText
    if all(float(number).is_integer() for number in span.values()):
        span = {name: int(number) for name, number in span.items()}
        kind = widgets.BoundedIntText
    width = widgets.Layout(width=f"{len(label) + 11}ch")
    return kind(**span, description=label, style=WIDE, layout=width)


def bar(last: int, value: int) -> widgets.IntSlider:
    """A slider from 0 to ``last``, for the mouse alone.

    Whole numbers only: it computes in per cent, so that 0.3 would come out as 0.30000000000000004.
    """
    width = widgets.Layout(width="14em")
    return widgets.IntSlider(value, 0, last, readout=False, tabbable=False, layout=width)


class Spoken(widgets.VBox):
    """A box whose text form is all of its ``repr``.

    That text is what nbval compares and what stands in a notebook before it is run; ipywidgets
    would cut it after 110 characters.
    """

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        return {**super()._repr_mimebundle_(**kwargs), "text/plain": repr(self)}


class View(widgets.HTML):
    """Where a picture stands, or in its place the error that kept it from being drawn."""

    def show(self, name: str, draw: Callable[[], Picture]) -> Picture:
        """Draw and show, ``name`` being the argument that draws; an error is shown and raised."""
        try:
            picture = as_instance(name, draw(), Picture, "return a Picture")
            self.value = picture.to_html()
        except Exception as error:
            self.value = f'<p role="alert">Cannot draw this: {html.escape(str(error))}</p>'
            raise
        return picture
