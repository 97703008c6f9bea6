"""K-means against scikit-learn, and as the limit it is said to be."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from sklearn.cluster import KMeans as Peer

from lecture11.datasets import old_faithful
from lecture11.latent import (
    GaussianMixture,
    GaussianMixtureParameters,
    KMeans,
    KMeansParameters,
    fit_em,
)

pytestmark = pytest.mark.usefixtures("float64")


def standardised():
    x = old_faithful().observations
    return (x - x.mean(axis=0)) / x.std(axis=0)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")  # cycles as asked
@pytest.mark.parametrize("cycles", [1, 3, 50])
def test_same_path_as_scikit_learn(cycles):
    # The data are rounded, so points lie exactly half-way between centres; noise breaks the ties.
    x = standardised() + 1e-3 * np.random.default_rng(0).normal(size=(272, 2))
    start = x[[3, 100, 200]]
    ours = fit_em(KMeans(), KMeansParameters(start), x, frames=[cycles])
    theirs = Peer(3, init=start, n_init=1, max_iter=cycles, tol=0, algorithm="lloyd").fit(x)
    np.testing.assert_allclose(ours.state.centres, theirs.cluster_centers_, rtol=1e-9)
    if cycles == 50:
        np.testing.assert_allclose(-2 * ours.info.objective, theirs.inertia_, rtol=1e-9)


@pytest.mark.slow
def test_the_limit_of_small_spherical_components():
    """With equal weights and variances σ² → 0, one EM cycle moves the means as K-means does."""
    x, centres = standardised(), standardised()[[0, 1]]
    kmeans = fit_em(KMeans(), KMeansParameters(centres), x, frames=[1]).state.centres
    gaps = []
    for sigma in (1.0, 0.3, 0.1, 0.03):
        start = GaussianMixtureParameters(
            np.array([0.5, 0.5]), centres, np.stack([sigma**2 * np.eye(2)] * 2)
        )
        means = fit_em(GaussianMixture("spherical"), start, x, frames=[1]).state.means
        gaps.append(float(jnp.abs(means - kmeans).max()))
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[-1] < 1e-3 < gaps[0]


def test_empty_cluster_stays_and_is_reported():
    x = standardised()
    run = fit_em(KMeans(), KMeansParameters([[0.0, 0.0], [50.0, 50.0]]), x, frames=[3])
    np.testing.assert_allclose(run.state.centres[1], [50, 50])
    assert run.info.collapsed.tolist() == [False, True]


def test_ties_go_to_the_first():
    x = jnp.array([[0.0], [1.0], [2.0]])
    responsibilities = KMeans().posterior(KMeansParameters(jnp.array([[0.0], [2.0]])), x)
    assert responsibilities.tolist() == [[1, 0], [1, 0], [0, 1]]
    assert jax.tree.all(jax.tree.map(lambda m: m.dtype == x.dtype, responsibilities))


def test_a_cluster_of_one_point_moves_onto_it():
    x = jnp.array([[0.0], [1.0], [9.0]])
    run = fit_em(KMeans(), KMeansParameters([[0.2], [7.0]]), x, frames=[1])
    np.testing.assert_allclose(run.state.centres, [[0.5], [9]])
