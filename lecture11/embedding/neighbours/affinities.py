"""Affinities: how probable each other point is as point i's neighbour (slide: SNE; van der Maaten &
Hinton 2008, section 2).

The slide's distribution over the neighbours of x_i is a Gaussian around it, over the other points::

    p_i(j) = exp(−‖x_i − x_j‖² / 2σ_i²) / Σ_{k≠i} exp(−‖x_i − x_k‖² / 2σ_i²),      p_i(i) = 0

The slide omits how wide it is. Each σ_i is chosen such that p_i has a given *perplexity*, the
exponential of its entropy: a uniform distribution over k neighbours has perplexity k. The entropy
falls as the precision β_i = 1 / 2σ_i² grows, so the right one is found by bisection
(:func:`bisect_precision`), or, for all rows at once, by Newton's method on log β_i within the
shrinking interval (:func:`calibrate`).

t-SNE symmetrises: P_ij = (p_i(j) + p_j(i)) / 2N, a single distribution over pairs.
"""

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.scipy.special import entr
from jaxtyping import Array, ArrayLike, Bool, Float

from lecture11.arguments import as_floats, as_number, as_whole, known
from lecture11.embedding.distances import scaled_data, sum_of_squares
from lecture11.embedding.pairs import row_sums, without_self
from lecture11.signatures import Scalar, checked

WIDEST, NARROWEST = -40.0, 40.0
"""Where log β is looked for, with distances in units of the row's own: at one end p_i is uniform to
the last digit, at the other it leaves out all but exact ties with the nearest point, unless they
nearly tie: then the end is moved on (:func:`_narrowest`)."""
MOST_STEPS = 60


class Measured(NamedTuple):
    """The data, converted once."""

    given: Float[Array, "points columns"]
    """Points × dims, or the distances between them."""
    squares: Float[Array, "points points"]
    """Squared distances, in squared units of what is given."""
    unit: Float[Array, ""]
    """Of the data's own, how many make one of these."""


class Calibration(NamedTuple):
    """p_i for every point, each with a σ_i of its own."""

    log_affinities: Float[Array, "points candidates"]
    """log p_i(j), in nats, finite also where p_i(j) underflows; −∞ for j = i."""
    bandwidths: Float[Array, " points"]
    """σ_i, in units of the distances; 0 where ties leave none that gives the perplexity asked."""
    perplexities: Float[Array, " points"]
    """What was reached: as asked, but for ties, which cannot be told apart: m points at the same
    smallest distance have a perplexity of m at least. There p_i is uniform over the ties, by the
    widest Gaussian that leaves out the others up to rounding."""


class Bisection(NamedTuple):
    """The search for one point's precision, step by step."""

    precisions: Float[Array, " steps"]
    """β = 1 / 2σ² as tried, in inverse squared units of the distances."""
    perplexities: Float[Array, " steps"]
    """The perplexity of p_i under each."""


def conditional_affinities(
    x: Any, *, perplexity: Scalar, precomputed: bool = False
) -> Float[Array, "points points"]:
    """p_i(j) in row i, column j; each row sums to 1, the diagonal is 0.

    x: points × dims; where ``precomputed``, the matrix of their distances instead

    Raises what :func:`calibrate_points` raises.

    >>> print(conditional_affinities([[0], [1], [3]], perplexity=1.5)[0])
    [0. 0.86 0.14]
    """
    return jnp.exp(calibrate_points(x, perplexity=perplexity, precomputed=precomputed)[0])


def joint_affinities(
    x: Any, *, perplexity: Scalar, precomputed: bool = False
) -> Float[Array, "points points"]:
    """P_ij = (p_i(j) + p_j(i)) / 2N: symmetric, with sum 1 and diagonal 0.

    Every point has Σ_j P_ij > 1 / 2N, so that an outlier is attracted by some point too.
    Raises what :func:`calibrate_points` raises.

    >>> print(joint_affinities([[0], [1], [3]], perplexity=1.5)[0])
    [0. 0.287 0.047]
    """
    return symmetrised(conditional_affinities(x, perplexity=perplexity, precomputed=precomputed))


def symmetrised(conditional: Float[Array, "points points"]) -> Float[Array, "points points"]:
    """From p_i(j) to P_ij = (p_i(j) + p_j(i)) / 2N."""
    return (conditional + conditional.T) / (2 * conditional.shape[0])


def calibrate_points(x: Any, *, perplexity: Scalar, precomputed: bool = False) -> Calibration:
    """p_i over all other points, with its σ_i and the perplexity reached.

    x: points × dims; where ``precomputed``, the matrix of their distances instead
    perplexity: from 1 to the number of other points

    Raises TypeError or ValueError where x is no such array, holds NaN, has fewer than 2 points, or
    is no matrix of distances; ValueError for a perplexity that N points cannot have, and where most
    points are closer together than the floating type can tell beside the farthest.

    >>> print(calibrate_points([[0.0], [1.0], [3.0]], perplexity=1.5).bandwidths)
    [1.485 0.910 1.174]
    """
    data = measured(x, precomputed=precomputed)
    found = calibrate_squares(data.squares, perplexity)
    return found._replace(bandwidths=data.unit * found.bandwidths)


def calibrate_squares(squares: Float[Array, "points points"], perplexity: Any) -> Calibration:
    """p_i over all other points, from their squared distances.

    Raises TypeError or ValueError for a perplexity that so many points cannot have.
    """
    target = jnp.asarray(as_perplexity(perplexity, squares.shape[0]), squares.dtype)
    return calibrate(without_self(squares, jnp.inf), target)


def measured(x: Any, *, precomputed: bool = False) -> Measured:
    """The data and their squared distances, in units in which neither is large.

    In the data's own units squares of large or of tiny distances may not be floating numbers.
    Raises what :func:`calibrate_points` raises of x.
    """
    given, unit = scaled_data(x, precomputed=precomputed)
    return Measured(given, squares_of(given, x, precomputed), unit)


def squares_of(
    given: Float[Array, "points columns"], x: Any, precomputed: bool
) -> Float[Array, "points points"]:
    """d_ij² of what :func:`scaled_data` made of x. Raises ValueError where most points merge."""
    squares = given**2 if precomputed else sum_of_squares(given)
    if known(squares):
        require_apart(x, _have_duplicates(squares), precomputed)
    return squares


def require_apart(x: Any, merged: Bool[ArrayLike, " points"], precomputed: bool) -> None:
    """Raise ValueError where most points, all different as given, have become duplicates."""
    merged = np.asarray(merged)
    if merged.mean() <= 0.5:
        return
    given = np.asarray(x, float)
    if precomputed:
        same = (given == 0).sum(axis=1) > 1
    else:
        _, which, counts = np.unique(given, axis=0, return_inverse=True, return_counts=True)
        same = counts[which.ravel()] > 1
    if (merged & ~same).mean() > 0.5:
        raise ValueError(
            "x: most points are so close together, and others so far away, that "
            f"{jnp.result_type(float)} cannot tell them apart; leave out what lies far away (a "
            "code for missing values?), or turn float64 on with "
            "jax.config.update('jax_enable_x64', True)."
        )


@jax.jit
def _have_duplicates(squares: Float[Array, "points points"]) -> Bool[Array, " points"]:
    return (squares == 0).sum(axis=1) > 1


def as_perplexity(perplexity: Any, points: Any) -> Scalar:
    """Return the number. Raises TypeError or ValueError unless N points can have it."""
    perplexity = as_number("perplexity", perplexity, 1)
    if known(perplexity) and perplexity > points - 1:
        raise ValueError(
            f"perplexity: expected a number from 1 to {points - 1}, as each of {points} points has "
            f"{points - 1} others that may be its neighbours; got {perplexity:g}. Lower it to at "
            f"most {points - 1} (a third of that is customary), or add points."
        )
    return perplexity


@checked
def affinities_at(
    squares: Float[Array, " candidates"], precision: Scalar
) -> Float[Array, " candidates"]:
    """One point's p_i(j) = exp(−β d_ij²) / Σ_k exp(−β d_ik²): a softmax over the other points.

    squares: d_ij² to the other points
    precision: β = 1 / (2 σ_i²)

    The nearest distance is taken off first, which changes nothing but keeps the largest term at 1.

    >>> print(affinities_at(np.array([1.0, 4.0]), 0.5))
    [0.8176 0.1824]
    """
    squares = as_floats("squares", squares)
    return jax.nn.softmax(-precision * (squares - squares.min()))


@checked
def perplexity_of(p: Float[Array, "*rows candidates"]) -> Float[Array, "*rows"]:
    """exp(−Σ_j p(j) log p(j)): how many equally probable neighbours would be as uncertain."""
    return jnp.exp(entr(as_floats("p", p)).sum(axis=-1))


def bisect_precision(squares: Any, *, perplexity: Scalar, steps: int = 30) -> Bisection:
    """One point's search, by halving an interval of log β: too perplexed, raise β; else lower it.

    squares: squared distances to the other points

    Raises TypeError or ValueError where ``squares`` are no such numbers; ValueError for a
    perplexity that so many points cannot have, or fewer steps than 1.
    """
    squares = as_floats("squares", squares, 1)
    perplexity = as_perplexity(perplexity, squares.shape[0] + 1)
    steps = as_whole("steps", steps, 1)
    return _bisect(squares, jnp.asarray(perplexity, squares.dtype), steps)


@partial(jax.jit, static_argnums=2)
def _bisect(squares: Array, perplexity: Array, steps: int) -> Bisection:
    excess = squares - squares.min()
    unit = _where_positive(excess.mean())

    def halve(interval: tuple[Array, Array], _: None) -> tuple[tuple[Array, Array], Bisection]:
        low, high = interval
        middle = (low + high) / 2
        precision = jnp.exp(middle) / unit
        reached = perplexity_of(affinities_at(squares, precision))
        too_perplexed = reached > perplexity
        interval = jnp.where(too_perplexed, middle, low), jnp.where(too_perplexed, high, middle)
        return interval, Bisection(precision, reached)

    start = jnp.asarray(WIDEST, squares.dtype), _narrowest(excess / unit)
    return lax.scan(halve, start, None, length=steps)[1]


class _Search(NamedTuple):
    """An interval of log β for each row, and the point within it that is tried next."""

    low: Array
    high: Array
    log_precision: Array
    done: Array
    steps: Array


@jax.jit
def calibrate(
    squares: Float[Array, "points candidates"], perplexity: Float[Array, ""]
) -> Calibration:
    """p_i over the candidates in row i, for all rows at once.

    squares: squared distances from each point to its candidates; ∞ where one is none (j = i)

    The entropy H as a function of t = log β has the slope −β² Var_p(d²), so Newton's step is
    (H − log perplexity) / (β² Var_p(d²)); where it leaves the interval known to hold the solution,
    the interval is halved instead.
    """
    is_candidate = jnp.isfinite(squares)
    nearest = squares.min(axis=1, keepdims=True)
    excess = jnp.where(is_candidate, squares - nearest, 0)
    unit = _where_positive(excess.sum(axis=1) / is_candidate.sum(axis=1))
    excess = excess / unit[:, None]
    tolerance = 32 * jnp.finfo(squares.dtype).eps
    ties = (is_candidate & (excess == 0)).sum(axis=1).astype(squares.dtype)
    # With m ties H > log m for any β: there the target is log m but for rounding, as a larger β
    # would only make the log p_i(j) of all others more negative.
    target = jnp.maximum(jnp.log(perplexity), jnp.log(ties) + 2 * tolerance)
    is_tied = target > jnp.log(perplexity)

    def moments(log_precision: Array) -> tuple[Array, Array, Array]:
        """log Σ_j e_j, entropy, β² Var_p(d²) for e_j = exp(−β d_j²)."""
        scaled = jnp.exp(log_precision)[:, None] * excess
        e = jnp.where(is_candidate, jnp.exp(-scaled), 0)
        scaled = jnp.where(e > 0, scaled, 0)  # where e is 0, β d² may be beyond the floating type
        total, first, second = row_sums(e, scaled * e, scaled * scaled * e)
        mean = first / total
        return jnp.log(total), jnp.log(total) + mean, second / total - mean * mean

    def improve(search: _Search) -> _Search:
        _, entropy, variance = moments(search.log_precision)
        surplus = entropy - target
        low = jnp.where(surplus > 0, search.log_precision, search.low)
        high = jnp.where(surplus > 0, search.high, search.log_precision)
        newton = search.log_precision + surplus / _where_positive(variance)
        inside = (variance > 0) & (low < newton) & (newton < high)
        done = search.done | (jnp.abs(surplus) <= tolerance) | (high - low <= tolerance)
        following = jnp.where(
            inside, newton, jnp.where(done, search.log_precision, (low + high) / 2)
        )
        # The step that finds the row close enough is still taken: it lands on the solution.
        following = jnp.where(search.done, search.log_precision, following)
        return _Search(low, high, following, done, search.steps + 1)

    rows = jnp.zeros_like(unit)
    narrowest = _narrowest(excess)
    start = _Search(rows + WIDEST, narrowest, rows, rows > 0, jnp.zeros((), jnp.int32))
    search = lax.while_loop(lambda s: ~s.done.all() & (s.steps < MOST_STEPS), improve, start)
    log_total, entropy, _ = moments(search.log_precision)
    precision = jnp.exp(search.log_precision)
    log_affinities = jnp.where(
        is_candidate, -precision[:, None] * excess - log_total[:, None], -jnp.inf
    )
    bandwidths = jnp.sqrt(unit / (2 * precision))
    return Calibration(log_affinities, jnp.where(is_tied, 0, bandwidths), jnp.exp(entropy))


def _narrowest(excess: Float[Array, "*rows candidates"]) -> Float[Array, "*rows"]:
    """log β at which even the smallest excess that is not 0 is left out of p_i up to rounding."""
    smallest = jnp.where(excess > 0, excess, jnp.inf).min(axis=-1)
    numbers = jnp.finfo(excess.dtype)
    needed = jnp.log(-jnp.log(numbers.eps)) - jnp.log(smallest)
    return jnp.clip(needed, NARROWEST, jnp.log(numbers.max) - 1)


def _where_positive(values: Array) -> Array:
    """The values, with 1 in the place of 0: safe to divide by where the quotient does not count."""
    return jnp.where(values > 0, values, 1)
