"""Every function of every laboratory computes in the page what JAX computes in the kernel.

Single calls, not runs: from states as a reader meets them, shaken ones, and impossible ones, in
which a field is 0, NaN, infinite, huge, tiny or the same throughout. How exact a number can be, JAX
itself says: by how much its result moves when all inputs move by one unit in the last place.
"""

import functools
import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import jax
import numpy as np
import pytest
from playwright.sync_api import Page

from lecture11.explore.lab import Lab
from lecture11.explore.laboratories import DECLARED
from lecture11.explore.translator import draw, encode, float64, helper_code
from tests.browser.translated import COUNTED, Call, as_page, in_page

pytestmark = pytest.mark.browser

EXTREMES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "0": np.zeros_like,
    "negative": lambda x: -x - 1,
    "NaN": lambda x: np.full_like(x, np.nan),
    "one NaN": lambda x: _first_set(x, np.nan),
    "one ∞": lambda x: _first_set(x, np.inf),
    "huge": lambda x: 1e3 * (x + 1),
    "tiny": lambda x: 1e-3 * x,
    "equal": lambda x: np.full_like(x, x.mean()),
}


def _first_set(x: np.ndarray, value: float) -> np.ndarray:
    return np.where(np.arange(x.size).reshape(x.shape) == 0, value, x)


PLAUSIBLE, SHAKEN, SLOW = 3, 3, 12
"""States of each kind, and of all kinds for what is slow."""


class Given(NamedTuple):
    """A state, and what was prepared from it."""

    name: str
    state: Any
    prepared: dict[str, Any]


@functools.cache
def compiled(function: Callable) -> Callable:
    return jax.jit(function)


def by_jax(function: Callable, arguments: tuple[Any, ...]) -> Any:
    with float64():
        return jax.tree.map(np.asarray, compiled(function)(*jax.tree.map(as_page, arguments)))


def prepare(lab: Lab, name: str, state: Any) -> Given:
    prepared: dict[str, Any] = {}
    for key, made in lab.prepare.items():
        fields = (prepared.get(field, getattr(state, field, None)) for field in made.fields)
        prepared[key] = by_jax(made.function, tuple(fields))
    return Given(name, state, prepared)


def arguments(lab: Lab, function: str, given: Given) -> tuple[Any, ...]:
    """What the function takes, as the page would give it."""
    if function.startswith("prepare_"):
        made = list(lab.prepare.values())[int(function.removeprefix("prepare_"))]
        return tuple(given.prepared.get(f, getattr(given.state, f, None)) for f in made.fields)
    return (given.state, given.prepared) if lab.prepare else (given.state,)


def sized(lab: Lab, state: Any, sizes: dict[str, int]) -> Any:
    """The state with other sizes, its noise drawn."""
    fields = state._asdict()
    for number, (key, value) in enumerate(fields.items()):
        if key in lab.shapes:
            axes = zip(lab.shapes[key], value.shape, strict=True)
            fields[key] = np.resize(value, [sizes.get(name, size) for name, size in axes])
        if key in lab.noise:
            fields[key] = draw(lab.noise[key], fields[key].shape, seed=1, counter=number)
    return type(state)(**fields)


def with_floats(state: Any, change: Callable[[np.ndarray], np.ndarray], only: str = "") -> Any:
    """The state, its floating fields changed, or one of them."""
    return type(state)(
        *(
            change(value) if value.dtype.kind == "f" and only in ("", key) else value
            for key, value in state._asdict().items()
        )
    )


def situations(lab: Lab, rng: np.random.Generator) -> Iterator[tuple[str, Any]]:
    """States as a reader meets them, then shaken and impossible ones of the least size."""
    reached = [(name, sized(lab, s, {})) for name, s in [("start", lab.state), *lab.starts.items()]]
    least = sized(lab, lab.state, {name: low for name, (low, _) in lab.sizes.items()})
    reached += [("few", least)] if lab.sizes else []
    moves = [name for name in lab.functions if name.startswith("move_")]
    for turn in range(PLAUSIBLE):
        for name, state in list(reached[-len(moves) :]):
            move = moves[turn % len(moves)]
            after = by_jax(lab.functions[move][0], arguments(lab, move, prepare(lab, name, state)))
            reached.append((f"{name}, {move}", after))
    yield from reached
    for turn in range(SHAKEN):
        name, state = reached[turn % len(reached)]
        shake = functools.partial(_shaken, rng=rng)
        yield f"{name}, shaken", with_floats(state, shake)
    for key, value in least._asdict().items():
        if value.dtype.kind == "f":
            for name, change in EXTREMES.items():
                yield f"{key} {name}", with_floats(least, change, key)
        elif value.dtype.kind == "i" and not value.shape:
            for number in (-1, 1, 2, 1000):
                yield f"{key} {number}", least._replace(**{key: np.int32(number)})


def _shaken(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return x * (1 + 0.1 * rng.normal(size=x.shape))


def nudged(tree: Any, towards: Callable[[np.ndarray], np.ndarray]) -> Any:
    """All floating numbers moved by one unit in the last place."""
    return jax.tree.map(
        lambda x: np.nextafter(x, towards(x)) if np.asarray(x).dtype.kind == "f" else x, tree
    )


def directions(rng: np.random.Generator) -> list[Callable[[np.ndarray], np.ndarray]]:
    up_and_down = [lambda x: np.full_like(x, np.inf), lambda x: np.full_like(x, -np.inf)]
    return [*up_and_down, *[lambda x: rng.choice([-np.inf, np.inf], np.shape(x))]]


def require_same(
    found: np.ndarray, right: np.ndarray, others: list[np.ndarray], scale: float
) -> None:
    """As the module says; ``others`` are JAX's results from the nudged inputs.

    scale: the largest finite number among all results: a difference of two such is no more exact
    """
    assert found.shape == right.shape
    if right.dtype.kind != "f":
        assert np.any([found == each for each in (right, *others)], axis=0).all(), (found, right)
        return
    moved = np.zeros(right.shape)
    decided = np.ones(right.shape, bool)  # whether it is finite, NaN, ∞ or −∞ in any case
    finite = np.isfinite(right)
    for other in others:
        alike = np.isfinite(other) & finite
        moved = np.maximum(moved, np.abs(np.where(alike, other, 0) - np.where(alike, right, 0)))
        decided &= alike | (other == right) | (np.isnan(other) & np.isnan(right))
    same = (found == right) | (np.isnan(found) & np.isnan(right))
    both = np.isfinite(found) & finite
    largest = np.abs(right[finite]).max(initial=0)
    off = np.abs(np.where(both, found, 0) - np.where(both, right, 0))
    close = both & (off <= np.maximum(1e-12 * largest, 10 * moved) + 1e-14 * scale)
    wrong = ~(same | close | ~decided)
    if wrong.any():
        k = np.unravel_index(np.where(wrong, off, -1).argmax(), right.shape)
        raise AssertionError(
            f"{wrong.sum()} of {wrong.size}, at {tuple(map(int, k))} {found[k]!r} instead of "
            f"{right[k]!r}, off by {off[k]:.3g}; the largest is {largest:.3g}, JAX moves "
            f"{moved[k]:.3g}"
        )


@pytest.fixture(scope="module")
def page(browser: Any) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


@pytest.mark.parametrize("name", DECLARED)
def test_kernel_and_page_compute_the_same(name: str, page: Page) -> None:
    compare(DECLARED[name](), page.evaluate)


@pytest.mark.parametrize("name", DECLARED)
def test_no_array_is_made_in_a_second_call(name: str, page: Page) -> None:
    lab = DECLARED[name]()
    given = prepare(lab, "start", sized(lab, lab.state, {}))
    inputs = {
        function: [
            encode(as_page(leaf)) for leaf in jax.tree.leaves(arguments(lab, function, given))
        ]
        for function in lab.functions
    }
    made = page.evaluate(
        f"""() => {{ {helper_code(["decode"])}\n{COUNTED}
        const program = ({lab.program.source})(
            {json.dumps(lab.program.encoded())}.map((each) => decode(each).data));
        return Object.entries({json.dumps(inputs)}).map(([name, encoded]) => {{
            const inputs = encoded.map(decode);
            return [name, ...[1, 2].map(() => counted(() => program[name](inputs)))];
        }}); }}"""
    )
    assert all(first > 0 for _, first, _ in made)
    assert [name for name, _, second in made if second] == []


def compare(lab: Lab, evaluate: Callable[[str], Any]) -> None:
    """Raise AssertionError with all that differs."""
    rng = np.random.default_rng(0)
    given = [prepare(lab, name, state) for name, state in situations(lab, rng)]
    slow = {f"prepare_{k}" for k, made in enumerate(lab.prepare.values()) if made.slow}
    cases = []
    for function in lab.functions:
        chosen = given[:: -(-len(given) // SLOW)] if function in slow else given
        cases += [(each.name, Call(function, arguments(lab, function, each))) for each in chosen]
    (found,) = in_page(evaluate, [(lab.functions, [call for _, call in cases])])
    complaints = []
    for (situation, call), mine in zip(cases, found, strict=True):
        function = lab.functions[call.name][0]
        right = jax.tree.leaves(by_jax(function, call.arguments))
        others = [
            jax.tree.leaves(by_jax(function, nudged(call.arguments, towards)))
            for towards in directions(rng)
        ]
        sizes = [np.abs(one[np.isfinite(one)], dtype=float).max(initial=0) for one in right]
        for leaf, one in enumerate(right):
            try:
                assert isinstance(mine, list), mine
                require_same(mine[leaf], one, [other[leaf] for other in others], max(sizes))
            except AssertionError as error:
                complaints.append(f"{call.name}, {situation}, result {leaf}: {error}")
    assert not complaints, "\n".join([f"{len(complaints)} differ", *complaints[:20]])
