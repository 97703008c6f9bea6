"""Students' answers to notebook 12: right in every style, and wrong."""

import jax
import jax.numpy as jnp
import numpy as np

from lecture11.divergence import Normal
from lecture11.exercises import check_reparametrised, check_score_function, check_vae_divergence
from lecture11.variational import kl_to_prior, leave_one_out, score_function_gradient
from tests.exercises.students import Students


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


@jax.jit
def by_automatic_differentiation(z, values, mean, sd):
    z, values = jnp.asarray(z), jnp.asarray(values)

    def surrogate(mean, sd):
        log_q = -0.5 * ((z - mean) / sd) ** 2 - jnp.log(sd)
        return (log_q * (values - leave_one_out(values))).mean()

    return jnp.stack(jax.grad(surrogate, (0, 1))(jnp.asarray(mean), jnp.asarray(sd)))


@jax.jit
def with_the_package(z, values, mean, sd):
    t, values = (jnp.asarray(z) - mean) / sd, jnp.asarray(values)
    scores = jnp.stack([t / sd, (t**2 - 1) / sd], axis=1)
    return score_function_gradient(values, scores, leave_one_out(values))


def no_constant(z, values, mean, sd):
    """Right: what is the same for all draws drops out, as the centred values sum to 0."""
    t = (z - mean) / sd
    return (np.stack([t / sd, t**2 / sd]) * centred(values)).mean(axis=1)


def summed(z, values, mean, sd):
    return (scores_of(z, mean, sd) * centred(values)).sum(axis=1)


def in_log_sd(z, values, mean, sd):
    t = (z - mean) / sd
    return (np.stack([t / sd, t**2 - 1]) * centred(values)).mean(axis=1)


def standardised(z, values, mean, sd):
    t = (z - mean) / sd
    return (np.stack([t, t**2 - 1]) * centred(values)).mean(axis=1)


def of_the_density(z, values, mean, sd):
    density = np.exp(-0.5 * ((z - mean) / sd) ** 2) / np.sqrt(2 * np.pi) / sd
    return (scores_of(z, mean, sd) * density * centred(values)).mean(axis=1)


def each_draw(z, values, mean, sd):
    return scores_of(z, mean, sd) * centred(values)


def chain_rule(noise, slopes, mean, sd):
    return np.stack([slopes, slopes * noise]).mean(axis=1)


def chain_rule_by_dot(noise, slopes, mean, sd):
    return jnp.array([slopes.mean(), slopes @ noise / len(noise)])


@jax.jit
def chain_rule_by_jax(noise, slopes, mean, sd):
    """By the gradient of a function with the same slopes: its tangent at each z."""
    noise, slopes = jnp.asarray(noise), jnp.asarray(slopes)

    def tangents(mean, sd):
        return (slopes * (mean + sd * noise)).mean()

    return jnp.stack(jax.grad(tangents, (0, 1))(jnp.asarray(mean), jnp.asarray(sd)))


def closed_form(means, log_sds):
    return 0.5 * (means**2 + np.exp(2 * log_sds) - 1 - 2 * log_sds).sum(axis=1)


@jax.jit
def closed_form_in_jax(means, log_sds):
    return jax.vmap(lambda m, s: 0.5 * (m @ m + jnp.exp(2 * s).sum() - m.size) - s.sum())(
        jnp.asarray(means), jnp.asarray(log_sds)
    )


def in_loops(means, log_sds):
    return [
        sum(0.5 * (m**2 + np.exp(s) ** 2 - 1) - s for m, s in zip(row, logs, strict=True))
        for row, logs in zip(means, log_sds, strict=True)
    ]


@jax.jit
def from_the_package(means, log_sds):
    return kl_to_prior(Normal(jnp.asarray(means), jnp.exp(log_sds))).sum(axis=-1)


def variant(term):
    def divergence(means, log_sds):
        return term(means, log_sds).sum(axis=1)

    divergence.__name__ = term.__name__
    return divergence


def terms(means, log_sds):
    return 0.5 * (means**2 + np.exp(2 * log_sds) - 1 - 2 * log_sds)


def underflowing(means, log_sds):
    variances = np.exp(log_sds).astype(np.float32) ** 2 + np.float32(1e-20)
    return 0.5 * (means**2 + variances - 1 - np.log(variances)).sum(axis=1)


EXERCISES = {
    check_score_function: Students(
        right=[
            with_numpy,
            with_loops,
            as_a_covariance,
            by_automatic_differentiation,
            with_the_package,
            no_constant,
        ],
        wrong=[
            ("There is no baseline", lambda z, f, m, s: (scores_of(z, m, s) * f).mean(axis=1)),
            (
                "the draw's own among them",
                lambda z, f, m, s: (scores_of(z, m, s) * (f - f.mean())).mean(axis=1),
            ),
            ("The sign is reversed", lambda z, f, m, s: -with_numpy(z, f, m, s)),
            ("You have added up the draws", summed),
            ("the sum over draws by S − 1", lambda z, f, m, s: summed(z, f, m, s) / (len(z) - 1)),
            ("in the wrong order", lambda z, f, m, s: with_numpy(z, f, m, s)[::-1]),
            ("the derivative in log σ", in_log_sd),
            ("lack a division by σ", standardised),
            ("the scores alone", lambda z, f, m, s: scores_of(z, m, s).mean(axis=1)),
            ("derivatives of the density", of_the_density),
            ("single draws: take", each_draw),
            ("single draws, one a row", lambda z, f, m, s: each_draw(z, f, m, s).T),
            ("Expected two numbers", lambda z, f, m, s: with_numpy(z, f, m, s)[0]),
            ("Not the leave-one-out estimate", lambda z, f, m, s: 1.01 * with_numpy(z, f, m, s)),
        ],
    ),
    check_reparametrised: Students(
        right=[chain_rule, chain_rule_by_dot, chain_rule_by_jax],
        wrong=[
            ("The chain rule is missing in σ", lambda e, d, m, s: np.array([d.mean(), d.mean()])),
            ("derivative in log σ", lambda e, d, m, s: np.stack([d, d * s * e]).mean(axis=1)),
            ("∂z/∂σ is ε, not z.", lambda e, d, m, s: np.stack([d, d * (m + s * e)]).mean(axis=1)),
            ("only ε stands beside σ", lambda e, d, m, s: np.stack([d, d * e / s]).mean(axis=1)),
            ("∂z/∂μ is 1", lambda e, d, m, s: np.stack([d / s, d * e]).mean(axis=1)),
            (
                "This has the score in it",
                lambda e, d, m, s: np.stack([d * e / s, d * (e**2 - 1) / s]).mean(axis=1),
            ),
            ("in the wrong order", lambda e, d, m, s: chain_rule(e, d, m, s)[::-1]),
            ("You have added up the draws", lambda e, d, m, s: np.stack([d, d * e]).sum(axis=1)),
            ("The sign is reversed", lambda e, d, m, s: -chain_rule(e, d, m, s)),
            (
                "averaged before it was multiplied",
                lambda e, d, m, s: np.array([d.mean(), d.mean() * e.mean()]),
            ),
            ("single draws: take", lambda e, d, m, s: np.stack([d, d * e])),
            ("single draws, one a row", lambda e, d, m, s: np.stack([d, d * e], axis=1)),
            ("Not the reparametrised estimate", lambda e, d, m, s: chain_rule(e, d, m, s) / 2),
        ],
    ),
    check_vae_divergence: Students(
        right=[closed_form, closed_form_in_jax, in_loops, from_the_package],
        wrong=[
            ("a divergence is never negative", lambda m, log_s: -closed_form(m, log_s)),
            ("The factor ½ is missing", lambda m, log_s: 2 * closed_form(m, log_s)),
            (
                "log σ for log σ²",
                variant(lambda m, log_s: 0.5 * (m**2 + np.exp(log_s) - 1 - log_s)),
            ),
            (
                "σ stands where σ² belongs",
                variant(lambda m, log_s: 0.5 * (m**2 + np.exp(log_s) - 1 - 2 * log_s)),
            ),
            (
                "log σ² is twice as much",
                variant(lambda m, log_s: 0.5 * (m**2 + np.exp(2 * log_s) - 1 - log_s)),
            ),
            (
                "taken for σ itself",
                variant(lambda m, log_s: 0.5 * (m**2 + log_s**2 - 1 - np.log(log_s**2))),
            ),
            (
                "The means are not squared",
                variant(lambda m, log_s: 0.5 * (m + np.exp(2 * log_s) - 1 - 2 * log_s)),
            ),
            (
                "The −1 is missing",
                variant(lambda m, log_s: 0.5 * (m**2 + np.exp(2 * log_s) - 2 * log_s)),
            ),
            (
                "The sign of the logarithm",
                variant(lambda m, log_s: 0.5 * (m**2 + np.exp(2 * log_s) - 1 + 2 * log_s)),
            ),
            (
                "the other direction",
                variant(lambda m, log_s: log_s + (1 + m**2) / (2 * np.exp(2 * log_s)) - 0.5),
            ),
            ("averaged over the latents", lambda m, log_s: terms(m, log_s).mean(axis=1)),
            ("divergences of single latents", lambda m, log_s: terms(m, log_s)),
            ("added up the images", lambda m, log_s: terms(m, log_s).sum(axis=0)),
            ("This is one number: return", lambda m, log_s: terms(m, log_s).sum()),
            ("This is one number, the mean", lambda m, log_s: closed_form(m, log_s).mean()),
            ("where σ = e⁻³⁰", underflowing),
            ("Not ½ Σ_d", lambda m, log_s: closed_form(m, log_s) + 0.01),
        ],
    ),
}
