import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lecture11.datasets import area_averaged


def by_repetition(image: np.ndarray, size: int) -> np.ndarray:
    """Every pixel cut into size × size equal parts, which then fall into whole pixels."""
    side = len(image)
    fine = np.repeat(np.repeat(image, size, axis=0), size, axis=1)
    return fine.reshape(size, side, size, side).mean(axis=(1, 3))


@given(st.integers(1, 12), st.data(), st.integers(0, 2**31))
def test_it_is_the_mean_over_exact_areas(side, data, seed):
    size = data.draw(st.integers(1, side))
    images = np.random.default_rng(seed).normal(size=(2, side, side))
    expected = np.stack([by_repetition(image, size) for image in images])
    np.testing.assert_allclose(area_averaged(images, size), expected, atol=1e-12)


def test_mnists_size():
    """28 pixels into 16: each is 1¾ wide, so the second covers ¼, 1 and ½ of three."""
    image = np.zeros((28, 28))
    image[0, 3] = 1
    first_row = area_averaged(image, 16)[0]
    np.testing.assert_allclose(first_row[:4], [0, 0.5 * 16 / 49, 0.5 * 16 / 49, 0], atol=1e-15)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, bool])
def test_the_mean_stays_and_a_white_image_stays_white(dtype):
    rng = np.random.default_rng(0)
    images = (200 * rng.random((3, 4, 28, 28))).astype(dtype)
    small = area_averaged(images, 16)
    assert small.shape == (3, 4, 16, 16)
    np.testing.assert_allclose(small.mean(axis=(2, 3)), images.mean(axis=(2, 3)), rtol=1e-6)
    np.testing.assert_allclose(area_averaged(np.ones((28, 28), dtype), 16), 1, rtol=1e-14)


@pytest.mark.parametrize(
    ("images", "size", "said"),
    [
        (np.ones((2, 5, 4)), 2, r"images: expected square ones, .* got shape \(2, 5, 4\)"),
        (np.ones(16), 2, "images: expected square ones"),
        (np.ones((4, 4)), 5, "size: expected 1 to 4"),
        (np.ones((4, 4)), 0, "size: expected 1 to 4"),
    ],
)
def test_what_it_cannot_do_is_said(images, size, said):
    with pytest.raises(ValueError, match=said):
        area_averaged(images, size)
