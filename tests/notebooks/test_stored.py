"""Every stored notebook passes every guard, and every guard fires on what it is there for."""

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from matplotlib.figure import Figure
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from lecture11.figures import Picture
from tests.notebooks import guards
from tests.notebooks.execute import NOTEBOOKS, WIDGET_VIEW, tidied
from tests.notebooks.guards import GUARDS

PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))

Guard = Callable[[NotebookNode], list[str]]
Doctor = Callable[[NotebookNode], object]


def shown(text: str, **more: str) -> NotebookNode:
    """The output of a cell that ends with an expression."""
    data = {"text/plain": text} | {kind.replace("_", "/"): value for kind, value in more.items()}
    return new_output("execute_result", data=data)


def fair() -> NotebookNode:
    """A small notebook with nothing to complain of."""
    solution = "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n\n\ncheck(f)"
    cells = [
        new_markdown_cell("# Title"),
        new_code_cell("draw()", outputs=[shown("−1.5 nats", text_html='<img alt="−1.5 nats">')]),
        new_code_cell("Player(…)", outputs=[shown("Player of 2 frames")]),
        new_code_cell(solution, outputs=[shown("✓ Correct. Well done.")]),
        new_code_cell("print(1)", outputs=[new_output("stream", name="stdout", text="0.123456")]),
    ]
    cells[3].metadata.jupyter = {"source_hidden": True}
    for number, cell in enumerate(cells):
        cell.metadata.slideshow = {"slide_type": "slide"}
        if number:
            cell.execution_count = number
    return tidied(new_notebook(cells=cells))


def prints(text: str) -> Doctor:
    return lambda notebook: notebook.cells[4].outputs[0].update(text=text)


def player_shows(**data: str) -> Doctor:
    return lambda notebook: notebook.cells[2].update(outputs=[shown("Player of 2", **data)])


def says(text: str) -> Doctor:
    return lambda notebook: notebook.cells[0].update(source=text)


def solution_has(old: str, new: str) -> Doctor:
    def doctor(notebook: NotebookNode) -> None:
        cell = notebook.cells[3]
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    return doctor


DOCTORED: dict[Guard, list[Doctor]] = {
    guards.is_executed: [
        lambda nb: nb.cells[2].update(execution_count=None),
        lambda nb: nb.cells[4].update(execution_count=9),
        lambda nb: nb.cells[1].update(execution_count=2),
    ],
    guards.has_no_errors: [
        lambda nb: nb.cells[4].outputs[0].update(name="stderr"),
        lambda nb: nb.cells[4].outputs.append(new_output("error", ename="E", evalue="e")),
    ],
    guards.has_words_for_pictures: [
        player_shows(image_png="iVBO"),
        lambda nb: nb.cells[4].outputs.append(new_output("display_data", {"image/png": "iVBO"})),
        player_shows(text_html="<p><IMG src='x'></p>"),
        player_shows(text_html="<img src='x' alt=' '>"),
        player_shows(text_html="<svg><path d='M0 0'/></svg>"),
        lambda nb: nb.cells[1].outputs[0].data.update({"text/plain": "−1.4 nats"}),
        says("![](geyser.png)"),
        says("<img src='geyser.png'>"),
    ],
    guards.has_no_widget_state: [
        lambda nb: nb.metadata.update(widgets={}),
        lambda nb: nb.cells[2].outputs[0].data.update({WIDGET_VIEW: {}}),
    ],
    guards.is_small: [says("é" * 800_000)],
    guards.names_no_machine: [
        prints("<Model at 0x7f00aa>"),
        prints("in /home/ada/x.py"),
        prints("in /root/x.py"),
        prints("in /tmp/x.py"),
        prints("in /Users/ada/x.py"),
        prints("in C:\\Users\\ada"),
        prints("1.2345678"),
        player_shows(text_html="−1.2345678e−9"),
    ],
    guards.has_slides: [
        lambda nb: nb.cells[0].metadata.pop("slideshow"),
        lambda nb: nb.cells[2].metadata.slideshow.update(slide_type="slid"),
    ],
    guards.has_closed_solutions: [
        lambda nb: nb.cells[3].metadata.pop("jupyter"),
        lambda nb: nb.cells[3].metadata.jupyter.update(source_hidden=False),
        solution_has("    ### END SOLUTION\n", ""),
        solution_has("### END SOLUTION", "### END SOLUTION!"),
        solution_has("check", "### END SOLUTION\n### BEGIN SOLUTION\ncheck"),
        says("A SOLUTION"),
        says("### BEGIN SOLUTION\n### END SOLUTION"),
    ],
    guards.is_solved: [
        lambda nb: nb.cells[3].update(outputs=[shown("✗ Not yet.")]),
        lambda nb: nb.cells[2].update(outputs=[shown("✗ Not yet.")]),
        lambda nb: nb.cells[3].update(outputs=[]),
    ],
    guards.runs_anywhere: [
        lambda nb: nb.metadata.language_info.update(version="3.11.7"),
        lambda nb: nb.metadata.kernelspec.update(name="my-venv"),
    ],
    guards.shows_a_picture_above_widgets: [
        lambda nb: nb.cells[1].update(outputs=[]),
        lambda nb: nb.cells[1].outputs.insert(0, shown("Explorer of one number")),
    ],
    guards.updates_no_display: [
        lambda nb: nb.cells[2].outputs[0].update(transient={"display_id": "a"}),
        lambda nb: nb.cells[2].outputs[0].update(metadata={"display_id": "a"}),
    ],
}


def test_there_are_notebooks():
    assert PATHS


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.__name__)
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_notebook_passes_every_guard(path: Path, guard: Guard):
    assert guard(nbformat.read(path, as_version=4)) == []


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.__name__)
def test_no_guard_complains_of_a_fair_notebook(guard: Guard):
    assert guard(fair()) == []


@pytest.mark.parametrize(
    ("guard", "doctor"), [(guard, doctor) for guard in DOCTORED for doctor in DOCTORED[guard]]
)
def test_a_guard_fires_on_a_doctored_notebook_and_no_other_does(guard: Guard, doctor: Doctor):
    notebook = fair()
    doctor(notebook)
    assert [other.__name__ for other in GUARDS if other(notebook)] == [guard.__name__]


def test_every_guard_has_been_seen_to_fire():
    assert set(DOCTORED) == set(GUARDS)


def test_what_a_picture_shows_of_itself_satisfies_the_guards():
    """Quotes and angle brackets are escaped in the alternative text, not in text/plain."""
    picture = Picture(Figure(figsize=(1, 1)), 'p < q & "so on"')
    notebook = fair()
    notebook.cells[1].outputs = [shown(repr(picture), text_html=picture._repr_html_())]
    assert [complaint for guard in GUARDS for complaint in guard(notebook)] == []
