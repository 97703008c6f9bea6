"""Experts who err: the model of Dawid & Skene (1979) (slide: Unsupervised Representation Learning).

The true class z of an item is latent; x are the answers that experts gave. Expert j answers l on an
item of class k with probability Π_jkl, independently of the other answers::

    p(x_i, z = k) = π_k ∏_j ∏_l Π_jkl^n_ijl        n_ijl: how often expert j answered l on item i

Counts, so an expert may answer an item several times, once, or never. EM (their equations
2.3–2.5)::

    γ_ik ∝ π_k ∏_j ∏_l Π_jkl^n_ijl        π_k = Σ_i γ_ik / n        Π_jkl ∝ Σ_i γ_ik n_ijl
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int, PRNGKeyArray

from lecture11.arguments import as_distribution, as_floats, require_shape
from lecture11.iteration import pick
from lecture11.latent.counting import (
    as_counts,
    check_smoothing,
    distributions,
    have_faded,
    log_dirichlet,
    log_probabilities,
    random_shares,
    require_components,
)
from lecture11.latent.finite_mixture import FiniteMixture, starts_from_shares


class DawidSkeneParameters(NamedTuple):
    """θ = (π, Π)."""

    marginals: Float[Array, "*frames classes"]
    """π_k = p(z = k); they sum to 1."""
    confusions: Float[Array, "*frames experts classes answers"]
    """Π_jkl: how likely expert j is to answer l on an item of class k; each row sums to 1."""


class DawidSkeneCounts(NamedTuple):
    """Expected counts under the posterior."""

    classes: Float[Array, " classes"]
    """Σ_i γ_ik: how many items there are of each class."""
    answers: Float[Array, "experts classes answers"]
    """Σ_i γ_ik n_ijl: how often each expert gave each answer on items of each class."""


@dataclass(frozen=True)
class DawidSkene(FiniteMixture):
    """Dawid and Skene's model, for :func:`~lecture11.latent.fit_em`; data are counts n_ijl.

    smoothing: answers of each kind that every expert is taken to have given beforehand on items of
        each class, a Dirichlet prior; 0 for maximum likelihood

    Raises ValueError where it is negative or not finite.
    """

    smoothing: float = 0.0

    def __post_init__(self) -> None:
        """Check the choice."""
        check_smoothing(self.smoothing)

    def check(
        self, params: DawidSkeneParameters, data: Any
    ) -> tuple[DawidSkeneParameters, Float[Array, "items experts answers"]]:
        """Both as JAX arrays.

        Raises ValueError where shapes disagree, a count is negative, all are 0, or the marginals or
        a row of a confusion matrix are no distribution.
        """
        data = as_counts("data", data, 3)
        marginals = as_distribution("marginals", as_floats("marginals", params.marginals, 1))
        confusions = as_distribution("confusions", as_floats("confusions", params.confusions, 3))
        shape = (data.shape[1], len(marginals), data.shape[2])
        require_shape("confusions", confusions, shape, "experts × classes × answers")
        require_components(len(marginals), len(data))
        return DawidSkeneParameters(marginals, confusions), data

    def prior(
        self, params: DawidSkeneParameters, data: Float[Array, "items experts answers"]
    ) -> Float[Array, " classes"]:
        """π, for every item."""
        return params.marginals

    def log_likelihoods(
        self, params: DawidSkeneParameters, data: Float[Array, "items experts answers"]
    ) -> Float[Array, "items classes"]:
        """Σ_j Σ_l n_ijl log Π_jkl, without multinomial constants; 0 where nobody answered."""
        flat = jnp.swapaxes(params.confusions, 0, 1).reshape(len(params.marginals), -1)
        return log_probabilities(data.reshape(len(data), -1), flat)

    def statistics(
        self,
        params: DawidSkeneParameters,
        data: Float[Array, "items experts answers"],
        shares: Float[Array, "items classes"],
    ) -> DawidSkeneCounts:
        """Counts under a posterior that is given."""
        return DawidSkeneCounts(shares.sum(axis=0), jnp.einsum("ik,ijl->jkl", shares, data))

    def m_step(
        self, params: DawidSkeneParameters, statistics: DawidSkeneCounts
    ) -> DawidSkeneParameters:
        """Shares of the expected counts; a class without answers keeps its confusions."""
        return DawidSkeneParameters(
            marginals=distributions(statistics.classes, params.marginals),
            confusions=distributions(statistics.answers, params.confusions, self.smoothing),
        )

    def collapsed(
        self,
        params: DawidSkeneParameters,
        statistics: DawidSkeneCounts,
    ) -> Bool[Array, " classes"]:
        """Which classes no item is of."""
        return have_faded(statistics.classes)

    def log_prior(self, params: DawidSkeneParameters) -> Float[Array, ""]:
        """Log-density of the Dirichlet prior, up to a constant."""
        return log_dirichlet(params.confusions, self.smoothing)

    def sample(
        self, params: DawidSkeneParameters, items: int, *, key: PRNGKeyArray
    ) -> tuple[Float[Array, "items experts answers"], Int[Array, " items"]]:
        """One answer of every expert on each item, as counts, and the true classes."""
        of_z, of_x = jax.random.split(key)
        z = jax.random.categorical(of_z, jnp.log(params.marginals), shape=(items,))
        logits = jnp.log(params.confusions[:, z])  # experts × items × answers
        answers = jax.random.categorical(of_x, logits).T
        return jax.nn.one_hot(answers, logits.shape[-1], dtype=logits.dtype), z


def count_answers(
    items: Any, experts: Any, answers: Any, *, shape: tuple[int, int, int]
) -> Float[np.ndarray, "items experts answers"]:
    """n_ijl from one row for each answer: which item, which expert, which answer, all from 0.

    shape: how many items, experts and possible answers there are

    Raises ValueError where the three differ in length or an index lies outside of ``shape``.
    """
    columns = [np.asarray(column) for column in (items, experts, answers)]
    names = ("items", "experts", "answers")
    for name, column, size in zip(names, columns, shape, strict=True):
        if column.shape != columns[0].shape or column.ndim != 1 or column.dtype.kind not in "iu":
            raise ValueError(
                f"{name}: expected one whole number for each answer, as many as items; got an "
                f"array of shape {column.shape} and type {column.dtype}."
            )
        if column.size and not (column.min() >= 0 and column.max() < size):
            raise ValueError(
                f"{name}: expected numbers from 0 to {size - 1}, got {column.min()} to "
                f"{column.max()}; count from 0, and make shape large enough."
            )
    counts = np.zeros(shape)
    np.add.at(counts, tuple(columns), 1)
    return counts


def vote_shares(data: Any) -> Float[Array, "items answers"]:
    """Averaged votes: which share of an item's answers each answer has; uniform without any.

    Raises ValueError where ``data`` are no counts, items × experts × answers.
    """
    votes = as_counts("data", data, 3).sum(axis=1)
    return distributions(votes, jnp.full_like(votes, 1 / votes.shape[1]))


def majority_vote(data: Any) -> Int[Array, " items"]:
    """The answer given most often, the lowest of them at a tie.

    Raises ValueError where ``data`` are no counts, items × experts × answers.
    """
    return as_counts("data", data, 3).sum(axis=1).argmax(axis=1)


def vote_start(model: DawidSkene, data: Any) -> DawidSkeneParameters:
    """The M-step from averaged votes: Dawid and Skene's own start. Answers name classes.

    Raises ValueError where ``data`` are no counts, items × experts × answers.
    """
    data = as_counts("data", data, 3)
    return pick(_starts(model, data, vote_shares(data)[None]), 0)


def random_expert_starts(
    model: DawidSkene, data: Any, classes: int, restarts: int, *, key: PRNGKeyArray
) -> DawidSkeneParameters:
    """M-steps from responsibilities drawn at random; classes carry no names then.

    Returns parameters stacked along a new first axis of length ``restarts``.
    Raises ValueError for bad data, or more classes than items.
    """
    data = as_counts("data", data, 3)
    return _starts(model, data, random_shares(len(data), classes, restarts, key=key))


def _starts(
    model: DawidSkene,
    data: Float[Array, "items experts answers"],
    shares: Float[Array, "restarts items classes"],
) -> DawidSkeneParameters:
    classes = shares.shape[2]
    _, experts, answers = data.shape
    blank = DawidSkeneParameters(
        jnp.full((classes,), 1 / classes, data.dtype),
        jnp.full((experts, classes, answers), 1 / answers, data.dtype),
    )
    return starts_from_shares(model, blank, data, shares)
