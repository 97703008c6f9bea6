"""Tosses of a coin that nobody saw: the smallest models with a latent, one of each kind.

Of some tosses we see how many were heads. With a coin of log-odds z, b = σ(z)::

    log p(x | z) = heads · log σ(z) + tails · log σ(−z)

A *bag* holds K coins of known biases b_1 … b_K, equally likely to be taken: p(z) = 1/K. Everything
can be enumerated. A *minted* coin may have any bias: p(z) = N(z | 0, 1), and integrals are one-
dimensional.

Both speak of one sequence of tosses, so no binomial coefficient appears.
"""

from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax.nn import log_sigmoid
from jaxtyping import Array, Float

from lecture11.arguments import as_floats, known
from lecture11.gaussian import STANDARD_NORMAL, normal_log_density
from lecture11.signatures import checked
from lecture11.zeros import weighted


class Tosses(NamedTuple):
    """What was seen of a coin."""

    heads: Float[Array, "*people"]
    """How many tosses were heads."""
    tails: Float[Array, "*people"]
    """How many were not."""


def toss_log_likelihood(tosses: Tosses, log_odds: Array) -> Float[Array, "*people"]:
    """log p(x | z), elementwise; a coin of log-odds ±∞, which always falls alike, included."""
    up, down = log_sigmoid(log_odds), log_sigmoid(-log_odds)
    return weighted(tosses.heads, up) + weighted(tosses.tails, down)


@checked
def bag_log_joint(tosses: Tosses, biases: Any) -> Float[Array, "*people coins"]:
    """log p(x, z) for each coin z of a bag, in nats; −∞ where a coin can't have fallen so.

    biases: probabilities of heads, (coins,)

    Raises ValueError where a bias is not from 0 to 1, or a count is negative.
    """
    seen, chance = as_tosses(tosses), _as_biases(biases)
    each = Tosses(*(counts[..., None] for counts in seen))
    return toss_log_likelihood(each, jnp.log(chance) - jnp.log1p(-chance)) - jnp.log(chance.size)


@checked
def minted_log_joint(z: Any, tosses: Tosses) -> Float[Array, "*draws"]:
    """log p(x, z) of a minted coin with log-odds z, in nats; elementwise.

    Raises ValueError where a count is negative.
    """
    z = as_floats("z", z)
    prior = normal_log_density(z, STANDARD_NORMAL)
    return prior + toss_log_likelihood(as_tosses(tosses), z)


@checked
def nearest_coin_logits(
    sharpness: Any, tosses: Tosses, biases: Any
) -> Float[Array, "*people coins"]:
    """An amortised q_φ(z|x) = softmax of −φ |b_z − fraction of heads|.

    sharpness: φ, one number. At 0 all coins are alike, as they are to somebody who never tossed;
        the larger φ, the more sure is q that it was the nearest coin.
    biases: probabilities of heads, (coins,)

    Raises ValueError where a bias is not from 0 to 1, or a count is negative.
    """
    heads, tails = as_tosses(tosses)
    count = (heads + tails)[..., None]
    apart = jnp.abs(_as_biases(biases) - heads[..., None] / jnp.maximum(count, 1))
    return -as_floats("sharpness", sharpness, 0) * jnp.where(count > 0, apart, 0)


def as_tosses(tosses: Tosses) -> Tosses:
    """The counts as JAX arrays.

    Raises TypeError where they are no :class:`Tosses`, ValueError where a count is negative.
    """
    seen = [as_floats(f"tosses.{name}", n) for name, n in tosses._asdict().items()]
    for name, counts in zip(Tosses._fields, seen, strict=True):
        if known(counts) and (np.asarray(counts) < 0).any():
            raise ValueError(f"tosses.{name}: expected counts from 0 on, got {counts}.")
    return Tosses(*seen)


def _as_biases(biases: Any) -> Float[Array, " coins"]:
    chance = as_floats("biases", biases, 1)
    given = np.asarray(chance) if known(chance) else None
    if given is not None and ((given < 0) | (given > 1)).any():
        raise ValueError(f"biases: expected probabilities from 0 to 1, got {given}.")
    return chance
