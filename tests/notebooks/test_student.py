"""Every notebook runs whole as a student gets it: solutions taken out, exercises unsolved."""

from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from lecture11.exercises.editions import BEGIN, student_edition
from tests.notebooks.execute import NOTEBOOKS, execute
from tests.notebooks.guards import has_no_errors

pytestmark = pytest.mark.slow


@pytest.fixture(
    scope="module", params=sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem
)
def source(request: pytest.FixtureRequest) -> NotebookNode:
    return nbformat.read(request.param, as_version=4)


@pytest.fixture(scope="module")
def student(source: NotebookNode, tmp_path_factory: pytest.TempPathFactory) -> NotebookNode:
    """Run in a folder of its own, without any file of the course beside it."""
    folder: Path = tmp_path_factory.mktemp("workbook")
    return execute(student_edition(source), folder)


def exercises(source: NotebookNode) -> list[int]:
    return [number for number, cell in enumerate(source.cells) if BEGIN in cell.source]


def test_it_runs_whole_and_quietly(student: NotebookNode):
    assert has_no_errors(student) == []


def test_every_exercise_waits_for_its_answer(source: NotebookNode, student: NotebookNode):
    for number in exercises(source):
        said = [
            output.get("data", {}).get("text/plain") for output in student.cells[number].outputs
        ]
        assert len(said) == 1
        assert said[0].startswith("✗ Not yet.")
        assert "raised" not in said[0]  # whoever has written nothing has made no mistake


def test_all_else_is_the_course_itself(source: NotebookNode, student: NotebookNode):
    pairs = enumerate(zip(source.cells, student.cells, strict=True))
    different = [number for number, (ours, theirs) in pairs if ours.source != theirs.source]
    assert different == exercises(source)


def test_no_solution_is_left(student: NotebookNode):
    assert "SOLUTION" not in nbformat.writes(student)
