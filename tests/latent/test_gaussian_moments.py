"""Three ways to the same sums."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lecture11.iteration import FAST_MATH
from lecture11.latent import gaussian_moments
from lecture11.latent.gaussian_moments import (
    BLOCK,
    LANES,
    blocked_moments,
    fused_moments,
    moments,
    plain_moments,
    whitening,
)


def problem(seed, points, components, dims):
    rng = np.random.default_rng(seed)
    factors = rng.normal(size=(components, dims, dims))
    covariances = factors @ factors.transpose(0, 2, 1) + 0.3 * np.eye(dims)
    weights = rng.dirichlet(np.full(components, 2.0))
    units = whitening(
        *map(jnp.asarray, (weights, rng.normal(size=(components, dims)), covariances))
    )
    return units, jnp.asarray(3 * rng.normal(size=(points, dims)))


def assert_same(these, those, **tolerance):
    for one, other in zip(jax.tree.leaves(these), jax.tree.leaves(those), strict=True):
        scale = float(jnp.abs(other).max())
        np.testing.assert_allclose(one, other, atol=scale * tolerance["rtol"], **tolerance)


@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("way", [fused_moments, blocked_moments, moments])
class TestFastWays:
    @settings(max_examples=10)
    @given(
        seed=st.integers(0, 2**32 - 1),
        points=st.sampled_from([1, 2, LANES - 1, LANES, LANES + 1, BLOCK, BLOCK + 1, 5000]),
        components=st.integers(1, 4),
        dims=st.integers(1, 3),
    )
    def test_agree_with_the_formula(self, way, seed, points, components, dims):
        units, data = problem(seed, points, components, dims)
        assert_same(jax.jit(way)(units, data), plain_moments(units, data), rtol=1e-11)

    def test_agree_with_the_formula_under_fast_math(self, way):
        units, data = problem(0, 5000, 3, 2)
        fast = jax.jit(way, compiler_options=FAST_MATH)
        assert_same(fast(units, data), plain_moments(units, data), rtol=1e-11)

    def test_a_weight_of_zero_is_no_nan(self, way):
        units, data = problem(0, 5000, 3, 2)
        units = units._replace(constants=units.constants.at[1].set(-jnp.inf))
        fast = jax.jit(way, compiler_options=FAST_MATH)
        sums, log_evidence = fast(units, data)
        assert_same((sums, log_evidence), plain_moments(units, data), rtol=1e-11)
        assert sums.counts[1] == 0
        assert jnp.isfinite(log_evidence)


@pytest.mark.parametrize("way", [fused_moments, blocked_moments])
def test_float32_over_a_million_points(way):
    """A plain float32 sum over so many is off by a thousandth."""
    units, data = problem(1, 1_000_000, 2, 2)
    sums, log_evidence = jax.jit(way, compiler_options=FAST_MATH)(units, data)
    blocks = [plain_moments(units, part) for part in jnp.split(data, 100)]
    exact = [np.sum([np.asarray(b[0][i], float) for b in blocks], axis=0) for i in range(3)]
    for ours, right in zip(sums, exact, strict=True):
        np.testing.assert_allclose(ours, right, atol=1e-5 * np.abs(right).max())
    np.testing.assert_allclose(log_evidence, sum(float(b[1]) for b in blocks), rtol=1e-5)


def test_which_way_is_taken(monkeypatch):
    taken = []

    def spied(name):
        way = getattr(gaussian_moments, name)
        return lambda units, data: (taken.append(name), way(units, data))[1]

    for name in ("plain_moments", "fused_moments", "blocked_moments"):
        monkeypatch.setattr(gaussian_moments, name, spied(name))
    for points, components, dims in ((272, 2, 2), (10_000, 5, 2), (10_000, 10, 20), (90, 10, 20)):
        moments(*problem(0, points, components, dims))
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    moments(*problem(0, 10_000, 5, 2))
    ways = [name.removesuffix("_moments") for name in taken]
    assert ways == ["fused", "fused", "blocked", "plain", "plain"]
