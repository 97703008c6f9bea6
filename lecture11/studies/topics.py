"""Topics of definitions: found without being told, named, counted; and two in one document."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int
from sklearn.cluster import KMeans
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB

from lecture11.datasets import glosses
from lecture11.iteration import pick
from lecture11.latent import (
    PLSA,
    MixtureOfUnigrams,
    UnigramsParameters,
    fit_em,
    fit_em_restarts,
    names_of,
    random_plsa_starts,
    random_topic_starts,
    top_words,
)
from lecture11.studies.scoring import share_right

Counts = Float[np.ndarray, "documents words"]

_log_joint = jax.jit(MixtureOfUnigrams().log_joint)


class Definitions(NamedTuple):
    """Definitions as bags of words, in two halves: to learn from, and to score."""

    counts: Counts
    """How often each word stands in each of them."""
    labels: Int[np.ndarray, " documents"]
    """Their topics, indices into ``topics``."""
    topics: tuple[str, ...]
    """The topics' names."""
    vocabulary: tuple[str, ...]
    """The words that five or more of the first half hold."""
    first: Int[np.ndarray, " learned"]
    """Which are to learn from."""
    second: Int[np.ndarray, " scored"]
    """Which are to score."""

    @property
    def halves(self) -> tuple[Counts, Counts]:
        """The counts of both."""
        return self.counts[self.first], self.counts[self.second]

    @property
    def classes(self) -> tuple[Int[np.ndarray, " learned"], Int[np.ndarray, " scored"]]:
        """The topics of both."""
        return self.labels[self.first], self.labels[self.second]


def definitions() -> Definitions:
    """WordNet's 3,000, halved at random; very frequent words are left out."""
    texts = glosses()
    first, second = np.random.default_rng(7).permutation(len(texts.texts)).reshape(2, -1)
    vectoriser = CountVectorizer(stop_words="english", token_pattern="[a-z]{3,}", min_df=5)
    vectoriser.fit([texts.texts[i] for i in first])
    counts = vectoriser.transform(texts.texts).toarray().astype(float)
    words = tuple(map(str, vectoriser.get_feature_names_out()))
    return Definitions(counts, texts.labels, texts.topics, words, first, second)


def fit(
    documents: Counts, topics: int, *, smoothing: float, seed: int, room: int | None = None
) -> UnigramsParameters:
    """The mixture of unigrams: the best of four fits.

    room: for so many topics, so that one compiled program serves other numbers of them
    """
    model, key = MixtureOfUnigrams(smoothing), jax.random.key(seed)
    begin = random_topic_starts(model, documents, topics, 4, key=key, room=room or topics)
    ends, infos = fit_em_restarts(model, begin, documents, cycles=50)
    return pick(ends, infos.objective.argmax())


def likeliest(params: UnigramsParameters, documents: Counts) -> Int[np.ndarray, " documents"]:
    """The likeliest topic of each document."""
    return np.asarray(_log_joint(params, documents).argmax(axis=1))


def per_word(params: UnigramsParameters, documents: Counts) -> float:
    """Log-probability of a word of these documents, in nats."""
    total = jax.nn.logsumexp(_log_joint(params, documents), axis=1).sum()
    return float(total) / documents.sum()


def scores(data: Definitions, *, smoothing: float, seed: int) -> list[float]:
    """The share of the second half that is right: k-means on tf-idf, PLSA, mixture of unigrams.

    PLSA's words are learned on the first half; of the second only the proportions are fitted.
    """
    (learn, score), (by_words, new_words) = data.halves, _tfidf(data)
    kmeans = KMeans(6, n_init=1, random_state=seed).fit(by_words)
    begin = random_plsa_starts(learn, 6, 1, key=jax.random.key(seed))
    plsa = fit_em(PLSA(smoothing), pick(begin, 0), learn, frames=[50], chunk=50).state
    fresh = plsa._replace(proportions=jnp.full((len(score), 6), 1 / 6))
    folding = PLSA(smoothing, learns_words=False)
    folded = fit_em(folding, fresh, score, frames=[50], chunk=50).state
    mixture = fit(learn, 6, smoothing=smoothing, seed=seed)
    by_plsa = [np.asarray(each.proportions.argmax(axis=1)) for each in (plsa, folded)]
    found = [
        (kmeans.labels_, kmeans.predict(new_words)),
        (by_plsa[0], by_plsa[1]),
        (likeliest(mixture, learn), likeliest(mixture, score)),
    ]
    return [share_right(lambda part: part, own, new, data.classes, count=6) for own, new in found]


def told(data: Definitions, *, smoothing: float) -> tuple[float, float]:
    """The same of naive Bayes and of logistic regression, told the topics of the first half."""
    (learn, score), (known, true) = data.halves, data.classes
    by_words, new_words = _tfidf(data)
    bayes = MultinomialNB(alpha=smoothing).fit(learn, known).score(score, true)
    regression = LogisticRegression(max_iter=2000).fit(by_words, known)
    return float(bayes), float(regression.score(new_words, true))


def _tfidf(data: Definitions) -> tuple[Any, Any]:
    """Both halves, weighted by how telling each word is in the first."""
    weights = TfidfTransformer(sublinear_tf=True).fit(data.halves[0])
    learn, score = (weights.transform(half).toarray() for half in data.halves)
    return learn, score


class Found(NamedTuple):
    """So many topics, by the topic that most of their definitions have."""

    table: Int[np.ndarray, "found topics"]
    """How many definitions of each topic went to each of those found."""
    words: list[list[str]]
    """The six most telling of each."""
    right: float
    """The share of the second half that is right."""
    level: float
    """Log-probability of a word of the second half, in nats."""


def found(data: Definitions, count: int, *, smoothing: float, room: int = 10) -> Found:
    """The mixture of unigrams with so many topics."""
    (learn, score), (known, true) = data.halves, data.classes
    params = fit(learn, count, smoothing=smoothing, seed=1, room=room)
    own = likeliest(params, learn)
    table = np.zeros((count, len(data.topics)), int)
    np.add.at(table, (own, known), 1)
    rows = np.argsort(table.argmax(axis=1), kind="stable")
    names = names_of(own, known, components=count, classes=len(data.topics))
    words = [[data.vocabulary[w] for w in best] for best in top_words(params.words[:count], 6)]
    right = float((names[likeliest(params, score)] == true).mean())
    return Found(table[rows], [words[row] for row in rows], right, per_word(params, score))


class Mixed(NamedTuple):
    """Documents of 20 definitions each, some on food and the others on places."""

    truth: Float[np.ndarray, " documents"]
    """The share of food, of a document's definitions."""
    of_words: Float[np.ndarray, " documents"]
    """The same, of its words."""
    plsa: Float[np.ndarray, " documents"]
    """The share found by PLSA."""
    mixture: Float[np.ndarray, " documents"]
    """The share found by the mixture of unigrams."""


def kind(data: Definitions, name: str) -> Int[np.ndarray, " documents"]:
    """Which definitions are on this topic."""
    return np.flatnonzero(data.labels == data.topics.index(name))


def mixed(data: Definitions, *, smoothing: float, runs: int = 5) -> list[Mixed]:
    """Several times 200 such documents, drawn one after the other."""
    rng = np.random.default_rng(0)
    return [_one_mixed(data, smoothing, seed, rng) for seed in range(runs)]


def _one_mixed(data: Definitions, smoothing: float, seed: int, rng: np.random.Generator) -> Mixed:
    food, places = kind(data, "food"), kind(data, "location")
    amounts = rng.integers(0, 21, size=200)
    parts = [(rng.choice(food, n), rng.choice(places, 20 - n)) for n in amounts]
    of_food, of_places = np.array(
        [[data.counts[rows].sum(axis=0) for rows in pair] for pair in parts]
    ).swapaxes(0, 1)
    documents, truth = of_food + of_places, amounts / 20
    begin = random_plsa_starts(documents, 2, 4, key=jax.random.key(seed))
    ends, infos = fit_em_restarts(PLSA(smoothing), begin, documents, cycles=100)
    shares = np.asarray(pick(ends, infos.objective.argmax()).proportions[:, 0])
    mixture = fit(documents, 2, smoothing=smoothing, seed=seed)
    hard = np.asarray(jax.nn.softmax(_log_joint(mixture, documents), axis=1)[:, 0])
    plsa, unigrams = (
        each if np.corrcoef(each, truth)[0, 1] > 0 else 1 - each for each in (shares, hard)
    )
    return Mixed(truth, of_food.sum(axis=1) / documents.sum(axis=1), plsa, unigrams)
