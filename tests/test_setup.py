"""What ``make`` does before anything is installed, and when it can't be; nothing here installs."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout in a folder with spaces, without an environment."""
    folder = tmp_path / "my course, 2nd try"
    folder.mkdir()
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, folder)
    return folder


def make(
    checkout: Path, *arguments: str, path: list[Path] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run make as from a new terminal: not as a part of ``make test``, and without uv."""
    ours = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYTHON", "EDITION", "NOTEBOOKS", "LAB_FLAGS"}
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    if path:
        environment["PATH"] = os.pathsep.join([*map(str, path), "/usr/bin", "/bin"])
    return subprocess.run(
        ["make", "UV=", *arguments],
        cwd=checkout,
        env=environment,
        capture_output=True,
        text=True,
    )


def script(path: Path, body: str) -> Path:
    """Write a shell script that stands in for an interpreter."""
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def installed(checkout: Path) -> None:
    """Pretend that the environment is there."""
    stamp = checkout / ".venv" / "installed"
    stamp.parent.mkdir()
    stamp.touch()


OLD = 'test "$1" = -V && echo Python 3.8.18; exit 1'
WITHOUT_VENV = f'case "$*" in *ensurepip*) exit 1;; esac; exec "{sys.executable}" "$@"'


def test_make_alone_lists_every_command(checkout: Path):
    listed = make(checkout)
    assert listed.returncode == 0
    lines = listed.stdout.splitlines()
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony
    assert {line.split()[1] for line in lines} == set(phony[1].split())
    assert max(map(len, lines)) <= 110


def test_a_python_too_old_is_told_what_to_install(checkout: Path, tmp_path: Path):
    python = script(tmp_path / "python", OLD)
    refused = make(checkout, "lab", f"PYTHON={python}")
    assert refused.returncode != 0
    said = refused.stdout + refused.stderr
    for words in ("Python 3.8.18", "3.11 or newer", "sudo apt install", "brew install", "Windows"):
        assert words in said
    assert not (checkout / ".venv").exists()


def test_an_old_default_python_gives_way_to_a_newer_one_on_the_path(checkout: Path, tmp_path: Path):
    folder = tmp_path / "bin"
    folder.mkdir()
    script(folder / "python3", OLD)
    for newer in ("python3.14", "python3.13", "python3.12"):
        script(folder / newer, "exit 127")  # as pyenv's stand-ins for what is not installed
    script(folder / "python3.11", WITHOUT_VENV)
    refused = make(checkout, "unit", path=[folder])
    assert "is here, but not its modules venv and ensurepip" in refused.stdout


def test_an_activated_environment_is_not_renewed_by_its_own_python(checkout: Path, tmp_path: Path):
    inside = checkout / ".venv" / "bin"
    inside.mkdir(parents=True)
    script(inside / "python3", f'touch "{tmp_path}/used"; exec "{sys.executable}" "$@"')
    outside = tmp_path / "bin"
    outside.mkdir()
    script(outside / "python3", WITHOUT_VENV)
    assert "sudo apt install" in make(checkout, "unit", path=[inside, outside]).stdout
    assert not (tmp_path / "used").exists()


def test_a_python_without_venv_is_told_what_to_install(checkout: Path, tmp_path: Path):
    python = script(tmp_path / "python", WITHOUT_VENV)
    refused = make(checkout, "test", f"PYTHON={python}")
    assert refused.returncode != 0
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert f"sudo apt install python{version}-venv" in refused.stdout
    assert "python.org" in refused.stdout
    assert not (checkout / ".venv").exists()


def test_a_refused_python_leaves_an_older_environment_alone(checkout: Path, tmp_path: Path):
    installed(checkout)
    os.utime(checkout / ".venv" / "installed", (1, 1))
    python = script(tmp_path / "python", OLD)
    assert make(checkout, "unit", f"PYTHON={python}").returncode != 0
    assert (checkout / ".venv" / "installed").exists()


def test_a_failed_installation_leaves_no_stamp(checkout: Path, tmp_path: Path):
    fails = script(tmp_path / "fails", "exit 1")
    venv = f'mkdir -p .venv/bin; cp "{fails}" .venv/bin/python; exit'
    python = script(
        tmp_path / "python",
        f'case "$*" in "-m venv .venv") {venv};; esac; exec "{sys.executable}" "$@"',
    )
    failed = make(checkout, "unit", f"PYTHON={python}")
    assert failed.returncode != 0
    assert (checkout / ".venv" / "bin").exists()
    assert not (checkout / ".venv" / "installed").exists()


def test_once_installed_a_command_starts_at_once(checkout: Path):
    installed(checkout)
    (planned,) = make(checkout, "-n", "unit").stdout.splitlines()
    assert planned.startswith(".venv/bin/python -m pytest ")
    assert planned.endswith(" tests --ignore=tests/browser")


@pytest.mark.parametrize("changed", ["pyproject.toml", "requirements.lock"])
def test_a_changed_requirement_renews_the_environment(checkout: Path, changed: str):
    installed(checkout)
    for name in ("pyproject.toml", "requirements.lock"):
        os.utime(checkout / name, (10**9, 10**9))
    os.utime(checkout / ".venv" / "installed", (10**9 + 1, 10**9 + 1))
    assert "--require-hashes" not in make(checkout, "-n", "unit").stdout
    (checkout / changed).touch()
    assert "--require-hashes" in make(checkout, "-n", "unit").stdout


def test_lab_opens_the_working_copy_or_the_sources(checkout: Path):
    installed(checkout)
    student = make(checkout, "-n", "lab", "LAB_FLAGS=--no-browser --port 8899").stdout
    assert "lecture11.exercises.editions notebooks workbook" in student
    assert student.rstrip().endswith("--no-browser --port 8899 workbook/00_start_here.ipynb")
    assert ("--allow-root" in student) == (os.getuid() == 0)
    instructor = make(checkout, "-n", "lab", "EDITION=instructor").stdout
    assert instructor.rstrip().endswith(" notebooks/00_start_here.ipynb")
    assert "editions" not in instructor
    assert "student or instructor" in make(checkout, "-n", "lab", "EDITION=teacher").stderr


def test_a_check_is_lint_and_the_fast_tests(checkout: Path):
    installed(checkout)
    planned = make(checkout, "-n", "check").stdout.splitlines()
    assert planned[:3] == make(checkout, "-n", "lint").stdout.splitlines()
    (fast,) = planned[3:]
    assert fast == make(checkout, "-n", "unit").stdout.strip().replace(
        " tests ", " -m 'not slow' tests "
    )


def test_every_test_runs_in_order(checkout: Path):
    installed(checkout)
    planned = make(checkout, "-n", "-j4", "test").stdout
    steps = [
        "ruff check",
        "ruff format",
        "mypy",
        "pytest tests/browser",
        "tests --ignore=tests/browser",
        "--nbval-sanitize-with tests/notebooks/sanitize.cfg notebooks",
    ]
    places = [planned.index(step) for step in steps]
    assert places == sorted(places)


def test_the_student_edition_is_run_by_a_command_of_its_own_and_in_ci(checkout: Path):
    installed(checkout)
    planned = make(checkout, "-n", "check-student").stdout
    assert "-m tests.notebooks.student notebooks -- --num" in planned
    assert "\nmake check-student\n" in (ROOT / ".ci" / "run").read_text()


def test_clean_keeps_the_students_work_and_the_environment(checkout: Path):
    installed(checkout)
    work = checkout / "workbook" / "build" / "00.ipynb"
    for folder in (work.parent, *(checkout / name for name in ("build", "lecture11", "tests"))):
        folder.mkdir(parents=True)
    work.touch()
    assert make(checkout, "clean").returncode == 0
    assert not (checkout / "build").exists()
    assert (checkout / ".venv").exists()
    assert make(checkout, "clean-all").returncode == 0
    assert not (checkout / ".venv").exists()
    assert work.exists()
