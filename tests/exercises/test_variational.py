"""Right answers of every kind pass; every mistake a student is likely to make is called by name."""

from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import rel_entr, xlogy
from scipy.stats import entropy

from lecture11.exercises import check_joint_divergence, check_mean_field_cycle
from lecture11.variational import Causes, Effects, joint_divergence

# Right divergences


def with_scipy(counts, q, table):
    return rel_entr(counts[:, None] / counts.sum() * q, table).sum()


def with_entropy_of_scipy(counts, q, table):
    return entropy((counts[:, None] / counts.sum() * q).ravel(), table.ravel())


def in_two_parts(counts, q, table):
    p, of_x = counts / counts.sum(), table.sum(axis=1)
    posterior = table / of_x[:, None]
    return rel_entr(p, of_x).sum() + (p * rel_entr(q, posterior).sum(axis=1)).sum()


def by_the_bound(counts, q, table):
    p = counts / counts.sum()
    bound = (p[:, None] * (q * np.log(table) - xlogy(q, q))).sum()
    return -bound - entropy(p)


def with_the_course(counts, q, table):
    return joint_divergence(counts, q, relative_to=table)


@pytest.mark.parametrize(
    "student", [with_scipy, with_entropy_of_scipy, in_two_parts, by_the_bound, with_the_course]
)
def test_a_right_divergence_passes(student: Callable):
    verdict = check_joint_divergence(student)
    assert verdict.passed, verdict


# Wrong divergences


def nothing(counts, q, table): ...


def counts_undivided(counts, q, table):
    return rel_entr(counts[:, None] * q, table).sum()


def n_times(counts, q, table):
    return counts.sum() * with_scipy(counts, q, table)


def without_data(counts, q, table):
    return rel_entr(q, table).sum()


def minus_bound(counts, q, table):
    return (counts[:, None] / counts.sum() * q * np.log(q / table)).sum()


def backwards(counts, q, table):
    return rel_entr(table, counts[:, None] / counts.sum() * q).sum()


def of_q_alone(counts, q, table):
    posterior = table / table.sum(axis=1, keepdims=True)
    return counts / counts.sum() @ rel_entr(q, posterior).sum(axis=1)


def of_x_alone(counts, q, table):
    return entropy(counts, table.sum(axis=1))


def terms(counts, q, table):
    return rel_entr(counts[:, None] / counts.sum() * q, table)


def rows(counts, q, table):
    return terms(counts, q, table).sum(axis=1)


def mean(counts, q, table):
    return terms(counts, q, table).mean()


def negative(counts, q, table):
    return -with_scipy(counts, q, table)


def bits(counts, q, table):
    return with_scipy(counts, q, table) / np.log(2)


def naive(counts, q, table):
    data = counts[:, None] / counts.sum() * q
    return (data * np.log(data / table)).sum()


def safe_for_q_alone(counts, q, table):
    p = counts / counts.sum()
    data = p[:, None] * q
    return (data * (np.log(p[:, None]) - np.log(table))).sum() + xlogy(data, q).sum()


def half(counts, q, table):
    return with_scipy(counts, q, table) / 2


MISTAKES = {
    nothing: "returns nothing yet",
    counts_undivided: "not divided by n",
    n_times: "n times the divergence",
    without_data: "p̂(x) is missing: every x",
    minus_bound: "missing inside the logarithm",
    backwards: "order is reversed",
    of_q_alone: "D(q ‖ posterior)",
    of_x_alone: "over x alone",
    terms: "These are the terms",
    rows: "one value for each x",
    mean: "mean of the terms",
    negative: "sign is reversed",
    bits: "base 2",
    half: "but the wrong one",
    naive: "Where some x was never seen, your code gives nan",
    safe_for_q_alone: "some x was never seen",
}


@pytest.mark.parametrize("student", MISTAKES, ids=lambda student: student.__name__)
def test_a_mistake_in_the_divergence_is_called_by_its_name(student: Callable):
    verdict = check_joint_divergence(student)
    assert not verdict.passed
    assert MISTAKES[student] in verdict.message


def test_a_q_of_zero_has_its_own_message():
    def nan_where_q_is_zero(counts, q, table):
        seen = counts > 0
        p = counts[seen] / counts.sum()
        data = p[:, None] * q[seen]
        return (data * np.log(data / table[seen])).sum()

    assert "Where q is 0 somewhere" in check_joint_divergence(nan_where_q_is_zero).message


# Right cycles


def by_formula(x, theta, noise):
    difference = 2 * theta * x / (noise**2 + 2 * theta**2)
    variance = 1 / (1 + theta**2 / noise**2)
    return (x * difference).sum() / (difference**2 + 2 * variance).sum()


def by_matrices(x, theta, noise):
    a = np.array([[theta, -theta]])
    precision = np.eye(2) + a.T @ a / noise**2
    means = np.linalg.solve(precision, a.T @ x[None] / noise**2)
    difference = means[0] - means[1]
    spread = (1 / np.diag(precision)).sum()
    return x @ difference / (difference @ difference + len(x) * spread)


def with_the_model(x, theta, noise):
    data, model = Effects(jnp.asarray(x), jnp.asarray(noise)), Causes()
    theta = jnp.asarray(theta)
    return model.m_step(theta, model.e_step(theta, data), data)


@pytest.mark.parametrize("student", [by_formula, by_matrices, with_the_model])
def test_a_right_cycle_passes(student: Callable):
    verdict = check_mean_field_cycle(student)
    assert verdict.passed, verdict


# Wrong cycles


def with_spread(spread: Callable) -> Callable:
    def student(x, theta, noise):
        difference = 2 * theta * x / (noise**2 + 2 * theta**2)
        return x @ difference / (difference @ difference + len(x) * spread(theta, noise))

    return student


def exact_em(x, theta, noise):
    return with_spread(lambda t, s: 2 / (1 + 2 * t**2 / s**2))(x, theta, noise)


def marginal_variances(x, theta, noise):
    a = theta**2 / noise**2
    return with_spread(lambda t, s: 2 * (1 + a) / (1 + 2 * a))(x, theta, noise)


def no_variances(x, theta, noise):
    return with_spread(lambda t, s: 0)(x, theta, noise)


def one_variance(x, theta, noise):
    return with_spread(lambda t, s: 1 / (1 + t**2 / s**2))(x, theta, noise)


def sds(x, theta, noise):
    return with_spread(lambda t, s: 2 / np.sqrt(1 + t**2 / s**2))(x, theta, noise)


def variances_once(x, theta, noise):
    difference = 2 * theta * x / (noise**2 + 2 * theta**2)
    return x @ difference / (difference @ difference + 2 / (1 + theta**2 / noise**2))


def noise_unsquared(x, theta, noise):
    return by_formula(x, theta, np.sqrt(noise))


def one_mean(x, theta, noise):
    mean = theta * x / (noise**2 + 2 * theta**2)
    return x @ mean / (mean @ mean + len(x) * 2 / (1 + theta**2 / noise**2))


def unchanged(x, theta, noise):
    return theta


def maximum_likelihood(x, theta, noise):
    return np.sqrt(((x**2).mean() - noise**2) / 2)


def twice(x, theta, noise):
    return by_formula(x, by_formula(x, theta, noise), noise)


def unanswered(x, theta, noise): ...


CYCLE_MISTAKES = {
    unanswered: "returns nothing yet",
    exact_em: "you get EM itself",
    marginal_variances: "without its correlation",
    no_variances: "variances are missing below",
    one_variance: "Only one variance",
    sds: "standard deviations",
    variances_once: "counted once",
    noise_unsquared: "noise is not squared",
    one_mean: "Only m₁",
    unchanged: "θ is unchanged",
    maximum_likelihood: "θ of maximum likelihood",
    twice: "but the wrong one",
}


@pytest.mark.parametrize("student", CYCLE_MISTAKES, ids=lambda student: student.__name__)
def test_a_mistake_in_the_cycle_is_called_by_its_name(student: Callable):
    verdict = check_mean_field_cycle(student)
    assert not verdict.passed
    assert CYCLE_MISTAKES[student] in verdict.message
