"""What a stored notebook must be, beyond what nbval compares: each guard returns its complaints."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import count

import nbformat
from nbformat import NotebookNode

from lecture11.exercises.editions import BEGIN, END
from tests.notebooks.execute import WIDGET_VIEW

SLIDE_TYPES = {"slide", "subslide", "fragment", "skip", "notes", "-"}
MEGABYTES = 1.5

MACHINE = {
    "an object's address": r"\b0x[0-9a-fA-F]{4,}",
    "a path of some machine": r"/(?:home|root|tmp|Users|var)/|\b[A-Za-z]:\\",
    "more digits than processors agree on": r"\d\.\d{7,}",
}


def numbered(notebook: NotebookNode) -> Iterator[tuple[str, NotebookNode]]:
    for number, cell in enumerate(notebook.cells):
        yield f"cell {number}", cell


def code_cells(notebook: NotebookNode) -> Iterator[tuple[str, NotebookNode]]:
    return ((where, cell) for where, cell in numbered(notebook) if cell.cell_type == "code")


def outputs(notebook: NotebookNode) -> Iterator[tuple[str, NotebookNode]]:
    for where, cell in code_cells(notebook):
        yield from ((where, output) for output in cell.outputs)


def texts(notebook: NotebookNode) -> Iterator[tuple[str, str]]:
    """All that a reader can read in the outputs, without the bytes of pictures."""
    for where, output in outputs(notebook):
        readable = [output.get("text", "")]
        readable += [text for kind, text in output.get("data", {}).items() if "text/" in kind]
        yield from ((where, re.sub(r"base64,[\w+/=]*", "", text)) for text in readable)


def plain(output: NotebookNode) -> str:
    return output.get("data", {}).get("text/plain", "")


class _Images(HTMLParser):
    """Collects what is said of each image, "" where nothing is."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.alts: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.alts.append((dict(attrs).get("alt") or "").strip())
        elif tag == "svg":
            self.alts.append((dict(attrs).get("aria-label") or "").strip())


def images(output: NotebookNode) -> list[str]:
    return _Images(output.get("data", {}).get("text/html", "")).alts


def is_executed(notebook: NotebookNode) -> list[str]:
    """nbval does not compare a cell that was not executed; nor can a reader trust the order."""
    return [
        f"{where}: execution count {cell.execution_count}, expected {expected}"
        for expected, (where, cell) in zip(count(1), code_cells(notebook), strict=False)
        if cell.execution_count != expected
    ]


def has_no_errors(notebook: NotebookNode) -> list[str]:
    return [
        f"{where}: stores {output.get('name', 'an error')}"
        for where, output in outputs(notebook)
        if output.output_type == "error" or output.get("name") == "stderr"
    ]


def has_words_for_pictures(notebook: NotebookNode) -> list[str]:
    found = []
    for where, output in outputs(notebook):
        if bare := [kind for kind in output.get("data", {}) if kind.startswith("image/")]:
            found.append(f"{where}: {', '.join(bare)} has no words; return a Picture")
        for alt in images(output):
            if not alt:
                found.append(f"{where}: an image without alternative text")
            elif alt not in plain(output):
                found.append(f"{where}: text/plain does not say what the image says: {alt}")
    for where, cell in numbered(notebook):
        if cell.cell_type == "markdown":
            alts = re.findall(r"!\[([^\]]*)\]\(", cell.source) + _Images(cell.source).alts
            found += [f"{where}: an image without words" for alt in alts if not alt.strip()]
    return found


def has_no_widget_state(notebook: NotebookNode) -> list[str]:
    found = ["metadata: the state of widgets"] if "widgets" in notebook.metadata else []
    return found + [
        f"{where}: a widget view, which shows an error until the cell is run"
        for where, output in outputs(notebook)
        if WIDGET_VIEW in output.get("data", {})
    ]


def is_small(notebook: NotebookNode) -> list[str]:
    size = len(nbformat.writes(notebook).encode()) / 1e6
    return [f"{size:.1f} MB, more than {MEGABYTES}"] if size > MEGABYTES else []


def names_no_machine(notebook: NotebookNode) -> list[str]:
    return [
        f"{where}: {what}: {match[0]}"
        for where, text in texts(notebook)
        for what, pattern in MACHINE.items()
        if (match := re.search(pattern, text))
    ]


def has_slides(notebook: NotebookNode) -> list[str]:
    return [
        f"{where}: slide type {kind}"
        for where, cell in numbered(notebook)
        if (kind := cell.metadata.get("slideshow", {}).get("slide_type")) not in SLIDE_TYPES
    ]


def has_closed_solutions(notebook: NotebookNode) -> list[str]:
    """A marker with a slip of the pen would hand the solution to the students."""
    found = []
    for where, cell in numbered(notebook):
        lines = [line.strip() for line in cell.source.split("\n")]
        markers = [line for line in lines if line in (BEGIN, END)]
        pairs = len(markers) // 2
        if markers != [BEGIN, END] * pairs:
            found.append(f"{where}: solution markers do not pair up: {markers}")
        if cell.source.count("SOLUTION") != len(markers):
            found.append(f"{where}: something like a marker that is none")
        if markers and cell.cell_type != "code":
            found.append(f"{where}: a solution outside code is not taken out")
        if markers and not cell.metadata.get("jupyter", {}).get("source_hidden"):
            found.append(f"{where}: the solution is not collapsed")
    return found


def is_solved(notebook: NotebookNode) -> list[str]:
    found = [
        f"{where}: {plain(output)}"
        for where, output in outputs(notebook)
        if plain(output).startswith("✗")
    ]
    return found + [
        f"{where}: a solution without a verdict"
        for where, cell in code_cells(notebook)
        if BEGIN in cell.source
        and not any(plain(output).startswith("✓ Correct") for output in cell.outputs)
    ]


def runs_anywhere(notebook: NotebookNode) -> list[str]:
    """Another Python 3 must not show up as a change, nor be refused."""
    metadata = notebook.metadata
    found = (
        ["metadata: a language version"] if "version" in metadata.get("language_info", {}) else []
    )
    name = metadata.get("kernelspec", {}).get("name")
    return found + ([f"metadata: kernel {name}, not python3"] if name != "python3" else [])


def shows_a_picture_above_widgets(notebook: NotebookNode) -> list[str]:
    """A notebook that is not running shows no widgets."""
    found, seen = [], False
    for where, output in outputs(notebook):
        if plain(output).startswith(("Player of", "Explorer of")) and not seen:
            found.append(f"{where}: no static picture above {plain(output)[:40]} …")
        seen = seen or bool(images(output))
    return found


def updates_no_display(notebook: NotebookNode) -> list[str]:
    """An update of an output made earlier has no place of its own to be compared."""
    return [
        f"{where}: display_id"
        for where, output in outputs(notebook)
        if '"display_id"' in json.dumps(output)
    ]


GUARDS = (
    is_executed,
    has_no_errors,
    has_words_for_pictures,
    has_no_widget_state,
    is_small,
    names_no_machine,
    has_slides,
    has_closed_solutions,
    is_solved,
    runs_anywhere,
    shows_a_picture_above_widgets,
    updates_no_display,
)
