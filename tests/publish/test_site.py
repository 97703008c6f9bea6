"""The site, as text: what is linked exists, what is said can be found, nothing is fetched."""

import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from lecture11.publish.page import page_of
from lecture11.publish.site import FONT, Entry, cleared, files
from tests.publish.test_page import ASKS


def entry(name: str, *sources: str) -> Entry:
    cells = [new_markdown_cell(source) for source in sources]
    figure = '<figure><img alt="" src="data:,"><figcaption>A picture.</figcaption></figure>'
    cells.append(
        new_code_cell("hidden", outputs=[new_output("display_data", {"text/html": figure})])
    )
    return Entry(name, page_of(new_notebook(cells=cells)))


@pytest.fixture(scope="module")
def site() -> dict[str, str]:
    first = "# 00 · First\n\n**Slides:** *One*.\n\n**Time:** 5 minutes."
    part = '## "A" part with $\\theta$\n\n```python\nhidden = 1\n```\n\n'
    link = f"{part}See [there](01_second.ipynb#Its-part)."
    pages = [
        entry("00_first", first, link),
        entry("01_second", "# 01 · Second", "## Its part\n\n</script> is harmless."),
        entry("02_third", "# 02 · Third"),
    ]
    return dict(files(pages))


def pages_of(site: dict[str, str]) -> dict[str, BeautifulSoup]:
    found = {name: text for name, text in site.items() if name.endswith(".html")}
    return {name: BeautifulSoup(text, "html.parser") for name, text in found.items()}


def test_every_link_and_file_is_there_and_nothing_is_fetched(site: dict[str, str]):
    trees = pages_of(site)
    for name, tree in trees.items():
        for part in tree.find_all(["script", "link"]):
            address = part.get("src") or part.get("href")
            assert address is None or address in site, address
        for link in tree.find_all("a", href=True):
            page, mark, place = unquote(link["href"]).partition("#")
            assert not mark or trees[page or name].find(id=place), link
            assert page == "" or page in trees, link
        ids = [each["id"] for each in tree.find_all(id=True)]
        assert len(ids) == len(set(ids))
    for text in site.values():
        assert re.findall(ASKS, text) == []
    assert FONT in site["course.css"]


def test_every_heading_is_found_with_its_text_and_no_code(site: dict[str, str]):
    index = json.loads(site["search.js"].removeprefix("window.sections = ").rstrip(";\n"))
    headings = {(name, place): (words, text) for name, _, place, words, text in index}
    for name, tree in pages_of(site).items():
        for heading in tree.find("main").find_all(["h1", "h2", "h3"]) if name[0].isdigit() else []:
            assert (name.removesuffix(".html"), heading["id"]) in headings
    assert headings["00_first", '"A"-part-with-θ'] == ('"A" part with θ', " See there. A picture.")
    assert "hidden" not in site["search.js"]


def test_pages_follow_one_another(site: dict[str, str]):
    trees = pages_of(site)
    ways = {
        name: {each["rel"][0]: each["href"] for each in tree.select(".turns a")}
        for name, tree in trees.items()
    }
    assert ways["00_first.html"] == {"next": "01_second.html"}
    assert ways["01_second.html"] == {"prev": "00_first.html", "next": "02_third.html"}
    assert ways["02_third.html"] == {"prev": "01_second.html"}
    here = trees["01_second.html"].select("[aria-current=page]")
    assert [each["href"] for each in here] == ["01_second.html"]


def test_the_contents_tell_slides_and_time(site: dict[str, str]):
    told = pages_of(site)["index.html"].select("ol.course li")[0].get_text(" ")
    assert re.sub(r"\s+", " ", told) == "00 · First Slides: One . Time: 5 minutes."


def test_a_site_needs_a_notebook():
    with pytest.raises(ValueError, match="notebooks: a site needs one"):
        dict(files([]))


def test_only_what_was_made_here_is_replaced(tmp_path: Path):
    assert list(cleared(tmp_path / "new" / "site").iterdir()) == []
    (tmp_path / "new" / "site" / "course.css").touch()
    assert list(cleared(tmp_path / "new" / "site").iterdir()) == []
    (tmp_path / "mine.txt").touch()
    with pytest.raises(FileExistsError, match="holds something else"):
        cleared(tmp_path)
    assert (tmp_path / "mine.txt").exists()
