"""What notebook 10 says in numbers."""

import numpy as np

from tests.notebooks.claims import refuted

HEADS = np.array([5, 9, 8, 4, 7])
"""Of ten tosses, in five rounds with the fair coin or with the other, whose bias is θ."""


def test_what_a_cell_shows():
    of_the_other, of_the_fair = 0.6**HEADS * 0.4 ** (10 - HEADS), 0.5**10
    q = of_the_other / (of_the_other + of_the_fair)
    claims = {
        "The bound's summit is at ${}$": (q @ HEADS / (10 * q.sum()),),
        "For the posterior, ({}, {})": "posterior {}), fair 0.6 (posterior {})",
        "the gap is {} nats, which is −log 0.873": "sure 0.1359 0.1359 0.1359 {}",
        "wrong coin costs $-\\log 0.127 = {}$ nats": (-np.log(0.127),),
        "the right one $-\\log 0.873 = {}$": (-np.log(0.873),),
        "less than the evidence, ${}$": "the posterior {}",
        "log \\sum_z q\\,p/q$ is ${}$": "sure -1.7547 {}",
        "at 0.7 the gap is {} nats": "the bound −15.54 nats, a gap of {}",
        "the nearest point drawn, {})": "log-likelihood at θ = 0.6; it is highest at θ = {}",
        "$\\log 2 = {}$ nats": (np.log(2),),
        "Each further dimension would multiply the number of nodes by {}": (19881**0.5,),
    }
    assert refuted("10", claims) == []
