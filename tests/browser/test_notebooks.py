"""Notebooks of the student edition, run and operated by keyboard and mouse as a reader would.

Two in JupyterLab that have every kind of control between them, and one in Notebook 7. What needs no
browser to be seen is seen in all notebooks by tests/notebooks/operate.py.
"""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.lab import Notebook, comes

pytestmark = pytest.mark.browser
PRESSES = 12

LETTERS = ("JupyterLab", "05_kl_divergence")  # explorers with numbers, a line of text and a choice
STEPS = ("JupyterLab", "11_variational_em")  # a player, a stepper, explorers
START = ("Notebook 7", "00_start_here")  # an explorer, a player


def on(*notebooks: tuple[str, str]) -> pytest.MarkDecorator:
    """Run the test on these, each of which has what the test is about."""
    return pytest.mark.parametrize("notebook", notebooks, indirect=True, ids=" ".join)


in_each = on(LETTERS, STEPS, START)

# Resolves to the milliseconds from the next key press to the first painted frame that shows
# another image than now.
LATENCY = """root => {
    const seen = image => image.checkVisibility({visibilityProperty: true});
    const shown = () => [...root.querySelectorAll('img')].find(seen);
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


@in_each
def test_runs_whole_with_exercises_unsolved(notebook: Notebook) -> None:
    assert notebook.errors() == []


@in_each
def test_pictures_have_their_words_in_the_page(notebook: Notebook) -> None:
    images = notebook.page.locator(".jp-OutputArea-output img").all()
    assert images
    for image in images:
        assert len(image.get_attribute("alt") or "") > 20


@in_each
def test_every_number_box_moves_the_picture(
    notebook: Notebook, latencies: dict[str, list[float]]
) -> None:
    for widget in notebook.all("explorer", "player"):
        for box in widget.locator("input[type=number]").all():
            times = [_nudge(notebook.page, widget, box) for _ in range(PRESSES)]
            latencies[_label(widget, box)] = times


@on(LETTERS)
def test_every_line_moves_the_picture(
    notebook: Notebook, latencies: dict[str, list[float]]
) -> None:
    lines = "input[type=text]"
    (widget,) = [of for of in notebook.all("explorer") if of.locator(lines).count()]
    for line in widget.locator(lines).all():
        # A space at the end adds no letter yet, so nothing would move.
        times = [_press(notebook.page, widget, line, key) for key in "marmaladejam"]
        latencies[_label(widget, line)] = times


@on(LETTERS, STEPS)
def test_every_choice_moves_the_picture(
    notebook: Notebook, latencies: dict[str, list[float]]
) -> None:
    choices = ".widget-toggle-buttons"
    (widget,) = [of for of in notebook.all("explorer") if of.locator(choices).count()]
    for choice in widget.locator(choices).all():
        times = latencies.setdefault(choice.locator("label").text_content() or "", [])
        first, *others = choice.locator("button").all()
        if _is_on(first):
            first, others = others[0], [*others[1:], first]
        for button in (first, *others):
            if not _is_on(button):
                times.append(_press(notebook.page, widget, button, "Enter"))
        assert times


def _is_on(button: Locator) -> bool:
    return "mod-active" in (button.get_attribute("class") or "")


def _label(widget: Locator, control: Locator) -> str:
    return control.evaluate("control => control.labels[0].textContent")


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
    caption = widget.locator("figcaption:visible")
    comes(lambda: image.get_attribute("alt") == caption.inner_text(), True)
    return milliseconds


@on(STEPS, START)
def test_players_play(notebook: Notebook) -> None:
    for player in notebook.all("player"):
        _play(player)


def _play(player: Locator) -> None:
    player.get_by_role("button", name="Back to start").press("Enter")
    before = player.locator("img:visible").get_attribute("alt")
    player.get_by_role("button", name="Play").press("Enter")
    box = player.locator("input[type=number]")
    comes(lambda: float(box.input_value()) >= 2, True)
    player.get_by_role("button", name="Pause").press("Enter")
    assert player.locator("img:visible").get_attribute("alt") != before
    player.locator("input[type=range]").press("End")
    expect(box).to_have_value(box.get_attribute("max") or "")


@on(STEPS)
def test_every_button_moves_the_picture(
    notebook: Notebook, latencies: dict[str, list[float]]
) -> None:
    for stepper in notebook.all("stepper"):
        for _ in range(3):  # in the order they stand in, each has something to do
            for button in stepper.locator("button").all():
                times = latencies.setdefault(f"button: {button.text_content()}", [])
                times.append(_press(notebook.page, stepper, button, "Enter"))


@in_each
def test_sliders_move_the_picture(notebook: Notebook) -> None:
    for widget in notebook.all("explorer"):
        if not widget.locator("input[type=number]").count():
            continue  # lines and choices only
        handle = widget.locator(".noUi-handle").first
        handle.scroll_into_view_if_needed()
        notebook.page.wait_for_timeout(500)  # cells above may still take their place
        handle.scroll_into_view_if_needed()
        before = widget.locator("img:visible").get_attribute("src") or ""
        spot = handle.bounding_box()
        assert spot is not None
        x, y = spot["x"] + spot["width"] / 2, spot["y"] + spot["height"] / 2
        notebook.page.mouse.move(x, y)
        notebook.page.mouse.down()
        ends = [handle.get_attribute(f"aria-value{end}") for end in ("now", "max")]
        away = -40 if ends[0] == ends[1] else 40
        notebook.page.mouse.move(x + away, y, steps=8)
        notebook.page.mouse.up()
        expect(widget.locator("img:visible")).not_to_have_attribute("src", before, timeout=20_000)
        for box in widget.locator("input[type=number]").all():
            assert len(box.input_value()) <= 6  # no 0.30000000000000004


@in_each
def test_questions_answer_when_picked(notebook: Notebook) -> None:
    for question in notebook.all("question"):
        _answer(notebook.page, question)


def _answer(page: Page, question: Locator) -> None:
    """Each choice has a reply of its own; with the first comes the picture, where there is one."""
    picture, reply, replies = question.locator("img"), question.get_by_role("status"), {""}
    assert not picture.filter(visible=True).count()
    question.get_by_role("radio").first.focus()
    for number, choice in enumerate(question.get_by_role("radio").all()):
        page.keyboard.press("ArrowDown" if number else "Space")
        expect(choice).to_be_checked()
        comes(lambda: reply.inner_text() in replies, False)
        replies.add(reply.inner_text())
    assert picture.filter(visible=True).count() == picture.count()


@in_each
def test_unsolved_exercises_say_so(notebook: Notebook) -> None:
    verdicts = notebook.page.locator(".lecture11-verdict").all_text_contents()
    assert verdicts
    assert all(verdict.startswith("✗ Not yet") for verdict in verdicts)
