"""0 log 0 = 0 and 0 · ∞ = 0, in the value and in the derivative."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lecture11.zeros import exp_log_ratio, p_log, p_log_ratio, weighted

P, Q = jnp.array([0.5, 0.2, 0.0, 0.0, 0.3]), jnp.array([0.25, 0.4, 0.3, 0.0, 0.3])
TERMS = [0.5 * np.log(2), -0.2 * np.log(2), 0, 0, 0]


def test_the_log_ratio_is_that_of_the_formula():
    np.testing.assert_allclose(p_log_ratio(P, P, Q), TERMS, rtol=1e-6)
    np.testing.assert_allclose(exp_log_ratio(jnp.log(P), jnp.log(Q)), TERMS, rtol=1e-6)


@pytest.mark.slow
def test_only_where_p_is_positive_an_infinite_value_counts():
    values = jnp.array([np.inf, 1.0, np.inf, -np.inf, 2.0])
    np.testing.assert_array_equal(weighted(P, values)[1:], np.float32([0.2, 0, 0, 0.6]))
    assert weighted(P, values)[0] == np.inf
    np.testing.assert_array_equal(p_log(P, jnp.zeros(5))[2:4], [0, 0])
    assert p_log(P, jnp.zeros(5))[0] == -np.inf
    assert exp_log_ratio(jnp.array(-2e3), jnp.array(-jnp.inf)) == np.inf  # p underflows


@pytest.mark.parametrize(
    "formula",
    [
        lambda p, q: p_log(p, q),
        lambda p, q: p_log_ratio(p, p, q),
        lambda p, q: weighted(p, jnp.log(q)),
        lambda p, q: exp_log_ratio(jnp.log(p), jnp.log(q)),
    ],
    ids=["p_log", "p_log_ratio", "weighted", "exp_log_ratio"],
)
def test_no_derivative_in_q_is_nan(formula):
    slopes = jax.grad(lambda q: formula(P[:3], q).sum())(Q[:3])
    assert np.isfinite(slopes).all()
    np.testing.assert_allclose(abs(slopes), P[:3] / Q[:3], rtol=1e-6)
