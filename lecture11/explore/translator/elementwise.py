"""Primitives that compute each element from the elements at the same index.

The formulas are JavaScript's own where those agree with JAX's in every case, also for NaN, ±∞ and
ties; else subroutines of runtime.js. Integers wrap as JAX's do. int64, which JAX takes for sizes
and indices, is computed in doubles: a result beyond 2⁵³ throws an error rather than be wrong.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from lecture11.explore.translator.flat import Operation
from lecture11.explore.translator.refusal import TranslationError
from lecture11.explore.translator.rules import rule
from lecture11.explore.translator.sizes import same_shape, same_size
from lecture11.explore.translator.writer import CHEAP, DEAR, LOAD, ZERO, Expr, Index, Value, Writer

FLOAT, BOOL, INT, UINT, LONG = "float64", "bool", "int32", "uint32", "int64"


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
    writer: Writer, result: Any, operands: list[Value], pattern: str, cost: int = CHEAP
) -> Value:
    """A value whose elements are a pattern of the operands' at the same index.

    An operand without axes is the same at every index, and so is one of size 1 along its axis.
    """
    operands = [
        each if same_shape(each.shape, result.shape) else writer.store_if_dear(each)
        for each in operands
    ]

    def element(index: Index) -> Expr:
        parts = [writer.element(each, _within(each.shape, index)) for each in operands]
        depth = max((part.depth for part in parts), default=0)
        return Expr(formula(writer, pattern, *(part.text for part in parts)), depth)

    total = cost + sum(each.cost for each in operands)
    return writer.lazy(result, element, total, operands)


def _within(shape: Sequence[Any], index: Index) -> Index:
    return tuple(
        ZERO if same_size(size, 1) else place for size, place in zip(shape, index, strict=False)
    )


def _by_formula(writer: Writer, operation: Operation, operands: list[Value]) -> list[Value]:
    pattern = pattern_of(operation.primitive, operands[0].dtype)
    cost = CHEAP if operation.primitive in CHEAP_ONES else DEAR
    return [apply(writer, operation.results[0], operands, pattern, cost)]


rule(*CHEAP_ONES, lazy=CHEAP)(_by_formula)
rule(*(FORMULAS.keys() - CHEAP_ONES), lazy=DEAR)(_by_formula)


@rule(*SAME, lazy=0)
def _same(writer: Writer, operation: Operation, operands: list[Value]) -> list[Value]:
    return operands


@rule("lt_to", "le_to", lazy=CHEAP)
def _in_total_order(writer: Writer, operation: Operation, operands: list[Value]) -> list[Value]:
    """As numbers are sorted: −0 before 0, and NaN at the end."""
    sign = {"lt_to": "<", "le_to": "<="}[operation.primitive]
    is_float = operands[0].dtype.kind == "f"
    pattern = f"(@total_order({{0}},{{1}}){sign}0)" if is_float else f"({{0}}{sign}{{1}})"
    return [apply(writer, operation.results[0], operands, pattern)]


@rule("integer_pow", lazy=CHEAP)
def _integer_pow(writer: Writer, operation: Operation, operands: list[Value]) -> list[Value]:
    """By squaring, as JAX does it: for y = 13 = 8 + 4 + 1, x⁸ x⁴ x."""
    exponent, (x,), (result,) = operation.parameters["y"], operands, operation.results
    if exponent == 0:
        return [writer.scalar("1", result.dtype, 0, result.shape)]
    times = pattern_of("mul", x.dtype)
    power, square, left = None, x, abs(exponent)
    while left:
        if left % 2:
            power = square if power is None else apply(writer, result, [power, square], times)
        left //= 2
        square = apply(writer, result, [square, square], times) if left else square
    assert power is not None
    if exponent < 0:
        over = pattern_of("div", x.dtype).replace("{0}", "1").replace("{1}", "{0}")
        return [apply(writer, result, [power], over, DEAR)]
    return [power]


@rule("select_n", lazy=CHEAP)
def _select(writer: Writer, operation: Operation, operands: list[Value]) -> list[Value]:
    which, *cases = operands
    if len(cases) == 1:
        return cases
    if which.dtype == np.bool_:
        pattern = "({0}?{2}:{1})"
    else:
        tests = "".join(f"{{0}}==={k}?{{{k + 1}}}:" for k in range(len(cases) - 1))
        pattern = f"({tests}{{{len(cases)}}})"
    return [apply(writer, operation.results[0], operands, pattern)]


@rule("clamp", lazy=CHEAP)
def _clamp(writer: Writer, operation: Operation, operands: list[Value]) -> list[Value]:
    pattern = "Math.min(Math.max({1},{0}),{2})"
    return [apply(writer, operation.results[0], operands, pattern)]


@rule("round", lazy=CHEAP)
def _round(writer: Writer, operation: Operation, operands: list[Value]) -> list[Value]:
    to_even = int(operation.parameters["rounding_method"]) == 1
    pattern = "@round_to_even({0})" if to_even else "@round_away({0})"
    return [apply(writer, operation.results[0], operands, pattern)]


@rule("reduce_precision", lazy=DEAR)
def _reduce_precision(writer: Writer, operation: Operation, operands: list[Value]) -> list[Value]:
    exponent, digits = (operation.parameters[f"{part}_bits"] for part in ("exponent", "mantissa"))
    if exponent == 11:
        pattern = f"@round_digits({{0}},{digits})"
    elif (exponent, digits) == (8, 23):
        pattern = "Math.fround({0})"
    else:
        raise TranslationError(f"the primitive reduce_precision to {exponent} and {digits} bits")
    return [apply(writer, operation.results[0], operands, pattern, DEAR)]


CONVERSIONS = {
    (FLOAT, INT): "@to_int({0})",
    (FLOAT, UINT): "@to_uint({0})",
    (FLOAT, LONG): "@to_long({0})",
    (FLOAT, "float32"): "Math.fround({0})",
    (INT, UINT): "({0}>>>0)",
    (UINT, INT): "({0}|0)",
    (LONG, INT): "({0}|0)",
    (LONG, UINT): "({0}>>>0)",
    **dict.fromkeys([(INT, LONG), (UINT, LONG), ("float16", "float32")], "{0}"),
    **{(kind, FLOAT): "{0}" for kind in (INT, UINT, "float32", "float16")},
    (LONG, FLOAT): "({0}+0)",  # a double may hold −0, which is no whole number
}
"""From which type to which; "{0}" changes nothing in a double."""


@rule("convert_element_type", lazy=LOAD)
def _convert(writer: Writer, operation: Operation, operands: list[Value]) -> list[Value]:
    (x,), (result,) = operands, operation.results
    source, target = x.dtype.name, result.dtype.name
    if source == target:
        return operands
    if target == BOOL:
        pattern = "({0}!==0)"
    elif source == BOOL:
        pattern = "({0}?1:0)"
    elif (source, target) in CONVERSIONS:
        pattern = CONVERSIONS[source, target]
    else:
        raise TranslationError(f"the primitive convert_element_type from {source} to {target}")
    return [apply(writer, result, operands, pattern, 0 if pattern == "{0}" else CHEAP)]
