"""Check for notebook 10: the evidence lower bound by enumeration."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lecture11.exercises.answers import ask, is_right, number, same
from lecture11.exercises.mistakes import Wrong, softmax
from lecture11.exercises.verdict import Mistake, exercise


class _Case(NamedTuple):
    log_joint: np.ndarray
    """log p(x_i, z), (n, K)."""
    q: np.ndarray
    """q(z|x_i), (n, K)."""


def _case(seed: int, points: int, states: int) -> _Case:
    rng = np.random.default_rng(seed)
    return _Case(
        rng.normal(-2.0, 1.0, size=(points, states)),
        rng.dirichlet(np.full(states, 2.0), size=points),
    )


CASES = (_case(0, 3, 2), _case(1, 4, 3))
CERTAIN = _Case(np.log([[0.1, 0.3], [0.2, 0.05]]), np.array([[0.0, 1.0], [0.4, 0.6]]))
IMPOSSIBLE = _Case(np.array([[-1.0, -np.inf], [-2.0, -1.5]]), np.array([[1.0, 0.0], [0.3, 0.7]]))
FAR = _Case(CASES[0].log_joint - 900.0, CASES[0].q)
"""Every p(x, z) underflows to 0 in float64; the bound does not."""


@exercise
def check_elbo(student: Callable) -> str:
    """Check ``elbo(log_joint, q) -> float``, Σ_i Σ_z q(z|x_i) (log p(x_i, z) − log q(z|x_i)).

    Names: nothing returned; a value per point, their mean, the terms; the entropy missing, alone,
    or with the wrong sign; the sign of all; the evidence; the logarithm outside the sum; plain
    averages; the divergence; the posterior in place of the joint; other bases; logarithms not
    taken as such; NaN where q is 0; NaN where z is impossible and q is 0; underflow.
    """
    for case in CASES:
        answer = number(ask(student, case))
        if not is_right(answer, _bound(case), _other_values(case), "one number", atol=1e-6):
            raise Mistake(
                f"This is one number, but the wrong one: {answer:.6g} for {_bound(case):.6g}. For "
                "one point first: weigh log p(x, z) − log q(z) by q(z), and add up over z."
            )
    _check_zero(student, CERTAIN, "q is 0 at some z")
    _check_zero(student, IMPOSSIBLE, "some z is impossible, log p(x, z) = −∞, and q is 0 there")
    if not same(number(ask(student, FAR)), _bound(FAR), atol=0):
        raise Mistake(
            "Right as long as p(x, z) is not too small. Where log p(x, z) is near −900, p(x, z) "
            "underflows to 0: keep log_joint a logarithm, and subtract log q."
        )
    return "The bound is right, also where q is 0 and where p(x, z) underflows."


def _check_zero(student: Callable, case: _Case, when: str) -> None:
    try:
        answer = number(ask(student, case))
    except (ValueError, ArithmeticError) as error:
        raise Mistake(
            f"Where {when}, your code raises {type(error).__name__}: leave out the z with q = 0."
        ) from None
    if not same(answer, _bound(case), atol=1e-6):
        raise Mistake(
            f"Where {when}, your code gives {answer:.4g}; it must be {_bound(case):.4g}. A z that "
            "q holds impossible adds nothing, 0 log 0 = 0: leave it out before you take logarithms."
        )


def _terms(case: _Case) -> np.ndarray:
    positive = case.q > 0
    log_p, log_q = np.where(positive, case.log_joint, 0), np.log(np.where(positive, case.q, 1))
    return np.where(positive, case.q * (log_p - log_q), 0)


def _bound(case: _Case) -> np.ndarray:
    return np.asarray(_terms(case).sum())


def _other_values(case: _Case) -> Wrong:
    log_p, q = case
    of_points, log_q = _terms(case).sum(axis=1), np.log(q)
    total = of_points.sum()
    evidence = np.logaddexp.reduce(log_p, axis=1)
    entropy = -(q * log_q).sum()
    posterior = softmax(log_p)
    return {
        "You have the bound of each point: add them up.": of_points,
        "You have the mean over the points: the slide's ELBO is the sum.": of_points.mean(),
        "These are the terms: add them up over z and over the points.": _terms(case),
        "The sign is reversed: this is −ELBO, the free energy, which one minimises.": -total,
        "The entropy of q is missing: this is Σ q log p(x, z) alone.": (q * log_p).sum(),
        "This is the entropy of q alone: log p(x, z) plays no part yet.": entropy,
        "The entropy has the wrong sign: subtract log q, do not add it.": (
            (q * log_p).sum() - entropy
        ),
        "This is the evidence, log Σ_z p(x, z): q plays no part.": evidence.sum(),
        "The logarithm stands outside the sum, log Σ_z q p(x, z): it belongs inside.": (
            np.logaddexp.reduce(log_p + log_q, axis=1).sum()
        ),
        "You have the gap, D(q ‖ posterior): the bound is the evidence less that.": (
            evidence.sum() - total
        ),
        "You have −D(q ‖ posterior): the posterior stands where p(x, z) should.": (
            total - evidence.sum()
        ),
        "The weights are missing: each term counts q(z|x) times.": (log_p - log_q).sum(),
        "You have weighed by the posterior: it is q that averages.": (
            (posterior * (log_p - log_q)).sum()
        ),
        "p(x, z) itself stands where its logarithm should: log_joint is a logarithm already, and "
        "needs no exponential.": (q * (np.exp(log_p) - log_q)).sum(),
        "You have taken logarithms of q to base 2: use the natural one, as log_joint does.": (
            (q * (log_p - np.log2(q))).sum()
        ),
        "This is the plain sum of all log p(x, z): weigh by q, and subtract log q.": log_p.sum(),
    }
