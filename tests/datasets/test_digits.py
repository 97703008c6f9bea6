import numpy as np
import pytest
from sklearn.datasets import load_digits

from lecture11.datasets import SmallDigits, digits, few_labelled, split_digits


def rows(data: SmallDigits) -> set[bytes]:
    return {image.tobytes() + bytes([label]) for image, label in zip(*data, strict=True)}


def test_they_are_scikit_learns_scaled_to_one():
    theirs = load_digits()
    ours = digits()
    assert ours.images.shape == (1797, 64)
    np.testing.assert_array_equal(ours.images * 16, theirs.data)
    np.testing.assert_array_equal(ours.labels, theirs.target)
    assert (ours.images.min(), ours.images.max()) == (0, 1)
    np.testing.assert_array_equal(
        np.bincount(ours.labels), [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    )


def test_a_split_shares_no_digit_and_loses_none():
    whole = digits()
    train, held_out = split_digits(whole, held_out=597)
    assert len(rows(whole)) == 1797  # no two are alike, so rows may be compared as a set
    assert rows(train) | rows(held_out) == rows(whole)
    assert not rows(train) & rows(held_out)
    assert abs(len(held_out.labels) - 597) <= 5
    assert len(train.labels) + len(held_out.labels) == 1797


def test_a_split_holds_out_the_same_share_of_each_class():
    whole = digits()
    held_out = split_digits(whole, held_out=597).held_out
    shares = np.bincount(held_out.labels) / np.bincount(whole.labels)
    np.testing.assert_allclose(shares, 597 / 1797, atol=0.003)


def test_a_split_is_random_and_the_same_every_time():
    one, same, other = (
        split_digits(digits(), held_out=597, seed=seed).held_out for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(one.images, same.images)
    assert 100 < len(rows(one) & rows(other)) < 300  # a third of a third of 1,797 is 200
    assert one.labels[:30].tolist() != sorted(one.labels[:30])


def test_images_keep_their_labels():
    whole = digits()
    for part in (
        *split_digits(whole, held_out=300, seed=3),
        few_labelled(whole, per_class=7, seed=2),
    ):
        assert rows(part) <= rows(whole)


def test_few_labelled_has_as_many_of_each_class():
    few = few_labelled(digits(), per_class=10, seed=0)
    np.testing.assert_array_equal(few.labels, np.repeat(np.arange(10), 10))
    assert len(rows(few)) == 100
    other = few_labelled(digits(), per_class=10, seed=1)
    assert len(rows(few) & rows(other)) < 20


@pytest.mark.parametrize("held_out", [0, 1, 1797, 5000, -3])
def test_a_split_without_some_class_is_refused(held_out: int):
    with pytest.raises(ValueError, match=r"^held_out: "):
        split_digits(digits(), held_out=held_out)


@pytest.mark.parametrize("per_class", [0, 175, -1])
def test_more_than_there_are_of_a_class_are_refused(per_class: int):
    with pytest.raises(ValueError, match=r"^per_class: expected 1 to 174"):
        few_labelled(digits(), per_class=per_class, seed=0)
