"""Pictures of classifiers, their labels and losses, and of triplets."""

from lecture11.figures.supervised.classification import (
    SoftLabelStage,
    comparison_picture,
    directions_picture,
    losses_picture,
    reliability_picture,
    soft_labels_picture,
)
from lecture11.figures.supervised.triplets import (
    MarginStage,
    collapse_picture,
    error_bars_picture,
    triplet_bars,
)

__all__ = [
    "MarginStage",
    "SoftLabelStage",
    "collapse_picture",
    "comparison_picture",
    "directions_picture",
    "error_bars_picture",
    "losses_picture",
    "reliability_picture",
    "soft_labels_picture",
    "triplet_bars",
]
