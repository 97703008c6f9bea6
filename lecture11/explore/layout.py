"""How a control looks everywhere: a labelled number box, and a slider tied to it.

ipywidgets' sliders have no accessible name; the number box has a real label and takes the arrow
keys, so it is the control for keyboard and screen reader, and the slider the one for the mouse.
"""

import html
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from lecture11.figures import Picture

FITS = widgets.Layout(flex_flow="row wrap", align_items="center")
WIDE = {"description_width": "initial"}
"""A label gets the room it needs."""


def numbered(
    label: str, low: float, high: float, step: float, value: float
) -> tuple[widgets.Widget, widgets.Widget]:
    """A labelled box and a slider with one value, linked in the browser."""
    whole = all(float(number).is_integer() for number in (low, high, step, value))
    kind = (
        (widgets.BoundedIntText, widgets.IntSlider)
        if whole
        else (widgets.BoundedFloatText, widgets.FloatSlider)
    )
    span = {"min": low, "max": high, "step": step, "value": value}
    if whole:
        span = {name: int(number) for name, number in span.items()}
    box = kind[0](
        **span,
        description=label,
        style=WIDE,
        layout=widgets.Layout(width=f"{len(label) + 11}ch"),
    )
    slider = kind[1](**span, readout=False, tabbable=False, layout=widgets.Layout(width="14em"))
    widgets.jslink((box, "value"), (slider, "value"))
    return box, slider


class Spoken(widgets.VBox):
    """A box whose text form is all of its ``repr``.

    That text is what nbval compares and what stands in a notebook before it is run; ipywidgets
    would cut it after 110 characters.
    """

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        return {**super()._repr_mimebundle_(**kwargs), "text/plain": repr(self)}


class View(widgets.HTML):
    """Where a picture stands, or in its place the error that kept it from being drawn."""

    def show(self, draw: Callable[[], Picture]) -> Picture:
        """Draw and show; an error is shown and raised."""
        try:
            picture = draw()
            self.value = picture.to_html()
        except Exception as error:
            self.value = f'<p role="alert">Cannot draw this: {html.escape(str(error))}</p>'
            raise
        return picture
