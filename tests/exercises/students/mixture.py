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


def with_lists(data, weights, means, covariances):
    return with_loops(data, weights, means, covariances).tolist()


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


def in_place(data, weights, means, covariances):
    """Right, and careless with what it was given."""
    answer = with_loops(data, weights, means, covariances)
    for array in (data, weights, means, covariances):
        array *= 0
    return answer


def normal(data, mean, covariance):
    """N(x | μ, Σ) for all points, by the textbook's formula."""
    offset = data - mean
    squared = (offset @ np.linalg.inv(covariance) * offset).sum(axis=1)
    return np.exp(-squared / 2) / np.sqrt(np.linalg.det(2 * np.pi * covariance))


def joint(data, weights, means, covariances):
    columns = [w * normal(data, m, c) for w, m, c in zip(weights, means, covariances, strict=True)]
    return np.stack(columns, axis=1)


def over_points(data, weights, means, covariances):
    p = joint(data, weights, means, covariances)
    return p / p.sum(axis=0)


def logarithms(data, weights, means, covariances):
    p = joint(data, weights, means, covariances)
    return np.log(p) - np.log(p.sum(axis=1, keepdims=True))


def hard(data, weights, means, covariances):
    p = joint(data, weights, means, covariances)
    return (p == p.max(axis=1, keepdims=True)).astype(int)


def unweighted(data, weights, means, covariances):
    p = joint(data, np.ones(len(weights)), means, covariances)
    return p / p.sum(axis=1, keepdims=True)


def no_determinant(data, weights, means, covariances):
    p = np.zeros((len(data), len(means)))
    for k, covariance in enumerate(covariances):
        offset = data - means[k]
        squared = (offset @ np.linalg.inv(covariance) * offset).sum(axis=1)
        p[:, k] = weights[k] * np.exp(-squared / 2) / (2 * np.pi) ** (data.shape[1] / 2)
    return p / p.sum(axis=1, keepdims=True)


def no_half(data, weights, means, covariances):
    p = np.zeros((len(data), len(means)))
    for k, covariance in enumerate(covariances):
        offset = data - means[k]
        squared = (offset @ np.linalg.inv(covariance) * offset).sum(axis=1)
        p[:, k] = weights[k] * np.exp(-squared) / np.sqrt(np.linalg.det(2 * np.pi * covariance))
    return p / p.sum(axis=1, keepdims=True)


def underflows(data, weights, means, covariances):
    p = joint(data, weights, means, covariances)
    return p / p.sum(axis=1, keepdims=True)


def underflows_to_zeros(data, weights, means, covariances):
    p = joint(data, weights, means, covariances)
    return p / np.maximum(p.sum(axis=1, keepdims=True), 1e-300)


def inverted_sign(data, weights, means, covariances):
    p = 1 / joint(data, weights, means, covariances)
    return p / p.sum(axis=1, keepdims=True)


EXERCISES = {
    check_responsibilities: Students(
        right=[with_loops, with_lists, with_jax, with_sklearn, with_einsum_in_one_go, in_place],
        wrong=[
            ("got (2,)", lambda *given: np.squeeze(with_loops(*given))),
            (
                "transpose",
                lambda data, weights, means, covariances: (
                    with_loops(data, weights, means, covariances).T
                ),
            ),
            ("joint", joint),
            ("over the points", over_points),
            ("logarithms", logarithms),
            ("likeliest", hard),
            ("weights are missing", unweighted),
            ("determinant", no_determinant),
            ("½ is missing", no_half),
            ("underflows", underflows),
            ("underflows", underflows_to_zeros),
            (
                "shape = (7, 3), got (3,)",
                lambda data, weights, means, covariances: with_loops(
                    data, weights, means, covariances
                )[0],
            ),
            ("this is a list", lambda data, weights, means, covariances: [[1.0], [0.5, 0.5]]),
            ("this is a str", lambda data, weights, means, covariances: "0.5, 0.5"),
            (
                "must sum to 1",
                lambda data, weights, means, covariances: np.log(
                    joint(data, weights, means, covariances)
                ),
            ),
            ("term by term", inverted_sign),
        ],
    ),
}
