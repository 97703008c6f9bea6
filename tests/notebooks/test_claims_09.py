"""What notebook 09 says in numbers."""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lecture11.datasets import old_faithful
from lecture11.iteration import Run
from lecture11.latent import (
    GaussianMixture,
    GaussianMixtureParameters,
    decompose,
    fit_em,
    log_likelihood,
    m_step,
)
from tests.notebooks.claims import refuted

pytestmark = pytest.mark.usefixtures("float64")
BISHOPS = ((-1.5, 1.0), (1.5, -1.0))
MODEL = GaussianMixture()
CYCLES = (0, 1, 2, 3, 10, 20, 25, 60)


def eruptions() -> np.ndarray:
    geyser = old_faithful().observations
    return (geyser - geyser.mean(axis=0)) / geyser.std(axis=0)


def run_from(means: Sequence[Sequence[float]], *columns: int) -> Run:
    """EM on all columns of the data, or on some, with the start that the laboratory has."""
    which = columns or (0, 1)
    units = np.stack([np.eye(len(which))] * 2)
    at = np.array(means)[:, which]
    return fit_em(
        MODEL,
        GaussianMixtureParameters(np.full(2, 0.5), at, units),
        eruptions()[:, which],
        frames=CYCLES,
    )


def test_what_a_cell_shows():
    claims = {
        "falls from {} nats": "0 -1290.9 + {} =",
        "nats to {}. So why can": "20 -386.2 + {} =",
        "could be $272 \\log 2 = {}$": (272 * np.log(2),),
        "still rises, to −455 at {}.": "is highest at 1, the log-likelihood at {}",
        "a cycle leaves {} % of the error, once": "In the end a cycle leaves {} % of the error",
        "another {} nats, for ever": (np.log(100.0**2),),
        "of {} that it usually reaches": "of EM raise the log-likelihood from −1150 to {} nats",
        "has a component with {} % of the points that is {} wide": (
            "of the highest has {} % of the points and a standard deviation of {} across"
        ),
    }
    assert refuted("09", claims) == []


@pytest.mark.slow
def test_how_em_gets_stuck_and_free():
    stuck = run_from(((0, 0), (0, 0)))
    free = dict(zip(CYCLES, run_from(((0, 0), (0, 0.1))).infos.log_likelihood, strict=True))
    claims = {
        "for ever: {}, the log-likelihood of a single": (stuck.infos.log_likelihood[1],),
        "slowly at first: {} after 10 cycles, {} after 20, {} after 25": [
            free[cycles] for cycles in (10, 20, 25)
        ],
    }
    assert refuted("09", claims) == []
    np.testing.assert_allclose(stuck.infos.log_likelihood[1:], stuck.infos.log_likelihood[1])
    one = m_step(eruptions(), np.ones((272, 1)))
    assert float(log_likelihood(eruptions(), one)) == pytest.approx(stuck.info.log_likelihood)


def test_the_first_cycles():
    run, x = run_from(BISHOPS), eruptions()
    start, first, second, third = run.infos.log_likelihood[:4]
    beyond = jax.tree.map(lambda field: field[2] + 2.15 * (field[3] - field[2]), run.frames)
    shares = 100 * run.frames.weights[-1]
    claims = {
        "({} nats, after {} in the first)": (second - first, first - start),
        "still rises, to {} at 2.15": (log_likelihood(x, beyond),),
        '"{} and {} %, about as in the end"': shares,
        "About {} and {} %": 100 * run.frames.weights[1],
    }
    assert refuted("09", claims) == []
    assert third > second


def test_what_component_1_answers_for_at_first():
    x = eruptions()
    start = jax.tree.map(lambda field: jnp.asarray(field[0]), run_from(BISHOPS).frames)
    shares = np.asarray(MODEL.posterior(start, jnp.asarray(x)))[:, 0]
    short = x[:, 0] < -0.2
    low, high = (shares[each].sum() for each in (short, ~short))
    said = "about {} of the {} eruptions of the lower cluster, and for {} of the {} of the upper"
    assert refuted("09", {said: (low, short.sum(), high, (~short).sum())}) == []


def test_the_less_x_tells_the_blunter_the_posterior():
    entropies = []
    for columns in ((0, 1), (0,), (1,)):
        end, x = run_from(BISHOPS, *columns).state, jnp.asarray(eruptions()[:, columns])
        entropies.append(decompose(MODEL.log_joint(end, x), MODEL.posterior(end, x)).entropy)
    said = "entropy is {} nats with both columns, {} with lengths, {} with waits"
    assert refuted("09", {said: entropies}) == []


def test_swapped_starts_end_with_swapped_labels():
    one, other = (run_from(means).state.means for means in (BISHOPS, BISHOPS[::-1]))
    np.testing.assert_allclose(one, other[::-1], rtol=1e-9)


def test_what_bic_is_told_to_weigh():
    spread = old_faithful().observations.std(axis=0)
    assert round(float(spread[1] / spread[0])) == 12  # "twelve times"
    assert GaussianMixture().free_parameters(2, 2) == GaussianMixture("tied").free_parameters(3, 2)
    assert refuted("09", {"as many free parameters, {}.": (11,)}) == []
