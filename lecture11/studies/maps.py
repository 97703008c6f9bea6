"""Maps: MDS beside Sammon's on the roll, any map under t-SNE's loss, loops that leap."""

from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Array, Float, Int
from scipy.optimize import minimize_scalar

from lecture11.datasets import swiss_roll
from lecture11.embedding import (
    align,
    fit_mds,
    fit_pca,
    fit_sammon,
    is_torn,
    pairwise_distances,
    shepard_pairs,
    tsne_loss,
)
from lecture11.embedding.stress.mds import StressInfo
from lecture11.iteration import Run


class Race(NamedTuple):
    """Two methods on the same distances, from the same start."""

    sixths: Int[np.ndarray, " points"]
    """Where along the band a point is, from 0 to 5."""
    distances: Float[Array, "points points"]
    """d_ij."""
    runs: dict[str, Run]
    """By the method's name, a frame for every iteration."""
    turned: dict[str, Float[Array, "frames points dims"]]
    """Their maps, aligned with the first two principal components."""


def race_on_the_roll(iterations: int = 60) -> Race:
    """MDS and Sammon's mapping of 300 points of the roll, started at random."""
    roll = swiss_roll(300, seed=1)
    d = pairwise_distances(roll.points)
    start = np.random.default_rng(2).normal(size=(300, 2)) * 5
    frames = range(iterations + 1)
    runs = {
        "MDS": fit_mds(d, start=start, frames=frames),
        "Sammon": fit_sammon(d, start=start, frames=frames),
    }
    shadow = fit_pca(roll.points).points
    upright = jax.jit(jax.vmap(lambda points: align(points, shadow, scaling=False).points))
    turned = {name: upright(run.frames.points) for name, run in runs.items()}
    place = roll.unrolled[:, 0]
    sixths = (6 * place / place.max()).astype(int).clip(0, 5)
    return Race(np.asarray(sixths), d, runs, turned)


def settled(info: StressInfo) -> int:
    """The first iteration within 1 % of the final stress."""
    stress = np.asarray(info.stress)
    return int(np.flatnonzero(stress < 1.01 * stress[-1])[0])


def error_among_the_close(race: Race, name: str) -> Float[np.ndarray, " frames"]:
    """Frame by frame, among the shortest tenth of the distances: RMS error over RMS distance."""
    pairs = [shepard_pairs(race.distances, points) for points in race.turned[name]]
    given = np.asarray(pairs[0].given)
    close = given <= np.quantile(given, 0.1)
    mapped = np.stack([each.mapped for each in pairs])[:, close]
    return np.sqrt(((mapped - given[close]) ** 2).mean(axis=1) / (given[close] ** 2).mean())


def least_divergence(points: Any, affinities: Float[Array, "points points"], like: Any) -> float:
    """D_KL(P ‖ Q) of a map that another method made, at the scale that suits it best.

    The scale is looked for from that of the map ``like`` on.
    """

    def at(log_scale: float) -> float:
        return float(tsne_loss(points * np.exp(log_scale), affinities))

    same = float(np.log(np.std(like) / np.std(points)))
    return minimize_scalar(at, bracket=(same, same + 0.4), tol=0.05).fun


def leaps(points: Any, objects: Int[np.ndarray, " points"]) -> Int[np.ndarray, " objects"]:
    """How often each object's loop leaps in the map of a turntable."""
    return np.array([is_torn(points[objects == one]).sum() for one in np.unique(objects)])
