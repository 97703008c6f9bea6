"""What a signature says of an argument is kept, and what is of another kind is named."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.typing import ArrayLike
from jaxtyping import Array, Float, Int, Key, PRNGKeyArray

from lecture11.arguments import as_floats
from lecture11.signatures import checked, compiled, converted, passes_on


class Line(NamedTuple):
    slope: Float[Array, ""]
    ends: Float[Array, "*frames 2"]


@checked
def everything(
    x: Float[Array, "points dims"],
    *others: int,
    classes: Int[Array, " points"] = None,
    scale: float | Float[Array, ""] = 1.0,
    start: Float[ArrayLike, "*rows"] = 0.0,
    line: Line | None = None,
    key: PRNGKeyArray = None,
    keys: Key[Array, " runs"] = None,
    names: Mapping[str, int] | None = None,
    loss: Callable[[Array], Array] | None = None,
    frames: Iterable[int] = (0, 1),
    sizes: tuple[int, ...] = (),
    pair: tuple[int, str] | None = None,
    method: Literal["a", "b"] = "a",
    count: int = 1,
    rate: float = 1.0,
    verbose: bool = False,
    label: str = "",
    anything: Any = None,
) -> Any:
    return locals()


X = np.ones((3, 2))
KEY = jax.random.key(0)
RIGHT = {
    "classes": [0, 1, 2],
    "scale": 2,
    "start": [1.0, 2.0],
    "line": Line(2.0, [0.0, 1.0]),
    "key": KEY,
    "keys": jax.random.split(KEY, 2),
    "names": {"a": 1},
    "loss": jnp.sum,
    "frames": range(3),
    "sizes": [1, 2],
    "pair": (1, "a"),
    "method": "b",
    "count": np.int64(2),
    "rate": 2,
    "verbose": np.True_,
    "label": "l",
    "anything": "whatever",
}
WRONG = [
    ("classes", [0.5, 1.0, 2.0], "classes: expected whole numbers"),
    ("classes", [[0]], "classes: expected 1 dimension"),
    ("scale", [1.0], "scale: expected 0 dimensions"),
    ("start", "a", "start: expected numbers"),
    ("line", (1.0, [0.0, 1.0]), "line: expected Line, got a tuple; make one with Line"),
    ("line", Line("a", [0.0, 1.0]), "line.slope: expected numbers"),
    ("line", Line(1.0, 1.0), "line.ends: expected 1 dimensions or more"),
    ("key", 0, "key: expected one random key.*jax.random.key"),
    ("keys", KEY, "keys: expected several random keys"),
    ("names", [("a", 1)], "names: expected Mapping"),
    ("loss", 1, "loss: expected a function, got int"),
    ("frames", 1000, "frames: expected a sequence"),
    ("frames", [0, 2.5], r"frames\[1\]: expected a whole number"),
    ("sizes", "ab", "sizes: expected a sequence"),
    ("pair", (1,), "pair: expected 2 items, got 1"),
    ("pair", (1, 2), r"pair\[1\]: expected str"),
    ("method", "c", "method: expected one of 'a', 'b'"),
    ("count", 2.0, "count: expected a whole number.*use 2"),
    ("rate", "fast", "rate: expected a number"),
    ("verbose", "no", "verbose: expected True or False"),
    ("label", 3, "label: expected str"),
]


def test_what_is_right_is_converted():
    found = everything(X.tolist(), 1, 2, **RIGHT)
    assert isinstance(found["x"], jax.Array)
    assert found["others"] == (1, 2)
    assert found["classes"].tolist() == [0, 1, 2]
    assert found["line"].ends.tolist() == [0, 1]
    assert found["frames"] == [0, 1, 2]
    assert found["sizes"] == (1, 2)
    assert type(found["count"]) is int
    assert found["anything"] == "whatever"
    assert everything(x=X)["key"] is None


@pytest.mark.parametrize(("name", "value", "message"), WRONG)
def test_what_is_wrong_is_named(name, value, message):
    with pytest.raises((TypeError, ValueError), match=f"^{message}"):
        everything(X, **{name: value})


def test_python_speaks_of_missing_arguments():
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'x'"):
        everything()


@pytest.mark.slow
def test_it_stays_traceable_and_keeps_types():
    @checked
    def total(x: Float[Array, "*rows dims"]) -> Float[Array, "*rows"]:
        return (x * x).sum(axis=-1)

    assert jax.jit(jax.grad(lambda x: total(x).sum()))(jnp.ones((2, 3))).tolist() == [[2] * 3] * 2
    assert jax.vmap(total)(jnp.ones((2, 3))).tolist() == [3, 3]
    with pytest.raises(ValueError, match=r"^x: expected 1 dimensions or more"):
        jax.jit(total)(1.0)
    half = jnp.ones(3, jnp.float16)
    assert total(half).dtype == half.dtype
    assert total(np.ones(3, int)).dtype == jnp.float32


def test_infinities_are_the_functions_own_matter():
    assert everything([[-np.inf, np.nan]])["x"].tolist()[0][0] == -np.inf


def test_a_dataclass_keeps_its_word():
    @checked
    @dataclass(frozen=True)
    class Choices:
        smoothing: float = 0.0
        learns: bool = True

    assert hash(Choices(1)) == hash(Choices(1.0))
    with pytest.raises(TypeError, match=r"^smoothing: expected a number"):
        Choices("a")
    with pytest.raises(TypeError, match=r"^learns: expected True or False"):
        Choices(learns=1)


def test_a_formula_behind_its_conversions_is_compiled_and_sees_arrays_alone():
    @converted(x=as_floats, scale=as_floats)
    @jax.jit
    def scaled(x: Any, *, scale: Any = 2.0) -> Any:
        """x, scaled."""
        return scale * x

    np.testing.assert_array_equal(scaled([1, 2]), [2, 4])
    np.testing.assert_array_equal(jax.jit(scaled)(jnp.ones(2), scale=3), [3, 3])
    assert scaled.__doc__ == "x, scaled."
    with pytest.raises(TypeError, match=r"^scale: expected numbers, got the string"):
        scaled([1.0], scale="two")
    with pytest.raises(TypeError, match="positional"):
        scaled([1.0], 2.0)


def test_arguments_that_are_handed_on_are_shown():
    def run(state: Any, *, frames: Any, chunk: int = 50, method: str = "slow") -> Any:
        return state, frames, chunk, method

    @passes_on(run, without=("method",))
    def fit(x: Any, *, chunk: int = 20, **loop: Any) -> Any:
        return run(x, chunk=chunk, method="fast", **loop)

    assert str(inspect.signature(fit)) == "(x: Any, *, chunk: int = 20, frames: Any) -> Any"
    assert fit(1, frames=2) == (1, 2, 20, "fast")


def test_a_compiled_formula_leaves_no_call_inside_other_compiled_code():
    inside, outside = (
        jax.make_jaxpr(each(lambda x: x + 1.0))(1.0).jaxpr.eqns for each in (compiled, jax.jit)
    )
    assert [str(each.primitive) for each in inside] == ["add"]
    assert [str(each.primitive) for each in outside] != ["add"]
