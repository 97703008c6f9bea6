"""Expectation maximisation for any model with a latent variable (slide: EM Algorithm).

The slide splits the log-likelihood into a supervised part and the entropy of the posterior::

    L(θ) = E[log p_θ(x, z)] + E[H(p_θ(z|x))],        z ~ p_θ(z|x)

E-step: compute p_θ(z|x) with the present θ. M-step: freeze it and maximise the supervised part,
θ ← argmax E[log p_θ(x, z)]. L never decreases (Dempster, Laird & Rubin 1977).

A model brings the two steps; this module brings the iteration.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, runtime_checkable

from jaxtyping import Array, Float

from lecture11.iteration import Run, run


@runtime_checkable
class Model(Protocol):
    """What EM needs of a model: a frozen dataclass of its static choices (it is hashed by jit)."""

    def check(self, params: Any, data: Any) -> tuple[Any, Any]:
        """Both as JAX arrays, or an error that names what is wrong with them."""

    def e_step(self, params: Any, data: Any) -> tuple[Any, Float[Array, ""]]:
        """Expected sufficient statistics under p_θ(z|x), and log p_θ(data).

        Statistics are sums over the data, never an array with a row for each point, so they can
        be added up over shards of the data.
        """

    def m_step(self, params: Any, statistics: Any) -> Any:
        """The parameters that maximise E[log p_θ(x, z)].

        ``params`` are those the statistics were taken under: sums centred on the old means, and
        the old values wherever a component has no data to say otherwise.
        """

    def posterior(self, params: Any, data: Any) -> Float[Array, "points components"]:
        """p_θ(z|x) for every point: the responsibilities, for pictures and predictions."""


class EMInfo(NamedTuple):
    """What the E-step says of the parameters it was given."""

    log_likelihood: Float[Array, ""]
    """log p_θ(x₁, …, x_n) = Σ_i log Σ_z p_θ(x_i, z), in nats; not divided by n."""


@dataclass(frozen=True)
class EMStep:
    """One cycle of EM as a step of :mod:`lecture11.iteration`; the state is the parameters."""

    model: Model

    def __call__(self, params: Any, data: Any) -> tuple[Any, EMInfo]:
        """E-step, then M-step; the info is the log-likelihood of the incoming parameters."""
        statistics, log_likelihood = self.model.e_step(params, data)
        return self.model.m_step(params, statistics), EMInfo(log_likelihood)


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

    tolerance: end early once ``chunk`` cycles raise the log-likelihood by no more than this
        fraction of its magnitude; None runs to the last frame

    Returns a :class:`~lecture11.iteration.Run`, whose frames are stacked parameters and whose
    infos are :class:`EMInfo`.
    Raises what ``model.check`` raises for bad arguments, and ValueError for a bad tolerance.
    """
    if tolerance is not None and not tolerance >= 0:
        raise ValueError(f"tolerance: expected a number from 0 on, or None; got {tolerance}.")
    params, data = model.check(params, data)

    def has_converged(earlier: EMInfo, now: EMInfo) -> bool:
        gain = now.log_likelihood - earlier.log_likelihood
        return tolerance is not None and bool(gain <= tolerance * abs(now.log_likelihood))

    return run(
        EMStep(model),
        params,
        data,
        frames=frames,
        chunk=chunk,
        stop=has_converged,
        on_chunk=on_chunk,
    )
