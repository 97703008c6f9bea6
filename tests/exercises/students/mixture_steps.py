"""Students' answers to notebook 09 from the M-step on: right in every style, and wrong."""

import math
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.stats import multivariate_normal
from sklearn.mixture import GaussianMixture

from lecture11.exercises import check_log_likelihood, check_m_step
from tests.exercises.students import Students


class Step(NamedTuple):
    weights: Any
    means: Any
    covariances: Any


def with_loops(data, responsibilities, means):
    n, d = data.shape
    weights, centres, covariances = [], [], []
    for share in responsibilities.T:
        count = sum(share)
        mean = sum(g * x for g, x in zip(share, data, strict=True)) / count
        covariance = np.zeros((d, d))
        for g, x in zip(share, data, strict=True):
            covariance += g * np.outer(x - mean, x - mean) / count
        weights.append(count / n)
        centres.append(mean)
        covariances.append(covariance)
    return weights, centres, covariances


def as_arrays(data, responsibilities, means):
    return tuple(map(np.array, with_loops(data, responsibilities, means)))


def with_numpy(data, responsibilities, means):
    average = [np.average(data, axis=0, weights=g) for g in responsibilities.T]
    spread = [np.cov(data.T, aweights=g, ddof=0) for g in responsibilities.T]
    return responsibilities.mean(axis=0), np.array(average), np.array(spread)


@jax.jit
def with_jax(data, responsibilities, means):
    data, shares = jnp.asarray(data), jnp.asarray(responsibilities)
    counts = shares.sum(axis=0)
    means = shares.T @ data / counts[:, None]
    centred = data[:, None] - means
    scatter = jnp.einsum("nk,nki,nkj->kij", shares, centred, centred)
    return counts / len(data), means, scatter / counts[:, None, None]


def by_shifting(data, responsibilities, means):
    """Moments around the old means, moved to the new ones: exact, and well conditioned."""
    counts = responsibilities.sum(axis=0)
    centred = data[:, None] - means
    shifts = np.einsum("nk,nki->ki", responsibilities, centred) / counts[:, None]
    around_old = np.einsum("nk,nki,nkj->kij", responsibilities, centred, centred)
    covariances = around_old / counts[:, None, None] - shifts[:, :, None] * shifts[:, None]
    return counts / len(data), means + shifts, covariances


def m_step_in_float32(data, responsibilities, means):
    """As everything is in JAX unless told otherwise; back in NumPy, it looks like float64."""
    return tuple(np.asarray(part, float) for part in with_jax(data, responsibilities, means))


def squares_in_float32(data, responsibilities, means):
    """Nothing to complain of: float32 could not tell points around 1e8 apart in any case."""
    return tuple(map(np.float32, not_centred_at_first(data, responsibilities, means)))


def but(**parts):
    """The step as it should be, but for some parts: each made from x, γ, the old means and it."""

    def step(data, responsibilities, means):
        right = Step(*as_arrays(data, responsibilities, means))
        wrong = {name: part(data, responsibilities, means, right) for name, part in parts.items()}
        return tuple(right._replace(**wrong))

    return step


def scatter(data, responsibilities, around):
    """Σ_i γ_ik (x_i − m_k)(x_i − m_k)ᵀ."""
    offsets = [data - mean for mean in around]
    shares = responsibilities.T[:, :, None]
    return np.stack([(g * x).T @ x for g, x in zip(shares, offsets, strict=True)])


def counts_of(responsibilities):
    return responsibilities.sum(axis=0)[:, None, None]


def hard_means(data, responsibilities, means, right):
    label = responsibilities.argmax(axis=1)
    return [data[label == k].mean(axis=0) for k in range(len(means))]


def hard_step(data, responsibilities, means):
    label = responsibilities.argmax(axis=1)
    members = [data[label == k] for k in range(len(means))]
    weights = [len(x) / len(data) for x in members]
    return weights, [x.mean(axis=0) for x in members], [np.cov(x.T, ddof=0) for x in members]


def not_centred_at_first(data, responsibilities, means):
    """E[xxᵀ] − μμᵀ, right on paper."""
    counts = responsibilities.sum(axis=0)
    means = responsibilities.T @ data / counts[:, None]
    second = np.einsum("nk,ni,nj->kij", responsibilities, data, data) / counts[:, None, None]
    return counts / len(data), means, second - means[:, :, None] * means[:, None, :]


def log_normal(data, mean, covariance):
    """log N(x | μ, Σ) at all points, by the textbook's formula."""
    offset = data - mean
    squared = (offset @ np.linalg.inv(covariance) * offset).sum(axis=1)
    return -squared / 2 - np.linalg.slogdet(2 * np.pi * covariance)[1] / 2


def log_joint(data, weights, means, covariances):
    columns = [
        np.log(w) + log_normal(data, m, c)
        for w, m, c in zip(weights, means, covariances, strict=True)
    ]
    return np.stack(columns, axis=1)


def joint(*given):
    return np.exp(log_joint(*given))


def shares(*given):
    p = joint(*given)
    return p / p.sum(axis=1, keepdims=True)


def with_logaddexp(*given):
    return np.logaddexp.reduce(log_joint(*given), axis=1).sum()


def with_python(data, weights, means, covariances):
    total = 0.0
    for row in log_joint(data, weights, means, covariances):
        largest = max(row)
        total += largest + math.log(sum(math.exp(a - largest) for a in row))
    return total


@jax.jit
def likelihood_with_jax(data, weights, means, covariances):
    def of_point(x):
        of_components = jax.vmap(multivariate_normal.logpdf, in_axes=(None, 0, 0))
        return jax.nn.logsumexp(jnp.log(weights) + of_components(x, means, covariances))

    return jax.vmap(of_point)(jnp.asarray(data)).sum()


def likelihood_with_sklearn(data, weights, means, covariances):
    model = GaussianMixture(len(weights), covariance_type="full")
    model.weights_, model.means_ = weights, means
    model.precisions_cholesky_ = np.linalg.cholesky(np.linalg.inv(covariances))
    return model.score(data) * len(data)


def as_bound(*given):
    """Expected complete-data log-likelihood plus entropy, with the exact posterior: the slide."""
    a = log_joint(*given)
    log_shares = a - np.logaddexp.reduce(a, axis=1, keepdims=True)
    return (np.exp(log_shares) * (a - log_shares)).sum()


def of_each_point(*given):
    return np.logaddexp.reduce(log_joint(*given), axis=1)


def averaged(*given):
    return of_each_point(*given).mean()


def maximum_lost(*given):
    a = log_joint(*given)
    return np.log(np.exp(a - a.max(axis=1, keepdims=True)).sum(axis=1)).sum()


def densities(data, weights, means, covariances, scale, half=0.5):
    """Σ_i log Σ_k π_k · scale(Σ_k) · exp(−half · squared distance)."""
    p = np.zeros(len(data))
    for w, mean, covariance in zip(weights, means, covariances, strict=True):
        offset = data - mean
        squared = np.einsum("ni,ij,nj->n", offset, np.linalg.inv(covariance), offset)
        p += w * scale(covariance) * np.exp(-half * squared)
    return np.log(p).sum()


EXERCISES = {
    check_m_step: Students(
        right=[
            with_loops,
            with_numpy,
            with_jax,
            by_shifting,
            m_step_in_float32,
            squares_in_float32,
        ],
        wrong=[
            (
                "three things, (weights, means, covariances); this is a tuple of 2",
                lambda x, g, m: as_arrays(x, g, m)[:2],
            ),
            (
                "three things, (weights, means, covariances); this is a ndarray",
                lambda x, g, m: as_arrays(x, g, m)[2],
            ),
            ("nothing yet for the covariances", but(covariances=lambda *given: ...)),
            (
                "the means as one array of numbers; this is a list",
                but(means=lambda *given: [[1.0], [2.0, 3.0]]),
            ),
            ("this is a ndarray of complex", but(means=lambda x, g, m, ok: ok.means + 0j)),
            ("are the counts", but(weights=lambda x, g, m, ok: g.sum(axis=0))),
            (
                "All your weights are 1/K",
                but(weights=lambda x, g, m, ok: np.full(len(m), 1 / len(m))),
            ),
            ("weights count whole points", hard_step),
            ("summed over the components", but(weights=lambda x, g, m, ok: g.sum(axis=1) / len(x))),
            ("The weights are wrong", but(weights=lambda x, g, m, ok: ok.weights[::-1])),
            ("Expected weights of shape (K,) = (3,), got ()", but(weights=lambda *given: 0.5)),
            ("means are divided by n", but(means=lambda x, g, m, ok: g.T @ x / len(x))),
            ("means are sums", but(means=lambda x, g, m, ok: g.T @ x)),
            ("n times too large", but(means=lambda x, g, m, ok: g.T @ x / ok.weights[:, None])),
            ("likeliest component it is", but(means=hard_means)),
            ("means from before the step", but(means=lambda x, g, m, ok: m)),
            (
                "has the mean of all data",
                but(means=lambda x, g, m, ok: [x.mean(axis=0) for _ in m]),
            ),
            ("means are transposed", but(means=lambda x, g, m, ok: ok.means.T)),
            ("the means are not", but(means=lambda x, g, m, ok: [np.median(x, axis=0) for _ in m])),
            (
                "around the old means",
                but(covariances=lambda x, g, m, ok: scatter(x, g, m) / counts_of(g)),
            ),
            (
                "around the mean of all data",
                but(
                    covariances=lambda x, g, m, ok: (
                        scatter(x, g, [x.mean(axis=0)] * len(m)) / counts_of(g)
                    )
                ),
            ),
            (
                "not centred",
                but(covariances=lambda x, g, m, ok: scatter(x, g, 0 * m) / counts_of(g)),
            ),
            (
                "covariances are divided by n,",
                but(covariances=lambda x, g, m, ok: scatter(x, g, ok.means) / len(x)),
            ),
            ("covariances are sums", but(covariances=lambda x, g, m, ok: scatter(x, g, ok.means))),
            (
                "n_k − 1",
                but(covariances=lambda x, g, m, ok: scatter(x, g, ok.means) / (counts_of(g) - 1)),
            ),
            ("ddof=0", but(covariances=lambda x, g, m, ok: [np.cov(x.T, aweights=w) for w in g.T])),
            (
                "Only the diagonals",
                but(covariances=lambda x, g, m, ok: ok.covariances * np.eye(x.shape[1])),
            ),
            (
                "variances of each column",
                but(covariances=lambda x, g, m, ok: [np.diag(c) for c in ok.covariances]),
            ),
            (
                "γ enters twice",
                but(covariances=lambda x, g, m, ok: scatter(x, g**2, ok.means) / counts_of(g)),
            ),
            (
                "shares are missing in the covariances",
                but(covariances=lambda x, g, m, ok: scatter(x, np.ones_like(g), ok.means) / len(x)),
            ),
            (
                "in another order",
                but(covariances=lambda x, g, m, ok: np.stack(list(ok.covariances), axis=-1)),
            ),
            (
                "the covariances are not",
                but(covariances=lambda x, g, m, ok: np.linalg.inv(ok.covariances)),
            ),
            (
                "Expected covariances of shape (K, D, D) = (3, 2, 2), got (2, 2)",
                but(covariances=lambda x, g, m, ok: ok.covariances[0]),
            ),
            ("lost in rounding", not_centred_at_first),
        ],
    ),
    check_log_likelihood: Students(
        right=[with_logaddexp, with_python, likelihood_with_jax, likelihood_with_sklearn, as_bound],
        wrong=[
            ("one number for each point", of_each_point),
            ("the mean over the points", averaged),
            ("sign is reversed", lambda *given: -with_logaddexp(*given)),
            ("negative mean", lambda *given: -averaged(*given)),
            ("base 2", lambda *given: np.log2(joint(*given).sum(axis=1)).sum()),
            ("base 10", lambda *given: np.log10(joint(*given).sum(axis=1)).sum()),
            ("the likelihood, the product", lambda *given: joint(*given).sum(axis=1).prod()),
            ("swapped", lambda *given: np.log(joint(*given)).sum()),
            ("stands inside", lambda *given: np.log(joint(*given).sum(axis=0)).sum()),
            ("logarithm is missing", lambda *given: joint(*given).sum()),
            ("only the likeliest", lambda *given: log_joint(*given).max(axis=1).sum()),
            (
                "entropy of the posterior is missing",
                lambda *given: (shares(*given) * log_joint(*given)).sum(),
            ),
            ("not added back", maximum_lost),
            ("weights are missing", lambda x, w, m, c: with_logaddexp(x, np.ones_like(w), m, c)),
            (
                "constant of the Gaussian is missing",
                lambda *given: densities(*given, scale=lambda c: 1 / np.sqrt(np.linalg.det(c))),
            ),
            (
                "in D dimensions",
                lambda *given: densities(
                    *given, scale=lambda c: 1 / np.sqrt(2 * np.pi * np.linalg.det(c))
                ),
            ),
            (
                "determinant is missing",
                lambda *given: densities(*given, scale=lambda c: (2 * np.pi) ** (-len(c) / 2)),
            ),
            (
                "½ is missing before log|Σ|",
                lambda *given: densities(
                    *given, scale=lambda c: (2 * np.pi) ** (-len(c) / 2) / np.linalg.det(c)
                ),
            ),
            (
                "½ is missing in the exponent",
                lambda *given: densities(
                    *given, lambda c: 1 / np.sqrt(np.linalg.det(2 * np.pi * c)), half=1
                ),
            ),
            ("underflows", lambda *given: np.log(joint(*given).sum(axis=1)).sum()),
            ("underflows", lambda *given: np.log(joint(*given).sum(axis=1) + 1e-300).sum()),
            ("Expected one number, got (7, 3)", lambda *given: log_joint(*given)),
            ("of complex128", lambda *given: with_logaddexp(*given) + 0j),
            ("this is a str", lambda *given: f"{with_logaddexp(*given):.2f}"),
            ("the wrong one: -3", lambda *given: 2 * with_logaddexp(*given)),
            ("the wrong one: nan", lambda *given: float("nan")),
        ],
    ),
}
