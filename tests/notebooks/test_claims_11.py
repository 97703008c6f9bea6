"""What notebook 11 says in numbers."""

from functools import partial

import jax
import numpy as np
import pytest

from lecture11.variational import Coins, log_odds, variational_em
from tests.notebooks.claims import defined_by, refuted

pytestmark = pytest.mark.usefixtures("float64")

inexactly = partial(variational_em, e="searched", m="searched", gradient_steps=2)


def test_what_a_cell_shows():
    claims = {
        "So {} is the limit for": "bound falls above η = {}",
        "mean-field is less wrong: {} instead": "the best factorised bound at θ = {}, 25 %",
        "instead of {}. More data": "Noise 0.7: the evidence is highest at θ = {}",
        "$1 - 2.73 / {}$": "curvature {}:",
    }
    assert refuted("11", claims) == []


@pytest.mark.slow
def test_inexact_steps_with_one_number_for_q_and_with_a_table():
    cell = defined_by("11", "imports", "objective")
    one_number, heads = cell["model"], cell["heads"]
    table = Coins(tosses=10, fair=1)

    def climb(start, model=one_number):
        theta, phi = (log_odds([each]) for each in start)
        free = one_number.logits(phi, heads) if model is table else phi
        return inexactly(model, theta, free, heads, frames=range(601))

    def evidence(*given):
        return np.asarray(climb(*given).infos.log_likelihood)

    shown = climb((0.8, 0.05))
    bound, level = map(np.asarray, shown.infos)
    thetas = np.asarray(jax.nn.sigmoid(shown.frames.theta[:, 0]))
    stuck = ((0.2, 0.65), (0.3, 0.8), (0.15, 0.75))
    plateau = evidence((0.05, 0.65))
    worse = evidence((0.8, 0.05), table)[:31]
    claims = {
        "By the gap, {} nats, the evidence may fall; it falls by {}.": (
            level[0] - bound[0],
            level[0] - level.min(),
        ),
        "from {} to {} and then to {}": thetas[[0, 2, 4]],
        "with the one number they are at ${}$, ${}$ and ${}$ then": [
            evidence(start)[30] for start in stuck
        ],
        "after 30 half-steps it is on a plateau at ${}$": (plateau[30],),
        "the evidence falls by {} nats, and is at ${}$ after 30 half-steps": (
            worse[0] - worse.min(),
            worse[-1],
        ),
    }
    assert refuted("11", claims) == []
    assert level.max() - level[0] < 0.001
    np.testing.assert_allclose(plateau[600], plateau[30], atol=0.05)
    freed = [evidence(start, table)[30] for start in stuck]
    np.testing.assert_allclose(freed, -9.81, atol=0.005)


@pytest.mark.slow
def test_how_long_a_fixed_step_may_be():
    """With exact E-steps an M-step is a gradient step on the evidence (tests/variational)."""
    cell = defined_by("11", "imports", "objective")
    model, heads = cell["model"], cell["heads"]
    slope = jax.grad(lambda theta: model.log_likelihood(theta, heads))

    @jax.jit
    def ends(length):
        def climb(_, theta):
            return theta + length * slope(theta)

        late = jax.lax.fori_loop(0, 400, climb, log_odds([0.6]))
        return jax.numpy.concatenate([late, climb(0, late)])

    best = ends(0.3)[:1]
    of_evidence = -jax.hessian(lambda theta: model.log_likelihood(theta, heads))(best)[0, 0]
    of_bound = -jax.hessian(lambda theta: model.bound(theta, best, heads))(best)[0, 0]
    claims = {
        "Its limit is $2 / {} = {}$": (of_evidence, 2 / of_evidence),
        "with $\\eta = 0.75$, $\\theta$ ends in a cycle of two values, {} and {}": np.sort(
            jax.nn.sigmoid(ends(0.75))
        ),
        "each cycle's step is {} times": (1 - of_evidence / of_bound,),
    }
    assert refuted("11", claims) == []
    for length in (0.5, 0.6, 0.7):
        np.testing.assert_allclose(ends(length), best[0], atol=1e-6)
