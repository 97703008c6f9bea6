"""Exported pages, as text; tests/browser/test_laboratories.py opens one."""

import re

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from lecture11.explore.export import exported, with_formulas
from tests.notebooks.execute import NOTEBOOKS


def shown(html: str):
    return new_code_cell("1", outputs=[new_output("display_data", {"text/html": html})])


def test_a_page_asks_for_nothing():
    page = exported(new_notebook(cells=[new_markdown_cell("# A page\n\nwith $x^2$.")]))
    assert re.findall(r'(?:src|href)="?https?:|import\("https?:', page) == []
    assert "<math" in page
    assert re.search(r"<body[^>]*theme-light", page) is None
    assert "prefers-color-scheme: dark" in page


def test_a_laboratory_brings_its_script_once():
    twice = [shown('<figure data-laboratory="em"></figure>') for _ in range(2)]
    page = exported(new_notebook(cells=twice))
    assert page.count('"em": {...') == 1
    assert page.count("function bringToLife") == 1
    assert page.rstrip().endswith("</html>")


def test_an_unknown_laboratory_is_named():
    with pytest.raises(KeyError, match="alchemy"):
        exported(new_notebook(cells=[shown('<figure data-laboratory="alchemy"></figure>')]))


def test_the_notebook_itself_stays_as_it_is():
    notebook = new_notebook(cells=[new_markdown_cell("$x$")])
    exported(notebook)
    assert notebook.cells[0].source == "$x$"


@pytest.mark.parametrize(
    ("source", "holds"),
    [
        ("$a < b$", "<mo>&#x0003C;</mo>"),
        ("$$\n\\sum_i x_i\n$$", 'display="block"'),
        ("`$HOME and $PATH`", "`$HOME and $PATH`"),
        ("```\n$x$\n```", "```\n$x$\n```"),
    ],
)
def test_formulas_become_mathml_and_code_stays(source: str, holds: str):
    assert holds in with_formulas(source)


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_every_formula_of_the_course_can_be_written(path):
    text = with_formulas(path.read_text("utf-8").replace("\\\\", "\\"))
    assert text.count("<math") > 10
