"""Check for notebook 08: the E-step of Dawid and Skene's model."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lecture11.exercises.answers import ask, is_right, numbers
from lecture11.exercises.mistakes import softmax
from lecture11.exercises.verdict import Mistake, exercise


class _Case(NamedTuple):
    counts: np.ndarray
    marginals: np.ndarray
    confusions: np.ndarray


def _case(seed: int, items: int, experts: int, classes: int) -> _Case:
    """Some answers repeated, some missing; no probability is 0."""
    rng = np.random.default_rng(seed)
    return _Case(
        counts=rng.integers(0, 3, size=(items, experts, classes)).astype(float),
        marginals=rng.dirichlet(np.full(classes, 2.0)),
        confusions=rng.dirichlet(np.full(classes, 1.5), size=(experts, classes)),
    )


CASES = (_case(0, 6, 3, 3), _case(1, 5, 2, 4))
SURE = _Case(  # an expert who never confuses some grades: 0 · log 0 must be 0
    np.array([[[1.0, 0, 0]], [[0, 2, 0]]]),
    np.array([0.5, 0.3, 0.2]),
    np.array([[[0.9, 0.1, 0.0], [0.2, 0.8, 0.0], [0.0, 0.5, 0.5]]]),
)
MANY = _Case(  # 30,000 answers: a product of 30,000 probabilities is 0 in float64
    np.array([[[14000.0, 16000.0]], [[3.0, 0.0]]]),
    np.array([0.5, 0.5]),
    np.array([[[0.4999, 0.5001], [0.4997, 0.5003]]]),
)


@exercise
def check_expert_posterior(student: Callable) -> str:
    """Check ``posterior(counts, marginals, confusions) -> (items, classes)``.

    Accepts any array library and any way of computing it. Names: nothing returned, a transposed
    result, the joint not normalised, normalised over items, logarithms, hard classes, marginals
    forgotten, repeated answers counted once, confusions read the wrong way round, the mean over
    experts, averaged votes; 0 · log 0; underflow with 30,000 answers.
    """
    for case in CASES:
        _compare(numbers(ask(student, case)), case)
    if not _agrees(student, SURE):
        raise Mistake(
            "Right as long as no probability is 0. An expert who never gives some answer to a "
            "class has Π_jkl = 0, and 0 · log 0 is NaN on a computer: where n_ijl = 0 the term is "
            "0. Where n_ijl > 0 it is −∞, and rules the class out."
        )
    if not _agrees(student, MANY):
        raise Mistake(
            "Right for a few answers, but 30,000 on one item give NaN or a wrong result: the "
            "product of 30,000 probabilities underflows to 0. Add logarithms, subtract the largest "
            "of each row, and only then take the exponential."
        )
    return "The posterior is right, with repeated and missing answers, and with 30,000 of them."


def _agrees(student: Callable, case: _Case) -> bool:
    expected = "an array of shape (items, classes)"
    return is_right(numbers(ask(student, case)), _posterior(case), {}, expected, atol=1e-3)


def _logs(case: _Case) -> np.ndarray:
    """Σ_j Σ_l n_ijl log Π_jkl, (I, K)."""
    floor = np.where(case.confusions > 0, case.confusions, 1)
    ruled_out = np.einsum("ijl,jkl->ik", case.counts, case.confusions == 0) > 0
    return np.where(ruled_out, -np.inf, np.einsum("ijl,jkl->ik", case.counts, np.log(floor)))


def _posterior(case: _Case) -> np.ndarray:
    return softmax(np.log(case.marginals) + _logs(case))


def _compare(answer: np.ndarray, case: _Case) -> None:
    """Raise Mistake unless the answer is the posterior; name the mistake it looks like."""
    log_prior, logs = np.log(case.marginals), _logs(case)
    log_joint, right = log_prior + logs, _posterior(case)
    once = case._replace(counts=(case.counts > 0).astype(float))
    turned = case._replace(confusions=case.confusions.swapaxes(1, 2))
    votes = case.counts.sum(axis=1)
    mistakes = {
        "These are joint probabilities p(x, z): divide each row by its sum, which is p(x).": (
            np.exp(log_joint)
        ),
        "You have normalised over the items: every column sums to 1. Each item has its own "
        "posterior, so it is the rows that must sum to 1 (axis=1).": softmax(log_joint, axis=0),
        "You have the transpose: row i belongs to item i, column k to class k.": right.T,
        "These are logarithms of the posterior: take the exponential.": np.log(right),
        "You give each item wholly to its likeliest class, as K-means does; the E-step shares "
        "it out.": np.eye(right.shape[1])[right.argmax(axis=1)],
        "The class marginals π_k are missing: p(x, z = k) = π_k ∏ Π^n.": softmax(logs),
        "You count every answer once: an expert who gave it twice counts twice, Π^n.": (
            _posterior(once)
        ),
        "You read the confusion matrices the wrong way round: Π_jkl is expert j, class k, answer "
        "l.": _posterior(turned),
        "You have averaged over the experts: independent answers multiply, so their logarithms add "
        "up.": softmax(log_prior + logs / case.counts.shape[1]),
        "These are averaged votes, with which EM may start; the posterior weighs each answer by "
        "what Π says of its expert.": votes / votes.sum(axis=1, keepdims=True),
    }
    if is_right(answer, right, mistakes, "a row for each item and a column for each class, shape"):
        return
    sums = answer.sum(axis=1)
    off = ~np.isclose(sums, 1, atol=1e-4)
    if off.any():
        raise Mistake(f"Each row must sum to 1; row {off.argmax()} sums to {sums[off][0]:.4g}.")
    raise Mistake(
        "The rows sum to 1, but the probabilities are wrong: compare log π_k + Σ_j Σ_l n_ijl log "
        "Π_jkl term by term with the formula above."
    )
