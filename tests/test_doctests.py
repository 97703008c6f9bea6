"""The head of each room of science lists the lecture's formulas and what computes them.

The table, a literal block of the room's docstring, has this form::

    Title of a slide
      formula                                              → function

A function may be a class or a method (``GaussianMixture.e_step``); it is public, and its docstring
has an example of a line or two. Examples know the room's public names, ``jax``, ``jnp`` and ``np``.
A number need only agree as far as it is written, so that float32 and every processor do; examples
are so small that all of them run in seconds.
"""

import doctest
import importlib
import re
from types import ModuleType, SimpleNamespace
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

ROOMS = ["divergence", "supervised", "embedding", "latent", "variational"]


class Entry(NamedTuple):
    """A line of a table."""

    slide: str
    formula: str
    function: str


class AsFarAsWritten(doctest.OutputChecker):
    """Lets a number with a point or an exponent differ by what its last digit rounds off."""

    NUMBER = re.compile(r"-?\d+(?:\.(\d*)(?:e[+-]?\d+)?|e[+-]?\d+)")

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        text = ["".join(self.NUMBER.sub("#", output).split()) for output in (want, got)]
        pairs = zip(self.NUMBER.finditer(want), self.NUMBER.finditer(got), strict=False)
        return text[0] == text[1] and all(
            abs(float(right[0]) - float(found[0])) <= 0.51 * 10 ** -len(right[1] or "")
            for right, found in pairs
        )


def table(room: ModuleType | SimpleNamespace) -> list[Entry]:
    """The entries at the head of a room; lines that continue a formula belong to no entry."""
    slide, entries = "", []
    for line in (room.__doc__ or "").splitlines():
        if re.fullmatch(r" {4}\S.*", line):
            slide = line.strip()
        elif found := re.fullmatch(r" {6}(\S.*?) +→ ([\w.]+)", line):
            entries.append(Entry(slide, *found.groups()))
    return entries


def resolved(room: Any, function: str) -> Any:
    """What a table names: public at every step."""
    first, *rest = function.split(".")
    assert first in room.__all__, f"{function}: not in __all__"
    found = getattr(room, first)
    for name in rest:
        assert not name.startswith("_"), f"{function}: not public"
        found = getattr(found, name)
    return found


def complaints(room: Any, function: str) -> str:
    """What is wrong with the example of a function; '' where it runs as it says."""
    names = {name: getattr(room, name) for name in room.__all__}
    names |= {"jax": jax, "jnp": jnp, "np": np}
    doc = resolved(room, function).__doc__ or ""
    example = doctest.DocTestParser().get_doctest(doc, names, function, None, None)
    if not 0 < len(example.examples) <= 4:
        return f"{len(example.examples)} lines of example; expected one to four"
    said: list[str] = []
    runner = doctest.DocTestRunner(AsFarAsWritten())
    runner.run(example, out=said.append)
    return "".join(said)


TABLES = {name: table(importlib.import_module(f"lecture11.{name}")) for name in ROOMS}


@pytest.mark.parametrize("name", ROOMS)
def test_each_room_has_a_table(name):
    assert TABLES[name]
    assert all(entry.slide for entry in TABLES[name])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "function"),
    sorted({(name, entry.function) for name, entries in TABLES.items() for entry in entries}),
)
def test_each_function_in_a_table_is_public_and_its_example_runs(name, function):
    assert not complaints(importlib.import_module(f"lecture11.{name}"), function)


@pytest.mark.slow
def test_what_is_wrong_with_a_table_is_seen():
    def right() -> None:
        """>>> print([2 / 3, -1e-9])
        [0.67, 0.00]
        """

    def wrong() -> None:
        """>>> print([2 / 3, 2])
        [0.66, 2]
        """

    def without() -> None:
        """Two."""

    names = {"right": right, "wrong": wrong, "without": without, "hidden": right}
    doc = """A room.

    A slide
      1 + 1 = 2                       → right
      y → x, over
        two lines                     → missing
      1 + 1 = 3                       → wrong
    """
    room = SimpleNamespace(__doc__=doc, __all__=["right", "wrong", "without"], **names)
    assert table(room) == [
        ("A slide", "1 + 1 = 2", "right"),
        ("A slide", "1 + 1 = 3", "wrong"),
    ]
    assert not complaints(room, "right")
    assert "Got:\n    [0.666" in complaints(room, "wrong")
    assert complaints(room, "without").startswith("0 lines of example")
    with pytest.raises(AssertionError, match="hidden: not in __all__"):
        resolved(room, "hidden")
