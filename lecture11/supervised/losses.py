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

from lecture11.arguments import (
    as_distribution,
    as_logits,
    as_whole,
    as_wholes,
    known,
    require_shape,
)
from lecture11.divergence import entropy, kl_divergence_of_logits
from lecture11.zeros import safe_log, weighted


def negative_log_likelihood(
    labels: Any, *, logits: Any, weights: Any | None = None
) -> Float[Array, ""]:
    """The mean of −log p(y_i|x_i; θ) over pairs (x_i, y_i): what samples of p* are enough for.

    labels: y_i, (n,), whole numbers 0 … C − 1
    logits: (n, C)
    weights: (n,), how much each pair counts, as a distribution over the pairs; equally much unless
        given

    Raises TypeError where labels are no whole numbers; ValueError where one of them is no class,
    shapes disagree, a logit is NaN, or weights are no distribution.

    >>> print(negative_log_likelihood([0, 1], logits=np.log([[0.5, 0.5], [0.75, 0.25]])))
    1.0397
    """
    log_p = log_softmax(as_logits("logits", logits, dims=2))
    y = as_labels("labels", labels, classes=log_p.shape[1], count=len(log_p))
    of_pairs = jnp.take_along_axis(log_p, y[:, None], axis=1)[:, 0]
    if weights is None:
        return -of_pairs.mean()
    w = as_distribution("weights", weights)
    require_shape("weights", w, y.shape, "one for each pair")
    return -weighted(w, of_pairs).sum()


def soft_cross_entropy(labels: Any, *, logits: Any) -> Float[Array, ""]:
    """The mean of Σ_y p*(y|x) (−log p(y|x; θ)).

    labels: p*(y|x_i), (n, C), one distribution for each example
    logits: (n, C)

    Raises ValueError where labels are no distributions, a logit is NaN, or shapes disagree.

    >>> print(soft_cross_entropy([[0.5, 0.5]], logits=np.log([[0.75, 0.25]])))
    0.8370
    """
    p, logits = _pair(labels, logits)
    return weighted(p, -log_softmax(logits)).sum(axis=-1).mean()


def forward_kl(labels: Any, *, logits: Any) -> Float[Array, ""]:
    """The mean of D_KL(p*(y|x) ‖ p(y|x; θ)): the cross-entropy less the labels' own entropy.

    Arguments and errors as in :func:`soft_cross_entropy`.

    >>> print(forward_kl([[0.5, 0.5]], logits=np.log([[0.75, 0.25]])))
    0.1438
    """
    p, logits = _pair(labels, logits)
    return kl_divergence_of_logits(safe_log(p), relative_to=logits).mean()


def reverse_kl(labels: Any, *, logits: Any) -> Float[Array, ""]:
    """The mean of D_KL(p(y|x; θ) ‖ p*(y|x)): it asks for log p*(y|x) at every y the model allows.

    ∞ where some p*(y|x) = 0, as a softmax of finite logits gives no class exactly nothing (a logit
    of −∞ does). There it has no gradient, and ``jax.grad`` gives that of its finite terms.
    Arguments and errors as in :func:`soft_cross_entropy`.

    >>> print(reverse_kl([[0.5, 0.5]], logits=np.log([[0.75, 0.25]])))
    0.1308
    """
    p, logits = _pair(labels, logits)
    return kl_divergence_of_logits(logits, relative_to=safe_log(p)).mean()


def mean_entropy(labels: Any) -> Float[Array, ""]:
    """E_x[H(p*(y|x))], the mean over the examples: what cross-entropy and forward KL differ by.

    labels: as in :func:`soft_cross_entropy`; 0 where all of them are one-hot

    >>> print(mean_entropy([[0.5, 0.5], [1.0, 0.0]]))
    0.3466
    """
    return entropy(as_distribution("labels", labels)).mean()


def one_hot(labels: Any, classes: int = 10) -> Float[Array, "examples classes"]:
    """Hard labels (n,) as distributions (n, C): all on one class.

    Raises TypeError where labels are no whole numbers, ValueError where one of them is no class.
    """
    classes = as_whole("classes", classes, 1)
    return jax.nn.one_hot(as_labels("labels", labels, classes=classes), classes)


def as_labels(
    name: str, labels: Any, *, classes: int, count: int | None = None
) -> Int[Array, " examples"]:
    """Whole numbers 0 … C − 1, so many as there are examples; traced values are not looked at.

    Raises TypeError where they are no whole numbers; ValueError for another shape, or no class.
    """
    try:
        y = as_wholes(name, labels)
    except TypeError as error:
        raise TypeError(f"{error} Soft labels, (n, C), have losses of their own.") from None
    count = y.size if count is None else count
    require_shape(name, y, (count,), "one for each example")
    if not count:
        raise ValueError(f"{name}: expected at least one label, got none.")
    if known(y) and ((given := np.asarray(y)).min() < 0 or given.max() >= classes):
        raise ValueError(
            f"{name}: expected classes 0 … {classes - 1}, got {given.min()} … {given.max()}; count "
            "classes from 0."
        )
    return y


def _pair(labels: Any, logits: Any) -> tuple[Array, Array]:
    p, of_model = as_distribution("labels", labels), as_logits("logits", logits)
    require_shape("labels", p, of_model.shape, "that of logits, examples × classes")
    return p, of_model
