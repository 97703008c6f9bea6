"""The Gaussian mixture against published fits, SciPy, scikit-learn and its own likelihood."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import invwishart
from sklearn.mixture import GaussianMixture as Peer

from lecture11.datasets import old_faithful
from lecture11.iteration import Status, pick
from lecture11.latent import (
    GaussianMixture,
    GaussianMixtureParameters,
    e_step,
    fit_em,
    fit_em_restarts,
    log_likelihood,
    m_step,
    random_starts,
)

MODEL = GaussianMixture()
SHAPES = ["full", "tied", "diagonal", "spherical"]


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


@pytest.mark.usefixtures("float64")
class TestOldFaithful:
    @pytest.mark.slow
    def test_bishops_run_cycle_by_cycle(self):
        run = fit_em(MODEL, bishops_start(), standardised(), frames=(0, 1, 2, 5, 10, 20))
        expected = [-1150.202, -536.888, -527.872, -448.457, -395.574, -385.461]
        np.testing.assert_allclose(run.infos.log_likelihood, expected, atol=5e-4)

    @pytest.mark.slow
    def test_near_the_end_a_cycle_leaves_the_fraction_of_missing_information(self):
        run = fit_em(MODEL, bishops_start(), standardised(), frames=range(28))
        steps = np.abs(np.diff(run.frames.means[:, 0, 0]))
        np.testing.assert_allclose(steps[19:25] / steps[18:24], 0.241, atol=1e-3)

    @pytest.mark.slow
    def test_a_nudge_takes_some_25_cycles_to_leave_the_saddle(self):
        start = bishops_start()._replace(means=np.array([[0.0, 0.0], [0.1, 0.0]]))
        run = fit_em(MODEL, start, standardised(), frames=(10, 20, 25))
        np.testing.assert_allclose(run.infos.log_likelihood, [-544.1, -434.1, -385.5], atol=0.06)

    @pytest.mark.slow
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


def fitted_by_peer(shape, x, start, cycles):
    """scikit-learn's mixture from the same start; each shape has its own form there."""
    name, precisions = {
        "full": ("full", np.linalg.inv(start.covariances)),
        "tied": ("tied", np.linalg.inv(np.tensordot(start.weights, start.covariances, 1))),
        "diagonal": ("diag", 1 / np.diagonal(start.covariances, axis1=1, axis2=2)),
        "spherical": ("spherical", x.shape[1] / np.trace(start.covariances, axis1=1, axis2=2)),
    }[shape]
    peer = Peer(
        len(start.weights), covariance_type=name, max_iter=cycles, tol=0, reg_covar=0,
        weights_init=start.weights, means_init=start.means, precisions_init=precisions,
    ).fit(x)  # fmt: skip
    identity = np.eye(x.shape[1])
    covariances = {
        "full": lambda c: c,
        "tied": lambda c: np.stack([c] * len(start.weights)),
        "diag": lambda c: c[:, None] * identity,
        "spherical": lambda c: c[:, None, None] * identity,
    }[name](peer.covariances_)
    return peer, parameters(peer.weights_, peer.means_, covariances)


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")  # cycles as asked
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("components", [1, 2, 3])
def test_scikit_learn_takes_the_same_path(shape, components):
    """Step by step; its own log counts the likelihood before the M-step, ``score`` after it."""
    x = standardised()
    start = random_problem(7, components=components)[1]
    model = GaussianMixture(shape)
    run = fit_em(model, start, x, frames=range(21))
    for cycles in (1, 2, 3, 5, 10, 20):
        peer, theirs = fitted_by_peer(shape, x, start, cycles)
        for ours, other in zip(run.frames, theirs, strict=True):
            np.testing.assert_allclose(ours[cycles], other, rtol=1e-7, atol=1e-9)
        total = run.infos.log_likelihood[cycles]
        np.testing.assert_allclose(total, peer.score(x) * len(x), rtol=1e-10)
        bic = model.bic(theirs, total, len(x))
        np.testing.assert_allclose(bic, peer.bic(x), rtol=1e-10)
        np.testing.assert_array_equal(model.predict(theirs, jnp.asarray(x)), peer.predict(x))


@pytest.mark.usefixtures("float64")
class TestSteps:
    @pytest.mark.slow
    @pytest.mark.parametrize("size", [(40, 3, 2), (300, 6, 6)])
    def test_the_fast_cycle_is_the_formula(self, size):
        """Of few sums, in one loop; of many, by blocks."""
        data, start = random_problem(0, *size)
        run = fit_em(MODEL, start, data, frames=(0, 1, 2))
        theta = jax.tree.map(jnp.asarray, start)
        for cycle in (0, 1, 2):
            right = log_likelihood(data, theta)
            np.testing.assert_allclose(run.infos.log_likelihood[cycle], right, rtol=1e-12)
            for found, field in zip(pick(run.frames, cycle), theta, strict=True):
                np.testing.assert_allclose(found, field, rtol=1e-9, atol=1e-12)
            np.testing.assert_allclose(
                MODEL.posterior(theta, jnp.asarray(data)), e_step(data, theta), rtol=1e-12
            )
            theta = m_step(data, e_step(data, theta))


class TestPrior:
    @pytest.mark.slow
    def test_is_so_many_more_points(self, float64):
        """One component: the covariance is that of the data and the prior's points together."""
        data, _ = random_problem(3)
        start = parameters([1.0], [[0.0, 0.0]], [np.eye(2)])
        model = GaussianMixture(prior_points=10, prior_variance=4.0)
        fit = fit_em(model, start, data, frames=[1]).state
        expected = (len(data) * np.cov(data.T, ddof=0) + 10 * 4.0 * np.eye(2)) / (len(data) + 10)
        np.testing.assert_allclose(fit.covariances[0], expected)

    @pytest.mark.slow
    def test_is_the_inverse_wishart(self, float64):
        """Differences of the log-prior are those of SciPy's density."""
        model = GaussianMixture(prior_points=9.0, prior_variance=0.7)
        peer = invwishart(df=9.0 - 2 - 1, scale=9.0 * 0.7 * np.eye(2))
        some, other = (random_problem(seed, components=2)[1] for seed in (0, 1))
        ours = model.log_prior(some) - model.log_prior(other)
        theirs = sum(peer.logpdf(c) for c in some.covariances) - sum(
            peer.logpdf(c) for c in other.covariances
        )
        np.testing.assert_allclose(ours, theirs)

    @pytest.mark.slow
    @pytest.mark.parametrize("shape", SHAPES)
    def test_keeps_a_component_from_collapsing(self, shape):
        data = np.concatenate([standardised(), [[8.0, 8.0]]])
        start = parameters([0.98, 0.02], [[0.0, 0.0], [8.0, 8.0]], [np.eye(2), 0.01 * np.eye(2)])
        run = fit_em(GaussianMixture(shape, 1.0, 0.1), start, data, frames=[200])
        assert not run.info.collapsed.any()
        assert np.linalg.eigvalsh(run.state.covariances).min() > 1e-3


@pytest.mark.usefixtures("float64")
class TestSample:
    @pytest.mark.slow
    def test_has_the_moments_of_the_mixture(self):
        _, params = random_problem(5)
        x, z = MODEL.sample(params, 200_000, key=jax.random.key(0))
        assert x.shape == (200_000, 2)
        for k in range(3):
            own = x[z == k]
            error = 5 / np.sqrt(len(own))
            np.testing.assert_allclose(len(own) / len(x), params.weights[k], atol=error)
            scale = np.sqrt(np.diagonal(params.covariances[k]).max())
            np.testing.assert_allclose(own.mean(axis=0), params.means[k], atol=error * scale)
            np.testing.assert_allclose(
                np.cov(own.T), params.covariances[k], atol=2 * error * scale**2
            )

    @pytest.mark.slow
    def test_weight_zero_is_never_drawn(self):
        params = bishops_start()._replace(weights=np.array([1.0, 0.0]))
        assert (MODEL.sample(params, 1000, key=jax.random.key(0))[1] == 0).all()


@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("shape", SHAPES)
class TestUnits:
    @pytest.mark.slow
    @pytest.mark.parametrize("scale", [1e-8, 1e8])
    def test_rescaling_the_data_rescales_the_fit(self, shape, scale):
        x, start = standardised(), bishops_start()
        rescaled = start._replace(
            means=scale * start.means, covariances=scale**2 * start.covariances
        )
        one = fit_em(GaussianMixture(shape), start, x, frames=[15])
        other = fit_em(GaussianMixture(shape), rescaled, scale * x, frames=[15])
        np.testing.assert_allclose(other.state.means, scale * one.state.means, rtol=1e-6)
        np.testing.assert_allclose(
            other.info.log_likelihood + 2 * len(x) * np.log(scale), one.info.log_likelihood
        )


@pytest.mark.parametrize("scale", [1e-8, 1e8])
def test_extreme_units_in_float32(scale):
    start = bishops_start()
    start = start._replace(means=scale * start.means, covariances=scale**2 * start.covariances)
    run = fit_em(MODEL, start, scale * standardised(), frames=[20])
    total = run.info.log_likelihood + 2 * 272 * np.log(scale)
    np.testing.assert_allclose(total, -385.461, rtol=1e-3)


def test_more_components_than_points_are_refused():
    with pytest.raises(ValueError, match=r"^components: expected 1 to 2"):
        fit_em(MODEL, random_problem(0)[1], [[0.0, 1.0], [1.0, 0.0]], frames=[1])


@pytest.mark.slow
def test_duplicated_points_collapse_and_say_so():
    """Two places, two components: each shrinks onto its place, where the likelihood is infinite."""
    data = np.repeat([[0.0, 0.0], [1.0, 2.0]], 20, axis=0)
    start = parameters([0.5, 0.5], [[0.1, 0.1], [0.9, 1.9]], [0.1 * np.eye(2)] * 2)
    run = fit_em(MODEL, start, data, frames=range(50))
    assert np.isfinite(run.infos.log_likelihood).all()
    assert run.info.collapsed.tolist() == [True, True]
    np.testing.assert_allclose(run.state.means, [[0, 0], [1, 2]], atol=1e-5)


@pytest.mark.slow
def test_collinear_points_collapse_and_say_so():
    line = np.linspace(-1, 1, 50)
    start = parameters([1.0], [[0.0, 0.0]], [np.eye(2)])
    run = fit_em(MODEL, start, np.stack([line, 2 * line], axis=1), frames=[5])
    assert run.info.collapsed.tolist() == [True]
    assert np.isfinite(run.info.log_likelihood)


@pytest.mark.slow
@pytest.mark.parametrize("cycles", [1, 30])
def test_each_restart_is_the_run_alone(float64, cycles):
    x, model = standardised(), GaussianMixture("tied")
    starts = random_starts(x, 3, 4, key=jax.random.key(0))
    ends, infos = fit_em_restarts(model, starts, x, cycles=cycles)
    for i in range(4):
        alone = fit_em(model, pick(starts, i), x, frames=[cycles])
        np.testing.assert_allclose(infos.objective[i], alone.info.objective, rtol=1e-9)
        np.testing.assert_allclose(ends.means[i], alone.state.means, rtol=1e-5)


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"shape": "round"}, r"^shape: expected one of .*full.*; got 'round'"),
        ({"prior_points": -1.0}, r"^prior_points: "),
        ({"prior_points": float("nan")}, r"^prior_points: "),
        ({"prior_variance": 0.0}, r"^prior_variance: "),
    ],
)
def test_bad_choices_are_named(choices, message):
    with pytest.raises(ValueError, match=message):
        GaussianMixture(**choices)


@pytest.mark.slow
def test_bic_of_old_faithful(float64):
    """mclust's -2322.2 (full, 2 components) and -2314.3 (tied, 3), sign reversed."""
    x = old_faithful().observations
    for shape, components, bic in (("full", 2, 2322.2), ("tied", 3, 2314.3)):
        model = GaussianMixture(shape)
        starts = random_starts(x, components, 32, key=jax.random.key(0))
        ends, infos = fit_em_restarts(model, starts, x, cycles=300)
        best = int(infos.objective.argmax())
        params = jax.tree.map(lambda field, best=best: field[best], ends)
        ours = model.bic(params, infos.log_likelihood[best], len(x))
        np.testing.assert_allclose(ours, bic, atol=0.05)


def test_far_from_the_origin_in_float32():
    """E[x²] − E[x]² would give variances of the wrong sign here."""
    data = standardised() + 2000
    start = bishops_start()._replace(means=bishops_start().means + 2000)
    run = fit_em(MODEL, start, data, frames=[20])
    np.testing.assert_allclose(run.info.log_likelihood, -385.461, rtol=1e-3)


@pytest.mark.slow
def test_a_component_that_shrinks_onto_a_point_keeps_its_covariance():
    data = np.concatenate([standardised(), [[8.0, 8.0]]])
    start = parameters([0.98, 0.02], [[0.0, 0.0], [8.0, 8.0]], [np.eye(2), 0.01 * np.eye(2)])
    run = fit_em(MODEL, start, data, frames=range(30))
    assert all(np.isfinite(field).all() for field in run.frames)
    assert np.isfinite(run.infos.log_likelihood).all()
    assert run.info.collapsed.tolist() == [False, True]
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
        ({"weights": [0.5, 0.6]}, "^params.weights: .* sum 1.1 along axis -1; divide"),
        ({"weights": [1.5, -0.5]}, "^params.weights: expected a distribution"),
        ({"weights": [1.0]}, r"^params.means: expected shape \(1, 2\)"),
        ({"means": [[0.0, np.nan], [0, 0]]}, r"^params.means: 1 of 4 values .* \[0, 1\]"),
        ({"covariances": np.ones((2, 2))}, "^params.covariances: expected 3 dimensions"),
        (
            {"covariances": [np.eye(2), -np.eye(2)]},
            r"^params.covariances\[1\]: .* positive definite",
        ),
        (
            {"covariances": [np.eye(2), [[1, 0.5], [0, 1]]]},
            r"^params.covariances\[1\]: .* symmetric matrix",
        ),
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
        (np.eye(5, 3), r"^params.means: expected shape \(2, 3\)"),
        (standardised() + 1e7, "^data: column 0 lies too far from 0 for float32"),
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


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("weight", [0.0, 1e-300, 1e-30])
def test_a_component_that_has_faded_holds_up_no_other(weight):
    x = old_faithful().observations
    start = pick(random_starts(x, 2, 1, key=jax.random.key(0), room=3), 0)
    start = start._replace(weights=np.array([0.5, 0.5 - weight, weight]))
    info = fit_em(MODEL, start, x, frames=[200]).info
    np.testing.assert_allclose(info.log_likelihood, -1130.263960, atol=1e-5)
    assert info.collapsed.tolist() == [False, False, True]


@pytest.mark.slow
def test_a_component_that_fades_on_its_way_in_float32():
    x = np.random.default_rng(0).normal(size=(10, 5))
    start = pick(random_starts(x, 10, 1, key=jax.random.key(0)), 0)
    run = fit_em(GaussianMixture(prior_points=2), start, x, frames=range(0, 200, 5))
    faded = run.state.weights < 1e-8
    assert run.frames.weights.min() < 1e-19
    np.testing.assert_array_equal(run.info.collapsed, faded)
    assert 0 < faded.sum() < 10
