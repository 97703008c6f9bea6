"""Linear maps and closed forms: PCA, classical scaling, and laying one map over another.

PCA projects on the directions of largest variance. Classical scaling (Torgerson 1952, Gower 1966)
gets by with the distances: their squares Δ_ij = d_ij², doubly centred, are the points' inner
products,

    B = −½ J Δ J,  J = I − 11ᵀ/n,       x̄ = (√λ₁ v₁, √λ₂ v₂, …)  from  B = Σ_k λ_k v_k v_kᵀ,

and the best approximation of B by some x̄x̄ᵀ of so many dimensions is the map. It minimises the
*strain* ‖B − x̄x̄ᵀ‖², not the stress. Of Euclidean distances it is PCA; distances that no points in
any space have (roads, opinions) give negative λ.
"""

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from lecture11.arguments import as_flag, as_whole, require_shape
from lecture11.embedding.distances import (
    as_distances,
    as_points,
    require_no_overflow,
    unit_of,
)


class PCA(NamedTuple):
    """The directions in which the points vary most."""

    points: Float[Array, "points dims"]
    """The points in these directions, centred; in the units of the data."""
    mean: Float[Array, " features"]
    """What was subtracted."""
    axes: Float[Array, "dims features"]
    """Orthonormal; of each, the largest entry in size is positive."""
    variances: Float[Array, " dims"]
    """Along each axis, decreasing (divided by n, not n − 1), in squared units."""


def fit_pca(x: Any, dims: int = 2) -> PCA:
    """Principal components of the rows of x (points, features).

    Raises TypeError or ValueError where x is no points × features array, or ``dims`` more than the
    smaller of both; ValueError where a variance overflows.

    >>> print(fit_pca([[0, 0], [1, 1], [2, 2]], dims=1).variances)
    [1.333]
    """
    rows = as_points("x", x)
    dims = as_whole("dims", dims, 1, min(rows.shape))
    found = _pca(rows, dims)
    require_no_overflow("x", found.variances, "variances")
    return found


@partial(jax.jit, static_argnames="dims")
def _pca(rows: Float[Array, "points features"], dims: int) -> PCA:
    unit = unit_of(rows)  # in which no product of two coordinates overflows
    mean = (rows / unit).mean(axis=0)
    centred = rows / unit - mean
    if len(rows) < rows.shape[1]:  # the small matrix of the two: inner products, not covariances
        vectors = jnp.linalg.eigh(centred @ centred.T)[1][:, ::-1][:, :dims]
        axes = jnp.linalg.qr(centred.T @ vectors)[0].T
    else:
        axes = jnp.linalg.eigh(centred.T @ centred)[1][:, ::-1][:, :dims].T
    axes = _signed(axes.T).T
    points = centred @ axes.T
    return PCA(unit * points, unit * mean, axes, unit**2 * (points**2).mean(axis=0))


class ClassicalScaling(NamedTuple):
    """A map from distances alone."""

    points: Float[Array, "points dims"]
    """x̄, centred, in the units of the distances; of each column, the largest entry in
    size is positive."""
    eigenvalues: Float[Array, " points"]
    """All λ of B, decreasing, in squared units: how much of the inner products each axis explains.
    Negative ones say that the distances are not Euclidean."""
    strain: Float[Array, ""]
    """‖B − x̄x̄ᵀ‖², all entries of the matrix, in fourth powers of the unit."""


def classical_scaling(distances: Any, dims: int = 2) -> ClassicalScaling:
    """Classical (Torgerson) scaling of distances (points, points).

    Axes beyond the last positive eigenvalue are 0. The time grows with the cube of the number of
    points; of Euclidean distances :func:`fit_pca` of the points gives the same map.
    Raises TypeError or ValueError where they are no distances, or ``dims`` more than there are
    points.
    """
    d = as_distances("distances", distances)
    return principal_coordinates(d, as_whole("dims", dims, 1, len(d)))


@partial(jax.jit, static_argnames="dims")
def principal_coordinates(d: Float[Array, "points points"], dims: int) -> ClassicalScaling:
    """:func:`classical_scaling` of what has been checked."""
    scale = jnp.maximum(d.max(), jnp.finfo(d.dtype).tiny)
    squares = (d / scale) ** 2
    of_rows = squares.mean(axis=0)
    products = -0.5 * (squares - of_rows - of_rows[:, None] + squares.mean())
    values, vectors = jnp.linalg.eigh(products)
    values, vectors = values[::-1], vectors[:, ::-1]
    points = _signed(vectors[:, :dims]) * jnp.sqrt(jnp.maximum(values[:dims], 0))
    strain = ((products - points @ points.T) ** 2).sum()
    return ClassicalScaling(scale * points, scale**2 * values, scale**4 * strain)


class Alignment(NamedTuple):
    """x laid over the target: scale · x @ rotation + shift."""

    points: Float[Array, "points dims"]
    """x after the move, in the units of the target."""
    rotation: Float[Array, "dims dims"]
    """Orthogonal; with determinant −1 it also reflects."""
    scale: Float[Array, ""]
    """Units of the target for one of x."""
    shift: Float[Array, " dims"]
    """In the units of the target."""
    error: Float[Array, ""]
    """Root of the mean squared distance between corresponding points, in the target's units."""


def align(x: Any, target: Any, *, scaling: bool = True) -> Alignment:
    """Lay x closest to ``target``: rotate, reflect, shift and, if ``scaling``, scale (Procrustes).

    x, target: points × dims
    scaling: whether x may be scaled

    Closest in the sum of squared distances between corresponding rows.
    Distances do not determine these, so a map from distances must be aligned before it is compared.
    Raises TypeError or ValueError where one is no points × dims array, or their shapes differ.
    """
    moving, still = as_points("x", x), as_points("target", target)
    require_shape("x", moving, still.shape, "points × dims, as the target")
    return _aligned(moving, still, as_flag("scaling", scaling))


@partial(jax.jit, static_argnames="scaling")
def _aligned(
    moving: Float[Array, "points dims"], still: Float[Array, "points dims"], scaling: bool
) -> Alignment:
    # Each in units of its own size, as an SVD of overflown products never ends.
    own, other = unit_of(moving), unit_of(still)
    if not scaling:
        own = other = jnp.maximum(own, other)
    centre, aim = (moving / own).mean(axis=0), (still / other).mean(axis=0)
    left, singular, right = jnp.linalg.svd((moving / own - centre).T @ (still / other - aim))
    rotation = left @ right
    size = ((moving / own - centre) ** 2).sum()
    divisor = jnp.where(size > 0, size, 1)  # x is a single place: any scale will do, take 0
    scale = singular.sum() / divisor if scaling else jnp.ones((), moving.dtype)
    shift = aim - scale * centre @ rotation
    points = scale * (moving / own) @ rotation + shift
    error = jnp.sqrt(((points - still / other) ** 2).sum(axis=1).mean())
    return Alignment(other * points, rotation, scale * (other / own), other * shift, other * error)


def _signed(columns: Float[Array, "rows dims"]) -> Float[Array, "rows dims"]:
    """Each column with the sign, otherwise arbitrary, that makes its largest entry positive."""
    largest = jnp.take_along_axis(columns, jnp.abs(columns).argmax(axis=0)[None], axis=0)
    return jnp.where(largest < 0, -columns, columns)
