"""Variational EM: the bound never falls, the evidence may, and a step too long breaks the rule."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lecture11.iteration import Status, advance
from lecture11.variational import (
    Causes,
    Coins,
    Effects,
    EStep,
    MStep,
    PairNormals,
    begin,
    log_odds,
    variational_em,
)
from tests.variational.test_coins import HEADS

FREE, SHARED = Coins(10, fair=1), Coins(10, fair=1, family="shared")
CASES = [(FREE, "exact", "exact"), (FREE, "searched", "exact"), (SHARED, "searched", "searched")]
"""A model, and how E-steps and M-steps go."""

FRAMES = range(31)
"""The same everywhere, as are shapes: one compilation for each kind of run."""

rounds = st.lists(st.integers(0, 10), min_size=5, max_size=5)
odds = st.floats(-6, 6)


def start_q(model: Coins, odds: float, heads: np.ndarray) -> jax.Array:
    return model.e_step(jnp.array([float(odds)]), jnp.asarray(heads, float))


@pytest.mark.usefixtures("float64")
class TestNeverFalls:
    @pytest.mark.slow
    @settings(max_examples=30)
    @given(rounds, odds, odds, st.sampled_from(CASES))
    def test_the_bound_rises_and_the_evidence_stays_above_it(self, heads, theta, phi, case):
        (model, e, m), heads = case, np.array(heads, float)
        run = variational_em(
            model, [theta], start_q(model, phi, heads), heads, frames=FRAMES, e=e, m=m,
            gradient_steps=2,
        )  # fmt: skip
        bound, evidence = (np.asarray(curve) for curve in run.infos)
        rounding = 1e-10 * np.abs(bound).max()
        assert np.isfinite(bound).all()
        assert (np.diff(bound) >= -rounding).all()
        assert (evidence >= bound - rounding).all()
        gap = evidence - bound
        assert (np.diff(evidence) >= -gap[:-1] - rounding).all()
        if (e, m) == ("exact", "exact"):
            assert (np.diff(evidence[1:]) >= -rounding).all()

    @pytest.mark.slow
    @settings(max_examples=15)
    @given(st.integers(0, 2**32 - 1), st.sampled_from([(True, "exact"), (False, "searched")]))
    def test_of_continuous_causes_too(self, seed, case):
        factorised, kind = case
        rng = np.random.default_rng(seed)
        data = Effects(rng.normal(size=8) * rng.uniform(0.2, 3), np.array(0.7))
        phi = PairNormals(rng.normal(size=(8, 2)), rng.normal(size=2), rng.normal())
        run = variational_em(
            Causes(factorised), rng.normal(), phi, data, frames=range(13),
            e=kind, m=kind, gradient_steps=2,
        )  # fmt: skip
        bound, evidence = (np.asarray(curve) for curve in run.infos)
        rounding = 1e-10 * np.abs(bound).max()
        assert (np.diff(bound) >= -rounding).all()
        assert (evidence >= bound - rounding).all()


@pytest.mark.usefixtures("float64")
class TestInexact:
    def falling(self):
        return variational_em(
            SHARED, log_odds([0.8]), log_odds([0.05]), HEADS, frames=FRAMES,
            e="searched", m="searched", gradient_steps=2,
        )  # fmt: skip

    def test_the_evidence_falls_by_no_more_than_the_gap_while_the_bound_rises(self):
        bound, evidence = (np.asarray(curve) for curve in self.falling().infos)
        lowest = evidence.argmin()
        assert evidence[0] - evidence[lowest] > 2
        assert (np.diff(bound) >= -1e-12).all()
        assert evidence[0] - evidence[lowest] <= evidence[0] - bound[0]

    def test_it_ends_where_exact_steps_end(self):
        phi = start_q(FREE, 0.0, HEADS)
        exact = variational_em(FREE, log_odds([0.8]), phi, HEADS, frames=FRAMES)
        inexact = self.falling()
        np.testing.assert_allclose(inexact.state.theta, exact.state.theta, atol=1e-3)
        np.testing.assert_allclose(inexact.info.bound, exact.info.log_likelihood, atol=1e-6)

    @pytest.mark.slow
    def test_a_fixed_step_is_safe_when_short_and_breaks_the_bound_when_long(self):
        def bounds(length):
            run = variational_em(
                SHARED, log_odds([0.6]), log_odds([0.6]), HEADS, frames=FRAMES,
                e="exact", m="fixed", length=length,
            )  # fmt: skip
            return np.asarray(run.infos.bound)

        assert (np.diff(bounds(0.2)) >= -1e-12).all()
        assert np.diff(bounds(1.0)).min() < -5

    @pytest.mark.slow
    def test_a_fixed_step_converges_up_to_the_limit_of_the_evidence_not_of_the_bound(self):
        """With exact E-steps, up to 2 / the evidence's curvature (notebook 11)."""
        summit = variational_em(SHARED, log_odds([0.6]), log_odds([0.6]), HEADS, frames=[200])
        best, heads = summit.state.theta, jnp.asarray(HEADS)
        of_evidence = -jax.hessian(lambda theta: SHARED.log_likelihood(theta, heads))(best)[0, 0]
        of_bound = -jax.hessian(lambda theta: SHARED.bound(theta, best, heads))(best)[0, 0]
        np.testing.assert_allclose((2 / of_bound, 2 / of_evidence), (0.473, 0.733), atol=5e-4)

        def last_two(length):
            run = variational_em(
                SHARED, log_odds([0.6]), log_odds([0.6]), HEADS, frames=(398, 400),
                e="exact", m="fixed", length=length,
            )  # fmt: skip
            return np.sort(jax.nn.sigmoid(run.frames.theta[:, 0]))

        np.testing.assert_allclose(last_two(0.7), jax.nn.sigmoid(best[0]), atol=1e-3)
        np.testing.assert_allclose(last_two(0.75), (0.753, 0.841), atol=5e-4)

    @pytest.mark.slow
    def test_near_the_summit_a_cycle_leaves_the_fraction_of_missing_information(self):
        """1 − curvature of the evidence / curvature of the bound = 0.355 (notebook 11)."""
        run = variational_em(SHARED, log_odds([0.3]), log_odds([0.9]), HEADS, frames=FRAMES)
        steps = np.abs(np.diff(run.frames.theta[::2, 0]))
        np.testing.assert_allclose(steps[10:14] / steps[9:13], 1 - 2.7277 / 4.2277, atol=1e-3)

    def test_a_fixed_step_is_the_gradient_times_its_length(self):
        heads, theta = jnp.asarray(HEADS), log_odds([0.3])
        run = variational_em(
            SHARED, theta, log_odds([0.6]), HEADS, frames=FRAMES, e="exact", m="fixed", length=0.1
        )

        def bound(by):
            return SHARED.bound(theta + by, theta, heads)

        finite = (bound(1e-6) - bound(-1e-6)) / 2e-6
        np.testing.assert_allclose(run.frames.theta[2], theta + 0.1 * finite, atol=1e-8)


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
def test_halves_alternate_and_single_steps_are_the_same():
    phi = start_q(FREE, 2.0, HEADS)
    run = variational_em(FREE, [0.5], phi, HEADS, frames=FRAMES)
    frames = run.frames
    np.testing.assert_array_equal(frames.halves, FRAMES)
    np.testing.assert_array_equal(frames.theta[0], frames.theta[1])
    np.testing.assert_array_equal(frames.phi[1], frames.phi[2])
    state, data = begin(FREE, [0.5], phi, HEADS)
    for step, half in ((EStep(FREE), 1), (MStep(FREE), 2)):
        state = advance(step, state, data, [1])[0]
        np.testing.assert_allclose(state.theta, frames.theta[half], rtol=1e-12)
        np.testing.assert_allclose(state.phi, frames.phi[half], rtol=1e-12)


@pytest.mark.slow
def test_steps_that_run_away_say_so_and_keep_what_was_good():
    """The bound is a parabola in θ, and each step overshoots by more than the one before."""
    data = Effects(np.array([0.4, -1.3, 2.2]), np.array(0.7))
    phi = PairNormals(np.ones((3, 2)), np.zeros(2), 0.0)
    run = variational_em(
        Causes(), 1.0, phi, data, frames=range(200), e="fixed", m="fixed", length=10.0
    )
    assert run.status is Status.DIVERGED
    assert np.isfinite(run.state.theta)
    assert np.isfinite(run.frames.theta).all()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"e": "guessed"}, "e: expected one of 'exact', 'searched', 'fixed'; got 'guessed'"),
        ({"gradient_steps": 0}, "gradient_steps: expected a whole number from 1 on, got 0"),
        ({"length": -1.0}, "length: expected a number above 0, got -1"),
        ({"frames": [2, 1]}, "frames: expected increasing"),
    ],
)
def test_what_makes_no_sense_is_refused(change, says):
    with pytest.raises(ValueError, match=says):
        variational_em(SHARED, [0.1], [0.2], HEADS, **{"frames": [1], **change})
