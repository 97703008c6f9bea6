import importlib.metadata
import logging
import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import jax
import nbformat
import pytest

import lecture11
from lecture11.exercises.editions import student_edition


@pytest.fixture
def pretend(monkeypatch: pytest.MonkeyPatch):
    """Pretend that packages have other versions, or None where they are missing."""
    real = importlib.metadata.version

    def patch(**versions: str | None) -> None:
        def version(name: str) -> str:
            if (pretended := versions.get(name, real(name))) is None:
                raise importlib.metadata.PackageNotFoundError(name)
            return pretended

        monkeypatch.setattr(importlib.metadata, "version", version)

    return patch


def said(capsys: pytest.CaptureFixture[str]) -> list[str]:
    out, err = capsys.readouterr()
    assert err == ""
    return out.splitlines()


def test_all_is_well(capsys: pytest.CaptureFixture[str]):
    lecture11.self_check()
    assert said(capsys) == ["✓ Everything this notebook needs is installed."]


def test_a_missing_package_is_named_with_the_remedy(pretend, capsys: pytest.CaptureFixture[str]):
    pretend(pooch=None)
    lecture11.self_check()
    assert said(capsys) == ["✗ pooch is missing: python -m pip install --upgrade pooch"]


def test_a_package_too_old_is_named_with_what_is_needed(
    pretend, capsys: pytest.CaptureFixture[str]
):
    pretend(numpy="1.26.4")
    lecture11.self_check()
    (line,) = said(capsys)
    assert line == (
        "✗ numpy 1.26.4 is here, the course needs >=2.0: python -m pip install --upgrade numpy"
    )


def test_every_problem_has_its_line(pretend, capsys: pytest.CaptureFixture[str]):
    pretend(jax="0.2", matplotlib=None)
    lecture11.self_check()
    assert [line.split()[1] for line in said(capsys)] == ["jax", "matplotlib"]


def test_a_development_version_is_new_enough(pretend, capsys: pytest.CaptureFixture[str]):
    pretend(jax="99.0.dev1")
    lecture11.self_check()
    assert said(capsys)[0].startswith("✓")


def test_what_only_an_extra_asks_for_is_not_needed(pretend, capsys: pytest.CaptureFixture[str]):
    pretend(playwright=None, jupyterlab="0.1")
    lecture11.self_check()
    assert said(capsys)[0].startswith("✓")


@pytest.fixture(params=["float32", "float64"])
def precision(request: pytest.FixtureRequest) -> Iterator[str]:
    before = jax.config.read("jax_enable_x64")
    jax.config.update("jax_enable_x64", request.param == "float64")
    yield request.param
    jax.config.update("jax_enable_x64", before)


def test_a_report_gives_versions_device_and_precision(
    precision: str, pretend, capsys: pytest.CaptureFixture[str]
):
    pretend(nbval=None)
    lecture11.report()
    table = dict(line.split(maxsplit=1) for line in said(capsys))
    assert table["lecture11"] == importlib.metadata.version("lecture11")
    assert table["jax"] == jax.__version__
    assert table["python"].startswith(platform.python_version())
    assert table["nbval"] == "not installed"
    assert table["devices"].startswith(jax.devices()[0].platform)
    assert table["precision"] == precision


def test_the_version_is_the_installed_one():
    assert importlib.metadata.version("lecture11") == lecture11.__version__


REMARK = "An NVIDIA GPU may be present on this machine, but a CUDA-enabled jaxlib is not installed."


@pytest.mark.parametrize(
    ("message", "arguments", "kept"),
    [
        (REMARK + " Falling back to %s.", ("cpu",), False),
        ("A GPU may %s", ("be present",), False),
        ("Unable to initialize backend 'cuda'", (), True),
        ("GPU found", (), True),
    ],
)
def test_only_the_remark_on_a_missing_gpu_plugin_is_dropped(
    message: str, arguments: tuple, kept: bool, caplog: pytest.LogCaptureFixture
):
    logger = logging.getLogger("jax._src.xla_bridge")
    logger.addHandler(caplog.handler)
    try:
        logger.warning(message, *arguments)
    finally:
        logger.removeHandler(caplog.handler)
    assert (message % arguments in caplog.messages) == kept


NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


def first_cell(path: Path) -> str:
    """The first code cell of the student edition, which is that of the course."""
    notebook = nbformat.read(path, as_version=4)
    (cell, *_) = [c.source for c in student_edition(notebook).cells if c.cell_type == "code"]
    return cell


def test_every_notebook_asks_first_whether_it_can_run():
    assert len({first_cell(path) for path in NOTEBOOKS}) == 1


def test_where_the_package_is_missing_the_first_cell_says_how_to_install_it():
    bare = [sys.executable, "-I", "-S", "-c", first_cell(NOTEBOOKS[0])]  # no site-packages
    done = subprocess.run(bare, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith("ModuleNotFoundError: lecture11 is missing: %pip install git+")
    assert "During handling" not in done.stderr


def test_where_it_is_installed_the_first_cell_says_so(capsys: pytest.CaptureFixture[str]):
    exec(first_cell(NOTEBOOKS[0]), {})
    assert said(capsys) == ["✓ Everything this notebook needs is installed."]
