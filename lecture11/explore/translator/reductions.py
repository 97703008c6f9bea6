"""Primitives that go through an axis: sums, extremes, running sums, sorting."""

import functools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from lecture11.explore.translator.elementwise import FLOAT, formula, pattern_of
from lecture11.explore.translator.flat import Operation, closed
from lecture11.explore.translator.refusal import TranslationError
from lecture11.explore.translator.rules import rule, write_call
from lecture11.explore.translator.sizes import product, size_code
from lecture11.explore.translator.writer import (
    CHEAP,
    ZERO,
    Expr,
    Index,
    Value,
    Writer,
)

Values = list[Value]

COMBINED_BY = {
    "reduce_sum": "add",
    "reduce_prod": "mul",
    "reduce_max": "max",
    "reduce_min": "min",
    "reduce_and": "and",
    "reduce_or": "or",
    "reduce_xor": "xor",
    "cumsum": "add",
    "cumprod": "mul",
    "cummax": "max",
    "cummin": "min",
}
LIMITS = {
    "int32": ("(-2147483648)", "2147483647"),
    "uint32": ("0", "4294967295"),
    "bool": ("false", "true"),
}


def neutral(combine: str, dtype: Any) -> str:
    """What changes nothing where it is combined."""
    least, most = LIMITS.get(np.dtype(dtype).name, ("(-Infinity)", "Infinity"))
    is_bool = dtype == np.bool_
    return {
        "add": "0",
        "mul": "1",
        "max": least,
        "min": most,
        "and": "true" if is_bool else "(-1)" if least != "0" else "4294967295",
        "or": "false" if is_bool else "0",
        "xor": "false" if is_bool else "0",
    }[combine]


def spread_over(shape: Sequence[Any], axes: Sequence[int], kept: Index, reduced: Index) -> Index:
    """The index into the whole, from that over the axes kept and that over those reduced."""
    of_kept = iter(kept)
    of_reduced = dict(zip(axes, reduced, strict=True))
    return tuple(of_reduced[a] if a in of_reduced else next(of_kept) for a in range(len(shape)))


def _without(shape: Sequence[Any], axes: Sequence[int]) -> list[Any]:
    return [size for axis, size in enumerate(shape) if axis not in axes]


FEW = 4
"""Elements up to which a sum is written out where it is read, rather than looped over."""


def _few(operation: Operation) -> int | None:
    """How many elements are combined into one, where they are few."""
    sizes = [operation.operands[0].shape[axis] for axis in operation.parameters["axes"]]
    count = math.prod(sizes) if all(isinstance(size, int) for size in sizes) else 0
    return count if 0 < count <= FEW else None


def _cost_of_few(operation: Operation) -> tuple[int, int] | None:
    few = _few(operation)
    return (CHEAP * few, few) if few else None


@rule(*(name for name in COMBINED_BY if name.startswith("reduce")), lazy=_cost_of_few)
def _reduce(writer: Writer, operation: Operation, operands: Values) -> Values:
    (x,), (result,) = operands, operation.results
    combine = COMBINED_BY[operation.primitive]
    pattern = pattern_of(combine, x.dtype)
    axes = operation.parameters["axes"]
    if few := _few(operation):
        places = list(np.ndindex(*(x.shape[axis] for axis in axes)))

        def element(kept: Index) -> Expr:
            parts = [
                writer.element(
                    x,
                    spread_over(x.shape, axes, kept, tuple(Expr(str(k), 0) for k in place)),
                )
                for place in places
            ]
            text = functools.reduce(
                lambda one, other: formula(writer, pattern, one, other),
                [part.text for part in parts],
            )
            return Expr(text, max(part.depth for part in parts))

        return [writer.lazy(result, element, few * (CHEAP + x.cost), [x])]

    def step(sums: list[str], parts: list[str]) -> list[str]:
        return [formula(writer, pattern, sums[0], parts[0])]

    return _accumulated(writer, [result], operands, axes, [neutral(combine, x.dtype)], step)


@rule("reduce")
def _reduce_several(writer: Writer, operation: Operation, operands: Values) -> Values:
    """Several arrays at once, combined by a function."""
    half = len(operands) // 2
    body = closed(operation.parameters["jaxpr"])
    starts = [writer.at(writer.store(start), ()) for start in operands[half:]]

    def step(sums: list[str], parts: list[str]) -> list[str]:
        given = [
            writer.scalar(code, result.dtype, writer.depth)
            for code, result in zip(sums + parts, 2 * operation.results, strict=True)
        ]
        return [writer.at(value, ()) for value in write_call(writer, body, given)]

    axes = operation.parameters["dimensions"]
    return _accumulated(writer, operation.results, operands[:half], axes, starts, step)


def _accumulated(
    writer: Writer, results: Any, xs: Values, axes: Sequence[int], starts: list[str], step: Any
) -> Values:
    """One loop over the axes kept, and within it one over the axes reduced."""
    shape = xs[0].shape
    if all(str(size) == "1" for size in _without(shape, axes)):
        outs: Values = []
        kept: Index = (ZERO,) * len(_without(shape, axes))
        names = _sum_up(writer, shape, axes, kept, xs, starts, step)
        for name, result in zip(names, results, strict=True):
            outs.append(writer.scalar(name, result.dtype, writer.depth, result.shape))
        return outs
    outs = [writer.allocate(result) for result in results]
    with writer.loops(_without(shape, axes)) as kept:
        names = _sum_up(writer, shape, axes, kept, xs, starts, step)
        for out, name in zip(outs, names, strict=True):
            writer.write(out, kept, name)
    return outs


def _sum_up(
    writer: Writer,
    shape: Sequence[Any],
    axes: Sequence[int],
    kept: Index,
    xs: Values,
    starts: list[str],
    step: Any,
) -> list[str]:
    sums = [writer.fresh("sum") for _ in xs]
    for name, start in zip(sums, starts, strict=True):
        writer.put(f"let {name}={start};")
    with writer.loops([shape[axis] for axis in axes]) as reduced:
        index = spread_over(shape, axes, kept, reduced)
        parts = [writer.at(x, index) for x in xs]
        new = step(sums, parts)
        if len(new) > 1 and any(name in code for name in sums for code in new):
            named = [writer.named(Expr(code, writer.depth)).text for code in new]
        else:
            named = new
        for name, code in zip(sums, named, strict=True):
            writer.put(f"{name}={code};")
    return sums


@rule("argmax", "argmin")
def _position(writer: Writer, operation: Operation, operands: Values) -> Values:
    """The first of the largest, or of the smallest; the first NaN where there is one."""
    (x,), (result,), (axis,) = operands, operation.results, operation.parameters["axes"]
    sign = ">" if operation.primitive == "argmax" else "<"
    out = writer.allocate(result)
    with writer.loops(result.shape) as kept:
        best, place = writer.fresh("best"), writer.fresh("place")
        first = spread_over(x.shape, [axis], kept, (ZERO,))
        writer.put(f"let {best}={writer.at(x, first)};")
        writer.put(f"let {place}=0;")
        with writer.loops([x.shape[axis]]) as (i,):
            value = writer.at(x, spread_over(x.shape, [axis], kept, (i,)))
            is_first_nan = f"||({value}!=={value}&&{best}==={best})"
            better = f"{value}{sign}{best}{is_first_nan if x.dtype.kind == 'f' else ''}"
            writer.put(f"if ({better}) {{ {best}={value}; {place}={i.text}; }}")
        writer.write(out, kept, place)
    return [out]


@rule("cumsum", "cumprod", "cummax", "cummin", "cumlogsumexp")
def _running(writer: Writer, operation: Operation, operands: Values) -> Values:
    (x,), (result,), axis = operands, operation.results, operation.parameters["axis"]
    if operation.primitive == "cumlogsumexp":
        start = "(-Infinity)"
        pattern = "@log_add_exp({0},{1})" if x.dtype.name == FLOAT else pattern_of("exp", x.dtype)
    else:
        combine = COMBINED_BY[operation.primitive]
        start, pattern = neutral(combine, x.dtype), pattern_of(combine, x.dtype)
    out = writer.allocate(result)
    with writer.loops(_without(x.shape, [axis])) as kept:
        total = writer.fresh("sum")
        writer.put(f"let {total}={start};")
        with writer.loops([x.shape[axis]]) as (i,):
            if operation.parameters["reverse"]:
                i = i._replace(text=f"({size_code(x.shape[axis])}-1-{i.text})")
            index = spread_over(x.shape, [axis], kept, (i,))
            writer.put(f"{total}={formula(writer, pattern, total, writer.at(x, index))};")
            writer.write(out, index, total)
    return [out]


@rule("sort")
def _sort(writer: Writer, operation: Operation, operands: Values) -> Values:
    """The keys decide in turn; equal ones stay in their order; NaN comes last."""
    axis, keys = operation.parameters["dimension"], operation.parameters["num_keys"]
    return _ordered(writer, operation.results, operands, axis, keys, "false")


@rule("top_k")
def _top_k(writer: Writer, operation: Operation, operands: Values) -> Values:
    """The largest first, of equal ones the first, 0 before −0, and NaN before all.

    (A NaN may have a sign, on whose making processors differ; with one it is the last in JAX.)
    """
    (x,), (values, places) = operands, operation.results
    axis = operation.parameters.get("axis", len(x.shape) - 1)
    if axis not in (-1, len(x.shape) - 1):
        raise TranslationError("the primitive top_k along another axis than the last")
    numbers = writer.lazy(places, lambda index: index[-1], 0, [])
    return _ordered(writer, [values, places], [x, numbers], len(x.shape) - 1, 1, "true")


def _ordered(
    writer: Writer, results: Any, xs: Values, axis: int, keys: int, largest_first: str
) -> Values:
    """Each row along the axis: the order of its keys, then everything in that order."""
    size = xs[0].shape[axis]
    lanes = [_Lane(each.dtype, (size,)) for each in xs]
    rows = [writer.allocate(lane, "row") for lane in lanes]
    order, spare = (writer.allocate(_Lane(np.dtype("int32"), (size,)), "order") for _ in "ab")
    outs = [writer.allocate(result) for result in results]
    with writer.loops(_without(xs[0].shape, [axis])) as kept:
        with writer.loops([size]) as (i,):
            for row, x in zip(rows, xs, strict=True):
                writer.write(row, (i,), writer.at(x, spread_over(x.shape, [axis], kept, (i,))))
        names = ",".join(str(row.buffer) for row in rows[:keys])
        call = writer.helper(
            "sort_order", f"[{names}]", str(order.buffer), str(spare.buffer),
            product([size]), largest_first,
        )  # fmt: skip
        writer.put(f"{call};")
        # Of this turn of the loops: what is read must not be moved out of them.
        order, *rows = (
            writer.buffered(str(each.buffer), each.shape, each.dtype, writer.depth)
            for each in (order, *rows)
        )
        with writer.loops([results[0].shape[axis]]) as (i,):
            place = writer.element(order, (i,))
            for out, row in zip(outs, rows, strict=True):
                there = spread_over(out.shape, [axis], kept, (i,))
                writer.write(out, there, writer.at(row, (place,)))
    return outs


class _Lane:
    """Shape and type of one row."""

    def __init__(self, dtype: np.dtype, shape: tuple[Any, ...]) -> None:
        self.dtype, self.shape = dtype, shape
