"""``pyproject.toml``, ``environment.yml`` and ``requirements.lock`` ask for the same; offline."""

import re
import tomllib
from pathlib import Path

import pytest
import rattler
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text())
LOCK = (ROOT / "requirements.lock").read_text()

RUN = [Requirement(line) for line in PROJECT["dependencies"]]
LAB = [Requirement(line) for line in PROJECT["optional-dependencies"]["lab"]]
TEST = [Requirement(line) for line in PROJECT["optional-dependencies"]["test"]]

NAME_ON_CONDA = {"matplotlib": "matplotlib-base"}  # the whole of it brings Qt
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]


def conda_versions() -> dict[str, str]:
    """Return what conda is asked for: name to version, parsed by conda's own grammar."""
    specs = [rattler.MatchSpec(line) for line in ENVIRONMENT["dependencies"] if type(line) is str]
    return {spec.name.normalized: str(spec.version or "") for spec in specs}


def pip_lines() -> list[str]:
    """Return what pip is asked for inside the conda environment."""
    (part,) = [line for line in ENVIRONMENT["dependencies"] if type(line) is dict]
    assert list(part) == ["pip"]
    return part["pip"]


def locked() -> dict[str, list[str]]:
    """Return the lock's entries: name to each of its pinned versions."""
    entries: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([a-z0-9._-]+)==(\S+)", LOCK, re.MULTILINE):
        entries.setdefault(name, []).append(version)
    return entries


def test_environment_has_the_keys_that_conda_and_binder_read():
    assert set(ENVIRONMENT) == {"name", "channels", "dependencies"}
    assert ENVIRONMENT["name"] == PROJECT["name"]
    assert ENVIRONMENT["channels"] == ["conda-forge", "nodefaults"]


def test_environment_installs_the_package_itself_by_pip():
    assert "pip" in conda_versions()
    assert "-e ." in pip_lines()


@pytest.mark.parametrize("requirement", RUN + LAB, ids=lambda requirement: requirement.name)
def test_environment_asks_for_each_requirement_in_the_same_versions(requirement: Requirement):
    by_pip = [Requirement(line) for line in pip_lines() if not line.startswith("-")]
    versions = conda_versions() | {by.name: str(by.specifier) for by in by_pip}
    name = NAME_ON_CONDA.get(requirement.name, requirement.name)
    assert name in versions, f"environment.yml lacks {requirement.name}"
    assert SpecifierSet(versions[name]) == requirement.specifier


def test_environment_asks_for_nothing_else():
    by_pip = {Requirement(line).name for line in pip_lines() if not line.startswith("-")}
    wanted = {NAME_ON_CONDA.get(each.name, each.name) for each in RUN + LAB}
    assert conda_versions().keys() | by_pip == wanted | {"python", "pip"}


def test_environment_takes_a_python_that_the_project_and_the_lock_know():
    conda = SpecifierSet(conda_versions()["python"])
    project = SpecifierSet(PROJECT["requires-python"])
    around = [f"3.{minor}" for minor in range(8, 20)]
    assert [version for version in around if version in conda] == PYTHONS
    assert all(version in project for version in PYTHONS)
    makefile = (ROOT / "Makefile").read_text()
    assert "sys.version_info >= (3, 15)" in makefile  # where the lock ends
    assert f"python{' python'.join(reversed(PYTHONS))})" in makefile  # where make looks


@pytest.mark.parametrize("requirement", RUN + LAB + TEST, ids=lambda requirement: requirement.name)
def test_lock_satisfies_each_requirement(requirement: Requirement):
    versions = locked().get(requirement.name)
    assert versions, f"the lock lacks {requirement.name}: make lock"
    assert all(version in requirement.specifier for version in versions)


def test_lock_has_one_version_of_jax_and_numpy_for_every_python():
    # so that everyone's numbers agree with the stored outputs
    assert all(len(locked()[name]) == 1 for name in ("jax", "jaxlib", "numpy"))


def test_lock_has_hashes_for_each_entry():
    entries = re.split(r"^(?=[a-z0-9])", LOCK, flags=re.MULTILINE)[1:]
    assert len(entries) == sum(map(len, locked().values()))
    for entry in entries:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry.splitlines()[0]


def test_lock_names_no_place():
    assert "://" not in LOCK
    assert not re.search(r"^\s*(-i|-f|--index|--extra-index|--find-links)", LOCK, re.MULTILINE)
    paths = [line for line in LOCK.splitlines() if line.startswith("#") and "/" in line]
    assert paths == []
