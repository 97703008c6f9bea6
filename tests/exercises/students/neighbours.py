"""Students' answers to notebooks 02 and 04: right in every style, and wrong."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from scipy.optimize import brentq
from scipy.spatial.distance import cdist
from scipy.special import softmax
from scipy.stats import entropy

from lecture11.embedding import tsne_gradient
from lecture11.exercises import (
    check_conditional_affinities,
    check_perplexity_search,
    check_tsne_gradient,
)
from tests.exercises.students import Students


def with_softmax(squares, sigmas):
    exponents = -squares / (2 * sigmas[:, None] ** 2)
    np.fill_diagonal(exponents, -np.inf)
    return softmax(exponents, axis=1)


def with_loops(squares, sigmas):
    n = len(squares)
    p = [[0.0] * n for _ in range(n)]
    for i in range(n):
        nearest = min(squares[i][j] for j in range(n) if j != i)
        for j in range(n):
            if j != i:
                p[i][j] = math.exp(-(squares[i][j] - nearest) / (2 * sigmas[i] ** 2))
        total = sum(p[i])
        p[i] = [value / total for value in p[i]]
    return p


@jax.jit
def with_jax(squares, sigmas):
    scaled = -jnp.asarray(squares) / (2 * jnp.asarray(sigmas)[:, None] ** 2)
    return jax.nn.softmax(jnp.where(jnp.eye(len(squares), dtype=bool), -jnp.inf, scaled), axis=1)


def bell(squares, sigmas):
    return np.exp(-squares / (2 * sigmas[:, None] ** 2))


def zeroed(matrix):
    matrix = np.array(matrix)
    np.fill_diagonal(matrix, 0)
    return matrix


def by_row(matrix):
    return matrix / matrix.sum(axis=1, keepdims=True)


def perplexity(squares, beta, base=None):
    return (base or math.e) ** entropy(softmax(-beta * squares), base=base)


def searched(squares, perplexity_of, low=-40.0, high=40.0, steps=60):
    """By halving, where ``perplexity_of`` falls with β."""
    for _ in range(steps):
        middle = (low + high) / 2
        low, high = (middle, high) if perplexity_of(math.exp(middle)) else (low, middle)
    return math.exp((low + high) / 2)


def by_halving(squares, target):
    return searched(squares, lambda beta: perplexity(squares, beta) > target)


def by_halving_an_interval_that_grows(squares, target):
    low, high, beta = 0.0, math.inf, 1.0
    for _ in range(200):
        if perplexity(squares, beta) > target:
            low = beta
            beta = beta * 2 if high == math.inf else (low + high) / 2
        else:
            high = beta
            beta = (low + high) / 2
    return beta


def by_brent(squares, target):
    return np.exp(brentq(lambda t: perplexity(squares, np.exp(t)) - target, -30, 30))


def in_bits(squares, target):
    return searched(squares, lambda beta: perplexity(squares, beta, base=2) > target)


def weights(x):
    return zeroed(1 / (1 + cdist(x, x, "sqeuclidean")))


def forces(x, strengths):
    return np.einsum("ij,ijk->ik", strengths, x[:, None] - x[None])


def gradient_by_einsum(x, p):
    w = weights(x)
    return 4 * forces(x, (p - w / w.sum()) * w)


def gradient_by_laplacian(x, p):
    w = weights(x)
    strengths = (p - w / w.sum()) * w
    return 4 * (np.diag(strengths.sum(axis=1)) - strengths) @ x


@jax.jit
def gradient_by_autodiff(x, p):
    def loss(y):
        squares = ((y[:, None] - y[None]) ** 2).sum(axis=-1)
        w = (1 - jnp.eye(len(y))) / (1 + squares)
        return (p * jnp.log1p(squares)).sum() + jnp.log(w.sum())

    return jax.grad(loss)(jnp.asarray(x))


def gradient_by_loops(x, p):
    w = weights(x)
    answer = np.zeros_like(x)
    for i in range(len(x)):
        for j in range(len(x)):
            answer[i] += 4 * (p[i, j] - w[i, j] / w.sum()) * w[i, j] * (x[i] - x[j])
    return answer.tolist()


def gradient_of_ours(x, p):
    return tsne_gradient(jnp.asarray(x), jnp.asarray(p))


def gaussian(x):
    return zeroed(np.exp(-cdist(x, x, "sqeuclidean")))


def shares(w):
    return w / w.sum()


def divergence(x, p):
    some = ~np.eye(len(x), dtype=bool)
    return (p[some] * np.log(p[some] / shares(weights(x))[some])).sum()


EXERCISES = {
    check_conditional_affinities: Students(
        right=[with_softmax, with_loops, with_jax],
        wrong=[
            ("not its own neighbour", lambda d2, s: by_row(bell(d2, s))),
            ("still counts in the sum", lambda d2, s: zeroed(by_row(bell(d2, s)))),
            ("The 2 is missing", lambda d2, s: by_row(zeroed(np.exp(-d2 / s[:, None] ** 2)))),
            ("has σ² below, not σ", lambda d2, s: by_row(zeroed(np.exp(-d2 / (2 * s[:, None]))))),
            ("multiply by σ²", lambda d2, s: by_row(zeroed(np.exp(-d2 / 2 * s[:, None] ** 2)))),
            (
                "minus sign is lost",
                lambda d2, s: by_row(zeroed(np.exp(d2 / (2 * s[:, None] ** 2)))),
            ),
            ("take the root first", lambda d2, s: by_row(zeroed(bell(np.sqrt(d2), s)))),
            ("square what is squared", lambda d2, s: by_row(zeroed(bell(d2**2, s)))),
            ("Column j has its own", lambda d2, s: by_row(zeroed(np.exp(-d2 / (2 * s**2))))),
            (
                "Your columns sum to 1",
                lambda d2, s: zeroed(bell(d2, s)) / zeroed(bell(d2, s)).sum(axis=0),
            ),
            (
                "whole matrix sums to 1",
                lambda d2, s: zeroed(bell(d2, s)) / zeroed(bell(d2, s)).sum(),
            ),
            ("not normalised: divide", lambda d2, s: zeroed(bell(d2, s))),
            ("the transpose", lambda d2, s: with_softmax(d2, s).T),
            (
                "symmetrised them, as",
                lambda d2, s: (with_softmax(d2, s) + with_softmax(d2, s).T) / 2,
            ),
            (
                "symmetrised them to P_ij",
                lambda d2, s: (with_softmax(d2, s) + with_softmax(d2, s).T) / (2 * len(s)),
            ),
            ("These are logarithms", lambda d2, s: np.log(with_softmax(d2, s))),
            ("0 / 0 is NaN", lambda d2, s: by_row(zeroed(bell(d2, s)))),
            (
                "underflows: first",
                lambda d2, s: (
                    zeroed(bell(d2, s)) / (zeroed(bell(d2, s)).sum(axis=1, keepdims=True) + 1e-300)
                ),
            ),
            ("Your code raised", lambda d2, s: d2 @ s[:2]),
            ("Expected one row for each", lambda d2, s: with_softmax(d2, s)[:2]),
            ("your first row sums to", lambda d2, s: with_softmax(d2, s) ** 2),
            ("Return one array of numbers", lambda d2, s: "p"),
        ],
    ),
    check_perplexity_search: Students(
        right=[by_halving, by_halving_an_interval_that_grows, by_brent, in_bits],
        wrong=[
            ("This is σ: return", lambda d2, k: (0.5 / by_halving(d2, k)) ** 0.5),
            ("This is σ²: return", lambda d2, k: 0.5 / by_halving(d2, k)),
            ("This is 1 / σ²", lambda d2, k: 2 * by_halving(d2, k)),
            ("This is 1 / β", lambda d2, k: 1 / by_halving(d2, k)),
            ("This is log β", lambda d2, k: math.log(by_halving(d2, k) * (1 + 1e-9))),
            (
                "match the entropy to",
                lambda d2, k: searched(d2, lambda beta: entropy(softmax(-beta * d2)) > k),
            ),
            (
                "2 to the power of an entropy in nats",
                lambda d2, k: searched(d2, lambda beta: 2 ** entropy(softmax(-beta * d2)) > k),
            ),
            (
                "exp of an entropy in bits",
                lambda d2, k: searched(
                    d2, lambda beta: math.exp(entropy(softmax(-beta * d2), base=2)) > k
                ),
            ),
            (
                "perplexity falls as β grows",
                lambda d2, k: searched(d2, lambda beta: perplexity(d2, beta) < k),
            ),
            (
                "let it go on",
                lambda d2, k: searched(d2, lambda beta: perplexity(d2, beta) > k, -8, 8, steps=6),
            ),
            (
                "in another unit here",
                lambda d2, k: searched(d2, lambda beta: perplexity(d2, beta) > k, -4, 4),
            ),
            ("must be a positive number", lambda d2, k: -by_halving(d2, k)),
            ("Return one number, β", lambda d2, k: np.ones(len(d2))),
            ("Return one number; this is a str", lambda d2, k: "β"),
            ("Your code raised", lambda d2, k: d2 @ np.ones(3)),
        ],
    ),
    check_tsne_gradient: Students(
        right=[
            gradient_by_einsum,
            gradient_by_laplacian,
            gradient_by_autodiff,
            gradient_by_loops,
            gradient_of_ours,
        ],
        wrong=[
            ("The factor 4 is missing.", lambda x, p: gradient_by_einsum(x, p) / 4),
            ("have the factor 2", lambda x, p: gradient_by_einsum(x, p) / 2),
            ("the direction downhill", lambda x, p: -gradient_by_einsum(x, p)),
            ("sign is wrong, and the factor", lambda x, p: -gradient_by_einsum(x, p) / 4),
            ("weight w_ij is missing", lambda x, p: 4 * forces(x, p - shares(weights(x)))),
            (
                "weight comes twice",
                lambda x, p: 4 * forces(x, (p - shares(weights(x))) * weights(x) ** 2),
            ),
            ("Q is not normalised", lambda x, p: 4 * forces(x, (p - weights(x)) * weights(x))),
            (
                "normalise each row",
                lambda x, p: 4 * forces(x, (p - by_row(weights(x))) * weights(x)),
            ),
            (
                "diagonal counts",
                lambda x, p: (
                    4
                    * forces(x, (p - weights(x) / (1 / (1 + cdist(x, x) ** 2)).sum()) * weights(x))
                ),
            ),
            (
                "Gaussian in the map: w",
                lambda x, p: 4 * forces(x, (p - shares(gaussian(x))) * gaussian(x)),
            ),
            ("and SNE's gradient", lambda x, p: 4 * forces(x, p - shares(gaussian(x)))),
            ("the attraction alone", lambda x, p: 4 * forces(x, p * weights(x))),
            ("mean over the points", lambda x, p: gradient_by_einsum(x, p) / len(x)),
            ("the transpose", lambda x, p: gradient_by_einsum(x, p).T),
            ("This is the loss", lambda x, p: divergence(x, p)),
            ("Expected one row for each", lambda x, p: gradient_by_einsum(x, p)[:2]),
            ("Compare with jax.grad", lambda x, p: gradient_by_einsum(x, p) + 0.1),
            ("Return one array of numbers", lambda x, p: {"gradient": x}),
            ("Your code raised", lambda x, p: p @ x.T),
        ],
    ),
}
