"""The course's data, one function each; every file's origin and terms stand in the registry.

``digits``
    1,797 handwritten digits of 8 × 8 grey values, those that scikit-learn ships.
``old_faithful``
    272 eruptions of a geyser: how long each lasted, how long until the next. Embedded.
``eurodist``
    Road distances between 21 European cities, and where the cities are. Embedded.
``swiss_roll``
    Points on a rolled-up band, with their places on the band. Made here.
``shapes``
    Six small shapes on which maps by neighbours mislead: clusters, noise, a line, rings, a knot.
    Made here.
``declaration``
    The Universal Declaration of Human Rights in five languages. Embedded.
``mnist_small``
    6,000 of MNIST's digits, 28 × 28. Embedded.
``turntable``
    16 rendered solids from every side, 72 poses each. Computed.
``anaesthetists``
    Five experts grade 45 patients, Dawid and Skene's table. Typed in.
``glosses``
    3,000 definitions of nouns, 500 on each of six topics. Embedded.
``glove``
    Word vectors of 5,000 frequent English words. Embedded.
``wordnet_jam``, ``jam_sentences``
    The senses of "jam", embedded, and sentences that use it, ours.
``handwriting``, ``written_notes``
    Letters in ten hands, embedded, and semi-synthetic notes made of them.
``mnist``
    70,000 handwritten digits. Downloaded once, checked, and kept.
``usps``
    9,298 handwritten digits, 16 × 16. Downloaded likewise.
``coil20``
    20 objects on a turntable, 72 photographs each. Downloaded likewise.
``qmnist``
    MNIST's digits with their writers. Downloaded likewise.
``wordsense``
    CoarseWSD-20: ambiguous words in sentences, sense-labelled. Downloaded likewise.

:func:`area_averaged` makes images smaller. What a function returns, a NamedTuple, is described in
its module.

A folder that already holds the downloads can be named in the environment variable
``LECTURE11_DATA``; see :mod:`lecture11.datasets.download`.
"""

from lecture11.datasets.anaesthetists import anaesthetists
from lecture11.datasets.coil20 import coil20
from lecture11.datasets.declaration import declaration
from lecture11.datasets.digits import SmallDigits, digits, few_labelled, split_digits
from lecture11.datasets.download import DataUnavailableError, fetch
from lecture11.datasets.eurodist import eurodist
from lecture11.datasets.glosses import glosses
from lecture11.datasets.glove import glove
from lecture11.datasets.handwriting import handwriting, written_notes
from lecture11.datasets.jam import jam_sentences, wordnet_jam
from lecture11.datasets.manifolds import swiss_roll
from lecture11.datasets.mnist import mnist
from lecture11.datasets.mnist_small import mnist_small
from lecture11.datasets.old_faithful import old_faithful
from lecture11.datasets.qmnist import qmnist
from lecture11.datasets.registry import REGISTRY, Source
from lecture11.datasets.resampling import area_averaged
from lecture11.datasets.shapes import (
    MISLEADING,
    line,
    linked_rings,
    noise,
    trefoil,
    unequal_distances,
    unequal_sizes,
)
from lecture11.datasets.turntable import turntable
from lecture11.datasets.usps import usps
from lecture11.datasets.wordsense import wordsense

__all__ = [
    "MISLEADING",
    "REGISTRY",
    "DataUnavailableError",
    "SmallDigits",
    "Source",
    "anaesthetists",
    "area_averaged",
    "coil20",
    "declaration",
    "digits",
    "eurodist",
    "fetch",
    "few_labelled",
    "glosses",
    "glove",
    "handwriting",
    "jam_sentences",
    "line",
    "linked_rings",
    "mnist",
    "mnist_small",
    "noise",
    "old_faithful",
    "qmnist",
    "split_digits",
    "swiss_roll",
    "trefoil",
    "turntable",
    "unequal_distances",
    "unequal_sizes",
    "usps",
    "wordnet_jam",
    "wordsense",
    "written_notes",
]
