"""What notebook 10 says in numbers."""

import numpy as np

from tests.notebooks.claims import refuted


def test_what_a_cell_shows():
    claims = {
        "For the posterior, ({}, {})": "posterior {}), fair 0.6 (posterior {})",
        "the gap is {} nats, which is −log 0.873": "sure 0.1359 0.1359 0.1359 {}",
        "wrong coin costs $-\\log 0.127 = {}$ nats": (-np.log(0.127),),
        "the right one $-\\log 0.873 = {}$": (-np.log(0.873),),
        "less than the evidence, ${}$": "the posterior {}",
        "log \\sum_z q\\,p/q$ is ${}$": "sure -1.7547 {}",
        "at 0.7 the gap is {} nats": "the bound −15.54 nats, a gap of {}",
        "The bound's summit is at ${}$": "log-likelihood at θ = 0.6; it is highest at θ = {}",
        "$\\log 2 = {}$ nats": (np.log(2),),
        "Each further dimension would multiply the number of nodes by {}": (19881**0.5,),
    }
    assert refuted("10", claims) == []
