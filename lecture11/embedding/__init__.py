"""Embeddings: a point in the plane for each point of the data, distances or neighbours kept."""

from lecture11.embedding.affinities import (
    Bisection,
    Calibration,
    affinities_at,
    bisect_precision,
    calibrate_points,
    conditional_affinities,
    joint_affinities,
    perplexity_of,
)
from lecture11.embedding.distances import (
    check_distances,
    check_points,
    pairwise_distances,
    pairwise_squared_distances,
)
from lecture11.embedding.fits import (
    fit_nerv,
    fit_nerv_many,
    fit_sne,
    fit_tsne,
    fit_tsne_many,
)
from lecture11.embedding.geodesic import geodesic_distances
from lecture11.embedding.linear import (
    PCA,
    Alignment,
    ClassicalScaling,
    align,
    classical_scaling,
    fit_pca,
)
from lecture11.embedding.losses import (
    SNE,
    SYMMETRIC_SNE,
    TSNE,
    NeighbourLoss,
)
from lecture11.embedding.mds import (
    MapState,
    StressInfo,
    fit_mds,
    guttman_transform,
    raw_stress,
    slide_stress,
)
from lecture11.embedding.momentum import (
    PLAIN,
    PLAIN_REPRODUCIBLE,
    REPRODUCIBLE,
    USUAL,
    DescentInfo,
    DescentState,
    Settings,
)
from lecture11.embedding.nerv import (
    forward_divergences,
    nerv_gradient,
    nerv_loss,
    reverse_divergences,
)
from lecture11.embedding.pair_forces import (
    mds_force,
    sne_force,
    tsne_force,
)
from lecture11.embedding.quality import (
    ShepardPairs,
    continuity,
    nearest_neighbour_error,
    shepard_pairs,
    trustworthiness,
)
from lecture11.embedding.sammon import fit_sammon, sammon_slide_stress, sammon_stress
from lecture11.embedding.sne import (
    info_nce_loss,
    log_neighbour_probabilities,
    neighbour_probabilities,
    sne_cross_entropy,
    sne_gradient,
    sne_loss,
)
from lecture11.embedding.starts import (
    pca_map,
    random_map,
)
from lecture11.embedding.tsne import (
    pair_probabilities,
    student_weights,
    tsne_gradient,
    tsne_loss,
)

__all__ = [
    "PCA",
    "PLAIN",
    "PLAIN_REPRODUCIBLE",
    "REPRODUCIBLE",
    "SNE",
    "SYMMETRIC_SNE",
    "TSNE",
    "USUAL",
    "Alignment",
    "Bisection",
    "Calibration",
    "ClassicalScaling",
    "DescentInfo",
    "DescentState",
    "MapState",
    "NeighbourLoss",
    "Settings",
    "ShepardPairs",
    "StressInfo",
    "affinities_at",
    "align",
    "bisect_precision",
    "calibrate_points",
    "check_distances",
    "check_points",
    "classical_scaling",
    "conditional_affinities",
    "continuity",
    "fit_mds",
    "fit_nerv",
    "fit_nerv_many",
    "fit_pca",
    "fit_sammon",
    "fit_sne",
    "fit_tsne",
    "fit_tsne_many",
    "forward_divergences",
    "geodesic_distances",
    "guttman_transform",
    "info_nce_loss",
    "joint_affinities",
    "log_neighbour_probabilities",
    "mds_force",
    "nearest_neighbour_error",
    "neighbour_probabilities",
    "nerv_gradient",
    "nerv_loss",
    "pair_probabilities",
    "pairwise_distances",
    "pairwise_squared_distances",
    "pca_map",
    "perplexity_of",
    "random_map",
    "raw_stress",
    "reverse_divergences",
    "sammon_slide_stress",
    "sammon_stress",
    "shepard_pairs",
    "slide_stress",
    "sne_cross_entropy",
    "sne_force",
    "sne_gradient",
    "sne_loss",
    "student_weights",
    "trustworthiness",
    "tsne_force",
    "tsne_gradient",
    "tsne_loss",
]
