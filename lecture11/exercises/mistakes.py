"""What several exercises share: right values that more than one needs, and the mistakes in them."""

from collections.abc import Mapping

import numpy as np

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


def of_draws(draws: np.ndarray) -> dict[str, np.ndarray]:
    """Mistakes in the mean of estimates (2, draws) in μ and in σ, one for each draw."""
    right = draws.mean(axis=1)
    return {
        "The two are in the wrong order: μ first, then σ.": right[::-1],
        "You have added up the draws: take their mean.": draws.sum(axis=1),
        "These are estimates of single draws: take their mean.": draws,
        "These are estimates of single draws, one a row: take their mean.": draws.T,
    }
