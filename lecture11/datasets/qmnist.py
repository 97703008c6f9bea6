"""Who wrote MNIST's digits: the images of MNIST with the writers' numbers, from QMNIST's labels.

Yadav and Bottou: Cold case: the lost MNIST digits. NeurIPS 2019. They found each digit of MNIST in
NIST's original files, which say who wrote it. 539 people wrote the training digits; of the 10,000
test digits the writers are others. QMNIST's labels: BSD 3-clause licence.
"""

import gzip
from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Int64, UInt8

from lecture11.datasets.download import fetch
from lecture11.datasets.idx import parse_idx
from lecture11.datasets.mnist import mnist
from lecture11.datasets.registry import REGISTRY
from lecture11.signatures import checked

LABEL, WRITER = 0, 2
"""Columns of QMNIST's extended labels."""


class DigitsByWriter(NamedTuple):
    """Images of handwritten digits, the digits they show, and who wrote them."""

    images: UInt8[np.ndarray, "images 28 28"]
    """Grey values: 0 is paper, 255 is ink; rows run downwards."""
    labels: UInt8[np.ndarray, " images"]
    """The digit, 0 to 9."""
    writers: Int64[np.ndarray, " images"]
    """NIST's number of the writer."""


@checked
def qmnist(split: Literal["train", "test"] = "train") -> DigitsByWriter:
    """MNIST's 60,000 training or 10,000 test images, in their published order, with their writers.

    The labels are downloaded once (1 MB), as is MNIST, unless ``LECTURE11_DATA`` names a folder
    that holds them. Raises ValueError on another ``split``, or where the labels are not MNIST's;
    :class:`DataUnavailableError` where a file can't be had.
    """
    digits = mnist(split)
    name = f"qmnist-{split}-labels-idx2-int.gz"
    with gzip.open(fetch(REGISTRY[f"qmnist/{name}"])) as file:
        rows = parse_idx(file.read())[: len(digits.labels)]
    if not np.array_equal(rows[:, LABEL], digits.labels):
        raise ValueError(f"{name}: its digits are not those of MNIST, in MNIST's order.")
    return DigitsByWriter(digits.images, digits.labels, rows[:, WRITER].astype(np.int64))
