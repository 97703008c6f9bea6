"""Studies of the full data: ``python -m lecture11.studies.builders.full_data …``.

``nist FILE``, ``wordsense FILE`` or ``mnist FILE``; the data are downloaded, or in the folder that
LECTURE11_DATA names.
"""

import sys

import jax
import numpy as np

from lecture11.datasets.builders.archive import write_arrays
from lecture11.datasets.wordsense import WORDS
from lecture11.studies.senses import word_scores
from lecture11.studies.whole_mnist import fit_whole_map, packed
from lecture11.studies.writers import nist_scores


def main(name: str, output: str) -> None:
    """Write the archive."""
    if name == "mnist":
        write_arrays(output, packed(fit_whole_map()))
        return
    jax.config.update("jax_enable_x64", True)
    if name == "nist":
        scores = nist_scores()
    else:
        scores = np.stack([word_scores(word, range(4)) for word in WORDS])
    write_arrays(output, {"scores": scores})


if __name__ == "__main__":
    main(*sys.argv[1:])
