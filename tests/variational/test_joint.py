"""One divergence says it all: −ELBO/n up to the entropy of the data, by hand and by SciPy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import rel_entr
from scipy.stats import entropy

from lecture11.variational import (
    Coins,
    completed,
    conditional,
    joint_divergence,
    log_odds,
    two_sets,
)
from lecture11.variational.joint import empirical

MODEL = Coins(10, fair=1)
TABLE, LOG_JOINT = jax.jit(MODEL.table), jax.jit(MODEL.log_joint)
counts_of = st.lists(st.integers(0, 9), min_size=11, max_size=11).filter(any)


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
@settings(max_examples=40)
@given(counts_of, st.floats(0.05, 0.95), st.integers(0, 2**32 - 1))
def test_the_divergence_is_minus_the_bound_and_a_constant(counts, bias, seed):
    counts = np.array(counts)
    theta = log_odds([bias])
    q = np.random.default_rng(seed).dirichlet([0.5, 0.5], size=11)
    log_joint = np.asarray(LOG_JOINT(theta, np.arange(11.0)))
    of_each = [sum(b * (a - np.log(b)) for a, b in zip(*r, strict=True) if b) for r in
               zip(log_joint, q, strict=True)]  # fmt: skip
    bound = counts @ of_each
    constant = entropy(counts)
    divergence = joint_divergence(counts, q, relative_to=TABLE(theta))
    np.testing.assert_allclose(divergence, -bound / counts.sum() - constant, rtol=1e-9, atol=1e-12)
    table = rel_entr(completed(counts, q), TABLE(theta)).sum()
    np.testing.assert_allclose(divergence, table, rtol=1e-9, atol=1e-12)


@pytest.mark.usefixtures("float64")
def test_at_the_posterior_it_is_the_divergence_of_the_data_from_the_model():
    """Which is what maximum likelihood minimises: KL(p̂ ‖ p_θ) over x alone."""
    counts = np.array([0, 0, 0, 0, 1, 1, 0, 1, 1, 1, 0])
    table = TABLE(log_odds([0.8]))
    divergence = joint_divergence(counts, conditional(table), relative_to=table)
    of_x = rel_entr(empirical(counts), table.sum(axis=1)).sum()
    np.testing.assert_allclose(divergence, of_x, rtol=1e-12)


def test_what_the_model_holds_impossible_costs_infinitely_much():
    q = np.full((2, 2), 0.5)
    assert float(joint_divergence([1, 1], q, relative_to=[[0.5, 0.5], [0, 0]])) == np.inf
    assert np.isfinite(float(joint_divergence([1, 0], q, relative_to=[[0.5, 0.5], [0, 0]])))


@pytest.mark.usefixtures("float64")
class TestPlane:
    def curves(self):
        counts = np.bincount([5, 9, 8, 4, 7], minlength=11)
        odds = log_odds(np.linspace(0.2, 0.9, 15))
        models = jax.vmap(MODEL.table)(odds[:, None])
        completions = jnp.stack([completed(counts, conditional(model)) for model in models])
        return completions, models

    @pytest.mark.slow
    def test_distances_in_the_plane_never_exceed_hellingers(self):
        completions, models = self.curves()
        sets = two_sets(completions, models, models[:3])
        np.testing.assert_allclose(sets.path, sets.models[:3], atol=1e-12)
        for flat, tables in ((sets.completions, completions), (sets.models, models)):
            roots = np.sqrt(np.asarray(tables).reshape(len(tables), -1))
            exact = np.linalg.norm(roots[:, None] - roots, axis=2)
            shown = np.linalg.norm(np.asarray(flat)[:, None] - flat, axis=2)
            assert (shown <= exact + 1e-9).all()
        roots = np.sqrt(np.concatenate([completions, models]).reshape(-1, models[0].size))
        spread = np.linalg.svd(roots - roots.mean(axis=0), compute_uv=False) ** 2
        np.testing.assert_allclose(sets.explained, spread[:2].sum() / spread.sum(), rtol=1e-9)

    @pytest.mark.slow
    def test_in_two_dimensions_nothing_is_lost(self):
        p = np.linspace(0.1, 0.9, 7)
        tables = np.stack([p, 1 - p], axis=1)[:, :, None]
        sets = two_sets(tables, tables[::-1], tables)
        roots = np.sqrt(tables[:, :, 0])
        exact = np.linalg.norm(roots[:, None] - roots, axis=2)
        shown = np.linalg.norm(np.asarray(sets.path)[:, None] - sets.path, axis=2)
        np.testing.assert_allclose(shown, exact, atol=1e-9)
        np.testing.assert_allclose(sets.explained, 1, rtol=1e-9)

    @pytest.mark.slow
    def test_curves_that_are_one_point_lie_in_the_plane_entirely(self):
        same = np.full((3, 2, 2), 0.25)
        sets = two_sets(same, same, same[:1])
        assert sets.explained == 1
        assert not any(np.asarray(points).any() for points in sets[:3])

    def test_tables_of_different_sizes_are_refused(self):
        with pytest.raises(ValueError, match=r"models: expected shape \(4, 3, 2\)"):
            two_sets(np.ones((4, 3, 2)) / 6, np.ones((4, 2, 2)) / 4, np.ones((1, 3, 2)) / 6)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: empirical([0, 0]), "counts: expected numbers from 0 on, not all 0"),
        (lambda: empirical([1, -1]), "counts: expected numbers from 0 on"),
        (lambda: completed([1, 1], [[0.5, 0.6], [1, 0]]), "q: expected a distribution"),
        (lambda: completed([1, 1, 1], np.full((2, 2), 0.5)), r"q: expected shape \(3, 2\)"),
        (
            lambda: joint_divergence([1, 1], np.full((2, 2), 0.5), relative_to=np.full((2, 3), 1)),
            r"relative_to: expected shape \(2, 2\)",
        ),
        (
            lambda: joint_divergence([1, 1], np.full((2, 2), 0.5), relative_to=np.ones((2, 2))),
            "relative_to: expected a distribution",
        ),
        (lambda: conditional([[0.5, 0.5], [0, 0]]), "table: a row sums to 0"),
        (lambda: conditional([[0.5, 0.5], [2, -1]]), "table: expected probabilities"),
        (lambda: two_sets(*[np.ones((2, 2, 2))] * 3), "completions: expected a distribution"),
        (lambda: two_sets(*[np.ones((2, 1, 1))] * 3), "completions: expected tables of two cells"),
    ],
)
def test_what_makes_no_sense_is_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()
