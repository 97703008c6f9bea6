"""Right answers of every kind pass; every mistake a student is likely to make is called by name.

The students' functions below are written as students write them; none knows how the check works.
"""

import math
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
import scipy.special
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from lecture11.divergence import kl_divergence, shannon_code
from lecture11.exercises import check_kl_divergence, check_shannon_bits

# Right divergences


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


def with_jax(p, q):
    safe = jnp.where(p > 0, p, 1)
    return jnp.where(p > 0, p * jnp.log(safe / jnp.where(p > 0, q, 1)), 0).sum()


def with_the_course(p, q):
    return kl_divergence(p, relative_to=q)


def with_nan_to_zero(p, q):
    """0/0 and 0 · ∞ are NaN, taken for 0; p/0 is ∞ and stays."""
    terms = p * np.log(p / q)
    return np.where(np.isnan(terms), 0, terms).sum()


def in_float32(p, q):
    return np.float32(with_where(p, q))


def as_array_of_one(p, q):
    return np.array([with_where(p, q)])


def careless(p, q):
    answer = with_where(p, q)
    p *= 0
    q *= 0
    return answer


RIGHT = [with_where, with_loop, with_scipy, with_scipy_entropy, with_xlogy, with_jax]
RIGHT += [with_the_course, with_nan_to_zero, in_float32, as_array_of_one, careless]


@pytest.mark.parametrize("student", RIGHT)
def test_a_right_divergence_passes_however_it_was_computed(student: Callable):
    verdict = check_kl_divergence(student)
    assert verdict.passed, verdict
    assert "0" in verdict.message


# Wrong divergences


def nothing(p, q): ...


def stub(p, q):
    return ...


def reversed_order(p, q):
    return with_where(q, p)


def in_bits(p, q):
    return with_where(p, q) / math.log(2)


def base_ten(p, q):
    return (p * np.log10(p / q)).sum()


def upside_down(p, q):
    return (p * np.log(q / p)).sum()


def unsummed(p, q):
    return scipy.special.rel_entr(p, q)


def mean_of_terms(p, q):
    return (p * np.log(p / q)).mean()


def absolute(p, q):
    return (p * np.abs(np.log(p / q))).sum()


def unweighted(p, q):
    return np.log(p / q).sum()


def unweighted_mean(p, q):
    return np.mean(np.log(p) - np.log(q))


def weighted_by_q(p, q):
    return (q * np.log(p / q)).sum()


def cross_entropy(p, q):
    return -np.dot(p, np.log(q))


def negative_entropy(p, q):
    return np.dot(p, np.log(p))


def own_entropy(p, q):
    return -np.dot(p, np.log(p))


def difference_of_entropies(p, q):
    return scipy.stats.entropy(q) - scipy.stats.entropy(p)


def jeffreys(p, q):
    return ((p - q) * np.log(p / q)).sum()


def half_jeffreys(p, q):
    return (with_where(p, q) + with_where(q, p)) / 2


def smallest_change(p, q):
    return ((p - q) ** 2).sum()


def naive(p, q):
    return (p * np.log(p / q)).sum()


def naive_loop(p, q):
    return sum(a * math.log(a / b) for a, b in zip(p, q, strict=True))


def skips_both_zeros_only(p, q):
    some = (p > 0) | (q > 0)
    return (p[some] * np.log(p[some] / q[some])).sum()


def skips_letters_without_q(p, q):
    some = (p > 0) & (q > 0)
    return (p[some] * np.log(p[some] / q[some])).sum()


def smoothed(p, q):
    return (p * np.log((p + 1e-12) / (q + 1e-12))).sum()


def takes_nan_for_zero(p, q):
    terms = p * np.log(p / q)
    return terms[np.isfinite(terms)].sum()


def divides_in_python(p, q):
    return sum(a * math.log(a / float(b)) for a, b in zip(p.tolist(), q.tolist(), strict=True) if a)


def renormalised(p, q):
    some = q > 0
    a, b = p[some] / p[some].sum(), q[some]
    return with_where(a, b)


def nan_outside(p, q):
    return np.nan if ((q == 0) & (p > 0)).any() else with_where(p, q)


ZERO = "A letter with p = 0 never comes"

MISTAKES = {
    nothing: "returns nothing yet",
    stub: "returns nothing yet",
    reversed_order: "order is reversed",
    in_bits: "base 2",
    base_ten: "base 10",
    upside_down: "sign is reversed",
    unsummed: "one for each letter: add them up",
    mean_of_terms: "mean of the terms",
    absolute: "absolute values",
    unweighted: "weights are missing",
    unweighted_mean: "averaged the logarithms plainly",
    weighted_by_q: "log (p/q) by q",
    cross_entropy: "This is the cross-entropy",
    negative_entropy: "This is −H(p)",
    own_entropy: "This is H(p)",
    difference_of_entropies: "This is H(q) − H(p)",
    jeffreys: "added both directions",
    half_jeffreys: "averaged both directions",
    smallest_change: "For p = [0.7, 0.2, 0.1] and q = [0.25, 0.45, 0.3] you answer 0.305",
    naive: "where p has a 0, your code gives NaN",
    naive_loop: "where p has a 0, your code raises ValueError",
    skips_both_zeros_only: "where p has a 0, your code gives NaN",
    skips_letters_without_q: "Where q is 0 and p is not, your code gives −0.0964",
    smoothed: "add no small number to q",
    takes_nan_for_zero: "it must be ∞",
    divides_in_python: "your code raises ZeroDivisionError",
    renormalised: "it must be ∞",
    nan_outside: "your code gives NaN; it must be ∞ (np.inf)",
}


@pytest.mark.parametrize("student", MISTAKES, ids=lambda student: student.__name__)
def test_a_mistake_in_the_divergence_is_called_by_its_name(student: Callable):
    verdict = check_kl_divergence(student)
    assert not verdict.passed
    assert MISTAKES[student] in verdict.message


def test_zeros_are_mentioned_only_to_who_is_right_without():
    assert ZERO in check_kl_divergence(naive).message
    assert ZERO not in check_kl_divergence(reversed_order).message


# Right costs


def bits_with_where(p, q):
    some = p > 0
    return (p[some] * np.ceil(-np.log2(q[some]))).sum()


def bits_with_loop(p, q):
    total = 0.0
    for a, b in zip(p, q, strict=True):
        if a > 0:
            total += a * (math.ceil(-math.log2(b)) if b > 0 else math.inf)
    return total


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


RIGHT_BITS = [bits_with_where, bits_with_loop, bits_with_jax, bits_with_floor, bits_by_search]
RIGHT_BITS += [bits_with_the_course]


@pytest.mark.parametrize("student", RIGHT_BITS)
def test_a_right_cost_passes_however_it_was_computed(student: Callable):
    verdict = check_shannon_bits(student)
    assert verdict.passed, verdict


# Wrong costs


def lengths_for_p(p, q):
    return p @ np.ceil(-np.log2(p))


def averaged_by_q(p, q):
    return q @ np.ceil(-np.log2(q))


def plain_mean(p, q):
    return np.ceil(-np.log2(q)).mean()


def lengths_only(p, q):
    return np.ceil(-np.log2(q))


def terms_only(p, q):
    return p * np.ceil(-np.log2(q))


def sum_of_lengths(p, q):
    return np.ceil(-np.log2(q)).sum()


def unrounded(p, q):
    return -p @ np.log2(q)


def rounded_late(p, q):
    return np.ceil(-p @ np.log2(q))


def rounded_down(p, q):
    return p @ np.floor(-np.log2(q))


def rounded_to_nearest(p, q):
    return p @ np.round(-np.log2(q))


def floor_and_one(p, q):
    return p @ (np.floor(-np.log2(q)) + 1)


def natural(p, q):
    return p @ np.ceil(-np.log(q))


def decimal(p, q):
    return p @ np.ceil(-np.log10(q))


def signless(p, q):
    return p @ np.floor(np.log2(q))


def rounded_towards_zero(p, q):
    return -(p @ np.ceil(np.log2(q)))


def cost_squared(p, q):
    return p @ np.ceil(-np.log2(q)) ** 2


def naive_bits(p, q):
    return p @ np.ceil(-np.log2(q))


def naive_bits_in_python(p, q):
    return sum(a * math.ceil(-math.log2(b)) for a, b in zip(p, q, strict=True))


def skips_unknown(p, q):
    some = q > 0
    return p[some] @ np.ceil(-np.log2(q[some]))


MISTAKEN_BITS = {
    nothing: "returns nothing yet",
    lengths_for_p: "made the lengths for p",
    averaged_by_q: "averaged under q",
    plain_mean: "averaged plainly",
    lengths_only: "lengths of the words",
    terms_only: "terms of the sum",
    sum_of_lengths: "added the lengths of all words",
    unrounded: "Nothing is rounded",
    rounded_late: "Rounded up after averaging",
    rounded_down: "Rounded down",
    rounded_to_nearest: "nearest whole number",
    floor_and_one: "one too long where −log₂ q is whole",
    natural: "natural logarithm",
    decimal: "base 10",
    signless: "sign is reversed",
    rounded_towards_zero: "as ⌈log₂ q⌉ does",
    cost_squared: "you answer",
    naive_bits: "same letter, your code gives NaN",
    naive_bits_in_python: "same letter, your code raises ValueError",
    skips_unknown: "it must be ∞",
}


@pytest.mark.parametrize("student", MISTAKEN_BITS, ids=lambda student: student.__name__)
def test_a_mistake_in_the_cost_is_called_by_its_name(student: Callable):
    verdict = check_shannon_bits(student)
    assert not verdict.passed
    assert MISTAKEN_BITS[student] in verdict.message


# Both checks, whatever comes back

CHECKS = [check_kl_divergence, check_shannon_bits]

each_check = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)

anything: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.complex_numbers(),
    st.floats(),
    st.text(max_size=3),
    st.lists(st.floats(), max_size=4),
    st.dictionaries(st.integers(), st.floats(), max_size=2),
    st.builds(np.full, st.sampled_from([(), (0,), (1,), (3,), (2, 2)]), st.floats()),
    st.sampled_from([object(), int, lambda: 1, iter([]), 10**400]),
)


@each_check
@settings(max_examples=100)
@given(value=anything)
def test_whatever_it_returns_the_verdict_is_a_sentence(check: Callable, value: object):
    verdict = check(lambda p, q: value)
    assert not verdict.passed
    assert repr(verdict).startswith("✗ Not yet. ")


@each_check
@pytest.mark.parametrize("student", [None, ..., "text", lambda: 0.5, check_kl_divergence])
def test_what_is_no_solution_at_all_is_not_passed(check: Callable, student: Any):
    assert not check(student).passed


@each_check
def test_no_two_mistakes_are_told_the_same(check: Callable):
    table = MISTAKES if check is check_kl_divergence else MISTAKEN_BITS
    alike = {stub, rounded_towards_zero}  # what another in the table is told, too
    messages = [check(student).message for student in table if student not in alike]
    named = [message for message in messages if "your code" not in message]
    assert len(set(named)) == len(named) > 10


@each_check
def test_an_error_that_has_nothing_to_do_with_zeros_is_the_students(check: Callable):
    def student(p, q):
        return p.divergence(q)

    verdict = check(student)
    assert "AttributeError" in verdict.message
    assert "return p.divergence(q)" in verdict.message
