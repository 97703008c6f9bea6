"""The data of notebook 08: what is in them, how they are built, and the downloaded ones."""

import dataclasses
import gzip
import hashlib
import importlib.util
import io
import json
import struct
import subprocess
import sys
import tarfile
import zipfile
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from lecture11.datasets import (
    REGISTRY,
    DataUnavailableError,
    anaesthetists,
    glosses,
    glove,
    handwriting,
    jam_sentences,
    qmnist,
    wordnet_jam,
    wordsense,
    written_notes,
)
from lecture11.datasets.handwriting import distorted
from lecture11.datasets.jam import SENSES
from lecture11.datasets.wordsense import ARCHIVE, COMMIT, WORDS

BUILDERS = files("lecture11.datasets") / "builders"
FOLDER = files("lecture11.datasets") / "files"


def builder(name):
    spec = importlib.util.spec_from_file_location(name, str(BUILDERS / f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# Anaesthetists


def test_dawid_and_skenes_table():
    data = anaesthetists()
    assert data.counts.shape == (45, 5, 4)
    np.testing.assert_array_equal(data.counts.sum(axis=(0, 2)), [135, 45, 45, 45, 45])
    np.testing.assert_array_equal(data.grades[1], [3, 3, 3, 4, 3, 3, 4])
    np.testing.assert_array_equal(data.grades[35], [4, 3, 3, 4, 3, 4, 3])
    assert data.grades[6, 1] == 2  # the cell in which transcriptions differ
    np.testing.assert_array_equal(data.counts[6, 0], [1, 2, 0, 0])


# WordNet


def test_glosses():
    data = glosses()
    np.testing.assert_array_equal(np.bincount(data.labels), 500)
    assert len(data.texts) == len(data.headwords) == 3000
    assert all(data.texts)
    assert not any('; "' in text for text in data.texts)
    assert dict(zip(data.headwords, data.labels, strict=True))["Southeast Asia"] == (
        data.topics.index("location")
    )


def test_the_senses_of_jam():
    senses = wordnet_jam()
    assert [one.part for one in senses] == ["noun"] * 4 + ["verb"] * 7
    assert all("jam" in one.lemmas for one in senses)
    assert senses[1].gloss == "preserve of crushed fruit"


DATA_NOUN = (
    "  1 This software and database is being provided\n"
    '00000001 05 n 02 wild_cat 0 tom 0 000 | a cat; "he saw a tom"  \n'
    "00000002 13 n 01 jam 0 001 @ 00000001 n 0000 | preserve of crushed fruit  \n"
)


def test_the_builder_reads_wordnets_lines(tmp_path: Path):
    (tmp_path / "data.noun").write_text(DATA_NOUN, encoding="ascii")
    first, second = builder("wordnet").synsets(tmp_path / "data.noun")
    assert first == (5, ["wild cat", "tom"], 'a cat; "he saw a tom"')
    assert builder("wordnet").definition(first.gloss) == "a cat"
    assert (second.topic, second.lemmas) == (13, ["jam"])


def test_the_builder_takes_equal_steps(tmp_path: Path):
    """Of 1,000 nouns of each topic every second one."""
    topics = builder("wordnet").TOPICS
    lines = [
        f"{n:08} {number:02} n 01 w{n} 0 000 | gloss {n}"
        for number in topics.values()
        for n in range(1000)
    ]
    (tmp_path / "data.noun").write_text("\n".join(lines), encoding="ascii")
    (tmp_path / "data.verb").write_text("00000001 35 v 01 jam 0 000 | get stuck", encoding="ascii")
    command = [sys.executable, str(BUILDERS / "wordnet.py"), str(tmp_path), str(tmp_path)]
    subprocess.run(command, check=True)
    import bz2

    rows = bz2.decompress((tmp_path / "glosses.csv.bz2").read_bytes()).decode().splitlines()
    assert rows[1:4] == ["animal,w0,gloss 0", "animal,w2,gloss 2", "animal,w4,gloss 4"]
    assert len(rows) == 3001
    assert json.loads((tmp_path / "wordnet_jam.json").read_text()) == [
        {"part": "verb", "lemmas": ["jam"], "gloss": "get stuck"}
    ]


# Sentences and word vectors


def test_every_sentence_uses_the_word():
    sentences = jam_sentences()
    assert len({one.text for one in sentences}) == 60
    assert {one.sense for one in sentences} == set(SENSES)
    for one in sentences:
        assert sum(token.startswith("jam") for token in one.text.split()) == 1, one.text
        assert one.text == one.text.lower()
    assert not any(one.sense == "food" and one.part == "verb" for one in sentences)


def test_word_vectors():
    vectors = glove()
    assert vectors.vectors.shape == (len(vectors.words), 50)
    assert vectors.words[:3] == ("the", "of", "to")
    np.testing.assert_allclose(vectors.vectors[0, :2], [0.418, 0.24968], atol=2e-4)
    assert set(vectors.neighbours("jam", 8)) >= {"band", "rock", "song"}
    needed = {word for one in jam_sentences() for word in one.text.split()}
    assert needed <= set(vectors.words)
    with pytest.raises(ValueError, match=r"^word: expected one of the \d+ words, got 'Jam'"):
        vectors.neighbours("Jam", 3)


def test_a_context_leaves_the_word_out_and_ends_at_its_window():
    vectors = glove()
    line = ["grape", "jam", "on", "bread", "nosuchword"]
    near, whole = (vectors.context(line, 1, window=window) for window in (1, None))
    np.testing.assert_allclose(np.linalg.norm(whole), 1, rtol=1e-6)
    others = vectors.context(["grape", "music", "on"], 1)
    np.testing.assert_allclose(near, others, rtol=1e-6)
    assert np.linalg.norm(near - whole) > 0.1
    assert not vectors.context(["nosuchword", "jam"], 1).any()


def test_which_words_the_builder_keeps():
    words = ["the", ",", "of", "cat", "u.s.", "jam", "sat"]
    assert builder("glove").chosen(words, "Jam, cat.", frequent=2) == [0, 2, 3, 5]


# Handwriting


def test_letters():
    data = handwriting()
    assert data.glyphs.shape == (10, 26, 28, 28)
    assert (data.glyphs.max(axis=(2, 3)) > 200).all()
    flat = data.glyphs.reshape(260, -1).astype(float)
    assert len(np.unique(flat, axis=0)) == 260
    rows, columns = np.indices((28, 28))
    mass = data.glyphs / data.glyphs.sum(axis=(2, 3), keepdims=True)
    assert np.abs((mass * rows).sum(axis=(2, 3)) - 13.5).max() < 4.6  # p and j hang to one side
    assert np.abs((mass * columns).sum(axis=(2, 3)) - 13.5).max() < 4.6


def test_notes_are_by_one_writer_each_and_repeat_by_seed():
    notes, again, other = (
        written_notes([3, 7], "abc", notes=4, glyphs=5, seed=seed) for seed in (1, 1, 2)
    )
    assert notes.images.shape == (40, 28, 28)
    np.testing.assert_array_equal(notes.writers, [0] * 4 + [1] * 4)
    np.testing.assert_array_equal(notes.notes, np.repeat(np.arange(8), 5))
    np.testing.assert_array_equal(notes.images, again.images)
    assert (notes.images != other.images).any()
    assert 0 <= notes.images.min() <= notes.images.max() <= 1
    clean = handwriting().glyphs[[3] * 20 + [7] * 20, notes.characters] / 255
    right = [
        np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(notes.images, clean, strict=True)
    ]
    assert np.mean(right) > 0.3


def test_distortion_is_small_and_centred(monkeypatch):
    """Without any of it the image stays; a shift alone moves the centre of mass by it."""
    from lecture11.datasets import handwriting as module

    handwriting_module = sys.modules["lecture11.datasets.handwriting"]
    for name in ("TURN", "SLANT", "SCALE", "SHIFT", "NOISE"):
        monkeypatch.setattr(handwriting_module, name, 0.0)
    image = (module().glyphs[:1, 0] / 255).astype(np.float32)
    np.testing.assert_allclose(distorted(image, seed=0), image, atol=1e-6)
    monkeypatch.setattr(handwriting_module, "SHIFT", 1.0)
    rows = np.arange(28)[:, None]
    moved = distorted(np.repeat(image, 200, axis=0), seed=0)
    centres = (moved * rows).sum(axis=(1, 2)) / moved.sum(axis=(1, 2))
    before = (image * rows).sum() / image.sum()
    np.testing.assert_allclose(centres.mean(), before, atol=0.25)
    np.testing.assert_allclose(centres.std(), 1, atol=0.2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hands": [10]}, "^hands: expected numbers from 0 to 9"),
        ({"hands": []}, "^hands: expected"),
        ({"letters": "aB"}, "^letters: expected some of"),
        ({"notes": 0}, "^notes, glyphs: expected at least 1"),
    ],
)
def test_bad_notes_are_refused(change, message):
    arguments = {"hands": [0], "letters": "ab", "notes": 1, "glyphs": 1, "seed": 0} | change
    with pytest.raises(ValueError, match=message):
        written_notes(arguments.pop("hands"), arguments.pop("letters"), **arguments)


# QMNIST


def test_qmnist_names_the_writers(own: Path, monkeypatch):
    rng = np.random.default_rng(0)
    images, labels = rng.integers(256, size=(3, 28, 28), dtype=np.uint8), np.array([5, 0, 4])
    table = np.zeros((4, 8), np.int64)  # QMNIST's test labels go on where MNIST's images end
    table[:3, 0], table[:, 2] = labels, [11, 12, 11, 13]
    contents = {
        "mnist/train-images-idx3-ubyte.gz": struct.pack(">4I", 2051, 3, 28, 28) + images.tobytes(),
        "mnist/train-labels-idx1-ubyte.gz": struct.pack(">2I", 2049, 3)
        + labels.astype("u1").tobytes(),
        "qmnist/qmnist-train-labels-idx2-int.gz": struct.pack(">4B2I", 0, 0, 12, 2, 4, 8)
        + table.astype(">i4").tobytes(),
    }

    def put(path, content):
        entry = dataclasses.replace(
            REGISTRY[path], content_sha256=hashlib.sha256(content).hexdigest()
        )
        monkeypatch.setitem(REGISTRY, path, entry)
        (own / entry.name).write_bytes(gzip.compress(content))

    for path, content in contents.items():
        put(path, content)
    digits = qmnist()
    np.testing.assert_array_equal(digits.labels, labels)
    np.testing.assert_array_equal(digits.images, images)
    np.testing.assert_array_equal(digits.writers, [11, 12, 11])
    table[0, 0] = 6
    path = "qmnist/qmnist-train-labels-idx2-int.gz"
    put(path, contents[path][:12] + table.astype(">i4").tobytes())
    with pytest.raises(ValueError, match="its digits are not those of MNIST"):
        qmnist()


@pytest.mark.parametrize(("split", "writers"), [("train", 539), ("test", 297)])
def test_the_full_data_have_their_writers(full_data: Path, monkeypatch, split, writers):
    monkeypatch.setenv("LECTURE11_DATA", str(full_data))
    assert len(np.unique(qmnist(split).writers)) == writers


# CoarseWSD-20

SENTENCES = {
    "classes_map.txt": '{"0": "crane_machine", "1": "crane_bird"}',
    "train.data.txt": "1\tthe crane lifts\n0\tcrane fly\n",
    "train.gold.txt": "0\n1\n",
}


def test_the_archive_is_read(own: Path):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in SENTENCES.items():
            folder = f"bert-disambiguation-{COMMIT}/data/CoarseWSD-20/crane"
            archive.writestr(f"{folder}/{name}", text)
    (own / REGISTRY[ARCHIVE].name).write_bytes(content.getvalue())
    data = wordsense("crane")
    assert data.texts == (("the", "crane", "lifts"), ("crane", "fly"))
    np.testing.assert_array_equal(data.positions, [1, 0])
    np.testing.assert_array_equal(data.labels, [0, 1])
    assert data.senses == ("crane_machine", "crane_bird")


def test_another_file_of_that_name_is_refused(own: Path):
    with tarfile.open(own / "CoarseWSD-20.tar.gz", "w:gz"):
        pass
    with pytest.raises(OSError, match="is another file, or damaged"):
        wordsense("crane")


@pytest.mark.parametrize("word", WORDS)
def test_the_full_data_point_at_the_word(full_data: Path, monkeypatch, word):
    monkeypatch.setenv("LECTURE11_DATA", str(full_data))
    for split in ("train", "test"):
        data = wordsense(word, split)
        assert data.labels.max() < len(data.senses)
        at = [text[place] for text, place in zip(data.texts, data.positions, strict=True)]
        assert np.mean([token.startswith(word[:3]) for token in at]) > 0.99


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("jam",), "^word: expected one of apple"),
        (("crane", "both"), "^split: expected one of 'train'"),
    ],
)
def test_other_words_and_splits_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        wordsense(*arguments)


def test_without_its_file_the_error_says_which(own: Path, monkeypatch):
    nowhere = dataclasses.replace(REGISTRY[ARCHIVE], mirrors=("http://127.0.0.1:1/w.zip",))
    monkeypatch.setitem(REGISTRY, ARCHIVE, nowhere)
    with pytest.raises(DataUnavailableError, match=r"CoarseWSD-20.* can't be had"):
        wordsense("crane")
