"""What notebook 08 says in numbers."""

import numpy as np

from tests.notebooks.claims import refuted


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
        "ahead here, {} % against": "k-means {} ± 10 %",
        "ahead here, 39 % against {} (chance": "EM, letters given {} ± 12 %",
    }
    assert refuted("08", claims) == []
