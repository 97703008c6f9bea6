"""The check of notebook 00: right answers of every kind pass, mistakes are named.

The students' functions below are written as students write them; none knows how the check works.
"""

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import xlogy

from lecture11.exercises import check_best_bias

# Right


def mean(tosses):
    return tosses.mean()


def sum_over_length(tosses):
    return sum(tosses) / len(tosses)


def with_loop(tosses):
    heads = 0
    for toss in tosses:
        if toss == 1:
            heads += 1
    return heads / len(tosses)


def with_list(tosses):
    return float(tosses.tolist().count(1)) / len(tosses)


def with_jax(tosses):
    return jnp.mean(jnp.asarray(tosses))


def in_float32(tosses):
    return np.float32(tosses.mean())


def as_array_without_axes(tosses):
    return np.array(tosses.mean())


def by_climbing(tosses):
    """The bias where the log-likelihood is highest, by search."""
    heads, tails = tosses.sum(), (1 - tosses).sum()
    return minimize_scalar(
        lambda bias: -xlogy(heads, bias) - xlogy(tails, 1 - bias),
        bounds=(0, 1),
        method="bounded",
        options={"xatol": 1e-9},
    ).x


def in_place(tosses):
    """Right, and careless with what it was given."""
    answer = tosses.mean()
    tosses *= 0
    return answer


RIGHT = [mean, sum_over_length, with_loop, with_list, with_jax, in_float32]
RIGHT += [as_array_without_axes, by_climbing, in_place]


@pytest.mark.parametrize("student", RIGHT)
def test_a_right_answer_passes_however_it_was_computed(student: Callable):
    verdict = check_best_bias(student)
    assert verdict.passed, verdict
    assert verdict.message == "The most likely bias is the share of heads."


def test_the_same_student_is_judged_alike_twice():
    assert check_best_bias(in_place) == check_best_bias(in_place)


# Wrong


def nothing(tosses): ...


def stub(tosses):
    return ...


def share_of_each(tosses):
    return tosses / len(tosses)


def heads(tosses):
    return tosses.sum()


def heads_in_a_loop(tosses):
    return float(sum(1 for toss in tosses if toss))


def tails(tosses):
    return (tosses == 0).mean()


def half(tosses):
    return 0.5


def likelier_side(tosses):
    return np.median(tosses)


def smoothed(tosses):
    return (tosses.sum() + 1) / (len(tosses) + 2)


def by_n_minus_one(tosses):
    return tosses.sum() / (len(tosses) - 1)


def first_four(tosses):
    return tosses[:4].mean()


def never_certain(tosses):
    return min(tosses.mean(), 0.99)


def percent(tosses):
    return 100 * tosses.mean()


MISTAKES = {
    nothing: "returns nothing yet: replace",
    stub: "returns nothing yet: replace",
    share_of_each: "Expected one number, got (4,)",
    heads: "number of heads: divide",
    heads_in_a_loop: "number of heads: divide",
    tails: "share of tails",
    half: "½ whatever the tosses say",
    likelier_side: "For the tosses [1, 1, 0, 1] you answer 1.",
    smoothed: "For the tosses [1, 1, 0, 1] you answer 0.6667.",
    percent: "For the tosses [1, 1, 0, 1] you answer 75.",
    first_four: "For the tosses [0, 0, 0, 1, 0] you answer 0.",
    never_certain: "For the tosses [1, 1] you answer 0.99.",
}


@pytest.mark.parametrize("student", MISTAKES, ids=lambda student: student.__name__)
def test_a_mistake_is_called_by_its_name(student: Callable):
    verdict = check_best_bias(student)
    assert not verdict.passed
    assert MISTAKES[student] in verdict.message


def test_no_two_kinds_of_mistake_are_told_the_same():
    said = {word: {check_best_bias(s).message for s in MISTAKES if MISTAKES[s] == word}
            for word in MISTAKES.values()}  # fmt: skip
    assert all(len(messages) == 1 for messages in said.values())
    assert len({message for messages in said.values() for message in messages}) == len(said)


def test_an_error_is_the_students_with_its_line():
    def student(tosses):
        return tosses.average()

    verdict = check_best_bias(student)
    assert not verdict.passed
    assert "AttributeError" in verdict.message
    assert "return tosses.average()" in verdict.message


# Whatever it returns


@given(st.floats() | st.integers(-(2**60), 2**60))
@example(float("nan"))
@example(float("inf"))
@example(float("-inf"))
def test_one_number_for_all_tosses_is_wrong_and_no_error(number: float):
    verdict = check_best_bias(lambda _: number)
    assert not verdict.passed
    assert "raised" not in verdict.message


anything: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.complex_numbers(),
    st.integers(),
    st.text(max_size=3),
    st.binary(max_size=3),
    st.lists(st.floats(), max_size=4),
    st.lists(st.lists(st.floats(), max_size=2), max_size=3),
    st.dictionaries(st.integers(), st.floats(), max_size=2),
    st.builds(np.full, st.sampled_from([(), (0,), (1,), (4,), (2, 2)]), st.floats()),
    st.sampled_from([object(), int, lambda: 1, iter([]), np.datetime64("2025-01-01"), 10**400]),
)


@settings(max_examples=200)
@given(anything)
def test_whatever_it_returns_the_verdict_is_a_sentence(value: object):
    verdict = check_best_bias(lambda _: value)
    assert not verdict.passed
    assert repr(verdict).startswith("✗ Not yet. ")
    assert verdict.message.strip()


@pytest.mark.parametrize("student", [None, ..., "not a function", lambda: 0.5, check_best_bias])
def test_what_is_no_solution_at_all_is_not_passed(student: Any):
    assert not check_best_bias(student).passed
