"""Loops as functions of their own.

A browser compiles a function to fast code only while it is small: written out in one piece, a
search of two thousand lines runs ten times as long.
"""

import re
from collections.abc import Sequence

OPENING = re.compile(r"( *)for \(")
NAME = re.compile(r"(?<![\w.])(?:[a-z]+\d+|size_\w+)\b")
"""Whatever the writer calls by a name, and no subroutine."""
DECLARED = re.compile(r"\b(?:const|let) (\w+)")
CHANGED = re.compile(r"(?<![\w.])([a-z]+\d+)=(?!=)")
NUMBER = re.compile(r"t\d+")
"""What is true or false has another name, and stays as it is."""


def outlined(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """Functions, and the lines that are left, in which they are called.

    A loop that changes more than one variable around it stays, but not the loops in it.
    """
    functions: list[str] = []
    left: list[str] = []
    place = 0
    while place < len(lines):
        line, end = lines[place], place + 1
        if opening := OPENING.match(line):
            close = lines.index(f"{opening[1]}}}", place) + 1
            if made := _function(f"f{len(functions)}", lines[place:close], len(opening[1])):
                function, call = made
                functions.append(function)
                line, end = opening[1] + call, close
        left.append(line)
        place = end
    return functions, left


def _function(name: str, loop: Sequence[str], indent: int) -> tuple[str, str] | None:
    """A loop as a function, and the call of it; None where it changes several variables."""
    text = "\n".join(line[indent:] for line in loop)
    own = {*DECLARED.findall(text)}
    changed = sorted({*CHANGED.findall(text)} - own)
    if len(changed) > 1:
        return None
    given = sorted({*NAME.findall(text)} - own)
    # A number comes in a box, which is opened here once instead of in every turn.
    opened = [f"{each}=+{each};" for each in given if NUMBER.fullmatch(each)]
    ended = [f"return {each};" for each in changed]
    listed = ",".join(given)
    call = "".join(f"{each}=" for each in changed) + f"{name}({listed});"
    return "\n".join([f"const {name}=({listed}) => {{", *opened, text, *ended, "};"]), call
