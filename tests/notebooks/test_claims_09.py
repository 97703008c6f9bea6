"""What notebook 09 says in numbers."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lecture11.iteration import pick
from tests.notebooks.claims import defined_by, refuted

pytestmark = pytest.mark.usefixtures("float64")


def test_what_a_cell_shows():
    claims = {
        "The entropy falls from {} nats": "0 -1290.87 + {} =",
        "nats to {}: at the start": "20 -386.16 + {} =",
        "it could be $272 \\log 2 = {}$": (272 * np.log(2),),
        "{} points with a smallest standard deviation of {}": "of the best: {} points, sd {}",
        "$L$ is still rising, to −455 at {}.": "is highest at 1, the log-likelihood at {}",
        "another {} nats, for ever": (np.log(100.0**2),),
    }
    assert refuted("09", claims) == []


@pytest.mark.slow
def test_who_answers_for_whom_in_the_first_cycles():
    cell = defined_by("09", "imports", "data", "fit")
    x = jnp.asarray(cell["x"])
    shares = [cell["model"].posterior(pick(cell["fit"].frames, k), x) for k in (1, 2, 4)]
    upper = np.asarray(shares[2][:, 1] > 0.5)
    claim = (
        "component 1 answers for {}, then {} % of the upper cluster, component 2 for {}, then {} % "
        "of the lower"
    )
    first, second = (
        [100 * float(share[of, k].mean()) for share in shares[:2]]
        for k, of in ((0, upper), (1, ~upper))
    )
    assert refuted("09", {claim: [*first, *second]}) == []


@pytest.mark.slow
def test_how_far_the_log_likelihood_rises_beyond_the_bound():
    cell = defined_by("09", "imports", "data", "fit")
    model, x = cell["model"], jnp.asarray(cell["x"])
    ends = cell["fit_em"](model, cell["start"], x, frames=(2, 3)).frames
    there = jax.tree.map(lambda both: jnp.asarray(both[0] + 2.15 * (both[1] - both[0])), ends)
    level = float(model.e_step(there, x)[1])
    assert refuted("09", {"$L$ is still rising, to {} at 2.15": (level,)}) == []
    assert round(float(np.divide(*cell["geyser"].std(axis=0)[::-1]))) == 12  # "twelve times"
