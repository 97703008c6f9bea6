"""No notebook asks more of its reader than it says, and none grows."""

from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests.notebooks.execute import NOTEBOOKS
from tests.notebooks.length import CORE_ENDS, Length, core_length, length

PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))

RETOLD = {"09"}
MINUTES, CORE_MINUTES = 45, 20
LINES, IMPORTS = 15, 8

STILL_TO_RETELL = {
    "00": (17, 13, 5),
    "01": (50, 36, 35),
    "02": (108, 76, 75),
    "04": (71, 45, 45),
    "05": (69, 38, 37),
    "06": (53, 39, 38),
    "07": (85, 48, 47),
    "08": (90, 50, 49),
    "10": (51, 28, 27),
    "11": (58, 30, 29),
    "12": (90, 62, 62),
}
"""Minutes, lines of the longest cell that is seen, lines that import: lower them as you mend."""


def number_of(path: Path) -> str:
    return path.stem[:2]


def test_every_notebook_is_retold_or_listed():
    assert RETOLD | set(STILL_TO_RETELL) == set(map(number_of, PATHS))


@pytest.mark.parametrize("path", PATHS, ids=number_of)
def test_no_notebook_is_longer_than_it_may_be(path: Path):
    whole = length(nbformat.read(path, as_version=4))
    most = STILL_TO_RETELL.get(number_of(path), (MINUTES, LINES, IMPORTS))
    found = (round(whole.minutes, 1), whole.longest, whole.imports)
    assert all(each <= limit for each, limit in zip(found, most, strict=True)), (found, most, whole)


@pytest.mark.parametrize("path", [p for p in PATHS if number_of(p) in RETOLD], ids=number_of)
def test_the_core_path_is_marked_and_short(path: Path):
    core = core_length(nbformat.read(path, as_version=4))
    assert 0 < core.minutes <= CORE_MINUTES, core


def small() -> NotebookNode:
    """With one of everything, and sections that do not count."""
    question = {"text/plain": "Why? (Run this cell to answer.)", "text/html": "<img alt='a'>"}
    laboratory = {"text/plain": "Laboratory: …", "text/html": "<p data-laboratory='em'><img></p>"}
    shown = [[new_output("display_data", data=data)] for data in (question, laboratory)]
    hidden = {"jupyter": {"source_hidden": True}}
    return new_notebook(
        cells=[
            new_markdown_cell("# Two words\n\n$$a\n= b$$ [link](http://far.away) <em>here</em>"),
            new_code_cell("from a import (\n    b,\n)\n\nimport c"),
            new_code_cell("Question(\n'Why?')", metadata=hidden, outputs=shown[0]),
            new_markdown_cell(f"{CORE_ENDS} Go on."),
            new_code_cell("laboratory()", outputs=shown[1]),
            new_markdown_cell("## On your own\n\nMany words that are not counted."),
            new_code_cell("def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION"),
            new_markdown_cell("## What to remember"),
            new_markdown_cell("## Appendix: more\n\n$$x$$"),
        ]
    )


def test_everything_is_counted_once():
    core = Length(4, 4, 1, 1, 1, 0, longest=4, imports=4)
    assert core_length(small()) == core
    assert length(small()) == Length(4 + 7 + 3, 5, 1, 1, 1, 1, longest=4, imports=4)
    assert core.minutes == pytest.approx(4 / 130 + 4 / 8 + 40 / 60 + 30 / 60 + 90 / 60)


def test_what_marks_no_core_path_has_none():
    assert core_length(new_notebook(cells=[new_markdown_cell("Many words.")])) == Length()
