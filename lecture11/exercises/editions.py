"""The student edition: the course without its solutions, in a folder of the student's own.

A solution stands between two comment lines, ``### BEGIN SOLUTION`` and ``### END SOLUTION``. In
the student edition an ellipsis takes its place, which is valid Python and returns None.

``python -m lecture11.exercises.editions SOURCE TARGET`` writes the edition of every notebook in
SOURCE to TARGET. What a student has changed there is never overwritten: where the course has
moved on as well, its new version is put beside theirs. ``--reset`` sets their notebooks aside in a
dated folder first.
"""

import argparse
import copy
import datetime
import hashlib
import json
import os
from pathlib import Path

import nbformat
from nbformat import NotebookNode

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
STUB = "...  # your code here"
LEDGER = ".editions.json"


def without_solutions(source: str) -> str:
    """The source of a cell with each solution replaced by a stub of the same indentation.

    Raises ValueError where the two markers do not pair up.
    """
    kept, inside = [], False
    for line in source.split("\n"):
        marker = line.strip()
        slip = "SOLUTION" in line and marker not in (BEGIN, END)
        if slip or marker == (BEGIN if inside else END):
            raise ValueError(f"source: {marker!r} without its partner in the cell\n{source}")
        if marker == BEGIN:
            kept.append(line[: line.index(BEGIN)] + STUB)
        if marker in (BEGIN, END):
            inside = not inside
        elif not inside:
            kept.append(line)
    if inside:
        raise ValueError(f"source: {BEGIN!r} without its partner in the cell\n{source}")
    return "\n".join(kept)


def student_edition(notebook: NotebookNode) -> NotebookNode:
    """A copy without solutions; their cells are open, and have forgotten their outputs."""
    edition = copy.deepcopy(notebook)
    for cell in edition.cells:
        if cell.cell_type == "code" and "SOLUTION" in cell.source:
            cell.source = without_solutions(cell.source)
            cell.outputs, cell.execution_count = [], None
            cell.metadata.get("jupyter", {}).pop("source_hidden", None)
    return edition


def hand_out(source: Path, target: Path) -> list[str]:
    """Bring ``target`` up to date with the notebooks of ``source``; returns its news in words.

    Raises FileNotFoundError where ``source`` holds no notebook.
    """
    notebooks = sorted(source.glob("*.ipynb"))
    if not notebooks:
        raise FileNotFoundError(f"source: no notebook in {source}")
    target.mkdir(parents=True, exist_ok=True)
    ledger_path = target / LEDGER
    ledger = _ledger(ledger_path)
    said = []
    for path in notebooks:
        edition = student_edition(nbformat.read(path, as_version=4))
        digest = _digest(edition)
        mine = target / path.name
        before = ledger.get(path.name)
        ledger[path.name] = digest
        theirs = _digest_of_file(mine) if mine.exists() else None
        if theirs == digest or (theirs not in (None, before) and before == digest):
            continue
        if theirs == before and theirs is not None:
            said.append(f"{path.name} is new: your copy, which you had not edited, was replaced")
        elif theirs is not None:
            mine = _unused(target / f"{path.stem} (new).ipynb")
            said.append(f"{path.name} has changed, and so has your copy: see {mine.name}")
        _write(mine, nbformat.writes(edition))
    _write(ledger_path, json.dumps(ledger, indent=1, sort_keys=True))
    return said


def set_aside(target: Path) -> str:
    """Move the notebooks in ``target`` to a dated folder within it; returns what was done."""
    notebooks = sorted(target.glob("*.ipynb"))
    if not notebooks:
        return "nothing to set aside"
    folder = _unused(target / f"kept {datetime.datetime.now():%Y-%m-%d %H.%M.%S}")
    folder.mkdir()
    for path in notebooks:
        path.rename(folder / path.name)
    (target / LEDGER).unlink(missing_ok=True)
    return f"your notebooks are now in {folder}"


def _unused(path: Path) -> Path:
    """The path itself, or with the first number that no file has yet."""
    names = (path, *(path.with_name(f"{path.stem} {k}{path.suffix}") for k in range(2, 10_000)))
    return next(name for name in names if not name.exists())


def _ledger(path: Path) -> dict[str, str]:
    """What was handed out when; a damaged ledger is as good as none."""
    try:
        return dict(json.loads(path.read_text("utf-8")))
    except (FileNotFoundError, ValueError):
        return {}


def _digest(notebook: NotebookNode) -> str:
    """Of the cells' sources alone: running a notebook does not count as editing it."""
    sources = [(cell.cell_type, cell.source) for cell in notebook.cells if cell.source]
    return hashlib.sha256(json.dumps(sources).encode()).hexdigest()


def _digest_of_file(path: Path) -> str:
    try:
        return _digest(nbformat.read(path, as_version=4))
    except Exception:  # unreadable, so not as we wrote it: the student's business
        return "unreadable"


def _write(path: Path, text: str) -> None:
    """All of it or nothing, also when interrupted."""
    partial = path.with_name(path.name + ".partial")
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, path)


def main() -> None:
    """Hand out the edition from the command line."""
    parser = argparse.ArgumentParser(description="Hand out the student edition of the course.")
    parser.add_argument("source", type=Path, help="folder of the notebooks with solutions")
    parser.add_argument("target", type=Path, help="folder of the student's own copies")
    parser.add_argument("--reset", action="store_true", help="set the student's copies aside first")
    options = parser.parse_args()
    said = [set_aside(options.target)] if options.reset else []
    for line in [*said, *hand_out(options.source, options.target)]:
        print(line)


if __name__ == "__main__":
    main()
