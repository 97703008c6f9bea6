"""Run the student edition as a processor without fused multiply-add would compute it.

    python -m tests.notebooks.student NOTEBOOK … -- [arguments for pytest]

nbval compares it with the stored outputs. Where a solution was taken out, the exercise must say
that it waits for its answer, and a last cell operates every widget. So one pass over the notebooks
shows three things: they run whole as a student gets them, what they show does not depend on the
processor, and what can be moved moves.
"""

import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output

from lecture11.exercises.editions import BEGIN, student_edition
from lecture11.exercises.verdict import Verdict
from tests.notebooks.execute import ROOT
from tests.notebooks.guards import outputs, plain
from tests.notebooks.operate import in_words
from tests.notebooks.portable import PLAINEST, can_imitate, environment_of, proved

FOLDER = ROOT / "build" / "student"
"""The notebooks alone, without any file of the course beside them; they stay, to be looked at."""

_UNSOLVED = Verdict(False, "")
UNSOLVED = {"text/plain": repr(_UNSOLVED), "text/html": _UNSOLVED._repr_html_()}
"""What an exercise shows before anything is written; sanitize.cfg drops the words that follow."""

OPERATE = "from tests.notebooks.operate import operate_all\n\noperate_all()"
TEXTS = {
    "Explorer": "Explorer of",
    "Laboratory": "Laboratory: ",
    "Player": "Player of",
    "Question": "(Run this cell to answer.)",
    "Stepper": "Buttons: ",
}
"""How the stored text of a widget can be told."""


def widgets_of(notebook: NotebookNode) -> Counter[str]:
    """How many widgets of which kind its stored outputs show."""
    shown = [plain(output) for _, output in outputs(notebook)]
    return Counter({kind: sum(text in of for of in shown) for kind, text in TEXTS.items()})


def prepared(source: NotebookNode) -> NotebookNode:
    """The student edition with the outputs that its cells must have, and the last cell."""
    edition = student_edition(source)
    for cell, ours in zip(edition.cells, source.cells, strict=True):
        if BEGIN in ours.source:
            waits = new_output("execute_result", data=UNSOLVED, execution_count=1)
            cell.outputs, cell.execution_count = [waits], 1
    said = new_output("stream", name="stdout", text=in_words(widgets_of(source)) + "\n")
    edition.cells.append(new_code_cell(OPERATE, outputs=[said], execution_count=1))
    return edition


def main(arguments: Sequence[str]) -> int:
    """Run nbval over the tested editions."""
    cut = arguments.index("--")
    names, options = map(Path, arguments[:cut]), arguments[cut + 1 :]
    environment = dict(os.environ)
    if can_imitate():
        proved(PLAINEST)
        environment = environment_of(PLAINEST.environment)
        print(f"the student edition with {PLAINEST.name}", flush=True)
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    written = []
    for path in (path for name in names for path in sorted(name.glob("*.ipynb")) or [name]):
        written.append(FOLDER / path.name)
        nbformat.write(prepared(nbformat.read(path, as_version=4)), written[-1])
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, *written],
        env=environment | {"PYTHONPATH": str(ROOT)},
    ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
