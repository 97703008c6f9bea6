import errno
import gzip
import hashlib
import io
import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

import pooch
import pytest

from lecture11.datasets import (
    REGISTRY,
    DataUnavailableError,
    Source,
    coil20,
    download,
    fetch,
    usps,
    wordsense,
)

from .conftest import CONTENT, FILE, WAIT, toy

PLACE = Path("toys", "toy.gz")
RECOMPRESSED = gzip.compress(CONTENT, compresslevel=1, mtime=1)
DAMAGED = {
    "another": gzip.compress(b"another file"),
    "truncated": FILE[:-9],
    "flipped": FILE[:5000] + bytes([FILE[5000] ^ 1]) + FILE[5001:],
    "garbled": FILE[:10] + b"\xff" + FILE[11:],  # no deflate block begins like this
    "no-gz": CONTENT,
    "empty": b"",
}

each_damage = pytest.mark.parametrize("damaged", DAMAGED.values(), ids=DAMAGED)
each_bad_answer = pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("truncated", "IncompleteRead"),
        ("short", "does not match the known hash"),
        ("wrong", "does not match the known hash"),
        ("missing", "404"),
        ("broken", "500"),
    ],
)


def put(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file under ``folder``: its bytes and when they were written."""
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def refused() -> str:
    """An address where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/toy.gz"


def assert_explains(error: DataUnavailableError, source: Source, cache: Path, said: str) -> None:
    message = str(error)
    assert message.startswith("toy.gz (A toy) can't be had.")
    assert said in message
    assert all(url in message for url in source.mirrors)
    assert (
        "as toys/toy.gz, and name the folder in the environment variable LECTURE11_DATA,\n"
        in message
    )
    assert f"or at {cache / PLACE}" in message
    assert source.sha256 in message


# From a mirror to the cache


def test_a_file_is_downloaded_once(source, mirror, cache):
    for _ in range(3):
        assert fetch(source("whole")) == cache / PLACE
        assert (cache / PLACE).read_bytes() == FILE
    assert mirror.served == {"/whole/toy.gz": 1}
    assert list(contents(cache)) == [str(PLACE)]


def test_the_cache_is_the_argument_then_the_variable_then_the_systems(
    source, cache, tmp_path, monkeypatch
):
    monkeypatch.setattr(pooch, "os_cache", lambda name: tmp_path / "system" / name)
    argument = tmp_path / "argument"
    assert fetch(source("whole"), cache=argument) == argument / PLACE
    assert fetch(source("whole"), cache=str(argument)) == argument / PLACE
    assert fetch(source("whole")) == cache / PLACE
    monkeypatch.delenv("LECTURE11_CACHE")
    assert fetch(source("whole")) == tmp_path / "system" / "lecture11" / PLACE


def test_the_users_home_may_be_abbreviated(source, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert fetch(source("whole"), cache="~/kept") == tmp_path / "kept" / PLACE


def test_a_mirror_that_would_have_the_file_unpacked_is_asked_not_to(source):
    assert fetch(source("unpacking")).read_bytes() == FILE


@each_bad_answer
def test_a_bad_answer_leaves_nothing_and_is_explained(source, cache, kind, said):
    with pytest.raises(DataUnavailableError) as error:
        fetch(source(kind))
    assert_explains(error.value, source(kind), cache, said)
    assert contents(cache) == {}


@each_bad_answer
def test_the_next_mirror_makes_up_for_a_bad_answer(source, mirror, kind, said):
    assert fetch(source(kind, "whole")).read_bytes() == FILE
    assert mirror.served == {f"/{kind}/toy.gz": 1, "/whole/toy.gz": 1}


def test_the_first_good_mirror_is_the_last_asked(source, mirror):
    fetch(source("whole", "broken"))
    assert mirror.served == {"/whole/toy.gz": 1}


def test_every_mirrors_failure_is_told(source, cache):
    with pytest.raises(DataUnavailableError) as error:
        fetch(source("missing", "broken"))
    assert_explains(error.value, source("missing", "broken"), cache, "404")
    assert "500" in str(error.value)


def test_offline(cache):
    source = toy(refused())
    with pytest.raises(DataUnavailableError) as error:
        fetch(source)
    assert_explains(error.value, source, cache, "Connection refused")
    assert contents(cache) == {}


def test_a_mirror_that_falls_silent_is_given_up(source, cache, monkeypatch):
    monkeypatch.setattr(download, "TIMEOUT", (5, 0.2))
    with pytest.raises(DataUnavailableError) as error:
        fetch(source("stalling"))
    assert_explains(error.value, source("stalling"), cache, "timed out")
    assert contents(cache) == {}


# A damaged cache


@each_damage
def test_a_damaged_entry_is_replaced(source, mirror, cache, damaged):
    put(cache / PLACE, damaged)
    assert fetch(source("whole")).read_bytes() == FILE
    assert mirror.served["/whole/toy.gz"] == 1


def test_an_entry_damaged_since_it_was_last_used_is_replaced(source, mirror, cache):
    fetch(source("whole"))
    fetch(source("whole"))
    put(cache / PLACE, DAMAGED["flipped"])
    assert fetch(source("whole")).read_bytes() == FILE
    assert mirror.served["/whole/toy.gz"] == 2


@each_damage
def test_a_damaged_entry_is_never_used(source, cache, damaged):
    put(cache / PLACE, damaged)
    with pytest.raises(DataUnavailableError, match="404"):
        fetch(source("missing"))


def test_a_file_put_into_the_cache_by_hand_is_used(source, mirror, cache):
    put(cache / PLACE, RECOMPRESSED)
    assert fetch(source("whole")).read_bytes() == RECOMPRESSED
    assert not mirror.served


# A machine that refuses


def test_no_space(source, cache, monkeypatch):
    class FullDisk(io.BytesIO):
        def write(self, _):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("pooch.downloaders.open", lambda *_: FullDisk(), raising=False)
    with pytest.raises(DataUnavailableError) as error:
        fetch(source("whole"))
    assert_explains(error.value, source("whole"), cache, "No space left on device")
    assert contents(cache) == {}


@pytest.mark.parametrize("exists", [True, False])
def test_no_permission_to_write(source, mirror, cache, monkeypatch, exists):
    def forbid(*_, **__):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    if exists:
        (cache / PLACE.parent).mkdir(parents=True)
    monkeypatch.setattr(tempfile, "NamedTemporaryFile", forbid)
    monkeypatch.setattr(os, "makedirs", forbid)
    with pytest.raises(DataUnavailableError) as error:
        fetch(source("whole"))
    assert_explains(error.value, source("whole"), cache, "Permission denied")
    assert not mirror.served


def test_no_permission_to_read(source, cache, monkeypatch):
    def forbid(*_):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    put(cache / PLACE, FILE)
    monkeypatch.setattr(pooch, "file_hash", forbid)
    with pytest.raises(DataUnavailableError) as error:
        fetch(source("whole"))
    assert_explains(error.value, source("whole"), cache, "Permission denied")


@pytest.mark.parametrize("blocked", [".", "toys"])
def test_a_file_where_the_folder_should_be(source, cache, blocked):
    put(cache / blocked, b"a file")
    with pytest.raises(DataUnavailableError) as error:
        fetch(source("whole"))
    assert_explains(error.value, source("whole"), cache, str(cache / blocked))


def test_a_folder_where_the_file_should_be(source, cache):
    (cache / PLACE).mkdir(parents=True)
    with pytest.raises(DataUnavailableError) as error:
        fetch(source("whole"))
    assert_explains(error.value, source("whole"), cache, "Is a directory")


def test_the_error_survives_the_way_between_processes():
    error = pickle.loads(pickle.dumps(DataUnavailableError("why")))
    assert isinstance(error, OSError)
    assert str(error) == "why"


# Interruptions


def test_an_interrupt_is_passed_on_and_leaves_nothing(source, cache, monkeypatch):
    class Interrupted(download.tqdm):
        def update(self, n=1):
            (partial,) = cache.rglob("tmp*")
            assert partial.stat().st_size > 0, "nothing had been downloaded yet"
            raise KeyboardInterrupt

    monkeypatch.setattr(download, "tqdm", Interrupted)
    with pytest.raises(KeyboardInterrupt):
        fetch(source("whole"))
    assert contents(cache) == {}


FETCH = """
import json, sys
from lecture11.datasets import Source, fetch
print(fetch(Source(**json.loads(sys.argv[1]))))
"""


def start_fetching(source: Source) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", FETCH, json.dumps(asdict(source))],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def wait_for(condition) -> None:
    deadline = time.monotonic() + WAIT
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.01)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_a_process_killed_mid_way_leaves_no_entry(source, mirror, cache, name):
    with start_fetching(source("stalling")) as process:
        assert mirror.stalled.wait(WAIT)
        wait_for(lambda: any(len(content) > 100_000 for content, _ in contents(cache).values()))
        process.send_signal(getattr(signal, name))
    assert process.returncode != 0
    assert not (cache / PLACE).exists()
    assert fetch(source("whole")).read_bytes() == FILE


@pytest.mark.slow
def test_two_processes_at_once_both_get_the_file(source, mirror, cache):
    both_asked = threading.Barrier(2)

    def together(request):
        both_asked.wait(WAIT)
        mirror.whole(request)

    mirror.routes["/together/toy.gz"] = together
    processes = [start_fetching(source("together")) for _ in range(2)]
    outputs = [process.communicate(timeout=2 * WAIT)[0] for process in processes]
    assert outputs == [f"{cache / PLACE}\n"] * 2
    assert mirror.served == {"/together/toy.gz": 2}
    assert [content for content, _ in contents(cache).values()] == [FILE]


# A folder of the user's own


@pytest.mark.parametrize("place", [PLACE, PLACE.name])
@pytest.mark.parametrize("content", [FILE, RECOMPRESSED], ids=["same", "recompressed"])
def test_the_users_own_copy_is_used(source, mirror, cache, own, place, content):
    put(own / place, content)
    put(cache / PLACE, FILE)
    assert fetch(source("whole")) == own / place
    assert not mirror.served


@each_damage
def test_the_users_own_damaged_copy_is_refused(source, mirror, cache, own, damaged):
    put(own / PLACE, damaged)
    before = contents(own)
    with pytest.raises(DataUnavailableError) as error:
        fetch(source("whole"))
    said = f"{own / PLACE} is another file, or damaged: replace or remove it"
    assert_explains(error.value, source("whole"), cache, said)
    assert source("whole").content_sha256 in str(error.value)
    assert contents(own) == before
    assert not mirror.served


def test_what_the_users_folder_lacks_is_downloaded_elsewhere(source, cache, own):
    put(own / "another.gz", b"another")
    before = contents(own)
    assert fetch(source("whole")) == cache / PLACE
    assert contents(own) == before


def test_a_variable_that_names_no_folder_is_told(source, mirror, cache, own):
    own.rmdir()
    with pytest.raises(DataUnavailableError) as error:
        fetch(source("whole"))
    said = f"LECTURE11_DATA names {own}, which is not a folder"
    assert_explains(error.value, source("whole"), cache, said)
    assert not mirror.served


@pytest.mark.parametrize(
    "load", [coil20, usps, partial(wordsense, "bank")], ids=["coil20", "usps", "wordsense"]
)
def test_who_reads_a_form_of_the_users_own_tells_it_too(load, own):
    own.rmdir()
    said = f"^LECTURE11_DATA names {own}, which is not a folder; name one that holds "
    with pytest.raises(DataUnavailableError, match=said):
        load()


def test_a_file_is_hashed_again_only_if_it_changed(source, own, monkeypatch):
    hashed = []
    true_hash = pooch.file_hash
    monkeypatch.setattr(
        pooch, "file_hash", lambda path, *of: hashed.append(path) or true_hash(path, *of)
    )
    path = put(own / PLACE, RECOMPRESSED)
    for _ in range(3):
        fetch(source("whole"))
    assert len(hashed) == 1
    os.utime(path, ns=(0, 0))
    fetch(source("whole"))
    assert len(hashed) == 2
    put(path, DAMAGED["truncated"])
    os.utime(path, ns=(0, 0))
    with pytest.raises(DataUnavailableError):
        fetch(source("whole"))
    assert len(hashed) == 3


# Manners


def test_an_embedded_file_is_not_fetched():
    with pytest.raises(ValueError, match=r"read it with lecture11\.datasets\.old_faithful\(\)"):
        fetch(REGISTRY["old_faithful/old_faithful.csv"])


@pytest.mark.parametrize(("kind", "reached"), [("whole", len(FILE)), ("truncated", None)])
def test_a_bar_shows_the_progress_and_is_closed(source, monkeypatch, kind, reached):
    bars = []

    class Watched(download.tqdm):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            bars.append((self.total, self))

    monkeypatch.setattr(download, "tqdm", Watched)
    try:
        fetch(source(kind))
    except DataUnavailableError:
        assert kind != "whole"
    ((total, bar),) = bars
    assert total == len(FILE)
    assert bar.disable, "left open"
    assert reached is None or bar.n == reached


def test_only_the_bar_speaks(source, capfd):
    fetch(source("whole"))
    out, err = capfd.readouterr()
    assert out == ""
    assert err.lstrip("\r").startswith("toy.gz:")


def test_pooch_is_silent_while_we_use_it_and_only_then(source, caplog, monkeypatch):
    logger = pooch.get_logger()
    monkeypatch.setattr(logger, "handlers", [caplog.handler])
    fetch(source("whole"))
    assert caplog.messages == []
    pooch.retrieve(source("whole").mirrors[0], None, "theirs.gz", os.environ["LECTURE11_CACHE"])
    assert any(message.startswith("Downloading") for message in caplog.messages)


def test_nothing_is_shown_for_a_file_that_is_there(source, own, capfd):
    put(own / PLACE, FILE)
    fetch(source("whole"))
    assert capfd.readouterr() == ("", "")


# A file whose hash is not published, or only its md5


@pytest.fixture
def unpublished(source):
    """A file served whole of which nobody says a hash."""

    def make(*kinds: str) -> Source:
        return replace(source(*kinds), sha256=None, content_sha256=None, size=None)

    return make


def test_the_hash_of_a_first_download_is_recorded(unpublished, mirror, cache):
    assert fetch(unpublished("whole")).read_bytes() == FILE
    record = (cache / PLACE).with_name("toy.gz.sha256")
    assert record.read_text() == hashlib.sha256(FILE).hexdigest() + "\n"
    fetch(unpublished("whole"))
    assert mirror.served == {"/whole/toy.gz": 1}


def test_a_later_damage_shows_against_the_record(unpublished, mirror, cache):
    fetch(unpublished("whole"))
    put(cache / PLACE, DAMAGED["flipped"])
    assert fetch(unpublished("whole")).read_bytes() == FILE
    assert mirror.served == {"/whole/toy.gz": 2}
    put(cache / PLACE, DAMAGED["flipped"])
    with pytest.raises(DataUnavailableError, match=r"does not match the known hash"):
        fetch(unpublished("wrong"))


def test_a_download_cut_short_is_refused_without_a_hash_too(unpublished, cache):
    with pytest.raises(DataUnavailableError, match=r"IncompleteRead(.|\n)*hash is not published"):
        fetch(unpublished("truncated"))
    assert contents(cache) == {}


def test_the_users_own_copy_of_it_is_used_and_nothing_written(unpublished, mirror, own, cache):
    put(own / PLACE, FILE)
    before = contents(own)
    assert fetch(unpublished("whole")) == own / PLACE
    assert contents(own) == before
    assert not mirror.served
    assert not cache.exists()


def test_an_md5_is_compared_where_it_is_all_there_is(source, cache):
    md5 = hashlib.md5(FILE).hexdigest()
    right = replace(source("whole"), sha256=None, content_sha256=None, md5=md5)
    assert fetch(right).read_bytes() == FILE
    assert list(contents(cache)) == [str(PLACE)], "no record is needed"
    wrong = replace(right, md5=md5[::-1])
    with pytest.raises(DataUnavailableError, match=rf"(.|\n)*the md5 {md5[::-1]}"):
        fetch(wrong)
