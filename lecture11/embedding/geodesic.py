"""Distances along a manifold: the shortest way from neighbour to neighbour (Isomap's first half).

Only short distances are taken from the data; a long one is the sum of short ones on the way, so it
may be far longer than the straight line. MDS of these distances unrolls what can be unrolled
(Tenenbaum, de Silva & Langford 2000).
"""

from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, shortest_path

from lecture11.arguments import as_whole
from lecture11.embedding.distances import as_distances


def geodesic_distances(distances: Any, *, neighbours: int) -> Float[Array, "points points"]:
    """Lengths of the shortest paths that step only between near neighbours.

    distances: points × points
    neighbours: i and j are linked where one is among so many nearest of the other

    Raises TypeError or ValueError where they are no distances, ``neighbours`` is not below the
    number of points, or the links leave the points in several parts.

    >>> print(geodesic_distances([[0, 1, 2], [1, 0, 1], [2, 1, 0]], neighbours=1)[0])
    [0. 1. 2.]
    """
    d = np.asarray(as_distances("distances", distances, least=2), float)
    neighbours = as_whole("neighbours", neighbours, 1, len(d) - 1)
    others = d + np.diag(np.full(len(d), np.inf))
    nearest = np.argpartition(others, neighbours - 1, axis=1)[:, :neighbours]
    rows = np.repeat(np.arange(len(d)), neighbours)
    columns = nearest.ravel()
    # A link of length 0 would read as none in a sparse matrix.
    lengths = np.maximum(d[rows, columns], np.finfo(float).tiny)
    links = csr_matrix((lengths, (rows, columns)), shape=d.shape)
    parts = connected_components(links, directed=False)[0]
    if parts > 1:
        raise ValueError(
            f"neighbours: with {neighbours} the points fall into {parts} parts with no way from "
            "one to another; take more neighbours, or embed the parts one by one."
        )
    return jnp.asarray(shortest_path(links, method="D", directed=False), jnp.result_type(float))
