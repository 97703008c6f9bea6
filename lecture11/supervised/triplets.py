"""Metric learning by triplets: a network whose features are near for one class, far for two.

A *triplet* is an anchor a, a positive p of the anchor's class and a negative n of another. With the
features f of unit length, the loss (Schroff, Kalenichenko & Philbin 2015, equation 3) is

    max(0, ‖f(a) − f(p)‖² − ‖f(a) − f(n)‖² + margin)

Its *gap* ‖f(a) − f(n)‖² − ‖f(a) − f(p)‖² says what there is to learn from it::

    hard         gap ≤ 0               the negative is not farther than the positive
    semi-hard    0 < gap < margin      farther, but not by the margin
    easy         gap ≥ margin          the loss is 0, and so is its gradient

Soon most triplets are easy, so those of a minibatch are *mined*, by one of :data:`MININGS`.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.nn import relu
from jaxtyping import Array, Bool, Float, Integer, PRNGKeyArray

from lecture11.arguments import (
    as_array,
    as_choice,
    as_floats,
    as_number,
    as_wholes,
    require_shape,
)
from lecture11.networks import Layer, apply_mlp
from lecture11.signatures import checked

MININGS = ("all", "semi-hard", "hard")
"""Which triplets of a minibatch the loss is taken of.

all: the mean over all whose loss is not 0 (Hermans, Beyer & Leibe 2017, "batch all", without zeros)
semi-hard: for each anchor and positive, the nearest negative farther than the positive (Schroff et
    al. 2015, section 3.2); where there is none, the farthest one
hard: for each anchor, its farthest positive and its nearest negative (Hermans et al., "batch hard")
"""


MOST_TRIPLETS = 50_000_000
"""What :func:`triplet_gaps` lists, 400 MB, and :func:`mined_loss` looks at."""


class ForTriplets(NamedTuple):
    """Examples to draw triplets from."""

    x: Float[Array, "*runs examples dims"]
    """What is seen."""
    classes: Integer[Array, "*runs examples"]
    """Which class each is of; any whole numbers."""
    margin: Float[Array, "*runs examples"]
    """The margin, in squared units of the features; the same for all."""


class TripletCounts(NamedTuple):
    """How many of all triplets are of which kind."""

    easy: int
    """gap ≥ margin: nothing to learn."""
    semi_hard: int
    """0 < gap < margin."""
    hard: int
    """gap ≤ 0."""


def triplet_loss(
    anchor: Any, positive: Any, negative: Any, *, margin: float
) -> Float[Array, " triplets"]:
    """The loss of each triplet, from three arrays of features (triplets, dims).

    margin: in squared units of the features

    Raises TypeError or ValueError where they are no such arrays, their shapes differ, or the margin
    is not positive.

    >>> print(triplet_loss([[0.0]], [[1.0]], [[1.1]], margin=0.5))  # 1 − 1.21 + 0.5
    [0.2900]
    """
    a = as_floats("anchor", anchor, 2)
    p, n = as_floats("positive", positive, 2), as_floats("negative", negative, 2)
    require_shape("positive", p, a.shape, "triplets × dims, as the anchors")
    require_shape("negative", n, a.shape, "triplets × dims, as the anchors")
    margin = as_number("margin", margin, above=0)
    return relu(((a - p) ** 2).sum(axis=1) - ((a - n) ** 2).sum(axis=1) + margin)


def triplet_gaps(features: Any, classes: Any) -> Float[np.ndarray, " triplets"]:
    """The gaps of all triplets, increasing.

    features: (points, dims)
    classes: (points,), any whole numbers

    There are Σ_a (points of a's class − 1) · (points of other classes): 2.3 million for 30 points
    each of 10 classes, 520 million for 180.
    Raises TypeError or ValueError where they are no such arrays, there is no triplet, or there are
    more than :data:`MOST_TRIPLETS`.
    """
    points = np.asarray(as_floats("features", features, 2), float)
    labels = as_wholes("classes", classes)
    require_shape("classes", labels, (len(points),), "one for each row of features")
    _, inverse, sizes = np.unique(np.asarray(labels), return_inverse=True, return_counts=True)
    of_anchors = (sizes[inverse] - 1) * (len(points) - sizes[inverse])
    count = int(of_anchors.sum())
    if not count:
        raise ValueError(
            "classes: no triplet, which takes two points of one class and one of another; give "
            "more points."
        )
    if count > MOST_TRIPLETS:
        raise ValueError(
            f"features: {len(points)} points have {count / 1e6:,.0f} million triplets, more than "
            f"{MOST_TRIPLETS / 1e6:,.0f} million; give some of the points."
        )
    gaps, end = np.empty(count), 0
    for anchor, size in enumerate(of_anchors):
        squares = ((points - points[anchor]) ** 2).sum(axis=1)
        alike = inverse == inverse[anchor]
        positives = squares[alike & (np.arange(len(points)) != anchor)]
        begin, end = end, end + size
        gaps[begin:end] = (squares[~alike][:, None] - positives).ravel()
    gaps.sort()
    return gaps


def count_triplets(gaps: Any, *, margin: float) -> TripletCounts:
    """How many triplets are easy, semi-hard and hard, from gaps as :func:`triplet_gaps` left them.

    Raises ValueError where the gaps do not increase, or the margin is not positive.
    """
    as_array("gaps", gaps, 1)
    ordered, margin = np.asarray(gaps, float), as_number("margin", margin, above=0)
    if not ordered.size or not (np.diff(ordered) >= 0).all():
        raise ValueError("gaps: expected one increasing row; sort them with np.sort.")
    hard = int(np.searchsorted(ordered, 0, side="right"))
    not_easy = int(np.searchsorted(ordered, margin, side="left"))
    return TripletCounts(len(ordered) - not_easy, not_easy - hard, hard)


@checked
@dataclass(frozen=True)
class TripletLoss:
    """The loss of a minibatch, for :class:`lecture11.training.TrainingStep`.

    mining: a name in :data:`MININGS`
    unit_length: whether features are scaled to length 1

    Raises ValueError for another mining.
    """

    mining: str = "semi-hard"
    unit_length: bool = True

    def __post_init__(self) -> None:
        as_choice("mining", self.mining, MININGS)

    def __call__(
        self, layers: tuple[Layer, ...], batch: ForTriplets, key: PRNGKeyArray
    ) -> Float[Array, ""]:
        """The mean over the mined triplets; 0 where the minibatch has none."""
        features = embed(layers, batch.x, unit_length=self.unit_length)
        return mined_loss(features, batch.classes, batch.margin[0], self.mining)


@checked
def embed(
    layers: tuple[Layer, ...], x: Float[Array, "examples dims"], *, unit_length: bool = True
) -> Float[Array, "examples features"]:
    """f(x): the network's outputs, scaled to length 1 if so chosen."""
    outputs = apply_mlp(layers, x)
    return scaled_to_unit_length(outputs) if unit_length else outputs


@checked
def penultimate(
    layers: tuple[Layer, ...], x: Float[Array, "examples dims"]
) -> Float[Array, "examples units"]:
    """What a classifier's last layer sees: its feature space."""
    return relu(apply_mlp(layers[:-1], x))


@checked
def scaled_to_unit_length(
    features: Float[Array, "examples dims"],
) -> Float[Array, "examples dims"]:
    """Each row divided by its length; a row of zeros stays, with gradient 0."""
    # By its largest entry first, as squares of what is below 1e-19 underflow float32. Whatever it
    # is divided by cancels, so the gradient need not go there.
    largest = lax.stop_gradient(jnp.abs(features).max(axis=-1, keepdims=True))
    scaled = features / jnp.where(largest > 0, largest, 1)
    squares = (scaled**2).sum(axis=-1, keepdims=True)
    return jnp.where(squares > 0, scaled / jnp.sqrt(jnp.where(squares > 0, squares, 1)), 0)


@checked
def mined_loss(
    features: Float[Array, "examples dims"],
    classes: Integer[Array, " examples"],
    margin: Float[Array, ""],
    mining: str,
) -> Float[Array, ""]:
    """The mean over a minibatch's mined triplets; for use inside a loss, no value is checked.

    Raises TypeError or ValueError where one is of another kind or shape, or the minibatch has more
    than :data:`MOST_TRIPLETS`: its examples cubed, but squared where the mining is ``hard``.
    """
    as_choice("mining", mining, MININGS)
    require_shape("classes", classes, (len(features),), "one for each row of features")
    together, remedy = (2, "") if mining == "hard" else (3, ", or mine hard")
    if len(features) ** together > MOST_TRIPLETS:
        most = int(MOST_TRIPLETS ** (1 / together))
        raise ValueError(
            f"features: expected a minibatch of at most {most} for {mining} mining, which looks at "
            f"each {together} of them, got {len(features)}; give fewer at a time{remedy}."
        )
    squares = ((features[:, None] - features[None]) ** 2).sum(axis=-1)
    same = classes[:, None] == classes[None]
    positive = same & ~jnp.eye(len(classes), dtype=bool)
    if mining == "hard":
        return _batch_hard(squares, positive, ~same, margin)
    if mining == "semi-hard":
        return _semi_hard(squares, positive, ~same, margin)
    return _batch_all(squares, positive, ~same, margin)


Pairs = Bool[Array, "examples examples"]


def _batch_all(
    squares: Float[Array, "examples examples"], positive: Pairs, negative: Pairs, margin: Array
) -> Float[Array, ""]:
    losses = relu(squares[:, :, None] - squares[:, None, :] + margin)
    losses = jnp.where(positive[:, :, None] & negative[:, None, :], losses, 0)
    return losses.sum() / jnp.maximum((losses > 0).sum(), 1)


def _semi_hard(
    squares: Float[Array, "examples examples"], positive: Pairs, negative: Pairs, margin: Array
) -> Float[Array, ""]:
    far = jnp.where(negative, squares, -jnp.inf).max(axis=1)
    is_farther = negative[:, None, :] & (squares[:, None, :] > squares[:, :, None])
    nearest = jnp.where(is_farther, squares[:, None, :], jnp.inf).min(axis=2)
    chosen = jnp.where(jnp.isfinite(nearest), nearest, far[:, None])
    return _mean_where(squares - chosen + margin, positive & jnp.isfinite(chosen))


def _batch_hard(
    squares: Float[Array, "examples examples"], positive: Pairs, negative: Pairs, margin: Array
) -> Float[Array, ""]:
    farthest = jnp.where(positive, squares, -jnp.inf).max(axis=1)
    nearest = jnp.where(negative, squares, jnp.inf).min(axis=1)
    has_both = positive.any(axis=1) & negative.any(axis=1)
    return _mean_where(farthest - nearest + margin, has_both)


def _mean_where(terms: Array, kept: Array) -> Float[Array, ""]:
    """The mean of max(0, term) over those kept, whose gradient no other term can spoil."""
    losses = jnp.where(kept, relu(jnp.where(kept, terms, 0)), 0)
    return losses.sum() / jnp.maximum(kept.sum(), 1)
