"""Models with a latent variable, fitted by expectation maximisation.

The lecture's formulas, slide by slide, and what computes them::

    Unsupervised Representation Learning: examples
      π_k ∏_j ∏_l Π_jkl^n_ijl, labels by several experts        → DawidSkene
      π_k ∏_w β_kw^n_dw, a topic for each document              → MixtureOfUnigrams
      ∏_w (Σ_k θ_dk β_kw)^n_dw, a topic for each word           → PLSA
      π_k ∏_g N(x_ig | μ_kc, σ²), a style for each writer       → Writers
      π_ck N(x_i | μ_k, σ² I), meanings of a word               → SenseMixture
    Unsupervised Representation Learning: model
      p(x, z|c) = p(x|z, c) p(z|c)                              → FiniteMixture.log_joint
      log Σ_z p(x|z) p(z)                                       → log_of_sum
      Σ_z p(z) log p(x|z): "would have been nice to swap?"      → sum_of_logs
    Expectation Maximization (EM) Algorithm
      L(θ) = Σ_i E[log p_θ(x_i, z)] + H(p_θ(z|x_i))             → decompose
      E-step: p_θ(z|x) = p_θ(x, z) / Σ_z p_θ(x, z)              → FiniteMixture.posterior
      θ ← argmax_θ E[log p_θ(x, z)], again and again            → fit_em
    Basic EM Example from C. Bishop
      γ_ik = π_k N(x_i | μ_k, Σ_k) / Σ_l π_l N(x_i | μ_l, Σ_l)  → e_step
      π_k = n_k / n, μ_k and Σ_k: averages by γ_ik              → m_step
      L(θ) = Σ_i log Σ_k π_k N(x_i | μ_k, Σ_k)                  → log_likelihood
      Σ_k = σ² I, σ → 0: γ_ik is 1 for the nearest μ_k          → KMeans
"""

from lecture11.latent.em import (
    Model,
    decompose,
    fit_em,
    fit_em_restarts,
)
from lecture11.latent.experts import (
    DawidSkene,
    DawidSkeneParameters,
    count_answers,
    majority_vote,
    random_expert_starts,
    vote_start,
)
from lecture11.latent.finite_mixture import FiniteMixture
from lecture11.latent.gaussian_mixture import (
    GaussianMixture,
    GaussianMixtureParameters,
    e_step,
    log_likelihood,
    m_step,
)
from lecture11.latent.kmeans import KMeans, KMeansParameters
from lecture11.latent.scoring import names_of
from lecture11.latent.senses import (
    Contexts,
    SenseMixture,
    SensesParameters,
    random_sense_starts,
)
from lecture11.latent.starts import kmeans_start, random_starts
from lecture11.latent.swap import log_of_sum, sum_of_logs
from lecture11.latent.topics import (
    PLSA,
    MixtureOfUnigrams,
    PLSAParameters,
    UnigramsParameters,
    random_plsa_starts,
    random_topic_starts,
    top_words,
)
from lecture11.latent.writers import (
    Notes,
    Writers,
    WritersParameters,
    as_notes,
    mean_offsets,
    offset_starts,
)

__all__ = [
    "PLSA",
    "Contexts",
    "DawidSkene",
    "DawidSkeneParameters",
    "FiniteMixture",
    "GaussianMixture",
    "GaussianMixtureParameters",
    "KMeans",
    "KMeansParameters",
    "MixtureOfUnigrams",
    "Model",
    "Notes",
    "PLSAParameters",
    "SenseMixture",
    "SensesParameters",
    "UnigramsParameters",
    "Writers",
    "WritersParameters",
    "as_notes",
    "count_answers",
    "decompose",
    "e_step",
    "fit_em",
    "fit_em_restarts",
    "kmeans_start",
    "log_likelihood",
    "log_of_sum",
    "m_step",
    "majority_vote",
    "mean_offsets",
    "names_of",
    "offset_starts",
    "random_expert_starts",
    "random_plsa_starts",
    "random_sense_starts",
    "random_starts",
    "random_topic_starts",
    "sum_of_logs",
    "top_words",
    "vote_start",
]
