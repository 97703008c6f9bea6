"""Pictures of lower bounds, of variational EM, of gradient estimators and of autoencoders."""

from lecture11.figures.variational.ascent import (
    AscentStage,
    ShortfallStage,
    TwoSetsStage,
    levels_picture,
)
from lecture11.figures.variational.autoencoder import (
    LatentPlaneStage,
    collapse_picture,
    learning_picture,
    manifold_picture,
    reconstructions_picture,
    styles_picture,
    transfer_picture,
)
from lecture11.figures.variational.bounds import DensityStackStage, StackStage, TouchStage
from lecture11.figures.variational.estimators import (
    EstimatorStage,
    objective_picture,
    relaxation_picture,
    variance_picture,
)
from lecture11.figures.variational.gaps import draws_picture, gaps_picture, posteriors_picture

__all__ = [
    "AscentStage",
    "DensityStackStage",
    "EstimatorStage",
    "LatentPlaneStage",
    "ShortfallStage",
    "StackStage",
    "TouchStage",
    "TwoSetsStage",
    "collapse_picture",
    "draws_picture",
    "gaps_picture",
    "learning_picture",
    "levels_picture",
    "manifold_picture",
    "objective_picture",
    "posteriors_picture",
    "reconstructions_picture",
    "relaxation_picture",
    "styles_picture",
    "transfer_picture",
    "variance_picture",
]
