"""What notebook 02 says in numbers."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lecture11.datasets import linked_rings, unequal_distances, unequal_sizes
from lecture11.embedding import (
    MOMENTUM,
    REPRODUCIBLE,
    SNE,
    TSNE,
    conditional_affinities,
    joint_affinities,
    neighbour_probabilities,
    others_than,
    pca_map,
    random_map,
    tsne_force,
)
from lecture11.studies import neighbours
from tests.notebooks.claims import refuted

pytestmark = pytest.mark.usefixtures("float64")


@pytest.mark.slow
def test_which_pairs_sne_tears_and_which_it_lets_in():
    x, _ = neighbours.two_hundred()
    sne = neighbours.fitted(x, SNE, pca_map(x)[None], MOMENTUM).maps[0]
    p, q = (
        np.asarray(each)
        for each in (conditional_affinities(x, perplexity=30), neighbour_probabilities(sne))
    )
    claims = {
        "Torn, {} pairs have p > 5 q; false, {} have": neighbours.lies(p, q),
        "Where p or q exceeds 0.01 it is {} against {}": neighbours.lies(p, q, 0.01),
    }
    assert refuted("02", claims) == []


@pytest.mark.slow
def test_where_t_sne_lets_go():
    x, _ = neighbours.two_hundred()
    tsne = neighbours.fitted(x, TSNE, pca_map(x)[None], REPRODUCIBLE).maps[0]
    P = joint_affinities(x, perplexity=30)
    at = jnp.linspace(0, 60, 6001)

    def turns(i: int, j: int) -> tuple[float, float]:
        force = np.asarray(tsne_force(at, P[i, j], others_than(tsne, i, j).student))
        return float(at[np.flatnonzero(force < 0)[-1]]), float(at[force.argmax()])

    near, far = turns(7, 133), turns(7, 177)
    claims = {
        "for points 7 and 133 it starts at {} and is strongest at {},": near,
        "for 7 and 177 at {} and (beyond the plot) {}.": far,
    }
    assert refuted("02", claims) == []


@pytest.mark.slow
def test_a_lower_loss_promises_no_better_labels():
    """Over draws of 200 digits the losses of five maps and their 1-NN errors agree, or disagree."""
    starts = jnp.stack([random_map(200, key=jax.random.key(seed)) for seed in range(5)])
    signs = []
    for first in range(0, 1200, 200):
        x, labels = neighbours.two_hundred(first)
        found = neighbours.fitted(x, SNE, starts, MOMENTUM)
        errors = [neighbours.nearest_neighbour_error(each, labels) for each in found.maps]
        signs.append(np.corrcoef(found.losses, errors)[0, 1])
    assert min(signs) < -0.5
    assert max(signs) > 0.5


@pytest.mark.parametrize(
    ("claim", "perplexity"),
    [
        ("On average only {} % of a point's $p$ goes to the other ring", 30),
        ("At 50 ({} %) and", 50),
        ("and 100 ({} %) the linked rings", 100),
    ],
)
def test_how_much_of_p_goes_to_the_other_ring(claim, perplexity):
    rings = linked_rings()
    share = neighbours.to_others(rings.points, rings.groups, perplexity)
    assert refuted("02", {claim: [100 * share]}) == []


def test_how_much_of_p_goes_to_other_clusters():
    three = unequal_distances()
    share = neighbours.to_others(three.points, three.groups, 50)
    assert refuted("02", {"(at perplexity 50 on average {} %": [100 * share]}) == []


def test_a_cluster_of_a_hundred_at_perplexity_100_has_a_level_p():
    two = unequal_sizes()
    narrow = two.groups == 0
    p = np.asarray(conditional_affinities(two.points, perplexity=100))[narrow][:, narrow]
    off = 99 * p[~np.eye(len(p), dtype=bool)] - 1
    claim = "$p$ is the same for all 99 others within {} %"
    assert refuted("02", {claim: [100 * np.abs(off).max() + 0.5]}) == []


def test_what_its_outputs_show():
    claims = {
        "the 1-NN error falls from between {} and {} % to": "1-NN error, % {} to {}, order",
        "10.5 % to {} or": "0.98, 1-NN error, % {} to 2.5",
        "trustworthiness rises from at most {} to": "SNE: trustworthiness 0.959 to {},",
        "to {} or more. It pays": "Student tail: trustworthiness {} to",
        "gives 1-NN errors between {} and {} %": "0.984, 1-NN error, % {} to {}, order",
        "the order of distances ({}) nearly": "1-NN error, % 2.5, order of distances {}.",
        "as by SNE's best ({}).": "order of distances 0.535 to {};",
        "neighbours than MDS, {} % against": "Sammon 0.88 0.95 {} %",
        "% against {} %; notebook 01": "MDS 0.92 0.94 {} %",
        "trustworthiness rises from {} to": "1.0 130 150 {} ",
        "trustworthiness rises from 0.976 to {},": "0.0 1,200 65 {} ",
        "continuity falls from {} to": "1.0 130 150 0.976 {} ",
        "continuity falls from 0.985 to {}.": "0.0 1,200 65 0.991 {} ",
        "the trustworthiness is there ({}) and": "0.2 200 82 {} ",
        "no continuity is lost ({}):": "0.2 200 82 0.990 {} ",
        "a term of {} nats": [0.3 * np.log(0.3 / 0.001)],
        "(the two exchanged: {};": [0.001 * np.log(0.001 / 0.3)],
        "trustworthiness {}. t-SNE tears": "rolled band SNE {} rolled",
        "t-SNE tears {} % of the links and falls": "rolled band t-SNE 7 % in 5 {} %",
        "mostly belongs together: {}.": "SNE 0.86 rolled band t-SNE {} ",
        "2^{5.3} - 1 \\approx {}$ times": [2**5.3 - 1],
        "is {} times the smallest": [1.03 / 0.60],
        "it is {} of the way along it": "30 {} 0 0 % in 2",
    }
    assert refuted("02", claims) == []
