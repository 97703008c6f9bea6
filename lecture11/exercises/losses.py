"""Checks for notebook 07: the gradient of the loss, and reverse KL against labels from samples."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lecture11.exercises.answers import ask, is_right, numbers, same
from lecture11.exercises.mistakes import kl_terms, softmax
from lecture11.exercises.verdict import Mistake, exercise


class _Case(NamedTuple):
    logits: np.ndarray
    labels: np.ndarray


def _case(seed: int, examples: int, classes: int) -> _Case:
    rng = np.random.default_rng(seed)
    return _Case(
        logits=2 * rng.normal(size=(examples, classes)),
        labels=rng.dirichlet(np.full(classes, 0.7), size=examples),
    )


CASES = (_case(0, 5, 3), _case(1, 4, 6))
FAR = _Case(np.array([[1e4, 0, -1e4]]), np.array([[0.2, 0.3, 0.5]]))  # e^10000 overflows


@exercise
def check_logit_gradient(student: Callable) -> str:
    """Check ``gradient(logits, labels) -> (n, C)``, of the mean cross-entropy with soft labels.

    Accepts any array library and any way of computing it. Names: nothing returned; the loss
    itself; the sign; no softmax, a sigmoid, or a softmax over the examples; the softmax alone or
    the labels alone; hard labels; the sum, or the mean over all entries; the gradient in the
    probabilities, or in the logits through a squared error; transposed; overflow.
    """
    for case in CASES:
        answer = numbers(ask(student, case))
        likely = _other_gradients(case)
        if not is_right(answer, _gradient(case), likely, "an array of shape (n, C)"):
            raise Mistake(
                "Not the gradient of the mean cross-entropy. Write the loss of one example as "
                "−Σ_y p*_y z_y + log Σ_c exp z_c and differentiate it by one logit."
            )
    far = numbers(ask(student, FAR))
    if not same(far, _gradient(FAR)):
        raise Mistake(
            "Right for small logits, but with logits of ±10,000 exp overflows: subtract each "
            "row's largest logit first, which leaves the softmax as it is."
        )
    return "The gradient is right, for soft labels and hard, even for huge logits."


def _gradient(case: _Case) -> np.ndarray:
    return (softmax(case.logits) - case.labels) / len(case.logits)


def _other_gradients(case: _Case) -> dict[str, np.ndarray]:
    logits, labels = case
    p, right = softmax(logits), _gradient(case)
    examples, classes = logits.shape
    hard = np.eye(classes)[labels.argmax(axis=1)]
    error = p - labels
    squared = p * (error - (p * error).sum(axis=1, keepdims=True))
    per_row = -(labels * np.log(p)).sum(axis=1)
    return {
        "The sign is reversed: this is the direction in which the loss falls, minus the "
        "gradient.": -right,
        "This is the direction in which the sum of the losses falls: the gradient of their mean is "
        "(prediction − label) / n.": -error,
        "This is the gradient of the sum over the examples: the loss is their mean, so divide by "
        "n.": error,
        "You have divided by n · C: the mean is over the examples only, so divide by n.": (
            error / logits.size
        ),
        "The softmax is missing: subtract the labels from probabilities, not from logits.": (
            (logits - labels) / examples
        ),
        "The softmax runs over the examples: each row, axis=1, must sum to 1.": (
            (softmax(logits, axis=0) - labels) / examples
        ),
        "Each logit went through a sigmoid of its own: the classes compete, so use the softmax.": (
            (1 / (1 + np.exp(-logits)) - labels) / examples
        ),
        "The labels have become hard: use the whole soft label, not only its largest entry.": (
            (p - hard) / examples
        ),
        "These are the probabilities alone: the labels are missing.": p / examples,
        "These are the labels alone: the derivative of log Σ exp z, the softmax, is missing.": (
            -labels / examples
        ),
        "This is the derivative by the probabilities, −p*/p: go on through the softmax to the "
        "logits.": -labels / p / examples,
        "This is the gradient of half the squared error, not of the cross-entropy.": (
            squared / examples
        ),
        "This is the loss of each example: return its derivatives by the logits, (n, C).": per_row,
        "This is the loss itself: return its derivatives by the logits, (n, C).": per_row.mean(),
        "The gradient is transposed: one row for each example, (n, C).": right.T,
    }


class _Pair(NamedTuple):
    predicted: np.ndarray
    labels: np.ndarray


def _pair(seed: int, examples: int, classes: int) -> _Pair:
    rng = np.random.default_rng(seed)
    return _Pair(
        rng.dirichlet(np.full(classes, 0.8), examples),
        rng.dirichlet(np.full(classes, 2.0), examples),
    )


KNOWN = (_pair(2, 4, 3), _pair(3, 3, 5))  # p* without zeros
SAMPLED = _Pair(  # what samples give: zeros
    predicted=np.array(
        [[0.7, 0.2, 0.1], [1, 0, 0], [0, 1, 0], [0.5, 0.5, 0], [0.999, 0.0005, 0.0005], [1, 0, 0]]
    ),
    labels=np.array(
        [[1.0, 0, 0], [1, 0, 0], [1, 0, 0], [0.5, 0.5, 0], [0.5, 0.5, 0], [0.5, 0.5, 0]]
    ),
)


@exercise
def check_reverse_kl(student: Callable) -> str:
    """Check ``reverse_kl(predicted, labels) -> (n,)``, D_KL(predicted ‖ labels) of each row.

    Accepts any array library and any way of computing it. Names: nothing returned; the forward
    direction; cross-entropies; the sign; bits; the mean or the sum over the rows; NaN or a finite
    value where it is ∞; ∞ or NaN where it is finite.
    """
    for pair in KNOWN:
        answer = numbers(ask(student, pair))
        right = _divergence(*pair)
        if not is_right(answer, right, _other_divergences(pair), "one number for each row, (n,)"):
            raise Mistake("Not Σ_y p(y) log (p(y) / p*(y)) of each row, p being the prediction.")
    _compare_sampled(numbers(ask(student, SAMPLED)), _divergence(*SAMPLED))
    return (
        "Reverse KL is right, and ∞ wherever the prediction allows a label that the samples have "
        "never shown."
    )


def _divergence(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    return kl_terms(p, q).sum(axis=1)


def _compare_sampled(answer: np.ndarray, right: np.ndarray) -> None:
    if answer.shape != right.shape:
        raise Mistake(f"Expected one number for each row, {right.shape}, got {answer.shape}.")
    for row, (value, truth) in enumerate(zip(answer, right, strict=True)):
        about = (
            f"for the prediction {SAMPLED.predicted[row].tolist()} and the labels "
            f"{SAMPLED.labels[row].tolist()}"
        )
        if np.isnan(value):
            raise Mistake(
                f"NaN {about}: there 0 · log 0 counts as 0, and p log (p / 0) with p > 0 as ∞."
            )
        if np.isinf(truth) and np.isfinite(value):
            raise Mistake(
                f"{value:.3g} {about}, where the divergence is ∞: the prediction allows a class "
                "whose label has probability 0. Clipping 0 to a small number, or leaving those "
                "classes out, only hides that."
            )
        if np.isfinite(truth) and not np.isfinite(value):
            raise Mistake(
                f"∞ {about}, where it is {truth:.3g}: a class that the prediction rules out adds "
                "nothing."
            )
        if not same(np.asarray(value), truth):
            raise Mistake(f"{value:.4g} {about}, where it is {truth:.4g}.")


def _other_divergences(pair: _Pair) -> dict[str, np.ndarray]:
    predicted, labels = pair
    right = _divergence(predicted, labels)
    crossed = -(predicted * np.log(labels)).sum(axis=1)
    return {
        "This is forward KL, D(labels ‖ predicted): here the prediction is what averages.": (
            _divergence(labels, predicted)
        ),
        "This is the cross-entropy of the labels and the prediction, the loss of maximum "
        "likelihood: reverse KL is Σ_y p log (p / p*).": (
            -(labels * np.log(predicted)).sum(axis=1)
        ),
        "This is Σ_y p (−log p*) alone: the prediction's own entropy is still to be subtracted.": (
            crossed
        ),
        "The sign is reversed: a divergence is never negative.": -right,
        "You have taken logarithms to base 2: use the natural one, log.": right / np.log(2),
        "This is the mean over the rows: return one number for each.": right.mean(),
        "This is the sum over the rows: return one number for each.": right.sum(),
        "Sum over the classes: these are the terms, one for each class.": kl_terms(
            predicted, labels
        ),
    }
