from itertools import product

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lecture11.datasets import area_averaged, digits, mnist_small
from lecture11.networks import init_mlp
from lecture11.supervised import (
    MININGS,
    ForTriplets,
    TripletCounts,
    TripletLoss,
    count_triplets,
    embed,
    penultimate,
    scaled_to_unit_length,
    triplet_gaps,
    triplet_loss,
)
from lecture11.supervised.triplets import mined_loss
from lecture11.training import TrainingStep, train

MARGIN = 0.4
mined = jax.jit(mined_loss, static_argnums=3)
value_and_slope = jax.jit(jax.value_and_grad(mined_loss), static_argnums=3)


def cloud(seed: int, points: int = 14, dims: int = 3, classes: int = 4) -> tuple:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(points, dims)) * 0.5, rng.integers(classes, size=points)


def squares_of(features: np.ndarray) -> np.ndarray:
    return np.array([[((a - b) ** 2).sum() for b in features] for a in features])


def every_triplet(classes: np.ndarray) -> list[tuple[int, int, int]]:
    everyone = range(len(classes))
    return [
        (a, p, n)
        for a, p, n in product(everyone, everyone, everyone)
        if a != p and classes[a] == classes[p] and classes[a] != classes[n]
    ]


def by_enumeration(features: np.ndarray, classes: np.ndarray, margin: float, mining: str) -> float:
    """The mined loss from a list of all triplets, one after the other."""
    d = squares_of(features)
    triplets = every_triplet(classes)

    def loss(a: int, p: int, n: int) -> float:
        return max(0.0, d[a, p] - d[a, n] + margin)

    if mining == "all":
        kept = [value for value in (loss(*t) for t in triplets) if value > 0]
    elif mining == "hard":
        kept = []
        for anchor in {a for a, _, _ in triplets}:
            mine = [(p, n) for a, p, n in triplets if a == anchor]
            p = max((p for p, _ in mine), key=lambda p: d[anchor, p])
            n = min((n for _, n in mine), key=lambda n: d[anchor, n])
            kept.append(loss(anchor, p, n))
    else:
        kept = []
        for a, p in {(a, p) for a, p, _ in triplets}:
            negatives = [n for b, q, n in triplets if (b, q) == (a, p)]
            farther = [n for n in negatives if d[a, n] > d[a, p]]
            n = (
                min(farther, key=lambda n: d[a, n])
                if farther
                else max(negatives, key=lambda n: d[a, n])
            )
            kept.append(loss(a, p, n))
    return float(np.mean(kept)) if kept else 0.0


# The loss of a triplet


def test_by_hand():
    a, p = np.array([[0.0, 0.0]] * 3), np.array([[1.0, 0.0]] * 3)
    n = np.array([[0.0, 0.5], [0.0, 1.1], [3.0, 0.0]])
    np.testing.assert_allclose(triplet_loss(a, p, n, margin=0.5), [1.25, 0.29, 0], rtol=1e-6)


@pytest.mark.parametrize("margin", [0, -1, np.nan, np.inf])
def test_a_margin_that_is_none_is_refused(margin):
    with pytest.raises(ValueError, match=r"^margin: expected a number above 0"):
        triplet_loss([[0.0]], [[0.0]], [[0.0]], margin=margin)
    with pytest.raises(ValueError, match=r"^margin: expected a number above 0"):
        count_triplets([0.0], margin=margin)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (([[0.0]], [[0.0, 1.0]], [[0.0]]), r"positive: expected shape \(1, 1\)"),
        (([[0.0]], [[0.0]], [[0.0], [1.0]]), r"negative: expected shape \(1, 1\)"),
        (([0.0], [[0.0]], [[0.0]]), "anchor: expected 2 dimensions"),
        (([[np.nan]], [[0.0]], [[0.0]]), "anchor: 1 of 1 values are NaN"),
    ],
)
def test_features_that_are_none_are_refused(given, said):
    with pytest.raises(ValueError, match=said):
        triplet_loss(*given, margin=0.1)


# Counting


@pytest.mark.slow
@settings(max_examples=25)
@given(st.integers(0, 2**31), st.floats(0.01, 3))
def test_the_counts_are_those_of_an_enumeration(seed, margin):
    features, classes = cloud(seed)
    d = squares_of(np.asarray(jnp.asarray(features), float))
    gaps = [d[a, n] - d[a, p] for a, p, n in every_triplet(classes)]
    counts = count_triplets(triplet_gaps(features, classes), margin=margin)
    assert counts == TripletCounts(
        sum(gap >= margin for gap in gaps),
        sum(0 < gap < margin for gap in gaps),
        sum(gap <= 0 for gap in gaps),
    )
    np.testing.assert_allclose(triplet_gaps(features, classes), np.sort(gaps), atol=1e-12)


def test_the_borders():
    """Equal distances are hard; a gap of exactly the margin is easy."""
    assert count_triplets([0.0, 0.5, 1.0], margin=0.5) == TripletCounts(2, 0, 1)


def test_all_in_one_point_is_hard_only():
    counts = count_triplets(triplet_gaps(np.ones((6, 2)), [0, 0, 1, 1, 2, 2]), margin=0.2)
    assert counts == TripletCounts(0, 0, 6 * 4)


def test_more_triplets_than_the_memory_should_hold_are_refused_before_any_is_made():
    classes = np.repeat(np.arange(10), 180)
    with pytest.raises(ValueError, match=r"^features: 1800 points have 522 million triplets"):
        triplet_gaps(np.zeros((1800, 64)), classes)


@pytest.mark.slow
@pytest.mark.parametrize("mining", ["all", "semi-hard"])
def test_a_minibatch_with_more_triplets_than_that_is_refused_too(mining):
    classes = np.repeat(np.arange(10), 40)
    with pytest.raises(ValueError, match=r"^features: expected a minibatch of at most 368 .* 400;"):
        mined_loss(np.zeros((400, 2)), classes, 0.1, mining)
    assert np.isfinite(mined_loss(np.zeros((400, 2)), classes, 0.1, "hard"))
    with pytest.raises(ValueError, match=r"at most 7071 for hard .* fewer at a time\.$"):
        mined_loss(np.zeros((7200, 2)), np.zeros(7200, int), 0.1, "hard")


@pytest.mark.parametrize("classes", [[0, 0, 0], [0, 1, 2]])
def test_without_a_triplet_it_is_said(classes):
    with pytest.raises(ValueError, match="classes: no triplet"):
        triplet_gaps(np.eye(3), classes)


def test_gaps_in_disorder_and_classes_of_another_length_are_refused():
    with pytest.raises(ValueError, match="gaps: expected one increasing row"):
        count_triplets([1.0, 0.0], margin=0.1)
    with pytest.raises(ValueError, match=r"^classes: expected shape \(3,\)"):
        triplet_gaps(np.eye(3), [0, 1])


# Mining


@pytest.mark.parametrize("mining", MININGS)
@pytest.mark.parametrize("margin", [0.05, MARGIN, 5.0])
def test_mining_is_that_of_an_enumeration(float64, mining, margin):
    for seed in range(8):
        features, classes = cloud(seed)
        found = mined(features, classes, margin, mining)
        expected = by_enumeration(features, classes, margin, mining)
        assert float(found) == pytest.approx(expected, rel=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("mining", MININGS)
def test_gradients_are_finite_differences(float64, mining):
    features, classes = cloud(3)

    def loss(features):
        return mined(features, classes, MARGIN, mining)

    _, slope = value_and_slope(features, classes, MARGIN, mining)
    direction = np.random.default_rng(1).normal(size=features.shape)
    step = 1e-6
    there, back = (loss(features + s * direction) for s in (step, -step))
    assert float((slope * direction).sum()) == pytest.approx(
        float((there - back) / 2 / step), rel=1e-6
    )


@pytest.mark.parametrize("mining", MININGS)
@pytest.mark.parametrize("classes", [[0, 0, 0, 0], [0, 1, 2, 3], [0, 0, 1, 2]])
def test_few_triplets_or_none_spoil_no_gradient(mining, classes):
    """Also where several points coincide."""
    features = np.repeat([0.0, 1.0], [3, 1])[:, None] * np.ones(2)
    value, slope = value_and_slope(features, np.array(classes), 0.5, mining)
    assert np.isfinite(value)
    assert np.isfinite(slope).all()


@pytest.mark.parametrize("mining", MININGS)
def test_all_in_one_point_costs_the_margin_and_has_no_gradient(mining):
    """So it is where hard mining ends: a place that no gradient leads away from."""
    value, slope = value_and_slope(np.ones((4, 2)), np.array([0, 0, 1, 1]), 0.2, mining)
    assert float(value) == pytest.approx(0.2)
    assert not np.asarray(slope).any()


def test_another_mining_is_refused():
    with pytest.raises(ValueError, match=r"mining: expected one of .*; got 'easy'"):
        TripletLoss("easy")


# Features


@pytest.mark.slow
def test_unit_length_and_a_row_of_zeros():
    rows = jnp.asarray([[3.0, 4.0], [0.0, 0.0]])
    np.testing.assert_allclose(scaled_to_unit_length(rows), [[0.6, 0.8], [0, 0]], rtol=1e-6)
    slope = jax.grad(lambda rows: scaled_to_unit_length(rows).sum())(rows)
    assert jnp.isfinite(slope).all()


@pytest.mark.slow
@pytest.mark.parametrize("length", [1e-30, 1e-20, 1e30])
def test_unit_length_of_the_tiny_and_the_huge(length):
    rows = np.array([[3, 4]], np.float32) * np.float32(length)
    np.testing.assert_allclose(scaled_to_unit_length(rows), [[0.6, 0.8]], rtol=1e-6)
    slope = jax.grad(lambda rows: scaled_to_unit_length(rows)[0, 0])(jnp.asarray(rows))
    np.testing.assert_allclose(slope * length, [[0.128, -0.096]], rtol=1e-5)  # (1 − u uᵀ) / length


@pytest.mark.slow
def test_the_penultimate_layer_is_what_the_last_one_sees():
    layers = init_mlp((5, 4, 3), key=jax.random.key(0))
    x = jax.random.normal(jax.random.key(1), (6, 5))
    last = penultimate(layers, x) @ layers[-1].weights + layers[-1].biases
    np.testing.assert_allclose(embed(layers, x, unit_length=False), last, rtol=1e-6)
    assert (penultimate(layers, x) >= 0).all()


# Training


def trained(loss: TripletLoss, rate: float, steps: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Features of 300 digits, their classes, and the last loss."""
    data = digits()
    x, classes = data.images[:300].astype(np.float32), data.labels[:300]
    run = train(
        TrainingStep(loss, batch_size=50),
        init_mlp((64, 32, 8), key=jax.random.key(0)),
        ForTriplets(x, classes, np.full(300, 0.2, np.float32)),
        learning_rate=rate,
        frames=(steps,),
        key=jax.random.key(1),
    )
    features = embed(run.state.params, jnp.asarray(x), unit_length=loss.unit_length)
    return np.asarray(features), classes, float(run.info.loss)


@pytest.mark.slow
@pytest.mark.parametrize("mining", ["all", "semi-hard"])
def test_training_turns_triplets_easy(mining):
    before, classes, _ = trained(TripletLoss(mining), 1e-3, 0)
    after, _, _ = trained(TripletLoss(mining), 1e-3, 200)
    shares = []
    for features in (before, after):
        counts = count_triplets(triplet_gaps(features[:100], classes[:100]), margin=0.2)
        shares.append(counts.easy / sum(counts))
    assert shares[1] > shares[0] + 0.2


@pytest.mark.slow
def test_hard_mining_without_unit_length_collapses_and_with_semi_hard_negatives_it_does_not():
    """MNIST's digits 0 to 6, as in notebook 04."""
    data = mnist_small("train")
    some = data.labels < 7
    x = area_averaged(data.images[some], 16).reshape(-1, 256).astype(np.float32) / 255
    examples = ForTriplets(x, data.labels[some], np.full(len(x), 0.2, np.float32))
    spreads = []
    for loss in (TripletLoss("hard", unit_length=False), TripletLoss("semi-hard", False)):
        params = init_mlp((256, 128, 32), key=jax.random.key(0))
        run = train(
            TrainingStep(loss, batch_size=64),
            params,
            examples,
            learning_rate=1e-2,
            frames=(400,),
            key=jax.random.key(1),
        )
        features = embed(run.state.params, jnp.asarray(x[:200]), unit_length=False)
        spreads.append(float(jnp.sqrt(features.var(axis=0).sum())))
        if loss.mining == "hard":
            assert float(run.info.loss) == pytest.approx(0.2, abs=0.01)
    assert spreads[0] < 0.05
    assert spreads[1] > 1
