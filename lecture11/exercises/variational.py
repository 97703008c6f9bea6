"""Checks for notebook 11: the divergence of the joints, and a cycle with a factorised q."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lecture11.exercises.answers import ask, is_right, number
from lecture11.exercises.mistakes import Wrong, kl_terms
from lecture11.exercises.verdict import Mistake, exercise


class _Joint(NamedTuple):
    counts: np.ndarray
    """How many points have each x, (X,)."""
    q: np.ndarray
    """q(z|x), (X, K)."""
    table: np.ndarray
    """p_θ(x, z), (X, K)."""


class _Cycle(NamedTuple):
    x: np.ndarray
    """(n,)"""
    theta: np.ndarray
    noise: np.ndarray


def _joint(seed: int, counts: list[int], states: int) -> _Joint:
    rng = np.random.default_rng(seed)
    size = (len(counts), states)
    q = rng.dirichlet(np.full(states, 2.0), size=len(counts))
    table = rng.dirichlet(np.full(size[0] * states, 2.0)).reshape(size)
    return _Joint(np.array(counts, float), q, table)


JOINTS = (_joint(0, [1, 3, 2], 2), _joint(1, [2, 1, 4, 1], 3))
UNSEEN = _joint(2, [2, 0, 3], 2)
CERTAIN = UNSEEN._replace(counts=np.array([1.0, 2, 1]), q=np.array([[1.0, 0], [0.3, 0.7], [0, 1]]))
CYCLES = (
    _Cycle(np.array([0.5, -1.2, 2.0, 0.3]), np.array(0.8), np.array(0.7)),
    _Cycle(np.array([1.5, -0.4, -2.2]), np.array(1.4), np.array(0.5)),
)


@exercise
def check_joint_divergence(student: Callable) -> str:
    """Check ``joint_divergence(counts, q, table) -> float``, D_KL(p̂(x) q(z|x) ‖ p_θ(x, z)).

    Names: nothing returned; counts not divided by n; p̂ left out, or left out of the logarithm; the
    order reversed; D(q ‖ posterior) alone; D(p̂ ‖ p_θ(x)) alone; terms not summed; a mean; the
    sign; bits; NaN for an x never seen, or a q of 0.
    """
    for case in JOINTS:
        answer = number(ask(student, case))
        if not is_right(answer, _divergence(case), _other_divergences(case), "one number"):
            raise Mistake(
                f"This is one number, but the wrong one: {answer:.6g} for {_divergence(case):.6g}. "
                "Make the table p̂(x) q(z|x) first; it sums to 1. Then take its divergence from "
                "the model's table, as in notebook 05."
            )
    for case, when in ((UNSEEN, "some x was never seen"), (CERTAIN, "q is 0 somewhere")):
        answer = number(ask(student, case))
        if not is_right(answer, _divergence(case), {}, "one number"):
            raise Mistake(
                f"Where {when}, your code gives {answer:.4g}; it must be {_divergence(case):.4g}. "
                "What never comes adds nothing, 0 log 0 = 0: leave it out before you take "
                "logarithms."
            )
    return "The divergence is right, also where something was never seen."


@exercise
def check_mean_field_cycle(student: Callable) -> str:
    """Check ``mean_field_cycle(x, theta, noise) -> float``, the next θ with a factorised q.

    Names: nothing returned; the exact posterior's variances; variances left out; only one of two;
    standard deviations; the noise not squared; θ unchanged; a sum left out; the means of one point
    for two.
    """
    for case in CYCLES:
        answer = number(ask(student, case))
        if not is_right(answer, _next(case), _other_cycles(case), "one number"):
            raise Mistake(
                f"This is one number, but the wrong one: {answer:.6g} for {_next(case):.6g}. Print "
                "the two means of the first point and the variance, and compare with the formulas."
            )
    return "A whole cycle with a factorised q; repeated, it ends where the bound is highest."


def _shares(case: _Joint) -> np.ndarray:
    return case.counts / case.counts.sum()


def _divergence(case: _Joint) -> np.ndarray:
    return np.asarray(kl_terms(_shares(case)[:, None] * case.q, case.table).sum())


def _other_divergences(case: _Joint) -> Wrong:
    p, q, model = _shares(case), case.q, case.table
    data = p[:, None] * q
    terms, right = kl_terms(data, model), kl_terms(data, model).sum()
    of_x = model.sum(axis=1)
    posterior = model / of_x[:, None]
    of_q = p @ kl_terms(q, posterior).sum(axis=1)
    return {
        "The counts are not divided by n: p̂(x) is a share.": (
            kl_terms(case.counts[:, None] * q, model).sum()
        ),
        "You have n times the divergence: the weights are shares, not counts.": (
            right * case.counts.sum()
        ),
        "p̂(x) is missing: every x counts once here.": kl_terms(q, model).sum(),
        "p̂(x) is missing inside the logarithm: there, too, stands p̂(x) q(z|x). (What you have is "
        "−ELBO/n: the entropy of the data is still in it.)": (data * np.log(q / model)).sum(),
        "The order is reversed: the data come first, and weigh.": kl_terms(model, data).sum(),
        "This is D(q ‖ posterior) averaged over the data: that of p̂(x) from p_θ(x) is missing.": (
            of_q
        ),
        "This is D(p̂ ‖ p_θ(x)), over x alone: q plays no part.": kl_terms(p, of_x).sum(),
        "These are the terms: add them up.": terms,
        "You have one value for each x: add them up.": terms.sum(axis=1),
        "You have the mean of the terms: add them up.": terms.mean(),
        "The sign is reversed: inside the logarithm the model stands below.": -right,
        "You have taken logarithms to base 2: use the natural one.": right / np.log(2),
    }


def _next(case: _Cycle) -> np.ndarray:
    return np.asarray(_cycle(case, 1 / (1 + (case.theta / case.noise) ** 2)))


def _cycle(case: _Cycle, *variances: float | np.ndarray) -> float:
    """The next θ, with these variances of z₁ and z₂ (one number serves for both)."""
    difference = 2 * case.theta * case.x / (case.noise**2 + 2 * case.theta**2)
    spread = 2 * variances[0] if len(variances) == 1 else sum(variances)
    return case.x @ difference / (difference @ difference + len(case.x) * spread)


def _other_cycles(case: _Cycle) -> Wrong:
    x, theta, noise = case
    a = (theta / noise) ** 2
    variance = 1 / (1 + a)
    n = len(x)

    def with_means(difference: np.ndarray, spread: float) -> float:
        return float(x @ difference / (difference @ difference + n * spread))

    difference = 2 * theta * x / (noise**2 + 2 * theta**2)
    exact = 2 / (1 + 2 * a)
    return {
        "These are the exact posterior's variances and correlation: so you get EM itself. A "
        "factorised q has variances 1/(1 + θ²/σ²), and no correlation.": with_means(
            difference, exact
        ),
        "These are the variances of the exact posterior, without its correlation: the best "
        "factorised q has 1/(1 + θ²/σ²).": with_means(difference, 2 * (1 + a) / (1 + 2 * a)),
        "The variances are missing below: E[(z₁ − z₂)²] = (m₁ − m₂)² + v₁ + v₂.": with_means(
            difference, 0
        ),
        "Only one variance is counted: z₁ and z₂ both have one, and they add.": with_means(
            difference, float(variance)
        ),
        "You have added standard deviations: it is variances that add.": with_means(
            difference, float(2 * np.sqrt(variance))
        ),
        "The variances are counted once: they belong to each of the n points.": float(
            x @ difference / (difference @ difference + 2 * variance)
        ),
        "The noise is not squared: σ² is the variance.": with_means(
            2 * theta * x / (noise + 2 * theta**2), float(2 / (1 + theta**2 / noise))
        ),
        "Only m₁ is used: z₁ − z₂ has mean m₁ − m₂, twice as much.": with_means(
            difference / 2, float(2 * variance)
        ),
        "θ is unchanged: after the E-step comes the M-step.": theta,
        "This is the θ of maximum likelihood, where exact EM ends; one cycle with a factorised q "
        "is asked for.": float(np.sqrt(max((x**2).mean() - noise**2, 0) / 2)),
    }
