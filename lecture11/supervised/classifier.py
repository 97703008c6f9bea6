"""What a classifier minimises in training: losses for :class:`lecture11.training.TrainingStep`.

Distillation weighs the labels and the teacher (Hinton, Vinyals & Dean 2015, section 2)::

    (1 − w) · H(p*, p) + w · T² · H(p_T of the teacher, p_T of the student)

In the student's logits, the second cross-entropy has as its gradient (the student's p_T − the
teacher's p_T) / T, and at high temperature the difference of two softmaxes is itself of the order
1/T. The factor T² keeps the gradient's size, so that neither w nor the learning rate need be
changed with T.
"""

from typing import NamedTuple

import jax
from jax.nn import log_softmax
from jaxtyping import Array, Float, PRNGKeyArray

from lecture11.arguments import as_floats, as_items, require_shape
from lecture11.networks import Layer, apply_mlp
from lecture11.signatures import checked
from lecture11.supervised.losses import soft_cross_entropy
from lecture11.supervised.soft_labels import mixed_up, tempered


class Labelled(NamedTuple):
    """Examples with labels, hard ones being one-hot."""

    x: Float[Array, "*runs examples dims"]
    """What is seen."""
    labels: Float[Array, "*runs examples classes"]
    """p*(y|x)."""


class LabelledForMixup(NamedTuple):
    """Examples with labels, and how much to blend them."""

    x: Float[Array, "*runs examples dims"]
    """What is seen."""
    labels: Float[Array, "*runs examples classes"]
    """p*(y|x)."""
    concentration: Float[Array, "*runs examples"]
    """α of Beta(α, α), usually the same for all."""


class Taught(NamedTuple):
    """Examples with labels and with what a teacher says of them."""

    x: Float[Array, "*runs examples dims"]
    """What is seen."""
    labels: Float[Array, "*runs examples classes"]
    """p*(y|x)."""
    teacher: Float[Array, "*runs examples classes"]
    """The teacher's logits."""
    temperature: Float[Array, "*runs examples"]
    """T, usually the same for all."""
    weight: Float[Array, "*runs examples"]
    """w, the teacher's share in the loss, 0 to 1; usually the same for all."""


@checked
def cross_entropy_loss(
    layers: tuple[Layer, ...], batch: Labelled, key: PRNGKeyArray
) -> Float[Array, ""]:
    """The mean cross-entropy of the labels and the network's softmax, in nats."""
    return soft_cross_entropy(batch.labels, logits=apply_mlp(layers, batch.x))


@checked
def mixup_loss(
    layers: tuple[Layer, ...], batch: LabelledForMixup, key: PRNGKeyArray
) -> Float[Array, ""]:
    """The same on blended examples, blended anew at every step."""
    x, labels = mixed_up(batch.x, batch.labels, batch.concentration, key=key)
    return soft_cross_entropy(labels, logits=apply_mlp(layers, x))


@checked
def distillation_loss(
    layers: tuple[Layer, ...], batch: Taught, key: PRNGKeyArray
) -> Float[Array, ""]:
    """(1 − w) · cross-entropy with the labels + w · T² · cross-entropy with the teacher, at T."""
    logits = apply_mlp(layers, batch.x)
    return distillation(logits, batch.labels, batch.teacher, batch.temperature, batch.weight).mean()


@checked
def distillation(
    logits: Float[Array, "*examples classes"],
    labels: Float[Array, "*examples classes"],
    teacher: Float[Array, "*examples classes"],
    temperature: Float[Array, "*examples"],
    weight: Float[Array, "*examples"],
) -> Float[Array, "*examples"]:
    """The loss of distillation, for each example; for use inside a loss, no value is checked.

    >>> one, halves = np.zeros((1, 2)), np.array([[0.5, 0.5]])
    >>> print(distillation(one, halves, one, np.array([2.0]), np.array([0.5])))
    [1.7329]
    """
    require_shape("logits, labels", labels, logits.shape, "that of logits, for the labels")
    require_shape("teacher", teacher, logits.shape, "that of logits")
    require_shape("temperature", temperature, logits.shape[:-1], "one for each example")
    require_shape("weight", weight, logits.shape[:-1], "one for each example")
    from_labels = -(labels * log_softmax(logits)).sum(axis=-1)
    soft = tempered(teacher, temperature=temperature)
    from_teacher = -(soft * log_softmax(logits / temperature[..., None])).sum(axis=-1)
    return (1 - weight) * from_labels + weight * temperature**2 * from_teacher


@checked
def predict(
    networks: tuple[Layer, ...], x: Float[Array, "examples dims"]
) -> Float[Array, "networks examples classes"]:
    """p(y|x; θ) of several networks, stacked along their first axis.

    Raises ValueError where a value is NaN or infinite, or x has other dimensions than the networks.
    """
    inputs = as_items("networks", networks, "layers")[0].weights.shape[-2]
    require_shape("x", x, (len(x), inputs), "examples × the networks' inputs")
    return _probabilities(networks, as_floats("x", x, 2))


@jax.jit
def _probabilities(
    networks: tuple[Layer, ...], x: Float[Array, "examples dims"]
) -> Float[Array, "networks examples classes"]:
    return jax.nn.softmax(jax.vmap(apply_mlp, (0, None))(networks, x), axis=-1)
