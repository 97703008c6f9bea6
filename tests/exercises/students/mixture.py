"""Students' answers to notebook 09, the E-step: right in every style, and wrong."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.stats import multivariate_normal
from sklearn.mixture import GaussianMixture

from lecture11.exercises import check_responsibilities
from tests.exercises.students import Students


def log_normal(x, mean, covariance):
    """log N(x | μ, Σ) at one point."""
    offset = x - mean
    squared = offset @ np.linalg.solve(covariance, offset)
    return -0.5 * (squared + np.linalg.slogdet(2 * np.pi * covariance)[1])


def with_loops(data, weights, means, covariances):
    answer = np.zeros((len(data), len(means)))
    for i in range(len(data)):
        logs = [
            math.log(w) + log_normal(data[i], m, c)
            for w, m, c in zip(weights, means, covariances, strict=True)
        ]
        total = np.logaddexp.reduce(logs)
        for k in range(len(means)):
            answer[i, k] = math.exp(logs[k] - total)
    return answer


@jax.jit
def with_jax(data, weights, means, covariances):
    def log_joint(x):
        return jnp.log(weights) + jax.vmap(
            lambda mean, covariance: multivariate_normal.logpdf(x, mean, covariance)
        )(means, covariances)

    return jax.nn.softmax(jax.vmap(log_joint)(jnp.asarray(data)), axis=1)


def with_sklearn(data, weights, means, covariances):
    model = GaussianMixture(len(weights), covariance_type="full")
    model.weights_, model.means_ = weights, means
    model.precisions_cholesky_ = np.linalg.cholesky(np.linalg.inv(covariances))
    return model.predict_proba(data)


def with_einsum_in_one_go(data, weights, means, covariances):
    d = data[:, None, :] - means[None]
    a = np.log(weights) - np.log(np.linalg.det(covariances)) / 2
    a = a - np.einsum("nkd,kde,nke->nk", d, np.linalg.inv(covariances), d) / 2
    return 1 / np.exp(a[:, None, :] - a[:, :, None]).sum(axis=2)


def normal(data, mean, covariance):
    """N(x | μ, Σ) for all points, by the textbook's formula."""
    offset = data - mean
    squared = (offset @ np.linalg.inv(covariance) * offset).sum(axis=1)
    return np.exp(-squared / 2) / np.sqrt(np.linalg.det(2 * np.pi * covariance))


def joint(data, weights, means, covariances):
    columns = [w * normal(data, m, c) for w, m, c in zip(weights, means, covariances, strict=True)]
    return np.stack(columns, axis=1)


def by_row(p):
    return p / p.sum(axis=1, keepdims=True)


def from_squares(data, weights, means, covariances, density):
    """Responsibilities, where the density is one of the squared distance and the covariance."""
    p = np.zeros((len(data), len(means)))
    for k, covariance in enumerate(covariances):
        offset = data - means[k]
        squared = (offset @ np.linalg.inv(covariance) * offset).sum(axis=1)
        p[:, k] = weights[k] * density(squared, covariance)
    return by_row(p)


EXERCISES = {
    check_responsibilities: Students(
        right=[with_loops, with_jax, with_sklearn, with_einsum_in_one_go],
        wrong=[
            ("got (2,)", lambda *given: np.squeeze(with_loops(*given))),
            ("transpose", lambda x, w, m, c: with_loops(x, w, m, c).T),
            ("joint", joint),
            ("over the points", lambda *given: joint(*given) / joint(*given).sum(axis=0)),
            ("logarithms", lambda *given: np.log(by_row(joint(*given)))),
            ("likeliest", lambda *given: np.eye(len(given[1]))[joint(*given).argmax(axis=1)]),
            ("weights are missing", lambda x, w, m, c: by_row(joint(x, np.ones(len(w)), m, c))),
            (
                "determinant",
                lambda x, w, m, c: from_squares(x, w, m, c, lambda d2, _: np.exp(-d2 / 2)),
            ),
            (
                "½ is missing",
                lambda x, w, m, c: from_squares(
                    x, w, m, c, lambda d2, s: np.exp(-d2) / np.sqrt(np.linalg.det(s))
                ),
            ),
            ("underflows", lambda *given: by_row(joint(*given))),
            (
                "underflows",
                lambda *given: (
                    joint(*given) / np.maximum(joint(*given).sum(axis=1, keepdims=True), 1e-300)
                ),
            ),
            ("shape = (7, 3), got (3,)", lambda x, w, m, c: with_loops(x, w, m, c)[0]),
            ("this is a list", lambda x, w, m, c: [[1.0], [0.5, 0.5]]),
            ("this is a str", lambda x, w, m, c: "0.5, 0.5"),
            ("must sum to 1", lambda x, w, m, c: np.log(joint(x, w, m, c))),
            ("term by term", lambda *given: by_row(1 / joint(*given))),
        ],
    )
}
