"""What 09 asks of mixtures, beside closed forms and published values."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lecture11.datasets import old_faithful
from lecture11.latent import log_likelihood
from lecture11.studies.mixtures import best_bic, convergence, kmeans_limit, restarts

pytestmark = pytest.mark.usefixtures("float64")
DATA = old_faithful().observations


def standardised() -> jax.Array:
    return jnp.asarray((DATA - DATA.mean(axis=0)) / DATA.std(axis=0))


@pytest.mark.slow
def test_the_rate_is_what_a_cycle_leaves_of_the_error():
    way = convergence(jnp.array([[-1.5, 1.0], [1.5, -1.0]]), standardised())
    np.testing.assert_allclose(way.errors[-3:] / way.errors[-4:-1], way.rate, rtol=1e-3)


@pytest.mark.slow
def test_restarts_are_counted_once_each_at_what_they_reach():
    x = standardised()
    ends = restarts(x, 3, runs=16, cycles=500)
    assert ends.runs.sum() == 16
    assert (np.diff(ends.log_likelihoods) < -0.01).all()
    levels = jax.vmap(lambda theta: log_likelihood(x, theta))(ends.params)
    np.testing.assert_allclose(levels, ends.log_likelihoods, rtol=1e-9)
    assert (np.diff(ends.params.means[:, :, 0], axis=1) > 0).all()


def test_the_limit_hardens():
    x, centres = standardised(), jnp.array([[-0.5, 0.5], [0.5, -0.5]])
    limit = kmeans_limit(x, centres, np.array([1.0, 0.1, 1e-3]))
    nearest = ((x[:, None] - centres) ** 2).sum(axis=2).argmin(axis=1)
    np.testing.assert_allclose(limit.responsibilities[-1], np.eye(2)[nearest], atol=1e-6)
    assert limit.gaps[0] > limit.gaps[1] > limit.gaps[2]
    assert limit.gaps[2] < 1e-8


@pytest.mark.slow
def test_bic_of_one_and_two_components():
    one, two = best_bic(jnp.asarray(DATA), "full", most=2)
    n, covariance = len(DATA), np.cov(DATA.T, ddof=0)
    level = -n / 2 * (np.linalg.slogdet(2 * np.pi * covariance)[1] + 2)
    assert one == pytest.approx(-2 * level + 5 * np.log(n))
    assert two == pytest.approx(2 * 1130.263960 + 11 * np.log(n), rel=1e-8)  # mclust 6.0.0
