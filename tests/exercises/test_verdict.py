import html
import sys
from collections.abc import Callable
from html.parser import HTMLParser

import jax
import numpy as np
import pytest

from lecture11.exercises import Verdict, check_expert_posterior
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


def raises(error: BaseException) -> Callable:
    def student(*_: object) -> None:
        raise error

    return student


def test_an_interrupt_interrupts():
    with pytest.raises(KeyboardInterrupt):
        check_expert_posterior(raises(KeyboardInterrupt()))


def recurses(*arguments: object) -> object:
    return recurses(*arguments)


def test_the_students_recursion_limit_is_left_alone():
    before = sys.getrecursionlimit()
    check_expert_posterior(recurses)
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


def test_an_error_of_jax_is_told_without_its_note():
    """JAX adds to every error a note on how it shortens tracebacks."""
    message = check_double(jax.jit(lambda x: np.sqrt(x))).message
    assert message.startswith("Your code raised jax.errors.TracerArrayConversionError: The numpy")
    assert "JAX_TRACEBACK_FILTERING" not in message
