"""Senses: a mixture whose weights depend on c, against scikit-learn where they do not."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import softmax
from scipy.stats import multivariate_normal

from lecture11.iteration import pick
from lecture11.latent import (
    Contexts,
    GaussianMixture,
    GaussianMixtureParameters,
    SenseMixture,
    SensesParameters,
    fit_em,
    fit_em_restarts,
    random_sense_starts,
)

MODEL = SenseMixture()


def random_problem(seed, contexts=20, senses=3, dims=2, conditions=2):
    rng = np.random.default_rng(seed)
    data = Contexts(rng.normal(size=(contexts, dims)), rng.integers(0, conditions, contexts))
    return data, SensesParameters(
        rng.dirichlet(np.ones(senses), size=conditions),
        rng.normal(size=(senses, dims)),
        np.asarray(rng.uniform(0.3, 2)),
    )


@pytest.mark.usefixtures("float64")
class TestSteps:
    @pytest.mark.slow
    def test_counts_are_those_of_each_condition(self):
        data, params = random_problem(0)
        density = [
            multivariate_normal(m, params.variance).logpdf(data.vectors) for m in params.means
        ]
        joint = np.log(params.weights)[data.conditions] + np.stack(density, axis=1)
        given_, contexts = MODEL.check(params, data)
        np.testing.assert_allclose(MODEL.log_joint(given_, contexts), joint, rtol=1e-9)
        statistics, _ = MODEL.e_step(given_, contexts)
        responsibilities = softmax(joint, axis=1)
        for c in (0, 1):
            np.testing.assert_allclose(
                statistics.counts[c], responsibilities[data.conditions == c].sum(axis=0), atol=1e-10
            )

    @pytest.mark.slow
    def test_with_one_condition_the_weights_move_as_in_any_mixture(self):
        """One step from the same responsibilities: π and μ of the Gaussian mixture."""
        data, params = random_problem(4, conditions=1)
        identity = np.stack([np.eye(2) * float(params.variance)] * 3)
        peer = GaussianMixture("spherical")
        start = GaussianMixtureParameters(params.weights[0], params.means, identity)
        theirs = fit_em(peer, start, data.vectors, frames=[0, 1])
        ours = fit_em(MODEL, params, data, frames=[0, 1])
        np.testing.assert_allclose(ours.state.weights[0], theirs.state.weights, rtol=1e-10)
        np.testing.assert_allclose(ours.state.means, theirs.state.means, rtol=1e-9)
        pooled = theirs.state.weights @ np.asarray(theirs.state.covariances)[:, 0, 0]
        np.testing.assert_allclose(ours.state.variance, pooled, rtol=1e-9)
        np.testing.assert_allclose(
            ours.infos.log_likelihood[0], theirs.infos.log_likelihood[0], rtol=1e-10
        )


@pytest.mark.slow
def test_the_condition_is_learned_and_decides_where_the_context_does_not():
    """Two senses side by side; under c = 1 there is only the second one. In float32."""
    rng = np.random.default_rng(0)
    z = rng.integers(0, 2, 300)
    conditions = np.where(z == 0, 0, rng.integers(0, 2, 300))
    vectors = np.array([[-1.5, 0], [1.5, 0]])[z] + rng.normal(size=(300, 2))
    data = Contexts(vectors, conditions)
    starts = random_sense_starts(data, 2, 8, key=jax.random.key(0), conditions=2)
    ends, infos = fit_em_restarts(MODEL, starts, data, cycles=100)
    params = pick(ends, infos.objective.argmax())
    assert params.means.dtype == jnp.float32
    second = int(params.means[:, 0].argmax())
    assert params.weights[1, second] > 0.97
    assert params.weights[0, second] < 0.6
    between = Contexts(jnp.zeros((2, 2)), jnp.array([0, 1]))
    posterior = MODEL.posterior(params, between)[:, second]
    assert posterior[0] < 0.7 < 0.95 < posterior[1]


@pytest.mark.slow
def test_identical_clusters_leave_a_positive_variance():
    vectors = np.repeat([[0.0, 0.0], [1.0, 0.0]], 4, axis=0)
    data = Contexts(vectors, np.zeros(8, int))
    starts = random_sense_starts(data, 2, 4, key=jax.random.key(0))
    ends, infos = fit_em_restarts(MODEL, starts, data, cycles=3)
    assert (ends.variance > 0).all()
    assert np.isfinite(infos.log_likelihood).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda d, p: (d._replace(conditions=np.full(20, 2)), p),
            "^conditions: expected .*, got 2",
        ),
        (
            lambda d, p: (d._replace(conditions=np.zeros(3, int)), p),
            "^conditions: expected whole numbers",
        ),
        (
            lambda d, p: (d._replace(conditions=np.full(20, 0.5)), p),
            "^data.conditions: expected whole numbers",
        ),
        (lambda d, p: (d._replace(vectors=np.ones((20, 2))), p), "^vectors: all contexts"),
        (
            lambda d, p: (d, p._replace(variance=np.asarray(0.0))),
            "^params.variance: expected a positive",
        ),
        (lambda d, p: (d, p._replace(means=np.zeros((3, 5)))), "^params.means: expected shape"),
        (
            lambda d, p: (d, p._replace(weights=np.ones((2, 3)))),
            "^params.weights: expected a distribution",
        ),
    ],
)
def test_bad_arguments_are_named(change, message):
    data, params = change(*random_problem(0))
    with pytest.raises((TypeError, ValueError), match=message):
        fit_em(MODEL, params, data, frames=[1])
