"""Notes by several writers."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from lecture11.figures.marks import (
    PAPER,
    titled_images,
)
from lecture11.figures.picture import Picture
from lecture11.figures.style import styled
from lecture11.figures.words import count_word


@styled
def note_samples(images: ArrayLike, letters: Sequence[str], writers: Sequence[str]) -> Picture:
    """Short handwritten notes, one a row and writer.

    images: (writers · m, p, p), 0 is paper and 1 ink
    letters: what each shows
    writers: their names
    """
    each = len(letters) // len(writers)
    return Picture(
        titled_images(np.asarray(images), letters, PAPER, columns=each),
        f"{count_word(len(writers)).capitalize()} notes of {each} letters, one a row, by "
        f"{', '.join(writers)}.",
    )
