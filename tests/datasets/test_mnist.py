import dataclasses
import gzip
import hashlib
import struct
from pathlib import Path

import numpy as np
import pytest

from lecture11.datasets import REGISTRY, DataUnavailableError, mnist

TRAIN_COUNTS = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
TEST_COUNTS = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


@pytest.fixture
def tiny(own: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """MNIST with three images of either kind, in a folder of the user's own."""
    splits = {}
    for seed, stem in enumerate(("train", "t10k")):
        rng = np.random.default_rng(seed)
        images = rng.integers(256, size=(3, 28, 28), dtype=np.uint8)
        labels = rng.integers(10, size=3, dtype=np.uint8)
        content = struct.pack(">4I", 2051, 3, 28, 28) + images.tobytes()
        put(own, monkeypatch, f"{stem}-images-idx3-ubyte.gz", content)
        content = struct.pack(">2I", 2049, 3) + labels.tobytes()
        put(own, monkeypatch, f"{stem}-labels-idx1-ubyte.gz", content)
        splits[stem] = images, labels
    return splits


def put(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes) -> None:
    entry = REGISTRY[f"mnist/{name}"]
    sha256 = hashlib.sha256(content).hexdigest()
    monkeypatch.setitem(REGISTRY, entry.path, dataclasses.replace(entry, content_sha256=sha256))
    (folder / name).write_bytes(gzip.compress(content))


@pytest.mark.parametrize(("split", "stem"), [("train", "train"), ("test", "t10k")])
def test_each_split_reads_its_own_files(tiny, split, stem):
    digits = mnist(split)
    np.testing.assert_array_equal(digits.images, tiny[stem][0], strict=True)
    np.testing.assert_array_equal(digits.labels, tiny[stem][1], strict=True)


def test_the_training_images_come_unasked(tiny):
    np.testing.assert_array_equal(mnist().labels, tiny["train"][1])


@pytest.mark.parametrize("split", ["validation", "Train", None, ["train"]])
def test_another_split_is_refused(split):
    with pytest.raises(
        ValueError, match=r"^split: expected one of 'train', 'test'; got ."
    ) as error:
        mnist(split)
    assert repr(split) in str(error.value)


def test_without_its_files_the_error_says_which(own, monkeypatch):
    entry = REGISTRY["mnist/t10k-images-idx3-ubyte.gz"]
    nowhere = dataclasses.replace(entry, mirrors=("http://127.0.0.1:1/t10k",))
    monkeypatch.setitem(REGISTRY, entry.path, nowhere)
    with pytest.raises(DataUnavailableError, match=entry.name):
        mnist("test")


@pytest.mark.parametrize(
    ("split", "stem", "counts"), [("train", "train", TRAIN_COUNTS), ("test", "t10k", TEST_COUNTS)]
)
def test_the_full_data_are_the_published_ones(full_data, cache, monkeypatch, split, stem, counts):
    monkeypatch.setenv("LECTURE11_DATA", str(full_data))
    images, labels = mnist(split)
    count = sum(counts)
    assert images.shape == (count, 28, 28)
    np.testing.assert_array_equal(np.bincount(labels), counts)

    content = struct.pack(">4I", 2051, count, 28, 28) + images.tobytes()
    entry = REGISTRY[f"mnist/{stem}-images-idx3-ubyte.gz"]
    assert hashlib.sha256(content).hexdigest() == entry.content_sha256
    content = struct.pack(">2I", 2049, count) + labels.tobytes()
    entry = REGISTRY[f"mnist/{stem}-labels-idx1-ubyte.gz"]
    assert hashlib.sha256(content).hexdigest() == entry.content_sha256
    assert not cache.exists(), "something was downloaded"
