"""One divergence for all of variational EM: between what was seen and completed, and the model.

    D_KL(p̂(x) q(z|x) ‖ p_θ(x, z)) = −ELBO(θ, q)/n − H(p̂),        p̂(x) = share of the n points at x

The E-step moves the first argument (reverse KL), the M-step the second (forward KL): two sets of
distributions over (x, z), and a way back and forth between them that gets shorter (Csiszár &
Tusnády 1984; Neal & Hinton 1998). For discrete x, where p̂ is a distribution among others.
"""

from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from lecture11.arguments import as_distribution, as_floats, known, require_shape
from lecture11.divergence import kl_divergence
from lecture11.embedding.linear import fit_pca


def empirical(counts: Any) -> Float[Array, " outcomes"]:
    """p̂(x), from how many points have each value x.

    Raises ValueError where a count is negative or all are 0.
    """
    n = as_floats("counts", counts, 1)
    if known(n) and ((given := np.asarray(n)) < 0).any() | (given.sum() == 0):
        raise ValueError(f"counts: expected numbers from 0 on, not all 0; got {given}.")
    return n / n.sum()


def completed(counts: Any, q: Any) -> Float[Array, "outcomes states"]:
    """p̂(x) q(z|x): the data, completed by q to a joint distribution of x and z.

    counts: how many points have each value x, (outcomes,)
    q: rows of probabilities q(z|x), (outcomes, states)

    Raises ValueError where one of them is not that.
    """
    p, q = empirical(counts), as_distribution("q", q)
    require_shape("q", q, (p.size, *q.shape[1:]), "outcomes × states")
    return p[:, None] * q


def joint_divergence(counts: Any, q: Any, *, relative_to: Any) -> Float[Array, ""]:
    """D_KL(p̂(x) q(z|x) ‖ p_θ(x, z)) = −ELBO/n − H(p̂) in nats.

    counts, q: as of :func:`completed`
    relative_to: p_θ(x, z), (outcomes, states)

    ∞ where the model holds something impossible that was seen. Raises ValueError where shapes
    differ or ``relative_to`` does not sum to 1 over all x and z.

    >>> print(joint_divergence([3, 1], [[0.5, 0.5], [1, 0]], relative_to=np.full((2, 2), 0.25)))
    0.3041
    """
    data = completed(counts, q)
    model = as_floats("relative_to", relative_to, 2)
    require_shape("relative_to", model, data.shape, "outcomes × states, as q")
    return kl_divergence(data.ravel(), relative_to=model.ravel())


class TwoSets(NamedTuple):
    """Two curves of joint distributions and a way between them, in one plane.

    Coordinates are of the vectors √p(x, z), of length 1, whose distances are Hellinger's (times
    √2), in the plane in which they vary most.
    """

    completions: Float[Array, "grid 2"]
    """p̂ q_φ as φ varies."""
    models: Float[Array, "grid 2"]
    """p_θ as θ varies."""
    path: Float[Array, "stations 2"]
    """From a model to a completion to a model …"""
    explained: Float[Array, ""]
    """Share of all variance that lies in the plane."""


def two_sets(completions: Any, models: Any, path: Any) -> TwoSets:
    """Lay tables of p(x, z), each (…, outcomes, states) stacked along a first axis, into a plane.

    The plane is that of the two curves; the path is projected on it.
    Where all tables are the same, all points are 0, and ``explained`` is 1.
    Raises ValueError where the tables have different sizes, or one is no distribution.
    """
    stacks = {
        name: as_floats(name, tables, 3)
        for name, tables in (("completions", completions), ("models", models), ("path", path))
    }
    size = stacks["completions"].shape[1:]
    if size == (1, 1):
        raise ValueError("completions: expected tables of two cells or more, got one cell.")
    roots = {}
    for name, tables in stacks.items():
        require_shape(name, tables, (len(tables), *size), "tables of the same size as completions")
        roots[name] = jnp.sqrt(as_distribution(name, tables.reshape(len(tables), -1)))
    curves = jnp.concatenate([roots["completions"], roots["models"]])
    plane = fit_pca(curves, 2)
    total = ((curves - plane.mean) ** 2).sum(axis=1).mean()
    on_plane = [(vector - plane.mean) @ plane.axes.T for vector in roots.values()]
    explained = jnp.where(total > 0, plane.variances.sum() / jnp.where(total > 0, total, 1), 1)
    return TwoSets(on_plane[0], on_plane[1], on_plane[2], explained)


def conditional(table: Any) -> Float[Array, "outcomes states"]:
    """p(z|x), the rows of a joint table each divided by its sum.

    Raises ValueError where a number is negative or a row is all 0.
    """
    rows = as_floats("table", table, 2)
    if known(rows) and (np.asarray(rows) < 0).any():
        raise ValueError("table: expected probabilities, numbers from 0 on; one is negative.")
    if known(rows) and (np.asarray(rows).sum(axis=1) == 0).any():
        raise ValueError("table: a row sums to 0; an x that is impossible has no posterior.")
    return rows / rows.sum(axis=1, keepdims=True)
