"""Calibration against a definition written out by loops, and against scikit-learn's curve."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import accuracy_score

from lecture11.supervised import (
    accuracy,
    expected_calibration_error,
    mean_and_error,
    reliability,
    score,
)


def some(seed: int, examples: int = 500, classes: int = 4) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    predicted = rng.dirichlet(np.full(classes, 0.4), size=examples)
    return rng.integers(0, classes, size=examples), predicted


def by_loops(labels: np.ndarray, predicted: np.ndarray, bins: int) -> float:
    """Guo et al., eq. 3, in their words: bin m holds confidences in ((m − 1)/M, m/M]."""
    total = 0.0
    for m in range(1, bins + 1):
        inside = [
            (max(p), int(np.argmax(p)) == y)
            for p, y in zip(predicted, labels, strict=True)
            if (m - 1) / bins < max(p) <= m / bins
        ]
        if inside:
            confidence = sum(c for c, _ in inside) / len(inside)
            right = sum(r for _, r in inside) / len(inside)
            total += len(inside) / len(labels) * abs(right - confidence)
    return total


@pytest.mark.slow
@settings(max_examples=30)
@given(st.integers(0, 10_000), st.sampled_from([1, 15, 20]), st.sampled_from([1, 40]))
def test_the_error_is_that_of_its_definition(seed: int, bins: int, examples: int):
    labels, predicted = some(seed, examples)
    ours = expected_calibration_error(labels, predicted, bins=bins)
    np.testing.assert_allclose(ours, by_loops(labels, predicted, bins), atol=2e-6)


@pytest.mark.slow
def test_with_two_classes_the_curve_is_scikit_learns(float64: None):
    labels, predicted = some(3, classes=2)
    sure, right = predicted.max(axis=1), predicted.argmax(axis=1) == labels
    theirs, mean = calibration_curve(right, sure, n_bins=10)
    ours = reliability(labels, predicted, bins=10)
    seen = np.asarray(ours.counts) > 0
    np.testing.assert_allclose(np.asarray(ours.accuracy)[seen], theirs, rtol=1e-12)
    np.testing.assert_allclose(np.asarray(ours.confidence)[seen], mean, rtol=1e-12)
    assert ours.counts.sum() == 500


def test_accuracy_is_scikit_learns():
    labels, predicted = some(1)
    np.testing.assert_allclose(
        accuracy(labels, predicted), accuracy_score(labels, predicted.argmax(axis=1)), rtol=1e-6
    )


@pytest.mark.slow
def test_sure_and_right_is_perfect_sure_and_wrong_is_worst():
    sure = np.eye(3)[[0, 1, 2, 0]]
    assert expected_calibration_error([0, 1, 2, 0], sure) == 0
    assert expected_calibration_error([1, 2, 0, 1], sure) == 1
    ours = reliability([0, 1, 2, 0], sure, bins=4)
    np.testing.assert_array_equal(ours.counts, [0, 0, 0, 4])
    np.testing.assert_allclose(ours.confidence, [0.125, 0.375, 0.625, 1])  # empty: the middle
    np.testing.assert_array_equal(ours.accuracy, [0, 0, 0, 1])
    np.testing.assert_allclose(ours.edges, [0, 0.25, 0.5, 0.75, 1])


@pytest.mark.slow
def test_a_bin_holds_its_upper_edge():
    predicted = np.array([[0.5, 0.5], [0.75, 0.25]])
    np.testing.assert_array_equal(reliability([0, 0], predicted, bins=4).counts, [0, 1, 1, 0])


@pytest.mark.slow
def test_a_classifier_that_draws_labels_from_what_it_says_is_calibrated():
    rng = np.random.default_rng(0)
    predicted = rng.dirichlet(np.ones(3), size=20_000)
    labels = np.array([rng.choice(3, p=p) for p in predicted])
    assert expected_calibration_error(labels, predicted) < 0.015


@pytest.mark.slow
def test_scores_of_several_networks():
    labels, first = some(1)
    _, second = some(2)
    scores = score(labels, np.stack([first, second]))
    np.testing.assert_allclose(scores.accuracy, [accuracy(labels, p) for p in (first, second)])
    errors = [expected_calibration_error(labels, p) for p in (first, second)]
    np.testing.assert_allclose(scores.calibration_error, errors)


def test_mean_and_standard_error():
    mean, error = mean_and_error([1.0, 2.0, 4.0])
    assert mean == pytest.approx(7 / 3)
    assert error == pytest.approx(np.std([1, 2, 4], ddof=1) / np.sqrt(3))
    for values in ([1.0], [], [[1.0, 2.0]], 3.0):
        with pytest.raises(ValueError, match=r"^values: expected (two runs|at least|1 dimension)"):
            mean_and_error(values)


def test_what_cannot_be_scored_is_refused():
    labels, predicted = some(0, 5)
    with pytest.raises(ValueError, match=r"^bins: expected a whole number from 1 on, got 0"):
        reliability(labels, predicted, bins=0)
    with pytest.raises(ValueError, match=r"^probabilities: expected a distribution"):
        accuracy(labels, 2 * predicted)
    with pytest.raises(ValueError, match=r"^labels: expected shape \(5,\)"):
        accuracy(labels[:4], predicted)
    with pytest.raises(TypeError, match=r"^labels: expected whole numbers"):
        expected_calibration_error(labels + 0.5, predicted)
    with pytest.raises(ValueError, match=r"^probabilities: expected 2 dimensions"):
        accuracy(labels, predicted[0])
    with pytest.raises(ValueError, match=r"^probabilities: .* NaN"):
        score(labels, predicted[None] * np.nan)
