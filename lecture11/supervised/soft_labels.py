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
from jaxtyping import Array, Float, PRNGKeyArray

from lecture11.arguments import (
    as_distribution,
    as_floats,
    as_logits,
    as_number,
    as_whole,
    require_positive,
    require_shape,
)
from lecture11.signatures import checked
from lecture11.supervised.losses import as_labels


def tempered(logits: Any, *, temperature: Any) -> Float[Array, "*batch classes"]:
    """softmax(logits / T): 1 leaves the model's own, a large T makes them alike, a small one sure.

    logits: (…, C)
    temperature: T > 0, one number or one for each example

    Raises ValueError where a logit is NaN, a temperature is not positive, or shapes disagree.

    >>> print(tempered(np.log([0.8, 0.2]), temperature=2.0))
    [0.6667 0.3333]
    """
    of_model, t = as_logits("logits", logits), as_floats("temperature", temperature)
    require_positive("temperature", t, "a positive temperature", "cool towards 0, not to it")
    if t.ndim:
        require_shape("temperature", t, of_model.shape[:-1], "one for each example")
    centred = of_model - of_model.max(axis=-1, keepdims=True)  # so that z / T cannot overflow
    return jax.nn.softmax(centred / t[..., None], axis=-1)


def smoothed(labels: Any, *, share: float) -> Float[Array, "*batch classes"]:
    """(1 − ε) of the labels and ε of the uniform distribution.

    labels: distributions along the last axis
    share: ε, from 0 to 1

    Raises ValueError where labels are no distributions, or the share is not within 0 … 1.

    >>> print(smoothed([1.0, 0.0], share=0.1))
    [0.9500 0.0500]
    """
    given, share = as_distribution("labels", labels), as_number("share", share, 0, 1)
    return (1 - share) * given + share / given.shape[-1]


@checked
def mixed_up(
    x: Float[Array, "examples dims"],
    labels: Float[Array, "examples classes"],
    concentration: Float[Array, " examples"],
    *,
    key: PRNGKeyArray,
) -> tuple[Float[Array, "examples dims"], Float[Array, "examples classes"]]:
    """Each example blended with the one that a random permutation puts beside it, labels alike.

    That may be itself: on average one example of all is left as it is.

    concentration: α of Beta(α, α) for each pair; small α leaves most examples nearly as they are

    For use inside a loss: of the values nothing is checked.

    >>> x, labels = np.array([[0.0], [1.0]]), np.eye(2)
    >>> mixed, soft = mixed_up(x, labels, np.ones(2), key=jax.random.key(1))
    >>> print(mixed[:, 0] - soft[:, 1])  # blended alike
    [0.00 0.00]
    """
    require_shape("labels", labels, (len(x), labels.shape[1]), "examples × classes, as many as x")
    require_shape("concentration", concentration, (len(x),), "one for each example")
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

    responsibilities: p(k|x_i) of the labelled examples, (n, K)
    labels: their classes, (n,)
    classes: how many there are, C
    prior: ε, so many examples, of all classes alike, are added to each component, so that one
        without any is uniform

    Raises ValueError where responsibilities are no distributions, a label is no class, shapes
    disagree, or the prior is not positive; TypeError where labels are no whole numbers.

    >>> print(named_components([[1, 0], [0.5, 0.5]], [0, 1], classes=2, prior=0.5))
    [[0.625 0.375]
     [0.250 0.750]]
    """
    gamma = as_distribution("responsibilities", responsibilities, dims=2)
    classes, prior = as_whole("classes", classes, 1), as_number("prior", prior, above=0)
    y = as_labels("labels", labels, classes=classes, count=len(gamma))
    counts = gamma.T @ jax.nn.one_hot(y, classes) + prior / classes
    return counts / counts.sum(axis=1, keepdims=True)


def class_posterior(responsibilities: Any, names: Any) -> Float[Array, "examples classes"]:
    """p(y|x) = Σ_k p(y|k) p(k|x).

    responsibilities: p(k|x_i), (n, K)
    names: p(y|k), (K, C)

    Raises ValueError where one of them holds no distributions, or K differs.

    >>> print(class_posterior([[0.5, 0.5]], [[1, 0], [0.2, 0.8]]))
    [[0.6000 0.4000]]
    """
    gamma = as_distribution("responsibilities", responsibilities, dims=2)
    of_components = as_distribution("names", names, dims=2)
    if gamma.shape[1] != len(of_components):
        raise ValueError(
            f"names: expected {gamma.shape[1]} rows, one for each component of the "
            f"responsibilities; got shape {of_components.shape}."
        )
    return gamma @ of_components
