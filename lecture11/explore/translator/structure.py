"""Loops and branches: scan, while, cond.

What a loop carries lives in two buffers for each array: one holds it, into the other goes what
comes next, and then they change places. Single numbers are variables.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from lecture11.explore.translator.flat import Operation
from lecture11.explore.translator.rules import rule, write_call
from lecture11.explore.translator.sizes import size_code
from lecture11.explore.translator.writer import CHEAP, LOAD, Expr, Index, Value, Writer

Values = list[Value]


class _Carried:
    """What a loop hands on from one turn to the next."""

    def __init__(self, writer: Writer, results: Sequence[Any], start: Values) -> None:
        """Set to its start, before the loop."""
        self.writer, self.results = writer, results
        self.names: list[tuple[str, str]] = []
        self.depth = writer.depth
        for result, value in zip(results, start, strict=True):
            if value.is_scalar:
                name = writer.fresh("state")
                writer.put(f"let {name}={writer.at(value, _first(value))};")
                self.names.append((name, ""))
            else:
                now, following = (writer.allocate(result, "state") for _ in range(2))
                writer.fill(now, value)
                self.names.append((str(now.buffer), str(following.buffer)))

    def values(self, depth: int) -> Values:
        """As they are known in a scope of that depth."""
        return [
            self.writer.buffered(now, result.shape, result.dtype, depth)
            if following
            else self.writer.scalar(now, result.dtype, depth, result.shape)
            for (now, following), result in zip(self.names, self.results, strict=True)
        ]

    def replace(self, present: Values, new: Values) -> None:
        """By what comes next, all at once."""
        writer, changed = self.writer, []
        for (now, following), old, value in zip(self.names, present, new, strict=True):
            if value is old:
                continue
            if following:
                out = writer.buffered(following, old.shape, old.dtype, writer.depth)
                writer.fill(out, value)
                spare = writer.fresh("spare")
                changed.append(f"const {spare}={now}; {now}={following}; {following}={spare};")
            else:
                # A name even for another state, which is about to change.
                spare = writer.fresh("spare")
                writer.put(f"const {spare}={writer.at(value, _first(value))};")
                changed.append(f"{now}={spare};")
        for line in changed:
            writer.put(line)


def _first(value: Value) -> Index:
    return tuple(Expr("0", 0) for _ in value.shape)


@rule("while")
def _while(writer: Writer, operation: Operation, operands: Values) -> Values:
    given = operation.parameters
    of_test, of_body = given["cond_nconsts"], given["body_nconsts"]
    fixed = [writer.store_if_dear(value) for value in operands[: of_test + of_body]]
    carried = _Carried(writer, operation.results, operands[of_test + of_body :])
    with writer.scope("for (;;) {"):
        present = carried.values(writer.depth)
        (goes_on,) = write_call(writer, given["cond_jaxpr"], fixed[:of_test] + present)
        goes_on = writer.store(goes_on)
        writer.put(f"if (!{_any(writer, goes_on)}) break;")
        new = write_call(writer, given["body_jaxpr"], fixed[of_test:] + present)
        carried.replace(
            present, [_where(writer, goes_on, *pair) for pair in zip(new, present, strict=True)]
        )
    return carried.values(writer.depth)


def _any(writer: Writer, flags: Value) -> str:
    """Whether one is set: of loops under vmap, whether any goes on."""
    if not flags.shape:
        return writer.at(flags, ())
    found = writer.fresh("any")
    writer.put(f"let {found}=false;")
    with writer.loops(flags.shape) as index:
        writer.put(f"{found}={found}||{writer.at(flags, index)};")
    return found


def _where(writer: Writer, flags: Value, new: Value, old: Value) -> Value:
    """What comes next of those loops that go on."""
    axes = len(flags.shape)
    if not axes or new is old:
        return new

    def element(index: Index) -> Expr:
        flag, one, other = (
            writer.element(each, place)
            for each, place in ((flags, index[:axes]), (new, index), (old, index))
        )
        depth = max(flag.depth, one.depth, other.depth)
        return Expr(f"({flag.text}?{one.text}:{other.text})", depth)

    return writer.lazy(new, element, CHEAP + new.cost, [flags, new, old])


@rule("scan")
def _scan(writer: Writer, operation: Operation, operands: Values) -> Values:
    given = operation.parameters
    of_consts, of_state = given["num_consts"], given["num_carry"]
    fixed = [writer.store_if_dear(value) for value in operands[:of_consts]]
    series = [writer.store_if_dear(value) for value in operands[of_consts + of_state :]]
    kept = operation.results[of_state:]
    start = operands[of_consts : of_consts + of_state]
    carried = _Carried(writer, operation.results[:of_state], start)
    outs = [writer.allocate(result) for result in kept]
    length, turn = size_code(given["length"]), writer.fresh("turn")
    with writer.scope(f"for (let {turn}=0;{turn}<{length};{turn}++) {{"):
        time = Expr(f"({length}-1-{turn})" if given["reverse"] else turn, writer.depth)
        present = carried.values(writer.depth)
        items = [_at_time(writer, each, time) for each in series]
        new = write_call(writer, given["jaxpr"], fixed + present + items)
        for out, value in zip(outs, new[of_state:], strict=True):
            with writer.loops(value.shape) as index:
                writer.write(out, (time, *index), writer.at(value, index))
        carried.replace(present, new[:of_state])
    return carried.values(writer.depth) + outs


def _at_time(writer: Writer, series: Value, time: Expr) -> Value:
    return Value(
        series.shape[1:],
        series.dtype,
        lambda index: writer.element(series, (time, *index)),
        max(series.cost, LOAD),
        writer.depth,
    )


@rule("cond")
def _cond(writer: Writer, operation: Operation, operands: Values) -> Values:
    """The branch of that number, or of the nearest there is."""
    which, *arguments = operands
    branches = operation.parameters["branches"]
    number = writer.at(writer.store(which), ())
    if number.isdigit():  # known already: a choice by platform
        return write_call(writer, branches[min(int(number), len(branches) - 1)], arguments)
    arguments = [writer.store_if_dear(value) for value in arguments]
    outs = []
    for result in operation.results:
        if all(str(size) == "1" for size in result.shape):
            name = writer.fresh("chosen")
            writer.put(f"let {name};")
            outs.append(writer.scalar(name, result.dtype, writer.depth, result.shape))
        else:
            outs.append(writer.allocate(result))
    for k, branch in enumerate(branches):
        last = k == len(branches) - 1
        test = f"if ({number}<={k}) " if k == 0 else f"else if ({number}==={k}) "
        with writer.scope(f"{'else ' if last and k else '' if last else test}{{", guarded=True):
            for out, value in zip(outs, write_call(writer, branch, arguments), strict=True):
                if out.buffer:
                    writer.fill(out, value)
                else:
                    writer.put(f"{out.element(()).text}={writer.at(value, _first(value))};")
    return outs


@rule("platform_index")
def _platform(writer: Writer, operation: Operation, operands: Values) -> Values:
    """The branch for the CPU, or else the one for all platforms."""
    platforms = operation.parameters["platforms"]
    chosen = next((k for k, names in enumerate(platforms) if names is None or "cpu" in names), 0)
    return [writer.constant(np.asarray(chosen, np.int32))]
