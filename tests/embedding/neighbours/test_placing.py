"""New points in a finished map."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.spatial.distance import cdist

from lecture11.embedding import affinities_at, place_in_map
from lecture11.embedding.neighbours.affinities import calibrate
from lecture11.embedding.neighbours.placing import placing_loss

RNG = np.random.default_rng(0)
CENTRES = 6 * RNG.normal(size=(4, 8))
GROUPS = RNG.integers(0, 4, 160)
X = (CENTRES[GROUPS] + RNG.normal(size=(160, 8))).astype(np.float32)
CORNERS = 10 * np.array([[0, 0], [3, 0], [0, 3], [3, 3]])
MAP = (CORNERS[GROUPS] + RNG.normal(size=(160, 2))).astype(np.float32)


@pytest.mark.slow
def test_one_by_one_is_all_at_once():
    new = X[:3] + 0.1
    together = np.asarray(place_in_map(new, X, MAP, perplexity=10.0))
    alone = np.concatenate([place_in_map(row[None], X, MAP, perplexity=10.0) for row in new])
    np.testing.assert_allclose(alone, together, atol=1e-5)


@pytest.mark.slow
def test_each_comes_to_its_group_and_to_the_bottom():
    new = (CENTRES + 0.2).astype(np.float32)
    placed = np.asarray(place_in_map(new, X, MAP, perplexity=10.0))
    assert (GROUPS[cdist(placed, MAP).argmin(axis=1)] == np.arange(4)).all()
    squares = cdist(new, X, "sqeuclidean").astype(np.float32)
    p = np.exp(np.asarray(calibrate(jnp.asarray(squares), jnp.float32(10.0)).log_affinities, float))
    for place, row in zip(placed, p, strict=True):

        def loss(y, row=row):
            squares = ((y - MAP) ** 2).sum(axis=1)
            return row @ np.log1p(squares) + np.log((1 / (1 + squares)).sum())

        found = minimize(loss, place, method="Nelder-Mead")
        assert loss(place) <= found.fun + 2e-3


@pytest.mark.slow
def test_the_loss_is_the_divergence_but_for_a_constant():
    p = np.asarray(affinities_at(((X[1:] - X[0]) ** 2).sum(axis=1), 0.1))
    weights = 1 / (1 + ((MAP[1:] - MAP[0]) ** 2).sum(axis=1))
    q = weights / weights.sum()
    place, others = jnp.asarray(MAP[0]), jnp.asarray(MAP[1:])
    np.testing.assert_allclose(
        placing_loss(place, jnp.asarray(p), others, others), -(p * np.log(q)).sum(), rtol=1e-4
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([[1.0]], X, MAP), "new: "),
        ((X[:1], X, MAP[:9]), "points: "),
        ((X[:1], X, "map"), "points: "),
        (([[1e25] + [0.0] * 7], X, MAP), "new: expected points about where x lies"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, message):
    with pytest.raises((TypeError, ValueError), match=message):
        place_in_map(*arguments)
