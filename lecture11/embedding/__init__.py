"""Embeddings: a point x̄_i in the plane for each x_i of the data, distances or neighbours kept.

The lecture's formulas, slide by slide, and the functions that compute them::

    Motivation
      data on a lower-dimensional manifold, if that is flat     → fit_pca
      distances along it, if it is not                          → geodesic_distances
    Multidimensional Scaling (MDS)
      d_ij = ‖x_i − x_j‖                                        → pairwise_distances
      Σ_{i≠j} (d_ij − d̄_ij)²                                    → slide_stress
      min over x̄ of it                                          → fit_mds
    Stochastic Neighbor Embedding (SNE)
      p_i(j) = exp(−d_ij² / 2σ_i²) / Σ_{k≠i} exp(−d_ik² / 2σ_i²)  → affinities_at
      all of them, each σ_i found by its perplexity             → conditional_affinities
      q_i(j) = exp(−d̄_ij²) / Σ_{k≠i} exp(−d̄_ik²)                → neighbour_probabilities
      Σ_i D_KL(p_i ‖ q_i)                                       → sne_loss
      −Σ_i Σ_j p_i(j) log q_i(j)                                → sne_cross_entropy
      −Σ_i log q_i(i⁺), of a known positive i⁺                  → info_nce_loss
      argmin over x̄ of Σ_i D_KL(p_i ‖ q_i)                      → fit_sne
    t-Distributed SNE (t-SNE)
      P_ij = (p_i(j) + p_j(i)) / 2N                             → joint_affinities
      Q_ij = (1 + d̄_ij²)⁻¹ / Σ_{k≠l} (1 + d̄_kl²)⁻¹              → pair_probabilities
      D_KL(P ‖ Q)                                               → tsne_loss
      4 Σ_j (P_ij − Q_ij) (1 + d̄_ij²)⁻¹ (x̄_i − x̄_j), its slope  → tsne_gradient
      "adaptive sigma": σ_i for the perplexity of p_i           → calibrate_points
      "initialization": the first principal components          → pca_map
      argmin over x̄ of D_KL(P ‖ Q)                              → fit_tsne
    Examples
      Σ_{i≠j} (d_ij − d̄_ij)² / d_ij (Sammon Mapping)            → sammon_slide_stress
      min over x̄ of it                                          → fit_sammon
    Minimizing forward KL, minimizing reverse KL
      λ Σ_i D_KL(p_i ‖ q_i) + (1 − λ) Σ_i D_KL(q_i ‖ p_i)       → nerv_loss
"""

from lecture11.embedding.distances import (
    pairwise_distances,
)
from lecture11.embedding.geodesic import geodesic_distances
from lecture11.embedding.linear import (
    PCA,
    align,
    classical_scaling,
    fit_pca,
)
from lecture11.embedding.measures.crowding import apparent_dims, shell_shares
from lecture11.embedding.measures.quality import (
    continuity,
    nearest_neighbour_error,
    odd_ones,
    shepard_pairs,
    trustworthiness,
)
from lecture11.embedding.measures.structure import (
    Tearing,
    clumps,
    crossings,
    group_distances,
    group_radii,
    is_torn,
    linking_number,
    straightness,
    tearing,
    threads,
)
from lecture11.embedding.neighbours.affinities import (
    affinities_at,
    bisect_precision,
    calibrate_points,
    conditional_affinities,
    joint_affinities,
    perplexity_of,
)
from lecture11.embedding.neighbours.descent import (
    FAST,
    GAINS,
    MOMENTUM,
    REPRODUCIBLE,
    USUAL,
    Settings,
)
from lecture11.embedding.neighbours.fits import (
    fit_nerv,
    fit_nerv_many,
    fit_sne,
    fit_tsne,
    fit_tsne_many,
)
from lecture11.embedding.neighbours.forces import (
    mds_force,
    others_than,
    sne_force,
    tsne_force,
)
from lecture11.embedding.neighbours.losses import (
    SNE,
    SYMMETRIC_SNE,
    TSNE,
    NeighbourLoss,
)
from lecture11.embedding.neighbours.nerv import (
    forward_divergences,
    nerv_loss,
    reverse_divergences,
)
from lecture11.embedding.neighbours.placing import place_in_map
from lecture11.embedding.neighbours.sne import (
    info_nce_loss,
    neighbour_probabilities,
    sne_cross_entropy,
    sne_gradient,
    sne_loss,
)
from lecture11.embedding.neighbours.starts import (
    pca_map,
    random_map,
)
from lecture11.embedding.neighbours.tsne import (
    pair_probabilities,
    tsne_gradient,
    tsne_loss,
)
from lecture11.embedding.stress.mds import (
    fit_mds,
    guttman_transform,
    raw_stress,
    slide_stress,
)
from lecture11.embedding.stress.sammon import fit_sammon, sammon_slide_stress, sammon_stress

__all__ = [
    "FAST",
    "GAINS",
    "MOMENTUM",
    "PCA",
    "REPRODUCIBLE",
    "SNE",
    "SYMMETRIC_SNE",
    "TSNE",
    "USUAL",
    "NeighbourLoss",
    "Settings",
    "Tearing",
    "affinities_at",
    "align",
    "apparent_dims",
    "bisect_precision",
    "calibrate_points",
    "classical_scaling",
    "clumps",
    "conditional_affinities",
    "continuity",
    "crossings",
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
    "group_distances",
    "group_radii",
    "guttman_transform",
    "info_nce_loss",
    "is_torn",
    "joint_affinities",
    "linking_number",
    "mds_force",
    "nearest_neighbour_error",
    "neighbour_probabilities",
    "nerv_loss",
    "odd_ones",
    "others_than",
    "pair_probabilities",
    "pairwise_distances",
    "pca_map",
    "perplexity_of",
    "place_in_map",
    "random_map",
    "raw_stress",
    "reverse_divergences",
    "sammon_slide_stress",
    "sammon_stress",
    "shell_shares",
    "shepard_pairs",
    "slide_stress",
    "sne_cross_entropy",
    "sne_force",
    "sne_gradient",
    "sne_loss",
    "straightness",
    "tearing",
    "threads",
    "trustworthiness",
    "tsne_force",
    "tsne_gradient",
    "tsne_loss",
]
