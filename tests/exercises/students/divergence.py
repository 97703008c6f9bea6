"""Students' answers to notebook 05: right in every style, and wrong."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import scipy.special
import scipy.stats

from lecture11.divergence import kl_divergence, shannon_code
from lecture11.exercises import check_kl_divergence, check_shannon_bits
from tests.exercises.students import Students


def with_where(p, q):
    some = p > 0
    with np.errstate(divide="ignore"):
        return np.sum(p[some] * np.log(p[some] / q[some]))


def with_loop(p, q):
    total = 0
    for a, b in zip(p, q, strict=True):
        if a == 0:
            continue
        if b == 0:
            return math.inf
        total += a * (math.log(a) - math.log(b))
    return total


def with_scipy(p, q):
    return scipy.special.rel_entr(p, q).sum()


def with_scipy_entropy(p, q):
    return scipy.stats.entropy(p, q)


def with_xlogy(p, q):
    if ((q == 0) & (p > 0)).any():
        return np.inf
    return (scipy.special.xlogy(p, p) - scipy.special.xlogy(p, q)).sum()


@jax.jit
def with_jax(p, q):
    safe = jnp.where(p > 0, p, 1)
    return jnp.where(p > 0, p * jnp.log(safe / jnp.where(p > 0, q, 1)), 0).sum()


@jax.jit
def with_the_course(p, q):
    return kl_divergence(p, relative_to=q)


def with_nan_to_zero(p, q):
    """0/0 and 0 · ∞ are NaN, taken for 0; p/0 is ∞ and stays."""
    terms = p * np.log(p / q)
    return np.where(np.isnan(terms), 0, terms).sum()


def skips_both_zeros_only(p, q):
    some = (p > 0) | (q > 0)
    return (p[some] * np.log(p[some] / q[some])).sum()


def skips_letters_without_q(p, q):
    some = (p > 0) & (q > 0)
    return (p[some] * np.log(p[some] / q[some])).sum()


def takes_nan_for_zero(p, q):
    terms = p * np.log(p / q)
    return terms[np.isfinite(terms)].sum()


def renormalised(p, q):
    some = q > 0
    a, b = p[some] / p[some].sum(), q[some]
    return with_where(a, b)


def bits_with_where(p, q):
    some = p > 0
    return (p[some] * np.ceil(-np.log2(q[some]))).sum()


def bits_with_loop(p, q):
    total = 0.0
    for a, b in zip(p, q, strict=True):
        if a > 0:
            total += a * (math.ceil(-math.log2(b)) if b > 0 else math.inf)
    return total


@jax.jit
def bits_with_jax(p, q):
    lengths = jnp.ceil(-jnp.log2(jnp.where(p > 0, q, 1)))
    return jnp.where(p > 0, p * lengths, 0).sum()


def bits_with_floor(p, q):
    some = p > 0
    return -(p[some] * np.floor(np.log2(q[some]))).sum()


def bits_by_search(p, q):
    """The least l with 2^-l ≤ q."""
    total = 0
    for a, b in zip(p, q, strict=True):
        if a == 0:
            continue
        if b == 0:
            return float("inf")
        length = 0
        while 2**-length > b:
            length += 1
        total += a * length
    return total


def bits_with_the_course(p, q):
    letters = "abcde"[: len(p)]
    if ((q == 0) & (p > 0)).any():
        return np.inf
    code = shannon_code(dict(zip(letters, q, strict=True)))
    return code.bits_per_letter(dict(zip(letters, p, strict=True)))


def skips_unknown(p, q):
    some = q > 0
    return p[some] @ np.ceil(-np.log2(q[some]))


EXERCISES = {
    check_kl_divergence: Students(
        right=[
            with_where,
            with_loop,
            with_scipy,
            with_scipy_entropy,
            with_xlogy,
            with_jax,
            with_the_course,
            with_nan_to_zero,
        ],
        wrong=[
            ("order is reversed", lambda p, q: with_where(q, p)),
            ("base 2", lambda p, q: with_where(p, q) / math.log(2)),
            ("base 10", lambda p, q: (p * np.log10(p / q)).sum()),
            ("sign is reversed", lambda p, q: (p * np.log(q / p)).sum()),
            ("one for each letter: add them up", lambda p, q: scipy.special.rel_entr(p, q)),
            ("mean of the terms", lambda p, q: (p * np.log(p / q)).mean()),
            ("absolute values", lambda p, q: (p * np.abs(np.log(p / q))).sum()),
            ("weights are missing", lambda p, q: np.log(p / q).sum()),
            ("averaged the logarithms plainly", lambda p, q: np.mean(np.log(p) - np.log(q))),
            ("log (p/q) by q", lambda p, q: (q * np.log(p / q)).sum()),
            ("This is the cross-entropy", lambda p, q: -np.dot(p, np.log(q))),
            ("This is −H(p)", lambda p, q: np.dot(p, np.log(p))),
            ("This is H(p)", lambda p, q: -np.dot(p, np.log(p))),
            ("This is H(q) − H(p)", lambda p, q: scipy.stats.entropy(q) - scipy.stats.entropy(p)),
            ("added both directions", lambda p, q: ((p - q) * np.log(p / q)).sum()),
            ("averaged both directions", lambda p, q: (with_where(p, q) + with_where(q, p)) / 2),
            (
                "For p = [0.7, 0.2, 0.1] and q = [0.25, 0.45, 0.3] you answer 0.305",
                lambda p, q: ((p - q) ** 2).sum(),
            ),
            ("where p has a 0, your code gives NaN", lambda p, q: (p * np.log(p / q)).sum()),
            (
                "where p has a 0, your code raises ValueError",
                lambda p, q: sum(a * math.log(a / b) for a, b in zip(p, q, strict=True)),
            ),
            ("where p has a 0, your code gives NaN", skips_both_zeros_only),
            ("it must be ∞", skips_letters_without_q),
            (
                "add no small number to q",
                lambda p, q: (p * np.log((p + 1e-12) / (q + 1e-12))).sum(),
            ),
            ("it must be ∞", takes_nan_for_zero),
            (
                "your code raises ZeroDivisionError",
                lambda p, q: sum(
                    a * math.log(a / float(b))
                    for a, b in zip(p.tolist(), q.tolist(), strict=True)
                    if a
                ),
            ),
            ("it must be ∞", renormalised),
            (
                "your code gives NaN; it must be ∞ (np.inf)",
                lambda p, q: np.nan if ((q == 0) & (p > 0)).any() else with_where(p, q),
            ),
        ],
    ),
    check_shannon_bits: Students(
        right=[
            bits_with_where,
            bits_with_loop,
            bits_with_jax,
            bits_with_floor,
            bits_by_search,
            bits_with_the_course,
        ],
        wrong=[
            ("made the lengths for p", lambda p, q: p @ np.ceil(-np.log2(p))),
            ("averaged under q", lambda p, q: q @ np.ceil(-np.log2(q))),
            ("averaged plainly", lambda p, q: np.ceil(-np.log2(q)).mean()),
            ("lengths of the words", lambda p, q: np.ceil(-np.log2(q))),
            ("terms of the sum", lambda p, q: p * np.ceil(-np.log2(q))),
            ("added the lengths of all words", lambda p, q: np.ceil(-np.log2(q)).sum()),
            ("Nothing is rounded", lambda p, q: -p @ np.log2(q)),
            ("Rounded up after averaging", lambda p, q: np.ceil(-p @ np.log2(q))),
            ("Rounded down", lambda p, q: p @ np.floor(-np.log2(q))),
            ("nearest whole number", lambda p, q: p @ np.round(-np.log2(q))),
            ("one too long where −log₂ q is whole", lambda p, q: p @ (np.floor(-np.log2(q)) + 1)),
            ("natural logarithm", lambda p, q: p @ np.ceil(-np.log(q))),
            ("base 10", lambda p, q: p @ np.ceil(-np.log10(q))),
            ("sign is reversed", lambda p, q: p @ np.floor(np.log2(q))),
            ("Rounded down", lambda p, q: -(p @ np.ceil(np.log2(q)))),
            ("minus is missing", lambda p, q: p @ np.ceil(np.log2(q))),
            ("you answer", lambda p, q: p @ np.ceil(-np.log2(q)) ** 2),
            ("same letter, your code gives NaN", lambda p, q: p @ np.ceil(-np.log2(q))),
            (
                "same letter, your code raises ValueError",
                lambda p, q: sum(a * math.ceil(-math.log2(b)) for a, b in zip(p, q, strict=True)),
            ),
            ("it must be ∞", skips_unknown),
        ],
    ),
}
