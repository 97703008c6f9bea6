"""From a text to the distribution of its letters.

    p(x) = (how often the letter x occurs) / (letters in all)

The space counts as a letter. Where two texts are compared, one distribution for each over the
letters of both makes them vectors of one length.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float64

from lecture11.arguments import as_instance
from lecture11.signatures import checked


class UnknownLetterError(ValueError):
    """A text holds letters that a code was not made for; the message names them."""


@checked
def letters_of(text: str, *, fold: bool = False) -> str:
    """The text in lower case, whatever stands between its letters replaced by a single space.

    fold: take letters apart into base and accent and drop the accent ("ř" becomes "r", "ß" "ss").
    Letters that are no base with an accent, such as "ø" and "ł", stay.
    """
    if fold:
        apart = unicodedata.normalize("NFKD", text)
        text = unicodedata.normalize("NFKD", apart.casefold())
        text = "".join(c for c in text if not unicodedata.combining(c))
    else:
        text = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())
    kinds = (unicodedata.category(c)[0] for c in text)  # marks, M, belong to the letter before
    kept = (c if kind in "LM" else " " for c, kind in zip(text, kinds, strict=True))
    return re.sub(" +", " ", "".join(kept))


@checked
def letter_counts(text: str) -> dict[str, int]:
    """How often each letter occurs, in the letters' own order."""
    return dict(sorted(Counter(text).items()))


@checked
def alphabet_of(*texts: str) -> str:
    """All letters of the texts, each once, sorted."""
    return "".join(sorted(set().union(*texts)))


@checked
def frequencies(text: str, alphabet: str) -> Float64[np.ndarray, " letters"]:
    """p(x) of each letter of ``alphabet``; they sum to 1.

    Raises ValueError where the text is empty or a letter stands twice in the alphabet;
    UnknownLetterError where the text holds letters that the alphabet lacks.

    >>> print(frequencies("banana", alphabet="abn"))
    [0.5000 0.1667 0.3333]
    """
    if not text:
        raise ValueError("text: expected at least one letter, got none.")
    if len(set(alphabet)) < len(alphabet):
        raise ValueError(f"alphabet: expected each letter once, got {alphabet!r}.")
    require_letters(text, alphabet, "the alphabet")
    counts = Counter(text)
    return np.array([counts[letter] for letter in alphabet]) / len(text)


@checked
def missing_letters(text: str, known: str | Mapping[str, Any]) -> str:
    """The letters of ``text`` that are not among the ``known`` ones, each once, sorted.

    known: letters, as one string or as what each is mapped from
    """
    return "".join(sorted(set(text) - set(known)))


def require_letters(text: str, known: str | Mapping[str, Any], owner: str) -> None:
    """Raise UnknownLetterError, naming the letters, where ``owner`` knows not all of the text."""
    if missing := missing_letters(text, known):
        named = ", ".join(repr(letter) for letter in missing)
        raise UnknownLetterError(
            f"text: {owner} lacks {named}: their probability is 0, so no number of bits would do; "
            "leave them out, or make the code from a text that has them."
        )


def require_letters_as_keys(name: str, given: Mapping[str, Any], remedy: str) -> None:
    """Raise TypeError unless it is a mapping, ValueError unless its keys are strings, and some."""
    as_instance(name, given, Mapping, remedy)
    if not given or not all(isinstance(letter, str) for letter in given):
        raise ValueError(f"{name}: expected letters, each with its own; got {given}; {remedy}.")


def is_weight(weight: Any) -> bool:
    """Whether it is a finite number from 0 on: one letter's probability or count."""
    try:
        return bool(0 <= weight < float("inf"))
    except (TypeError, ValueError):
        return False
