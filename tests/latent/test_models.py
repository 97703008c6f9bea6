"""What every model that EM fits has to keep, whatever it is a model of."""

import itertools
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import logsumexp, softmax
from scipy.stats import multivariate_normal, norm

from lecture11.latent import (
    PLSA,
    Contexts,
    DawidSkene,
    DawidSkeneParameters,
    GaussianMixture,
    GaussianMixtureParameters,
    KMeans,
    KMeansParameters,
    MixtureOfUnigrams,
    Notes,
    PLSAParameters,
    SenseMixture,
    SensesParameters,
    UnigramsParameters,
    Writers,
    WritersParameters,
    fit_em,
    fit_em_restarts,
)
from lecture11.latent.em import Problem, em_cycle
from tests.compilations import compilations

POINTS, COMPONENTS, DIMS, SYMBOLS = 12, 3, 2, 4
CYCLES = 25


class Entry(NamedTuple):
    name: str
    model: Callable[[float], Any]
    """From the number that a slider may move: the strength of its prior."""
    strengths: tuple[float, ...]
    problem: Callable[[np.random.Generator], tuple[Any, Any]]
    """Data and parameters, as NumPy arrays."""
    axes: dict[str, int]
    """Where the components are, in the fields that have any; weights first."""
    log_joint: Callable[[Any, Any], np.ndarray]
    """log p(x_i, z = k), by SciPy or one by one; a row for each latent."""
    often: Callable[[Any], np.ndarray] = lambda data: np.ones(POINTS)
    """How often each row counts."""


def simplex(rng, *shape):
    return rng.dirichlet(np.full(shape[-1], 2.0), size=shape[:-1])


def gaussians(rng):
    factors = rng.normal(size=(COMPONENTS, DIMS, DIMS))
    data = rng.normal(size=(POINTS, DIMS)) + 3 * rng.integers(0, 2, size=(POINTS, 1))
    spread = factors @ factors.transpose(0, 2, 1) + 0.5 * np.eye(DIMS)
    return data, GaussianMixtureParameters(
        simplex(rng, COMPONENTS), rng.normal(size=(COMPONENTS, DIMS)), spread
    )


def gaussian_log_joint(data, params):
    parts = zip(*params, strict=True)
    return np.stack([np.log(w) + multivariate_normal(m, c).logpdf(data) for w, m, c in parts], 1)


def centres(rng):
    data, params = gaussians(rng)
    return data, KMeansParameters(params.means)


def experts(rng):
    counts = rng.integers(0, 3, size=(POINTS, 2, SYMBOLS)).astype(float)
    counts[0] = 0  # nobody answered
    return counts, DawidSkeneParameters(
        simplex(rng, COMPONENTS), simplex(rng, 2, COMPONENTS, SYMBOLS)
    )


def expert_log_joint(counts, params):
    """A product over single answers, one by one."""
    joint = np.tile(params.marginals, (POINTS, 1))
    for i, k, j, answer in itertools.product(*map(range, (POINTS, COMPONENTS, 2, SYMBOLS))):
        for _ in range(int(counts[i, j, answer])):
            joint[i, k] *= params.confusions[j, k, answer]
    return np.log(joint)


def documents(rng):
    counts = rng.integers(0, 4, size=(POINTS, SYMBOLS)).astype(float)
    counts[0] = 0  # an empty document
    return counts, simplex(rng, COMPONENTS, SYMBOLS)


def unigrams(rng):
    counts, words = documents(rng)
    return counts, UnigramsParameters(simplex(rng, COMPONENTS), words)


def unigram_log_joint(counts, params):
    return np.log(params.weights * (params.words[None] ** counts[:, None]).prod(axis=2))


def words_of_documents(rng):
    counts, words = documents(rng)
    return counts, PLSAParameters(simplex(rng, POINTS, COMPONENTS), words)


def plsa_log_joint(counts, params):
    """A row for each word of each document: they are what has a latent."""
    joint = params.proportions[:, None] * params.words.T[None]
    return np.log(joint.reshape(-1, COMPONENTS))


def contexts(rng):
    data = Contexts(rng.normal(size=(POINTS, DIMS)), rng.integers(0, 2, POINTS))
    return data, SensesParameters(
        simplex(rng, 2, COMPONENTS),
        rng.normal(size=(COMPONENTS, DIMS)),
        np.asarray(rng.uniform(0.3, 2)),
    )


def sense_log_joint(data, params):
    densities = [multivariate_normal(m, params.variance).logpdf(data.vectors) for m in params.means]
    return np.log(params.weights)[data.conditions] + np.stack(densities, axis=1)


class Glyphs(NamedTuple):
    """Notes as their glyphs, for the sum one by one."""

    x: np.ndarray
    characters: np.ndarray
    notes: np.ndarray


def glyphs_of(rng):
    shape = (2 * POINTS, DIMS)
    return Glyphs(
        rng.normal(size=shape), rng.integers(0, 2, shape[0]), np.repeat(np.arange(POINTS), 2)
    )


def notes(rng):
    x, characters, at = glyphs_of(rng)
    data = Notes(np.zeros((POINTS, 2)), np.zeros((POINTS, 2, DIMS)), np.zeros((POINTS, DIMS)))
    for glyph, c, i in zip(x, characters, at, strict=True):
        data.counts[i, c] += 1
        data.sums[i, c] += glyph
        data.squares[i] += glyph**2
    return data, WritersParameters(
        simplex(rng, COMPONENTS),
        rng.normal(size=(COMPONENTS, 2, DIMS)),
        rng.uniform(0.5, 2, size=DIMS),
    )


def writer_log_joint(data, params):
    """Glyph by glyph, from the same generator that ``notes`` summed them up with."""
    rows = np.tile(np.log(params.weights), (POINTS, 1))
    for glyph, c, i in zip(*glyphs_of(np.random.default_rng(SEED)), strict=True):
        rows[i] += norm(params.forms[:, c], np.sqrt(params.variances)).logpdf(glyph).sum(axis=1)
    return rows


SEED = 0
ALL = dict.fromkeys(("weights", "means", "covariances"), 0)
ENTRIES = [
    *(
        Entry(
            f"GaussianMixture({shape})",
            lambda strength, shape=shape: GaussianMixture(shape, strength, 0.7),
            (0.0, 0.5, 20.0),
            gaussians,
            ALL,
            gaussian_log_joint,
        )
        for shape in ("full", "tied", "diagonal", "spherical")
    ),
    Entry("KMeans", lambda _: KMeans(), (0.0,), centres, {"centres": 0}, None),
    Entry(
        "DawidSkene", DawidSkene, (0.0, 0.3, 2.0), experts,
        {"marginals": 0, "confusions": 1}, expert_log_joint,
    ),
    Entry(
        "MixtureOfUnigrams", MixtureOfUnigrams, (0.0, 0.3, 2.0), unigrams,
        {"weights": 0, "words": 0}, unigram_log_joint,
    ),
    Entry(
        "PLSA", PLSA, (0.0, 0.3, 2.0), words_of_documents,
        {"proportions": 1, "words": 0}, plsa_log_joint, np.ravel,
    ),
    Entry(
        "SenseMixture", SenseMixture, (0.0, 0.3, 2.0), contexts,
        {"weights": 1, "means": 0}, sense_log_joint,
    ),
    Entry(
        "Writers", Writers, (0.1, 1.0, 30.0), notes,
        {"weights": 0, "forms": 0}, writer_log_joint,
    ),
]  # fmt: skip
PROBABILISTIC = [entry for entry in ENTRIES if entry.log_joint is not None]


def of_each(entries):
    return pytest.mark.parametrize("entry", entries, ids=lambda entry: entry.name)


def run_of(model, params, data):
    """Always of the same shapes: one compilation for each model and precision."""
    return fit_em(model, params, data, frames=range(CYCLES + 1), chunk=CYCLES)


def field_by_field(entry, params, change):
    """``change(array, axis of the components)`` of every field that has components."""
    return params._replace(
        **{name: change(getattr(params, name), axis) for name, axis in entry.axes.items()}
    )


def drawn(entry, seed=SEED):
    return entry.problem(np.random.default_rng(seed))


@jax.jit
def e_step_of(model, params, data):
    """Statistics, log-likelihood, posterior."""
    return *model.e_step(params, data), model.posterior(params, data)


@pytest.mark.usefixtures("float64")
@of_each(ENTRIES)
class TestEvery:
    @pytest.mark.slow
    def test_objective_never_falls(self, entry):
        for seed, strength in itertools.product(range(8), entry.strengths):
            data, params = drawn(entry, seed)
            infos = run_of(entry.model(strength), params, data).infos
            assert np.isfinite(infos.objective).all()
            slack = 1e-9 * np.abs(infos.objective[1:])
            assert (np.diff(infos.objective) >= -slack).all(), (seed, strength)
            if strength == 0:
                np.testing.assert_array_equal(infos.objective, infos.log_likelihood)

    def test_it_climbs_to_where_it_stays(self, entry):
        """Or an M-step that changes nothing would never lower anything either."""
        data, params = drawn(entry)
        objective = run_of(entry.model(entry.strengths[-1]), params, data).infos.objective
        assert objective[-1] > objective[0] + 0.1
        assert objective[-1] - objective[-2] < 0.01 * (objective[-1] - objective[0])

    @pytest.mark.slow
    def test_each_point_has_a_distribution_over_the_components(self, entry):
        model = entry.model(entry.strengths[-1])
        params, data = model.check(*reversed(drawn(entry)))
        posterior = e_step_of(model, params, data)[2]
        assert posterior.shape == (POINTS, COMPONENTS)
        assert (posterior >= 0).all()
        np.testing.assert_allclose(posterior.sum(axis=1), 1)

    def test_components_carry_no_names(self, entry):
        data, params = drawn(entry)
        model, order = entry.model(entry.strengths[-1]), np.array([2, 0, 1])

        def in_order(x, axis):
            return np.array(x).take(order, axis)

        turned = field_by_field(entry, params, in_order)
        one, other = run_of(model, params, data), run_of(model, turned, data)
        np.testing.assert_allclose(other.infos.objective, one.infos.objective, rtol=1e-9)
        again = field_by_field(entry, one.state, in_order)
        for found, right in zip(other.state, again, strict=True):
            np.testing.assert_allclose(found, right, rtol=1e-6, atol=1e-9)

    @pytest.mark.slow
    def test_float32_climbs_as_high(self, entry):
        data, params = drawn(entry)
        model = entry.model(entry.strengths[-1])
        right = run_of(model, params, data).infos.objective[-1]
        jax.config.update("jax_enable_x64", False)  # the fixture restores this anyway
        run = run_of(model, params, data)
        assert all(leaf.dtype == jnp.float32 for leaf in run.state)
        np.testing.assert_allclose(run.infos.objective[-1], right, rtol=1e-4)

    @pytest.mark.slow
    def test_steps_are_traced(self, entry):
        """By jit, as parts of a larger function: also the check, which then sees no numbers."""
        data, params = drawn(entry)
        model = entry.model(entry.strengths[0])

        @jax.jit
        def cycles(model, params, data):
            params, data = model.check(params, data)
            ended, _ = em_cycle(params, Problem(model, data))
            starts = jax.tree.map(lambda field: jnp.stack([field, field]), params)
            ends, infos = fit_em_restarts(model, starts, data, cycles=1)
            return ended, ends, infos.objective, model.posterior(ended, data)

        ended, ends, objectives, _ = cycles(model, params, data)
        alone = run_of(model, params, data)
        for field, stacked, frames in zip(ended, ends, alone.frames, strict=True):
            np.testing.assert_allclose(field, frames[1], rtol=1e-8, atol=1e-10)
            np.testing.assert_allclose(stacked[1], frames[1], rtol=1e-8, atol=1e-10)
        np.testing.assert_allclose(objectives, alone.infos.objective[1], rtol=1e-9)

    @pytest.mark.slow
    def test_another_number_compiles_nothing(self, entry):
        data, params = drawn(entry)
        starts = jax.tree.map(lambda field: np.stack([field, field]), params)

        def both(strength, cycles):
            model = entry.model(strength)
            run_of(model, params, data)
            fit_em_restarts(model, starts, data, cycles=cycles)

        both(entry.strengths[0], 2)
        with compilations() as seen:
            for strength, cycles in zip(entry.strengths, (2, 3, 4), strict=False):
                both(strength, cycles)
        assert seen == []


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
@of_each([entry for entry in ENTRIES if entry.name != "PLSA"])
def test_sums_are_added_up_over_parts_of_the_data(entry):
    """But for PLSA, where each document has parameters of its own."""
    model = entry.model(entry.strengths[-1])
    params, data = model.check(*reversed(drawn(entry)))
    halves = [jax.tree.map(lambda x, part=part: x[part::2], data) for part in (0, 1)]
    whole, *parts = (e_step_of(model, params, part)[:2] for part in (data, *halves))
    for right, one, other in zip(*map(jax.tree.leaves, (whole, *parts)), strict=True):
        np.testing.assert_allclose(one + other, right, rtol=1e-10, atol=1e-10)


def test_a_compilation_is_seen():
    data = np.array([[0.0], [1.0], [4.0], [5.0], [7.0]])  # of a shape that nothing else has
    with compilations() as seen:
        run_of(KMeans(), KMeansParameters(data[:2]), data)
    assert any("scan_frames" in line for line in seen)


@pytest.mark.usefixtures("float64")
@of_each(PROBABILISTIC)
class TestProbabilistic:
    @pytest.mark.slow
    def test_posterior_and_likelihood_by_enumeration(self, entry):
        model = entry.model(entry.strengths[0])
        data, params = drawn(entry)
        often = entry.often(data)
        # A covariance of another shape is brought to the model's.
        log_joint = entry.log_joint(data, model.constrain(jax.tree.map(jnp.asarray, params)))
        params, data = model.check(params, data)
        right = often @ logsumexp(log_joint, axis=1)
        _, log_likelihood, posterior = e_step_of(model, params, data)
        np.testing.assert_allclose(log_likelihood, right, rtol=1e-10)
        if len(log_joint) == POINTS:
            np.testing.assert_allclose(posterior, softmax(log_joint, axis=1), atol=1e-10)

    @pytest.mark.slow
    def test_a_component_without_weight_is_none(self, entry):
        """Whatever its other parameters are; it stays out, and is reported."""
        data, params = drawn(entry)
        (weights, axis), *rest = entry.axes.items()
        parts = np.moveaxis(np.array(getattr(params, weights)), axis, -1)
        parts[..., -1] = 0
        parts /= parts.sum(axis=-1, keepdims=True)
        one = params._replace(**{weights: np.moveaxis(parts, -1, axis)})
        other = one._replace(**{name: last_as_first(getattr(one, name), at) for name, at in rest})
        model = entry.model(entry.strengths[0])
        one, other = run_of(model, one, data), run_of(model, other, data)
        np.testing.assert_allclose(one.infos.log_likelihood, other.infos.log_likelihood, rtol=1e-9)
        np.testing.assert_array_equal(one.infos.collapsed[:, -1], True)
        np.testing.assert_array_equal(one.infos.collapsed[0, :-1], False)
        for name, at in entry.axes.items():
            left, right = (np.moveaxis(getattr(run.state, name), at, 0) for run in (one, other))
            np.testing.assert_allclose(left[:-1], right[:-1], rtol=1e-6, atol=1e-9)


def last_as_first(x, axis):
    """With the last component's entry replaced by the first's."""
    rows = np.moveaxis(np.array(x), axis, 0)
    rows[-1] = rows[0]
    return np.moveaxis(rows, 0, axis)
