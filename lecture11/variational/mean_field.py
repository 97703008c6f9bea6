"""A q that is not allowed to be the posterior, and the θ it leads to (slides: Variational EM).

Two causes, one effect, equally likely to push up as down::

    x = θ (z₁ − z₂) + noise,        z₁, z₂ ~ N(0, 1),  noise ~ N(0, σ²)

Given x the two causes are correlated: what one does not explain the other must. With a = θ²/σ² the
posterior is normal, its precision matrix and correlation are

    Λ = [[1 + a, −a], [−a, 1 + a]]        ρ = a / (1 + a)

A factorised (*mean-field*) q(z₁) q(z₂) finds the posterior's means, and 1/Λ_ii = 1/(1 + a) for its
variances (Bishop 2006, section 10.1.2). The bound then stops short of the evidence by
−½ log(1 − ρ²) nats for each point. That price grows with θ, so that the θ of the highest bound is
too small (Turner & Sahani 2011).
"""

from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from lecture11.arguments import (
    as_floats,
    as_instance,
    as_number,
    as_whole,
    require_shape,
)
from lecture11.gaussian import STANDARD_NORMAL, Normal, normal_log_density
from lecture11.signatures import Scalar, checked


class Effects(NamedTuple):
    """What was measured."""

    x: Float[Array, " points"]
    """The effects."""
    noise: Float[Array, ""]
    """σ > 0, known, in the unit of x."""


class PairNormals(NamedTuple):
    """q(z₁, z₂|x_i), normal: a mean for each point, one covariance for all.

    The best q has one covariance for all points, as that of the posterior does not depend on x.
    """

    means: Float[Array, "*frames points 2"]
    """Of z₁ and z₂."""
    log_sds: Float[Array, "*frames 2"]
    """Logarithms of the standard deviations."""
    tangent: Float[Array, "*frames"]
    """artanh of the correlation; a factorised q takes no notice of it."""


@checked
@dataclass(frozen=True)
class Causes:
    """The model, with what q may be: ``factorised``, or any normal, which holds the posterior.

    Its θ is one number (); its data are :class:`Effects`, its φ :class:`PairNormals`.
    """

    factorised: bool = True

    def log_joint(
        self, theta: Float[Array, ""], z: Float[Array, "nodes 2"], data: Effects
    ) -> Float[Array, "points nodes"]:
        """log p_θ(x_i, z) at any z, for quadrature."""
        effect = Normal(theta * (z[:, 0] - z[:, 1]), data.noise)
        prior = normal_log_density(z, STANDARD_NORMAL).sum(axis=1)
        return normal_log_density(data.x[:, None], effect) + prior

    def log_likelihood(self, theta: Float[Array, ""], data: Effects) -> Float[Array, ""]:
        """Σ_i log N(x_i | 0, 2 θ² + σ²)."""
        spread = Normal(jnp.zeros(()), jnp.sqrt(2 * theta**2 + data.noise**2))
        return normal_log_density(data.x, spread).sum()

    def bound(self, theta: Float[Array, ""], phi: PairNormals, data: Effects) -> Float[Array, ""]:
        """ELBO(θ, q_φ): expectations of squares, and the entropy of a normal."""
        tangent = jnp.zeros(()) if self.factorised else phi.tangent
        difference, spread = self._difference(phi, tangent)
        squares = (data.x - theta * difference) ** 2 + theta**2 * spread
        fit = -0.5 * squares / data.noise**2 - jnp.log(data.noise) - 0.5 * jnp.log(2 * jnp.pi)
        prior = -0.5 * ((phi.means**2).sum(axis=1) + jnp.exp(2 * phi.log_sds).sum())
        log_cosh = jnp.logaddexp(tangent, -tangent) - jnp.log(2.0)  # −½ log(1 − ρ²)
        entropy = 1 + phi.log_sds.sum() - log_cosh
        return (fit + prior + entropy).sum()

    def e_step(self, theta: Float[Array, ""], data: Effects) -> PairNormals:
        """Means of the posterior; variances of the posterior, or 1/Λ_ii of a factorised q."""
        a = (theta / data.noise) ** 2
        mean = theta * data.x / (data.noise**2 + 2 * theta**2)
        variance = 1 / (1 + a) if self.factorised else (1 + a) / (1 + 2 * a)
        tangent = jnp.zeros_like(a) if self.factorised else 0.5 * jnp.log1p(2 * a)
        return PairNormals(
            jnp.stack([mean, -mean], axis=1), jnp.full(2, 0.5 * jnp.log(variance)), tangent
        )

    def m_step(self, theta: Float[Array, ""], phi: PairNormals, data: Effects) -> Float[Array, ""]:
        """θ = Σ_i x_i E[z₁ − z₂] / Σ_i E[(z₁ − z₂)²], least squares with uncertain inputs."""
        tangent = jnp.zeros(()) if self.factorised else phi.tangent
        difference, spread = self._difference(phi, tangent)
        return data.x @ difference / (difference**2 + spread).sum()

    def _difference(self, phi: PairNormals, tangent: Array) -> tuple[Array, Array]:
        """Mean of z₁ − z₂ for each point, and its variance."""
        sds = jnp.exp(phi.log_sds)
        spread = (sds**2).sum() - 2 * jnp.tanh(tangent) * sds.prod()
        return phi.means[:, 0] - phi.means[:, 1], spread

    def check(self, theta: Any, phi: Any, data: Any) -> tuple[Any, PairNormals, Effects]:
        """All as JAX arrays.

        Raises TypeError where ``phi`` or ``data`` is of another kind; ValueError where the noise is
        not positive or a shape does not fit.
        """
        x, noise = as_effects(data)
        as_instance("phi", phi, PairNormals, "start with e_step(theta, data)")
        means = as_floats("phi.means", phi.means, 2)
        log_sds = as_floats("phi.log_sds", phi.log_sds, 1)
        require_shape("phi.means", means, (x.size, 2), "points × 2, for z₁ and z₂")
        require_shape("phi.log_sds", log_sds, (2,), "for z₁ and z₂")
        tangent = as_floats("phi.tangent", phi.tangent, 0)
        theta = as_floats("theta", theta, 0)
        return theta, PairNormals(means, log_sds, tangent), Effects(x, noise)


@checked
def as_effects(data: Effects) -> Effects:
    """Both fields as JAX arrays.

    Raises TypeError where it is no :class:`Effects`, ValueError where the noise is not positive.
    """
    return Effects(as_floats("data.x", data.x, 1), _as_noise("data.noise", data.noise))


def _as_noise(name: str, noise: Any) -> Float[Array, ""]:
    dtype = jnp.result_type(float)
    smallest = float(np.sqrt(jnp.finfo(dtype).tiny))  # its square is still above 0
    return jnp.asarray(as_number(name, noise, smallest), dtype)


class Shortfall(NamedTuple):
    """Evidence and best bound as functions of θ, in nats for each point."""

    log_likelihood: Float[Array, "*thetas"]
    """(1/n) log p_θ(x)."""
    bound: Float[Array, "*thetas"]
    """(1/n) max_q ELBO(θ, q) over all factorised q."""


@checked
def shortfall(thetas: Any, data: Effects) -> Shortfall:
    """Both curves, in closed form: the bound is lower by −½ log(1 − ρ²), ρ = a/(1 + a).

    thetas: θ, any number of them

    Raises what :func:`as_effects` raises.
    """
    return _shortfall(as_floats("thetas", thetas), as_effects(data))


@jax.jit
def _shortfall(thetas: Array, data: Effects) -> Shortfall:
    mean_square = (data.x**2).mean()
    variance = 2 * thetas**2 + data.noise**2
    log_likelihood = -0.5 * (mean_square / variance + jnp.log(2 * jnp.pi * variance))
    rho = thetas**2 / (thetas**2 + data.noise**2)
    return Shortfall(log_likelihood, log_likelihood + 0.5 * jnp.log1p(-(rho**2)))


@checked
def maximum_likelihood(data: Effects) -> Float[Array, ""]:
    """θ ≥ 0 of the highest evidence: 2 θ² + σ² is the mean square of x, or θ = 0 if it is less.

    Raises what :func:`as_effects` raises.
    """
    x, noise = as_effects(data)
    return jnp.sqrt(jnp.maximum((x**2).mean() - noise**2, 0) / 2)


@checked
def sample_effects(theta: Scalar, count: int, *, noise: Scalar, key: PRNGKeyArray) -> Effects:
    """``count`` effects of the model with this θ.

    noise: σ, in the unit of x

    Raises ValueError where ``count`` is below 1 or the noise not positive.
    """
    sigma = _as_noise("noise", noise)
    return _sample(jnp.asarray(theta, sigma.dtype), as_whole("count", count, 1), sigma, key)


@partial(jax.jit, static_argnums=1)
def _sample(theta: Array, count: int, sigma: Array, key: PRNGKeyArray) -> Effects:
    of_causes, of_noise = jax.random.split(key)
    z = jax.random.normal(of_causes, (count, 2))
    x = theta * (z[:, 0] - z[:, 1]) + sigma * jax.random.normal(of_noise, (count,))
    return Effects(x, sigma)
