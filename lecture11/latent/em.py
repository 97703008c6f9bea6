"""Expectation maximisation for any model with a latent variable (slide: EM Algorithm).

The slide splits the log-likelihood into a supervised part and the entropy of the posterior::

    L(θ) = E[log p_θ(x, z)] + E[H(p_θ(z|x))],        z ~ p_θ(z|x)

E-step: compute p_θ(z|x) with the present θ. M-step: freeze it and maximise the supervised part,
θ ← argmax E[log p_θ(x, z)]. L never decreases (Dempster, Laird & Rubin 1977).

A model brings the two steps; this module brings the iteration.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import Any, ClassVar, NamedTuple, Protocol, runtime_checkable

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import entr
from jaxtyping import Array, Bool, Float

from lecture11.arguments import as_floats, as_number, as_whole, require_shape
from lecture11.iteration import Run, run, scan_frames
from lecture11.signatures import checked
from lecture11.zeros import weighted


def numbers_as_data(cls: type) -> type:
    """Make a frozen dataclass a pytree: another number in it compiles nothing.

    Its fields are leaves, but for those of ``field(metadata={"static": True})``, which decide what
    is compiled. What is rebuilt from leaves, which may be traced, is not checked again.
    """
    static = [f.name for f in fields(cls) if f.metadata.get("static")]
    numbers = [f.name for f in fields(cls) if f.name not in static]

    def flatten(model: Any) -> tuple[list[Any], tuple[Any, ...]]:
        chosen = tuple(getattr(model, name) for name in static)
        return [getattr(model, name) for name in numbers], chosen

    def unflatten(chosen: tuple[Any, ...], leaves: Iterable[Any]) -> Any:
        model: Any = object.__new__(cls)
        for name, value in zip(numbers + static, (*leaves, *chosen), strict=True):
            object.__setattr__(model, name, value)
        return model

    jax.tree_util.register_pytree_node(cls, flatten, unflatten)
    return cls


@runtime_checkable
class Model(Protocol):
    """What EM needs of a model: a frozen dataclass under :func:`numbers_as_data`.

    One that derives from this class need not say that its parameters have no form to be brought to,
    or no prior.
    """

    compiler_options: ClassVar[Mapping[str, Any] | None] = None
    """XLA's options for its steps; see :func:`lecture11.iteration.advance`."""

    def check(self, params: Any, data: Any) -> tuple[Any, Any]:
        """Both as JAX arrays, or an error that names what is wrong with them."""

    def constrain(self, params: Any) -> Any:
        """The parameters of the model's own form that are closest to these."""
        return params

    def e_step(self, params: Any, data: Any) -> tuple[Any, Float[Array, ""]]:
        """Expected sufficient statistics under p_θ(z|x), and log p_θ(data).

        Statistics are sums over the data, never an array with a row for each point, so they can
        be added up over shards of the data.
        """

    def m_step(self, params: Any, statistics: Any) -> Any:
        """The parameters that maximise E[log p_θ(x, z)], plus the log-prior where there is one.

        ``params`` are those the statistics were taken under: sums are centred on the old means,
        and the old values stay wherever a component has no data to say otherwise.
        """

    def collapsed(self, params: Any, statistics: Any) -> Bool[Array, " components"]:
        """Which components the data no longer determine."""

    def log_prior(self, params: Any) -> Float[Array, ""]:
        """Log-density of the prior at θ, up to a constant; 0 without one."""
        return jnp.zeros((), jax.tree.leaves(params)[0].dtype)

    def posterior(self, params: Any, data: Any) -> Float[Array, "points components"]:
        """p_θ(z|x) for every point: the responsibilities, for pictures and predictions."""


class EMInfo(NamedTuple):
    """What one cycle says of the parameters it was given."""

    log_likelihood: Float[Array, "*frames"]
    """log p_θ(x₁, …, x_n) = Σ_i log Σ_z p_θ(x_i, z), in nats; not divided by n."""
    objective: Float[Array, "*frames"]
    """What EM never lowers: the log-likelihood plus the log-prior, in nats up to a constant."""
    collapsed: Bool[Array, "*frames components"]
    """Which components the data no longer determine: a Gaussian on a single point, say."""


class Problem(NamedTuple):
    """The model and its data, which stay while θ changes."""

    model: Model
    data: Any


def em_cycle(params: Any, problem: Problem) -> tuple[Any, EMInfo]:
    """E-step, then M-step: a step of :mod:`lecture11.iteration`.

    The info is about the incoming parameters.
    """
    model, data = problem
    statistics, log_likelihood = model.e_step(params, data)
    info = EMInfo(
        log_likelihood=log_likelihood,
        objective=log_likelihood + model.log_prior(params),
        collapsed=model.collapsed(params, statistics),
    )
    return model.m_step(params, statistics), info


@checked
def fit_em(
    model: Model,
    params: Any,
    data: Any,
    *,
    frames: Iterable[int],
    tolerance: float | None = None,
    chunk: int = 10,
    on_chunk: Callable[[int, int, EMInfo], None] | None = None,
) -> Run[Any, EMInfo]:
    """Run EM from ``params``; frame k holds the parameters after ``frames[k]`` cycles.

    tolerance: end early once ``chunk`` cycles raise the objective by no more than this fraction
        of its magnitude; None runs to the last frame

    Returns a :class:`~lecture11.iteration.Run`, whose frames are stacked parameters and whose
    infos are :class:`EMInfo`.
    Raises TypeError or ValueError for bad arguments, such as ``model.check`` refuses.

    >>> start = GaussianMixtureParameters([0.5, 0.5], [[0.0], [4.0]], [[[1.0]], [[1.0]]])
    >>> run = fit_em(GaussianMixture(), start, [[0.0], [1.0], [7.0], [9.0]], frames=[9])
    >>> run.state.means.round(1).tolist()
    [[0.5], [8.0]]
    """
    if tolerance is not None:
        as_number("tolerance", tolerance, 0)
    params, data = model.check(params, data)

    def has_converged(earlier: EMInfo, now: EMInfo) -> bool:
        gain = now.objective - earlier.objective
        return tolerance is not None and bool(gain <= tolerance * abs(now.objective))

    return run(
        em_cycle,
        params,
        Problem(model, data),
        frames=frames,
        chunk=chunk,
        stop=has_converged,
        on_chunk=on_chunk,
        compiler_options=model.compiler_options,
    )


@checked
def fit_em_restarts(model: Model, starts: Any, data: Any, *, cycles: int) -> tuple[Any, EMInfo]:
    """Run EM from many starts at once, by ``vmap``, for the same number of cycles each.

    starts: parameters stacked along a new first axis

    Returns the last parameters and their infos, stacked likewise; the best run is the one with
    the largest ``objective``, and of no use where one of its components has ``collapsed``.
    Raises what ``model.check`` raises for the first start, and TypeError or ValueError where
    ``cycles`` is no whole number from 0 on.
    """
    as_whole("cycles", cycles, 0)
    first, data = model.check(first_of(starts), data)
    starts = jax.tree.map(lambda field, like: jnp.asarray(field, like.dtype), starts, first)
    return _restarts(starts, Problem(model, data), jnp.asarray([cycles], jnp.int32))


def first_of(starts: Any) -> Any:
    """The first of several parameters. Raises TypeError where they are not stacked."""
    shapes = [np.shape(leaf) for leaf in jax.tree.leaves(starts)]
    if not shapes or min(shape[:1] for shape in shapes) < (1,):
        raise TypeError(
            "starts: expected parameters stacked along a new first axis, as random_starts gives; "
            f"got {type(starts).__name__}, where something has no axis."
        )
    return jax.tree.map(lambda field: field[0], starts)


class Decomposition(NamedTuple):
    """The two terms of the slide, summed over the data, in nats."""

    supervised: Float[Array, ""]
    """Σ_i Σ_z q(z|x_i) log p_θ(x_i, z): the log-likelihood as if z had been observed."""
    entropy: Float[Array, ""]
    """Σ_i H(q(z|x_i))."""


def decompose(log_joint: Any, responsibilities: Any) -> Decomposition:
    """The slide's two terms for any q(z|x), given as ``responsibilities``.

    log_joint: log p_θ(x_i, z = k) in nats, points × components; −∞ for 0
    responsibilities: q(z = k|x_i), of the same shape

    With q the posterior of the same θ they add up to log p_θ(data); with any other q to less.
    Raises TypeError or ValueError where shapes disagree or a value is NaN.

    >>> [round(float(term), 3) for term in decompose(np.log([[0.2, 0.2]]), [[0.5, 0.5]])]
    [-1.609, 0.693]
    """
    log_joint = as_floats("log_joint", log_joint, 2, lowest=True)
    q = as_floats("responsibilities", responsibilities, 2)
    require_shape("responsibilities", q, log_joint.shape, "points × components")
    return Decomposition(weighted(q, log_joint).sum(), entr(q).sum())


@jax.jit
def _restarts(starts: Any, problem: Problem, gaps: Array) -> tuple[Any, EMInfo]:
    def fit(start: Any) -> tuple[Any, EMInfo]:
        begin = problem.model.constrain(start)
        trace: tuple[Any, Any, EMInfo] = scan_frames(em_cycle, begin, problem, gaps)
        return trace[0], jax.tree.map(lambda field: field[-1], trace[2])

    return jax.vmap(fit)(starts)
