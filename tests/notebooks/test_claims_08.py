"""What notebook 08 says in numbers."""

import re

import jax.numpy as jnp
import numpy as np
import pytest

from lecture11.datasets import anaesthetists
from lecture11.latent import DawidSkene, fit_em, vote_start
from lecture11.studies import senses, writers
from tests.notebooks.claims import defined_by, refuted


def test_what_a_cell_shows():
    claims = {
        "give $2 \\log 5 = {}$, the truth is $\\log 10 = {}$": (2 * np.log(5), np.log(10)),
        "agree pairwise on {} to {} % of the items": "two good experts agree on {} to {} %",
        "where the fitted model expects {} %": "the model expects {} %",
        "a log-likelihood {} to {} nats higher with fewer parameters, and gets {} %": (
            "a log-likelihood {} to {} nats higher, and {} % are right"
        ),
        "without being told any: {} % right": "mixture of unigrams {} ± 4 %",
        "right, k-means {} %.": "k-means on tf-idf {} ± 4 %",
        "told the truth, gets {} %, logistic regression on tf-idf {} %": (
            "naive Bayes {} %, logistic regression {} %"
        ),
        "**PLSA is out of place here**, at {} %": "PLSA {} ± 4 %",
        "{} % of the definitions scored contain none of the vocabulary, {} % at most one": (
            "no word of the vocabulary: {} %, at most one: {} %"
        ),
        "than with six ({} nats": "6: {} 7:",
        "{} with ten)": "10: {} ",
        "definitions of food hold {} words of the vocabulary on average, those of places {}.": (
            "words of the vocabulary {} {} in a definition"
        ),
        "Against the share of words it is off by {}.": "from the share of words: off by {};",
        "EM gets {} (chance": "EM, letters given {} ± 12 %",
        "is ahead here with {} %, though not clearly: its five runs spread by {}.": (
            "glyphs per note 1 2 4 8 16 k-means {} ± {} %"
        ),
    }
    assert refuted("08", claims) == []


@pytest.mark.usefixtures("float64")
def test_how_often_observer_1_would_agree_with_himself():
    """Given each patient's grade, three answers are alike with a probability of their own."""
    data = anaesthetists()
    model = DawidSkene()
    fit = fit_em(model, vote_start(model, data.counts), data.counts, frames=[500], chunk=100)
    alike = np.asarray(model.posterior(fit.state, jnp.asarray(data.counts))) @ (
        np.asarray(fit.state.confusions[0]) ** 3
    ).sum(axis=1)
    readings = np.asarray(data.grades)[:, :3]
    claims = {
        "(all three agree for {} patients where it expects {}; with a standard deviation of {}": (
            (readings == readings[:, :1]).all(axis=1).sum(),
            alike.sum(),
            (alike * (1 - alike)).sum() ** 0.5,
        )
    }
    assert refuted("08", claims) == []


def test_what_a_perfect_sorting_without_links_would_get():
    runs = 100 * np.array([writers.scores_without_links(seed) for seed in range(5)])
    assert refuted("08", {"would get {} % on average (simulated)": (runs.mean(),)}) == []


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
def test_who_is_nearly_always_wrong_helps_until_the_start_is_wrong():
    """What the question on the panel says of four such experts, and of five."""
    panel = defined_by("08", "imports", "experts", "swapped", "panel-still")["panel"]

    def shares(others: int) -> list[int]:
        words = panel(3, 0.8, others, 0.05).words
        return [int(share) for share in re.findall(r"on (\d+) %", words)][:2]

    (_, alone), (vote, helped), (_, exchanged) = (shares(others) for others in (0, 4, 5))
    assert vote < 50
    assert helped > alone
    assert exchanged < 34


def test_the_full_data_as_stored():
    scores = {word: 100 * runs.mean(axis=0) for word, runs in senses.stored_words().items()}
    majority, by_kmeans, mixture, with_article = np.array(list(scores.values())).T
    claims = {
        "comes out right in {} % against {} % for the majority sense; apple {} against {}.": (
            *scores["java"][[2, 0]],
            *scores["apple"][[2, 0]],
        ),
        "**On bank it fails**, {} against {} %": scores["bank"][[2, 0]],
        "On *club* ({} against {} %) and *trunk* ({} against {}) it fails": (
            *scores["club"][[2, 0]],
            *scores["trunk"][[2, 0]],
        ),
    }
    assert refuted("08", claims) == []
    beaten = int((mixture > majority).sum())
    better, worse = (int((sign * (by_kmeans - mixture) > 0.5).sum()) for sign in (1, -1))
    assert (beaten, better, worse) == (12, 7, 10)  # "twelve", "seven", "ten"
    assert np.abs(with_article - mixture).mean() < 1  # "next to nothing"
