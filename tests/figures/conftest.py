from typing import NamedTuple

import jax
import numpy as np
import pytest

from lecture11.datasets import old_faithful
from lecture11.latent import GaussianMixture, GaussianMixtureParameters, fit_em

LABELS = ("eruption length (standardised)", "wait (standardised)")


class EMRun(NamedTuple):
    """What the pictures of an EM run are drawn from, in the order they take it."""

    data: np.ndarray
    steps: np.ndarray
    frames: GaussianMixtureParameters
    responsibilities: np.ndarray
    log_likelihoods: np.ndarray


@pytest.fixture(scope="session")
def geyser_run() -> EMRun:
    """Bishop's Figure 9.8."""
    minutes = old_faithful().observations
    data = (minutes - minutes.mean(axis=0)) / minutes.std(axis=0)
    model = GaussianMixture()
    means = np.array([[-1.5, 1.0], [1.5, -1.0]])
    start = GaussianMixtureParameters(np.full(2, 0.5), means, np.stack([np.eye(2)] * 2))
    fit = fit_em(model, start, data, frames=(0, 1, 2, 5, 20))
    shares = jax.jit(jax.vmap(model.posterior, (0, None)))(fit.frames, data)
    frames = GaussianMixtureParameters(*map(np.asarray, fit.frames))
    levels = np.asarray(fit.infos.log_likelihood)
    return EMRun(data, fit.frame_steps, frames, np.asarray(shares), levels)
