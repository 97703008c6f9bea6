"""The importance-weighted bound: between the ELBO and the evidence (Burda et al. 2016, equation 8).

With K independent draws z_1 … z_K ~ q(z|x) and weights w(z) = p(x, z) / q(z|x)::

    L_K = E[ log (1/K) Σ_k w(z_k) ]         ELBO = L_1 ≤ L_2 ≤ L_3 ≤ … ≤ log p(x)

The average of K weights is an unbiased estimate of p(x) for every K, less noisy as K grows, so by
Jensen's inequality its logarithm lies below log p(x) by less and less. *In expectation*: a single
estimate with K + 1 draws may lie below one with K.
"""

import math
from functools import partial
from itertools import combinations_with_replacement
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import logsumexp
from jaxtyping import Array, Float, PRNGKeyArray

from lecture11.arguments import (
    as_distribution,
    as_floats,
    as_whole,
    require_shape,
)
from lecture11.gaussian import STANDARD_NORMAL, normal_log_density
from lecture11.signatures import checked
from lecture11.variational.images import Images, binarised
from lecture11.variational.normal import reparametrised
from lecture11.variational.vae import (
    Autoencoder,
    decode,
    encode,
    pixel_log_likelihood,
    require_fit,
)
from lecture11.zeros import safe_log, weighted

MOST_CASES = 2_000_000


@checked
def log_mean_weight(log_weights: Float[Array, "*points draws"]) -> Float[Array, "*points"]:
    """log (1/K) Σ_k w_k along the last axis: one estimate of L_K.

    log_weights: log w_k = log p(x, z_k) − log q(z_k|x), in nats

    >>> print(log_mean_weight(np.log([0.6, 0.2])))  # log 0.4
    -0.9163
    """
    return logsumexp(log_weights, axis=-1) - jnp.log(log_weights.shape[-1])


@checked
def expected_bound(q: Any, log_joint: Any, *, draws: int) -> Float[Array, ""]:
    """L_K for a discrete z, exactly: the expectation over all ways to draw K = ``draws`` values.

    q: probabilities q(z|x), (states,)
    log_joint: log p(x, z) in nats, −∞ where impossible, (states,)

    Ways that differ only in order are counted together: (states + K − 1 choose K) of them.

    Raises ValueError where q is no distribution, the shapes differ, K is below 1, or there are more
    than two million ways.
    """
    q, joint = as_distribution("q", q), as_floats("log_joint", log_joint, 1, lowest=True)
    require_shape("log_joint", joint, q.shape, "one for each value of z, as q")
    cases = math.comb(q.size + as_whole("draws", draws, 1) - 1, draws)
    if cases > MOST_CASES:
        raise ValueError(
            f"draws: {draws} of {q.size} values can be drawn in {cases:,} ways, too many to "
            "enumerate; take fewer, or sample."
        )
    counts = _counts(q.size, draws)
    factorials = np.array([math.lgamma(n + 1) for n in range(draws + 1)])
    log_ways = factorials[draws] - factorials[counts].sum(axis=1)
    return _expected_bound(q, joint, jnp.asarray(counts, q.dtype), jnp.asarray(log_ways, q.dtype))


@jax.jit
def _expected_bound(q: Array, log_joint: Array, counts: Array, log_ways: Array) -> Array:
    """Over all cases, their probability times log (1/K) Σ_k w_k."""
    log_weights = log_joint - jnp.log(jnp.where(q > 0, q, 1))
    values = logsumexp(log_weights, b=counts, axis=1) - jnp.log(counts.sum(axis=1))
    probability = jnp.exp(log_ways + weighted(counts, safe_log(q)).sum(axis=1))
    return weighted(probability / probability.sum(), values).sum()


def _counts(values: int, draws: int) -> np.ndarray:
    """How often each value occurs, for each multiset of ``draws`` values; (cases, values)."""
    sets = np.array(list(combinations_with_replacement(range(values), draws)))
    return (sets[:, :, None] == np.arange(values)).sum(axis=1)


def vae_log_weights(
    vae: Autoencoder,
    x: Float[Array, " pixels"],
    condition: Float[Array, " conditions"],
    *,
    draws: int,
    key: PRNGKeyArray,
) -> Float[Array, " draws"]:
    """log w(z_k) = log p(x|z_k) + log N(z_k|0, I) − log q_φ(z_k|x) of one image, z_k ~ q_φ."""
    given = jnp.broadcast_to(condition, (draws, condition.size))
    q = encode(vae, x, condition if condition.size else None)
    shape = draws, q.mean.size
    z = reparametrised(q, noise=jax.random.normal(key, shape, q.mean.dtype))
    logits = decode(vae, z, given, x=jnp.broadcast_to(x, (draws, x.size)))
    prior = normal_log_density(z, STANDARD_NORMAL).sum(axis=-1)
    proposal = normal_log_density(z, q).sum(axis=-1)
    return pixel_log_likelihood(x, logits) + prior - proposal


@checked
def importance_weighted_bounds(
    vae: Autoencoder,
    data: Images,
    *,
    draws: tuple[int, ...],
    key: PRNGKeyArray,
    batch_size: int = 20,
) -> Float[np.ndarray, "images sizes"]:
    """One estimate of L_K for each image and each K in ``draws``, images black and white once.

    draws: numbers K, such as (1, 50, 500)
    batch_size: images at a time

    The estimate for a smaller K takes the first K of the largest number of draws.

    Raises ValueError where the networks and the data do not fit together, or ``draws`` holds no
    number or one below 1.
    """
    require_fit(vae, data)
    counts = tuple(as_whole("draws", count, 1) for count in draws)
    if not counts:
        raise ValueError("draws: expected numbers from 1 on, such as (1, 50, 500); got none.")
    return np.asarray(_bounds(vae, data, key, counts, as_whole("batch_size", batch_size, 1)))


@partial(jax.jit, static_argnums=(3, 4))
def _bounds(
    vae: Autoencoder, data: Images, key: PRNGKeyArray, draws: tuple[int, ...], batch_size: int
) -> Float[Array, "images sizes"]:
    def of_one(given: tuple[Array, Array, PRNGKeyArray]) -> Array:
        pixels, condition, key = given
        of_pixels, of_latents = jax.random.split(key)
        x = binarised(pixels, key=of_pixels)
        log_w = vae_log_weights(vae, x, condition, draws=max(draws), key=of_latents)
        return jnp.stack([log_mean_weight(log_w[:count]) for count in draws])

    keys = jax.random.split(key, len(data.pixels))
    return jax.lax.map(of_one, (data.pixels, data.condition, keys), batch_size=batch_size)
