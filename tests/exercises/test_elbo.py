"""Right bounds of every kind pass; every mistake a student is likely to make is called by name."""

import math
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.special
import scipy.stats

from lecture11.exercises import check_elbo
from lecture11.variational import evidence_lower_bound

# Right


def with_where(log_joint, q):
    some = q > 0
    return np.sum(q[some] * (log_joint[some] - np.log(q[some])))


def with_loops(log_joint, q):
    total = 0
    for row, weights in zip(log_joint, q, strict=True):
        for a, b in zip(row, weights, strict=True):
            if b > 0:
                total += b * (a - math.log(b))
    return total


def with_scipy(log_joint, q):
    energy = np.where(q > 0, q * np.where(q > 0, log_joint, 0), 0).sum()
    return energy + scipy.special.entr(q).sum()


def as_evidence_less_divergence(log_joint, q):
    evidence = scipy.special.logsumexp(log_joint, axis=1)
    posterior = scipy.special.softmax(log_joint, axis=1)
    return (evidence - scipy.stats.entropy(q, posterior, axis=1)).sum()


def with_jax(log_joint, q):
    some = q > 0
    terms = q * (jnp.where(some, log_joint, 0) - jnp.log(jnp.where(some, q, 1)))
    return jnp.where(some, terms, 0).sum()


def with_the_course(log_joint, q):
    return evidence_lower_bound(log_joint, q=q).sum()


def careless(log_joint, q):
    answer = np.array([with_where(log_joint, q)])
    log_joint *= 0
    q *= 0
    return answer


RIGHT = [with_where, with_loops, with_scipy, as_evidence_less_divergence, with_jax]
RIGHT += [with_the_course, careless]


@pytest.mark.parametrize("student", RIGHT)
def test_a_right_bound_passes_however_it_was_computed(student: Callable):
    verdict = check_elbo(student)
    assert verdict.passed, verdict


# Wrong


def nothing(log_joint, q): ...


def per_point(log_joint, q):
    return (q * (log_joint - np.log(q))).sum(axis=1)


def mean(log_joint, q):
    return per_point(log_joint, q).mean()


def terms(log_joint, q):
    return q * (log_joint - np.log(q))


def negative(log_joint, q):
    return -per_point(log_joint, q).sum()


def no_entropy(log_joint, q):
    return (q * log_joint).sum()


def entropy_only(log_joint, q):
    return scipy.stats.entropy(q, axis=1).sum()


def wrong_entropy(log_joint, q):
    return (q * log_joint).sum() + (q * np.log(q)).sum()


def evidence(log_joint, q):
    return np.log(np.exp(log_joint).sum(axis=1)).sum()


def logarithm_outside(log_joint, q):
    return np.log((q * np.exp(log_joint)).sum(axis=1)).sum()


def gap(log_joint, q):
    return scipy.stats.entropy(q, scipy.special.softmax(log_joint, axis=1), axis=1).sum()


def posterior_inside(log_joint, q):
    return (q * np.log(scipy.special.softmax(log_joint, axis=1) / q)).sum()


def unweighted(log_joint, q):
    return (log_joint - np.log(q)).sum()


def posterior_weights(log_joint, q):
    return (scipy.special.softmax(log_joint, axis=1) * (log_joint - np.log(q))).sum()


def joint_itself(log_joint, q):
    return (q * (np.exp(log_joint) - np.log(q))).sum()


def base_two(log_joint, q):
    return (q * (log_joint - np.log2(q))).sum()


def divided(log_joint, q):
    return (q * (log_joint / q)).sum()


def squared(log_joint, q):
    return (q**2 * (log_joint - np.log(q))).sum()


def naive(log_joint, q):
    return (q * (log_joint - np.log(q))).sum()


def naive_python(log_joint, q):
    return sum(
        b * (a - math.log(b))
        for a, b in zip(log_joint.ravel().tolist(), q.ravel().tolist(), strict=True)
    )


def entr_only(log_joint, q):
    """0 log 0 is safe, 0 · (−∞) is not."""
    return (q * log_joint).sum() + scipy.special.entr(q).sum()


def underflows(log_joint, q):
    some = q > 0
    return (q[some] * np.log(np.exp(log_joint[some]) / q[some])).sum()


MISTAKES = {
    nothing: "returns nothing yet",
    per_point: "bound of each point: add them up",
    mean: "mean over the points",
    terms: "These are the terms",
    negative: "sign is reversed",
    no_entropy: "entropy of q is missing",
    entropy_only: "entropy of q alone",
    wrong_entropy: "entropy has the wrong sign",
    evidence: "This is the evidence",
    logarithm_outside: "logarithm stands outside the sum",
    gap: "You have the gap",
    posterior_inside: "posterior stands where p(x, z) should",
    unweighted: "weights are missing",
    posterior_weights: "weighed by the posterior",
    joint_itself: "log_joint is a logarithm already",
    base_two: "base 2",
    divided: "plain sum of all log p(x, z)",
    squared: "but the wrong one",
    naive: "Where q is 0 at some z, your code gives nan",
    naive_python: "your code raises ValueError",
    entr_only: "some z is impossible",
    underflows: "underflows to 0",
}


@pytest.mark.parametrize("student", MISTAKES, ids=lambda student: student.__name__)
def test_a_mistake_is_called_by_its_name(student: Callable):
    verdict = check_elbo(student)
    assert not verdict.passed
    assert MISTAKES[student] in verdict.message


def test_in_double_precision_too(float64):
    assert check_elbo(jax.jit(with_jax)).passed
