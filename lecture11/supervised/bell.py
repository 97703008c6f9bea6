"""A model too small for its labels, fitted in both directions of the KL divergence.

Over ordered classes y = 0 … C − 1 (marks, say) the *bell* has two parameters, centre and width::

    p(y; m, s) ∝ exp(−(y − m)² / 2s²)

It cannot say "either low or high". Where p* says so, forward KL spreads it over both and reverse KL
puts it on one (slides: Minimizing forward KL, reverse KL).
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.nn import log_softmax
from jaxtyping import Array, Float, PRNGKeyArray

from lecture11.arguments import as_choice, as_distribution, as_floats, as_whole, known
from lecture11.signatures import checked
from lecture11.supervised.losses import forward_kl, reverse_kl
from lecture11.training import TrainingStep, train_many

LEARNING_RATE = 0.03
STEPS = 8000
NARROWEST = -30.0
"""Of log s: a narrower bell would be the same, all on one class, but 0 / 0 in float32."""
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


@checked
def bell_logits(bell: Bell, classes: int) -> Float[Array, "*bells classes"]:
    """log p(y; m, s) for all classes, normalised."""
    offsets = jnp.arange(as_whole("classes", classes, 1)) - bell.centre[..., None]
    width = jnp.exp(jnp.maximum(bell.log_width, NARROWEST))[..., None]
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

    target: p*, (C,)
    direction: ``forward``, D_KL(p* ‖ bell), or ``reverse``, D_KL(bell ‖ p*)
    starts: centres to start from, each with width 1

    Raises ValueError for another direction, a target that is no distribution, or, in the reverse
    direction, one with zeros: there the divergence is ∞ for every bell.
    """
    as_choice("direction", direction, DIRECTIONS)
    p, centres = as_distribution("target", target, dims=1), as_floats("starts", starts, 1)
    if direction == "reverse" and known(p) and (empty := np.asarray(p) == 0).any():
        raise ValueError(
            f"target: {empty.sum()} of {p.size} classes have probability 0, so the reverse KL "
            "divergence of any bell is ∞; smooth the target, and say so."
        )
    begin = Bell(centres, jnp.zeros_like(centres))
    step = TrainingStep(forward_loss if direction == "forward" else reverse_loss)
    run = train_many(
        step,
        begin,
        jnp.broadcast_to(p, (len(centres), 1, p.size)),
        learning_rate=LEARNING_RATE,
        frames=[STEPS],
        keys=jax.random.split(jax.random.key(0), len(centres)),  # nothing here is random
    )
    return BellFits(run.state.params, run.info.loss)
