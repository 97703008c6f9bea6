"""Random numbers for the page: Threefry as JAX has it, and distributed as they say."""

import numpy as np
import pytest
from jax.extend.random import threefry_2x32
from scipy.stats import kstest

from lecture11.explore.translator import draw
from lecture11.explore.translator.noise import threefry


@pytest.mark.parametrize("key", [(0, 0), (1, 2), (2**32 - 1, 123456789)])
def test_the_bits_are_jaxs(key: tuple[int, int]):
    count = np.arange(10, dtype=np.uint32)
    first, second = threefry(key, count, count + np.uint32(7))
    words = np.concatenate([count, count + np.uint32(7)])
    right = threefry_2x32(np.array(key, np.uint32), words)
    np.testing.assert_array_equal(np.concatenate([first, second]), right)


@pytest.mark.parametrize(("kind", "law"), [("uniform", "uniform"), ("normal", "norm")])
def test_the_numbers_have_their_distribution(kind: str, law: str):
    numbers = draw(kind, (100, 200), seed=0, counter=1)
    assert numbers.shape == (100, 200)
    assert kstest(numbers.ravel(), law).pvalue > 0.01
    others = [draw(kind, (100, 200), seed=s, counter=c) for s, c in ((1, 1), (0, 2))]
    for other in others:
        assert abs(np.corrcoef(numbers.ravel(), other.ravel())[0, 1]) < 0.02


def test_other_kinds_and_seeds_are_refused():
    with pytest.raises(ValueError, match="kind: expected one of"):
        draw("cauchy", (2,), seed=0, counter=0)
    with pytest.raises(ValueError, match="seed: expected a whole number from 0 to"):
        draw("normal", (2,), seed=-1, counter=0)
