"""Writers: densities glyph by glyph, EM that never falls, and what one glyph a note can't tell."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import norm

from lecture11.iteration import pick
from lecture11.latent import (
    Writers,
    WritersParameters,
    as_notes,
    fit_em_restarts,
    mean_offsets,
    names_of,
    offset_starts,
)
from lecture11.latent.writers import writer_starts

MODEL = Writers()
CHARACTERS, FEATURES = 3, 2


def random_problem(seed, notes=8, glyphs=4, writers=2):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(notes * glyphs, FEATURES))
    of, at = rng.integers(0, CHARACTERS, len(x)), np.repeat(np.arange(notes), glyphs)
    means = rng.normal(size=(CHARACTERS, FEATURES))
    params = WritersParameters(
        rng.dirichlet(np.ones(writers)),
        rng.normal(size=(writers, CHARACTERS, FEATURES)),
        rng.uniform(0.5, 2, size=FEATURES),
    )
    return x, of, at, means, params


@pytest.mark.usefixtures("float64")
class TestSteps:
    @pytest.mark.slow
    def test_likelihood_glyph_by_glyph(self):
        x, of, at, means, params = random_problem(0)
        notes = as_notes(x, of, at, means=means)
        scale = np.sqrt(params.variances)
        joint = np.tile(np.log(params.weights), (8, 1))
        for glyph, c, i in zip(x, of, at, strict=True):
            joint[i] += norm(params.forms[:, c] + means[c], scale).logpdf(glyph).sum(axis=1)
        given_, data = MODEL.check(params, notes)
        np.testing.assert_allclose(MODEL.log_joint(given_, data), joint, rtol=1e-9)

    @pytest.mark.slow
    def test_the_m_step_is_a_stationary_point(self):
        """Its gradient, by autodiff, of the expected log-density with its prior."""
        x, of, at, means, params = random_problem(3)
        notes = as_notes(x, of, at, means=means)
        params, data = MODEL.check(params, notes)
        responsibilities = MODEL.posterior(params, data)
        new = MODEL.m_step(params, MODEL.statistics(params, data, responsibilities))

        def expected(forms, variances):
            there = new._replace(forms=forms, variances=variances)
            return (responsibilities * MODEL.log_joint(there, data)).sum() + MODEL.log_prior(there)

        for slope in jax.grad(expected, (0, 1))(new.forms, new.variances):
            np.testing.assert_allclose(slope, 0, atol=1e-9)


def written(seed, glyphs, notes=20):
    """Three writers, whose forms differ in no way that all characters share."""
    rng = np.random.default_rng(seed)
    forms = 2 * rng.choice([-1.0, 1.0], size=(3, 6, 4))
    forms -= forms.mean(axis=1, keepdims=True)
    z = np.repeat(np.arange(3), notes)
    at = np.repeat(np.arange(3 * notes), glyphs)
    of = rng.integers(0, 6, len(at))
    x = forms[z[at], of] + rng.normal(size=(len(at), 4))
    return as_notes(x, of, at, means=np.zeros((6, 4))), z


@pytest.mark.slow
@pytest.mark.parametrize("glyphs", [1, 12])
def test_writers_are_found_if_notes_have_several_glyphs(glyphs):
    """One a note links no two characters: what is found then is hardly better than chance."""
    notes, z = written(1, glyphs)
    starts, _ = offset_starts(MODEL, notes, 3, 16, key=jax.random.key(0))
    ends, infos = fit_em_restarts(MODEL, starts, notes, cycles=60)
    found = np.asarray(MODEL.posterior(pick(ends, infos.objective.argmax()), notes).argmax(axis=1))
    right = (names_of(found, z, components=3, classes=3)[found] == z).mean()
    if glyphs == 1:
        assert right < 0.6
    else:
        assert right > 0.95
        assert ends.forms.dtype == jnp.float32


def test_sums_of_a_note():
    notes = as_notes(
        [[1.0, 2.0], [3.0, 4.0], [5.0, 5.0]], [0, 0, 1], [0, 0, 1], means=[[1.0, 1.0], [2.0, 2.0]]
    )
    np.testing.assert_array_equal(notes.counts, [[2, 0], [0, 1]])
    np.testing.assert_array_equal(notes.sums[0, 0], [2, 4])
    np.testing.assert_array_equal(notes.squares, [[4, 10], [9, 9]])
    np.testing.assert_array_equal(mean_offsets(notes), [[1, 2], [3, 3]])


@pytest.mark.slow
def test_copies_of_one_glyph_have_a_variance():
    notes = as_notes(np.ones((6, 2)), [0] * 6, [0, 0, 1, 1, 2, 2], means=np.zeros((1, 2)))
    starts = writer_starts(MODEL, notes, jnp.asarray(np.eye(2)[[0, 1, 1]])[None])
    ends, infos = fit_em_restarts(MODEL, starts, notes, cycles=200)
    assert all(np.isfinite(leaf).all() for leaf in (*ends, infos.objective))
    assert (ends.variances > 0).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([[1.0]], [1], [0], [[0.0]]), "^characters: expected whole numbers from 0 to 0, got 1"),
        (([[1.0]], [0.5], [0], [[0.0]]), "^characters: expected whole numbers"),
        (
            ([[1.0]], [0], [[0]], [[0.0]]),
            "^notes: expected .*, one for each of 1",
        ),
        (([[1.0]], [0], [0], [[0.0, 1.0]]), "^means: expected 1 features"),
        (([[np.nan]], [0], [0], [[0.0]]), "^glyphs: 1 of 1 values are NaN"),
    ],
)
def test_bad_glyphs_are_refused(arguments, message):
    *rest, means = arguments
    with pytest.raises((TypeError, ValueError), match=message):
        as_notes(*rest, means=means)


@pytest.mark.parametrize("prior", [0.0, -1.0, np.inf, np.nan])
def test_a_prior_is_needed(prior):
    with pytest.raises(ValueError, match=r"^prior_glyphs: expected a number above 0"):
        Writers(prior)
