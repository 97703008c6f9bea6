"""KL of densities by quadrature and by sampling, against closed forms and each other."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from lecture11.divergence import (
    Normal,
    NormalMixture,
    covering_rule,
    kl_by_quadrature,
    kl_by_sampling,
    mixture_log_density,
    normal_kl,
    normal_log_density,
    sample_mixture,
)
from lecture11.quadrature import trapezoid

TWO = NormalMixture(np.array([0.5, 0.5]), np.array([-2.0, 2.0]), np.array([0.5, 0.5]))
WIDE = Normal(0.0, 4.25**0.5)


@pytest.mark.usefixtures("float64")
class TestQuadrature:
    @pytest.mark.slow
    @settings(max_examples=40)
    @given(
        shift=st.floats(-3, 3), sd_p=st.floats(0.3, 3), sd_q=st.floats(0.3, 3), at=st.floats(-9, 9)
    )
    def test_agrees_with_the_closed_form_of_normals(self, shift, sd_p, sd_q, at):
        p, q = Normal(at, sd_p), Normal(at + shift, sd_q)
        rule = trapezoid(at - 12 * sd_p, at + 12 * sd_p, 601)
        found = kl_by_quadrature(
            normal_log_density(rule.nodes, p), rule, relative_to=normal_log_density(rule.nodes, q)
        )
        np.testing.assert_allclose(found, normal_kl(p, relative_to=q), rtol=1e-10, atol=1e-13)

    @pytest.mark.slow
    def test_the_lectures_mixture(self):
        rule = covering_rule(TWO)
        found = kl_by_quadrature(
            mixture_log_density(rule.nodes, TWO),
            rule,
            relative_to=normal_log_density(rule.nodes, WIDE),
        )
        np.testing.assert_allclose(found, 0.723553, atol=1e-6)

    @pytest.mark.slow
    @settings(max_examples=30)
    @given(a=st.floats(0.2, 3), b=st.floats(-2, 2), bend=st.floats(0, 2))
    def test_is_invariant_under_a_monotone_change_of_variables(self, a, b, bend):
        """y = a x + b + bend · tanh x: both densities are divided by dy/dx at x(y)."""
        x = np.linspace(-12, 12, 4001)
        y, slope = a * x + b + bend * np.tanh(x), a + bend / np.cosh(x) ** 2
        p, q = stats.norm(0.5, 1.1).logpdf(x), stats.norm(-0.3, 0.8).logpdf(x)
        # The trapezoidal rule on the unequal steps of y.
        weights = np.concatenate([[0], np.diff(y)]) / 2 + np.concatenate([np.diff(y), [0]]) / 2
        rule = trapezoid(0, 1, len(y))._replace(nodes=jnp.asarray(y), weights=jnp.asarray(weights))
        moved_p, moved_q = jnp.asarray(p - np.log(slope)), jnp.asarray(q - np.log(slope))
        right = normal_kl(Normal(0.5, 1.1), relative_to=Normal(-0.3, 0.8))
        np.testing.assert_allclose(
            kl_by_quadrature(moved_p, rule, relative_to=moved_q), right, rtol=1e-4
        )
        # Entropy is not invariant, so the property is no matter of course.
        entropy = -float(np.exp(moved_p) * moved_p @ weights)
        plain = -float(np.exp(p) * p @ np.gradient(x))
        np.testing.assert_allclose(
            entropy - plain, np.exp(p) * np.log(slope) @ np.gradient(x), atol=1e-3
        )

    @pytest.mark.slow
    def test_where_p_is_0_nothing_is_counted_and_where_only_q_is_it_is_infinite(self):
        rule = trapezoid(0, 2, 2001)
        left = jnp.where(rule.nodes <= 1, 0.0, -jnp.inf)  # uniform on [0, 1]
        both = jnp.full_like(rule.nodes, -jnp.log(2.0))  # uniform on [0, 2]
        np.testing.assert_allclose(
            kl_by_quadrature(left, rule, relative_to=both), np.log(2), rtol=1e-3
        )
        assert kl_by_quadrature(both, rule, relative_to=left) == np.inf
        assert kl_by_quadrature(left, rule, relative_to=left) == 0

    @pytest.mark.slow
    def test_its_gradient_is_finite_where_p_is_0(self):
        rule = trapezoid(-60, 60, 401)
        log_p = jnp.where(
            abs(rule.nodes) < 5, normal_log_density(rule.nodes, Normal(0, 1)), -jnp.inf
        )

        def kl(mean):
            q = normal_log_density(rule.nodes, Normal(mean, 1.0))
            return kl_by_quadrature(log_p, rule, relative_to=q)

        np.testing.assert_allclose(jax.jit(jax.grad(kl))(0.7), 0.7, rtol=1e-4)


@pytest.mark.usefixtures("float64")
class TestSampling:
    @staticmethod
    @functools.cache
    def estimates(count: int, repetitions: int) -> tuple[np.ndarray, np.ndarray]:
        @jax.jit
        @jax.vmap
        def estimate(key):
            x = sample_mixture(TWO, count, key=key)
            log_q = normal_log_density(x, WIDE)
            return kl_by_sampling(mixture_log_density(x, TWO), relative_to=log_q)

        return tuple(map(np.asarray, estimate(jax.random.split(jax.random.key(1), repetitions))))

    @pytest.mark.slow
    def test_is_unbiased(self):
        means, _ = self.estimates(50, 4000)
        error = means.std(ddof=1) / np.sqrt(len(means))
        assert abs(means.mean() - 0.723553) < 4 * error
        assert error < 0.003

    @pytest.mark.slow
    def test_the_standard_error_is_the_spread_of_repetitions(self):
        means, errors = self.estimates(400, 2000)
        assert np.sqrt((errors**2).mean()) == pytest.approx(means.std(ddof=1), rel=0.06)

    @pytest.mark.slow
    def test_four_times_the_samples_halve_it(self):
        few, many = (self.estimates(count, 2000)[1].mean() for count in (400, 1600))
        assert few / many == pytest.approx(2, rel=0.02)

    @pytest.mark.slow
    def test_a_sample_outside_the_support_makes_it_infinite(self):
        estimate = kl_by_sampling(jnp.zeros(3), relative_to=jnp.array([0.0, -jnp.inf, 0.0]))
        assert estimate == (np.inf, np.inf)

    def test_identical_densities_give_0_with_certainty(self):
        assert kl_by_sampling(jnp.arange(5.0), relative_to=jnp.arange(5.0)) == (0, 0)


@pytest.mark.parametrize(
    ("log_p", "log_q", "says"),
    [
        ([0.0, 1], [0.0], r"relative_to: expected shape \(2,\)"),
        ([0.0, -np.inf], [0.0, 0], "log_p: 1 of 2 values are NaN or infinite"),
        ([0.0, 1], [0.0, np.inf], "relative_to: 1 of 2 values"),
        ([], [], "log_p: expected at least one value"),
        ([[0.0]], [[0.0]], "log_p: expected 1 dimension"),
    ],
)
def test_what_are_no_log_densities_at_samples_is_refused(log_p, log_q, says):
    with pytest.raises(ValueError, match=f"^{says}"):
        kl_by_sampling(log_p, relative_to=log_q)


def test_one_sample_has_no_standard_error():
    with pytest.raises(ValueError, match="log_p: expected 2 samples or more"):
        kl_by_sampling(jnp.zeros(1), relative_to=jnp.zeros(1))


@pytest.mark.slow
def test_float32_by_default():
    rule = covering_rule(TWO)
    log_p, log_q = mixture_log_density(rule.nodes, TWO), normal_log_density(rule.nodes, WIDE)
    found = kl_by_quadrature(log_p, rule, relative_to=log_q)
    assert found.dtype == jnp.float32
    np.testing.assert_allclose(found, 0.723553, atol=1e-5)
