"""Maximum likelihood for classification: three losses, one gradient (slide: ML Learning).

    min_θ E_{(x, y) ~ p*} [−log p(y|x; θ)]                                 negative log-likelihood
  = min_θ E_{x ~ p*} [Σ_y p*(y|x) (−log p(y|x; θ))]                        cross-entropy
  = min_θ E_{x ~ p*} [D_KL(p*(y|x) ‖ p(y|x; θ)) + H(p*(y|x))]              forward KL

The last line differs from the slide's: there the entropy stands outside the expectation over x,
and its brace, −Σ p* log p*, lacks the minus. H does not depend on θ, so it changes no gradient.

The model is given by its *logits* z_y, with p(y|x; θ) = exp z_y / Σ_c exp z_c. All losses are means
over the examples, in nats; log p is taken from the logits, so none of them overflows.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.nn import log_softmax
from jaxtyping import Array, Float, Int

from lecture11.arguments import as_distribution, as_logits, require_shape
from lecture11.divergence import entropy


def negative_log_likelihood(
    labels: Any, *, logits: Any, weights: Any | None = None
) -> Float[Array, ""]:
    """The mean of −log p(y_i|x_i; θ) over pairs (x_i, y_i): what samples of p* are enough for.

    labels (n,): whole numbers 0 … C − 1; logits (n, C); weights (n,): how much each pair counts,
    as a distribution over the pairs; equally much unless given

    Raises TypeError where labels are no whole numbers; ValueError where one of them is no class,
    shapes disagree, a logit is NaN, or weights are no distribution.
    """
    of_model = as_logits("logits", logits)
    chosen = as_labels("labels", labels, of_model)
    log_p = jnp.take_along_axis(log_softmax(of_model), chosen[:, None], axis=1)[:, 0]
    if weights is None:
        return -log_p.mean()
    shares = as_distribution("weights", weights)
    require_shape("weights", shares, chosen.shape, "one for each pair")
    return -(shares * log_p).sum()


def soft_cross_entropy(labels: Any, *, logits: Any) -> Float[Array, ""]:
    """The mean of Σ_y p*(y|x) (−log p(y|x; θ)).

    labels (n, C): p*(y|x_i), one distribution for each example; logits (n, C)

    Raises ValueError where labels are no distributions, a logit is NaN, or shapes disagree.
    """
    return _soft_cross_entropy(*_pair(labels, logits))


def forward_kl(labels: Any, *, logits: Any) -> Float[Array, ""]:
    """The mean of D_KL(p*(y|x) ‖ p(y|x; θ)): the cross-entropy less the labels' own entropy.

    Arguments and errors as in :func:`soft_cross_entropy`.
    """
    return _forward_kl(*_pair(labels, logits))


def reverse_kl(labels: Any, *, logits: Any) -> Float[Array, ""]:
    """The mean of D_KL(p(y|x; θ) ‖ p*(y|x)): it asks for log p*(y|x) at every y the model allows.

    ∞ where some p*(y|x) = 0, as a softmax of finite logits gives no class exactly nothing (a logit
    of −∞ does). There it has no gradient, and ``jax.grad`` gives that of its finite terms.
    Arguments and errors as in :func:`soft_cross_entropy`.
    """
    return _reverse_kl(*_pair(labels, logits))


def mean_entropy(labels: Any) -> Float[Array, ""]:
    """E_x[H(p*(y|x))], the mean over the examples: what cross-entropy and forward KL differ by.

    labels (n, C), as in :func:`soft_cross_entropy`; 0 where all of them are one-hot.
    """
    return entropy(as_distribution("labels", labels)).mean()


def one_hot(labels: Any, classes: int = 10) -> Float[Array, "examples classes"]:
    """Hard labels (n,) as distributions (n, C): all on one class.

    Raises TypeError where labels are no whole numbers, ValueError where one of them is no class.
    """
    chosen = as_labels("labels", labels, jnp.zeros((np.shape(labels)[0], classes)))
    return jax.nn.one_hot(chosen, classes)


def as_labels(
    name: str, labels: Any, logits: Float[Array, "examples classes"]
) -> Int[Array, " examples"]:
    """Whole numbers 0 … C − 1, one for each row of the logits; traced values are not looked at.

    Raises TypeError where they are no whole numbers; ValueError for another shape, or no class.
    """
    chosen = labels if isinstance(labels, jax.core.Tracer) else np.asarray(labels)
    if chosen.dtype.kind not in "iu":
        raise TypeError(
            f"{name}: expected whole numbers 0 … {logits.shape[-1] - 1}, got an array of shape "
            f"{chosen.shape} and type {chosen.dtype}; soft labels, (n, C), have losses of their "
            "own."
        )
    if chosen.shape != logits.shape[:-1] or chosen.ndim != 1:
        raise ValueError(
            f"{name}: expected shape {logits.shape[:-1]} (one for each row of the logits), got "
            f"{chosen.shape}."
        )
    if isinstance(chosen, np.ndarray) and not ((chosen >= 0) & (chosen < logits.shape[-1])).all():
        raise ValueError(
            f"{name}: expected classes 0 … {logits.shape[-1] - 1}, got {chosen.min()} … "
            f"{chosen.max()}; count classes from 0."
        )
    return jnp.asarray(chosen)


def _pair(labels: Any, logits: Any) -> tuple[Array, Array]:
    target, of_model = as_distribution("labels", labels), as_logits("logits", logits)
    require_shape("labels", target, of_model.shape, "that of logits, examples × classes")
    return target, of_model


@jax.jit
def _soft_cross_entropy(target: Array, logits: Array) -> Array:
    return -_p_times(target, log_softmax(logits)).sum(axis=-1).mean()


@jax.jit
def _forward_kl(target: Array, logits: Array) -> Array:
    log_p = jnp.log(jnp.where(target > 0, target, 1))
    return _p_times(target, log_p - log_softmax(logits)).sum(axis=-1).mean()


@jax.jit
def _reverse_kl(target: Array, logits: Array) -> Array:
    log_q = log_softmax(logits)
    allowed, known = log_q > -jnp.inf, target > 0
    both = allowed & known
    ratio = jnp.where(both, log_q, 0) - jnp.log(jnp.where(both, target, 1))
    terms = jnp.exp(log_q) * jnp.where(both, ratio, 0)
    return jnp.where(allowed & ~known, jnp.inf, terms).sum(axis=-1).mean()


def _p_times(p: Array, values: Array) -> Array:
    """p · values, 0 where p = 0 whatever the value."""
    some = p > 0
    return jnp.where(some, p * jnp.where(some, values, 0), 0)
