"""How the tests are run: what hangs fails, and what is drawn at random can be drawn again."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[1]

HANGS = {
    "in Python": "while True: pass",
    "in compiled code": "import collections, itertools; collections.deque(itertools.repeat(0), 0)",
}


@pytest.mark.slow
@pytest.mark.parametrize("body", HANGS.values(), ids=HANGS)
def test_a_hang_is_a_failure(body: str, tmp_path: Path):
    (tmp_path / "test_it.py").write_text(f"def test_hangs():\n    {body}\n")
    command = [sys.executable, "-m", "pytest", "-c", ROOT / "pyproject.toml", "--rootdir=."]
    command += ["-o", "timeout=0.5", "-o", "faulthandler_timeout=1", "-p", "no:cacheprovider"]
    ended = subprocess.run([*command, "test_it.py"], cwd=tmp_path, capture_output=True, timeout=60)
    assert ended.returncode not in (0, 5)
    assert b"Timeout" in ended.stdout + ended.stderr
    assert b"test_hangs" in ended.stdout + ended.stderr


def test_the_suite_itself_has_these_times():
    options = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]
    assert 0 < options["timeout"] < options["faulthandler_timeout"]


def test_examples_repeat_in_ci_and_have_no_deadline():
    used = settings()
    assert used.deadline is None
    assert used.derandomize == ("CI" in os.environ)
    assert used.print_blob
