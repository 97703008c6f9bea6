"""Likening a student's answer to the right one, and to the wrong ones we have seen before."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from lecture11.exercises.verdict import Mistake


def is_nothing(answer: object) -> bool:
    """Whether it is what an unsolved stub gives."""
    return answer is None or answer is Ellipsis


def ask(student: Callable, given: Iterable[np.ndarray]) -> Any:
    """The student's answer to copies of what is given. Raises Mistake where there is none yet."""
    with np.errstate(all="ignore"):
        answer = student(*(array.copy() for array in given))
    if is_nothing(answer):
        raise Mistake("Your function returns nothing yet: replace the ... by your code.")
    return answer


def numbers(answer: Any, expected: str = "one array of numbers") -> np.ndarray:
    """The answer as a float64 array, from any array library or nested lists.

    Raises Mistake where it is none, or complex.
    """
    kind = type(answer).__name__
    try:
        array = np.asarray(answer)
        kind += f" of {array.dtype}" if array.dtype.kind == "c" else ""
        return array.astype(float, casting="same_kind")
    except (TypeError, ValueError):
        raise Mistake(f"Return {expected}; this is a {kind}.") from None


def number(answer: Any) -> np.ndarray:
    """The answer as one number, of shape (), if it holds one in any shape, such as (1,).

    More of them stay as they are, for :func:`is_right` to say what they look like.
    Raises Mistake as :func:`numbers` does.
    """
    array = numbers(answer, "one number")
    return array.reshape(()) if array.size == 1 else array


def same(answer: np.ndarray, other: np.ndarray | float, atol: float = 1e-6) -> bool:
    """Whether shapes agree, and values as well as float32 can compute them."""
    return answer.shape == np.shape(other) and np.allclose(answer, other, rtol=1e-4, atol=atol)


def is_right(
    answer: np.ndarray,
    right: np.ndarray,
    likely: Mapping[str, np.ndarray] | Mapping[str, np.ndarray | float],
    expected: str,
    atol: float = 1e-6,
) -> bool:
    """Whether the answer is right.

    likely: from a message to the wrong answer it explains
    expected: the right shape in words

    Raises Mistake where the answer is one of the likely ones, or has the wrong shape.
    """
    if same(answer, right, atol):
        return True
    for message, wrong in likely.items():
        if same(answer, wrong, atol):
            raise Mistake(message)
    if answer.shape != right.shape:
        size = f" = {right.shape}" if right.ndim else ""
        raise Mistake(f"Expected {expected}{size}, got {answer.shape}.")
    return False
