"""The variational autoencoder: two networks trained on one bound (Kingma & Welling 2014).

The *decoder* is the model, p_θ(x, z) = N(z | 0, I) Π_j Bernoulli(x_j | σ(l_j(z))), the *encoder*
the amortised posterior, q_φ(z|x) = Π_d N(z_d | μ_d(x), σ_d(x)²). Both climb

    ELBO(θ, φ; x) = E_q[log p_θ(x|z)] − D_KL(q_φ(z|x) ‖ N(0, I))

    D_KL(q_φ(z|x) ‖ N(0, I)) = ½ Σ_d (μ_d² + σ_d² − 1 − log σ_d²)         (their appendix B)

with z = μ + σ ε, ε ~ N(0, I), so that the gradient passes through z. Given a condition c (which
digit it is), both networks see c as well: p_θ(x|z, c), q_φ(z|x, c); z is independent of c.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from lecture11.arguments import as_whole, require_shape
from lecture11.gaussian import Normal
from lecture11.iteration import Run
from lecture11.networks import Layer, apply_mlp, init_mlp
from lecture11.signatures import checked
from lecture11.training import EpochInfo, Epochs, EpochState, TrainingStep, train_epochs
from lecture11.variational.images import Images, binarised
from lecture11.variational.normal import reparametrised

WIDEST = 40.0
"""How far log σ may be from 0 before it is cut: beyond, σ² would be 0 or ∞ in float32."""


class Autoencoder(NamedTuple):
    """θ and φ."""

    encoder: tuple[Layer, ...]
    """φ: from pixels and condition to (μ, log σ), 2 · latents numbers."""
    decoder: tuple[Layer, ...]
    """θ: from latents and condition to a logit for each pixel."""
    links: Float[Array, "pixels pixels"] | None = None
    """Where given, also θ: row j, column i > j is what pixel j adds to the logit of the later pixel
    i; the rest is not used. None: pixels are independent given z."""


class BoundParts(NamedTuple):
    """The two terms of the ELBO, in nats; ELBO = reconstruction − divergence."""

    reconstruction: Float[Array, " images"]
    """log p_θ(x|z) at one z ~ q_φ(z|x): an unbiased estimate of its mean."""
    divergence: Float[Array, "images latents"]
    """D_KL(q_φ(z_d|x) ‖ N(0, 1)) of each latent, exact."""


@checked
def init_autoencoder(
    pixels: int,
    hidden: Sequence[int],
    latents: int,
    *,
    key: PRNGKeyArray,
    conditions: int = 0,
    linked: bool = False,
) -> Autoencoder:
    """Random networks: pixels – hidden – 2 · latents and latents – hidden reversed – pixels.

    The encoder's last weights are a tenth as large as usual, so q starts near the prior: a start
    far from it costs hundreds of nats of divergence, and the first steps would only undo it.

    conditions: how many numbers c has
    linked: whether pixels are linked to earlier ones, at first by 0

    Raises ValueError where a size is not positive, or ``conditions`` is negative.
    """
    pixels, latents = as_whole("pixels", pixels, 1), as_whole("latents", latents, 1)
    conditions = as_whole("conditions", conditions, 0)
    of_encoder, of_decoder = jax.random.split(key)
    hidden = [as_whole("hidden", size, 1) for size in hidden]
    *first, last = init_mlp((pixels + conditions, *hidden, 2 * latents), key=of_encoder)
    return Autoencoder(
        (*first, last._replace(weights=0.1 * last.weights)),
        init_mlp((latents + conditions, *reversed(hidden), pixels), key=of_decoder),
        jnp.zeros((pixels, pixels)) if linked else None,
    )


@checked
@jax.jit
def encode(
    vae: Autoencoder,
    x: Float[Array, "*images pixels"],
    condition: Float[Array, "*images conditions"] | None = None,
) -> Normal:
    """q_φ(z|x): mean and standard deviation of each latent, (*images, latents)."""
    mean, log_sd = jnp.split(_outputs(vae.encoder, "x", x, condition), 2, axis=-1)
    return Normal(mean, jnp.exp(jnp.clip(log_sd, -WIDEST, WIDEST)))


@checked
def decode(
    vae: Autoencoder,
    z: Float[Array, "*images latents"],
    condition: Float[Array, "*images conditions"] | None = None,
    *,
    x: Float[Array, "*images pixels"] | None = None,
) -> Float[Array, "*images pixels"]:
    """The logit of ink for each pixel; its sigmoid is the mean image.

    x: the image itself, needed where pixels are linked, and used for later pixels only

    Raises ValueError where it is needed and missing.
    """
    logits = _outputs(vae.decoder, "z", z, condition)
    if vae.links is None:
        return logits
    if x is None:
        raise ValueError("x: expected the image, as this decoder links its pixels; pass x=….")
    return logits + x @ jnp.triu(vae.links, 1)


def _outputs(layers: tuple[Layer, ...], name: str, inputs: Array, condition: Array | None) -> Array:
    """Of a network that sees the condition too, which stands last."""
    conditions = 0 if condition is None else condition.shape[-1]
    wanted = layers[0].weights.shape[-2] - conditions
    require_shape(name, inputs, (*inputs.shape[:-1], wanted), "what its network takes, last")
    if condition is None:
        return apply_mlp(layers, inputs)
    shape = (*inputs.shape[:-1], conditions)
    require_shape("condition", condition, shape, f"numbers for each row of {name}")
    return apply_mlp(layers, jnp.concatenate([inputs, condition], axis=-1))


@checked
def pixel_log_likelihood(
    x: Float[Array, "*#images pixels"], logits: Float[Array, "*#images pixels"]
) -> Float[Array, "*images"]:
    """log Π_j Bernoulli(x_j | σ(l_j)) = Σ_j (x_j l_j − log(1 + e^{l_j})), for x from 0 to 1."""
    return (x * logits - jax.nn.softplus(logits)).sum(axis=-1)


@checked
def kl_to_prior(q: Normal) -> Float[Array, "*images latents"]:
    """D_KL(N(μ, σ²) ‖ N(0, 1)) = ½ (μ² + σ² − 1 − log σ²) of each latent, in nats.

    >>> vae = init_autoencoder(6, (5,), 2, key=jax.random.key(0))
    >>> print(kl_to_prior(encode(vae, jnp.zeros(6))))  # without ink a new encoder says N(0, 1)
    [0. 0.]
    """
    return 0.5 * (q.mean**2 + q.sd**2 - 1) - jnp.log(q.sd)


@checked
def bound_parts(
    vae: Autoencoder,
    x: Float[Array, "images pixels"],
    condition: Float[Array, "images conditions"],
    *,
    key: PRNGKeyArray,
) -> BoundParts:
    """ELBO = E_q[log p(x|z)] − D_KL(q(z|x) ‖ p(z)): both terms, the first from one draw of z.

    x: images, black and white
    condition: c, no columns where nothing is given

    >>> vae, x = init_autoencoder(6, (5,), 2, key=jax.random.key(0)), jnp.zeros((1, 6))
    >>> print(bound_parts(vae, x, jnp.zeros((1, 0)), key=jax.random.key(1)).divergence)
    [[0. 0.]]
    """
    q = encode(vae, x, condition)
    noise = jax.random.normal(key, q.mean.shape, q.mean.dtype)
    logits = decode(vae, reparametrised(q, noise=noise), condition, x=x)
    return BoundParts(pixel_log_likelihood(x, logits), kl_to_prior(q))


@checked
def negative_elbo(vae: Autoencoder, batch: Images, key: PRNGKeyArray) -> Float[Array, ""]:
    """The loss: −ELBO, in nats per image, on images freshly made black and white.

    For :class:`lecture11.training.TrainingStep`. The divergence counts ``batch.kl_weight`` times.

    >>> vae = init_autoencoder(6, (5,), 2, key=jax.random.key(0))
    >>> batch = as_images(np.zeros((500, 6), np.uint8))
    >>> print(negative_elbo(vae, batch, jax.random.key(1)))  # above 0, that of a perfect decoder
    2.9
    """
    of_pixels, of_latents = jax.random.split(key)
    x = binarised(batch.pixels, key=of_pixels)
    parts = bound_parts(vae, x, batch.condition, key=of_latents)
    return (batch.kl_weight * parts.divergence.sum(axis=-1) - parts.reconstruction).mean()


@checked
def train_vae(
    vae: Autoencoder,
    data: Images,
    *,
    epochs: int,
    key: PRNGKeyArray,
    learning_rate: float = 1e-3,
    batch_size: int = 128,
    resume: Run[EpochState, EpochInfo] | None = None,
    on_epoch: Callable[[int, int, EpochInfo], None] | None = None,
) -> Epochs:
    """Climb the ELBO by Adam, in whole epochs; ``.losses`` are the mean −ELBO of each.

    ``resume``, ``on_epoch`` and what is raised: see :func:`lecture11.training.train_epochs`.
    Raises ValueError where the networks and the data do not fit together.
    """
    require_fit(vae, data)
    return train_epochs(
        TrainingStep(negative_elbo, batch_size),
        vae,
        data,
        learning_rate=learning_rate,
        epochs=epochs,
        key=key,
        resume=resume,
        on_epoch=on_epoch,
    )


@checked
def mean_bound_parts(
    vae: Autoencoder, data: Images, *, key: PRNGKeyArray, batch_size: int = 1000
) -> tuple[float, float]:
    """Mean reconstruction and divergence over images made black and white once; ELBO = their
    difference, in nats per image.

    Raises ValueError where the networks and the data do not fit together.
    """
    require_fit(vae, data)
    parts = _parts_in_batches(vae, data, key, as_whole("batch_size", batch_size, 1))
    return float(parts.reconstruction.mean()), float(parts.divergence.sum(axis=1).mean())


@checked
def latent_divergences(
    vae: Autoencoder, data: Images, *, key: PRNGKeyArray, batch_size: int = 1000
) -> Float[np.ndarray, " latents"]:
    """The mean over images of each latent's own D_KL; near 0 where q ignores the image."""
    require_fit(vae, data)
    parts = _parts_in_batches(vae, data, key, as_whole("batch_size", batch_size, 1))
    return np.asarray(parts.divergence.mean(axis=0))


@partial(jax.jit, static_argnums=3)
def _parts_in_batches(
    vae: Autoencoder, data: Images, key: PRNGKeyArray, batch_size: int
) -> BoundParts:
    def of_one(given: tuple[Array, Array, PRNGKeyArray]) -> BoundParts:
        pixels, condition, key = given
        of_pixels, of_latents = jax.random.split(key)
        x = binarised(pixels[None], key=of_pixels)
        parts = bound_parts(vae, x, condition[None], key=of_latents)
        return BoundParts(parts.reconstruction[0], parts.divergence[0])

    keys = jax.random.split(key, len(data.pixels))
    return jax.lax.map(of_one, (data.pixels, data.condition, keys), batch_size=batch_size)


def require_fit(vae: Autoencoder, data: Images) -> None:
    """Raise ValueError where the networks take other pixels or conditions than the data has."""
    pixels, conditions = data.pixels.shape[1], data.condition.shape[1]
    takes, gives = vae.encoder[0].weights.shape[0], vae.decoder[-1].weights.shape[1]
    if (takes, gives) != (pixels + conditions, pixels):
        raise ValueError(
            f"vae: its encoder takes {takes} numbers and its decoder gives {gives}, but the data "
            f"has {pixels} pixels and {conditions} numbers of condition; make it with "
            f"init_autoencoder({pixels}, …, conditions={conditions})."
        )


@checked
@jax.jit
def mean_images(
    vae: Autoencoder,
    z: Float[Array, "*images latents"],
    condition: Float[Array, "*images conditions"] | None = None,
) -> Float[Array, "*images pixels"]:
    """The probability of ink in each pixel, given z: what is shown as the decoded image.

    Compiled once for each shape. Where pixels are linked there is no such image without earlier
    pixels.
    """
    return jax.nn.sigmoid(decode(vae, z, condition))


@checked
def ancestral_samples(
    vae: Autoencoder,
    count: int,
    *,
    key: PRNGKeyArray,
    condition: Float[Array, "images conditions"] | None = None,
) -> Float[Array, "images pixels"]:
    """Mean images of z ~ N(0, I): what the model comes up with. Pixels must not be linked.

    condition: one row for each image, or None
    """
    shape = as_whole("count", count, 1), vae.encoder[-1].weights.shape[1] // 2
    return mean_images(vae, jax.random.normal(key, shape), condition)
