"""Images for a model of black and white: grey values, and the ink that they make.

At every use each pixel becomes ink with its grey value as probability (*stochastic binarisation*),
so no two epochs see the same images.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray, UInt8

from lecture11.arguments import as_floats, as_number
from lecture11.signatures import Scalar, checked


class Images(NamedTuple):
    """Images to learn from, row by row."""

    pixels: UInt8[Array, "images pixels"]
    """Grey values: 0 is paper, 255 is ink."""
    condition: Float[Array, "images conditions"]
    """c, one-hot; no columns where nothing is given."""
    kl_weight: Float[Array, " images"]
    """What the divergence counts in the loss: 1, except to show what another number does."""


@checked
def as_images(images: Any, condition: Any = None, *, kl_weight: Scalar = 1.0) -> Images:
    """Images of whole grey values, (n, height, width) or (n, pixels), as :class:`Images`.

    condition: numbers such as one-hot labels, (n, conditions); None for nothing
    kl_weight: what the divergence counts in the loss, from 0 on

    Raises TypeError where the images are no bytes; ValueError where shapes disagree or the weight
    is negative.
    """
    kind = getattr(images, "dtype", type(images).__name__)
    if kind != np.uint8:
        raise TypeError(
            f"images: expected grey values of type uint8, 0 to 255; got {kind}; for ink from 0 to "
            "1 use np.round(255 * images).astype(np.uint8)."
        )
    pixels = np.asarray(images)
    if pixels.ndim not in (2, 3) or pixels.size == 0:
        raise ValueError(
            f"images: expected (n, height, width) or (n, pixels), at least one; got {pixels.shape}."
        )
    weight = as_number("kl_weight", kl_weight, 0)
    count = len(pixels)
    given = jnp.zeros((count, 0)) if condition is None else as_floats("condition", condition, 2)
    if len(given) != count:
        raise ValueError(
            f"condition: expected one row for each of {count} images, got {len(given)}."
        )
    return Images(
        jnp.asarray(pixels.reshape(count, -1)), given, jnp.full(count, weight, given.dtype)
    )


@checked
def binarised(pixels: UInt8[Array, "*shape"], *, key: PRNGKeyArray) -> Float[Array, "*shape"]:
    """1 (ink) with probability pixel / 255, else 0, drawn anew for each pixel.

    16 random bits decide, so a probability is off by less than 2⁻¹⁶; paper and ink are certain.
    """
    noise = jax.random.bits(key, pixels.shape, jnp.uint16)
    # 65536 · pixel / 255 without a division: 257 · pixel, and one more for the upper half.
    threshold = 257 * pixels.astype(jnp.uint32) + (pixels > 127)
    return (noise < threshold).astype(jnp.result_type(float))
