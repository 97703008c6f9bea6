"""The coins against SciPy's binomial, a loop over all hidden assignments, and the published run."""

from itertools import product

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.optimize
from scipy.special import expit, logsumexp, softmax
from scipy.stats import binom

from lecture11.variational import (
    Coins,
    log_odds,
    variational_em,
)

HEADS = np.array([5.0, 9, 8, 4, 7])
"""Do & Batzoglou (2008), Figure 1: heads in five rounds of ten tosses."""


@pytest.mark.usefixtures("float64")
class TestModel:
    theta = np.array([0.4, -0.7])
    model = Coins(10, fair=1)

    def log_joint(self) -> np.ndarray:
        biases = [*expit(self.theta), 0.5]
        return np.stack([binom.logpmf(HEADS, 10, b) for b in biases], axis=1) - np.log(3)

    @pytest.mark.slow
    def test_the_joint_is_scipys_binomial(self):
        found = self.model.log_joint(jnp.asarray(self.theta), jnp.asarray(HEADS))
        np.testing.assert_allclose(found, self.log_joint(), rtol=1e-12)

    @pytest.mark.slow
    def test_the_table_sums_to_one(self):
        table = self.model.table(jnp.asarray(self.theta))
        assert table.shape == (11, 3)
        np.testing.assert_allclose(table.sum(), 1, rtol=1e-12)

    @pytest.mark.slow
    def test_evidence_is_the_sum_over_all_hidden_assignments(self):
        joint = np.exp(self.log_joint())
        total = sum(
            np.prod([joint[i, z] for i, z in enumerate(hidden)])
            for hidden in product(range(3), repeat=5)
        )
        found = self.model.log_likelihood(jnp.asarray(self.theta), jnp.asarray(HEADS))
        np.testing.assert_allclose(found, np.log(total), rtol=1e-12)

    @pytest.mark.parametrize("family", ["free", "shared"])
    def test_the_e_step_makes_the_bound_tight(self, family):
        model = Coins(10, fair=1, family=family)
        theta, heads = jnp.asarray(self.theta), jnp.asarray(HEADS)
        phi = model.e_step(theta, heads)
        evidence = model.log_likelihood(theta, heads)
        np.testing.assert_allclose(model.bound(theta, phi, heads), evidence, rtol=1e-12)
        q = jax.nn.softmax(model.logits(phi, heads), axis=1)
        np.testing.assert_allclose(q, softmax(self.log_joint(), axis=1), rtol=1e-10)

    @pytest.mark.slow
    def test_the_m_step_is_the_summit_that_scipy_finds(self):
        theta, heads = jnp.asarray(self.theta), jnp.asarray(HEADS)
        phi = self.model.e_step(theta, heads)
        bound = jax.jit(lambda theta: self.model.bound(theta, phi, heads))
        found = scipy.optimize.minimize(lambda t: -float(bound(t)), self.theta, tol=1e-12)
        np.testing.assert_allclose(self.model.m_step(theta, phi, heads), found.x, atol=1e-5)

    @pytest.mark.slow
    def test_all_heads_or_no_round_at_all_stay_finite(self):
        model, heads = Coins(10), jnp.full(3, 10.0)
        certain = jnp.array([[800.0, 0], [800, 0], [800, 0]])
        theta = model.m_step(jnp.array([0.1, 0.2]), certain, heads)
        np.testing.assert_allclose(theta, [30, 0.2])
        assert jnp.isfinite(model.log_likelihood(theta, heads))
        assert jnp.isfinite(model.bound(theta, certain, heads))


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize(("blend", "touches"), [(0.0, 0.3), (0.5, None), (1.0, 0.5)])
def test_where_the_bound_of_a_blended_posterior_touches(blend, touches):
    """(1 − blend) × the posterior at θ = 0.3 + blend × (½, ½): in part it is no θ's posterior."""
    model, heads = Coins(10, fair=1), jnp.asarray(HEADS)
    q = (1 - blend) * softmax(model.log_joint(log_odds([0.3]), heads), axis=1) + blend / 2
    biases = np.linspace(0.03, 0.97, 95)
    joints = jax.vmap(lambda theta: model.log_joint(theta[None], heads))(log_odds(biases))
    gaps = logsumexp(joints, axis=2).sum(axis=1) - (q * (joints - np.log(q))).sum(axis=(1, 2))
    if touches is None:
        assert gaps.min() > 0.01
    else:
        assert gaps.min() == pytest.approx(0, abs=1e-12)
        assert biases[gaps.argmin()] == pytest.approx(touches)


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
def test_the_published_run():
    """Figure 1b: from 0.60 and 0.50, after one cycle 0.71 and 0.58, after ten 0.80 and 0.52."""
    model, start = Coins(10), log_odds([0.6, 0.5])
    phi = np.zeros((5, 2))
    run = variational_em(model, start, phi, HEADS, frames=(0, 2, 20))
    biases = np.asarray(jax.nn.sigmoid(run.frames.theta))
    np.testing.assert_allclose(biases, [[0.6, 0.5], [0.71, 0.58], [0.80, 0.52]], atol=0.005)
    log_joint = np.stack([binom.logpmf(HEADS, 10, b) for b in biases[-1]], axis=1) - np.log(2)
    np.testing.assert_allclose(
        run.info.log_likelihood, logsumexp(log_joint, axis=1).sum(), rtol=1e-10
    )


@pytest.mark.slow
def test_float32_agrees():
    theta = jnp.array([0.4, -0.7])
    level = Coins(10).log_likelihood(theta, jnp.asarray(HEADS, jnp.float32))
    assert level.dtype == jnp.float32
    joint = np.stack([binom.pmf(HEADS, 10, b) for b in expit(np.asarray(theta))], axis=1)
    np.testing.assert_allclose(level, np.log(joint.mean(axis=1)).sum(), rtol=1e-5)


@pytest.mark.parametrize(
    ("theta", "phi", "heads", "says"),
    [
        ([0.1], np.zeros((2, 1)), [3, 11], "data: expected whole numbers from 0 to 10.* got 11"),
        ([0.1], np.zeros((2, 1)), [3, 2.5], r"data: expected whole numbers.* got 2\.5"),
        ([0.1], np.zeros((2, 2)), [3, 4], r"phi: expected shape \(2, 1\)"),
        ([[0.1]], np.zeros((2, 1)), [3, 4], "theta: expected 1 dimension"),
        ([np.nan], np.zeros((2, 1)), [3, 4], "theta: 1 of 1 values are NaN"),
    ],
)
def test_what_makes_no_sense_is_refused(theta, phi, heads, says):
    with pytest.raises(ValueError, match=says):
        Coins(10).check(theta, phi, heads)


def test_shared_logits_and_impossible_biases_are_refused():
    with pytest.raises(ValueError, match=r"phi: expected shape \(1,\)"):
        Coins(10, family="shared").check([0.1], [0.1, 0.2], [3.0])
    for bias in (0.0, 1.0, -0.2):
        with pytest.raises(ValueError, match="bias: expected probabilities strictly between"):
            log_odds([0.5, bias])
