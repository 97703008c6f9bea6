"""What a user installs holds every embedded data set, and its functions read them."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]

LOAD_ALL = """
import lecture11
print(lecture11.__file__)
from lecture11 import datasets
for source in datasets.REGISTRY.values():
    if not source.mirrors:
        getattr(datasets, source.dataset)()
        print(source.dataset)
"""


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the contents of a wheel built from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(build, cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


@pytest.mark.slow
def test_every_embedded_data_set_loads_from_the_wheel_alone(unpacked: Path, tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-P", "-W", "error", "-c", LOAD_ALL],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(unpacked)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    module, *loaded = done.stdout.split()
    assert Path(module) == unpacked / "lecture11" / "__init__.py"
    assert "old_faithful" in loaded
