"""Random numbers that are the same in the kernel and in the page.

Threefry-2×32 with 20 rounds (Salmon et al. 2011, Parallel random numbers: as easy as 1, 2, 3),
which JAX uses too: a bijection of pairs of 32-bit words under a key of two. The key is the reader's
seed and a counter of draws; number k of a draw comes from the words (0, k). The first 53 bits of a
pair make a number u in (0, 1), never 0 or 1; a normal one is √2 erf⁻¹(2u − 1).
"""

from collections.abc import Sequence

import numpy as np
from scipy.special import erfinv

from lecture11.arguments import as_choice, as_whole

ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
PARITY = 0x1BD11BDA
"""Of the key's words with this one, the third word of the key."""
KINDS = ("uniform", "normal")


def draw(kind: str, shape: Sequence[int], *, seed: int, counter: int) -> np.ndarray:
    """Independent numbers, uniform in (0, 1) or standard normal.

    seed, counter: whole numbers from 0 to 2³² − 1; another counter is another draw

    Raises TypeError or ValueError where one of them is none, or the kind is unknown.

    >>> print(draw("uniform", (2,), seed=0, counter=0))
    [0.419 0.473]
    """
    as_choice("kind", kind, KINDS)
    words = [as_whole(name, n, 0, 2**32 - 1) for name, n in (("seed", seed), ("counter", counter))]
    count = np.arange(int(np.prod(shape)), dtype=np.uint32)
    high, low = threefry(words, np.zeros_like(count), count)
    # 27 + 26 bits, and a half: odd multiples of 2⁻⁵⁴, which a double holds exactly up to 1/2 and
    # rounds beyond, to a number below 1 still.
    whole = (high >> np.uint32(5)) * 2.0**26 + (low >> np.uint32(6))
    uniform = (whole + 0.5) / 2.0**53
    if kind == "uniform":
        return uniform.reshape(shape)
    # Whole numbers as far as they go: 2u − 1 from u would lose the digits of u near 1/2.
    signed = (2 * (whole - 2.0**52) + 1) / 2.0**53
    return (np.sqrt(2) * erfinv(signed)).reshape(shape)


def threefry(key: Sequence[int], first: np.ndarray, second: np.ndarray) -> tuple:
    """Both words of each pair, scrambled under the key."""
    with np.errstate(over="ignore"):
        words = np.array([*key, key[0] ^ key[1] ^ PARITY], np.uint32)
        a, b = first + words[0], second + words[1]
        for block in range(5):
            for turn in ROTATIONS[block % 2]:
                a = a + b
                b = (b << np.uint32(turn)) | (b >> np.uint32(32 - turn))
                b = b ^ a
            a = a + words[(block + 1) % 3]
            b = b + words[(block + 2) % 3] + np.uint32(block + 1)
    return a, b
