"""Where the evidence goes that an amortised bound misses (Cremer, Li & Duvenaud 2018, section 3).

With q* the best of the family for this very x, and q_φ(z|x) what the encoder guesses::

    log p(x) = ELBO(q_φ) + [ELBO(q*) − ELBO(q_φ)] + [log p(x) − ELBO(q*)]
                            amortisation gap         approximation gap

Neither gap is negative. The second is D_KL(q* ‖ posterior): no normal with independent latents has
the posterior's shape. The first is the encoder's: it has to serve all x with the same weights.

With two latents all of it can be computed, on a grid of z. There q is a distribution over nodes,
proportional to its density times the node's area, so that no bound exceeds the grid's own evidence
even where q is narrower than the grid is fine.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.nn import log_softmax
from jaxtyping import Array, Float, PRNGKeyArray

from lecture11.arguments import require_shape
from lecture11.gaussian import STANDARD_NORMAL, Normal, as_normal, normal_log_density
from lecture11.quadrature import Rule
from lecture11.signatures import checked
from lecture11.training import TrainingStep, train_many
from lecture11.variational.integration import grid, integrated_log_likelihood
from lecture11.variational.vae import Autoencoder, decode, pixel_log_likelihood

LEARNING_RATE, STEPS = 0.03, 400

NARROWEST = 0.01
"""The least standard deviation of q, in spacings of the grid. A narrower q has all of its weight on
the nearest node, as this one has, but its squares overflow."""


class Tables(NamedTuple):
    """log p(x, z) of some images on a square of z, which every image's bound is computed from."""

    log_joint: Float[Array, "*images side side"]
    """In nats, first latent down the rows."""
    nodes: Float[Array, "*images side"]
    """The places along either latent."""
    log_weights: Float[Array, "*images side"]
    """The logarithms of what they count."""


class Gaps(NamedTuple):
    """The log-likelihood of each image and how far two bounds reach, in nats."""

    log_likelihood: Float[Array, " images"]
    """log p(x), by quadrature."""
    best: Float[Array, " images"]
    """ELBO of q*, the best normal with independent latents."""
    amortised: Float[Array, " images"]
    """ELBO of q_φ(z|x)."""
    q: Normal
    """q*, fields (images, 2)."""

    @property
    def approximation(self) -> Float[Array, " images"]:
        """log p(x) − ELBO(q*)."""
        return self.log_likelihood - self.best

    @property
    def amortisation(self) -> Float[Array, " images"]:
        """ELBO(q*) − ELBO(q_φ)."""
        return self.best - self.amortised


@checked
def tabulate(
    vae: Autoencoder,
    x: Float[Array, "images pixels"],
    rule: Rule,
    *,
    condition: Float[Array, " conditions"] | None = None,
) -> Tables:
    """log p_θ(x, z) of images at all pairs of the rule's nodes.

    x: images, black and white
    rule: nodes of either latent
    condition: c, the same for all the images and nodes

    Raises ValueError where the decoder has not two latents, or the pixels do not fit.
    """
    given = jnp.zeros(0) if condition is None else condition
    latents = vae.encoder[-1].weights.shape[1] // 2
    if latents != 2:
        raise ValueError(f"vae: expected two latents, as for a grid; got {latents}.")
    takes = vae.decoder[0].weights.shape[0]
    require_shape("condition", given, (takes - latents,), "what the decoder takes beside z")
    pixels = vae.decoder[-1].weights.shape[1]
    require_shape("x", x, (len(x), pixels), "images × pixels")
    table = _tabulate(vae, x, rule.nodes, given)
    count = len(x)
    return Tables(
        table,
        jnp.broadcast_to(rule.nodes, (count, rule.nodes.size)),
        jnp.broadcast_to(jnp.log(rule.weights), (count, rule.nodes.size)),
    )


@jax.jit
def _tabulate(
    vae: Autoencoder, x: Float[Array, "images pixels"], nodes: Array, condition: Array
) -> Float[Array, "images side side"]:
    def row(first: Array) -> Float[Array, "images side"]:
        z = jnp.stack([jnp.broadcast_to(first, nodes.shape), nodes], axis=-1)
        given = jnp.broadcast_to(condition, (nodes.size, condition.size))
        prior = normal_log_density(z, STANDARD_NORMAL).sum(axis=-1)
        if vae.links is None:  # Σ_j x_j l_j − Σ_j log(1 + e^{l_j}), once for all the images
            logits = decode(vae, z, given)
            return x @ logits.T - jax.nn.softplus(logits).sum(axis=-1) + prior
        each = jax.vmap(
            lambda image: pixel_log_likelihood(
                image, decode(vae, z, given, x=jnp.broadcast_to(image, (nodes.size, image.size)))
            )
        )
        return each(x) + prior

    return jnp.moveaxis(jax.lax.map(row, nodes), 0, 1)


@checked
def tabulated_log_likelihood(tables: Tables) -> Float[Array, " images"]:
    """log p(x) of each image: the grid's own sum."""
    rule = Rule(tables.nodes[0], jnp.exp(tables.log_weights[0]))
    flat = tables.log_joint.reshape(len(tables.log_joint), -1)
    return integrated_log_likelihood(flat, grid(rule, rule))


@checked
def tabulated_bound(q: Normal, table: Tables) -> Float[Array, ""]:
    """ELBO of q (fields of shape (2,)) on one image's table; for use under vmap and grad.

    q is a product of one distribution over the nodes for each latent, so this is aᵀ L b plus two
    entropies.
    """
    sd = jnp.maximum(q.sd, NARROWEST * (table.nodes[1] - table.nodes[0]))
    standardised = (table.nodes - q.mean[:, None]) / sd[:, None]
    log_q = log_softmax(-0.5 * standardised**2 + table.log_weights, axis=-1)
    at_nodes = jnp.exp(log_q)
    entropy = -(at_nodes * (log_q - table.log_weights)).sum()
    return at_nodes[0] @ table.log_joint @ at_nodes[1] + entropy


class _Free(NamedTuple):
    """A normal with independent latents, its parameters free."""

    mean: Float[Array, "*runs 2"]
    log_sd: Float[Array, "*runs 2"]

    def normal(self) -> Normal:
        return Normal(self.mean, jnp.exp(self.log_sd))


def _negative_bound(free: _Free, table: Tables, key: PRNGKeyArray) -> Float[Array, ""]:
    return -tabulated_bound(free.normal(), table)


@checked
def inference_gaps(tables: Tables, q: Normal) -> Gaps:
    """Split each image's log-likelihood between the two gaps.

    q: what the encoder says, fields (images, 2)

    q* is sought by Adam from two starts, q and the normal with the posterior's means and standard
    deviations; the better end counts, or q itself where neither beats it.
    """
    q = as_normal("q", q)
    starts = [q, _posterior_moments(tables)]
    found = [q]
    for start in starts:
        free = _Free(start.mean, jnp.log(start.sd))
        keys = jax.random.split(jax.random.key(0), len(free.mean))  # unused: the loss has no noise
        run = train_many(
            TrainingStep(_negative_bound), free, tables, learning_rate=LEARNING_RATE,
            frames=[STEPS], keys=keys,
        )  # fmt: skip
        found.append(run.state.params.normal())
    bounds = jnp.stack([_bounds(normal, tables) for normal in found])
    best = bounds.argmax(axis=0)
    fields = [
        jnp.stack([getattr(normal, name) for normal in found])[best, jnp.arange(best.size)]
        for name in Normal._fields
    ]
    return Gaps(tabulated_log_likelihood(tables), bounds.max(axis=0), bounds[0], Normal(*fields))


@jax.jit
def _bounds(q: Normal, tables: Tables) -> Float[Array, " images"]:
    return jax.vmap(tabulated_bound)(q, tables)


@jax.jit
def _posterior_moments(tables: Tables) -> Normal:
    weights = tables.log_weights[0]
    log_p = tables.log_joint + weights[:, None] + weights
    p = jax.nn.softmax(log_p.reshape(len(log_p), -1), axis=-1).reshape(log_p.shape)
    marginals = jnp.stack([p.sum(axis=2), p.sum(axis=1)], axis=1)
    nodes = tables.nodes[:, None]
    mean = (marginals * nodes).sum(axis=-1)
    variance = (marginals * (nodes - mean[..., None]) ** 2).sum(axis=-1)
    spacing = nodes[0, 0, 1] - nodes[0, 0, 0]
    return Normal(mean, jnp.sqrt(jnp.maximum(variance, spacing**2)))


@checked
def posterior_on_grid(tables: Tables) -> Float[Array, "images side side"]:
    """p(z|x), densities at the nodes."""
    return jnp.exp(tables.log_joint - tabulated_log_likelihood(tables)[:, None, None])
