"""Instant checks for what students write, and the edition of the course handed to them."""

from lecture11.exercises.divergence import check_kl_divergence, check_shannon_bits
from lecture11.exercises.forward_fit import check_forward_fit, check_reverse_variances
from lecture11.exercises.losses import check_logit_gradient, check_reverse_kl
from lecture11.exercises.mixture import check_log_likelihood, check_responsibilities
from lecture11.exercises.mixture_m_step import check_m_step
from lecture11.exercises.start import check_best_bias
from lecture11.exercises.stress import check_guttman_transform, check_stress
from lecture11.exercises.triplets import check_triplet_counts, check_triplet_loss
from lecture11.exercises.verdict import Verdict

__all__ = [
    "Verdict",
    "check_best_bias",
    "check_forward_fit",
    "check_guttman_transform",
    "check_kl_divergence",
    "check_log_likelihood",
    "check_logit_gradient",
    "check_m_step",
    "check_responsibilities",
    "check_reverse_kl",
    "check_reverse_variances",
    "check_shannon_bits",
    "check_stress",
    "check_triplet_counts",
    "check_triplet_loss",
]
