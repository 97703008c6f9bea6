"""Students' answers to notebook 10: right in every style, and wrong."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import scipy.special
import scipy.stats

from lecture11.exercises import check_elbo
from lecture11.variational import evidence_lower_bound
from tests.exercises.students import Students


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


@jax.jit
def with_jax(log_joint, q):
    some = q > 0
    terms = q * (jnp.where(some, log_joint, 0) - jnp.log(jnp.where(some, q, 1)))
    return jnp.where(some, terms, 0).sum()


@jax.jit
def with_the_course(log_joint, q):
    return evidence_lower_bound(log_joint, q=q).sum()


def per_point(log_joint, q):
    return (q * (log_joint - np.log(q))).sum(axis=1)


def terms(log_joint, q):
    return q * (log_joint - np.log(q))


def evidence(log_joint, q):
    return np.log(np.exp(log_joint).sum(axis=1)).sum()


def underflows(log_joint, q):
    some = q > 0
    return (q[some] * np.log(np.exp(log_joint[some]) / q[some])).sum()


EXERCISES = {
    check_elbo: Students(
        right=[
            with_where,
            with_loops,
            with_scipy,
            as_evidence_less_divergence,
            with_jax,
            with_the_course,
        ],
        wrong=[
            ("bound of each point: add them up", per_point),
            ("mean over the points", lambda a, q: per_point(a, q).mean()),
            ("These are the terms", terms),
            ("sign is reversed", lambda a, q: -per_point(a, q).sum()),
            ("entropy of q is missing", lambda a, q: (q * a).sum()),
            ("entropy of q alone", lambda a, q: scipy.stats.entropy(q, axis=1).sum()),
            ("entropy has the wrong sign", lambda a, q: (q * a).sum() + (q * np.log(q)).sum()),
            ("This is the evidence", evidence),
            (
                "logarithm stands outside the sum",
                lambda a, q: np.log((q * np.exp(a)).sum(axis=1)).sum(),
            ),
            (
                "You have the gap",
                lambda a, q: scipy.stats.entropy(q, scipy.special.softmax(a, axis=1), axis=1).sum(),
            ),
            (
                "posterior stands where p(x, z) should",
                lambda a, q: (q * np.log(scipy.special.softmax(a, axis=1) / q)).sum(),
            ),
            ("weights are missing", lambda a, q: (a - np.log(q)).sum()),
            (
                "weighed by the posterior",
                lambda a, q: (scipy.special.softmax(a, axis=1) * (a - np.log(q))).sum(),
            ),
            ("log_joint is a logarithm already", lambda a, q: (q * (np.exp(a) - np.log(q))).sum()),
            ("base 2", lambda a, q: (q * (a - np.log2(q))).sum()),
            ("plain sum of all log p(x, z)", lambda a, q: (q * (a / q)).sum()),
            ("but the wrong one", lambda a, q: (q**2 * (a - np.log(q))).sum()),
            (
                "Where q is 0 at some z, your code gives nan",
                lambda a, q: (q * (a - np.log(q))).sum(),
            ),
            (
                "your code raises ValueError",
                lambda a, q: sum(
                    b * (t - math.log(b))
                    for t, b in zip(a.ravel().tolist(), q.ravel().tolist(), strict=True)
                ),
            ),
            (
                "some z is impossible",
                lambda a, q: (q * a).sum() + scipy.special.entr(q).sum(),
            ),  # 0 log 0 is safe, 0 · (−∞) is not.
            ("underflows to 0", underflows),
        ],
    )
}
