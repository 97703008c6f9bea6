"""Checks for notebook 08: what a student writes for the Gaussian mixture."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lecture11.exercises.verdict import Mistake, exercise


class _Case(NamedTuple):
    data: np.ndarray
    weights: np.ndarray
    means: np.ndarray
    covariances: np.ndarray


def _case(seed: int, points: int, components: int, dims: int) -> _Case:
    rng = np.random.default_rng(seed)
    factors = rng.normal(size=(components, dims, dims))
    return _Case(
        data=rng.normal(size=(points, dims)),
        weights=rng.dirichlet(np.full(components, 3.0)),
        means=rng.normal(size=(components, dims)),
        covariances=factors @ factors.transpose(0, 2, 1) + 0.3 * np.eye(dims),
    )


CASES = (_case(0, 7, 3, 2), _case(1, 5, 2, 3))
FAR = _Case(  # e^(-½·100²) is 0 in float64, yet the posterior is well defined
    np.array([[100.0, 0.0]]),
    np.array([0.5, 0.5]),
    np.array([[0.0, 0], [1, 0]]),
    np.stack([np.eye(2)] * 2),
)


@exercise
def check_responsibilities(student: Callable) -> str:
    """Check ``responsibilities(data, weights, means, covariances) -> (n, K)``, the E-step.

    Accepts any array library and any way of computing it. Names: nothing returned, a transposed
    result, the joint not normalised, normalised over points, logarithms, hard assignments,
    weights, determinant or the factor ½ forgotten, underflow far from all means.
    """
    for case in CASES:
        _compare(_answer(student, case), case)
    if not np.allclose(_answer(student, FAR), _posterior(FAR), atol=1e-6):
        raise Mistake(
            "Right for points near the components, but a point 100 standard deviations away gives "
            "NaN or zeros: there every density underflows to 0. Work with log p(x, z), subtract "
            "its maximum over k, and only then take the exponential."
        )
    return "The responsibilities are right, even far from every component."


def _answer(student: Callable, case: _Case) -> np.ndarray:
    with np.errstate(all="ignore"):
        answer = student(*(field.copy() for field in case))
    if answer is None or answer is Ellipsis:
        raise Mistake("Your function returns nothing yet: replace the ... by your code.")
    try:
        return np.asarray(answer, float)
    except (TypeError, ValueError):
        raise Mistake(f"Return one array of numbers; this is a {type(answer).__name__}.") from None


def _log_terms(case: _Case) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """log π_k, −½ log|Σ_k| and the squared Mahalanobis distances (n, K)."""
    centred = case.data[:, None] - case.means
    squared = np.einsum("nki,kij,nkj->nk", centred, np.linalg.inv(case.covariances), centred)
    return np.log(case.weights), -0.5 * np.linalg.slogdet(case.covariances)[1], squared


def _normalised(log_joint: np.ndarray, axis: int = 1) -> np.ndarray:
    shifted = np.exp(log_joint - log_joint.max(axis=axis, keepdims=True))
    return shifted / shifted.sum(axis=axis, keepdims=True)


def _posterior(case: _Case) -> np.ndarray:
    log_weights, log_scale, squared = _log_terms(case)
    return _normalised(log_weights + log_scale - 0.5 * squared)


def _compare(answer: np.ndarray, case: _Case) -> None:
    """Raise Mistake unless the answer is the posterior; name the mistake it looks like."""
    log_weights, log_scale, squared = _log_terms(case)
    log_joint = log_weights + log_scale - 0.5 * squared
    constant = -0.5 * case.data.shape[1] * np.log(2 * np.pi)
    right = _normalised(log_joint)
    if answer.shape == right.shape and np.allclose(answer, right, rtol=1e-4, atol=1e-6):
        return
    likely = {
        "These are joint densities p(x, z): divide each row by its sum over k, which is p(x).": (
            np.exp(log_joint + constant)
        ),
        "You have normalised over the points: every column sums to 1. Each point has its own "
        "posterior, so it is the rows that must sum to 1 (axis=1).": _normalised(log_joint, axis=0),
        "You have the transpose: row i belongs to point i, column k to component k.": right.T,
        "These are logarithms of the responsibilities: take the exponential.": np.log(right),
        "You give each point wholly to its likeliest component. That is K-means' rule; the E-step "
        "shares the point out.": np.eye(right.shape[1])[right.argmax(axis=1)],
        "The weights are missing: p(x, z = k) = π_k N(x | μ_k, Σ_k).": (
            _normalised(log_scale - 0.5 * squared)
        ),
        "The determinant is missing: components differ in |Σ_k|, so it does not cancel.": (
            _normalised(log_weights - 0.5 * squared)
        ),
        "The factor ½ is missing in the exponent: −½ (x − μ)ᵀ Σ⁻¹ (x − μ).": (
            _normalised(log_weights + log_scale - squared)
        ),
    }
    for message, wrong in likely.items():
        if answer.shape == wrong.shape and np.allclose(answer, wrong, rtol=1e-4, atol=1e-6):
            raise Mistake(message)
    if answer.shape != right.shape:
        raise Mistake(f"Expected an array of shape (n, K) = {right.shape}, got {answer.shape}.")
    sums = answer.sum(axis=1)
    if not np.allclose(sums, 1, atol=1e-4):
        raise Mistake(
            f"Each row must sum to 1 over the components; your first sums to {sums[0]:.4g}."
        )
    raise Mistake(
        "The rows sum to 1, but the shares are wrong: compare log π_k + log N(x | μ_k, Σ_k) "
        "term by term with the formula above."
    )
