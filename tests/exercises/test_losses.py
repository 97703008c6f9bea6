"""The checks of notebook 06: right answers of every kind pass, mistakes are named.

The students' functions below are written as students write them, in their own ways; none knows
how the check works.
"""

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.special import rel_entr, softmax

from lecture11.exercises import Verdict, check_logit_gradient, check_reverse_kl
from lecture11.supervised import forward_kl, soft_cross_entropy


def nothing(*given: np.ndarray) -> None: ...


def stub(*given: np.ndarray) -> Any:
    return ...


# The gradient, right


def with_numpy(logits, labels):
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (exponentials / exponentials.sum(axis=1, keepdims=True) - labels) / len(labels)


def with_loops(logits, labels):
    rows = []
    for z, p in zip(logits.tolist(), labels.tolist(), strict=True):
        largest = max(z)
        total = sum(math.exp(a - largest) for a in z)
        rows.append(
            [(math.exp(a - largest) / total - b) / len(logits) for a, b in zip(z, p, strict=True)]
        )
    return rows


def by_jax_grad(logits, labels):
    def loss(z):
        return -(labels * jax.nn.log_softmax(z)).sum(axis=1).mean()

    return jax.grad(loss)(jnp.asarray(logits))


def by_optax(logits, labels):
    return jax.grad(lambda z: optax.softmax_cross_entropy(z, labels).mean())(jnp.asarray(logits))


def by_the_course(logits, labels):
    return jax.grad(lambda z: soft_cross_entropy(labels, logits=z))(jnp.asarray(logits))


def by_forward_kl(logits, labels):
    """Another loss, the same gradient: that is the point."""
    return jax.grad(lambda z: forward_kl(labels, logits=z))(jnp.asarray(logits))


def in_place(logits, labels):
    answer = with_numpy(logits, labels)
    logits *= 0
    labels *= 0
    return answer


def in_float32(logits, labels):
    return np.float32(with_numpy(logits, labels))


GRADIENTS = [with_numpy, with_loops, by_jax_grad, by_optax, by_the_course, by_forward_kl]
GRADIENTS += [in_place, in_float32]


# The gradient, wrong


def loss_of_each(logits, labels):
    return np.log(np.exp(logits).sum(axis=1)) - (labels * logits).sum(axis=1)


GRADIENT_MISTAKES: dict[Callable, str] = {
    nothing: "returns nothing yet: replace",
    stub: "returns nothing yet: replace",
    lambda z, p: "text": "Return one array of numbers; this is a str",
    lambda z, p: with_numpy(z, p) + 0j: "complex",
    lambda z, p: -with_numpy(z, p): "sign is reversed",
    lambda z, p: with_numpy(z, p) * len(p): "gradient of the sum",
    lambda z, p: with_numpy(z, p) / p.shape[1]: "divided by n · C",
    lambda z, p: (z - p) / len(p): "softmax is missing",
    lambda z, p: (softmax(z, axis=0) - p) / len(p): "runs over the examples",
    lambda z, p: (1 / (1 + np.exp(-z)) - p) / len(p): "sigmoid of its own",
    lambda z, p: with_numpy(z, np.eye(p.shape[1])[p.argmax(axis=1)]): "labels have become hard",
    lambda z, p: softmax(z, axis=1) / len(p): "labels are missing",
    lambda z, p: -p / len(p): "labels alone",
    lambda z, p: -p / softmax(z, axis=1) / len(p): "derivative by the probabilities",
    lambda z, p: jax.grad(
        lambda a: 0.5 * ((jax.nn.softmax(a) - p) ** 2).sum(axis=1).mean()
    )(jnp.asarray(z)): "squared error",
    loss_of_each: "loss of each example",
    lambda z, p: loss_of_each(z, p).mean(): "loss itself",
    lambda z, p: with_numpy(z, p).T: "transposed",
    lambda z, p: with_numpy(z, p)[0]: "Expected an array of shape (n, C) = (5, 3), got (3,)",
    lambda z, p: 1.5 * with_numpy(z, p): "Not the gradient",
    lambda z, p: (np.exp(z) / np.exp(z).sum(axis=1, keepdims=True) - p) / len(p): "overflows",
}  # fmt: skip


# Reverse KL, right


def with_where(predicted, labels):
    terms = np.zeros_like(predicted)
    some = predicted > 0
    terms[some] = predicted[some] * np.log(predicted[some] / labels[some])
    return terms.sum(axis=1)


def with_scipy(predicted, labels):
    return rel_entr(predicted, labels).sum(axis=1)


def with_python(predicted, labels):
    totals = []
    for row, label in zip(predicted, labels, strict=True):
        total = 0.0
        for p, q in zip(row, label, strict=True):
            if p > 0:
                total += math.inf if q == 0 else p * (math.log(p) - math.log(q))
        totals.append(total)
    return totals


def divergence_with_jax(predicted, labels):
    p, q = jnp.asarray(predicted), jnp.asarray(labels)
    terms = jnp.where(
        p > 0, p * (jnp.log(jnp.where(p > 0, p, 1)) - jnp.log(jnp.where(p > 0, q, 1))), 0
    )
    return terms.sum(axis=1)


def divergence_in_place(predicted, labels):
    answer = with_scipy(predicted, labels)
    predicted *= 0
    labels *= 0
    return answer


DIVERGENCES = [with_where, with_scipy, with_python, divergence_with_jax, divergence_in_place]
DIVERGENCES += [lambda p, q: np.float32(with_scipy(p, q))]


# Reverse KL, wrong


def clipped(p, q):
    return (p * (np.log(np.maximum(p, 1e-12)) - np.log(np.maximum(q, 1e-12)))).sum(axis=1)


def only_where_both(p, q):
    both = (p > 0) & (q > 0)
    return np.where(both, p * np.log(np.where(both, p, 1) / np.where(both, q, 1)), 0).sum(axis=1)


def infinite_where_any_label_is_zero(p, q):
    return np.where((q == 0).any(axis=1), np.inf, with_scipy(p, q))


DIVERGENCE_MISTAKES: dict[Callable, str] = {
    nothing: "returns nothing yet: replace",
    stub: "returns nothing yet: replace",
    lambda p, q: rel_entr(q, p).sum(axis=1): "forward KL",
    lambda p, q: -(q * np.log(p)).sum(axis=1): "the loss of maximum likelihood",
    lambda p, q: -(p * np.log(q)).sum(axis=1): "own entropy is still to be subtracted",
    lambda p, q: -with_scipy(p, q): "sign is reversed",
    lambda p, q: with_scipy(p, q) / np.log(2): "base 2",
    lambda p, q: with_scipy(p, q).mean(): "mean over the rows",
    lambda p, q: with_scipy(p, q).sum(): "sum over the rows",
    rel_entr: "Sum over the classes",
    lambda p, q: with_scipy(p, q)[:2]: "Expected one number for each row",
    lambda p, q: 1.5 * with_scipy(p, q): "Not Σ_y p(y) log",
    lambda p, q: (p * np.log(p / q)).sum(axis=1): "NaN for the prediction",
    clipped: "only hides that",
    only_where_both: "only hides that",
    infinite_where_any_label_is_zero: "∞ for the prediction [1.0, 0.0, 0.0] and the labels "
    "[1.0, 0.0, 0.0], where it is 0",
}  # fmt: skip


# All of them


@pytest.mark.parametrize("student", GRADIENTS)
def test_right_gradients_pass(student: Callable):
    verdict = check_logit_gradient(student)
    assert verdict.passed, verdict


@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("student", [by_jax_grad, by_optax])
def test_right_gradients_pass_in_double_precision(student: Callable):
    assert check_logit_gradient(student).passed


@pytest.mark.parametrize("student", DIVERGENCES)
def test_right_divergences_pass(student: Callable):
    verdict = check_reverse_kl(student)
    assert verdict.passed, verdict


@pytest.mark.parametrize(
    ("check", "student", "says"),
    [
        *((check_logit_gradient, *pair) for pair in GRADIENT_MISTAKES.items()),
        *((check_reverse_kl, *pair) for pair in DIVERGENCE_MISTAKES.items()),
    ],
)
def test_mistakes_are_named(check: Callable, student: Callable, says: str):
    verdict = check(student)
    assert not verdict.passed
    assert says in verdict.message


def test_each_mistake_has_a_message_of_its_own():
    for check, mistakes in (
        (check_logit_gradient, GRADIENT_MISTAKES),
        (check_reverse_kl, DIVERGENCE_MISTAKES),
    ):
        messages = {check(student).message for student in mistakes}
        assert len(messages) >= len(mistakes) - 1  # two ways of returning nothing


WHATEVER = (
    st.none()
    | st.booleans()
    | st.floats()
    | st.text()
    | st.builds(object)
    | st.lists(st.floats(), max_size=3)
    | arrays.arrays(
        arrays.scalar_dtypes(), arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=5)
    )
)


@settings(max_examples=100, deadline=None)
@given(WHATEVER)
def test_whatever_comes_back_gets_a_verdict(answer: Any):
    for check in (check_logit_gradient, check_reverse_kl):
        verdict = check(lambda *given: answer)
        assert isinstance(verdict, Verdict)
        assert not verdict.passed
