"""The subroutines in JavaScript that translated functions and the page share."""

import functools
import re
from collections.abc import Iterable
from pathlib import Path

SOURCE = Path(__file__).with_name("runtime.js")


@functools.cache
def helpers() -> dict[str, str]:
    """Every function of runtime.js with the comment above it, by its name."""
    parts = re.split(r"\n\n(?=/\*\*)", SOURCE.read_text("utf-8").strip())
    found = {}
    for part in parts:
        if declared := re.search(r"^(?:function|const) (\w+)", part, re.MULTILINE):
            found[declared.group(1)] = part
    return found


def helper_code(names: Iterable[str]) -> str:
    """These functions and those that they call in turn, without comments."""
    known, wanted, waiting = helpers(), set(), list(names)
    while waiting:
        name = waiting.pop()
        if name not in wanted:
            wanted.add(name)
            waiting += set(re.findall(r"\w+", known[name])) & known.keys()
    code = "\n".join(known[name] for name in known if name in wanted)
    comments = r"/\*\*(?s:.*?)\*/\n?|^\s*//.*\n|\n(?=\n)"
    return re.sub(comments, "", code, flags=re.MULTILINE)
