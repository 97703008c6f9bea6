"""A mirror on this machine, a file to serve, and an environment of the test's own."""

import gzip
import hashlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lecture11.datasets import Source

WAIT = 20  # seconds after which a test gives up on another thread or process
CONTENT = np.random.default_rng(11).bytes(400_000)  # random, so that half a file is still long
KINDS = ("whole", "unpacking", "truncated", "short", "wrong", "broken", "stalling")
FILE = gzip.compress(CONTENT, mtime=0)


class Request(BaseHTTPRequestHandler):
    server: "Mirror"

    def do_GET(self) -> None:
        self.server.served[self.path] += 1
        answer = self.server.routes.get(self.path)
        if answer is None:
            self.send_error(404)
        else:
            answer(self)

    def start(self, length: int, **headers: str) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


class Mirror(ThreadingHTTPServer):
    """Serves what ``routes`` says, 404 for the rest, and counts the requests."""

    daemon_threads = False  # server_close waits for them, so no test leaves one behind

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        self.routes: dict[str, Callable[[Request], None]] = {}
        self.served: Counter[str] = Counter()
        self.stalled = threading.Event()
        self.release = threading.Event()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"

    def handle_error(self, *_: Any) -> None:
        """A client that was killed is no fault of the mirror."""

    def whole(self, request: Request) -> None:
        request.start(len(FILE))
        request.wfile.write(FILE)

    def unpacking(self, request: Request) -> None:
        """Has a client that allows it unpack the file on arrival, as some servers do with .gz."""
        allowed = "gzip" in request.headers.get("Accept-Encoding", "")
        request.start(len(FILE), **({"Content_Encoding": "gzip"} if allowed else {}))
        request.wfile.write(FILE)

    def truncated(self, request: Request) -> None:
        request.start(len(FILE))
        request.wfile.write(FILE[: len(FILE) // 2])

    def short(self, request: Request) -> None:
        request.start(len(FILE) // 2)
        request.wfile.write(FILE[: len(FILE) // 2])

    def wrong(self, request: Request) -> None:
        request.start(len(FILE))
        request.wfile.write(FILE[::-1])

    def broken(self, request: Request) -> None:
        request.send_error(500)

    def stalling(self, request: Request) -> None:
        self.truncated(request)
        self.stalled.set()
        self.release.wait(WAIT)


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    server = Mirror()
    for kind in KINDS:
        server.routes[f"/{kind}/toy.gz"] = getattr(server, kind)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.release.set()
    server.shutdown()
    server.server_close()
    thread.join()


def toy(*mirrors: str) -> Source:
    return Source(
        dataset="toys",
        name="toy.gz",
        description="A toy",
        citation="Nobody: Nothing",
        terms="None",
        size=len(FILE),
        sha256=hashlib.sha256(FILE).hexdigest(),
        content_sha256=hashlib.sha256(CONTENT).hexdigest(),
        mirrors=mirrors,
    )


@pytest.fixture
def source(mirror: Mirror) -> Callable[..., Source]:
    """``source("wrong", "whole")``: a file whose first mirror serves nonsense."""

    def make(*kinds: str) -> Source:
        return toy(*(mirror.url(f"/{kind}/toy.gz") for kind in kinds))

    return make


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache of this test: no test reads or writes the user's own."""
    monkeypatch.delenv("LECTURE11_DATA", raising=False)
    monkeypatch.setenv("LECTURE11_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return tmp_path / "cache"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that LECTURE11_DATA names, empty as yet."""
    folder = tmp_path / "own"
    folder.mkdir()
    monkeypatch.setenv("LECTURE11_DATA", str(folder))
    return folder
