"""Students' answers to notebook 09 from the M-step on: right in every style, and wrong."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.stats import multivariate_normal
from sklearn.mixture import GaussianMixture

from lecture11.exercises import check_log_likelihood, check_m_step
from tests.exercises.students import Students


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


def with_lists(data, responsibilities, means):
    return [part.tolist() for part in as_arrays(data, responsibilities, means)]


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


def in_place(data, responsibilities, means):
    """Right, and careless with what it was given."""
    answer = as_arrays(data, responsibilities, means)
    for array in (data, responsibilities, means):
        array *= 0
    return answer


def m_step_in_float32(data, responsibilities, means):
    """As everything is in JAX unless told otherwise; back in NumPy, it looks like float64."""
    return tuple(np.asarray(part, float) for part in with_jax(data, responsibilities, means))


def squares_in_float32(data, responsibilities, means):
    """Nothing to complain of: float32 could not tell points around 1e8 apart in any case."""
    return tuple(map(np.float32, not_centred_at_first(data, responsibilities, means)))


def centred_step(data, responsibilities, around, by):
    """The step as it should be, except for what is subtracted and what it is divided by."""
    weights, means, _ = with_numpy(data, responsibilities, None)
    covariances = []
    for k, share in enumerate(responsibilities.T):
        offset = data - around[k]
        covariances.append((share[:, None] * offset).T @ offset / by[k])
    return weights, means, np.array(covariances)


def no_covariances_yet(data, responsibilities, means):
    weights, means, _ = as_arrays(data, responsibilities, means)
    return weights, means, ...


def ragged_means(data, responsibilities, means):
    weights, _, covariances = as_arrays(data, responsibilities, means)
    return weights, [[1.0], [2.0, 3.0]], covariances


def complex_means(data, responsibilities, means):
    weights, means, covariances = as_arrays(data, responsibilities, means)
    return weights, means + 0j, covariances


def counts_as_weights(data, responsibilities, means):
    _, means, covariances = as_arrays(data, responsibilities, means)
    return responsibilities.sum(axis=0), means, covariances


def uniform_weights(data, responsibilities, means):
    k = responsibilities.shape[1]
    return np.ones(k) / k, *as_arrays(data, responsibilities, means)[1:]


def hard_step(data, responsibilities, means):
    label = responsibilities.argmax(axis=1)
    members = [data[label == k] for k in range(len(means))]
    weights = [len(x) / len(data) for x in members]
    return weights, [x.mean(axis=0) for x in members], [np.cov(x.T, ddof=0) for x in members]


def reversed_weights(data, responsibilities, means):
    weights, means, covariances = as_arrays(data, responsibilities, means)
    return weights[::-1], means, covariances


def means_by_n(data, responsibilities, means):
    weights, _, covariances = as_arrays(data, responsibilities, means)
    return weights, responsibilities.T @ data / len(data), covariances


def means_not_divided(data, responsibilities, means):
    weights, _, covariances = as_arrays(data, responsibilities, means)
    return weights, responsibilities.T @ data, covariances


def means_by_weights(data, responsibilities, means):
    weights, _, covariances = as_arrays(data, responsibilities, means)
    return weights, responsibilities.T @ data / weights[:, None], covariances


def hard_means(data, responsibilities, means):
    weights, _, covariances = as_arrays(data, responsibilities, means)
    label = responsibilities.argmax(axis=1)
    return weights, [data[label == k].mean(axis=0) for k in range(len(means))], covariances


def old_means(data, responsibilities, means):
    weights, _, covariances = as_arrays(data, responsibilities, means)
    return weights, means, covariances


def the_same_mean(data, responsibilities, means):
    weights, _, covariances = as_arrays(data, responsibilities, means)
    return weights, [np.mean(data, axis=0) for _ in means], covariances


def transposed_means(data, responsibilities, means):
    weights, means, covariances = as_arrays(data, responsibilities, means)
    return weights, means.T, covariances


def medians(data, responsibilities, means):
    weights, means, covariances = as_arrays(data, responsibilities, means)
    return weights, np.tile(np.median(data, axis=0), (len(means), 1)), covariances


def around_the_overall_mean(data, responsibilities, means):
    centre = np.tile(data.mean(axis=0), (len(means), 1))
    return centred_step(data, responsibilities, centre, responsibilities.sum(axis=0))


def covariances_by_n(data, responsibilities, means):
    means = as_arrays(data, responsibilities, means)[1]
    return centred_step(data, responsibilities, means, np.full(len(means), len(data)))


def covariances_not_divided(data, responsibilities, means):
    means = as_arrays(data, responsibilities, means)[1]
    return centred_step(data, responsibilities, means, np.ones(len(means)))


def unbiased(data, responsibilities, means):
    means = as_arrays(data, responsibilities, means)[1]
    return centred_step(data, responsibilities, means, responsibilities.sum(axis=0) - 1)


def numpys_default(data, responsibilities, means):
    weights, means, _ = as_arrays(data, responsibilities, means)
    return weights, means, [np.cov(data.T, aweights=g) for g in responsibilities.T]


def diagonal_only(data, responsibilities, means):
    weights, means, covariances = as_arrays(data, responsibilities, means)
    return weights, means, [np.diag(np.diag(covariance)) for covariance in covariances]


def variances(data, responsibilities, means):
    weights, means, _ = as_arrays(data, responsibilities, means)
    squared = (data[:, None] - means) ** 2
    counts = responsibilities.sum(axis=0)
    return weights, means, np.einsum("nk,nkd->kd", responsibilities, squared) / counts[:, None]


def shares_squared(data, responsibilities, means):
    weights, means, _ = as_arrays(data, responsibilities, means)
    covariances = []
    for k, g in enumerate(responsibilities.T):
        weighted = g[:, None] * (data - means[k])
        covariances.append(weighted.T @ weighted / g.sum())
    return weights, means, covariances


def no_shares(data, responsibilities, means):
    weights, means, _ = as_arrays(data, responsibilities, means)
    return weights, means, [(data - m).T @ (data - m) / len(data) for m in means]


def components_last(data, responsibilities, means):
    weights, means, covariances = as_arrays(data, responsibilities, means)
    return weights, means, np.stack(list(covariances), axis=-1)


def inverted(data, responsibilities, means):
    weights, means, covariances = as_arrays(data, responsibilities, means)
    return weights, means, np.linalg.inv(covariances)


def one_covariance(data, responsibilities, means):
    weights, means, covariances = as_arrays(data, responsibilities, means)
    return weights, means, covariances[0]


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


def likelihood_in_place(*given):
    """Right, and careless with what it was given."""
    answer = with_logaddexp(*given)
    for array in given:
        array *= 0
    return answer


def likelihood_in_float32(*given):
    return np.float32(with_logaddexp(*given))


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
            as_arrays,
            with_lists,
            with_numpy,
            with_jax,
            by_shifting,
            in_place,
            m_step_in_float32,
            squares_in_float32,
        ],
        wrong=[
            (
                "three things, (weights, means, covariances); this is a tuple of 2",
                lambda data, responsibilities, means: as_arrays(data, responsibilities, means)[:2],
            ),
            (
                "three things, (weights, means, covariances); this is a ndarray",
                lambda data, responsibilities, means: as_arrays(data, responsibilities, means)[2],
            ),
            ("nothing yet for the covariances", no_covariances_yet),
            ("the means as one array of numbers; this is a list", ragged_means),
            ("this is a ndarray of complex", complex_means),
            ("are the counts", counts_as_weights),
            ("All your weights are 1/K", uniform_weights),
            ("weights count whole points", hard_step),
            (
                "summed over the components",
                lambda data, responsibilities, means: (
                    responsibilities.sum(axis=1) / len(data),
                    *as_arrays(data, responsibilities, means)[1:],
                ),
            ),
            ("The weights are wrong", reversed_weights),
            (
                "Expected weights of shape (K,) = (3,), got ()",
                lambda data, responsibilities, means: (
                    0.5,
                    *as_arrays(data, responsibilities, means)[1:],
                ),
            ),
            ("means are divided by n", means_by_n),
            ("means are sums", means_not_divided),
            ("n times too large", means_by_weights),
            ("likeliest component it is", hard_means),
            ("means from before the step", old_means),
            ("has the mean of all data", the_same_mean),
            ("means are transposed", transposed_means),
            ("the means are not", medians),
            (
                "around the old means",
                lambda data, responsibilities, means: centred_step(
                    data, responsibilities, means, responsibilities.sum(axis=0)
                ),
            ),
            ("around the mean of all data", around_the_overall_mean),
            (
                "not centred",
                lambda data, responsibilities, means: centred_step(
                    data, responsibilities, 0 * means, responsibilities.sum(axis=0)
                ),
            ),
            ("covariances are divided by n,", covariances_by_n),
            ("covariances are sums", covariances_not_divided),
            ("n_k − 1", unbiased),
            ("ddof=0", numpys_default),
            ("Only the diagonals", diagonal_only),
            ("variances of each column", variances),
            ("γ enters twice", shares_squared),
            ("shares are missing in the covariances", no_shares),
            ("in another order", components_last),
            ("the covariances are not", inverted),
            ("Expected covariances of shape (K, D, D) = (3, 2, 2), got (2, 2)", one_covariance),
            ("lost in rounding", not_centred_at_first),
        ],
    ),
    check_log_likelihood: Students(
        right=[
            with_logaddexp,
            with_python,
            likelihood_with_jax,
            likelihood_with_sklearn,
            as_bound,
            likelihood_in_place,
            likelihood_in_float32,
        ],
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
            (
                "weights are missing",
                lambda data, weights, means, covariances: with_logaddexp(
                    data, np.ones_like(weights), means, covariances
                ),
            ),
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
