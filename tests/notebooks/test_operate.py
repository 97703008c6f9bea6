"""What is operated is seen to fail: a widget that does not move, or says the wrong thing."""

import re
from collections.abc import Callable

import pytest
from ipywidgets import Widget
from matplotlib.figure import Figure

from lecture11.explore import (
    Choice,
    Explorer,
    Laboratory,
    Player,
    Question,
    Slider,
    Stepper,
    Text,
)
from lecture11.figures import Picture
from tests.explore.test_lab import declare
from tests.notebooks import operate as operating
from tests.notebooks.operate import OPERATED, ROUNDS, kind_of, moves, operate_all

SLIDER = Slider("x", 0, 0.4, 0.1, 0.2)


def shows(x: object) -> Picture:
    """A picture on which its words stand, so that other words are another picture."""
    figure = Figure(figsize=(1, 1))
    figure.text(0, 0.5, str(x))
    return Picture(figure, str(x))


def silent(x: object) -> Picture:
    return Picture(shows(x).drawing, "always the same")


def by_steps(step: Callable[[int], int], draw: Callable = shows) -> Stepper:
    return Stepper(0, draw, {"on": lambda x: x + 1, "next": step})


def with_memory() -> Callable[[float], Picture]:
    seen: list[float] = []

    def draw(x: float) -> Picture:
        seen.append(x)
        return shows((x, len(seen)))

    return draw


def with_other_words(stepper: Stepper, page: str = "") -> Stepper:
    stepper.view.value = page or stepper.view.value.replace('alt="0"', 'alt="1"')
    return stepper


def unrounded() -> Explorer:
    explorer = Explorer(shows, x=SLIDER)
    box, bar = explorer.children[0].children[0].children
    bar.observe(lambda change: box.set_trait("value", change["new"] * 0.1), "value")
    return explorer


CHOICE = Choice("x", ("a", "b", "c"), "b")
QUESTION = Question("Which?", {"this": "Yes.", "that": "No."})

FAIR = {
    "slider": lambda: Explorer(shows, x=SLIDER),
    "text": lambda: Explorer(lambda x: shows(repr(x)), x=Text("x", "ab")),
    "choice": lambda: Explorer(shows, x=CHOICE),
    "several": lambda: Explorer(lambda **values: shows(values), x=SLIDER, y=CHOICE),
    "player": lambda: Player(map(shows, range(3))),
    "laboratory": lambda: Laboratory(declare()),
    "question": lambda: QUESTION,
    "stepper": lambda: by_steps(lambda x: x + 2),
}
FAULTY = {
    "1.0 changed nothing": lambda: Explorer(
        lambda x: shows(min(x, 0.5)), x=Slider("x", 0, 1, 0.5, 0.5)
    ),
    "'c' changed nothing": lambda: Explorer(lambda x: shows(x == "a"), x=CHOICE),
    "changed nothing": lambda: Explorer(lambda x: shows(x[:2]), x=Text("x", "ab")),
    "says the same": lambda: Explorer(silent, x=SLIDER),
    "'Grow'": lambda: Laboratory(declare(moves={"Grow": lambda state, prepared: state})),
    "there and back": lambda: Explorer(with_memory(), x=SLIDER),
    "frame 2 changed nothing": lambda: Player(map(shows, (0, 1, 1))),
    "next changed nothing": lambda: by_steps(lambda x: x),
    "a reply twice": lambda: Question("Which?", {"this": "Yes.", "that": "Yes."}),
    "the image says": lambda: with_other_words(by_steps(lambda x: x + 2)),
    "no picture with words": lambda: with_other_words(by_steps(lambda x: x + 2), "<p>7</p>"),
    "0.30000000000000004": unrounded,
}


def operate(widget: Widget) -> None:
    OPERATED[kind_of(widget)](widget)


@pytest.mark.parametrize("make", FAIR.values(), ids=FAIR)
def test_what_moves_passes_and_is_left_as_it_was(make: Callable[[], Widget]):
    widget = make()
    before = repr(widget)
    operate(widget)
    assert isinstance(widget, Stepper) or repr(widget) == before


@pytest.mark.parametrize(("complaint", "make"), FAULTY.items(), ids=FAULTY)
def test_a_fault_is_named(complaint: str, make: Callable[[], Widget]):
    widget = make()
    with pytest.raises(AssertionError, match=re.escape(complaint)):
        operate(widget)


def test_a_number_goes_to_both_ends():
    (control,) = Explorer(shows, x=SLIDER).controls.values()
    given = []
    for value in moves(control):
        assert value != control.value
        control.value = value
        given.append(value)
    assert {0, 0.1, 0.3, 0.4} <= set(given)


@pytest.mark.slow
def test_all_are_operated_and_counted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    made = {name: make() for name, make in FAIR.items()}
    monkeypatch.setattr(operating, "_instances", made)
    operate_all()
    assert capsys.readouterr().out == (
        "4 × Explorer, 1 × Laboratory, 1 × Player, 1 × Question, 1 × Stepper\n"
    )
    assert made["stepper"].state == 3 * ROUNDS
