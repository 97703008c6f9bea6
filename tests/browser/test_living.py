"""A question and a player on an exported page, with no kernel, in each of conftest.py's ways."""

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser


def said(root: Locator, text: str) -> None:
    """Wait until a screen reader has heard it."""
    expect(root.get_by_role("status")).to_have_text(text)


def chosen(page: Page, choice: Locator) -> None:
    (choice.tap if page.evaluate("navigator.maxTouchPoints") else choice.click)()


def test_a_question_shows_its_picture_after_a_choice_and_not_before(page: Page):
    question = page.locator(".lecture11-question")
    picture = question.get_by_role("img")
    group = question.get_by_role("group", name="Which is it?")
    expect(group.get_by_role("radio")).to_have_count(3)
    expect(picture).to_have_count(0)  # of what can be seen
    said(question, "")
    chosen(page, question.get_by_text("this"))
    said(question, "No, not this.")
    expect(picture).to_be_visible()
    group.get_by_role("radio", name="this").press("ArrowDown")
    expect(group.get_by_role("radio", name="that")).to_be_checked()
    said(question, "Yes, that.")
    assert "that" not in page.url  # nothing was submitted


def test_a_player_plays_to_its_end_and_is_turned_by_hand(page: Page):
    player = page.locator(".lecture11-player")
    box = player.get_by_label("number", exact=True).first
    now = player.get_by_role("img")
    said(player, "")
    expect(now).to_have_attribute("alt", "The picture number 0.")
    chosen(page, player.get_by_role("button", name="Play"))
    expect(player.get_by_role("button", name="Pause")).to_be_visible()
    page.wait_for_timeout(500)
    little = page.evaluate("matchMedia('(prefers-reduced-motion: reduce)').matches")
    expect(box).to_have_value("0" if little else "3", timeout=1)  # a frame stays 0.7 or 0.1 s
    said(player, "The picture number 3.")  # at the end, and not on the way
    expect(player.get_by_role("button", name="Play")).to_be_visible()
    player.get_by_role("button", name="Back to start").press("Enter")
    said(player, "The picture number 0.")
    box.press("ArrowUp")
    expect(now).to_have_attribute("alt", "The picture number 1.")
    box.fill("2.4")
    box.press("Enter")
    expect(box).to_have_value("2")
    said(player, "The picture number 2.")
    player.locator("input[type=range]").press("End")
    said(player, "The picture number 3.")
    expect(now).to_have_count(1)


def test_both_fit_and_can_be_touched(page: Page):
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    for control in page.locator(
        ":is(.lecture11-player, .lecture11-question) :is(button, label)"
    ).all():
        box = control.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24, control.evaluate("e => e.outerHTML")
