from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ipywidgets import HTML, BoundedFloatText, BoundedIntText, IntSlider
from matplotlib.figure import Figure
from traitlets import TraitError

from lecture11.explore import Choice, Explorer, Slider, Text
from lecture11.explore.layout import number_box
from lecture11.figures import Picture

PAPER = Figure(figsize=(0.1, 0.1))
WIDTH = Slider("width", 0.5, 2.0, 0.1, 1.0)
CYCLE = Slider("cycle", 0, 20, 1, 5)


def told(**values: object) -> Picture:
    """A picture whose words are the values it was made from."""
    return Picture(PAPER, repr(values))


def test_the_first_picture_is_that_of_the_first_values():
    explorer = Explorer(told, width=WIDTH, cycle=CYCLE)
    assert explorer.picture.words == "{'width': 1.0, 'cycle': 5}"
    assert explorer.view.value == explorer.picture.to_html()


def test_every_move_runs_update_with_all_values():
    explorer = Explorer(told, width=WIDTH, cycle=CYCLE)
    explorer.controls["cycle"].value = 7
    assert explorer.picture.words == "{'width': 1.0, 'cycle': 7}"
    explorer.controls["width"].value = 1.5
    assert explorer.picture.words == "{'width': 1.5, 'cycle': 7}"
    assert explorer.view.value == explorer.picture.to_html()


def test_update_runs_once_for_a_move_and_not_at_all_for_none():
    calls: list[dict] = []
    explorer = Explorer(lambda **values: calls.append(values) or told(**values), width=WIDTH)
    explorer.controls["width"].value = 1.5
    explorer.controls["width"].value = 1.5
    assert calls == [{"width": 1.0}, {"width": 1.5}]


@pytest.mark.slow
@settings(max_examples=20)
@given(st.floats(-1e6, 1e6) | st.integers(-100, 100))
def test_update_never_sees_a_value_out_of_range(value: float):
    explorer = Explorer(told, width=WIDTH)
    explorer.controls["width"].value = value
    assert explorer.picture.words == repr({"width": float(np.clip(value, 0.5, 2.0))})


def test_whole_numbers_arrive_as_int_fit_to_be_an_index():
    explorer = Explorer(lambda cycle: Picture(PAPER, "abc"[cycle]), cycle=Slider("c", 0, 2, 1, 0.0))
    explorer.controls["cycle"].value = 2
    assert explorer.picture.words == "c"


def fussy(width: float) -> Picture:
    if width > 1:
        raise ValueError(f"width < 1 & not {width}")
    return told(width=width)


def test_an_error_is_raised_and_shown_in_the_pictures_place():
    explorer = Explorer(fussy, width=WIDTH)
    with pytest.raises(ValueError, match=r"width < 1 & not 1\.5"):
        explorer.controls["width"].value = 1.5
    assert 'role="alert"' in explorer.view.value
    assert "width &lt; 1 &amp; not 1.5" in explorer.view.value
    assert "<img" not in explorer.view.value


def test_the_picture_comes_back_after_an_error():
    explorer = Explorer(fussy, width=WIDTH)
    with pytest.raises(ValueError, match="width"):
        explorer.controls["width"].value = 1.5
    explorer.controls["width"].value = 0.7
    assert explorer.view.value == told(width=0.7).to_html()


def test_an_error_at_the_first_picture_is_raised():
    with pytest.raises(ValueError, match="width"):
        Explorer(fussy, width=Slider("width", 0, 4, 0.5, 2))


def test_nothing_recompiles_while_a_slider_moves():
    traces: list[str] = []

    @jax.jit
    def scaled(width: jax.Array, cycle: jax.Array) -> jax.Array:
        traces.append("traced")
        return width * jnp.arange(3.0) + cycle

    def update(width: float, cycle: int) -> Picture:
        return Picture(PAPER, str(scaled(width, cycle)))

    explorer = Explorer(update, width=WIDTH, cycle=CYCLE)
    words = {explorer.picture.words}
    for width, cycle in [(1.1, 6), (2.0, 0), (0.5, 20)]:
        explorer.controls["width"].value = width
        explorer.controls["cycle"].value = cycle
        words.add(explorer.picture.words)
    assert len(words) == 4
    assert len(traces) == 1
    scaled(jnp.ones(3), 1)
    assert len(traces) == 2  # another shape would have been seen


def test_its_text_form_names_the_controls_and_says_the_present_picture():
    explorer = Explorer(told, width=WIDTH, cycle=CYCLE)
    explorer.controls["cycle"].value = 7
    text = repr(explorer)
    assert text.startswith("Explorer of width; cycle (run this cell to use it).")
    assert text.endswith(explorer.picture.words)


def test_its_text_form_is_whole_however_long():
    explorer = Explorer(lambda width: Picture(PAPER, "long words " * 50 + "end"), width=WIDTH)
    bundle = explorer._repr_mimebundle_()
    assert bundle["text/plain"] == repr(explorer)
    assert bundle["text/plain"].endswith("end")
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_the_style_and_the_browser_tests_know_it_by_its_class():
    assert "lecture11-explorer" in Explorer(told, width=WIDTH)._dom_classes


# What is refused


@pytest.mark.parametrize(
    ("control", "message"),
    [
        (lambda: Slider("a", 1, 0, 0.1, 0.5), r"^high: expected a number above 1, got 0"),
        (lambda: Slider("a", 0, 1, 2, 0.5), r"^step: expected a number .*, got 2"),
        (lambda: Slider("a", 0, 1, 0, 0.5), r"^step: expected a number .*, got 0"),
        (lambda: Slider("a", 0, 1, 0.1, 1.5), r"^value: expected a number from 0 to 1, got 1\.5"),
        (lambda: Choice("a", ("b",), "b"), r"^options: a choice needs two or more; got 1"),
        (lambda: Choice("a", ("b", "c"), "d"), r"^value: expected one of 'b', 'c'; got 'd'"),
    ],
)
def test_a_control_that_could_not_move_is_refused(control: Callable, message: str):
    with pytest.raises(ValueError, match=message):
        control()


@pytest.mark.parametrize(
    ("update", "message"),
    [
        (lambda height: None, r"^update: expected a function of the controls' names, width; "),
        (lambda: None, r"^update: expected a function of the controls' names, width; "),
        (lambda width: "a picture", r"^update: expected Picture, got .*; return a Picture"),
    ],
)
def test_an_update_of_other_controls_or_without_a_picture_is_refused(
    update: Callable, message: str
):
    with pytest.raises(TypeError, match=message):
        Explorer(update, width=WIDTH)


# Controls


def test_a_line_is_read_at_every_key():
    explorer = Explorer(told, sentence=Text("your sentence", "abc"))
    line = explorer.controls["sentence"]
    assert explorer.picture.words == "{'sentence': 'abc'}"
    assert line.continuous_update
    assert line.description == "your sentence"
    line.value = ""
    assert explorer.picture.words == "{'sentence': ''}"


def test_a_choice_offers_its_options_and_no_other():
    explorer = Explorer(told, code=Choice("code for", ("Czech", "English"), "English"), width=WIDTH)
    choice = explorer.controls["code"]
    assert explorer.picture.words == "{'code': 'English', 'width': 1.0}"
    assert choice.options == ("Czech", "English")
    assert choice.description == "code for"
    choice.value = "Czech"
    assert explorer.picture.words == "{'code': 'Czech', 'width': 1.0}"
    with pytest.raises(TraitError):
        choice.value = "Latin"
    assert repr(explorer).startswith("Explorer of code for; width (run")


@pytest.mark.parametrize(
    ("slider", "kind", "positions"),
    [
        (CYCLE, BoundedIntText, 20),
        (Slider("a", 0.0, 4.0, 2.0, 2.0), BoundedIntText, 2),
        (WIDTH, BoundedFloatText, 15),
        (Slider("a", 0, 1, 0.5, 0), BoundedFloatText, 2),
        (Slider("a", 0.5, 2.5, 1, 1.5), BoundedFloatText, 2),
    ],
)
def test_box_and_bar_have_one_range_and_one_value(slider: Slider, kind: type, positions: int):
    box, bar = slider.make()
    assert type(box) is kind
    assert (box.min, box.max) == (slider.low, slider.high)
    assert (box.step, box.value) == (slider.step, slider.value)
    assert type(bar) is IntSlider
    assert (bar.min, bar.max) == (0, positions)
    assert box.value == pytest.approx(slider.low + bar.value * slider.step)


@pytest.mark.parametrize(
    "slider", [WIDTH, CYCLE, Slider("a", 0.02, 0.98, 0.01, 0.33), Slider("a", -4, 4, 0.1, -2)]
)
def test_the_bar_reaches_every_value_and_says_it_shortly(slider: Slider):
    box, bar = slider.make()
    for position in range(bar.max + 1):
        bar.value = position
        assert bar.value == position
        assert box.value == pytest.approx(slider.low + position * slider.step)
        assert len(repr(box.value)) <= 5


def test_the_bar_follows_the_box_and_leaves_it_as_it_was_typed():
    box, bar = WIDTH.make()
    box.value = 1.5
    assert bar.value == 10
    box.value = 1.234
    assert bar.value == 7
    assert box.value == 1.234


def test_a_move_of_the_bar_redraws_once():
    calls: list[dict] = []
    explorer = Explorer(lambda **values: calls.append(values) or told(**values), width=WIDTH)
    (row,) = explorer.children[0].children
    row.children[1].value = 0
    assert calls == [{"width": 1.0}, {"width": 0.5}]
    assert explorer.controls["width"] is row.children[0]


def test_what_the_keyboard_reaches_has_a_name():
    box, bar = WIDTH.make()
    assert box.description == "width"
    assert box.tabbable is not False
    assert bar.tabbable is False


def test_a_long_label_has_room():
    box = number_box("a label of thirty-two characters", 0, 1, 0.1, 0)
    assert int(box.layout.width.removesuffix("ch")) >= 32 + 8
    assert box.style.description_width == "initial"


def test_controls_stand_above_the_picture():
    explorer = Explorer(told, width=WIDTH)
    above, below = explorer.children
    assert explorer.controls["width"] in above.children[0].children
    assert below is explorer.view
    assert isinstance(below, HTML)
