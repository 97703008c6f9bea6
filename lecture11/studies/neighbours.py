"""SNE and t-SNE on the first digits: who is torn, who is let in, what each ingredient does."""

from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int
from scipy.stats import spearmanr

from lecture11.datasets import digits, swiss_roll
from lecture11.embedding import (
    MOMENTUM,
    REPRODUCIBLE,
    SNE,
    TSNE,
    NeighbourLoss,
    Tearing,
    align,
    conditional_affinities,
    continuity,
    fit_pca,
    fit_tsne_many,
    nearest_neighbour_error,
    pairwise_distances,
    pca_map,
    shepard_pairs,
    tearing,
    trustworthiness,
)
from lecture11.embedding.neighbours.descent import Settings

BRIEF = REPRODUCIBLE._replace(early_iterations=30)
"""For data whose clusters are clear: longer exaggeration would press each into a point."""


class SomeDigits(NamedTuple):
    """200 handwritten digits."""

    x: Float[np.ndarray, "200 64"]
    """Their pixels."""
    labels: Int[np.ndarray, " 200"]
    """Which digit each shows."""


def two_hundred(first: int = 0) -> SomeDigits:
    """From the ``first`` on."""
    handwriting = digits()
    chosen = slice(first, first + 200)
    x = np.asarray(handwriting.images[chosen]).reshape(200, 64)
    return SomeDigits(x, np.asarray(handwriting.labels[chosen]))


class Fitted(NamedTuple):
    """Several runs."""

    maps: Float[Array, "runs points 2"]
    """Where they end."""
    losses: Float[Array, " runs"]
    """And how low, in nats."""


def fitted(
    x: Any, loss: NeighbourLoss, starts: Float[Array, "runs points 2"], settings: Settings
) -> Fitted:
    """Maps from several starts, 500 iterations at perplexity 30.

    Always five at once, so that all losses and starts share what was compiled.
    """
    five = jnp.resize(starts, (5, *starts.shape[1:]))
    run = fit_tsne_many(
        x, perplexities=[30] * 5, starts=five, settings=settings, loss=loss, frames=(500,),
        chunk=500,
    )  # fmt: skip
    return Fitted(run.state.points[: len(starts)], run.info.loss[: len(starts)])


def scores(
    maps: Float[Array, "runs points 2"], distances: Any, labels: Any
) -> dict[str, list[float]]:
    """What the maps show, a number for each."""
    return {
        "trustworthiness": [trustworthiness(distances, each) for each in maps],
        "continuity": [continuity(distances, each) for each in maps],
        "1-NN error, %": [100 * nearest_neighbour_error(each, labels) for each in maps],
        "order of distances": [
            spearmanr(*shepard_pairs(distances, each, at_most=20_000)).statistic for each in maps
        ],
    }


class Lies(NamedTuple):
    """How many ordered pairs a map tells wrongly by more than a factor of 5."""

    torn: int
    """p > 5 q."""
    false: int
    """q > 5 p."""


def lies(p: Float[np.ndarray, "n n"], q: Float[np.ndarray, "n n"], least: float = 0.0) -> Lies:
    """Among the pairs whose p or q exceeds ``least``."""
    counted = np.maximum(p, q) > least
    return Lies(int((counted & (p > 5 * q)).sum()), int((counted & (q > 5 * p)).sum()))


def to_others(points: Any, groups: Any, perplexity: float) -> float:
    """The share of a point's p that goes to other groups than its own, on average."""
    p = np.asarray(conditional_affinities(points, perplexity=perplexity))
    return float((p * (groups[:, None] != groups)).sum(axis=1).mean())


class Torn(NamedTuple):
    """Maps of one manifold by one method, at several perplexities."""

    maps: Float[np.ndarray, "perplexities points 2"]
    """Laid over the band."""
    tearing: list[Tearing]
    """Of each."""


class Bands(NamedTuple):
    """A band, flat and rolled up, and what becomes of it."""

    band: Float[np.ndarray, "points 2"]
    """Where each point is on it."""
    data: dict[str, Float[np.ndarray, "points 2"]]
    """The first two principal components of both."""
    found: dict[tuple[str, str], Torn]
    """By manifold and method."""


PERPLEXITIES = (5, 10, 15, 30, 60)


def bands() -> Bands:
    """SNE and t-SNE of 200 points on a band, from PCA, 1,000 iterations."""
    roll = swiss_roll(200, seed=1)
    on_band = pairwise_distances(roll.unrolled)
    data = {"flat band": roll.unrolled, "rolled band": roll.points}
    found = {}
    for name, points in data.items():
        starts = jnp.stack([pca_map(points)] * len(PERPLEXITIES))
        for method, loss, settings in (("SNE", SNE, MOMENTUM), ("t-SNE", TSNE, BRIEF)):
            maps = fit_tsne_many(
                points, perplexities=PERPLEXITIES, starts=starts, settings=settings, loss=loss,
                frames=(1000,), chunk=1000,
            ).state.points  # fmt: skip
            laid = np.stack([align(each, roll.unrolled).points for each in maps])
            found[name, method] = Torn(laid, [tearing(on_band, each) for each in maps])
    shadows = {name: np.asarray(fit_pca(points).points) for name, points in data.items()}
    return Bands(roll.unrolled, shadows, found)
