"""Arguments checked by what the signature says of them.

A signature of the course says of every argument what kind it is and, of an array, how many
dimensions it has. :func:`checked` keeps that word::

    @checked
    def sne_loss(
        points: Float[Array, "points dims"], p: Float[Array, "points points"]
    ) -> Float[Array, ""]:

takes lists and NumPy arrays as well, and answers ``sne_loss("pca", p)`` by *points: expected
numbers, got the string 'pca'*. Inside jit, grad and vmap it checks what is known there, kinds and
dimensions, so a formula stays one. What it leaves to the function: ranges, infinities, shapes that
have to agree, and arguments annotated ``Any``.
"""

import functools
import inspect
import types
import typing
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, ParamSpec, TypeVar

import jax
import numpy as np
from jaxtyping import AbstractArray, Array, Float, PRNGKeyArray

from lecture11.arguments import (
    as_array,
    as_choice,
    as_flag,
    as_instance,
    as_items,
    as_key,
    as_keys,
    as_number,
    as_numbers,
    as_whole,
    as_wholes,
)

Scalar = float | Float[Array, ""]
"""A number, traced or not."""

compiled = functools.partial(jax.jit, inline=True)
"""For formulas: one program, that leaves no trace inside other compiled code."""

P = ParamSpec("P")
R = TypeVar("R")
Arguments = dict[str, Any]
Convert = Callable[[str, Any], Any]


def door(convert: Callable[[Arguments], Arguments]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let ``convert`` see the arguments of a call, by name, before the function does.

    convert: returns them as the function wants them, or raises

    So a function's body can be its formula alone, compiled behind the door.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)

        @functools.wraps(function)
        def behind_the_door(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                bound = signature.bind(*args, **kwargs)
            except TypeError:  # one missing or too many: Python's own message is as good
                return function(*args, **kwargs)
            bound.arguments = convert(bound.arguments)
            return function(*bound.args, **bound.kwargs)

        return behind_the_door

    return decorate


def converted(**converters: Convert) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Convert some arguments, or refuse them, before a formula sees them.

    converters: by the argument's name, ``convert(name, value)``, as in :mod:`lecture11.arguments`

    ::

        @converted(p=as_normal, relative_to=as_normal)
        @compiled
        def normal_kl(p, *, relative_to): ...
    """

    def convert(given: Arguments) -> Arguments:
        return given | {
            name: converters[name](name, given[name]) for name in converters if name in given
        }

    return door(convert)


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """Convert the arguments of a function, or a class's constructor, as its annotations say.

    Whatever is of another kind raises TypeError or ValueError, with a message that starts with the
    argument's name.
    """
    if isinstance(function, type):
        function.__init__ = checked(function.__init__)  # type: ignore[misc]
        return function
    parameters = inspect.signature(function).parameters
    converters = {name: _of_parameter(each) for name, each in parameters.items()}

    def convert(given: Arguments) -> Arguments:
        return {name: converters[name](name, value) for name, value in given.items()}

    return door(convert)(function)


def _of_parameter(parameter: inspect.Parameter) -> Convert:
    """How what is given for it is converted: of ``*args`` and ``**kwargs`` each of them."""
    convert = _converter(parameter.annotation)
    if parameter.kind is parameter.VAR_POSITIONAL:
        return functools.partial(_several, tuple, convert)
    if parameter.kind is parameter.VAR_KEYWORD:
        return lambda name, given: {
            key: convert(f"{name}[{key!r}]", each) for key, each in given.items()
        }
    return convert if parameter.default is not None else _or_none(convert)


def passes_on(
    to: Callable, *, without: Collection[str] = ()
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Show the keyword arguments of ``to``, in place of the ``**`` that hands them on.

    without: those of ``to`` that the function gives itself

    Help, completion and the tests then see what may be given, and it is written once.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        own = inspect.signature(function)
        shown = {p.name: p for p in own.parameters.values() if p.kind is not p.VAR_KEYWORD}
        for p in inspect.signature(to).parameters.values():
            if p.kind is p.KEYWORD_ONLY and p.name not in without:
                shown.setdefault(p.name, p)
        function.__signature__ = own.replace(parameters=list(shown.values()))  # type: ignore[attr-defined]
        return function

    return decorate


@functools.cache
def _converter(hint: Any) -> Convert:
    """How an argument with this annotation is checked and converted."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if hint == PRNGKeyArray:
        return as_key
    if hint in _SIMPLE:
        return _SIMPLE[hint]
    if origin in (typing.Union, types.UnionType):
        return _union(inner)
    if origin is typing.Literal:
        return lambda name, value: as_choice(name, value, inner)
    if inspect.isclass(hint) and issubclass(hint, AbstractArray):
        return _array(hint)
    kind = origin or hint
    if kind is tuple and Ellipsis not in inner and inner:
        return functools.partial(_fixed, tuple(map(_converter, inner)))
    if inspect.isclass(kind) and issubclass(kind, Iterable) and not hasattr(kind, "_fields"):
        if issubclass(kind, Mapping):
            return _mapping
        return functools.partial(_several, kind, _converter(inner[0] if inner else Any))
    if kind is Callable:
        return _function
    if inspect.isclass(kind) and kind is not object:
        return functools.partial(_instance, kind)
    return lambda name, value: value  # Any, a type variable


def _union(options: tuple[Any, ...]) -> Convert:
    """Of what may be an array, the array's check; else the one kind's, or one of several classes.

    None in the union is let through.
    """
    arrays = [each for each in options if inspect.isclass(each) and issubclass(each, AbstractArray)]
    kinds = arrays[:1] or [each for each in options if each is not type(None)]
    if len(kinds) == 1:
        convert = _converter(kinds[0])
    else:
        convert = functools.partial(
            _one_of, tuple(typing.get_origin(each) or each for each in kinds)
        )
    return _or_none(convert) if type(None) in options else convert


def _or_none(convert: Convert) -> Convert:
    return lambda name, value: None if value is None else convert(name, value)


def _array(hint: Any) -> Convert:
    variadic = hint.index_variadic is not None or hint.dim_str == "..."
    least = len(hint.dims) - variadic if not isinstance(hint.dims, str) else 0
    dims = None if variadic else least
    if "key" in str(hint.dtypes):
        return as_keys
    whole = all("int" in str(dtype) for dtype in hint.dtypes)

    def convert(name: str, value: Any) -> Any:
        found = as_numbers(name, value, dims, whole=whole)
        if found.ndim < least:
            raise ValueError(
                f"{name}: expected {least} dimensions or more ({hint.dim_str}), got an array of "
                f"shape {found.shape}."
            )
        if found.shape[:1] == (0,):
            raise ValueError(f"{name}: expected at least one value, got an array of none.")
        if hint.array_type is np.ndarray:
            return np.asarray(found)
        if "bool" in hint.dtypes:
            return found
        return (as_wholes if whole else as_array)(name, found)

    return convert


def _several(kind: type, convert: Convert, name: str, value: Any) -> Any:
    given = as_items(name, value, "a sequence, such as a list,", least=0)
    items = [convert(f"{name}[{i}]", each) for i, each in enumerate(given)]
    return tuple(items) if kind is tuple else items


def _fixed(converters: tuple[Convert, ...], name: str, value: Any) -> tuple:
    items = as_items(name, value, f"{len(converters)} items")
    if len(items) != len(converters):
        raise ValueError(f"{name}: expected {len(converters)} items, got {len(items)}.")
    pairs = enumerate(zip(converters, items, strict=True))
    return tuple(convert(f"{name}[{i}]", each) for i, (convert, each) in pairs)


def _instance(kind: type, name: str, value: Any) -> Any:
    """An instance of the class; of a NamedTuple the fields are checked too."""
    remedy = f"make one with {kind.__name__}(…)"
    if getattr(kind, "_is_protocol", False):
        remedy = f"give an object that has the methods of {kind.__name__}"
        if isinstance(value, type):
            remedy, value = f"make an instance, {value.__name__}()", None
    as_instance(name, value, kind, remedy)
    if not hasattr(kind, "_fields"):
        return value
    hints = inspect.get_annotations(kind, eval_str=True)
    fields = {
        field: _converter(hints[field])(f"{name}.{field}", given)
        for field, given in zip(kind._fields, value, strict=True)
    }
    if all(converted is given for converted, given in zip(fields.values(), value, strict=True)):
        return value
    return value._replace(**fields)


def _one_of(kinds: tuple[type, ...], name: str, value: Any) -> Any:
    if not isinstance(value, kinds):
        listed = " or ".join(kind.__name__ for kind in kinds)
        raise TypeError(f"{name}: expected {listed}, got {type(value).__name__}.")
    return value


def _mapping(name: str, value: Any) -> Any:
    return as_instance(name, value, Mapping, "give a dict")


def _function(name: str, value: Any) -> Any:
    if not callable(value):
        raise TypeError(f"{name}: expected a function, got {type(value).__name__}.")
    return value


def _text(name: str, value: Any) -> str:
    return as_instance(name, value, str, "put it in quotes")


_SIMPLE: dict[Any, Convert] = {
    Any: lambda name, value: value,
    inspect.Parameter.empty: lambda name, value: value,  # self
    bool: as_flag,
    int: as_whole,
    float: as_number,
    str: _text,
}
