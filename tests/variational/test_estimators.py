"""Gradient estimators against exact gradients: unbiased or not, and how noisy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jaxtyping import Array
from scipy.integrate import quad
from scipy.special import log_softmax, logsumexp, softmax

from lecture11.divergence import Normal
from lecture11.variational import (
    Draws,
    Tosses,
    bag_log_joint,
    categorical_draws,
    enumerated_gradient,
    enumerated_variance,
    estimates_by_size,
    expectation,
    joint_draws,
    leave_one_out,
    mean_elbo,
    minted_log_joint,
    nearest_coin_logits,
    normal_draws,
    quadrature_gradient,
    quadrature_variances,
    score_function_gradient,
)
from lecture11.variational.categorical import categorical_scores

pytestmark = pytest.mark.usefixtures("float64")

BIASES = np.array([0.1, 0.3, 0.5, 0.7, 0.9])
SEEN = Tosses(9.0, 3.0)
LOGITS = np.array([0.0, 0.3, -0.2, 0.1, 0.5])
SIZES = (1, 4, 16)
Q = Normal(0.3, 0.8)
DRAWS = Draws(np.ones((2, 3)), np.ones((2, 3, 1)), np.ones((2, 3, 1)))


def square(z: Array, _: None) -> Array:
    return z**2


def within(estimates: Array, exact: Array, errors: float = 4.5) -> bool:
    """Whether the mean over repeats (the first axis) is as near as its standard error allows."""
    error = estimates.std(axis=0, ddof=1) / len(estimates) ** 0.5
    return bool((np.abs(estimates.mean(axis=0) - exact) < errors * error).all())


# The models


@pytest.mark.slow
def test_the_bag_is_bayes_by_hand():
    joint = np.exp(bag_log_joint(SEEN, BIASES))
    np.testing.assert_allclose(joint, BIASES**9 * (1 - BIASES) ** 3 / 5, rtol=1e-12)
    many = bag_log_joint(Tosses(np.array([9.0, 0.0]), np.array([3.0, 2.0])), BIASES)
    np.testing.assert_allclose(many[1], np.log((1 - BIASES) ** 2 / 5), rtol=1e-12)


@pytest.mark.slow
def test_a_coin_of_two_heads_shows_no_tail():
    joint = bag_log_joint(Tosses(3.0, 1.0), [0.0, 0.5, 1.0])
    assert joint[0] == joint[2] == -np.inf
    np.testing.assert_allclose(bag_log_joint(Tosses(3.0, 0.0), [0.0, 1.0])[1], -np.log(2))


@pytest.mark.slow
def test_the_minted_coin_integrates_like_a_logistic_normal():
    def integrand(z: float) -> float:
        bias = 1 / (1 + np.exp(-z))
        return np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi) * bias**9 * (1 - bias) ** 3

    z = jnp.linspace(-12, 12, 4001)
    ours = float(jnp.exp(minted_log_joint(z, SEEN)).sum() * (z[1] - z[0]))
    np.testing.assert_allclose(ours, quad(integrand, -12, 12)[0], rtol=1e-8)


@pytest.mark.slow
def test_the_nearest_coin_is_the_likeliest():
    q = softmax(nearest_coin_logits(5.0, Tosses([9.0, 1.0], [3.0, 11.0]), BIASES), axis=1)
    assert q.argmax(axis=1).tolist() == [3, 0]
    np.testing.assert_allclose(softmax(nearest_coin_logits(0.0, SEEN, BIASES)), 0.2)
    np.testing.assert_allclose(softmax(nearest_coin_logits(5.0, Tosses(0.0, 0.0), BIASES)), 0.2)


@pytest.mark.parametrize(
    ("tosses", "biases", "says"),
    [
        (Tosses(-1.0, 3.0), BIASES, "^tosses.heads: expected counts from 0"),
        (SEEN, [0.5, 1.2], "^biases: expected probabilities"),
        (SEEN, 0.5, "^biases: expected 1 dimension"),
        (Tosses(np.nan, 3.0), BIASES, "^tosses.heads"),
    ],
)
def test_no_coins_are_refused(tosses, biases, says):
    with pytest.raises(ValueError, match=says):
        bag_log_joint(tosses, biases)


# Exact gradients and variances


@pytest.mark.slow
@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 2, 5]))
def test_the_enumerated_gradient_is_that_of_the_elbo(seed: int, size: int):
    rng = np.random.default_rng(seed)
    phi, joint = rng.normal(size=size) * 3, rng.normal(size=size) * 10

    def elbo(logits: np.ndarray) -> float:
        log_q = log_softmax(logits)
        return float(np.exp(log_q) @ (joint - log_q))

    ours, step = enumerated_gradient(phi, joint), 1e-5
    for k, unit in enumerate(np.eye(size)):
        slope = (elbo(phi + step * unit) - elbo(phi - step * unit)) / (2 * step)
        np.testing.assert_allclose(ours[k], slope, rtol=1e-5, atol=1e-7)


def test_the_gradient_vanishes_at_the_posterior():
    joint = np.asarray(bag_log_joint(SEEN, BIASES))
    np.testing.assert_allclose(enumerated_gradient(joint, joint), 0, atol=1e-14)
    np.testing.assert_allclose(
        enumerated_variance(joint, joint, baseline=logsumexp(joint)), 0, atol=1e-14
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("often", "score", "centred", "path"), [(1, 0.324, 0.431, 0.268), (2, 0.441, 0.463, 1.940)]
)
def test_no_order_of_the_variances_holds_for_every_function(often, score, centred, path):
    """cos z and cos 2z at μ = σ = 1: the mean as baseline may harm, and so may f' (notebook 12)."""

    def wave(z: Array, _: None) -> Array:
        return jnp.cos(often * z)

    q = Normal(1.0, 1.0)
    plain, middle = quadrature_variances(wave, q), float(expectation(wave, q))
    with_baseline = quadrature_variances(wave, q, baseline=middle)
    found = plain[0][0], with_baseline[0][0], plain[1][0]
    np.testing.assert_allclose(found, (score, centred, path), atol=1e-3)


def test_how_much_a_baseline_helps_depends_on_the_logit():
    """Of the bag of notebook 12: 3 times for the unlikeliest coin, 21 to 54 for the others."""
    logits = nearest_coin_logits(4.0, SEEN, BIASES)
    joint = bag_log_joint(SEEN, BIASES)
    q = softmax(logits)
    f = joint - np.log(q)
    np.testing.assert_allclose(f, [-19.4, -11.0, -8.2, -7.6, -8.2], atol=0.06)
    by_mean = enumerated_variance(logits, joint, baseline=float(q @ f))
    gains = enumerated_variance(logits, joint) / by_mean
    np.testing.assert_allclose(gains, [3.3, 21.9, 54.4, 21.4, 33.9], rtol=0.02)
    squares = (np.eye(5)[0] - q[0]) ** 2  # of the score of the first logit
    best = float((q * f) @ squares / (q @ squares))
    found = enumerated_variance(logits, joint, baseline=best)[0]
    np.testing.assert_allclose((by_mean[0], found), (3.88, 0.0012), rtol=0.02)


def test_the_best_baseline_is_not_the_mean():
    """E[f s²] / E[s²] with the score s: 4 for z² at μ = σ = 1, where the mean is 2."""
    at = [
        float(quadrature_variances(square, Normal(1.0, 1.0), baseline=b)[0][0]) for b in (0, 2, 4)
    ]
    np.testing.assert_allclose(at, (30, 18, 14), rtol=1e-4)


def test_variances_of_the_square_are_the_closed_forms():
    """μ = σ = 1: the reference, 4 against 30."""
    variances = quadrature_variances(square, Normal(1.0, 1.0))
    np.testing.assert_allclose(variances.score_function[0], 30, rtol=1e-10)
    np.testing.assert_allclose(variances.reparametrised, [4, 12], rtol=1e-10)
    np.testing.assert_allclose(expectation(square, Q), 0.3**2 + 0.8**2, rtol=1e-12)
    np.testing.assert_allclose(quadrature_gradient(square, Q), [0.6, 2 * 0.64], rtol=1e-12)


@pytest.mark.slow
def test_quadrature_gradients_are_differences_of_expectations():
    def bound(mean: float, log_sd: float) -> float:
        return float(expectation(minted_log_joint, Normal(mean, np.exp(log_sd)), SEEN))

    at, step = (0.3, np.log(0.8)), 1e-5
    in_mean = (bound(at[0] + step, at[1]) - bound(at[0] - step, at[1])) / (2 * step)
    in_log_sd = (bound(at[0], at[1] + step) - bound(at[0], at[1] - step)) / (2 * step)
    ours = quadrature_gradient(minted_log_joint, Q, SEEN)
    np.testing.assert_allclose(ours, [in_mean, in_log_sd], rtol=1e-7)


@pytest.mark.slow
def test_scores_are_gradients_of_log_densities():
    phi = jnp.asarray(LOGITS)
    for z in range(5):
        expected = jax.grad(lambda at, z=z: jax.nn.log_softmax(at)[z])(phi)
        np.testing.assert_allclose(
            categorical_scores(jnp.array(z), phi), expected, rtol=1e-12, atol=1e-15
        )


@pytest.mark.slow
def test_a_category_without_probability_counts_nothing():
    """Its logit is −∞, so f = log p − log q is ∞ there: 0 · ∞ is 0."""
    phi, joint = [0.4, 1.0, -np.inf], [-1.0, -3.0, -2.0]
    for exact in (enumerated_gradient, enumerated_variance):
        np.testing.assert_allclose(exact(phi, joint), [*exact(phi[:2], joint[:2]), 0], rtol=1e-12)
    draws = categorical_draws(
        phi, joint, temperature=0.7, repeats=2, draws=50, key=jax.random.key(0)
    )
    assert all(np.isfinite(field).all() for field in draws)
    assert not draws.slopes[..., 2].any()
    assert not draws.scores[..., 2].any()
    np.testing.assert_allclose(draws.slopes.sum(axis=-1), 0, atol=1e-12)  # as softmax's are


def test_one_category_leaves_nothing_to_estimate():
    assert enumerated_gradient([0.3], [-2.0]) == enumerated_variance([0.3], [-2.0]) == 0


@pytest.mark.parametrize("precise", [False, True])
def test_no_normal_is_too_narrow(precise: bool):
    """f(z) = z at μ = 0: (ε² − 1)² averages 2, and the path's slope is 1 for every ε."""
    with jax.enable_x64(precise):
        variances = quadrature_variances(identity, Normal(0.0, 1e-30))
        gradient = quadrature_gradient(identity, Normal(0.0, 1e-30))
    np.testing.assert_allclose(variances.score_function[0], 2, rtol=1e-5)
    np.testing.assert_allclose(variances.reparametrised, 0, atol=1e-12)
    np.testing.assert_allclose(gradient, [1, 0], atol=1e-5)


def identity(z: Array, _: None) -> Array:
    return z


# Estimates


@pytest.fixture(scope="module")
def continuous() -> Draws:
    with jax.enable_x64(True):
        return normal_draws(
            minted_log_joint, Q, SEEN, repeats=20_000, draws=16, key=jax.random.key(0)
        )


@pytest.fixture(scope="module")
def discrete() -> Draws:
    joint = np.asarray(bag_log_joint(SEEN, BIASES), float)
    with jax.enable_x64(True):
        return categorical_draws(
            LOGITS, joint, temperature=1.0, repeats=20_000, draws=16, key=jax.random.key(1)
        )


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["plain", "baseline", "leave_one_out", "pathwise"])
def test_continuous_estimators_are_unbiased(kind: str, continuous: Draws):
    exact = quadrature_gradient(minted_log_joint, Q, SEEN)
    found = estimates_by_size(continuous, jnp.asarray(-9.0), sizes=SIZES)
    for size, estimates in zip(SIZES, np.asarray(getattr(found, kind)), strict=True):
        if kind == "leave_one_out" and size == 1:
            assert np.isnan(estimates).all()
        else:
            assert within(estimates, exact), (size, estimates.mean(axis=0), exact)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["plain", "baseline", "leave_one_out"])
def test_discrete_score_functions_are_unbiased(kind: str, discrete: Draws):
    exact = enumerated_gradient(LOGITS, bag_log_joint(SEEN, BIASES))
    found = estimates_by_size(discrete, jnp.asarray(-12.0), sizes=SIZES)
    for estimates in np.asarray(getattr(found, kind))[kind == "leave_one_out" :]:
        assert within(estimates, exact)


@pytest.mark.slow
def test_measured_variances_are_the_exact_ones_over_the_draws(continuous: Draws, discrete: Draws):
    exact = quadrature_variances(minted_log_joint, Q, SEEN)
    found = estimates_by_size(continuous, jnp.asarray(0.0), sizes=SIZES)
    joint = bag_log_joint(SEEN, BIASES)
    of_bag = estimates_by_size(discrete, jnp.asarray(-12.0), sizes=SIZES)
    for index, size in enumerate(SIZES):
        for estimates, variance in (
            (found.plain, exact.score_function),
            (found.pathwise, exact.reparametrised),
            (of_bag.plain, enumerated_variance(LOGITS, joint)),
            (of_bag.baseline, enumerated_variance(LOGITS, joint, baseline=-12.0)),
        ):
            np.testing.assert_allclose(size * estimates[index].var(axis=0), variance, rtol=0.1)


@pytest.mark.slow
def test_baselines_and_paths_lower_the_variance(continuous: Draws):
    found = estimates_by_size(continuous, jnp.asarray(-9.0), sizes=(16,))
    plain, baseline, left, path = (np.asarray(field)[0].var(axis=0)[0] for field in found)
    assert path < left < 1.3 * baseline < plain / 3


@pytest.mark.slow
def test_leave_one_out_by_running_sums_is_the_plain_formula(discrete: Draws):
    few = Draws(*(field[:20] for field in discrete))
    found = estimates_by_size(few, jnp.asarray(0.7), sizes=(2, 5))
    for index, size in enumerate((2, 5)):
        values, scores = few.values[:, :size], few.scores[:, :size]
        plain = score_function_gradient(values, scores, leave_one_out(values))
        np.testing.assert_allclose(found.leave_one_out[index], plain, rtol=1e-9, atol=1e-9)
        others = [np.delete(values, s, axis=1).mean(axis=1) for s in range(size)]
        np.testing.assert_allclose(leave_one_out(values), np.stack(others, axis=1), rtol=1e-12)


def test_a_baseline_with_its_own_draw_is_biased(discrete: Draws):
    """It shrinks the gradient by (S − 1) / S."""
    exact = np.asarray(enumerated_gradient(LOGITS, bag_log_joint(SEEN, BIASES)))
    values, scores = discrete.values[:, :4], discrete.scores[:, :4]
    own = np.asarray(score_function_gradient(values, scores, values.mean(axis=1, keepdims=True)))
    assert not within(own, exact)
    assert within(own, 0.75 * exact)


@pytest.mark.slow
def test_relaxing_is_biased_and_less_so_when_colder(discrete: Draws):
    exact = np.asarray(enumerated_gradient(LOGITS, bag_log_joint(SEEN, BIASES)))
    warm = np.asarray(discrete.slopes[:, 0])
    cold = categorical_draws(
        LOGITS, bag_log_joint(SEEN, BIASES), temperature=0.1, repeats=20_000, draws=1,
        key=jax.random.key(2),
    ).slopes[:, 0]  # fmt: skip
    assert not within(warm, exact, errors=20)
    bias = [np.abs(np.asarray(found).mean(axis=0) - exact)[0] for found in (warm, cold)]
    assert bias[1] < bias[0] / 5
    assert np.asarray(cold).var(axis=0)[0] > 10 * warm.var(axis=0)[0]


@pytest.mark.slow
def test_the_relaxed_gradient_of_two_categories_is_an_integral():
    """The difference of two Gumbels is logistic, so one integral gives the relaxed expectation."""
    joint, phi, tau = np.array([-3.0, -1.0]), np.array([0.4, -0.1]), 0.7

    def relaxed(phi: np.ndarray) -> float:
        log_q = log_softmax(phi)

        def integrand(noise: float) -> float:
            share = 1 / (1 + np.exp(-(phi[0] - phi[1] + noise) / tau))
            density = np.exp(-abs(noise)) / (1 + np.exp(-abs(noise))) ** 2
            return density * (np.array([share, 1 - share]) @ (joint - log_q))

        return quad(integrand, -40, 40, limit=200)[0]

    exact = [(relaxed(phi + step) - relaxed(phi - step)) / 2e-4 for step in 1e-4 * np.eye(2)]
    found = categorical_draws(
        phi, joint, temperature=tau, repeats=40_000, draws=1, key=jax.random.key(3)
    )
    assert within(np.asarray(found.slopes[:, 0]), np.array(exact))


@pytest.mark.slow
def test_points_and_latents_are_drawn_as_one_expectation():
    people = Tosses(np.array([1.0, 6.0, 9.0]), np.array([11.0, 6.0, 3.0]))
    joint = bag_log_joint(people, BIASES)

    def amortised(phi: Array) -> Array:
        return nearest_coin_logits(phi[0], people, BIASES)

    phi = jnp.array([4.0])
    exact = jax.grad(mean_elbo)(phi, joint, amortised)
    rows = [evidence(joint[i], softmax(amortised(phi)[i])) for i in range(3)]
    np.testing.assert_allclose(mean_elbo(phi, joint, amortised), np.mean(rows), rtol=1e-12)
    found = joint_draws(
        phi, joint, amortised=amortised, repeats=20_000, draws=8, key=jax.random.key(4)
    )
    estimates = estimates_by_size(found, jnp.asarray(-8.0), sizes=(1, 8))
    for field in (estimates.plain, estimates.baseline):
        assert within(np.asarray(field[0]), exact)
        assert within(np.asarray(field[1]), exact)
    assert within(np.asarray(estimates.leave_one_out[1]), exact)


def evidence(log_joint: np.ndarray, q: np.ndarray) -> float:
    """ELBO by hand."""
    return float(q @ (np.asarray(log_joint) - np.log(q)))


# What is refused


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: enumerated_gradient([0.0, 1.0], [0.0]), "^logits: expected shape"),
        (lambda: enumerated_gradient([np.nan], [0.0]), "^logits: 1 of 1"),
        (lambda: enumerated_variance([0.0], [-np.inf]), "^log_joint: 1 of 1"),
        (
            lambda: categorical_draws(
                [0.0], [0.0], temperature=0.0, repeats=1, draws=1, key=jax.random.key(0)
            ),
            "^temperature: expected a number from 1e-06 on",
        ),
        (
            lambda: estimates_by_size(DRAWS, 0.0, sizes=(2, 4)),
            "^sizes: expected a whole number from 1 to 3, got 4",
        ),
        (lambda: score_function_gradient(DRAWS.values, DRAWS.scores, jnp.ones(3)), "^baseline"),
        (lambda: quadrature_gradient(square, Normal(0.0, 0.0)), r"^q\.sd: expected a positive"),
        (lambda: expectation(square, Normal(np.zeros(2), 1.0)), r"^q\.mean: expected shape"),
    ],
)
def test_what_has_no_gradient_is_refused(call, says: str):
    with pytest.raises(ValueError, match=says):
        call()


@pytest.mark.slow
def test_single_precision_agrees(continuous: Draws):
    with jax.enable_x64(False):
        few = Draws(*(jnp.asarray(np.asarray(field[:50]), jnp.float32) for field in continuous))
        single = estimates_by_size(few, jnp.asarray(-9.0), sizes=(1, 16))
        assert single.plain.dtype == jnp.float32
    double = estimates_by_size(
        Draws(*(field[:50] for field in continuous)), jnp.asarray(-9.0), sizes=(1, 16)
    )
    for one, other in zip(single, double, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=2e-3)
