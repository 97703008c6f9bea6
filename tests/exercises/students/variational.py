"""Students' answers to notebook 11: right in every style, and wrong."""

from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
from scipy.special import rel_entr, xlogy
from scipy.stats import entropy

from lecture11.exercises import check_joint_divergence, check_mean_field_cycle
from lecture11.variational import Causes, Effects, joint_divergence
from tests.exercises.students import Students


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


def of_q_alone(counts, q, table):
    posterior = table / table.sum(axis=1, keepdims=True)
    return counts / counts.sum() @ rel_entr(q, posterior).sum(axis=1)


def terms(counts, q, table):
    return rel_entr(counts[:, None] / counts.sum() * q, table)


def mean(counts, q, table):
    return terms(counts, q, table).mean()


def naive(counts, q, table):
    data = counts[:, None] / counts.sum() * q
    return (data * np.log(data / table)).sum()


def safe_for_q_alone(counts, q, table):
    p = counts / counts.sum()
    data = p[:, None] * q
    return (data * (np.log(p[:, None]) - np.log(table))).sum() + xlogy(data, q).sum()


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


def with_spread(spread: Callable) -> Callable:
    def student(x, theta, noise):
        difference = 2 * theta * x / (noise**2 + 2 * theta**2)
        return x @ difference / (difference @ difference + len(x) * spread(theta, noise))

    return student


def marginal_variances(x, theta, noise):
    a = theta**2 / noise**2
    return with_spread(lambda t, s: 2 * (1 + a) / (1 + 2 * a))(x, theta, noise)


def variances_once(x, theta, noise):
    difference = 2 * theta * x / (noise**2 + 2 * theta**2)
    return x @ difference / (difference @ difference + 2 / (1 + theta**2 / noise**2))


def one_mean(x, theta, noise):
    mean = theta * x / (noise**2 + 2 * theta**2)
    return x @ mean / (mean @ mean + len(x) * 2 / (1 + theta**2 / noise**2))


def nan_where_q_is_zero(counts, q, table):
    seen = counts > 0
    data = (counts[seen] / counts.sum())[:, None] * q[seen]
    return (data * np.log(data / table[seen])).sum()


EXERCISES = {
    check_joint_divergence: Students(
        right=[with_scipy, with_entropy_of_scipy, in_two_parts, by_the_bound, with_the_course],
        wrong=[
            ("not divided by n", lambda n, q, p: rel_entr(n[:, None] * q, p).sum()),
            ("n times the divergence", lambda n, q, p: n.sum() * with_scipy(n, q, p)),
            ("p̂(x) is missing: every x", lambda n, q, p: rel_entr(q, p).sum()),
            (
                "missing inside the logarithm",
                lambda n, q, p: (n[:, None] / n.sum() * q * np.log(q / p)).sum(),
            ),
            ("order is reversed", lambda n, q, p: rel_entr(p, n[:, None] / n.sum() * q).sum()),
            ("D(q ‖ posterior)", of_q_alone),
            ("over x alone", lambda n, q, p: entropy(n, p.sum(axis=1))),
            ("These are the terms", terms),
            ("one value for each x", lambda n, q, p: terms(n, q, p).sum(axis=1)),
            ("mean of the terms", mean),
            ("sign is reversed", lambda n, q, p: -with_scipy(n, q, p)),
            ("base 2", lambda n, q, p: with_scipy(n, q, p) / np.log(2)),
            ("but the wrong one", lambda n, q, p: with_scipy(n, q, p) / 2),
            ("Where some x was never seen, your code gives nan", naive),
            ("Where some x was never seen, your code gives nan", safe_for_q_alone),
            ("Where q is 0 somewhere", nan_where_q_is_zero),
        ],
    ),
    check_mean_field_cycle: Students(
        right=[by_formula, by_matrices, with_the_model],
        wrong=[
            (
                "you get EM itself",
                lambda x, theta, noise: with_spread(lambda t, s: 2 / (1 + 2 * t**2 / s**2))(
                    x, theta, noise
                ),
            ),
            ("without its correlation", marginal_variances),
            ("variances are missing below", lambda x, t, s: with_spread(lambda t, s: 0)(x, t, s)),
            (
                "Only one variance",
                lambda x, theta, noise: with_spread(lambda t, s: 1 / (1 + t**2 / s**2))(
                    x, theta, noise
                ),
            ),
            (
                "standard deviations",
                lambda x, theta, noise: with_spread(lambda t, s: 2 / np.sqrt(1 + t**2 / s**2))(
                    x, theta, noise
                ),
            ),
            ("counted once", variances_once),
            ("noise is not squared", lambda x, t, s: by_formula(x, t, np.sqrt(s))),
            ("Only m₁", one_mean),
            ("θ is unchanged", lambda x, t, s: t),
            ("θ of maximum likelihood", lambda x, t, s: np.sqrt(((x**2).mean() - s**2) / 2)),
            ("but the wrong one", lambda x, t, s: by_formula(x, by_formula(x, t, s), s)),
        ],
    ),
}
