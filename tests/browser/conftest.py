"""The browser, notebooks of the student edition open in it, and the latencies at the end."""

import functools
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from matplotlib.figure import Figure
from nbformat.v4 import new_code_cell, new_notebook, new_output
from playwright.sync_api import Browser, Page

from lecture11.exercises.editions import hand_out
from lecture11.explore import Player, Question
from lecture11.explore.laboratories import DECLARED
from lecture11.figures import Picture
from lecture11.publish.page import exported
from tests.browser.lab import Notebook, find_browser, open_browser, open_page, serve_lab
from tests.notebooks.execute import NOTEBOOKS
from tests.required import skip_or_fail

LABORATORY = new_notebook(
    cells=[
        new_code_cell("from lecture11.explore import laboratories"),
        new_code_cell("laboratory = laboratories.em()\nlaboratory"),
    ],
    metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
)
"""The smallest notebook with one; it stands among the course's."""

WAYS = {
    "narrow, light, touched": {"width": 390, "scheme": "light", "touch": True},
    "narrow, dark, touched, little motion": {"width": 390, "scheme": "dark", "touch": True},
    "wide, light, by mouse": {"width": 1280, "scheme": "light", "touch": False},
    "wide, dark, by mouse": {"width": 1280, "scheme": "dark", "touch": False},
}
"""How an exported page is met."""

LATENCIES = pytest.StashKey[dict[str, list[float]]]()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = find_browser()
    if executable is None:
        skip_or_fail("browser", "no Chrome or Chromium found on this machine")
    with open_browser(executable) as found:
        yield found


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[str]:
    """The address of JupyterLab; asks for the browser first, so that without one nothing starts."""
    folder = tmp_path_factory.mktemp("lab")
    hand_out(NOTEBOOKS, folder / "workbook")
    for name in ("one_laboratory", "another"):  # one for each application, each with its kernel
        nbformat.write(LABORATORY, folder / "workbook" / f"{name}.ipynb")
    private = Path(folder / "private")
    with serve_lab(folder / "workbook", private) as address:
        yield address


@pytest.fixture(scope="session")
def opened(browser: Browser, lab: str) -> Callable[[str, str], Notebook]:
    """Opens a notebook in an application and runs it, once, however many tests ask for it."""

    @functools.cache
    def open_and_run(application: str, name: str) -> Notebook:
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        notebook = Notebook(page, lab, application, f"{name}.ipynb")
        notebook.run_all()
        return notebook

    return open_and_run


@pytest.fixture
def notebook(request: pytest.FixtureRequest, opened: Callable[[str, str], Notebook]) -> Notebook:
    return opened(*request.param)


@pytest.fixture(scope="session")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page made of a stored notebook with a question, a player, and all laboratories' places."""
    pictures = [Picture(Figure((3, 2)), f"The picture number {number}.") for number in range(4)]
    replies = {"this": "No, not this.", "that": "Yes, that.", "none": "No, there is one."}
    shown = [
        Question("Which is it?", replies, Picture(Figure((3, 2)), "The answer.")).still(),
        Player(pictures, label="number", milliseconds=100)._page,
    ]
    still = '<figure data-laboratory="{}"><img alt="A still." src="data:,"></figure>'
    shown += map(still.format, DECLARED)
    cells = [
        new_code_cell(outputs=[new_output("display_data", {"text/html": html})]) for html in shown
    ]
    path = tmp_path_factory.mktemp("exported") / "laboratories.html"
    path.write_text(exported(new_notebook(cells=cells)), "utf-8")
    return path


@pytest.fixture(scope="module", params=WAYS)
def page(request: pytest.FixtureRequest, browser: Browser, file: Path) -> Iterator[Page]:
    """The page open; at the end no request was made and no error logged."""
    way = WAYS[request.param]
    with open_page(
        browser,
        file,
        viewport={"width": way["width"], "height": 900},
        color_scheme=way["scheme"],
        has_touch=way["touch"],
        reduced_motion="reduce" if "little motion" in request.param else "no-preference",
    ) as opened:
        yield opened


@pytest.fixture
def latencies(request: pytest.FixtureRequest) -> dict[str, list[float]]:
    """Milliseconds from key press to changed pixels, by control; printed at the end."""
    return request.config.stash.setdefault(LATENCIES, {})


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    measured = config.stash.get(LATENCIES, {})
    if measured:
        terminalreporter.section("key press to changed pixels, milliseconds")
    for control, times in measured.items():
        terminalreporter.write_line(
            f"{control:60} median {statistics.median(times):5.0f}   max {max(times):5.0f}   "
            f"of {len(times)}"
        )
