"""The student edition as it is tested: only the solutions are missing, and no fault passes."""

import re
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output

from lecture11.exercises.editions import BEGIN
from tests.notebooks import student
from tests.notebooks.execute import NOTEBOOKS, ROOT
from tests.notebooks.student import OPERATE, UNSOLVED, main, prepared, widgets_of


@pytest.fixture(params=sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def source(request: pytest.FixtureRequest) -> NotebookNode:
    return nbformat.read(request.param, as_version=4)


def test_all_else_is_the_course_itself(source: NotebookNode):
    *cells, last = prepared(source).cells
    for ours, theirs in zip(source.cells, cells, strict=True):
        if BEGIN in ours.source:
            assert [output.data for output in theirs.outputs] == [UNSOLVED]
            assert theirs.execution_count
        else:
            assert theirs == ours
    assert last.source == OPERATE


def test_no_solution_is_left(source: NotebookNode):
    assert "SOLUTION" not in nbformat.writes(prepared(source))


def test_every_widget_is_counted():
    texts = [
        "Explorer of b (…)",
        "Laboratory: Dots (…)",
        "Player of 2 frames (…)",
        "Buttons: M (…)",
        "Why? (Run this cell to answer.)",
    ]
    cells = [
        new_code_cell(outputs=[new_output("display_data", {"text/plain": text})])
        for text in [*texts, "7"]
    ]
    assert widgets_of(new_notebook(cells=cells)) == dict.fromkeys(student.TEXTS, 1)


EXERCISE = """from lecture11.exercises import check_best_bias

def best_bias(tosses):
    {}
    ### BEGIN SOLUTION
    return tosses.mean()
    ### END SOLUTION

check_best_bias(best_bias)"""
EXPLORER = """from matplotlib.figure import Figure
from lecture11.explore import Explorer, Slider
from lecture11.figures import Picture

Explorer(lambda x: Picture(Figure(figsize=(1, 1)), f"x is {}."), x=Slider("x", 0, 3, 1, 1))"""


@pytest.mark.slow
def test_it_fails_where_an_exercise_raises_a_widget_is_stuck_or_another_number_is_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
):
    """One notebook of three cells with nothing to complain of, and three with one fault each."""
    doctored = {
        "fair": ("", "{x}", "7"),
        "raises": ("tosses.no_such_thing", "{x}", "7"),
        "stuck": ("", "{1}", "7"),
        "differs": ("", "{x}", "8"),
    }
    for name, (line, said, number) in doctored.items():
        sources = [EXERCISE.format(line), EXPLORER.replace("{}", said), number]
        cells = [new_code_cell(source, execution_count=1) for source in sources]
        text = "Explorer of x (run this cell to use it). x is 1."
        cells[1].outputs = [new_output("execute_result", {"text/plain": text})]
        cells[2].outputs = [new_output("execute_result", {"text/plain": "7"})]
        nbformat.write(new_notebook(cells=cells), tmp_path / f"{name}.ipynb")
    monkeypatch.setattr(student, "FOLDER", tmp_path / "student")
    monkeypatch.setattr(student, "can_imitate", lambda: False)  # see test_portable.py
    options = [
        "--nbval",
        "--nbval-current-env",
        "-q",
        "-p",
        "no:cacheprovider",
        f"--rootdir={tmp_path}",
    ]
    options += ["--nbval-sanitize-with", str(ROOT / "tests" / "notebooks" / "sanitize.cfg")]
    assert main([str(tmp_path), "--", *options]) == 1
    said = capfd.readouterr().out
    failed = set(re.findall(r"^FAILED \S*?(\w+)\.ipynb::Cell (\d)", said, re.MULTILINE))
    assert failed == {("raises", "0"), ("stuck", "3"), ("differs", "2")}
    assert "'x' of Explorer of x" in said
    assert "13 passed" in said
