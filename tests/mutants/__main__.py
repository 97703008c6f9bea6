"""Would the tests see a slip of the pen? Make small errors in the science, one by one, and see.

    python -m tests.mutants [--commit HEAD] [--each 2] [--seed 0] [--part 1/1] [--folder FOLDER]
    python -m tests.mutants --report

Every module gets the same few mutants each time. A mutant is made in a scratch copy of the commit,
where the tests of its room that name something of its module run until the first failure. What
came out is appended to results.jsonl in the folder (build/mutants), and what stands there is not
done again: a run can be broken off and resumed, and of several at once each does its part.
"""

import argparse
import io
import json
import os
import random
import re
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.mutants.slips import Slip, slips_in

ROOT = Path(__file__).parents[2]
ROOMS = ("divergence", "supervised", "embedding", "latent", "variational")
SECONDS = 1800
IMPATIENT = ("-o", "timeout=120", "-o", "faulthandler_timeout=180")
"""A mutant often never ends, and no test takes so long."""


class Mutant(NamedTuple):
    """One slip in one module."""

    path: str
    slip: Slip

    @property
    def name(self) -> str:
        return f"{self.path}:{self.slip.line}:{self.slip.column} {self.slip.what}"

    @property
    def room(self) -> str:
        """A room of science, or for a module of the ground floor its own name."""
        return self.path.split("/")[1].removesuffix(".py")


def modules(tree: Path) -> Iterator[str]:
    """The modules of the ground floor and of the rooms of science."""
    package = tree / "lecture11"
    for folder in (package.glob, *((package / room).rglob for room in ROOMS)):
        for path in sorted(folder("[a-z]*.py")):
            yield path.relative_to(tree).as_posix()


def chosen(tree: Path, each: int, seed: int) -> list[Mutant]:
    """The mutants of each module, spread so that all rooms come early."""
    found = []
    for path in modules(tree):
        slips = slips_in((tree / path).read_text())
        drawn = random.Random(f"{seed} {path}").sample(slips, min(each, len(slips)))
        found += [(turn, Mutant(path, slip)) for turn, slip in enumerate(drawn)]
    order = random.Random(seed)
    return [mutant for _, mutant in sorted(found, key=lambda pair: (pair[0], order.random()))]


def unpack(commit: str, tree: Path) -> None:
    """A fresh copy of the commit."""
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True)
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as packed:
        packed.extractall(tree, filter="data")


def tests_of(tree: Path, mutant: Mutant) -> list[str]:
    """The test files of its room that name something of the module, or all where none does.

    The one called like the module comes first. The ground floor is tested in every room.
    """
    rooms = [mutant.room] if mutant.room in ROOMS else ROOMS
    files = [tree / "tests" / f"test_{name}.py" for name in (mutant.room, "fast_math")]
    files = [file for file in files if file.exists()]
    files += [file for room in rooms for file in sorted((tree / "tests" / room).rglob("test_*.py"))]
    names = re.findall(r"^(?:def|class) ([a-zA-Z]\w*)", (tree / mutant.path).read_text(), re.M)
    about = re.compile(rf"\b({'|'.join(names) or '$.'})\b")
    near = [file for file in files if about.search(file.read_text())]
    like = f"test_{Path(mutant.path).name}"
    near.sort(key=lambda file: file.name != like)
    return [str(file.relative_to(tree)) for file in near or files]


def outcome(tree: Path, mutant: Mutant) -> dict[str, object]:
    """Run the tests on it: killed, survived, or timeout."""
    path = tree / mutant.path
    source = path.read_text()
    start = time.perf_counter()
    path.write_text(mutant.slip.made_in(source))
    command = [sys.executable, "-m", "pytest", "-xq", "-p", "no:cacheprovider", *IMPATIENT]
    try:
        ended = subprocess.run(
            [*command, *tests_of(tree, mutant)],
            cwd=tree,
            env=os.environ | {"CI": "true", "PYTHONPATH": str(tree)},
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        result = "killed" if ended.returncode else "survived"
        by = re.findall(r"^(?:FAILED|ERROR) (\S+)", ended.stdout, re.M)
    except subprocess.TimeoutExpired:
        result, by = "timeout", []
    finally:
        path.write_text(source)
    seconds = round(time.perf_counter() - start)
    return {"result": result, "by": by[:1], "seconds": seconds}


def score(room: str, results: list[dict[str, str]]) -> str:
    """How many the tests saw: a mutant that never ends is seen too."""
    seen = sum(each["result"] != "survived" for each in results)
    return f"{room:14} {seen:4} of {len(results):4} seen, {seen / len(results):4.0%}"


def report(results: list[dict[str, str]]) -> None:
    """The score of each room, and who survived."""
    for room in sorted({each["room"] for each in results}):
        print(score(room, [each for each in results if each["room"] == room]))
    print(score("all", results))
    for each in results:
        if each["result"] == "survived":
            print(f"survived: {each['name']}\n    {each['line']}")


def main() -> None:
    """Make the mutants that have not been made."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--commit", default="HEAD")
    parser.add_argument("--each", type=int, default=2, help="mutants of a module")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--part", default="1/1", help="k/n: the k-th of n runs at once")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "mutants")
    parser.add_argument("--report", action="store_true", help="say what came out so far")
    options = parser.parse_args()
    log = options.folder / "results.jsonl"
    results = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    if options.report:
        return report(results)
    done = {each["name"] for each in results}
    part, parts = map(int, options.part.split("/"))
    tree = options.folder / f"tree{part}"
    unpack(options.commit, tree)
    for mutant in chosen(tree, options.each, options.seed)[part - 1 :: parts]:
        if mutant.name not in done:
            line = (tree / mutant.path).read_text().splitlines()[mutant.slip.line - 1].strip()
            found = {
                "name": mutant.name,
                "room": mutant.room,
                "line": line,
                **outcome(tree, mutant),
            }
            with log.open("a") as file:
                file.write(json.dumps(found, ensure_ascii=False) + "\n")
            print(found["result"], found["seconds"], mutant.name, *found["by"], flush=True)
    return None


if __name__ == "__main__":
    main()
