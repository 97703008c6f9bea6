"""The evidence and its gaps on a grid: against known posteriors, other integrals, other normals."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lecture11.divergence import Normal, normal_log_density
from lecture11.iteration import pick
from lecture11.quadrature import trapezoid
from lecture11.variational import (
    Autoencoder,
    Gaps,
    decode,
    encode,
    grid,
    inference_gaps,
    init_autoencoder,
    integrated_lower_bound,
    posterior_on_grid,
    tabulate,
)
from lecture11.variational.gaps import Tables, tabulated_bound, tabulated_log_likelihood
from lecture11.variational.vae import pixel_log_likelihood

pytestmark = pytest.mark.usefixtures("float64")

RULE = trapezoid(-6.0, 6.0, 121)
X = np.array([[1.0, 1, 0, 0, 1, 0], [0, 0, 1, 1, 0, 1], [1, 1, 1, 1, 1, 1]])


def vae(scale: float = 3.0, **choices) -> Autoencoder:
    """Random, with a decoder that uses its latents."""
    made = init_autoencoder(6, (8,), 2, key=jax.random.key(0), **choices)
    decoder = jax.tree.map(lambda leaf: scale * leaf, made.decoder)
    return made._replace(decoder=decoder)


@pytest.fixture(scope="module")
def tables() -> Tables:
    with jax.enable_x64(True):
        return tabulate(vae(), X, RULE)


@pytest.fixture(scope="module")
def gaps(tables: Tables) -> Gaps:
    with jax.enable_x64(True):
        return inference_gaps(tables, encode(vae(), X))


@pytest.mark.slow
def test_the_table_is_the_log_joint(tables: Tables):
    for image, first, second in ((0, 60, 60), (1, 0, 120), (2, 33, 80)):
        z = jnp.array([RULE.nodes[first], RULE.nodes[second]])
        prior = normal_log_density(z, Normal(0.0, 1.0)).sum()
        value = pixel_log_likelihood(jnp.asarray(X[image]), decode(vae(), z)) + prior
        np.testing.assert_allclose(tables.log_joint[image, first, second], value, rtol=1e-10)


@pytest.mark.slow
def test_the_evidence_is_the_mean_likelihood_under_the_prior(tables: Tables):
    z = jax.random.normal(jax.random.key(1), (200_000, 2))
    logits = decode(vae(), z)
    for x, evidence in zip(X, tabulated_log_likelihood(tables), strict=True):
        shares = jnp.exp(
            pixel_log_likelihood(jnp.broadcast_to(jnp.asarray(x), logits.shape), logits)
        )
        error = float(shares.std() / shares.mean()) / 200_000**0.5
        assert abs(np.log(float(shares.mean())) - float(evidence)) < 5 * error


@pytest.mark.slow
def test_a_bound_is_that_of_the_plain_quadrature(tables: Tables):
    q = Normal(jnp.array([0.3, -0.5]), jnp.array([0.4, 0.9]))
    over = grid(RULE, RULE)
    log_q = normal_log_density(over.nodes, q).sum(axis=1)
    plain = integrated_lower_bound(
        tables.log_joint.reshape(3, -1), over, log_q=log_q[None].repeat(3, 0)
    )
    for image in range(3):
        np.testing.assert_allclose(tabulated_bound(q, pick(tables, image)), plain[image], rtol=1e-6)


@pytest.mark.slow
def test_a_spike_between_nodes_gains_nothing(tables: Tables):
    """Where q is narrower than the grid, its bound still does not exceed the evidence."""
    spike = Normal(jnp.array([0.31, -0.52]), jnp.full(2, 1e-4))
    for image, evidence in enumerate(tabulated_log_likelihood(tables)):
        table = pick(tables, image)
        bound, slope = jax.value_and_grad(tabulated_bound)(spike, table)
        assert float(bound) < float(evidence)
        narrower = spike._replace(sd=spike.sd * 1e-200)
        np.testing.assert_array_equal(tabulated_bound(narrower, table), bound)
        assert all(np.isfinite(field).all() for field in slope)


@pytest.mark.slow
def test_no_gap_is_negative_and_they_add_up(gaps: Gaps):
    assert (gaps.approximation > -1e-9).all()
    assert (gaps.amortisation > 1e-4).all()  # the encoder was never trained
    np.testing.assert_allclose(
        gaps.amortised + gaps.amortisation + gaps.approximation, gaps.log_likelihood, rtol=1e-12
    )


@pytest.mark.slow
def test_no_other_normal_is_better(tables: Tables, gaps: Gaps):
    rng = np.random.default_rng(0)
    for image in range(3):
        mean, sd = (np.asarray(field)[image] for field in gaps.q)
        for size in (0.01, 0.1, 1.0):
            for _ in range(10):
                q = Normal(
                    jnp.asarray(mean + size * rng.normal(size=2)),
                    jnp.asarray(sd * np.exp(size * rng.normal(size=2))),
                )
                bound = float(tabulated_bound(q, pick(tables, image)))
                assert bound <= float(gaps.best[image]) + 1e-3


def test_a_decoder_that_ignores_z_has_the_prior_as_posterior_and_no_approximation_gap():
    blind = vae(scale=0.0)
    tables = tabulate(blind, X, RULE)
    np.testing.assert_allclose(tabulated_log_likelihood(tables), 6 * np.log(0.5), rtol=1e-7)
    found = inference_gaps(tables, encode(blind, X))
    np.testing.assert_allclose(found.approximation, 0, atol=1e-3)
    np.testing.assert_allclose(found.q.mean, 0, atol=0.02)
    np.testing.assert_allclose(found.q.sd, 1, atol=0.02)


@pytest.mark.slow
def test_posterior_densities_integrate_to_one(tables: Tables):
    weights = np.asarray(RULE.weights)
    total = weights @ posterior_on_grid(tables) @ weights
    np.testing.assert_allclose(total, 1, rtol=1e-6)


@pytest.mark.slow
def test_linked_pixels_have_a_table_too():
    linked = vae(linked=True)
    linked = linked._replace(links=jnp.asarray(np.random.default_rng(1).normal(size=(6, 6))))
    few = trapezoid(-1.0, 1.0, 3)
    table = tabulate(linked, X, few).log_joint
    z = jnp.array([few.nodes[2], few.nodes[0]])
    value = pixel_log_likelihood(jnp.asarray(X[1]), decode(linked, z, x=jnp.asarray(X[1])))
    np.testing.assert_allclose(table[1, 2, 0], value - 1 - np.log(2 * np.pi), rtol=1e-10)


@pytest.mark.slow
def test_what_has_no_table_is_refused():
    with pytest.raises(ValueError, match=r"^vae: expected two latents"):
        tabulate(init_autoencoder(6, (8,), 3, key=jax.random.key(0)), X, RULE)
    with pytest.raises(ValueError, match=r"^x: expected shape"):
        tabulate(vae(), X[:, :5], RULE)
