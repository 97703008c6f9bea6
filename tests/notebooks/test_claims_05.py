"""What notebook 05 says in numbers."""

import numpy as np
import pytest

from lecture11.datasets import declaration
from lecture11.divergence import (
    alphabet_of,
    frequencies,
    huffman_code,
    kl_divergence,
    letter_counts,
    letters_of,
)
from tests.notebooks.claims import refuted

pytestmark = pytest.mark.usefixtures("float64")


def written(language: str, *, fold: bool = True) -> str:
    return letters_of(declaration(language), fold=fold)


def test_what_huffmans_code_believes():
    lengths = huffman_code(letter_counts(written("english"))).lengths
    letters = "".join(lengths)
    r = 2.0 ** -np.array(list(lengths.values()))
    lost = [
        float(kl_divergence(frequencies(written(language), letters), relative_to=r)) / np.log(2)
        for language in ("german", "czech", "finnish")
    ]
    claims = {
        "$D(p \\parallel r)$ is {} bits for German and {} for Czech": lost[:2],
        "for Finnish it is more, {} against": lost[2:],
        "$D(p \\parallel q)$, {} and": "German {} 0.000",
        "0.192 and {}; for Finnish": "Czech {} 0.575",
        "more, 0.583 against {}.": "Finnish {} 0.633",
    }
    assert refuted("05", claims) == []


@pytest.mark.parametrize(
    ("fold", "claim"),
    [
        (True, "Czech by the English code then costs {} bits per letter extra"),
        (False, "and with its accents {} in place of $\\infty$"),
    ],
)
def test_what_add_one_smoothing_costs(fold, claim):
    czech, english = (written(language, fold=fold) for language in ("czech", "english"))
    letters = alphabet_of(czech, english)
    counts = letter_counts(english + letters)  # each letter once more
    q = np.array([counts[x] for x in letters]) / sum(counts.values())
    lost = float(kl_divergence(frequencies(czech, letters), relative_to=q)) / np.log(2)
    assert refuted("05", {claim: [lost]}) == []


def test_which_letters_a_text_lacks():
    texts = {language: written(language) for language in ("german", "czech", "finnish", "english")}
    assert "b" not in texts["finnish"]
    assert "q" not in texts["german"]
    assert "w" not in texts["czech"]
    assert texts["english"].count("z") == 4
    assert set("abcdefghijklmnopqrstuvwxyz ") == set(texts["english"])


def test_what_its_outputs_show():
    p, q = np.array([0.5, 0.25, 0.15, 0.1]), np.array([0.1, 0.2, 0.3, 0.4])
    terms = p * np.log(p / q)
    claims = {
        "thinks rare, adds {} nats": terms[:1],
        "*c* and *d*, which $q$ overrates, take {} back": [-terms[2:].sum()],
        "more than the whole {}.": "D(p‖q) {} nats",
        "D(p‖q) cannot exceed log 4 = {}": [np.log(4)],
        "the square {} nats below, at": "Jensen's gap between the two is {} nats",
        "D = \\log \\frac1{0.6} = {}": "q ∝ p where p is not 0 {} =",
        "\\mu_p = {}$, as it must": [-0.5],
        "extra in place of {},": "Czech {} 0.575",
        "the two above lose {} and": "of which H is 3.66 and KL {}. Really",
        "and {} bits per letter by the code of their own": "of which H is 3.81 and KL {}. Really",
    }
    assert refuted("05", claims) == []
