import gzip
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from lecture11.datasets import mnist, mnist_small

FILE = files("lecture11.datasets") / "files" / "mnist_small.npz"
BUILDER = files("lecture11.datasets") / "builders" / "mnist_small.py"
SIZES = {"train": (5000, 60_000), "test": (1000, 10_000)}


@pytest.mark.parametrize("split", SIZES)
def test_every_digit_is_there_equally_often(split: str):
    digits = mnist_small(split)
    count, of = SIZES[split]
    assert digits.images.shape == (count, 28, 28)
    np.testing.assert_array_equal(np.bincount(digits.labels), count // 10)
    assert (np.diff(digits.indices) > 0).all()
    assert digits.indices[-1] < of
    assert {field.dtype for field in digits[:2]} == {np.dtype(np.uint8)}


def test_both_are_the_training_images_and_then_the_others():
    both, train, test = mnist_small(), mnist_small("train"), mnist_small("test")
    for field, first, second in zip(both, train, test, strict=True):
        np.testing.assert_array_equal(field, np.concatenate([first, second]), strict=True)


@pytest.mark.parametrize("split", ["all", "Train", None])
def test_another_split_is_refused(split):
    with pytest.raises(ValueError, match=r"^split: expected one of 'train', 'test', 'both'; got "):
        mnist_small(split)


def test_nobody_can_write_into_the_next_callers_array():
    mnist_small("test").images[:] = 1
    assert mnist_small("test").images[0, 0, 0] == 0


@pytest.mark.parametrize("split", SIZES)
def test_they_are_mnists_own_images(full_data: Path, monkeypatch, split: str):
    monkeypatch.setenv("LECTURE11_DATA", str(full_data))
    digits, whole = mnist_small(split), mnist(split)
    np.testing.assert_array_equal(digits.images, whole.images[digits.indices])
    np.testing.assert_array_equal(digits.labels, whole.labels[digits.indices])


@pytest.mark.slow
def test_the_builder_makes_the_file_byte_for_byte(full_data: Path, tmp_path: Path):
    for path in (full_data / "mnist").glob("*.gz"):
        (tmp_path / path.stem).write_bytes(gzip.decompress(path.read_bytes()))
    built = tmp_path / "built.npz"
    subprocess.run([sys.executable, str(BUILDER), str(tmp_path), str(built)], check=True)
    assert built.read_bytes() == FILE.read_bytes()
