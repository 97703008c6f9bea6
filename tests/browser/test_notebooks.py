"""Every notebook of the student edition, run and operated by keyboard as a reader would."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page

from tests.browser.lab import Notebook
from tests.notebooks.execute import NOTEBOOKS

pytestmark = pytest.mark.browser
PRESSES = 12

# Resolves to the milliseconds from the next key press to the first painted frame that shows
# another image than now.
LATENCY = """root => {
    const shown = () => [...root.querySelectorAll('img')].find(image => image.offsetParent);
    const before = shown().src;
    window.latency = new Promise((resolve, reject) => {
        setTimeout(() => reject(new Error('the picture did not change within 10 s')), 10000);
        let pressed;
        root.addEventListener('keydown', () => { pressed = performance.now(); },
                              {once: true, capture: true});
        const observer = new MutationObserver(async () => {
            const image = shown();
            if (!image || image.src === before) return;
            observer.disconnect();
            await image.decode();
            requestAnimationFrame(() => setTimeout(  // the first task after that frame's painting
                () => resolve(performance.now() - pressed)));
        });
        observer.observe(root, {childList: true, subtree: true, attributes: true});
    });
}"""


@pytest.fixture(scope="module", params=sorted(path.name for path in NOTEBOOKS.glob("*.ipynb")))
def notebook(request: pytest.FixtureRequest, browser: Browser, lab: str) -> Iterator[Notebook]:
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    opened = Notebook(page, lab, request.param)
    opened.run_all()
    yield opened
    page.close()


def test_runs_whole_with_exercises_unsolved(notebook: Notebook) -> None:
    assert notebook.errors() == []


def test_pictures_have_their_words_in_the_page(notebook: Notebook) -> None:
    images = notebook.page.locator(".jp-OutputArea-output img").all()
    assert images
    for image in images:
        assert len(image.get_attribute("alt") or "") > 20


def test_every_number_box_moves_the_picture(
    notebook: Notebook, latencies: dict[str, list[float]]
) -> None:
    for kind in ("explorer", "player"):
        for widget in notebook.all(kind):
            for box in widget.locator("input[type=number]").all():
                name = widget.locator(f"label[for='{box.get_attribute('id')}']").text_content()
                times = [_nudge(notebook.page, widget, box) for _ in range(PRESSES)]
                latencies[f"{kind}: {name}"] = times


def test_every_line_and_choice_moves_the_picture(
    notebook: Notebook, latencies: dict[str, list[float]]
) -> None:
    for widget in notebook.all("explorer"):
        for line in widget.locator("input[type=text]").all():
            name = widget.locator(f"label[for='{line.get_attribute('id')}']").text_content()
            keys = "tea on toast"
            latencies[f"explorer: {name}"] = [
                _press(notebook.page, widget, line, key) for key in keys
            ]
        for choice in widget.locator(".widget-toggle-buttons").all():
            name = choice.locator("label").text_content()
            times = latencies.setdefault(f"explorer: {name}", [])
            first, *others = choice.locator("button").all()
            if "mod-active" in (first.get_attribute("class") or ""):
                first, others = others[0], [*others[1:], first]
            for button in (first, *others):
                if "mod-active" not in (button.get_attribute("class") or ""):
                    times.append(_press(notebook.page, widget, button, "Enter"))


def _nudge(page: Page, widget: Locator, box: Locator) -> float:
    """Press an arrow key that can move the box."""
    at_top = float(box.input_value()) >= float(box.get_attribute("max") or "inf")
    return _press(page, widget, box, "ArrowDown" if at_top else "ArrowUp")


def _press(page: Page, widget: Locator, control: Locator, key: str) -> float:
    """Press a key on a control: the image must change, and its caption say what it says."""
    control.scroll_into_view_if_needed()
    control.focus()
    image = widget.locator("img:visible")
    before = image.screenshot()
    widget.evaluate(LATENCY)
    page.keyboard.press(key)
    milliseconds = page.evaluate("() => window.latency")
    assert image.screenshot() != before
    assert image.get_attribute("alt") == widget.locator("figcaption:visible").inner_text()
    return milliseconds


def test_players_play(notebook: Notebook) -> None:
    for player in notebook.all("player"):
        button = player.get_by_role("button", name="play / pause")
        player.get_by_role("button", name="back to start").press("Enter")
        before = player.locator("img:visible").get_attribute("alt")
        button.press("Enter")
        notebook.page.wait_for_timeout(2000)
        button.press("Enter")
        assert player.locator("img:visible").get_attribute("alt") != before
        assert float(player.locator("input[type=number]").input_value()) >= 2


def test_every_button_moves_the_picture(
    notebook: Notebook, latencies: dict[str, list[float]]
) -> None:
    for stepper in notebook.all("stepper"):
        for _ in range(3):  # in the order they stand in, each has something to do
            for button in stepper.locator("button").all():
                times = latencies.setdefault(f"button: {button.inner_text()}", [])
                times.append(_press(notebook.page, stepper, button, "Enter"))


def test_sliders_move_the_picture(notebook: Notebook) -> None:
    for kind in ("explorer", "player"):
        for widget in notebook.all(kind):
            if not widget.locator(".noUi-handle").count():
                continue  # lines and choices only
            handle = widget.locator(".noUi-handle").first
            handle.scroll_into_view_if_needed()
            notebook.page.wait_for_timeout(500)  # cells above may still take their place
            handle.scroll_into_view_if_needed()
            before = widget.locator("img:visible").get_attribute("src")
            spot = handle.bounding_box()
            assert spot is not None
            x, y = spot["x"] + spot["width"] / 2, spot["y"] + spot["height"] / 2
            notebook.page.mouse.move(x, y)
            notebook.page.mouse.down()
            ends = [handle.get_attribute(f"aria-value{end}") for end in ("now", "max")]
            away = -40 if ends[0] == ends[1] else 40
            notebook.page.mouse.move(x + away, y, steps=8)
            notebook.page.mouse.up()
            notebook.page.wait_for_timeout(1000)
            assert widget.locator("img:visible").get_attribute("src") != before
            for box in widget.locator("input[type=number]").all():
                assert len(box.input_value()) <= 6  # no 0.30000000000000004


def test_questions_answer_when_picked(notebook: Notebook) -> None:
    for question in notebook.all("question"):
        replies = set()
        for choice in question.get_by_role("radio").all():
            choice.press("Space")
            notebook.page.wait_for_timeout(200)
            replies.add(question.locator(".widget-html-content p").inner_text())
        assert len(replies) == question.get_by_role("radio").count()


def test_unsolved_exercises_say_so(notebook: Notebook) -> None:
    verdicts = notebook.page.locator(".lecture11-verdict").all_text_contents()
    assert verdicts
    assert all(verdict.startswith("✗ Not yet") for verdict in verdicts)
