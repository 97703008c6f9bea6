"""When z is ignored: the same digits four times, with and without what can do without z."""

from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Float

from lecture11.datasets import area_averaged, mnist_small
from lecture11.studies.stored import stored
from lecture11.variational import (
    Autoencoder,
    as_images,
    init_autoencoder,
    latent_divergences,
    mean_bound_parts,
    train_vae,
)

NAMES = ("independent pixels", "linked pixels", "linked, warm-up", "divergence × 10")
SEEDS = 5


class Collapse(NamedTuple):
    """What the four, named by :data:`NAMES`, reach on 1,000 digits held out, nats per image."""

    reconstructions: Float[np.ndarray, "*seeds models"]
    """E_q[log p(x|z)]"""
    divergences: Float[np.ndarray, "*seeds models latents"]
    """The mean of D_KL(q(z_d|x) ‖ p(z_d)), for each latent."""

    @property
    def elbos(self) -> Float[np.ndarray, "*seeds models"]:
        """The bounds."""
        return self.reconstructions - self.divergences.sum(axis=-1)


def collapse(seed: int = 0) -> Collapse:
    """Train the four on 5,000 digits of 7 × 7 pixels: 30 epochs each, ten latents.

    The warm-up: two epochs each with the divergence counting 0, 0.2, 0.4, 0.6, 0.8 times, then
    twenty.
    """
    train, test = (
        np.round(area_averaged(mnist_small(part).images, 7)).astype(np.uint8)
        for part in ("train", "test")
    )
    start, order, draws = jax.random.split(jax.random.key(seed), 3)

    def after(vae: Autoencoder, epochs: int, weight: float = 1.0) -> Autoencoder:
        data = as_images(train, kl_weight=weight)
        return train_vae(vae, data, epochs=epochs, key=order, batch_size=100).params

    free = init_autoencoder(49, (100,), 10, key=start)
    linked = init_autoencoder(49, (100,), 10, key=start, linked=True)
    warm = linked
    for weight in (0.0, 0.2, 0.4, 0.6, 0.8):
        warm = after(warm, 2, weight)
    ends = [after(free, 30), after(linked, 30), after(warm, 20), after(free, 30, 10.0)]
    held_out = as_images(test)
    return Collapse(
        np.array([mean_bound_parts(vae, held_out, key=draws)[0] for vae in ends]),
        np.stack([latent_divergences(vae, held_out, key=draws) for vae in ends]),
    )


def collapses() -> Collapse:
    """The stored ones, from five seeds."""
    return Collapse(**stored("collapse.npz"))
