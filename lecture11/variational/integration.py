"""Evidence, its lower bound and the gap for a continuous z in one or two dimensions.

    log p(x) = log ∫ p(x, z) dz        ELBO = ∫ q(z|x) log (p(x, z) / q(z|x)) dz

An integral is a sum with weights, ∫ f(z) dz ≈ Σ_j w_j f(z_j), so these are the formulas of
:mod:`lecture11.variational.enumeration` with w_j in place of 1. By the trapezoidal rule they are
exact to rounding where f is smooth and has died away at the grid's edge (lecture11.quadrature).

``log_joint`` and ``log_q`` hold log p(x, z_j) and log q(z_j|x), densities in z, along the last
axis, one for each node of the grid.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.nn import logsumexp
from jaxtyping import Array, Float

from lecture11.arguments import as_logits, known, require_shape
from lecture11.quadrature import Rule
from lecture11.signatures import checked
from lecture11.zeros import exp_log_ratio

NORMALISED = 1e-4
"""How far from 1 the integral of q may be; beyond, the grid does not hold all of q."""


class Grid(NamedTuple):
    """Where to evaluate densities of z, and what each value counts."""

    nodes: Float[Array, "nodes dims"]
    """z_j, one row for each."""
    log_weights: Float[Array, " nodes"]
    """log w_j; w_j is a length, or an area in two dimensions."""


@checked
def grid(*rules: Rule) -> Grid:
    """All combinations of the nodes of one or two rules, the last varying fastest.

    Raises ValueError for no rule or more than two: in D dimensions the nodes are a D-th power.
    """
    if not 1 <= len(rules) <= 2:
        raise ValueError(
            f"rules: expected one for each of one or two dimensions of z, got {len(rules)}; "
            "where z has more, estimate by sampling."
        )
    nodes = jnp.stack(jnp.meshgrid(*(rule.nodes for rule in rules), indexing="ij"), axis=-1)
    logs = [jnp.log(rule.weights) for rule in rules]
    total = logs[0] if len(rules) == 1 else logs[0][:, None] + logs[1]
    return Grid(nodes.reshape(-1, len(rules)), total.reshape(-1))


@checked
def integrated_log_likelihood(log_joint: Any, over: Grid) -> Float[Array, "*points"]:
    """log p(x) = log Σ_j w_j p(x, z_j), which is log ∫ p(x, z) dz.

    Raises ValueError where a value is NaN or ∞, or there is not one for each node.

    >>> from lecture11.quadrature import trapezoid
    >>> over = grid(trapezoid(0, 1, 101))
    >>> print(integrated_log_likelihood(np.log(1 + over.nodes[:, 0]), over))  # log 3/2
    0.4055
    """
    return _log_integral(_at_nodes("log_joint", log_joint, over), over)


@checked
def log_posterior_density(log_joint: Any, over: Grid) -> Float[Array, "*points nodes"]:
    """log p(z_j|x) at the nodes. Raises what :func:`integrated_log_likelihood` raises."""
    log_joint = _at_nodes("log_joint", log_joint, over)
    return log_joint - _log_integral(log_joint, over)[..., None]


@checked
def integrated_lower_bound(log_joint: Any, over: Grid, *, log_q: Any) -> Float[Array, "*points"]:
    """ELBO = Σ_j w_j q(z_j|x) (log p(x, z_j) − log q(z_j|x)).

    Raises ValueError where shapes differ or q does not integrate to 1 over the grid.

    >>> from lecture11.quadrature import trapezoid
    >>> over = grid(trapezoid(0, 1, 101))
    >>> print(integrated_lower_bound(np.log(1 + over.nodes[:, 0]), over, log_q=np.zeros(101)))
    0.3863
    """
    log_joint, log_q = _at_nodes("log_joint", log_joint, over), _normalised(log_q, over)
    require_shape("log_q", log_q, log_joint.shape, "that of log_joint")
    return _average(log_joint, log_q, over)


@checked
def integrated_divergence(log_joint: Any, over: Grid, *, log_q: Any) -> Float[Array, "*points"]:
    """D_KL(q(z|x) ‖ p(z|x)) = Σ_j w_j q(z_j|x) (log q(z_j|x) − log p(z_j|x)).

    Raises what :func:`integrated_lower_bound` raises.
    """
    log_p, log_q = log_posterior_density(log_joint, over), _normalised(log_q, over)
    require_shape("log_q", log_q, log_p.shape, "that of log_joint")
    return -_average(log_p, log_q, over)


@jax.jit
def _average(log_p: Array, log_q: Array, over: Grid) -> Array:
    weights = over.log_weights
    return -exp_log_ratio(log_q + weights, log_p + weights).sum(axis=-1)


@jax.jit
def _log_integral(values: Array, over: Grid) -> Array:
    return logsumexp(values + over.log_weights, axis=-1)


def _at_nodes(name: str, values: Any, over: Grid) -> Array:
    values = as_logits(name, values)
    nodes = len(over.log_weights)
    require_shape(name, values, (*values.shape[:-1], nodes), "one value for each node, last")
    return values


def _normalised(log_q: Any, over: Grid) -> Array:
    log_q = _at_nodes("log_q", log_q, over)
    if not known(log_q, over.log_weights):
        return log_q
    logs = np.asarray(log_q, float) + np.asarray(over.log_weights, float)
    totals = np.exp(logs).sum(axis=-1)
    worst = totals.flat[np.abs(totals - 1).argmax()]
    if abs(worst - 1) > NORMALISED:
        raise ValueError(
            f"log_q: expected a density that integrates to 1 over the grid, got {worst:.6g}; make "
            "the grid wider where q reaches beyond it, and finer where q is narrow."
        )
    return log_q
