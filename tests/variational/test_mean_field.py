"""Two causes of one effect: closed forms against quadrature, SciPy, and the bias that is known."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.optimize
import scipy.stats

from lecture11.divergence import Gaussian, gaussian_kl, reverse_factorised
from lecture11.quadrature import trapezoid
from lecture11.variational import (
    Causes,
    Effects,
    PairNormals,
    grid,
    integrated_log_likelihood,
    integrated_lower_bound,
    maximum_likelihood,
    sample_effects,
    shortfall,
    variational_em,
)

MEAN_FIELD, FULL = Causes(), Causes(factorised=False)
DATA = Effects(np.array([0.4, -1.3, 2.2]), np.array(0.7))


def posterior(theta: float, noise: float) -> np.ndarray:
    """The covariance of z given x, by matrix inversion."""
    a = np.array([[theta, -theta]])
    return np.linalg.inv(np.eye(2) + a.T @ a / noise**2)


def arrays(data: Effects) -> Effects:
    return Effects(*map(jnp.asarray, data))


@pytest.mark.usefixtures("float64")
class TestClosedForms:
    theta = 1.1

    @pytest.mark.slow
    @pytest.mark.parametrize("model", [MEAN_FIELD, FULL])
    def test_bound_and_evidence_are_those_of_quadrature(self, model):
        data, theta = arrays(DATA), jnp.asarray(self.theta)
        phi = PairNormals(
            jnp.array([[0.3, -0.2], [-0.6, 0.5], [0.9, -0.4]]), jnp.log(jnp.array([0.6, 0.8])),
            jnp.asarray(0.4),
        )  # fmt: skip
        over = grid(trapezoid(-8, 8, 121), trapezoid(-8, 8, 121))
        log_joint = model.log_joint(theta, over.nodes, data)
        rho = 0.0 if model.factorised else np.tanh(0.4)
        sds = np.array([0.6, 0.8])
        covariance = np.outer(sds, sds) * [[1, rho], [rho, 1]]
        gaussian = scipy.stats.multivariate_normal
        z = np.asarray(over.nodes)
        log_q = np.stack([gaussian.logpdf(z, mean, covariance) for mean in np.asarray(phi.means)])
        exact = integrated_lower_bound(log_joint, over, log_q=log_q).sum()
        np.testing.assert_allclose(model.bound(theta, phi, data), exact, rtol=1e-10)
        evidence = integrated_log_likelihood(log_joint, over).sum()
        np.testing.assert_allclose(model.log_likelihood(theta, data), evidence, rtol=1e-10)

    def test_the_full_q_is_the_posterior_and_the_bound_tight(self):
        data, theta = arrays(DATA), jnp.asarray(self.theta)
        phi = FULL.e_step(theta, data)
        sds = np.exp(np.asarray(phi.log_sds))
        rho = np.tanh(float(phi.tangent))
        found = np.outer(sds, sds) * [[1, rho], [rho, 1]]
        np.testing.assert_allclose(found, posterior(self.theta, 0.7), rtol=1e-10)
        evidence = FULL.log_likelihood(theta, data)
        np.testing.assert_allclose(FULL.bound(theta, phi, data), evidence, rtol=1e-12)

    @pytest.mark.slow
    def test_the_factorised_q_is_the_reverse_fit_of_the_divergence_room(self):
        data, theta = arrays(DATA), jnp.asarray(self.theta)
        phi = MEAN_FIELD.e_step(theta, data)
        p = Gaussian(jnp.zeros(2), jnp.asarray(posterior(self.theta, 0.7)))
        q = reverse_factorised(p)
        np.testing.assert_allclose(jnp.exp(2 * phi.log_sds), jnp.diag(q.covariance), rtol=1e-10)
        gap = MEAN_FIELD.log_likelihood(theta, data) - MEAN_FIELD.bound(theta, phi, data)
        np.testing.assert_allclose(gap, 3 * gaussian_kl(q, relative_to=p), rtol=1e-10)
        found = shortfall(theta, data)
        np.testing.assert_allclose(3 * (found.log_likelihood - found.bound), gap, rtol=1e-10)
        np.testing.assert_allclose(3 * found.log_likelihood, MEAN_FIELD.log_likelihood(theta, data))

    @pytest.mark.slow
    @pytest.mark.parametrize("model", [MEAN_FIELD, FULL])
    def test_both_steps_are_summits(self, model):
        data, theta = arrays(DATA), jnp.asarray(self.theta)
        phi = model.e_step(theta, data)
        slope = jax.grad(model.bound, argnums=1)(theta, phi, data)
        for part in slope:
            np.testing.assert_allclose(part, 0, atol=1e-10)
        best = model.m_step(theta, phi, data)
        bound = jax.jit(lambda theta: model.bound(theta, phi, data))
        found = scipy.optimize.minimize_scalar(lambda t: -float(bound(t)))
        np.testing.assert_allclose(best, found.x, rtol=1e-6)


@pytest.mark.usefixtures("float64")
class TestBias:
    def fits(self, factorised):
        data = sample_effects(1.0, 400, noise=0.7, key=jax.random.key(0))
        model = Causes(factorised)
        run = variational_em(model, 0.5, model.e_step(jnp.asarray(0.5), data), data, frames=[200])
        return data, float(run.state.theta), run.info

    @pytest.mark.slow
    def test_maximum_likelihood_is_near_the_truth(self):
        data, theta, info = self.fits(factorised=False)
        np.testing.assert_allclose(theta, maximum_likelihood(data), rtol=1e-8)
        assert theta == pytest.approx(0.98, abs=0.03)
        np.testing.assert_allclose(info.bound, info.log_likelihood, rtol=1e-10)

    @pytest.mark.slow
    def test_the_factorised_bound_stops_short_and_at_too_small_a_theta(self):
        data, theta, info = self.fits(factorised=True)
        assert theta == pytest.approx(0.75, abs=0.02)
        thetas = jnp.linspace(0.5, 1.2, 7001)
        curves = shortfall(thetas, data)
        assert float(thetas[curves.bound.argmax()]) == pytest.approx(theta, abs=2e-4)
        np.testing.assert_allclose(info.bound / 400, curves.bound.max(), rtol=1e-8)
        assert float(info.log_likelihood - info.bound) / 400 > 0.1

    @pytest.mark.slow
    def test_less_noise_makes_it_worse_down_to_one_over_root_two(self):
        """For many points, where the mean square of x is 2 + σ²: θ is √½ in the limit."""
        thetas = jnp.linspace(0.3, 1.2, 9001)

        def best(noise):
            data = Effects(jnp.full(2, jnp.sqrt(2 + noise**2)), jnp.asarray(noise))
            return float(thetas[shortfall(thetas, data).bound.argmax()])

        found = [best(noise) for noise in (1.5, 0.7, 0.3, 0.01)]
        assert found == sorted(found, reverse=True)
        assert found[1] == pytest.approx(0.7527, abs=1e-3)
        assert found[3] == pytest.approx(np.sqrt(0.5), abs=1e-3)


@pytest.mark.slow
def test_samples_have_the_models_variance():
    data = sample_effects(2.0, 20_000, noise=0.5, key=jax.random.key(1))
    assert float((data.x**2).mean()) == pytest.approx(8.25, rel=0.05)


def test_without_noise_there_is_no_density():
    with pytest.raises(ValueError, match=r"^data.noise: expected a number from"):
        shortfall(jnp.array([0.0, 1.0]), DATA._replace(noise=0.0))
    with pytest.raises(ValueError, match=r"^noise: expected a number from"):
        sample_effects(1.0, 3, noise=-1.0, key=jax.random.key(0))


def test_no_effect_at_all_gives_theta_zero():
    assert float(maximum_likelihood(arrays(Effects(np.full(3, 0.1), np.array(0.7))))) == 0


@pytest.mark.parametrize(
    ("phi", "data", "says"),
    [
        (
            PairNormals(np.zeros((3, 2)), np.zeros(2), 0),
            DATA._replace(noise=0.0),
            "noise: expe",
        ),
        (
            PairNormals(np.zeros((2, 2)), np.zeros(2), 0),
            DATA,
            r"^phi.means: expected shape \(3, 2\)",
        ),
        (
            PairNormals(np.zeros((3, 2)), np.zeros(3), 0),
            DATA,
            r"^phi.log_sds: expected shape \(2,\)",
        ),
        (PairNormals(np.zeros((3, 2)), np.zeros(2), np.nan), DATA, "^phi.tangent: 1 of 1 values"),
        (PairNormals(np.zeros((3, 2)), np.zeros(2), 0), DATA._replace(x=[]), "data.x: expected at"),
    ],
)
def test_what_makes_no_sense_is_refused(phi, data, says):
    with pytest.raises(ValueError, match=says):
        MEAN_FIELD.check(1.0, phi, data)
