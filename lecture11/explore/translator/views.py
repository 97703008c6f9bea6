"""Primitives that move elements and compute none: the element at one index is that at another."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lecture11.explore.translator.flat import Operation
from lecture11.explore.translator.refusal import TranslationError
from lecture11.explore.translator.rules import rule
from lecture11.explore.translator.sizes import parenthesised, same_size, size_code
from lecture11.explore.translator.writer import CHEAP, LOAD, ZERO, Expr, Index, Value, Writer

Values = list[Value]


def moved(writer: Writer, result: Any, x: Value, place: Callable[[Index], Index]) -> Value:
    """A value whose element at an index is that of x at ``place(index)``."""
    return writer.lazy(result, lambda index: writer.element(x, place(index)), x.cost, [x])


def shifted(place: Expr, offset: str, step: str = "1") -> Expr:
    """offset + step · place."""
    times = place.text if step == "1" else f"{parenthesised(place.text)}*{step}"
    if place.text == "0":
        return place._replace(text=f"({offset})" if offset != "0" else "0")
    return place._replace(text=times if offset == "0" else f"({offset}+{times})")


@rule("broadcast_in_dim", lazy=0)
def _broadcast(writer: Writer, operation: Operation, operands: Values) -> Values:
    x, (result,) = operands[0], operation.results
    axes = operation.parameters["broadcast_dimensions"]
    if [str(size) for size in result.shape if str(size) != "1"] != [
        str(size) for size in x.shape if str(size) != "1"
    ]:
        x = writer.store_if_dear(x)  # each element is read many times

    def place(index: Index) -> Index:
        return tuple(
            ZERO if same_size(size, 1) else index[axis]
            for size, axis in zip(x.shape, axes, strict=True)
        )

    return [moved(writer, result, x, place)]


@rule("reshape", "squeeze", "expand_dims", lazy=0)
def _reshape(writer: Writer, operation: Operation, operands: Values) -> Values:
    """Only axes of one come or go, or else the rows are read in another width."""
    x, (result,) = operands[0], operation.results
    if operation.parameters.get("dimensions") and operation.primitive == "reshape":
        raise TranslationError("the primitive reshape with dimensions")
    of_x = [axis for axis, size in enumerate(x.shape) if not same_size(size, 1)]
    of_result = [axis for axis, size in enumerate(result.shape) if not same_size(size, 1)]
    if [str(x.shape[a]) for a in of_x] == [str(result.shape[a]) for a in of_result]:
        partner = dict(zip(of_x, of_result, strict=True))

        def place(index: Index) -> Index:
            return tuple(index[partner[a]] if a in partner else ZERO for a in range(len(x.shape)))

        return [moved(writer, result, x, place)]
    if x.cost == 0:
        return [moved(writer, result, x, lambda index: (ZERO,) * len(x.shape))]
    stored = writer.array(x)
    assert stored.buffer is not None
    return [writer.buffered(stored.buffer, result.shape, result.dtype, stored.depth)]


@rule("tile", lazy=CHEAP)
def _tile(writer: Writer, operation: Operation, operands: Values) -> Values:
    (x,) = operands

    def place(index: Index) -> Index:
        return tuple(
            ZERO
            if same_size(size, 1)
            else Expr(f"{i.text}%{parenthesised(size_code(size))}", i.depth)
            for i, size in zip(index, x.shape, strict=True)
        )

    return [moved(writer, operation.results[0], x, place)]


@rule("transpose", lazy=0)
def _transpose(writer: Writer, operation: Operation, operands: Values) -> Values:
    inverse = np.argsort(operation.parameters["permutation"])
    return [
        moved(
            writer,
            operation.results[0],
            operands[0],
            lambda index: tuple(index[axis] for axis in inverse),
        )
    ]


@rule("rev", lazy=0)
def _reverse(writer: Writer, operation: Operation, operands: Values) -> Values:
    (x,), axes = operands, operation.parameters["dimensions"]

    def place(index: Index) -> Index:
        return tuple(
            Expr(f"({size_code(size)}-1-{i.text})", i.depth) if axis in axes else i
            for axis, (i, size) in enumerate(zip(index, x.shape, strict=True))
        )

    return [moved(writer, operation.results[0], x, place)]


@rule("slice", lazy=0)
def _slice(writer: Writer, operation: Operation, operands: Values) -> Values:
    starts = [size_code(start) for start in operation.parameters["start_indices"]]
    strides = operation.parameters["strides"] or [1] * len(starts)

    def place(index: Index) -> Index:
        return tuple(
            shifted(i, start, str(stride))
            for i, start, stride in zip(index, starts, strides, strict=True)
        )

    return [moved(writer, operation.results[0], operands[0], place)]


@rule("split", lazy=0)
def _split(writer: Writer, operation: Operation, operands: Values) -> Values:
    axis, parts, start = operation.parameters["axis"], [], 0
    for result, size in zip(operation.results, operation.parameters["sizes"], strict=True):
        offset = size_code(start)

        def place(index: Index, offset: str = offset) -> Index:
            return (*index[:axis], shifted(index[axis], offset), *index[axis + 1 :])

        parts.append(moved(writer, result, operands[0], place))
        start = start + size
    return parts


@rule("unstack", lazy=0)
def _unstack(writer: Writer, operation: Operation, operands: Values) -> Values:
    axis = operation.parameters["axis"]

    def part(k: int) -> Callable[[Index], Index]:
        return lambda index: (*index[:axis], Expr(str(k), 0), *index[axis:])

    return [moved(writer, one, operands[0], part(k)) for k, one in enumerate(operation.results)]


@rule("iota", lazy=LOAD)
def _iota(writer: Writer, operation: Operation, operands: Values) -> Values:
    axis, (result,) = operation.parameters["dimension"], operation.results
    if result.dtype == np.bool_:
        raise TranslationError("the primitive iota of bool")

    def element(index: Index) -> Expr:
        return index[axis]._replace(text=parenthesised(index[axis].text))

    return [writer.lazy(result, element, LOAD, [])]


@rule("dim_as_value", lazy=0)
def _size_as_number(writer: Writer, operation: Operation, operands: Values) -> Values:
    (result,) = operation.results
    return [writer.scalar(size_code(operation.parameters["dim"]), result.dtype, 0)]


@rule("concatenate")
def _concatenate(writer: Writer, operation: Operation, operands: Values) -> Values:
    axis, out = operation.parameters["dimension"], writer.allocate(operation.results[0])
    start: Any = 0
    for x in operands:
        offset = size_code(start)
        with writer.loops(x.shape) as index:
            place = (*index[:axis], shifted(index[axis], offset), *index[axis + 1 :])
            writer.write(out, place, writer.at(x, index))
        start = start + x.shape[axis]
    return [out]


@rule("stack")
def _stack(writer: Writer, operation: Operation, operands: Values) -> Values:
    axis, out = operation.parameters["axis"], writer.allocate(operation.results[0])
    for k, x in enumerate(operands):
        with writer.loops(x.shape) as index:
            place = (*index[:axis], Expr(str(k), 0), *index[axis:])
            writer.write(out, place, writer.at(x, index))
    return [out]


@rule("pad")
def _pad(writer: Writer, operation: Operation, operands: Values) -> Values:
    """Filled, then written over; where an edge is cut off, only what is left."""
    (x, filling), out = operands, writer.allocate(operation.results[0])
    writer.fill(out, writer.lazy(out, lambda index: writer.element(filling, ()), LOAD, [filling]))
    config = operation.parameters["padding_config"]
    with writer.loops(x.shape) as index:
        place = tuple(
            shifted(i, size_code(low), size_code(interior + 1))
            for i, (low, _, interior) in zip(index, config, strict=True)
        )
        if all(_not_negative(edge) for low, high, _ in config for edge in (low, high)):
            writer.write(out, place, writer.at(x, index))
        else:
            inside = [
                f"{i.text}>=0&&{i.text}<{size_code(size)}"
                for i, size in zip(place, out.shape, strict=True)
            ]
            element = writer.at(x, index)
            with writer.scope(f"if ({'&&'.join(inside)}) {{"):
                writer.write(out, place, element)
    return [out]


def _not_negative(edge: Any) -> bool:
    return bool(edge >= 0) if isinstance(edge, int) else False
