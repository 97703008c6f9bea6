"""A laboratory as the notebook's widget: state goes to the kernel and comes from it."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.lab import Notebook, comes

pytestmark = pytest.mark.browser

in_each = pytest.mark.parametrize(
    "notebook",
    [("JupyterLab", "one_laboratory"), ("Notebook 7", "another")],
    indirect=True,
    ids=" ".join,
)


def the_laboratory(notebook: Notebook) -> Locator:
    notebook.page.bring_to_front()  # what is hidden is not drawn
    found = notebook.page.locator(".lecture11-lab")
    found.wait_for()
    assert notebook.errors() == []
    return found


@in_each
def test_what_is_dragged_reaches_the_kernel(notebook: Notebook):
    lab = the_laboratory(notebook)
    grip = lab.locator(".grip").first
    grip.scroll_into_view_if_needed()
    box = grip.bounding_box()
    assert box is not None
    notebook.page.mouse.move(box["x"] + 16, box["y"] + 16)
    notebook.page.mouse.down()
    notebook.page.mouse.move(box["x"] + 76, box["y"] + 66, steps=5)
    notebook.page.mouse.up()
    boxes = lab.locator("input[type=number]")
    for box, before in zip(boxes.all(), ("-1.5", "1.0"), strict=False):
        expect(box).not_to_have_value(before)
    means = "print(*(f'{x:.1f}' for x in laboratory.state.means.ravel()))"
    comes(
        lambda: notebook.in_kernel(means).split() == [each.input_value() for each in boxes.all()],
        True,
    )
    words = notebook.in_kernel("print(laboratory.lab.said(laboratory.values))").strip()
    expect(lab.locator(".words")).to_have_text(words)


@in_each
def test_keys_work_in_a_number_box(notebook: Notebook):
    lab = the_laboratory(notebook)
    box = lab.locator("input[type=number]").first
    box.focus()
    expected = pytest.approx(float(box.input_value()) + 0.1)
    notebook.page.keyboard.press("ArrowUp")
    comes(lambda: float(box.input_value()), expected)
    comes(lambda: float(notebook.in_kernel("print(laboratory.state.means[0, 0])")), expected)


@in_each
def test_arrow_keys_move_a_grip_and_not_the_notebook(notebook: Notebook):
    lab = the_laboratory(notebook)
    grip, box = lab.locator(".grip").first, lab.locator("input[type=number]").first
    grip.focus()
    expected = pytest.approx(float(box.input_value()) + 0.1)
    notebook.page.keyboard.press("ArrowRight")
    comes(lambda: float(box.input_value()), expected)
    assert grip.evaluate("grip => document.activeElement === grip")


@in_each
def test_a_state_set_in_the_kernel_is_shown(notebook: Notebook):
    lab = the_laboratory(notebook)
    notebook.in_kernel(
        "laboratory.state = laboratory.lab.moved('Whole cycle', laboratory.lab.state)"
    )
    lab.locator(".words", has_text="After cycle 1 the log-likelihood is −536.9 nats").wait_for()
