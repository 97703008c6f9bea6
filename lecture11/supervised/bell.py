"""A model too small for its labels, fitted in both directions of the KL divergence.

Over ordered classes y = 0 … C − 1 (marks, say) the *bell* has two parameters, centre and width::

    p(y; m, s) ∝ exp(−(y − m)² / 2s²)

It cannot say "either low or high". Where p* says so, forward KL spreads it over both and reverse KL
puts it on one (slides: Minimizing forward KL, reverse KL).
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax.nn import log_softmax
from jaxtyping import Array, Float, PRNGKeyArray

from lecture11.arguments import as_distribution
from lecture11.networks import TrainingStep, train_many
from lecture11.supervised.losses import forward_kl, reverse_kl

LEARNING_RATE = 0.03
STEPS = 8000
DIRECTIONS = ("forward", "reverse")


class Bell(NamedTuple):
    """One bell, or several stacked."""

    centre: Float[Array, "*bells"]
    """m, in classes; it may lie between two, or outside all."""
    log_width: Float[Array, "*bells"]
    """log s"""


class BellFits(NamedTuple):
    """Where fits from several starts ended."""

    bells: Bell
    """One for each start."""
    divergence: Float[Array, " starts"]
    """The KL divergence that was minimised, in nats."""


def bell_logits(bell: Bell, classes: int) -> Float[Array, "*bells classes"]:
    """log p(y; m, s) for all classes, normalised."""
    offsets = jnp.arange(classes) - jnp.asarray(bell.centre)[..., None]
    width = jnp.exp(jnp.asarray(bell.log_width))[..., None]
    return log_softmax(-0.5 * (offsets / width) ** 2)


def forward_loss(
    bell: Bell, batch: Float[Array, "1 classes"], key: PRNGKeyArray
) -> Float[Array, ""]:
    """D_KL(p* ‖ bell); ``batch`` is p*."""
    return forward_kl(batch, logits=bell_logits(bell, batch.shape[1])[None])


def reverse_loss(
    bell: Bell, batch: Float[Array, "1 classes"], key: PRNGKeyArray
) -> Float[Array, ""]:
    """D_KL(bell ‖ p*)"""
    return reverse_kl(batch, logits=bell_logits(bell, batch.shape[1])[None])


def fit_bell(target: Any, direction: str, *, starts: Any) -> BellFits:
    """Fit a bell to p* from several starting centres at once, by Adam, until nothing moves.

    target (C,): p*; direction: ``forward``, D_KL(p* ‖ bell), or ``reverse``, D_KL(bell ‖ p*);
    starts: centres to start from, each with width 1

    Raises ValueError for another direction, a target that is no distribution, or, in the reverse
    direction, one with zeros: there the divergence is ∞ for every bell.
    """
    if direction not in DIRECTIONS:
        raise ValueError(f"direction: expected one of {DIRECTIONS}, got {direction!r}.")
    p = as_distribution("target", target)
    if direction == "reverse" and bool((p == 0).any()):
        raise ValueError(
            f"target: {int((p == 0).sum())} of {p.size} classes have probability 0, so the reverse "
            "KL divergence of any bell is ∞; smooth the target, and say so."
        )
    centres = jnp.asarray(starts, p.dtype)
    begin = Bell(centres, jnp.zeros_like(centres))
    step = TrainingStep(forward_loss if direction == "forward" else reverse_loss)
    ends, infos = train_many(
        step,
        begin,
        jnp.broadcast_to(p, (len(centres), 1, p.size)),
        learning_rate=LEARNING_RATE,
        steps=STEPS,
        keys=jax.random.split(jax.random.key(0), len(centres)),  # nothing here is random
    )
    return BellFits(ends, infos.loss)
