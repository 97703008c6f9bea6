"""Does a classifier mean what it says? Of answers given at 80 % confidence, 80 % should be right.

*Confidence* is the largest predicted probability; answers are put into bins of equal width by it::

    ECE = Σ_m (|B_m| / n) · |accuracy(B_m) − mean confidence(B_m)|

the *expected calibration error* (Naeini et al. 2015; Guo et al. 2017, eq. 3; their 15 bins).
"""

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from lecture11.arguments import as_distribution, as_floats, as_whole
from lecture11.supervised.losses import as_labels

BINS = 15


class Reliability(NamedTuple):
    """A classifier's answers, sorted by how confident they were."""

    edges: Float[Array, " edges"]
    """Of the bins, from 0 to 1; a bin holds its upper edge, not its lower one."""
    counts: Float[Array, " bins"]
    """|B_m|, how many answers lie in each."""
    confidence: Float[Array, " bins"]
    """Mean confidence of each bin; its middle where it is empty."""
    accuracy: Float[Array, " bins"]
    """Share of right answers in each; 0 where it is empty."""

    @property
    def error(self) -> Float[Array, ""]:
        """The expected calibration error, 0 to 1."""
        gaps = jnp.abs(self.accuracy - self.confidence)
        return (self.counts * gaps).sum() / self.counts.sum()


def accuracy(labels: Any, probabilities: Any) -> Float[Array, ""]:
    """The share of examples whose likeliest class is the label.

    labels: (n,), whole numbers
    probabilities: (n, C)

    Raises ValueError where probabilities are no distributions or a label is no class, TypeError
    where labels are no whole numbers.
    """
    predicted, y = _pair(labels, probabilities)
    return (predicted.argmax(axis=1) == y).mean()


def reliability(labels: Any, probabilities: Any, *, bins: int = BINS) -> Reliability:
    """Confidence against accuracy, in ``bins`` bins of equal width.

    Arguments and errors as in :func:`accuracy`; ValueError also for fewer than one bin.
    """
    return _binned(*_pair(labels, probabilities), as_whole("bins", bins, 1))


def _pair(
    labels: Any, probabilities: Any
) -> tuple[Float[Array, "examples classes"], Int[Array, " examples"]]:
    predicted = as_distribution("probabilities", probabilities, dims=2)
    count, classes = predicted.shape
    return predicted, as_labels("labels", labels, classes=classes, count=count)


@partial(jax.jit, static_argnums=2)
def _binned(
    predicted: Float[Array, "examples classes"], chosen: Int[Array, " examples"], bins: int
) -> Reliability:
    confidence = predicted.max(axis=1)
    right = (predicted.argmax(axis=1) == chosen).astype(confidence.dtype)
    edges = jnp.linspace(0, 1, bins + 1, dtype=confidence.dtype)
    place = jnp.clip(jnp.searchsorted(edges, confidence, side="left") - 1, 0, bins - 1)
    counts, confident, correct = (
        jax.ops.segment_sum(values, place, bins)
        for values in (jnp.ones_like(confidence), confidence, right)
    )
    divisor = jnp.maximum(counts, 1)
    middle = (edges[1:] + edges[:-1]) / 2
    return Reliability(
        edges,
        counts,
        jnp.where(counts > 0, confident / divisor, middle),
        correct / divisor,
    )


def expected_calibration_error(
    labels: Any, probabilities: Any, *, bins: int = BINS
) -> Float[Array, ""]:
    """Σ_m (|B_m| / n) |accuracy(B_m) − confidence(B_m)|; see :func:`reliability`."""
    return reliability(labels, probabilities, bins=bins).error


class Score(NamedTuple):
    """How good some classifiers are on the same examples; one entry for each."""

    accuracy: Float[np.ndarray, " networks"]
    """Share of right answers."""
    calibration_error: Float[np.ndarray, " networks"]
    """Expected calibration error, 15 bins."""


def score(labels: Any, probabilities: Any) -> Score:
    """Accuracy and calibration error of several classifiers.

    labels: (n,)
    probabilities: (networks, n, C)

    Errors as in :func:`accuracy`.
    """
    each = np.asarray(as_distribution("probabilities", probabilities, dims=3))
    return Score(
        np.array([float(accuracy(labels, one)) for one in each]),
        np.array([float(expected_calibration_error(labels, one)) for one in each]),
    )


def mean_and_error(values: Any) -> tuple[float, float]:
    """The mean over several runs, and its standard error, sd / √runs with n − 1 in the sd.

    Raises ValueError for fewer than two runs.
    """
    if as_floats("values", values, 1).size < 2:
        raise ValueError("values: expected two runs or more, got one, which has no spread.")
    given = np.asarray(values, float)
    return float(given.mean()), float(given.std(ddof=1) / np.sqrt(len(given)))
