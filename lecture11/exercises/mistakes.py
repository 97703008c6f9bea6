"""What several exercises share: right values that more than one needs, and the mistakes in them."""

from collections.abc import Mapping

import numpy as np

from lecture11.exercises.answers import is_right
from lecture11.exercises.verdict import Mistake

Wrong = Mapping[str, np.ndarray | float]
"""From what is said of a mistake to the answer that it makes."""


def softmax(logits: np.ndarray, axis: int = 1) -> np.ndarray:
    """exp of the logits, normalised along ``axis``; the largest is taken off first."""
    terms = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return terms / terms.sum(axis=axis, keepdims=True)


def kl_terms(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """p log (p/q), 0 where p is 0, ∞ where only q is."""
    positive = p > 0
    with np.errstate(divide="ignore"):
        ratio = np.where(positive, p, 1) / np.where(positive, q, 1)
        return np.where(positive, p * np.log(ratio), 0)


def compare_posterior(
    answer: np.ndarray, log_joint: np.ndarray, likely: Wrong, row: str, column: str, formula: str
) -> None:
    """Raise Mistake unless the answer is p(z|x), from log p(x, z): one row for each x.

    likely: the exercise's own mistakes
    row, column: what one is, such as "point" and "component"
    formula: log p(x, z) in words
    """
    right = softmax(log_joint)
    shared = {
        "These are joint probabilities p(x, z): divide each row by its sum, which is p(x).": (
            np.exp(log_joint)
        ),
        f"You have normalised over the {row}s: every column sums to 1. Each {row} has its own "
        "posterior, so it is the rows that must sum to 1 (axis=1).": softmax(log_joint, axis=0),
        f"You have the transpose: row i belongs to {row} i, column k to {column} k.": right.T,
        "These are logarithms of the posterior: take the exponential.": np.log(right),
        f"You give each {row} wholly to its likeliest {column}, as K-means does; the E-step shares "
        "it out.": np.eye(right.shape[1])[right.argmax(axis=1)],
    }
    expected = f"a row for each {row} and a column for each {column}, shape"
    if is_right(answer, right, shared | dict(likely), expected):
        return
    sums = answer.sum(axis=1)
    if not np.allclose(sums, 1, atol=1e-4):
        raise Mistake(f"Each row must sum to 1; your first sums to {sums[0]:.4g}.")
    raise Mistake(
        f"The rows sum to 1, but the probabilities are wrong: compare {formula} term by term with "
        "the formula above."
    )


def of_draws(draws: np.ndarray) -> dict[str, np.ndarray]:
    """Mistakes in the mean of estimates (2, draws) in μ and in σ, one for each draw."""
    right = draws.mean(axis=1)
    return {
        "The two are in the wrong order: μ first, then σ.": right[::-1],
        "You have added up the draws: take their mean.": draws.sum(axis=1),
        "These are estimates of single draws: take their mean.": draws,
        "These are estimates of single draws, one a row: take their mean.": draws.T,
    }
