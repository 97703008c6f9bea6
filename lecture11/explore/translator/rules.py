"""Which primitive is translated by which rule, and how a list of operations becomes JavaScript."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from lecture11.explore.translator.flat import Constant, Flat, Name, Operand, Operation, flatten
from lecture11.explore.translator.refusal import TranslationError
from lecture11.explore.translator.writer import (
    LOAD,
    WORTH_KEEPING,
    Value,
    Writer,
    require_type,
)

Rule = Callable[[Writer, Operation, list[Value]], list[Value]]

RULES: dict[str, Rule] = {}
"""By the primitive's name."""

Cost = Callable[[Operation], tuple[int, int] | None]

LAZY: dict[str, Cost] = {}
"""Of primitives that are, or may be, written into the loop that consumes them: what one element
costs, and how often it reads its operands; None where this operation is not lazy after all."""


def rule(*primitives: str, lazy: int | Cost | None = None) -> Callable[[Rule], Rule]:
    """Use a function for these primitives.

    lazy: where it returns values that are computed where they are read, the cost of one element
    """
    cost = (lambda operation: (lazy, 1)) if isinstance(lazy, int) else lazy

    def register(function: Rule) -> Rule:
        for primitive in primitives:
            RULES[primitive] = function
            if cost is not None:
                LAZY[primitive] = cost
        return function

    return register


def write_call(writer: Writer, body: Any, arguments: list[Value]) -> list[Value]:
    """Write a function (a jaxpr with its constants) into the present scope."""
    return write(writer, flatten(body), arguments)


def write(writer: Writer, flat: Flat, arguments: list[Value]) -> list[Value]:
    """Write a list of operations; the values of its results."""
    values: dict[Name, Value] = dict(zip(flat.arguments, arguments, strict=True))
    keep = _read_in_several_loops(flat)

    def read(operand: Operand) -> Value:
        if isinstance(operand, Constant):
            return writer.constant(operand.numbers)
        return values[operand]

    for operation in flat.operations:
        if operation.primitive not in RULES:
            raise TranslationError(f"the primitive {operation.primitive}")
        for result in operation.results:
            require_type(result.dtype, f"a result of {operation.primitive}")
        operands = [read(operand) for operand in operation.operands]
        with writer.at_depth(max((value.depth for value in operands), default=0)):
            results = RULES[operation.primitive](writer, operation, operands)
        for result, value in zip(operation.results, results, strict=True):
            values[result] = writer.store(value) if result in keep or value.is_scalar else value
    return [read(operand) for operand in flat.results]


def lazy_cost(operation: Operation) -> tuple[int, int] | None:
    """Of one element, and how often it reads its operands; None where the operation is not lazy."""
    return LAZY[operation.primitive](operation) if operation.primitive in LAZY else None


def _read_in_several_loops(flat: Flat) -> set[Name]:
    """Results that are better stored, as several loops need them and they are dear."""
    cost: dict[Name, int] = defaultdict(lambda: LOAD)
    for operation in flat.operations:
        if lazy := lazy_cost(operation):
            of_operands = sum(cost[each] for each in operation.operands if isinstance(each, Name))
            for result in operation.results:
                cost[result] = lazy[0] + lazy[1] * of_operands
    keep: set[Name] = set()
    loops: dict[Name, set[Any]] = defaultdict(set)
    """Which operations that are no longer lazy need an array, directly or through lazy ones."""
    for place, given in enumerate(flat.results):
        if isinstance(given, Name):
            loops[given].add(place)
    for operation in reversed(flat.operations):
        if lazy_cost(operation):
            for result in operation.results:
                if len(loops[result]) > 1 and cost[result] >= WORTH_KEEPING:
                    keep.add(result)
                    loops[result] = {result}
            through = set().union(*(loops[result] for result in operation.results))
        else:
            through = {operation}
        for operand in operation.operands:
            if isinstance(operand, Name):
                loops[operand] |= through
    return keep
