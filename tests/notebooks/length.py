"""How long a notebook is, by the rule that all are held to."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from nbformat import NotebookNode

from lecture11.exercises.editions import BEGIN
from tests.notebooks.guards import plain

MINUTES = {
    "words": 1 / 130,
    "lines": 1 / 8,
    "pictures": 40 / 60,
    "formulas": 30 / 60,
    "questions": 90 / 60,
    "laboratories": 5,
}
"""For each word of the text, visible line of code, picture, displayed formula, …"""

APART = ("On your own", "References", "Appendix")
"""Sections that are not counted: exercises take as long as they take."""
CORE_ENDS = "**Here the core path ends.**"


class Length(NamedTuple):
    """What a notebook, or a part of it, asks of its reader."""

    words: int = 0
    lines: int = 0
    """Of code that is seen."""
    pictures: int = 0
    formulas: int = 0
    questions: int = 0
    laboratories: int = 0
    longest: int = 0
    """Lines of the longest cell that is seen."""
    imports: int = 0
    """Lines of code that import."""

    @property
    def minutes(self) -> float:
        return sum(getattr(self, name) * each for name, each in MINUTES.items())


def length(notebook: NotebookNode) -> Length:
    """Of all but the sections apart."""
    return _total(cell for heading, cell in _sections(notebook) if not heading.startswith(APART))


def core_length(notebook: NotebookNode) -> Length:
    """Up to the line that says where the core path ends; of nothing where none does."""
    cells = [cell for _, cell in _sections(notebook)]
    ends = [number for number, cell in enumerate(cells) if CORE_ENDS in cell.source]
    return _total(cells[: ends[0]] if ends else [])


def _sections(notebook: NotebookNode) -> Iterator[tuple[str, NotebookNode]]:
    """Each cell with the heading it stands under."""
    heading = ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (found := re.match(r"##? (.+)", cell.source)):
            heading = found[1]
        yield heading, cell


def _total(cells: Iterator[NotebookNode] | list[NotebookNode]) -> Length:
    each = [_of_text(cell) if cell.cell_type == "markdown" else _of_code(cell) for cell in cells]
    sums = Length(*map(sum, zip(*each, strict=True))) if each else Length()
    return sums._replace(longest=max((one.longest for one in each), default=0))


def _of_text(cell: NotebookNode) -> Length:
    text, formulas = re.subn(r"\$\$.+?\$\$", "", cell.source, flags=re.DOTALL)
    text = re.sub(r"<[^>]+>|(?<=\])\([^)]+\)", "", text)  # no word of a tag, of a link its text
    return Length(words=len(re.findall(r"\S*\w\S*", text)), formulas=formulas)


def _of_code(cell: NotebookNode) -> Length:
    hidden = BEGIN in cell.source or cell.metadata.get("jupyter", {}).get("source_hidden")
    lines = [] if hidden else [line for line in cell.source.split("\n") if line.strip()]
    shown = [output.get("data", {}).get("text/html", "") for output in cell.outputs]
    said = [plain(output) for output in cell.outputs]
    laboratories = sum("data-laboratory" in html for html in shown)
    return Length(
        lines=len(lines),
        pictures=sum(map(_pictures, cell.outputs)) - laboratories,
        questions=sum("(Run this cell to answer.)" in text for text in said),
        laboratories=laboratories,
        longest=len(lines),
        imports=len(_imports("\n".join(lines))),
    )


def _pictures(output: NotebookNode) -> int:
    """One where something that moves is stored without any."""
    moves = plain(output).startswith(("Player of", "Explorer of", "Buttons: "))
    return output.get("data", {}).get("text/html", "").count("<img") or int(moves)


def _imports(source: str) -> list[str]:
    """The lines of import statements, also those within brackets."""
    found = re.findall(r"^(?:import |from \S+ import )(?:\([^)]*\)|[^\n]*)", source, re.MULTILINE)
    return "\n".join(found).split("\n") if found else []
