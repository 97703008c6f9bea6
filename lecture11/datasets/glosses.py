"""3,000 of WordNet's definitions of nouns, 500 on each of six topics, embedded.

WordNet 3.0 (Princeton University, 2006) sorts its nouns into files by topic. A definition is a very
short document: its topic is known, and scores what a model finds without knowing it.
"""

import bz2
import csv
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from jaxtyping import Int64

TOPICS = ("animal", "body", "food", "location", "person", "time")


class Glosses(NamedTuple):
    """Definitions, topic after topic."""

    texts: tuple[str, ...]
    """The definitions, without examples."""
    headwords: tuple[str, ...]
    """What each defines."""
    labels: Int64[np.ndarray, " glosses"]
    """Its topic, an index into ``topics``."""
    topics: tuple[str, ...]
    """WordNet's own names of the six."""


def glosses() -> Glosses:
    """All 3,000, in WordNet's order within each topic."""
    file = files("lecture11.datasets") / "files" / "glosses.csv.bz2"
    rows = list(csv.DictReader(bz2.decompress(file.read_bytes()).decode().splitlines()))
    return Glosses(
        texts=tuple(row["gloss"] for row in rows),
        headwords=tuple(row["headword"] for row in rows),
        labels=np.array([TOPICS.index(row["topic"]) for row in rows], np.int64),
        topics=TOPICS,
    )
