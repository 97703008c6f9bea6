"""Tosses of a coin that nobody saw: the smallest models with a latent, one of each kind.

A *bag* holds K coins of known biases b_1 … b_K. Somebody takes one, z, and tosses it: of x we see
how many tosses were heads. Everything can be enumerated::

    log p(x, z) = −log K + heads · log b_z + tails · log(1 − b_z)

A *minted* coin may have any bias; its log-odds z are a priori normal, and integrals are one-
dimensional::

    log p(x, z) = log N(z | 0, 1) + heads · log σ(z) + tails · log σ(−z)

Both speak of one sequence of tosses, so no binomial coefficient appears.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import xlog1py, xlogy
from jaxtyping import Array, ArrayLike, Float

from lecture11.arguments import as_floats


class Tosses(NamedTuple):
    """What was seen of a coin."""

    heads: Float[ArrayLike, "*people"]
    """How many tosses were heads."""
    tails: Float[ArrayLike, "*people"]
    """How many were not."""


def bag_log_joint(tosses: Tosses, biases: Any) -> Float[Array, "*people coins"]:
    """log p(x, z) for each coin z of a bag, in nats; −∞ where a coin can't have fallen so.

    biases (K,): probabilities of heads

    Raises ValueError where a bias is not from 0 to 1, or a count is negative.
    """
    heads, tails = _counts(tosses)
    chance = as_floats("biases", biases, 1)
    if (
        not isinstance(chance, jax.core.Tracer)
        and not ((np.asarray(chance) >= 0) & (np.asarray(chance) <= 1)).all()
    ):
        raise ValueError(f"biases: expected probabilities from 0 to 1, got {np.asarray(chance)}.")
    seen = xlogy(heads[..., None], chance) + xlog1py(tails[..., None], -chance)
    return seen - jnp.log(chance.size)


def minted_log_joint(z: Float[Array, "*draws"], tosses: Tosses) -> Float[Array, "*draws"]:
    """log p(x, z) of a minted coin with log-odds z, in nats; elementwise."""
    prior = -0.5 * (z**2 + jnp.log(2 * jnp.pi))
    return prior - tosses.heads * jax.nn.softplus(-z) - tosses.tails * jax.nn.softplus(z)


def nearest_coin_logits(
    sharpness: Any, tosses: Tosses, biases: Float[ArrayLike, " coins"]
) -> Float[Array, "*people coins"]:
    """An amortised q_φ(z|x) = softmax of −φ |b_z − share of heads|: φ = ``sharpness``, one number.

    At 0 all coins are alike; the larger φ, the more sure is q that it was the nearest coin.
    """
    heads, tails = _counts(tosses)
    share = heads / (heads + tails)
    return -jnp.asarray(sharpness) * jnp.abs(jnp.asarray(biases) - share[..., None])


def _counts(tosses: Tosses) -> tuple[Array, Array]:
    heads, tails = (as_floats(f"tosses.{name}", n) for name, n in tosses._asdict().items())
    for name, counts in (("heads", heads), ("tails", tails)):
        if not isinstance(counts, jax.core.Tracer) and (np.asarray(counts) < 0).any():
            raise ValueError(f"tosses.{name}: expected counts from 0 on, got {counts}.")
    return heads, tails
