"""Checks for notebook 04: the triplet loss, and how many triplets are hard, semi-hard and easy."""

from collections.abc import Callable

import numpy as np

from lecture11.exercises.answers import ask, is_right, numbers, same
from lecture11.exercises.verdict import Mistake, exercise

MARGIN = 0.5


def _features(seed: int, points: int, dims: int) -> np.ndarray:
    """Rows of unit length, as a triplet network's are; so gaps lie on both sides of 0."""
    rows = np.random.default_rng(seed).normal(size=(points, dims))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _squares(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return ((a - b) ** 2).sum(axis=-1)


@exercise
def check_triplet_loss(student: Callable) -> str:
    """Check ``triplet_losses(anchor, positive, negative, margin) -> (n,)``, from features (n, d).

    Accepts any array library. Names: nothing returned, the sum or the mean, distances without the
    square, positive and negative exchanged, no margin, the margin subtracted, no maximum with
    0, the mean over coordinates.
    """
    for seed, dims in ((0, 3), (1, 5)):
        a, p, n = (_features(10 * seed + k, 12, dims) for k in range(3))
        near, far = _squares(a, p), _squares(a, n)
        right = np.maximum(near - far + MARGIN, 0)
        likely = {
            "You have the sum over the triplets: return the loss of each.": right.sum(),
            "You have the mean over the triplets: return the loss of each.": right.mean(),
            "Your distances are not squared: the loss compares ‖f(a) − f(p)‖², without the root.": (
                np.maximum(np.sqrt(near) - np.sqrt(far) + MARGIN, 0)
            ),
            "Positive and negative are exchanged: the loss must grow with the distance to the "
            "positive.": np.maximum(far - near + MARGIN, 0),
            "The margin is missing: a negative that is just a little farther still costs.": (
                np.maximum(near - far, 0)
            ),
            "The margin has the wrong sign: it is added to the loss, so that the negative must be "
            "farther by it.": np.maximum(near - far - MARGIN, 0),
            "Some of your losses are negative: a triplet that is right by more than the margin "
            "costs 0, and earns nothing. Take the maximum with 0.": near - far + MARGIN,
            "Sum the squares over the coordinates; you have their mean.": np.maximum(
                (near - far) / dims + MARGIN, 0
            ),
        }
        answer = numbers(ask(lambda a, p, n: student(a, p, n, MARGIN), (a, p, n)))
        if not is_right(answer, right, likely, "an array of shape (n,)"):
            first = int(np.argmax(~np.isclose(answer, right, rtol=1e-4, atol=1e-6)))
            raise Mistake(
                f"Triplet {first} has the squared distances {near[first]:.3f} to the positive and "
                f"{far[first]:.3f} to the negative; with margin {MARGIN} its loss is "
                f"{right[first]:.3f}, and yours {answer[first]:.3f}."
            )
    return "The triplet loss is right."


@exercise
def check_triplet_counts(student: Callable) -> str:
    """Check ``triplet_counts(features, classes, margin) -> (easy, semi_hard, hard)``.

    Accepts any sequence of three numbers. Names: nothing returned, another order, the gap turned
    round, shares in place of counts, anchors that are their own positives, each anchor and
    positive only once, negatives of the anchor's own class, distances without the square, semi-hard
    ones that include the hard.
    """
    for seed, points in ((3, 11), (4, 16)):
        features = _features(seed, points, 4)
        classes = np.random.default_rng(seed).integers(3, size=points)
        right = _counted(features, classes)
        easy, semi, hard = right
        not_squared = _counted(features, classes, root=True)
        likely = {
            "The order is another: return easy, semi-hard, hard.": right[::-1],
            "Semi-hard and hard are exchanged: return easy, semi-hard, hard.": right[[0, 2, 1]],
            "The gap is turned round: it is the negative's distance less the positive's.": (
                _counted(features, classes, turned=True)
            ),
            "These are shares: return the counts.": right / right.sum(),
            "An anchor is not its own positive: leave out p = a, whose distance is 0.": (
                _counted(features, classes, itself=True)
            ),
            "Each pair of one class gives two triplets with a negative: either may be the anchor. "
            "You have only those with a before p.": _counted(features, classes, ordered=True),
            "The negative must be of another class than the anchor.": (
                _counted(features, classes, any_negative=True)
            ),
            "Your distances are not squared, so the margin meets another gap.": not_squared,
            "A hard triplet is not semi-hard: semi-hard gaps lie above 0.": (
                np.array([easy, semi + hard, hard])
            ),
        }
        answer = numbers(
            ask(lambda f, c: student(f, c, MARGIN), (features, classes)), "three numbers"
        )
        if same(answer, right):
            continue
        if not is_right(answer, right, likely, "three numbers"):
            said = ", ".join(f"{value:g}" for value in answer)
            raise Mistake(
                f"For {points} points you count {said}, {answer.sum():g} in all; there are "
                f"{right.sum():g} triplets. Count by the gap, ‖f(a) − f(n)‖² − ‖f(a) − f(p)‖²: "
                "easy from the margin on, hard up to 0, semi-hard between."
            )
    return "The counts are right."


def _counted(
    features: np.ndarray,
    classes: np.ndarray,
    *,
    root: bool = False,
    itself: bool = False,
    ordered: bool = False,
    any_negative: bool = False,
    turned: bool = False,
) -> np.ndarray:
    """Easy, semi-hard and hard triplets; the options are mistakes."""
    distances = _squares(features[:, None], features[None])
    distances = np.sqrt(distances) if root else distances
    same_class = classes[:, None] == classes[None]
    alone = ~np.eye(len(classes), dtype=bool)
    positive = same_class if itself else same_class & alone
    positive = np.triu(positive) if ordered else positive
    negative = alone if any_negative else ~same_class
    gaps = (distances[:, None, :] - distances[:, :, None]) * (-1 if turned else 1)
    gaps = gaps[positive[:, :, None] & negative[:, None, :]]
    easy, hard = int((gaps >= MARGIN).sum()), int((gaps <= 0).sum())
    return np.array([easy, len(gaps) - easy - hard, hard], float)
