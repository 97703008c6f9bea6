import hashlib
import re
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest

from lecture11 import datasets
from lecture11.datasets import REGISTRY, Source

FOLDER = files("lecture11.datasets") / "files"
EMBEDDED = [source for source in REGISTRY.values() if not source.mirrors]

each_source = pytest.mark.parametrize("source", REGISTRY.values(), ids=REGISTRY)
each_embedded = pytest.mark.parametrize("source", EMBEDDED, ids=lambda source: source.name)


def test_the_folder_holds_what_is_registered_and_nothing_else():
    assert sorted(file.name for file in FOLDER.iterdir()) == sorted(s.name for s in EMBEDDED)


@each_embedded
def test_embedded_file_is_the_registered_one(source: Source):
    content = (FOLDER / source.name).read_bytes()
    assert hashlib.sha256(content).hexdigest() == source.sha256
    assert len(content) == source.size


@each_source
def test_entry_is_complete(source: Source):
    assert REGISTRY[source.path] is source
    assert source.dataset in datasets.__all__, "no public function reads it"
    assert all((source.name, source.description, source.citation, source.terms))
    assert source.mirrors or (source.size and source.sha256), "what is embedded is known"
    assert source.size is None or source.size > 0
    assert source.sha256 is None or re.fullmatch("[0-9a-f]{64}", source.sha256)
    assert source.md5 is None or re.fullmatch("[0-9a-f]{32}", source.md5)
    assert all(re.fullmatch(f"https://.*/{source.name}", url) for url in source.mirrors)


@each_source
def test_a_gz_registers_its_content_too(source: Source):
    assert (source.content_sha256 is not None) == source.name.endswith(".gz")
    assert source.content_sha256 is None or re.fullmatch("[0-9a-f]{64}", source.content_sha256)


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_the_builder_makes_old_faithful_byte_for_byte(tmp_path: Path):
    script = files("lecture11.datasets") / "builders" / "old_faithful.R"
    built = tmp_path / "built.csv"
    subprocess.run(["Rscript", str(script), str(built)], check=True)
    assert built.read_bytes() == (FOLDER / "old_faithful.csv").read_bytes()
