"""The trapezoidal rule against integrals known exactly."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import trapezoid as scipys_trapezoid

from lecture11.quadrature import integrate, trapezoid


@pytest.mark.usefixtures("float64")
class TestTrapezoid:
    @pytest.mark.slow
    def test_ends_are_nodes_and_steps_are_equal(self):
        rule = trapezoid(-1, 3, 5)
        np.testing.assert_array_equal(rule.nodes, [-1, 0, 1, 2, 3])
        np.testing.assert_array_equal(rule.weights, [0.5, 1, 1, 1, 0.5])

    @pytest.mark.parametrize("count", [2, 3, 10, 1001])
    def test_is_the_rule_that_scipy_applies(self, count):
        rule = trapezoid(-2, 5, count)
        values = np.exp(np.asarray(rule.nodes))
        np.testing.assert_allclose(
            integrate(jnp.asarray(values), rule), scipys_trapezoid(values, rule.nodes), rtol=1e-12
        )

    @pytest.mark.parametrize("power", [0, 2, 4, 6])
    def test_moments_of_a_normal_are_exact_to_rounding(self, power):
        rule = trapezoid(-12, 12, 49)  # steps of half a standard deviation
        density = jnp.exp(-0.5 * rule.nodes**2) / jnp.sqrt(2 * jnp.pi)
        right = np.prod(np.arange(power - 1, 0, -2))
        np.testing.assert_allclose(integrate(rule.nodes**power * density, rule), right, rtol=1e-13)

    @pytest.mark.slow
    def test_its_error_falls_faster_than_any_power(self):
        def error(count):
            rule = trapezoid(-12, 12, count)
            return abs(float(integrate(jnp.exp(-0.5 * rule.nodes**2), rule)) - np.sqrt(2 * np.pi))

        errors = [error(count) for count in (9, 13, 17)]
        rates = np.diff(np.log(errors)) / np.diff(np.log([9, 13, 17]))
        assert rates[0] < -4
        assert rates[1] < 1.5 * rates[0]

    @pytest.mark.slow
    def test_where_the_function_does_not_vanish_only_as_the_square_of_the_step(self):
        errors = [
            abs(float(integrate(jnp.exp(rule.nodes), rule)) - (np.e - 1))
            for rule in (trapezoid(0, 1, 11), trapezoid(0, 1, 21))
        ]
        assert errors[0] / errors[1] == pytest.approx(4, rel=0.01)

    @pytest.mark.slow
    def test_one_rule_integrates_many_functions(self):
        rule = trapezoid(0, 1, 201)
        values = jnp.stack([rule.nodes, 2 * rule.nodes])[None]
        np.testing.assert_allclose(integrate(values, rule), [[0.5, 1.0]], rtol=1e-12)

    def test_ends_may_move_without_a_new_compilation(self):
        traces: list[str] = []

        @jax.jit
        def length(low, high):
            traces.append("traced")
            return trapezoid(low, high, 7).weights.sum()

        lengths = [float(length(*ends)) for ends in [(0.0, 1.0), (-3.0, 5.0)]]
        assert lengths == pytest.approx([1.0, 8.0])
        assert len(traces) == 1

    def test_known_ends_are_known_inside_a_jit(self):
        assert jax.jit(lambda: trapezoid(0, 2, 3).weights.sum())() == 2
        with pytest.raises(ValueError, match="swap them"):
            jax.jit(lambda: trapezoid(2, 0, 3).weights)()


@pytest.mark.slow
def test_float32_by_default():
    rule = trapezoid(-8, 8, 101)
    assert rule.nodes.dtype == rule.weights.dtype == jnp.float32
    total = integrate(jnp.exp(-0.5 * rule.nodes**2), rule)
    np.testing.assert_allclose(total, np.sqrt(2 * np.pi), rtol=1e-6)


@pytest.mark.parametrize(
    ("low", "high", "count", "says"),
    [
        (0, 1, 1, "count: expected a whole number from 2 on, got 1"),
        (1, 1, 5, "low: expected an end below high = 1, got 1"),
        (2, 1, 5, "swap them"),
        (-np.inf, 1, 5, "low: 1 of 1 values are NaN or infinite"),
        (0, np.nan, 5, "high: 1 of 1 values"),
        ([0, 1], 3, 5, "low: expected 0 dimensions"),
    ],
)
def test_what_makes_no_rule_is_refused(low, high, count, says):
    with pytest.raises(ValueError, match=says):
        trapezoid(low, high, count)


@pytest.mark.parametrize(
    ("values", "says"),
    [([1.0, 2.0], r"values: expected 3 along the last axis"), ([1.0, np.nan, 0], "values: 1 of 3")],
)
def test_values_that_are_not_those_at_the_nodes_are_refused(values, says):
    with pytest.raises(ValueError, match=says):
        integrate(values, trapezoid(0, 1, 3))


def test_an_infinite_value_makes_the_integral_infinite():
    assert integrate([0.0, np.inf, 0.0], trapezoid(0, 1, 3)) == np.inf
