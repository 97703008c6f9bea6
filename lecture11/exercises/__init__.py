"""Instant checks for what students write, and the edition of the course handed to them."""

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
from lecture11.exercises.mixture import check_log_likelihood, check_responsibilities
from lecture11.exercises.mixture_m_step import check_m_step
from lecture11.exercises.neighbours import (
    check_conditional_affinities,
    check_perplexity_search,
    check_tsne_gradient,
)
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
    "check_log_likelihood",
    "check_logit_gradient",
    "check_m_step",
    "check_mean_field_cycle",
    "check_perplexity_search",
    "check_reparametrised",
    "check_responsibilities",
    "check_reverse_kl",
    "check_reverse_variances",
    "check_score_function",
    "check_shannon_bits",
    "check_stress",
    "check_triplet_counts",
    "check_triplet_loss",
    "check_tsne_gradient",
    "check_vae_divergence",
]
