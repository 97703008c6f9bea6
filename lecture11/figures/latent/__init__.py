"""Pictures of latent variables, of the models with them, and of EM."""

from lecture11.figures.latent.experts import PanelStage, confusions_picture
from lecture11.figures.latent.likelihood import (
    CoinStage,
    bound_picture,
    criterion_picture,
    errors_picture,
    optima_picture,
)
from lecture11.figures.latent.mixture import (
    collapse_panels,
    em_panels,
    kmeans_panels,
    optima_panels,
)
from lecture11.figures.latent.runs import growth_picture, mean_and_spread, runs_picture
from lecture11.figures.latent.senses import SenseStage
from lecture11.figures.latent.swap import SwapStage
from lecture11.figures.latent.topics import TopicStage, shares_picture
from lecture11.figures.latent.writers import note_samples

__all__ = [
    "CoinStage",
    "PanelStage",
    "SenseStage",
    "SwapStage",
    "TopicStage",
    "bound_picture",
    "collapse_panels",
    "confusions_picture",
    "criterion_picture",
    "em_panels",
    "errors_picture",
    "growth_picture",
    "kmeans_panels",
    "mean_and_spread",
    "note_samples",
    "optima_panels",
    "optima_picture",
    "runs_picture",
    "shares_picture",
]
