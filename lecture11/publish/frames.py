"""What a stored notebook does not keep: all the pictures of its players, taken from a run."""

import copy
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

PLAYER = 'data-living="player"'
WIDGETS, VIEW = (f"application/vnd.jupyter.widget-{kind}+json" for kind in ("state", "view"))


def read_whole(path: Path) -> NotebookNode:
    """A stored notebook with its players whole; one without players is read and not run.

    All but the players stays as stored. Raises nbclient's CellExecutionError where a cell fails.
    """
    notebook = nbformat.read(path, as_version=4)
    stills = _players(notebook)
    if not stills:
        return notebook
    run = copy.deepcopy(notebook)
    resources = {"metadata": {"path": str(path.parent)}}
    NotebookClient(run, timeout=None, store_widget_state=True, resources=resources).execute()
    models = run.metadata.widgets[WIDGETS]["state"]
    for still, ran in zip(stills, _players(run), strict=True):
        still.data["text/html"] = models[ran.data[VIEW]["model_id"]]["state"]["_page"]
    return notebook


def _players(notebook: NotebookNode) -> list[NotebookNode]:
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", []))
    return [each for each in outputs if PLAYER in each.get("data", {}).get("text/html", "")]
