"""New points in a finished map, which stays as it is (Poličar, Stražar & Zupan 2023).

A new point has neighbours among the old ones, with p(j) as slide SNE has it, and its place x̄ makes
q(j) = w_j / Σ_k w_k, w_j = 1 / (1 + ‖x̄ − x̄_j‖²), as close to that as it can::

    D_KL(p ‖ q) = Σ_j p(j) log p(j) + Σ_j p(j) log (1 + ‖x̄ − x̄_j‖²) + log Σ_k w_k

New points do not know each other: placed one by one or all at once, each comes to the same place.
"""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float, Int

from lecture11.arguments import as_floats, as_whole, require_shape
from lecture11.embedding.neighbours.affinities import as_perplexity, calibrate
from lecture11.embedding.neighbours.attraction import NEIGHBOURS

TOGETHER = 64
"""New points that are placed at a time."""
SHORTEST = 1e-6


def place_in_map(
    new: Any, x: Any, points: Any, *, perplexity: float = 30.0, iterations: int = 100
) -> Float[Array, "new dims"]:
    """Where in a finished map of x each new point belongs.

    new: new points × dims
    x: points × dims, what the map shows
    points: points × dims of the map, such as ``fit_tsne(x).state.points``; it stays as it is
    perplexity: of each new point's neighbours in x
    iterations: steps downhill from the weighted mean of its neighbours' places; a step that would
        lead uphill is not taken, and the next is shorter

    Raises TypeError or ValueError where an argument is not as described.

    >>> points = np.array([[0.0, 0.0], [1, 0], [8, 0], [9, 0]])
    >>> print(place_in_map([[8.5]], points[:, :1], points, perplexity=2.0)[0, 0].round())
    8.0
    """
    points = as_floats("points", points, 2)
    rows, dims = as_floats("x", x, 2).shape
    require_shape("points", points, (rows, points.shape[1]), "a place for each row of x")
    require_shape("new", as_floats("new", new, 2), (len(new), dims), "points × dims of x")
    # Both in units in which x is of size 1 around 0: what is subtracted must not depend on new.
    centre = np.median(np.asarray(x, float), axis=0)
    size = np.abs(np.asarray(x, float) - centre).max() or 1.0
    old, fresh = (
        jnp.asarray((np.asarray(each, float) - centre) / size, points.dtype) for each in (x, new)
    )
    farthest = float(np.abs(np.asarray(fresh)).max())
    if farthest * float(jnp.finfo(fresh.dtype).eps) > 1:
        raise ValueError(
            f"new: expected points about where x lies, got one {farthest:.3g} times as far from "
            f"its centre as the farthest of x: {fresh.dtype} cannot tell its neighbours apart."
        )
    perplexity = float(as_perplexity(perplexity, len(old) + 1))
    count = min(len(old), int(NEIGHBOURS * perplexity) + 1)
    spare = -len(fresh) % TOGETHER
    blocks = jnp.pad(fresh, ((0, spare), (0, 0)), mode="edge")
    blocks = blocks.reshape(-1, TOGETHER, old.shape[1])
    steps = jnp.asarray(as_whole("iterations", iterations, 0))
    placed = _place(blocks, old, points, jnp.asarray(perplexity, old.dtype), steps, count)
    return placed.reshape(-1, points.shape[1])[: len(fresh)]


@partial(jax.jit, static_argnums=5)
def _place(
    blocks: Float[Array, "blocks together columns"],
    old: Float[Array, "points columns"],
    points: Float[Array, "points dims"],
    perplexity: Float[Array, ""],
    steps: Int[Array, ""],
    count: int,
) -> Float[Array, "blocks together dims"]:
    def of_block(block: Array) -> Array:
        squares = ((block[:, None, :] - old[None, :, :]) ** 2).sum(axis=2)
        nearest, columns = lax.top_k(-squares, count)
        p = jnp.exp(calibrate(-nearest, perplexity).log_affinities)
        return jax.vmap(partial(_settle, points=points, steps=steps))(p, points[columns])

    return lax.map(of_block, blocks)


def _settle(
    p: Float[Array, " count"],
    neighbours: Float[Array, "count dims"],
    points: Float[Array, "points dims"],
    steps: Int[Array, ""],
) -> Float[Array, " dims"]:
    """Down the loss of one point, from the mean of its neighbours."""

    def loss_of(place: Array) -> Array:
        return placing_loss(place, p, neighbours, points)

    def step(_: Any, now: tuple[Array, Array]) -> tuple[Array, Array]:
        place, rate = now
        loss, slope = jax.value_and_grad(loss_of)(place)
        trial = place - rate * slope
        better = loss_of(trial) <= loss
        return (
            jnp.where(better, trial, place),
            jnp.maximum(jnp.where(better, 1.5 * rate, rate / 3), SHORTEST),
        )

    start = p @ neighbours
    return lax.fori_loop(0, steps, step, (start, jnp.ones((), start.dtype)))[0]


def placing_loss(
    place: Float[Array, " dims"],
    p: Float[Array, " count"],
    neighbours: Float[Array, "count dims"],
    points: Float[Array, "points dims"],
) -> Float[Array, ""]:
    """D_KL(p ‖ q) but for Σ p log p, which no place changes."""
    to_neighbours = ((place - neighbours) ** 2).sum(axis=1)
    to_all = ((place - points) ** 2).sum(axis=1)
    return (p * jnp.log1p(to_neighbours)).sum() + jnp.log((1 / (1 + to_all)).sum())
