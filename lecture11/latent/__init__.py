"""Models with a latent variable, fitted by expectation maximisation."""

from lecture11.latent.em import EMInfo, EMStep, Model, fit_em
from lecture11.latent.gaussian_mixture import (
    GaussianMixture,
    GaussianMixtureParameters,
    GaussianMixtureStatistics,
)

__all__ = [
    "EMInfo",
    "EMStep",
    "GaussianMixture",
    "GaussianMixtureParameters",
    "GaussianMixtureStatistics",
    "Model",
    "fit_em",
]
