"""The Gaussian mixture against published fits, SciPy, scikit-learn and its own likelihood."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logsumexp
from scipy.stats import multivariate_normal
from sklearn.mixture import GaussianMixture as Peer

from lecture11.datasets import old_faithful
from lecture11.iteration import Status
from lecture11.latent import GaussianMixture, GaussianMixtureParameters, fit_em

MODEL = GaussianMixture()


def parameters(weights, means, covariances):
    return GaussianMixtureParameters(*map(np.asarray, (weights, means, covariances)))


def bishops_start():
    return parameters([0.5, 0.5], [[-1.5, 1.0], [1.5, -1.0]], [np.eye(2), np.eye(2)])


def standardised():
    x = old_faithful().observations
    return (x - x.mean(axis=0)) / x.std(axis=0)


def random_problem(seed, points=40, components=3, dims=2):
    rng = np.random.default_rng(seed)
    data = rng.normal(size=(points, dims)) + 3 * rng.integers(0, 2, size=(points, 1))
    factors = rng.normal(size=(components, dims, dims))
    covariances = factors @ factors.transpose(0, 2, 1) + 0.5 * np.eye(dims)
    start = (
        rng.dirichlet(np.ones(components) * 4),
        rng.normal(size=(components, dims)),
        covariances,
    )
    return data, parameters(*start)


def log_joint_by_scipy(data, params):
    densities = [
        np.log(w) + multivariate_normal(m, c).logpdf(data) for w, m, c in zip(*params, strict=True)
    ]
    return np.stack(densities, axis=1)


@pytest.mark.usefixtures("float64")
class TestOldFaithful:
    def test_bishops_run_cycle_by_cycle(self):
        run = fit_em(MODEL, bishops_start(), standardised(), frames=(0, 1, 2, 5, 10, 20))
        expected = [-1150.202, -536.888, -527.872, -448.457, -395.574, -385.461]
        np.testing.assert_allclose(run.infos.log_likelihood, expected, atol=5e-4)

    def test_published_fit_of_the_raw_data(self):
        """mclust 6.0.0 and scikit-learn 1.9.1 agree on these values."""
        x = old_faithful().observations
        start = parameters(
            [0.5, 0.5], [[2.0, 55.0], [4.5, 80.0]], [np.diag([0.1, 40.0]), np.diag([0.1, 40.0])]
        )
        run = fit_em(MODEL, start, x, frames=[2000], chunk=50, tolerance=0.0)
        assert run.status is Status.STOPPED
        np.testing.assert_allclose(run.info.log_likelihood, -1130.263960, atol=1e-6)
        weights, means, covariances = run.state
        np.testing.assert_allclose(weights, [0.355873, 0.644127], atol=1e-6)
        np.testing.assert_allclose(means, [[2.036388, 54.478516], [4.289662, 79.968115]], atol=1e-6)
        expected = [
            [[0.069168, 0.435168], [0.435168, 33.697282]],
            [[0.169968, 0.940609], [0.940609, 36.046211]],
        ]
        np.testing.assert_allclose(covariances, expected, atol=1e-6)

    @pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")  # as asked
    def test_scikit_learn_takes_the_same_path(self):
        """From the same start; its lower bound is that of the parameters before the M-step."""
        x, start = standardised(), bishops_start()
        run = fit_em(MODEL, start, x, frames=range(11))
        precisions = np.linalg.inv(start.covariances)
        for cycles in (1, 2, 5, 10):
            peer = Peer(
                2, max_iter=cycles, tol=0, reg_covar=0, weights_init=start.weights,
                means_init=start.means, precisions_init=precisions,
            )  # fmt: skip
            peer.fit(x)
            for ours, theirs in zip(
                run.frames, (peer.weights_, peer.means_, peer.covariances_), strict=True
            ):
                np.testing.assert_allclose(ours[cycles], theirs, rtol=1e-8)
            np.testing.assert_allclose(
                run.infos.log_likelihood[cycles], peer.score(x) * len(x), rtol=1e-10
            )


def test_float32_finds_the_same_fit():
    run = fit_em(MODEL, bishops_start(), standardised(), frames=[20])
    assert run.state.means.dtype == jnp.float32
    np.testing.assert_allclose(run.info.log_likelihood, -385.461, rtol=1e-5)


@pytest.mark.usefixtures("float64")
class TestSteps:
    @settings(deadline=None, max_examples=20)
    @given(seed=st.integers(0, 2**32 - 1))
    def test_e_step_agrees_with_scipy(self, seed):
        data, params = random_problem(seed)
        params, data = MODEL.check(params, data)
        log_joint = log_joint_by_scipy(np.asarray(data), params)
        log_evidence = logsumexp(log_joint, axis=1)
        shares = np.exp(log_joint - log_evidence[:, None])
        statistics, log_likelihood = MODEL.e_step(params, data)
        np.testing.assert_allclose(log_likelihood, log_evidence.sum(), rtol=1e-10)
        np.testing.assert_allclose(MODEL.posterior(params, data), shares, atol=1e-12)
        np.testing.assert_allclose(statistics.counts, shares.sum(axis=0), rtol=1e-10)
        np.testing.assert_allclose(statistics.counts.sum(), len(data))

    @settings(deadline=None, max_examples=20)
    @given(seed=st.integers(0, 2**32 - 1), components=st.integers(1, 4), dims=st.integers(1, 3))
    def test_log_likelihood_never_falls(self, seed, components, dims):
        data, start = random_problem(seed, components=components, dims=dims)
        levels = fit_em(MODEL, start, data, frames=range(60)).infos.log_likelihood
        assert np.isfinite(levels).all()
        assert (np.diff(levels) >= -1e-9 * np.abs(levels[1:])).all()

    @settings(deadline=None, max_examples=20)
    @given(seed=st.integers(0, 2**32 - 1))
    def test_m_step_is_a_stationary_point_of_the_expected_log_joint(self, seed):
        """The gradient of E[log p(x, z)] under the frozen posterior vanishes at the new θ."""
        params, data = MODEL.check(*reversed(random_problem(seed)))
        shares = MODEL.posterior(params, data)
        new = MODEL.m_step(params, MODEL.e_step(params, data)[0])

        def supervised(logits, means, factors):
            covariances = factors @ factors.transpose(0, 2, 1)
            theta = GaussianMixtureParameters(jax.nn.softmax(logits), means, covariances)
            return (shares * MODEL.log_joint(theta, data)).sum()

        at = (jnp.log(new.weights), new.means, jnp.linalg.cholesky(new.covariances))
        for slope in jax.grad(supervised, argnums=(0, 1, 2))(*at):
            np.testing.assert_allclose(slope, 0, atol=1e-6)

    def test_one_component_is_the_sample_mean_and_covariance(self):
        data, _ = random_problem(0)
        start = parameters([1.0], [[9.0, 9.0]], [np.eye(2)])
        fit = fit_em(MODEL, start, data, frames=[1]).state
        np.testing.assert_allclose(fit.means[0], data.mean(axis=0))
        np.testing.assert_allclose(fit.covariances[0], np.cov(data.T, ddof=0))


def test_far_from_the_origin_in_float32():
    """E[x²] − E[x]² would give variances of the wrong sign here."""
    data = standardised() + 2000
    start = bishops_start()._replace(means=bishops_start().means + 2000)
    run = fit_em(MODEL, start, data, frames=[20])
    np.testing.assert_allclose(run.info.log_likelihood, -385.461, rtol=1e-3)


def test_a_component_that_shrinks_onto_a_point_keeps_its_covariance():
    data = np.concatenate([standardised(), [[8.0, 8.0]]])
    start = parameters([0.98, 0.02], [[0.0, 0.0], [8.0, 8.0]], [np.eye(2), 0.01 * np.eye(2)])
    run = fit_em(MODEL, start, data, frames=range(30))
    assert all(np.isfinite(field).all() for field in run.frames)
    assert np.isfinite(run.infos.log_likelihood).all()
    np.testing.assert_allclose(run.state.covariances[1], 0.01 * np.eye(2))
    assert (np.diff(run.infos.log_likelihood) >= -1e-3).all()


def test_a_component_without_points_stays_put():
    start = parameters([0.9, 0.1], [[0.0, 0.0], [1e6, 1e6]], [np.eye(2), np.eye(2)])
    run = fit_em(MODEL, start, standardised(), frames=[5])
    assert all(np.isfinite(field).all() for field in run.state)
    np.testing.assert_allclose(run.state.means[1], [1e6, 1e6])
    np.testing.assert_allclose(run.state.weights, [1, 0])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weights": [0.5, 0.6]}, "^weights: .* sum 1.1; divide"),
        ({"weights": [1.5, -0.5]}, "^weights: expected a distribution"),
        ({"weights": [1.0]}, r"^means: expected shape \(1, 2\)"),
        ({"means": [[0.0, np.nan], [0, 0]]}, r"^means: 1 of 4 values .* \[0, 1\]"),
        ({"covariances": np.ones((2, 2))}, "^covariances: expected 3 dimensions"),
        ({"covariances": [np.eye(2), -np.eye(2)]}, r"^covariances\[1\]: not positive definite"),
        ({"covariances": [np.eye(2), [[1, 0.5], [0, 1]]]}, r"^covariances\[1\]: not symmetric"),
    ],
)
def test_bad_parameters_are_named(change, message):
    start = bishops_start()._replace(**{name: np.asarray(v) for name, v in change.items()})
    with pytest.raises(ValueError, match=message):
        fit_em(MODEL, start, standardised(), frames=[1])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (np.zeros(5), "^data: expected 2 dimensions"),
        (np.zeros((0, 2)), "^data: expected at least one value"),
        (np.zeros((5, 3)), r"^means: expected shape \(2, 3\)"),
        (np.ones((5, 2)), "^data: column 0 is the same for all 5 points"),
        (np.ones((1, 2)), "^data: column 0 is the same for all 1 points"),
        ([[0.0, 1.0], [np.inf, 2.0]], "^data: 1 of 4 values"),
    ],
)
def test_bad_data_are_named(data, message):
    with pytest.raises(ValueError, match=message):
        fit_em(MODEL, bishops_start(), data, frames=[1])


def test_bad_tolerance_is_named():
    with pytest.raises(ValueError, match=r"^tolerance: "):
        fit_em(MODEL, bishops_start(), standardised(), frames=[1], tolerance=-1)


def test_tolerance_ends_early_at_the_same_place():
    run = fit_em(MODEL, bishops_start(), standardised(), frames=[1000], tolerance=1e-6)
    assert run.status is Status.STOPPED
    assert run.steps < 100
    np.testing.assert_allclose(run.info.log_likelihood, -385.461, rtol=1e-5)


def test_without_tolerance_every_cycle_is_run():
    assert fit_em(MODEL, bishops_start(), standardised(), frames=[200]).steps == 200


def test_equal_models_share_one_compilation():
    from lecture11.iteration import _jitted  # the cache itself is what is tested

    fit_em(GaussianMixture(), bishops_start(), standardised(), frames=[3])
    before = _jitted[()]._cache_size()
    fit_em(GaussianMixture(), bishops_start(), standardised(), frames=[7])
    assert _jitted[()]._cache_size() == before
