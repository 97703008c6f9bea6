"""Re-execute notebooks and store their outputs: ``python -m tests.notebooks.execute [NAME …]``."""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ROOT / "notebooks"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def execute(notebook: NotebookNode, folder: Path = NOTEBOOKS) -> NotebookNode:
    """Run every cell in a new kernel, in place; an exception in a cell ends it."""
    NotebookClient(
        notebook,
        timeout=600,
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,  # however they arrived
        resources={"metadata": {"path": str(folder)}},
    ).execute()
    return notebook


def tidied(notebook: NotebookNode) -> NotebookNode:
    """Without what changes from run to run, or shows nothing in a notebook that is not running.

    A stored widget view would show an error until the cell is run; without it the widget's text
    stands there.
    """
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET_VIEW, None)
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    return notebook


def main(names: list[str]) -> None:
    """Execute the notebooks named, or all."""
    paths = [Path(name) for name in names] or sorted(NOTEBOOKS.glob("*.ipynb"))
    for path in paths:
        print(path.name, flush=True)
        notebook = tidied(execute(nbformat.read(path, as_version=4)))
        nbformat.write(notebook, path)


if __name__ == "__main__":
    main(sys.argv[1:])
