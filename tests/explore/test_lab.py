"""The declaration of a laboratory: everything in it is checked, and evaluated in the kernel."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lecture11.explore.handles import Choice, Drag, Line, Pick, Place, Slider, Toggle
from lecture11.explore.lab import Lab, Prepared
from lecture11.explore.widget import packed, unpacked
from lecture11.figures.scene import Bars, Image, Labels, Lines, Panel, Points, Scene
from lecture11.figures.sentences import Sentence


class State(NamedTuple):
    places: Any
    power: Any
    count: Any
    seed: Any


class Seen(NamedTuple):
    mean: Any
    raised: Any


START = State(np.array([[0.0, 1.0], [2.0, 3.0]]), 2.0, 0, 7)


def see(state: State, prepared: dict[str, Any]) -> Seen:
    return Seen(state.places.mean(axis=0), prepared["raised"])


def grow(state: State, prepared: dict[str, Any]) -> State:
    return state._replace(places=1.1 * state.places, count=state.count + 1)


def restart(state: State, prepared: dict[str, Any]) -> State:
    return state._replace(count=jnp.zeros_like(state.count))


PLANE = Panel("plane", "A plane", (-5, 5), (-5, 5), square=True)


def declare(**changes: Any) -> Lab:
    whole: dict[str, Any] = {
        "name": "dots",
        "title": "Dots",
        "state": START,
        "view": see,
        "scene": Scene((PLANE,), (Points("plane", "places"),)),
        "words": [Sentence("{count:d} steps, the mean is {mean[0]:.2f}.")],
        "prepare": {"raised": Prepared(lambda x, p: x**p, ("places", "power"))},
        "moves": {"Grow": grow},
        "play": "Grow",
        "then": {"places": restart},
        "handles": [Drag("places", "place", "plane")],
        "controls": [Slider("power", "power", 1, 3, 0.5)],
        "shapes": {"places": ("n", 2)},
        "sizes": {"n": (2, 9)},
    }
    return Lab(**{**whole, **changes})


@pytest.fixture(scope="module")
def lab() -> Lab:
    return declare()


def test_it_is_evaluated_in_float64_whatever_the_setting(lab: Lab):
    values = lab.values(lab.state)
    assert {values[name].dtype for name in ("places", "mean", "raised")} == {np.dtype(float)}
    np.testing.assert_array_equal(values["raised"], [[0, 1], [4, 9]])
    assert lab.said(values) == "0 steps, the mean is 1.00."
    assert jnp.zeros(()).dtype == jax.dtypes.canonicalize_dtype(float)


def test_a_move_makes_a_state_of_the_same_types(lab: Lab):
    moved = lab.moved("Grow", lab.state)
    np.testing.assert_allclose(moved.places, 1.1 * START.places, rtol=1e-15)
    assert (moved.count, moved.count.dtype) == (1, np.int32)
    assert lab.moved("then places", moved).count == 0


def test_sizes_may_change(lab: Lab):
    five = lab.as_state("state", START._replace(places=np.ones((5, 2))))
    assert lab.values(five)["raised"].shape == (5, 2)


def test_a_state_travels_as_bytes_and_comes_back(lab: Lab):
    strange = lab.state._replace(places=np.array([[np.nan, np.inf], [-np.inf, -0.0]]))
    back = lab.restored(unpacked(packed(strange)))
    for name, sent, got in zip(State._fields, strange, back, strict=True):
        assert (sent.dtype, sent.shape) == (got.dtype, got.shape), name
        assert sent.tobytes() == got.tobytes()


def test_noise_does_not_travel_and_is_that_of_the_seed():
    lab = declare(noise={"places": "normal"})
    assert lab.state.places.std() > 0
    five = lab.restored({**lab.state._asdict(), "power": np.float64(3)})
    np.testing.assert_array_equal(five.places, lab.state.places)
    other = lab.restored(unpacked(packed(lab.state._replace(seed=np.int32(8)), {"none"})))
    assert not np.array_equal(other.places, lab.state.places)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"state": {"places": 1}}, "a NamedTuple of arrays"),
        ({"state": START._replace(count="many")}, "state.count: expected numbers"),
        ({"state": START._replace(places=np.ones((1, 2)))}, r"state.places: expected float64"),
        ({"starts": {"other": START._replace(places=np.ones((2, 3)))}}, r"starts\['other'\]"),
        ({"view": lambda state, prepared: 3.0}, "view: expected a NamedTuple"),
        ({"moves": {"Grow": lambda s, p: s.places}}, "must return a State"),
        ({"moves": {"Grow": lambda s, p: s._replace(count=1.5)}}, "makes count"),
        ({"play": "Shrink"}, "play: 'Shrink' is none of Grow"),
        ({"controls": [Slider("mean", "m", 0, 1, 0.1)]}, "Slider 'm': 'mean' is none of places"),
        (
            {"scene": Scene((PLANE,), (Labels("plane", "places", texts=("{other:d}",)),))},
            r"\{other\} is none of raised",
        ),
        ({"until": "done"}, "until: 'done' is none of mean, raised"),
        ({"then": {"other": restart}}, "then: 'other' is none of"),
        ({"noise": {"other": "normal"}}, "noise: 'other' is none of"),
        ({"prepare": {"raised": Prepared(lambda x: x, ("other",))}}, "needs 'other'"),
        ({"words": [Sentence("{other:d}")]}, "is none of"),
        ({"handles": [Drag("other", "it", "plane")]}, "'other' is none of"),
        ({"handles": [Drag("places", "it", "sphere")]}, "no panel is called 'sphere'"),
        ({"handles": [Drag("places", "it", "plane", along="x")]}, "expected numbers, and at="),
        ({"handles": [Drag("power", "it", "plane")]}, "expected places"),
        ({"handles": [Drag("places", "it", "plane", at="other")]}, "'other' is none of"),
        ({"handles": [Pick("places", "it", "plane", "places")]}, "expected one number"),
        ({"handles": [Place("places", "it", "plane", "m", ("count", 1))]}, "no size is called 'm'"),
        ({"controls": [Slider("n", "points", 1, 9, 1)]}, "the size goes from 2 to 9"),
        ({"controls": [Slider("places", "x", 1, 9, 1)]}, "expected one number"),
        ({"controls": [Choice("power", "p", ("one",))]}, "two names or more"),
        ({"controls": [Toggle("places", "p")]}, "expected one number"),
        ({"controls": [Line("power", "text", "abc", "n")]}, r"expected \(n,\)"),
    ],
)
def test_what_does_not_fit_together_is_refused(changes: dict[str, Any], says: str):
    with pytest.raises((TypeError, ValueError), match=says):
        declare(**changes)


SHAPES = {"places": ("n", 2), "pair": (2,), "number": (), "image": (3, 4)}


@pytest.mark.parametrize(
    ("mark", "says"),
    [
        (Points("sphere", "places"), "no panel is called 'sphere'"),
        (Points("plane", "other"), "'other' is none of"),
        (Points("plane", "places", mix="other"), "'other' is none of"),
        (Points("plane", "number"), r"expected shape any × 2, got \(\)"),
        (Points("plane", "pair"), r"expected shape any × 2, got \(2,\)"),
        (Lines("plane", "image"), "expected shape any × any × 2"),
        (Bars("plane", "places"), "expected shape any × 4"),
    ],
)
def test_a_mark_that_cannot_be_drawn_is_refused(mark: Any, says: str):
    with pytest.raises(ValueError, match=says):
        Scene((PLANE,), (mark,)).check(SHAPES)


def test_marks_of_the_right_shapes_are_taken():
    marks = (Points("plane", "places"), Lines("plane", "places"), Image("plane", "image"))
    Scene((PLANE,), marks).check(SHAPES)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Panel("p", "", (1, 1), (0, 1)), "x must rise"),
        (lambda: Panel("p", "", (0, 1), (0, 1), log="y"), "must begin above 0"),
        (lambda: Panel("p", "", (0, 1), (0, 1), log="z"), "log must be"),
        (lambda: Points("p", "at", (77,)), "colours are numbers below"),
        (lambda: Lines("p", "at", dashes=("wavy",)), "dashes are"),
        (lambda: Image("p", "at", shades="rainbow"), "shades one of"),
        (lambda: Slider("f", "s", 1, 0, 1), "expected low < high"),
        (lambda: Slider("f", "s", 0, 1, 0.1, log=True), "low must be above 0"),
        (lambda: Scene((PLANE, PLANE), ()).check({}), "the same name"),
    ],
)
def test_a_part_that_makes_no_sense_is_refused(make: Any, says: str):
    with pytest.raises(ValueError, match=says):
        make()
