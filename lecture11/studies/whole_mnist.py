"""t-SNE of all of MNIST: 70,000 images, of which no matrix of distances is made."""

import time
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, UInt8
from scipy.spatial import cKDTree

from lecture11.datasets import mnist
from lecture11.embedding import fit_pca, fit_tsne
from lecture11.studies.stored import stored

COMPONENTS = 50
TRUST = 12
"""Neighbours in the map that trustworthiness asks about, as elsewhere."""
SAMPLE = 1000
"""Points that it is estimated from."""
LEVELS = 2048
"""Of a stored coordinate."""


class WholeMap(NamedTuple):
    """The map of all images, and what it is worth."""

    points: Float[np.ndarray, "points 2"]
    """In the map's units."""
    labels: UInt8[np.ndarray, " points"]
    """The digits they show."""
    trace: Float[np.ndarray, "visits 3"]
    """On the way: iterations done, seconds since the images came in, D_KL(P ‖ Q) in nats."""
    error: float
    """The share of points whose nearest neighbour in the map is another digit."""
    trustworthiness: float
    """From some of the points, against all others."""


def fit_whole_map(most: int = 70_000, iterations: int = 1000) -> WholeMap:
    """Of the training images, then the test images; compiling is in its seconds.

    most: images that are taken, from the first on
    """
    parts = [mnist("train"), mnist("test")]
    images = np.concatenate([part.images for part in parts]).reshape(-1, 784)[:most]
    labels = np.concatenate([part.labels for part in parts])[:most]
    began, trace = time.perf_counter(), []
    x = np.asarray(fit_pca(images / np.float32(255), COMPONENTS).points)
    run = fit_tsne(
        x,
        frames=(iterations,),
        on_chunk=lambda done, _, info: trace.append(
            (done, time.perf_counter() - began, float(info.loss))
        ),
    )
    points = np.asarray(run.state.points, float)
    return WholeMap(
        points, labels, np.array(trace), nearest_error(points, labels), trust(x, points)
    )


def nearest_error(points: np.ndarray, labels: np.ndarray) -> float:
    """The 1-NN error of a map of many points."""
    from sklearn.neighbors import NearestNeighbors  # here: it takes a second to import

    others = NearestNeighbors(n_neighbors=1).fit(points).kneighbors(return_distance=False)[:, 0]
    return float((labels[others] != labels).mean())


def trust(x: np.ndarray, points: np.ndarray) -> float:
    """Trustworthiness over :data:`SAMPLE` points drawn at random."""
    number = len(x)
    some = np.random.default_rng(0).choice(number, min(SAMPLE, number), replace=False)
    nearest = cKDTree(points).query(points[some], TRUST + 1)[1]
    too_far = 0
    for one, columns in zip(some, nearest, strict=True):
        squares = ((x - x[one]) ** 2).sum(axis=1)
        others = columns[columns != one][:TRUST]
        ranks = (squares[:, None] < squares[others]).sum(axis=0)  # itself is nearer: from 1 on
        too_far += np.maximum(0, ranks - TRUST).sum()
    return float(1 - 2 * too_far / (len(some) * TRUST * (2 * number - 3 * TRUST - 1)))


def packed(found: WholeMap) -> dict[str, np.ndarray]:
    """Arrays of few bytes: coordinates as whole numbers, points by digit and from left to right."""
    low = found.points.min(axis=0)
    unit = float(np.ptp(found.points, axis=0).max() / (LEVELS - 1))
    levels = np.round((found.points - low) / unit).astype(np.uint16)
    order = np.lexsort((levels[:, 1], levels[:, 0], found.labels))
    return {
        "x": levels[order, 0],
        "y": levels[order, 1],
        "low": low,
        "unit": np.array(unit),
        "counts": np.bincount(found.labels, minlength=10),
        "trace": found.trace.astype(np.float32),
        "worth": np.array([found.error, found.trustworthiness]),
    }


def stored_whole_map() -> WholeMap:
    """As it was computed once, the points by digit; to 1/2048 of the map's width."""
    arrays = stored("whole_mnist.npz")
    points = arrays["low"] + arrays["unit"] * np.stack([arrays["x"], arrays["y"]], axis=1)
    labels = np.repeat(np.arange(10, dtype=np.uint8), arrays["counts"])
    return WholeMap(points, labels, arrays["trace"], *map(float, arrays["worth"]))
