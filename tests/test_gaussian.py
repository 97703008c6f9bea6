"""The normal density against SciPy."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm

from lecture11.gaussian import Normal, gaussian_log_density, normal_log_density


@pytest.mark.usefixtures("float64")
def test_the_normal_density_agrees_with_scipy():
    x, sd = np.linspace(-5, 4, 7), np.array([[1e-3], [0.5], [30.0]])
    np.testing.assert_allclose(
        normal_log_density(x, Normal(0.3, sd)), norm.logpdf(x, 0.3, sd), rtol=1e-12
    )


@pytest.mark.usefixtures("float64")
class TestLogDensity:
    @pytest.mark.slow
    @settings(max_examples=30)
    @given(
        dims=st.sampled_from([1, 2, 5]),
        seed=st.integers(0, 2**32 - 1),
        scale=st.sampled_from([1e-8, 1, 1e8]),
    )
    def test_agrees_with_scipy(self, dims, seed, scale):
        rng = np.random.default_rng(seed)
        x, mean, factor = (
            rng.normal(size=dims),
            rng.normal(size=dims),
            rng.normal(size=(dims, dims)),
        )
        covariance = factor @ factor.T + 0.1 * np.eye(dims)
        scaled = (scale * x, scale * mean, scale**2 * covariance)
        ours = gaussian_log_density(*map(jnp.asarray, scaled))
        theirs = multivariate_normal(mean, covariance).logpdf(x) - dims * np.log(scale)
        np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-9)

    def test_far_out_it_stays_finite(self):
        np.testing.assert_allclose(
            gaussian_log_density(jnp.array([1e5]), jnp.zeros(1), jnp.eye(1)),
            -0.5e10 - 0.5 * np.log(2 * np.pi),
        )
