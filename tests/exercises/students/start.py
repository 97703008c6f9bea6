"""Students' answers to notebook 00: right in every style, and wrong."""

import jax.numpy as jnp
import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import xlogy

from lecture11.exercises import check_best_bias
from tests.exercises.students import Students


def mean(tosses):
    return tosses.mean()


def sum_over_length(tosses):
    return sum(tosses) / len(tosses)


def with_loop(tosses):
    heads = 0
    for toss in tosses:
        if toss == 1:
            heads += 1
    return heads / len(tosses)


def with_list(tosses):
    return float(tosses.tolist().count(1)) / len(tosses)


def with_jax(tosses):
    return jnp.mean(jnp.asarray(tosses))


def as_array_without_axes(tosses):
    return np.array(tosses.mean())


def by_climbing(tosses):
    """The bias where the log-likelihood is highest, by search."""
    heads, tails = tosses.sum(), (1 - tosses).sum()
    return minimize_scalar(
        lambda bias: -xlogy(heads, bias) - xlogy(tails, 1 - bias),
        bounds=(0, 1),
        method="bounded",
        options={"xatol": 1e-9},
    ).x


def heads(tosses):
    return tosses.sum()


def tails(tosses):
    return (tosses == 0).mean()


EXERCISES = {
    check_best_bias: Students(
        right=[
            mean,
            sum_over_length,
            with_loop,
            with_list,
            with_jax,
            as_array_without_axes,
            by_climbing,
        ],
        wrong=[
            ("Expected one number, got (7,)", lambda tosses: tosses / len(tosses)),
            ("number of heads: divide", heads),
            ("number of heads: divide", lambda tosses: float(sum(1 for toss in tosses if toss))),
            ("share of tails", tails),
            ("½ whatever the tosses say", lambda tosses: 0.5),
            ("heads less tails", lambda tosses: (2 * tosses - 1).mean()),
            (
                "For the tosses [1, 1, 0, 1, 1, 0, 1] you answer 1.",
                lambda tosses: np.median(tosses),
            ),
            (
                "For the tosses [1, 1, 0, 1, 1, 0, 1] you answer 0.6667.",
                lambda tosses: (tosses.sum() + 1) / (len(tosses) + 2),
            ),
            (
                "For the tosses [1, 1, 0, 1, 1, 0, 1] you answer 71.43.",
                lambda tosses: 100 * tosses.mean(),
            ),
            (
                "For the tosses [0, 0, 0, 1, 0] you answer 0.",
                lambda tosses: tosses.mean() if tosses.sum() > 1 else 0,
            ),
            ("For the tosses [1, 1] you answer 0.99.", lambda tosses: min(tosses.mean(), 0.99)),
        ],
    )
}
