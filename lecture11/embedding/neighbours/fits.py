"""Fit a map by its neighbours: SNE, t-SNE, NeRV, one call each; and many at once."""

import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from lecture11.arguments import (
    as_choice,
    as_floats,
    as_instance,
    as_items,
    as_number,
    as_whole,
    require_shape,
)
from lecture11.embedding.distances import scaled_data
from lecture11.embedding.neighbours.affinities import (
    calibrate_squares,
    measured,
    require_apart,
    squares_of,
    symmetrised,
)
from lecture11.embedding.neighbours.attraction import (
    PairAffinities,
    attract_all,
    many_affinities,
    neighbour_affinities,
    pair_affinities,
)
from lecture11.embedding.neighbours.descent import (
    FAST,
    GAINS,
    USUAL,
    BatchedStep,
    DescentData,
    DescentInfo,
    DescentState,
    DescentStep,
    Settings,
    start_state,
)
from lecture11.embedding.neighbours.grid import cheapest, grid_over, largest_over
from lecture11.embedding.neighbours.losses import (
    NERV,
    SNE,
    TSNE,
    GridAffinities,
    GridLoss,
    MapLoss,
    NeighbourLoss,
    RetrievalAffinities,
)
from lecture11.embedding.neighbours.starts import pca_start, random_map, separated
from lecture11.iteration import FAST_MATH, FRAMES, Run, run
from lecture11.signatures import passes_on

MANY = 1500
"""Points from which on a map of t-SNE takes :data:`FAST` strides, a grid while that is cheaper than
all pairs, and neighbours that are found without an array of all pairs. Where points have no
clusters, fewer end a little higher by such strides than by :data:`USUAL`."""
STEPS_ON_A_GRID = 25
"""Iterations after which a grid is made anew, as the map has grown."""

OnChunk = Callable[[int, int, DescentInfo], None]


def descend(
    loss: MapLoss,
    affinities: Any,
    points: Float[Array, "*runs points dims"],
    settings: Settings,
    *,
    frames: Iterable[int] = (0, 1000),
    chunk: int = 50,
    on_chunk: OnChunk | None = None,
    prepare: Callable[[DescentState, DescentData], DescentData] | None = None,
) -> Run[DescentState, DescentInfo]:
    """The loop of every method that lowers a loss of neighbours, for one map or several at once."""
    _check_settings(settings)
    frames = as_items("frames", frames, FRAMES)
    last = as_whole("frames", frames[-1])
    if 0 < last <= settings.early_iterations and settings.exaggeration != 1:
        raise ValueError(
            f"frames: the run ends after {last} iterations, while the attraction is "
            f"exaggerated for the first {settings.early_iterations}; go on for longer, or give "
            "settings._replace(early_iterations=…) with fewer."
        )
    runs = points.shape[:-2]
    numbers = jax.tree.map(lambda number: jnp.full(runs, number, points.dtype), settings)
    unit = loss.rate(points.shape[-2]) * jnp.minimum(
        1, numbers.most_attraction / loss.strongest(affinities)
    )
    numbers = numbers._replace(early_rate=unit * numbers.early_rate, rate=unit * numbers.rate)
    step = DescentStep(loss)
    return run(
        BatchedStep(step) if runs else step,
        start_state(points),
        DescentData(affinities, numbers),
        frames=frames,
        chunk=chunk,
        prepare=prepare,
        on_chunk=on_chunk,
        compiler_options=FAST_MATH,
    )


def fit_tsne(
    x: Any,
    *,
    perplexity: float = 30.0,
    settings: Settings | None = None,
    frames: Iterable[int] = (0, 1000),
    start: Any = None,
    key: PRNGKeyArray | None = None,
    precomputed: bool = False,
    loss: NeighbourLoss = TSNE,
    method: str = "auto",
    accuracy: float = 1e-2,
    chunk: int = 50,
    on_chunk: OnChunk | None = None,
) -> Run[DescentState, DescentInfo]:
    """t-SNE in the plane, or another of the four methods in :mod:`.losses`.

    x: points × dims; where ``precomputed``, the matrix of their distances
    perplexity: of each point's neighbours, 1 to N − 1
    settings: :data:`~lecture11.embedding.USUAL`, :data:`~lecture11.embedding.FAST` or
        :data:`~lecture11.embedding.REPRODUCIBLE`, or of your own; None for FAST where a grid may
        be taken, and else USUAL
    frames: iterations after which to keep the map; the last ends the run
    start: a map, points × 2 (or × 1, or × 3), to begin from, of standard deviation 1e-4 or so; None
        for PCA, or random where a ``key`` is given
    method: "exact", where all pairs repel each other; "grid", for t-SNE in the plane, where the
        repulsion is read off a grid (:mod:`.grid`); or "auto": from 1,500 points on whichever
        costs less, which is a grid while points are many and the map is narrow
    accuracy: of the grid's repulsion, the relative error of the forces, from 1e-5 on: that at which
        a grid is chosen, which is every 25 iterations
    chunk, on_chunk: see :func:`lecture11.iteration.run`; where a grid may be taken, ``chunk`` is at
        most 25

    Up to 600 points all pairs attract each other, and so do those of more points where 3 ·
    perplexity is over a quarter of them; else only 3 · perplexity nearest neighbours, found exactly
    up to 20,000 points, and nearly all of them beyond (:mod:`.nearest`).
    ``run.infos.loss`` is D_KL(P ‖ Q) for that P, never exaggerated; on the digits 7 % above that
    for the P of all pairs.
    Raises TypeError or ValueError where an argument is not as described, or the run would end
    while the attraction is still exaggerated; warns where a map has outgrown the largest grid.

    >>> run = fit_tsne(np.eye(4), perplexity=3, frames=[500])
    >>> print(run.state.points.shape, run.status)
    (4, 2) Status.COMPLETED
    """
    as_instance("loss", loss, NeighbourLoss, "use SNE, SYMMETRIC_SNE or TSNE")
    if settings is not None:
        _check_settings(settings)
    as_choice("method", method, ("auto", "exact", "grid"))
    accuracy = as_number("accuracy", accuracy, 1e-5, 0.1)
    given, affinities = _affinities(x, perplexity, precomputed, loss.joint)
    points = _start(given, start, key, precomputed)
    takes_grid = _takes_grid(method, loss, points)
    settings = settings or (FAST if takes_grid else USUAL)
    loop: dict[str, Any] = {"frames": frames, "chunk": chunk, "on_chunk": on_chunk}
    if not takes_grid:
        return descend(loss, affinities, points, settings, **loop)
    loop["chunk"] = min(as_whole("chunk", chunk, 1), STEPS_ON_A_GRID)
    chosen = cheapest if method == "auto" else grid_over

    outgrown = False

    def prepare(state: DescentState, data: DescentData) -> DescentData:
        nonlocal outgrown
        try:
            grid = largest_over(state.points) if outgrown else chosen(state.points, accuracy)
        except ValueError as error:
            if state.iteration == 0:
                raise
            warnings.warn(f"{error} From here on its forces are less exact.", stacklevel=2)
            outgrown, grid = True, largest_over(state.points)
        return data._replace(affinities=data.affinities._replace(grid=grid))

    on_grid = GridAffinities(affinities, None)
    return descend(GridLoss(), on_grid, points, settings, prepare=prepare, **loop)


def _affinities(
    x: Any, perplexity: float, precomputed: bool, joint: bool
) -> tuple[Float[Array, "points columns"], PairAffinities]:
    """What is given, in units of its own, and the affinities."""
    given, _ = scaled_data(x, precomputed=precomputed)
    if precomputed or len(given) < MANY or attract_all(len(given), perplexity):
        squares = squares_of(given, x, precomputed)
        return given, neighbour_affinities(squares, perplexity=perplexity, joint=joint)
    affinities, merged = many_affinities(given, perplexity=perplexity, joint=joint)
    require_apart(x, merged, precomputed)
    return given, affinities


def _takes_grid(method: str, loss: NeighbourLoss, points: Float[Array, "points dims"]) -> bool:
    """Whether ever. Raises ValueError for a grid where there can be none."""
    possible = loss == TSNE and points.shape[1] == 2
    if method == "grid" and not possible:
        raise ValueError(
            "method: a grid is for t-SNE with a map of two dimensions; "
            f"got {loss} with {points.shape[1]}. Give method='exact'."
        )
    return method == "grid" or (method == "auto" and possible and len(points) >= MANY)


@passes_on(fit_tsne, without=("loss", "method", "accuracy"))
def fit_sne(
    x: Any, *, settings: Settings = GAINS, **arguments: Any
) -> Run[DescentState, DescentInfo]:
    """SNE, the slide's, its loss summed over points; other arguments as of :func:`fit_tsne`.

    >>> print(fit_sne([[0], [1], [8], [9]], perplexity=1.5, frames=[300]).info.loss)
    0.013
    """
    _check_settings(settings)
    return fit_tsne(x, settings=settings, loss=SNE, **arguments)


@passes_on(descend, without=("prepare",))
def fit_nerv(
    x: Any,
    *,
    trade_off: float,
    perplexity: float = 30.0,
    settings: Settings = GAINS,
    start: Any = None,
    key: PRNGKeyArray | None = None,
    precomputed: bool = False,
    **loop: Any,
) -> Run[DescentState, DescentInfo]:
    """NeRV with weight ``trade_off`` (λ) on the forward direction: 1 is SNE, 0 the reverse alone.

    Other arguments and errors as of :func:`fit_tsne`.
    """
    trade_off = as_number("trade_off", trade_off, 0, 1)
    data = measured(x, precomputed=precomputed)
    log_p = calibrate_squares(data.squares, perplexity).log_affinities
    affinities = RetrievalAffinities(log_p, jnp.asarray(trade_off, log_p.dtype))
    return descend(NERV, affinities, _start(data.given, start, key, precomputed), settings, **loop)


@passes_on(descend, without=("prepare",))
def fit_tsne_many(
    x: Any,
    *,
    perplexities: Sequence[float],
    starts: Any,
    settings: Settings = USUAL,
    precomputed: bool = False,
    loss: NeighbourLoss = TSNE,
    **loop: Any,
) -> Run[DescentState, DescentInfo]:
    """Several runs on the same data at once, by ``vmap``: for some hundred points, over all pairs.

    perplexities: one for each run
    starts: runs × points × 2, the map that each begins from

    Other arguments and errors as of :func:`fit_tsne`. States and infos have the runs as their first
    axis, in the frames as their second.
    """
    as_instance("loss", loss, NeighbourLoss, "use SNE, SYMMETRIC_SNE or TSNE")
    given = as_items("perplexities", perplexities, "a perplexity for each run")
    wanted = [as_number(f"perplexities[{k}]", each, 1) for k, each in enumerate(given)]
    squares = measured(x, precomputed=precomputed).squares
    p = [jnp.exp(calibrate_squares(squares, each).log_affinities) for each in wanted]
    each = [pair_affinities(symmetrised(one) if loss.joint else one) for one in p]
    return descend(loss, _stacked(each), _starts(starts, len(p), len(squares)), settings, **loop)


@passes_on(descend, without=("prepare",))
def fit_nerv_many(
    x: Any,
    *,
    trade_offs: Sequence[float],
    starts: Any,
    perplexity: float = 30.0,
    settings: Settings = GAINS,
    precomputed: bool = False,
    **loop: Any,
) -> Run[DescentState, DescentInfo]:
    """NeRV for several λ on the same data at once: :func:`fit_nerv` like :func:`fit_tsne_many`."""
    given = as_items("trade_offs", trade_offs, "numbers λ from 0 to 1")
    weights = [as_number(f"trade_offs[{k}]", each, 0, 1) for k, each in enumerate(given)]
    squares = measured(x, precomputed=precomputed).squares
    log_p = calibrate_squares(squares, perplexity).log_affinities
    each = [RetrievalAffinities(log_p, jnp.asarray(weight, log_p.dtype)) for weight in weights]
    points = _starts(starts, len(weights), len(squares))
    return descend(NERV, _stacked(each), points, settings, **loop)


def _start(
    given: Float[Array, "points columns"], start: Any, key: PRNGKeyArray | None, precomputed: bool
) -> Float[Array, "points dims"]:
    if start is not None and key is not None:
        raise ValueError("start, key: both were given; leave out the key, or the start.")
    if key is not None:
        return random_map(len(given), key=key)
    if start is None:
        return pca_start(given, 2, precomputed=precomputed)
    points = as_floats("start", start, 2)
    require_shape("start", points, (len(given), _map_dims(points)), "points × dims of the map")
    return jnp.asarray(separated(points), points.dtype)


def _starts(starts: Any, runs: int, size: int) -> Float[Array, "runs points dims"]:
    points = as_floats("starts", starts, 3)
    shape = (runs, size, _map_dims(points))
    require_shape("starts", points, shape, "runs × points × dims of the map")
    return jnp.asarray(np.stack([separated(each) for each in points]), points.dtype)


def _map_dims(points: Array) -> int:
    """1, 2 or 3: beyond, an exact sum over pairs is no longer what limits a map."""
    return min(points.shape[-1], 3)


def _stacked(trees: Sequence[Any]) -> Any:
    return jax.tree.map(lambda *leaves: jnp.stack(leaves), *trees)


def _check_settings(settings: Settings) -> None:
    as_instance("settings", settings, Settings, "use USUAL, or USUAL._replace(rate=0.5) and so on")
    of = settings._asdict()
    as_number("settings.exaggeration", of["exaggeration"], 1)
    as_whole("settings.early_iterations", of["early_iterations"], 0)
    for name in ("early_momentum", "momentum"):
        as_number(f"settings.{name}", of[name], 0, below=1)
    for name in ("early_rate", "rate"):
        as_number(f"settings.{name}", of[name], above=0)
    as_number("settings.most_attraction", min(of["most_attraction"], 1e30), above=0)
    as_number("settings.gain_increase", of["gain_increase"], 0)
    as_number("settings.gain_decrease", of["gain_decrease"], 0, 1)
