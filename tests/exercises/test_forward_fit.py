"""The forward fit and the reverse variances: right answers of every kind pass, mistakes are named.

The students' functions below are written as students write them; none knows how the check works.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lecture11.divergence import Gaussian, NormalMixture, forward_fit, reverse_factorised
from lecture11.exercises import check_forward_fit, check_reverse_variances


def nothing(*given: np.ndarray) -> None: ...


def stub(*given: np.ndarray) -> Any:
    return ...


# The forward fit, right


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


FITS = [with_numpy, with_loops, as_an_array, with_jax, with_numpys_average, by_quadrature]
FITS += [in_place, in_float32, with_the_package]


# The forward fit, wrong


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


def one_number(weights, means, sds):
    return weights @ means


def three_numbers(weights, means, sds):
    return 1.0, 2.0, 3.0


def no_sd_yet(weights, means, sds):
    return weights @ means, ...


def a_mean_for_each(weights, means, sds):
    return means, sds


def words(weights, means, sds):
    return "mean", "sd"


@sd_and
def plain_mean(weights, means, sds):
    return np.mean(means)


@sd_and
def heaviest_mean(weights, means, sds):
    return means[np.argmax(weights)]


@sd_and
def mean_not_weighted(weights, means, sds):
    return sum(means)


@sd_and
def weighted_by_precision(weights, means, sds):
    return np.average(means, weights=1 / sds**2)


@sd_and
def median(weights, means, sds):
    return np.median(means) + 0.1


def other_order(weights, means, sds):
    return with_numpy(weights, means, sds)[::-1]


@mean_and
def the_variance(weights, means, sds):
    return with_numpy(weights, means, sds)[1] ** 2


@mean_and
def average_sd(weights, means, sds):
    return np.average(sds, weights=weights)


@mean_and
def within_only(weights, means, sds):
    return np.sqrt(np.average(sds**2, weights=weights))


@mean_and
def within_variance(weights, means, sds):
    return np.average(sds**2, weights=weights)


@mean_and
def between_only(weights, means, sds):
    return np.sqrt(weights @ (means - weights @ means) ** 2)


@mean_and
def sum_of_sds(weights, means, sds):
    between = np.sqrt(weights @ (means - weights @ means) ** 2)
    return np.sqrt(weights @ sds**2) + between


@mean_and
def averaged_before_squaring(weights, means, sds):
    return np.sqrt((weights @ sds) ** 2 + weights @ (means - weights @ means) ** 2)


@mean_and
def sd_for_variance(weights, means, sds):
    return np.sqrt(weights @ (sds + (means - weights @ means) ** 2))


@mean_and
def spread_not_weighted(weights, means, sds):
    return np.sqrt(weights @ sds**2 + np.mean((means - weights @ means) ** 2))


@mean_and
def spread_by_np_var(weights, means, sds):
    return np.sqrt(weights @ sds**2 + np.var(means))


@mean_and
def weights_ignored(weights, means, sds):
    return np.sqrt(np.mean(sds**2 + (means - weights @ means) ** 2))


@mean_and
def not_centred(weights, means, sds):
    return np.sqrt(weights @ (sds**2 + means**2))


@mean_and
def weights_squared(weights, means, sds):
    return np.sqrt(weights**2 @ sds**2 + weights @ (means - weights @ means) ** 2)


@mean_and
def weighted_sum_of_variables(weights, means, sds):
    return np.sqrt(np.sum((weights * sds) ** 2))


@mean_and
def a_hundredth_off(weights, means, sds):
    return 1.01 * with_numpy(weights, means, sds)[1]


def second_moment_first(weights, means, sds):
    """E[x²] − E[x]², right on paper."""
    mean = weights @ means
    return mean, np.sqrt(np.maximum(weights @ (sds**2 + means**2) - mean**2, 0))


FIT_MISTAKES = {
    nothing: "returns nothing yet: replace",
    stub: "returns nothing yet: replace",
    one_number: "Return two numbers, (mean, sd); this is a float64",
    three_numbers: "Return two numbers, (mean, sd); these are 3",
    no_sd_yet: "nothing yet for the mean or the sd",
    a_mean_for_each: "The mean is one number for the whole mixture, got (3,)",
    words: "Return one number; this is a str",
    plain_mean: "whatever their weights",
    heaviest_mean: "the heaviest component",
    mean_not_weighted: "added up without weights",
    weighted_by_precision: "weighted by precision",
    median: "The mean is wrong",
    other_order: "in the wrong order",
    the_variance: "This is the variance",
    average_sd: "You have averaged the σ_k, and the spread",
    within_only: "The spread of the means is missing: add",
    within_variance: "The spread of the means is missing, and the square root",
    between_only: "The width of the components is missing",
    sum_of_sds: "You have added standard deviations",
    averaged_before_squaring: "You have averaged σ_k, not σ_k²",
    sd_for_variance: "σ_k is added where σ_k² belongs",
    spread_not_weighted: "The spread of the means is not weighted",
    spread_by_np_var: "np.var does so",
    weights_ignored: "The weights are ignored in the variance",
    not_centred: "the root of E[x²]",
    weights_squared: "The weights are squared",
    weighted_sum_of_variables: "a weighted sum of variables",
    a_hundredth_off: "The mean is right, the standard deviation is not",
    second_moment_first: "around 100,000,000",
}


@pytest.mark.parametrize("student", FITS, ids=lambda f: f.__name__)
def test_a_right_fit_passes(student):
    verdict = check_forward_fit(student)
    assert verdict.passed, verdict.message


@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("student", [with_jax, with_the_package], ids=lambda f: f.__name__)
def test_a_right_fit_passes_in_jaxs_float64_too(student):
    assert check_forward_fit(student).passed


@pytest.mark.parametrize("student", FIT_MISTAKES, ids=lambda f: f.__name__)
def test_a_wrong_fit_is_named(student):
    verdict = check_forward_fit(student)
    assert not verdict.passed
    assert FIT_MISTAKES[student] in verdict.message


# The reverse variances, right


def by_inverse(covariance):
    return 1 / np.diag(np.linalg.inv(covariance))


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


def by_the_package(covariance):
    q = reverse_factorised(Gaussian(np.zeros(len(covariance)), covariance))
    return jnp.diag(q.covariance)


VARIANCES = [by_inverse, by_inverse_in_jax, by_conditioning, by_determinants, by_the_package]


# The reverse variances, wrong


def marginal(covariance):
    return np.diag(covariance)


def precisions(covariance):
    return np.diag(np.linalg.inv(covariance))


def inverse_of_diagonal(covariance):
    return 1 / np.diag(covariance)


def deviations(covariance):
    return np.sqrt(by_inverse(covariance))


def the_precision_matrix(covariance):
    return np.linalg.inv(covariance)


def entry_by_entry(covariance):
    return 1 / np.linalg.inv(covariance)


def a_diagonal_matrix(covariance):
    return np.diag(by_inverse(covariance))


def along_the_axes_of_the_ellipse(covariance):
    return np.linalg.eigvalsh(covariance)


def largest_first(covariance):
    return np.linalg.svd(covariance)[1]


def the_covariance(covariance):
    return covariance


def one_variance(covariance):
    return by_inverse(covariance)[0]


def half(covariance):
    return by_inverse(covariance) / 2


def some_words(covariance):
    return "1/Λ"


VARIANCE_MISTAKES = {
    nothing: "returns nothing yet: replace",
    stub: "returns nothing yet: replace",
    marginal: "that is the forward fit",
    precisions: "These are the precisions",
    inverse_of_diagonal: "These are 1/Σ_ii",
    deviations: "These are standard deviations",
    the_precision_matrix: "This is the precision matrix",
    entry_by_entry: "entry by entry",
    a_diagonal_matrix: "not in a diagonal matrix",
    along_the_axes_of_the_ellipse: "eigenvalues of Σ, variances along the axes of the ellipse. q",
    largest_first: "the largest first",
    the_covariance: "This is Σ itself",
    one_variance: "Expected variances of shape (D,) = (2,), got ()",
    half: "but not 1/Λ_ii",
    some_words: "Return one array of numbers; this is a str",
}


@pytest.mark.parametrize("student", VARIANCES, ids=lambda f: f.__name__)
def test_right_variances_pass(student):
    verdict = check_reverse_variances(student)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize("student", VARIANCE_MISTAKES, ids=lambda f: f.__name__)
def test_wrong_variances_are_named(student):
    verdict = check_reverse_variances(student)
    assert not verdict.passed
    assert VARIANCE_MISTAKES[student] in verdict.message


@pytest.mark.parametrize("check", [check_forward_fit, check_reverse_variances])
def test_an_error_is_reported_not_raised(check):
    def broken(*given):
        return given[7]

    verdict = check(broken)
    assert not verdict.passed
    assert "IndexError" in verdict.message
    assert "return given[7]" in verdict.message


def test_a_jitted_answer_passes():
    assert check_reverse_variances(jax.jit(by_inverse_in_jax)).passed
