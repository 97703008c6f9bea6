"""Students' answers to notebook 09: the M-step with one covariance for all."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from lecture11.exercises import check_shared_m_step
from tests.exercises.students import Students


class Step(NamedTuple):
    weights: Any
    means: Any
    covariance: Any


def with_loops(data, responsibilities, means):
    n, d = data.shape
    weights, centres, covariance = [], [], np.zeros((d, d))
    for share in responsibilities.T:
        count = sum(share)
        mean = sum(g * x for g, x in zip(share, data, strict=True)) / count
        for g, x in zip(share, data, strict=True):
            covariance += g * np.outer(x - mean, x - mean) / n
        weights.append(count / n)
        centres.append(mean)
    return weights, centres, covariance


def as_arrays(data, responsibilities, means):
    return tuple(map(np.array, with_loops(data, responsibilities, means)))


def with_numpy(data, responsibilities, means):
    average = np.array([np.average(data, axis=0, weights=g) for g in responsibilities.T])
    weights = responsibilities.mean(axis=0)
    own = own_covariances(data, responsibilities)
    return weights, average, np.average(own, axis=0, weights=weights)


@jax.jit
def with_jax(data, responsibilities, means):
    data, shares = jnp.asarray(data), jnp.asarray(responsibilities)
    counts = shares.sum(axis=0)
    means = shares.T @ data / counts[:, None]
    centred = data[:, None] - means
    covariance = jnp.einsum("nk,nki,nkj->ij", shares, centred, centred) / len(data)
    return counts / len(data), means, covariance


def by_shifting(data, responsibilities, means):
    """Moments around the old means, moved to the new ones: exact, and well conditioned."""
    counts = responsibilities.sum(axis=0)
    centred = data[:, None] - means
    shifts = np.einsum("nk,nki->ki", responsibilities, centred) / counts[:, None]
    around_old = np.einsum("nk,nki,nkj->ij", responsibilities, centred, centred)
    between = np.einsum("k,ki,kj->ij", counts, shifts, shifts)
    return counts / len(data), means + shifts, (around_old - between) / len(data)


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


def own_covariances(data, responsibilities):
    return np.stack([np.cov(data.T, aweights=g, ddof=0) for g in responsibilities.T])


def around(data, responsibilities, centres):
    """Σ_k Σ_i γ_ik (x_i − m_k)(x_i − m_k)ᵀ / n."""
    offsets = [data - mean for mean in centres]
    shares = responsibilities.T[:, :, None]
    return sum((g * x).T @ x for g, x in zip(shares, offsets, strict=True)) / len(data)


def hard_means(data, responsibilities, means, right):
    label = responsibilities.argmax(axis=1)
    return [data[label == k].mean(axis=0) for k in range(len(means))]


def hard_weights(data, responsibilities, means, right):
    return np.bincount(responsibilities.argmax(axis=1), minlength=len(means)) / len(data)


def not_centred_at_first(data, responsibilities, means):
    """E[xxᵀ] − E[μμᵀ], right on paper."""
    counts = responsibilities.sum(axis=0)
    means = responsibilities.T @ data / counts[:, None]
    between = np.einsum("k,ki,kj->ij", counts, means, means)
    return counts / len(data), means, (data.T @ data - between) / len(data)


EXERCISES = {
    check_shared_m_step: Students(
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
                "three things, (weights, means, covariance); this is a tuple of 2",
                lambda x, g, m: as_arrays(x, g, m)[:2],
            ),
            (
                "three things, (weights, means, covariance); this is a ndarray",
                lambda x, g, m: as_arrays(x, g, m)[2],
            ),
            ("nothing yet for the covariance", but(covariance=lambda *given: ...)),
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
            ("weights count whole points", but(weights=hard_weights)),
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
                but(covariance=lambda x, g, m, ok: around(x, g, m)),
            ),
            (
                "around the mean of all data",
                but(covariance=lambda x, g, m, ok: np.cov(x.T, ddof=0)),
            ),
            ("not centred", but(covariance=lambda x, g, m, ok: x.T @ x / len(x))),
            ("These are K matrices", but(covariance=lambda x, g, m, ok: own_covariances(x, g))),
            (
                "as if each had as many points",
                but(covariance=lambda x, g, m, ok: own_covariances(x, g).mean(axis=0)),
            ),
            (
                "added up the components",
                but(covariance=lambda x, g, m, ok: own_covariances(x, g).sum(axis=0)),
            ),
            ("is a sum", but(covariance=lambda x, g, m, ok: len(x) * ok.covariance)),
            (
                "n − K",
                but(covariance=lambda x, g, m, ok: len(x) / (len(x) - len(m)) * ok.covariance),
            ),
            (
                "n − 1",
                but(covariance=lambda x, g, m, ok: len(x) / (len(x) - 1) * ok.covariance),
            ),
            ("by n K", but(covariance=lambda x, g, m, ok: ok.covariance / len(m))),
            (
                "Only the diagonal",
                but(covariance=lambda x, g, m, ok: np.diag(np.diag(ok.covariance))),
            ),
            (
                "variances of each column",
                but(covariance=lambda x, g, m, ok: np.diag(ok.covariance)),
            ),
            ("γ enters twice", but(covariance=lambda x, g, m, ok: around(x, g**2, ok.means))),
            (
                "shares are missing in the covariance",
                but(covariance=lambda x, g, m, ok: around(x, np.ones_like(g), ok.means)),
            ),
            (
                "the covariance is not",
                but(covariance=lambda x, g, m, ok: np.linalg.inv(ok.covariance)),
            ),
            (
                "Expected a covariance of shape (D, D) = (2, 2), got (1, 2)",
                but(covariance=lambda x, g, m, ok: ok.covariance[:1]),
            ),
            ("lost in rounding", not_centred_at_first),
        ],
    ),
}
