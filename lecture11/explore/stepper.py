"""Buttons that move a state one step at a time: what a player shows, done by hand."""

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

import ipywidgets as widgets

from lecture11.explore.layout import FITS, Spoken, View
from lecture11.figures import Picture
from lecture11.signatures import checked

State = TypeVar("State")


class Stepper(Spoken, Generic[State]):
    """One button for each step; a press moves the state and draws it anew.

    Keyboard: Tab to a button, then Space or Enter.
    """

    @checked
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
            if not callable(step):
                raise TypeError(f"steps[{name!r}]: expected a function, got {step!r}.")
            button = widgets.Button(description=name, layout=widgets.Layout(width="auto"))
            button.on_click(lambda _, step=step: self._take(step))
            self.buttons[name] = button
        self.view = View()
        self.picture: Picture
        self._take(lambda state: state)
        super().__init__([widgets.HBox(list(self.buttons.values()), layout=FITS), self.view])
        self.add_class("lecture11-stepper")

    def _take(self, step: Callable[[State], State]) -> None:
        state = self.state

        def draw() -> Picture:
            nonlocal state
            state = step(state)
            return self._draw(state)

        self.picture = self.view.show("draw", draw)
        self.state = state  # only now: a state that cannot be drawn is not entered

    def __repr__(self) -> str:
        """The widget in words."""
        names = "; ".join(self.buttons)
        return f"Buttons: {names} (run this cell to use them). {self.picture.words}"
