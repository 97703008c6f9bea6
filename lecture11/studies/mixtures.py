"""Gaussian mixtures: how fast EM ends, where its restarts end, K-means as a limit, BIC."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float, Int

from lecture11.iteration import pick
from lecture11.latent import (
    GaussianMixture,
    GaussianMixtureParameters,
    KMeans,
    KMeansParameters,
    e_step,
    fit_em,
    fit_em_restarts,
    m_step,
    random_starts,
)

SHAPES = ("full", "tied", "diagonal", "spherical")
"""What covariances may be: :class:`~lecture11.latent.GaussianMixture`."""


class Convergence(NamedTuple):
    """How a run of EM comes to its end θ*."""

    errors: Float[np.ndarray, " cycles"]
    """‖θ − θ*‖ after 0, 1, … cycles, all numbers of θ in one vector."""
    rate: float
    """The largest eigenvalue of ∂M/∂θ at θ*, where M is one cycle: the share of a small error that
    is left by the next cycle, or the largest fraction of missing information."""


def convergence(
    means: Float[Array, "components dims"],
    data: Float[Array, "points dims"],
    cycles: int = 20,
) -> Convergence:
    """One run from these means, with Σ_k = I and equal weights (Dempster, Laird & Rubin 1977, 3).

    Its end is taken after fifteen times as many cycles.
    """
    components, dims = means.shape
    start = GaussianMixtureParameters(
        weights=jnp.full(components, 1 / components),
        means=jnp.asarray(means),
        covariances=jnp.stack([jnp.eye(dims)] * components),
    )
    run = fit_em(GaussianMixture(), start, data, frames=[*range(cycles + 1), 15 * cycles])
    vectors = np.concatenate([np.reshape(f, (len(f), -1)) for f in run.frames], axis=1)
    end, rebuild = ravel_pytree(jax.tree.map(jnp.asarray, run.state))

    def cycle(vector: Float[Array, " numbers"]) -> Float[Array, " numbers"]:
        return ravel_pytree(m_step(data, e_step(data, rebuild(vector))))[0]

    eigenvalues = np.linalg.eigvals(jax.jit(jax.jacfwd(cycle))(end))
    errors = np.linalg.norm(vectors[:-1] - vectors[-1], axis=1)
    return Convergence(errors, float(eigenvalues.real.max()))


class Optima(NamedTuple):
    """Where restarts end, the highest first; in each, components from left to right."""

    params: GaussianMixtureParameters
    """Stacked (F, …)."""
    log_likelihoods: Float[np.ndarray, " optima"]
    """In nats."""
    runs: Int[np.ndarray, " optima"]
    """How many end there."""


def restarts(
    data: Float[Array, "points dims"], components: int, runs: int = 256, cycles: int = 1000
) -> Optima:
    """EM from random starts; ends within 0.01 nats count as one."""
    starts = random_starts(data, components, restarts=runs, key=jax.random.key(0))
    fits, infos = fit_em_restarts(GaussianMixture(), starts, data, cycles=cycles)
    order = np.argsort(-np.asarray(infos.log_likelihood))
    levels = np.asarray(infos.log_likelihood)[order]
    firsts = np.concatenate([[0], np.flatnonzero(-np.diff(levels) > 0.01) + 1])
    distinct = jax.tree.map(np.asarray, pick(fits, order[firsts]))
    left_to_right = distinct.means[:, :, 0].argsort(axis=1)
    rows = np.arange(len(firsts))[:, None]
    return Optima(
        jax.tree.map(lambda field: field[rows, left_to_right], distinct),
        levels[firsts],
        np.diff([*firsts, len(levels)]),
    )


class Limit(NamedTuple):
    """The same two means with ever smaller round covariances."""

    balls: GaussianMixtureParameters
    """Stacked (F, …)."""
    responsibilities: Float[np.ndarray, "sigmas points 2"]
    """Of each."""
    gaps: Float[np.ndarray, " sigmas"]
    """How far the means after one cycle are from those of K-means."""


def kmeans_limit(
    data: Float[Array, "points 2"],
    centres: Float[Array, "2 2"],
    sigmas: Float[np.ndarray, " sigmas"],
) -> Limit:
    """One cycle of EM with Σ_k = σ² I and equal weights beside one of K-means."""
    balls = GaussianMixtureParameters(
        jnp.full((len(sigmas), 2), 0.5),
        jnp.broadcast_to(jnp.asarray(centres), (len(sigmas), 2, 2)),
        jnp.asarray(sigmas)[:, None, None, None] ** 2 * jnp.stack([jnp.eye(2)] * 2),
    )
    responsibilities = jax.vmap(lambda ball: e_step(data, ball))(balls)
    moved = jax.vmap(lambda gamma: m_step(data, gamma).means)(responsibilities)
    hard = fit_em(KMeans(), KMeansParameters(centres), data, frames=[1]).state.centres
    return Limit(balls, np.asarray(responsibilities), np.abs(moved - hard).max(axis=(1, 2)))


def best_bic(data: Float[Array, "points dims"], shape: str, most: int = 6) -> list[float]:
    """BIC of 1, …, ``most`` components: of each the best of 32 restarts where nothing collapsed.

    shape: of the covariances, full, tied, diagonal or spherical
    """
    model = GaussianMixture(shape)
    return [_best_of_restarts(model, data, k, most) for k in range(1, most + 1)]


def _best_of_restarts(
    model: GaussianMixture, data: Float[Array, "points dims"], components: int, room: int
) -> float:
    """room: starts padded to so many components, the spare ones with weight 0, compile once."""
    starts = random_starts(data, components, restarts=32, room=room, key=jax.random.key(components))
    fits, infos = fit_em_restarts(model, starts, data, cycles=400)
    collapsed = infos.collapsed[:, :components].any(axis=1)
    levels = jnp.where(collapsed, -jnp.inf, infos.log_likelihood)
    return model.bic(pick(fits, levels.argmax()), levels.max(), len(data))
