"""What a map seems to show, in numbers: sizes, gaps, pieces, links and knots.

A map by neighbours draws some of these as it likes, so each is measured in the data and in the map
alike. Curves are closed polygons, their points in order. Two closed curves in space that are linked
once cannot be pulled apart; their *linking number* is, over all places where one passes over the
other as seen from any side,

    lk(a, b) = ½ Σ ±1,      + where the two directions make a right-handed cross, − otherwise
"""

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from lecture11.arguments import as_number, as_whole, require_shape
from lecture11.embedding.distances import as_distances, as_labels, as_points

LEAP = 5.0
"""A link this many times as long as the median one is torn."""
TURN_LEAP = 6.0
"""A step along a closed curve this many times as long as the median one is torn."""
GAP = 3.0
"""A gap this many times as wide as the median step to the nearest neighbour divides a cloud."""


class Tearing(NamedTuple):
    """What became of a manifold's links in a map."""

    torn: float
    """The share of links that are stretched to a multiple of the median one."""
    pieces: int
    """Into how many parts the manifold falls once these are cut, parts of 3 points or more."""


def tearing(distances: Any, points: Any, *, neighbours: int = 5, leap: float = LEAP) -> Tearing:
    """How far a map tears a connected manifold.

    distances: along the manifold, points × points
    points: the map, points × dims
    neighbours: i and j are linked where one is among so many nearest of the other; 1 to n − 1
    leap: a link is torn where it is this many times as long in the map as the median one

    Raises TypeError or ValueError where they are not these.
    """
    d = np.asarray(as_distances("distances", distances, least=3), float)
    given = as_points("points", points)
    require_shape("points", given, (len(d), given.shape[1]), "points × dims of the map")
    mapped = np.asarray(given, float)
    neighbours = as_whole("neighbours", neighbours, 1, len(d) - 1)
    leap = as_number("leap", leap, above=0)
    first, second = _links(d, neighbours)
    lengths = np.linalg.norm(mapped[first] - mapped[second], axis=1)
    whole = lengths <= leap * np.median(lengths)
    return Tearing(float((~whole).mean()), _parts(len(d), first[whole], second[whole]))


def _links(distances: np.ndarray, neighbours: int) -> tuple[np.ndarray, np.ndarray]:
    """Each pair once of which one is among the nearest of the other."""
    others = distances + np.diag(np.full(len(distances), np.inf))
    nearest = np.argsort(others, axis=1, kind="stable")[:, :neighbours]
    linked = np.zeros(distances.shape, bool)
    np.put_along_axis(linked, nearest, True, axis=1)
    first, second = np.nonzero(np.triu(linked | linked.T, 1))
    return first, second


def clumps(points: Any, *, gap: float = GAP) -> int:
    """How many clumps an eye would count: parts of 3 points or more, divided by wide gaps.

    points: of a map or of data, points × dims
    gap: two points are linked where they are no farther apart than this many times the median
        distance to the nearest neighbour

    Raises TypeError or ValueError where they are no such points, or fewer than two.
    """
    mapped = np.asarray(as_points("points", points, least=2), float)
    gap = as_number("gap", gap, above=0)
    apart = np.linalg.norm(mapped[:, None] - mapped, axis=2)
    np.fill_diagonal(apart, np.inf)
    first, second = np.nonzero(apart <= gap * np.median(apart.min(axis=1)))
    return _parts(len(mapped), first, second)


def _parts(points: int, first: np.ndarray, second: np.ndarray) -> int:
    links = csr_matrix((np.ones(len(first), np.int8), (first, second)), shape=(points, points))
    sizes = np.bincount(connected_components(links, directed=False)[1])
    return int((sizes >= 3).sum())


def group_radii(points: Any, groups: Any) -> Float[np.ndarray, " groups"]:
    """Of each group the root mean square distance of its points from their mean.

    points: of a map or of data, points × dims
    groups: of each point, whole numbers from 0

    Raises TypeError or ValueError where they are not these.
    """
    mapped, which = _grouped(points, groups)
    return np.array(
        [
            np.sqrt(((mine - mine.mean(axis=0)) ** 2).sum(axis=1).mean())
            for mine in (mapped[which == k] for k in range(which.max() + 1))
        ]
    )


def group_distances(points: Any, groups: Any) -> Float[np.ndarray, "groups groups"]:
    """Distances between the means of the groups. Arguments and errors as of :func:`group_radii`."""
    mapped, which = _grouped(points, groups)
    means = np.array([mapped[which == k].mean(axis=0) for k in range(which.max() + 1)])
    return np.linalg.norm(means[:, None] - means, axis=2)


def _grouped(points: Any, groups: Any) -> tuple[np.ndarray, np.ndarray]:
    mapped = np.asarray(as_points("points", points), float)
    which = np.asarray(as_labels("groups", groups, len(mapped)))
    if set(np.unique(which)) != set(range(int(which.max()) + 1)):
        raise ValueError(
            "groups: expected whole numbers 0, 1, 2, …, each at least once; got "
            f"{np.unique(which).tolist()}."
        )
    return mapped, which


def straightness(points: Any) -> float:
    """From end to end as a fraction of the way along the points: 1 for a straight line.

    points: in order along an open curve, points × dims

    Raises TypeError or ValueError where they are no such points, or all in one place.
    """
    way = np.asarray(as_points("points", points, least=2), float)
    length = np.linalg.norm(np.diff(way, axis=0), axis=1).sum()
    if length == 0:
        raise ValueError("points: all of them lie in one place, which has no direction.")
    return float(np.linalg.norm(way[-1] - way[0]) / length)


def is_torn(loop: Any) -> Bool[np.ndarray, " points"]:
    """Where a closed curve leaps: from which point to the next it is 6 times the median step.

    loop: in order around, points × dims; the last step leads back to the first point

    Raises TypeError or ValueError where they are no such points.
    """
    around = np.asarray(as_points("loop", loop), float)
    steps = np.linalg.norm(np.roll(around, -1, axis=0) - around, axis=1)
    return steps > TURN_LEAP * np.median(steps)


def threads(points: Any, objects: Any) -> int:
    """How many objects have each pose nearest, in the map, to the pose before or after it.

    points: of a map, points × dims
    objects: which object each is, whole numbers; its poses are in order and close a full turn

    Raises TypeError or ValueError where they are not these, or there are fewer than two points.
    """
    mapped = np.asarray(as_points("points", points, least=2), float)
    which = np.asarray(as_labels("objects", objects, len(mapped)))
    apart = np.linalg.norm(mapped[:, None] - mapped, axis=2)
    np.fill_diagonal(apart, np.inf)
    nearest, kept = apart.argmin(axis=1), 0
    for index in np.unique(which):
        mine = np.flatnonzero(which == index)
        # Where among the object's poses its nearest is; −1 where it is another object's.
        pose = np.full(len(mapped), -1)
        pose[mine] = np.arange(len(mine))
        found = pose[nearest[mine]]
        steps = (found - np.arange(len(mine))) % len(mine)
        kept += bool((found >= 0).all() and np.isin(steps, (1, len(mine) - 1)).all())
    return kept


def crossings(curve: Any, other: Any = None) -> int:
    """How often a closed curve in the plane crosses itself, or another one.

    curve, other: in order around, points × 2; sides that meet in a corner do not cross

    Raises TypeError or ValueError where they are no such points.
    """
    a, b = _sides(curve, "curve", 2), _sides(curve if other is None else other, "other", 2)
    meet = _meet(a, b)
    return int(meet.sum()) if other is not None else int(np.triu(meet, 1).sum())


def linking_number(curve: Any, other: Any) -> int:
    """How often one closed curve in space winds around another: 0 where they can be pulled apart.

    curve, other: in order around, points × 3; they must not touch

    Seen from a side that no symmetric figure has along its axes.
    Raises TypeError or ValueError where they are no such points.
    """
    a, b = _sides(curve, "curve", 3) @ _VIEW, _sides(other, "other", 3) @ _VIEW
    flat_a, flat_b = a[..., :2], b[..., :2]
    meet = _meet(flat_a, flat_b)
    first, second = (flat[:, 1] - flat[:, 0] for flat in (flat_a, flat_b))
    cross = _cross(first[:, None], second[None])
    offset = flat_b[None, :, 0] - flat_a[:, None, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        along_a, along_b = (_cross(offset, side) / cross for side in (second[None], first[:, None]))
    height_a = a[:, None, 0, 2] + along_a * (a[:, 1, 2] - a[:, 0, 2])[:, None]
    height_b = b[None, :, 0, 2] + along_b * (b[:, 1, 2] - b[:, 0, 2])[None]
    signs = np.where(meet, np.sign(cross) * np.sign(height_a - height_b), 0)
    return round(float(signs.sum())) // 2


_VIEW = np.linalg.qr(np.array([[1.0, 2.0, 3.0], [4.0, -5.0, 7.0], [0.3, 11.0, -13.0]]))[0]


def _sides(curve: Any, name: str, dims: int) -> np.ndarray:
    """From each point to the next and from the last to the first, (points, 2, dims)."""
    given = as_points(name, curve, least=3)
    require_shape(name, given, (len(given), dims), f"points × {dims}")
    around = np.asarray(given, float)
    return np.stack([around, np.roll(around, -1, axis=0)], axis=1)


def _meet(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Which of the sides a (n, 2, 2) and b (m, 2, 2) cross, each from one flank to the other."""
    return _divided(a, b) & _divided(b, a).T


def _divided(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Whether the ends of b lie strictly on different flanks of the line through a, (n, m)."""
    along = (a[:, 1] - a[:, 0])[:, None]
    start, end = (_cross(along, b[None, :, k] - a[:, None, 0]) for k in (0, 1))
    return start * end < 0


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
