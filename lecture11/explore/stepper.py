"""Buttons that move a state one step at a time: what a player shows, done by hand."""

import html
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

import ipywidgets as widgets

from lecture11.explore.layout import FITS, Spoken
from lecture11.figures import Picture

State = TypeVar("State")


class Stepper(Spoken, Generic[State]):
    """One button for each step; a press moves the state and draws it anew.

    Keyboard: Tab to a button, then Space or Enter.
    """

    def __init__(
        self,
        state: State,
        draw: Callable[[State], Picture],
        steps: Mapping[str, Callable[[State], State]],
    ) -> None:
        """state: the first; draw: its picture; steps: from a button's name to what it does.

        Raises ValueError where there is no step.
        """
        if not steps:
            raise ValueError("steps: a stepper needs at least one; got none.")
        self.state, self._draw = state, draw
        self.buttons = {}
        for name, step in steps.items():
            button = widgets.Button(description=name, layout=widgets.Layout(width="auto"))
            button.on_click(lambda _, step=step: self._take(step))
            self.buttons[name] = button
        self.view = widgets.HTML()
        self.picture: Picture
        self._take(lambda state: state)
        super().__init__([widgets.HBox(list(self.buttons.values()), layout=FITS), self.view])
        self.add_class("lecture11-stepper")

    def _take(self, step: Callable[[State], State]) -> None:
        try:
            state = step(self.state)
            picture = self._draw(state)
            self.view.value = picture.to_html()
            self.state, self.picture = state, picture
        except Exception as error:
            self.view.value = f'<p role="alert">Cannot draw this: {html.escape(str(error))}</p>'
            raise

    def __repr__(self) -> str:
        """The widget in words."""
        names = "; ".join(self.buttons)
        return f"Buttons: {names} (run this cell to use them). {self.picture.words}"
