"""Translated functions compute in the page what JAX computes, or are refused by name."""

import re
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from playwright.sync_api import Browser, Page

from lecture11.explore.translator import TranslationError, draw, helper_code, translate
from tests.browser.primitives import CASES, TABLES
from tests.browser.translated import COUNTED, Call, by_jax, in_page, require_equal
from tests.embedding.test_tracing import TRACED
from tests.variational.test_pure import CASES as PURE

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(browser: Browser) -> Any:
    page = browser.new_page()
    yield page
    page.close()


@pytest.fixture(scope="module")
def found(page: Page) -> dict[str, Any]:
    """What every case gives in the page: all in one page, loaded once."""
    programs = [
        ({name: (case.function, case.arguments)}, [Call(name, case.arguments)])
        for name, case in CASES.items()
    ]
    results = in_page(page.evaluate, programs)
    return {name: calls[0] for name, calls in zip(CASES, results, strict=True)}


@pytest.fixture(scope="module")
def right() -> dict[str, Any]:
    """What JAX gives, table by table: one compilation each."""
    results = {}
    for table, cases in TABLES.items():
        calls = [Call(name, case.arguments) for name, case in cases.items()]
        given = by_jax({name: case.function for name, case in cases.items()}, calls)
        results.update({f"{table}: {n}": each for n, each in zip(cases, given, strict=True)})
    return results


@pytest.mark.parametrize("name", CASES)
def test_the_page_computes_what_jax_does(
    name: str, found: dict[str, Any], right: dict[str, Any]
) -> None:
    _, _, relative, absolute = CASES[name]
    assert isinstance(found[name], list), found[name]
    for k, (one, other) in enumerate(zip(found[name], right[name], strict=True)):
        tolerance = relative * np.abs(other, where=np.isfinite(other), out=np.zeros(other.shape))
        require_equal(one, other, tolerance + absolute, f"result {k}")


OF_EMBEDDING = {
    name: (function, tuple(arguments)) for name, (function, *arguments) in TRACED.items()
}
OF_VARIATIONAL = {name: (f, (np.array([0.3, -0.2, 0.5]),)) for name, f in PURE.items()}


@pytest.mark.parametrize(
    "functions", [OF_EMBEDDING, OF_VARIATIONAL], ids=["embedding", "variational"]
)
@pytest.mark.usefixtures("float64")
def test_rooms_of_science_compute_the_same_or_are_refused(
    functions: dict[str, Any], page: Page
) -> None:
    """All functions that their own tests know how to call."""
    usable, refused = {}, []
    for name, (function, arguments) in functions.items():
        try:
            translate({name: (function, arguments)})
            usable[name] = Call(name, arguments)
        except TranslationError as refusal:
            refused.append(str(refusal))
    assert all(re.search("eigh|svd|noise|float32", each) for each in refused), refused
    assert len(usable) > 30
    found = in_page(page.evaluate, [({n: functions[n]}, [call]) for n, call in usable.items()])
    right = by_jax(
        {name: function for name, (function, _) in functions.items()}, [*usable.values()]
    )
    for name, (one,), other in zip(usable, found, right, strict=True):
        largest = max(np.abs(each[np.isfinite(each)], dtype=float).max(initial=0) for each in other)
        for k, (a, b) in enumerate(zip(one, other, strict=True)):
            require_equal(a, b, 1e-12 * largest, f"{name}, result {k}")


X = np.ones((3, 3))
KEY = jax.random.key(0)
REFUSED = {
    "a result of type float32": (lambda x: x.astype(jnp.float32), X),
    "igamma": (lambda x: lax.igamma(x, x), X),
    "type complex": (lambda x: jnp.fft.fft(x), X),
    "eigh": (lambda x: jnp.linalg.eigh(x), X),
    "lu": (lambda x: jnp.linalg.inv(x), X),
    "svd": (lambda x: jnp.linalg.svd(x), X),
    "qr": (lambda x: jnp.linalg.qr(x), X),
    "conv_general_dilated": (lambda x: jnp.convolve(x, x), X[0]),
    "reduce_window": (lambda x: lax.reduce_window(x, 0.0, lax.add, (2, 2), (1, 1), "SAME"), X),
    "bitcast_convert_type": (lambda x: lax.bitcast_convert_type(x, jnp.int64), X),
    "an argument of type key<fry>": (lambda key: jax.random.normal(key), KEY),
    "a random key;": (lambda x: x + jax.random.uniform(KEY), X),
    "random": (lambda x: jax.random.normal(jax.random.key(0), (3,)) + x, X),
    "mul of float32": (lambda x: x.astype(jnp.float32) * 2, X),
    "a whole number beyond 2⁵³": (lambda x: x.astype(jnp.int64) + 2**60, X),
    "and of int64": (lambda x: x.astype(jnp.int64) & 3, X),
    "reduce_precision to 5 and 10 bits": (lambda x: lax.reduce_precision(x, 5, 10), X),
    "type int8": (lambda x: x.astype(jnp.int8), X),
    "type complex128": (lambda x: x + 1j, X),
    "dot_general of float32": (lambda x: x.astype(jnp.float32) @ x.astype(jnp.float32), X),
    "an argument of type complex128": (lambda x: x, X + 1j),
}


@pytest.mark.parametrize("says", REFUSED)
def test_what_is_not_known_is_refused_by_name(says: str) -> None:
    function, argument = REFUSED[says]
    with pytest.raises(TranslationError, match=f"^mine: .*{says}"):
        translate({"mine": (function, (argument,))})


def test_a_size_that_no_argument_has_is_refused() -> None:
    n, m = jax.export.symbolic_shape("n, m")
    example = jax.ShapeDtypeStruct((n + m, n), float)
    with pytest.raises(TranslationError, match="the size m, which is no argument's own"):
        translate({"f": (lambda x: x, (example,))})


def folded(x: Any) -> Any:
    rows = -(-x.shape[0] // 8)
    return jnp.pad(x, ((0, 8 * rows - x.shape[0]), (0, 0))).reshape(rows, 8, 2).sum(axis=1)


SIZED = {
    "pairs": lambda x: ((x[:, None] - x[None]) ** 2).sum(axis=-1) / x.shape[0],
    "numbers": lambda x: (jnp.arange(x.shape[0]), x[1:], x[::-1], jnp.eye(x.shape[0]) @ x),
    "folded": folded,
    "left over": lambda x: jnp.zeros(x.shape[0] % 8) + x[0, 0],
    "joined": lambda x: jnp.concatenate(
        [x, 2 * x, jnp.linspace(0.0, 1.0, x.shape[0] * 2).reshape(x.shape[0], 2)]
    ),
    "in turn": lambda x: lax.scan(lambda s, row: (s + row, (s * row).sum()), jnp.zeros(2), x),
    "in order": lambda x: (jnp.sort(x, axis=0), jnp.argsort(x[:, 0]), x[jnp.argmax(x[:, 1])]),
}


@pytest.mark.parametrize("name", SIZED)
def test_sizes_are_the_arguments(name: str, page: Page) -> None:
    (n,) = jax.export.symbolic_shape("n", constraints=["n >= 1"])
    example = jax.ShapeDtypeStruct((n, 2), float)
    rng = np.random.default_rng(0)
    calls = [Call(name, (rng.normal(size=(size, 2)),)) for size in (3, 1, 8, 30, 3)]
    (found,) = in_page(page.evaluate, [({name: (SIZED[name], (example,))}, calls)])
    right = by_jax(SIZED, calls)
    for one, other in zip(found, right, strict=True):
        for k, (a, b) in enumerate(zip(one, other, strict=True)):
            require_equal(a, b, 1e-13, f"result {k}")


def in_script(page: Page, program: Any, script: str) -> Any:
    """The value of a script in which ``program`` stands for the program without constants."""
    return page.evaluate(f"(() => {{ const program = ({program.source})([]); {script} }})()")


def descent(x: Any, data: Any) -> Any:
    """Something of every kind of buffer: pairs, a loop, a sort, a product."""
    squares = ((x[:, None] - x[None]) ** 2).sum(axis=-1)
    spread = lax.fori_loop(0, 3, lambda k, s: jnp.sqrt(s + k), squares)
    return x.T[::-1].T * 0.9 + data @ (jnp.sort(spread, axis=0) @ x), data.T


def test_results_may_be_the_next_arguments(page: Page) -> None:
    rng = np.random.default_rng(0)
    state = 0.1 * rng.normal(size=(6, 2)), 0.1 * rng.normal(size=(6, 6))
    program = translate({"f": (descent, state)})
    given = [[leaf.ravel().tolist(), list(leaf.shape)] for leaf in state]
    found = in_script(
        page,
        program,
        f"""let state = {given}.map(([data, shape]) => ({{data: Float64Array.from(data), shape}}));
        for (let k = 0; k < 5; k++) state = program.f(state);
        return [...state[0].data];""",
    )
    for _ in range(5):
        (leaves,) = by_jax({"f": descent}, [Call("f", state)])
        state = tuple(leaves)
    np.testing.assert_allclose(found, state[0].ravel(), rtol=1e-13)


def test_no_array_is_made_once_the_sizes_are_known(page: Page) -> None:
    (n,) = jax.export.symbolic_shape("n")
    program = translate(
        {"f": (descent, (jax.ShapeDtypeStruct((n, 2), float), jax.ShapeDtypeStruct((n, n), float)))}
    )
    made = in_script(
        page,
        program,
        COUNTED
        + """const given = (n) => [
            {data: new Float64Array(2 * n).fill(0.1), shape: [n, 2]},
            {data: new Float64Array(n * n).fill(0.1), shape: [n, n]}];
        const few = given(5), many = given(9);
        return [few, few, few, many, many].map((each) => counted(() => program.f(each)));""",
    )
    assert made[0] > 5
    assert made == [made[0], 0, 0, made[0], 0]


def test_wrong_arguments_are_thrown_back(page: Page) -> None:
    program = translate({"move it": (lambda x, k: x[k], (np.ones((2, 3)), np.int32(0)))})
    call = """const said = (x, k) => { try { program['move it']([x, k]); return ''; }
                                       catch (error) { return String(error); } };
        const x = {data: new Float64Array(6), shape: [2, 3]};
        const k = {data: new Int32Array(1), shape: []};
        return [said(x, k), said({...x, shape: [3, 2]}, k), said(x, {...k, data: [1]})];"""
    fine, shape, kind = in_script(page, program, call)
    assert fine == ""
    assert shape == "TypeError: move it: argument 0 is not Float64Array, 2 × 3"
    assert kind == "TypeError: move it: argument 1 is not Int32Array, a number"


def test_whole_numbers_beyond_a_doubles_are_no_silent_error(page: Page) -> None:
    functions = {
        "product": lambda i: (i.astype(jnp.int64) * i * i).astype(float),
        "result": lambda i: i.astype(jnp.int64) * 2,
    }
    calls = [Call(name, (np.int32(2**31 - 1),)) for name in functions]
    examples = {name: (function, (np.int32(0),)) for name, function in functions.items()}
    ((product, result),) = in_page(page.evaluate, [(examples, calls)])
    assert "RangeError: a whole number of 46116860141" in product
    assert "RangeError: a whole number of 4294967294: more than 32 bits" in result


def test_noise_is_the_same_in_kernel_and_page(page: Page) -> None:
    for kind, tolerance in (("uniform", 0), ("normal", 1e-14)):
        for seed, counter in ((0, 0), (7, 3), (2**32 - 1, 2**32 - 1)):
            found = page.evaluate(
                f"(() => {{{helper_code(['draw'])}"
                f"return [...draw('{kind}', new Float64Array(2000), {seed}, {counter})]; }})()"
            )
            right = draw(kind, (2000,), seed=seed, counter=counter)
            np.testing.assert_allclose(found, right, rtol=tolerance)


def test_constants_travel_as_text(page: Page) -> None:
    """Weights of 16 and of 32 bits among them; the same numbers once only."""
    rng = np.random.default_rng(0)
    of = {
        kind: (100 * rng.normal(size=100)).astype(kind) for kind in ("f2", "f4", "f8", "i4", "u4")
    }
    of["f2"][:6] = [np.nan, np.inf, -np.inf, 6e-8, -1e-5, 65504]
    flags = rng.normal(size=100) > 0

    def use(x: Any) -> Any:
        return [x + jnp.asarray(c).astype(float) for c in of.values()], jnp.where(
            flags, x, of["f8"]
        )

    functions, calls = {"f": (use, (np.zeros(100),))}, [Call("f", (np.zeros(100),))]
    assert len(translate(functions).constants) == len(of) + 1
    ((found,),) = in_page(page.evaluate, [(functions, calls)])
    for one, other in zip(found, [*of.values(), np.where(flags, 0, of["f8"])], strict=True):
        np.testing.assert_array_equal(one, other.astype(float))
