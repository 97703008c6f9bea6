"""Right answers of every kind pass; every mistake a student is likely to make is called by name.

The students' functions below are written as students write them, in their own ways; none knows
how the check works.
"""

import math
import warnings
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.scipy.stats import multivariate_normal
from sklearn.mixture import GaussianMixture

from lecture11.exercises import check_responsibilities


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


RIGHT = [with_loops, with_lists, with_jax, with_sklearn, with_einsum_in_one_go, in_place]


@pytest.mark.parametrize("student", RIGHT)
def test_a_right_answer_passes_however_it_was_computed(student: Callable):
    verdict = check_responsibilities(student)
    assert verdict.passed, verdict
    assert "far" in verdict.message


def test_an_answer_in_float32_passes():
    verdict = check_responsibilities(lambda *given: np.float32(with_loops(*given)))
    assert verdict.passed, verdict


def test_the_same_student_is_judged_alike_twice():
    assert check_responsibilities(in_place) == check_responsibilities(in_place)


# Mistakes: what the student wrote, and the words that must come back


def normal(data, mean, covariance):
    """N(x | μ, Σ) for all points, by the textbook's formula."""
    offset = data - mean
    squared = (offset @ np.linalg.inv(covariance) * offset).sum(axis=1)
    return np.exp(-squared / 2) / np.sqrt(np.linalg.det(2 * np.pi * covariance))


def joint(data, weights, means, covariances):
    columns = [w * normal(data, m, c) for w, m, c in zip(weights, means, covariances, strict=True)]
    return np.stack(columns, axis=1)


def nothing(data, weights, means, covariances): ...


def stub(data, weights, means, covariances):
    return ...


def transposed(data, weights, means, covariances):
    return with_loops(data, weights, means, covariances).T


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


def first_point_only(data, weights, means, covariances):
    return with_loops(data, weights, means, covariances)[0]


def ragged(data, weights, means, covariances):
    return [[1.0], [0.5, 0.5]]


def text(data, weights, means, covariances):
    return "0.5, 0.5"


def unnormalised_logs(data, weights, means, covariances):
    return np.log(joint(data, weights, means, covariances))


def inverted_sign(data, weights, means, covariances):
    p = 1 / joint(data, weights, means, covariances)
    return p / p.sum(axis=1, keepdims=True)


MISTAKES = {
    nothing: "returns nothing yet",
    stub: "returns nothing yet",
    transposed: "transpose",
    joint: "joint",
    over_points: "over the points",
    logarithms: "logarithms",
    hard: "likeliest",
    unweighted: "weights are missing",
    no_determinant: "determinant",
    no_half: "½ is missing",
    underflows: "underflows",
    underflows_to_zeros: "underflows",
    first_point_only: "shape (n, K) = (7, 3), got (3,)",
    ragged: "this is a list",
    text: "this is a str",
    unnormalised_logs: "must sum to 1",
    inverted_sign: "term by term",
}


@pytest.mark.parametrize("student", MISTAKES, ids=lambda student: student.__name__)
def test_a_mistake_is_called_by_its_name(student: Callable):
    verdict = check_responsibilities(student)
    assert not verdict.passed
    assert MISTAKES[student] in verdict.message


def test_no_two_kinds_of_mistake_are_told_the_same():
    said = {word: {check_responsibilities(s).message for s in MISTAKES if MISTAKES[s] == word}
            for word in MISTAKES.values()}  # fmt: skip
    assert all(len(messages) == 1 for messages in said.values())
    assert len({message for messages in said.values() for message in messages}) == len(said)


@pytest.mark.parametrize("mistake", [joint, over_points, unweighted, no_determinant, no_half])
def test_a_mistake_is_recognised_in_float32_as_well(mistake: Callable):
    verdict = check_responsibilities(lambda *given: np.float32(mistake(*given)))
    assert MISTAKES[mistake] in verdict.message


def test_an_answer_squeezed_for_a_single_point_is_refused():
    verdict = check_responsibilities(lambda *given: np.squeeze(with_loops(*given)))
    assert "shape" in verdict.message


def test_complex_numbers_are_refused_without_a_warning():
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        verdict = check_responsibilities(lambda *given: with_loops(*given) + 0j)
    assert not warned
    assert "complex" in verdict.message
