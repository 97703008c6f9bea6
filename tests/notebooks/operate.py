"""Move everything that a notebook has to move, in its kernel.

The last cell of the student edition that :mod:`tests.notebooks.student` runs calls
:func:`operate_all`. What cannot be moved, or moves and says the wrong thing, is an AssertionError
that names the widget and what was done to it.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import ipywidgets as widgets
from ipywidgets.widgets.widget import _instances

from lecture11.explore import Explorer, Laboratory, Player, Question, Stepper

ROUNDS = 3
TYPED = "tea on toast"


class Watched:
    """What a widget shows: every move must change the picture, and its words in some moves."""

    def __init__(self, name: str, page: str) -> None:
        self.name, self.page = name, page
        self.first, self.said = page, {self.words()}

    def words(self) -> str:
        found = re.search(r'<img alt="(.+?)".*<figcaption.*?>(.+?)</figcaption>', self.page, re.S)
        assert found, f"{self.name}: no picture with words: {self.page:.200}"
        assert found[1] == found[2], f"{self.name}: the image says {found[1]}, below it {found[2]}"
        return found[1]

    def moved(self, page: str, how: str) -> None:
        assert page != self.page, f"{self.name}: {how} changed nothing"
        self.page = page
        self.said.add(self.words())

    def ended(self) -> None:
        assert len(self.said) > 1, f"{self.name}: says the same whatever is done: {self.words()}"


def moves(control: widgets.Widget) -> Iterator[Any]:
    """Values to give a control in turn, to the ends of its range; each differs from the last."""
    if isinstance(control, widgets.ToggleButtons):
        yield from (option for option in control.options if option != control.value)
    elif isinstance(control, widgets.Text):
        yield from (control.value + TYPED[: count + 1] for count in range(len(TYPED)))
        yield ""
    else:
        low, high, step, value = control.min, control.max, control.step, control.value
        for target in (value + step, value - step, low, low + step, high, high - step):
            target = round(target, 10)
            if low <= target <= high and target != control.value:
                yield target


def operate_explorer(explorer: Explorer) -> None:
    rows = explorer.children[0].children
    for control, row in zip(explorer.controls.values(), rows, strict=True):
        watched = Watched(f"{control.description!r} of {explorer!r:.60}", explorer.view.value)
        first = control.value
        for value in moves(control):
            control.value = value
            watched.moved(explorer.view.value, repr(value))
        watched.ended()
        control.value = first
        assert explorer.view.value == watched.first, f"{watched.name}: there and back is elsewhere"
        if len(row.children) == 2:
            drag(explorer, *row.children)


def drag(explorer: Explorer, box: widgets.Widget, bar: widgets.IntSlider) -> None:
    """Draw the bar through all of its places: the box follows, in numbers that can be read."""
    first = box.value
    box.unobserve(explorer._redraw, "value")
    for place in range(bar.max + 1):
        bar.value = place
        assert bar.value == place, f"{box.description}: {place} of the bar jumps to {bar.value}"
        assert len(str(box.value)) <= 6, f"{box.description}: {box.value}"
    assert box.value == box.max, f"{box.description}: the bar ends at {box.value}"
    box.observe(explorer._redraw, "value")
    bar.value = 0
    assert box.value == box.min, f"{box.description}: the bar begins at {box.value}"
    box.value = first


def operate_stepper(stepper: Stepper) -> None:
    watched = Watched(f"{stepper!r:.60}", stepper.view.value)
    for _ in range(ROUNDS):  # in the order they stand in, each button has something to do
        for name, button in stepper.buttons.items():
            button.click()
            watched.moved(stepper.view.value, name)
    watched.ended()


def look_through_player(player: Player) -> None:
    """Its pages turn in the browser alone; here, that there is something to see at every turn."""
    first, *others = player.frames
    watched = Watched(f"{player!r:.60}", first)
    for number, page in enumerate(others, start=1):
        watched.moved(page, f"frame {number}")
    watched.ended()


def look_through_question(question: Question) -> None:
    """Its replies appear in the browser alone; here, that each choice has its own."""
    replies = {*question.replies.values()}
    assert len(replies) == len(question.replies), f"{question!r:.60}: a reply twice"


def operate_laboratory(laboratory: Laboratory) -> None:
    """Its moves in the kernel, and back to the start; in the page they are the browser tests'."""
    first = repr(laboratory)
    names = list(laboratory.lab.moves)
    for name in names:
        laboratory.state = laboratory.lab.moved(name, laboratory.state)
    assert repr(laboratory) != first, f"{first:.60}: says the same whatever is done: {names}"
    laboratory.state = laboratory.lab.state
    assert repr(laboratory) == first, f"{first:.60}: there and back is elsewhere"


OPERATED = {
    Explorer: operate_explorer,
    Laboratory: operate_laboratory,
    Player: look_through_player,
    Question: look_through_question,
    Stepper: operate_stepper,
}


def operate_all() -> None:
    """Operate every widget made in this kernel, and print how many there are of which kind."""
    made = [(kind, widget) for widget in _instances.values() if (kind := kind_of(widget))]
    for kind, widget in made:
        OPERATED[kind](widget)
    print(in_words(Counter(kind.__name__ for kind, _ in made)))


def kind_of(widget: widgets.Widget) -> type | None:
    """Of what is operated; anywidget gives each of its widgets a class of its own."""
    return next((kind for kind in OPERATED if isinstance(widget, kind)), None)


def in_words(count: Counter[str]) -> str:
    return ", ".join(f"{count[kind.__name__]} × {kind.__name__}" for kind in OPERATED)
