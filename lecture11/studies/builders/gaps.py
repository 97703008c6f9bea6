"""Compute the gaps of "plane" anew: ``python -m lecture11.studies.builders.gaps FILE``."""

import sys

import numpy as np

from lecture11.datasets import mnist_small
from lecture11.datasets.builders.archive import write_arrays
from lecture11.studies.autoencoders import black_and_white, gaps_of, trained


def main(output: str) -> None:
    """Write the archive."""
    plane, arrays = trained("plane").params, {}
    digits = {"held out": mnist_small("test"), "trained on": mnist_small("train")}
    for seed, (name, part) in enumerate(digits.items(), start=13):
        *bounds, q = gaps_of(plane, black_and_white(part.images, seed=seed))
        arrays[f"{name}_bounds"] = np.array(bounds, np.float32)
        arrays[f"{name}_q"] = np.array(q, np.float32)
    write_arrays(output, arrays)


if __name__ == "__main__":
    main(*sys.argv[1:])
