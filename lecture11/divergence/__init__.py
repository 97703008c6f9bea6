"""How far one distribution is from another: entropies, KL and its relatives, and what they cost.

The lecture's formulas, slide by slide, and the functions that compute them::

    KL Divergence
      D_KL(p ‖ q) = Σ_x p(x) log (p(x) / q(x))                  → kl_divergence
      D_KL(p ‖ q) = ∫ p(x) log (p(x) / q(x)) dx                 → kl_by_quadrature
      D_KL(p ‖ q) ≈ 1/n Σ_i log (p(x_i) / q(x_i)), x_i ~ p      → kl_by_sampling
      D_KL(p ‖ q) of normals, in closed form                    → normal_kl
      D_KL(p ‖ q) of Gaussians, in closed form                  → gaussian_kl
      H(p) = −Σ_x p(x) log p(x)                                 → entropy
      H(p, q) = −Σ_x p(x) log q(x)                              → cross_entropy
      ½ D_KL(p ‖ m) + ½ D_KL(q ‖ m), m = (p + q) / 2            → jensen_shannon
    KL Divergence: amount of information lost
      p(x) = (how often x occurs) / (letters in all)            → frequencies
      l(x) = ⌈−log₂ q(x)⌉: H(p, q) ≤ Σ_x p(x) l(x) < H(p, q) + 1 → shannon_code
      the cheapest prefix code for q                            → huffman_code
      −Σ_i log₂ q(x_i) bits for a whole text                    → ArithmeticCode
    Non-negativity
      Σ_x p(x) log y(x) ≤ log Σ_x p(x) y(x)                     → jensen_gap
      −D_KL(p ‖ q) ≤ log Σ_{p(x) > 0} q(x) ≤ log 1              → non_negativity
    Example
      p(x) = Σ_k π_k N(x | μ_k, σ_k²)                           → mixture_log_density
    Minimizing forward KL
      min_q D_KL(p ‖ q): q has the mean and variance of p       → forward_fit
      min_q D_KL(p ‖ Π_i q_i): the marginals of p               → forward_factorised
    Minimizing reverse KL
      D_KL(q ‖ p) = E_q[log q(x) − log p(x)]                    → reverse_divergence
      min_q D_KL(q ‖ p), from a start                           → reverse_fits
      all q with ∇ D_KL(q ‖ p) = 0                              → stationary_points
      min_q D_KL(Π_i q_i ‖ p): the conditionals of p            → reverse_factorised
"""

from lecture11.divergence.arithmetic import ArithmeticCode
from lecture11.divergence.codes import (
    PrefixCode,
    code_of_lengths,
    huffman_code,
    kraft_sum,
    shannon_code,
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
from lecture11.divergence.jensen import jensen_gap, non_negativity
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
    sample_mixture,
)
from lecture11.gaussian import Gaussian, Normal, normal_log_density

__all__ = [
    "ArithmeticCode",
    "Estimate",
    "Fits",
    "Gaussian",
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
    "missing_letters",
    "mixture_log_density",
    "non_negativity",
    "normal_kl",
    "normal_log_density",
    "reverse_divergence",
    "reverse_factorised",
    "reverse_fits",
    "reverse_paths",
    "sample_mixture",
    "shannon_code",
    "stationary_points",
    "total_variation",
    "volume_ratio",
]
