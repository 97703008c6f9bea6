"""Pictures of distributions, codes, and fits in both directions of KL."""

from lecture11.figures.divergence.coding import SentenceStage, costs_picture
from lecture11.figures.divergence.fits import (
    Divergences,
    FactorisedStage,
    fits_picture,
    integrands_picture,
    sampling_picture,
    target_picture,
)
from lecture11.figures.divergence.jensen import JensenStage
from lecture11.figures.divergence.landscape import branches_picture, landscape_picture
from lecture11.figures.divergence.letters import BarsStage
from lecture11.figures.divergence.properties import (
    Densities,
    binning_picture,
    change_of_variables_picture,
    pairs_picture,
)

__all__ = [
    "BarsStage",
    "Densities",
    "Divergences",
    "FactorisedStage",
    "JensenStage",
    "SentenceStage",
    "binning_picture",
    "branches_picture",
    "change_of_variables_picture",
    "costs_picture",
    "fits_picture",
    "integrands_picture",
    "landscape_picture",
    "pairs_picture",
    "sampling_picture",
    "target_picture",
]
