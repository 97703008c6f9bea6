import html
import sys
from collections.abc import Callable
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lecture11.exercises import Verdict, check_responsibilities
from lecture11.exercises.verdict import Mistake, exercise


@exercise
def check_double(student: Callable) -> str:
    """Check that it doubles."""
    if student(2) != 4:
        raise Mistake("2 doubled is 4.")
    return "Twice as good."


def test_praise_is_a_pass():
    assert check_double(lambda x: 2 * x) == Verdict(True, "Twice as good.")


def test_a_mistake_is_a_message():
    assert check_double(lambda x: x) == Verdict(False, "2 doubled is 4.")


def test_a_check_keeps_its_name_and_help():
    assert check_double.__name__ == "check_double"
    assert check_double.__doc__ == "Check that it doubles."


def test_an_error_is_named_with_the_line_that_raised_it():
    def student(x):
        return x / 0

    verdict = check_double(student)
    assert not verdict.passed
    assert "ZeroDivisionError: division by zero" in verdict.message
    assert "return x / 0" in verdict.message


def test_the_line_is_the_students_also_where_a_library_raised():
    def student(x):
        return np.broadcast_to(np.ones(2), (x, 3))

    assert "np.broadcast_to(np.ones(2), (x, 3))" in check_double(student).message


def recurses(*arguments: object) -> object:
    return recurses(*arguments)


class UnspeakableError(Exception):
    def __str__(self) -> str:
        raise ValueError


class Odd:
    """Passes for an array until it is asked for its numbers."""

    shape = (7, 3)

    def __array__(self, *_: object, **__: object) -> np.ndarray:
        raise RuntimeError("no numbers here")


def raises(error: BaseException) -> Callable:
    def student(*_: object) -> None:
        raise error

    return student


@pytest.mark.parametrize(
    "student",
    [
        recurses,
        raises(RecursionError()),
        raises(MemoryError()),
        raises(AssertionError("x")),
        raises(StopIteration()),
        raises(ExceptionGroup("many", [ValueError()])),
        raises(SyntaxError("x")),
        lambda: None,
        None,
        ...,
        "not a function",
        check_responsibilities,
    ],
)
def test_no_error_escapes(student: Callable):
    assert not check_responsibilities(student).passed


@pytest.mark.parametrize("error", [UnspeakableError(), SystemExit()], ids=["no words", "exit()"])
def test_not_even_these_errors_escape(error: BaseException):
    assert not check_responsibilities(raises(error)).passed


def test_an_interrupt_interrupts():
    with pytest.raises(KeyboardInterrupt):
        check_responsibilities(raises(KeyboardInterrupt()))


shapes = st.sampled_from([(), (0,), (7,), (7, 3), (3, 7), (7, 1), (5, 2), (1, 2), (7, 3, 1)])
numbers = st.sampled_from([0.0, 1 / 3, 1.0, -1.0, 6e4, np.nan, np.inf, -np.inf])
arrays = st.builds(np.full, shapes, numbers)
anything = st.one_of(
    st.none(),
    st.just(...),
    st.text(max_size=3),
    st.binary(max_size=3),
    numbers,
    arrays,
    arrays.map(lambda array: array.tolist()),
    arrays.map(lambda array: array.astype(object)),
    arrays.map(lambda array: array.astype(str)),
    arrays.map(lambda array: array.astype(np.float16)),
    st.lists(st.lists(numbers, max_size=3), max_size=7),
    st.dictionaries(st.integers(), numbers, max_size=2),
    st.sampled_from([Odd(), object(), int, lambda: 1, iter([]), np.datetime64("2025-01-01")]),
)


@settings(max_examples=300)
@given(anything)
def test_whatever_it_returns_the_verdict_is_a_sentence(value: object):
    verdict = check_responsibilities(lambda *_: value)
    assert not verdict.passed
    assert repr(verdict).startswith("✗ Not yet. ")
    assert verdict.message.rstrip(")")[-1] in ".: " or "raised" in verdict.message


def test_the_students_recursion_limit_is_left_alone():
    before = sys.getrecursionlimit()
    check_responsibilities(recurses)
    assert sys.getrecursionlimit() == before


@pytest.mark.parametrize(("passed", "sign"), [(True, "✓ Correct. "), (False, "✗ Not yet. ")])
def test_text_and_page_say_the_same(passed: bool, sign: str, monkeypatch: pytest.MonkeyPatch):
    verdict = Verdict(passed, 'p < q & "so on"')
    assert repr(verdict) == sign + 'p < q & "so on"'
    said: list[str] = []
    monkeypatch.setattr(parser := HTMLParser(), "handle_data", said.append)
    parser.feed(verdict._repr_html_())
    assert "".join(said) == repr(verdict)
    assert html.escape(verdict.message) in verdict._repr_html_()


def test_the_page_announces_the_verdict_to_a_screen_reader():
    assert 'role="status"' in Verdict(True, "")._repr_html_()


def test_the_two_verdicts_differ_by_more_than_colour():
    assert repr(Verdict(True, ""))[0] != repr(Verdict(False, ""))[0]
