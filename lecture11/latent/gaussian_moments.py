"""The sums that EM for a Gaussian mixture needs, in one pass over the data.

Every component measures the data in its own units, z = L⁻¹(x − μ) with Σ = L Lᵀ. There its
log-density is −½|z|² plus a constant, and the sums of γ, γz and γzzᵀ are all the M-step asks for:
centred and of order one, they lose nothing in float32, however far from 0 or small the data are.

The formula (:func:`lecture11.latent.e_step`, :func:`lecture11.latent.m_step`) makes an array of
points × components × dims, which takes longer to move than to compute. Two rearrangements of the
same sums avoid it: :func:`fused_moments` lets XLA make one loop over the points, where there are
few sums; :func:`blocked_moments` takes a few thousand points at a time, by matrix products: at
100,000 points in 20 dimensions more than ten times as fast as all at once.
"""

from functools import reduce
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jax.scipy.linalg import solve_triangular
from jax.scipy.special import logsumexp
from jaxtyping import Array, Float

MOST_FUSED_SUMS = 100
"""Beyond, compiling one loop with so many accumulators takes longer than it saves."""
LANES = 64
"""Partial sums of the fused loop: float32 adds n / 64 numbers to each instead of n to one."""
BLOCK = 2048
"""Points at a time, so that their z for all components stay in the processor's cache."""


class GaussianMoments(NamedTuple):
    """Sums over the data in each component's own units, weighted by its responsibilities γ."""

    counts: Float[Array, " components"]
    """n_k = Σ_i γ_ik, the number of points component k answers for."""
    sums: Float[Array, "components dims"]
    """Σ_i γ_ik z_ik."""
    scatters: Float[Array, "components dims dims"]
    """Σ_i γ_ik z_ik z_ikᵀ."""


class Whitening(NamedTuple):
    """What turns points into z and z into log p(x, z = k)."""

    offsets: Float[Array, "components dims"]
    """μ_k."""
    inverse_factors: Float[Array, "components dims dims"]
    """L_k⁻¹, lower triangular."""
    constants: Float[Array, " components"]
    """log π_k − log|L_k| − ½ D log 2π: what −½|z|² lacks of log p(x, z = k)."""


def whitening(
    weights: Float[Array, " components"],
    means: Float[Array, "components dims"],
    covariances: Float[Array, "components dims dims"],
) -> Whitening:
    """The units of each component, by Cholesky factors."""
    dims = means.shape[1]
    factors = jnp.linalg.cholesky(covariances)
    identity = jnp.eye(dims, dtype=means.dtype)
    inverses = jax.vmap(lambda factor: solve_triangular(factor, identity, lower=True))(factors)
    log_scales = jnp.log(jnp.diagonal(factors, axis1=1, axis2=2)).sum(axis=1)
    constants = jnp.log(weights) - log_scales - 0.5 * dims * jnp.log(2 * jnp.pi)
    return Whitening(means, inverses, constants)


def moments(
    units: Whitening, data: Float[Array, "points dims"]
) -> tuple[GaussianMoments, Float[Array, ""]]:
    """The sums, and Σ_i log p(x_i) in nats, by whichever way is fastest here."""
    components, dims = units.offsets.shape
    if jax.default_backend() != "cpu":
        return blocked_moments(units, data, len(data))
    if components * (1 + dims + dims * (dims + 1) // 2) < MOST_FUSED_SUMS:
        return fused_moments(units, data)
    return blocked_moments(units, data, min(BLOCK, len(data)))


def moments_under(
    units: Whitening,
    data: Float[Array, "points dims"],
    responsibilities: Float[Array, "points components"],
) -> GaussianMoments:
    """The sums under responsibilities that are given, wherever they come from."""
    z = jnp.einsum("kij,nkj->nki", units.inverse_factors, data[:, None] - units.offsets)
    return GaussianMoments(
        counts=responsibilities.sum(axis=0),
        sums=jnp.einsum("nk,nki->ki", responsibilities, z),
        scatters=jnp.einsum("nk,nki,nkj->kij", responsibilities, z, z),
    )


def fused_moments(
    units: Whitening, data: Float[Array, "points dims"]
) -> tuple[GaussianMoments, Float[Array, ""]]:
    """The same, written out per component and dimension, so that one reduction holds all sums."""
    components, dims = units.offsets.shape
    columns, present = _in_lanes(data)
    zs = [_whitened(columns, units.offsets[k], units.inverse_factors[k]) for k in range(components)]
    log_joints = [
        units.constants[k] - 0.5 * reduce(jnp.add, [z_i * z_i for z_i in z])
        for k, z in enumerate(zs)
    ]
    # log Σ_k exp, with the largest term taken off so that none overflows and one is 1.
    largest = reduce(jnp.maximum, log_joints)
    joints = [jnp.exp(log_joint - largest) for log_joint in log_joints]
    total = reduce(jnp.add, joints)
    terms = [(largest + jnp.log(total)) * present]
    for joint, z in zip(joints, zs, strict=True):
        gamma = joint * (present / total)
        # Of γzzᵀ the lower triangle, row by row, as tril_indices numbers it below.
        terms += [gamma, *(gamma * z_i for z_i in z)]
        terms += [gamma * z[i] * z[j] for i in range(dims) for j in range(i + 1)]
    log_likelihood, *sums = _summed(terms)
    per_component = jnp.stack(sums).reshape(components, -1)
    counts, first, second = jnp.split(per_component, (1, 1 + dims), axis=1)
    rows, columns_ = jnp.tril_indices(dims)
    lower = jnp.zeros((components, dims, dims), data.dtype).at[:, rows, columns_].set(second)
    scatters = lower + jnp.tril(lower, -1).swapaxes(1, 2)
    return GaussianMoments(counts[:, 0], first, scatters), log_likelihood


def _in_lanes(
    data: Float[Array, "points dims"],
) -> tuple[list[Float[Array, "lanes steps"]], Float[Array, "lanes steps"]]:
    """Each column folded into lanes, padded; and 1 where there is a point, 0 in the padding."""
    points, dims = data.shape
    steps = -(-points // LANES)  # rounded up
    # Row l of the folded column holds points l · steps, l · steps + 1, …
    folded = jnp.pad(data, ((0, LANES * steps - points), (0, 0))).reshape(LANES, steps, dims)
    shape = (LANES, steps)
    lane, step = (lax.broadcasted_iota(jnp.int32, shape, axis) for axis in (0, 1))
    return [folded[..., d] for d in range(dims)], (lane * steps + step < points).astype(data.dtype)


def _whitened(
    columns: list[Array], offset: Float[Array, " dims"], inverse_factor: Float[Array, "dims dims"]
) -> list[Array]:
    """z = L⁻¹(x − μ), coordinate by coordinate; L⁻¹ is lower triangular."""
    centred = [column - offset[d] for d, column in enumerate(columns)]
    return [
        reduce(jnp.add, [inverse_factor[i, j] * centred[j] for j in range(i + 1)])
        for i in range(len(columns))
    ]


def _summed(terms: list[Array]) -> list[Array]:
    """Every term summed, by one reduction: XLA computes them all in a single loop."""
    zeros = (jnp.zeros((), terms[0].dtype),) * len(terms)
    lanes = lax.reduce(
        tuple(terms), zeros, lambda a, b: tuple(x + y for x, y in zip(a, b, strict=True)), (1,)
    )
    return [lane.sum() for lane in lanes]


def blocked_moments(
    units: Whitening, data: Float[Array, "points dims"], block: int = BLOCK
) -> tuple[GaussianMoments, Float[Array, ""]]:
    """The same for a block of points at a time, points along the last axis."""
    points, dims = data.shape
    components = len(units.constants)
    blocks = -(-points // block)  # rounded up
    padded = jnp.pad(data, ((0, blocks * block - points), (0, 0))).reshape(blocks, block, dims)
    # L⁻¹x for all components by one product with their factors, one below the other; L⁻¹μ after it.
    stacked = units.inverse_factors.reshape(components * dims, dims)
    shifts = jnp.einsum("kij,kj->ki", units.inverse_factors, units.offsets).reshape(-1, 1)

    def add_block(
        total: tuple[GaussianMoments, Array], numbered: tuple[Array, Array]
    ) -> tuple[tuple[GaussianMoments, Array], None]:
        number, rows = numbered
        z = (stacked @ rows.T - shifts).reshape(components, dims, block)
        log_joint = units.constants[:, None] - 0.5 * (z**2).sum(axis=1)
        log_p = logsumexp(log_joint, axis=0)
        present = number * block + jnp.arange(block) < points  # False in the padding
        gamma = jnp.exp(log_joint - log_p) * present
        weighted = gamma[:, None] * z
        sums = GaussianMoments(gamma.sum(axis=1), weighted.sum(axis=2), weighted @ z.swapaxes(1, 2))
        return jax.tree.map(jnp.add, total, (sums, jnp.where(present, log_p, 0).sum())), None

    zeros = GaussianMoments(
        jnp.zeros(components, data.dtype),
        jnp.zeros((components, dims), data.dtype),
        jnp.zeros((components, dims, dims), data.dtype),
    )
    start = (zeros, jnp.zeros((), data.dtype))
    total, _ = lax.scan(add_block, start, (jnp.arange(blocks), padded))
    return total
