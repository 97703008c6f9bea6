"""Sizes that are known only in the page: n points, of which the reader adds one.

JAX traces them as symbols (``jax.export.symbolic_shape``) and computes with them in polynomials,
``n*k - 1``, ``floordiv(n, 64)``. A symbol's text is the same in all versions of JAX, and Python can
read it; here it becomes JavaScript.
"""

import ast
from collections.abc import Sequence
from typing import Any

from lecture11.explore.translator.refusal import TranslationError

OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}
FUNCTIONS = {
    "floordiv": "Math.floor({}/{})",
    "mod": "(({0}%{1}+{1})%{1})",
    "max": "Math.max({},{})",
    "min": "Math.min({},{})",
}


def is_symbolic(size: Any) -> bool:
    """Whether a size is no plain number."""
    return not isinstance(size, int)


def same_size(one: Any, other: Any) -> bool:
    """Whether two sizes are equal, as far as is known while tracing."""
    return str(one) == str(other)


def same_shape(one: Sequence[Any], other: Sequence[Any]) -> bool:
    """Whether two shapes are equal, as far as is known while tracing."""
    return len(one) == len(other) and all(map(same_size, one, other))


def size_code(size: Any) -> str:
    """The size as JavaScript, in the variables that :func:`size_name` names."""
    if not is_symbolic(size):
        return str(size)
    return _code(ast.parse(str(size).replace("^", "**"), mode="eval").body)


def size_name(symbol: str) -> str:
    """The JavaScript variable that holds a symbol's value."""
    return f"size_{symbol}"


def product(sizes: Any) -> str:
    """How many elements an array of these sizes has, as JavaScript."""
    whole = 1
    factors = []
    for size in sizes:
        if is_symbolic(size):
            factors.append(parenthesised(size_code(size)))
        else:
            whole *= size
    if whole == 0:
        return "0"
    return "*".join(factors + ([str(whole)] if whole != 1 or not factors else []))


def parenthesised(code: str) -> str:
    """The code as one factor of a product."""
    return code if code.replace("_", "a").isalnum() else f"({code})"


def symbols_in(size: Any) -> set[str]:
    """The symbols in one size."""
    if not is_symbolic(size):
        return set()
    tree = ast.parse(str(size).replace("^", "**"), mode="eval")
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - FUNCTIONS.keys()


def _code(node: ast.expr) -> str:
    match node:
        case ast.Constant():
            return str(node.value)
        case ast.Name():
            return size_name(node.id)
        case ast.UnaryOp(op=ast.USub()):
            return f"(-{_code(node.operand)})"
        case ast.BinOp(op=ast.Pow()):
            return f"Math.pow({_code(node.left)},{_code(node.right)})"
        case ast.BinOp() if type(node.op) in OPERATORS:
            return f"({_code(node.left)}{OPERATORS[type(node.op)]}{_code(node.right)})"
        case ast.Call(func=ast.Name(id=name)) if name in FUNCTIONS:
            return FUNCTIONS[name].format(*map(_code, node.args))
    raise TranslationError(f"a size of the form {ast.unparse(node)}")
