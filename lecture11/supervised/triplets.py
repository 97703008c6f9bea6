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
from jax.nn import relu
from jaxtyping import Array, Bool, Float, Integer, PRNGKeyArray

from lecture11.arguments import as_floats, require_shape
from lecture11.networks import Layer, apply_mlp

MININGS = ("all", "semi-hard", "hard")
"""Which triplets of a minibatch the loss is taken of.

all: the mean over all whose loss is not 0 (Hermans, Beyer & Leibe 2017, "batch all")
semi-hard: for each anchor and positive, the nearest negative farther than the positive; where there
    is none, the farthest one (Schroff et al. 2015, section 3.2)
hard: for each anchor, its farthest positive and its nearest negative (Hermans et al., "batch hard")
"""


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
    """
    a = as_floats("anchor", anchor, 2)
    p, n = as_floats("positive", positive, 2), as_floats("negative", negative, 2)
    require_shape("positive", p, a.shape, "triplets × dims, as the anchors")
    require_shape("negative", n, a.shape, "triplets × dims, as the anchors")
    _require_margin(margin)
    return relu(((a - p) ** 2).sum(axis=1) - ((a - n) ** 2).sum(axis=1) + margin)


def triplet_gaps(features: Any, classes: Any) -> Float[np.ndarray, " triplets"]:
    """The gaps of all triplets, increasing: features (points, dims), classes (points,).

    There are Σ_a (points of a's class − 1) · (points of other classes): 2.3 million for 30 points
    each of 10 classes, so give some of the points, not thousands.
    Raises TypeError or ValueError where they are no such arrays, or there is no triplet.
    """
    points = np.asarray(as_floats("features", features, 2), float)
    labels = np.asarray(classes)
    if labels.shape != (len(points),):
        raise ValueError(
            f"classes: expected one for each of {len(points)} rows of features, got shape "
            f"{labels.shape}."
        )
    squares = ((points[:, None] - points[None]) ** 2).sum(axis=-1)
    same = labels[:, None] == labels[None]
    gaps = []
    for anchor, (row, alike) in enumerate(zip(squares, same, strict=True)):
        positives = row[alike & (np.arange(len(row)) != anchor)]
        gaps.append((row[~alike][:, None] - positives[None]).ravel())
    together = np.sort(np.concatenate(gaps))
    if not len(together):
        raise ValueError(
            "classes: no triplet, which takes two points of one class and one of another; give "
            "more points."
        )
    return together


def count_triplets(gaps: Any, *, margin: float) -> TripletCounts:
    """How many triplets are easy, semi-hard and hard, from gaps as :func:`triplet_gaps` left them.

    Raises ValueError where the gaps do not increase, or the margin is not positive.
    """
    ordered = np.asarray(gaps, float)
    _require_margin(margin)
    if ordered.ndim != 1 or (np.diff(ordered) < 0).any():
        raise ValueError("gaps: expected one increasing row; sort them with np.sort.")
    hard = int(np.searchsorted(ordered, 0, side="right"))
    not_easy = int(np.searchsorted(ordered, margin, side="left"))
    return TripletCounts(len(ordered) - not_easy, not_easy - hard, hard)


@dataclass(frozen=True)
class TripletLoss:
    """The loss of a minibatch, for :class:`lecture11.networks.TrainingStep`.

    mining: a name in :data:`MININGS`; unit_length: whether features are scaled to length 1

    Raises ValueError for another mining.
    """

    mining: str = "semi-hard"
    unit_length: bool = True

    def __post_init__(self) -> None:
        """Check the choice."""
        if self.mining not in MININGS:
            raise ValueError(f"mining: expected one of {MININGS}, got {self.mining!r}.")

    def __call__(
        self, layers: tuple[Layer, ...], batch: ForTriplets, key: PRNGKeyArray
    ) -> Float[Array, ""]:
        """The mean over the mined triplets; 0 where the minibatch has none."""
        features = embed(layers, batch.x, unit_length=self.unit_length)
        return mined_loss(features, batch.classes, batch.margin[0], self.mining)


def embed(
    layers: tuple[Layer, ...], x: Float[Array, "examples dims"], *, unit_length: bool = True
) -> Float[Array, "examples features"]:
    """f(x): the network's outputs, scaled to length 1 if so chosen."""
    outputs = apply_mlp(layers, x)
    return scaled_to_unit_length(outputs) if unit_length else outputs


def penultimate(
    layers: tuple[Layer, ...], x: Float[Array, "examples dims"]
) -> Float[Array, "examples units"]:
    """What a classifier's last layer sees: its feature space."""
    return relu(apply_mlp(layers[:-1], x))


def scaled_to_unit_length(
    features: Float[Array, "examples dims"],
) -> Float[Array, "examples dims"]:
    """Each row divided by its length; a row of zeros stays, with gradient 0."""
    squares = (features**2).sum(axis=-1, keepdims=True)
    return features / jnp.sqrt(jnp.where(squares > 0, squares, 1))


def mined_loss(
    features: Float[Array, "examples dims"],
    classes: Integer[Array, " examples"],
    margin: Float[Array, ""],
    mining: str,
) -> Float[Array, ""]:
    """The mean over a minibatch's mined triplets; for use inside a loss, nothing is checked."""
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


def _require_margin(margin: float) -> None:
    if not 0 < margin < np.inf:
        raise ValueError(
            f"margin: expected a positive number, got {margin}; at 0 a network that maps all to "
            "one point would have no loss."
        )
