"""Primitives that compute each element from the elements at the same index.

The formulas are JavaScript's own where those agree with JAX's in every case, also for NaN, ±∞ and
ties; else subroutines of runtime.js. Integers wrap as JAX's do. int64, which JAX takes for sizes
and indices, is computed in doubles: a result beyond 2⁵³ throws an error rather than be wrong.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lecture11.explore.translator.flat import Operation
from lecture11.explore.translator.refusal import TranslationError
from lecture11.explore.translator.rules import rule
from lecture11.explore.translator.sizes import same_shape, same_size
from lecture11.explore.translator.writer import CHEAP, DEAR, LOAD, ZERO, Expr, Index, Value, Writer

FLOAT, BOOL, INT, UINT, LONG = "float64", "bool", "int32", "uint32", "int64"

Formula = Callable[..., str]


def math(name: str) -> str:
    """A function of JavaScript's Math, of one argument."""
    return f"Math.{name}({{0}})"


COMPARISONS = {"eq": "===", "ne": "!==", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
"""True and false are ordered, and equal only to themselves, in JavaScript too."""

FORMULAS: dict[str, dict[str, str]] = {
    "abs": {FLOAT: math("abs"), INT: "(Math.abs({0})|0)", LONG: math("abs"), UINT: "{0}"},
    "acos": {FLOAT: math("acos")},
    "acosh": {FLOAT: math("acosh")},
    "add": {FLOAT: "({0}+{1})", INT: "({0}+{1}|0)", UINT: "({0}+{1}>>>0)", LONG: "({0}+{1})"},
    "and": {BOOL: "({0}&&{1})", INT: "({0}&{1})", UINT: "(({0}&{1})>>>0)"},
    "asin": {FLOAT: math("asin")},
    "asinh": {FLOAT: math("asinh")},
    "atan": {FLOAT: math("atan")},
    "atan2": {FLOAT: "Math.atan2({0},{1})"},
    "atanh": {FLOAT: math("atanh")},
    "cbrt": {FLOAT: math("cbrt")},
    "ceil": {FLOAT: math("ceil")},
    "cos": {FLOAT: math("cos")},
    "cosh": {FLOAT: math("cosh")},
    "digamma": {FLOAT: "@digamma({0})"},
    "div": {
        FLOAT: "({0}/{1})",
        INT: "@int_div({0},{1})",
        UINT: "@uint_div({0},{1})",
        LONG: "@long_div({0},{1})",
    },
    "erf": {FLOAT: "@erf({0})"},
    "erf_inv": {FLOAT: "@erf_inv({0})"},
    "erfc": {FLOAT: "@erfc({0})"},
    "exp": {FLOAT: math("exp")},
    "exp2": {FLOAT: "Math.pow(2,{0})"},
    "expm1": {FLOAT: math("expm1")},
    "floor": {FLOAT: math("floor")},
    "is_finite": {FLOAT: "Number.isFinite({0})"},
    "lgamma": {FLOAT: "@lgamma({0})"},
    "log": {FLOAT: math("log")},
    "log1p": {FLOAT: math("log1p")},
    "logistic": {FLOAT: "(1/(1+Math.exp(-({0}))))"},
    "max": {
        FLOAT: "Math.max({0},{1})",
        BOOL: "({0}||{1})",
        INT: "Math.max({0},{1})",
        UINT: "Math.max({0},{1})",
        LONG: "Math.max({0},{1})",
    },
    "min": {
        FLOAT: "Math.min({0},{1})",
        BOOL: "({0}&&{1})",
        INT: "Math.min({0},{1})",
        UINT: "Math.min({0},{1})",
        LONG: "Math.min({0},{1})",
    },
    "mul": {
        FLOAT: "({0}*{1})",
        BOOL: "({0}&&{1})",
        INT: "Math.imul({0},{1})",
        UINT: "(Math.imul({0},{1})>>>0)",
        LONG: "({0}*{1})",
    },
    "neg": {FLOAT: "(-{0})", INT: "(-{0}|0)", UINT: "(-{0}>>>0)", LONG: "(-{0})"},
    "nextafter": {FLOAT: "@nextafter({0},{1})"},
    "not": {BOOL: "(!{0})", INT: "(~{0})", UINT: "(~{0}>>>0)", LONG: "(-1-{0})"},
    "or": {BOOL: "({0}||{1})", INT: "({0}|{1})", UINT: "(({0}|{1})>>>0)"},
    "pow": {FLOAT: "@power({0},{1})"},
    "population_count": {INT: "@bits_set({0})", UINT: "@bits_set({0})"},
    "clz": {INT: "Math.clz32({0})", UINT: "Math.clz32({0})"},
    "rem": {
        FLOAT: "({0}%{1})",
        INT: "@int_rem({0},{1})",
        UINT: "@int_rem({0},{1})",
        LONG: "@int_rem({0},{1})",
    },
    "rsqrt": {FLOAT: "(1/Math.sqrt({0}))"},
    "shift_left": {INT: "@shift_left({0},{1})", UINT: "(@shift_left({0},{1})>>>0)"},
    "shift_right_arithmetic": {
        INT: "@shift_right({0},{1})",
        UINT: "(@shift_right({0}|0,{1})>>>0)",
    },
    "shift_right_logical": {
        INT: "(@shift_in_zeros({0},{1})|0)",
        UINT: "@shift_in_zeros({0},{1})",
    },
    "sign": {FLOAT: math("sign"), INT: math("sign"), UINT: math("sign"), LONG: math("sign")},
    "sin": {FLOAT: math("sin")},
    "sinh": {FLOAT: math("sinh")},
    "sqrt": {FLOAT: math("sqrt")},
    "square": {
        FLOAT: "({0}*{0})",
        INT: "Math.imul({0},{0})",
        UINT: "(Math.imul({0},{0})>>>0)",
        LONG: "({0}*{0})",
    },
    "sub": {FLOAT: "({0}-{1})", INT: "({0}-{1}|0)", UINT: "({0}-{1}>>>0)", LONG: "({0}-{1})"},
    "tan": {FLOAT: math("tan")},
    "tanh": {FLOAT: math("tanh")},
    "xor": {BOOL: "({0}!=={1})", INT: "({0}^{1})", UINT: "(({0}^{1})>>>0)"},
}
"""By primitive and by the type of its operands; @ marks a shared subroutine."""
FORMULAS["add_any"] = FORMULAS["add"]

MAY_OUTGROW = {"add", "sub", "mul", "square", "integer_pow", "add_any"}
"""Whole numbers of 64 bits may become too large for a double by these."""

ARITHMETIC = {"add", "sub", "mul", "neg", "abs", "max", "min", "sign", "add_any", "square"}
CHEAP_ONES = ARITHMETIC | {"and", "or", "not", "xor", "is_finite", "floor", "ceil", *COMPARISONS}

SAME = {"copy", "copy_p", "stop_gradient", "device_put", "optimization_barrier"}
"""Of these the result is the operand."""


def formula(writer: Writer, pattern: str, *operands: str) -> str:
    """Fill a pattern in, and note which subroutine it calls."""
    while "@" in pattern:
        name = pattern.partition("@")[2].partition("(")[0]
        writer.helpers.add(name)
        pattern = pattern.replace(f"@{name}(", f"{name}(")
    return pattern.format(*operands)


def pattern_of(primitive: str, dtype: Any) -> str:
    """What a primitive is for operands of one type. Raises TranslationError where there is none."""
    kind = np.dtype(dtype).name
    if primitive in COMPARISONS and kind != "float16":
        return f"({{0}}{COMPARISONS[primitive]}{{1}})"
    if kind not in FORMULAS.get(primitive, {}):
        hint = "; compute in float64" if kind in ("float32", "float16") else ""
        raise TranslationError(f"the primitive {primitive} of {kind}{hint}")
    pattern = FORMULAS[primitive][kind]
    return f"@whole({pattern})" if kind == LONG and primitive in MAY_OUTGROW else pattern


def apply(
    writer: Writer,
    result: Any,
    operands: list[Value],
    code: Callable[..., str],
    cost: int,
) -> Value:
    """A value whose elements are ``code`` of the operands' at the same index.

    An operand without axes is the same at every index, and so is one of size 1 along its axis.
    """
    operands = [
        each if same_shape(each.shape, result.shape) else writer.store_if_dear(each)
        for each in operands
    ]

    def element(index: Index) -> Expr:
        parts = [writer.element(each, _within(each.shape, index)) for each in operands]
        depth = max((part.depth for part in parts), default=0)
        return Expr(code(*(part.text for part in parts)), depth)

    total = cost + sum(each.cost for each in operands)
    return writer.lazy(result, element, total, operands)


def _within(shape: Sequence[Any], index: Index) -> Index:
    return tuple(
        ZERO if same_size(size, 1) else place for size, place in zip(shape, index, strict=False)
    )


def _by_formula(writer: Writer, operation: Operation, operands: list[Value]) -> list[Value]:
    pattern = pattern_of(operation.primitive, operands[0].dtype)
    cost = CHEAP if operation.primitive in CHEAP_ONES else DEAR
    return [
        apply(
            writer,
            operation.results[0],
            operands,
            lambda *parts: formula(writer, pattern, *parts),
            cost,
        )
    ]


rule(*CHEAP_ONES, lazy=CHEAP)(_by_formula)
rule(*(FORMULAS.keys() - CHEAP_ONES), lazy=DEAR)(_by_formula)


@rule(*SAME, lazy=0)
def _same(writer: Writer, operation: Operation, operands: list[Value]) -> list[Value]:
    return operands


@rule("lt_to", "le_to", lazy=CHEAP)
def _in_total_order(writer: Writer, operation: Operation, operands: list[Value]) -> list[Value]:
    """As numbers are sorted: −0 before 0, and NaN at the end."""
    if operands[0].dtype.name != FLOAT:
        sign = {"lt_to": "<", "le_to": "<="}[operation.primitive]
        return [
            apply(writer, operation.results[0], operands, lambda a, b: f"({a}{sign}{b})", CHEAP)
        ]
    sign = {"lt_to": "<0", "le_to": "<=0"}[operation.primitive]
    return [
        apply(
            writer,
            operation.results[0],
            operands,
            lambda a, b: f"({writer.helper('total_order', a, b)}{sign})",
            DEAR,
        )
    ]


@rule("integer_pow", lazy=CHEAP)
def _integer_pow(writer: Writer, operation: Operation, operands: list[Value]) -> list[Value]:
    """By squaring, as JAX does it: for y = 13 = 8 + 4 + 1, x⁸ x⁴ x."""
    exponent, (x,), (result,) = operation.parameters["y"], operands, operation.results
    if exponent == 0:
        return [writer.scalar("1", result.dtype, 0, result.shape)]
    times = pattern_of("mul", x.dtype)

    def multiplied(a: Value, b: Value) -> Value:
        return apply(writer, result, [a, b], lambda *p: formula(writer, times, *p), CHEAP)

    power, square, left = None, x, abs(exponent)
    while left:
        if left % 2:
            power = square if power is None else multiplied(power, square)
        left //= 2
        square = multiplied(square, square) if left else square
    assert power is not None
    if exponent < 0:
        over = pattern_of("div", x.dtype)
        return [apply(writer, result, [power], lambda p: formula(writer, over, "1", p), DEAR)]
    return [power]


@rule("select_n", lazy=CHEAP)
def _select(writer: Writer, operation: Operation, operands: list[Value]) -> list[Value]:
    which, *cases = operands

    def choose(chosen: str, *parts: str) -> str:
        if which.dtype == np.bool_:
            return f"({chosen}?{parts[1]}:{parts[0]})"
        *others, last = parts
        tests = "".join(f"{chosen}==={k}?{part}:" for k, part in enumerate(others))
        return f"({tests}{last})"

    if len(cases) == 1:
        return cases
    return [apply(writer, operation.results[0], operands, choose, CHEAP)]


@rule("clamp", lazy=CHEAP)
def _clamp(writer: Writer, operation: Operation, operands: list[Value]) -> list[Value]:
    low, x, high = operands
    return [
        apply(
            writer,
            operation.results[0],
            [low, x, high],
            lambda low, x, high: f"Math.min(Math.max({x},{low}),{high})",
            CHEAP,
        )
    ]


@rule("round", lazy=CHEAP)
def _round(writer: Writer, operation: Operation, operands: list[Value]) -> list[Value]:
    to_even = int(operation.parameters["rounding_method"]) == 1
    name = "round_to_even" if to_even else "round_away"
    return [apply(writer, operation.results[0], operands, lambda x: writer.helper(name, x), CHEAP)]


@rule("reduce_precision", lazy=CHEAP)
def _reduce_precision(writer: Writer, operation: Operation, operands: list[Value]) -> list[Value]:
    bits = operation.parameters["exponent_bits"], operation.parameters["mantissa_bits"]
    if bits == (11, 52):
        return operands
    if bits[0] == 11:
        return [
            apply(
                writer,
                operation.results[0],
                operands,
                lambda x: writer.helper("round_digits", x, str(bits[1])),
                DEAR,
            )
        ]
    if bits == (8, 23):
        return [apply(writer, operation.results[0], operands, lambda x: f"Math.fround({x})", CHEAP)]
    raise TranslationError(f"the primitive reduce_precision to {bits} bits")


CONVERSIONS = {
    (FLOAT, INT): "@to_int({0})",
    (FLOAT, UINT): "@to_uint({0})",
    (FLOAT, LONG): "@to_long({0})",
    (FLOAT, "float32"): "Math.fround({0})",
    (INT, UINT): "({0}>>>0)",
    (UINT, INT): "({0}|0)",
    (LONG, INT): "({0}|0)",
    (LONG, UINT): "({0}>>>0)",
}
FLOATS = {FLOAT, "float32", "float16"}
WHOLE = {INT, UINT, LONG}


@rule("convert_element_type", lazy=LOAD)
def _convert(writer: Writer, operation: Operation, operands: list[Value]) -> list[Value]:
    (x,), (result,) = operands, operation.results
    source, target = x.dtype.name, result.dtype.name
    if source == target:
        return operands
    if target == BOOL:
        return [apply(writer, result, operands, lambda x: f"({x}!==0)", CHEAP)]
    if source == BOOL:
        return [apply(writer, result, operands, lambda x: f"({x}?1:0)", CHEAP)]
    if (source, target) in CONVERSIONS:
        pattern = CONVERSIONS[source, target]
        return [apply(writer, result, operands, lambda x: formula(writer, pattern, x), CHEAP)]
    exact = {
        *((whole, FLOAT) for whole in WHOLE),
        *((INT, LONG), (UINT, LONG)),
        *((short, FLOAT) for short in FLOATS),
        ("float16", "float32"),
    }
    if (source, target) in exact:
        return [apply(writer, result, operands, lambda x: x, 0)]
    raise TranslationError(f"the primitive convert_element_type from {source} to {target}")
