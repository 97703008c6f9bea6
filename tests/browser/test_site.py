"""Notebook 09's page and slides, opened from the disk; check_site.py opens all of them."""

from contextlib import AbstractContextManager
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, Page

from lecture11.publish import site, slides
from tests.browser.lab import comes, open_page
from tests.notebooks.execute import NOTEBOOKS

pytestmark = pytest.mark.browser

NAME = "09_expectation_maximisation"
SIZES = ((1280, 720), (1920, 1080))


def opened(
    browser: Browser, file: Path, width: int, height: int, scheme: str
) -> AbstractContextManager[Page]:
    """A page of a size, light or dark."""
    return open_page(
        browser, file, viewport={"width": width, "height": height}, color_scheme=scheme
    )


def is_sound(page: Page) -> None:
    """Formulas are written, nothing is wider than the window, every picture has its words."""
    assert page.locator(".math:not(:has(math)), .formula:not(:has(math))").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("img:not([alt])").count() == 0


def show(page: Page, number: int) -> None:
    """Go to a slide, with all its fragments, and wait until it has been made to fit."""
    page.evaluate(
        """number => {
            const slide = Reveal.getSlides()[number];
            const {h, v} = Reveal.getIndices(slide);
            Reveal.slide(h, v, 99);
        }""",
        number,
    )
    page.wait_for_function("number => Reveal.getSlides()[number].dataset.fits", arg=number)


def answer(page: Page) -> None:
    """Pick the second choice of the present slide's question, by keyboard alone."""
    slide = page.locator("section.present:not(.stack)")
    choices = slide.get_by_role("radio")
    page.keyboard.press("Tab")
    assert choices.first.evaluate("choice => choice === document.activeElement")
    for key in ("Space", "ArrowDown", "Escape"):
        page.keyboard.press(key)
    assert choices.nth(1).is_checked()
    assert page.evaluate("document.activeElement === document.body && !Reveal.isOverview()")
    page.wait_for_function("Reveal.getCurrentSlide().dataset.fits")
    assert slide.locator("img").is_visible()


def is_fit(page: Page) -> None:
    """The present slide shows something, all of it, its pictures large; the lecture is named."""
    slide = page.locator("section.present:not(.stack)")
    assert slide.get_attribute("data-fits") == "true", slide.inner_text()
    assert slide.locator(".parts > *").count() > 0
    assert "Lecture: " in slide.locator(".foot").inner_text()
    if slide.locator(".highlight").count():
        assert slide.locator(".parts > :not(:has(.highlight))").count() > 0, "code alone"
    for picture in slide.locator("img").all():
        if picture.is_visible():
            assert picture.evaluate("image => image.clientHeight") > 250


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Site and slides of 09 alone."""
    source = tmp_path_factory.mktemp("notebooks")
    nbformat.write(nbformat.read(NOTEBOOKS / f"{NAME}.ipynb", 4), source / f"{NAME}.ipynb")
    target = tmp_path_factory.mktemp("built")
    site.main(str(source), str(target / "site"))
    slides.main(str(source), str(target / "slides"))
    return target


@pytest.mark.slow
def test_the_page_is_sound_searched_and_turned_dark(browser: Browser, folder: Path):
    with opened(browser, folder / "site" / f"{NAME}.html", 390, 844, "light") as page:
        is_sound(page)
        page.get_by_label("Search the course").fill("responsibilities")
        page.locator("#found a").first.wait_for()
        page.locator("#found a").first.click()
        assert "#" in page.url
        page.get_by_role("button", name="Dark theme").click()
        dark = "getComputedStyle(document.body).backgroundColor === 'rgb(22, 25, 29)'"
        assert page.evaluate(dark)
        page.reload()
        assert page.evaluate(dark)
        filters = "[...document.querySelectorAll('img')].map(each => getComputedStyle(each).filter)"
        assert set(page.evaluate(filters)) == {"invert(0.91) hue-rotate(180deg)"}
        page.locator("[data-laboratory=em]").scroll_into_view_if_needed()
        page.get_by_role("button", name="Whole cycle").click()
        page.locator(".lecture11-lab .words", has_text="After cycle 1 ").wait_for()
        is_sound(page)


@pytest.mark.slow
def test_slides_fit_and_what_is_on_them_lives(browser: Browser, folder: Path):
    with opened(browser, folder / "slides" / "09.html", *SIZES[0], "dark") as page:
        for number in range(2):
            show(page, number)
            is_fit(page)
        grip = page.locator("section.present .grip").first
        box = grip.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.move(box["x"] + 100, box["y"] + 60, steps=4)
        page.mouse.up()

        def in_the_hand() -> bool:  # larger by then
            after = grip.bounding_box()
            return after is not None and abs(after["x"] + after["width"] / 2 - box["x"] - 100) < 8

        comes(in_the_hand, True)
        assert "After cycle 0" in page.locator("section.present .words").last.inner_text()
        asked = "Reveal.getSlides().findIndex(slide => slide.querySelector('.lecture11-question'))"
        number = page.evaluate(asked)
        show(page, number)
        answer(page)
        is_fit(page)
        page.keyboard.press("ArrowRight")  # the deck has the keys again
        assert page.evaluate("Reveal.getSlidePastCount()") == number + 1
