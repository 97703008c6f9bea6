"""MNIST: 70,000 handwritten digits, size-normalised and centred in 28 × 28 pixels.

LeCun, Bottou, Bengio and Haffner: Gradient-based learning applied to document recognition.
Proceedings of the IEEE 86(11), 1998. CC BY-SA 3.0, Yann LeCun and Corinna Cortes.
"""

import gzip
from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import UInt8

from lecture11.datasets.download import fetch
from lecture11.datasets.idx import parse_idx
from lecture11.datasets.registry import REGISTRY
from lecture11.signatures import checked

_STEMS = {"train": "train", "test": "t10k"}


class Digits(NamedTuple):
    """Images of handwritten digits, and the digits they show."""

    images: UInt8[np.ndarray, "images 28 28"]
    """Grey values: 0 is paper, 255 is ink; rows run downwards."""
    labels: UInt8[np.ndarray, " images"]
    """The digit, 0 to 9."""


@checked
def mnist(split: Literal["train", "test"] = "train") -> Digits:
    """The 60,000 training or the 10,000 test images, in their published order.

    They are downloaded once (about 11 MB in all), unless ``LECTURE11_DATA`` names a folder that
    holds them. Raises ValueError on another ``split``; :class:`DataUnavailableError` where the
    files can't be had, saying how to bring them by hand.
    """
    stem = _STEMS[split]
    return Digits(_read(f"{stem}-images-idx3-ubyte.gz"), _read(f"{stem}-labels-idx1-ubyte.gz"))


def _read(name: str) -> np.ndarray:
    with gzip.open(fetch(REGISTRY[f"mnist/{name}"])) as file:
        return parse_idx(file.read())
