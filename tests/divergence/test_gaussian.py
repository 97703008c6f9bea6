"""KL between normals against the textbook formula in many digits, quadrature and one another."""

from decimal import Decimal, localcontext

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lecture11.divergence import Gaussian, Normal, gaussian_kl, normal_kl

scales = st.floats(1e-100, 1e100)
places = st.floats(-1e3, 1e3)


def exact(mean_p, sd_p, mean_q, sd_q) -> float:
    """The textbook formula with a hundred digits."""
    with localcontext(prec=100):
        m_p, s_p, m_q, s_q = map(Decimal, (mean_p, sd_p, mean_q, sd_q))
        shift, ratio = (m_p - m_q) / s_q, (s_p / s_q) ** 2
        return float((ratio - 1 - ratio.ln() + shift**2) / 2)


@pytest.mark.usefixtures("float64")
class TestNormalKL:
    @settings(max_examples=100)
    @given(sd_p=scales, sd_q=scales, shift=places)
    def test_is_the_textbook_formula_over_two_hundred_orders_of_magnitude(self, sd_p, sd_q, shift):
        mean = shift * sd_q
        found = normal_kl(Normal(mean, sd_p), relative_to=Normal(0.0, sd_q))
        np.testing.assert_allclose(found, exact(mean, sd_p, 0.0, sd_q), rtol=1e-12)

    @settings(max_examples=100)
    @given(nearness=st.floats(1e-16, 0.3), sign=st.sampled_from([-1, 1]), sd=st.floats(1e-3, 1e3))
    def test_is_right_to_many_digits_where_the_two_are_close(self, nearness, sign, sd):
        other = sd * (1 + sign * nearness)
        found = normal_kl(Normal(1.0, sd), relative_to=Normal(1.0, other))
        np.testing.assert_allclose(found, exact(1.0, sd, 1.0, other), rtol=1e-12)

    @settings(max_examples=50)
    @given(mean=places, sd=scales)
    def test_is_exactly_0_at_equality(self, mean, sd):
        assert normal_kl(Normal(mean, sd), relative_to=Normal(mean, sd)) == 0

    def test_many_at_once(self):
        p = Normal(np.zeros((3, 1)), np.array([[0.5], [1.0], [2.0]]))
        q = Normal(np.arange(4.0), 1.0)
        found = normal_kl(p, relative_to=q)
        assert found.shape == (3, 4)
        single = normal_kl(Normal(0.0, 2.0), relative_to=Normal(3.0, 1.0))
        np.testing.assert_allclose(found[2, 3], single)

    def test_its_gradient_is_the_formulas(self):
        def kl(mean, sd):
            return normal_kl(Normal(mean, sd), relative_to=Normal(0.5, 1.0))

        sd = np.array([1.0, 1 + 1e-9, 1.2, 1e-30, 1e30])
        of_mean, of_sd = jax.jit(jax.vmap(jax.grad(kl, (0, 1)), (None, 0)))(2.0, sd)
        np.testing.assert_allclose(of_mean, np.full(5, 1.5))
        # σ/1 − 1/σ without its cancellation near 1
        np.testing.assert_allclose(of_sd, (sd - 1) * (sd + 1) / sd, rtol=1e-7, atol=1e-18)


@pytest.mark.usefixtures("float64")
class TestGaussianKL:
    @staticmethod
    def drawn(seed: int, dims: int, scale: float = 1.0) -> Gaussian:
        rng = np.random.default_rng(seed)
        factor = rng.normal(size=(dims, dims))
        covariance = scale**2 * (factor @ factor.T + 0.1 * np.eye(dims))
        return Gaussian(scale * rng.normal(size=dims), covariance)

    @pytest.mark.slow
    @settings(max_examples=40)
    @given(
        seed=st.integers(0, 10**6),
        dims=st.sampled_from([1, 2, 20]),
        scale=st.sampled_from([1e-6, 1.0, 1e6]),
    )
    def test_is_the_textbook_formula(self, seed, dims, scale):
        p, q = self.drawn(seed, dims), self.drawn(seed + 1, dims)
        inverse, shift = np.linalg.inv(q.covariance), q.mean - p.mean
        right = 0.5 * (
            np.trace(inverse @ p.covariance)
            - dims
            + np.linalg.slogdet(q.covariance)[1]
            - np.linalg.slogdet(p.covariance)[1]
            + shift @ inverse @ shift
        )
        scaled = [Gaussian(scale * g.mean, scale**2 * g.covariance) for g in (p, q)]
        np.testing.assert_allclose(gaussian_kl(scaled[0], relative_to=scaled[1]), right, rtol=1e-8)

    @pytest.mark.parametrize("dims", [1, 2, 20])
    def test_is_0_at_equality_but_for_rounding_and_never_negative(self, dims):
        p = self.drawn(3, dims)
        assert 0 <= gaussian_kl(p, relative_to=p) < 1e-28

    @pytest.mark.slow
    @settings(max_examples=30)
    @given(seed=st.integers(0, 10**6), dims=st.sampled_from([2, 3]))
    def test_is_invariant_under_an_affine_change_of_variables(self, seed, dims):
        p, q = self.drawn(seed, dims), self.drawn(seed + 1, dims)
        rng = np.random.default_rng(seed)
        change, by = rng.normal(size=(dims, dims)) + 3 * np.eye(dims), rng.normal(size=dims)

        def moved(g: Gaussian) -> Gaussian:
            covariance = change @ g.covariance @ change.T
            return Gaussian(change @ g.mean + by, (covariance + covariance.T) / 2)

        before, after = gaussian_kl(p, relative_to=q), gaussian_kl(moved(p), relative_to=moved(q))
        np.testing.assert_allclose(after, before, rtol=1e-6)

    @pytest.mark.slow
    def test_runs_under_jit_vmap_and_grad(self):
        p, q = self.drawn(0, 3), self.drawn(1, 3)

        def kl(mean):
            return gaussian_kl(Gaussian(mean, p.covariance), relative_to=q)

        right = np.linalg.solve(q.covariance, p.mean - q.mean)
        np.testing.assert_allclose(jax.jit(jax.grad(kl))(p.mean), right, rtol=1e-9)
        means = np.stack([p.mean, q.mean])
        np.testing.assert_allclose(jax.vmap(kl)(means), [kl(mean) for mean in means])

    def test_where_a_traced_matrix_is_not_positive_definite_it_is_nan(self):
        bad, good = Gaussian(np.zeros(2), -np.eye(2)), Gaussian(np.zeros(2), np.eye(2))
        assert np.isnan(jax.jit(lambda p: gaussian_kl(p, relative_to=good))(bad))


@pytest.mark.slow
def test_float32_by_default_and_precise_there_too():
    found = normal_kl(Normal(0.0, 1.001), relative_to=Normal(0.0, 1.0))
    assert found.dtype == jnp.float32
    sd = float(np.float32(1.001))
    np.testing.assert_allclose(found, exact(0.0, sd, 0.0, 1.0), rtol=1e-5)
    p = Gaussian(np.zeros(3), 1e-6 * np.eye(3))
    assert gaussian_kl(p, relative_to=p).dtype == jnp.float32
    assert 0 <= gaussian_kl(p, relative_to=p) < 1e-12


FAIR = Normal(0.0, 1.0)
ROUND = Gaussian(np.zeros(2), np.eye(2))


@pytest.mark.parametrize(
    ("p", "q", "says"),
    [
        (Normal(0.0, 0.0), FAIR, r"p\.sd: expected a positive standard deviation, got 0"),
        (FAIR, Normal(0.0, [1.0, -2.0]), r"relative_to\.sd: .* got -2"),
        (Normal(np.nan, 1.0), FAIR, r"p\.mean: 1 of 1 values are NaN"),
        (FAIR, Normal(0.0, np.inf), r"relative_to\.sd: 1 of 1 values are NaN or infinite"),
    ],
)
def test_what_is_no_normal_is_refused(p: Normal, q: Normal, says: str):
    with pytest.raises(ValueError, match=says):
        normal_kl(p, relative_to=q)


@pytest.mark.parametrize(
    ("p", "q", "says"),
    [
        (Gaussian(np.zeros(2), np.zeros((2, 2))), ROUND, r"p\.covariance: .* positive definite"),
        (
            ROUND,
            Gaussian(np.zeros(2), -np.eye(2)),
            r"relative_to\.covariance: .* positive definite",
        ),
        (Gaussian(np.zeros(2), np.ones((2, 2))), ROUND, "add a small multiple"),
        (Gaussian(np.zeros(2), np.array([[2.0, 1], [0, 2]])), ROUND, "symmetric matrix"),
        (Gaussian(np.zeros(2), np.eye(3)), ROUND, r"p\.covariance: expected shape \(2, 2\)"),
        (Gaussian(np.zeros(3), np.eye(3)), ROUND, r"relative_to\.mean: expected shape \(3,\)"),
        (Gaussian(np.zeros(2), np.ones(2)), ROUND, r"p\.covariance: expected 2 dimensions"),
        (Gaussian(np.zeros(2), np.full((2, 2), np.nan)), ROUND, "NaN"),
    ],
)
def test_what_is_no_gaussian_is_refused(p: Gaussian, q: Gaussian, says: str):
    with pytest.raises(ValueError, match=says):
        gaussian_kl(p, relative_to=q)
