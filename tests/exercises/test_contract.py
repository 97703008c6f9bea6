"""What every exercise's check keeps to, whatever the student's function does.

It answers with a sentence and never raises. It passes every right answer, in whatever form, and
names every mistake that it says it names: :mod:`tests.exercises.students` holds those who make
them. Numbers are compared as float32 can compute them, so a check judges single and double alike.
"""

import ast
import importlib
import inspect
import pkgutil
import re
import warnings
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lecture11 import exercises
from lecture11.exercises import mistakes
from lecture11.exercises.answers import is_right
from tests.exercises import students

EXERCISES = {
    check: tried
    for module in pkgutil.iter_modules(students.__path__)
    for check, tried in importlib.import_module(
        f"{students.__name__}.{module.name}"
    ).EXERCISES.items()
}


def compiles(student: Callable) -> bool:
    """Whether it calls JAX or the course's package, which take a second to compile."""
    function = inspect.unwrap(student)
    used = [function.__globals__.get(name) for name in function.__code__.co_names]
    homes = [getattr(each, "__module__", None) or getattr(each, "__name__", "") for each in used]
    return any(home.startswith(("jax", "lecture11")) for home in homes)


CHECKS = [pytest.param(check, id=check.__name__) for check in EXERCISES]
RIGHT = [
    pytest.param(
        check,
        student,
        id=f"{check.__name__}-{student.__name__}",
        marks=pytest.mark.slow if compiles(student) else (),
    )
    for check, tried in EXERCISES.items()
    for student in tried.right
]
WRONG = [
    pytest.param(check, says, student, id=f"{check.__name__}-{says}")
    for check, tried in EXERCISES.items()
    for says, student in tried.wrong
]
ONE_NUMBER = [check for check in EXERCISES if "-> float`" in check.__doc__]


def by_leaf(convert: Callable, student: Callable) -> Callable:
    """The same student, each array of the answer converted."""
    return lambda *given: jax.tree.map(convert, student(*given))


def test_every_exercise_has_its_students():
    names = {name for name in exercises.__all__ if name.startswith("check_")}
    assert names == {check.__name__ for check in EXERCISES}
    assert names == set(re.findall(r"→ (check_\w+)\n", exercises.__doc__))


@pytest.mark.parametrize(("check", "student"), RIGHT)
def test_a_right_answer_passes_however_it_was_computed(check: Callable, student: Callable):
    verdict = check(student)
    assert verdict.passed, verdict


@pytest.mark.parametrize("check", CHECKS)
def test_who_spoils_what_was_given_spoils_nothing(check: Callable):
    student = EXERCISES[check].right[0]

    def careless(*given):
        answer = jax.tree.map(np.copy, student(*given))
        for array in given:
            if isinstance(array, np.ndarray):
                array[...] = 0
        return answer

    assert check(careless).passed
    assert check(student).passed


FORMS = {
    "lists": lambda leaf: np.asarray(leaf).tolist(),
    "NumPy": np.asarray,
    "JAX": jnp.asarray,
    "float32": lambda leaf: np.asarray(leaf, np.float32),
    "strided": lambda leaf: np.repeat(np.asarray(leaf)[..., None], 2, axis=-1)[..., 0],
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("check", CHECKS)
def test_a_right_answer_passes_in_every_form(check: Callable, form: str):
    verdict = check(by_leaf(FORMS[form], EXERCISES[check].right[0]))
    assert verdict.passed, verdict


@pytest.mark.parametrize("check", ONE_NUMBER)
@pytest.mark.parametrize("shape", [(), (1,), (1, 1)])
def test_one_number_may_come_in_any_shape(check: Callable, shape: tuple[int, ...]):
    student = EXERCISES[check].right[0]
    verdict = check(lambda *given: np.reshape(student(*given), shape))
    assert verdict.passed, verdict


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize(
    ("check", "student"), [case for case in RIGHT if hasattr(case.values[1], "lower")]
)
def test_a_right_answer_passes_in_jaxs_double_precision(check: Callable, student: Callable):
    assert check(student).passed


@pytest.mark.parametrize("check", CHECKS)
def test_whole_numbers_are_numbers(check: Callable):
    """A wrong answer of integers is wrong, and no error."""
    assert "raised" not in check(lambda *given: np.ones((2, 2), int)).message


@pytest.mark.slow
@pytest.mark.parametrize(("check", "says", "student"), WRONG)
def test_a_mistake_is_called_by_its_name(check: Callable, says: str, student: Callable):
    verdict = check(student)
    assert not verdict.passed
    assert says in verdict.message


ONLY_DOUBLE = ("around 100,000,000", "lost in rounding")
"""What single precision is not asked about."""


def single(leaf: Any) -> Any:
    """The leaf in single precision, if it is of real numbers."""
    return np.float32(leaf) if np.asarray(leaf).dtype.kind == "f" else leaf


@pytest.mark.parametrize(
    ("check", "says", "student"), [case for case in WRONG if case.values[1] not in ONLY_DOUBLE]
)
def test_a_mistake_is_recognised_in_single_precision(check: Callable, says: str, student: Callable):
    assert says in check(by_leaf(single, student)).message


@pytest.mark.parametrize("check", CHECKS)
def test_no_two_mistakes_are_told_the_same(check: Callable):
    said: dict[str, str] = {}
    for says, student in EXERCISES[check].wrong:
        message = check(student).message
        assert said.setdefault(message, says) == says


def told_as_it_stands(module: Any) -> set[str]:
    """The messages that stand in a check's module as they are."""
    tree = ast.parse(inspect.getsource(module))
    keys = [key for node in ast.walk(tree) if isinstance(node, ast.Dict) for key in node.keys]
    words = {str(key.value) for key in keys if isinstance(key, ast.Constant)}
    return {message for message in words if message.endswith(".")}


MODULES = {module.__name__: module for module in map(inspect.getmodule, EXERCISES)}


@pytest.mark.parametrize("module", MODULES.values(), ids=MODULES)
def test_every_mistake_that_is_named_is_some_students(module: Any, monkeypatch: Any):
    named = told_as_it_stands(module)

    def listens(answer: Any, right: Any, likely: Any, *rest: Any, **more: Any) -> bool:
        named.update(likely)
        return is_right(answer, right, likely, *rest, **more)

    for home in (module, mistakes):
        monkeypatch.setattr(home, "is_right", listens, raising=False)
    tried = {check: EXERCISES[check] for check in EXERCISES if inspect.getmodule(check) is module}
    said = {check(student).message for check, each in tried.items() for _, student in each.wrong}
    assert len(named) > 2
    assert not named - said


# Whatever comes back


class Odd:
    """Passes for an array until it is asked for its numbers."""

    shape = (7, 3)

    def __array__(self, *_: object, **__: object) -> np.ndarray:
        raise RuntimeError("no numbers here")


HOSTILE = [
    True,
    0,
    -1,
    10**400,
    0.123,
    np.nan,
    np.inf,
    -np.inf,
    1j,
    "",
    "text",
    b"bytes",
    [],
    [[]],
    [1.0, [2.0]],
    [None],
    ["a", "b"],
    (1.0, 2.0, 3.0),
    {},
    {"answer": 1},
    {1.0},
    np.zeros((0,)),
    np.zeros((7, 3)),
    np.full((3, 7), np.nan),
    np.ones((2, 2, 2, 2)),
    np.full(3, 1 + 1j),
    np.array(["a"]),
    np.array([object()]),
    np.array([(1, 2.0)], "i,f"),
    np.datetime64("2025-01-01"),
    np.ma.masked_array([1.0, 2.0], [True, False]),
    jnp.ones(4),
    object(),
    Odd(),
    int,
    len,
    iter([]),
    NotImplemented,
]


@pytest.mark.parametrize("check", CHECKS)
def test_a_bad_answer_gets_a_sentence(check: Callable):
    for answer in HOSTILE:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            verdict = check(lambda *given, answer=answer: answer)
        assert not verdict.passed, answer
        assert repr(verdict).startswith("✗ Not yet. "), answer
        assert len(verdict.message.split()) > 2, answer


@pytest.mark.parametrize("check", CHECKS)
def test_no_answer_is_told_as_none_yet(check: Callable):
    verdicts = {check(lambda *given, answer=answer: answer) for answer in (None, ...)}
    (verdict,) = verdicts
    assert "returns nothing yet" in verdict.message


def raises(error: BaseException) -> Callable:
    def student(*_: object) -> None:
        raise error

    return student


class UnspeakableError(Exception):
    def __str__(self) -> str:
        raise ValueError


def recurses(*given: object) -> object:
    return recurses(*given)


NO_SOLUTIONS = [
    *(None, ..., "text", 7, int, lambda: 0.5, exercises.check_elbo, recurses),
    *map(raises, [AssertionError("x"), StopIteration(), SyntaxError("x"), UnspeakableError()]),
    *map(raises, [MemoryError(), SystemExit(), ExceptionGroup("many", [ValueError()])]),
]


@pytest.mark.parametrize("check", CHECKS)
def test_what_is_no_solution_is_not_passed(check: Callable):
    for student in NO_SOLUTIONS:
        assert not check(student).passed


@pytest.mark.parametrize("check", CHECKS)
def test_an_error_is_told_with_the_students_line(check: Callable):
    def student(*given):
        return given[7]

    assert "IndexError" in check(student).message
    assert "return given[7]" in check(student).message


@pytest.mark.slow
def test_only_double_precision_is_asked_about_data_far_from_the_origin():
    m_step = EXERCISES[exercises.check_shared_m_step].right[0]
    assert "far" in exercises.check_shared_m_step(m_step).message
    assert "far" not in exercises.check_shared_m_step(by_leaf(single, m_step)).message
