"""A small neural network, once for the whole course.

A *multilayer perceptron* is a chain of affine maps with an activation function in between::

    h₀ = x       h_l = a(h_{l−1} W_l + b_l)       output = h_{L−1} W_L + b_L
"""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Key, PRNGKeyArray

from lecture11.arguments import as_whole
from lecture11.signatures import checked


class Layer(NamedTuple):
    """One affine map h ↦ h W + b."""

    weights: Float[Array, "*networks inputs outputs"]
    """W"""
    biases: Float[Array, "*networks outputs"]
    """b"""


@checked
def init_mlp(sizes: Sequence[int], *, key: PRNGKeyArray) -> tuple[Layer, ...]:
    """Random layers: weights N(0, 2 / inputs) (He et al. 2015, eq. 10), biases 0.

    sizes: numbers of inputs, of each hidden layer's units, of outputs; ``(64, 10)`` has no hidden
        layer and is a linear model

    Raises ValueError where there are fewer than two sizes, or one of them is not positive.
    """
    return _random_layers(_whole(sizes), key)


@checked
def init_mlps(sizes: Sequence[int], *, keys: Key[Array, " runs"]) -> tuple[Layer, ...]:
    """Several networks, one for each key, stacked along a new first axis."""
    return jax.vmap(partial(_random_layers, _whole(sizes)))(keys)


def _whole(sizes: Sequence[int]) -> tuple[int, ...]:
    if len(sizes) < 2:
        raise ValueError(
            "sizes: expected two numbers or more, such as (64, 32, 10) from inputs to outputs; got "
            f"{tuple(sizes)}."
        )
    return tuple(as_whole("sizes", size, 1) for size in sizes)


@partial(jax.jit, static_argnums=0)
def _random_layers(sizes: tuple[int, ...], key: PRNGKeyArray) -> tuple[Layer, ...]:
    maps = list(pairwise(sizes))
    ends = np.cumsum([inputs * outputs for inputs, outputs in maps])
    draws = jax.random.normal(key, (ends[-1],))  # at once: each shape would be compiled for
    return tuple(
        Layer(jnp.sqrt(2 / inputs) * part.reshape(inputs, outputs), jnp.zeros(outputs))
        for (inputs, outputs), part in zip(maps, jnp.split(draws, ends[:-1]), strict=True)
    )


@checked
def apply_mlp(
    layers: tuple[Layer, ...],
    x: Float[Array, "*examples inputs"],
    *,
    activation: Callable[[Array], Array] = jax.nn.relu,
) -> Float[Array, "*examples outputs"]:
    """The network's outputs: no activation after the last layer, so they can be logits.

    Raises ValueError where x has another number of inputs than the network.
    """
    if not layers:
        raise ValueError("layers: expected one or more, got none; make them by init_mlp(sizes).")
    inputs = layers[0].weights.shape[-2]
    if x.shape[-1] != inputs:
        raise ValueError(f"x: expected {inputs} inputs along the last axis, got shape {x.shape}.")
    return _outputs(layers, x, activation)


@partial(jax.jit, static_argnums=2)
def _outputs(layers: tuple[Layer, ...], x: Array, activation: Callable[[Array], Array]) -> Array:
    *hidden, last = layers
    units = x
    for layer in hidden:
        units = activation(units @ layer.weights + layer.biases)
    return units @ last.weights + last.biases
