"""The loop: frames where asked for, no needless compilation, interrupts that lose nothing."""

import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lecture11 import iteration
from lecture11.iteration import Status, advance, pick, run, scan_frames


class Walk(NamedTuple):
    position: jax.Array
    key: jax.Array


class WalkInfo(NamedTuple):
    distance: jax.Array


def walk(state, drift):
    """A random walk: each state depends on all before it, so a lost or repeated step shows."""
    key, now = jax.random.split(state.key)
    position = 0.9 * state.position + drift + jax.random.normal(now, state.position.shape)
    return Walk(position, key), WalkInfo(jnp.abs(state.position).sum())


def start(seed=0):
    return Walk(jnp.zeros(3), jax.random.PRNGKey(seed))


def by_hand(steps, drift=0.5):
    """The states 0 … steps by a Python loop over the same step."""
    states = [start()]
    jitted = jax.jit(walk)
    for _ in range(steps):
        states.append(jitted(states[-1], drift)[0])
    return states


@pytest.mark.slow
def test_frames_are_the_states_at_the_steps_asked_for():
    states = by_hand(20)
    result = run(walk, start(), 0.5, frames=(0, 1, 2, 5, 20), chunk=7)
    assert result.frame_steps.tolist() == [0, 1, 2, 5, 20]
    assert result.status is Status.COMPLETED
    assert result.steps == 20
    for frame, step in enumerate(result.frame_steps):
        np.testing.assert_allclose(result.frames.position[frame], states[step].position, rtol=1e-5)
        # The info describes the frame itself, not the state before or after it.
        np.testing.assert_allclose(
            result.infos.distance[frame], np.abs(states[step].position).sum(), rtol=1e-5
        )
    np.testing.assert_array_equal(result.state.position, result.frames.position[-1])
    np.testing.assert_array_equal(result.info.distance, result.infos.distance[-1])


@pytest.mark.slow
@settings(deadline=None, max_examples=25)
@given(
    steps=st.sets(st.integers(0, 60), min_size=1, max_size=6).map(sorted),
    chunk=st.integers(1, 70),
)
def test_chunks_change_nothing(steps, chunk):
    whole = run(walk, start(), 0.5, frames=range(61), chunk=61)
    pieces = run(walk, start(), 0.5, frames=steps, chunk=chunk)
    assert pieces.frame_steps.tolist() == steps
    np.testing.assert_array_equal(pieces.frames.position, whole.frames.position[steps])
    np.testing.assert_array_equal(pieces.infos.distance, whole.infos.distance[steps])


def test_other_frames_need_no_new_compilation():
    traces = []

    def step(state, data):
        traces.append(1)
        return state + data, state

    advance(step, jnp.zeros(2), jnp.ones(2), [0, 1, 1, 3, 15])
    once = len(traces)
    advance(step, jnp.zeros(2), jnp.ones(2), [4, 0, 7, 100, 1])
    run(step, np.zeros(2), np.ones(2), frames=(0, 3, 8, 11, 19), chunk=20)
    run(step, [0.0, 0.0][0] + np.zeros(2, "float32"), np.ones(2), frames=(3, 8, 11, 19, 40))
    assert len(traces) == once


def test_a_weakly_typed_start_is_compiled_for_once():
    traces = []

    def step(state, data):
        traces.append(1)
        return state + data, state

    run(step, 0.0, 1.0, frames=[1], chunk=1)
    once = len(traces)
    final = run(step, 0.0, 1.0, frames=[30], chunk=1)
    assert len(traces) == once
    assert final.state == 30


def test_frozen_dataclass_with_static_choices_is_a_step():
    @dataclass(frozen=True)
    class Decay:
        rate: float

        def __call__(self, state, data):
            return state * self.rate, state

    twice = [run(Decay(rate), 1.0, None, frames=[3]).state for rate in (0.5, 0.25)]
    np.testing.assert_allclose(twice, [0.125, 0.015625])


def test_unhashable_step_is_refused():
    class Unhashable:
        __hash__ = None

        def __call__(self, state, data):
            return state, state

    with pytest.raises(TypeError, match=r"^step: .* frozen dataclass"):
        advance(Unhashable(), jnp.zeros(1), None, [1])


def test_restarts_by_vmap_of_the_undecorated_body():
    starts = jnp.arange(5.0)
    restart = jax.jit(
        jax.vmap(lambda s: scan_frames(lambda x, d: (x * d, x), s, 0.5, jnp.array([1, 2]))[1])
    )
    np.testing.assert_allclose(restart(starts), np.outer(np.arange(5), [0.5, 0.125]))


@pytest.mark.parametrize("index", [0, 2, -1])
def test_one_of_the_stacked_states_is_picked(index):
    result = run(walk, start(), 0.5, frames=(0, 2, 5, 9))
    state = by_hand(9)[result.frame_steps[index]]
    picked = pick(result.frames, index)
    assert isinstance(picked, Walk)
    np.testing.assert_allclose(picked.position, state.position, rtol=1e-5)
    np.testing.assert_array_equal(picked.key, state.key)


def test_a_run_goes_on_from_a_picked_frame_to_the_same_end():
    whole = run(walk, start(), 0.5, frames=(3, 8), chunk=100)
    rest = run(walk, pick(whole.frames, 0), 0.5, frames=[8], start=3)
    np.testing.assert_array_equal(rest.state.position, whole.state.position)


@pytest.mark.slow
def test_which_state_is_picked_may_be_computed():
    """As for the best of several restarts."""
    ends = {"at": jnp.array([[1.0, 2.0], [5.0, 6.0], [3.0, 4.0]]), "level": jnp.array([1, 9, 4])}
    best = jax.jit(lambda ends: pick(ends, ends["level"].argmax()))(ends)
    assert best["at"].tolist() == [5, 6]
    assert best["level"] == 9
    assert pick(ends, ends["level"].argmin())["at"].tolist() == [1, 2]


def test_stop_ends_early_and_says_so():
    result = run(
        lambda x, _: (0.5 * x, x), 1.0, None, frames=range(0, 100, 10), chunk=5,
        stop=lambda earlier, now: earlier - now < 1e-3,
    )  # fmt: skip
    assert result.status is Status.STOPPED
    assert result.steps == 15  # 2⁻⁵ − 2⁻¹⁰ ≥ 10⁻³ > 2⁻¹⁰ − 2⁻¹⁵
    assert result.frame_steps.tolist() == [0, 10]
    np.testing.assert_allclose(result.state, 0.5**15)
    np.testing.assert_allclose(result.info, 0.5**15)


def test_prepare_sees_each_chunk_and_may_change_shapes():
    """As for a grid that grows with the embedding."""
    sizes = []

    def grid(state, data):
        sizes.append(int(state) // 4 + 1)
        return jnp.full(sizes[-1], data)

    result = run(lambda x, g: (x + g.mean(), x), 0.0, 1.0, frames=[0, 6, 12], chunk=4, prepare=grid)
    np.testing.assert_allclose(result.frames, [0, 6, 12])
    assert sizes == [1, 2, 3]


def test_progress_is_told_at_every_visit():
    told = []
    run(walk, start(), 0.5, frames=[10], chunk=4, on_chunk=lambda *said: told.append(said))
    assert [(done, total) for done, total, _ in told] == [(4, 10), (8, 10), (10, 10)]
    assert isinstance(told[0][2], WalkInfo)


def resume_after_interrupt(chunk_of_interrupt):
    def interrupt(done, total, info):
        if done == chunk_of_interrupt:
            raise KeyboardInterrupt

    frames = (0, 3, 5, 10, 17, 30)
    first = run(walk, start(), 0.5, frames=frames, chunk=5, on_chunk=interrupt)
    assert first.status is Status.INTERRUPTED
    assert first.steps == chunk_of_interrupt
    second = run(walk, first.state, 0.5, frames=frames, chunk=5, start=first.steps)
    whole = run(walk, start(), 0.5, frames=frames, chunk=5)
    for name in ("position", "key"):
        joined = np.concatenate([getattr(first.frames, name), getattr(second.frames, name)])
        np.testing.assert_array_equal(joined, getattr(whole.frames, name))
        np.testing.assert_array_equal(getattr(second.state, name), getattr(whole.state, name))
    assert [*first.frame_steps, *second.frame_steps] == list(whole.frame_steps) == list(frames)


@pytest.mark.parametrize("chunk_of_interrupt", [5, 10, 15, 25])
def test_interrupted_run_resumes_to_the_same_result(chunk_of_interrupt):
    resume_after_interrupt(chunk_of_interrupt)


def test_interrupt_before_the_first_chunk_is_an_interrupt():
    def prepare(state, data):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(walk, start(), 0.5, frames=[5], prepare=prepare)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT")
def test_a_real_sigint_loses_nothing():
    """In a process of its own, with the signal arriving while XLA computes."""
    code = textwrap.dedent("""
        import os, signal, threading
        import jax.numpy as jnp, numpy as np
        from lecture11.iteration import run, Status

        # What a shell has put in the background ignores it.
        signal.signal(signal.SIGINT, signal.default_int_handler)

        def step(x, a):
            return jnp.tanh(a @ x) + 0.1, x.sum()

        a = jnp.asarray(np.random.default_rng(0).normal(size=(700, 700)) / 20, jnp.float32)
        x = jnp.ones(700)
        frames = range(0, 20001, 500)
        def strike(done, total, info):  # once two chunks are done, in the midst of a later one
            if done == 1000:
                threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT)).start()
        first = run(step, x, a, frames=frames, chunk=500, on_chunk=strike)
        assert first.status is Status.INTERRUPTED, first.status
        assert 1000 <= first.steps < 20000, first.steps
        rest = run(step, first.state, a, frames=frames, chunk=500, start=first.steps)
        whole = run(step, x, a, frames=frames, chunk=500)
        joined = np.concatenate([first.frames, rest.frames])
        assert np.array_equal(joined, whole.frames)
        assert np.array_equal(np.concatenate([first.infos, rest.infos]), whole.infos)
        print("resumed at", first.steps)
    """)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert "resumed at" in done.stdout, done.stderr


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"frames": []}, "frames"),
        ({"frames": [3, 3]}, "frames"),
        ({"frames": [5, 2]}, "frames"),
        ({"frames": [-1, 2]}, "frames"),
        ({"frames": [5], "chunk": 0}, "chunk"),
        ({"frames": [5], "start": 5}, "start"),
        ({"frames": [5], "start": -1}, "start"),
        ({"frames": 1000}, "frames"),
        ({"frames": "1000"}, "frames"),
        ({"frames": None}, "frames"),
        ({"frames": (0, 300.7)}, "frames"),
        ({"frames": np.array(5)}, "frames"),
        ({"frames": [5], "chunk": 2.5}, "chunk"),
        ({"frames": [5], "start": "0"}, "start"),
    ],
)
def test_bad_arguments_are_named(arguments, named):
    with pytest.raises((TypeError, ValueError), match=rf"^{named}(\[1\])?: "):
        run(walk, start(), 0.5, **arguments)  # as a user has it, unchecked types


@pytest.mark.slow
def test_typed_keys_can_be_framed():
    result = run(
        lambda key, _: (jax.random.split(key)[0], jnp.zeros(())), jax.random.key(0), None,
        frames=[0, 1, 2], chunk=1,
    )  # fmt: skip
    assert result.frames.shape == (3,)
    assert result.frames[0] == jax.random.key(0)


class TestCompilerOptions:
    @pytest.mark.slow
    def test_known_option_is_used(self):
        fast = {"xla_cpu_enable_fast_math": True}
        plain = advance(walk, start(), 0.5, [3])
        np.testing.assert_allclose(
            advance(walk, start(), 0.5, [3], compiler_options=fast)[0].position,
            plain[0].position,
            rtol=1e-4,
        )
        assert iteration._jitted[tuple(fast.items()), False] is not iteration._jitted[(), False]

    def test_unknown_option_falls_back_to_none(self):
        unknown = {"xla_cpu_no_such_option": True}
        result = advance(walk, start(), 0.5, [3], compiler_options=unknown)
        np.testing.assert_array_equal(
            result[0].position, advance(walk, start(), 0.5, [3])[0].position
        )
        # Remembered: the second call does not try again.
        assert iteration._jitted[tuple(unknown.items()), False] is iteration._jitted[(), False]

    def test_other_errors_are_not_swallowed(self):
        with pytest.raises(TypeError):
            advance(lambda x, _: (x + "no", x), 0.0, None, [1], compiler_options={"xla_x": 1})


class TestDonation:
    @pytest.mark.slow
    def test_it_changes_no_result_and_leaves_the_start_alone(self):
        begin = start()
        plain, donated = (
            run(walk, begin, 0.5, frames=[0, 3, 10], chunk=4, donate=donate)
            for donate in (False, True)
        )
        np.testing.assert_array_equal(plain.frames.position, donated.frames.position)
        np.testing.assert_array_equal(plain.state.position, donated.state.position)
        np.testing.assert_array_equal(begin.position, start().position)

    @pytest.mark.slow
    def test_what_is_donated_is_gone(self):
        given = jax.tree.map(jnp.copy, start())
        advance(walk, given, 0.5, [3], donate=True)
        assert all(leaf.is_deleted() for leaf in jax.tree.leaves(given))

    @pytest.mark.slow
    def test_an_interrupt_in_the_middle_of_a_chunk_loses_only_that_chunk(self):
        """The chunk under way has taken the buffers, but a copy is on the host."""

        def prepare(state, data):
            if np.asarray(state.position).any():
                jax.tree.map(lambda leaf: leaf.delete(), state)  # as a donation does
                raise KeyboardInterrupt
            return data

        part = run(walk, start(), 0.5, frames=[12], chunk=4, donate=True, prepare=prepare)
        assert part.status is Status.INTERRUPTED
        assert part.steps == 4
        rest = run(walk, part.state, 0.5, frames=[12], chunk=4, start=part.steps, donate=True)
        whole = run(walk, start(), 0.5, frames=[12], chunk=4)
        np.testing.assert_array_equal(rest.state.position, whole.state.position)


def test_infos_cost_nothing_between_frames():
    """The info of an iteration that is no frame is dead code in the compiled loop."""

    def step(x, _):
        return x + 1, jnp.sin(x)

    compiled = jax.jit(lambda x, gaps: scan_frames(step, x, None, gaps))
    text = compiled.lower(0.0, jnp.array([50])).compile().as_text()
    assert text.count(" sine(") == 1


class TestDivergence:
    """A run that stops being finite says so, and keeps the last state that was."""

    @staticmethod
    def squares(x, _):
        """3, 9, 81, …: beyond float32 after 7 steps (3 ** 128 > 3.4e38)."""
        return x * x, x.sum()

    def test_it_ends_with_the_last_finite_frame(self):
        result = run(self.squares, np.array([3.0, 0.5]), None, frames=(0, 2, 5, 8, 20), chunk=100)
        assert result.status is Status.DIVERGED
        assert result.frame_steps.tolist() == [0, 2, 5]
        assert result.steps == 5
        np.testing.assert_allclose(result.state, np.array([3.0, 0.5]) ** 32, rtol=1e-5)
        np.testing.assert_allclose(result.info, result.infos[-1])
        assert np.isfinite(result.frames).all()

    def test_a_visit_may_be_later_than_the_last_frame(self):
        result = run(self.squares, np.array([3.0]), None, frames=(0, 20), chunk=3)
        assert (result.status, result.steps) == (Status.DIVERGED, 6)
        assert result.frame_steps.tolist() == [0]
        np.testing.assert_allclose(result.state, 3.0**64, rtol=1e-5)
        np.testing.assert_allclose(result.info, 3.0**64, rtol=1e-5)

    @pytest.mark.parametrize("donate", [False, True])
    def test_at_once(self, donate):
        start = jnp.array([1e30])
        result = run(self.squares, start, None, frames=(1, 20), chunk=5, donate=donate)
        assert (result.status, result.steps) == (Status.DIVERGED, 0)
        assert result.frame_steps.tolist() == []
        np.testing.assert_array_equal(result.state, start)
        np.testing.assert_array_equal(result.info, start[0])

    def test_what_is_infinite_at_the_start_may_stay_so(self):
        """A logit of −∞ stands for a probability of 0."""
        result = run(lambda x, _: (x - 1, x), np.array([-np.inf, 0.0]), None, frames=[3])
        assert result.status is Status.COMPLETED
        assert result.state.tolist() == [-np.inf, -3]
        result = run(lambda x, _: (x[::-1] * 2, x), np.array([-np.inf, 1.0]), None, frames=[0, 3])
        assert result.status is Status.DIVERGED

    def test_numbers_that_cannot_be_infinite_are_no_trouble(self):
        result = run(lambda x, _: (x + 1, x), 0, None, frames=[3])
        assert (result.status, int(result.state)) == (Status.COMPLETED, 3)


def test_states_are_picked_by_a_number_or_by_several():
    stacked = (np.arange(6.0).reshape(3, 2),)
    np.testing.assert_array_equal(pick(stacked, 2)[0], [4, 5])
    np.testing.assert_array_equal(pick(stacked, np.array([2, 0]))[0], [[4, 5], [0, 1]])
