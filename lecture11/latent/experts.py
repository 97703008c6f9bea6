"""Experts who err: the model of Dawid & Skene (1979) (slide: Unsupervised Representation Learning).

The true class z of an item is latent; x are the answers that experts gave. Expert j answers l on an
item of class k with probability Π_jkl, independently of the other answers::

    p(x_i, z = k) = π_k ∏_j ∏_l Π_jkl^n_ijl        n_ijl: how often expert j answered l on item i

Counts, so an expert may answer an item several times, once, or never. EM (their equations
2.3–2.5)::

    γ_ik ∝ π_k ∏_j ∏_l Π_jkl^n_ijl        π_k = Σ_i γ_ik / n        Π_jkl ∝ Σ_i γ_ik n_ijl
"""

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, PRNGKeyArray

from lecture11.arguments import (
    as_indices,
)
from lecture11.iteration import pick
from lecture11.latent.counts import CountMixture, as_counts
from lecture11.latent.em import numbers_as_data
from lecture11.latent.finite_mixture import (
    distributions,
    random_responsibilities,
    require_components,
)
from lecture11.signatures import checked


class DawidSkeneParameters(NamedTuple):
    """θ = (π, Π)."""

    marginals: Float[Array, "*frames classes"]
    """π_k = p(z = k); they sum to 1."""
    confusions: Float[Array, "*frames experts classes answers"]
    """Π_jkl: how likely expert j is to answer l on an item of class k; each row sums to 1."""


@numbers_as_data
@dataclass(frozen=True)
class DawidSkene(CountMixture):
    """Dawid and Skene's model, for :func:`~lecture11.latent.fit_em`; data are counts n_ijl.

    smoothing: answers of each kind that every expert is taken to have given beforehand on items of
        each class, a Dirichlet prior; 0 for maximum likelihood

    Raises TypeError or ValueError where it is no number from 0 on.

    >>> x = np.eye(2)[np.array([[0, 0, 1], [0, 0, 0], [1, 1, 1], [1, 0, 1]])]  # three experts
    >>> run = fit_em(DawidSkene(0.1), vote_start(DawidSkene(0.1), x), x, frames=[20])
    >>> DawidSkene().predict(run.state, jnp.asarray(x)).tolist()
    [0, 0, 1, 1]
    """

    parameters: ClassVar[type[DawidSkeneParameters]] = DawidSkeneParameters
    axes: ClassVar[tuple[str, ...]] = ("experts", "classes", "answers")

    @checked
    def sample(
        self, params: DawidSkeneParameters, items: int, *, key: PRNGKeyArray
    ) -> tuple[Float[Array, "items experts answers"], Int[Array, " items"]]:
        """One answer of every expert on each item, as counts, and the true classes."""
        of_z, of_x = jax.random.split(key)
        shape = (items,)
        z = jax.random.categorical(of_z, jnp.log(params.marginals), shape=shape)
        logits = jnp.log(params.confusions[:, z])  # experts × items × answers
        answers = jax.random.categorical(of_x, logits).T
        return jax.nn.one_hot(answers, logits.shape[-1], dtype=logits.dtype), z


@checked
def count_answers(
    items: Any, experts: Any, answers: Any, *, shape: tuple[int, int, int]
) -> Float[np.ndarray, "items experts answers"]:
    """n_ijl from one row for each answer: which item, which expert, which answer, all from 0.

    shape: how many items, experts and possible answers there are

    Raises TypeError or ValueError where the three differ in length or an index lies outside of
    ``shape``.
    """
    of_items = as_indices("items", items, shape[0])
    of_experts = as_indices("experts", experts, shape[1], len(of_items))
    of_answers = as_indices("answers", answers, shape[2], len(of_items))
    counts = np.zeros(shape)
    np.add.at(counts, (of_items, of_experts, of_answers), 1)
    return counts


@checked
def majority_vote(data: Any) -> Int[Array, " items"]:
    """The answer given most often, the lowest of them at a tie.

    Raises TypeError or ValueError where ``data`` are no counts, items × experts × answers.
    """
    return as_counts("data", data, 3).sum(axis=1).argmax(axis=1)


@checked
def vote_start(model: DawidSkene, data: Any) -> DawidSkeneParameters:
    """The M-step from averaged votes: Dawid and Skene's own start. Answers name classes.

    An item without answers votes for all alike.
    Raises TypeError or ValueError where ``data`` are no counts, items × experts × answers.
    """
    data = as_counts("data", data, 3)
    votes = data.sum(axis=1)
    averaged = distributions(votes, jnp.full_like(votes, 1 / votes.shape[1]))
    return pick(model.starts(data, averaged[None]), 0)


@checked
def random_expert_starts(
    model: DawidSkene, data: Any, classes: int, restarts: int, *, key: PRNGKeyArray
) -> DawidSkeneParameters:
    """M-steps from responsibilities drawn at random; classes carry no names then.

    Returns parameters stacked along a new first axis of length ``restarts``.
    Raises TypeError or ValueError for bad data, more classes than items, or no random key.
    """
    data = as_counts("data", data, 3)
    require_components("classes", classes, len(data))
    return model.starts(data, random_responsibilities(len(data), classes, restarts, key=key))
