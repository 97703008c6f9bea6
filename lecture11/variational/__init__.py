"""The evidence lower bound: what it bounds, how it is climbed, and what q costs when restricted.

The lecture's formulas, slide by slide, and the functions that compute them::

    Evidence Lower Bound (ELBO)
      log p(x) = log Σ_z p(x, z)                                → log_likelihood
      p(z|x) = p(x, z) / p(x)                                   → posterior
      ELBO = E_q[log p(x, z)] + H(q) ≤ log p(x)                 → evidence_lower_bound
      the proof by Jensen's inequality, member by member        → jensen_proof
      log p(x) = log ∫ p(x, z) dz                               → integrated_log_likelihood
      ELBO = ∫ q(z) log (p(x, z) / q(z)) dz                     → integrated_lower_bound
    Proof using KL
      log p(x) − ELBO = D_KL(q(z|x) ‖ p(z|x))                   → posterior_divergence
      the proof, member by member                               → kl_proof
    Variational EM Algorithm
      ELBO(θ, q) = Σ_i Σ_z q(z|x_i) log (p_θ(x_i, z) / q(z|x_i))  → Coins.bound
      −ELBO/n − H(p̂) = D_KL(p̂(x) q(z|x) ‖ p_θ(x, z))            → joint_divergence
      E-step, argmin over q, the reverse KL                     → Coins.e_step
      M-step, argmin over θ, the forward KL                     → Coins.m_step
      the two in turn, exact or by gradient steps               → variational_em
    Amortized inference
      1/n Σ_i Σ_z q_φ(z|x_i) log (p(x_i, z) / q_φ(z|x_i))       → mean_elbo
      ∇ E[f(z)] = E[(f(z) − b) ∇ log q_φ(z)]                    → score_function_gradient
      b_s, the mean of the other draws' values                  → leave_one_out
      z = μ + σ ε, ε ~ N(0, 1)                                  → reparametrised
      ELBO = E_q[log p(x|z)] − D_KL(q(z|x) ‖ p(z))              → bound_parts
      D_KL(N(μ, σ²) ‖ N(0, 1)) = ½ (μ² + σ² − 1 − log σ²)       → kl_to_prior
      the VAE's loss, −ELBO                                     → negative_elbo
      L_K = E[log 1/K Σ_k p(x, z_k) / q(z_k)]                   → log_mean_weight
"""

from lecture11.variational.ascent import BoundedModel, EStep, MStep, begin, variational_em
from lecture11.variational.categorical import (
    categorical_draws,
    enumerated_gradient,
    enumerated_variance,
    joint_draws,
    mean_elbo,
)
from lecture11.variational.coins import Coins, log_odds
from lecture11.variational.enumeration import (
    evidence_lower_bound,
    jensen_proof,
    kl_proof,
    log_likelihood,
    posterior,
    posterior_divergence,
)
from lecture11.variational.estimators import (
    Draws,
    estimates_by_size,
    leave_one_out,
    score_function_gradient,
)
from lecture11.variational.gaps import Gaps, inference_gaps, posterior_on_grid, tabulate
from lecture11.variational.images import Images, as_images, binarised
from lecture11.variational.importance import (
    expected_bound,
    importance_weighted_bounds,
    log_mean_weight,
)
from lecture11.variational.integration import (
    grid,
    integrated_divergence,
    integrated_log_likelihood,
    integrated_lower_bound,
    log_posterior_density,
)
from lecture11.variational.joint import (
    TwoSets,
    completed,
    conditional,
    joint_divergence,
    two_sets,
)
from lecture11.variational.mean_field import (
    Causes,
    Effects,
    PairNormals,
    Shortfall,
    maximum_likelihood,
    sample_effects,
    shortfall,
)
from lecture11.variational.normal import (
    expectation,
    normal_draws,
    quadrature_gradient,
    quadrature_variances,
    reparametrised,
)
from lecture11.variational.tosses import (
    Tosses,
    bag_log_joint,
    minted_log_joint,
    nearest_coin_logits,
)
from lecture11.variational.vae import (
    Autoencoder,
    ancestral_samples,
    bound_parts,
    decode,
    encode,
    init_autoencoder,
    kl_to_prior,
    latent_divergences,
    mean_bound_parts,
    mean_images,
    negative_elbo,
    train_vae,
)

__all__ = [
    "Autoencoder",
    "BoundedModel",
    "Causes",
    "Coins",
    "Draws",
    "EStep",
    "Effects",
    "Gaps",
    "Images",
    "MStep",
    "PairNormals",
    "Shortfall",
    "Tosses",
    "TwoSets",
    "ancestral_samples",
    "as_images",
    "bag_log_joint",
    "begin",
    "binarised",
    "bound_parts",
    "categorical_draws",
    "completed",
    "conditional",
    "decode",
    "encode",
    "enumerated_gradient",
    "enumerated_variance",
    "estimates_by_size",
    "evidence_lower_bound",
    "expectation",
    "expected_bound",
    "grid",
    "importance_weighted_bounds",
    "inference_gaps",
    "init_autoencoder",
    "integrated_divergence",
    "integrated_log_likelihood",
    "integrated_lower_bound",
    "jensen_proof",
    "joint_divergence",
    "joint_draws",
    "kl_proof",
    "kl_to_prior",
    "latent_divergences",
    "leave_one_out",
    "log_likelihood",
    "log_mean_weight",
    "log_odds",
    "log_posterior_density",
    "maximum_likelihood",
    "mean_bound_parts",
    "mean_elbo",
    "mean_images",
    "minted_log_joint",
    "nearest_coin_logits",
    "negative_elbo",
    "normal_draws",
    "posterior",
    "posterior_divergence",
    "posterior_on_grid",
    "quadrature_gradient",
    "quadrature_variances",
    "reparametrised",
    "sample_effects",
    "score_function_gradient",
    "shortfall",
    "tabulate",
    "train_vae",
    "two_sets",
    "variational_em",
]
