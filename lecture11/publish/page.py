"""A stored notebook as one page of HTML in which the laboratories live: no kernel, no request.

``python -m lecture11.publish.page notebooks/NN_name.ipynb page.html``

The notebook is run only where it has players, whose pictures it does not keep: a laboratory's
stored still says which it is, and the page's script takes its place. The page shows the student's
edition: exercises without solutions. Code is folded, but where it is the idea (the cell's tag
``show-input``). On a dark page drawings are turned dark too, hues as they are, but not those of a
cell with the tag ``true-colours``: photographs, and where the text says what dark means.
"""

import html
import json
import re
import sys
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from bs4 import BeautifulSoup, Tag
from nbformat import NotebookNode

from lecture11.exercises.editions import student_edition
from lecture11.explore.lab import Lab
from lecture11.explore.laboratories import DECLARED
from lecture11.explore.page import script, style
from lecture11.explore.widget import declared
from lecture11.publish.cells import anchored, code, is_shown, outputs, parsed, plain, text
from lecture11.publish.frames import read_whole

PLACE = re.compile(r'<figure data-laboratory="([\w-]+)"')
FILES = resources.files("lecture11.publish") / "files"
VENDOR = resources.files("lecture11.publish") / "vendor"
THEME = """<script>
try {
  if (localStorage.light) document.body.dataset.jpThemeLight = localStorage.light;
} catch {}
</script>
"""
"""At the beginning of a body: light or dark, as the reader last turned it."""


class Page(NamedTuple):
    """A notebook, ready to be written."""

    title: str
    cells: list[BeautifulSoup]
    headings: list[Tag]
    """as many as there are; the first is the title"""
    laboratories: list[str]
    """by name, each once"""


def page_of(notebook: NotebookNode) -> Page:
    """The page of a stored notebook.

    Raises KeyError where a laboratory's name is not known.
    """
    cells = [
        text(cell.source) if cell.cell_type == "markdown" else _code_cell(cell)
        for cell in student_edition(notebook).cells
        if cell.cell_type != "raw"
    ]
    headings = anchored(cells)
    title = plain(headings[0]) if headings else "lecture11"
    return Page(title, cells, headings, laboratories_in(map(str, cells)))


def _code_cell(cell: NotebookNode) -> BeautifulSoup:
    lines = len(cell.source.strip().splitlines())
    summary = f"Code, {lines} line{'s' * (lines != 1)}"
    opened = " open" * is_shown(cell)
    fold = f'<details class="code"{opened}><summary>{summary}</summary>{code(cell)}</details>'
    parts = [fold * (lines > 0), *outputs(cell)]
    if any('data-living="question"' in part for part in parts):
        parts.append(parts.pop(0))  # a question's code holds its replies
    return parsed("\n".join(parts))


def laboratories_in(texts: Iterable[str]) -> list[str]:
    """The names of the laboratories that have a place in these texts, each once.

    Raises KeyError where one is not known.
    """
    names = list(dict.fromkeys(name for each in texts for name in PLACE.findall(each)))
    unknown = set(names) - set(DECLARED)
    if unknown:
        raise KeyError(f"no laboratory is called {', '.join(sorted(unknown))}")
    return names


def linked(page: Page) -> str:
    """The cells as HTML, each heading with a link to itself."""
    for heading in page.headings[1:]:
        attributes = {"class": "anchor", "href": f"#{heading['id']}"}
        link = Tag(name="a", attrs=attributes | {"aria-label": f"Link to {plain(heading)}"})
        link.string = "#"
        heading.append(link)
    return "\n".join(f'<div class="cell">{cell}</div>' for cell in page.cells)


def exported(notebook: NotebookNode) -> str:
    """The page in one file, light or dark as the reader has it.

    Raises KeyError where a laboratory's name is not known.
    """
    page = page_of(notebook)
    files = shared(page.laboratories)
    scripts = "\n".join(
        f"<script>\n{files[name]}</script>" for name in scripts_of(page.laboratories)
    )
    styles = re.sub(r"@font-face \{.*?\}", "", files["course.css"], flags=re.DOTALL)
    return f"""{head(page.title)}<style>
{styles}
{(FILES / "site.css").read_text("utf-8")}</style>
</head>
<body>
<main>
{linked(page)}
</main>
{scripts}
</body>
</html>
"""


def head(title: str) -> str:
    """The beginning of a page's head."""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{html.escape(title)}</title>
"""


def shared(laboratories: Iterable[str]) -> dict[str, str]:
    """Files that pages with these laboratories need, by name: style, formulas, what is alive."""
    files = {
        "course.css": f"{_text(VENDOR, 'temml.css')}\n{_text(FILES, 'course.css')}\n{style()}",
        "temml.min.js": _text(VENDOR, "temml.min.js"),
        "living.js": (
            f"window.bringToLife = (() => {{\n{script('static.js')}\nreturn bringToLife;\n}})();\n"
        ),
        "course.js": _text(FILES, "course.js"),
    }
    for name in laboratories:
        files[f"laboratory_{name}.js"] = declaration(DECLARED[name]())
    return files


def scripts_of(laboratories: Iterable[str]) -> list[str]:
    """The names of these scripts, in the order in which they need each other."""
    own = (f"laboratory_{name}.js" for name in laboratories)
    return ["temml.min.js", "living.js", *own, "course.js"]


def declaration(lab: Lab) -> str:
    """All that the page's script needs of a laboratory, as JavaScript."""
    made = declared(lab)
    program = {"constants": made["program"]["constants"]}
    data = json.dumps({**made, "program": program}, ensure_ascii=False).replace("</", r"<\/")
    source = made["program"]["source"].replace("</", r"<\/")
    place = f"(window.laboratories ??= {{}})[{json.dumps(lab.name)}]"
    return f"{place} = {{...{data}, factory: {source}}};\n"


def _text(folder: resources.abc.Traversable, name: str) -> str:
    return (folder / name).read_text("utf-8")


def main(source: str, target: str) -> None:
    """Write the page of a notebook."""
    Path(target).write_text(exported(read_whole(Path(source))), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
