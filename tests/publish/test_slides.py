"""Decks, as text: what a cell's metadata make of it; tests/browser looks at the slides."""

import re

import pytest
from bs4 import BeautifulSoup
from nbformat import NotebookNode
from nbformat.v4 import (
    new_code_cell,
    new_markdown_cell,
    new_notebook,
    new_output,
    new_raw_cell,
)

from lecture11.publish.page import THEME
from lecture11.publish.slides import Slide, deck, slides_of
from tests.publish.test_page import ASKS

PICTURE = new_output("display_data", {"text/html": '<figure><img alt="" src="data:,"></figure>'})


def words(source: str, kind: str | None = None, **told: str) -> NotebookNode:
    slideshow = told | ({"slide_type": kind} if kind else {})
    return new_markdown_cell(source, metadata={"slideshow": slideshow} if slideshow else {})


def picture(kind: str | None = None, *tags: str) -> NotebookNode:
    metadata = {"slideshow": {"slide_type": kind}} if kind else {}
    return new_code_cell("draw()", outputs=[PICTURE], metadata=metadata | {"tags": list(tags)})


def slides(*cells: NotebookNode) -> list[Slide]:
    return slides_of(new_notebook(cells=list(cells)), "00_name")


def test_headings_start_slides_and_the_rest_goes_on():
    first, second = slides(
        words("# Title\n\nIt is."), picture(), words("## Part\n\nOne."), picture()
    )
    assert (first.title, first.level, second.title, second.level) == ("Title", "h1", "Part", "h2")
    assert [len(each.parts) for each in (first, second)] == [2, 2]


def test_kinds_are_jupyter_s():
    found = slides(
        words("## A\n\nSeen.", "slide"),
        words("Later.", "fragment"),
        words("Only said. Twice.", "notes"),
        words("Left out.", "skip"),
        picture("subslide"),
    )
    assert [(each.title, each.below) for each in found] == [("A", False), ("A", True)]
    assert [re.findall(r'class="([\w ]+)"', part)[0] for part in found[0].parts] == [
        "words",
        "words fragment",
    ]
    assert "Only said. Twice." in "".join(found[0].notes)
    assert "Left out" not in str(found)


@pytest.mark.parametrize(
    ("source", "seen", "said"),
    [
        ("## H\n\nIt is 1.5 or $a. b$ long. More.", "<p>It is 1.5 or", "More."),
        ("## H\n\nText with\n$$x = 1$$\nmore.", '<span class="formula">x = 1</span>', "Text with"),
        ("## H\n\nText.\n\n* item", "<li>item</li>", "<p>Text.</p>"),
        ("## H\n\nText.\n\n|a|\n|-|\n|1|", "<table>", "<p>Text.</p>"),
        ("## H\n\nTask?\n\n<details>So.</details>", "<p>Task?</p>", "<details>So.</details>"),
        ("## H\n\n* a\n\n## References\n\n* book", "<li>a</li>", "<li>book</li>"),
    ],
)
def test_a_slide_shows_the_gist_and_the_speaker_says_the_rest(source: str, seen: str, said: str):
    (slide,) = slides(words(source))
    assert seen in "".join(slide.parts)
    assert said in "".join(slide.notes)
    assert said not in "".join(slide.parts)


def test_a_slide_s_own_text_takes_the_place_of_the_cell_s():
    (slide,) = slides(words("## H\n\nLong $x$.\n\n* item", text="Short: $y$."))
    assert slide.parts == ['<div class="words"><p>Short: <span class="math">y</span>.</p>\n</div>']
    assert "Long" in "".join(slide.notes)
    assert "item" in "".join(slide.notes)


def test_code_is_seen_only_where_it_is_the_idea():
    (slide,) = slides(words("## H\n\nIt."), picture(), picture(None, "show-input"))
    assert [part.count("highlight") for part in slide.parts] == [0, 0, 1, 0]


def test_the_lecture_s_slide_is_named():
    first = words("# T\n\n**Slides:** *One*; *Two*.")
    found = slides(first, words("## A\n\nIt.", lecture="Two"), words("## B\n\nIt."))
    assert [each.lecture for each in found] == ["<em>One</em>; <em>Two</em>.", "Two", "Two"]


def test_exercises_are_one_slide_of_tasks_that_links_to_the_site():
    cells = (
        words("## On your own\n\nTwo.", "slide"),
        words("### 1. A step\n\nDo it. Mind 0.", "slide"),
    )
    own, last = slides(words("# T"), *cells, picture("slide"), words("## End\n\nIt."))[1:]
    assert re.findall('href="([^"]+)"', "".join(own.parts)) == [
        "../site/00_name.html#On-your-own",
        "../site/00_name.html#1.-A-step",
    ]
    assert "<p>Two.</p>" in own.parts[0]
    assert "<p>Do it.</p>" in own.parts[1]
    assert "Do it. Mind 0." in "".join(own.notes)
    assert last.title == "End"


def test_no_slide_is_empty_and_nothing_said_is_lost():
    found = slides(words("# T"), words("## A"), words("Said.", "notes"), words("## B\n\nSeen."))
    assert [each.title for each in found] == ["T", "B"]
    assert "Said." in "".join(found[1].notes)
    found = slides(words("# T"), words("## A\n\nSeen."), words("## B"), words("Said.", "notes"))
    assert [each.title for each in found] == ["T", "A"]
    assert "Said." in "".join(found[1].notes)


def test_what_is_raw_is_on_no_slide_and_a_title_is_no_html():
    cells = [new_raw_cell("# raw"), words("# T $a<b$")]
    page, _ = deck(new_notebook(cells=cells), "00_name")
    assert "raw" not in BeautifulSoup(page, "html.parser").find("main").get_text()
    assert BeautifulSoup(page, "html.parser").select_one(".foot").get_text().strip() == "T a<b"


def test_a_deck_asks_for_nothing_and_stacks_what_stands_below():
    figure = {"text/html": '<figure data-laboratory="em"></figure>'}
    laboratory = new_code_cell("", outputs=[new_output("display_data", figure)])
    cells = [
        words("# T"),
        words("## A\n\nIt."),
        laboratory,
        picture("subslide"),
        words("## B\n\nIt."),
    ]
    page, laboratories = deck(new_notebook(cells=cells), "00_name")
    assert laboratories == ["em"]
    assert re.findall(ASKS, page) == []
    tree = BeautifulSoup(page, "html.parser")
    stacks = tree.select(".slides > section")
    assert [len(stack.find_all("section")) for stack in stacks] == [0, 2, 0]
    assert len(tree.select("aside.notes")) == len(tree.select(".foot")) == 4
    assert THEME in page
    scripts = [script["src"] for script in tree.find_all("script", src=True)]
    assert scripts[0] == "reveal.js"
    assert "laboratory_em.js" in scripts
