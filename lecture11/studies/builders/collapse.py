"""Train the four of notebook 12 anew: ``python -m lecture11.studies.builders.collapse FILE``.

On another processor the numbers differ a little.
"""

import sys

import numpy as np

from lecture11.datasets.builders.archive import write_arrays
from lecture11.studies.collapse import SEEDS, Collapse, collapse


def main(output: str) -> None:
    """Write the archive."""
    runs = [collapse(seed) for seed in range(SEEDS)]
    fields = {
        name: np.stack([getattr(run, name) for run in runs]).astype(np.float32)
        for name in Collapse._fields
    }
    write_arrays(output, fields)


if __name__ == "__main__":
    main(*sys.argv[1:])
