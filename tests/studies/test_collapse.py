import numpy as np
import pytest

from lecture11.studies import collapse
from lecture11.studies.collapse import NAMES, SEEDS, Collapse, collapses


def test_the_bound_is_the_reconstruction_less_all_divergences():
    some = Collapse(np.array([[-10.0, -9.0]]), np.array([[[1.0, 0.5], [0.0, 0.25]]]))
    np.testing.assert_allclose(some.elbos, [[-11.5, -9.25]])


def test_warm_up_keeps_more_of_the_image_at_the_same_bound():
    """What is said of the stored runs, over all of their seeds."""
    found = collapses()
    assert found.divergences.shape == (SEEDS, len(NAMES), 10)
    said = dict(zip(NAMES, found.divergences.sum(axis=-1).T, strict=True))
    bounds = dict(zip(NAMES, found.elbos.T, strict=True))
    assert (said["linked, warm-up"] > 2 * said["linked pixels"]).all()
    apart = bounds["linked, warm-up"] - bounds["linked pixels"]
    assert np.abs(apart).max() < 0.1
    assert (said["divergence × 10"] < 0.01).all()
    assert (bounds["divergence × 10"] < bounds["independent pixels"] - 0.4).all()


@pytest.mark.slow
def test_a_short_training_has_the_stored_form_and_lower_bounds(monkeypatch: pytest.MonkeyPatch):
    """One epoch each; which of the four is which is seen in the stored ones."""
    real = collapse.train_vae
    monkeypatch.setattr(collapse, "train_vae", lambda *a, **k: real(*a, **{**k, "epochs": 1}))
    anew = collapse.collapse(0)
    assert anew.divergences.shape == (4, 10)
    assert (anew.elbos < collapses().elbos[0]).all()
    assert anew.elbos[3] > -20
