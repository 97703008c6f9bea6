"""Calls of every primitive that is translated, on random, extreme and degenerate numbers."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

RNG = np.random.default_rng(0)
NAN, INF = np.nan, np.inf
TINY, HUGE = 2.3e-308, 1.7e308
FLOATS = np.array(
    [0, -0.0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 3, -3, 7.25, 1e-9, -1e-9, 0.1, 0.9, 1 + 1e-15,
     20, -20, 100, 709.5, -745.2, 1e5, 4503599627370497, -2147483648.7, 4294967295.2, 1e19, TINY,
     HUGE, -HUGE, NAN, INF, -INF, *RNG.normal(size=20), *(10 * RNG.normal(size=20))]
)  # fmt: skip
WHOLE = np.array(
    [
        0,
        1,
        -1,
        2,
        -2,
        3,
        7,
        31,
        32,
        33,
        -33,
        255,
        65536,
        2**31 - 1,
        -(2**31),
        -(2**31) + 1,
        123456789,
    ],
    np.int32,
)
UNSIGNED = WHOLE.astype(np.uint32)
FLAGS = np.array([False, True, True])


def pairs(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every value with every other."""
    return np.repeat(values, len(values)), np.tile(values, len(values))


class Case(NamedTuple):
    """A function, its arguments, and how far its finite results may be off, relative to each."""

    function: Callable
    arguments: tuple[Any, ...]
    relative: float = 3e-15
    absolute: float = 1e-300


def unary(name: str, values: np.ndarray = FLOATS, **tolerances: float) -> Case:
    return Case(getattr(lax, name), (values,), **tolerances)


def binary(name: str, values: np.ndarray, **tolerances: float) -> Case:
    return Case(getattr(lax, name), pairs(values), **tolerances)


MODERATE = FLOATS[np.abs(FLOATS) < 1e5]
MATRIX = np.array([[1.5, NAN, -2, -2, 7], [INF, 0, -0.0, 1, -INF], [3, 3, 3, 3, 3]])
CUBE = RNG.normal(size=(3, 4, 5))
SPREAD = np.stack([a @ a.T + 0.1 * np.eye(3) for a in RNG.normal(size=(4, 3, 3))])
INDEFINITE = np.stack([np.eye(3), -np.eye(3), np.zeros((3, 3)), SPREAD[0]])
TRIANGLE = np.linalg.cholesky(SPREAD)
TIES = np.array([3, 1, NAN, 3, -0.0, 0.0, -INF, 1, INF, NAN, 3, -7.5])
BIG = np.array([[2**20, -(2**25), 7], [2**31 - 1, 3, -5]], np.int32)
PLACES = np.array([0, 4, 2, 2, -1, 5, 17, -9], np.int32)


def case_of(function: Callable, *arguments: Any, **tolerances: float) -> Case:
    return Case(function, arguments, **tolerances)


def total(x: Any) -> Any:
    return lax.reduce(
        (x, x), (0.0, -jnp.inf), lambda a, b: (a[0] + b[0], lax.max(a[1], b[1])), (1,)
    )


def argmax_by_hand(x: Any) -> Any:
    """A reduction of two arrays whose sums depend on each other."""

    def better(a: Any, b: Any) -> Any:
        wins = (a[0] > b[0]) | ((a[0] == b[0]) & (a[1] < b[1]))
        return jnp.where(wins, a[0], b[0]), jnp.where(wins, a[1], b[1])

    numbers = lax.broadcasted_iota(jnp.int32, x.shape, 1)
    return lax.reduce((x, numbers), (-jnp.inf, jnp.int32(9)), better, (1,))


def collatz(start: Any) -> Any:
    def step(state: Any) -> Any:
        return jnp.where(state[0] % 2 == 0, state[0] // 2, 3 * state[0] + 1), state[1] + 1

    return lax.while_loop(lambda s: s[0] != 1, step, (start, jnp.int32(0)))[1]


def swapping(a: Any, b: Any) -> Any:
    """A state whose parts change places and are read crosswise."""
    return lax.fori_loop(0, 5, lambda k, s: (s[1].T + k, s[0] * 0.5), (a, b))


def running(x: Any) -> Any:
    def step(state: Any, item: Any) -> Any:
        best = jnp.maximum(state, item)
        return best, (best, (item - best).sum())

    return lax.scan(step, x[0], x), lax.scan(step, x[0], x, reverse=True)


def branches(index: Any, x: Any) -> Any:
    return lax.switch(
        index, [lambda x: x[:3] @ x[:3].T, lambda x: x[:3, :3] * 2, lambda x: x[:3, 2:] - 1], x
    )


def einsum(pattern: str, *shapes: tuple[int, ...]) -> Case:
    arrays = tuple(RNG.normal(size=shape) for shape in shapes)
    return Case(lambda *xs: jnp.einsum(pattern, *xs), arrays, 0, 1e-13)


ELEMENTWISE = {
    **{
        name: unary(name)
        for name in [
            "abs",
            "acos",
            "acosh",
            "asin",
            "atan",
            "ceil",
            "exp",
            "expm1",
            "floor",
            "is_finite",
            "log",
            "neg",
            "rsqrt",
            "sign",
            "sqrt",
            "square",
            "log1p",
        ]
    },
    **{name: unary(name, MODERATE) for name in ("sin", "cos", "tan")},
    **{
        name: unary(name, relative=2e-14)
        for name in ("asinh", "atanh", "erf", "erfc", "exp2", "logistic", "tanh")
    },
    **{name: unary(name, relative=1e-12) for name in ("cosh", "sinh")},  # JAX's own, near overflow
    "cbrt": unary("cbrt", relative=5e-14),  # of the oldest JAX
    "erf_inv": unary("erf_inv", np.r_[FLOATS, np.linspace(-1, 1, 101), 1 - 1e-16], relative=2e-14),
    "lgamma": unary("lgamma", relative=2e-14, absolute=3e-14),
    "digamma": unary("digamma", MODERATE, relative=1e-13, absolute=1e-13),
    "round to even": case_of(lambda x: lax.round(x, lax.RoundingMethod.TO_NEAREST_EVEN), FLOATS),
    "round away": case_of(lambda x: lax.round(x, lax.RoundingMethod.AWAY_FROM_ZERO), FLOATS),
    **{
        f"integer_pow {y}": case_of(lambda x, y=y: lax.integer_pow(x, y), FLOATS)
        for y in (-3, -1, 0, 1, 2, 3, 7)
    },
    **{
        f"{name} of floats": binary(name, FLOATS)
        for name in ("add", "sub", "mul", "div", "max", "min", "rem")
    },
    **{f"{name} of floats": binary(name, FLOATS) for name in ("eq", "ne", "lt", "le", "gt", "ge")},
    "pow": binary("pow", FLOATS, relative=1e-13),
    "atan2": binary("atan2", FLOATS, relative=2e-15),
    "nextafter": case_of(
        lambda x, y: lax.nextafter(x, y), *pairs(FLOATS[(np.abs(FLOATS) > 1e-300)])
    ),
    "clamp": case_of(lambda x: (lax.clamp(-1.0, x, 2.5), jnp.clip(x, 1, jnp.inf)), FLOATS),
    "total order": case_of(
        lambda x, y: (lax.lt_to_p.bind(x, y), lax.le_to_p.bind(x, y)), *pairs(FLOATS)
    ),
    "reduce_precision": case_of(
        lambda x: [
            lax.reduce_precision(x, *bits) for bits in ((8, 23), (11, 0), (11, 3), (11, 52))
        ],
        FLOATS[(FLOATS != TINY) & ~np.isnan(FLOATS)],
    ),
}
WHOLE_NUMBERS = {
    **{
        f"{name} of {kind}": binary(name, values)
        for kind, values in (("int32", WHOLE), ("uint32", UNSIGNED))
        for name in (
            "add sub mul div rem max min and bitwise_or xor eq ne lt le gt ge shift_left "
            "shift_right_logical shift_right_arithmetic"
        )
        .replace("and", "bitwise_and")
        .replace("xor", "bitwise_xor")
        .split()
    },
    **{
        f"{name} of {kind}": unary(name, values)
        for kind, values in (("int32", WHOLE), ("uint32", UNSIGNED))
        for name in ("bitwise_not", "population_count", "clz", "sign", "square")
    },
    "negated": case_of(lambda i, u: (-i, jnp.abs(i), -u), WHOLE, UNSIGNED),
    "integer_pow of int32": case_of(lambda x: lax.integer_pow(x, 3), WHOLE),
    **{
        f"{name} of bool": binary(name, FLAGS)
        for name in ("eq", "ne", "lt", "le", "gt", "ge", "max", "min")
    },
    **{
        f"{name} of bool": binary(name, FLAGS)
        for name in ("bitwise_and", "bitwise_or", "bitwise_xor")
    },
    "not": case_of(lambda x: ~x, FLAGS),
    "from floats": case_of(
        lambda x: (x.astype(jnp.int32), x.astype(jnp.uint32), x.astype(bool)), FLOATS
    ),
    "between integers": case_of(
        lambda i, u: (i.astype(jnp.uint32), u.astype(jnp.int32), i.astype(float), u.astype(float)),
        WHOLE,
        UNSIGNED,
    ),
    "of booleans": case_of(
        lambda b: (b.astype(float), b.astype(jnp.int32), b.astype(jnp.uint32)), FLAGS
    ),
    "to float32 and back": case_of(
        lambda x: x.astype(jnp.float32).astype(float), FLOATS[FLOATS != TINY]
    ),
    "64 bits": case_of(
        lambda i: [
            (f(i.astype(jnp.int64)) % 1000).astype(jnp.int32)
            for f in (lambda x: x * 4096 + 1, lambda x: x // 7, lambda x: -x, lambda x: ~x, jnp.abs)
        ],
        WHOLE,
    ),
    "select among three": case_of(
        lambda i, x: lax.select_n(i, x, 2 * x, -x), np.array([2, 0, 1, 1], np.int32), FLOATS[:4]
    ),
}
MOVED = {
    "reshape": case_of(
        lambda x: (x.reshape(12, 5), x.reshape(5, 12).T, x.reshape(1, 3, 1, 20), (2 * x).ravel()),
        CUBE,
    ),
    "transpose": case_of(lambda x: (jnp.transpose(x, (2, 0, 1)), x.swapaxes(0, 1) * 2), CUBE),
    "slices": case_of(lambda x: (x[1:], x[:, ::2, 3:], x[:, 1], x[::-1], x[1:2, 3:4, 2:3]), CUBE),
    "rev": case_of(lambda x: lax.rev(x, (0, 2)), CUBE),
    "broadcast": case_of(lambda x: jnp.broadcast_to(jnp.exp(x[:, :1]), (2, 3, 4, 5)), CUBE),
    "concatenate": case_of(lambda x: jnp.concatenate([x, 2 * x[:, :1], x], axis=1), CUBE),
    "stack": case_of(lambda x: (jnp.stack([x, x + 1], axis=1), jnp.stack([x[0, 0, 0], 2.0])), CUBE),
    "unstack": case_of(lambda x: jnp.unstack(x, axis=1), CUBE),
    "split": case_of(lambda x: jnp.split(x, (1, 3), axis=2), CUBE),
    "pad": case_of(
        lambda x: (
            lax.pad(x, 7.0, ((1, 2, 0), (0, 0, 2), (0, 3, 1))),
            lax.pad(x, 0.0, ((-1, 0, 0), (0, -2, 0), (1, -3, 0))),
        ),
        CUBE,
    ),
    "iota": case_of(
        lambda x: (
            x + jnp.arange(5),
            lax.broadcasted_iota(jnp.int32, (2, 3), 1),
            jnp.eye(3),
            x * jnp.arange(60.0).reshape(3, 4, 5),
            x[..., :3] / jnp.arange(6.0)[::2],
            x * jnp.tile(jnp.arange(2.0), 2)[:, None],
        ),
        CUBE,
    ),
    "linspace": case_of(lambda x: (jnp.linspace(x, 1, 7), jnp.geomspace(1.0, 9.0, 4)), CUBE[0, 0]),
    "tile, roll, repeat": case_of(
        lambda x: (jnp.tile(x, (2, 2, 1)), jnp.roll(x, 2, axis=1), jnp.repeat(x, 2, axis=0)), CUBE
    ),
    "meshgrid": case_of(lambda x: jnp.meshgrid(x[0, 0], x[0, :, 0]), CUBE),
}
REDUCED = {
    "sum": case_of(
        lambda x: [x.sum(axis=a) for a in (None, 0, 1, 2, (0, 2))], CUBE, absolute=1e-14
    ),
    "prod": case_of(lambda x: (x.prod(axis=1), x.prod()), CUBE, relative=1e-14),
    "extremes": case_of(
        lambda x: (x.max(axis=1), x.min(axis=1), x.max(), x.argmax(axis=1), x.argmin(axis=1)),
        MATRIX,
    ),
    "extremes of one": case_of(
        lambda x: (x[2:].max(0), x[2:].argmax(0), x[:, :1].argmin()), MATRIX
    ),
    "sums of integers": case_of(
        lambda i, u: (i.sum(dtype=jnp.int32), u.sum(dtype=jnp.uint32), i.prod(dtype=jnp.int32)),
        WHOLE,
        UNSIGNED,
    ),
    "extremes of integers": case_of(
        lambda i, u: (i.max(), i.min(), u.max(), u.min(), i.argmax(), u.argmin()), WHOLE, UNSIGNED
    ),
    "all, any": case_of(
        lambda b, i: (
            b.all(),
            b.any(),
            b.sum(),
            lax.reduce(b, False, lax.bitwise_xor, (0,)),
            b.argmax(),
            lax.reduce(i, jnp.int32(0), lax.bitwise_or, (0,)),
            lax.reduce(i, jnp.int32(-1), lax.bitwise_and, (0,)),
        ),
        FLAGS,
        WHOLE,
    ),
    "nothing to reduce": case_of(
        lambda x: (x[:0].sum(), x[:0].max(axis=1), x[:, :, :0].sum(axis=2)), CUBE
    ),
    "several at once": case_of(total, MATRIX),
    "by a function": case_of(argmax_by_hand, MATRIX[2:]),
    "running sums": case_of(
        lambda x: [f(x, 1) for f in (jnp.cumsum, jnp.cumprod, lax.cummax, lax.cummin)], MATRIX
    ),
    "running back": case_of(
        lambda x: [
            f(x, axis=0, reverse=True) for f in (lax.cumsum, lax.cumprod, lax.cummax, lax.cummin)
        ],
        CUBE,
        absolute=1e-14,
    ),
    "running sums of integers": case_of(
        lambda i: (lax.cumsum(i), lax.cummax(i), lax.cumprod(i)), WHOLE
    ),
    "cumlogsumexp": case_of(
        lambda x, y: (lax.cumlogsumexp(x, 1), lax.cumlogsumexp(y, 2, reverse=True)),
        np.array([[-INF, -INF, 3, 700, -800.0], [1, INF, 2, 3, 4], [1, NAN, 2, INF, 3.0]]),
        900 * CUBE,
        relative=1e-14,
    ),
    "softmax": case_of(
        lambda x: (jax.nn.softmax(900 * x, axis=1), jax.nn.logsumexp(x, axis=(0, 2))),
        CUBE,
        relative=1e-12,
    ),
    "var, median": case_of(
        lambda x: (x.var(axis=0), x.std(), jnp.median(x, axis=1)), CUBE, relative=1e-13
    ),
}
SORTED = {
    "sort": case_of(lambda x: (jnp.sort(x), jnp.argsort(x), -jnp.sort(-x)), TIES),
    "sort along an axis": case_of(lambda x: (jnp.sort(x, 0), jnp.argsort(x, 1)), MATRIX),
    "sort by two keys": case_of(
        lambda a, b: lax.sort((a, b, jnp.arange(12.0)), num_keys=2), np.repeat(TIES[:4], 3), TIES
    ),
    "lexsort": case_of(lambda a, b: jnp.lexsort((a, b)), TIES, np.repeat(TIES[:4], 3)),
    "sort of integers": case_of(lambda i, b: (jnp.sort(i), jnp.argsort(b)), WHOLE, FLAGS),
    "top_k": case_of(lambda x: (lax.top_k(x, 5), lax.top_k(x, 12)), TIES),
    "top_k of rows": case_of(lambda x: lax.top_k(x, 3), MATRIX),
    "only one": case_of(
        lambda x: (lax.top_k(x, 1), jnp.sort(x[:, :1], axis=1), lax.top_k(x[:, 2:3], 1)), MATRIX
    ),
    "top_k of integers": case_of(lambda i: lax.top_k(i, 4), WHOLE),
    "searchsorted": case_of(
        lambda x, v: (jnp.searchsorted(x, v), jnp.searchsorted(x, v, side="right")),
        np.sort(TIES),
        FLOATS,
    ),
}
INDEXED = {
    "gather": case_of(
        lambda x, i: (x[i], x[:, i % 4], x[i % 3, i % 4], x[i, None, i]), CUBE, PLACES
    ),
    "gather, filling": case_of(
        lambda x, i: (
            x.at[:, i].get(mode="fill"),
            x.at[:, i].get(mode="fill", fill_value=-1.0),
            i.at[i].get(mode="fill"),
            (i > 2).at[i].get(mode="fill"),
        ),
        CUBE,
        PLACES,
    ),
    "gather, clipped": case_of(lambda x, i: x.at[:, :, i].get(mode="clip"), CUBE, PLACES),
    "gather by rows": case_of(
        lambda x, i: jnp.take_along_axis(x, i, axis=1),
        CUBE[0],
        np.array([[0], [4], [2], [2]], np.int32),
    ),
    "gather, batched": case_of(
        lambda x, i: jax.vmap(lambda row, k: row[k])(x, i), CUBE, np.array([3, 0, 2], np.int32)
    ),
    "set": case_of(
        lambda x, i: (x.at[1].set(7.0), x.at[:, i].set(i[:, None] * 1.0)), CUBE, PLACES[:3]
    ),
    "scatter": case_of(
        lambda x, i: (
            x.at[i].add(1.5),
            x.at[i].multiply(2.0),
            x.at[i].min(0.1),
            x.at[i].max(0.1),
            x.at[i].add(jnp.arange(8.0), mode="clip"),
            x.at[i].set(jnp.arange(8.0), mode="drop"),
        ),
        CUBE[0, 0],
        PLACES,
    ),
    "scatter windows": case_of(
        lambda x, i: x.at[i, 1:3].add(CUBE[:3, 1:3, :3].transpose(1, 0, 2)[..., 0].T[:, :2, None]),
        CUBE,
        PLACES[2:5] % 3,
    ),
    "scatter, batched": case_of(
        lambda x, i: jax.vmap(lambda row, k: row.at[k].add(k * 1.0))(x, i),
        CUBE,
        np.array([3, 0, 2], np.int32),
    ),
    "scatter of integers": case_of(lambda i: jnp.zeros(6, jnp.int32).at[i].add(2**30), PLACES),
    "dynamic slices": case_of(
        lambda x, i: (
            lax.dynamic_slice(x, (i[0], i[1], i[6]), (2, 2, 3)),
            lax.dynamic_update_slice(x, 2 * x[:2, :2], (i[6], i[2], i[0])),
            lax.dynamic_index_in_dim(x, i[7], 1),
        ),
        CUBE,
        PLACES,
    ),
    "bincount": case_of(lambda i: jnp.bincount(i, length=6), np.abs(PLACES)),
    "one_hot": case_of(lambda i: jax.nn.one_hot(i, 5), PLACES),
}
ALGEBRA = {
    "matmul": einsum("ij,jk->ik", (4, 7), (7, 3)),
    "batched matmul": einsum("bij,bjk->bki", (2, 4, 7), (2, 7, 3)),
    "inner": einsum("i,i->", (9,), (9,)),
    "outer": einsum("i,j->ji", (4,), (5,)),
    "three": einsum("nk,nki,nkj->kij", (9, 2), (9, 2, 3), (9, 2, 3)),
    "traces": einsum("bii->b", (3, 4, 4)),
    "of integers": case_of(lambda i, j: (i @ j, i[0] @ j), BIG, BIG.T),
    "cholesky": case_of(jnp.linalg.cholesky, SPREAD, relative=1e-14, absolute=1e-14),
    "not definite": case_of(jnp.linalg.cholesky, INDEFINITE, relative=1e-14, absolute=1e-14),
    **{
        f"triangular {left} {lower} {transposed} {unit}": case_of(
            lambda a, b, given=(left, lower, transposed, unit): lax.linalg.triangular_solve(
                a,
                b,
                left_side=given[0],
                lower=given[1],
                transpose_a=given[2],
                unit_diagonal=given[3],
            ),
            TRIANGLE + TRIANGLE.swapaxes(1, 2) + np.eye(3),
            RNG.normal(size=(4, 3, 2) if left else (4, 2, 3)),
            relative=1e-12,
            absolute=1e-12,
        )
        for left in (True, False)
        for lower in (True, False)
        for transposed in (True, False)
        for unit in (True, False)
    },
}
STRUCTURE = {
    "while": case_of(collatz, np.array(27, np.int32)),
    "while of several": case_of(jax.vmap(collatz), np.array([1, 2, 27, 97], np.int32)),
    "fori, crosswise": case_of(swapping, RNG.normal(size=(3, 3)), RNG.normal(size=(3, 3))),
    "numbers, crosswise": case_of(
        lambda a, b: lax.fori_loop(0, 3, lambda k, s: (s[1], s[0], 2 * s[2], s[2]), (a, b, a, a)),
        np.float64(1.5),
        np.float64(-2.0),
    ),
    "scan": case_of(running, MATRIX[:, [0, 2, 4]].T.copy()),
    "no turn at all": case_of(lambda x: lax.fori_loop(3, 3, lambda k, s: s + 1, x), CUBE),
    "map": case_of(lambda x: lax.map(lambda row: jnp.sort(row) @ row, x, batch_size=2), CUBE[0]),
    **{
        f"branch {k}": case_of(branches, np.array(k, np.int32), CUBE[0], absolute=1e-14)
        for k in (-1, 0, 1, 2, 9)
    },
    "cond": case_of(
        lambda b, x: lax.cond(b.any(), lambda x: (x.sum(), x), lambda x: (x[0, 0, 0], -x), x),
        FLAGS,
        CUBE,
        absolute=1e-13,
    ),
    "custom derivative": case_of(
        jax.grad(lambda x: jax.nn.relu(x).sum() + jax.nn.silu(x).sum()), CUBE, relative=1e-13
    ),
    "by platform": case_of(
        lambda x: lax.platform_dependent(x, cpu=jnp.exp, default=jnp.log), FLOATS
    ),
    "checkpoint": case_of(
        jax.grad(jax.checkpoint(lambda x: jnp.sin(jnp.sin(x)).sum())), CUBE, relative=1e-13
    ),
}
TABLES = {
    "elementwise": ELEMENTWISE,
    "whole numbers": WHOLE_NUMBERS,
    "moved": MOVED,
    "reduced": REDUCED,
    "sorted": SORTED,
    "indexed": INDEXED,
    "algebra": ALGEBRA,
    "structure": STRUCTURE,
}  # fmt: skip
CASES = {
    f"{table}: {name}": case for table, cases in TABLES.items() for name, case in cases.items()
}
