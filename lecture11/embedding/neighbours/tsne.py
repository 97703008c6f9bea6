"""t-SNE (slide: t-Distributed SNE; van der Maaten & Hinton 2008).

Two changes to SNE. One distribution over all pairs, P_ij = (p_i(j) + p_j(i)) / 2N, in the place of
one for each point; and in the map a Student t with one degree of freedom in the Gaussian's place::

    Q_ij = w_ij / Σ_{k≠l} w_kl,       w_ij = 1 / (1 + ‖x̄_i − x̄_j‖²),       min over x̄ of D_KL(P ‖ Q)

A ball in n dimensions has room for many points all far from each other, a disc has not: *crowding*.
The heavy tail lets moderate distances be drawn as large ones at little cost. The gradient by x̄_i is

    4 Σ_j (P_ij − Q_ij) w_ij (x̄_i − x̄_j)

These functions are the formulas, through arrays of points × points; :mod:`.losses` holds the same
ones made fast.
"""

from jaxtyping import Array, Float

from lecture11.embedding.distances import require_pairs
from lecture11.embedding.neighbours.sne import spring_forces
from lecture11.embedding.pairs import differences, squared_length, without_self
from lecture11.signatures import checked
from lecture11.zeros import p_log_ratio


@checked
def student_weights(points: Float[Array, "points dims"]) -> Float[Array, "points points"]:
    """w_ij = 1 / (1 + ‖x̄_i − x̄_j‖²), 0 on the diagonal."""
    return without_self(1 / (1 + squared_length(differences(points))), 0)


@checked
def pair_probabilities(points: Float[Array, "points dims"]) -> Float[Array, "points points"]:
    """Q_ij; all of it sums to 1.

    >>> print(pair_probabilities([[0], [1], [2]])[0])
    [0. 0.208 0.083]
    """
    weights = student_weights(points)
    return weights / weights.sum()


@checked
def tsne_loss(
    points: Float[Array, "points dims"], p: Float[Array, "points points"]
) -> Float[Array, ""]:
    """D_KL(P ‖ Q) in nats.

    p: P_ij, from :func:`~lecture11.embedding.joint_affinities`

    >>> print(tsne_loss([[0], [1], [2]], np.array([[0, 2, 1], [2, 0, 2], [1, 2, 0]]) / 10))
    0.0038
    """
    require_pairs("p", p, points)
    return p_log_ratio(p, p, pair_probabilities(points)).sum()


@checked
def tsne_gradient(
    points: Float[Array, "points dims"], p: Float[Array, "points points"]
) -> Float[Array, "points dims"]:
    """4 Σ_j (P_ij − Q_ij) w_ij (x̄_i − x̄_j) for a symmetric P (their equation 5).

    >>> print(tsne_gradient([[0.0], [1.0], [3.0]], (1 - np.eye(3)) / 6))
    [[ 0.167]
     [-0.358]
     [ 0.192]]
    """
    require_pairs("p", p, points)
    return spring_forces(points, (p - pair_probabilities(points)) * student_weights(points))
