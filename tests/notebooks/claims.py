"""What a notebook says in numbers: its sentence found, and the numbers in it compared."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import nbformat
from nbformat import NotebookNode

from tests.notebooks.execute import NOTEBOOKS
from tests.notebooks.guards import texts

NUMBER = r"([-−]?\d+(?:,\d{3})*(?:\.\d+)?|[-−]?\.\d+)"
JOINT = re.compile(r'"\s*\n\s*"')
"""Between the halves of a text that a cell writes on two lines."""

Claims = Mapping[str, Sequence[float] | str]
"""Pieces of a notebook's source, with {} for each number, line breaks being as spaces.

With each come the numbers that were computed, which must round to those shown; or, where a cell of
the notebook itself shows them, a piece of its stored output (nbval holds that to be what a run
computes), again with {} for each.
"""


def refuted(number: str, claims: Claims) -> list[str]:
    """The claims that do not hold of the notebook with this number."""
    return complaints(_notebook(number), claims)


def complaints(notebook: NotebookNode, claims: Claims) -> list[str]:
    """The same of any notebook."""
    source = _plain(JOINT.sub("", cell.source) for cell in notebook.cells)
    shown = _plain(text for _, text in texts(notebook))
    return [
        complaint
        for claim, values in claims.items()
        for complaint in _of_one(claim, values, source, shown)
    ]


def defined_by(number: str, *names: str) -> dict[str, Any]:
    """What these cells of a notebook, by their ids, define: its own data, split and seeds."""
    defined: dict[str, Any] = {}
    sources = {cell.id: cell.source for cell in _notebook(number).cells}
    for name in names:
        exec(sources[name], defined)
    return defined


def _of_one(claim: str, values: Sequence[float] | str, source: str, shown: str) -> Iterator[str]:
    said = _numbers(claim, source)
    computed = _numbers(values, shown) if isinstance(values, str) else values
    if not said:
        yield f"not in the notebook: {claim}"
    elif len(said) != len(computed):
        yield f"{claim}: {len(said)} numbers, but computed {computed}"
    else:
        for text, value in zip(said, computed, strict=True):
            if abs(_value(text) - _value(value)) > 0.5 * 10.0 ** -_decimals(text) + 1e-9:
                yield f"{claim}: {text}, but computed {value}"


def _numbers(template: str, text: str) -> list[str]:
    """What stands for each {}, where the template is found."""
    pattern = NUMBER.join(map(re.escape, _plain([template]).split("{}")))
    found = re.search(pattern, text)
    return list(found.groups()) if found else []


def _plain(texts: Iterator[str] | Sequence[str]) -> str:
    return " ".join(" ".join(texts).split())


def _value(number: float | str) -> float:
    return float(number.replace(",", "").replace("−", "-") if isinstance(number, str) else number)


def _decimals(text: str) -> int:
    return len(text.partition(".")[2])


@cache
def _notebook(number: str) -> NotebookNode:
    (path,) = NOTEBOOKS.glob(f"{number}_*.ipynb")
    return nbformat.read(path, as_version=4)
