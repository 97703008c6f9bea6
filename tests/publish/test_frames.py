"""Players of a stored notebook, whole again."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from lecture11.publish.frames import read_whole
from tests.notebooks.execute import execute, tidied

PLAYER = """from matplotlib.figure import Figure
from lecture11.explore import Player
from lecture11.figures import Picture
Player([Picture(Figure((1, 1)), f"{k} is shown.") for k in range(3)])"""


def html_of(notebook: nbformat.NotebookNode) -> str:
    return notebook.cells[-1].outputs[0].data["text/html"]


@pytest.mark.slow
def test_a_player_gets_all_its_pictures_from_one_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("LECTURE11_CACHE", str(tmp_path))
    cells = [new_code_cell("3"), new_code_cell(PLAYER)]
    stored = tidied(execute(new_notebook(cells=cells), tmp_path))
    stored.cells[0].outputs[0].data["text/plain"] = "as stored"
    nbformat.write(stored, tmp_path / "one.ipynb")
    assert html_of(stored).count("<img") == 1
    whole = read_whole(tmp_path / "one.ipynb")
    assert [f'alt="{k} is shown."' in html_of(whole) for k in range(3)] == [True] * 3
    assert whole.cells[0] == stored.cells[0]
    assert whole.metadata == stored.metadata  # nothing else is touched
    monkeypatch.setattr(NotebookClient, "execute", lambda self: pytest.fail("run again"))
    assert read_whole(tmp_path / "one.ipynb") == whole
    stored.cells[0].source = "4"
    nbformat.write(stored, tmp_path / "one.ipynb")
    with pytest.raises(pytest.fail.Exception, match="run again"):
        read_whole(tmp_path / "one.ipynb")


def test_a_notebook_without_players_is_not_run(tmp_path: Path):
    stored = new_notebook(cells=[new_code_cell("raise ValueError")])
    nbformat.write(stored, tmp_path / "none.ipynb")
    assert read_whole(tmp_path / "none.ipynb") == stored
