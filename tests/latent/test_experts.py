"""Dawid and Skene's model: their own data, brute force, and answers that would underflow."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lecture11.datasets import anaesthetists
from lecture11.iteration import pick
from lecture11.latent import (
    DawidSkene,
    DawidSkeneParameters,
    count_answers,
    fit_em,
    fit_em_restarts,
    majority_vote,
    random_expert_starts,
    vote_start,
)

MODEL = DawidSkene()


def random_problem(seed, items=6, experts=3, classes=3, most=2):
    """Answers repeated and missing, and parameters to judge them by."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(0, most + 1, size=(items, experts, classes)).astype(float)
    counts[0] = 0  # nobody answered
    counts[1, 0, 0] += 1
    params = DawidSkeneParameters(
        rng.dirichlet(np.full(classes, 2.0)),
        rng.dirichlet(np.full(classes, 1.0), size=(experts, classes)),
    )
    return counts, params


@pytest.mark.usefixtures("float64")
class TestPublished:
    """Dawid & Skene (1979), Table 1 and section 4."""

    @pytest.mark.slow
    def test_from_averaged_votes(self):
        x = anaesthetists().counts
        fit = fit_em(MODEL, vote_start(MODEL, x), x, frames=[2000], chunk=100)
        np.testing.assert_allclose(fit.info.log_likelihood, -192.891, atol=5e-4)
        np.testing.assert_allclose(fit.state.marginals, [0.3996, 0.4220, 0.1118, 0.0667], atol=5e-5)
        np.testing.assert_allclose(fit.state.marginals, [0.40, 0.42, 0.11, 0.07], atol=5e-3)
        grades = MODEL.predict(fit.state, jnp.asarray(x))
        np.testing.assert_array_equal(np.bincount(grades), [18, 19, 5, 3])
        differ = np.flatnonzero(np.asarray(grades) != np.asarray(majority_vote(x))) + 1
        np.testing.assert_array_equal(differ, [2, 12, 36])

    def test_three_grades_rest_on_probabilities_estimated_as_zero(self):
        """Patients 2, 12 and 36: with a prior, or one answer fewer, they change (notebook 08)."""
        x = anaesthetists().counts

        def posterior(smoothing, counts=x, at=x):
            model = DawidSkene(smoothing)
            fit = fit_em(model, vote_start(model, counts), counts, frames=[500], chunk=100)
            return np.asarray(model.posterior(fit.state, jnp.asarray(at)))[[1, 11, 35]]

        np.testing.assert_allclose(posterior(0.0)[[0, 1, 2], [3, 2, 3]], 1, atol=5e-3)
        np.testing.assert_allclose(posterior(0.1)[1, 1], 0.999, atol=1e-3)
        np.testing.assert_allclose(posterior(1.0)[[0, 2], 2], [0.999, 0.976], atol=1e-3)
        without = x.copy()
        without[11, 3] = 0  # patient 12, observer 4
        np.testing.assert_allclose(posterior(0.0, at=without)[1, 1], 0.594, atol=1e-3)

    @pytest.mark.slow
    def test_copiers_are_seen_by_a_rival_model_and_by_who_agrees(self):
        """Three good experts and three copies of a poor one; not seen by one likelihood alone."""
        rights = np.array([0.7, 0.7, 0.7, 0.45])
        confusions = np.eye(3) * (1.5 * rights - 0.5)[:, None, None]
        confusions += ((1 - rights) / 2)[:, None, None]
        truth = DawidSkeneParameters(np.full(3, 1 / 3), confusions)
        model = DawidSkene(0.1)
        four, z = model.sample(truth, 300, key=jax.random.key(0))
        six = jnp.concatenate([four, four[:, 3:], four[:, 3:]], axis=1)

        def fitted(counts):
            return fit_em(model, vote_start(model, counts), counts, frames=[100], chunk=100)

        copiers, rival = fitted(six), fitted(four)
        assert rival.info.log_likelihood > copiers.info.log_likelihood + 30
        right = [
            (model.predict(run.state, x) == z).mean() for run, x in ((copiers, six), (rival, four))
        ]
        assert right[0] < 0.55
        assert right[1] > 0.7
        answers = np.asarray(six).argmax(axis=2)
        agree = np.mean(answers[:, 0] == answers[:, 1])
        pi, matrices = (np.asarray(field) for field in copiers.state)
        assert pi @ (matrices[0] * matrices[1]).sum(axis=1) < 0.37 < 0.45 < agree

    @pytest.mark.slow
    def test_there_is_a_higher_optimum(self):
        x = anaesthetists().counts
        starts = random_expert_starts(MODEL, x, 4, 30, key=jax.random.key(0))
        ends, infos = fit_em_restarts(MODEL, starts, x, cycles=1000)
        np.testing.assert_allclose(infos.log_likelihood.max(), -191.569, atol=5e-4)
        best = pick(ends, infos.log_likelihood.argmax())
        by_size = np.sort(best.marginals)[::-1]
        np.testing.assert_allclose(by_size, [0.447, 0.400, 0.087, 0.067], atol=1e-3)
        published = fit_em(MODEL, vote_start(MODEL, x), x, frames=[500]).state
        found, known = (
            np.asarray(MODEL.predict(each, jnp.asarray(x))) for each in (best, published)
        )
        changes = [
            np.flatnonzero(np.array(names)[found] != known)
            for names in itertools.permutations(range(4))
        ]
        assert min(changes, key=len).tolist() == [11]  # patient 12 alone


@pytest.mark.usefixtures("float64")
class TestSteps:
    @pytest.mark.slow
    def test_counts_are_those_of_the_posterior(self):
        params, data = MODEL.check(*reversed(random_problem(0)))
        responsibilities = np.asarray(MODEL.posterior(params, data))
        statistics, _ = MODEL.e_step(params, data)
        by_hand = np.einsum("ik,ijl->jkl", responsibilities, data)
        np.testing.assert_allclose(statistics.components, responsibilities.sum(axis=0))
        np.testing.assert_allclose(statistics.symbols, by_hand, atol=1e-12)

    @pytest.mark.slow
    def test_answers_that_every_class_rules_out_leave_the_prior(self):
        params = DawidSkeneParameters(jnp.array([0.3, 0.7]), jnp.array([[[1.0, 0.0], [1.0, 0.0]]]))
        data = jnp.array([[[0.0, 1.0]], [[2.0, 0.0]]])
        np.testing.assert_allclose(MODEL.posterior(params, data), [[0.3, 0.7], [0.3, 0.7]])
        assert MODEL.e_step(params, data)[1] == -jnp.inf


class TestManyAnswers:
    """Their product is 0 in any floating type."""

    @pytest.mark.slow
    @pytest.mark.parametrize("wide", [False, True])
    def test_thirty_thousand_answers_to_a_question(self, wide):
        jax.config.update("jax_enable_x64", wide)
        try:
            params = DawidSkeneParameters(
                np.array([0.5, 0.5]), np.array([[[0.50, 0.50], [0.51, 0.49]]])
            )
            counts = np.array([[[15140.0, 14860.0]], [[3.0, 1.0]]])
            params, data = MODEL.check(params, counts)
            ratio = 15140 * np.log(0.51 / 0.5) + 14860 * np.log(0.49 / 0.5)
            posterior = MODEL.posterior(params, data)
            atol = 1e-9 if wide else 2e-3
            np.testing.assert_allclose(posterior[0, 1], 1 / (1 + np.exp(-ratio)), atol=atol)
            assert np.isfinite(MODEL.e_step(params, data)[1])
        finally:
            jax.config.update("jax_enable_x64", False)

    @pytest.mark.slow
    @pytest.mark.parametrize("wide", [False, True])
    def test_em_stays_finite(self, wide):
        jax.config.update("jax_enable_x64", wide)
        try:
            rng = np.random.default_rng(0)
            counts = rng.multinomial(30_000, [0.6, 0.3, 0.1], size=(20, 2)).astype(float)
            fit = fit_em(MODEL, vote_start(MODEL, counts), counts, frames=[20], chunk=20)
            for leaf in (*fit.state, fit.info.log_likelihood):
                assert np.isfinite(leaf).all()
        finally:
            jax.config.update("jax_enable_x64", False)


class TestVotes:
    COUNTS = np.array([[[2.0, 0], [0, 1]], [[0, 1], [1, 0]], [[0, 0], [0, 0]]])

    def test_majority(self):
        np.testing.assert_array_equal(majority_vote(self.COUNTS), [0, 0, 0])

    @pytest.mark.slow
    def test_the_start_is_the_m_step_from_averaged_votes(self):
        """2/3 and 1/3; 1/2 and 1/2, as for the item without answers."""
        start = vote_start(MODEL, self.COUNTS)
        np.testing.assert_allclose(start.marginals, [5 / 9, 4 / 9], rtol=1e-6)
        # expert 1: class 1 saw 2 · 2/3 first answers and 1/2 second ones
        np.testing.assert_allclose(
            start.confusions[0, 0], np.array([4 / 3, 1 / 2]) / (4 / 3 + 1 / 2), rtol=1e-6
        )

    def test_counting_rows(self):
        counts = count_answers([0, 0, 3, 0], [0, 0, 1, 1], [1, 1, 2, 0], shape=(4, 2, 3))
        assert counts[0, 0, 1] == 2
        assert counts[3, 1, 2] == 1
        assert counts.sum() == 4

    @pytest.mark.parametrize(
        ("columns", "message"),
        [
            (([0], [0, 1], [0]), "^experts: expected whole numbers from 0 to 1, one for each of 1"),
            (([0.5], [0], [0]), "^items: expected whole numbers"),
            (([0], [2], [0]), "^experts: expected whole numbers from 0 to 1, got 2 to 2"),
            (([0], [0], [-1]), "^answers: expected whole numbers from 0 to 1, got -1"),
        ],
    )
    def test_bad_rows_are_refused(self, columns, message):
        with pytest.raises((TypeError, ValueError), match=message):
            count_answers(*columns, shape=(2, 2, 2))


class TestRefuses:
    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (
                {"marginals": np.array([0.5, 0.6, 0.2])},
                "^params.marginals: expected a distribution",
            ),
            ({"marginals": np.array([0.5, 0.5])}, "^params.confusions: expected shape"),
            ({"confusions": np.ones((3, 3, 3))}, "^params.confusions: expected a distribution"),
        ],
    )
    def test_bad_parameters(self, change, message):
        counts, params = random_problem(0)
        with pytest.raises(ValueError, match=message):
            fit_em(MODEL, params._replace(**change), counts, frames=[1])

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (lambda counts: counts - 1, "^data: expected counts, numbers from 0 on, got -1"),
            (lambda counts: 0 * counts, "^data: all counts are 0"),
            (lambda counts: counts[0], "^data: expected 3 dimensions"),
            (lambda counts: counts * np.nan, "^data: 54 of 54 values are NaN"),
        ],
    )
    def test_bad_data(self, change, message):
        counts, params = random_problem(0)
        with pytest.raises(ValueError, match=message):
            fit_em(MODEL, params, change(counts), frames=[1])

    @pytest.mark.parametrize("smoothing", [-1.0, np.inf, np.nan])
    def test_bad_smoothing(self, smoothing):
        with pytest.raises(ValueError, match=r"^smoothing: expected a number from 0"):
            DawidSkene(smoothing)

    @pytest.mark.slow
    def test_more_classes_than_items(self):
        with pytest.raises(ValueError, match=r"^classes: expected 1 to 6"):
            random_expert_starts(MODEL, random_problem(0)[0], 7, 2, key=jax.random.key(0))


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
def test_simulated_experts_are_found():
    """Good and bad ones: EM beats the vote, and learns their matrices."""
    right = np.array([0.9, 0.9, 0.4, 0.4, 0.4, 0.4])
    matrices = np.stack([np.eye(3) * (r - (1 - r) / 2) + (1 - r) / 2 for r in right])
    truth = DawidSkeneParameters(jnp.full(3, 1 / 3), jnp.asarray(matrices))
    counts, z = MODEL.sample(truth, 2000, key=jax.random.key(3))
    assert counts.shape == (2000, 6, 3)
    assert (counts.sum(axis=2) == 1).all()
    learned = fit_em(MODEL, vote_start(MODEL, counts), counts, frames=[100], chunk=100).state
    np.testing.assert_allclose(learned.confusions, truth.confusions, atol=0.08)
    by_em = (MODEL.predict(learned, counts) == z).mean()
    assert by_em > (majority_vote(counts) == z).mean() + 0.05
    assert by_em > (MODEL.predict(truth, counts) == z).mean() - 0.02


@pytest.mark.slow
def test_a_class_without_items_is_reported_and_keeps_its_confusions():
    counts, params = random_problem(0)
    params = params._replace(marginals=np.array([1.0, 0.0, 0.0]))
    run = fit_em(MODEL, params, counts, frames=[0, 3])
    np.testing.assert_array_equal(run.infos.collapsed[0], [False, True, True])
    np.testing.assert_allclose(run.state.confusions[:, 1], params.confusions[:, 1], rtol=1e-6)
