"""Checks for notebook 01: the stress of a map, and one step of SMACOF."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lecture11.exercises.answers import ask, is_right, number, numbers
from lecture11.exercises.verdict import Mistake, exercise


class _Case(NamedTuple):
    points: np.ndarray
    distances: np.ndarray


def _case(seed: int, points: int, dims: int) -> _Case:
    """A centred map, and dissimilarities that no map has."""
    rng = np.random.default_rng(seed)
    pairs = np.triu(rng.uniform(0.5, 3, (points, points)), 1)
    mapped = rng.normal(size=(points, dims))
    return _Case(mapped - mapped.mean(axis=0), pairs + pairs.T)


CASES = (_case(0, 6, 2), _case(1, 4, 3))
TOGETHER = _Case(  # the first two points lie in one place, though their distance is 1
    np.array([[1.0, 0.0], [1.0, 0.0], [-2.0, 0.0]]),
    np.array([[0.0, 1.0, 2.0], [1.0, 0.0, 2.0], [2.0, 2.0, 0.0]]),
)


@exercise
def check_stress(student: Callable) -> str:
    """Check ``stress(points, distances) -> float``, Σ_{i<j} (d_ij − d̄_ij)².

    Accepts any array library and any way of computing it. Names: nothing returned; each pair
    counted twice, squared distances compared, the root missing in d̄, errors not squared, only
    their sizes added, a mean, a root, a normalised stress, Sammon's weights, sums by point, a
    matrix.
    """
    for case in CASES:
        answer = number(ask(student, case))
        right, likely = _stresses(case)
        if not is_right(answer, right, likely, "one number"):
            raise Mistake(
                f"This is one number, but the wrong one: {answer:.6g}. Compute d̄_12 for the first "
                "two points by hand, compare (d_12 − d̄_12)² with yours, then look at the sum."
            )
    return "The stress is right, each pair counted once."


@exercise
def check_guttman_transform(student: Callable) -> str:
    """Check ``guttman_transform(points, distances) -> (n, dims)``, one step of SMACOF.

    Accepts any array library, any way of computing it, also as a gradient step. Names: nothing
    returned; 0 / 0 on the diagonal or where points coincide, a factor n missing or n − 1 in its
    place, the direction reversed, the ratio inverted or missing, the old point added, only the
    shift returned, a transposed result, points moved one after the other.
    """
    for case in CASES:
        answer = numbers(ask(student, case))
        right, likely = _transforms(case)
        _require_numbers(answer, "d̄_ii = 0 for a point and itself: leave out j = i")
        if not is_right(answer, right, likely, "one point for each, an array of shape (n, dims)"):
            raise Mistake(
                "The shape is right, but not the places. Take the first point alone: add up "
                "(d_1j / d̄_1j)(x̄_1 − x̄_j) over the others, then divide by n."
            )
    answer = numbers(ask(student, TOGETHER))
    _require_numbers(answer, "two points lie in one place, d̄_ij = 0: let such a pair count 0")
    if not is_right(answer, _transform(TOGETHER), {}, "an array of shape (n, dims)"):
        raise Mistake(
            "Right unless two points lie in one place. There x̄_i − x̄_j is 0, whatever the ratio, "
            "so such a pair should count 0."
        )
    return "The step is right, also where points lie in one place."


def _mapped(points: np.ndarray) -> np.ndarray:
    return np.linalg.norm(points[:, None] - points, axis=2)


def _stresses(case: _Case) -> tuple[np.ndarray, dict[str, np.ndarray | float]]:
    """The right stress, and what else may be computed by mistake."""
    d, found = case.distances, _mapped(case.points)
    i, j = np.triu_indices(len(d), 1)
    errors = (d - found)[i, j]
    raw = (errors**2).sum()
    ones = (d - found) ** 2
    likely = {
        "You count each pair twice, (i, j) and (j, i), as the slide does. Asked for is the raw "
        "stress of the literature, i < j: half of yours.": 2 * raw,
        "You compare squared distances: (d² − d̄²)² where (d − d̄)² is asked for. That is another "
        "criterion (sstress).": ((d**2 - found**2)[i, j] ** 2).sum(),
        "You compare squared distances and count each pair twice: take the root of d̄², and half "
        "the sum.": 2 * ((d**2 - found**2)[i, j] ** 2).sum(),
        "The root is missing: your d̄_ij is the squared distance in the map.": (
            (d - found**2)[i, j] ** 2
        ).sum(),
        "The root is missing, so your d̄_ij is the squared distance; and each pair counts twice.": (
            2 * ((d - found**2)[i, j] ** 2).sum()
        ),
        "You add the errors d − d̄ without squaring them, so that too long and too short cancel.": (
            errors.sum()
        ),
        "You add the sizes |d − d̄|: square them instead.": np.abs(errors).sum(),
        "This is the mean over the pairs: the stress is the sum.": (errors**2).mean(),
        "This is the mean over all n² entries of the matrix: the stress is the sum, over i < j.": (
            ones.mean()
        ),
        "This is the root of the stress: leave it out.": np.sqrt(raw),
        "This is the root of the slide's sum: leave out the root, and count each pair once.": (
            np.sqrt(2 * raw)
        ),
        "You have divided by Σ d²: the raw stress is not normalised.": raw / (d[i, j] ** 2).sum(),
        "This is Kruskal's stress, √(Σ (d − d̄)² / Σ d̄²): asked for is the sum itself.": np.sqrt(
            raw / (found[i, j] ** 2).sum()
        ),
        "You divide each squared error by d_ij: these are Sammon's weights, for another stress.": (
            (errors**2 / d[i, j]).sum()
        ),
        "You have one sum for each point: add them up, and count each pair once.": ones.sum(axis=1),
        "You have a matrix of squared errors: add up those with i < j.": ones,
    }
    return raw, likely


def _transform(case: _Case) -> np.ndarray:
    """B(x̄) x̄ / n."""
    found = _mapped(case.points)
    ratios = np.divide(case.distances, found, out=np.zeros_like(found), where=found > 0)
    return _moved(case.points, ratios) / len(found)


def _moved(points: np.ndarray, ratios: np.ndarray) -> np.ndarray:
    return (ratios[:, :, None] * (points[:, None] - points)).sum(axis=1)


def _transforms(case: _Case) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The right step, and what else may be computed by mistake."""
    points, d = case
    n, found = len(points), _mapped(points)
    apart = np.where(found > 0, found, 1)
    right = _transform(case)
    inverted = _moved(points, np.divide(found, d, out=np.zeros_like(d), where=d > 0))
    return right, {
        "The sum is not divided by n.": n * right,
        "You divide by n − 1, the number of others: the formula has n.": n * right / (n - 1),
        "The direction is reversed: it is x̄_i − x̄_j, away from j.": -right,
        "The direction is reversed (it is x̄_i − x̄_j), and the sum not divided by n.": -n * right,
        "The ratio is upside down: d_ij / d̄_ij pushes apart what is too close.": inverted / n,
        "These are the old places, as they come out where the ratio is missing: in a centred map "
        "Σ_j (x̄_i − x̄_j) / n is x̄_i. Multiply each x̄_i − x̄_j by d_ij / d̄_ij.": points,
        "You multiply by d_ij but do not divide by d̄_ij.": _moved(points, d) / n,
        "You divide by d̄_ij but do not multiply by d_ij.": _moved(points, 1 / apart) / n,
        "You use squared distances in the ratio: it is d_ij / d̄_ij.": (
            _moved(points, d**2 / apart**2) / n
        ),
        "You add the old place: the sum alone is the new place, not a shift.": points + right,
        "This is how far each point moves: return where it arrives.": right - points,
        "This is how far each point moves, the other way round: return where it arrives.": (
            points - right
        ),
        "You have moved the points one after the other, each seeing those moved before. All move "
        "at once, from the old places.": _one_by_one(case),
        "You have the transpose: row i belongs to point i.": right.T,
    }


def _one_by_one(case: _Case) -> np.ndarray:
    points = case.points.copy()
    for i in range(len(points)):
        points[i] = _transform(_Case(points, case.distances))[i]
    return points


def _require_numbers(answer: np.ndarray, why: str) -> None:
    if not np.isfinite(answer).all():
        raise Mistake(
            f"Your answer holds NaN or infinity, most likely from a division by 0: {why}."
        )
