"""A stored notebook as a deck of slides: one idea a slide, its picture as large as that allows.

``python -m lecture11.publish.slides notebooks build/slides``

A cell says in its metadata what it is to the deck (in JupyterLab: the property inspector):

* ``slideshow.slide_type``, as Jupyter has it. ``slide`` starts a slide; ``subslide`` starts one
  below it; ``fragment`` comes to the same slide with the next key; ``-`` is on it from the start;
  ``notes`` is for the speaker alone; ``skip`` is left out. Where a cell says nothing, one that
  begins with a heading starts a slide, and any other is ``-``.
* ``slideshow.text``: what the slide says, Markdown, in place of the cell's own text: a line or
  two, or the formula. The cell's heading stays. Without it the slide shows, below the heading, the
  cell's displayed formulas, lists and tables; where there is none of these, its first sentence.
  All the rest of the text, the answers that the page folds, and the references are the speaker's.
* ``slideshow.lecture``: the title of the lecture's slide that this slide tells, and those after it
  until another is named; before the first, it is what the notebook's line *Slides:* says.
* the cell's tag ``show-input``: its code is the idea. Code is hidden on every other slide (and
  folded in the site, where this tag unfolds it); what a cell shows, words and picture, is seen.

A slide without a heading of its own bears the last one. The section *On your own*, whatever its
cells say, is one slide: its exercises, each linked to the site, with its task's first sentence.
"""

import html
import re
import sys
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from bs4 import BeautifulSoup, NavigableString, Tag
from nbformat import NotebookNode

from lecture11.exercises.editions import student_edition
from lecture11.publish.cells import HEADINGS, anchored, code, is_shown, outputs, parsed, plain, text
from lecture11.publish.frames import read_whole
from lecture11.publish.page import FILES, THEME, VENDOR, head, laboratories_in, scripts_of, shared
from lecture11.publish.site import FONT, cleared

SITE = "../site/"
EXERCISES = "On your own"
REFERENCES = "References"
SHOWN = {*HEADINGS, "ul", "ol", "blockquote", "pre", "div"}
"""What of a text a slide shows as it stands; a div holds a table, or code."""
STARTS = {"slide", "subslide"}


class Slide(NamedTuple):
    """One slide, as HTML."""

    title: str
    parts: list[str]
    notes: list[str]
    lecture: str
    """the lecture's slide that it tells"""
    level: str = "h2"
    """the title's; h1 on the first"""
    below: bool = False
    """whether it stands below the slide before"""


def slides_of(notebook: NotebookNode, name: str) -> list[Slide]:
    """The slides. name: of the site's page, without its ending."""
    cells = [cell for cell in student_edition(notebook).cells if cell.cell_type != "raw"]
    trees = [parsed("") if cell.cell_type == "code" else text(cell.source) for cell in cells]
    anchored(trees)
    slides: list[Slide] = []
    title, lecture, exercises = "", _lecture_of(trees), False
    for cell, tree in zip(cells, trees, strict=True):
        heading = _heading(tree)
        if heading and heading.name in ("h1", "h2"):
            exercises = plain(heading).startswith(EXERCISES)
        kind = _kind(cell, heading, exercises)
        lecture = cell.metadata.get("slideshow", {}).get("lecture", lecture)
        if kind == "skip":
            continue
        if heading and kind != "notes":
            title = heading.decode_contents()
        if kind in STARTS or not slides:
            level = "h1" if heading and heading.name == "h1" else "h2"
            slides.append(Slide(title, [], [], lecture, level, kind == "subslide"))
        seen, said = _exercises(tree, name) if exercises else _told(cell, tree)
        if kind == "notes":
            whole = [str(block) for block in tree.find_all(True, recursive=False)]
            seen, said = [], seen if cell.cell_type == "code" else whole
        slides[-1].parts.extend(_part(each, kind == "fragment") for each in seen)
        slides[-1].notes.extend(said)
    return _filled(slides)


def _kind(cell: NotebookNode, heading: Tag | None, exercises: bool) -> str:
    """What a cell is to the deck, as Jupyter names it."""
    if exercises:
        return "slide" if heading and heading.name == "h2" else "-"
    if heading and plain(heading) == REFERENCES:
        return "notes"
    kind = cell.metadata.get("slideshow", {}).get("slide_type")
    return kind or ("slide" if heading else "-")


def _exercises(tree: BeautifulSoup, name: str) -> tuple[list[str], list[str]]:
    """Each exercise, linked, and the first sentence of its task; all that it asks is said."""
    seen = []
    for heading in tree.find_all(HEADINGS):
        address = f"{SITE}{name}.html#{quote(str(heading['id']))}"
        below = heading.find_next_sibling(True)
        task = first_sentence(below) if isinstance(below, Tag) and below.name == "p" else ""
        if heading.name == "h2":
            site = f'<a href="{address}">on the site</a>'
            seen.append(f"{task}<p>To be solved in the notebook, and to be read {site}.</p>")
        else:
            link = f'<a href="{address}">{heading.decode_contents()}</a>'
            seen.append(f'<div class="exercise">{link}{task}</div>')
    return seen, [str(block) for block in tree.find_all(True, recursive=False)]


def _told(cell: NotebookNode, tree: BeautifulSoup) -> tuple[list[str], list[str]]:
    """What of a cell is seen, and what is said."""
    if cell.cell_type == "code":
        return [code(cell)] * is_shown(cell) + outputs(cell), []
    blocks = list(tree.find_all(True, recursive=False))
    if blocks and blocks[0].name in HEADINGS:
        blocks = blocks[1:]
    everything = [str(block) for block in blocks]
    if "text" in cell.metadata.get("slideshow", {}):
        return [str(text(cell.metadata.slideshow.text))], everything
    seen: list[str] = []
    for block in takewhile(lambda block: block.get_text() != REFERENCES, blocks):
        if block.name == "p":
            seen += map(str, block.find_all("span", class_="formula"))
        elif block.name in SHOWN:
            seen.append(str(block))
    if not seen and blocks and blocks[0].name == "p":
        seen = [first_sentence(blocks[0])]
    return seen, [block for block in everything if block not in seen]


def first_sentence(paragraph: Tag) -> str:
    """The paragraph up to its first full stop that is no formula's."""
    kept = []
    for part in paragraph.children:
        if isinstance(part, NavigableString) and (end := re.search(r"[.?!](?=\s)", part)):
            kept.append(str(part)[: end.end()])
            break
        kept.append(str(part))
    return f"<p>{''.join(kept)}</p>"


def _heading(tree: BeautifulSoup) -> Tag | None:
    first = tree.find(True)
    return first if isinstance(first, Tag) and first.name in HEADINGS else None


def _lecture_of(trees: list[BeautifulSoup]) -> str:
    """What the first cell says of the lecture's slides."""
    for paragraph in trees[0].find_all("p") if trees else []:
        if paragraph.get_text().startswith("Slides:"):
            return paragraph.decode_contents().split("</strong>", 1)[-1].strip()
    return ""


def _part(seen: str, fragment: bool = False) -> str:
    kind = "picture" if re.search(r"<(figure|img)\b", seen) else "words"
    return f'<div class="{kind}{" fragment" * fragment}">{seen}</div>'


def _filled(slides: list[Slide]) -> list[Slide]:
    """The slides that show something.

    What was to be said with the others is said with the next, and after the last with the last.
    """
    filled: list[Slide] = []
    waiting: list[str] = []
    for slide in slides:
        if slide.parts or slide.level == "h1":
            filled.append(slide._replace(notes=waiting + slide.notes))
            waiting = []
        else:
            waiting += slide.notes
    if filled:
        filled[-1].notes.extend(waiting)
    return filled


def deck(notebook: NotebookNode, name: str) -> tuple[str, list[str]]:
    """The deck as HTML, and the names of its laboratories."""
    slides = slides_of(notebook, name)
    title = plain(parsed(slides[0].title)) if slides else "lecture11"
    sections = "\n".join(_stacked(slides, html.escape(title)))
    laboratories = laboratories_in([sections])
    names = ["reveal.js", "reveal-notes.js", *scripts_of(laboratories), "slides.js"]
    scripts = "\n".join(f'<script src="{each}"></script>' for each in names)
    page = f"""{head(title)}<link rel="stylesheet" href="reveal.css">
<link rel="stylesheet" href="course.css">
<link rel="stylesheet" href="slides.css">
</head>
<body>
{THEME}<main class="reveal">
<div class="slides">
{sections}
</div>
</main>
{scripts}
</body>
</html>
"""
    return page, laboratories


def _stacked(slides: list[Slide], title: str) -> Iterator[str]:
    """The slides as sections, those below one another in a section around them."""
    for number, slide in enumerate(slides):
        under = number + 1 < len(slides) and slides[number + 1].below
        if under and not slide.below:
            yield "<section>"
        yield _section(slide, title)
        if slide.below and not under:
            yield "</section>"


def _section(slide: Slide, title: str) -> str:
    lecture = f"<span>Lecture: {slide.lecture}</span>" if slide.lecture else ""
    notes = "\n".join(slide.notes)
    return f"""<section class="{slide.level}">
<{slide.level}>{slide.title}</{slide.level}>
<div class="parts">{"".join(slide.parts)}</div>
<p class="foot"><span>{title}</span>{lecture}</p>
<aside class="notes">{notes}</aside>
</section>"""


def main(source: str, target: str) -> None:
    """Write a deck for each notebook of a folder, in place of earlier ones."""
    notebooks = {path.stem: read_whole(path) for path in sorted(Path(source).glob("*.ipynb"))}
    decks = {name: deck(notebook, name) for name, notebook in notebooks.items()}
    used = {laboratory for _, laboratories in decks.values() for laboratory in laboratories}
    files = shared(used) | {name[:2] + ".html": page for name, (page, _) in decks.items()}
    folder = cleared(Path(target))
    for name, content in files.items():
        (folder / name).write_text(content, "utf-8")
    for name in ("slides.css", "slides.js"):
        (folder / name).write_bytes((FILES / name).read_bytes())
    for name in ("reveal.css", "reveal.js", "reveal-notes.js", FONT):
        (folder / name).write_bytes((VENDOR / name).read_bytes())
    print(*(folder / f"{name[:2]}.html" for name in notebooks), sep="\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
