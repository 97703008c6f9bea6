"""The course as one folder of pages that need no Python, no server and no network.

``python -m lecture11.publish.site notebooks build/site``

What pages share stands once beside them, as plain scripts and style sheets, so that a browser finds
it also from a disk: there it would refuse modules, and anything fetched.
"""

import html
import json
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from lecture11.publish.cells import HEADINGS, plain
from lecture11.publish.frames import read_whole
from lecture11.publish.page import (
    FILES,
    THEME,
    VENDOR,
    Page,
    head,
    linked,
    page_of,
    scripts_of,
    shared,
)

WELCOME = """<h1>lecture11</h1>
<p>One university lecture, as pages you can read, drag and check. The lecture is number 11 of
<em>Deep Learning</em> (BEV033DLE, Czech Technical University in Prague): stochastic neighbour
embedding, the KL divergence, and unsupervised representation learning with EM, the ELBO and
amortised inference.</p>
<p>Nothing here needs Python or a network. Exercises are checked in the notebooks, from which these
pages are made.</p>
"""
FONT = "STIXTwoMath.woff2"
CODE = {"code", "highlight"}
TOLD = ("Slides:", "Time:")
"""What the contents tell of a notebook."""


class Entry(NamedTuple):
    """A page in its place."""

    name: str
    """of its file, without the ending"""
    page: Page


def sections(page: Page) -> list[list[str]]:
    """For the search: each heading's id, its words, and the text below it, without code."""
    found: list[list[str]] = []
    for block in (block for cell in page.cells for block in cell.find_all(True, recursive=False)):
        if block.name in HEADINGS:
            found.append([str(block["id"]), plain(block), ""])
        elif found and block.name != "pre" and not CODE & {*block.get_attribute_list("class")}:
            found[-1][2] += f" {plain(block)}"
    return found


def shell(title: str, main: str, course: str, scripts: Iterable[str]) -> str:
    """A whole page around its text. course: the list of notebooks; scripts: the files it needs."""
    tags = "\n".join(f'<script defer src="{name}"></script>' for name in (*scripts, "site.js"))
    return f"""{head(title)}<link rel="stylesheet" href="course.css">
<link rel="stylesheet" href="site.css">
{tags}
</head>
<body>
{THEME}<a class="skip" href="#main">Skip to the text</a>
<header>
<a class="home" href="index.html">lecture11</a>
<a class="menu" href="#course">Contents</a>
<search>
<label for="search" class="unseen">Search the course</label>
<input id="search" type="search" placeholder="Search" autocomplete="off" spellcheck="false">
<div id="found" hidden><p role="status"></p><ol></ol></div>
</search>
<button id="theme" type="button" hidden>Dark</button>
</header>
<main id="main">
{main}
</main>
<nav id="course" aria-label="Contents">
{course}</nav>
</body>
</html>
"""


def course(entries: list[Entry], here: Entry | None = None) -> str:
    """The list of notebooks; where the reader is, with its sections."""
    items = []
    for entry in entries:
        title, mark, inside = html.escape(entry.page.title), "", ""
        if entry is here:
            mark = ' aria-current="page"'
            links = (
                f'<li><a href="#{html.escape(str(heading["id"]))}">'
                f"{heading.decode_contents()}</a></li>"
                for heading in entry.page.headings
                if heading.name == "h2"
            )
            inside = f"<ul>{''.join(links)}</ul>"
        items.append(f'<li><a href="{entry.name}.html"{mark}>{title}</a>{inside}</li>\n')
    return f"<ol>\n{''.join(items)}</ol>\n"


def turns(before: Entry | None, after: Entry | None) -> str:
    """Links to the page before and the page after."""
    links = [
        f'<a rel="{way}" href="{entry.name}.html"><small>{word}</small>'
        f"{html.escape(entry.page.title)}</a>"
        for way, word, entry in (("prev", "Previous", before), ("next", "Next", after))
        if entry
    ]
    return f'<nav class="turns" aria-label="Previous and next">{"".join(links)}</nav>'


def contents(entries: list[Entry]) -> str:
    """The first page: each notebook with the lecture's slides that it tells, and its time."""
    items = []
    for name, page in entries:
        paragraphs = page.cells[0].find_all("p") if page.cells else []
        told = [each for each in paragraphs if each.get_text().startswith(TOLD)]
        link = f'<a href="{name}.html">{html.escape(page.title)}</a>'
        items.append(f"<li><h2>{link}</h2>{''.join(map(str, told))}</li>\n")
    return f'{WELCOME}<ol class="course">\n{"".join(items)}</ol>'


def files(entries: list[Entry]) -> Iterator[tuple[str, str]]:
    """Every file of the site but the font: its name and its text.

    Raises ValueError where there is no page.
    """
    if not entries:
        raise ValueError("notebooks: a site needs one; got none.")
    index = [[name, page.title, *section] for name, page in entries for section in sections(page)]
    yield "search.js", f"window.sections = {json.dumps(index, ensure_ascii=False)};\n"
    yield "index.html", shell("lecture11", contents(entries), course(entries), scripts_of([]))
    around = zip([None, *entries], entries, [*entries[1:], None], strict=False)
    for before, entry, after in around:
        listed = course(entries, entry)  # before headings get links to themselves
        main = f"{linked(entry.page)}\n{turns(before, after)}"
        scripts = scripts_of(entry.page.laboratories)
        yield f"{entry.name}.html", shell(entry.page.title, main, listed, scripts)
    yield from shared({name for entry in entries for name in entry.page.laboratories}).items()
    for name in ("site.css", "site.js"):
        yield name, (FILES / name).read_text("utf-8")


def cleared(folder: Path) -> Path:
    """The folder, empty, if nothing was in it or what was made here before.

    Raises FileExistsError where it holds something else.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / "course.css").exists():
        raise FileExistsError(f"{folder} holds something else: name another, or remove it.")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def main(source: str, target: str) -> None:
    """Write the site of a folder of notebooks, in place of an earlier one."""
    notebooks = sorted(Path(source).glob("*.ipynb"))
    entries = [Entry(path.stem, page_of(read_whole(path))) for path in notebooks]
    written = dict(files(entries))
    folder = cleared(Path(target))
    for name, text in written.items():
        (folder / name).write_text(text, "utf-8")
    (folder / FONT).write_bytes((VENDOR / FONT).read_bytes())
    print(folder / "index.html")


if __name__ == "__main__":
    main(*sys.argv[1:])
