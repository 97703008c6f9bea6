"""Slips of the pen that can be made in a source: where, what, and the text that takes its place."""

import ast
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

OPERATORS: dict[type[ast.AST], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.Pow: ("**", "*"),
    ast.FloorDiv: ("//", "*"),
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.And: ("and", "or"),
    ast.Or: ("or", "and"),
}
FUNCTIONS = {
    "max": "min",
    "min": "max",
    "maximum": "minimum",
    "minimum": "maximum",
    "argmax": "argmin",
    "argmin": "argmax",
    "sum": "mean",
    "mean": "sum",
    "all": "any",
    "any": "all",
    "log": "log1p",
    "exp": "expm1",
    "sin": "cos",
    "cos": "sin",
    "square": "abs",
    "sqrt": "square",
}
SKIPPED = (ast.Raise, ast.JoinedStr, ast.Import, ast.ImportFrom)


class Slip(NamedTuple):
    """The text from ``begin`` to ``end`` (offsets in the encoded source) gives way to another."""

    line: int
    column: int
    what: str
    begin: int
    end: int
    text: str

    def made_in(self, source: str) -> str:
        data = source.encode()
        return (data[: self.begin] + self.text.encode() + data[self.end :]).decode()


class _Source:
    def __init__(self, source: str) -> None:
        self.data = source.encode()
        self.starts = [0]
        for line in source.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line.encode()))

    def span(self, node: ast.AST) -> tuple[int, int]:
        return (
            self.starts[node.lineno - 1] + node.col_offset,
            self.starts[node.end_lineno - 1] + node.end_col_offset,
        )

    def text(self, node: ast.AST) -> str:
        begin, end = self.span(node)
        return self.data[begin:end].decode()

    def between(self, left: ast.AST, right: ast.AST) -> tuple[int, int]:
        return self.span(left)[1], self.span(right)[0]


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """All that computes: no annotations, no decorators, no messages."""
    if isinstance(node, SKIPPED):
        return
    if isinstance(node, ast.keyword) and node.arg == "axis":
        return  # the last axis of two is also the second
    yield node
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "type_comment"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from walk(child)


def slips_in(source: str) -> list[Slip]:
    """Every slip, in the order of the source; each leaves it valid Python."""
    whole = _Source(source)
    found = [
        Slip(node.lineno, node.col_offset, what, begin, end, text)
        for node in walk(ast.parse(source))
        for what, (begin, end), text in _slips_at(node, whole)
    ]
    return [slip for slip in sorted(set(found)) if _is_valid(slip.made_in(source))]


def _slips_at(node: ast.AST, whole: _Source) -> Iterator[tuple[str, tuple[int, int], str]]:
    match node:
        case ast.BinOp(left, op, right):
            yield from _swapped(op, left, right, whole)
            if isinstance(op, ast.Add | ast.Sub | ast.Mult):
                yield "right operand dropped", whole.span(node), f"({whole.text(left)})"
                if not isinstance(op, ast.Sub):
                    yield "left operand dropped", whole.span(node), f"({whole.text(right)})"
        case ast.Compare(left, ops, rights):
            for (before, after), op in zip(pairwise([left, *rights]), ops, strict=True):
                yield from _swapped(op, before, after, whole)
        case ast.BoolOp(op, values):
            yield from _swapped(op, values[0], values[1], whole)
        case ast.UnaryOp(ast.USub() | ast.Not() | ast.Invert(), operand):
            yield "sign or not dropped", whole.span(node), f"({whole.text(operand)})"
        case ast.Constant(bool(value)):
            yield "constant", whole.span(node), str(not value)
        case ast.Constant(int(value)):
            yield "constant", whole.span(node), str(value + 1)
        case ast.Constant(float(value)):
            yield "constant", whole.span(node), repr(2 * value or 1.0)
        case ast.Attribute(_, name) if name in FUNCTIONS:
            end = whole.span(node)[1]
            yield f"{name} → {FUNCTIONS[name]}", (end - len(name), end), FUNCTIONS[name]
        case ast.If(test, [ast.Raise()], []):
            yield "guard removed", whole.span(test), "False"
        case ast.Return(ast.Call(_, [first, second, *_]) | ast.Tuple([first, second, *_])):
            text = f"{whole.text(second)}, {whole.text(first)}"
            yield "returned fields exchanged", (whole.span(first)[0], whole.span(second)[1]), text


def _swapped(
    op: ast.AST, left: ast.AST, right: ast.AST, whole: _Source
) -> Iterator[tuple[str, tuple[int, int], str]]:
    """The operator's text stands somewhere between its operands."""
    if type(op) in OPERATORS:
        old, new = OPERATORS[type(op)]
        begin, end = whole.between(left, right)
        begin = whole.data.index(old.encode(), begin, end)
        yield f"{old} → {new}", (begin, begin + len(old)), new


def _is_valid(source: str) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True
