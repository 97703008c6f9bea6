"""Checks for notebook 09: the E-step and the log-likelihood of a Gaussian mixture."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lecture11.exercises.answers import ask, is_right, number, numbers, same
from lecture11.exercises.mistakes import compare_posterior, softmax
from lecture11.exercises.verdict import Mistake, exercise


class _Case(NamedTuple):
    data: np.ndarray
    weights: np.ndarray
    means: np.ndarray
    covariances: np.ndarray


class _LogTerms(NamedTuple):
    """What log p(x_i, z = k) is the sum of."""

    weights: np.ndarray
    """log π_k"""
    scale: np.ndarray
    """−½ log|Σ_k|"""
    exponent: np.ndarray
    """−½ times the squared Mahalanobis distance"""
    constant: float
    """−½ D log 2π"""

    @property
    def joint(self) -> np.ndarray:
        """(n, K)"""
        return self.weights + self.scale + self.exponent + self.constant


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
FAR = _Case(  # e^(-½·100²) is 0 in float64, yet log p(x) and the posterior are well defined
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
        _compare_responsibilities(numbers(ask(student, case)), case)
    answer, right = numbers(ask(student, FAR)), softmax(_log_terms(FAR).joint)
    if not is_right(answer, right, {}, "an array of shape (n, K), also for a single point,"):
        raise Mistake(
            "Right for points near the components, but a point 100 standard deviations away gives "
            "NaN or zeros: there every density underflows to 0. Work with log p(x, z), subtract "
            "its maximum over k, and only then take the exponential."
        )
    return "The responsibilities are right, even far from every component."


@exercise
def check_log_likelihood(student: Callable) -> str:
    """Check ``log_likelihood(data, weights, means, covariances) -> float``, Σ_i log Σ_k p(x_i, k).

    Accepts any array library and any way of computing it. Names: nothing returned; a value per
    point, their mean, the negative, another base, the exponential; sum and logarithm swapped, the
    sum over points inside, no logarithm, only the likeliest component, no entropy, a maximum not
    added back; weights, constant, determinant or a factor ½ forgotten; underflow far from all
    means.
    """
    for case in CASES:
        _compare_log_likelihood(number(ask(student, case)), case)
    if not same(number(ask(student, FAR)), _log_sum_exp(_log_terms(FAR).joint).sum(), atol=0):
        raise Mistake(
            "Right for points near the components, but a point 100 standard deviations away gives "
            "−∞, NaN or a wrong number: there every density underflows to 0, and its logarithm is "
            "lost. Use log Σ_k exp(a_k) = m + log Σ_k exp(a_k − m), with m the largest of the "
            "a_k = log p(x, z = k)."
        )
    return "The log-likelihood is right, even far from every component."


def _log_terms(case: _Case) -> _LogTerms:
    centred = case.data[:, None] - case.means
    squared = np.einsum("nki,kij,nkj->nk", centred, np.linalg.inv(case.covariances), centred)
    return _LogTerms(
        weights=np.log(case.weights),
        scale=-0.5 * np.linalg.slogdet(case.covariances)[1],
        exponent=-0.5 * squared,
        constant=-0.5 * case.data.shape[1] * np.log(2 * np.pi),
    )


def _log_sum_exp(log_joint: np.ndarray, axis: int = 1) -> np.ndarray:
    return np.logaddexp.reduce(log_joint, axis=axis)


def _compare_responsibilities(answer: np.ndarray, case: _Case) -> None:
    """Raise Mistake unless the answer is the posterior; name the mistake it looks like."""
    terms = _log_terms(case)
    likely = {
        "The weights are missing: p(x, z = k) = π_k N(x | μ_k, Σ_k).": (
            softmax(terms.joint - terms.weights)
        ),
        "The determinant is missing: components differ in |Σ_k|, so it does not cancel.": (
            softmax(terms.joint - terms.scale)
        ),
        "The factor ½ is missing in the exponent: −½ (x − μ)ᵀ Σ⁻¹ (x − μ).": (
            softmax(terms.joint + terms.exponent)
        ),
    }
    formula = "log π_k + log N(x | μ_k, Σ_k)"
    compare_posterior(answer, terms.joint, likely, "point", "component", formula)


def _compare_log_likelihood(answer: np.ndarray, case: _Case) -> None:
    """Raise Mistake unless the answer is Σ_i log Σ_k p(x_i, k); name what it looks like."""
    terms = _log_terms(case)
    log_joint = terms.joint
    right = _log_sum_exp(log_joint).sum()
    likely = (
        _not_the_total(_log_sum_exp(log_joint))
        | _other_sums(log_joint)
        | {
            message: _log_sum_exp(wrong).sum()
            for message, wrong in _other_densities(terms, case.data.shape[1]).items()
        }
    )
    if not is_right(answer, right, likely, "one number", atol=0):
        raise Mistake(
            f"This is one number, but the wrong one: {answer:.6g}. Compare log p(x_1), then "
            "log p(x_2), with the formula: within a point sum over k, then take the logarithm; "
            "sum the points last."
        )


def _not_the_total(of_points: np.ndarray) -> dict[str, np.ndarray | float]:
    """What else can be made of the right log p(x_i)."""
    total = of_points.sum()
    return {
        "You have log p(x_i), one number for each point: add them up.": of_points,
        "You have the mean over the points: the log-likelihood is the sum.": of_points.mean(),
        "The sign is reversed: this is the negative log-likelihood, which one minimises.": -total,
        "This is the negative mean, a loss to minimise: return the sum over the points, with its "
        "own sign.": -of_points.mean(),
        "You have taken logarithms to base 2: use the natural one, log.": total / np.log(2),
        "You have taken logarithms to base 10: use the natural one, log.": total / np.log(10),
        "You have the likelihood, the product of all p(x_i), and no longer its logarithm: leave "
        "out the last exponential.": np.exp(total),
    }


def _other_sums(log_joint: np.ndarray) -> dict[str, np.ndarray | float]:
    """What the right log p(x_i, z = k) may be summed to by mistake."""
    responsibilities = softmax(log_joint)
    return {
        "Sum and logarithm are swapped: you add log p(x, z = k) over k. The logarithm of a sum is "
        "not the sum of logarithms: add the p(x, z = k) first.": log_joint.sum(),
        "The sum over the points stands inside the logarithm: inside, sum over the components "
        "(axis=1); the points come last.": _log_sum_exp(log_joint, axis=0).sum(),
        "The logarithm is missing: you add up the p(x_i) themselves.": np.exp(log_joint).sum(),
        "You count only the likeliest component of each point: all k contribute to p(x).": (
            log_joint.max(axis=1).sum()
        ),
        "This is the first term alone, Σ_z p(z | x) log p(x, z), as if z were observed: the "
        "entropy of the posterior is missing.": (responsibilities * log_joint).sum(),
        "The maximum that you subtracted is not added back: "
        "log Σ_k exp(a_k) = m + log Σ_k exp(a_k − m).": -np.log(responsibilities.max(axis=1)).sum(),
    }


def _other_densities(terms: _LogTerms, dims: int) -> dict[str, np.ndarray]:
    """What log p(x_i, z = k) may be by mistake."""
    log_joint = terms.joint
    return {
        "The weights are missing: p(x, z = k) = π_k N(x | μ_k, Σ_k).": log_joint - terms.weights,
        "The constant of the Gaussian is missing: −½ D log 2π at every point.": (
            log_joint - terms.constant
        ),
        "The constant of the Gaussian is −½ D log 2π in D dimensions; yours is that of one.": (
            log_joint - terms.constant + terms.constant / dims
        ),
        "The determinant is missing: −½ log|Σ_k| belongs to the Gaussian.": log_joint - terms.scale,
        "The factor ½ is missing before log|Σ|, or the square root of the determinant.": (
            log_joint + terms.scale
        ),
        "The factor ½ is missing in the exponent: −½ (x − μ)ᵀ Σ⁻¹ (x − μ).": (
            log_joint + terms.exponent
        ),
    }
