"""All laboratories on an exported page, with no kernel, in each of the ways of conftest.py."""

import re
import statistics
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from lecture11.explore.laboratories import DECLARED
from lecture11.figures.still import draw_mark, panels_of

pytestmark = pytest.mark.browser


def laboratory(page: Page, name: str) -> Locator:
    found = page.locator(f"figure[data-laboratory={name}]")
    found.scroll_into_view_if_needed()
    found.locator(".lecture11-lab").wait_for()  # it comes to life when it comes near
    return found


def words(lab: Locator) -> str:
    return lab.locator(".words").inner_text()


def says(lab: Locator, text: str) -> None:
    """Wait until it does."""
    lab.locator(".words", has_text=text).wait_for(timeout=20_000)


def little_motion(page: Page) -> bool:
    return page.evaluate("matchMedia('(prefers-reduced-motion: reduce)').matches")


def start_again(lab: Locator) -> None:
    lab.get_by_role("button", name="Start again").click()


def array(lab: Locator, name: str) -> np.ndarray:
    """An array of the page's."""
    script = "(root, name) => [...root.laboratory.engine.values[name].data]"
    return np.array(lab.locator(".lecture11-lab").evaluate(script, name), float)


def drag(page: Page, grip: Locator, across: float, up: float) -> list[float]:
    """Take hold and move, in twelve steps; milliseconds from each to the frame that shows it."""
    grip.scroll_into_view_if_needed()
    box = grip.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    grip.evaluate(
        """grip => { window.waits = []; grip.addEventListener('pointermove', event => {
            requestAnimationFrame(() => window.waits.push(performance.now() - event.timeStamp));
        }); }"""  # after the laboratory's own listener, so behind its frame
    )
    touch = (
        page.context.new_cdp_session(page) if page.evaluate("navigator.maxTouchPoints") else None
    )
    for step in range(13):
        at = {"x": x + across * step / 12, "y": y + up * step / 12}
        if touch:
            kind = "touchMove" if step else "touchStart"
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [at]})
        else:
            page.mouse.move(at["x"], at["y"])
            if step == 0:
                page.mouse.down()
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    reached = grip.bounding_box()
    if touch:
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    else:
        page.mouse.up()
    assert reached is not None
    waits = page.evaluate("window.waits")
    assert abs(reached["x"] + reached["width"] / 2 - x - across) < 12, "the grip lags behind"
    return waits


def test_every_laboratory_is_alive_and_fits(page: Page):
    for name, declare in DECLARED.items():
        lab = laboratory(page, name)
        declared = declare()
        assert words(lab) == declared.said(declared.values(declared.state))
        assert lab.locator("img").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_page_and_still_draw_the_same(page: Page):
    """Counts of marks, and limits."""
    for name, declare in DECLARED.items():
        declared, lab = declare(), laboratory(page, name)
        values = declared.values(declared.state)
        _, axes = panels_of(declared.scene)
        counts = [
            draw_mark(axes[mark.on], mark, values, declared.lists) for mark in declared.scene.marks
        ]
        drawn = lab.evaluate("root => root.querySelector('.lecture11-lab').laboratory.counts")
        assert drawn == counts, name
        limits = lab.evaluate(
            """root => Object.values(root.querySelector('.lecture11-lab').laboratory.panels)
                .map(panel => [panel.spec.x, panel.spec.y])"""
        )
        stills = [[list(each.get_xlim()), list(each.get_ylim())] for each in axes.values()]
        np.testing.assert_allclose(limits, stills)


def test_em_gets_stuck_and_is_freed(page: Page, latencies: dict[str, list[float]]):
    """The task: equal means are a saddle; a nudge of 0.1 frees it in 25 cycles."""
    lab = laboratory(page, "em")
    grips = lab.locator(".grip")
    latencies.setdefault("EM, a mean is dragged", []).extend(drag(page, grips.first, 40, 30))
    boxes = lab.locator("input[type=number]")
    for box in boxes.all():
        box.fill("0")
    cycle = lab.get_by_role("button", name="Whole cycle")
    for _ in range(3):
        cycle.click()
    says(lab, "After cycle 3 the log-likelihood is −545.0 nats")
    assert "stuck" in words(lab)
    boxes.first.focus()
    page.keyboard.press("ArrowUp")  # to 0.1
    expect(boxes.first).to_have_value("0.1")
    for _ in range(25):
        cycle.click()
    says(lab, "After cycle 25 the log-likelihood is −385.5 nats")
    start_again(lab)
    says(lab, "After cycle 0 the log-likelihood is −1,150.2 nats")


def test_a_grip_takes_the_arrow_keys(page: Page):
    lab = laboratory(page, "em")
    start_again(lab)
    before = array(lab, "means")
    lab.locator(".grip").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    np.testing.assert_allclose(array(lab, "means") - before, [0.1, 0.1, 0, 0], atol=1e-12)
    expect(lab.locator(".grip").first).to_have_attribute(
        "aria-label", re.compile("^mean 1: length −1.40")
    )
    expect(lab.locator("[role=status]")).to_have_text(words(lab))


def test_what_is_played_ends_by_itself(page: Page):
    lab = laboratory(page, "em")
    start_again(lab)
    says(lab, "After cycle 0 ")
    said = words(lab)
    expect(lab.locator("[role=status]")).to_have_text(said)
    lab.get_by_role("button", name="Play").click()
    lab.locator(".words").filter(has_not_text="After cycle 0").wait_for()
    assert lab.locator("[role=status]").inner_text() == said  # silent while it plays
    says(lab, "The log-likelihood rises no more")
    lab.get_by_role("button", name="Play").wait_for()


PLAYED = """async ([name, milliseconds, refused]) => {
    const lab = document.querySelector(`[data-laboratory=${name}] .lecture11-lab`).laboratory;
    const button = lab.root.querySelector('.play');
    button.click();
    await new Promise(done => setTimeout(done, 300));  // buffers are made in the first frames
    const kept = Object.fromEntries(refused.map(kind => [kind, window[kind]]));
    let made = 0;
    for (const kind of refused)
        window[kind] = new Proxy(kept[kind], {construct(target, given) {
            made++;
            return new target(...given);
        }});
    const before = lab.frames;
    await new Promise(done => setTimeout(done, milliseconds));
    Object.assign(window, kept);
    const count = lab.frames - before;
    if (lab.playing) button.click();
    return [made, count];
}"""
ARRAYS = ["Float64Array", "Int32Array", "Uint8Array", "Uint8ClampedArray", "Uint32Array"]


def test_t_sne_is_played_without_making_an_array(page: Page):
    lab = laboratory(page, "tsne")
    start_again(lab)
    made, frames = page.evaluate(PLAYED, ["tsne", 1000, ARRAYS])
    assert made == 0
    if little_motion(page):
        assert 1 <= frames <= 2
    else:
        assert frames >= 10  # where nothing else keeps the processor busy, 60


def test_a_click_scatters_points_of_ones_own(page: Page):
    lab = laboratory(page, "tsne")
    plot = lab.locator(".plot").first
    plot.click(position={"x": 60, "y": 60})
    plot.click(position={"x": 200, "y": 200})
    says(lab, "24 points, your own points; iteration 0")
    lab.get_by_role("button", name="Add 12 there").press("Enter")
    says(lab, "36 points")


def test_a_choice_and_a_size_make_other_data(page: Page):
    lab = laboratory(page, "tsne")
    lab.get_by_role("button", name="digits", exact=True).click()
    lab.get_by_label("points", exact=True).first.fill("100")
    says(lab, "100 points, digits")
    assert array(lab, "map").size == 200
    lab.locator("input[type=range][aria-label=points]").press("ArrowLeft")
    says(lab, "99 points, digits")
    assert lab.get_by_role("alert").count() == 0
    start_again(lab)


def test_the_broad_minimum_is_killed_by_a_weight(page: Page, latencies: dict[str, list[float]]):
    lab = laboratory(page, "fit")
    assert "3 minima; one of them is broad" in words(lab)
    lab.get_by_label("weight of mode 1").first.fill("0.3")
    says(lab, "2 minima, none of them broad")  # slow, so it follows when all is at rest
    mode = lab.locator(".grip").first
    latencies.setdefault("Fit, a mode is dragged", []).extend(drag(page, mode, 20, 0))
    lab.locator(".words").filter(has_not_text="until you let go").wait_for(timeout=20_000)
    page.wait_for_timeout(500)
    lab.get_by_role("button", name="Play").click()
    says(lab, "Both have arrived")


def test_memory_does_not_grow_while_it_plays(browser: Browser, file: Path):
    """Twenty seconds; `make bench` plays for five minutes."""
    page = browser.new_page()
    page.goto(file.as_uri())
    laboratory(page, "tsne")
    inspect = page.context.new_cdp_session(page)
    page.evaluate("document.querySelector('[data-laboratory=tsne] .play').click()")
    sizes = []
    for _ in range(4):
        page.wait_for_timeout(5000)
        inspect.send("HeapProfiler.collectGarbage")
        sizes.append(inspect.send("Runtime.getHeapUsage")["usedSize"])
    page.close()
    assert max(sizes[1:]) < sizes[0] + 1_000_000, sizes


def test_targets_are_large_enough(page: Page):
    for control in page.locator(".lecture11-lab :is(button, input)").all():
        box = control.bounding_box()
        if box is not None:
            assert min(box["width"], box["height"]) >= 24, control.evaluate("e => e.outerHTML")


def test_latency_is_below_a_tenth_of_a_second(latencies: dict[str, list[float]]):
    dragged = {name: times for name, times in latencies.items() if "dragged" in name}
    assert dragged
    for name, times in dragged.items():
        assert statistics.median(times) < 100, name
