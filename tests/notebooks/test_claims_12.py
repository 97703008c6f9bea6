"""What notebook 12 says in numbers."""

import numpy as np
import pytest

from lecture11.datasets import mnist_small
from lecture11.studies import autoencoders
from lecture11.variational import encode
from lecture11.variational.gaps import STEPS
from tests.notebooks.claims import refuted


def test_what_a_cell_shows():
    claims = {
        "worse still: {} nats at −5": "-5 -136.02 -136.02 -136.02 {}",
        "nats at −5, {} at −20": "-20 -173.74 -173.74 -173.74 {}",
        "one number, misses {} nats": "(2) is lowest at 10.5, {} nats",
        "the bias has length {} and the summed variance is {} against {}": (
            "bias {} of 0.64, variance {}; score function: bias 0, variance {}"
        ),
        "the logit shown, whose coin is the one with $-19$: {} times less variance": (
            "with the independent one, in the 5 logits: {} "
        ),
        "for the other four {} to {} times less": "in the 5 logits: 3.3 {} {} ",
        "nearest code is {} away": "z ~ N(0, I) : {} to the nearest code",
        "that of a digit held out {}.": "digits held out: {} to the nearest code",
        "on those held out it is {} nats, the median {}, the largest {}": (
            "held out: −log p(x) 145, approximation gap 0.22, amortisation gap {} (median {}, "
            "largest {})"
        ),
        "A richer family would gain {} nats here": "−log p(x) 145, approximation gap {},",
        "at least those {} nats": "L_100 higher than L_1 by {}",
        "neighbours would differ in {} %": "guessing: {} %",
    }
    assert refuted("12", claims) == []


@pytest.mark.slow
def test_what_q_star_cost_and_how_far_the_encoder_is_from_it():
    """It is said that the encoder often misses the best q by more than its own width."""
    assert refuted("12", {"in {} steps from each of two starts": (STEPS,)}) == []
    x = autoencoders.black_and_white(mnist_small("test").images, seed=13)
    q = encode(autoencoders.trained("plane").params, x)
    best = autoencoders.plane_gaps()["held out"].q
    beyond = (np.abs(q.mean - best.mean) > q.sd).any(axis=1)
    assert refuted("12", {"on {} % of the digits by more": (100 * float(beyond.mean()),)}) == []
