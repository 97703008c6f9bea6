"""Models with a latent variable, fitted by expectation maximisation."""

from lecture11.latent.em import (
    Decomposition,
    EMInfo,
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
from lecture11.latent.gaussian_mixture import GaussianMixture, GaussianMixtureParameters
from lecture11.latent.kmeans import KMeans, KMeansParameters
from lecture11.latent.scoring import matched_accuracy, names_of
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
    writer_starts,
)

__all__ = [
    "PLSA",
    "Contexts",
    "DawidSkene",
    "DawidSkeneParameters",
    "Decomposition",
    "EMInfo",
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
    "fit_em",
    "fit_em_restarts",
    "kmeans_start",
    "log_of_sum",
    "majority_vote",
    "matched_accuracy",
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
    "writer_starts",
]
