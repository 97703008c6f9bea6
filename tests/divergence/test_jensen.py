"""Jensen's gap: against 60 decimal digits, and the identity that the module's page states."""

from decimal import Decimal, localcontext

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lecture11.divergence import kl_divergence
from lecture11.divergence.jensen import jensen_gap, non_negativity

pytestmark = pytest.mark.usefixtures("float64")


def exact_gap(y, w) -> float:
    """With 60 digits, dropping points without weight."""
    with localcontext() as context:
        context.prec = 60
        pairs = [(Decimal(float(a)), Decimal(float(b))) for a, b in zip(y, w, strict=True) if b > 0]
        total = sum(b for _, b in pairs)
        mean = sum(a * b for a, b in pairs) / total
        return float(mean.ln() - sum(b * a.ln() for a, b in pairs) / total)


def normalised(counts: np.ndarray) -> np.ndarray:
    return counts / counts.sum()


positive = st.floats(1e-300, 1e300)
shares = arrays(float, 4, elements=st.sampled_from([0.0, 1e-6, 0.1, 1.0, 3.0])).filter(np.any)


@pytest.mark.slow
@given(arrays(float, 4, elements=positive), shares)
def test_the_gap_is_exact_over_six_hundred_orders_of_magnitude(y, counts):
    w = normalised(counts)
    gap = float(jensen_gap(y, weights=w))
    assert gap >= 0
    np.testing.assert_allclose(gap, exact_gap(y, w), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("spread", [1e-1, 1e-3, 1e-6, 1e-9])
def test_the_gap_keeps_its_digits_where_it_is_tiny(spread: float):
    """The plain difference of two logarithms has none left: log 3 rounds to within 1e-16."""
    y, w = 3 * np.array([1 - spread, 1 + spread, 1.0]), np.array([0.25, 0.25, 0.5])
    exact = exact_gap(y, w)
    np.testing.assert_allclose(jensen_gap(y, weights=w), exact, rtol=1e-6)


@given(positive, shares)
def test_equal_points_have_no_gap_whatever_is_where_no_weight_is(value, counts):
    w = normalised(counts)
    y = np.where(w > 0, value, np.nan)
    assert float(jensen_gap(y, weights=w)) < 1e-30


@given(arrays(float, 3, elements=st.floats(0.01, 100)), st.integers(0, 2))
def test_points_that_differ_under_weights_have_a_gap(y, index):
    """Strict concavity: no equality but for a constant."""
    y[index] = 2 * y.max()
    assert float(jensen_gap(y, weights=np.full(3, 1 / 3))) > 0.01


def test_a_point_zero_with_weight_makes_it_infinite_and_without_drops_out():
    assert float(jensen_gap([0.0, 1.0], weights=[0.5, 0.5])) == np.inf
    assert float(jensen_gap([0.0, 2.0], weights=[0.0, 1.0])) == 0
    assert float(jensen_gap([0.0, 0.0], weights=[0.5, 0.5])) == 0  # constant, if that is a value
    assert float(jensen_gap([np.inf, 2.0], weights=[0.0, 1.0])) == 0


@pytest.mark.parametrize(
    "function",
    [jnp.sqrt, lambda y: jnp.minimum(y, 1.0), lambda y: -(y**2)],
    ids=["root", "cut off", "minus a square"],
)
def test_other_concave_functions(function):
    y, w = np.array([0.2, 1.5, 4.0]), np.array([0.2, 0.5, 0.3])
    direct = function((w * y).sum()) - (w * function(y)).sum()
    np.testing.assert_allclose(jensen_gap(y, weights=w, function=function), direct, rtol=1e-12)
    assert float(direct) > 0


def test_the_gap_of_minus_a_square_is_the_variance():
    y, w = np.array([-1.0, 2.0, 5.0, np.nan]), np.array([0.5, 0.25, 0.25, 0])
    variance = np.average(y[:3] ** 2, weights=w[:3]) - np.average(y[:3], weights=w[:3]) ** 2
    gap = jensen_gap(y, weights=w, function=lambda y: -jnp.square(y))
    np.testing.assert_allclose(gap, variance)


@pytest.mark.slow
def test_many_rows_at_once_compiled_and_in_float32():
    rng = np.random.default_rng(0)
    y, w = rng.gamma(1.0, size=(5, 3, 4)), rng.dirichlet(np.ones(4), size=(5, 3))
    rows = jensen_gap(y, weights=w)
    assert rows.shape == (5, 3)
    one_by_one = [
        [exact_gap(a, b) for a, b in zip(*r, strict=True)] for r in zip(y, w, strict=True)
    ]
    np.testing.assert_allclose(rows, one_by_one, rtol=1e-12)
    compiled = jax.jit(lambda y, w: jensen_gap(y, weights=w))(y, w)
    np.testing.assert_allclose(compiled, rows, rtol=1e-12)
    jax.config.update("jax_enable_x64", False)
    single = jensen_gap(y, weights=w)
    assert single.dtype == jnp.float32
    np.testing.assert_allclose(single, rows, rtol=1e-4)


@pytest.mark.parametrize(
    ("points", "weights", "says"),
    [
        ([1, 2], [0.5, 0.6], "weights: expected a distribution"),
        ([1, 2, 3], [0.5, 0.5], r"points: expected shape \(2,\)"),
        ([1, np.nan], [0.5, 0.5], "points: 1 of 2 values are NaN"),
        ([1, -2], [0.5, 0.5], "points: expected numbers from 0 on under the logarithm, got -2"),
    ],
)
def test_what_makes_no_sense_is_refused(points, weights, says):
    with pytest.raises(ValueError, match=says):
        jensen_gap(points, weights=weights)


# The slide's proof

distribution = shares.map(normalised)


@pytest.mark.slow
@given(distribution, distribution)
def test_the_divergence_is_the_gap_and_what_q_puts_outside(p, q):
    proof = non_negativity(p, relative_to=q)
    divergence = float(kl_divergence(p, relative_to=q))
    assert float(proof.gap) >= 0
    assert float(proof.log_of_mean) <= 1e-15
    np.testing.assert_allclose(proof.covered, q[p > 0].sum(), rtol=1e-12)
    np.testing.assert_allclose(np.exp(proof.log_of_mean), proof.covered, rtol=1e-12)
    np.testing.assert_allclose(-proof.mean_of_log, divergence, rtol=1e-12, atol=1e-15)
    both = float(proof.gap) - float(proof.log_of_mean)
    np.testing.assert_allclose(both, divergence, rtol=1e-10, atol=1e-14)


@pytest.mark.slow
@given(distribution, distribution)
def test_the_gap_is_jensens_of_the_ratio(p, q):
    with np.errstate(divide="ignore", invalid="ignore"):
        y = q / p
    expected = float(jensen_gap(y, weights=p))
    proof = non_negativity(p, relative_to=q)
    np.testing.assert_allclose(float(proof.gap), expected, rtol=1e-10, atol=1e-14)


def test_the_last_step_of_the_slide_is_an_inequality_where_p_has_zeros():
    proof = non_negativity([0.5, 0.5, 0], relative_to=[0.3, 0.3, 0.4])
    np.testing.assert_allclose(proof.gap, 0, atol=1e-30)  # q/p is constant where p is
    np.testing.assert_allclose(proof.covered, 0.6)
    np.testing.assert_allclose(proof.mean_of_log, np.log(0.6))


def test_no_common_support_is_infinite_and_not_nan():
    proof = non_negativity([1.0, 0], relative_to=[0, 1.0])
    assert [float(field) for field in proof] == [-np.inf, -np.inf, 0, 0]


@pytest.mark.slow
def test_rows_of_pairs_and_compiled():
    p, q = np.random.default_rng(1).dirichlet(np.ones(5), size=(2, 7))
    proofs = non_negativity(p, relative_to=q)
    assert proofs.gap.shape == (7,)
    compiled = jax.jit(lambda p, q: non_negativity(p, relative_to=q))(p, q)
    for rows, other in zip(proofs, compiled, strict=True):
        np.testing.assert_allclose(rows, other, rtol=1e-9, atol=1e-15)
