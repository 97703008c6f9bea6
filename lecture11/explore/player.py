"""A player: pictures computed once, then played, stepped and scrubbed in the browser alone.

All links are made with ``jslink``, so a player goes on working in an exported page, where no
kernel answers.
"""

from collections.abc import Iterable

import ipywidgets as widgets

from lecture11.arguments import as_instance, as_whole
from lecture11.explore.layout import FITS, Spoken, bar, number_box
from lecture11.figures import Picture

# ipywidgets gives the buttons an icon and no name. Generated content is part of an element's
# accessible name, needs no script, and helps everyone else too.
_NAMED_BUTTONS = """<style>
.lecture11-player .widget-play { width: auto }
.lecture11-player .widget-play button { width: auto; padding: 0 0.8em }
.lecture11-player .widget-play button:nth-of-type(1)::after { content: " play / pause" }
.lecture11-player .widget-play button:nth-of-type(2)::after { content: " back to start" }
</style>"""


class Player(Spoken):
    """Play, step and scrub through pictures.

    Keyboard: Tab to the number box, then Up and Down; the play button takes Space.
    """

    def __init__(
        self, pictures: Iterable[Picture], *, label: str = "frame", milliseconds: int = 500
    ) -> None:
        """Encode every picture as it comes, so a generator may move one and the same stage.

        label: what is counted, shown at the number box; milliseconds: between two frames.
        Raises ValueError where there are no pictures.
        """
        as_instance("label", label, str, "put it in quotes")
        as_whole("milliseconds", milliseconds, low=1)
        as_instance("pictures", pictures, Iterable, "give a list")
        shown = []
        for index, picture in enumerate(pictures):
            as_instance(f"pictures[{index}]", picture, Picture, "draw one with lecture11.figures")
            shown.append((picture.words, widgets.HTML(picture.to_html())))
        if not shown:
            raise ValueError("pictures: a player needs at least one; got none.")
        self._words = [words for words, _ in shown]
        last = len(shown) - 1
        self.box, self.slider = number_box(label, 0, last, 1, 0), bar(last, 0)
        self.play = widgets.Play(max=last, interval=milliseconds, show_repeat=False)
        self.stack = widgets.Stack([page for _, page in shown], selected_index=0)
        widgets.jslink((self.play, "value"), (self.box, "value"))
        widgets.jslink((self.box, "value"), (self.slider, "value"))
        widgets.jslink((self.box, "value"), (self.stack, "selected_index"))
        style = widgets.HTML(_NAMED_BUTTONS, layout=widgets.Layout(display="none"))
        controls = widgets.HBox([style, self.play, self.box, self.slider], layout=FITS)
        super().__init__([controls, self.stack])
        self.add_class("lecture11-player")

    def __repr__(self) -> str:
        """The widget in words."""
        return (
            f"Player of {len(self._words)} frames (run this cell to use it). "
            f"First: {self._words[0]} Last: {self._words[-1]}"
        )
