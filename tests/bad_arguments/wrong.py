"""Arguments of the wrong kind, by what a signature says of the right one."""

import collections.abc
import inspect
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

RAGGED = [[1.0, 2.0], [3.0]]
EMPTY = np.zeros((0,))
TEXT = "no such thing"

# What is never right, and what only has to be answered, if it is not right.
NEVER: dict[str, list[Any]] = {
    "key": [0, 1.5, TEXT, EMPTY, object()],
    "whole": [2.5, 2.0, TEXT, [1, 2], RAGGED, EMPTY, object()],
    "number": [TEXT, [1.0, 2.0], RAGGED, EMPTY, object()],
    "flag": [TEXT, 7, EMPTY, object()],
    "choice": [7, TEXT, RAGGED, EMPTY, object()],
    "text": [7, RAGGED, EMPTY, object()],
    "wholes": [1000, TEXT, [0.5, 2.5], RAGGED, object()],
    "numbers": [1.5, TEXT, RAGGED, object()],
    "items": [7, object()],
    "mapping": [7, TEXT, RAGGED, EMPTY, object()],
    "function": [7, TEXT, RAGGED, EMPTY, object()],
    "array": [TEXT, RAGGED, EMPTY, ["a", "b"], object()],
    "tree": [TEXT, object()],
    "record": [7, TEXT, RAGGED, EMPTY, {}, object()],
    "model": [7, TEXT, RAGGED, EMPTY, object()],
    "anything": [],
}
PERHAPS: dict[str, list[Any]] = {
    "text": [TEXT, ""],
    "array": [7, [1.0, 2.0], np.zeros((2, 2, 2)), None],
    "mapping": [{}],
    "wholes": [EMPTY, []],
    "numbers": [EMPTY, []],
    "items": [EMPTY, []],
}


def kind_of(parameter: inspect.Parameter) -> tuple[str, bool]:
    """What kind of argument a parameter wants (a key of NEVER), and whether None will do."""
    hint = parameter.annotation
    optional = parameter.default is None
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        options = typing.get_args(hint)
        optional = optional or type(None) in options
        hint = next(each for each in options if each is not type(None))
    return _kind(hint, parameter.name), optional


def _kind(hint: Any, name: str) -> str:
    origin = typing.get_origin(hint)
    text = str(hint)
    if "Key[" in text and "Iterable" not in text:
        return "key"
    if hint is bool:
        return "flag"
    if hint is int:
        return "whole"
    if hint is float:
        return "number"
    if origin is typing.Literal:
        return "choice"
    if hint is str:
        return "text"
    if "Float[" in text[:40] or "Int" in text[:22] or "Array" in text.rsplit(".", 1)[-1]:
        return "array"
    if origin is collections.abc.Callable or hint is Callable:
        return "function"
    if origin in (collections.abc.Mapping, dict) or hint is Mapping:
        return "mapping"
    if origin in (tuple, list, collections.abc.Sequence, collections.abc.Iterable) or hint in (
        Iterable,
        tuple,
        list,
    ):
        (inner, *_) = typing.get_args(hint) or (Any,)
        return {int: "wholes", float: "numbers"}.get(inner, "items")
    if isinstance(hint, typing.TypeVar):
        return "anything"
    if hint is Any:
        return "tree" if name in TREES else "array"
    if getattr(hint, "_is_protocol", False):
        return "model"
    return "record"


TREES = {"data", "params", "state", "start", "starts", "theta", "phi", "examples", "stacked"}
"""Names of parameters that hold arrays in a structure of the model's own."""


def wrong_arguments(parameter: inspect.Parameter) -> list[tuple[Any, bool]]:
    """Wrong arguments for a parameter, each with whether it may be right after all."""
    kind, optional = kind_of(parameter)
    never = [*NEVER[kind]]
    if not optional and kind not in ("array", "tree", "anything"):
        never.append(None)
    return [(each, False) for each in never] + [(each, True) for each in PERHAPS.get(kind, [])]
