"""Check for notebook 09: the M-step where all components share one covariance."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from lecture11.exercises.answers import ask, is_nothing, is_right, numbers, same
from lecture11.exercises.verdict import Mistake, exercise


class _Case(NamedTuple):
    data: np.ndarray
    responsibilities: np.ndarray
    means: np.ndarray
    """Before the step."""


class _Step(NamedTuple):
    weights: np.ndarray
    means: np.ndarray
    covariance: np.ndarray


def _case(seed: int, points: int, components: int, dims: int, offset: float = 2.0) -> _Case:
    rng = np.random.default_rng(seed)
    return _Case(
        data=offset + rng.normal(size=(points, dims)),
        responsibilities=rng.dirichlet(np.full(components, 0.5), size=points),
        means=offset + rng.normal(size=(components, dims)),
    )


CASES = (_case(0, 9, 3, 2), _case(2, 8, 2, 3))
FAR = _case(0, 9, 3, 2, offset=1e8)  # x² is 1e16: next to it, float64 rounds a variance of 1 away


@exercise
def check_shared_m_step(student: Callable) -> str:
    """Check ``m_step(data, responsibilities, means) -> (weights, means, covariance)``.

    ``means`` are those before the step; the covariance (D, D) is that of every component. Accepts
    any array library and any way of computing it. Names: nothing or not three things returned;
    weights that are counts, uniform, hard, or sums over components; means not divided, divided by n
    or π_k, hard, old, or of all data; a covariance for each component, their sum or plain mean;
    one around the old means, the mean of all data or the origin, not divided, divided by n − 1,
    n − K or n K, diagonal, with γ squared or missing; transposed means; cancellation far from the
    origin, unless the student computes in float32.
    """
    steps = [_three(ask(student, case)) for case in CASES]
    for step, case in zip(steps, CASES, strict=True):
        _compare(step, case)
    if not all(map(_is_float64, steps, CASES)):
        return "The M-step is right."
    if not same(_three(ask(student, FAR)).covariance, _right(FAR).covariance, atol=1e-4):
        raise Mistake(
            "Right near the origin, but where the data lie around 100,000,000 the covariance is "
            "lost in rounding: E[xxᵀ] − μμᵀ is the small difference of two huge numbers. Subtract "
            "the means from the data first, then multiply."
        )
    return "The M-step is right, even for data far from the origin."


def _three(answer: Any) -> _Step:
    names = _Step._fields
    if not isinstance(answer, tuple | list) or len(answer) != len(names):
        kind = type(answer).__name__
        kind += f" of {len(answer)}" if isinstance(answer, tuple | list) else ""
        raise Mistake(f"Return three things, (weights, means, covariance); this is a {kind}.")
    for name, part in zip(names, answer, strict=True):
        if is_nothing(part):
            raise Mistake(f"Your function returns nothing yet for the {name}.")
    return _Step(
        *(
            numbers(part, f"the {name} as one array of numbers")
            for name, part in zip(names, answer, strict=True)
        )
    )


def _is_float64(step: _Step, case: _Case) -> bool:
    """Whether it is too precise for float32, whatever it was converted to afterwards."""
    pairs = zip(step, _right(case), strict=True)
    return all(np.allclose(part, right, rtol=1e-10, atol=1e-10) for part, right in pairs)


def _scatter(
    data: np.ndarray, responsibilities: np.ndarray, around: np.ndarray | float
) -> np.ndarray:
    """Σ_i γ_ik (x_i − m_k)(x_i − m_k)ᵀ, (K, D, D)."""
    centred = data[:, None] - around
    return np.einsum("nk,nki,nkj->kij", responsibilities, centred, centred)


def _right(case: _Case) -> _Step:
    data, responsibilities, _ = case
    counts = responsibilities.sum(axis=0)
    means = responsibilities.T @ data / counts[:, None]
    covariance = _scatter(data, responsibilities, means).sum(axis=0) / len(data)
    return _Step(counts / len(data), means, covariance)


def _compare(answer: _Step, case: _Case) -> None:
    """Raise Mistake unless the answer is the M-step; name the mistake it looks like."""
    right = _right(case)
    hard = np.eye(len(right.weights))[case.responsibilities.argmax(axis=1)]
    if not is_right(
        answer.weights, right.weights, _other_weights(case, hard), "weights of shape (K,)"
    ):
        raise Mistake("The weights are wrong: π_k = n_k / n, where n_k = Σ_i γ_ik.")
    if not is_right(answer.means, right.means, _other_means(case, hard), "means of shape (K, D)"):
        raise Mistake(
            "The weights are right, the means are not: μ_k = Σ_i γ_ik x_i / n_k, an average of "
            "all points by their shares."
        )
    if not is_right(
        answer.covariance,
        right.covariance,
        _other_covariances(case),
        "a covariance of shape (D, D)",
    ):
        raise Mistake(
            "Weights and means are right, the covariance is not: "
            "Σ = Σ_k Σ_i γ_ik (x_i − μ_k)(x_i − μ_k)ᵀ / n."
        )


def _other_weights(case: _Case, hard: np.ndarray) -> dict[str, np.ndarray]:
    points, components = hard.shape
    return {
        "The weights are the counts n_k: divide by the number of points, so that they sum to 1.": (
            case.responsibilities.sum(axis=0)
        ),
        "All your weights are 1/K: π_k is the share of the points that component k answers for, "
        "n_k / n.": np.full(components, 1 / components),
        "The weights count whole points, each for its likeliest component: add up the shares "
        "γ_ik themselves.": hard.mean(axis=0),
        "You have summed over the components, where shares always sum to 1: for n_k, sum over the "
        "points (axis=0).": np.full(points, 1 / points),
    }


def _other_means(case: _Case, hard: np.ndarray) -> dict[str, np.ndarray]:
    data, responsibilities, old = case
    _, right, _ = _right(case)
    sums = responsibilities.T @ data
    return {
        "The means are divided by n, the number of all points: divide by n_k, the component's "
        "own.": sums / len(data),
        "The means are sums Σ_i γ_ik x_i: divide by n_k to make them averages.": sums,
        "The means are n times too large: divide by n_k, not by π_k = n_k / n.": right * len(data),
        "Each mean is that of the points whose likeliest component it is, as in K-means: weight "
        "all points by their shares γ_ik.": hard.T @ data / hard.sum(axis=0)[:, None],
        "These are the means from before the step: the new ones are averages of the data.": old,
        "Every component has the mean of all data: weight the points by their shares γ_ik.": (
            np.tile(data.mean(axis=0), (len(old), 1))
        ),
        "The means are transposed: row k belongs to component k, shape (K, D).": right.T,
    }


def _other_covariances(case: _Case) -> dict[str, np.ndarray]:
    data, responsibilities, _ = case
    _, means, right = _right(case)
    scatters = _scatter(data, responsibilities, means)
    own = scatters / responsibilities.sum(axis=0)[:, None, None]
    points, components = responsibilities.shape
    total = points * right
    return _other_centres(case) | {
        "These are K matrices, one for each component: here all share one, (D, D).": own,
        "You have averaged the components' covariances as if each had as many points: weight them "
        "by n_k.": own.mean(axis=0),
        "You have added up the components' covariances: average them, weighted by n_k.": (
            own.sum(axis=0)
        ),
        "The covariance is a sum: divide by n to make it an average.": total,
        "The covariance is divided by n − K. That makes it unbiased where z is known, but it is n "
        "that maximises the likelihood.": total / (points - components),
        "The covariance is divided by n − 1. That makes it unbiased for a single mean, but it is n "
        "that maximises the likelihood.": total / (points - 1),
        "The covariance is divided by n K: the shares of a point already sum to 1 over k.": (
            right / components
        ),
        "Only the diagonal is left: two columns may vary together, so the off-diagonal entries "
        "are needed.": right * np.eye(len(right)),
        "These are the variances of each column, (D,): return the whole matrix, (D, D).": (
            np.diagonal(right)
        ),
        "γ enters twice: weight only one of the two factors (x − μ)(x − μ)ᵀ.": (
            _scatter(data, responsibilities**2, means).sum(axis=0) / points
        ),
        "The shares are missing in the covariance: weight each point by γ_ik.": (
            _scatter(data, np.ones_like(responsibilities), means).sum(axis=0) / points
        ),
    }


def _other_centres(case: _Case) -> dict[str, np.ndarray]:
    data, responsibilities, old = case

    def around(place: np.ndarray | float) -> np.ndarray:
        return _scatter(data, responsibilities, place).sum(axis=0) / len(data)

    return {
        "The covariance is taken around the old means: subtract the new ones, which you have just "
        "found.": around(old),
        "The covariance is taken around the mean of all data: subtract each component's own μ_k.": (
            around(data.mean(axis=0))
        ),
        "This is E[xxᵀ], not centred: subtract μ_k from the data before multiplying.": around(0.0),
    }
