"""Files too large to embed: from a folder of yours, else from the cache, else downloaded once.

``LECTURE11_DATA``
    names a folder that already holds files, in sub-folders called like the data sets
    (``mnist/train-images-idx3-ubyte.gz``) or all in one. It is searched first and never written.
``LECTURE11_CACHE``
    names the folder where downloads are kept, if not the system's own place for caches.

No file is used before its hash has been compared with the registry's. A download becomes a cache
entry by being renamed, after that comparison: one cut short, by whatever means, leaves none, and
of two at once each leaves a whole one.

Where nobody has published a hash (the registry says so by None), the one of the first download is
recorded beside it, as ``NAME.sha256``, and compared from then on.
"""

import gzip
import hashlib
import logging
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache as remember
from functools import partial
from pathlib import Path
from typing import Any

import pooch
from tqdm.auto import tqdm

from lecture11.datasets.registry import Source
from lecture11.signatures import checked

TIMEOUT = (10.0, 30.0)
"""Seconds to wait for a connection, and for the next bytes of an answer."""


class DataUnavailableError(OSError):
    """A data file can't be had; the message says why, and how to bring it by hand."""


@checked
def fetch(source: Source, *, cache: str | os.PathLike[str] | None = None) -> Path:
    """The path of a genuine copy of ``source`` on this machine, downloading it if need be.

    ``cache`` is the folder to keep downloads in; by default ``LECTURE11_CACHE``, else the
    system's place for caches. Raises ValueError if ``source`` is embedded;
    :class:`DataUnavailableError` if it can't be downloaded or kept, or if ``LECTURE11_DATA``
    holds a file of its name that is another.
    """
    if not source.mirrors:
        raise ValueError(
            f"source: expected a file to download, got {source.name}, which is embedded; "
            f"read it with lecture11.datasets.{source.dataset}()."
        )
    folder = cache or os.environ.get("LECTURE11_CACHE") or pooch.os_cache("lecture11")
    cached = Path(folder).expanduser().absolute() / source.path
    try:
        return own_copy(source) or _cached_copy(source, cached)
    except OSError as error:
        raise DataUnavailableError(_explanation(source, cached, error)) from error


def own_copy(source: Source) -> Path | None:
    """The copy in ``LECTURE11_DATA``, if the variable is set and the folder holds one.

    Raises DataUnavailableError where the variable names no folder, or the file is another or
    damaged.
    """
    if not (variable := os.environ.get("LECTURE11_DATA")):
        return None
    folder = Path(variable).expanduser().absolute()
    if not folder.is_dir():
        raise DataUnavailableError(
            f"LECTURE11_DATA names {folder}, which is not a folder; name one that holds "
            f"{source.path} ({source.description}), or unset the variable"
        )
    for path in (folder / source.path, folder / source.name):
        if path.exists():
            if not _is_genuine(path, source):
                raise DataUnavailableError(
                    f"{path} is another file, or damaged: replace or remove it"
                )
            return path
    return None


def _cached_copy(source: Source, path: Path) -> Path:
    """The copy at ``path``, downloaded if there is none or a damaged one."""
    record = path.with_name(f"{path.name}.sha256")
    if source.known_hash is None and record.is_file():
        source = replace(source, sha256=record.read_text("ascii").strip())
    if not (path.is_file() and _is_genuine(path, source)):
        _download(source, path)
    if source.known_hash is None:
        record.write_text(f"{pooch.file_hash(str(path))}\n", "ascii")
    return path


def _download(source: Source, path: Path) -> None:
    """Bring ``source`` to ``path`` from the first mirror that serves it as registered."""
    stream, problems = partial(_stream, source), []
    for url in source.mirrors:
        try:
            with _quiet_pooch():
                pooch.retrieve(url, source.known_hash, path.name, path.parent, downloader=stream)
            return
        except (OSError, ValueError) as error:  # ValueError: pooch's word for a wrong hash
            problems.append(f"{url}: {error}")
    raise OSError("\n  ".join(problems))


def _stream(source: Source, url: str, output: Any, _: Any) -> None:
    """Download as pooch does, with our timeout and a bar that becomes a widget in a notebook."""
    size = source.size or 1  # until the answer says it: pooch wants a bar that is true
    with tqdm(desc=source.name, total=size, unit="B", unit_scale=True) as bar:
        pooch.HTTPDownloader(
            progressbar=bar,
            chunk_size=2**16,
            timeout=TIMEOUT,
            headers={"Accept-Encoding": "identity"},  # the .gz as it is, not unpacked on arrival
        )(url, output, None)


@contextmanager
def _quiet_pooch() -> Iterator[None]:
    """Keep pooch from reporting each download on stderr: the bar does that."""
    logger = pooch.get_logger()
    logger.addFilter(_nothing)  # setLevel would last: this logger caches what it is enabled for
    try:
        yield
    finally:
        logger.removeFilter(_nothing)


def _nothing(_: logging.LogRecord) -> bool:
    return False


def _is_genuine(path: Path, source: Source) -> bool:
    """Whether the file, or what it unpacks to, has the hash that the registry records."""
    if source.known_hash is None:
        return True  # nothing to compare with
    stat = path.stat()
    return _has_hash(path, stat.st_mtime_ns, stat.st_size, source.known_hash, source.content_sha256)


@remember  # time and size are there to tell a file from its successor
def _has_hash(path: Path, mtime_ns: int, size: int, known: str, content: str | None) -> bool:
    algorithm, _, digest = known.rpartition(":")
    return pooch.file_hash(str(path), algorithm or "sha256") == digest or (
        content is not None and _content_hash(path) == content
    )


def _content_hash(path: Path) -> str | None:
    """The sha256 of what a ``.gz`` unpacks to; None if it can't be unpacked."""
    try:
        with gzip.open(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (gzip.BadGzipFile, EOFError, zlib.error):
        return None


def _explanation(source: Source, cached: Path, error: OSError) -> str:
    """What the reader of the error needs: which file, what went wrong, what to do."""
    content = f", or unpacked {source.content_sha256}" if source.content_sha256 else ""
    size = "" if source.size is None else f"{source.size} bytes with "
    hashed = f"the md5 {source.md5}" if source.md5 else f"the sha256 {source.sha256}{content}"
    expected = (
        f"Expected are {size}{hashed}." if source.known_hash else "Its hash is not published."
    )
    return "\n  ".join(
        [
            f"{source.name} ({source.description}) can't be had.",
            str(error),
            f"To bring it by hand, download it from {' or '.join(source.mirrors)} and put it",
            f"- in a folder of your own, as {source.path}, and name the folder in the environment "
            "variable LECTURE11_DATA,",
            f"- or at {cached}",
            expected,
        ]
    )
