"""What notebook 04 says in numbers."""

import pytest

from lecture11.datasets import turntable
from lecture11.embedding import REPRODUCIBLE, fit_tsne
from lecture11.studies import maps
from tests.notebooks.claims import refuted


@pytest.mark.slow
def test_a_larger_perplexity_tears_more_loops():
    objects = turntable()
    views = objects.images.reshape(len(objects.images), -1)
    points = fit_tsne(views, perplexity=40, settings=REPRODUCIBLE).state.points
    whole = (maps.leaps(points, objects.objects) == 0).sum()
    assert refuted("04", {"of 16 close (at perplexity 40 only {}): four": [whole]}) == []


def test_what_its_outputs_show():
    claims = {
        "70,000 digits are {} billion pairs": [70_000 * 69_999 / 2e9],
        "but only {} of 16 close": "Loops without a leap: t-SNE {},",
        "no less ({} loops without a leap": "Loops without a leap: t-SNE 9, Sammon mapping {}.",
        "{} leaps in all, t-SNE": "Sammon mapping: {} leaps",
        "leaps in all, t-SNE {})": "t-SNE: {} leaps; one each in 4 objects, more in house, arch, "
        "hammer",
        "err on {} % of them, the classifier's features on {} %, those by triplets on {} %": (
            "7 to 9, held out: pixels {} %, random network 9 %, classifier {} %, triplets {} %"
        ),
        "from {} % in pixels to": "new images: pixels {} %",
        "to {} % by triplets. On": "classifier 4 %, triplets {} %;",
        "is *higher* than for pixels: {} and": "feature: KL 0.839 nats, 1-NN error {} %",
        "than for pixels: 15 and {} % against": "feature: KL 0.762 nats, 1-NN error {} %",
        "15 and 14 % against {} %.": "pixels: KL 1.02 nats, 1-NN error {} %",
        "themselves, {} % of the digits": "the data, 30 dimensions {}% 1",
        "the easy ones rise from 64 % to {} %": "1.9 % hard, 1.0 % semi-hard, {} % easy",
        "of all digits they are {} %": "of 6,000 digits ({} %)",
        "so here they are {} % of what is shown": [100 * 153 / (153 + 344)],
        "after 50 steps {} % of": "hard, any length {}%",
        "after 100 steps {} %, all but": "hard, any length 96% {}%",
        "the 1-NN error at unit length is {} % on new images": "hard, unit length 0% 0% {}%",
        "on the held-out digits {} %,": "hard, unit length 0% 0% 5.7% {}%",
        "against {} % with semi-hard": "semi-hard, unit length 0% 0% 2.1% {}%",
        "on the classes they learn, {} %": "semi-hard, unit length 0% 0% {}%",
    }
    assert refuted("04", claims) == []
