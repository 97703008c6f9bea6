"""Rebuild files/glosses.csv.bz2 and files/wordnet_jam.json, byte for byte, from WordNet 3.0 as in
the Debian package wordnet-base 1:3.0-37:

    apt-get download wordnet-base && dpkg-deb -x wordnet-base_*.deb unpacked
    python wordnet.py unpacked/usr/share/wordnet OUTPUT_FOLDER

The rule for glosses: of the m nouns of a topic in WordNet's order, those at the places ⌊k·m/500⌋,
k = 0 … 499. Examples, which stand in quotes after the definition, are left out there, and kept with
the senses of "jam". bzip2, whose output has been the same for decades, keeps the bytes independent
of the machine.
"""

import bz2
import csv
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

TOPICS = {"animal": 5, "body": 8, "food": 13, "location": 15, "person": 18, "time": 28}
"""Six of WordNet's lexicographer files, and their numbers."""

EACH = 500


class Synset(NamedTuple):
    """One line of a data file: one meaning."""

    topic: int
    lemmas: list[str]
    gloss: str


def synsets(path: Path) -> Iterator[Synset]:
    """The meanings in a data file, in its order; see WordNet's page wndb(5WN)."""
    for line in path.read_text("ascii").splitlines():
        if not line.startswith("  "):  # the licence
            fields, _, gloss = line.partition(" | ")
            parts = fields.split()
            count = int(parts[3], 16)
            lemmas = [word.replace("_", " ") for word in parts[4 : 4 + 2 * count : 2]]
            yield Synset(int(parts[1]), lemmas, gloss.strip())


def definition(gloss: str) -> str:
    """A gloss without its examples."""
    return gloss.partition('; "')[0]


def main(wordnet: str, output: str) -> None:
    """Write both files into the folder ``output``."""
    nouns, verbs = (list(synsets(Path(wordnet) / f"data.{part}")) for part in ("noun", "verb"))
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(("topic", "headword", "gloss"))
    for topic, number in TOPICS.items():
        members = [one for one in nouns if one.topic == number]
        for k in range(EACH):
            one = members[k * len(members) // EACH]
            writer.writerow((topic, one.lemmas[0], definition(one.gloss)))
    folder = Path(output)
    (folder / "glosses.csv.bz2").write_bytes(bz2.compress(table.getvalue().encode()))
    jams = [
        {"part": part, "lemmas": one.lemmas, "gloss": one.gloss}
        for part, meanings in (("noun", nouns), ("verb", verbs))
        for one in meanings
        if "jam" in one.lemmas
    ]
    text = json.dumps(jams, indent=1) + "\n"
    (folder / "wordnet_jam.json").write_bytes(text.encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
