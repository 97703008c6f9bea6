"""What a laboratory needs of the room: functions that can be traced, numbers that compile nothing.

Each case is a function of numbers that a reader may move; whatever else it needs is fixed.
"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lecture11 import variational as va
from lecture11.divergence import Normal
from lecture11.quadrature import trapezoid

KEY = jax.random.key(0)
JOINT = np.log([[0.3, 0.1, 0.2], [0.1, 0.1, 0.2]])
HEADS, BIASES = np.array([5.0, 9.0]), np.array([0.2, 0.5, 0.9])
SEEN = va.Tosses(HEADS, 10 - HEADS)
EFFECTS = va.Effects(jnp.array([0.4, -1.3]), jnp.asarray(0.7))
RULE, INK = trapezoid(-6, 6, 5), jnp.ones((1, 6))
VAE = va.init_autoencoder(6, (5,), 2, key=KEY)
OVER = va.grid(trapezoid(-6, 6, 101))
Z = OVER.nodes[:, 0]
LOG_Q = -(Z**2 + np.log(2 * np.pi)) / 2
COINS, SHARED, CAUSES = va.Coins(10), va.Coins(10, family="shared"), va.Causes()
PHI = va.PairNormals(jnp.zeros((2, 2)), jnp.zeros(2), jnp.zeros(()))


def softmax(logits):
    return jax.nn.softmax(jnp.broadcast_to(logits, JOINT.shape), axis=1)


def scaled(x):
    """An autoencoder whose weights move with x."""
    return jax.tree.map(lambda leaf: x[0] * leaf, VAE)


def cubed(z, data):
    return data * z**3


def counts(x):
    return jnp.array([1.0, 2.0]) + x**2


def steps(kind):
    """A cycle of variational EM, as a laboratory takes it: from a state to the next."""

    def cycle(x):
        state, data = va.begin(SHARED, x[:2], x[1:], HEADS, length=1 + x[0] ** 2)
        for step in (va.EStep(SHARED, kind), va.MStep(SHARED, kind)):
            state, info = step(state, data)
        return state.theta, info

    return cycle


CASES = {
    "log_likelihood": lambda x: va.log_likelihood(JOINT + x),
    "posterior": lambda x: va.posterior(JOINT + x),
    "evidence_lower_bound": lambda x: va.evidence_lower_bound(JOINT, q=softmax(x)),
    "posterior_divergence": lambda x: va.posterior_divergence(JOINT, q=softmax(x)),
    "jensen_proof": lambda x: va.jensen_proof(JOINT, q=softmax(x)),
    "kl_proof": lambda x: va.kl_proof(JOINT, q=softmax(x)),
    "integrated_log_likelihood": lambda x: va.integrated_log_likelihood(x[0] * Z, OVER),
    "integrated_lower_bound": lambda x: va.integrated_lower_bound(x[0] * Z, OVER, log_q=LOG_Q),
    "integrated_divergence": lambda x: va.integrated_divergence(x[0] * Z, OVER, log_q=LOG_Q),
    "completed": lambda x: va.completed(counts(x[0]), softmax(x)),
    "conditional": lambda x: va.conditional(softmax(x)),
    "joint_divergence": lambda x: va.joint_divergence(
        counts(x[0]), softmax(x), relative_to=softmax(-x) / 2
    ),
    "two_sets": lambda x: va.two_sets(*[jnp.stack([softmax(x), softmax(2 * x)]) / 2] * 3),
    "bag_log_joint": lambda x: va.bag_log_joint(SEEN, jax.nn.sigmoid(x)),
    "minted_log_joint": lambda x: va.minted_log_joint(x[:2], SEEN),
    "nearest_coin_logits": lambda x: va.nearest_coin_logits(x[0], SEEN, BIASES),
    "log_odds": lambda x: va.log_odds(jax.nn.sigmoid(x)),
    "Coins.e_step": lambda x: COINS.e_step(x, jnp.asarray(HEADS)),
    "Coins.m_step": lambda x: COINS.m_step(x, JOINT + x, jnp.asarray(HEADS)),
    "Coins.bound": lambda x: COINS.bound(x, JOINT + x, jnp.asarray(HEADS)),
    "Causes.e_step": lambda x: CAUSES.e_step(x[0], EFFECTS),
    "Causes.m_step": lambda x: CAUSES.m_step(x[0], PHI._replace(means=PHI.means + x[:2]), EFFECTS),
    "exact steps": steps("exact"),
    "searched steps": steps("searched"),
    "shortfall": lambda x: va.shortfall(x, EFFECTS._replace(noise=1 + x[0] ** 2)),
    "maximum_likelihood": lambda x: va.maximum_likelihood(EFFECTS._replace(x=x)),
    "sample_effects": lambda x: va.sample_effects(x[0], 3, noise=1 + x[1] ** 2, key=KEY),
    "enumerated_gradient": lambda x: va.enumerated_gradient(x, JOINT[0]),
    "enumerated_variance": lambda x: va.enumerated_variance(x, JOINT[0], baseline=x[1]),
    "categorical_draws": lambda x: va.categorical_draws(
        x, JOINT[0], temperature=0.5 + x[0] ** 2, repeats=2, draws=3, key=KEY
    ),
    "joint_draws": lambda x: va.joint_draws(
        x, JOINT, amortised=lambda phi: JOINT + phi, repeats=2, draws=3, key=KEY
    ),
    "mean_elbo": lambda x: va.mean_elbo(x, JOINT, lambda phi: JOINT + phi),
    "normal_draws": lambda x: va.normal_draws(
        cubed, Normal(x[0], 1 + x[1] ** 2), x[2], repeats=2, draws=3, key=KEY
    ),
    "expectation": lambda x: va.expectation(cubed, Normal(x[0], 1 + x[1] ** 2), x[2]),
    "quadrature_gradient": lambda x: va.quadrature_gradient(cubed, Normal(x[0], 1.0), x[2]),
    "quadrature_variances": lambda x: va.quadrature_variances(
        cubed, Normal(x[0], 1.0), x[2], baseline=x[1]
    ),
    "estimates_by_size": lambda x: va.estimates_by_size(
        va.Draws(x[None], x[None, :, None], x[None, :, None]), x[0], sizes=(1, 3)
    ),
    "score_function_gradient": lambda x: va.score_function_gradient(x, x[:, None], x[0]),
    "leave_one_out": lambda x: va.leave_one_out(x),
    "reparametrised": lambda x: va.reparametrised(Normal(x[0], 1 + x[1] ** 2), noise=x),
    "log_mean_weight": lambda x: va.log_mean_weight(x),
    "encode": lambda x: va.encode(scaled(x), INK),
    "decode": lambda x: va.decode(scaled(x), x[:2]),
    "mean_images": lambda x: va.mean_images(scaled(x), x[:2]),
    "ancestral_samples": lambda x: va.ancestral_samples(scaled(x), 2, key=KEY),
    "kl_to_prior": lambda x: va.kl_to_prior(Normal(x, 1 + x**2)),
    "bound_parts": lambda x: va.bound_parts(scaled(x), INK, jnp.zeros((1, 0)), key=KEY),
    "negative_elbo": lambda x: va.negative_elbo(
        scaled(x), va.as_images(np.zeros((2, 6), np.uint8), kl_weight=x[1] ** 2), KEY
    ),
    "tabulate": lambda x: va.posterior_on_grid(va.tabulate(scaled(x), INK, RULE)),
    "expected_bound": lambda x: va.expected_bound(softmax(x)[0], JOINT[0] + x, draws=2),
}


@pytest.mark.parametrize("name", CASES)
def test_it_can_be_traced(name: str):
    traced = jax.make_jaxpr(CASES[name])(jnp.array([0.3, -0.2, 0.5]))
    assert traced.jaxpr.outvars
    moved = {id(variable) for equation in traced.eqns for variable in equation.outvars}
    assert any(id(variable) in moved for variable in traced.jaxpr.outvars), "x moves nothing"


def moved(by: float, draws: int = 3) -> None:
    """What a reader moves, each at ``by``."""
    va.nearest_coin_logits(by, SEEN, BIASES)
    va.enumerated_variance(JOINT[0], JOINT[1], baseline=by)
    va.categorical_draws(
        JOINT[0], JOINT[1], temperature=by, repeats=2, draws=draws, key=jax.random.key(int(10 * by))
    )
    field = np.full((2, 4, 1), by)
    va.estimates_by_size(va.Draws(field[..., 0], field, field), by, sizes=(1, 1 + int(by)))
    va.quadrature_variances(cubed, Normal(by, by), np.float32(by), baseline=by)
    va.shortfall([by], va.sample_effects(by, draws, noise=by, key=KEY))
    va.variational_em(
        SHARED, [by, 0.1], [0.2, by], HEADS, frames=(0, int(10 * by)), m="fixed", length=by
    )


@pytest.mark.slow
def test_what_a_reader_moves_compiles_nothing(caplog: pytest.LogCaptureFixture):
    moved(1.0)
    with jax.log_compiles():
        moved(2.5)
        assert "Compiling" not in caplog.text
        moved(2.5, draws=4)
        assert "Compiling" in caplog.text  # a compilation would have been seen
