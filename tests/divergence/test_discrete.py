"""Discrete entropies and divergences beside SciPy, exact arithmetic and finite differences."""

from collections.abc import Callable
from decimal import Decimal, localcontext

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.special
import scipy.stats
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.special import log_softmax, softmax

from lecture11.divergence import (
    cross_entropy,
    entropy,
    jensen_shannon,
    kl_divergence,
    kl_divergence_of_logits,
    total_variation,
)

TINY = np.finfo(float).tiny
pytestmark = pytest.mark.usefixtures("float64")


def kl(p, q, axis=-1):
    return kl_divergence(p, relative_to=q, axis=axis)


# Values


@st.composite
def distributions(draw: st.DrawFn, count: int = 2) -> list[np.ndarray]:
    """Some on one alphabet, with zeros, down to the smallest normal numbers.

    All of one shape, so that nothing is compiled twice; zeros make smaller alphabets of it.
    """
    size = 6
    exponents = st.floats(-307.6, 0)
    weight = st.one_of(st.just(0.0), exponents.map(lambda e: 10.0**e), st.floats(0.01, 1))
    found = []
    for _ in range(count):
        weights = np.array(draw(st.lists(weight, min_size=size, max_size=size)))
        assume(weights.max() > 0.005)
        p = weights / weights.sum()
        found.append(np.where(p < TINY, 0, p))
    return found


@pytest.mark.slow
@settings(max_examples=150)
@given(distributions())
def test_values_agree_with_scipy(pair: list[np.ndarray]):
    p, q = pair
    np.testing.assert_allclose(entropy(p), scipy.special.entr(p).sum(), rtol=1e-12)
    divergence = scipy.special.rel_entr(p, q).sum()
    # SciPy's terms cancel where p is close to q: of a sum of 1e-4 it keeps 11 to 12 digits.
    if divergence > 1e-3:
        np.testing.assert_allclose(kl(p, q), divergence, rtol=1e-12)
    elif divergence > 1e-5:
        np.testing.assert_allclose(kl(p, q), exact_divergence(p, q), rtol=1e-12)
    with np.errstate(divide="ignore"):
        surprise = -scipy.special.xlogy(p, q).sum()
    np.testing.assert_allclose(cross_entropy(p, relative_to=q), surprise, rtol=1e-12)


def exact_divergence(p: np.ndarray, q: np.ndarray) -> float:
    """D_KL(p ‖ q) with 60 digits, each side divided by its own sum."""
    with localcontext(prec=60):
        exact_p, exact_q = ([Decimal(float(x)) for x in side] for side in (p, q))
        if any(a and not b for a, b in zip(exact_p, exact_q, strict=True)):
            return np.inf
        ratio = sum(exact_q) / sum(exact_p)
        terms = [a * (a / b * ratio).ln() for a, b in zip(exact_p, exact_q, strict=True) if a]
        return float(sum(terms) / sum(exact_p))


@pytest.mark.slow
@settings(max_examples=100)
@given(distributions())
def test_divergence_agrees_with_exact_arithmetic_also_where_p_is_close_to_q(pair):
    """Between p and a mixture of p and q; rel_entr would lose all digits to cancellation."""
    p, q = pair
    q = p + 1e-6 * (q - p)
    assume((q >= TINY).all())
    np.testing.assert_allclose(kl(p, q), exact_divergence(p, q), rtol=1e-5, atol=1e-25)


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1), st.floats(-2, -1))
def test_twelve_digits_hold_for_all_that_are_somewhat_close(seed: int, size: float):
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.ones(6))
    q = p * np.exp(10**size * rng.normal(size=6))
    q = q / q.sum()
    assume((p >= TINY).all())
    np.testing.assert_allclose(kl(p, q), exact_divergence(p, q), rtol=1e-12)


@pytest.mark.slow
@settings(max_examples=150)
@given(distributions())
def test_divergences_are_never_negative_and_zero_only_at_equality(pair):
    p, q = pair
    assert kl(p, p) == 0
    assert jensen_shannon(p, p) == total_variation(p, p) == 0
    for divergence in (kl(p, q), jensen_shannon(p, q), total_variation(p, q)):
        assert divergence >= 0
    if np.abs(p - q).max() > 1e-150:  # its square is a number yet
        assert kl(p, q) > 0


@pytest.mark.slow
@settings(max_examples=100)
@given(distributions())
def test_comparisons_are_symmetric_and_bounded_and_ordered(pair):
    p, q = pair
    shannon, variation = float(jensen_shannon(p, q)), float(total_variation(p, q))
    assert shannon == float(jensen_shannon(q, p))
    assert shannon <= np.log(2) + 1e-15
    assert variation <= 1 + 1e-15
    assert 2 * variation**2 <= float(kl(p, q)) + 1e-12  # Pinsker
    halves = scipy.special.rel_entr(p, (p + q) / 2) + scipy.special.rel_entr(q, (p + q) / 2)
    np.testing.assert_allclose(shannon, halves.sum() / 2, rtol=1e-9, atol=1e-15)


def test_disjoint_supports_are_as_far_apart_as_can_be():
    assert jensen_shannon([TINY, 1], [0, 1]) < 1e-300
    np.testing.assert_allclose(jensen_shannon([1, 0], [0, 1]), np.log(2), rtol=1e-15)
    assert total_variation([1, 0], [0, 1]) == 1


@pytest.mark.parametrize(
    ("p", "q", "divergence", "surprise"),
    [
        ([1, 0], [1, 0], 0, 0),
        ([1, 0], [0, 1], np.inf, np.inf),
        ([1, 0], [0.5, 0.5], np.log(2), np.log(2)),
        ([0.5, 0.5], [1, 0], np.inf, np.inf),
        ([0.5, 0.5, 0], [0.25, 0.75, 0], 0.5 * np.log(4 / 3), -0.5 * np.log(3 / 16)),
        ([1], [1], 0, 0),
        ([TINY, 1], [0, 1], np.inf, np.inf),
    ],
)
def test_zeros(p, q, divergence, surprise):
    np.testing.assert_allclose(kl(p, q), divergence, rtol=1e-15)
    np.testing.assert_allclose(cross_entropy(p, relative_to=q), surprise, rtol=1e-15)


def test_certainty_has_an_entropy_of_plus_zero():
    for nothing in (entropy([1, 0]), kl([1, 0], [1, 0])):
        assert str(float(nothing)) == "0.0"


@pytest.mark.slow
@settings(max_examples=60)
@given(distributions(count=4))
def test_chain_rule(four):
    """D(p(x, y) ‖ q(x, y)) = D(p(x) ‖ q(x)) + Σ p(x) D(p(y|x) ‖ q(y|x)), x of two values."""
    rows_p, rows_q = np.stack(four[:2]), np.stack(four[2:])
    p_x, q_x = np.array([0.3, 0.7]), np.array([0.6, 0.4])
    joint = kl((p_x[:, None] * rows_p).ravel(), (q_x[:, None] * rows_q).ravel())
    parts = kl(p_x, q_x) + p_x @ kl(rows_p, rows_q)
    np.testing.assert_allclose(joint, parts, rtol=1e-10)


@pytest.mark.slow
@settings(max_examples=60)
@given(distributions())
def test_lumping_letters_together_never_raises_a_divergence(pair):
    p, q = pair
    for distance in (kl, jensen_shannon, total_variation):
        lumped = distance(*(np.append(a[2:], a[:2].sum()) for a in (p, q)))
        assert lumped <= distance(p, q) + 1e-12


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -3])
def test_any_axis(axis: int):
    rng = np.random.default_rng(0)
    p, q = (np.moveaxis(rng.dirichlet(np.ones(4), (2, 3)), -1, axis) for _ in range(2))
    np.testing.assert_allclose(kl(p, q, axis), scipy.stats.entropy(p, q, axis=axis), rtol=1e-12)
    logits = np.log(p) + 3, np.log(q) - 1e3
    of_logits = kl_divergence_of_logits(logits[0], relative_to=logits[1], axis=axis)
    np.testing.assert_allclose(of_logits, kl(p, q, axis), rtol=1e-9)
    expected = scipy.stats.entropy(p, axis=axis)
    np.testing.assert_allclose(entropy(p, axis=axis), expected, rtol=1e-12)


@pytest.mark.slow
@settings(max_examples=100)
@given(
    st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)), min_size=4, max_size=4),
    st.floats(-1e4, 1e4),
)
def test_logits_of_any_size_and_offset(pairs, offset):
    a, b = np.array(pairs).T
    log_p, log_q = log_softmax(a), log_softmax(b)
    p = softmax(a)
    expected = (p * (log_p - log_q)).sum()
    value = kl_divergence_of_logits(a + offset, relative_to=b)
    np.testing.assert_allclose(value, expected, rtol=1e-9, atol=1e-9)


def test_logits_of_minus_infinity_are_probabilities_of_zero():
    certain, open_ = np.array([0.0, -np.inf]), np.array([0.0, 0.0])
    underflows = np.array([0.0, -2000.0])
    assert kl_divergence_of_logits(certain, relative_to=certain) == 0
    np.testing.assert_allclose(kl_divergence_of_logits(certain, relative_to=open_), np.log(2))
    assert kl_divergence_of_logits(open_, relative_to=certain) == np.inf
    assert kl_divergence_of_logits(underflows, relative_to=certain) == np.inf
    assert kl_divergence_of_logits(open_, relative_to=underflows) == 1000 - np.log(2)


def test_single_precision_computes_in_single_precision():
    jax.config.update("jax_enable_x64", False)
    p, q = np.array([0.2, 0.8]), np.array([0.6, 0.4])
    value = kl(p, q)
    assert value.dtype == jnp.float32
    np.testing.assert_allclose(value, scipy.stats.entropy(p, q), rtol=1e-6)
    smallest = np.finfo(np.float32).tiny
    assert np.isfinite(kl([smallest, 1], [1, smallest]))


# Derivatives


def slope(function: Callable, at: np.ndarray, index: int, side: float = 0) -> float:
    """Finite difference in one coordinate: central, or one-sided at an edge, exact in fractions."""
    step = 1e-6
    ahead, behind = at.copy(), at.copy()
    ahead[index] += step
    behind[index] -= 0 if side else step
    return (function(ahead) - function(behind)) / (step if side else 2 * step)


P, Q = np.array([0.2, 0.3, 0.5]), np.array([0.5, 0.25, 0.25])
FORMULAS = {
    "kl": (kl, lambda p, q: (p * np.log(p / q)).sum()),
    "cross-entropy": (
        lambda p, q: cross_entropy(p, relative_to=q),
        lambda p, q: -(p * np.log(q)).sum(),
    ),
    "entropy": (lambda p, q: entropy(p), lambda p, q: -(p * np.log(p)).sum()),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMULAS)
def test_derivatives_inside_the_simplex(name: str):
    ours, formula = FORMULAS[name]
    in_p, in_q = jax.grad(ours, (0, 1))(P, Q)
    for index in range(3):
        np.testing.assert_allclose(in_p[index], slope(lambda p: formula(p, Q), P, index), rtol=1e-8)
        expected = slope(lambda q: formula(P, q), Q, index)
        np.testing.assert_allclose(in_q[index], expected, rtol=1e-8, atol=1e-12)


@pytest.mark.slow
def test_derivatives_at_zeros_are_finite_and_right():
    p, q = np.array([0.0, 0.4, 0.6]), np.array([0.2, 0.3, 0.5])
    in_p, in_q = jax.grad(kl, (0, 1))(p, q)
    np.testing.assert_allclose(in_q, [0, -4 / 3, -6 / 5], rtol=1e-14)
    np.testing.assert_allclose(in_p[1:], np.log(p[1:] / q[1:]) + 1, rtol=1e-14)
    assert in_p[0] == 0  # −∞ on the simplex; 0 is its limit in the logits
    in_p = jax.grad(lambda p: cross_entropy(p, relative_to=q))(p)
    np.testing.assert_allclose(in_p, -np.log(q), rtol=1e-14)  # finite at the zero too
    both = np.array([0.0, 0.5, 0.5])
    for argument in (0, 1):
        assert jnp.isfinite(jax.grad(kl, argument)(both, both)).all()
        slopes = jax.grad(lambda p, q: cross_entropy(p, relative_to=q), argument)(both, both)
        assert jnp.isfinite(slopes).all()


@pytest.mark.slow
def test_no_derivative_is_nan_outside_the_support():
    p, q = np.array([0.5, 0.5]), np.array([0.0, 1.0])
    for function in (kl, lambda p, q: cross_entropy(p, relative_to=q)):
        value, slopes = jax.value_and_grad(function, (0, 1))(p, q)
        assert value == jnp.inf
        assert not np.isnan(slopes).any()


@pytest.mark.parametrize("low", [-5.0, -800.0, -np.inf])
def test_derivatives_in_the_logits_are_right_however_small_a_probability(low: float):
    """∂D/∂a = p (log p − log q − D), ∂D/∂b = q − p."""
    a, b = np.array([0.5, 0.0, low]), np.array([0.1, 1.0, -2.0])
    in_a, in_b = jax.grad(lambda a, b: kl_divergence_of_logits(a, relative_to=b), (0, 1))(a, b)
    p, q, log_q = softmax(a), softmax(b), log_softmax(b)
    log_p = np.where(p > 0, log_softmax(a), 0)
    divergence = (p * (log_p - log_q)).sum()
    np.testing.assert_allclose(in_a, p * (log_p - log_q - divergence), rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(in_b, q - p, rtol=1e-9, atol=1e-15)


@pytest.mark.slow
def test_gradient_through_softmax_onto_a_zero_is_no_nan():
    slopes = jax.grad(lambda a: entropy(jax.nn.softmax(a)))(np.array([0.0, -1e4]))
    np.testing.assert_allclose(slopes, [0, 0], atol=1e-15)


@pytest.mark.slow
@pytest.mark.parametrize("function", [kl, jensen_shannon, total_variation])
def test_jit_vmap_and_grad_compose(function: Callable):
    p = np.stack([P, [0, 0.5, 0.5], [1, 0, 0]])
    q = np.stack([Q, [0, 0.25, 0.75], [1 / 3, 1 / 3, 1 / 3]])
    np.testing.assert_allclose(jax.jit(jax.vmap(function))(p, q), function(p, q), rtol=1e-14)
    slopes = jax.jit(jax.vmap(jax.grad(function, (0, 1))))(p, q)
    assert jnp.isfinite(jnp.stack(slopes)).all()
    alone = jax.grad(function)(p[0], q[0])
    np.testing.assert_allclose(slopes[0][0], alone, rtol=1e-14)


# Refusals


@pytest.mark.parametrize(
    ("p", "q", "error", "message"),
    [
        ([1.5, -0.5], [0.5, 0.5], ValueError, r"^p: .* got -0.5 at \[1\]; clip"),
        ([0.5, 0.6], [0.5, 0.5], ValueError, "^p: .* got the sum 1.1 along axis -1; divide"),
        ([0.5, 0.5], [5, 5], ValueError, "^relative_to: .* got the sum 10 along axis -1"),
        ([np.nan, 1], [0.5, 0.5], ValueError, "^p: 1 of 2 values are NaN"),
        ([0.5, 0.5], [np.inf, 1], ValueError, "^relative_to: 1 of 2 values are NaN or infinite"),
        ([0.5, 0.5], [0.2, 0.3, 0.5], ValueError, r"^relative_to: expected shape \(2,\)"),
        ([[0.5, 0.5]], [0.5, 0.5], ValueError, r"^relative_to: expected shape \(1, 2\)"),
        ([], [], ValueError, "^p: expected at least one value"),
        (1.0, 1.0, ValueError, r"^p: expected an axis -1 .* shape \(\)"),
        ("ab", [1.0], TypeError, "^p: expected numbers"),
    ],
)
def test_what_is_no_distribution_is_refused(p, q, error, message):
    with pytest.raises(error, match=message):
        kl(p, q)


def test_a_wrong_axis_is_said():
    with pytest.raises(ValueError, match=r"^p: expected an axis 2"):
        kl(P, Q, axis=2)
    with pytest.raises(ValueError, match=r"^p: .* the sum .* along axis 0"):
        kl(np.stack([P, P, P]), np.stack([Q, Q, Q]), axis=0)


def test_order_is_unmistakable():
    with pytest.raises(TypeError, match="positional"):
        kl_divergence(P, Q)


def test_bad_logits_are_refused():
    with pytest.raises(ValueError, match=r"^logits: 1 of 2 values are NaN"):
        kl_divergence_of_logits([np.inf, 0], relative_to=[0.0, 0])
    with pytest.raises(ValueError, match=r"^logits: all logits along axis -1 are −∞"):
        kl_divergence_of_logits([[0, 0], [-np.inf, -np.inf]], relative_to=np.zeros((2, 2)))
    with pytest.raises(ValueError, match=r"^relative_to: expected shape"):
        kl_divergence_of_logits([0.0, 1.0], relative_to=[0.0])


def test_rounded_probabilities_are_let_pass():
    thirds = np.float32([1 / 3, 1 / 3, 1 / 3])
    assert kl(thirds, [0.33333, 0.33333, 0.33334]) >= 0
