"""CoarseWSD-20: twenty ambiguous words in sentences of Wikipedia, each labelled with its sense.

Loureiro, Rezaee, Pilehvar and Camacho-Collados: Analysis and evaluation of language models for word
sense disambiguation. Computational Linguistics 47(2), 2021. CC BY-NC 4.0. Two forms are read: the
archive of its repository, which is downloaded on request; and ``CoarseWSD-20.tar.gz`` from a
folder of the user's own.
"""

import json
import tarfile
import zipfile
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Int64

from lecture11.datasets.download import fetch, own_copy
from lecture11.datasets.registry import REGISTRY, Source
from lecture11.signatures import checked

COMMIT = "72f444e9c1d0cf65d6bb0e52b2bdb78febf73113"
ARCHIVE = f"wordsense/{COMMIT}.zip"

WORDS = (
    *("apple", "arm", "bank", "bass", "bow", "chair", "club", "crane", "deck", "digit", "hood"),
    *("java", "mole", "pitcher", "pound", "seal", "spring", "square", "trunk", "yard"),
)

OWN = Source(
    dataset="wordsense",
    name="CoarseWSD-20.tar.gz",
    description="CoarseWSD-20, the folder of its twenty words alone",
    citation=REGISTRY[ARCHIVE].citation,
    terms=REGISTRY[ARCHIVE].terms,
    size=2068570,
    sha256="a9437879ea2538162720ea80b83dba38b56b79be055dc3109ccf40b012b81b72",
    content_sha256="b9a510d356792ffc213d59695edba6ed96dc32150b44d2d23efdd63ecd1df469",
)
"""Read where a user has it."""


class SenseSentences(NamedTuple):
    """Sentences with one ambiguous word."""

    texts: tuple[tuple[str, ...], ...]
    """Each sentence's tokens, in lower case."""
    positions: Int64[np.ndarray, " sentences"]
    """Where the word stands, from 0."""
    labels: Int64[np.ndarray, " sentences"]
    """Its sense, an index into ``senses``."""
    senses: tuple[str, ...]
    """The senses' names, titles of articles."""


@checked
def wordsense(word: str, split: Literal["train", "test"] = "train") -> SenseSentences:
    """The sentences with one of :data:`WORDS`, for training or for testing.

    Read from ``CoarseWSD-20.tar.gz`` where ``LECTURE11_DATA`` names a folder that holds it, else
    from the archive of its repository, there or downloaded once (no hash of it is published).
    Raises ValueError for another word or split, or a file of another make;
    :class:`DataUnavailableError` where it can't be had.
    """
    if word not in WORDS:
        raise ValueError(f"word: expected one of {', '.join(WORDS)}; got {word!r}.")
    names = ("classes_map.txt", f"{split}.data.txt", f"{split}.gold.txt")
    path = own_copy(OWN)
    members = [f"/{word}/{name}" for name in names]
    read = _from_tar if path else _from_zip
    senses, data, gold = read(path or fetch(REGISTRY[ARCHIVE]), members)
    rows = [line.split("\t", 1) for line in data.splitlines()]
    labels = np.array(gold.split(), np.int64)
    if len(rows) != len(labels):
        raise ValueError(f"{word}: {len(rows)} sentences but {len(labels)} labels; get it anew.")
    return SenseSentences(
        texts=tuple(tuple(text.split()) for _, text in rows),
        positions=np.array([position for position, _ in rows], np.int64),
        labels=labels,
        senses=tuple(json.loads(senses).values()),
    )


def _from_tar(path: Path, members: list[str]) -> list[str]:
    with tarfile.open(path) as archive:
        texts = []
        for member in members:
            file = archive.extractfile(f"CoarseWSD-20{member}")
            assert file is not None, member
            texts.append(file.read().decode())
    return texts


def _from_zip(path: Path, members: list[str]) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        folder = f"bert-disambiguation-{COMMIT}/data/CoarseWSD-20"
        return [archive.read(folder + member).decode() for member in members]
