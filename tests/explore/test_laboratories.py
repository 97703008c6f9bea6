"""The laboratories: what their notebooks say of them."""

from typing import Any

import numpy as np
import pytest

from lecture11.explore.lab import Lab
from lecture11.explore.laboratories import DECLARED


@pytest.fixture(scope="module")
def em() -> Lab:
    return DECLARED["em"]()


def after(lab: Lab, state: Any, name: str, times: int) -> Any:
    for _ in range(times):
        state = lab.moved(name, state)
    return state


@pytest.mark.slow
def test_em_meets_the_reference_values(em: Lab):
    state, levels = em.state, []
    for cycles in (0, 1, 1, 3, 5, 10):
        state = after(em, state, "Whole cycle", cycles)
        levels.append(em.values(state)["level"])
    expected = [-1150.202, -536.888, -527.872, -448.457, -395.574, -385.461]
    np.testing.assert_allclose(levels, expected, atol=1e-3)


def test_em_is_stuck_where_the_means_are_equal_and_freed_by_a_nudge(em: Lab):
    stuck = em.moved("then means", em.state._replace(means=np.zeros((2, 2))))
    stuck = after(em, stuck, "Whole cycle", 30)
    assert em.values(stuck)["level"] == pytest.approx(-545.0, abs=0.05)
    nudged = em.state._replace(means=np.array([[0.0, 0.0], [0.0, 0.1]]))
    freed = after(em, em.moved("then means", nudged), "Whole cycle", 25)
    assert em.values(freed)["level"] == pytest.approx(-385.5, abs=0.05)


@pytest.mark.slow
def test_a_half_step_leaves_a_gap_and_the_other_closes_it(em: Lab):
    half = em.moved("M-step", em.state)
    assert em.values(half)["gap"] > 1
    assert em.moved("M-step", half).step == half.step  # nothing to do before an E-step
    whole = em.values(em.moved("E-step", half))
    assert whole["gap"] == pytest.approx(0, abs=1e-9)
    assert whole["level"] == pytest.approx(em.values(half)["level"])


@pytest.mark.slow
def test_what_is_slow_to_prepare_comes_with_the_start():
    lab = DECLARED["fit"]()
    places = lab.known["stationary.places"]
    np.testing.assert_array_equal(places, lab.values(lab.state)["stationary.places"])
    assert {"weights", "means", "sds"} < lab.known.keys()
    assert "landscape.divergence" not in lab.known


@pytest.mark.slow
def test_the_broad_minimum_goes_when_the_modes_are_unbalanced():
    lab = DECLARED["fit"]()
    assert lab.values(lab.state)["minima"] == 3
    unbalanced = lab.state._replace(weights=np.array([0.37, 0.63, 0.0]))
    assert lab.values(unbalanced)["minima"] == 2
    wider = lab.state._replace(sds=np.array([0.5, 0.7, 0.5]))
    assert lab.values(wider)["minima"] == 2


@pytest.mark.slow
@pytest.mark.parametrize(("perplexity", "is_ring"), [(66, False), (100, True)])
def test_a_cluster_whose_neighbours_run_out_becomes_a_ring(perplexity: int, is_ring: bool):
    lab = DECLARED["tsne"]()
    state = lab.state._replace(shape=1, perplexity=float(perplexity))
    state = after(lab, lab.moved("then shape", state), "Two iterations", 500)
    assert lab.values(state)["is_ring"] == is_ring
