"""What notebook 00 says in numbers."""

import numpy as np

from tests.notebooks.claims import refuted


def test_what_it_says_of_the_coin():
    claims = {
        "(1 nat = {} bits)": [1 / np.log(2)],
        "{} of the 12 tosses were heads": "After 12 of 12 tosses, {} of them heads",
        "9 of the {} tosses were heads": "After {} of 12 tosses, 9 of them heads",
    }
    assert refuted("00", claims) == []
