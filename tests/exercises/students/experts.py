"""Students' answers to notebook 08: right in every style, and wrong."""

import jax
import jax.numpy as jnp
import numpy as np

from lecture11.exercises import check_expert_posterior
from tests.exercises.students import Students


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


@jax.jit
def with_jax(counts, marginals, confusions):
    counts, confusions = jnp.asarray(counts), jnp.asarray(confusions)
    logs = jax.scipy.special.xlogy(counts[:, :, None], confusions[None]).sum(axis=(1, 3))
    return jax.nn.softmax(jnp.log(marginals) + logs, axis=1)


def products(counts, marginals, confusions):
    joint = marginals * (confusions[None] ** counts[:, :, None]).prod(axis=(1, 3))
    return joint / joint.sum(axis=1, keepdims=True)


def zero_times_log_zero(counts, marginals, confusions):
    logs = np.einsum("ijl,jkl->ik", counts, np.log(confusions))
    return normalised(np.log(marginals) + logs)


def zeros_left_out(counts, marginals, confusions):
    logs = np.log(np.where(confusions > 0, confusions, 1))
    return normalised(np.log(marginals) + np.einsum("ijl,jkl->ik", counts, logs))


def all_but_the_last(rows):
    return np.where(np.arange(len(rows))[:, None] < len(rows) - 1, rows, 0)


def joint(counts, marginals, confusions):
    return np.exp(log_terms(counts, marginals, confusions))


def hard(counts, marginals, confusions):
    shares = with_numpy(counts, marginals, confusions)
    return np.eye(shares.shape[1])[shares.argmax(axis=1)]


def averaged(counts, marginals, confusions):
    prior = np.log(marginals)
    logs = log_terms(counts, marginals, confusions) - prior
    return normalised(prior + logs / counts.shape[1])


def votes(counts, marginals, confusions):
    total = counts.sum(axis=1)
    return total / total.sum(axis=1, keepdims=True)


EXERCISES = {
    check_expert_posterior: Students(
        right=[with_numpy, with_loops, with_jax],
        wrong=[
            ("joint probabilities", joint),
            ("normalised over the items", lambda n, pi, c: normalised(log_terms(n, pi, c), axis=0)),
            ("the transpose", lambda n, pi, c: with_numpy(n, pi, c).T),
            ("logarithms of the posterior", lambda n, pi, c: np.log(with_numpy(n, pi, c))),
            ("wholly to its likeliest class", hard),
            ("marginals π_k are missing", lambda n, pi, c: with_numpy(n, np.ones_like(pi), c)),
            ("every answer once", lambda n, pi, c: with_numpy(np.minimum(n, 1), pi, c)),
            ("the wrong way round", lambda n, pi, c: with_numpy(n, pi, c.transpose(0, 2, 1))),
            ("averaged over the experts", averaged),
            ("averaged votes", votes),
            ("row 0 sums to 0.5.", lambda n, pi, c: with_numpy(n, pi, c) / 2),
            ("row 5 sums to 0.", lambda n, pi, c: all_but_the_last(with_numpy(n, pi, c))),
            ("the probabilities are wrong", lambda n, pi, c: with_numpy(n[:, :1], pi, c[:1])),
            ("Expected a row for each item", lambda n, pi, c: with_numpy(n, pi, c)[:-1]),
            ("0 · log 0", zero_times_log_zero),
            ("0 · log 0", zeros_left_out),
            ("30,000 on one item", products),
            ("Your code raised", lambda n, pi, c: n @ pi[:1]),
        ],
    )
}
