"""Who wrote a note (slide: Unsupervised Representation Learning): x given z *and* c.

A note i is several glyphs x_ig by one writer z_i, who is latent. Which character c_ig each glyph
shows is given, the condition of the slide's p(x, z | c) = p(x | z, c) p(z | c). Each writer has a
form of their own for every character, μ_kc, from which glyphs vary as they do for all writers::

    p(x_i, z = k | c_i) = π_k ∏_g N(x_ig | μ_{k, c_ig}, diag σ²)

All that EM needs of a note are, for each character, how many glyphs it has and their sum.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, PRNGKeyArray

from lecture11.arguments import (
    as_distribution,
    as_floats,
    as_indices,
    as_number,
    require_positive,
    require_shape,
)
from lecture11.gaussian import Normal, normal_log_density
from lecture11.iteration import pick
from lecture11.latent.counts import as_counts
from lecture11.latent.em import fit_em_restarts, numbers_as_data
from lecture11.latent.finite_mixture import (
    FiniteMixture,
    distributions,
    have_faded,
    m_steps,
    require_components,
)
from lecture11.latent.kmeans import KMeans, KMeansParameters
from lecture11.latent.starts import distinct_points
from lecture11.signatures import checked

KMEANS_CYCLES = 30
WHOLE = 0.7
"""How sure it is at the start that a note is by the writer of its cluster."""
LEAST_VARIANCE = 1e-4
"""Of the glyphs' own: copies of one glyph have none."""


class Notes(NamedTuple):
    """Notes, each summed up character by character."""

    counts: Float[Array, "notes characters"]
    """How many glyphs of each character stand in each note."""
    sums: Float[Array, "notes characters features"]
    """Σ_g x_ig over these glyphs, each measured from the mean glyph of its character."""
    squares: Float[Array, "notes features"]
    """Σ_g x_ig² over all glyphs of a note."""


class WritersParameters(NamedTuple):
    """θ = (π, μ, σ²)."""

    weights: Float[Array, "*frames writers"]
    """π_k = p(z = k); they sum to 1."""
    forms: Float[Array, "*frames writers characters features"]
    """μ_kc, measured from the mean glyph of the character."""
    variances: Float[Array, "*frames features"]
    """σ², by which glyphs of one character by one writer vary."""


class WritersStatistics(NamedTuple):
    """Expected sums under the posterior."""

    notes: Float[Array, " writers"]
    """Σ_i γ_ik: how many notes each writer wrote."""
    counts: Float[Array, "writers characters"]
    """Σ_i γ_ik n_ic: how many glyphs of each character."""
    sums: Float[Array, "writers characters features"]
    """Σ_i γ_ik Σ_g x_ig, of each character."""
    squares: Float[Array, " features"]
    """Σ x², of all glyphs."""


@numbers_as_data
@dataclass(frozen=True)
class Writers(FiniteMixture):
    """Writers with their own forms of every character, for :func:`~lecture11.latent.fit_em`.

    prior_glyphs: how many glyphs of the mean form each writer is taken to have written of every
        character beforehand: p(μ_kc) = N(0, σ² / prior_glyphs). It keeps a writer of few glyphs
        near the mean form, and shares nothing from one character to another.

    Raises TypeError or ValueError unless it is a positive number: a writer who has no glyph of some
    character needs a form for it.

    >>> notes = as_notes([[0.0], [3.0]], [0, 0], [0, 1], means=[[0.0]])
    >>> theta = WritersParameters(jnp.ones(2) / 2, jnp.array([[[0.0]], [[2.0]]]), jnp.ones(1))
    >>> Writers().posterior(theta, notes).round(2).tolist()
    [[0.88, 0.12], [0.02, 0.98]]
    """

    prior_glyphs: float = 1.0

    def __post_init__(self) -> None:
        as_number("prior_glyphs", self.prior_glyphs, above=0)

    @checked
    def check(self, params: WritersParameters, data: Notes) -> tuple[WritersParameters, Notes]:
        """Both as JAX arrays.

        Raises TypeError or ValueError where shapes disagree, a value is not finite, a count is
        negative, weights are no distribution, or a variance is not positive.
        """
        data = as_arrays(data)
        weights = as_distribution("params.weights", params.weights, dims=1)
        forms = as_floats("params.forms", params.forms, 3)
        variances = as_floats("params.variances", params.variances, 1)
        shape = (len(weights), *data.sums.shape[1:])
        require_shape("params.forms", forms, shape, "writers × characters × features")
        require_shape("params.variances", variances, shape[2:], "features")
        require_components("components", len(weights), len(data.counts))
        require_positive(
            "params.variances", variances, "positive numbers", "they are σ², not log σ"
        )
        return WritersParameters(weights, forms, variances), data

    def prior(self, params: WritersParameters, data: Notes) -> Float[Array, " writers"]:
        """π, whatever the characters are."""
        return params.weights

    def log_likelihoods(
        self, params: WritersParameters, data: Notes
    ) -> Float[Array, "notes writers"]:
        """Σ_g log N(x_ig | μ_kc, diag σ²); 0 for an empty note."""
        _, forms, variances = params
        glyphs = data.counts.sum(axis=1)
        constant = glyphs * jnp.log(2 * jnp.pi * variances).sum()
        own = data.squares @ (1 / variances)
        across = jnp.einsum("icd,kcd->ik", data.sums, forms / variances)
        sizes = (forms**2 / variances).sum(axis=2)  # writers × characters
        squared = own[:, None] - 2 * across + data.counts @ sizes.T
        return -0.5 * (constant[:, None] + squared)

    def statistics(
        self,
        params: WritersParameters,
        data: Notes,
        responsibilities: Float[Array, "notes writers"],
    ) -> WritersStatistics:
        """Sums under a posterior that is given."""
        return WritersStatistics(
            notes=responsibilities.sum(axis=0),
            counts=responsibilities.T @ data.counts,
            sums=jnp.einsum("ik,icd->kcd", responsibilities, data.sums),
            squares=data.squares.sum(axis=0),
        )

    def m_step(self, params: WritersParameters, statistics: WritersStatistics) -> WritersParameters:
        """π, μ and σ² that maximise the expected log-density and the prior's together."""
        notes, counts, sums, squares = statistics
        raised = counts + self.prior_glyphs
        forms = sums / raised[:, :, None]
        explained = (sums**2 / raised[:, :, None]).sum(axis=(0, 1))
        glyphs = counts.sum()
        variances = (squares - explained) / (glyphs + counts.size)
        floor = LEAST_VARIANCE * squares / glyphs + jnp.finfo(squares.dtype).tiny
        return WritersParameters(
            distributions(notes, params.weights), forms, jnp.maximum(variances, floor)
        )

    def collapsed(
        self,
        params: WritersParameters,
        statistics: WritersStatistics,
    ) -> Bool[Array, " writers"]:
        """Which writers wrote no note."""
        return have_faded(statistics.notes)

    def log_prior(self, params: WritersParameters) -> Float[Array, ""]:
        """Σ_kc log N(μ_kc | 0, σ² / prior_glyphs)."""
        _, forms, variances = params
        of_forms = Normal(jnp.zeros(()), jnp.sqrt(variances / self.prior_glyphs))
        return normal_log_density(forms, of_forms).sum()


@checked
def as_notes(glyphs: Any, characters: Any, notes: Any, *, means: Any) -> Notes:
    """Glyphs, given one by one, as notes.

    glyphs: their features, glyphs × features
    characters: which character each shows, from 0
    notes: in which note each stands, from 0
    means: the mean glyph of each character, characters × features; subtracted

    Raises TypeError or ValueError where shapes disagree, a value is not finite, or an index is out
    of range.
    """
    x = np.asarray(as_floats("glyphs", glyphs, 2))
    centres = np.asarray(as_floats("means", means, 2))
    of = as_indices("characters", characters, len(centres), len(x))
    at = as_indices("notes", notes, len(x), len(x))
    if centres.shape[1] != x.shape[1]:
        raise ValueError(
            f"means: expected {x.shape[1]} features, as glyphs have; got {centres.shape[1]}."
        )
    centred = x - centres[of]
    count, (characters_, features) = int(at.max()) + 1, centres.shape
    counts = np.zeros((count, characters_))
    sums = np.zeros((count, characters_, features))
    squares = np.zeros((count, features))
    np.add.at(counts, (at, of), 1)
    np.add.at(sums, (at, of), centred)
    np.add.at(squares, at, centred**2)
    return as_arrays(Notes(*map(jnp.asarray, (counts, sums, squares))))


def as_arrays(data: Notes) -> Notes:
    """The notes as JAX arrays.

    Raises TypeError or ValueError where shapes disagree, a value is not finite, a count is negative
    or all are 0.
    """
    counts = as_counts("data.counts", data.counts, 2)
    sums = as_floats("data.sums", data.sums, 3)
    squares = as_floats("data.squares", data.squares, 2)
    require_shape(
        "data.sums", sums, (*counts.shape, sums.shape[2]), "notes × characters × features"
    )
    require_shape("data.squares", squares, (len(counts), sums.shape[2]), "notes × features")
    return Notes(counts, sums, squares)


@checked
def mean_offsets(data: Notes) -> Float[Array, "notes features"]:
    """The mean of x − (the mean glyph of its character) over each note: what k-means gets to see.

    It knows c as well, but can keep only what a writer does to all characters alike.
    """
    data = as_arrays(data)
    glyphs = jnp.maximum(data.counts.sum(axis=1), 1)
    return data.sums.sum(axis=1) / glyphs[:, None]


@checked
def offset_starts(
    model: Writers, data: Notes, writers: int, restarts: int, *, key: PRNGKeyArray
) -> tuple[WritersParameters, KMeansParameters]:
    """M-steps from what k-means makes of the mean offsets, stacked, and the best of the latter.

    Each cluster's notes are believed to be by one writer to WHOLE, and by any writer otherwise.
    Raises TypeError or ValueError for bad data, more writers than notes, or no random key.
    """
    offsets = mean_offsets(data)
    require_components("writers", writers, len(offsets))
    first = offsets[distinct_points(len(offsets), writers, restarts, key)]
    ends, infos = fit_em_restarts(KMeans(), KMeansParameters(first), offsets, cycles=KMEANS_CYCLES)
    clusters = jax.vmap(KMeans().posterior, (0, None))(ends, offsets)
    responsibilities = WHOLE * clusters + (1 - WHOLE) / writers
    return writer_starts(model, data, responsibilities), pick(ends, infos.objective.argmax())


@checked
def writer_starts(model: Writers, data: Notes, responsibilities: Any) -> WritersParameters:
    """M-steps from responsibilities that are given, such as clusters that k-means found.

    responsibilities: restarts × notes × writers

    Raises TypeError or ValueError for bad data, or where the last axis holds no distributions.
    """
    data = as_arrays(data)
    given = as_distribution("responsibilities", responsibilities, dims=3)
    restarts, _, writers = given.shape
    shape = (restarts, len(data.counts), writers)
    require_shape("responsibilities", given, shape, "restarts × notes × writers")
    blank = WritersParameters(
        jnp.full((writers,), 1 / writers, data.sums.dtype),
        jnp.zeros((writers, *data.sums.shape[1:]), data.sums.dtype),
        jnp.ones(data.sums.shape[2:], data.sums.dtype),
    )
    return m_steps(model, blank, data, given)
