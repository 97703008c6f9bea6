"""Every page of build/site, and 09's slides in build/slides, one by one: ``make check-site``."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.test_site import SIZES, answer, is_fit, is_sound, opened, show

BUILD = Path(__file__).parents[2] / "build"
PAGES = sorted((BUILD / "site").glob("*.html"))
WAYS = [(390, "dark"), (1280, "light"), (1920, "dark")]


def test_there_are_pages():
    assert len(PAGES) > 10


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
@pytest.mark.parametrize(("width", "scheme"), WAYS)
def test_a_page_is_sound(browser: Browser, path: Path, width: int, scheme: str):
    with opened(browser, path, width, 900, scheme) as page:
        is_sound(page)


@pytest.mark.parametrize("size", SIZES)
def test_slides_fit(browser: Browser, size: tuple[int, int]):
    with opened(browser, BUILD / "slides" / "09.html", *size, "light") as page:
        for number in range(page.evaluate("Reveal.getTotalSlides()")):
            show(page, number)
            is_fit(page)
            if page.locator("section.present:not(.stack) .lecture11-question").count():
                answer(page)
                is_fit(page)
