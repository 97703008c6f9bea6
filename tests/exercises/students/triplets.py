"""Students' answers to notebook 07: right in every style, and wrong."""

import jax
import jax.numpy as jnp
import numpy as np

from lecture11.exercises import check_triplet_counts, check_triplet_loss
from lecture11.supervised import count_triplets, triplet_gaps
from tests.exercises.students import Students


def squares(a, b):
    return ((a - b) ** 2).sum(axis=-1)


def loss(a, p, n, margin):
    return np.maximum(squares(a, p) - squares(a, n) + margin, 0)


@jax.jit
def in_jax(a, p, n, margin):
    return jnp.maximum(squares(jnp.asarray(a), p) - squares(jnp.asarray(a), n) + margin, 0)


def by_products(a, p, n, margin):
    """For unit length: ‖a − p‖² = 2 − 2 a·p."""
    return (2 * (a * (n - p)).sum(axis=1) + margin).clip(min=0).tolist()


ROOT = np.sqrt


def enumerated(features, classes, margin, *, mistake=None):
    """Three loops, as a student would; ``mistake`` names what is done wrong."""
    everyone, counts = range(len(classes)), [0, 0, 0]
    for a in everyone:
        for p in everyone:
            if classes[p] != classes[a] or (p == a and mistake != "itself"):
                continue
            if mistake == "ordered" and p < a:
                continue
            for n in everyone:
                if classes[n] == classes[a] and (mistake != "own class" or n == a):
                    continue
                far, near = (squares(features[a], features[k]) for k in (n, p))
                if mistake == "root":
                    far, near = far**0.5, near**0.5
                gap = near - far if mistake == "turned" else far - near
                counts[0 if gap >= margin else 1 if gap > 0 else 2] += 1
    return counts


def by_the_package(features, classes, margin):
    return count_triplets(triplet_gaps(features, classes), margin=margin)


def semi_with_hard(*given):
    easy, semi, hard = enumerated(*given)
    return easy, semi + hard, hard


EXERCISES = {
    check_triplet_loss: Students(
        right=[loss, in_jax, by_products],
        wrong=[
            ("the sum", lambda a, p, n, m: loss(a, p, n, m).sum()),
            ("the mean over the triplets", lambda a, p, n, m: loss(a, p, n, m).mean()),
            (
                "not squared",
                lambda a, p, n, m: np.maximum(ROOT(squares(a, p)) - ROOT(squares(a, n)) + m, 0),
            ),
            ("exchanged", lambda a, p, n, m: loss(a, n, p, m)),
            ("margin is missing", lambda a, p, n, m: loss(a, p, n, 0)),
            ("wrong sign", lambda a, p, n, m: loss(a, p, n, -m)),
            ("are negative", lambda a, p, n, m: squares(a, p) - squares(a, n) + m),
            (
                "over the coordinates",
                lambda a, p, n, m: np.maximum(
                    ((a - p) ** 2).mean(axis=1) - ((a - n) ** 2).mean(axis=1) + m, 0
                ),
            ),
            ("an array of shape (n,)", lambda a, p, n, m: loss(a, p, n, m)[:, None]),
            ("and yours", lambda a, p, n, m: 2 * loss(a, p, n, m)),
            ("this is a str", lambda a, p, n, m: "loss"),
            ("Your code raised", lambda a, p, n, m: 1 / 0),
        ],
    ),
    check_triplet_counts: Students(
        right=[enumerated, by_the_package],
        wrong=[
            ("The order is another", lambda *given: enumerated(*given)[::-1]),
            ("hard are exchanged", lambda *given: np.array(enumerated(*given))[[0, 2, 1]]),
            ("gap is turned round", lambda *given: enumerated(*given, mistake="turned")),
            (
                "These are shares",
                lambda *given: np.array(enumerated(*given)) / sum(enumerated(*given)),
            ),
            ("not its own positive", lambda *given: enumerated(*given, mistake="itself")),
            ("either may be the anchor", lambda *given: enumerated(*given, mistake="ordered")),
            (
                "of another class than the anchor",
                lambda *given: enumerated(*given, mistake="own class"),
            ),
            ("not squared", lambda *given: enumerated(*given, mistake="root")),
            ("is not semi-hard", semi_with_hard),
            ("Expected three numbers", lambda *given: enumerated(*given)[:2]),
            ("in all; there are", lambda *given: [1, 2, 3]),
            ("Your code raised", lambda features, classes: 0),
        ],
    ),
}
