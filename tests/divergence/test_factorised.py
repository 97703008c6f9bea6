"""Factorised fits to a correlated Gaussian against optimisation and each other."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from lecture11.divergence import (
    Gaussian,
    forward_factorised,
    gaussian_kl,
    reverse_factorised,
    volume_ratio,
)


def drawn(seed: int, dims: int) -> Gaussian:
    rng = np.random.default_rng(seed)
    factor = rng.normal(size=(dims, dims))
    return Gaussian(rng.normal(size=dims), factor @ factor.T + 0.2 * np.eye(dims))


def correlated(rho: float) -> Gaussian:
    return Gaussian(np.zeros(2), np.array([[1.0, rho], [rho, 1.0]]))


gaussians = st.builds(drawn, st.integers(0, 10**6), st.sampled_from([1, 2, 5]))


@pytest.mark.usefixtures("float64")
class TestFactorised:
    @pytest.mark.slow
    @pytest.mark.parametrize("direction", ["forward", "reverse"])
    def test_each_is_what_optimisation_finds(self, direction):
        p, dims = drawn(5, 5), 5

        def divergence(x):
            q = Gaussian(x[:dims], jnp.diag(jnp.exp(2 * x[dims:])))
            if direction == "forward":
                return gaussian_kl(p, relative_to=q)
            return gaussian_kl(q, relative_to=p)

        both = jax.jit(jax.value_and_grad(divergence))
        found = minimize(both, np.zeros(2 * dims), jac=True, tol=1e-9)
        ours = {"forward": forward_factorised, "reverse": reverse_factorised}[direction](p)
        np.testing.assert_allclose(found.x[:dims], ours.mean, atol=1e-5)
        np.testing.assert_allclose(np.exp(2 * found.x[dims:]), jnp.diag(ours.covariance), rtol=1e-5)
        np.testing.assert_allclose(found.fun, divergence(np.concatenate([
            ours.mean, 0.5 * np.log(jnp.diag(ours.covariance))])), rtol=1e-9)  # fmt: skip

    @pytest.mark.slow
    @settings(max_examples=30)
    @given(gaussians)
    def test_variances_are_those_of_the_marginals_and_of_the_conditionals(self, p):
        np.testing.assert_allclose(
            jnp.diag(forward_factorised(p).covariance), np.diag(p.covariance)
        )
        np.testing.assert_allclose(
            jnp.diag(reverse_factorised(p).covariance),
            1 / np.diag(np.linalg.inv(p.covariance)),
            rtol=1e-8,
        )

    @pytest.mark.slow
    @settings(max_examples=30)
    @given(gaussians)
    def test_the_divergences_are_the_gaps_in_volume(self, p):
        forward, reverse = forward_factorised(p), reverse_factorised(p)
        larger, smaller = volume_ratio(forward, p), volume_ratio(reverse, p)
        assert smaller <= 1 + 1e-9
        assert larger >= 1 - 1e-9
        np.testing.assert_allclose(
            gaussian_kl(p, relative_to=forward), np.log(larger), rtol=1e-8, atol=1e-12
        )
        np.testing.assert_allclose(
            gaussian_kl(reverse, relative_to=p), -np.log(smaller), rtol=1e-8, atol=1e-12
        )

    @pytest.mark.parametrize("rho", [-0.999, -0.5, 0.0, 0.9, 1 - 1e-9])
    def test_two_dimensions_by_hand(self, rho):
        p = correlated(rho)
        kl = -0.5 * np.log((1 - rho) * (1 + rho))
        np.testing.assert_allclose(jnp.diag(forward_factorised(p).covariance), [1, 1])
        rest = (1 - rho) * (1 + rho)
        np.testing.assert_allclose(
            jnp.diag(reverse_factorised(p).covariance), [rest, rest], rtol=1e-6
        )
        np.testing.assert_allclose(gaussian_kl(p, relative_to=forward_factorised(p)), kl, rtol=1e-6)
        np.testing.assert_allclose(gaussian_kl(reverse_factorised(p), relative_to=p), kl, rtol=1e-6)

    @pytest.mark.slow
    def test_without_correlation_both_are_p_itself(self):
        p = Gaussian(np.arange(3.0), np.diag([1e-8, 1.0, 1e8]))
        for q in (forward_factorised(p), reverse_factorised(p)):
            np.testing.assert_allclose(q.covariance, p.covariance)
            np.testing.assert_array_equal(q.mean, p.mean)

    def test_scales_are_respected_however_unequal(self):
        scale = np.array([1e-6, 1.0, 1e6])
        p = drawn(1, 3)
        q = Gaussian(scale * p.mean, p.covariance * np.outer(scale, scale))
        np.testing.assert_allclose(
            jnp.diag(reverse_factorised(q).covariance),
            scale**2 * jnp.diag(reverse_factorised(p).covariance),
            rtol=1e-9,
        )


def test_float32_by_default():
    q = reverse_factorised(correlated(0.9))
    assert q.covariance.dtype == jnp.float32
    np.testing.assert_allclose(jnp.diag(q.covariance), [0.19, 0.19], rtol=1e-5)


@pytest.mark.parametrize("fit", [forward_factorised, reverse_factorised])
def test_what_is_no_gaussian_is_refused(fit):
    with pytest.raises(ValueError, match=r"p\.covariance: .*positive definite"):
        fit(correlated(1.5))
