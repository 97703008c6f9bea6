"""The body of one JavaScript function, written loop by loop.

A :class:`Value` is an array to be: it knows its shape and how to write the element at an index.
What is elementwise stays such an expression, and is written into the loop that consumes it. Within
a loop nothing is written twice, and what doesn't depend on the loop's variable is written outside
it: every :class:`Expr` knows the depth of the innermost scope whose names it uses.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from lecture11.explore.translator.refusal import TranslationError
from lecture11.explore.translator.sizes import parenthesised, product, size_code

STORAGE = {
    "float64": "Float64Array",
    "float32": "Float64Array",
    "float16": "Float64Array",
    "int64": "Float64Array",
    "int32": "Int32Array",
    "uint32": "Uint32Array",
    "bool": "Uint8Array",
}
"""Which typed array holds which type. Of int64 only numbers up to 2⁵³, which a double holds
exactly; one beyond ends the computation (:mod:`.elementwise`)."""

LOAD, CHEAP, DEAR = 1, 2, 10
"""What it costs to read an element, to add, to take a logarithm; only the order matters."""

FEW = 64
"""Known numbers up to which an array is written out in the source."""

WORTH_KEEPING = 5
"""From which cost on an element that is needed twice is stored rather than computed again."""


class Expr(NamedTuple):
    """A piece of JavaScript."""

    text: str
    depth: int
    """Of the innermost scope whose names it uses; 0 is the function's own."""


Index = tuple[Expr, ...]
ZERO = Expr("0", 0)


@dataclass(eq=False)
class Value:
    """An array, stored or yet to be computed."""

    shape: tuple[Any, ...]
    dtype: np.dtype
    element: Callable[[Index], Expr]
    cost: int
    """Of computing one element."""
    depth: int
    """Of the scope in which all it depends on is known."""
    buffer: str | None = None
    """The typed array that holds it, row by row, where there is one."""
    stored: "tuple[Scope, Value] | None" = None
    """The same, once it has been stored, and the scope that it has been stored in."""

    @property
    def is_scalar(self) -> bool:
        """Whether it has a single element."""
        return all(str(size) == "1" for size in self.shape)


@dataclass
class Scope:
    """A function, a loop's body or a branch, while it is written."""

    opening: str = ""
    lines: list[str] = field(default_factory=list)
    known: dict[Any, Expr] = field(default_factory=dict)
    """Elements that have been written already."""
    guarded: bool = False
    """Whether it is a branch, which not everything needs that stands in it."""


class Writer:
    """Writes one function."""

    def __init__(self, constants: "Constants") -> None:
        """constants: those of the whole program, to which this function's are added."""
        self.constants = constants
        self.scopes = [Scope()]
        self.buffers: list[tuple[str, str, str]] = []
        """Name, kind of typed array and number of elements of each buffer."""
        self.helpers: set[str] = set()
        """Names of the subroutines that are called."""
        self.count = 0

    # Names, lines and scopes

    @property
    def depth(self) -> int:
        """Of the scope that is written to."""
        return len(self.scopes) - 1

    def fresh(self, stem: str) -> str:
        """A name that is not in use."""
        self.count += 1
        return f"{stem}{self.count}"

    def put(self, line: str) -> None:
        """Append a line to the innermost scope."""
        self.scopes[-1].lines.append(line)

    def helper(self, name: str, *arguments: str) -> str:
        """A call of a shared subroutine (runtime.js)."""
        self.helpers.add(name)
        return f"{name}({','.join(arguments)})"

    @contextmanager
    def scope(self, opening: str, *, guarded: bool = False, closing: str = "}") -> Iterator[None]:
        """Write what follows into a new scope, which is then appended to the present one."""
        self.scopes.append(Scope(opening, guarded=guarded))
        yield
        done = self.scopes.pop()
        self.put(done.opening)
        self.scopes[-1].lines += ["  " + line for line in done.lines]
        self.put(closing)

    @contextmanager
    def at_depth(self, depth: int) -> Iterator[None]:
        """Write what follows into an outer scope, or as far out as the branch lets it."""
        inside = max((k for k, scope in enumerate(self.scopes) if scope.guarded), default=0)
        depth = max(depth, inside)
        inner = self.scopes[depth + 1 :]
        del self.scopes[depth + 1 :]
        yield
        self.scopes += inner

    @contextmanager
    def loops(self, shape: Sequence[Any]) -> Iterator[Index]:
        """Nested loops over all indices of an array of that shape; none over an axis of one."""
        if not shape:
            yield ()
        elif str(shape[0]) == "1":
            with self.loops(shape[1:]) as rest:
                yield (ZERO, *rest)
        else:
            variable = self.fresh("i")
            opening = f"for (let {variable}=0;{variable}<{size_code(shape[0])};{variable}++) {{"
            with self.scope(opening):
                depth = self.depth
                with self.loops(shape[1:]) as rest:
                    yield (Expr(variable, depth), *rest)

    @contextmanager
    def numbers(self, count: str) -> Iterator[str]:
        """A loop over the numbers below a count; none where it is 1."""
        if count == "1":
            yield "0"
            return
        number = self.fresh("k")
        with self.scope(f"for (let {number}=0;{number}<{count};{number}++) {{"):
            yield number

    # Elements

    def at(self, value: Value, index: Index) -> str:
        """The element as JavaScript, to be used in the innermost scope."""
        return self.element(value, index).text

    def element(self, value: Value, index: Index) -> Expr:
        """The element; what takes more than reading it is given a name, in the scope it needs."""
        key = (value, *(place.text for place in index))
        for scope in reversed(self.scopes):
            if key in scope.known:
                return scope.known[key]
        found = value.element(index)
        if value.cost > LOAD or (value.cost == LOAD and found.depth < self.depth):
            found = self.named(found, "flag" if value.dtype == np.bool_ else "t")
        self.scopes[found.depth].known[key] = found
        return found

    def named(self, expression: Expr, stem: str = "t") -> Expr:
        """The same as a constant, written in the outermost scope that knows all it uses."""
        if expression.text.isidentifier() or expression.text.isdigit():
            return expression
        name = self.fresh(stem)
        with self.at_depth(expression.depth):
            self.put(f"const {name}={expression.text};")
            return Expr(name, self.depth)

    # Values

    def lazy(
        self,
        like: Any,
        element: Callable[[Index], Expr],
        cost: int,
        sources: Sequence[Value],
    ) -> Value:
        """A value of the shape and type of ``like``, computed from its sources where it is read."""
        depth = max((source.depth for source in sources), default=0)
        return Value(like.shape, like.dtype, element, cost, depth)

    def scalar(self, code: str, dtype: Any, depth: int, shape: Sequence[Any] = ()) -> Value:
        """A single number, which a name or a literal stands for."""
        return Value(tuple(shape), np.dtype(dtype), lambda index: Expr(code, depth), 0, depth)

    def constant(self, numbers: np.ndarray) -> Value:
        """Known numbers: written out where few, brought along where many."""
        numbers = np.asarray(numbers)
        require_type(numbers.dtype, "a constant")
        if numbers.dtype == np.int64 and numbers.size and np.abs(numbers).max() > 2**53:
            raise TranslationError("a whole number beyond 2⁵³, which a double does not hold")
        same = numbers.size and (numbers == numbers.flat[0]).all()
        if numbers.dtype.kind == "f" and same and numbers.flat[0] == 0:
            same = (np.signbit(numbers) == np.signbit(numbers.flat[0])).all()
        if same:
            return self.scalar(literal(numbers.flat[0]), numbers.dtype, 0, numbers.shape)
        return self.buffered(self.constants.name(numbers), numbers.shape, numbers.dtype, 0)

    def buffered(self, name: str, shape: Sequence[Any], dtype: Any, depth: int) -> Value:
        """What a typed array holds, row by row."""
        steps = [product(shape[axis + 1 :]) for axis in range(len(shape))]
        is_bool = np.dtype(dtype) == np.bool_

        def element(index: Index) -> Expr:
            terms = [
                place.text if step == "1" else f"{parenthesised(place.text)}*{step}"
                for place, step, size in zip(index, steps, shape, strict=True)
                if str(size) != "1" and place.text != "0"
            ]
            read = f"{name}[{'+'.join(terms) or '0'}]"
            return Expr(
                f"({read}!==0)" if is_bool else read, max([depth, *(p.depth for p in index)])
            )

        return Value(tuple(shape), np.dtype(dtype), element, LOAD, depth, name)

    def allocate(self, like: Any, stem: str = "v") -> Value:
        """A buffer for an array of the shape and type of ``like``, made once and kept."""
        require_type(like.dtype, "an array")
        name = self.fresh(stem)
        self.buffers.append((name, STORAGE[like.dtype.name], product(like.shape)))
        return self.buffered(name, like.shape, like.dtype, self.depth)

    def write(self, buffer: Value, index: Index, code: str) -> None:
        """Set an element of a buffer."""
        place = buffer.element(index).text
        if buffer.dtype == np.bool_:
            place = place.removeprefix("(").removesuffix("!==0)")
        self.put(f"{place}={code};")

    def fill(self, buffer: Value, value: Value) -> Value:
        """Store a value in a buffer of its shape."""
        if value.buffer and value.dtype == buffer.dtype:
            self.put(f"{buffer.buffer}.set({value.buffer});")
            return buffer
        with self.loops(buffer.shape) as index:
            self.write(buffer, index, self.at(value, index))
        return buffer

    def store(self, value: Value) -> Value:
        """The same value, each element computed once."""
        if value.buffer is not None or value.cost == 0:
            return value
        return self._kept(value) or self._keep(value)

    def array(self, value: Value) -> Value:
        """The value in a buffer of its own, row by row, also where it is a single number."""
        if value.buffer is not None:
            return value
        kept = self._kept(value)
        return kept if kept and kept.buffer else self._keep(value, as_array=True)

    def store_if_dear(self, value: Value, limit: int = CHEAP) -> Value:
        """Stored, unless computing an element again costs no more than reading it."""
        return self.store(value) if value.cost > limit else value

    def _kept(self, value: Value) -> Value | None:
        """What has been stored already, unless it was in a branch that has ended."""
        if value.stored is None or not any(scope is value.stored[0] for scope in self.scopes):
            return None
        return value.stored[1]

    def _keep(self, value: Value, *, as_array: bool = False) -> Value:
        with self.at_depth(value.depth):
            if value.is_scalar and not as_array:
                only = self.element(value, (ZERO,) * len(value.shape))
                kept = self.scalar(only.text, value.dtype, only.depth, value.shape)
            else:
                kept = self.fill(self.allocate(value), value)
            value.stored = self.scopes[-1], kept
        return kept


class Constants:
    """The arrays of known numbers that a program's functions share."""

    def __init__(self) -> None:
        """None so far."""
        self.large: list[np.ndarray] = []
        """Those that are brought along."""
        self.lines: list[str] = []
        """What declares them all."""
        self.names: dict[Any, str] = {}

    def name(self, numbers: np.ndarray) -> str:
        """The variable that holds these numbers; the same for the same numbers."""
        key = numbers.dtype.name, numbers.tobytes()
        if key not in self.names:
            name = self.names[key] = f"c{len(self.names)}"
            if numbers.size <= FEW:
                written = ",".join(literal(number).strip("()") for number in numbers.ravel())
                self.lines.append(f"const {name}=new {STORAGE[numbers.dtype.name]}([{written}]);")
            else:
                self.lines.append(f"const {name}=constants[{len(self.large)}];")
                self.large.append(numbers)
        return self.names[key]


def literal(number: Any) -> str:
    """A number as JavaScript writes it."""
    number = number.item()
    if isinstance(number, bool):
        return "true" if number else "false"
    if isinstance(number, float) and not np.isfinite(number):
        return "NaN" if number != number else ("Infinity" if number > 0 else "(-Infinity)")
    text = repr(number).removesuffix(".0")
    return f"({text})" if text.startswith("-") else text


def require_type(dtype: Any, what: str) -> None:
    """Raise TranslationError for a type of number that the page has none for."""
    if str(dtype) not in STORAGE:
        raise TranslationError(
            f"{what} of type {dtype}; the page has float64, int32, uint32 and bool"
        )
