"""JupyterLab and Notebook 7 in a real browser: start them, open a notebook, run it."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, sync_playwright

FLAGS = [  # no graphics card, no sandbox as root, and no conversation with the outside
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CANDIDATES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
)


def find_browser() -> str | None:
    """Where a Chrome or Chromium is on this machine."""
    return next(filter(None, map(shutil.which, CANDIDATES)), None)


def comes(read: Callable[[], Any], expected: Any, seconds: float = 20) -> None:
    """What is read becomes what is expected: a page draws what was done in its next frame."""
    end = time.monotonic() + seconds
    while (found := read()) != expected and time.monotonic() < end:
        time.sleep(0.05)
    assert found == expected


@contextlib.contextmanager
def open_browser(executable: str) -> Iterator[Browser]:
    """The browser, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


@contextlib.contextmanager
def open_page(browser: Browser, file: Path, **context: Any) -> Iterator[Page]:
    """A page from the disk; at the end nothing was asked of the network, and no error was logged.

    context: as of ``Browser.new_context``
    """
    around = browser.new_context(offline=True, **context)
    page, wrong = around.new_page(), []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on(
        "request",
        lambda asked: None if asked.url.startswith(("file:", "data:")) else wrong.append(asked.url),
    )
    page.goto(file.as_uri())
    yield page
    assert wrong == []
    around.close()


@contextlib.contextmanager
def serve_lab(folder: Path, private: Path) -> Iterator[str]:
    """JupyterLab over ``folder`` on a free port, with no settings but those in ``private``.

    Notebook 7 is an extension of the same server.
    """
    news = private / "settings" / "@jupyterlab" / "apputils-extension"
    news.mkdir(parents=True)
    (news / "notification.jupyterlab-settings").write_text('{"fetchNews": "false"}')
    environment = {
        **os.environ,
        "JUPYTER_CONFIG_DIR": str(private / "config"),
        "JUPYTER_DATA_DIR": str(private / "data"),
        "JUPYTER_RUNTIME_DIR": str(private / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(private / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(private / "workspaces"),
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--port=0"]
    command += ["--expose-app-in-browser", "--JupyterNotebookApp.expose_app_in_browser=True"]
    command += ["--ServerApp.port_retries=0", f"--notebook-dir={folder}"]
    server = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    said: list[str] = []
    try:
        yield _address(server, said)
    finally:
        server.terminate()
        try:
            server.wait(timeout=30)
        except subprocess.TimeoutExpired:  # its kernels may be slow to go; they end without it too
            server.kill()
            server.wait()
        assert server.stdout is not None
        server.stdout.close()


def _address(server: subprocess.Popen, said: list[str]) -> str:
    """The address with its token, from what the server prints; goes on draining its output."""
    found, ready = [], threading.Event()

    def drain() -> None:
        assert server.stdout is not None
        for line in server.stdout:
            said.append(line)
            if not found and (match := re.search(r"http://(?:127\.0\.0\.1|localhost):\S+", line)):
                found.append(match.group())
                ready.set()
        ready.set()

    threading.Thread(target=drain, daemon=True).start()
    if not ready.wait(60) or not found:
        raise RuntimeError("JupyterLab did not start:\n" + "".join(said))
    return found[0]


PATHS = {"JupyterLab": "lab/tree/{}?reset", "Notebook 7": "notebooks/{}?"}


class Notebook:
    """One notebook open in JupyterLab or in Notebook 7."""

    def __init__(self, page: Page, address: str, application: str, name: str) -> None:
        """Open it and wait until its kernel is idle; running earlier would hang for ever."""
        self.page = page
        base, token = re.fullmatch(r"(http://[^/]+)/.*?(token=\w+)", address).groups()
        page.goto(f"{base}/{PATHS[application].format(name)}&{token}")
        page.wait_for_function(
            """() => {
                const panel = window.jupyterapp?.shell?.currentWidget;
                const context = panel?.sessionContext;
                const kernel = context?.session?.kernel;
                return context?.isReady && kernel?.connectionStatus === 'connected'
                    && kernel?.status === 'idle';
            }""",
            timeout=60_000,
        )

    def run_all(self, seconds: int = 300) -> None:
        """Run every cell and wait for the last."""
        self.page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
        self.page.wait_for_function(
            """() => {
                const cells = window.jupyterapp.shell.currentWidget.content.model.cells;
                return [...cells].filter(c => c.type === 'code' && c.sharedModel.source.trim())
                    .every(c => c.executionState !== 'running' && c.executionCount);
            }""",
            timeout=seconds * 1000,
        )
        self.page.wait_for_timeout(500)

    def errors(self) -> list[str]:
        """Errors and stderr in the outputs."""
        text = self.page.evaluate(
            """() => JSON.stringify([...window.jupyterapp.shell.currentWidget.content.model.cells]
                .filter(c => c.type === 'code').flatMap(c => c.outputs.toJSON())
                .filter(o => o.output_type === 'error' || o.name === 'stderr'))"""
        )
        return json.loads(text)

    def all(self, *kinds: str) -> list[Locator]:
        """All widgets of these kinds (explorer, player, question, stepper); there must be one."""
        found = self.page.locator(", ".join(f".lecture11-{kind}" for kind in kinds)).all()
        assert found, kinds
        return found

    def in_kernel(self, code: str) -> str:
        """Run code in the notebook's kernel, outside its cells; returns what it prints."""
        return self.page.evaluate(
            """async code => {
                const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
                const future = kernel.requestExecute({code, store_history: false});
                let said = '';
                future.onIOPub = message => { said += message.content.text ?? ''; };
                await future.done;
                return said;
            }""",
            code,
        )
