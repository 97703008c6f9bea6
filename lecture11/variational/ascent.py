"""Variational EM: uphill on ELBO(θ, q), one argument at a time (slides: Variational EM).

    ELBO(θ, q) = Σ_i Σ_z q(z|x_i) log (p_θ(x_i, z) / q(z|x_i))

E-step: raise it in q. M-step: raise it in θ. Each may be *exact*, the argmax by formula;
*searched*, a few gradient steps whose length is halved until the bound rises enough; or *fixed*,
gradient steps of a given length, which nothing stops from being too long.

With exact and searched steps the bound never falls. The evidence log p_θ(x) may: after an E-step
that was not exact the bound lies below it, and an M-step raises the bound alone. It falls by no
more than that gap, as the evidence stays above the bound, which has risen.

One iteration here is half a cycle, first an E-step, then an M-step.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol, runtime_checkable

import jax
import jax.numpy as jnp
from jax import lax
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float, Int

from lecture11.arguments import as_number, as_whole
from lecture11.iteration import Run, run
from lecture11.line_search import line_search
from lecture11.signatures import Scalar, checked

Kind = Literal["exact", "searched", "fixed"]
"""How a half-step goes uphill."""


@runtime_checkable
class BoundedModel(Protocol):
    """What variational EM needs: a frozen dataclass of static choices (it is hashed by jit).

    θ are the model's parameters and φ those of q_φ(z|x), pytrees without constraints.
    """

    def check(self, theta: Any, phi: Any, data: Any) -> tuple[Any, Any, Any]:
        """All three as JAX arrays, or an error that names what is wrong with them."""

    def log_likelihood(self, theta: Any, data: Any) -> Float[Array, ""]:
        """Σ_i log p_θ(x_i) in nats."""

    def bound(self, theta: Any, phi: Any, data: Any) -> Float[Array, ""]:
        """ELBO(θ, q_φ) in nats, a sum over the data."""

    def e_step(self, theta: Any, data: Any) -> Any:
        """The φ that maximises the bound for this θ."""

    def m_step(self, theta: Any, phi: Any, data: Any) -> Any:
        """The θ that maximises the bound for this φ; ``theta`` is kept where all are as good."""


class Ascent(NamedTuple):
    """Where variational EM stands."""

    theta: Any
    """θ, of the model's own form."""
    phi: Any
    """φ, of the model's own form."""
    lengths: Float[Array, "*frames 2"]
    """Of gradient steps in φ and in θ: the last one found, or the one that is kept fixed."""
    halves: Int[Array, "*frames"]
    """Half-steps done; after an even number an E-step comes next."""


class AscentInfo(NamedTuple):
    """What a step says of the state it was given, in nats, summed over the data."""

    bound: Float[Array, "*frames"]
    """ELBO(θ, q_φ)."""
    log_likelihood: Float[Array, "*frames"]
    """Σ_i log p_θ(x_i)."""


@checked
@dataclass(frozen=True)
class HalfStep:
    """The bound raised in one of its arguments; see :class:`EStep` and :class:`MStep`.

    kind: see :data:`Kind`
    gradient_steps: how many make one half-step, where it is not exact

    Raises TypeError or ValueError for another kind, or fewer than one gradient step.
    """

    model: BoundedModel
    kind: Kind = "exact"
    gradient_steps: int = 1

    def __post_init__(self) -> None:
        as_whole("gradient_steps", self.gradient_steps, 1)

    def _raised(
        self,
        place: int,
        start: Any,
        lengths: Float[Array, " 2"],
        exact: Callable[[], Any],
        loss: Callable[[Any], Array],
    ) -> tuple[Any, Float[Array, " 2"]]:
        """Where the argument ends, and the lengths with the one at ``place`` renewed."""
        if self.kind == "exact":
            return exact(), lengths
        end, last = _downhill(loss, start, lengths[place], self.kind, self.gradient_steps)
        return end, lengths.at[place].set(last)


class EStep(HalfStep):
    """The bound raised in q, as a step of :mod:`lecture11.iteration`."""

    def __call__(self, state: Ascent, data: Any) -> tuple[Ascent, AscentInfo]:
        """φ ← argmax of ELBO(θ, q_φ), or nearer to it; θ is kept."""
        model, theta = self.model, state.theta
        phi, lengths = self._raised(
            0, state.phi, state.lengths,
            exact=lambda: model.e_step(theta, data),
            loss=lambda phi: -model.bound(theta, phi, data),
        )  # fmt: skip
        later = Ascent(theta, phi, lengths, state.halves + 1)
        return later, _info(model, state, data)


class MStep(HalfStep):
    """The bound raised in θ, as a step of :mod:`lecture11.iteration`."""

    def __call__(self, state: Ascent, data: Any) -> tuple[Ascent, AscentInfo]:
        """θ ← argmax of ELBO(θ, q_φ), or nearer to it; φ is kept."""
        model, phi = self.model, state.phi
        theta, lengths = self._raised(
            1, state.theta, state.lengths,
            exact=lambda: model.m_step(state.theta, phi, data),
            loss=lambda theta: -model.bound(theta, phi, data),
        )  # fmt: skip
        later = Ascent(theta, phi, lengths, state.halves + 1)
        return later, _info(model, state, data)


@checked
@dataclass(frozen=True)
class Alternate:
    """E-step, M-step, E-step, …: one of them at each iteration, whichever comes next."""

    e_step: EStep
    m_step: MStep

    def __call__(self, state: Ascent, data: Any) -> tuple[Ascent, AscentInfo]:
        """One E-step or one M-step."""
        return lax.cond(state.halves % 2 == 0, self.e_step, self.m_step, state, data)


@checked
def begin(
    model: BoundedModel, theta: Any, phi: Any, data: Any, *, length: Scalar = 1.0
) -> tuple[Ascent, Any]:
    """The first state, before an E-step, and the data, both checked.

    length: of gradient steps: tried first by a search, or kept; in units of the parameter squared
        per nat, as it multiplies the gradient
    """
    theta, phi, data = model.check(theta, phi, data)
    first = jnp.asarray(as_number("length", length, above=0), jnp.result_type(float))
    return Ascent(theta, phi, jnp.stack([first, first]), jnp.zeros((), jnp.int32)), data


@checked
def variational_em(
    model: BoundedModel,
    theta: Any,
    phi: Any,
    data: Any,
    *,
    frames: Iterable[int],
    e: Kind = "exact",
    m: Kind = "exact",
    gradient_steps: int = 1,
    length: Scalar = 1.0,
) -> Run[Ascent, AscentInfo]:
    """Run variational EM; frame k holds the state after ``frames[k]`` half-steps.

    e, m: how each half-step goes uphill, see :data:`Kind`
    gradient_steps: how many make a half-step that is not exact
    length: of gradient steps, see :func:`begin`

    A run whose θ or φ stops being finite, as fixed steps may, ends with ``Status.DIVERGED``.
    Raises what ``model.check`` raises, and ValueError for another kind, fewer than one gradient
    step or a length that is not positive.

    >>> run = variational_em(Coins(10), [0.4, 0.0], np.zeros((2, 2)), [5, 9], frames=(0, 2, 40))
    >>> print(run.infos.bound[1:] - run.infos.bound[:-1] > 0)
    [ True  True]
    """
    state, data = begin(model, theta, phi, data, length=length)
    step = Alternate(EStep(model, e, gradient_steps), MStep(model, m, gradient_steps))
    return run(step, state, data, frames=frames, chunk=1000)


def _info(model: BoundedModel, state: Ascent, data: Any) -> AscentInfo:
    return AscentInfo(
        model.bound(state.theta, state.phi, data), model.log_likelihood(state.theta, data)
    )


def _downhill(
    loss: Callable[[Any], Array], start: Any, length: Array, kind: Kind, steps: int
) -> tuple[Any, Array]:
    """Gradient steps from ``start``, as one flat row, and the length of the last."""
    flat, unravel = ravel_pytree(start)

    def of_row(row: Array) -> Array:
        return loss(unravel(row[0]))

    def one(_: Any, at: tuple[Array, Array]) -> tuple[Array, Array]:
        row, length = at
        slope = jax.grad(of_row)(row)
        if kind == "fixed":
            return row - length * slope, length
        return line_search(of_row, row, -slope, -(slope**2).sum(), 2 * length)

    row, length = lax.fori_loop(0, steps, one, (flat[None], length))
    return unravel(row[0]), length
