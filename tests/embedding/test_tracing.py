"""What lies behind the checked doors is pure JAX: it can be traced, for jit and for the page."""

import jax
import jax.export
import jax.numpy as jnp
import numpy as np
import pytest

from lecture11 import embedding as em

X = np.random.default_rng(0).normal(size=(12, 3))
MAP = np.random.default_rng(1).normal(size=(12, 2))
D = np.linalg.norm(X[:, None] - X, axis=2)
P = np.where(np.eye(12) == 1, 0, 1 / 11)
LOG_P = np.where(np.eye(12) == 1, -np.inf, -np.log(11))
NUMBERS = np.roll(np.arange(12), 1)

TRACED = {
    "affinities_at": (em.affinities_at, D[0, 1:], 2.0),
    "align": (em.align, MAP, MAP[::-1]),
    "bisect_precision": (lambda d, t: em.bisect_precision(d, perplexity=t), D[0, 1:], 3.0),
    "calibrate_points": (lambda x, t: em.calibrate_points(x, perplexity=t), X, 3.0),
    "classical_scaling": (em.classical_scaling, D),
    "conditional_affinities": (
        lambda d, t: em.conditional_affinities(d, perplexity=t, precomputed=True),
        D,
        3.0,
    ),
    "continuity": (lambda d, y: em.continuity(d, y, neighbours=3), D, MAP),
    "fit_pca": (em.fit_pca, X),
    "forward_divergences": (em.forward_divergences, MAP, LOG_P),
    "guttman_transform": (em.guttman_transform, MAP, D),
    "info_nce_loss": (em.info_nce_loss, D, NUMBERS),
    "joint_affinities": (lambda x, t: em.joint_affinities(x, perplexity=t), X, 3.0),
    "mds_force": (em.mds_force, D[0], 2.0),
    "nearest_neighbour_error": (em.nearest_neighbour_error, MAP, NUMBERS // 6),
    "neighbour_probabilities": (em.neighbour_probabilities, MAP),
    "nerv_loss": (em.nerv_loss, MAP, LOG_P, 0.5),
    "others_than": (em.others_than, MAP, 0, 1),
    "pair_probabilities": (em.pair_probabilities, MAP),
    "pairwise_distances": (em.pairwise_distances, X),
    "perplexity_of": (em.perplexity_of, P),
    "random_map": (lambda key: em.random_map(12, key=key), jax.random.key(0)),
    "raw_stress": (em.raw_stress, MAP, D),
    "reverse_divergences": (em.reverse_divergences, MAP, LOG_P),
    "sammon_slide_stress": (em.sammon_slide_stress, MAP, D),
    "sammon_stress": (em.sammon_stress, MAP, D),
    "shepard_pairs": (em.shepard_pairs, D, MAP),
    "slide_stress": (em.slide_stress, MAP, D),
    "sne_cross_entropy": (em.sne_cross_entropy, MAP, P),
    "sne_force": (em.sne_force, D[0], (0.1, 0.2), (1.0, 2.0)),
    "sne_gradient": (em.sne_gradient, MAP, P),
    "sne_loss": (em.sne_loss, MAP, P),
    "trustworthiness": (lambda d, y: em.trustworthiness(d, y, neighbours=3), D, MAP),
    "tsne_force": (em.tsne_force, D[0], 0.1, 2.0),
    "tsne_gradient": (em.tsne_gradient, MAP, P),
    "tsne_loss": (em.tsne_loss, MAP, P),
}
KNOWN_SIZE = {"align", "classical_scaling", "continuity", "fit_pca", "nearest_neighbour_error",
    "shepard_pairs", "trustworthiness"}  # fmt: skip
"""By eigenvectors, or by so many neighbours as there are points for."""
ON_THE_HOST = {
    "apparent_dims", "clumps", "crossings", "fit_mds", "fit_nerv",
    "fit_nerv_many", "fit_sammon", "fit_sne", "fit_tsne", "fit_tsne_many", "geodesic_distances",
    "group_distances", "group_radii", "is_torn", "linking_number", "odd_ones", "pca_map",
    "place_in_map", "shell_shares", "straightness", "tearing", "threads",
}  # fmt: skip
"""Runs with frames, and graphs, curves and starts, by NumPy and SciPy."""


@pytest.mark.parametrize("name", TRACED)
def test_can_be_traced(name):
    function, *arguments = TRACED[name]
    assert jax.make_jaxpr(function)(*arguments).out_avals


@pytest.mark.parametrize("name", sorted(TRACED.keys() - KNOWN_SIZE))
def test_can_be_traced_for_any_number_of_points(name):
    (n,) = jax.export.symbolic_shape("n", constraints=["n >= 4"])
    sizes = {12: n, 11: n - 1}
    function, *arguments = TRACED[name]
    examples = jax.tree.map(
        lambda leaf: jax.ShapeDtypeStruct(
            [sizes.get(size, size) for size in np.shape(leaf)], jnp.result_type(leaf)
        ),
        arguments,
    )
    assert jax.make_jaxpr(function)(*examples).out_avals


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
def test_traced_they_say_the_same():
    arguments = {name: case[1:] for name, case in TRACED.items()}
    together = jax.jit(lambda given: {name: TRACED[name][0](*given[name]) for name in TRACED})
    for name, found in together(arguments).items():
        right = TRACED[name][0](*arguments[name])
        for one, other in zip(jax.tree.leaves(found), jax.tree.leaves(right), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12, err_msg=name)


def test_every_function_is_among_them():
    functions = {name for name in em.__all__ if name[0].islower()}
    assert functions - ON_THE_HOST == TRACED.keys()
