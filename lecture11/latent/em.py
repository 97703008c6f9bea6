"""Expectation maximisation for any model with a latent variable (slide: EM Algorithm).

The slide splits the log-likelihood into a supervised part and the entropy of the posterior::

    L(θ) = E[log p_θ(x, z)] + E[H(p_θ(z|x))],        z ~ p_θ(z|x)

E-step: compute p_θ(z|x) with the present θ. M-step: freeze it and maximise the supervised part,
θ ← argmax E[log p_θ(x, z)]. L never decreases (Dempster, Laird & Rubin 1977).

A model brings the two steps; this module brings the iteration.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, NamedTuple, Protocol, runtime_checkable

import jax
import jax.numpy as jnp
from jax.scipy.special import entr
from jaxtyping import Array, Bool, Float

from lecture11.iteration import Run, run, scan_frames


@runtime_checkable
class Model(Protocol):
    """What EM needs of a model: a frozen dataclass of its static choices (it is hashed by jit)."""

    compiler_options: ClassVar[Mapping[str, Any] | None]
    """XLA's options for its steps; see :func:`lecture11.iteration.advance`."""

    def check(self, params: Any, data: Any) -> tuple[Any, Any]:
        """Both as JAX arrays, or an error that names what is wrong with them."""

    def constrain(self, params: Any) -> Any:
        """The parameters of the model's own form that are closest to these."""

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


@dataclass(frozen=True)
class EMStep:
    """One cycle of EM as a step of :mod:`lecture11.iteration`; the state is the parameters."""

    model: Model

    def __call__(self, params: Any, data: Any) -> tuple[Any, EMInfo]:
        """E-step, then M-step; the info is about the incoming parameters."""
        statistics, log_likelihood = self.model.e_step(params, data)
        info = EMInfo(
            log_likelihood=log_likelihood,
            objective=log_likelihood + self.model.log_prior(params),
            collapsed=self.model.collapsed(params, statistics),
        )
        return self.model.m_step(params, statistics), info


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
    Raises what ``model.check`` raises for bad arguments, and ValueError for a bad tolerance.
    """
    if tolerance is not None and not tolerance >= 0:
        raise ValueError(f"tolerance: expected a number from 0 on, or None; got {tolerance}.")
    params, data = model.check(params, data)

    def has_converged(earlier: EMInfo, now: EMInfo) -> bool:
        gain = now.objective - earlier.objective
        return tolerance is not None and bool(gain <= tolerance * abs(now.objective))

    return run(
        EMStep(model),
        params,
        data,
        frames=frames,
        chunk=chunk,
        stop=has_converged,
        on_chunk=on_chunk,
        compiler_options=model.compiler_options,
    )


def fit_em_restarts(model: Model, starts: Any, data: Any, *, cycles: int) -> tuple[Any, EMInfo]:
    """Run EM from many starts at once, by ``vmap``, for the same number of cycles each.

    starts: parameters stacked along a new first axis

    Returns the last parameters and their infos, stacked likewise; the best run is the one with
    the largest ``objective``, and of no use where one of its components has ``collapsed``.
    Raises what ``model.check`` raises for the first start, and ValueError for bad ``cycles``.
    """
    if cycles < 0:
        raise ValueError(f"cycles: expected a number from 0 on, got {cycles}.")
    first, data = model.check(jax.tree.map(lambda field: field[0], starts), data)
    starts = jax.tree.map(lambda field, like: jnp.asarray(field, like.dtype), starts, first)
    return _restarts(EMStep(model), starts, data, jnp.asarray([cycles], jnp.int32))


class Decomposition(NamedTuple):
    """The two terms of the slide, summed over the data, in nats."""

    supervised: Float[Array, ""]
    """Σ_i Σ_z q(z|x_i) log p_θ(x_i, z): the log-likelihood as if z had been observed."""
    entropy: Float[Array, ""]
    """Σ_i H(q(z|x_i))."""


def decompose(
    log_joint: Float[Array, "points components"], shares: Float[Array, "points components"]
) -> Decomposition:
    """The slide's two terms for any q(z|x), given as ``shares``.

    With q the posterior of the same θ they add up to log p_θ(data); with any other q to less.
    """
    supervised = jnp.where(shares > 0, shares * log_joint, 0)  # 0 · log 0 = 0
    return Decomposition(supervised.sum(), entr(shares).sum())


@partial(jax.jit, static_argnums=0)
def _restarts(step: EMStep, starts: Any, data: Any, gaps: Array) -> tuple[Any, EMInfo]:
    def fit(start: Any) -> tuple[Any, EMInfo]:
        trace: tuple[Any, Any, EMInfo] = scan_frames(step, step.model.constrain(start), data, gaps)
        return trace[0], jax.tree.map(lambda field: field[-1], trace[2])

    return jax.vmap(fit)(starts)
