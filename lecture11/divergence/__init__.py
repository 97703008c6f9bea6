"""How far one distribution is from another: entropies, KL and its relatives, and what they cost."""

from lecture11.divergence.discrete import (
    cross_entropy,
    cross_entropy_of_logits,
    entropy,
    entropy_of_logits,
    jensen_shannon,
    kl_divergence,
    kl_divergence_of_logits,
    total_variation,
)

__all__ = [
    "cross_entropy",
    "cross_entropy_of_logits",
    "entropy",
    "entropy_of_logits",
    "jensen_shannon",
    "kl_divergence",
    "kl_divergence_of_logits",
    "total_variation",
]
