"""Students' answers to notebook 01: right in every style, and wrong."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from scipy.spatial.distance import cdist, pdist, squareform

from lecture11.embedding import guttman_transform, raw_stress
from lecture11.exercises import check_guttman_transform, check_stress
from tests.exercises.students import Students


def stress_with_loops(points, distances):
    total = 0
    for i in range(len(points)):
        for j in range(i + 1, len(points)):
            total += (distances[i][j] - math.dist(points[i], points[j])) ** 2
    return total


def stress_with_scipy(points, distances):
    return ((pdist(points) - squareform(distances)) ** 2).sum()


def stress_halved(points, distances):
    return np.sum((distances - cdist(points, points)) ** 2) / 2


@jax.jit
def stress_with_jax(points, distances):
    apart = jnp.asarray(points)[:, None] - points
    return 0.5 * ((distances - jnp.sqrt((apart**2).sum(axis=-1))) ** 2).sum()


def stress_of_ours(points, distances):
    return raw_stress(points, distances)


def errors(points, distances):
    return squareform(distances) - pdist(points)


def step_with_loops(points, distances):
    n = len(points)
    new = np.zeros_like(points)
    for i in range(n):
        for j in range(n):
            apart = math.dist(points[i], points[j])
            if apart > 0:
                new[i] += distances[i][j] / apart * (points[i] - points[j]) / n
    return new


def step_by_de_leeuws_matrix(points, distances):
    found = cdist(points, points)
    b = -np.divide(distances, found, out=np.zeros_like(found), where=found > 0)
    b -= np.diag(b.sum(axis=1))
    return b @ points / len(points)


@jax.jit
def step_down_the_gradient(points, distances):
    """x̄ − gradient / 2n, by automatic differentiation of the raw stress."""
    i, j = np.triu_indices(len(points), 1)

    def stress(x):
        squares = ((x[i] - x[j]) ** 2).sum(axis=1)
        found = jnp.where(squares > 0, jnp.sqrt(jnp.where(squares > 0, squares, 1)), 0)
        return ((distances[i, j] - found) ** 2).sum()

    return points - jax.grad(stress)(jnp.asarray(points)) / (2 * len(points))


def step_with_a_small_number(points, distances):
    apart = points[:, None] - points
    found = np.sqrt((apart**2).sum(axis=2)) + 1e-12
    return ((distances / found)[..., None] * apart).sum(axis=1) / len(points)


def step_as_lists(points, distances):
    return step_with_loops(points, distances).tolist()


def step_of_ours(points, distances):
    return guttman_transform(points, distances)


def ratio(points, distances):
    found = cdist(points, points)
    np.fill_diagonal(found, 1)
    return distances / found


def summed(points, weights):
    return np.einsum("ij,ijk->ik", weights, points[:, None] - points)


def in_turn(points, distances):
    for i in range(len(points)):
        points[i] = step_with_loops(points, distances)[i]
    return points


EXERCISES = {
    check_stress: Students(
        right=[
            stress_with_loops,
            stress_with_scipy,
            stress_halved,
            stress_with_jax,
            stress_of_ours,
        ],
        wrong=[
            ("twice, (i, j) and (j, i)", lambda x, d: ((d - cdist(x, x)) ** 2).sum()),
            (
                "compare squared distances: (d²",
                lambda x, d: ((squareform(d) ** 2 - pdist(x) ** 2) ** 2).sum(),
            ),
            (
                "compare squared distances and count",
                lambda x, d: ((d**2 - cdist(x, x) ** 2) ** 2).sum(),
            ),
            (
                "root is missing: your",
                lambda x, d: ((squareform(d) - pdist(x, "sqeuclidean")) ** 2).sum(),
            ),
            ("root is missing, so", lambda x, d: ((d - cdist(x, x, "sqeuclidean")) ** 2).sum()),
            ("without squaring", lambda x, d: errors(x, d).sum()),
            ("sizes |d − d̄|", lambda x, d: abs(errors(x, d)).sum()),
            ("mean over the pairs", lambda x, d: (errors(x, d) ** 2).mean()),
            ("mean over all n²", lambda x, d: ((d - cdist(x, x)) ** 2).mean()),
            ("root of the stress", lambda x, d: np.linalg.norm(errors(x, d))),
            ("root of the slide's sum", lambda x, d: np.linalg.norm(d - cdist(x, x))),
            (
                "divided by Σ d²",
                lambda x, d: (errors(x, d) ** 2).sum() / (squareform(d) ** 2).sum(),
            ),
            ("Kruskal's", lambda x, d: ((errors(x, d) ** 2).sum() / (pdist(x) ** 2).sum()) ** 0.5),
            ("Sammon's weights", lambda x, d: (errors(x, d) ** 2 / squareform(d)).sum()),
            ("one sum for each point", lambda x, d: ((d - cdist(x, x)) ** 2).sum(axis=1)),
            ("a matrix of squared errors", lambda x, d: (d - cdist(x, x)) ** 2),
            ("Return one number; this is a str", lambda x, d: "one"),
            ("one number, but the wrong one", lambda x, d: 3.25),
            ("Expected one number", lambda x, d: np.ones(3)),
            ("Your code raised", lambda x, d: x @ d),
        ],
    ),
    check_guttman_transform: Students(
        right=[
            step_with_loops,
            step_by_de_leeuws_matrix,
            step_down_the_gradient,
            step_with_a_small_number,
            step_as_lists,
            step_of_ours,
        ],
        wrong=[
            ("leave out j = i", lambda x, d: summed(x, d / cdist(x, x)) / len(x)),
            ("let such a pair count 0", lambda x, d: summed(x, ratio(x, d)) / len(x)),
            ("not divided by n.", lambda x, d: summed(x, ratio(x, d))),
            ("You divide by n − 1", lambda x, d: summed(x, ratio(x, d)) / (len(x) - 1)),
            ("reversed: it is", lambda x, d: -summed(x, ratio(x, d)) / len(x)),
            ("reversed (it is", lambda x, d: -summed(x, ratio(x, d))),
            ("upside down", lambda x, d: summed(x, cdist(x, x) / (d + np.eye(len(d)))) / len(x)),
            ("These are the old places", lambda x, d: summed(x, np.ones_like(d)) / len(x)),
            ("These are the old places", lambda x, d: x),
            ("do not divide by d̄", lambda x, d: summed(x, d) / len(x)),
            ("do not multiply by d_ij", lambda x, d: summed(x, ratio(x, np.ones_like(d))) / len(x)),
            ("squared distances in the ratio", lambda x, d: summed(x, ratio(x, d) ** 2) / len(x)),
            ("add the old place", lambda x, d: x + step_with_loops(x, d)),
            ("how far each point moves: return", lambda x, d: step_with_loops(x, d) - x),
            ("the other way round", lambda x, d: x - step_with_loops(x, d)),
            ("one after the other", in_turn),
            ("the transpose", lambda x, d: step_with_loops(x, d).T),
            ("Expected one point for each", lambda x, d: step_with_loops(x, d)[:2]),
            ("not the places", lambda x, d: 1.1 * step_with_loops(x, d)),
            (
                "Right unless two points lie in one place",
                lambda x, d: step_with_loops(x, d) + (cdist(x, x) + np.eye(len(x)) == 0).any(),
            ),
            ("Return one array of numbers", lambda x, d: {"points": x}),
            ("Your code raised", lambda x, d: d @ x.T),
        ],
    ),
}
