"""Every kind of handle and control of a laboratory, by mouse and by keyboard."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from lecture11.publish.page import declaration, shared
from tests.explore.everything import declare

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def lab(browser: Browser) -> Iterator[Locator]:
    page, wrong = browser.new_page(viewport={"width": 1280, "height": 1400}), []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    files = shared([])
    page.set_content(
        f"<!doctype html><style>{files['course.css']}</style><figure data-laboratory=everything>"
        f"</figure><script>{files['living.js']}{declaration(declare())}"
        f"bringToLife(laboratories)</script>"
    )
    yield page.locator(".lecture11-lab")
    assert wrong == []
    page.close()


@pytest.fixture(autouse=True)
def afresh(lab: Locator) -> None:
    lab.get_by_role("button", name="Start again").click()
    says(lab, "Level 1.0, one, place 0, ink 0.0, 3.")


def says(lab: Locator, text: str) -> None:
    lab.locator(".words", has_text=text).wait_for(timeout=5000)


def at(page: Page, panel: Locator, x: float, y: float) -> tuple[float, float]:
    """Of a place on a panel, in parts of its frame from the lower left, the page's pixels."""
    frame = panel.locator(".frame").bounding_box()
    assert frame is not None
    return frame["x"] + x * frame["width"], frame["y"] + (1 - y) * frame["height"]


def test_a_slider_moves_and_takes_a_number(lab: Locator):
    lab.locator(".slider input[type=number]").fill("2.5")
    says(lab, "Level 2.5")
    bar = lab.locator("input[type=range]")
    bar.focus()
    lab.page.keyboard.press("End")
    says(lab, "Level 4.0")


def test_a_number_out_of_range_is_brought_back_when_it_is_done(lab: Locator):
    box = lab.locator(".slider input[type=number]")
    box.fill("77")
    says(lab, "Level 1.0")
    box.blur()
    says(lab, "Level 4.0")
    expect(box).to_have_value("4.0")


def test_a_number_is_set_once(lab: Locator):
    box = lab.locator(".slider input[type=number]")
    box.fill("2.5")
    says(lab, "Level 2.5")
    lab.evaluate("root => root.laboratory.setNumber('level', 3)")  # as a move may, meanwhile
    says(lab, "Level 3.0")
    box.blur()
    expect(box).to_have_value("3.0")
    lab.page.wait_for_timeout(100)
    says(lab, "Level 3.0")


def test_a_choice_is_pressed(lab: Locator):
    button = lab.get_by_role("button", name="another")
    button.press("Enter")
    says(lab, "another, place")
    expect(button).to_have_attribute("aria-pressed", "true")


def test_a_toggle_is_ticked_off(lab: Locator):
    lab.get_by_label("shown").uncheck()
    says(lab, "Off.")


def test_a_line_takes_known_letters_and_names_the_others(lab: Locator):
    line = lab.get_by_label("letters")
    line.fill("ccc<b>x")
    expect(lab.get_by_role("alert")).to_have_text("not in the alphabet: < > x")
    says(lab, "7.")  # c, c, c and b
    line.fill("")
    expect(lab.get_by_role("alert")).to_have_text("1 to 9 letters, please")


def test_a_place_is_picked(lab: Locator):
    panel = lab.locator(".panel").first
    lab.page.mouse.click(*(at(lab.page, panel, 3.1 / 4, 2.1 / 4)))
    says(lab, "place 1")


def test_a_grip_along_one_axis_goes_by_steps(lab: Locator):
    grip = lab.locator(".grip[data-along=x]")
    grip.focus()
    lab.page.keyboard.press("ArrowRight")
    says(lab, "Level 1.5")


def test_strokes_are_drawn(lab: Locator):
    panel = lab.locator(".panel", has_text="A sheet")
    panel.scroll_into_view_if_needed()
    lab.page.mouse.move(*at(lab.page, panel, 0.3, 0.3))
    lab.page.mouse.down()
    lab.page.mouse.move(*at(lab.page, panel, 0.7, 0.7), steps=4)
    lab.page.mouse.up()
    expect(lab.locator(".words")).not_to_contain_text("ink 0.0")
