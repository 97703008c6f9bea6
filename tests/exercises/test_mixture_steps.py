"""The M-step and the log-likelihood: right answers of every kind pass, mistakes are named.

The students' functions below are written as students write them, in their own ways; none knows
how the check works.
"""

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from jax.scipy.stats import multivariate_normal
from sklearn.mixture import GaussianMixture

from lecture11.exercises import Verdict, check_log_likelihood, check_m_step

Check = Callable[[Callable], Verdict]


def nothing(*given: np.ndarray) -> None: ...


def stub(*given: np.ndarray) -> Any:
    return ...


# The M-step, right


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


M_STEPS = [with_loops, as_arrays, with_lists, with_numpy, with_jax, by_shifting]
M_STEPS += [in_place, m_step_in_float32, squares_in_float32]


# The M-step, wrong


def centred_step(data, responsibilities, around, by):
    """The step as it should be, except for what is subtracted and what it is divided by."""
    weights, means, _ = with_numpy(data, responsibilities, None)
    covariances = []
    for k, share in enumerate(responsibilities.T):
        offset = data - around[k]
        covariances.append((share[:, None] * offset).T @ offset / by[k])
    return weights, means, np.array(covariances)


def not_a_triple(data, responsibilities, means):
    return as_arrays(data, responsibilities, means)[:2]


def one_array(data, responsibilities, means):
    return as_arrays(data, responsibilities, means)[2]


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


def weights_over_components(data, responsibilities, means):
    return responsibilities.sum(axis=1) / len(data), *as_arrays(data, responsibilities, means)[1:]


def reversed_weights(data, responsibilities, means):
    weights, means, covariances = as_arrays(data, responsibilities, means)
    return weights[::-1], means, covariances


def scalar_weight(data, responsibilities, means):
    return 0.5, *as_arrays(data, responsibilities, means)[1:]


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


def around_the_old_means(data, responsibilities, means):
    return centred_step(data, responsibilities, means, responsibilities.sum(axis=0))


def around_the_overall_mean(data, responsibilities, means):
    centre = np.tile(data.mean(axis=0), (len(means), 1))
    return centred_step(data, responsibilities, centre, responsibilities.sum(axis=0))


def not_centred(data, responsibilities, means):
    return centred_step(data, responsibilities, 0 * means, responsibilities.sum(axis=0))


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


M_STEP_MISTAKES = {
    nothing: "returns nothing yet: replace",
    stub: "returns nothing yet: replace",
    not_a_triple: "three things, (weights, means, covariances); this is a tuple of 2",
    one_array: "three things, (weights, means, covariances); this is a ndarray",
    no_covariances_yet: "nothing yet for the covariances",
    ragged_means: "the means as one array of numbers; this is a list",
    complex_means: "this is a ndarray of complex",
    counts_as_weights: "are the counts",
    uniform_weights: "All your weights are 1/K",
    hard_step: "weights count whole points",
    weights_over_components: "summed over the components",
    reversed_weights: "The weights are wrong",
    scalar_weight: "Expected weights of shape (K,) = (3,), got ()",
    means_by_n: "means are divided by n",
    means_not_divided: "means are sums",
    means_by_weights: "n times too large",
    hard_means: "likeliest component it is",
    old_means: "means from before the step",
    the_same_mean: "has the mean of all data",
    transposed_means: "means are transposed",
    medians: "the means are not",
    around_the_old_means: "around the old means",
    around_the_overall_mean: "around the mean of all data",
    not_centred: "not centred",
    covariances_by_n: "covariances are divided by n,",
    covariances_not_divided: "covariances are sums",
    unbiased: "n_k − 1",
    numpys_default: "ddof=0",
    diagonal_only: "Only the diagonals",
    variances: "variances of each column",
    shares_squared: "γ enters twice",
    no_shares: "shares are missing in the covariances",
    components_last: "in another order",
    inverted: "the covariances are not",
    one_covariance: "Expected covariances of shape (K, D, D) = (3, 2, 2), got (2, 2)",
    not_centred_at_first: "lost in rounding",
}


# The log-likelihood, right


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


LIKELIHOODS = [with_logaddexp, with_python, likelihood_with_jax, likelihood_with_sklearn, as_bound]
LIKELIHOODS += [likelihood_in_place, likelihood_in_float32]


# The log-likelihood, wrong


def of_each_point(*given):
    return np.logaddexp.reduce(log_joint(*given), axis=1)


def averaged(*given):
    return of_each_point(*given).mean()


def negated(*given):
    return -with_logaddexp(*given)


def loss(*given):
    return -averaged(*given)


def to_base_2(*given):
    return np.log2(joint(*given).sum(axis=1)).sum()


def to_base_10(*given):
    return np.log10(joint(*given).sum(axis=1)).sum()


def product(*given):
    return joint(*given).sum(axis=1).prod()


def swapped(*given):
    return np.log(joint(*given)).sum()


def over_the_points_inside(*given):
    return np.log(joint(*given).sum(axis=0)).sum()


def no_logarithm(*given):
    return joint(*given).sum()


def likeliest_only(*given):
    return log_joint(*given).max(axis=1).sum()


def no_entropy(*given):
    return (shares(*given) * log_joint(*given)).sum()


def maximum_lost(*given):
    a = log_joint(*given)
    return np.log(np.exp(a - a.max(axis=1, keepdims=True)).sum(axis=1)).sum()


def unweighted(data, weights, means, covariances):
    return with_logaddexp(data, np.ones_like(weights), means, covariances)


def densities(data, weights, means, covariances, scale, half=0.5):
    """Σ_i log Σ_k π_k · scale(Σ_k) · exp(−half · squared distance)."""
    p = np.zeros(len(data))
    for w, mean, covariance in zip(weights, means, covariances, strict=True):
        offset = data - mean
        squared = np.einsum("ni,ij,nj->n", offset, np.linalg.inv(covariance), offset)
        p += w * scale(covariance) * np.exp(-half * squared)
    return np.log(p).sum()


def no_constant(*given):
    return densities(*given, scale=lambda c: 1 / np.sqrt(np.linalg.det(c)))


def constant_of_one_dimension(*given):
    return densities(*given, scale=lambda c: 1 / np.sqrt(2 * np.pi * np.linalg.det(c)))


def no_determinant(*given):
    return densities(*given, scale=lambda c: (2 * np.pi) ** (-len(c) / 2))


def no_square_root(*given):
    return densities(*given, scale=lambda c: (2 * np.pi) ** (-len(c) / 2) / np.linalg.det(c))


def no_half(*given):
    return densities(*given, lambda c: 1 / np.sqrt(np.linalg.det(2 * np.pi * c)), half=1)


def underflows(*given):
    return np.log(joint(*given).sum(axis=1)).sum()


def underflows_to_a_floor(*given):
    return np.log(joint(*given).sum(axis=1) + 1e-300).sum()


def all_log_joints(*given):
    return log_joint(*given)


def complex_number(*given):
    return with_logaddexp(*given) + 0j


def text(*given):
    return f"{with_logaddexp(*given):.2f}"


def doubled(*given):
    return 2 * with_logaddexp(*given)


def not_a_number(*given):
    return float("nan")


LIKELIHOOD_MISTAKES = {
    nothing: "returns nothing yet: replace",
    stub: "returns nothing yet: replace",
    of_each_point: "one number for each point",
    averaged: "the mean over the points",
    negated: "sign is reversed",
    loss: "negative mean",
    to_base_2: "base 2",
    to_base_10: "base 10",
    product: "the likelihood, the product",
    swapped: "swapped",
    over_the_points_inside: "stands inside",
    no_logarithm: "logarithm is missing",
    likeliest_only: "only the likeliest",
    no_entropy: "entropy of the posterior is missing",
    maximum_lost: "not added back",
    unweighted: "weights are missing",
    no_constant: "constant of the Gaussian is missing",
    constant_of_one_dimension: "in D dimensions",
    no_determinant: "determinant is missing",
    no_square_root: "½ is missing before log|Σ|",
    no_half: "½ is missing in the exponent",
    underflows: "underflows",
    underflows_to_a_floor: "underflows",
    all_log_joints: "Expected one number, got (7, 3)",
    complex_number: "of complex128",
    text: "this is a str",
    doubled: "the wrong one: -3",
    not_a_number: "the wrong one: nan",
}


def named(mistakes: dict[Callable, str], check: Check) -> list[Any]:
    return [
        pytest.param(check, student, words, id=f"{check.__name__}-{student.__name__}")
        for student, words in mistakes.items()
    ]


RIGHT = [(check_m_step, student) for student in M_STEPS]
RIGHT += [(check_log_likelihood, student) for student in LIKELIHOODS]
MISTAKES = named(M_STEP_MISTAKES, check_m_step)
MISTAKES += named(LIKELIHOOD_MISTAKES, check_log_likelihood)


@pytest.mark.parametrize(("check", "student"), RIGHT)
def test_a_right_answer_passes_however_it_was_computed(check: Check, student: Callable):
    verdict = check(student)
    assert verdict.passed, verdict
    assert check(student) == verdict  # also after a student who spoils what was given


@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize(("check", "student"), RIGHT)
def test_a_right_answer_passes_with_double_precision_in_jax(check: Check, student: Callable):
    assert check(student).passed


@pytest.mark.parametrize(("check", "student", "words"), MISTAKES)
def test_a_mistake_is_called_by_its_name(check: Check, student: Callable, words: str):
    verdict = check(student)
    assert not verdict.passed
    assert words in verdict.message


@pytest.mark.parametrize(
    ("check", "mistakes"),
    [(check_m_step, M_STEP_MISTAKES), (check_log_likelihood, LIKELIHOOD_MISTAKES)],
)
def test_no_two_kinds_of_mistake_are_told_the_same(check: Check, mistakes: dict[Callable, str]):
    said = {(words, check(student).message) for student, words in mistakes.items()}
    assert len(said) == len(set(mistakes.values())) == len({message for _, message in said})


def rounded(student: Callable) -> Callable:
    """The same student, with numbers of single precision."""
    return lambda *given: jax.tree.map(np.float32, student(*given))


WITHOUT_FLOAT32 = {nothing, stub, no_covariances_yet, ragged_means, complex_means}
WITHOUT_FLOAT32 |= {not_centred_at_first, complex_number, text}


@pytest.mark.parametrize(
    ("check", "student", "words"),
    [case for case in MISTAKES if case.values[1] not in WITHOUT_FLOAT32],
)
def test_a_mistake_is_recognised_in_float32_as_well(check: Check, student: Callable, words: str):
    assert words in check(rounded(student)).message


def test_only_double_precision_is_asked_about_data_far_from_the_origin():
    assert "far" in check_m_step(as_arrays).message
    assert "far" not in check_m_step(with_jax).message
    assert "far" not in check_m_step(m_step_in_float32).message


@pytest.mark.usefixtures("float64")
def test_jax_with_double_precision_is_asked_as_well():
    assert "far" in check_m_step(with_jax).message
    assert "far" in check_m_step(m_step_in_float32).message


# Whatever comes back


WHATEVER = st.recursive(
    st.none()
    | st.just(...)
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | st.text()
    | st.binary()
    | st.builds(object)
    | st.just(np.float64)
    | arrays.arrays(
        arrays.scalar_dtypes(), arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
    ),
    lambda parts: st.lists(parts) | st.tuples(parts, parts, parts) | st.sets(st.integers()),
    max_leaves=6,
)


def of_shape(*shape: int) -> st.SearchStrategy[np.ndarray]:
    return arrays.arrays(np.float64, shape, elements=st.floats())


@settings(max_examples=200, deadline=None)
@given(WHATEVER | st.tuples(of_shape(3), of_shape(3, 2), of_shape(3, 2, 2)))
def test_whatever_comes_back_gets_a_verdict(answer: Any):
    for check in (check_m_step, check_log_likelihood):
        verdict = check(lambda *given: answer)
        assert isinstance(verdict, Verdict)
        assert not verdict.passed


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["weights", "means", "covariances"]), st.data())
def test_one_part_of_the_step_that_is_wrong_is_told_from_the_right_ones(name: str, data: Any):
    """Numbers at random are no mistake we know, and must not be taken for one of another part."""
    place = ["weights", "means", "covariances"].index(name)

    def student(*given):
        answer = list(as_arrays(*given))
        numbers = st.floats(1e3, 1e6)
        shape = answer[place].shape
        answer[place] = data.draw(arrays.arrays(np.float64, shape, elements=numbers))
        return answer

    assert name in check_m_step(student).message
