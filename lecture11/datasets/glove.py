"""Word vectors: 5,000 frequent English words, and all that the sentences with "jam" need, embedded.

Pennington, Socher and Manning: GloVe: Global vectors for word representation. EMNLP 2014; trained
on 6 billion words of Wikipedia and newswire, 50 dimensions. Public Domain Dedication and License
1.0.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from jaxtyping import Float32

WORD = re.compile("[a-z]+")
RARE = 1e-3
"""a: a word of this frequency counts half."""


class _Columns(NamedTuple):
    words: tuple[str, ...]
    vectors: Float32[np.ndarray, "words 50"]


class WordVectors(_Columns):
    """Words, most frequent first, and their vectors."""

    @cached_property
    def places(self) -> dict[str, int]:
        """Each word's row."""
        return {word: row for row, word in enumerate(self.words)}

    def known(self, text: str) -> list[int]:
        """The rows of a text's words, in lower case; those that are not here are passed over."""
        return [self.places[word] for word in WORD.findall(text.lower()) if word in self.places]

    def context(
        self, tokens: Sequence[str], position: int, *, window: int | None = None
    ) -> Float32[np.ndarray, " 50"]:
        """The mean vector of the words around ``position``, scaled to length 1.

        window: how many words on each side count; None for all. Frequent words tell little: a word
        counts by a / (a + p), with p its frequency, by Zipf's law about 0.1 / rank (Arora, Liang &
        Ma 2017). Without a word that is here, the vector is 0.
        """
        total = np.zeros(self.vectors.shape[1], np.float32)
        for place, token in enumerate(tokens):
            near = window is None or abs(place - position) <= window
            row = self.places.get(token)
            if near and row is not None and place != position:
                total += RARE / (RARE + 0.1 / (row + 1)) * self.vectors[row]
        length = np.linalg.norm(total)
        return (total / length if length else total).astype(np.float32)

    def neighbours(self, word: str, count: int) -> list[str]:
        """The words whose vectors make the smallest angles with that of ``word``.

        Raises ValueError where the word is not here.
        """
        if word not in self.places:
            raise ValueError(
                f"word: expected one of the {len(self.words)} words, got {word!r}; in lower case?"
            )
        return self.nearest(self.vectors[self.places[word]], count, without=[word])

    def nearest(self, vector: np.ndarray, count: int, *, without: Iterable[str] = ()) -> list[str]:
        """The words whose vectors make the smallest angles with ``vector`` (50,)."""
        lengths = np.linalg.norm(self.vectors, axis=1)
        order = np.argsort(-(self.vectors @ np.asarray(vector)) / lengths, kind="stable")
        return [self.words[row] for row in order if self.words[row] not in {*without}][:count]


def glove() -> WordVectors:
    """The words embedded in this package."""
    file = files("lecture11.datasets") / "files" / "glove.npz"
    with file.open("rb") as stream, np.load(stream) as arrays:
        words = tuple(arrays["words"].astype(str).tolist())
        return WordVectors(words, arrays["vectors"].astype(np.float32))
