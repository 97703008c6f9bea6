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

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int, PRNGKeyArray

from lecture11.arguments import as_distribution, as_floats, require_shape
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


class UnigramsParameters(NamedTuple):
    """θ = (π, β)."""

    weights: Float[Array, "*frames topics"]
    """π_k = p(z = k); they sum to 1."""
    words: Float[Array, "*frames topics words"]
    """β_kw = p(w | z = k); each row sums to 1."""


class UnigramsCounts(NamedTuple):
    """Expected counts under the posterior."""

    documents: Float[Array, " topics"]
    """Σ_d γ_dk: how many documents there are on each topic."""
    words: Float[Array, "topics words"]
    """Σ_d γ_dk n_dw: how often each word occurs on each topic."""


@dataclass(frozen=True)
class MixtureOfUnigrams(FiniteMixture):
    """One topic a document, for :func:`~lecture11.latent.fit_em`; data are counts n_dw.

    smoothing: occurrences of every word that each topic is taken to have seen beforehand, a
        Dirichlet prior; with 0 a document holding a word that a topic never saw can't be on it

    Raises ValueError where it is negative or not finite.
    """

    smoothing: float = 0.0

    def __post_init__(self) -> None:
        """Check the choice."""
        check_smoothing(self.smoothing)

    def check(
        self, params: UnigramsParameters, data: Any
    ) -> tuple[UnigramsParameters, Float[Array, "documents words"]]:
        """Both as JAX arrays.

        Raises ValueError where shapes disagree, a count is negative, all are 0, or the weights or a
        topic's words are no distribution.
        """
        data = as_counts("data", data, 2)
        weights = as_distribution("weights", as_floats("weights", params.weights, 1))
        words = as_distribution("words", as_floats("words", params.words, 2))
        require_shape("words", words, (len(weights), data.shape[1]), "topics × words")
        require_components(len(weights), len(data))
        return UnigramsParameters(weights, words), data

    def prior(
        self, params: UnigramsParameters, data: Float[Array, "documents words"]
    ) -> Float[Array, " topics"]:
        """π, for every document."""
        return params.weights

    def log_likelihoods(
        self, params: UnigramsParameters, data: Float[Array, "documents words"]
    ) -> Float[Array, "documents topics"]:
        """Σ_w n_dw log β_kw; 0 for a document without words."""
        return log_probabilities(data, params.words)

    def statistics(
        self,
        params: UnigramsParameters,
        data: Float[Array, "documents words"],
        shares: Float[Array, "documents topics"],
    ) -> UnigramsCounts:
        """Counts under a posterior that is given."""
        return UnigramsCounts(shares.sum(axis=0), shares.T @ data)

    def m_step(self, params: UnigramsParameters, statistics: UnigramsCounts) -> UnigramsParameters:
        """Shares of the expected counts; a topic without words keeps its own."""
        return UnigramsParameters(
            weights=distributions(statistics.documents, params.weights),
            words=distributions(statistics.words, params.words, self.smoothing),
        )

    def collapsed(
        self,
        params: UnigramsParameters,
        statistics: UnigramsCounts,
    ) -> Bool[Array, " topics"]:
        """Which topics no document is on."""
        return have_faded(statistics.documents)

    def log_prior(self, params: UnigramsParameters) -> Float[Array, ""]:
        """Log-density of the Dirichlet prior, up to a constant."""
        return log_dirichlet(params.words, self.smoothing)


class PLSAParameters(NamedTuple):
    """θ = (θ_d, β)."""

    shares: Float[Array, "*frames documents topics"]
    """θ_dk = p(z = k | d); each row sums to 1."""
    words: Float[Array, "*frames topics words"]
    """β_kw = p(w | z = k); each row sums to 1."""


class PLSACounts(NamedTuple):
    """Expected counts under the posterior p(z = k | d, w) = θ_dk β_kw / Σ_l θ_dl β_lw."""

    documents: Float[Array, "documents topics"]
    """Σ_w n_dw p(k | d, w): how many of a document's words are on each topic."""
    words: Float[Array, "topics words"]
    """Σ_d n_dw p(k | d, w): how often each word occurs on each topic."""


@dataclass(frozen=True)
class PLSA:
    """One topic a word, for :func:`~lecture11.latent.fit_em`; data are counts n_dw.

    smoothing: as for the mixture of unigrams, for the words
    learns_words: whether the M-step moves β; without, it finds the shares of *new* documents in
        topics already learned ("folding in")

    Raises ValueError where the smoothing is negative or not finite.
    """

    smoothing: float = 0.0
    learns_words: bool = True

    compiler_options: ClassVar[Mapping[str, Any] | None] = None

    def __post_init__(self) -> None:
        """Check the choice."""
        check_smoothing(self.smoothing)

    def check(
        self, params: PLSAParameters, data: Any
    ) -> tuple[PLSAParameters, Float[Array, "documents words"]]:
        """Both as JAX arrays; raises ValueError as the mixture of unigrams does."""
        data = as_counts("data", data, 2)
        shares = as_distribution("shares", as_floats("shares", params.shares, 2))
        words = as_distribution("words", as_floats("words", params.words, 2))
        require_shape("shares", shares, (len(data), len(words)), "documents × topics")
        require_shape("words", words, (len(words), data.shape[1]), "topics × words")
        return PLSAParameters(shares, words), data

    def constrain(self, params: PLSAParameters) -> PLSAParameters:
        """Nothing is."""
        return params

    def posterior(
        self,
        params: PLSAParameters,
        data: Float[Array, "documents words"],
    ) -> Float[Array, "documents topics"]:
        """p(z = k | d), the document's shares. (A word's own posterior depends on the word too.)"""
        return params.shares

    def e_step(
        self, params: PLSAParameters, data: Float[Array, "documents words"]
    ) -> tuple[PLSACounts, Float[Array, ""]]:
        """Expected counts, and Σ_dw n_dw log Σ_k θ_dk β_kw in nats.

        The posterior of each word of each document, D × W × K numbers, is never formed: what is
        needed of it are two sums, each a matrix product.
        """
        mixed = params.shares @ params.words  # p(w | d)
        occurs = data > 0
        ratios = jnp.where(occurs, data / jnp.where(mixed > 0, mixed, 1), 0)
        level = jnp.where(occurs, data * jnp.log(mixed), 0).sum()
        counts = PLSACounts(
            documents=params.shares * (ratios @ params.words.T),
            words=params.words * (params.shares.T @ ratios),
        )
        return counts, level

    def m_step(self, params: PLSAParameters, statistics: PLSACounts) -> PLSAParameters:
        """Shares of the expected counts; a document or topic without words keeps its own."""
        words = params.words
        if self.learns_words:
            words = distributions(statistics.words, words, self.smoothing)
        return PLSAParameters(distributions(statistics.documents, params.shares), words)

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

    Raises ValueError for bad data, or more topics than documents.
    """
    data = as_counts("data", data, 2)
    require_components(topics, len(data))
    room = max(room, topics)
    shares = random_shares(len(data), min(room, len(data)), restarts, key=key)
    used = shares * (np.arange(shares.shape[2]) < topics)
    return _unigram_starts(model, data, used / used.sum(axis=2, keepdims=True))


def random_plsa_starts(
    data: Any, topics: int, restarts: int, *, key: PRNGKeyArray
) -> PLSAParameters:
    """Shares drawn at random, and the words that go with them, stacked along a new first axis.

    Raises ValueError for bad data, or more topics than documents.
    """
    data = as_counts("data", data, 2)
    require_components(topics, len(data))
    shares = random_shares(len(data), topics, restarts, key=key)
    return PLSAParameters(shares, _unigram_starts(MixtureOfUnigrams(1e-3), data, shares).words)


def top_words(words: Any, count: int) -> Int[np.ndarray, "topics count"]:
    """The words that speak most clearly for each topic: its largest β_kw log(β_kw / β̄_w).

    β̄ is the mean over topics: a word frequent everywhere is likely, but tells nothing.
    Raises ValueError where the rows of ``words`` are no distributions or have fewer than ``count``.
    """
    beta = np.asarray(as_distribution("words", as_floats("words", words, 2)), float)
    if not 1 <= count <= beta.shape[1]:
        raise ValueError(f"count: expected 1 to {beta.shape[1]} words, got {count}.")
    mean = np.broadcast_to(beta.mean(axis=0), beta.shape)
    ratio = np.divide(beta, mean, out=np.ones_like(beta), where=beta > 0)
    return np.argsort(-beta * np.log(ratio), axis=1, kind="stable")[:, :count]


def _unigram_starts(
    model: MixtureOfUnigrams,
    data: Float[Array, "documents words"],
    shares: Float[Array, "restarts documents topics"],
) -> UnigramsParameters:
    topics, words = shares.shape[2], data.shape[1]
    blank = UnigramsParameters(
        jnp.full((topics,), 1 / topics, data.dtype),
        jnp.full((topics, words), 1 / words, data.dtype),
    )
    return starts_from_shares(model, blank, data, shares)
