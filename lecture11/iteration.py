"""The one loop that every iterative method of the course runs in, and the trace it leaves.

A method is a *step*::

    step(state, data) -> (next_state, info)

where ``info`` says something about the **incoming** ``state`` that the step computes anyway: EM's
E-step yields the log-likelihood of the parameters it was given, a gradient the loss at the point
where it was taken. A *frame* is a state worth keeping, with its info, at an iteration the caller
chose. Inside the loop the info of all other iterations is dead code, which XLA removes, so a run
with few frames costs hardly more than a run with one.

``step`` must be hashable, as jit keys its cache on it: a module-level function, or an instance of
a frozen dataclass with a ``__call__`` where the method has static choices. Data is an argument of
the step, never closed over.
"""

import enum
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Generic, NamedTuple, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, ArrayLike, Int

from lecture11.arguments import as_numbers, as_tree, as_whole
from lecture11.signatures import checked

State = TypeVar("State")
Info = TypeVar("Info")
Step = Callable[[State, Any], tuple[State, Info]]
Options = tuple[tuple[str, Any], ...]

FAST_MATH = {
    "xla_cpu_enable_fast_math": True,
    "xla_cpu_fast_math_honor_division": True,
    "xla_cpu_fast_math_honor_functions": True,
    "xla_cpu_fast_math_honor_infs": True,
    "xla_cpu_fast_math_honor_nans": True,
    "xla_cpu_prefer_vector_width": 512,
}
"""XLA's options that let it reorder sums on a CPU, which turns a fused loop into vector
instructions; for :func:`advance`."""


FRAMES = "increasing iteration numbers from 0 on, such as range(21) or (0, 1, 2, 5, 20)"


class Status(enum.Enum):
    """How a run ended."""

    COMPLETED = "reached its last frame"
    STOPPED = "stopped early, as its criterion asked"
    INTERRUPTED = "interrupted: run again from its state with start=steps"
    DIVERGED = "diverged: NaN or ∞ came next; its state and frames are the last that were finite"


@dataclass(frozen=True)
class Run(Generic[State, Info]):
    """A fit as far as it got; ``run(..., run.state, ..., start=run.steps)`` goes on from there.

    state: the last state reached
    info: what a step says of that state
    steps: iterations done, counted from iteration 0
    frames: the states kept, stacked along a new first axis of length ``len(frame_steps)`` (NumPy)
    infos: their infos, stacked likewise
    frame_steps: the iteration at which each frame was taken
    status: how the run ended
    """

    state: State
    info: Info
    steps: int
    frames: State
    infos: Info
    frame_steps: np.ndarray
    status: Status


@checked
def scan_frames(
    step: Step[State, Info], state: State, data: Any, gaps: Int[Array, " frames"]
) -> tuple[State, State, Info]:
    """Iterate, keeping a frame after each gap: the undecorated body, for ``vmap`` and inner jits.

    gaps: iterations between one frame and the next; 0 keeps the state as it stands. They are
    traced, so other numbers of iterations need no new compilation, only another count of frames.
    Returns the last state, and the frames and their infos stacked along a new first axis.
    """
    state, data = _arrays(state, data)

    def to_next_frame(state: State, gap: Int[Array, ""]) -> tuple[State, tuple[State, Info]]:
        state = lax.fori_loop(0, gap, lambda _, s: step(s, data)[0], state)
        return state, (state, step(state, data)[1])

    state, (frames, infos) = lax.scan(to_next_frame, state, gaps)
    return state, frames, infos


@checked
def pick(stacked: State, index: int | np.integer | np.ndarray | Array) -> State:
    """One of several states stacked along their first axis: a frame of a run, one restart.

    index: its number, or several numbers in an array, for several states

    Raises TypeError where the numbers are not whole.
    """
    as_numbers("index", index, whole=True)
    return jax.tree.map(lambda field: field[index], stacked)


_jitted: dict[tuple[Options, bool], Callable] = {}


def _jit_with(options: Options, donate: bool) -> Callable:
    if (options, donate) not in _jitted:
        _jitted[options, donate] = jax.jit(
            scan_frames,
            static_argnums=0,
            donate_argnums=(1,) if donate else (),
            compiler_options=dict(options),
        )
    return _jitted[options, donate]


@checked
def advance(
    step: Step[State, Info],
    state: State,
    data: Any,
    gaps: Int[ArrayLike, " frames"],
    *,
    compiler_options: Mapping[str, Any] | None = None,
    donate: bool = False,
) -> tuple[State, State, Info]:
    """:func:`scan_frames` compiled once per step and shapes: the only jit of the iterative methods.

    donate: give up the buffers of ``state`` for those of the result; the caller must not use
        ``state`` again, so it must not be the only copy of anything
    compiler_options: XLA's options for this computation alone. Their names change between jaxlib
    versions and they speed up but never change the meaning, so where this jaxlib refuses one the
    computation is compiled without any.
    """
    if not isinstance(step, Hashable):
        raise TypeError(
            f"step: {step!r} is not hashable, so it would be compiled anew at every call; "
            "make it a module-level function or an instance of a frozen dataclass."
        )
    state, data = _arrays(state, data)
    gaps = jnp.asarray(gaps, jnp.int32)
    options = tuple(sorted((compiler_options or {}).items()))
    try:
        return _jit_with(options, donate)(step, state, data, gaps)
    except jax.errors.JaxRuntimeError as error:
        if not options or "compile option" not in str(error):
            raise
        _jitted[options, donate] = _jit_with((), donate)
        return _jitted[options, donate](step, state, data, gaps)


class _Chunk(NamedTuple):
    """What one call of :func:`advance` brought back to the host."""

    end: int
    state: Any
    info: Any
    steps: list[int]
    frames: Any
    infos: Any


@checked
def run(
    step: Step[State, Info],
    state: State,
    data: Any,
    *,
    frames: Iterable[int],
    chunk: int = 100,
    start: int = 0,
    prepare: Callable[[State, Any], Any] | None = None,
    stop: Callable[[Info, Info], bool] | None = None,
    on_chunk: Callable[[int, int, Info], None] | None = None,
    compiler_options: Mapping[str, Any] | None = None,
    donate: bool = False,
) -> Run:
    """Iterate to the last of ``frames``, coming back to the host after every ``chunk`` iterations.

    frames: increasing iteration numbers to keep; 0 is the state before the first step
    chunk: iterations between two visits to the host, where the four arguments below act. Visits
        fall on its multiples, so a resumed run makes the same ones as an uninterrupted run.
    start: iterations that ``state`` has already behind it; frames before it, and the one at it
        unless ``start`` is 0, are taken to have been kept
    prepare: ``prepare(state, data)`` returns what the step gets as data during the next chunk
    stop: ``stop(earlier, now)``, given the infos at two successive visits, says whether to end
    on_chunk: ``on_chunk(steps, total, info)``, for a progress bar
    donate: hand each state's buffers on to the next chunk, for large states: the device then holds
        one of them, and the host a copy, which is what an interrupt returns. The caller's own
        arrays are left alone.

    An interrupt (Ctrl-C, the stop button) ends the run after the chunk before it; one that comes
    before the first chunk is done raises KeyboardInterrupt as usual, as nothing is lost.

    Where a state stops being finite (of several runs in one state: where one of them does), the
    run ends there with ``Status.DIVERGED``: its state is the last finite one that is known, of a
    frame or a visit, and later frames are left out. A number that is infinite at the start may
    stay so.

    Raises TypeError where ``frames`` are no whole numbers, or ``chunk`` or ``start`` is none;
    ValueError where ``frames`` is empty, not increasing or ends before ``start``, ``start`` is
    negative, or ``chunk`` below 1.
    """
    wanted = _check_frames(list(frames), chunk, start)
    state, data = jax.tree.map(_settled, _arrays(state, data))
    begin, infinite = state, [np.asarray(np.isinf(leaf)) for leaf in _floats(state)]
    if donate:
        state = jax.tree.map(jnp.copy, state)
    visits = _visits(wanted, chunk, start)
    width = max(len(steps) for _, steps in visits)
    done: list[_Chunk] = []
    status = Status.COMPLETED
    try:
        for end, steps in visits:
            current = data if prepare is None else prepare(state, data)
            gaps = np.diff(steps + [end] * (width - len(steps)), prepend=start)
            kept = len(steps) if end in wanted else len(steps) - 1
            state, states, infos = jax.block_until_ready(
                advance(
                    step, state, current, gaps, compiler_options=compiler_options, donate=donate
                )
            )
            states, infos = jax.device_get((states, infos))
            sound = _finite_ahead(states, len(steps), infinite)
            if sound < len(steps):
                status = Status.DIVERGED
                if sound:
                    last = pick(states, sound - 1)
                    done.append(_chunk(steps, min(kept, sound), sound - 1, last, states, infos))
                elif not done:
                    *_, infos = advance(step, begin, current, np.zeros(1, int))
                    done.append(_chunk([start], 0, 0, begin, states, jax.device_get(infos)))
                break
            start, last = end, pick(infos, -1)
            kept_state = jax.tree.map(_on_host, state) if donate else state
            done.append(_chunk(steps, kept, len(steps) - 1, kept_state, states, infos))
            if on_chunk is not None:
                on_chunk(end, wanted[-1], last)
            if stop is not None and len(done) > 1 and stop(done[-2].info, last):
                status = Status.STOPPED
                break
    except KeyboardInterrupt:
        if not done:
            raise
        status = Status.INTERRUPTED
    return _joined(done, status)


def _chunk(steps: list[int], kept: int, index: int, state: Any, states: Any, infos: Any) -> _Chunk:
    """What is kept of a chunk that stopped at ``steps``: ``kept`` frames, and the one at index."""
    head = [jax.tree.map(lambda leaf: leaf[:kept], tree) for tree in (states, infos)]
    return _Chunk(steps[index], state, pick(infos, index), steps[:kept], *head)


def _floats(state: Any) -> list[np.ndarray]:
    """Its leaves that could hold NaN, on the host."""
    leaves = jax.tree.leaves(state)
    return [np.asarray(leaf) for leaf in leaves if jnp.issubdtype(leaf.dtype, jnp.inexact)]


def _finite_ahead(states: Any, count: int, infinite: list[np.ndarray]) -> int:
    """How many of the first ``count`` stacked states come before one that is not finite.

    infinite: where each leaf was infinite at the start, and may stay so
    """
    sound = np.ones(count, bool)
    for leaf, mask in zip(_floats(states), infinite, strict=True):
        fine = np.isfinite(leaf) | (mask & np.isinf(leaf))
        sound &= fine.reshape(len(leaf), -1).all(axis=1)[:count]
    return count if sound.all() else int(sound.argmin())


def _check_frames(wanted: list[int], chunk: int, start: int) -> list[int]:
    as_whole("chunk", chunk, 1)
    as_whole("start", start, 0)
    if not wanted or wanted[0] < 0 or any(b <= a for a, b in pairwise(wanted)):
        raise ValueError(f"frames: expected {FRAMES}; got {wanted}.")
    if start > wanted[-1] or (start == wanted[-1] and start > 0):
        raise ValueError(
            f"start: {start} iterations are done already, so frames must reach beyond it; "
            f"the last is {wanted[-1]}."
        )
    return wanted


def _arrays(state: Any, data: Any) -> tuple[Any, Any]:
    """Both as pytrees of arrays; a step may need no data."""
    return as_tree("state", state), as_tree("data", data) if jax.tree.leaves(data) else data


def _settled(leaf: Any) -> Any:
    """On the device, of a definite dtype: a weakly typed start would be compiled for twice."""
    leaf = jnp.asarray(leaf)
    return lax.convert_element_type(leaf, leaf.dtype) if getattr(leaf, "weak_type", False) else leaf


def _on_host(leaf: Array) -> Any:
    """A copy that no later donation can take away; of a random key, a copy on the device."""
    is_key = jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)
    return jnp.copy(leaf) if is_key else np.array(leaf)


def _visits(wanted: list[int], chunk: int, start: int) -> list[tuple[int, list[int]]]:
    """Each chunk's last iteration, and where it stops: at its frames and at its own end."""
    last = wanted[-1]
    ends = [*range((start // chunk + 1) * chunk, last, chunk), last]
    visits = []
    for begin, end in zip([start, *ends], ends, strict=False):
        first = begin if begin == 0 else begin + 1
        visits.append((end, sorted({*(step for step in wanted if first <= step <= end), end})))
    return visits


def _joined(done: list[_Chunk], status: Status) -> Run:
    def join(*leaves: Any) -> Any:
        is_key = jnp.issubdtype(leaves[0].dtype, jax.dtypes.prng_key)
        return jnp.concatenate(leaves) if is_key else np.concatenate(leaves)

    return Run(
        state=done[-1].state,
        info=done[-1].info,
        steps=done[-1].end,
        frames=jax.tree.map(join, *(part.frames for part in done)),
        infos=jax.tree.map(join, *(part.infos for part in done)),
        frame_steps=np.concatenate([np.asarray(part.steps, int) for part in done]),
        status=status,
    )
