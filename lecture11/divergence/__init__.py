"""How far one distribution is from another: entropies, KL and its relatives, and what they cost."""

from lecture11.divergence.arithmetic import ArithmeticCode
from lecture11.divergence.codes import (
    PrefixCode,
    code_of_lengths,
    huffman_code,
    huffman_lengths,
    kraft_sum,
    mean_length,
    shannon_code,
    shannon_lengths,
)
from lecture11.divergence.continuous import (
    Estimate,
    kl_by_quadrature,
    kl_by_sampling,
)
from lecture11.divergence.discrete import (
    cross_entropy,
    entropy,
    jensen_shannon,
    kl_divergence,
    kl_divergence_of_logits,
    total_variation,
)
from lecture11.divergence.factorised import (
    forward_factorised,
    reverse_factorised,
    volume_ratio,
)
from lecture11.divergence.fits import (
    Fits,
    StationaryPoint,
    forward_fit,
    forward_fit_by_descent,
    is_complete,
    reverse_divergence,
    reverse_fits,
    reverse_paths,
    stationary_points,
)
from lecture11.divergence.gaussian import gaussian_kl, normal_kl
from lecture11.divergence.jensen import NonNegativityProof, jensen_gap, non_negativity
from lecture11.divergence.letters import (
    UnknownLetterError,
    alphabet_of,
    frequencies,
    letter_counts,
    letters_of,
    missing_letters,
)
from lecture11.divergence.normal_mixture import (
    NormalMixture,
    covering_rule,
    mixture_log_density,
    mixture_mean,
    mixture_variance,
    sample_mixture,
)
from lecture11.gaussian import Gaussian, Normal, normal_log_density

__all__ = [
    "ArithmeticCode",
    "Estimate",
    "Fits",
    "Gaussian",
    "NonNegativityProof",
    "Normal",
    "NormalMixture",
    "PrefixCode",
    "StationaryPoint",
    "UnknownLetterError",
    "alphabet_of",
    "code_of_lengths",
    "covering_rule",
    "cross_entropy",
    "entropy",
    "forward_factorised",
    "forward_fit",
    "forward_fit_by_descent",
    "frequencies",
    "gaussian_kl",
    "huffman_code",
    "huffman_lengths",
    "is_complete",
    "jensen_gap",
    "jensen_shannon",
    "kl_by_quadrature",
    "kl_by_sampling",
    "kl_divergence",
    "kl_divergence_of_logits",
    "kraft_sum",
    "letter_counts",
    "letters_of",
    "mean_length",
    "missing_letters",
    "mixture_log_density",
    "mixture_mean",
    "mixture_variance",
    "non_negativity",
    "normal_kl",
    "normal_log_density",
    "reverse_divergence",
    "reverse_factorised",
    "reverse_fits",
    "reverse_paths",
    "sample_mixture",
    "shannon_code",
    "shannon_lengths",
    "stationary_points",
    "total_variation",
    "volume_ratio",
]
