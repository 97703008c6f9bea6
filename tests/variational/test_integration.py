"""Quadrature over one or two continuous z, against closed forms and SciPy's adaptive rules."""

from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.integrate
import scipy.stats

from lecture11.quadrature import Rule, trapezoid
from lecture11.variational import (
    grid,
    integrated_divergence,
    integrated_log_likelihood,
    integrated_lower_bound,
    log_posterior_density,
)

NOISE = 0.5
normal = scipy.stats.norm


def log_joint(x: float, z: np.ndarray) -> np.ndarray:
    """z ~ N(0, 1), x ~ N(z², ½²): two values of z explain the same x."""
    return normal.logpdf(z) + normal.logpdf(x, z**2, NOISE)


@pytest.mark.usefixtures("float64")
class TestOneDimension:
    def case(self, x: float, mean: float, sd: float):
        over = grid(trapezoid(-8, 8, 801))
        z = np.asarray(over.nodes)[:, 0]
        return log_joint(x, z), over, normal.logpdf(z, mean, sd)

    @pytest.mark.parametrize("x", [-1.0, 0.3, 2.0])
    def test_evidence_is_that_of_scipy(self, x):
        values, over, _ = self.case(x, 0, 1)
        exact, error = scipy.integrate.quad(lambda z: np.exp(log_joint(x, z)), -8, 8, limit=200)
        assert error < 1e-7
        np.testing.assert_allclose(
            integrated_log_likelihood(values, over), np.log(exact), rtol=1e-8
        )

    @pytest.mark.parametrize(("mean", "sd"), [(1.4, 0.2), (0.0, 1.0), (-1.3, 0.15)])
    def test_evidence_is_bound_plus_divergence_each_as_scipy_has_it(self, mean, sd):
        values, over, log_q = self.case(2.0, mean, sd)
        evidence = float(integrated_log_likelihood(values, over))

        def integral(f):
            at = mean + sd * np.array([-9, -3, 0, 3, 9])
            return sum(scipy.integrate.quad(f, *ends)[0] for ends in pairwise(at))

        def bound_at(z):
            return normal.pdf(z, mean, sd) * (log_joint(2.0, z) - normal.logpdf(z, mean, sd))

        bound = float(integrated_lower_bound(values, over, log_q=log_q))
        gap = float(integrated_divergence(values, over, log_q=log_q))
        np.testing.assert_allclose(bound, integral(bound_at), rtol=1e-8)
        np.testing.assert_allclose(bound + gap, evidence, rtol=1e-12)
        assert gap > 0

    def test_the_posterior_is_tight(self):
        values, over, _ = self.case(2.0, 0, 1)
        log_q = log_posterior_density(values, over)
        evidence = integrated_log_likelihood(values, over)
        bound = integrated_lower_bound(values, over, log_q=log_q)
        np.testing.assert_allclose(bound, evidence, rtol=1e-12)
        gap = integrated_divergence(values, over, log_q=log_q)
        np.testing.assert_allclose(gap, 0, atol=1e-12)

    @pytest.mark.slow
    def test_many_points_at_once_and_inside_jit(self):
        over = grid(trapezoid(-8, 8, 801))
        z = np.asarray(over.nodes)[:, 0]
        rows = np.stack([log_joint(x, z) for x in (-1.0, 0.5, 2.0)])
        both = integrated_log_likelihood(rows, over), jax.jit(integrated_log_likelihood)(rows, over)
        one_by_one = [integrated_log_likelihood(row, over) for row in rows]
        for found in both:
            np.testing.assert_allclose(found, one_by_one, rtol=1e-12)


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
def test_two_dimensions_against_the_closed_form():
    """x = A z + noise with two z: everything is Gaussian."""
    a, x, noise = np.array([[1.0, -0.6], [0.3, 0.8]]), np.array([0.7, -1.1]), 0.4
    over = grid(trapezoid(-7, 7, 241), trapezoid(-7, 7, 241))
    z = np.asarray(over.nodes)
    gaussian = scipy.stats.multivariate_normal
    values = gaussian.logpdf(z, np.zeros(2)) + gaussian.logpdf(
        x - z @ a.T, cov=noise**2 * np.eye(2)
    )
    exact = gaussian.logpdf(x, cov=a @ a.T + noise**2 * np.eye(2))
    np.testing.assert_allclose(integrated_log_likelihood(values, over), exact, rtol=1e-10)
    precision = np.eye(2) + a.T @ a / noise**2
    mean = np.linalg.solve(precision, a.T @ x / noise**2)
    posterior = gaussian.logpdf(z, mean, np.linalg.inv(precision))
    near = np.abs(z - mean).max(axis=1) < 3
    found = np.asarray(log_posterior_density(values, over))
    np.testing.assert_allclose(found[near], posterior[near], atol=1e-8)
    factorised = gaussian.logpdf(z, mean, np.diag(1 / np.diag(precision)))
    gap = 0.5 * np.log(np.diag(precision).prod() / np.linalg.det(precision))
    found = integrated_divergence(values, over, log_q=factorised)
    np.testing.assert_allclose(found, gap, rtol=1e-9)


@pytest.mark.slow
def test_nodes_of_two_rules_are_all_pairs():
    over = grid(trapezoid(0, 1, 2), trapezoid(0, 2, 3))
    np.testing.assert_allclose(over.nodes, [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]])
    np.testing.assert_allclose(np.exp(over.log_weights).sum(), 2, rtol=1e-6)


@pytest.mark.slow
def test_float32_agrees_where_that_is_asked():
    over = grid(trapezoid(-8, 8, 401))
    z = over.nodes[:, 0]
    values = -0.5 * z**2 - 0.5 * jnp.log(2 * jnp.pi)
    assert integrated_log_likelihood(values, over).dtype == jnp.float32
    np.testing.assert_allclose(integrated_log_likelihood(values, over), 0, atol=1e-5)


class TestRefuses:
    over = Rule(jnp.linspace(0, 1, 5), jnp.full(5, 0.2))

    def test_no_rule_and_three(self):
        for rules in ((), (self.over,) * 3):
            with pytest.raises(ValueError, match=f"rules: .* got {len(rules)}"):
                grid(*rules)

    def test_a_q_that_reaches_beyond_the_grid(self):
        over = grid(trapezoid(-1, 1, 101))
        z = np.asarray(over.nodes)[:, 0]
        with pytest.raises(ValueError, match=r"log_q: .* got 0\.6826.*make the grid wider"):
            integrated_lower_bound(normal.logpdf(z), over, log_q=normal.logpdf(z))

    def test_values_that_are_not_one_for_each_node(self):
        with pytest.raises(ValueError, match=r"log_joint: expected shape \(5,\)"):
            integrated_log_likelihood(np.zeros(4), grid(self.over))

    def test_nan(self):
        with pytest.raises(ValueError, match="log_joint: 1 of 5 values are NaN"):
            integrated_log_likelihood([0, 1, np.nan, 0, 0], grid(self.over))
