"""Checks for notebook 06: the forward fit to a mixture, and the reverse factorised fit."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from lecture11.exercises.answers import ask, is_nothing, is_right, number, numbers, same
from lecture11.exercises.verdict import Mistake, exercise


class _Mixture(NamedTuple):
    weights: np.ndarray
    means: np.ndarray
    sds: np.ndarray


MIXTURES = (
    _Mixture(np.array([0.2, 0.5, 0.3]), np.array([-1.0, 2.0, 4.5]), np.array([0.5, 1.5, 0.8])),
    _Mixture(np.array([0.7, 0.3]), np.array([3.0, -2.0]), np.array([0.4, 1.1])),
)
FAR = MIXTURES[0]._replace(means=1e8 + MIXTURES[0].means)  # means² is 1e16: 1 is lost beside it


@exercise
def check_forward_fit(student: Callable) -> str:
    """Check ``forward_fit(weights, means, sds) -> (mean, sd)`` of a mixture of normals.

    Accepts any array library and any way of computing it. Names: nothing or not two numbers
    returned; the mean unweighted or not a mean; the variance in place of the sd; the spread of the
    means, or that within the components, forgotten; sds averaged; weights ignored; the second
    moment not centred; cancellation far from 0, unless the student computes in float32.
    """
    answers = [_compare_fit(ask(student, mixture), mixture) for mixture in MIXTURES]
    precise = all(
        np.allclose(answer, _moments(mixture), rtol=1e-10)
        for answer, mixture in zip(answers, MIXTURES, strict=True)
    )
    if precise and not same(_two(ask(student, FAR))[1], _moments(FAR)[1], atol=0):
        raise Mistake(
            "Right near 0, but where the modes lie around 100,000,000 the variance is lost in "
            "rounding: E[x²] − E[x]² is the small difference of two huge numbers. Subtract the "
            "mean from the μ_k before squaring."
        )
    return "Mean and standard deviation are those of the mixture: the moments match."


def _two(answer: Any) -> np.ndarray:
    if not isinstance(answer, tuple | list) and np.shape(answer) != (2,):
        raise Mistake(f"Return two numbers, (mean, sd); this is a {type(answer).__name__}.")
    parts = list(answer)
    if len(parts) != 2:
        raise Mistake(f"Return two numbers, (mean, sd); these are {len(parts)}.")
    if any(is_nothing(part) for part in parts):
        raise Mistake("Your function returns nothing yet for the mean or the sd.")
    pair = [number(part) for part in parts]
    for name, part in zip(("mean", "sd"), pair, strict=True):
        if part.shape != ():
            raise Mistake(f"The {name} is one number for the whole mixture, got {part.shape}.")
    return np.array(pair)


def _moments(mixture: _Mixture) -> np.ndarray:
    weights, means, sds = mixture
    mean = weights @ means
    return np.array([mean, np.sqrt(weights @ (sds**2 + (means - mean) ** 2))])


def _compare_fit(answer: object, mixture: _Mixture) -> np.ndarray:
    """Raise Mistake unless the answer is (mean, sd); name the mistake it looks like."""
    mean, sd = _two(answer)
    right = _moments(mixture)
    if not is_right(mean, right[0], _other_means(mixture), "one mean"):
        raise Mistake("The mean is wrong: E[x] = Σ_k π_k μ_k.")
    if not is_right(sd, right[1], _other_sds(mixture), "one sd"):
        raise Mistake(
            "The mean is right, the standard deviation is not: its square is "
            "Σ_k π_k (σ_k² + (μ_k − E[x])²)."
        )
    return np.array([mean, sd])


def _other_means(mixture: _Mixture) -> dict[str, np.ndarray]:
    weights, means, sds = mixture
    return {
        "The mean is that of the μ_k, whatever their weights: weight each by π_k.": means.mean(),
        "The mean is that of the heaviest component: all of p counts, Σ_k π_k μ_k.": (
            means[weights.argmax()]
        ),
        "The mean and the sd are in the wrong order: return (mean, sd).": _moments(mixture)[1],
        "The means are added up without weights: E[x] = Σ_k π_k μ_k.": means.sum(),
        "The μ_k are weighted by precision, 1/σ_k², as if they measured one thing: the weights "
        "are π_k.": (means / sds**2).sum() / (1 / sds**2).sum(),
    }


def _other_sds(mixture: _Mixture) -> dict[str, np.ndarray]:
    weights, means, sds = mixture
    mean, sd = _moments(mixture)
    within, between = weights @ sds**2, weights @ (means - mean) ** 2
    return {
        "This is the variance: take its square root.": sd**2,
        "You have averaged the σ_k, and the spread of the means is missing: it is variances that "
        "average, and Σ_k π_k (μ_k − E[x])² comes on top.": weights @ sds,
        "The spread of the means is missing: add Σ_k π_k (μ_k − E[x])² to the variance.": (
            np.sqrt(within)
        ),
        "The spread of the means is missing, and the square root: add Σ_k π_k (μ_k − E[x])².": (
            within
        ),
        "The width of the components is missing: add Σ_k π_k σ_k² to the variance.": (
            np.sqrt(between)
        ),
        "You have added standard deviations: variances add, and the root is taken last.": (
            np.sqrt(within) + np.sqrt(between)
        ),
        "You have averaged σ_k, not σ_k²: it is variances that average.": (
            np.sqrt((weights @ sds) ** 2 + between)
        ),
        "σ_k is added where σ_k² belongs: the variance is Σ_k π_k (σ_k² + (μ_k − E[x])²).": (
            np.sqrt(weights @ sds + between)
        ),
        "The spread of the means is not weighted: Σ_k π_k (μ_k − E[x])².": (
            np.sqrt(within + ((means - mean) ** 2).mean())
        ),
        "The spread of the means is taken around their unweighted average (np.var does so): take "
        "it around E[x], with the weights.": np.sqrt(within + means.var()),
        "The weights are ignored in the variance: Σ_k π_k (σ_k² + (μ_k − E[x])²).": (
            np.sqrt((sds**2 + (means - mean) ** 2).mean())
        ),
        "This is the root of E[x²]: subtract the mean before squaring, (μ_k − E[x])².": (
            np.sqrt(sd**2 + mean**2)
        ),
        "The weights are squared. That is the rule for a weighted sum of variables; a mixture "
        "draws one component, so π_k enters once.": np.sqrt(weights**2 @ sds**2 + between),
        "This is the sd of Σ_k π_k x_k, a weighted sum of variables. A mixture draws one component "
        "at a time, so π_k enters once and the means' spread counts.": (
            np.sqrt(weights**2 @ sds**2)
        ),
    }


_RNG = np.random.default_rng(5)
_FACTORS = (_RNG.normal(size=(2, 2)), _RNG.normal(size=(3, 3)))
COVARIANCES = tuple(f @ f.T + 0.3 * np.eye(len(f)) for f in _FACTORS)


@exercise
def check_reverse_variances(student: Callable) -> str:
    """Check ``reverse_variances(covariance) -> (D,)``, 1/Λ_ii, of the reverse factorised fit.

    Accepts any array library and any way of computing it. Names: nothing returned; the marginal
    variances (the forward fit); precisions; inverses of the marginal variances; standard
    deviations; a whole matrix; eigenvalues; the covariance or precision itself; the reciprocal of
    each entry.
    """
    for covariance in COVARIANCES:
        _compare_variances(numbers(ask(student, [covariance])), covariance)
    return "These are 1/Λ_ii, the variances of each coordinate given all others."


def _compare_variances(answer: np.ndarray, covariance: np.ndarray) -> None:
    """Raise Mistake unless the answer is 1/Λ_ii; name the mistake it looks like."""
    precision = np.linalg.inv(covariance)
    marginal, conditional = np.diag(covariance), 1 / np.diag(precision)
    likely = {
        "These are Σ_ii, the variances of the marginals: that is the forward fit. The reverse one "
        "needs the diagonal of Λ = Σ⁻¹.": marginal,
        "These are the precisions Λ_ii: the variances are 1/Λ_ii.": np.diag(precision),
        "These are 1/Σ_ii. Invert the whole matrix first, Λ = Σ⁻¹, then take its diagonal, then "
        "1/Λ_ii.": 1 / marginal,
        "These are standard deviations: return variances, without the square root.": (
            np.sqrt(conditional)
        ),
        "This is the precision matrix: take its diagonal, then 1/Λ_ii.": precision,
        "You have taken 1/Λ entry by entry: only the diagonal is needed, shape (D,).": (
            1 / precision
        ),
        "Put the variances in one array of shape (D,), not in a diagonal matrix.": (
            np.diag(conditional)
        ),
        "These are the eigenvalues of Σ, variances along the axes of the ellipse. q has to keep to "
        "the axes of the coordinates: 1/Λ_ii.": np.linalg.eigvalsh(covariance),
        "These are the eigenvalues of Σ, variances along the axes of the ellipse, the largest "
        "first. q has to keep to the axes of the coordinates: 1/Λ_ii.": (
            np.linalg.eigvalsh(covariance)[::-1]
        ),
        "This is Σ itself: q is factorised, so it has a variance for each coordinate.": covariance,
    }
    if not is_right(answer, conditional, likely, "variances of shape (D,)"):
        raise Mistake(
            "These are D numbers, but not 1/Λ_ii: invert Σ, take the diagonal, then the "
            "reciprocals."
        )
