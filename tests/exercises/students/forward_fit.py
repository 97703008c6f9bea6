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


def in_place(weights, means, sds):
    """Right, and careless with what it was given."""
    answer = with_numpy(weights, means, sds)
    for array in (weights, means, sds):
        array *= 0
    return answer


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
            in_place,
            in_float32,
            with_the_package,
        ],
        wrong=[
            (
                "Return two numbers, (mean, sd); this is a float",
                lambda weights, means, sds: weights @ means,
            ),
            (
                "Return two numbers, (mean, sd); these are 3",
                lambda weights, means, sds: (1.0, 2.0, 3.0),
            ),
            (
                "nothing yet for the mean or the sd",
                lambda weights, means, sds: (weights @ means, ...),
            ),
            (
                "The mean is one number for the whole mixture, got (3,)",
                lambda weights, means, sds: (means, sds),
            ),
            ("Return one number; this is a str", lambda weights, means, sds: ("mean", "sd")),
            ("whatever their weights", sd_and(lambda weights, means, sds: np.mean(means))),
            (
                "the heaviest component",
                sd_and(lambda weights, means, sds: means[np.argmax(weights)]),
            ),
            ("added up without weights", sd_and(lambda weights, means, sds: sum(means))),
            (
                "weighted by precision",
                sd_and(lambda weights, means, sds: np.average(means, weights=1 / sds**2)),
            ),
            ("The mean is wrong", sd_and(lambda weights, means, sds: np.median(means) + 0.1)),
            (
                "in the wrong order",
                lambda weights, means, sds: with_numpy(weights, means, sds)[::-1],
            ),
            (
                "This is the variance",
                mean_and(lambda weights, means, sds: with_numpy(weights, means, sds)[1] ** 2),
            ),
            (
                "You have averaged the σ_k, and the spread",
                mean_and(lambda weights, means, sds: np.average(sds, weights=weights)),
            ),
            (
                "The spread of the means is missing: add",
                mean_and(lambda weights, means, sds: np.sqrt(np.average(sds**2, weights=weights))),
            ),
            (
                "The spread of the means is missing, and the square root",
                mean_and(lambda weights, means, sds: np.average(sds**2, weights=weights)),
            ),
            (
                "The width of the components is missing",
                mean_and(
                    lambda weights, means, sds: np.sqrt(weights @ (means - weights @ means) ** 2)
                ),
            ),
            ("You have added standard deviations", sum_of_sds),
            (
                "You have averaged σ_k, not σ_k²",
                mean_and(
                    lambda weights, means, sds: np.sqrt(
                        (weights @ sds) ** 2 + weights @ (means - weights @ means) ** 2
                    )
                ),
            ),
            (
                "σ_k is added where σ_k² belongs",
                mean_and(
                    lambda weights, means, sds: np.sqrt(
                        weights @ (sds + (means - weights @ means) ** 2)
                    )
                ),
            ),
            (
                "The spread of the means is not weighted",
                mean_and(
                    lambda weights, means, sds: np.sqrt(
                        weights @ sds**2 + np.mean((means - weights @ means) ** 2)
                    )
                ),
            ),
            (
                "np.var does so",
                mean_and(lambda weights, means, sds: np.sqrt(weights @ sds**2 + np.var(means))),
            ),
            (
                "The weights are ignored in the variance",
                mean_and(
                    lambda weights, means, sds: np.sqrt(
                        np.mean(sds**2 + (means - weights @ means) ** 2)
                    )
                ),
            ),
            (
                "the root of E[x²]",
                mean_and(lambda weights, means, sds: np.sqrt(weights @ (sds**2 + means**2))),
            ),
            (
                "The weights are squared",
                mean_and(
                    lambda weights, means, sds: np.sqrt(
                        weights**2 @ sds**2 + weights @ (means - weights @ means) ** 2
                    )
                ),
            ),
            (
                "a weighted sum of variables",
                mean_and(lambda weights, means, sds: np.sqrt(np.sum((weights * sds) ** 2))),
            ),
            (
                "The mean is right, the standard deviation is not",
                mean_and(lambda weights, means, sds: 1.01 * with_numpy(weights, means, sds)[1]),
            ),
            ("around 100,000,000", second_moment_first),
        ],
    ),
    check_reverse_variances: Students(
        right=[by_inverse, by_inverse_in_jax, by_conditioning, by_determinants, by_the_package],
        wrong=[
            ("that is the forward fit", lambda covariance: np.diag(covariance)),
            ("These are the precisions", lambda covariance: np.diag(np.linalg.inv(covariance))),
            ("These are 1/Σ_ii", lambda covariance: 1 / np.diag(covariance)),
            ("These are standard deviations", lambda covariance: np.sqrt(by_inverse(covariance))),
            ("This is the precision matrix", lambda covariance: np.linalg.inv(covariance)),
            ("entry by entry", lambda covariance: 1 / np.linalg.inv(covariance)),
            ("not in a diagonal matrix", lambda covariance: np.diag(by_inverse(covariance))),
            (
                "eigenvalues of Σ, variances along the axes of the ellipse. q",
                lambda covariance: np.linalg.eigvalsh(covariance),
            ),
            ("the largest first", lambda covariance: np.linalg.svd(covariance)[1]),
            ("This is Σ itself", lambda covariance: covariance),
            (
                "Expected variances of shape (D,) = (2,), got ()",
                lambda covariance: by_inverse(covariance)[0],
            ),
            ("but not 1/Λ_ii", lambda covariance: by_inverse(covariance) / 2),
            ("Return one array of numbers; this is a str", lambda covariance: "1/Λ"),
        ],
    ),
}
