import sys
from collections.abc import Callable

import ipywidgets as widgets
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from lecture11.explore import Stepper
from lecture11.figures import Picture
from lecture11.figures.latent import CoinStage

PAPER = Figure(figsize=(0.1, 0.1))


def told(state: object) -> Picture:
    """A picture whose words are the state."""
    return Picture(PAPER, f"The state is {state}.")


def more(state: int) -> int:
    return state + 1


def double(state: int) -> int:
    return 2 * state


def back(state: int) -> int:
    return 3


STEPS: dict[str, Callable[[int], int]] = {"one more": more, "double": double, "back": back}


def stepper() -> Stepper[int]:
    return Stepper(3, told, STEPS)


def test_the_first_picture_is_that_of_the_state_as_given():
    first = stepper()
    assert first.state == 3
    assert first.picture.words == "The state is 3."
    assert first.view.value == first.picture.to_html()


def test_there_is_a_button_for_each_step_in_their_order():
    named = stepper()
    assert list(named.buttons) == ["one more", "double", "back"]
    row = named.children[0].children
    assert row == tuple(named.buttons.values())
    assert [button.description for button in row] == list(STEPS)
    assert {type(button) for button in row} == {widgets.Button}


def test_a_press_moves_the_state_and_draws_it_anew():
    pressed = stepper()
    pressed.buttons["double"].click()
    assert pressed.state == 6
    assert pressed.picture.words == "The state is 6."
    assert pressed.view.value == pressed.picture.to_html()
    pressed.buttons["one more"].click()
    assert pressed.state == 7
    assert pressed.picture.words == "The state is 7."
    assert pressed.view.value == pressed.picture.to_html()


@settings(max_examples=15)
@given(st.lists(st.sampled_from(list(STEPS)), max_size=8))
def test_each_button_takes_its_own_step_from_where_the_last_one_led(presses: list[str]):
    pressed, expected = stepper(), 3
    for name in presses:
        pressed.buttons[name].click()
        expected = STEPS[name](expected)
    assert pressed.state == expected
    assert pressed.picture.words == f"The state is {expected}."


def test_a_press_draws_once():
    drawn: list[int] = []
    pressed = Stepper(3, lambda state: drawn.append(state) or told(state), STEPS)
    pressed.buttons["one more"].click()
    pressed.buttons["back"].click()
    assert drawn == [3, 4, 3]


def test_a_stage_that_is_moved_is_another_image_and_the_same_where_it_returns():
    stage = CoinStage([0, 1])
    moved = Stepper(3, lambda at: stage.at_bias([-9, -3], at / 10, -at), STEPS)
    first = moved.view.value
    moved.buttons["double"].click()
    assert moved.view.value != first
    moved.buttons["back"].click()
    assert moved.view.value == first


def test_two_steppers_of_the_same_steps_move_apart():
    one, other = stepper(), stepper()
    one.buttons["double"].click()
    assert (one.state, other.state) == (6, 3)
    assert other.picture.words == "The state is 3."


# Errors


@pytest.fixture
def reported(monkeypatch: pytest.MonkeyPatch) -> list[BaseException | None]:
    """The errors that reach the notebook's shell: ipywidgets hands it those of a press."""
    errors: list[BaseException | None] = []

    class Shell:
        def showtraceback(self) -> None:
            errors.append(sys.exc_info()[1])

    monkeypatch.setattr("ipywidgets.widgets.widget.get_ipython", Shell)
    return errors


def fussy(state: int) -> int:
    raise ValueError(f"state < 1 & not {state}")


def told_up_to_three(state: int) -> Picture:
    return told(fussy(state) if state > 3 else state)


@pytest.mark.parametrize(
    ("draw", "step", "message"),
    [(told, fussy, "not 3"), (told_up_to_three, more, "not 4")],
    ids=["in the step", "in the picture"],
)
def test_an_error_is_raised_and_shown_in_the_pictures_place(
    draw: Callable, step: Callable, message: str, reported: list
):
    pressed = Stepper(3, draw, {"press": step})
    assert "<img" in pressed.view.value
    pressed.buttons["press"].click()
    assert [str(error) for error in reported] == [f"state < 1 & {message}"]
    assert 'role="alert"' in pressed.view.value
    assert f"state &lt; 1 &amp; {message}" in pressed.view.value
    assert "<img" not in pressed.view.value


def test_after_a_step_that_failed_the_others_go_on_from_before_it(reported: list):
    pressed = Stepper(3, told, {"fail": fussy, **STEPS})
    pressed.buttons["fail"].click()
    assert pressed.state == 3
    pressed.buttons["double"].click()
    assert len(reported) == 1
    assert pressed.state == 6
    assert pressed.view.value == told(6).to_html()


def test_an_error_at_the_first_picture_is_raised():
    with pytest.raises(ValueError, match="state < 1 & not 4"):
        Stepper(4, told_up_to_three, STEPS)


def test_no_steps_and_steps_that_are_none_are_refused():
    with pytest.raises(ValueError, match=r"^steps: a stepper needs at least one"):
        Stepper(3, told, {})
    with pytest.raises(TypeError, match=r"^steps\['one more'\]: expected a function, got 3"):
        Stepper(3, told, {"one more": 3})
    with pytest.raises(TypeError, match=r"^draw: expected Picture, got .*; return a Picture"):
        Stepper(3, lambda state: state, STEPS)


# What it looks like, and says


def test_its_text_form_names_the_buttons_and_says_the_present_picture():
    pressed = stepper()
    pressed.buttons["double"].click()
    assert repr(pressed) == (
        "Buttons: one more; double; back (run this cell to use them). The state is 6."
    )


def test_its_text_form_is_whole_however_long():
    long = Stepper(3, lambda _: Picture(PAPER, "long words " * 50 + "end"), STEPS)
    bundle = long._repr_mimebundle_()
    assert bundle["text/plain"] == repr(long)
    assert bundle["text/plain"].endswith("end")
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_the_style_and_the_browser_tests_know_it_by_its_class():
    assert "lecture11-stepper" in stepper()._dom_classes


def test_buttons_stand_above_the_picture():
    above, below = stepper().children
    assert isinstance(above.children[0], widgets.Button)
    assert isinstance(below, widgets.HTML)
    assert below.value == told(3).to_html()


def test_a_long_name_has_room():
    named = Stepper(3, told, {"a name of thirty-two characters!": more})
    assert [button.layout.width for button in named.buttons.values()] == ["auto"]
