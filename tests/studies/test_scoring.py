import numpy as np

from lecture11.studies.scoring import share_right


def test_components_are_named_one_to_one_by_what_was_learned():
    learned, scored = np.array([0, 0, 0, 1, 1, 2]), np.array([0, 1, 1, 2])
    known = np.array([2, 2, 1, 2, 2, 0])  # most of 0 are 2s, but so are all of 1: 0 is called 1
    true = np.array([1, 2, 1, 0])
    right = share_right(lambda data: data, learned, scored, (known, true), count=3)
    assert right == 3 / 4
