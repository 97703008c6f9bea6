"""Checks for notebook 02: conditional affinities, the perplexity search, the gradient of t-SNE."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lecture11.exercises.answers import ask, is_right, number, numbers
from lecture11.exercises.mistakes import softmax
from lecture11.exercises.verdict import Mistake, exercise


class _Affinities(NamedTuple):
    squares: np.ndarray
    sigmas: np.ndarray


def _affinities_case(seed: int, points: int) -> _Affinities:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(points, 3))
    return _Affinities(((x[:, None] - x) ** 2).sum(axis=2), rng.uniform(0.5, 2, points))


AFFINITIES = (_affinities_case(0, 6), _affinities_case(1, 4))
FAR = _Affinities(10_000 * AFFINITIES[0].squares, AFFINITIES[0].sigmas)
"""So far apart that every exp(−d² / 2σ²) underflows, though p_i(j) is perfectly well defined."""


@exercise
def check_conditional_affinities(student: Callable) -> str:
    """Check ``affinities(squares, sigmas) -> (n, n)``, p_i(j) in row i, column j.

    Accepts any array library. Names: nothing returned; the point itself among its neighbours, the
    factor 2 missing, σ in the place of σ², distances without the square, σ_j for σ_i, columns or
    the whole matrix normalised, nothing normalised, the minus sign lost, the transpose,
    symmetrised, rows that underflow.
    """
    for case in AFFINITIES:
        answer = numbers(ask(student, case))
        right, likely = _conditional(case)
        if not is_right(answer, right, likely, "one row for each point, an array of shape (n, n)"):
            raise Mistake(
                f"The shape is right, but not the numbers; your first row sums to "
                f"{answer[0].sum():.4g}. Take one row: exp(−d_ij² / 2σ_i²) for j ≠ i, 0 for j = i, "
                "divided by their sum."
            )
    answer = numbers(ask(student, FAR))
    right = _rows(-FAR.squares / (2 * FAR.sigmas[:, None] ** 2))
    if not np.isfinite(answer).all():
        raise Mistake(
            "Right unless a point is far from all others: there every exp(−d² / 2σ²) is rounded to "
            "0, and 0 / 0 is NaN. First take off the row's smallest d² (to another point: d_ii² is "
            "0): that divides all its terms by the same number, and p stays as it is."
        )
    if not is_right(answer, right, {}, "an array of shape (n, n)"):
        raise Mistake(
            "Right unless a point is far from all others. There exp(−d² / 2σ²) underflows: first "
            "take off the row's smallest d² (to another point: d_ii² is 0), and p stays as it is."
        )
    return "The affinities are right, also where the exponentials underflow."


def _conditional(case: _Affinities) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The right affinities, and what else may be computed by mistake."""
    d2, sigma = case.squares, case.sigmas[:, None]
    right = _rows(-d2 / (2 * sigma**2))
    weights = np.exp(-d2 / (2 * sigma**2))
    alone = weights * ~np.eye(len(d2), dtype=bool)
    return right, {
        "A point is not its own neighbour: p_i(i) = 0, and the sum below runs over k ≠ i.": (
            weights / weights.sum(axis=1, keepdims=True)
        ),
        "p_i(i) is 0, but it still counts in the sum below: leave out k = i there too.": (
            alone / weights.sum(axis=1, keepdims=True)
        ),
        "The 2 is missing: the exponent is −d² / 2σ².": _rows(-d2 / sigma**2),
        "The exponent has σ² below, not σ.": _rows(-d2 / (2 * sigma)),
        "You multiply by σ² where the exponent divides by it: d2 / 2 * sigma**2 is (d2 / 2) · σ², "
        "so put 2 * sigma**2 into brackets.": _rows(-d2 / 2 * sigma**2),
        "The minus sign is lost: near ones must be more probable.": _rows(d2 / (2 * sigma**2)),
        "You take the root first: the exponent has the squared distance, as given.": (
            _rows(-np.sqrt(d2) / (2 * sigma**2))
        ),
        "You square what is squared already: the first argument is d².": (
            _rows(-(d2**2) / (2 * sigma**2))
        ),
        "Column j has its own σ_j here: in row i all exponents have σ_i.": (
            _rows(-d2 / (2 * sigma.T**2))
        ),
        "Your columns sum to 1: each row is a distribution, so normalise along it.": (
            alone / alone.sum(axis=0, keepdims=True)
        ),
        "The whole matrix sums to 1: here each row does.": alone / alone.sum(),
        "The terms are not normalised: divide each row by its sum.": alone,
        "You have the transpose: p_i(j) stands in row i.": right.T,
        "You have symmetrised them, as t-SNE does later: here rows must sum to 1.": (
            (right + right.T) / 2
        ),
        "You have symmetrised them to P_ij, as t-SNE does later: here rows must sum to 1.": (
            (right + right.T) / (2 * len(right))
        ),
        "These are logarithms: return p itself.": np.log(
            right, out=np.full_like(right, -np.inf), where=right > 0
        ),
    }


def _rows(exponents: np.ndarray) -> np.ndarray:
    """exp of each row without the diagonal, normalised."""
    return softmax(np.where(np.eye(len(exponents), dtype=bool), -np.inf, exponents))


# The search


class _Search(NamedTuple):
    squares: np.ndarray
    perplexity: float


def _search_case(seed: int, others: int, scale: float, perplexity: float) -> _Search:
    x = np.random.default_rng(seed).normal(size=(others, 4))
    return _Search(scale * (x**2).sum(axis=1), perplexity)


SEARCHES = (
    _search_case(0, 30, 1.0, 3.0),
    _search_case(1, 30, 1.0, 20.0),
    _search_case(2, 50, 1e4, 8.0),
    _search_case(3, 50, 1e-4, 8.0),
)
CLOSE = 1e-3
"""How near the perplexity must come, as a fraction of it."""


@exercise
def check_perplexity_search(student: Callable) -> str:
    """Check ``find_precision(squares, perplexity) -> float``, the β with p(j) ∝ exp(−β d_j²).

    Accepts any search. Names: nothing returned, σ or σ² in the place of β, an entropy that is
    matched to the perplexity itself, bits and nats mixed, a search that runs the wrong way, one
    that ends too soon, one whose interval is too narrow.
    """
    for which, case in enumerate(SEARCHES):
        answer = number(ask(lambda s, c=case: student(s, c.perplexity), (case.squares,)))
        if answer.ndim:
            raise Mistake(f"Return one number, β, not an array of shape {answer.shape}.")
        beta = float(answer)
        if not np.isfinite(beta) or beta <= 0:
            raise Mistake(
                f"β must be a positive number; yours is {beta:.4g}. (If you search in log β, "
                "return its exponential.)"
            )
        if abs(_perplexity(case.squares, beta) / case.perplexity - 1) > CLOSE:
            raise Mistake(_search_mistake(case, beta, which))
    return "Each β gives the perplexity asked for, whatever the unit of the distances."


def _search_mistake(case: _Search, beta: float, which: int) -> str:
    """What has probably gone wrong."""
    squares, target = case
    reached = _perplexity(squares, beta)
    right = _precision(squares, target)
    guesses = {
        "This is σ: return β = 1 / 2σ².": (0.5 / right) ** 0.5,
        "This is σ²: return β = 1 / 2σ².": 0.5 / right,
        "This is 1 / σ²: return β, half of it.": 2 * right,
        "This is 1 / β: return β itself.": 1 / right,
        "This is log β: return β itself.": np.log(right),
    }
    confused = {
        "You match the entropy to the perplexity: the perplexity is the exponential of the "
        "entropy.": np.exp(target),
        "You take 2 to the power of an entropy in nats: nats go with exp, bits with 2 to the "
        "power.": np.exp(np.log2(target)),
        "You take exp of an entropy in bits: nats go with exp, bits with 2 to the power.": (
            2.0 ** np.log(target)
        ),
    }
    guesses |= {
        message: _precision(squares, other)
        for message, other in confused.items()
        if other < len(squares)
    }
    for message, wrong in guesses.items():
        if np.isclose(beta, wrong, rtol=1e-2):
            return message
    said = (
        f"With your β = {beta:.4g} the perplexity is {reached:.4g}, and {target:g} was asked for. "
    )
    if which >= 2:
        return said + (
            "The distances are in another unit here, so β is far smaller or larger: let the "
            "interval of the search begin wide, and halve it in log β; or widen it until it holds "
            "the solution. Where all exponentials are rounded to 0, take the smallest d² off first."
        )
    if abs(reached / target - 1) < 0.2:
        return said + (
            "That is near. If your search ends too soon, let it go on: each halving gains one "
            "binary digit."
        )
    return said + (
        "The perplexity falls as β grows. Too high a perplexity: raise β; too low: lower it, "
        "until the two agree to a thousandth."
    )


def _perplexity(squares: np.ndarray, beta: float) -> float:
    exponents = -beta * (squares - squares.min())
    p = np.exp(exponents)
    p = p / p.sum()
    positive = p[p > 0]
    return float(np.exp(-(positive * np.log(positive)).sum()))


def _precision(squares: np.ndarray, target: float) -> float:
    low, high = -60.0, 60.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (
            (middle, high) if _perplexity(squares, np.exp(middle)) > target else (low, middle)
        )
    return float(np.exp(middle))


# The gradient


class _Map(NamedTuple):
    points: np.ndarray
    p: np.ndarray


def _map_case(seed: int, points: int, dims: int) -> _Map:
    rng = np.random.default_rng(seed)
    pairs = np.triu(rng.uniform(size=(points, points)), 1)
    pairs = pairs + pairs.T
    return _Map(rng.normal(size=(points, dims)), pairs / pairs.sum())


MAPS = (_map_case(0, 7, 2), _map_case(1, 5, 3))


@exercise
def check_tsne_gradient(student: Callable) -> str:
    """Check ``tsne_gradient(points, p) -> (n, dims)``, of D_KL(P ‖ Q).

    Accepts any array library and automatic differentiation. Names: nothing returned; a factor 4
    that is missing or 2, the other direction, no weight or its square, Q not normalised, normalised
    in rows, or with the diagonal, a Gaussian in the place of Student's t, a mean over the points,
    the transpose, the loss.
    """
    for case in MAPS:
        answer = numbers(ask(student, case))
        right, likely = _gradients(case)
        if not is_right(
            answer, right, likely, "one row for each point, an array of shape (n, dims)"
        ):
            raise Mistake(
                "The shape is right, but not the numbers. Compare with jax.grad of "
                "Σ P log(P / Q) over i ≠ j: first w, then Q = w / Σ w, then the sum for one point."
            )
    return "The gradient of t-SNE is right."


def _gradients(case: _Map) -> tuple[np.ndarray, dict[str, np.ndarray | float]]:
    """The right gradient, and what else may be computed by mistake."""
    points, p = case
    squares = ((points[:, None] - points) ** 2).sum(axis=2)
    others = ~np.eye(len(points), dtype=bool)
    w, bell = (weights * others for weights in (1 / (1 + squares), np.exp(-squares)))
    q, by_row = w / w.sum(), w / w.sum(axis=1, keepdims=True)
    with_self = w / (w.sum() + len(w))
    with np.errstate(divide="ignore", invalid="ignore"):
        loss = float(np.where(others, p * np.log(p / q), 0).sum())

    def forces(strengths: np.ndarray) -> np.ndarray:
        return 4 * (strengths[:, :, None] * (points[:, None] - points)).sum(axis=1)

    right = forces((p - q) * w)
    return right, {
        "The factor 4 is missing.": right / 4,
        "You have the factor 2: each pair comes twice, so it is 4.": right / 2,
        "This is the direction downhill: the gradient points uphill. Look at P − Q and x̄_i − x̄_j; "
        "one of them is the wrong way round.": -right,
        "The sign is wrong, and the factor 4 missing.": -right / 4,
        "The weight w_ij is missing: without it this has the form of symmetric SNE's gradient, "
        "whose map is Gaussian.": forces(p - q),
        "The weight comes twice: it is w_ij, not its square.": forces((p - q) * w**2),
        "Q is not normalised: divide w by the sum of all its entries.": forces((p - w) * w),
        "You normalise each row of w: t-SNE's Q is one distribution over all pairs.": (
            forces((p - by_row) * w)
        ),
        "The diagonal counts in your normaliser: leave out k = l, where w is 1.": (
            forces((p - with_self) * w)
        ),
        "You have a Gaussian in the map: w = 1 / (1 + d̄²).": forces((p - bell / bell.sum()) * bell),
        "You have a Gaussian in the map, and SNE's gradient: w = 1 / (1 + d̄²).": (
            forces(p - bell / bell.sum())
        ),
        "This is the attraction alone: Q's part pushes apart.": forces(p * w),
        "This is a mean over the points: the gradient is the sum.": right / len(points),
        "You have the transpose: row i belongs to point i.": right.T,
        "This is the loss: asked for is its gradient, one row for each point.": loss,
    }
