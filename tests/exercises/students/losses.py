"""Students' answers to notebook 07: right in every style, and wrong."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import optax
from scipy.special import rel_entr, softmax

from lecture11.exercises import check_logit_gradient, check_reverse_kl
from lecture11.supervised import forward_kl, soft_cross_entropy
from tests.exercises.students import Students


def with_numpy(logits, labels):
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (exponentials / exponentials.sum(axis=1, keepdims=True) - labels) / len(labels)


def with_loops(logits, labels):
    rows = []
    for z, p in zip(logits.tolist(), labels.tolist(), strict=True):
        largest = max(z)
        total = sum(math.exp(a - largest) for a in z)
        rows.append(
            [(math.exp(a - largest) / total - b) / len(logits) for a, b in zip(z, p, strict=True)]
        )
    return rows


@jax.jit
def by_jax_grad(logits, labels):
    def loss(z):
        return -(labels * jax.nn.log_softmax(z)).sum(axis=1).mean()

    return jax.grad(loss)(jnp.asarray(logits))


@jax.jit
def by_optax(logits, labels):
    return jax.grad(lambda z: optax.softmax_cross_entropy(z, labels).mean())(jnp.asarray(logits))


@jax.jit
def by_the_course(logits, labels):
    return jax.grad(lambda z: soft_cross_entropy(labels, logits=z))(jnp.asarray(logits))


@jax.jit
def by_forward_kl(logits, labels):
    """Another loss, the same gradient: that is the point."""
    return jax.grad(lambda z: forward_kl(labels, logits=z))(jnp.asarray(logits))


def loss_of_each(logits, labels):
    return np.log(np.exp(logits).sum(axis=1)) - (labels * logits).sum(axis=1)


def with_where(predicted, labels):
    terms = np.zeros_like(predicted)
    some = predicted > 0
    terms[some] = predicted[some] * np.log(predicted[some] / labels[some])
    return terms.sum(axis=1)


def with_scipy(predicted, labels):
    return rel_entr(predicted, labels).sum(axis=1)


def with_python(predicted, labels):
    totals = []
    for row, label in zip(predicted, labels, strict=True):
        total = 0.0
        for p, q in zip(row, label, strict=True):
            if p > 0:
                total += math.inf if q == 0 else p * (math.log(p) - math.log(q))
        totals.append(total)
    return totals


@jax.jit
def divergence_with_jax(predicted, labels):
    p, q = jnp.asarray(predicted), jnp.asarray(labels)
    terms = jnp.where(
        p > 0, p * (jnp.log(jnp.where(p > 0, p, 1)) - jnp.log(jnp.where(p > 0, q, 1))), 0
    )
    return terms.sum(axis=1)


def only_where_both(p, q):
    both = (p > 0) & (q > 0)
    return np.where(both, p * np.log(np.where(both, p, 1) / np.where(both, q, 1)), 0).sum(axis=1)


EXERCISES = {
    check_logit_gradient: Students(
        right=[with_numpy, with_loops, by_jax_grad, by_optax, by_the_course, by_forward_kl],
        wrong=[
            ("Return one array of numbers; this is a str", lambda z, p: "text"),
            ("complex", lambda z, p: with_numpy(z, p) + 0j),
            ("sign is reversed", lambda z, p: -with_numpy(z, p)),
            ("sum of the losses falls", lambda z, p: p - softmax(z, axis=1)),
            ("gradient of the sum", lambda z, p: with_numpy(z, p) * len(p)),
            ("divided by n · C", lambda z, p: with_numpy(z, p) / p.shape[1]),
            ("softmax is missing", lambda z, p: (z - p) / len(p)),
            ("runs over the examples", lambda z, p: (softmax(z, axis=0) - p) / len(p)),
            ("sigmoid of its own", lambda z, p: (1 / (1 + np.exp(-z)) - p) / len(p)),
            (
                "labels have become hard",
                lambda z, p: with_numpy(z, np.eye(p.shape[1])[p.argmax(axis=1)]),
            ),
            ("labels are missing", lambda z, p: softmax(z, axis=1) / len(p)),
            ("labels alone", lambda z, p: -p / len(p)),
            ("derivative by the probabilities", lambda z, p: -p / softmax(z, axis=1) / len(p)),
            (
                "squared error",
                lambda z, p: jax.grad(
                    lambda a: 0.5 * ((jax.nn.softmax(a) - p) ** 2).sum(axis=1).mean()
                )(jnp.asarray(z)),
            ),
            ("loss of each example", loss_of_each),
            ("loss itself", lambda z, p: loss_of_each(z, p).mean()),
            ("transposed", lambda z, p: with_numpy(z, p).T),
            (
                "Expected an array of shape (n, C) = (5, 3), got (3,)",
                lambda z, p: with_numpy(z, p)[0],
            ),
            ("Not the gradient", lambda z, p: 1.5 * with_numpy(z, p)),
            (
                "overflows",
                lambda z, p: (np.exp(z) / np.exp(z).sum(axis=1, keepdims=True) - p) / len(p),
            ),
        ],
    ),
    check_reverse_kl: Students(
        right=[with_where, with_scipy, with_python, divergence_with_jax],
        wrong=[
            ("forward KL", lambda p, q: rel_entr(q, p).sum(axis=1)),
            ("the loss of maximum likelihood", lambda p, q: -(q * np.log(p)).sum(axis=1)),
            ("own entropy is still to be subtracted", lambda p, q: -(p * np.log(q)).sum(axis=1)),
            ("sign is reversed", lambda p, q: -with_scipy(p, q)),
            ("base 2", lambda p, q: with_scipy(p, q) / np.log(2)),
            ("mean over the rows", lambda p, q: with_scipy(p, q).mean()),
            ("sum over the rows", lambda p, q: with_scipy(p, q).sum()),
            ("Sum over the classes", rel_entr),
            ("Expected one number for each row", lambda p, q: with_scipy(p, q)[:2]),
            ("Not Σ_y p(y) log", lambda p, q: 1.5 * with_scipy(p, q)),
            ("NaN for the prediction", lambda p, q: (p * np.log(p / q)).sum(axis=1)),
            (
                "only hides that",
                lambda p, q: (
                    p * (np.log(np.maximum(p, 1e-12)) - np.log(np.maximum(q, 1e-12)))
                ).sum(axis=1),
            ),
            ("only hides that", only_where_both),
            (
                "∞ for the prediction [1.0, 0.0, 0.0] and the labels "
                "[1.0, 0.0, 0.0], where it is 0",
                lambda p, q: np.where((q == 0).any(axis=1), np.inf, with_scipy(p, q)),
            ),
        ],
    ),
}
