"""The autoencoder's parts by hand, its training, and what it says of data that do not fit."""

import itertools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import expit, xlogy
from scipy.stats import binom

from lecture11.divergence import Normal, normal_kl
from lecture11.variational import (
    Autoencoder,
    Images,
    ancestral_samples,
    as_images,
    binarised,
    bound_parts,
    decode,
    encode,
    init_autoencoder,
    kl_to_prior,
    latent_divergences,
    mean_bound_parts,
    negative_elbo,
    train_vae,
)
from lecture11.variational.vae import pixel_log_likelihood

KEY = jax.random.key(0)
RNG = np.random.default_rng(0)
PIXELS, LATENTS = 6, 2


def stripes(count: int, seed: int = 0) -> np.ndarray:
    """Two kinds of images of six pixels: left half dark, or right half."""
    left = np.random.default_rng(seed).random(count) < 0.5
    return np.where(left[:, None], [230] * 3 + [10] * 3, [10] * 3 + [230] * 3).astype(np.uint8)


def small(**choices: Any) -> Autoencoder:
    return init_autoencoder(PIXELS, (8,), LATENTS, key=KEY, **choices)


# The parts


@pytest.mark.slow
def test_pixels_become_ink_as_often_as_their_grey_says():
    greys = jnp.asarray(np.repeat(np.array([0, 1, 64, 127, 128, 200, 254, 255], np.uint8), 40_000))
    ink = np.asarray(binarised(greys, key=KEY)).reshape(8, -1)
    assert set(np.unique(ink)) == {0.0, 1.0}
    assert ink[0].sum() == 0
    assert ink[-1].all()
    for row, grey in zip(ink[1:-1], (1, 64, 127, 128, 200, 254), strict=True):
        low, high = binom(40_000, grey / 255).ppf([1e-5, 1 - 1e-5])
        assert low <= row.sum() <= high
    other = binarised(greys, key=jax.random.key(1))
    assert (np.asarray(other) != ink.ravel()).any()


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
def test_divergence_is_that_of_normals():
    q = Normal(jnp.asarray(RNG.normal(size=(5, 3))), jnp.asarray(RNG.gamma(2.0, size=(5, 3))))
    ours = kl_to_prior(q)
    np.testing.assert_allclose(ours, normal_kl(q, relative_to=Normal(0.0, 1.0)), rtol=1e-12)
    np.testing.assert_allclose(kl_to_prior(Normal(jnp.zeros(2), jnp.ones(2))), 0, atol=1e-15)


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
def test_likelihood_is_bernoulli_even_where_a_logit_is_huge():
    x, logits = RNG.integers(0, 2, size=(4, 6)).astype(float), RNG.normal(size=(4, 6)) * 3
    p = expit(logits)
    by_hand = (xlogy(x, p) + xlogy(1 - x, 1 - p)).sum(axis=1)
    ours = pixel_log_likelihood(jnp.asarray(x), jnp.asarray(logits))
    np.testing.assert_allclose(ours, by_hand, rtol=1e-12)
    far = pixel_log_likelihood(jnp.array([1.0, 0.0, 1.0]), jnp.array([1e5, -1e5, -1e5]))
    assert far == -1e5


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
def test_the_loss_is_the_negative_elbo_by_hand():
    vae = small(conditions=2)
    batch = as_images(stripes(5), np.eye(2)[[0, 1, 1, 0, 1]], kl_weight=0.5)
    loss = negative_elbo(vae, batch, KEY)
    of_pixels, of_latents = jax.random.split(KEY)
    x = np.asarray(binarised(batch.pixels, key=of_pixels))
    given = np.asarray(batch.condition)

    def network(layers: Any, inputs: np.ndarray) -> np.ndarray:
        (w1, b1), (w2, b2) = layers
        return np.maximum(inputs @ w1 + b1, 0) @ w2 + b2

    mean, log_sd = np.split(network(vae.encoder, np.hstack([x, given])), 2, axis=1)
    noise = np.asarray(jax.random.normal(of_latents, mean.shape))
    p = expit(network(vae.decoder, np.hstack([mean + np.exp(log_sd) * noise, given])))
    likelihood = (xlogy(x, p) + xlogy(1 - x, 1 - p)).sum(axis=1)
    divergence = 0.5 * (mean**2 + np.exp(2 * log_sd) - 1 - 2 * log_sd).sum(axis=1)
    np.testing.assert_allclose(loss, (0.5 * divergence - likelihood).mean(), rtol=1e-10)
    parts = bound_parts(vae, jnp.asarray(x), batch.condition, key=of_latents)
    np.testing.assert_allclose(parts.reconstruction, likelihood, rtol=1e-10)
    np.testing.assert_allclose(parts.divergence.sum(axis=1), divergence, rtol=1e-10)


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
def test_the_reparametrised_bound_is_unbiased():
    """Its mean over draws against quadrature over both latents."""
    vae = small()
    x = jnp.asarray((stripes(1) > 100).astype(float))
    q = encode(vae, x)
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    z = np.stack(np.meshgrid(nodes, nodes, indexing="ij"), axis=-1).reshape(-1, 2)
    shares = np.outer(weights, weights).ravel() / (2 * np.pi)
    logits = decode(vae, q.mean + q.sd * z)
    exact = shares @ pixel_log_likelihood(jnp.broadcast_to(x, (len(z), PIXELS)), logits)
    keys = jax.random.split(KEY, 4000)
    draws = jax.vmap(lambda key: bound_parts(vae, x, jnp.zeros((1, 0)), key=key).reconstruction[0])(
        keys
    )
    assert abs(draws.mean() - exact) < 4 * draws.std() / len(draws) ** 0.5


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
def test_linked_pixels_look_back_only_and_their_probabilities_sum_to_one():
    vae = small(linked=True)
    vae = vae._replace(links=jnp.asarray(RNG.normal(size=(PIXELS, PIXELS))))
    every = jnp.asarray(list(itertools.product([0.0, 1.0], repeat=PIXELS)))
    z = jnp.broadcast_to(jnp.array([0.3, -1.0]), (len(every), 2))
    total = jnp.exp(pixel_log_likelihood(every, decode(vae, z, x=every))).sum()
    np.testing.assert_allclose(total, 1, rtol=1e-12)
    one, changed = every[0], every[0].at[3].set(1.0)
    logits = [decode(vae, z[0], x=x) for x in (one, changed)]
    np.testing.assert_array_equal(logits[0][:4], logits[1][:4])
    assert not np.allclose(logits[0][4:], logits[1][4:])


@pytest.mark.slow
def test_linked_pixels_need_the_image():
    with pytest.raises(ValueError, match=r"^x: expected the image"):
        decode(small(linked=True), jnp.zeros((1, 2)))


@pytest.mark.slow
def test_a_condition_reaches_both_networks():
    vae, x = small(conditions=2), jnp.ones((1, PIXELS))
    one, other = jnp.array([[1.0, 0.0]]), jnp.array([[0.0, 1.0]])
    assert not np.allclose(encode(vae, x, one).mean, encode(vae, x, other).mean)
    z = jnp.zeros((1, 2))
    assert not np.allclose(decode(vae, z, one), decode(vae, z, other))
    assert small().encoder[0].weights.shape == (PIXELS, 8)


@pytest.mark.slow
def test_an_encoder_far_astray_has_a_finite_bound():
    """log σ beyond ±40 is cut: σ² stays a number."""
    vae, x = small(), jnp.ones((1, PIXELS))
    for log_sd in (-1e3, 1e3):
        last = vae.encoder[-1]
        far = last._replace(weights=0 * last.weights, biases=jnp.full(2 * LATENTS, log_sd))
        q = encode(vae._replace(encoder=(*vae.encoder[:-1], far)), x)
        assert np.isfinite(kl_to_prior(q)).all()
        np.testing.assert_allclose(jnp.log(q.sd), np.sign(log_sd) * 40, rtol=1e-6)


# Training


@pytest.fixture(scope="module")
def data() -> Images:
    return as_images(stripes(64))


@pytest.fixture(scope="module")
def trained(data: Images) -> Any:
    return train_vae(
        small(), data, epochs=60, key=jax.random.key(1), learning_rate=0.02, batch_size=16
    )


@pytest.mark.slow
def test_training_learns_the_two_kinds(trained: Any, data: Images):
    """Their entropy is log 2 and that of six coins of bias 230/255 or 10/255 each."""
    assert trained.losses.shape == (60,)
    noise = 3 * sum(-xlogy(p, p) - xlogy(1 - p, 1 - p) for p in (230 / 255, 10 / 255))
    reconstruction, divergence = mean_bound_parts(trained.params, data, key=KEY)
    loss = divergence - reconstruction
    assert np.log(2) + noise - 0.35 < loss < np.log(2) + noise + 0.6  # 64 images: a rough mean
    assert abs(trained.losses[-5:].mean() - loss) < 0.4
    assert loss < trained.losses[0] - 1
    each = latent_divergences(trained.params, data, key=KEY)
    np.testing.assert_allclose(each.sum(), divergence, rtol=1e-4)
    samples = ancestral_samples(trained.params, 50, key=KEY)
    assert samples.shape == (50, PIXELS)
    halves = np.asarray(samples).reshape(50, 2, 3).mean(axis=2)
    assert ((halves[:, 0] > 0.7) | (halves[:, 1] > 0.7)).mean() > 0.5


@pytest.mark.slow
def test_a_heavy_divergence_makes_the_posterior_collapse(data: Images):
    heavy = data._replace(kl_weight=20 * data.kl_weight)
    fit = train_vae(
        small(), heavy, epochs=60, key=jax.random.key(1), learning_rate=0.02, batch_size=16
    )
    assert latent_divergences(fit.params, data, key=KEY).max() < 0.02


@pytest.mark.slow
def test_one_pixel_hidden_unit_and_latent_are_enough():
    encoder, decoder, _ = init_autoencoder(1, (1,), 1, key=KEY)
    assert [layer.weights.shape for layer in encoder + decoder] == [(1, 1), (1, 2), (1, 1), (1, 1)]


# What is refused


@pytest.mark.slow
@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: as_images(stripes(3) / 255), TypeError, "^images: expected grey values of type"),
        (lambda: as_images(np.zeros(6, np.uint8)), ValueError, "^images: expected"),
        (lambda: as_images(np.zeros((0, 6), np.uint8)), ValueError, "^images: expected"),
        (lambda: as_images(stripes(3), np.eye(2)), ValueError, "^condition: expected one row"),
        (lambda: as_images(stripes(3), kl_weight=-1.0), ValueError, "^kl_weight: expected"),
        (lambda: as_images(stripes(3), np.full((3, 1), np.nan)), ValueError, "^condition: 3 of 3"),
        (lambda: small(conditions=-1), ValueError, "^conditions: expected a whole number from 0"),
        (
            lambda: init_autoencoder(6, (8,), 0, key=KEY),
            ValueError,
            "^latents: expected a",
        ),
        (lambda: init_autoencoder(6, (0,), 2, key=KEY), ValueError, "^hidden: expected"),
        (
            lambda: mean_bound_parts(small(conditions=1), as_images(stripes(3)), key=KEY),
            ValueError,
            "^vae: its encoder takes 7 numbers",
        ),
        (
            lambda: train_vae(small(), as_images(stripes(3)), epochs=1, key=KEY),
            ValueError,
            "^batch_size: 128 is more than the 3",
        ),
        (
            lambda: train_vae(small(), as_images(stripes(3)), epochs=0, key=KEY, batch_size=2),
            ValueError,
            "^epochs: expected more than the 0 done",
        ),
    ],
)
def test_what_does_not_fit_is_refused(call: Any, error: type[Exception], says: str):
    with pytest.raises(error, match=says):
        call()
