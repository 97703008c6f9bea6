"""Primitives whose indices are numbers that are computed: x[i], x.at[i].add(u).

The names of the axes are XLA's (its page *Operation semantics*, Gather and Scatter): an index
vector says where in the operand a window starts, and the window's own axes are added to it.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from lecture11.explore.translator.elementwise import formula, pattern_of
from lecture11.explore.translator.flat import Operation
from lecture11.explore.translator.refusal import TranslationError
from lecture11.explore.translator.rules import rule
from lecture11.explore.translator.sizes import size_code
from lecture11.explore.translator.views import shifted
from lecture11.explore.translator.writer import CHEAP, ZERO, Expr, Index, Value, Writer, literal

Values = list[Value]


def _clamped(start: str, room: str) -> str:
    return f"Math.min(Math.max({start},0),{room})"


def _room(size: Any, window: Any) -> str:
    """The last index at which a window still fits."""
    return size_code(size - window)


def _starts(
    writer: Writer, shape: Sequence[Any], windows: Sequence[Any], starts: Values
) -> list[Expr]:
    """Where a slice begins, moved in where it would reach beyond an end."""
    return [
        writer.named(Expr(_clamped(writer.at(start, ()), _room(size, window)), start.depth))
        if str(size) != str(window)
        else ZERO
        for start, size, window in zip(starts, shape, windows, strict=True)
    ]


@rule("dynamic_slice", lazy=CHEAP)
def _dynamic_slice(writer: Writer, operation: Operation, operands: Values) -> Values:
    x, *starts = operands
    (result,) = operation.results
    offsets = _starts(writer, x.shape, result.shape, [writer.store(start) for start in starts])

    def element(index: Index) -> Expr:
        place = tuple(
            shifted(i, offset.text)._replace(depth=max(i.depth, offset.depth))
            for i, offset in zip(index, offsets, strict=True)
        )
        return writer.element(x, place)

    return [writer.lazy(result, element, x.cost, operands)]


@rule("dynamic_update_slice")
def _dynamic_update_slice(writer: Writer, operation: Operation, operands: Values) -> Values:
    x, update, *starts = operands
    out = writer.fill(writer.allocate(operation.results[0]), x)
    offsets = _starts(writer, x.shape, update.shape, [writer.store(start) for start in starts])
    with writer.loops(update.shape) as index:
        place = tuple(shifted(i, o.text) for i, o in zip(index, offsets, strict=True))
        writer.write(out, place, writer.at(update, index))
    return [out]


class _Windows:
    """How an index vector and an index within a window make an index into the operand."""

    def __init__(
        self,
        writer: Writer,
        operand: Value,
        indices: Value,
        batching: tuple[Sequence[int], Sequence[int]],
        without: Sequence[int],
        mapped: Sequence[int],
        windows: Sequence[Any],
    ) -> None:
        self.writer, self.operand, self.indices = writer, operand, indices
        self.batching = dict(zip(*batching, strict=True))
        self.without, self.mapped, self.windows = without, mapped, windows

    def start(self, axis: int, batch: Index) -> Expr:
        """Along one axis of the operand, as the index vector says."""
        number = Expr(str(self.mapped.index(axis)), 0)
        if str(self.indices.shape[-1]) == "1":
            number = ZERO
        return self.writer.element(self.indices, (*batch, number))

    def place(self, batch: Index, window: Index, *, clamp: bool) -> Index:
        """The index into the operand."""
        within: Iterator[Expr] = iter(window)
        place = []
        for axis, size in enumerate(self.operand.shape):
            if axis in self.batching:
                place.append(batch[self.batching[axis]])
                continue
            offset = ZERO if axis in self.without else next(within)
            if axis in self.mapped:
                start = self.start(axis, batch)
                if clamp:
                    text = _clamped(start.text, _room(size, self.windows[axis]))
                    start = self.writer.named(Expr(text, start.depth))
                depth = max(start.depth, offset.depth)
                offset = shifted(offset, start.text)._replace(depth=depth)
            place.append(offset)
        return tuple(place)

    def inside(self, batch: Index) -> Expr:
        """Whether the window lies in the operand."""
        starts = [(self.start(axis, batch), axis) for axis in self.mapped]
        tests = [
            f"{start.text}>=0&&{start.text}<={_room(self.operand.shape[axis], self.windows[axis])}"
            for start, axis in starts
        ]
        depth = max((start.depth for start, _ in starts), default=0)
        return Expr("&&".join(tests) or "true", depth)


def _mode(operation: Operation) -> str:
    mode = operation.parameters["mode"]
    name = getattr(mode, "name", str(mode))
    if name not in ("CLIP", "FILL_OR_DROP", "PROMISE_IN_BOUNDS"):
        raise TranslationError(f"the primitive {operation.primitive} in the mode {name}")
    return name


@rule("gather", lazy=CHEAP)
def _gather(writer: Writer, operation: Operation, operands: Values) -> Values:
    """XLA moves a window that was promised to fit, and doesn't, as if it had been told to."""
    x, indices = (writer.store_if_dear(each) for each in operands)
    numbers, (result,) = operation.parameters["dimension_numbers"], operation.results
    windows = _Windows(
        writer, x, indices,
        (numbers.operand_batching_dims, numbers.start_indices_batching_dims)
        if hasattr(numbers, "operand_batching_dims") else ((), ()),
        numbers.collapsed_slice_dims, numbers.start_index_map,
        operation.parameters["slice_sizes"],
    )  # fmt: skip
    fills = _mode(operation) == "FILL_OR_DROP"
    filling = _filling(operation.parameters["fill_value"], result.dtype) if fills else ""

    def element(index: Index) -> Expr:
        batch = tuple(i for axis, i in enumerate(index) if axis not in numbers.offset_dims)
        window = tuple(index[axis] for axis in numbers.offset_dims)
        found = writer.element(x, windows.place(batch, window, clamp=True))
        if not fills:
            return found
        fits = windows.inside(batch)
        return Expr(f"({fits.text}?{found.text}:{filling})", max(fits.depth, found.depth))

    return [writer.lazy(result, element, CHEAP + x.cost + indices.cost, [x, indices])]


def _filling(value: Any, dtype: np.dtype) -> str:
    """What stands for an element that there is none of."""
    if value is None:
        kind = dtype.kind
        value = (
            np.nan
            if kind == "f"
            else True
            if kind == "b"
            else np.iinfo(dtype).min
            if kind == "i"
            else np.iinfo(dtype).max
        )
    return literal(np.asarray(value, dtype))


SCATTERED_BY = {
    "scatter": None,
    "scatter_add": "add",
    "scatter_sub": "sub",
    "scatter_mul": "mul",
    "scatter_min": "min",
    "scatter_max": "max",
}


@rule(*SCATTERED_BY, *(name.replace("_", "-") for name in SCATTERED_BY))
def _scatter(writer: Writer, operation: Operation, operands: Values) -> Values:
    """A copy, to which the updates are added one after another; what doesn't fit is left out."""
    x, indices, updates = operands[0], writer.store_if_dear(operands[1]), operands[2]
    numbers = operation.parameters["dimension_numbers"]
    combine = SCATTERED_BY[operation.primitive.replace("-", "_")]
    out = writer.fill(writer.allocate(operation.results[0]), x)
    batching = getattr(numbers, "operand_batching_dims", ())
    without = (*numbers.inserted_window_dims, *batching)
    sizes = iter(updates.shape[axis] for axis in numbers.update_window_dims)
    window_sizes = [1 if axis in without else next(sizes) for axis in range(len(x.shape))]
    windows = _Windows(
        writer, out, indices,
        (batching, getattr(numbers, "scatter_indices_batching_dims", ())),
        numbers.inserted_window_dims, numbers.scatter_dims_to_operand_dims, window_sizes,
    )  # fmt: skip
    clamp = _mode(operation) == "CLIP"
    with writer.loops(updates.shape) as index:
        window = tuple(index[axis] for axis in numbers.update_window_dims)
        batch = tuple(i for a, i in enumerate(index) if a not in numbers.update_window_dims)
        place = windows.place(batch, window, clamp=clamp)
        update = writer.at(updates, index)
        if combine:
            present = out.element(place).text
            update = formula(writer, pattern_of(combine, out.dtype), present, update)
        if clamp:
            writer.write(out, place, update)
        else:
            with writer.scope(f"if ({windows.inside(batch).text}) {{"):
                writer.write(out, place, update)
    return [out]
