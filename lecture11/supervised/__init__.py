"""Learning from labels, hard and soft, by maximum likelihood.

The lecture's formulas, slide by slide, and the functions that compute them::

    ML Learning
      min_θ E_{(x, y) ~ p*}[−log p(y|x; θ)]                     → negative_log_likelihood
      min_θ E_x[Σ_y p*(y|x) (−log p(y|x; θ))]                   → soft_cross_entropy
      min_θ E_x[D_KL(p*(y|x) ‖ p(y|x; θ))]                      → forward_kl
      E_x[−Σ_y p*(y|x) log p*(y|x)], what the two differ by     → mean_entropy
      min_θ E_x[D_KL(p(y|x; θ) ‖ p*(y|x))], the question        → reverse_kl
    ML Learning: learning from another model, mixup, etc.
      p_T(y|x) = exp(z_y / T) / Σ_c exp(z_c / T)                → tempered
      (1 − w) H(p*, p) + w T² H(p_T of the teacher, p_T)        → distillation
      λ x_i + (1 − λ) x_j, and their labels alike               → mixed_up
      (1 − ε) p*(y|x) + ε / C                                   → smoothed
      p(y|k) ∝ ε/C + Σ_{i labelled y} p(k|x_i)                  → named_components
      p(y|x) = Σ_k p(y|k) p(k|x)                                → class_posterior
    Examples: metric learning
      max(0, ‖f(a) − f(p)‖² − ‖f(a) − f(n)‖² + margin)          → triplet_loss
"""

from lecture11.supervised.bell import Bell, bell_logits, fit_bell
from lecture11.supervised.calibration import (
    Reliability,
    Score,
    accuracy,
    expected_calibration_error,
    mean_and_error,
    reliability,
    score,
)
from lecture11.supervised.classifier import (
    Labelled,
    LabelledForMixup,
    Taught,
    cross_entropy_loss,
    distillation,
    distillation_loss,
    mixup_loss,
    predict,
)
from lecture11.supervised.losses import (
    forward_kl,
    mean_entropy,
    negative_log_likelihood,
    one_hot,
    reverse_kl,
    soft_cross_entropy,
)
from lecture11.supervised.soft_labels import (
    class_posterior,
    mixed_up,
    named_components,
    smoothed,
    tempered,
)
from lecture11.supervised.triplets import (
    MININGS,
    ForTriplets,
    TripletCounts,
    TripletLoss,
    count_triplets,
    embed,
    penultimate,
    scaled_to_unit_length,
    triplet_gaps,
    triplet_loss,
)

__all__ = [
    "MININGS",
    "Bell",
    "ForTriplets",
    "Labelled",
    "LabelledForMixup",
    "Reliability",
    "Score",
    "Taught",
    "TripletCounts",
    "TripletLoss",
    "accuracy",
    "bell_logits",
    "class_posterior",
    "count_triplets",
    "cross_entropy_loss",
    "distillation",
    "distillation_loss",
    "embed",
    "expected_calibration_error",
    "fit_bell",
    "forward_kl",
    "mean_and_error",
    "mean_entropy",
    "mixed_up",
    "mixup_loss",
    "named_components",
    "negative_log_likelihood",
    "one_hot",
    "penultimate",
    "predict",
    "reliability",
    "reverse_kl",
    "scaled_to_unit_length",
    "score",
    "smoothed",
    "soft_cross_entropy",
    "tempered",
    "triplet_gaps",
    "triplet_loss",
]
