"""Instant checks for what students write, and the edition of the course handed to them.

What each notebook asks for, and the check that answers it::

    00  the share of heads                                        → check_best_bias
    01  Σ_{i<j} (d_ij − d̄_ij)²                                    → check_stress
        x̄_i ← 1/n Σ_j d_ij (x̄_i − x̄_j) / d̄_ij                     → check_guttman_transform
    02  p_i(j) ∝ exp(−d_ij² / 2σ_i²)                              → check_conditional_affinities
        β with 2^H(p_i) = perplexity                              → check_perplexity_search
        4 Σ_j (P_ij − Q_ij) (x̄_i − x̄_j) / (1 + d̄_ij²)             → check_tsne_gradient
    04  max(0, ‖f(a) − f(p)‖² − ‖f(a) − f(n)‖² + margin)          → check_triplet_loss
        how many triplets are easy, semi-hard, hard               → check_triplet_counts
    05  Σ_x p(x) log (p(x) / q(x))                                → check_kl_divergence
        Σ_x p(x) ⌈−log₂ q(x)⌉                                     → check_shannon_bits
    06  mean and standard deviation of a mixture                  → check_forward_fit
        1 / Λ_ii, Λ = Σ⁻¹                                         → check_reverse_variances
    07  ∇ of −1/n Σ_i Σ_y p*(y|x_i) log softmax(z_i)_y            → check_logit_gradient
        Σ_y p(y) log (p(y) / p*(y))                               → check_reverse_kl
    08  p(z = k|x_i) ∝ π_k ∏_j ∏_l Π_jkl^n_ijl                    → check_expert_posterior
    09  π_k = n_k / n, μ_k, one Σ for all: averages by γ_ik       → check_shared_m_step
    10  Σ_i Σ_z q(z|x_i) (log p(x_i, z) − log q(z|x_i))           → check_elbo
    11  D_KL(p̂(x) q(z|x) ‖ p_θ(x, z))                             → check_joint_divergence
        one cycle of variational EM with a factorised q           → check_mean_field_cycle
    12  1/S Σ_s (f(z_s) − b_s) ∇ log q(z_s)                       → check_score_function
        1/S Σ_s f'(z_s) ∇(μ + σ ε_s)                              → check_reparametrised
        ½ Σ_d (μ_d² + σ_d² − 1 − log σ_d²)                        → check_vae_divergence
"""

from lecture11.exercises.divergence import check_kl_divergence, check_shannon_bits
from lecture11.exercises.elbo import check_elbo
from lecture11.exercises.estimators import (
    check_reparametrised,
    check_score_function,
    check_vae_divergence,
)
from lecture11.exercises.experts import check_expert_posterior
from lecture11.exercises.forward_fit import check_forward_fit, check_reverse_variances
from lecture11.exercises.losses import check_logit_gradient, check_reverse_kl
from lecture11.exercises.neighbours import (
    check_conditional_affinities,
    check_perplexity_search,
    check_tsne_gradient,
)
from lecture11.exercises.shared_m_step import check_shared_m_step
from lecture11.exercises.start import check_best_bias
from lecture11.exercises.stress import check_guttman_transform, check_stress
from lecture11.exercises.triplets import check_triplet_counts, check_triplet_loss
from lecture11.exercises.variational import check_joint_divergence, check_mean_field_cycle
from lecture11.exercises.verdict import Verdict

__all__ = [
    "Verdict",
    "check_best_bias",
    "check_conditional_affinities",
    "check_elbo",
    "check_expert_posterior",
    "check_forward_fit",
    "check_guttman_transform",
    "check_joint_divergence",
    "check_kl_divergence",
    "check_logit_gradient",
    "check_mean_field_cycle",
    "check_perplexity_search",
    "check_reparametrised",
    "check_reverse_kl",
    "check_reverse_variances",
    "check_score_function",
    "check_shannon_bits",
    "check_shared_m_step",
    "check_stress",
    "check_triplet_counts",
    "check_triplet_loss",
    "check_tsne_gradient",
    "check_vae_divergence",
]
