"""From JAX functions to the text of one JavaScript expression."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.experimental
import jax.export  # the oldest JAX has it only where it is asked for
import numpy as np
from jax.extend.core import ClosedJaxpr

from lecture11.explore.translator import (  # noqa: F401  their rules
    elementwise,
    indexing,
    linear,
    reductions,
    structure,
    views,
)
from lecture11.explore.translator.flat import flatten
from lecture11.explore.translator.outline import outlined
from lecture11.explore.translator.refusal import TranslationError
from lecture11.explore.translator.rules import write
from lecture11.explore.translator.runtime import helper_code
from lecture11.explore.translator.sizes import product, size_code, size_name, symbols_in
from lecture11.explore.translator.writer import ZERO, Constants, Value, Writer

OUTSIDE = {
    "float64": "Float64Array",
    "int32": "Int32Array",
    "int64": "Int32Array",
    "uint32": "Uint32Array",
    "bool": "Uint8Array",
}
"""The typed arrays that come in and go out. JAX's whole numbers of 64 bits go as 32, or throw."""

Function = tuple[Callable, Sequence[Any]]


@dataclass(frozen=True)
class Program:
    """Functions as JavaScript.

    source: an expression, a function of the constants that returns ``{name: (inputs) => outputs}``;
        inputs and outputs are arrays of ``{data, shape}``, in the order of the pytree's leaves.
        Outputs are the program's own until the same function is called again.
    constants: what ``source`` is to be called with: the large arrays of known numbers, in order
    structures: of each function's result, the pytree
    """

    source: str
    constants: tuple[np.ndarray, ...]
    structures: Mapping[str, Any]

    def encoded(self) -> list[dict[str, Any]]:
        """The constants as text, each ``{type, shape, base64}``; little-endian."""
        return [encode(numbers) for numbers in self.constants]


def encode(numbers: np.ndarray) -> dict[str, Any]:
    """An array as text: its type, its shape, and its bytes in base64."""
    numbers = np.asarray(numbers)
    if numbers.dtype == np.int64:
        numbers = numbers.astype(np.float64)
    flat = np.ascontiguousarray(numbers).astype(numbers.dtype.newbyteorder("<"))
    return {
        "type": numbers.dtype.name,
        "shape": list(numbers.shape),
        "base64": base64.b64encode(flat.tobytes()).decode("ascii"),
    }


def float64() -> Any:
    """A context in which JAX computes in float64, whatever the notebook's setting."""
    if hasattr(jax, "enable_x64"):
        return jax.enable_x64(True)
    return jax.experimental.enable_x64()  # type: ignore[attr-defined]


def translate(functions: Mapping[str, Function]) -> Program:
    """Translate JAX functions to JavaScript; they share constants and subroutines.

    functions: to each name the function and its example arguments: pytrees of arrays or of
        ``jax.ShapeDtypeStruct``, whose shapes may be symbolic (``jax.export.symbolic_shape``)

    Floating numbers are float64, whole ones int32, unless they are uint32 or bool. Raises
    :class:`TranslationError`, naming function and primitive, where one can't be computed there.
    """
    constants, helpers, written, structures = Constants(), set(), [], {}
    for name, (function, arguments) in functions.items():
        try:
            body, structures[name] = trace(function, arguments)
            code, used = _function(name, body, constants)
        except TranslationError as refusal:
            raise TranslationError(f"{name}: {refusal}") from None
        helpers |= used
        written.append(code)
    lines = ["(constants) => {", helper_code(helpers), *constants.lines, "return {", *written]
    return Program("\n".join([*lines, "};", "}"]), tuple(constants.large), structures)


def trace(function: Callable, arguments: Sequence[Any]) -> tuple[ClosedJaxpr, Any]:
    """The function's jaxpr in float64, and the pytree of its result."""
    with float64():
        examples = jax.tree.map(_example, tuple(arguments))
        body, result = jax.make_jaxpr(function, return_shape=True)(*examples)
    return body, result


def _example(leaf: Any) -> jax.ShapeDtypeStruct:
    shape = leaf.shape if hasattr(leaf, "shape") else np.shape(leaf)
    dtype = leaf.dtype if hasattr(leaf, "dtype") else np.asarray(leaf).dtype
    if not isinstance(dtype, np.dtype):
        raise TranslationError(f"an argument of type {dtype}; functions in the page take noise")
    if dtype.kind == "f":
        dtype = np.dtype(np.float64)
    elif dtype.kind == "i":
        dtype = np.dtype(np.int32)
    elif dtype not in (np.uint32, np.bool_):
        raise TranslationError(
            f"an argument of type {dtype}; the page has float64, int32, uint32, bool"
        )
    return jax.ShapeDtypeStruct(tuple(shape), dtype)


def _function(name: str, body: ClosedJaxpr, constants: Constants) -> tuple[str, set[str]]:
    """A property of the object that the factory returns, and the subroutines it calls."""
    writer, flat = Writer(constants), flatten(body)
    inputs = [f"x{k}" for k in range(len(flat.arguments))]
    arguments = [
        writer.buffered(x, argument.shape, argument.dtype, 0)
        for x, argument in zip(inputs, flat.arguments, strict=True)
    ]
    # A result may be the next call's argument. So all are complete before the first is handed out.
    results = [_own(writer, value) for value in write(writer, flat, arguments)]
    for k, value in enumerate(results):
        if value.dtype.name not in OUTSIDE:
            raise TranslationError(f"a result of type {value.dtype}; compute in float64")
        writer.buffers.append((f"y{k}", OUTSIDE[value.dtype.name], product(value.shape)))
        writer.put(_handed_out(writer, f"y{k}", value))
    sizes = _sizes(flat.arguments)
    functions, rest = outlined(writer.scopes[0].lines)
    shapes = [
        f"{{data:y{k},shape:[{','.join(map(size_code, value.shape))}]}}"
        for k, value in enumerate(results)
    ]
    changed = ["!outputs", *(f"{size}!=={place}" for size, place in sizes.items())]
    lines = [
        f"{json.dumps(name, ensure_ascii=False)}: (() => {{",
        f"let {','.join([*sizes, *(buffer for buffer, _, _ in writer.buffers), 'outputs'])};",
        *functions,
        "return (inputs) => {",
        *(f"const {x}=inputs[{k}].data;" for k, x in enumerate(inputs)),
        f"if ({'||'.join(changed)}) {{",
        *(f"  {size}={place};" for size, place in sizes.items()),
        *(f"  {buffer}=new {kind}({count});" for buffer, kind, count in writer.buffers),
        f"  outputs=[{','.join(shapes)}];",
        "}",
        *(_check(name, k, argument) for k, argument in enumerate(flat.arguments)),
        *rest,
        "return outputs;",
        "};",
        "})(),",
    ]
    return "\n".join(lines), writer.helpers


def _own(writer: Writer, value: Value) -> Value:
    """In a variable, or in a buffer that is none of the arguments' or constants'."""
    value = writer.store(value)
    own = {name for name, _, _ in writer.buffers}
    if value.is_scalar and value.buffer is None:
        only = writer.named(writer.element(value, (ZERO,) * len(value.shape)))
        return writer.scalar(only.text, value.dtype, 0, value.shape)
    if value.buffer not in own:
        return writer.fill(writer.allocate(value), value)
    return value


def _handed_out(writer: Writer, out: str, value: Value) -> str:
    if value.dtype == np.int64:
        number = writer.at(value, (ZERO,) * len(value.shape)) if not value.buffer else ""
        return writer.helper("hand_out_whole", out, value.buffer or f"[{number}]") + ";"
    if value.buffer:
        return f"{out}.set({value.buffer});"
    return f"{out}[0]={writer.at(value, (ZERO,) * len(value.shape))};"


def _sizes(arguments: Sequence[Any]) -> dict[str, str]:
    """Where each symbol is read: the variable, and an argument's axis of just that size."""
    found: dict[str, str] = {}
    needed: set[str] = set()
    for k, argument in enumerate(arguments):
        for axis, size in enumerate(argument.shape):
            needed |= symbols_in(size)
            if symbols_in(size) == {str(size)}:
                found.setdefault(size_name(str(size)), f"inputs[{k}].shape[{axis}]")
    missing = [symbol for symbol in sorted(needed) if size_name(symbol) not in found]
    if missing:
        raise TranslationError(f"the size {missing[0]}, which is no argument's own")
    return found


def _check(name: str, number: int, argument: Any) -> str:
    """Throw where an argument has another shape, or another kind of array."""
    tests = [f"!(x{number} instanceof {OUTSIDE[argument.dtype.name]})"]
    tests += [
        f"inputs[{number}].shape[{axis}]!=={size_code(size)}"
        for axis, size in enumerate(argument.shape)
    ]
    tests.append(f"x{number}.length!=={product(argument.shape)}")
    shape = " × ".join(map(str, argument.shape)) or "a number"
    message = f"{name}: argument {number} is not {OUTSIDE[argument.dtype.name]}, {shape}"
    return (
        f"if ({'||'.join(tests)}) throw new TypeError({json.dumps(message, ensure_ascii=False)});"
    )
