"""What a stored notebook does not keep: all the pictures of its players, taken from a run."""

import copy
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from lecture11.explore.kept import kept

PLAYER = 'data-living="player"'
WIDGETS, VIEW = (f"application/vnd.jupyter.widget-{kind}+json" for kind in ("state", "view"))


def read_whole(path: Path) -> NotebookNode:
    """A stored notebook with its players whole; one without players is read and not run.

    Nor is one whose players a run has shown since it, or the package, last changed. All but the
    players stays as stored. Raises nbclient's CellExecutionError where a cell fails.
    """
    notebook = nbformat.read(path, as_version=4)
    if stills := _players(notebook):
        sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
        given = "\n".join([Path(__file__).read_text("utf-8"), *sources])
        pages = kept(f"players_{path.stem}", lambda: _pages(notebook, path.parent), given)
        for still, page in zip(stills, pages.values(), strict=True):
            still.data["text/html"] = page
    return notebook


def _pages(notebook: NotebookNode, folder: Path) -> dict[str, str]:
    """What the players of a run show, numbered."""
    run = copy.deepcopy(notebook)
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(run, timeout=None, store_widget_state=True, resources=resources).execute()
    models = run.metadata.widgets[WIDGETS]["state"]
    shown = (models[each.data[VIEW]["model_id"]]["state"] for each in _players(run))
    return {str(number): state["_page"] for number, state in enumerate(shown)}


def _players(notebook: NotebookNode) -> list[NotebookNode]:
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", []))
    return [each for each in outputs if PLAYER in each.get("data", {}).get("text/html", "")]
