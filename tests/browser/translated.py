"""Translated functions beside JAX: run all cases in one page, and compare every number."""

import base64
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import jax
import numpy as np

from lecture11.explore.translator import encode, float64, helper_code, translate
from lecture11.explore.translator.program import Function

Arguments = tuple[Any, ...]

RUN = """(tasks) => {
    const pack = (data) => {
        const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
        let text = '';
        for (let k = 0; k < bytes.length; k += 8192)
            text += String.fromCharCode(...bytes.subarray(k, k + 8192));
        return btoa(text);
    };
    return tasks.map(({constants, calls, make}) => {
        const program = make(constants.map((each) => decode(each).data));
        return calls.map(([name, inputs]) => {
            try {
                return program[name](inputs.map(decode)).map(({data, shape}) =>
                    ({kind: data.constructor.name, shape: [...shape], base64: pack(data)}));
            } catch (error) {
                return String(error);
            }
        });
    });
}"""
COUNTED = """const counted = (run) => {
    const kept = {};
    let count = 0;
    for (const kind of ['Float64Array', 'Int32Array', 'Uint32Array', 'Uint8Array', 'Array']) {
        kept[kind] = window[kind];
        window[kind] = new Proxy(kept[kind], {construct: (Kind, given) => {
            count++; return new Kind(...given); }});
    }
    run();
    Object.assign(window, kept);
    return count;
};"""
"""How many arrays are made by name while something runs."""
TYPES = {"Float64Array": "f8", "Int32Array": "i4", "Uint32Array": "u4", "Uint8Array": "u1"}


class Call(NamedTuple):
    """A function of a program with arguments, given as pytrees of NumPy arrays."""

    name: str
    arguments: Arguments


def in_page(
    evaluate: Callable[[str], Any],
    programs: Iterable[tuple[Mapping[str, Function], Sequence[Call]]],
) -> list[list[Any]]:
    """What each call of each program returns: arrays, or the error's text.

    evaluate: runs an expression of JavaScript and returns its value
    """
    tasks = []
    for functions, calls in programs:
        program = translate(functions)
        given = [
            [call.name, [encode(as_page(leaf)) for leaf in jax.tree.leaves(call.arguments)]]
            for call in calls
        ]
        task = json.dumps({"constants": program.encoded(), "calls": given})
        tasks.append(f"{{...{task}, make: {program.source}}}")
    results = evaluate(
        f"(() => {{{helper_code(['decode'])}\nreturn ({RUN})([{','.join(tasks)}])}})()"
    )
    return [[_unpacked(each) for each in calls] for calls in results]


def as_page(leaf: Any) -> np.ndarray:
    """A leaf in the page's types."""
    array = np.asarray(leaf)
    return array.astype({"f": np.float64, "i": np.int32}.get(array.dtype.kind, array.dtype))


def _unpacked(result: Any) -> Any:
    if isinstance(result, str):
        return result
    return [
        np.frombuffer(base64.b64decode(each["base64"]), TYPES[each["kind"]]).reshape(each["shape"])
        for each in result
    ]


def by_jax(functions: Mapping[str, Callable], calls: Sequence[Call]) -> list[list[np.ndarray]]:
    """The same by JAX in float64, all calls in one compiled program."""
    with float64():

        @jax.jit
        def everything(given: list[Arguments]) -> list[Any]:
            return [functions[c.name](*args) for c, args in zip(calls, given, strict=True)]

        given = [jax.tree.map(as_page, call.arguments) for call in calls]
        return [list(map(np.asarray, jax.tree.leaves(each))) for each in everything(given)]


def require_equal(found: np.ndarray, right: np.ndarray, tolerance: Any, what: str) -> None:
    """Whole numbers, NaN and ±∞ exactly; finite numbers within a tolerance, one for all or each."""
    assert isinstance(found, np.ndarray), f"{what}: {found}"
    assert found.shape == right.shape, what
    if right.dtype.kind != "f":
        np.testing.assert_array_equal(found, right, what)
        return
    assert found.dtype == np.float64, what
    np.testing.assert_array_equal(np.isnan(found), np.isnan(right), f"{what}: where NaN is")
    infinite = np.isinf(right) | np.isinf(found)
    np.testing.assert_array_equal(found[infinite], right[infinite], f"{what}: where ∞ is")
    finite = np.isfinite(right)
    off = np.abs(np.where(finite, found, 0) - np.where(finite, right, 0))
    worst = np.where(finite, off - tolerance, -1)
    if worst.size and worst.max() > 0:
        k = np.unravel_index(worst.argmax(), worst.shape)
        raise AssertionError(
            f"{what}: at {tuple(map(int, k))} {found[k]!r} instead of {right[k]!r}, off by "
            f"{off[k]:.3g}; of {(worst > 0).sum()} of {worst.size}"
        )
