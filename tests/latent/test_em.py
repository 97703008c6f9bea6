"""EM whatever the model: the slide's two terms, and what the fits say and refuse."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logsumexp, rel_entr, softmax

from lecture11.datasets import old_faithful
from lecture11.latent import (
    GaussianMixture,
    GaussianMixtureParameters,
    KMeans,
    KMeansParameters,
    decompose,
    fit_em,
    fit_em_restarts,
    random_starts,
)

MODEL = GaussianMixture()

seeds = st.integers(0, 2**32 - 1)
sizes = st.sampled_from([(1, 1), (1, 4), (6, 1), (4, 3)])  # each is compiled


def standardised():
    x = old_faithful().observations
    return (x - x.mean(axis=0)) / x.std(axis=0)


def bishops_start():
    means = np.array([[-1.5, 1.0], [1.5, -1.0]])
    return GaussianMixtureParameters(np.full(2, 0.5), means, np.stack([np.eye(2)] * 2))


def random_log_joint(rng, size):
    """From points on all scales, whose densities may underflow."""
    return rng.normal(scale=10, size=size) - rng.uniform(0, 2000)


@pytest.mark.usefixtures("float64")
class TestDecomposition:
    @pytest.mark.slow
    @settings(max_examples=50)
    @given(seeds, sizes)
    def test_posterior_gives_the_log_likelihood(self, seed, size):
        log_joint = random_log_joint(np.random.default_rng(seed), size)
        terms = decompose(jnp.asarray(log_joint), jnp.asarray(softmax(log_joint, axis=1)))
        np.testing.assert_allclose(sum(terms), logsumexp(log_joint, axis=1).sum(), rtol=1e-12)

    @pytest.mark.slow
    @settings(max_examples=100)
    @given(seeds, sizes, st.sampled_from([0.02, 0.3, 1.0, 30.0]))
    def test_any_other_gives_less_by_its_divergence_from_the_posterior(self, seed, size, spread):
        rng = np.random.default_rng(seed)
        log_joint = random_log_joint(rng, size)
        q = rng.dirichlet(np.full(size[1], spread), size=size[0])
        terms = decompose(jnp.asarray(log_joint), jnp.asarray(q))
        gap = logsumexp(log_joint, axis=1).sum() - float(sum(terms))
        divergence = rel_entr(q, softmax(log_joint, axis=1)).sum()
        np.testing.assert_allclose(gap, divergence, rtol=1e-9, atol=1e-9)
        assert gap > -1e-9
        if np.abs(q - softmax(log_joint, axis=1)).max() > 1e-3:
            assert gap > 1e-7

    def test_each_term_is_what_it_is_called(self):
        p = np.array([[0.2, 0.3], [0.1, 0.4]])
        q = np.array([[0.5, 0.5], [0.25, 0.75]])
        terms = decompose(jnp.log(p), jnp.asarray(q))
        np.testing.assert_allclose(
            terms.supervised,
            0.5 * np.log(0.2 * 0.3) + 0.25 * np.log(0.1) + 0.75 * np.log(0.4),
        )
        np.testing.assert_allclose(
            terms.entropy, np.log(2) - 0.25 * np.log(0.25) - 0.75 * np.log(0.75)
        )

    def test_impossible_components_without_a_share_count_nothing(self):
        log_joint = jnp.array([[-1.0, -jnp.inf], [-2.0, -jnp.inf]])
        terms = decompose(log_joint, jnp.array([[1.0, 0.0], [1.0, 0.0]]))
        assert (float(terms.supervised), float(terms.entropy)) == (-3, 0)

    def test_a_share_of_an_impossible_component_is_infinitely_bad(self):
        terms = decompose(jnp.array([[-1.0, -jnp.inf]]), jnp.array([[0.5, 0.5]]))
        assert terms.supervised == -jnp.inf
        np.testing.assert_allclose(terms.entropy, np.log(2))

    @pytest.mark.slow
    def test_frozen_posterior_has_the_slope_of_the_log_likelihood(self):
        """What makes raising the supervised part raise L: they touch at the present θ."""
        x, start = jnp.asarray(standardised()), jax.tree.map(jnp.asarray, bishops_start())
        responsibilities = MODEL.posterior(start, x)

        def bound(means):
            return sum(decompose(MODEL.log_joint(start._replace(means=means), x), responsibilities))

        def log_likelihood(means):
            log_joint = MODEL.log_joint(start._replace(means=means), x)
            return jax.nn.logsumexp(log_joint, axis=1).sum()

        slope = jax.grad(bound)(start.means)
        assert jnp.abs(slope).max() > 1
        np.testing.assert_allclose(slope, jax.grad(log_likelihood)(start.means), rtol=1e-9)


@pytest.mark.slow
def test_progress_is_told_until_it_has_converged_and_no_further():
    told: list[int] = []
    run = fit_em(
        MODEL, bishops_start(), standardised(), frames=[1000], tolerance=1e-6,
        on_chunk=lambda done, *_: told.append(done),
    )  # fmt: skip
    assert told == list(range(10, run.steps + 1, 10))
    assert run.steps < 1000


class TestRestartsRefuse:
    def starts(self):
        return random_starts(standardised(), 2, 3, key=jax.random.key(0))

    @pytest.mark.slow
    @pytest.mark.parametrize("cycles", [-1, -100])
    def test_a_negative_number_of_cycles(self, cycles):
        centres = KMeansParameters(self.starts().means)
        with pytest.raises(ValueError, match=rf"^cycles: expected .*, got {cycles}\."):
            fit_em_restarts(KMeans(), centres, standardised(), cycles=cycles)

    def test_one_start_that_is_not_stacked(self):
        with pytest.raises(ValueError, match=r"^params.weights: expected 1 dimension"):
            fit_em_restarts(MODEL, bishops_start(), standardised(), cycles=1)

    def test_bad_data(self):
        with pytest.raises(ValueError, match="data: expected 2 dimensions"):
            fit_em_restarts(MODEL, self.starts(), np.zeros(5), cycles=1)


@pytest.mark.slow
def test_restarts_of_no_cycles_are_the_starts():
    starts = random_starts(standardised(), 2, 3, key=jax.random.key(0))
    ends, infos = fit_em_restarts(MODEL, starts, standardised(), cycles=0)
    jax.tree.map(np.testing.assert_array_equal, ends, starts)
    for i in range(3):
        start = jax.tree.map(lambda field, i=i: field[i], starts)
        alone = fit_em(MODEL, start, standardised(), frames=[0])
        np.testing.assert_allclose(infos.log_likelihood[i], alone.info.log_likelihood, rtol=1e-6)
