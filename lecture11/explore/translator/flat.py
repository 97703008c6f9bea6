"""A jaxpr as one flat list of operations, of which those are left that are needed.

Functions within functions (jit, custom derivatives, checkpoints) are written out where they are
called. Bodies of loops and branches stay with their operation, and are flattened in turn when that
is translated.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jax.extend import core

from lecture11.explore.translator.refusal import TranslationError

CALLS = {
    "closed_call",
    "core_call",
    "custom_jvp_call",
    "custom_vjp_call",
    "custom_vjp_call_jaxpr",
    "jit",
    "pjit",
    "remat",
    "remat2",
    "checkpoint",
}
BODIES = ("jaxpr", "call_jaxpr", "fun_jaxpr")


class Name:
    """One array of a flattened function: the result of one operation, or an argument."""

    __slots__ = ("dtype", "shape")

    def __init__(self, aval: Any) -> None:
        """Of the shape and type that JAX says."""
        self.shape, self.dtype = tuple(aval.shape), aval.dtype


@dataclass(frozen=True)
class Constant:
    """An array whose numbers are known."""

    numbers: np.ndarray

    @property
    def shape(self) -> tuple[int, ...]:
        """Its numbers'."""
        return self.numbers.shape


Operand = Name | Constant


@dataclass(frozen=True, eq=False)
class Operation:
    """A primitive of JAX, applied."""

    primitive: str
    parameters: dict[str, Any]
    operands: list[Operand]
    results: list[Name]


@dataclass
class Flat:
    """A function as a list of operations."""

    arguments: list[Name]
    operations: list[Operation] = field(default_factory=list)
    results: list[Operand] = field(default_factory=list)


def flatten(closed: Any) -> Flat:
    """A closed jaxpr as a list of operations, without those that nothing depends on."""
    flat = Flat([Name(variable.aval) for variable in closed.jaxpr.invars])
    flat.results = _inline(closed, list(flat.arguments), flat.operations)
    flat.operations = _needed(flat)
    return flat


def closed(body: Any) -> Any:
    """A jaxpr with its constants; some primitives hold one without any."""
    return body if hasattr(body, "consts") else core.ClosedJaxpr(body, ())


def _inline(body: Any, arguments: list[Operand], operations: list[Operation]) -> list[Operand]:
    """Append a function's operations; return what its results are called."""
    names: dict[Any, Operand] = dict(zip(body.jaxpr.invars, arguments, strict=True))
    for variable, numbers in zip(body.jaxpr.constvars, body.consts, strict=True):
        names[variable] = _constant(numbers)

    def read(atom: Any) -> Operand:
        if isinstance(atom, core.Literal):
            return _constant(atom.val, Name(atom.aval).dtype)
        return names[atom]

    for equation in body.jaxpr.eqns:
        primitive, operands = equation.primitive.name, [read(atom) for atom in equation.invars]
        if primitive in CALLS:
            inner = next(equation.params[key] for key in BODIES if key in equation.params)
            results: list[Any] = _inline(closed(inner), operands, operations)
        else:
            results = [Name(variable.aval) for variable in equation.outvars]
            operations.append(Operation(primitive, equation.params, operands, results))
        names.update(zip(equation.outvars, results, strict=True))
    return [read(atom) for atom in body.jaxpr.outvars]


def _constant(numbers: Any, dtype: Any = None) -> Constant:
    if not isinstance(getattr(numbers, "dtype", np.dtype(float)), np.dtype):
        raise TranslationError("a random key; functions in the page take noise")
    return Constant(np.asarray(numbers, dtype))


def _needed(flat: Flat) -> list[Operation]:
    wanted = {operand for operand in flat.results if isinstance(operand, Name)}
    kept = []
    for operation in reversed(flat.operations):
        if wanted & {*operation.results}:
            wanted |= {operand for operand in operation.operands if isinstance(operand, Name)}
            kept.append(operation)
    return kept[::-1]
