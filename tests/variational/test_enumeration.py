"""Evidence, bound and gap against SciPy, a loop over all z, and the slide's two chains."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logsumexp, rel_entr, softmax

from lecture11.variational import (
    evidence_lower_bound,
    jensen_proof,
    kl_proof,
    log_likelihood,
    posterior,
    posterior_divergence,
)
from lecture11.variational.enumeration import bound_of_logits

seeds = st.integers(0, 2**32 - 1)
SHAPE = (6, 4)
"""Points and states: one shape for all random cases, one compilation."""


def random_case(seed: int, spread: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """log p(x, z) on all scales, also where every p(x, z) underflows; and a q, sparse if spread."""
    rng = np.random.default_rng(seed)
    log_joint = rng.normal(scale=10, size=SHAPE) - rng.uniform(0, 2000, size=(SHAPE[0], 1))
    return log_joint, rng.dirichlet(np.full(SHAPE[1], spread), size=SHAPE[0])


def by_hand(log_joint: np.ndarray, q: np.ndarray) -> float:
    """The ELBO of one point, term by term."""
    return sum(b * (a - np.log(b)) for a, b in zip(log_joint, q, strict=True) if b > 0)


@pytest.mark.usefixtures("float64")
class TestRandomCases:
    @pytest.mark.slow
    @settings(max_examples=60)
    @given(seeds, st.sampled_from([0.02, 0.3, 1.0, 30.0]))
    def test_evidence_is_bound_plus_divergence(self, seed, spread):
        log_joint, q = random_case(seed, spread)
        evidence, bound = log_likelihood(log_joint), evidence_lower_bound(log_joint, q=q)
        gap = posterior_divergence(log_joint, q=q)
        np.testing.assert_allclose(evidence, logsumexp(log_joint, axis=1), rtol=1e-13)
        expected = [by_hand(*pair) for pair in zip(log_joint, q, strict=True)]
        np.testing.assert_allclose(bound, expected, rtol=1e-12)
        exact = rel_entr(q, softmax(log_joint, axis=1)).sum(axis=1)
        np.testing.assert_allclose(gap, exact, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(bound + gap, evidence, rtol=1e-12)
        assert (np.asarray(gap) >= 0).all()

    @settings(max_examples=30)
    @given(seeds)
    def test_it_is_tight_for_the_posterior_and_for_no_other_q(self, seed):
        log_joint, other = random_case(seed)
        exact = posterior(log_joint)
        np.testing.assert_allclose(exact, softmax(log_joint, axis=1), rtol=1e-10)
        tight = evidence_lower_bound(log_joint, q=exact)
        np.testing.assert_allclose(tight, log_likelihood(log_joint), rtol=1e-13)
        assert np.asarray(posterior_divergence(log_joint, q=exact)).max() < 1e-12
        mixed = 0.99 * np.asarray(exact) + 0.01 * other
        apart = np.abs(other - exact).max(axis=1) > 0.1
        assert (np.asarray(posterior_divergence(log_joint, q=mixed))[apart] > 1e-8).all()

    @pytest.mark.slow
    @settings(max_examples=60)
    @given(seeds, st.sampled_from([0.02, 1.0]))
    def test_the_proof_by_jensen(self, seed, spread):
        log_joint, q = random_case(seed, spread)
        proof = jensen_proof(log_joint, q=q)
        inside = np.where(q > 0, log_joint, -np.inf)
        np.testing.assert_allclose(proof.log_likelihood, logsumexp(log_joint, axis=1), rtol=1e-13)
        np.testing.assert_allclose(proof.log_of_mean, logsumexp(inside, axis=1), rtol=1e-12)
        np.testing.assert_allclose(proof.bound, evidence_lower_bound(log_joint, q=q), rtol=1e-12)
        assert (np.asarray(proof.log_of_mean - proof.bound) >= -1e-9).all()
        assert (np.asarray(proof.log_likelihood - proof.log_of_mean) >= -1e-9).all()
        lost = np.exp(np.asarray(proof.log_of_mean - proof.log_likelihood))
        np.testing.assert_allclose(proof.covered, lost, rtol=1e-9, atol=1e-12)

    @pytest.mark.slow
    @settings(max_examples=60)
    @given(seeds, st.sampled_from([0.02, 1.0]))
    def test_the_proof_by_kl_is_four_equal_numbers(self, seed, spread):
        log_joint, q = random_case(seed, spread)
        proof = np.array(kl_proof(log_joint, q=q))
        np.testing.assert_allclose(proof, np.broadcast_to(proof[3], proof.shape), atol=1e-9)

    @pytest.mark.slow
    @settings(max_examples=20)
    @given(seeds)
    def test_logits_give_the_same_bound_and_its_gradient(self, seed):
        log_joint, logits = np.random.default_rng(seed).normal(size=(2, *SHAPE))

        def total(values):
            return bound_of_logits(jnp.asarray(log_joint), logits=values).sum()

        q = softmax(logits, axis=1)
        expected = evidence_lower_bound(log_joint, q=q).sum()
        np.testing.assert_allclose(total(jnp.asarray(logits)), expected, rtol=1e-12)
        slope = jax.grad(total)(jnp.asarray(logits))
        shift = np.zeros(SHAPE)
        shift[2, 1] = 1e-5
        up, down = (total(jnp.asarray(logits + step)) for step in (shift, -shift))
        finite = (up - down) / 2e-5
        np.testing.assert_allclose(slope[2, 1], finite, rtol=1e-6, atol=1e-9)


@pytest.mark.slow
def test_impossible_states_without_probability_count_nothing():
    log_joint = [-1.0, -np.inf, -2.0]
    q = [0.5, 0.0, 0.5]
    assert float(evidence_lower_bound(log_joint, q=q)) == pytest.approx(-1.5 + np.log(2))
    assert np.isfinite(np.array(kl_proof(log_joint, q=q))).all()
    assert np.isfinite(np.array(jensen_proof(log_joint, q=q))).all()


@pytest.mark.slow
def test_probability_of_the_impossible_is_infinitely_bad_and_not_nan():
    log_joint, q = [-1.0, -np.inf], [0.5, 0.5]
    assert float(evidence_lower_bound(log_joint, q=q)) == -np.inf
    assert float(posterior_divergence(log_joint, q=q)) == np.inf
    assert float(kl_proof(log_joint, q=q).difference) == np.inf


def test_a_probability_that_underflows_is_still_one():
    """q = e⁻²⁰⁰ is 0 in single precision, and what is impossible costs ∞ all the same."""
    assert float(bound_of_logits([0.0, -np.inf], logits=[0.0, -200.0])) == -np.inf


def test_one_state_only_has_no_gap():
    assert float(log_likelihood([-3.0])) == float(evidence_lower_bound([-3.0], q=[1.0])) == -3


def test_float32_by_default_and_float64_where_asked():
    log_joint, q = random_case(0)
    assert evidence_lower_bound(log_joint, q=q).dtype == jnp.float32
    single = posterior_divergence(log_joint - log_joint.max(axis=1, keepdims=True), q=q)
    exact = rel_entr(q, softmax(log_joint, axis=1)).sum(axis=1)
    np.testing.assert_allclose(single, exact, rtol=1e-4)


@pytest.mark.parametrize(
    ("log_joint", "q", "says"),
    [
        ([0.1, np.nan], [0.5, 0.5], "log_joint: 1 of 2 values are NaN"),
        ([-np.inf, -np.inf], [0.5, 0.5], "log_joint: all logits along axis -1 are −∞"),
        ([0.1, 0.2], [0.5, 0.6], "q: expected a distribution"),
        ([0.1, 0.2], [1.5, -0.5], "q: expected a distribution"),
        ([0.1, 0.2, 0.3], [0.5, 0.5], r"q: expected shape \(3,\)"),
    ],
)
def test_what_makes_no_sense_is_refused(log_joint, q, says):
    for function in (evidence_lower_bound, posterior_divergence, jensen_proof, kl_proof):
        with pytest.raises(ValueError, match=says):
            function(log_joint, q=q)
