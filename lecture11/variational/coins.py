"""Which coin was tossed? A model small enough to enumerate (Do & Batzoglou 2008, Figure 1).

A coin z is drawn from K in a bag, equally likely, and tossed m times; only the number of heads x is
written down::

    p_θ(x, z = k) = (1/K) C(m, x) b_k^x (1 − b_k)^(m − x),        b_k = 1 / (1 + e^(−θ_k))

θ_k, the log-odds of heads, may be any number, so gradient steps cannot leave the model.
"""

from dataclasses import dataclass
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import gammaln
from jaxtyping import Array, Float

from lecture11.arguments import as_floats, as_whole, known, require_shape
from lecture11.signatures import checked
from lecture11.variational.enumeration import bound_of_logits
from lecture11.variational.tosses import Tosses, toss_log_likelihood

LARGEST = 30.0
"""Log-odds at which the M-step stops: where a coin shows only heads, they would go to infinity."""


@checked
@dataclass(frozen=True)
class Coins:
    """K coins of unknown bias, and ``fair`` more that are known to be fair.

    tosses: m, in each round
    fair: so many coins with bias ½ are in the bag as well, behind the unknown ones
    family: what q may be. ``free``: φ (rounds, coins) are logits of q(z|x_i), any distribution for
        each round. ``shared``: φ (unknown coins,) are log-odds of the coins that q takes them to
        be; q_φ(z|x) is the posterior that these would have. It holds the exact posterior, at φ = θ.

    Raises TypeError or ValueError where a number is not whole, or a choice unknown.
    """

    tosses: int = 10
    fair: int = 0
    family: Literal["free", "shared"] = "free"

    def __post_init__(self) -> None:
        as_whole("tosses", self.tosses, 1)
        as_whole("fair", self.fair, 0)

    def log_joint(
        self, theta: Float[Array, " unknown"], heads: Float[Array, " rounds"]
    ) -> Float[Array, "rounds coins"]:
        """log p_θ(x_i, z)."""
        theta = jnp.concatenate([theta, jnp.zeros(self.fair, theta.dtype)])
        ways = gammaln(self.tosses + 1) - gammaln(heads + 1) - gammaln(self.tosses - heads + 1)
        seen = Tosses(heads[:, None], (self.tosses - heads)[:, None])
        return ways[:, None] + toss_log_likelihood(seen, theta) - jnp.log(theta.size)

    def logits(
        self, phi: Float[Array, "..."], heads: Float[Array, " rounds"]
    ) -> Float[Array, "rounds coins"]:
        """Logits of q_φ(z|x_i)."""
        return phi if self.family == "free" else self.log_joint(phi, heads)

    def table(self, theta: Float[Array, " unknown"]) -> Float[Array, "outcomes coins"]:
        """p_θ(x, z) for every number of heads x = 0 … m; sums to 1."""
        return jnp.exp(self.log_joint(theta, jnp.arange(self.tosses + 1, dtype=theta.dtype)))

    def log_likelihood(
        self, theta: Float[Array, " unknown"], heads: Float[Array, " rounds"]
    ) -> Float[Array, ""]:
        """Σ_i log Σ_z p_θ(x_i, z)."""
        return jax.nn.logsumexp(self.log_joint(theta, heads), axis=1).sum()

    def bound(
        self, theta: Float[Array, " unknown"], phi: Any, heads: Float[Array, " rounds"]
    ) -> Float[Array, ""]:
        """ELBO(θ, q_φ), a sum over the rounds.

        >>> theta, heads = log_odds([0.6, 0.5]), jnp.array([5.0, 9.0])
        >>> print(Coins(tosses=10).bound(theta, jnp.zeros((2, 2)), heads))  # q(z|x) = ½
        -5.424
        """
        return bound_of_logits(self.log_joint(theta, heads), logits=self.logits(phi, heads)).sum()

    def e_step(self, theta: Float[Array, " unknown"], heads: Float[Array, " rounds"]) -> Any:
        """The φ at which q_φ is the posterior: argmin_q D_KL(q ‖ p_θ(z|x)), the reverse KL.

        >>> coins = Coins(tosses=10)
        >>> phi = coins.e_step(log_odds([0.6, 0.5]), jnp.array([5.0, 9.0]))
        >>> print(jax.nn.softmax(phi))  # q(z|x): Do & Batzoglou's first E-step
        [[0.45 0.55]
         [0.80 0.20]]
        """
        return self.log_joint(theta, heads) if self.family == "free" else theta

    def m_step(
        self, theta: Float[Array, " unknown"], phi: Any, heads: Float[Array, " rounds"]
    ) -> Float[Array, " unknown"]:
        """b_k = Σ_i q(k|x_i) x_i / (m Σ_i q(k|x_i)): argmax_θ E_q[log p_θ(x, z)], forward KL.

        A coin without any round keeps its bias.

        >>> q = jnp.log(jnp.array([[0.45, 0.55], [0.8, 0.2]]))
        >>> theta = Coins(tosses=10).m_step(jnp.zeros(2), q, jnp.array([5.0, 9.0]))
        >>> print(jax.nn.sigmoid(theta))  # (0.45 · 5 + 0.8 · 9) / (10 · 1.25) for the first
        [0.756 0.607]
        """
        q = jax.nn.softmax(self.logits(phi, heads), axis=1)[:, : theta.size]
        up, down = heads @ q, (self.tosses - heads) @ q
        tiny = jnp.finfo(theta.dtype).tiny
        odds = jnp.log(jnp.maximum(up, tiny)) - jnp.log(jnp.maximum(down, tiny))
        return jnp.where(up + down > tiny, jnp.clip(odds, -LARGEST, LARGEST), theta)

    def check(
        self, theta: Any, phi: Any, data: Any
    ) -> tuple[Float[Array, " unknown"], Float[Array, "..."], Float[Array, " rounds"]]:
        """All as JAX arrays.

        Raises ValueError where a count of heads is no whole number from 0 to the tosses, or a
        shape does not fit.
        """
        theta, heads = as_floats("theta", theta, 1), as_floats("data", data, 1)
        if known(heads):
            given = np.asarray(heads)
            bad = given[(given != np.round(given)) | (given < 0) | (given > self.tosses)]
            if bad.size:
                raise ValueError(
                    f"data: expected whole numbers from 0 to {self.tosses}, the heads in "
                    f"{self.tosses} tosses; got {bad[0]:g}."
                )
        phi = as_floats("phi", phi, 2 if self.family == "free" else 1)
        if self.family == "free":
            shape = (heads.size, theta.size + self.fair)
            require_shape("phi", phi, shape, "rounds × coins, logits of q")
        else:
            require_shape("phi", phi, theta.shape, "log-odds, one for each unknown coin")
        return theta, phi, heads


@checked
def log_odds(bias: Any) -> Float[Array, "*coins"]:
    """log (b / (1 − b)), from probabilities of heads b.

    Raises ValueError where a bias is not strictly between 0 and 1.
    """
    b = as_floats("bias", bias)
    if known(b) and ((np.asarray(b) <= 0) | (np.asarray(b) >= 1)).any():
        raise ValueError(
            f"bias: expected probabilities strictly between 0 and 1, got {np.asarray(b)}."
        )
    return jnp.log(b) - jnp.log1p(-b)
