"""Call every public function of some rooms with arguments of the wrong kind; print complaints.

Run as ``python -m tests.bad_arguments ROOM…``: without the tests' import hook, which would check
types before the package can speak. Prints JSON: for each room, from ``function(argument)`` to what
is wrong with the answer.
"""

import dataclasses
import importlib
import inspect
import json
import os
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

# Compiled quickly, not well: nothing here runs for long.
os.environ["XLA_FLAGS"] = (
    "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"
)
os.environ["LECTURE11_DATA"] = "no-such-folder"  # nothing is downloaded

from tests.bad_arguments.valid import valid_arguments
from tests.bad_arguments.wrong import wrong_arguments


def public(room: str) -> Iterator[tuple[str, Callable]]:
    """The functions and constructors of a room that take arguments, by name.

    Records (NamedTuples, protocols) only hold what they are given: who takes one, checks it.
    """
    module = importlib.import_module(f"lecture11.{room}")
    names = getattr(module, "__all__", None) or [
        name
        for name, value in vars(module).items()
        if name[0] != "_" and getattr(value, "__module__", None) == module.__name__
    ]
    for name in names:
        value = getattr(module, name)
        if isinstance(value, type):
            takes = not issubclass(value, tuple | BaseException) and (
                dataclasses.is_dataclass(value) or "__init__" in vars(value)
            )
            takes = takes and name not in RECORDS and not getattr(value, "_is_protocol", False)
        else:
            takes = inspect.isroutine(value) or type(value).__name__ == "PjitFunction"
        if takes and inspect.signature(value).parameters:
            yield name, value


RECORDS = {"Run", "StationaryPoint", "Source", "Status"}
"""Dataclasses that the package makes itself, for its callers to read."""


def called(function: Callable, arguments: dict[str, Any]) -> Any:
    """Call it, by position where it wants that."""
    positional: list[Any] = []
    named = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if name not in arguments:
            continue
        if parameter.kind is parameter.VAR_POSITIONAL:
            positional.extend(arguments[name])
        elif parameter.kind is parameter.VAR_KEYWORD:
            named.update(arguments[name])
        elif parameter.kind is parameter.POSITIONAL_ONLY:
            positional.append(arguments[name])
        else:
            named[name] = arguments[name]
    if positional:
        parameters = inspect.signature(function).parameters.values()
        before = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
        positional = [named.pop(name) for name in before if name in named] + positional
    return function(*positional, **named)


def names_one(error: Exception, names: list[str]) -> bool:
    """Whether a message starts with an argument: ``x: …``, ``p.sd: …``, ``start, key: …``."""
    head = re.split(", | and ", str(error).partition(":")[0])
    return any(re.fullmatch(rf"{name}([.\[].*)?", each) for name in names for each in head)


def complaint(function: Callable, arguments: dict, name: str, wrong: Any, perhaps: bool) -> str:
    """What is wrong with the answer to a wrong argument; '' where it is as it should be."""
    parameter = inspect.signature(function).parameters[name]
    variadic = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    given = {parameter.VAR_POSITIONAL: [wrong], parameter.VAR_KEYWORD: {"x": wrong}}
    shown = f"{name}={wrong!r}"[:60]
    try:
        called(function, arguments | {name: given[parameter.kind] if variadic else wrong})
    except (TypeError, ValueError) as error:
        # What may be right for this argument may be wrong for what another says of it.
        spoken = list(inspect.signature(function).parameters) if perhaps else [name]
        spoken = [arguments["name"]] if "name" in arguments else spoken
        return (
            "" if names_one(error, spoken) else f"{shown} → {type(error).__name__}: {error}"[:300]
        )
    except Exception as error:
        if perhaps and isinstance(error, OSError):  # a path to no file
            return ""
        return f"{shown} → {type(error).__name__}: {error}"[:300]
    return "" if perhaps else f"{shown} → no error"


def complaints(room: str) -> dict[str, str]:
    """From ``function(argument)`` to the first wrong answer, over all of a room."""
    found = {}
    for name, function in public(room):
        try:
            arguments = valid_arguments(room, name, function)
            called(function, arguments)
        except Exception as error:
            if not isinstance(error, OSError):  # a data set that would have to be downloaded
                found[f"{name}()"] = (
                    f"the valid call fails: {type(error).__name__}: {error}; give its arguments "
                    f"in tests/bad_arguments/valid.py, in {room}()."
                )[:400]
                continue
        parameters = list(inspect.signature(function).parameters.values())
        # as_… and require_… are told by their first argument what to call the second.
        parameters = parameters[1:2] if parameters[0].name == "name" else parameters
        for parameter in parameters:
            for wrong, perhaps in wrong_arguments(parameter):
                if said := complaint(function, arguments, parameter.name, wrong, perhaps):
                    found[f"{name}({parameter.name})"] = said
                    break
    return found


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    found = {room: complaints(room) for room in sys.argv[1:]}
    json.dump(found, sys.stdout, indent=1, ensure_ascii=False)
