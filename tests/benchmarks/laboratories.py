"""The laboratories in a browser: first paint, a drag, frames a second, memory.

``python -m tests.benchmarks.laboratories [SECONDS]`` plays t-SNE for so many seconds (five minutes
where none are given) at the processor's speed and throttled four times, and prints what it saw.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from nbformat.v4 import new_code_cell, new_notebook, new_output
from playwright.sync_api import Browser, Page

from lecture11.explore import laboratories
from lecture11.publish.page import exported
from tests.browser.lab import find_browser, open_browser

FRAMES = """seconds => new Promise(done => {
    const gaps = [], end = performance.now() + 1000 * seconds;
    let last = performance.now();
    const tick = now => {
        gaps.push(now - last);
        last = now;
        if (now < end) requestAnimationFrame(tick); else done(gaps.slice(1));
    };
    requestAnimationFrame(tick);
})"""
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
MADE = "name => performance.getEntriesByName(`${name} alive`)[0].duration"
WORK = """([name, count]) => {
    const lab = document.querySelector(`[data-laboratory=${name}] .lecture11-lab`).laboratory;
    const times = [];
    for (let k = 0; k < count; k++) {
        const began = performance.now();
        lab.frame();
        times.push(performance.now() - began);
    }
    return times;
}"""


def in_the_kernel() -> str:
    """Print what making and showing each costs, and return the page with all."""
    cells = []
    for name in ("em", "tsne", "fit"):
        began = time.perf_counter()
        widget = getattr(laboratories, name)()
        made = time.perf_counter()
        bundle = widget._repr_mimebundle_()[0]
        shown = time.perf_counter()
        sent = len(widget._declared) + len(widget._esm) + len(widget._css) + len(widget._state)
        print(
            f"{name:5} made {made - began:5.2f} s, shown {shown - made:5.2f} s, "
            f"sent {sent / 1000:.0f} kB"
        )
        html = {"text/html": bundle["text/html"]}
        cells.append(new_code_cell(outputs=[new_output("display_data", html)]))
    return exported(new_notebook(cells=cells))


def play(page: Page, points: int, seconds: float, slower: int) -> None:
    """Play so many points at so much less than the processor's speed."""
    inspect = page.context.new_cdp_session(page)
    inspect.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    page.evaluate(
        """points => {
            const lab = document.querySelector('[data-laboratory=tsne] .lecture11-lab').laboratory;
            lab.spec.until = null;
            lab.load(Object.values(lab.starts)[0]);
            lab.setNumber('n', points);
            if (!lab.playing) lab.root.querySelector('.play').click();
        }""",
        points,
    )
    page.wait_for_timeout(1000)
    sizes = []
    gaps: list[float] = []
    for _ in range(max(2, round(seconds / 10))):
        gaps += page.evaluate(FRAMES, min(10, seconds / 2))
        inspect.send("HeapProfiler.collectGarbage")
        sizes.append(inspect.send("Runtime.getHeapUsage")["usedSize"] / 1e6)
    print(
        f"t-SNE, {points} points, {slower} × slower: {1000 / statistics.mean(gaps):.0f} frames a "
        f"second, longest gap {max(gaps):.0f} ms; memory {sizes[0]:.1f} to {sizes[-1]:.1f} MB"
    )
    page.evaluate("document.querySelector('[data-laboratory=tsne] .play').click()")
    inspect.send("Emulation.setCPUThrottlingRate", {"rate": 1})


def in_the_page(browser: Browser, file: Path, seconds: float) -> None:
    """Print what was measured there."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(file.as_uri())
    page.wait_for_selector(".lecture11-lab")
    print(f"first paint {page.evaluate(PAINT):.0f} ms")
    for name in ("em", "tsne", "fit"):
        page.locator(f"[data-laboratory={name}]").scroll_into_view_if_needed()
        page.wait_for_selector(f"[data-laboratory={name}] .lecture11-lab")
        made = page.evaluate(MADE, name)
        print(f"{name:5} comes to life in {made:.0f} ms")
        times = page.evaluate(WORK, [name, 60])
        print(f"{name:5} a frame: {statistics.median(times):.1f} ms, at most {max(times):.1f}")
    for points, slower in ((200, 1), (500, 1), (200, 4)):
        play(page, points, seconds, slower)


def main(seconds: float) -> None:
    """All of it."""
    executable = find_browser()
    if executable is None:
        raise SystemExit("no Chrome or Chromium found on this machine")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "laboratories.html"
        file.write_text(in_the_kernel(), "utf-8")
        print(f"the page: {file.stat().st_size / 1e6:.1f} MB")
        with open_browser(executable) as browser:
            in_the_page(browser, file, seconds)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 300)
