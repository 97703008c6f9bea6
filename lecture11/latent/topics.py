"""Topics of documents, from word counts n_dw (slide: Unsupervised Representation Learning).

*Mixture of unigrams* (Nigam et al. 2000): one latent topic z for each document, which draws all
its words::

    p(x_d, z = k) = π_k ∏_w β_kw^n_dw

*PLSA*, probabilistic latent semantic analysis (Hofmann 1999): one latent topic for each *word*, in
proportions θ_dk = p(z = k | d) of the document's own::

    log p(x) = Σ_d Σ_w n_dw log Σ_k θ_dk β_kw

Both without the multinomial constants. Minus the second, plus what depends on no parameter, is the
generalised KL divergence that non-negative matrix factorisation minimises (Gaussier & Goutte 2005).
"""

from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int, PRNGKeyArray

from lecture11.arguments import (
    as_distribution,
    as_flag,
    as_number,
    as_whole,
    require_shape,
)
from lecture11.latent.counts import CountMixture, as_counts, log_dirichlet
from lecture11.latent.em import Model, numbers_as_data
from lecture11.latent.finite_mixture import (
    distributions,
    have_faded,
    random_responsibilities,
    require_components,
)
from lecture11.signatures import checked
from lecture11.zeros import p_log


class UnigramsParameters(NamedTuple):
    """θ = (π, β)."""

    weights: Float[Array, "*frames topics"]
    """π_k = p(z = k); they sum to 1."""
    words: Float[Array, "*frames topics words"]
    """β_kw = p(w | z = k); each row sums to 1."""


@numbers_as_data
@dataclass(frozen=True)
class MixtureOfUnigrams(CountMixture):
    """One topic a document, for :func:`~lecture11.latent.fit_em`; data are counts n_dw.

    smoothing: occurrences of every word that each topic is taken to have seen beforehand, a
        Dirichlet prior; with 0 a document holding a word that a topic never saw can't be on it

    Raises TypeError or ValueError where it is no number from 0 on.

    >>> theta = UnigramsParameters(jnp.ones(2) / 2, jnp.array([[0.9, 0.1], [0.5, 0.5]]))
    >>> MixtureOfUnigrams().posterior(theta, jnp.array([[2.0, 1.0]])).round(2).tolist()
    [[0.39, 0.61]]
    """

    parameters: ClassVar[type[UnigramsParameters]] = UnigramsParameters
    axes: ClassVar[tuple[str, ...]] = ("topics", "words")


class PLSAParameters(NamedTuple):
    """θ = (θ_d, β)."""

    proportions: Float[Array, "*frames documents topics"]
    """θ_dk = p(z = k | d); each row sums to 1."""
    words: Float[Array, "*frames topics words"]
    """β_kw = p(w | z = k); each row sums to 1."""


class PLSACounts(NamedTuple):
    """Expected counts under the posterior p(z = k | d, w) = θ_dk β_kw / Σ_l θ_dl β_lw."""

    documents: Float[Array, "documents topics"]
    """Σ_w n_dw p(k | d, w): how many of a document's words are on each topic."""
    words: Float[Array, "topics words"]
    """Σ_d n_dw p(k | d, w): how often each word occurs on each topic."""


@numbers_as_data
@dataclass(frozen=True)
class PLSA(Model):
    """One topic a word, for :func:`~lecture11.latent.fit_em`; data are counts n_dw.

    smoothing: as for the mixture of unigrams, for the words
    learns_words: whether the M-step moves β; without, it finds the proportions of *new* documents
        in topics already learned ("folding in")

    Raises TypeError or ValueError where one of them is of another kind.

    >>> theta = PLSAParameters(jnp.ones((1, 2)) / 2, jnp.array([[0.9, 0.1], [0.5, 0.5]]))
    >>> PLSA().e_step(theta, jnp.array([[2.0, 1.0]]))[1].round(3).tolist()  # 2 log .7 + log .3
    -1.917
    """

    smoothing: float = 0.0
    learns_words: bool = field(default=True, metadata={"static": True})

    def __post_init__(self) -> None:
        as_number("smoothing", self.smoothing, 0)
        as_flag("learns_words", self.learns_words)

    @checked
    def check(
        self, params: PLSAParameters, data: Any
    ) -> tuple[PLSAParameters, Float[Array, "documents words"]]:
        """Both as JAX arrays; raises TypeError or ValueError as the mixture of unigrams does."""
        data = as_counts("data", data, 2)
        proportions = as_distribution("params.proportions", params.proportions, dims=2)
        words = as_distribution("params.words", params.words, dims=2)
        require_shape(
            "params.proportions", proportions, (len(data), len(words)), "documents × topics"
        )
        require_shape("params.words", words, (len(words), data.shape[1]), "topics × words")
        return PLSAParameters(proportions, words), data

    def posterior(
        self,
        params: PLSAParameters,
        data: Float[Array, "documents words"],
    ) -> Float[Array, "documents topics"]:
        """p(z = k | d), for the whole document: a word's own posterior depends on the word too."""
        return params.proportions

    def e_step(
        self, params: PLSAParameters, data: Float[Array, "documents words"]
    ) -> tuple[PLSACounts, Float[Array, ""]]:
        """Expected counts, and Σ_dw n_dw log Σ_k θ_dk β_kw in nats.

        The posterior of each word of each document, D × W × K numbers, is never formed: what is
        needed of it are two sums, each a matrix product.
        """
        mixed = params.proportions @ params.words  # p(w | d)
        ratios = jnp.where(data > 0, data / jnp.where(mixed > 0, mixed, 1), 0)
        counts = PLSACounts(
            documents=params.proportions * (ratios @ params.words.T),
            words=params.words * (params.proportions.T @ ratios),
        )
        return counts, p_log(data, mixed).sum()

    def m_step(self, params: PLSAParameters, statistics: PLSACounts) -> PLSAParameters:
        """Expected counts over their sums; a document or topic without words keeps its own."""
        words = params.words
        if self.learns_words:
            words = distributions(statistics.words, words, self.smoothing)
        return PLSAParameters(distributions(statistics.documents, params.proportions), words)

    def collapsed(
        self,
        params: PLSAParameters,
        statistics: PLSACounts,
    ) -> Bool[Array, " topics"]:
        """Which topics no word is on."""
        return have_faded(statistics.documents.sum(axis=0))

    def log_prior(self, params: PLSAParameters) -> Float[Array, ""]:
        """Log-density of the Dirichlet prior, up to a constant."""
        return log_dirichlet(params.words, self.smoothing)


@checked
def random_topic_starts(
    model: MixtureOfUnigrams,
    data: Any,
    topics: int,
    restarts: int,
    *,
    key: PRNGKeyArray,
    room: int = 0,
) -> UnigramsParameters:
    """M-steps from responsibilities drawn at random, stacked along a new first axis.

    room: pad with topics of weight 0, which EM leaves alone, up to so many: starts of equal shape
        for several numbers of topics share one compilation

    Raises TypeError or ValueError for bad data, more topics than documents, or no random key.
    """
    data = as_counts("data", data, 2)
    require_components("topics", topics, len(data))
    room = min(max(room, topics), len(data))
    drawn = random_responsibilities(len(data), room, restarts, key=key)
    used = drawn * (np.arange(room) < topics)
    return model.starts(data, used / used.sum(axis=2, keepdims=True))


@checked
def random_plsa_starts(
    data: Any, topics: int, restarts: int, *, key: PRNGKeyArray
) -> PLSAParameters:
    """Proportions drawn at random, and the words that go with them, along a new first axis.

    Raises TypeError or ValueError for bad data, more topics than documents, or no random key.
    """
    data = as_counts("data", data, 2)
    require_components("topics", topics, len(data))
    drawn = random_responsibilities(len(data), topics, restarts, key=key)
    return PLSAParameters(drawn, MixtureOfUnigrams(1e-3).starts(data, drawn).words)


@checked
def top_words(words: Any, count: int) -> Int[np.ndarray, "topics count"]:
    """The words that speak most clearly for each topic: its largest β_kw log(β_kw / β̄_w).

    β̄ is the mean over topics: a word frequent everywhere is likely, but tells nothing.
    Raises TypeError or ValueError where the rows of ``words`` are no distributions or have fewer
    than ``count``.
    """
    beta = np.asarray(as_distribution("words", words, dims=2), float)
    as_whole("count", count, 1, beta.shape[1])
    mean = np.broadcast_to(beta.mean(axis=0), beta.shape)
    ratio = np.divide(beta, mean, out=np.ones_like(beta), where=beta > 0)
    return np.argsort(-beta * np.log(ratio), axis=1, kind="stable")[:, :count]
