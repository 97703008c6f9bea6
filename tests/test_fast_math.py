"""What is compiled with FAST_MATH says the same as without, also where sums are 0, tiny or huge.

The options let LLVM reorder arithmetic: (a / n)(b / n) becomes ab / n², whose n² may underflow; a
guard of what is no longer computed guards nothing. Every step that runs with them stands in
:data:`CASES`, with inputs that make such a rewriting show.
"""

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np
import pytest
from scipy.spatial.distance import cdist

from lecture11 import latent
from lecture11.embedding.neighbours.affinities import (
    calibrate_points,
    joint_affinities,
    measured,
)
from lecture11.embedding.neighbours.attraction import (
    PairAffinities,
    neighbour_affinities,
    pair_affinities,
)
from lecture11.embedding.neighbours.descent import (
    REPRODUCIBLE,
    DescentData,
    DescentStep,
    start_state,
)
from lecture11.embedding.neighbours.losses import (
    NERV,
    SNE,
    SYMMETRIC_SNE,
    TSNE,
    RetrievalAffinities,
)
from lecture11.embedding.stress.mds import MapState, gradient_step, smacof_step
from lecture11.embedding.stress.sammon import sammon_step
from lecture11.iteration import FAST_MATH, advance
from lecture11.latent.em import Problem, em_cycle

PACKAGE = Path(__file__).parents[1] / "lecture11"
STEPS = 3
RNG = np.random.default_rng(0)
NORMALS = RNG.normal(size=(40, 2))


class Case(NamedTuple):
    module: str
    """The module that passes FAST_MATH, such as ``embedding/stress/mds.py``."""
    name: str
    step: Callable
    """A step of :mod:`lecture11.iteration`."""
    make: Callable[[], tuple[Any, Any]]
    """State and data as NumPy arrays; called once double precision is on or off."""


def mixture(name: str, data: Any, weights: Any = None, **change: Any) -> Case:
    """EM for a Gaussian mixture, from means among the first points."""
    components = 3 if weights is None else len(weights)
    start = {
        "weights": np.full(components, 1 / components) if weights is None else np.array(weights),
        "means": data[:components],
        "covariances": np.stack([np.cov(data.T, ddof=0)] * components),
    }
    theta = latent.GaussianMixtureParameters(**{**start, **change})
    problem = Problem(latent.GaussianMixture(), data)
    return Case("latent/gaussian_mixture.py", f"EM, {name}", em_cycle, lambda: (theta, problem))


def stress(name: str, step: Callable, points: Any, distances: Any = None) -> Case:
    """MDS and Sammon's mapping, from a map that is given."""
    distances = APART if distances is None else distances

    def make() -> tuple[Any, Any]:
        return MapState(points, np.asarray(0.1)), distances

    return Case("embedding/stress/mds.py", f"{step.__name__}, {name}", step, make)


def neighbours(name: str, loss: Any, points: Any, affinities: Callable | None = None) -> Case:
    """SNE, t-SNE and NeRV, from a map that is given."""

    def make() -> tuple[Any, Any]:
        p = joint_affinities(NORMALS, perplexity=5) if affinities is None else affinities()
        state = start_state(jax.numpy.asarray(points))
        return state, DescentData(pair_affinities(p) if affinities is None else p, REPRODUCIBLE)

    return Case("embedding/neighbours/fits.py", f"{loss}, {name}", DescentStep(loss), make)


def retrieval(x: Any, trade_off: float = 0.5) -> Callable[[], RetrievalAffinities]:
    """What NeRV compares a map with."""
    return lambda: RetrievalAffinities(
        calibrate_points(x, perplexity=5.0).log_affinities, np.asarray(trade_off)
    )


FAR = np.array([[1e5, -1e5]])
WIDE = RNG.normal(size=(2500, 20)) + 3 * RNG.integers(0, 3, size=(2500, 1))
PLACES = np.array([[0.0, 0.0], [1.0, 2.0]] * 20)
ROUND = np.stack([np.eye(2)] * 2)
DUPLICATES = np.repeat(NORMALS[:10], 4, axis=0)
APART = cdist(NORMALS, NORMALS)
MANY = RNG.normal(size=(700, 2))
"""So many that only neighbours attract each other, and that w_ii is taken off the sum."""


def between_neighbours() -> PairAffinities:
    return neighbour_affinities(measured(MANY).squares, perplexity=10.0, joint=True)


CASES = [
    mixture("ordinary", NORMALS),
    mixture("weight 0", NORMALS, [0.5, 0.5, 0.0]),
    mixture("weight 1e-30", NORMALS, [0.5, 0.5, 1e-30]),
    mixture("weight 1e-20", NORMALS, [0.5, 0.5, 1e-20]),
    mixture("a component far from all points", NORMALS, means=np.r_[NORMALS[:2], FAR]),
    mixture("a point far from all components", np.r_[NORMALS, FAR / 100]),
    mixture("the same points four times", DUPLICATES, means=NORMALS[:3]),
    mixture("two places", PLACES, [0.5, 0.5], means=PLACES[:2] + 0.1, covariances=ROUND),
    mixture("on a line", NORMALS[:, :1] * [1, 2], [0.5, 0.5], covariances=ROUND),
    mixture("equal components", NORMALS, means=np.zeros((3, 2))),
    mixture("tiny values", 1e-12 * NORMALS),
    mixture("huge values", 1e12 * NORMALS),
    mixture("in blocks", WIDE, np.full(10, 0.1)),
    mixture("in blocks, weight 0", WIDE, [0.0, *np.full(9, 1 / 9)]),
    mixture("in blocks, weight 1e-30", WIDE, [1e-30, *np.full(9, 1 / 9)]),
    *(stress("ordinary", step, RNG.normal(size=(40, 2))) for step in (smacof_step, gradient_step)),
    stress("ordinary", sammon_step, RNG.normal(size=(40, 2))),
    *(
        stress(name, step, points, distances)
        for step in (smacof_step, gradient_step, sammon_step)
        for name, points, distances in (
            ("ties in the map", DUPLICATES, None),
            ("all in one place", np.zeros((40, 2)), None),
            ("a tiny map", 1e-12 * NORMALS[::-1], None),
            ("tiny distances", 1e-12 * NORMALS[::-1], 1e-12 * APART),
            ("huge distances", 1e12 * NORMALS[::-1], 1e12 * APART),
        )
    ),
    stress("duplicates", smacof_step, NORMALS, cdist(DUPLICATES, DUPLICATES)),
    stress("duplicates", gradient_step, NORMALS, cdist(DUPLICATES, DUPLICATES)),
    *(neighbours("ordinary", loss, NORMALS) for loss in (SNE, SYMMETRIC_SNE, TSNE)),
    *(
        neighbours(name, loss, points)
        for loss in (SNE, SYMMETRIC_SNE, TSNE)
        for name, points in (
            ("ties in the map", DUPLICATES),
            ("a point far from all others", np.r_[NORMALS[:-1], FAR / 1e3]),
            ("a tiny map", 1e-4 * NORMALS),
            ("a huge map", 1e3 * NORMALS),
        )
    ),
    neighbours("many points", TSNE, MANY, between_neighbours),
    neighbours("a tiny map of many", TSNE, 1e-4 * MANY, between_neighbours),
    neighbours("ordinary", NERV, NORMALS, retrieval(NORMALS)),
    neighbours("ties in the map", NERV, DUPLICATES, retrieval(NORMALS)),
    neighbours("ties in the data", NERV, NORMALS, retrieval(DUPLICATES)),
    neighbours("an outlier in the data", NERV, NORMALS, retrieval(np.r_[NORMALS[:-1], FAR / 1e3])),
    neighbours("a tiny map", NERV, 1e-4 * NORMALS, retrieval(NORMALS, 0.0)),
]


def as_precision(tree: Any) -> Any:
    return jax.tree.map(lambda leaf: jax.numpy.asarray(leaf), tree)


@pytest.fixture(params=["float32", "float64"])
def rtol(request):
    """Both precisions, and how much a few steps may differ in each."""
    jax.config.update("jax_enable_x64", request.param == "float64")
    yield {"float32": 2e-4, "float64": 1e-9}[request.param]
    jax.config.update("jax_enable_x64", False)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_results_are_those_of_plain_arithmetic(case: Case, rtol: float):
    state, data = as_precision(case.make())
    gaps = [0] + [1] * STEPS
    plain, fast = (
        jax.device_get(advance(case.step, state, data, gaps, compiler_options=options))
        for options in (None, FAST_MATH)
    )
    for (path, right), found in zip(
        jax.tree_util.tree_leaves_with_path(plain), jax.tree.leaves(fast), strict=True
    ):
        name = jax.tree_util.keystr(path)
        assert np.isfinite(right).all(), name
        scale = np.abs(right).max()
        np.testing.assert_allclose(found, right, rtol=rtol, atol=rtol * scale, err_msg=name)


@pytest.mark.slow
def test_every_module_that_passes_the_options_has_cases():
    passing = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Name) and node.id == "FAST_MATH" and isinstance(node.ctx, ast.Load)
    }
    assert passing == {case.module for case in CASES}
