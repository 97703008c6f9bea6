"""Checks for notebook 05: KL divergence with its support condition, and Shannon's lengths."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lecture11.exercises.answers import ask, is_right, number, same
from lecture11.exercises.mistakes import Wrong, kl_terms
from lecture11.exercises.verdict import Mistake, exercise


class _Case(NamedTuple):
    p: np.ndarray
    q: np.ndarray


def _case(p: list[float], q: list[float]) -> _Case:
    return _Case(np.array(p), np.array(q))


PLAIN = (
    _case([0.7, 0.2, 0.1], [0.25, 0.45, 0.3]),
    _case([0.1, 0.2, 0.3, 0.4], [0.35, 0.05, 0.45, 0.15]),
)
P_ZERO = _case([0.6, 0.4, 0.0], [0.3, 0.3, 0.4])
BOTH_ZERO = _case([0.0, 0.6, 0.4], [0.0, 0.25, 0.75])
Q_ZERO = _case([0.3, 0.5, 0.2], [0.6, 0.4, 0.0])
TELLING = _case([0.1, 0.3, 0.2, 0.3, 0.1], [0.15, 0.05, 0.05, 0.2, 0.55])
"""Here all the mistaken costs differ, though most are made of small whole numbers."""

POWERS = _case([0.2, 0.3, 0.1, 0.4], [0.5, 0.25, 0.125, 0.125])


@exercise
def check_kl_divergence(student: Callable) -> str:
    """Check ``kl(p, q) -> float``, Σ_x p(x) log (p(x) / q(x)) in nats, for p and q of shape (n,).

    Names: nothing returned, the order reversed, another base, the sign, terms not summed, their
    mean, absolute values, weights forgotten or q's, cross-entropy, entropy, both directions added
    or averaged; NaN or an error for 0 log 0, letters of q counted there; a finite value, NaN or an
    error where q = 0 < p.
    """
    for case in PLAIN:
        answer = number(ask(student, case))
        if not is_right(answer, _divergence(case), _other_divergences(case), "one number"):
            raise Mistake(
                f"For p = {case.p.tolist()} and q = {case.q.tolist()} you answer {answer:.4g}: "
                "weigh log (p/q) by p, letter by letter, and add up."
            )
    for case, name in ((P_ZERO, "p has a 0"), (BOTH_ZERO, "p and q have a 0 at the same letter")):
        _check_zero(student, case, name)
    _check_outside(student, _divergence(Q_ZERO))
    return "The divergence is right, also where p or q is 0."


@exercise
def check_shannon_bits(student: Callable) -> str:
    """Check ``shannon_bits(p, q) -> float``, Σ_x p(x) ⌈−log₂ q(x)⌉, for p and q of shape (n,).

    Letters come from p, the code was made for q. Names: nothing returned, lengths made for p,
    averaged by q or plainly, not rounded up, rounded otherwise, rounded after averaging, another
    base, not averaged; a letter whose −log₂ q is whole; NaN where p = q = 0; a finite value where
    q = 0 < p.
    """
    for case in (TELLING, POWERS, PLAIN[0]):
        answer = number(ask(student, case))
        if not is_right(answer, _mean_length(case), _other_lengths(case), "one number"):
            raise Mistake(
                f"For p = {case.p.tolist()} and q = {case.q.tolist()} you answer {answer:.4g}: "
                "first the length of each letter's word from q, then their average under p."
            )
    _check_zero(student, BOTH_ZERO, "p and q have a 0 at the same letter", _mean_length)
    _check_outside(student, np.asarray(np.inf))
    return "The cost is right, also where p or q is 0."


def _outcome(student: Callable, case: _Case) -> np.ndarray | str:
    """The answer to a case with zeros, or the error in words: math.log(0) raises one."""
    try:
        return number(ask(student, case))
    except (ValueError, ArithmeticError) as error:
        return f"raises {type(error).__name__} ({error})"


def _told(outcome: np.ndarray | str) -> str:
    if isinstance(outcome, str):
        return outcome
    rounded = str(np.round(outcome, 4)).replace("-", "−")
    return f"gives {'NaN' if np.isnan(outcome).any() else rounded}"


def _check_zero(
    student: Callable,
    case: _Case,
    name: str,
    right: Callable[[_Case], np.ndarray] | None = None,
) -> None:
    outcome = _outcome(student, case)
    if isinstance(outcome, str) or not same(outcome, (right or _divergence)(case)):
        raise Mistake(
            f"Right where nothing is 0. But where {name}, your code {_told(outcome)}. A letter "
            "with p = 0 never comes and adds nothing (0 log 0 = 0): leave it out before you take "
            "logarithms."
        )


def _check_outside(student: Callable, right: np.ndarray) -> None:
    outcome = _outcome(student, Q_ZERO)
    if not isinstance(outcome, str) and same(outcome, right):
        return
    if not isinstance(outcome, str) and not np.isnan(outcome).any():
        raise Mistake(
            f"Where q is 0 and p is not, your code {_told(outcome)}; it must be ∞. A letter that "
            "does come and that q holds impossible costs infinitely much. Leave out only letters "
            "with p = 0, and add no small number to q: that hides it."
        )
    raise Mistake(
        f"Where q is 0 and p is not, your code {_told(outcome)}; it must be ∞ (np.inf). Test for "
        "it before you divide."
    )


def _divergence(case: _Case) -> np.ndarray:
    return np.asarray(kl_terms(*case).sum())


def _other_divergences(case: _Case) -> Wrong:
    p, q = case
    terms, back = kl_terms(p, q), kl_terms(q, p)
    right = terms.sum()
    return {
        "The order is reversed: this is D(q‖p). The first one, p, is what weighs the logarithms.": (
            back.sum()
        ),
        "You have taken logarithms to base 2, so these are bits: use the natural one.": (
            right / np.log(2)
        ),
        "You have taken logarithms to base 10: use the natural one, np.log.": right / np.log(10),
        "The sign is reversed: inside the logarithm stands p/q, not q/p.": -right,
        "These are the terms of the sum, one for each letter: add them up.": terms,
        "You have the mean of the terms: add them up; p already is the weight.": terms.mean(),
        "You have added absolute values. Single terms may be negative; it is their sum that never "
        "is.": np.abs(terms).sum(),
        "The weights are missing: each log (p/q) counts p times.": np.log(p / q).sum(),
        "You have averaged the logarithms plainly: each log (p/q) counts p times.": (
            np.log(p / q).mean()
        ),
        "You have weighed log (p/q) by q: the letters come from p.": (q * np.log(p / q)).sum(),
        "This is the cross-entropy −Σ p log q: the entropy of p is still in it.": (
            -(p * np.log(q)).sum()
        ),
        "This is −H(p): q plays no part yet.": (p * np.log(p)).sum(),
        "This is H(p), the entropy of p: q plays no part yet.": -(p * np.log(p)).sum(),
        "This is H(q) − H(p): in the cross-entropy −Σ p log q it is p that weighs.": (
            (p * np.log(p)).sum() - (q * np.log(q)).sum()
        ),
        "You have added both directions, D(p‖q) + D(q‖p): only the first is asked for.": (
            right + back.sum()
        ),
        "You have averaged both directions: only D(p‖q) is asked for.": (right + back.sum()) / 2,
    }


def _mean_length(case: _Case) -> np.ndarray:
    positive = case.p > 0
    return np.asarray(case.p[positive] @ np.ceil(-np.log2(case.q[positive])))


def _other_lengths(case: _Case) -> Wrong:
    p, q = case
    bits, lengths = -np.log2(q), np.ceil(-np.log2(q))
    return {
        "You have made the lengths for p: the code was made for q, and p only says how often each "
        "letter comes.": p @ np.ceil(-np.log2(p)),
        "You have averaged under q: the letters come from p.": q @ lengths,
        "You have averaged plainly: each letter's length counts p times.": lengths.mean(),
        "These are the lengths of the words: average them under p.": lengths,
        "These are the terms of the sum, one for each letter: add them up.": p * lengths,
        "You have added the lengths of all words: average them under p.": lengths.sum(),
        "Nothing is rounded: this is the cross-entropy, but a word has a whole number of bits.": (
            p @ bits
        ),
        "Rounded up after averaging: each word by itself has a whole number of bits.": (
            np.ceil(p @ bits)
        ),
        "Rounded down (as ⌈log₂ q⌉ does, too): then Kraft's inequality fails, and no prefix code "
        "has these lengths.": p @ np.floor(bits),
        "Rounded to the nearest whole number: round up, or Kraft's inequality may fail.": (
            p @ np.round(bits)
        ),
        "⌊−log₂ q⌋ + 1 is one too long where −log₂ q is whole: use np.ceil.": (
            p @ (np.floor(bits) + 1)
        ),
        "You have taken the natural logarithm: bits need base 2, np.log2.": p @ np.ceil(-np.log(q)),
        "You have taken logarithms to base 10: bits need base 2, np.log2.": (
            p @ np.ceil(-np.log10(q))
        ),
        "The sign is reversed: −log₂ q is positive.": -(p @ lengths),
        "The minus is missing inside: ⌈log₂ q⌉ is negative, and rounds lengths down.": (
            p @ np.ceil(-bits)
        ),
    }
