"""6,000 digits of MNIST, embedded: 500 of each digit for training, 100 of each for testing.

Taken at equal distances along each digit's training and test images, so that the writers are
spread as in the whole; ``builders/mnist_small.py`` is the rule. CC BY-SA 3.0, Yann LeCun and
Corinna Cortes.
"""

from importlib.resources import files
from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Int32, UInt8

from lecture11.signatures import checked

PARTS = {"train": ("train",), "test": ("test",), "both": ("train", "test")}


class SampledDigits(NamedTuple):
    """Some images of handwritten digits, the digits they show, and where MNIST has them."""

    images: UInt8[np.ndarray, "images 28 28"]
    """Grey values: 0 is paper, 255 is ink; rows run downwards."""
    labels: UInt8[np.ndarray, " images"]
    """The digit, 0 to 9."""
    indices: Int32[np.ndarray, " images"]
    """The image's place among MNIST's 60,000 training or 10,000 test images, counted from 0."""


@checked
def mnist_small(split: Literal["train", "test", "both"] = "both") -> SampledDigits:
    """The 5,000 embedded training images, the 1,000 test images, or the ones before the others.

    Each part is in MNIST's own order, which mixes the digits. Raises ValueError on another split.
    """
    file = files("lecture11.datasets") / "files" / "mnist_small.npz"
    with file.open("rb") as stream, np.load(stream) as arrays:
        columns = [
            np.concatenate([arrays[f"{part}_{field}"] for part in PARTS[split]])
            for field in SampledDigits._fields
        ]
    return SampledDigits(*columns)
