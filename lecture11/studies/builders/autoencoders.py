"""Train an autoencoder anew: ``python -m lecture11.studies.builders.autoencoders NAME FILE``.

On another processor its numbers differ a little.
"""

import sys

from lecture11.datasets import mnist_small
from lecture11.datasets.builders.archive import write_arrays
from lecture11.studies.autoencoders import as_arrays, train


def main(name: str, output: str) -> None:
    """Write the archive."""
    digits = mnist_small("train")
    run = train(name, digits.images, digits.labels)
    write_arrays(output, as_arrays(run.params, run.losses))


if __name__ == "__main__":
    main(*sys.argv[1:])
