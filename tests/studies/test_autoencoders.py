import jax
import jax.numpy as jnp
import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from lecture11.datasets import mnist_small
from lecture11.studies import autoencoders
from lecture11.studies.autoencoders import (
    RECIPES,
    as_arrays,
    black_and_white,
    gaps_of,
    looks,
    looks_kept,
    nearest_distances,
    plane_gaps,
    reader,
    train,
    trained,
)

TEST = mnist_small("test")


@pytest.mark.parametrize("name", RECIPES)
def test_a_stored_training_is_of_the_recipe(name: str):
    latents, conditioned, _ = RECIPES[name]
    params, losses = trained(name)
    seen = 10 * conditioned
    assert params.encoder[0].weights.shape == (784 + seen, autoencoders.HIDDEN[0])
    assert params.encoder[-1].biases.shape == (2 * latents,)
    assert params.decoder[0].weights.shape == (latents + seen, autoencoders.HIDDEN[-1])
    assert params.decoder[-1].biases.shape == (784,)
    assert len(losses) == autoencoders.EPOCHS


@pytest.mark.slow
def test_its_first_epoch_is_the_stored_one():
    digits = mnist_small("train")
    run = train("plane", digits.images, digits.labels, epochs=1)
    np.testing.assert_allclose(run.losses, trained("plane").losses[:1], rtol=1e-4)


def test_arrays_are_read_as_they_were_written(monkeypatch: pytest.MonkeyPatch):
    params, losses = trained("plane")
    arrays = as_arrays(params, losses)
    monkeypatch.setattr(autoencoders, "stored", lambda name: {"plane.npz": arrays}[name])
    again = trained("plane")
    jax.tree.map(np.testing.assert_array_equal, again.params, params)
    np.testing.assert_array_equal(again.losses, losses)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "part", "seed"), [("held out", "test", 13), ("trained on", "train", 14)]
)
def test_stored_gaps_are_those_of_the_stored_networks(name: str, part: str, seed: int):
    x = black_and_white(mnist_small(part).images, seed=seed)
    assert x.shape == (200, 784)
    gaps = gaps_of(trained("plane").params, x[:2])
    told = plane_gaps()[name]
    for field in ("log_likelihood", "best", "amortised"):
        np.testing.assert_allclose(getattr(gaps, field), getattr(told, field)[:2], atol=0.01)
    for found, stored in zip(gaps.q, told.q, strict=True):
        np.testing.assert_allclose(found, stored[:2], atol=0.01)


def test_the_reader_is_the_nearest_neighbour():
    pixels = TEST.images.reshape(1000, -1) / 255
    known, new = pixels[:200], pixels[200:230]
    by_sklearn = KNeighborsClassifier(1).fit(known, TEST.labels[:200]).predict(new)
    read = reader(TEST.images[:200], TEST.labels[:200])
    np.testing.assert_array_equal(read(jnp.asarray(new, float)), by_sklearn)
    assert read(jnp.asarray(new, float).reshape(5, 6, 784)).shape == (5, 6)


def test_nearest_distances():
    z, codes = jnp.array([[0.0, 0.0], [3.0, 4.0]]), jnp.array([[3.0, 4.0], [9.0, 9.0]])
    np.testing.assert_allclose(nearest_distances(z, codes), [5, 0])


def drawn(slant: float, width: float, ink: float = 1.0) -> np.ndarray:
    """A bell of ink, its rows shifted to the right towards the top."""
    down, right = np.mgrid[:28, :28] - 13.5
    across = right + slant * down
    return (ink * np.exp(-0.5 * (down / 4) ** 2 - 0.5 * (across / width) ** 2)).ravel()


def test_looks_of_a_slanted_bell():
    images = jnp.asarray(np.stack([drawn(0, 2), drawn(0.3, 2), drawn(0, 3), drawn(0, 2, 0.5)]))
    found = looks(images)
    np.testing.assert_allclose(found.slant, [0, 0.3, 0, 0], atol=0.01)
    np.testing.assert_allclose(found.width, [2, 2, 3, 2], atol=0.02)
    np.testing.assert_allclose(found.ink[3], found.ink[0] / 2, rtol=1e-6)
    np.testing.assert_allclose(found.ink, images.mean(axis=1), rtol=1e-6)


@pytest.mark.slow
def test_looks_kept_are_correlations_within_a_class():
    """Ten digits that lean as the given one, with widths at random."""
    rng = np.random.default_rng(0)
    labels, slants = np.arange(60) // 6, np.tile(np.linspace(-0.3, 0.3, 6), 10)
    widths = rng.uniform(1.5, 3, (2, 60))
    given, leaning = (
        jnp.asarray(np.stack([drawn(*each) for each in zip(slants, some, strict=True)]))
        for some in widths
    )
    kept = looks_kept(given, jnp.broadcast_to(leaning[:, None], (60, 10, 784)), labels)
    assert kept.slant > 0.99
    assert abs(kept.width) < 0.5
