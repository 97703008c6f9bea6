"""Two autoencoders of digits, trained once and stored, and the reader who names what they draw."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Integer, UInt8
from scipy.spatial.distance import cdist

from lecture11.gaussian import Normal
from lecture11.networks import Layer
from lecture11.quadrature import trapezoid
from lecture11.studies.stored import stored
from lecture11.supervised import one_hot
from lecture11.training import EpochInfo, Epochs
from lecture11.variational import (
    Autoencoder,
    Gaps,
    as_images,
    binarised,
    encode,
    inference_gaps,
    init_autoencoder,
    tabulate,
    train_vae,
)

HIDDEN, EPOCHS = (88, 64), 100
"""As large as a file of 300 kB can hold; by then the bound on held-out digits hardly rises."""


class Recipe(NamedTuple):
    """What differs between the two."""

    latents: int
    """How many numbers z has."""
    conditioned: bool
    """Whether both networks are told the digit."""
    seed: int
    """Of the start; training takes the next."""


RECIPES = {"plane": Recipe(2, False, 2), "style": Recipe(4, True, 20)}


def train(
    name: str,
    images: UInt8[np.ndarray, "images height width"],
    labels: Integer[np.ndarray, " images"],
    *,
    epochs: int = EPOCHS,
    on_epoch: Callable[[int, int, EpochInfo], None] | None = None,
) -> Epochs:
    """Train one anew, by its name in :data:`RECIPES`; the stored ones saw the 5,000 small MNIST."""
    latents, conditioned, seed = RECIPES[name]
    condition = one_hot(labels) if conditioned else None
    data = as_images(images, condition)
    start = init_autoencoder(
        data.pixels.shape[1],
        HIDDEN,
        latents,
        key=jax.random.key(seed),
        conditions=data.condition.shape[1],
    )
    return train_vae(
        start,
        data,
        epochs=epochs,
        key=jax.random.key(seed + 1),
        batch_size=50,
        learning_rate=2e-3,
        on_epoch=on_epoch,
    )


class Trained(NamedTuple):
    """What is stored of a training."""

    params: Autoencoder
    """The networks, rounded to float16."""
    losses: Float[np.ndarray, " epochs"]
    """The mean −ELBO of each epoch, in nats per image."""


def as_arrays(params: Autoencoder, losses: Any) -> dict[str, np.ndarray]:
    """A training as :func:`trained` reads it."""
    layers = {
        f"{network}_{place}_{field}": np.asarray(array, np.float16)
        for network in ("encoder", "decoder")
        for place, layer in enumerate(getattr(params, network))
        for field, array in layer._asdict().items()
    }
    return {**layers, "losses": np.asarray(losses, np.float32)}


def trained(name: str) -> Trained:
    """The stored one, by its name in :data:`RECIPES`."""
    arrays = stored(f"{name}.npz")

    def network(which: str) -> tuple[Layer, ...]:
        count = sum(key.startswith(which) for key in arrays) // len(Layer._fields)
        return tuple(
            Layer(**{f: jnp.asarray(arrays[f"{which}_{place}_{f}"], float) for f in Layer._fields})
            for place in range(count)
        )

    return Trained(Autoencoder(network("encoder"), network("decoder")), arrays["losses"])


RULE = trapezoid(-5.5, 5.5, 401)
"""Where along each latent p(x, z) is tabulated."""


def black_and_white(
    images: UInt8[np.ndarray, "images height width"], *, seed: int
) -> Float[Array, "some pixels"]:
    """The first 200, made black and white once: those whose gaps are looked at."""
    return binarised(as_images(images[:200]).pixels, key=jax.random.key(seed))


def gaps_of(plane: Autoencoder, x: Float[Array, "images pixels"]) -> Gaps:
    """What the bound of an autoencoder with two latents misses on each of these."""
    parts = [
        inference_gaps(tabulate(plane, some, RULE), encode(plane, some))
        for some in jnp.split(x, np.arange(20, len(x), 20))
    ]
    return jax.tree.map(lambda *each: jnp.concatenate(each), *parts)


def plane_gaps() -> dict[str, Gaps]:
    """The stored ones of "plane", for 200 digits held out and 200 that it was trained on."""
    arrays = stored("gaps.npz")
    found = {}
    for name in ("held out", "trained on"):
        log_likelihood, best, amortised = arrays[f"{name}_bounds"]
        mean, sd = arrays[f"{name}_q"]
        found[name] = Gaps(log_likelihood, best, amortised, Normal(mean, sd))
    return found


class Reader(NamedTuple):
    """Takes an image for the digit of the nearest training image."""

    pixels: Float[Array, "images pixels"]
    """Those it knows, 0 is paper and 1 ink."""
    labels: Integer[np.ndarray, " images"]
    """The digits they show."""

    def __call__(self, images: Float[Array, "*images pixels"]) -> Integer[np.ndarray, " *images"]:
        """The digit it takes each for."""
        rows = images.reshape(-1, images.shape[-1])
        return self.labels[np.asarray(_nearest(rows, self.pixels))].reshape(images.shape[:-1])


def reader(
    images: UInt8[np.ndarray, "images height width"], labels: Integer[np.ndarray, " images"]
) -> Reader:
    """One who knows these images."""
    return Reader(jnp.asarray(images.reshape(len(images), -1), float) / 255, labels)


@jax.jit
def _nearest(
    images: Float[Array, "images pixels"], known: Float[Array, "others pixels"]
) -> Integer[Array, " images"]:
    return (0.5 * (known**2).sum(axis=1) - images @ known.T).argmin(axis=1)


def nearest_distances(
    z: Float[Array, "points latents"], codes: Float[Array, "others latents"]
) -> Float[np.ndarray, " points"]:
    """How far each z is from the nearest code."""
    return cdist(z, codes).min(axis=1)


class Looks(NamedTuple):
    """What a digit looks like, whichever it is."""

    slant: Float[np.ndarray, "*images"]
    """By how many pixels the ink moves to the right for each pixel upwards."""
    width: Float[np.ndarray, "*images"]
    """The standard deviation of the ink along its row, without the slant, in pixels."""
    ink: Float[np.ndarray, "*images"]
    """The mean of all pixels."""


def looks(images: Float[Array, "*images pixels"]) -> Looks:
    """From the moments of the ink; images of 28 × 28 pixels, 0 is paper and 1 ink."""
    ink = np.asarray(images, float).reshape(*images.shape[:-1], 28, 28)
    mass = ink.sum(axis=(-2, -1))
    at = np.arange(28.0)
    row, column = ((ink.sum(axis=axis) * at).sum(axis=-1) / mass for axis in (-1, -2))
    down = at - row[..., None]
    right = at - column[..., None]
    rows = (ink.sum(axis=-1) * down**2).sum(axis=-1) / mass
    columns = (ink.sum(axis=-2) * right**2).sum(axis=-1) / mass
    both = np.einsum("...ij,...i,...j->...", ink, down, right) / mass
    return Looks(-both / rows, np.sqrt(columns - both**2 / rows), mass / 784)


def looks_kept(
    given: Float[Array, "images pixels"],
    drawn: Float[Array, "images 10 pixels"],
    labels: Integer[np.ndarray, " images"],
) -> Looks:
    """How far all ten digits drawn in a given one's style share its looks: correlations.

    Of each look the mean over digits of the same class is taken away first.
    """
    found = []
    for own, ten in zip(looks(given), looks(drawn), strict=True):
        means = np.array([own[labels == label].mean() for label in range(10)])
        found.append(np.corrcoef(own - means[labels], (ten - ten.mean(axis=0)).mean(axis=1))[0, 1])
    return Looks(*found)
