"""Models with a latent variable, fitted by expectation maximisation."""

from lecture11.latent.em import (
    Decomposition,
    EMInfo,
    EMStep,
    Model,
    decompose,
    fit_em,
    fit_em_restarts,
)
from lecture11.latent.gaussian_mixture import GaussianMixture, GaussianMixtureParameters
from lecture11.latent.kmeans import KMeans, KMeansParameters
from lecture11.latent.starts import kmeans_start, random_starts

__all__ = [
    "Decomposition",
    "EMInfo",
    "EMStep",
    "GaussianMixture",
    "GaussianMixtureParameters",
    "KMeans",
    "KMeansParameters",
    "Model",
    "decompose",
    "fit_em",
    "fit_em_restarts",
    "kmeans_start",
    "random_starts",
]
