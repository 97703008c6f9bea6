"""The fast sums are those of the formulas."""

import inspect

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lecture11.iteration import FAST_MATH
from lecture11.latent import GaussianMixtureParameters, e_step, gaussian_moments, log_likelihood
from lecture11.latent.gaussian_moments import (
    BLOCK,
    LANES,
    blocked_moments,
    fused_moments,
    moments,
    moments_under,
    whitening,
)


def problem(seed, points, components=3, dims=2):
    rng = np.random.default_rng(seed)
    factors = rng.normal(size=(components, dims, dims))
    covariances = factors @ factors.transpose(0, 2, 1) + 0.3 * np.eye(dims)
    weights = rng.dirichlet(np.full(components, 2.0))
    params = weights, rng.normal(size=(components, dims)), covariances
    data = jnp.asarray(3 * rng.normal(size=(points, dims)))
    return GaussianMixtureParameters(*map(jnp.asarray, params)), data


@jax.jit
def by_formula(params, data):
    return moments_under(whitening(*params), data, e_step(data, params)), log_likelihood(
        data, params
    )


def assert_same(these, those, rtol):
    for one, other in zip(jax.tree.leaves(these), jax.tree.leaves(those), strict=True):
        np.testing.assert_allclose(one, other, rtol=rtol, atol=rtol * float(jnp.abs(other).max()))


@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("way", [fused_moments, blocked_moments, moments])
class TestFastWays:
    @pytest.mark.slow
    @pytest.mark.parametrize("points", [1, LANES, LANES + 1, BLOCK, BLOCK + 1])
    def test_agree_with_the_formula(self, way, points):
        for seed in range(3):
            params, data = problem(seed, points)
            assert_same(jax.jit(way)(whitening(*params), data), by_formula(params, data), 1e-11)

    @pytest.mark.slow
    @pytest.mark.parametrize(("components", "dims"), [(1, 1), (4, 1), (2, 3)])
    def test_agree_with_the_formula_in_other_dimensions(self, way, components, dims):
        params, data = problem(0, 100, components, dims)
        assert_same(jax.jit(way)(whitening(*params), data), by_formula(params, data), 1e-11)

    @pytest.mark.slow
    def test_a_weight_of_zero_is_no_nan(self, way):
        params, data = problem(0, BLOCK + 1)
        params = params._replace(weights=jnp.array([0.4, 0.0, 0.6]))
        fast = jax.jit(way, compiler_options=FAST_MATH)
        sums, total = fast(whitening(*params), data)
        assert_same((sums, total), by_formula(params, data), 1e-11)
        assert sums.counts[1] == 0
        assert jnp.isfinite(total)


@pytest.mark.slow
@pytest.mark.parametrize("way", [fused_moments, blocked_moments])
def test_float32_over_a_million_points(way):
    """A plain float32 sum over so many is off by a thousandth."""
    params, data = problem(1, 1_000_000, 2, 2)
    sums, total = jax.jit(way, compiler_options=FAST_MATH)(whitening(*params), data)
    blocks = [by_formula(params, part) for part in jnp.split(data, 100)]
    exact = [np.sum([np.asarray(b[0][i], float) for b in blocks], axis=0) for i in range(3)]
    for ours, right in zip(sums, exact, strict=True):
        np.testing.assert_allclose(ours, right, atol=1e-5 * np.abs(right).max())
    np.testing.assert_allclose(total, sum(float(b[1]) for b in blocks), rtol=1e-5)


@pytest.mark.slow
def test_which_way_is_taken(monkeypatch):
    taken = []
    monkeypatch.setattr(gaussian_moments, "fused_moments", lambda *_: taken.append("fused"))
    monkeypatch.setattr(gaussian_moments, "blocked_moments", lambda *a: taken.append(a[-1]))
    for points, components, dims in ((272, 2, 2), (10_000, 5, 2), (10_000, 10, 20), (90, 10, 20)):
        params, data = problem(0, points, components, dims)
        inspect.unwrap(moments)(whitening(*params), data)
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    inspect.unwrap(moments)(whitening(*params), data)
    assert taken == ["fused", "fused", BLOCK, 90, 90]
