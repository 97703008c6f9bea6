"""Primitives of linear algebra."""

from lecture11.explore.translator.elementwise import formula, pattern_of
from lecture11.explore.translator.flat import Operation
from lecture11.explore.translator.refusal import TranslationError
from lecture11.explore.translator.rules import rule
from lecture11.explore.translator.sizes import product, size_code
from lecture11.explore.translator.writer import ZERO, Index, Value, Writer

Values = list[Value]


@rule("dot_general")
def _dot(writer: Writer, operation: Operation, operands: Values) -> Values:
    (result,) = operation.results
    (of_x, of_y), (batch_x, batch_y) = operation.parameters["dimension_numbers"]
    kinds = {each.dtype.name if each.dtype.kind != "f" else "float64" for each in operands}
    if kinds != {result.dtype.name}:
        types = " and ".join(each.dtype.name for each in operands)
        raise TranslationError(f"the primitive dot_general of {types}; compute in float64")
    times, plus = (pattern_of(primitive, result.dtype) for primitive in ("mul", "add"))
    x, y = (writer.store_if_dear(each) for each in operands)  # each element is read many times
    free_x = [axis for axis in range(len(x.shape)) if axis not in (*of_x, *batch_x)]
    free_y = [axis for axis in range(len(y.shape)) if axis not in (*of_y, *batch_y)]

    def summed(index: Index) -> str:
        batch, rest = index[: len(batch_x)], index[len(batch_x) :]
        total = writer.fresh("sum")
        writer.put(f"let {total}=0;")
        with writer.loops([x.shape[axis] for axis in of_x]) as contracted:
            at_x = {**dict(zip(batch_x, batch, strict=True)),
                    **dict(zip(free_x, rest[: len(free_x)], strict=True)),
                    **dict(zip(of_x, contracted, strict=True))}  # fmt: skip
            at_y = {**dict(zip(batch_y, batch, strict=True)),
                    **dict(zip(free_y, rest[len(free_x) :], strict=True)),
                    **dict(zip(of_y, contracted, strict=True))}  # fmt: skip
            one = writer.at(x, tuple(at_x[axis] for axis in range(len(x.shape))))
            other = writer.at(y, tuple(at_y[axis] for axis in range(len(y.shape))))
            term = formula(writer, times, one, other)
            writer.put(f"{total}={formula(writer, plus, total, term)};")
        return total

    if all(str(size) == "1" for size in result.shape):
        name = summed((ZERO,) * len(result.shape))
        return [writer.scalar(name, result.dtype, writer.depth, result.shape)]
    out = writer.allocate(result)
    with writer.loops(result.shape) as index:
        writer.write(out, index, summed(index))
    return [out]


@rule("cholesky")
def _cholesky(writer: Writer, operation: Operation, operands: Values) -> Values:
    """L with L Lᵀ = Σ, by rows; NaN throughout where Σ is not positive definite."""
    x, out = writer.array(operands[0]), writer.allocate(operation.results[0])
    size = size_code(x.shape[-1])
    with writer.numbers(product(x.shape[:-2])) as number:
        start = f"{number}*{size}*{size}"
        writer.put(writer.helper("cholesky", str(x.buffer), str(out.buffer), start, size) + ";")
    return [out]


@rule("triangular_solve")
def _triangular_solve(writer: Writer, operation: Operation, operands: Values) -> Values:
    a, b = (writer.array(each) for each in operands)
    given, out = operation.parameters, writer.allocate(operation.results[0])
    size, rows, columns = map(size_code, (a.shape[-1], b.shape[-2], b.shape[-1]))
    choices = [
        str(bool(given[name])).lower()
        for name in ("left_side", "lower", "transpose_a", "unit_diagonal")
    ]
    with writer.numbers(product(a.shape[:-2])) as number:
        call = writer.helper(
            "triangular_solve", str(a.buffer), str(b.buffer), str(out.buffer),
            f"{number}*{size}*{size}", f"{number}*{rows}*{columns}", size, rows, columns, *choices,
        )  # fmt: skip
        writer.put(f"{call};")
    return [out]
