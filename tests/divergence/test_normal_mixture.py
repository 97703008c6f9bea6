"""The mixture of normals against SciPy, integrals and its own samples."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logsumexp
from scipy.stats import norm

from lecture11.divergence import (
    NormalMixture,
    covering_rule,
    mixture_log_density,
    sample_mixture,
)
from lecture11.divergence.normal_mixture import as_mixture, mixture_mean, mixture_variance
from lecture11.quadrature import integrate


def drawn(seed: int, components: int) -> NormalMixture:
    """Of five components, so that nothing is compiled twice; those beyond have weight 0."""
    rng = np.random.default_rng(seed)
    weights = np.zeros(5)
    weights[:components] = rng.dirichlet(np.ones(components))
    return NormalMixture(weights, rng.uniform(-5, 5, 5), rng.uniform(0.2, 2, 5))


mixtures = st.builds(drawn, st.integers(0, 10**6), st.integers(1, 5))


@pytest.mark.usefixtures("float64")
class TestNormalMixture:
    @pytest.mark.slow
    @settings(max_examples=25)
    @given(mixtures)
    def test_log_density_is_scipys(self, p):
        x = np.linspace(-30, 30, 41)
        parts = norm(p.means, p.sds).logpdf(x[:, None])
        np.testing.assert_allclose(
            mixture_log_density(x, p), logsumexp(parts, axis=1, b=p.weights), rtol=1e-12, atol=1e-12
        )

    @pytest.mark.slow
    @settings(max_examples=25)
    @given(mixtures)
    def test_mass_mean_and_variance_are_the_integrals(self, p):
        rule = covering_rule(p)
        density = jnp.exp(mixture_log_density(rule.nodes, p))
        np.testing.assert_allclose(integrate(density, rule), 1, rtol=1e-12)
        mean = integrate(rule.nodes * density, rule)
        np.testing.assert_allclose(mixture_mean(p), mean, rtol=1e-10, atol=1e-12)
        variance = integrate((rule.nodes - mean) ** 2 * density, rule)
        np.testing.assert_allclose(mixture_variance(p), variance, rtol=1e-10)

    @pytest.mark.slow
    def test_steps_of_a_tenth_of_the_narrowest_are_enough(self):
        p = NormalMixture(np.full(2, 0.5), np.array([-2.0, 2.0]), np.full(2, 0.5))

        def negentropy(count: int) -> float:
            rule = covering_rule(p, count)
            log_p = mixture_log_density(rule.nodes, p)
            return float(integrate(jnp.exp(log_p) * log_p, rule))

        assert abs(negentropy(281) - negentropy(2001)) < 1e-14  # from −7 to 7 in steps of 0.05
        assert abs(negentropy(29) - negentropy(2001)) > 1e-6  # of 0.5

    @pytest.mark.slow
    def test_far_out_it_stays_finite(self):
        p = drawn(0, 3)
        assert np.isfinite(mixture_log_density(1e6, p))
        assert np.isfinite(jax.grad(mixture_log_density)(1e6, p))

    @pytest.mark.slow
    def test_a_component_of_weight_0_is_not_there(self):
        alone = NormalMixture(np.ones(1), np.zeros(1), np.ones(1))
        ghost = NormalMixture(np.array([1.0, 0.0]), np.array([0.0, 9.0]), np.array([1.0, 0.1]))
        x = np.linspace(-12, 12, 25)
        np.testing.assert_array_equal(mixture_log_density(x, ghost), mixture_log_density(x, alone))
        assert mixture_variance(ghost) == 1
        assert sample_mixture(ghost, 1000, key=jax.random.key(0)).max() < 6
        of_weights = jax.grad(lambda w: mixture_log_density(0.5, ghost._replace(weights=w)))
        assert np.isfinite(of_weights(ghost.weights)).all()

    def test_far_from_0_the_variance_does_not_cancel(self):
        p = NormalMixture(np.array([0.5, 0.5]), 1e9 + np.array([-1.0, 1.0]), np.full(2, 0.5))
        np.testing.assert_allclose(mixture_variance(p), 1.25, rtol=1e-12)

    @pytest.mark.slow
    def test_samples_have_its_distribution(self):
        p = drawn(4, 3)
        x = np.sort(sample_mixture(p, 20_000, key=jax.random.key(0)))
        cdf = norm(p.means, p.sds).cdf(x[:, None]) @ p.weights
        distance = np.abs(cdf - (np.arange(len(x)) + 0.5) / len(x)).max()
        assert distance < 1.95 / np.sqrt(len(x))  # Kolmogorov–Smirnov at 0.1 %
        other = sample_mixture(p, 20_000, key=jax.random.key(1))
        assert not np.array_equal(np.sort(other), x)


@pytest.mark.slow
def test_float32_by_default():
    p = as_mixture("p", drawn(0, 3))
    assert {field.dtype for field in p} == {jnp.dtype("float32")}
    assert mixture_log_density(0.0, p).dtype == jnp.float32
    assert sample_mixture(p, 3, key=jax.random.key(0)).dtype == jnp.float32


FAIR = NormalMixture(np.array([0.3, 0.7]), np.zeros(2), np.ones(2))


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("weights", [0.5, 0.6], r"p\.weights: expected a distribution.*sum 1\.1"),
        ("weights", [-0.5, 1.5], r"p\.weights: expected a distribution"),
        ("weights", [1.0], r"p\.weights: expected shape \(2,\)"),
        ("sds", [1.0, 0.0], r"p\.sds: expected a positive standard deviation"),
        ("sds", [1.0, 1e-40], r"p\.sds: expected a positive .* underflows float32"),
        ("sds", [1.0], r"p\.sds: expected shape \(2,\)"),
        ("means", [[0.0, 1.0]], r"p\.means: expected 1 dimension"),
        ("means", [0.0, np.nan], r"p\.means: 1 of 2 values are NaN"),
    ],
)
def test_what_is_no_mixture_is_refused(field, value, says):
    with pytest.raises(ValueError, match=f"^{says}"):
        as_mixture("p", FAIR._replace(**{field: np.array(value)}))


def test_weights_that_nearly_sum_to_1_are_made_to():
    p = as_mixture("p", FAIR._replace(weights=np.array([0.30003, 0.7])))
    np.testing.assert_allclose(p.weights.sum(), 1, rtol=1e-7)
