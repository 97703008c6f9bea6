"""A laboratory: a state, what is seen of it, and moves, all of them JAX functions.

The page computes them itself, translated to JavaScript; the kernel evaluates the same functions for
the words and the still. Everything is float64, whatever the notebook's own setting. All that is
declared is checked when the laboratory is made.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import jax
import numpy as np

from lecture11.explore.handles import Part
from lecture11.explore.translator import Program, draw, float64, translate
from lecture11.figures.scene import Scene
from lecture11.figures.sentences import Sentence, words_of

Function = Callable[..., Any]


@dataclass(frozen=True)
class Prepared:
    """Something computed only when the fields it is made from change.

    function: of these fields, in this order
    fields: of the state, or names prepared earlier
    slow: whether it waits until the pointer rests
    """

    function: Function
    fields: tuple[str, ...]
    slow: bool = False


@dataclass(frozen=True, eq=False)
class Lab:
    """The declaration of a laboratory.

    name: short, as in ``data-laboratory="em"``
    title: a few words, read aloud
    state: a NamedTuple of arrays, where everything starts
    begin: a move that is made first, before anything is prepared
    view: of the state, a NamedTuple of arrays: all that is drawn and said. It and the moves take
        the state, and where something is prepared, as a second argument a dict of that by name
    scene: panels and marks
    words: sentences
    prepare: by name
    moves: by the text of their buttons, from a state to the next
    play: of the moves, the one that can be played
    pace: how often a second it is made then
    until: of the view, what ends the playing where all of it is true
    then: by field or size, the move that follows where the reader has changed it
    handles, controls: what is taken hold of on the picture, and beside it
    starts: by the text of their buttons, other states to start from
    shapes: of fields whose size the reader changes, such as {"points": ("n", 2)}
    sizes: by name, the least and the most
    noise: fields filled with random numbers, "uniform" in (0, 1) or "normal", of the field ``seed``
    lists: texts that words pick by number
    """

    name: str
    title: str
    state: Any
    view: Function
    scene: Scene
    words: Sequence[Sentence]
    begin: Function | None = None
    prepare: Mapping[str, Prepared] = field(default_factory=dict)
    moves: Mapping[str, Function] = field(default_factory=dict)
    play: str | None = None
    pace: float = 60.0
    until: str | None = None
    then: Mapping[str, Function] = field(default_factory=dict)
    handles: Sequence[Part] = ()
    controls: Sequence[Part] = ()
    starts: Mapping[str, Any] = field(default_factory=dict)
    shapes: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    sizes: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    noise: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Bring the states to the page's types, and check everything against everything."""
        put = functools.partial(object.__setattr__, self)
        put("state", self.as_state("state", self.state))
        self._check_names()
        put("state", self._with_noise(self.state))
        if self.begin is not None:
            given = (self.state, {}) if self.prepare else (self.state,)
            put("state", self._moved("begin", jax.jit(self.begin), given))
        put("starts", {n: self.as_state(f"starts[{n!r}]", s) for n, s in self.starts.items()})
        self._check_functions()
        prepared = named_leaves(dict(self._arguments[1]))
        shapes = {name: _plain(leaf.shape) for name, leaf in prepared}
        fields = self._shapes_of(self.state)
        shapes |= fields | self._seen
        self.scene.check(shapes)
        texts = (text for mark in self.scene.marks for text in getattr(mark, "texts", ()))
        for sentence in (*self.words, *map(Sentence, texts)):
            sentence.check(shapes, self.lists)
        panels = {panel.name: panel for panel in self.scene.panels}
        for part in (*self.handles, *self.controls):
            part.check({**shapes, **fields}, panels, self.sizes)

    # Checking

    def as_state(self, name: str, state: Any) -> Any:
        """The state with its numbers as float64, its whole numbers as int32, copied.

        Raises TypeError or ValueError where it is no NamedTuple of the laboratory's fields, or a
        field has another kind or shape than at the start.
        """
        fields = getattr(type(self.state), "_fields", None)
        if fields is None or type(state) is not type(self.state):
            raise TypeError(
                f"{name}: expected a {type(self.state).__name__}, a NamedTuple of arrays, got "
                f"{type(state).__name__}."
            )
        arrays = []
        for key, value, first in zip(fields, state, self.state, strict=True):
            array = _in_the_pages_type(f"{name}.{key}", value)
            wanted = self.shapes.get(key, np.shape(first))
            kind = _in_the_pages_type(key, first).dtype
            fits = len(wanted) == array.ndim and all(
                want == size if isinstance(want, int) else self._allows(want, size)
                for want, size in zip(wanted, array.shape, strict=True)
            )
            if not fits or (array.dtype != kind and kind != np.float64):
                raise ValueError(
                    f"{name}.{key}: expected {kind} of shape {wanted}, got {array.dtype} of shape "
                    f"{array.shape}."
                )
            arrays.append(array.astype(kind))
        return type(state)(*arrays)

    def _with_noise(self, state: Any) -> Any:
        """The noise of its seed, another stream for each field."""
        drawn = {
            key: draw(self.noise[key], np.shape(value), seed=int(state.seed), counter=stream)
            for stream, (key, value) in enumerate(state._asdict().items())
            if key in self.noise
        }
        return state._replace(**drawn)

    def restored(self, fields: Mapping[str, Any]) -> Any:
        """The state of these fields, with the noise of its seed, which does not travel."""
        sizes = {
            size: number
            for key, shape in self.shapes.items()
            if key in fields
            for size, number in zip(shape, np.shape(fields[key]), strict=True)
        }
        bare = {
            key: np.zeros([sizes.get(size, size) for size in shape])
            for key, shape in self._shapes_of(self.state).items()
            if key in self.noise
        }
        return self._with_noise(type(self.state)(**{**fields, **bare}))

    def _allows(self, size: str, number: int) -> bool:
        low, high = self.sizes[size]
        return low <= number <= high

    def _check_names(self) -> None:
        fields = self.state._fields
        known = {*fields, *self.sizes}
        for argument, given, among in (
            ("shapes", self.shapes, {*fields}),
            ("noise", self.noise, {*fields}),
            ("then", self.then, known),
        ):
            for name in given:
                if name not in among:
                    raise ValueError(f"{argument}: {name!r} is none of {', '.join(fields)}.")
        if self.noise and "seed" not in fields:
            raise ValueError("noise: the state needs a field 'seed', a whole number.")
        if self.play is not None and self.play not in self.moves:
            raise ValueError(f"play: {self.play!r} is none of {', '.join(self.moves)}.")
        for part in (*self.handles, *self.controls):
            if part.field not in known:
                raise ValueError(
                    f"{type(part).__name__} {part.label!r}: {part.field!r} is none of "
                    f"{', '.join(fields)}."
                )
        earlier = {*fields}
        for name, made in self.prepare.items():
            if missing := [each for each in made.fields if each not in earlier]:
                raise ValueError(f"prepare: {name!r} needs {missing[0]!r}, which is not there.")
            earlier.add(name)

    def _shapes_of(self, state: Any) -> dict[str, tuple[Any, ...]]:
        return {key: self.shapes.get(key, np.shape(getattr(state, key))) for key in state._fields}

    @functools.cached_property
    def _seen(self) -> dict[str, tuple[Any, ...]]:
        """Shapes of the view's arrays, sizes by name."""
        seen = self.program.structures["view"]
        if not hasattr(seen, "_fields"):
            raise TypeError(f"view: expected a NamedTuple of arrays, got {type(seen).__name__}.")
        return {name: _plain(leaf.shape) for name, leaf in named_leaves(seen)}

    def _check_functions(self) -> None:
        """That all can be translated, and moves return a state."""
        for place, name in enumerate(self._moves):
            made = self.program.structures[f"move_{place}"]
            self._require_state(name, made, self._arguments[0])
        if self.until is not None and self.until not in self._seen:
            raise ValueError(f"until: {self.until!r} is none of {', '.join(self._seen)}.")

    def _require_state(self, name: str, made: Any, state: Any) -> None:
        if type(made) is not type(state):
            raise TypeError(
                f"moves: {name!r} must return a {type(state).__name__}, got {type(made).__name__}."
            )
        for key, new, old in zip(state._fields, made, state, strict=True):
            if (new.shape, new.dtype) != (old.shape, old.dtype):
                raise ValueError(
                    f"moves: {name!r} makes {key} {new.dtype} of shape {new.shape}; it was "
                    f"{old.dtype} of shape {old.shape}."
                )

    # Tracing

    @functools.cached_property
    def _arguments(self) -> tuple[Any, dict[str, Any]]:
        """Examples of the state and of what is prepared, with symbolic sizes."""
        scope = jax.export.SymbolicScope(
            [f"{name} >= {low}" for name, (low, _) in self.sizes.items()]
        )
        with float64():
            state = type(self.state)(
                *(
                    jax.ShapeDtypeStruct(self._symbolic(key, value.shape, scope), value.dtype)
                    for key, value in self.state._asdict().items()
                )
            )
            prepared: dict[str, Any] = {}
            for name, made in self.prepare.items():
                given = [self._find(key, state, prepared) for key in made.fields]
                prepared[name] = jax.eval_shape(made.function, *given)
        return state, prepared

    def _symbolic(self, key: str, shape: tuple[int, ...], scope: Any) -> tuple[Any, ...]:
        if key not in self.shapes:
            return shape
        text = ", ".join(map(str, self.shapes[key])) + ","
        return tuple(jax.export.symbolic_shape(text, scope=scope))

    def _find(self, key: str, state: Any, prepared: Mapping[str, Any]) -> Any:
        return prepared[key] if key in prepared else getattr(state, key)

    def _given(self, state: Any, prepared: Mapping[str, Any]) -> tuple[Any, ...]:
        return (state, dict(prepared)) if self.prepare else (state,)

    @property
    def _moves(self) -> dict[str, Function]:
        """All of them, each once; those that only follow are named after what they follow."""
        named = dict(self.moves)
        for key, move in self.then.items():
            if not any(move is other for other in named.values()):
                named[f"then {key}"] = move
        return named

    @property
    def functions(self) -> dict[str, tuple[Function, tuple[Any, ...]]]:
        """The view, what is prepared and the moves with example arguments: what is translated."""
        state, prepared = self._arguments
        given = self._given(state, prepared)
        made = {
            f"prepare_{place}": (
                each.function,
                tuple(self._find(key, state, prepared) for key in each.fields),
            )
            for place, each in enumerate(self.prepare.values())
        }
        moves = {f"move_{place}": (move, given) for place, move in enumerate(self._moves.values())}
        return {"view": (self.view, given), **made, **moves}

    @functools.cached_property
    def program(self) -> Program:
        """All functions as JavaScript."""
        with float64():
            return translate(self.functions)

    # Evaluating

    @functools.cached_property
    def _compiled(self) -> dict[str, Function]:
        made = {name: jax.jit(each.function) for name, each in self.prepare.items()}
        moves = {f"move {name}": jax.jit(move) for name, move in self._moves.items()}
        return {**made, **moves, "view": jax.jit(self.view)}

    def values(self, state: Any) -> dict[str, np.ndarray]:
        """All arrays that marks and words name, at this state."""
        with float64():
            prepared = self._prepared(state)
            seen = self._compiled["view"](*self._given(state, prepared))
            leaves = [*named_leaves(state), *named_leaves(prepared), *named_leaves(seen)]
            return {name: np.asarray(leaf) for name, leaf in leaves}

    def moved(self, name: str, state: Any) -> Any:
        """The state after a move; for tests and for what a notebook does beforehand."""
        with float64():
            given = self._given(state, self._prepared(state))
        return self._moved(name, self._compiled[f"move {name}"], given)

    def _moved(self, name: str, move: Function, given: tuple[Any, ...]) -> Any:
        with float64():
            after = move(*given)
        return self.as_state(name, type(self.state)(*map(np.asarray, after)))

    def _prepared(self, state: Any) -> dict[str, Any]:
        """What is prepared from this state; what was made of the same last time is kept."""
        prepared: dict[str, Any] = {}
        for name, made in self.prepare.items():
            given = [self._find(key, state, prepared) for key in made.fields]
            before, result = self._latest.get(name, ((), None))
            if len(before) != len(given) or not all(map(_is_same, before, given)):
                result = self._compiled[name](*given)
                self._latest[name] = (given, result)
            prepared[name] = result
        return prepared

    @functools.cached_property
    def known(self) -> dict[str, np.ndarray]:
        """What is slow to prepare, at the start, with the fields that it is made of."""
        slow = {name: made for name, made in self.prepare.items() if made.slow}
        if not slow or any(key in self.prepare for made in slow.values() for key in made.fields):
            return {}
        with float64():
            prepared = self._prepared(self.state)
            leaves = named_leaves({name: prepared[name] for name in slow})
            fields = {
                key: getattr(self.state, key) for made in slow.values() for key in made.fields
            }
            return fields | {name: np.asarray(leaf) for name, leaf in leaves}

    @functools.cached_property
    def _latest(self) -> dict[str, tuple[Any, Any]]:
        return {}

    def said(self, values: Mapping[str, np.ndarray]) -> str:
        """The words."""
        return words_of(self.words, values, self.lists)

    # For the page

    @property
    def spec(self) -> dict[str, Any]:
        """All but the program and the states, for the page's script."""
        state, prepared = self._arguments
        return {
            "name": self.name,
            "title": self.title,
            "fields": [
                {
                    "name": key,
                    "shape": self.shapes.get(key, value.shape),
                    "noise": self.noise.get(key),
                }
                for key, value in self.state._asdict().items()
            ],
            "sizes": self.sizes,
            "prepare": [
                {
                    "name": name,
                    "fields": [
                        leaf for key in made.fields for leaf in self._leaf_names(key, prepared)
                    ],
                    "makes": self._leaf_names(name, prepared),
                    "slow": made.slow,
                }
                for name, made in self.prepare.items()
            ],
            "given": [name for name, _ in named_leaves(state)]
            + [name for name, _ in named_leaves(dict(prepared))],
            "seen": list(self._seen),
            "moves": list(self.moves),
            "named": list(self._moves),
            "play": self.play,
            "pace": self.pace,
            "until": self.until,
            "then": {
                key: next(name for name, each in self._moves.items() if each is move)
                for key, move in self.then.items()
            },
            "handles": [part.spec() for part in self.handles],
            "controls": [part.spec() for part in self.controls],
            "scene": self.scene.spec(),
            "words": [{"text": each.text, "when": each.condition} for each in self.words],
            "lists": self.lists,
        }

    def _leaf_names(self, key: str, prepared: Mapping[str, Any]) -> list[str]:
        if key not in prepared:
            return [key]
        return [name for name, _ in named_leaves({key: prepared[key]})]


def named_leaves(tree: Any) -> list[tuple[str, Any]]:
    """The leaves in their order, each with the names that lead to it, "affinities.loss"."""

    def of(key: Any) -> str:
        return str(getattr(key, "name", getattr(key, "key", getattr(key, "idx", key))))

    leaves = jax.tree_util.tree_flatten_with_path(tree)[0]
    return [(".".join(map(of, path)), leaf) for path, leaf in leaves]


def _is_same(one: Any, other: Any) -> bool:
    if one is other:
        return True
    return isinstance(one, np.ndarray) and np.array_equal(one, other, equal_nan=True)


def _plain(shape: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(size if isinstance(size, int) else str(size) for size in shape)


def _in_the_pages_type(name: str, value: Any) -> np.ndarray:
    array = np.asarray(value)
    if array.dtype == bool:
        return array.copy()
    if np.issubdtype(array.dtype, np.integer):
        return array.astype(np.int32)
    if np.issubdtype(array.dtype, np.floating):
        return array.astype(np.float64)
    raise TypeError(f"{name}: expected numbers, got {array.dtype}.")
