"""Stochastic neighbour embedding (slide: SNE; Hinton & Roweis 2002).

The map's points have neighbours too, with the same kind of probabilities but a single width::

    q_i(j) = exp(−‖x̄_i − x̄_j‖²) / Σ_{k≠i} exp(−‖x̄_i − x̄_k‖²)
    argmin over x̄ of Σ_i D_KL(p_i ‖ q_i)  =  argmax over x̄ of Σ_i Σ_j p_i(j) log q_i(j)

The two differ by Σ_i H(p_i), whatever the map. The right-hand side is maximum likelihood for
predicting which point is the neighbour of i. Where one neighbour is known, the *positive* i⁺, p_i
is one-hot and what is left, −Σ_i log q_i(i⁺), is the InfoNCE loss of contrastive learning with
scores −‖x̄_i − x̄_j‖² and all other points as candidates: :func:`info_nce_loss`.

The gradient by x̄_i is a sum of springs, too short or too long::

    2 Σ_j (p_i(j) − q_i(j) + p_j(i) − q_j(i)) (x̄_i − x̄_j)

These functions are the formulas, through arrays of points × points; :mod:`.losses` holds the same
ones made fast.
"""

import jax.numpy as jnp
import numpy as np
from jax.nn import log_softmax
from jax.scipy.special import xlogy
from jaxtyping import Array, Float, Int

from lecture11.arguments import known, require_shape
from lecture11.embedding.distances import require_pairs
from lecture11.embedding.pairs import differences, squared_length, without_self
from lecture11.signatures import checked


@checked
def log_neighbour_probabilities(
    points: Float[Array, "points dims"],
) -> Float[Array, "points points"]:
    """log q_i(j) in row i, column j; −∞ on the diagonal, finite elsewhere."""
    return log_softmax(without_self(-squared_length(differences(points)), -jnp.inf), axis=1)


@checked
def neighbour_probabilities(points: Float[Array, "points dims"]) -> Float[Array, "points points"]:
    """q_i(j) in row i, column j; each row sums to 1.

    >>> print(neighbour_probabilities([[0], [1], [2]])[0])
    [0. 0.953 0.047]
    """
    return jnp.exp(log_neighbour_probabilities(points))


@checked
def sne_loss(
    points: Float[Array, "points dims"], p: Float[Array, "points points"]
) -> Float[Array, ""]:
    """Σ_i D_KL(p_i ‖ q_i), in nats, summed over points as on the slide.

    p: p_i(j) in row i, from :func:`~lecture11.embedding.conditional_affinities`

    >>> print(sne_loss([[0], [1], [2]], [[0, 1, 0], [0.5, 0, 0.5], [0, 1, 0]]))
    0.0972
    """
    return xlogy(p, p).sum() + sne_cross_entropy(points, p)


@checked
def sne_cross_entropy(
    points: Float[Array, "points dims"], p: Float[Array, "points points"]
) -> Float[Array, ""]:
    """−Σ_i Σ_j p_i(j) log q_i(j), in nats: the loss plus Σ_i H(p_i).

    >>> print(sne_cross_entropy([[0], [1], [2]], [[0, 1, 0], [0.5, 0, 0.5], [0, 1, 0]]))
    0.7903
    """
    require_pairs("p", p, points)
    log_q = without_self(log_neighbour_probabilities(points), 0)
    return -(p * log_q).sum()


@checked
def sne_gradient(
    points: Float[Array, "points dims"], p: Float[Array, "points points"]
) -> Float[Array, "points dims"]:
    """2 Σ_j (p_i(j) − q_i(j) + p_j(i) − q_j(i)) (x̄_i − x̄_j): of the loss and the cross-entropy."""
    require_pairs("p", p, points)
    return spring_forces(points, p - neighbour_probabilities(points))


def spring_forces(
    points: Float[Array, "points dims"], slopes: Float[Array, "points points"]
) -> Float[Array, "points dims"]:
    """The gradient by the points of a loss whose derivative by each d̄_ij², all free, is slopes_ij.

    d̄_ij² has the gradient 2 (x̄_i − x̄_j) by x̄_i, and so has d̄_ji².
    """
    strengths = slopes + slopes.T
    parts = [(strengths * part).sum(axis=1) for part in differences(points)]
    return 2 * jnp.stack(parts, axis=1)


@checked
def info_nce_loss(
    scores: Float[Array, "points points"], positives: Int[Array, " points"]
) -> Float[Array, ""]:
    """−Σ_i log (exp s(i, i⁺) / Σ_{k≠i} exp s(i, k)), in nats (van den Oord et al. 2018, eq. 4).

    scores: s(i, k), how alike i and k are; the diagonal does not count
    positives: i⁺, the one point that is known to be a neighbour of i, never i itself

    >>> print(info_nce_loss([[0, 2, 1], [2, 0, 1], [1, 2, 0]], [1, 0, 1]))
    0.9398
    """
    require_pairs("scores", scores, scores)
    require_shape("positives", positives, (scores.shape[0],), "one for each point")
    if known(positives) and not _are_others(positives):
        raise ValueError(
            f"positives: expected for each point the number of another, 0 … {len(scores) - 1}; "
            f"got {positives}."
        )
    log_probabilities = log_softmax(without_self(scores, -jnp.inf), axis=1)
    return -jnp.take_along_axis(log_probabilities, positives[:, None], axis=1).sum()


def _are_others(positives: Array) -> bool:
    own = np.arange(len(positives))
    return bool(((positives != own) & (positives >= 0) & (positives < len(own))).all())
