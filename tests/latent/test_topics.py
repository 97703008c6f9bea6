"""Mixture of unigrams and PLSA: enumeration, scikit-learn's NMF, documents of known topics."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import rel_entr
from sklearn.decomposition import non_negative_factorization
from sklearn.naive_bayes import MultinomialNB

from lecture11.iteration import pick
from lecture11.latent import (
    PLSA,
    MixtureOfUnigrams,
    PLSAParameters,
    UnigramsParameters,
    fit_em,
    fit_em_restarts,
    names_of,
    random_plsa_starts,
    random_topic_starts,
    top_words,
)

DOCUMENTS, WORDS, TOPICS = 12, 7, 3


def random_problem(seed):
    rng = np.random.default_rng(seed)
    counts = rng.integers(0, 4, size=(DOCUMENTS, WORDS)).astype(float)
    counts[0] = 0  # an empty document
    counts[1, 2] += 1
    words = rng.dirichlet(np.ones(WORDS), size=TOPICS)
    unigrams = UnigramsParameters(rng.dirichlet(np.ones(TOPICS) * 2), words)
    return counts, unigrams, PLSAParameters(rng.dirichlet(np.ones(TOPICS), DOCUMENTS), words)


@pytest.mark.usefixtures("float64")
class TestUnigrams:
    @pytest.mark.slow
    def test_with_topics_given_the_m_step_is_naive_bayes(self):
        counts, params, _ = random_problem(3)
        labels = np.arange(DOCUMENTS) % TOPICS
        model = MixtureOfUnigrams(smoothing=0.4)
        params, data = model.check(params, counts)
        ours = model.m_step(params, model.statistics(params, data, jnp.eye(TOPICS)[labels]))
        peer = MultinomialNB(alpha=0.4).fit(counts, labels)
        np.testing.assert_allclose(jnp.log(ours.words), peer.feature_log_prob_, rtol=1e-10)
        np.testing.assert_allclose(jnp.log(ours.weights), peer.class_log_prior_, rtol=1e-10)
        np.testing.assert_allclose(
            jax.nn.softmax(model.log_joint(ours, data), axis=1),
            peer.predict_proba(counts),
            rtol=1e-9,
        )

    @pytest.mark.slow
    def test_a_long_document_does_not_underflow(self):
        counts, params, _ = random_problem(0)
        counts[2] = 100_000
        run = fit_em(MixtureOfUnigrams(0.1), params, counts, frames=[5])
        assert all(np.isfinite(leaf).all() for leaf in (*run.state, run.info.log_likelihood))

    @pytest.mark.slow
    def test_topics_without_weight_stay_out(self):
        counts, _, _ = random_problem(1)
        model = MixtureOfUnigrams(0.1)
        starts = random_topic_starts(model, counts, 2, 3, key=jax.random.key(0), room=5)
        ends, _ = fit_em_restarts(model, starts, counts, cycles=10)
        assert ends.weights.shape == (3, 5)
        np.testing.assert_array_equal(ends.weights[:, 2:], 0)
        np.testing.assert_allclose(ends.weights.sum(axis=1), 1)
        few = UnigramsParameters(starts.weights[:, :2], starts.words[:, :2])
        alone, _ = fit_em_restarts(model, few, counts, cycles=10)
        np.testing.assert_allclose(ends.words[:, :2], alone.words, rtol=1e-9)


@pytest.mark.usefixtures("float64")
class TestPLSA:
    @pytest.mark.slow
    def test_sums_are_those_of_the_posterior_of_every_word(self):
        counts, _, params = random_problem(4)
        joint = params.proportions[:, None, :] * params.words.T[None]  # D × W × K
        posterior = joint / joint.sum(axis=2, keepdims=True)
        weighted = counts[:, :, None] * posterior
        statistics, log_likelihood = PLSA().e_step(*PLSA().check(params, counts))
        np.testing.assert_allclose(statistics.documents, weighted.sum(axis=1), rtol=1e-10)
        np.testing.assert_allclose(statistics.words, weighted.sum(axis=0).T, rtol=1e-10)
        np.testing.assert_allclose(
            log_likelihood, (counts * np.log(joint.sum(axis=2))).sum(), rtol=1e-12
        )

    def test_likelihood_is_minus_the_divergence_of_nmf_up_to_a_constant(self):
        """D(n ‖ WH) with W = n_d θ_d: generalised KL, whatever the parameters."""
        gaps = []
        for seed in (5, 6):
            counts, _, params = random_problem(5)
            params = random_problem(seed)[2]
            lengths = counts.sum(axis=1, keepdims=True)
            mixed = lengths * (params.proportions @ params.words)
            divergence = rel_entr(counts, mixed).sum() - counts.sum() + mixed.sum()
            gaps.append(divergence + PLSA().e_step(*PLSA().check(params, counts))[1])
        np.testing.assert_allclose(gaps[0], gaps[1], rtol=1e-12)

    @pytest.mark.slow
    @pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
    def test_scikit_learns_nmf_finds_the_same_optimum(self):
        """Its own steps alternate, ours do not; but where ours have ended, its stay."""
        rng = np.random.default_rng(0)
        words = rng.dirichlet(np.ones(8) / 2, 2)
        counts = rng.poisson(200 * rng.dirichlet([0.3, 0.3], 30) @ words).astype(float)
        start = pick(random_plsa_starts(counts, 2, 1, key=jax.random.key(1)), 0)
        ours = fit_em(PLSA(), start, counts, frames=[5000], chunk=5000)

        def peer(params, iterations):
            lengths = counts.sum(axis=1, keepdims=True)
            weights, words, _ = non_negative_factorization(
                counts, np.asarray(params.proportions) * lengths, np.array(params.words),
                n_components=2, init="custom", solver="mu", beta_loss="kullback-leibler",
                tol=0, max_iter=iterations,
            )  # fmt: skip
            scale = words.sum(axis=1)
            proportions = weights * scale / (weights * scale).sum(axis=1, keepdims=True)
            return PLSAParameters(proportions, words / scale[:, None])

        stayed = peer(ours.state, 20)
        np.testing.assert_allclose(stayed.words, ours.state.words, atol=1e-5)
        np.testing.assert_allclose(stayed.proportions, ours.state.proportions, atol=1e-5)
        theirs = peer(start, 3000)
        log_likelihood = PLSA().e_step(*PLSA().check(theirs, counts))[1]
        np.testing.assert_allclose(ours.info.log_likelihood, log_likelihood, rtol=1e-4)

    @pytest.mark.slow
    def test_folding_in_leaves_the_words_and_raises_the_likelihood(self):
        counts, _, params = random_problem(2)
        run = fit_em(PLSA(learns_words=False), params, counts, frames=range(20))
        np.testing.assert_allclose(run.state.words, params.words)
        assert (np.diff(run.infos.log_likelihood) > -1e-9).all()
        assert run.infos.log_likelihood[-1] > run.infos.log_likelihood[0] + 1


@pytest.mark.slow
def test_topics_of_simulated_documents_are_found():
    """In float32: three topics with words of their own."""
    rng = np.random.default_rng(2)
    z = rng.integers(0, 3, size=90)
    words = np.array([[6, 6, 1, 1, 1, 1], [1, 1, 6, 6, 1, 1], [1, 1, 1, 1, 6, 6]]) / 16
    counts = np.array([rng.multinomial(25, words[k]) for k in z])
    model = MixtureOfUnigrams(0.1)
    starts = random_topic_starts(model, counts, 3, 8, key=jax.random.key(0))
    ends, infos = fit_em_restarts(model, starts, counts, cycles=50)
    assert ends.words.dtype == jnp.float32
    best = pick(ends, infos.objective.argmax())
    found = np.asarray(model.posterior(best, jnp.asarray(counts, float)).argmax(axis=1))
    assert (names_of(found, z, components=3, classes=3)[found] == z).mean() > 0.95


def test_telling_words_are_not_those_that_are_frequent_everywhere():
    words = np.array([[0.6, 0.35, 0.05], [0.6, 0.05, 0.35]])
    np.testing.assert_array_equal(top_words(words, 1), [[1], [2]])
    with pytest.raises(ValueError, match=r"^count: expected a whole number from 1 to 3, got 4"):
        top_words(words, 4)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c, u, p: fit_em(MixtureOfUnigrams(), u, -c, frames=[1]), r"^data: expected"),
        (
            lambda c, u, p: fit_em(MixtureOfUnigrams(), u, c[:, 1:], frames=[1]),
            "^params.words: expected",
        ),
        (
            lambda c, u, p: fit_em(PLSA(), p, c[1:], frames=[1]),
            "^params.proportions: expected shape",
        ),
        (lambda c, u, p: MixtureOfUnigrams(-1.0), "^smoothing: expected"),
        (lambda c, u, p: PLSA(np.nan), "^smoothing: expected"),
        (
            lambda c, u, p: random_plsa_starts(c, 13, 1, key=jax.random.key(0)),
            "^topics: expected 1 to 12",
        ),
    ],
)
def test_bad_arguments_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        change(*random_problem(0))
