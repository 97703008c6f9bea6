"""The logarithm of a sum and the sum of logarithms; and the names that components are given."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lecture11.datasets import anaesthetists
from lecture11.latent import (
    DawidSkene,
    fit_em,
    log_of_sum,
    names_of,
    sum_of_logs,
    vote_start,
)


@pytest.mark.usefixtures("float64")
class TestSwap:
    @pytest.mark.slow
    @settings(max_examples=40)
    @given(st.integers(0, 2**32 - 1), st.integers(1, 5))
    def test_jensen(self, seed, components):
        rng = np.random.default_rng(seed)
        logs = rng.normal(scale=5, size=(6, components))
        weights = rng.dirichlet(np.ones(components))
        upper, lower = (f(logs, weights=weights) for f in (log_of_sum, sum_of_logs))
        np.testing.assert_allclose(upper, np.log(np.exp(logs) @ weights), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(lower, logs @ weights, rtol=1e-9, atol=1e-12)
        assert (upper >= lower - 1e-12).all()

    @pytest.mark.slow
    def test_equality_where_components_agree(self):
        logs = np.full((4, 3), -2.5)
        weights = np.array([0.2, 0.3, 0.5])
        np.testing.assert_allclose(log_of_sum(logs, weights=weights), -2.5)
        np.testing.assert_allclose(sum_of_logs(logs, weights=weights), -2.5)

    @pytest.mark.slow
    def test_zeros(self):
        logs = np.array([[-1.0, -np.inf]])
        np.testing.assert_allclose(log_of_sum(logs, weights=[0.5, 0.5]), -1 + np.log(0.5))
        assert sum_of_logs(logs, weights=[0.5, 0.5])[0] == -np.inf
        assert sum_of_logs(logs, weights=[1.0, 0.0])[0] == -1

    @pytest.mark.slow
    def test_the_swapped_optimum_has_all_classes_equal(self):
        """The M-step from p(z) for everybody; its gradient is 0, and its rows are all the same."""
        model, x = DawidSkene(), jnp.asarray(anaesthetists().counts)
        weights = jnp.array([0.4, 0.3, 0.2, 0.1])
        blank = vote_start(model, x)
        responsibilities = jnp.broadcast_to(weights, (45, 4))
        best = model.m_step(blank, model.statistics(blank, x, responsibilities))
        for k in range(1, 4):
            np.testing.assert_allclose(best.confusions[:, k], best.confusions[:, 0], rtol=1e-12)

        def swapped(logits):
            params = best._replace(confusions=jax.nn.softmax(logits, axis=2))
            logs = model.log_likelihoods(params, x)
            return sum_of_logs(logs, weights=weights).sum()

        np.testing.assert_allclose(jax.grad(swapped)(jnp.log(best.confusions)), 0, atol=1e-9)
        logs = model.log_likelihoods(best, x)
        upper, lower = (f(logs, weights=weights).sum() for f in (log_of_sum, sum_of_logs))
        np.testing.assert_allclose(upper, lower, rtol=1e-12)
        assert upper < fit_em(model, blank, x, frames=[20]).info.log_likelihood - 100

    @pytest.mark.parametrize(
        ("logs", "weights", "message"),
        [
            ([[0.0, 0.0]], [0.5, 0.6], "^weights: expected a distribution"),
            ([[0.0, 0.0]], [1.0], "^weights: expected shape"),
            ([[np.nan, 0.0]], [0.5, 0.5], "^log_likelihoods: 1 of 2"),
        ],
    )
    def test_bad_arguments(self, logs, weights, message):
        for function in (log_of_sum, sum_of_logs):
            with pytest.raises(ValueError, match=message):
                function(logs, weights=weights)


class TestNames:
    @settings(max_examples=30)
    @given(st.integers(0, 2**32 - 1))
    def test_the_best_of_all_permutations(self, seed):
        rng = np.random.default_rng(seed)
        found, truth = rng.integers(0, 4, (2, 30))
        best = max(
            (np.array(names)[found] == truth).mean() for names in itertools.permutations(range(4))
        )
        names = names_of(found, truth, components=4, classes=4)
        assert (names[found] == truth).mean() == best

    def test_a_component_left_over_takes_its_commonest_class(self):
        found = np.array([0, 0, 0, 1, 1, 2])
        truth = np.array([1, 1, 1, 0, 0, 1])
        np.testing.assert_array_equal(names_of(found, truth, components=3, classes=2), [1, 0, 1])
        np.testing.assert_array_equal(names_of([0, 0], [0, 0], components=1, classes=1), [0])

    @pytest.mark.parametrize(
        ("found", "truth"), [([0, 3], [0, 1]), ([0.5, 0], [0, 1]), ([0], [0, 1]), ([0, -1], [0, 1])]
    )
    def test_bad_indices(self, found, truth):
        with pytest.raises((TypeError, ValueError), match=r"^(found|truth): expected"):
            names_of(found, truth, components=3, classes=2)
