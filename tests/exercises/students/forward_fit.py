"""Students' answers to notebook 06: right in every style, and wrong."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np

from lecture11.divergence import Gaussian, NormalMixture, forward_fit, reverse_factorised
from lecture11.exercises import check_forward_fit, check_reverse_variances
from tests.exercises.students import Students


def with_numpy(weights, means, sds):
    mean = weights @ means
    return mean, np.sqrt(weights @ (sds**2 + (means - mean) ** 2))


def with_loops(weights, means, sds):
    mean = sum(w * m for w, m in zip(weights, means, strict=True))
    variance = 0.0
    for w, m, s in zip(weights, means, sds, strict=True):
        variance += w * s**2 + w * (m - mean) ** 2
    return [float(mean), float(variance**0.5)]


def as_an_array(weights, means, sds):
    return np.array(with_numpy(weights, means, sds))


def with_jax(weights, means, sds):
    weights, means, sds = map(jnp.asarray, (weights, means, sds))
    return jnp.stack(with_numpy(weights, means, sds))


def with_numpys_average(weights, means, sds):
    mean = np.average(means, weights=weights)
    spread = np.cov(means, aweights=weights, ddof=0)
    return mean, np.sqrt(np.average(sds**2, weights=weights) + spread)


def by_quadrature(weights, means, sds):
    x = np.linspace((means - 9 * sds).min(), (means + 9 * sds).max(), 4001)
    parts = np.exp(-0.5 * ((x[:, None] - means) / sds) ** 2) / (sds * np.sqrt(2 * np.pi))
    mass = parts @ weights
    mass /= mass.sum()
    mean = mass @ x
    return mean, np.sqrt(mass @ (x - mean) ** 2)


def in_float32(weights, means, sds):
    """Moments about 0, but float32 could not tell points around 1e8 apart in any case."""
    mean, sd = with_jax(weights, means, sds)
    return np.float32(mean), np.float32(sd)


def with_the_package(weights, means, sds):
    return forward_fit(NormalMixture(weights, means, sds))


def mean_and(sd: Callable) -> Callable:
    def fit(weights, means, sds):
        return weights @ means, sd(weights, means, sds)

    fit.__name__ = sd.__name__
    return fit


def sd_and(mean: Callable) -> Callable:
    def fit(weights, means, sds):
        return mean(weights, means, sds), with_numpy(weights, means, sds)[1]

    fit.__name__ = mean.__name__
    return fit


@mean_and
def sum_of_sds(weights, means, sds):
    between = np.sqrt(weights @ (means - weights @ means) ** 2)
    return np.sqrt(weights @ sds**2) + between


def second_moment_first(weights, means, sds):
    """E[x²] − E[x]², right on paper."""
    mean = weights @ means
    return mean, np.sqrt(np.maximum(weights @ (sds**2 + means**2) - mean**2, 0))


def by_inverse(covariance):
    return 1 / np.diag(np.linalg.inv(covariance))


@jax.jit
def by_inverse_in_jax(covariance):
    return 1 / jnp.diag(jnp.linalg.inv(jnp.asarray(covariance)))


def by_conditioning(covariance):
    """x_i given the rest: Σ_ii − Σ_ir Σ_rr⁻¹ Σ_ri."""
    variances = []
    for i in range(len(covariance)):
        rest = [j for j in range(len(covariance)) if j != i]
        cross = covariance[i, rest]
        inner = np.linalg.solve(covariance[np.ix_(rest, rest)], cross)
        variances.append(covariance[i, i] - cross @ inner)
    return variances


def by_determinants(covariance):
    """Λ_ii is a cofactor over |Σ|."""
    minors = [
        np.linalg.det(np.delete(np.delete(covariance, i, 0), i, 1)) for i in range(len(covariance))
    ]
    return np.linalg.det(covariance) / np.array(minors)


@jax.jit
def by_the_package(covariance):
    q = reverse_factorised(Gaussian(np.zeros(len(covariance)), covariance))
    return jnp.diag(q.covariance)


EXERCISES = {
    check_forward_fit: Students(
        right=[
            with_numpy,
            with_loops,
            as_an_array,
            with_jax,
            with_numpys_average,
            by_quadrature,
            in_float32,
            with_the_package,
        ],
        wrong=[
            ("Return two numbers, (mean, sd); this is a float", lambda w, m, s: w @ m),
            ("Return two numbers, (mean, sd); these are 3", lambda w, m, s: (1.0, 2.0, 3.0)),
            ("nothing yet for the mean or the sd", lambda w, m, s: (w @ m, ...)),
            ("The mean is one number for the whole mixture, got (3,)", lambda w, m, s: (m, s)),
            ("Return one number; this is a str", lambda w, m, s: ("mean", "sd")),
            ("whatever their weights", sd_and(lambda w, m, s: np.mean(m))),
            ("the heaviest component", sd_and(lambda w, m, s: m[np.argmax(w)])),
            ("added up without weights", sd_and(lambda w, m, s: sum(m))),
            ("weighted by precision", sd_and(lambda w, m, s: np.average(m, weights=1 / s**2))),
            ("The mean is wrong", sd_and(lambda w, m, s: np.median(m) + 0.1)),
            ("in the wrong order", lambda w, m, s: with_numpy(w, m, s)[::-1]),
            ("This is the variance", mean_and(lambda w, m, s: with_numpy(w, m, s)[1] ** 2)),
            (
                "You have averaged the σ_k, and the spread",
                mean_and(lambda w, m, s: np.average(s, weights=w)),
            ),
            (
                "The spread of the means is missing: add",
                mean_and(lambda w, m, s: np.sqrt(np.average(s**2, weights=w))),
            ),
            (
                "The spread of the means is missing, and the square root",
                mean_and(lambda w, m, s: np.average(s**2, weights=w)),
            ),
            (
                "The width of the components is missing",
                mean_and(lambda w, m, s: np.sqrt(w @ (m - w @ m) ** 2)),
            ),
            ("You have added standard deviations", sum_of_sds),
            (
                "You have averaged σ_k, not σ_k²",
                mean_and(lambda w, m, s: np.sqrt((w @ s) ** 2 + w @ (m - w @ m) ** 2)),
            ),
            (
                "σ_k is added where σ_k² belongs",
                mean_and(lambda w, m, s: np.sqrt(w @ (s + (m - w @ m) ** 2))),
            ),
            (
                "The spread of the means is not weighted",
                mean_and(lambda w, m, s: np.sqrt(w @ s**2 + np.mean((m - w @ m) ** 2))),
            ),
            ("np.var does so", mean_and(lambda w, m, s: np.sqrt(w @ s**2 + np.var(m)))),
            (
                "The weights are ignored in the variance",
                mean_and(lambda w, m, s: np.sqrt(np.mean(s**2 + (m - w @ m) ** 2))),
            ),
            ("the root of E[x²]", mean_and(lambda w, m, s: np.sqrt(w @ (s**2 + m**2)))),
            (
                "The weights are squared",
                mean_and(lambda w, m, s: np.sqrt(w**2 @ s**2 + w @ (m - w @ m) ** 2)),
            ),
            (
                "a weighted sum of variables",
                mean_and(lambda w, m, s: np.sqrt(np.sum((w * s) ** 2))),
            ),
            (
                "The mean is right, the standard deviation is not",
                mean_and(lambda w, m, s: 1.01 * with_numpy(w, m, s)[1]),
            ),
            ("around 100,000,000", second_moment_first),
        ],
    ),
    check_reverse_variances: Students(
        right=[by_inverse, by_inverse_in_jax, by_conditioning, by_determinants, by_the_package],
        wrong=[
            ("that is the forward fit", lambda c: np.diag(c)),
            ("These are the precisions", lambda c: np.diag(np.linalg.inv(c))),
            ("These are 1/Σ_ii", lambda c: 1 / np.diag(c)),
            ("These are standard deviations", lambda c: np.sqrt(by_inverse(c))),
            ("This is the precision matrix", lambda c: np.linalg.inv(c)),
            ("entry by entry", lambda c: 1 / np.linalg.inv(c)),
            ("not in a diagonal matrix", lambda c: np.diag(by_inverse(c))),
            (
                "eigenvalues of Σ, variances along the axes of the ellipse. q",
                lambda c: np.linalg.eigvalsh(c),
            ),
            ("the largest first", lambda c: np.linalg.svd(c)[1]),
            ("This is Σ itself", lambda c: c),
            ("Expected variances of shape (D,) = (2,), got ()", lambda c: by_inverse(c)[0]),
            ("but not 1/Λ_ii", lambda c: by_inverse(c) / 2),
            ("Return one array of numbers; this is a str", lambda c: "1/Λ"),
        ],
    ),
}
