"""The E-step of Dawid and Skene: right answers of every kind pass, mistakes are named."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lecture11.exercises import check_expert_posterior


def stub(counts, marginals, confusions): ...


def log_terms(counts, marginals, confusions):
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = counts[:, :, None] * np.log(confusions)[None]  # I × J × K × L
    return np.log(marginals) + np.where(counts[:, :, None] > 0, terms, 0).sum(axis=(1, 3))


def normalised(log_joint, axis=1):
    shifted = np.exp(log_joint - log_joint.max(axis=axis, keepdims=True))
    return shifted / shifted.sum(axis=axis, keepdims=True)


def with_numpy(counts, marginals, confusions):
    return normalised(log_terms(counts, marginals, confusions))


def with_loops(counts, marginals, confusions):
    rows = []
    for item in counts:
        logs = np.log(marginals)
        for expert, table in zip(item, confusions, strict=True):
            for answer, times in enumerate(expert):
                if times:
                    with np.errstate(divide="ignore"):
                        logs = logs + times * np.log(table[:, answer])
        rows.append(list(np.exp(logs - np.logaddexp.reduce(logs))))
    return rows


def with_jax(counts, marginals, confusions):
    counts, confusions = jnp.asarray(counts), jnp.asarray(confusions)
    logs = jax.scipy.special.xlogy(counts[:, :, None], confusions[None]).sum(axis=(1, 3))
    return jax.nn.softmax(jnp.log(marginals) + logs, axis=1)


def in_place(counts, marginals, confusions):
    answer = with_numpy(counts, marginals, confusions)
    for array in (counts, marginals, confusions):
        array *= 0
    return answer


def products(counts, marginals, confusions):
    joint = marginals * (confusions[None] ** counts[:, :, None]).prod(axis=(1, 3))
    return joint / joint.sum(axis=1, keepdims=True)


def zero_times_log_zero(counts, marginals, confusions):
    logs = np.einsum("ijl,jkl->ik", counts, np.log(confusions))
    return normalised(np.log(marginals) + logs)


def joint(counts, marginals, confusions):
    return np.exp(log_terms(counts, marginals, confusions))


def over_items(counts, marginals, confusions):
    return normalised(log_terms(counts, marginals, confusions), axis=0)


def transposed(counts, marginals, confusions):
    return with_numpy(counts, marginals, confusions).T


def logarithms(counts, marginals, confusions):
    return np.log(with_numpy(counts, marginals, confusions))


def hard(counts, marginals, confusions):
    shares = with_numpy(counts, marginals, confusions)
    return np.eye(shares.shape[1])[shares.argmax(axis=1)]


def without_marginals(counts, marginals, confusions):
    return with_numpy(counts, np.ones_like(marginals), confusions)


def once(counts, marginals, confusions):
    return with_numpy(np.minimum(counts, 1), marginals, confusions)


def turned(counts, marginals, confusions):
    return with_numpy(counts, marginals, confusions.transpose(0, 2, 1))


def averaged(counts, marginals, confusions):
    prior = np.log(marginals)
    logs = log_terms(counts, marginals, confusions) - prior
    return normalised(prior + logs / counts.shape[1])


def votes(counts, marginals, confusions):
    total = counts.sum(axis=1)
    return total / total.sum(axis=1, keepdims=True)


def halves(counts, marginals, confusions):
    return with_numpy(counts, marginals, confusions) / 2


def first_expert(counts, marginals, confusions):
    return with_numpy(counts[:, :1], marginals, confusions[:1])


def too_few(counts, marginals, confusions):
    return with_numpy(counts, marginals, confusions)[:-1]


def crashes(counts, marginals, confusions):
    return counts @ marginals[:1]


@pytest.mark.parametrize("student", [with_numpy, with_loops, with_jax, in_place])
def test_right_answers_pass(student):
    verdict = check_expert_posterior(student)
    assert verdict.passed, verdict
    assert "30,000" in verdict.message


@pytest.mark.parametrize(
    ("student", "says"),
    [
        (stub, "returns nothing yet"),
        (joint, "joint probabilities"),
        (over_items, "normalised over the items"),
        (transposed, "the transpose"),
        (logarithms, "logarithms of the posterior"),
        (hard, "wholly to its likeliest class"),
        (without_marginals, "marginals π_k are missing"),
        (once, "every answer once"),
        (turned, "the wrong way round"),
        (averaged, "averaged over the experts"),
        (votes, "averaged votes"),
        (halves, "Each row must sum to 1"),
        (first_expert, "the shares are wrong"),
        (too_few, "Expected an array of shape"),
        (zero_times_log_zero, "0 · log 0"),
        (products, "30,000 on one item"),
        (crashes, "Your code raised"),
    ],
)
def test_mistakes_are_named(student, says):
    verdict = check_expert_posterior(student)
    assert not verdict.passed
    assert says in verdict.message
