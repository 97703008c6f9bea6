"""Where soft labels p*(y|x) come from (slide: "learning from another model, mixup, etc.").

*Distillation*: a teacher's probabilities at temperature T (Hinton, Vinyals & Dean 2015, eq. 1)::

    p_T(y|x) = exp(z_y / T) / Σ_c exp(z_c / T)

*Mixup*: two examples blended, and their labels alike (Zhang et al. 2018, eq. 1)::

    x̃ = λ x_i + (1 − λ) x_j        p̃ = λ p*(·|x_i) + (1 − λ) p*(·|x_j)        λ ~ Beta(α, α)

*A generative model* fitted to x alone: its components k are named by a few labelled examples, and
its posterior then speaks of classes::

    p(y|x) = Σ_k p(y|k) p(k|x)        p(y|k) ∝ ε/C + Σ_{i labelled y} p(k|x_i)

*Smoothing* (Szegedy et al. 2016): (1 − ε) of the label and ε of the uniform distribution.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from lecture11.arguments import as_distribution, as_floats, as_logits
from lecture11.supervised.losses import as_labels, one_hot


def tempered(logits: Any, *, temperature: Any) -> Float[Array, "*batch classes"]:
    """softmax(logits / T): 1 leaves the model's own, ∞ is uniform, towards 0 it is the arg max.

    logits (…, C); temperature, one number or one for each example (…)

    Raises ValueError where a logit is NaN, or a temperature is not positive.
    """
    of_model = as_logits("logits", logits)
    kelvin = as_floats("temperature", temperature)
    if not isinstance(kelvin, jax.core.Tracer) and not bool((kelvin > 0).all()):
        raise ValueError(f"temperature: expected positive numbers, got {float(kelvin.min()):.4g}.")
    centred = of_model - of_model.max(axis=-1, keepdims=True)  # so that z / T cannot overflow
    return jax.nn.softmax(centred / kelvin[..., None], axis=-1)


def smoothed(labels: Any, *, share: float) -> Float[Array, "*batch classes"]:
    """Labels with a share of the uniform distribution mixed in.

    Raises ValueError where labels are no distributions, or the share is not within 0 … 1.
    """
    given = as_distribution("labels", labels)
    if not 0 <= share <= 1:
        raise ValueError(f"share: expected a number from 0 to 1, got {share}.")
    return (1 - share) * given + share / given.shape[-1]


def mixed_up(
    x: Float[Array, "examples dims"],
    labels: Float[Array, "examples classes"],
    concentration: Float[Array, " examples"],
    *,
    key: PRNGKeyArray,
) -> tuple[Float[Array, "examples dims"], Float[Array, "examples classes"]]:
    """Each example blended with another, drawn without replacement, and their labels alike.

    concentration: α of Beta(α, α) for each pair; small α leaves most examples nearly as they are

    For use inside a loss: nothing is checked.
    """
    of_pairs, of_shares = jax.random.split(key)
    partner = jax.random.permutation(of_pairs, len(x))
    share = jax.random.beta(of_shares, concentration, concentration).astype(x.dtype)[:, None]
    return (
        share * x + (1 - share) * x[partner],
        share * labels + (1 - share) * labels[partner],
    )


def named_components(
    responsibilities: Any, labels: Any, *, classes: int = 10, prior: float = 0.1
) -> Float[Array, "components classes"]:
    """p(y|k): how a few labelled examples name the components of a model that knew no labels.

    responsibilities (n, K), p(k|x_i) of the labelled examples; labels (n,); prior ε: so many
    examples, of all classes alike, are added to each component, so that one without any is
    uniform

    Raises ValueError where responsibilities are no distributions, a label is no class, shapes
    disagree, or the prior is not positive; TypeError where labels are no whole numbers.
    """
    shares = as_distribution("responsibilities", responsibilities)
    chosen = as_labels("labels", labels, jnp.zeros((len(shares), classes)))
    if not 0 < prior < np.inf:
        raise ValueError(f"prior: expected a positive number of examples, got {prior}.")
    counts = shares.T @ one_hot(np.asarray(chosen), classes) + prior / classes
    return counts / counts.sum(axis=1, keepdims=True)


def class_posterior(responsibilities: Any, names: Any) -> Float[Array, "examples classes"]:
    """p(y|x) = Σ_k p(y|k) p(k|x), from (n, K) and (K, C).

    Raises ValueError where one of them holds no distributions, or K differs.
    """
    shares, of_components = (
        as_distribution(name, given)
        for name, given in (("responsibilities", responsibilities), ("names", names))
    )
    if shares.shape[-1] != len(of_components):
        raise ValueError(
            f"names: expected {shares.shape[-1]} rows, one for each component of the "
            f"responsibilities; got shape {of_components.shape}."
        )
    return shares @ of_components
