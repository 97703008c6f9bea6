import bz2
import dataclasses
import hashlib
import importlib
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

from lecture11.datasets import REGISTRY, DataUnavailableError, usps

module = importlib.import_module("lecture11.datasets.usps")  # the function has its name

COUNTS = {
    "train": [1194, 1005, 731, 658, 652, 556, 664, 645, 542, 644],
    "test": [359, 264, 198, 166, 200, 160, 170, 147, 166, 177],
}
"""Hastie, Tibshirani & Friedman, The Elements of Statistical Learning, file zip.info."""

NAMES = {"train": "usps.bz2", "test": "usps.t.bz2"}


@pytest.mark.parametrize("split", COUNTS)
def test_the_full_data_are_the_published_ones(full_data, cache, monkeypatch, split):
    monkeypatch.setenv("LECTURE11_DATA", str(full_data))
    digits = usps(split)
    assert digits.images.shape == (sum(COUNTS[split]), 16, 16)
    np.testing.assert_array_equal(np.bincount(digits.labels), COUNTS[split])
    thousandths = 1000 * (2 * digits.images.astype(float) - 1)
    np.testing.assert_allclose(thousandths, np.round(thousandths), atol=1e-3)
    assert digits.images.min() == 0
    assert digits.images.max() == 1
    assert not cache.exists(), "something was downloaded"


@pytest.mark.parametrize("split", NAMES)
def test_the_collections_own_form_is_read(own, monkeypatch, split):
    """Values −1 … 1, the zeros left out, digits counted from 1."""
    rng = np.random.default_rng(3)
    values = np.round(rng.uniform(-1, 1, size=(5, 256)), 3) * (rng.random((5, 256)) < 0.9)
    labels = np.array([1, 10, 3, 3, 7])
    lines = [
        " ".join([str(label), *(f"{j + 1}:{v:g}" for j, v in enumerate(row) if v)])
        for label, row in zip(labels, values, strict=True)
    ]
    put(own, monkeypatch, NAMES[split], bz2.compress("\n".join(lines).encode()))
    digits = usps(split)
    assert {field.dtype for field in digits} == {np.dtype(np.float32), np.dtype(np.uint8)}
    np.testing.assert_array_equal(digits.labels, [0, 9, 2, 2, 6])
    np.testing.assert_allclose(digits.images.reshape(5, 256), (values + 1) / 2, atol=1e-7)


@pytest.fixture
def own_hdf5(own, monkeypatch):
    """A small ``usps.h5`` in the folder of the user's own, and what is in its training part."""
    images = np.random.default_rng(0).random((5, 256), np.float32)
    with h5py.File(own / "usps.h5", "w") as file:
        file["train/data"], file["train/target"] = images, np.arange(5)
    sha256 = hashlib.sha256((own / "usps.h5").read_bytes()).hexdigest()
    monkeypatch.setattr(module, "HDF5", dataclasses.replace(module.HDF5, sha256=sha256))
    return images


def test_the_form_that_is_handed_around_is_read(own_hdf5):
    digits = usps("train")
    assert {field.dtype for field in digits} == {np.dtype(np.float32), np.dtype(np.uint8)}
    np.testing.assert_array_equal(digits.images.reshape(5, 256), own_hdf5)
    np.testing.assert_array_equal(digits.labels, np.arange(5))


@pytest.mark.usefixtures("own_hdf5")
def test_without_h5py_the_error_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(DataUnavailableError, match=r"h5py: python -m pip .* lecture11\[full\]"):
        usps("train")


def put(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes) -> None:
    entry = REGISTRY[f"usps/{name}"]
    md5 = hashlib.md5(content).hexdigest()
    monkeypatch.setitem(REGISTRY, entry.path, dataclasses.replace(entry, md5=md5))
    (folder / name).write_bytes(content)


def test_a_file_with_another_md5_is_refused(own):
    (own / "usps.bz2").write_bytes(bz2.compress(b"1 1:1"))
    with pytest.raises(
        DataUnavailableError, match=r"another file, or damaged(.|\n)*the md5 ec16c5"
    ):
        usps()


def test_a_damaged_copy_in_the_other_form_is_refused(own):
    (own / "usps.h5").write_bytes(b"\x89HDF")
    with pytest.raises(OSError, match=r"usps\.h5 is another file, or damaged"):
        usps()


def test_without_its_files_the_error_says_which(own, monkeypatch):
    entry = REGISTRY["usps/usps.t.bz2"]
    nowhere = dataclasses.replace(entry, mirrors=("http://127.0.0.1:1/t",))
    monkeypatch.setitem(REGISTRY, entry.path, nowhere)
    with pytest.raises(DataUnavailableError, match=r"usps\.t\.bz2 .* can't be had"):
        usps("test")


@pytest.mark.parametrize("split", ["both", None])
def test_another_split_is_refused(split):
    with pytest.raises(ValueError, match=r"^split: expected one of 'train', 'test'; got "):
        usps(split)
