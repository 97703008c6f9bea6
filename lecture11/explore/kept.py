"""What is kept on disk from one kernel to the next: texts that take a second to make.

A laboratory's functions are traced, translated, compiled and drawn, and a notebook's players are
run; as long as neither a source of this package nor a version changes, that comes out the same.
"""

import contextlib
import functools
import hashlib
import json
import os
import sys
from collections.abc import Callable
from importlib import metadata, resources
from pathlib import Path

import pooch

SOURCES = {".py", ".js", ".css", ".mplstyle", ".npz", ".csv", ".json", ".txt", ".bz2"}
ABOVE = "publish"
"""The room above this one, which for the most part only shows what is kept; whoever makes something
there hands in its own source."""
MADE_WITH = "jax", "jaxlib", "numpy", "matplotlib", "scikit-learn"


@functools.cache
def fingerprint() -> str:
    """Of all sources of the package, and of what it runs with."""
    found = hashlib.sha256(f"{sys.version} {os.environ.get('XLA_FLAGS')}".encode())
    for name in MADE_WITH:
        found.update(f"{name} {metadata.version(name)}\n".encode())
    with resources.as_file(resources.files("lecture11")) as package:
        for path in sorted(path for path in package.rglob("*") if path.suffix in SOURCES):
            within = path.relative_to(package)
            if within.parts[0] != ABOVE:
                found.update(f"{within}\n".encode() + path.read_bytes())
    return found.hexdigest()[:32]


def kept(name: str, make: Callable[[], dict[str, str]], given: str = "") -> dict[str, str]:
    """What ``make`` returns, from ``LECTURE11_CACHE`` or the system's place for caches.

    given: what else it is made from. Where nothing can be kept, or what was kept cannot be read, it
    is made anew.
    """
    folder = Path(os.environ.get("LECTURE11_CACHE") or pooch.os_cache("lecture11")).expanduser()
    file = folder / "kept" / f"{name}.json"
    made_from = fingerprint() + hashlib.sha256(given.encode()).hexdigest()[:32]
    try:
        found = json.loads(file.read_text("utf-8"))
        if found["fingerprint"] == made_from:
            return found["texts"]
    except (OSError, ValueError, KeyError, TypeError):
        pass
    texts = make()
    part = file.with_suffix(f".{os.getpid()}")
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps({"fingerprint": made_from, "texts": texts}), "utf-8")
        part.replace(file)  # whole or not at all, whoever else writes
    return texts
