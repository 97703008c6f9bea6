"""Gradient estimators and the VAE's divergence: right answers pass, mistakes are named.

The students' functions below are written as students write them; none knows how the check works.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lecture11.divergence import Normal
from lecture11.exercises import (
    check_reparametrised,
    check_score_function,
    check_vae_divergence,
)
from lecture11.variational import (
    kl_to_prior,
    leave_one_out,
    normal_scores,
    score_function_gradient,
)


def nothing(*given: np.ndarray) -> None: ...


def stub(*given: np.ndarray) -> Any:
    return ...


# The score function, right


def scores_of(z, mean, sd):
    return np.stack([(z - mean) / sd**2, ((z - mean) ** 2 / sd**2 - 1) / sd])


def centred(values):
    return values - (values.sum() - values) / (len(values) - 1)


def with_numpy(z, values, mean, sd):
    return (scores_of(z, mean, sd) * centred(values)).mean(axis=1)


def with_loops(z, values, mean, sd):
    total = np.zeros(2)
    for s in range(len(z)):
        baseline = np.mean([values[t] for t in range(len(z)) if t != s])
        t = (z[s] - mean) / sd
        total += (values[s] - baseline) * np.array([t / sd, (t * t - 1) / sd])
    return list(total / len(z))


def as_a_covariance(z, values, mean, sd):
    return np.cov(scores_of(z, mean, sd), values)[:2, 2]


def by_automatic_differentiation(z, values, mean, sd):
    z, values = jnp.asarray(z), jnp.asarray(values)

    def surrogate(mean, sd):
        log_q = -0.5 * ((z - mean) / sd) ** 2 - jnp.log(sd)
        return (log_q * (values - leave_one_out(values))).mean()

    return jnp.stack(jax.grad(surrogate, (0, 1))(jnp.asarray(mean), jnp.asarray(sd)))


def with_the_package(z, values, mean, sd):
    scores = normal_scores(jnp.asarray(z), Normal(mean, sd)) / jnp.array([1, sd])
    values = jnp.asarray(values)
    return score_function_gradient(values, scores, leave_one_out(values))


def in_place(z, values, mean, sd):
    """Right, and careless with what it was given."""
    answer = with_numpy(z, values, mean, sd)
    for array in (z, values):
        array *= 0
    return answer


def no_constant(z, values, mean, sd):
    """Right: what is the same for all draws drops out, as the centred values sum to 0."""
    t = (z - mean) / sd
    return (np.stack([t / sd, t**2 / sd]) * centred(values)).mean(axis=1)


SCORES = [with_numpy, with_loops, as_a_covariance, by_automatic_differentiation]
SCORES += [with_the_package, in_place, no_constant]


# The score function, wrong


def no_baseline(z, values, mean, sd):
    return (scores_of(z, mean, sd) * values).mean(axis=1)


def own_draw(z, values, mean, sd):
    return (scores_of(z, mean, sd) * (values - values.mean())).mean(axis=1)


def reversed_sign(z, values, mean, sd):
    return -with_numpy(z, values, mean, sd)


def summed(z, values, mean, sd):
    return (scores_of(z, mean, sd) * centred(values)).sum(axis=1)


def one_less(z, values, mean, sd):
    return summed(z, values, mean, sd) / (len(z) - 1)


def swapped(z, values, mean, sd):
    return with_numpy(z, values, mean, sd)[::-1]


def in_log_sd(z, values, mean, sd):
    t = (z - mean) / sd
    return (np.stack([t / sd, t**2 - 1]) * centred(values)).mean(axis=1)


def standardised(z, values, mean, sd):
    t = (z - mean) / sd
    return (np.stack([t, t**2 - 1]) * centred(values)).mean(axis=1)


def scores_alone(z, values, mean, sd):
    return scores_of(z, mean, sd).mean(axis=1)


def of_the_density(z, values, mean, sd):
    density = np.exp(-0.5 * ((z - mean) / sd) ** 2) / np.sqrt(2 * np.pi) / sd
    return (scores_of(z, mean, sd) * density * centred(values)).mean(axis=1)


def each_draw(z, values, mean, sd):
    return scores_of(z, mean, sd) * centred(values)


def each_draw_in_rows(z, values, mean, sd):
    return each_draw(z, values, mean, sd).T


def one_number(z, values, mean, sd):
    return with_numpy(z, values, mean, sd)[0]


def other_noise(z, values, mean, sd):
    return 1.01 * with_numpy(z, values, mean, sd)


SCORE_MISTAKES = {
    nothing: "returns nothing yet",
    stub: "returns nothing yet",
    no_baseline: "There is no baseline",
    own_draw: "the draw's own among them",
    reversed_sign: "The sign is reversed",
    summed: "You have added up the draws",
    one_less: "divided by S − 1 twice",
    swapped: "in the wrong order",
    in_log_sd: "the derivative in log σ",
    standardised: "lack a division by σ",
    scores_alone: "the scores alone",
    of_the_density: "derivatives of the density",
    each_draw: "single draws: take",
    each_draw_in_rows: "single draws, one a row",
    one_number: "Expected two numbers",
    other_noise: "Not the leave-one-out estimate",
}


# Reparametrisation


def chain_rule(noise, slopes, mean, sd):
    return np.stack([slopes, slopes * noise]).mean(axis=1)


def chain_rule_by_dot(noise, slopes, mean, sd):
    return jnp.array([slopes.mean(), slopes @ noise / len(noise)])


def chain_rule_by_jax(noise, slopes, mean, sd):
    """By the gradient of a function with the same slopes: its tangent at each z."""
    noise, slopes = jnp.asarray(noise), jnp.asarray(slopes)

    def tangents(mean, sd):
        return (slopes * (mean + sd * noise)).mean()

    return jnp.stack(jax.grad(tangents, (0, 1))(jnp.asarray(mean), jnp.asarray(sd)))


PATHS = [chain_rule, chain_rule_by_dot, chain_rule_by_jax]


def no_chain_rule(noise, slopes, mean, sd):
    return np.array([slopes.mean(), slopes.mean()])


def path_in_log_sd(noise, slopes, mean, sd):
    return np.stack([slopes, slopes * sd * noise]).mean(axis=1)


def z_for_noise(noise, slopes, mean, sd):
    return np.stack([slopes, slopes * (mean + sd * noise)]).mean(axis=1)


def over_sd(noise, slopes, mean, sd):
    return np.stack([slopes, slopes * noise / sd]).mean(axis=1)


def mean_over_sd(noise, slopes, mean, sd):
    return np.stack([slopes / sd, slopes * noise]).mean(axis=1)


def with_score(noise, slopes, mean, sd):
    return np.stack([slopes * noise / sd, slopes * (noise**2 - 1) / sd]).mean(axis=1)


def path_swapped(noise, slopes, mean, sd):
    return chain_rule(noise, slopes, mean, sd)[::-1]


def path_summed(noise, slopes, mean, sd):
    return np.stack([slopes, slopes * noise]).sum(axis=1)


def path_reversed(noise, slopes, mean, sd):
    return -chain_rule(noise, slopes, mean, sd)


def averaged_first(noise, slopes, mean, sd):
    return np.array([slopes.mean(), slopes.mean() * noise.mean()])


def path_each(noise, slopes, mean, sd):
    return np.stack([slopes, slopes * noise])


def path_each_row(noise, slopes, mean, sd):
    return np.stack([slopes, slopes * noise], axis=1)


def path_half(noise, slopes, mean, sd):
    return chain_rule(noise, slopes, mean, sd) / 2


PATH_MISTAKES = {
    nothing: "returns nothing yet",
    stub: "returns nothing yet",
    no_chain_rule: "The chain rule is missing in σ",
    path_in_log_sd: "derivative in log σ",
    z_for_noise: "∂z/∂σ is ε, not z.",
    over_sd: "only ε stands beside σ",
    mean_over_sd: "∂z/∂μ is 1",
    with_score: "This has the score in it",
    path_swapped: "in the wrong order",
    path_summed: "You have added up the draws",
    path_reversed: "The sign is reversed",
    averaged_first: "averaged before it was multiplied",
    path_each: "single draws: take",
    path_each_row: "single draws, one a row",
    path_half: "Not the reparametrised estimate",
}


# The divergence


def closed_form(means, log_sds):
    return 0.5 * (means**2 + np.exp(2 * log_sds) - 1 - 2 * log_sds).sum(axis=1)


def closed_form_in_jax(means, log_sds):
    return jax.vmap(lambda m, s: 0.5 * (m @ m + jnp.exp(2 * s).sum() - m.size) - s.sum())(
        jnp.asarray(means), jnp.asarray(log_sds)
    )


def in_loops(means, log_sds):
    return [
        sum(0.5 * (m**2 + np.exp(s) ** 2 - 1) - s for m, s in zip(row, logs, strict=True))
        for row, logs in zip(means, log_sds, strict=True)
    ]


def from_the_package(means, log_sds):
    return kl_to_prior(Normal(jnp.asarray(means), jnp.exp(log_sds))).sum(axis=-1)


DIVERGENCES = [closed_form, closed_form_in_jax, in_loops, from_the_package]


def variant(term):
    def divergence(means, log_sds):
        return term(means, log_sds).sum(axis=1)

    divergence.__name__ = term.__name__
    return divergence


def terms(means, log_sds):
    return 0.5 * (means**2 + np.exp(2 * log_sds) - 1 - 2 * log_sds)


def negative(means, log_sds):
    return -closed_form(means, log_sds)


def no_half(means, log_sds):
    return 2 * closed_form(means, log_sds)


@variant
def variance_is_sd(means, log_sds):
    return 0.5 * (means**2 + np.exp(log_sds) - 1 - log_sds)


@variant
def sd_not_squared(means, log_sds):
    return 0.5 * (means**2 + np.exp(log_sds) - 1 - 2 * log_sds)


@variant
def log_of_sd(means, log_sds):
    return 0.5 * (means**2 + np.exp(2 * log_sds) - 1 - log_sds)


@variant
def sds_given(means, log_sds):
    return 0.5 * (means**2 + log_sds**2 - 1 - np.log(log_sds**2))


@variant
def means_not_squared(means, log_sds):
    return 0.5 * (means + np.exp(2 * log_sds) - 1 - 2 * log_sds)


@variant
def no_one(means, log_sds):
    return 0.5 * (means**2 + np.exp(2 * log_sds) - 2 * log_sds)


@variant
def plus_log(means, log_sds):
    return 0.5 * (means**2 + np.exp(2 * log_sds) - 1 + 2 * log_sds)


@variant
def other_direction(means, log_sds):
    return log_sds + (1 + means**2) / (2 * np.exp(2 * log_sds)) - 0.5


def mean_of_latents(means, log_sds):
    return terms(means, log_sds).mean(axis=1)


def one_by_one(means, log_sds):
    return terms(means, log_sds)


def over_images(means, log_sds):
    return terms(means, log_sds).sum(axis=0)


def in_all(means, log_sds):
    return terms(means, log_sds).sum()


def mean_of_images(means, log_sds):
    return closed_form(means, log_sds).mean()


def underflowing(means, log_sds):
    variances = np.exp(log_sds).astype(np.float32) ** 2 + np.float32(1e-20)
    return 0.5 * (means**2 + variances - 1 - np.log(variances)).sum(axis=1)


def slightly_off(means, log_sds):
    return closed_form(means, log_sds) + 0.01


DIVERGENCE_MISTAKES = {
    nothing: "returns nothing yet",
    stub: "returns nothing yet",
    negative: "a divergence is never negative",
    no_half: "The factor ½ is missing",
    variance_is_sd: "log σ for log σ²",
    sd_not_squared: "σ stands where σ² belongs",
    log_of_sd: "log σ² is twice as much",
    sds_given: "taken for σ itself",
    means_not_squared: "The means are not squared",
    no_one: "The −1 is missing",
    plus_log: "The sign of the logarithm",
    other_direction: "the other direction",
    mean_of_latents: "averaged over the latents",
    one_by_one: "divergences of single latents",
    over_images: "added up the images",
    in_all: "This is one number: return",
    mean_of_images: "This is one number, the mean",
    underflowing: "where σ = e⁻³⁰",
    slightly_off: "Not ½ Σ_d",
}

CHECKS = (
    (check_score_function, SCORES, SCORE_MISTAKES),
    (check_reparametrised, PATHS, PATH_MISTAKES),
    (check_vae_divergence, DIVERGENCES, DIVERGENCE_MISTAKES),
)


@pytest.mark.parametrize(
    ("check", "student"),
    [(check, student) for check, right, _ in CHECKS for student in right],
    ids=lambda f: f.__name__,
)
def test_a_right_answer_passes(check, student):
    verdict = check(student)
    assert verdict.passed, verdict.message


@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize(
    ("check", "student"),
    [
        (check_score_function, by_automatic_differentiation),
        (check_reparametrised, chain_rule_by_jax),
        (check_vae_divergence, closed_form_in_jax),
    ],
)
def test_a_right_answer_passes_in_jaxs_float64_too(check, student):
    assert check(student).passed


@pytest.mark.parametrize(
    ("check", "student", "says"),
    [(check, student, says) for check, _, mistakes in CHECKS for student, says in mistakes.items()],
    ids=lambda f: getattr(f, "__name__", ""),
)
def test_a_wrong_answer_is_named(check, student, says):
    verdict = check(student)
    assert not verdict.passed
    assert says in verdict.message


@pytest.mark.parametrize("check", [check for check, _, _ in CHECKS])
def test_an_error_is_reported_not_raised(check):
    def broken(*given):
        return given[7]

    verdict = check(broken)
    assert not verdict.passed
    assert "IndexError" in verdict.message
