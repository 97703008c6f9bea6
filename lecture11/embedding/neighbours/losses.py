"""The losses of neighbour embedding with their gradients, as a descent needs them: fast.

SNE and t-SNE differ in two choices, and so there are four methods. The weight w_ij of a pair in the
map is a Gaussian of its distance, exp(−d̄²), or a Student t, 1 / (1 + d̄²); q is w divided by its sum
over each point's pairs, q_i(j), or over all pairs, Q_ij::

                    q_i(j), for each point     Q_ij, for all pairs
    Gaussian        SNE                        symmetric SNE
    Student t                                  t-SNE

In all four the loss is KL = Σ p log p − Σ p log w + Σ log Z, and its derivative by d̄_ij² is

    (p_ij − q_ij) g_ij,       g = −d log w / d(d̄²) = 1,  or 1 / (1 + d̄²)

so the gradient by x̄_i is an attraction minus a repulsion,

    2 Σ_j (p_ij + p_ji) g_ij (x̄_i − x̄_j)  −  2 Σ_j (q_ij + q_ji) g_ij (x̄_i − x̄_j)

The p enter by their sums p_ij + p_ji only: with Q over all pairs, symmetrising P changes nothing in
the gradient. Early exaggeration multiplies the attraction, never the loss that is reported.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Protocol, runtime_checkable

import jax.numpy as jnp
from jaxtyping import Array, Float

from lecture11.arguments import as_flag
from lecture11.embedding.neighbours.attraction import PairAffinities, attraction, total_strengths
from lecture11.embedding.neighbours.grid import grid_repulsion
from lecture11.embedding.neighbours.nerv import nerv_gradient, nerv_loss
from lecture11.embedding.neighbours.repulsion import repulsion


@runtime_checkable
class MapLoss(Protocol):
    """What a descent needs of a loss; hashable, as it is a static choice."""

    is_steep: ClassVar[bool]
    """Whether the loss may rise so steeply that no fixed rate is safe: each step is then tried."""
    longest: ClassVar[float | None]
    """The most that a point moves in a step along either axis, in units of the map's root mean
    square, or of 1 in a smaller map; None for no limit."""

    def rate(self, points: Any) -> Any:
        """The learning rate N / 12 of t-SNE, in units of this loss."""

    def strongest(self, affinities: Any) -> Float[Array, "*runs"]:
        """1 + Σ_j p_j(i) at its largest: how hard one point is pulled, by all together."""

    def __call__(
        self, points: Array, affinities: Any, exaggeration: Array
    ) -> tuple[Float[Array, ""], Float[Array, "points dims"]]:
        """The loss in nats, and its gradient with the attraction exaggerated."""


@dataclass(frozen=True)
class NeighbourLoss:
    """KL of the neighbours' probabilities in the data from those in the map.

    student: Student's t in the map, or else a Gaussian
    joint: one distribution over all pairs, or else one for each point, whose divergences are summed
    """

    is_steep: ClassVar[bool] = False
    longest: ClassVar[float | None] = None
    student: bool
    joint: bool

    def __post_init__(self) -> None:
        """Raise TypeError where one is neither True nor False."""
        as_flag("student", self.student)
        as_flag("joint", self.joint)

    def rate(self, points: Any) -> Any:
        """N / 12 where the loss is a mean over points, 1 / 12 where it is their sum."""
        return points / 12 if self.joint else 1 / 12

    def strongest(self, affinities: PairAffinities) -> Float[Array, "*runs"]:
        """1 + Σ_j p_j(i) at its largest."""
        pulls = total_strengths(affinities)
        return pulls.max(axis=-1) * (pulls.shape[-1] if self.joint else 1)

    def __call__(
        self, points: Float[Array, "points dims"], affinities: PairAffinities, exaggeration: Array
    ) -> tuple[Float[Array, ""], Float[Array, "points dims"]]:
        """The loss, and its gradient with the attraction exaggerated."""
        repelled = repulsion(points, student=self.student, joint=self.joint)
        return self.repelled(points, affinities, exaggeration, repelled)

    def repelled(
        self,
        points: Float[Array, "points dims"],
        affinities: PairAffinities,
        exaggeration: Array,
        repelled: tuple[Array, Array],
    ) -> tuple[Float[Array, ""], Float[Array, "points dims"]]:
        """The same, with the repulsion and the log of its norm as computed elsewhere."""
        pulled, energy = attraction(points, affinities, student=self.student)
        pushed, log_norm = repelled
        loss = affinities.negentropy + energy + log_norm
        return loss, 2 * (exaggeration * pulled - pushed)


class GridAffinities(NamedTuple):
    """What t-SNE's loss needs where the repulsion takes the way by a grid."""

    neighbours: PairAffinities
    grid: Any
    """A :class:`~lecture11.embedding.neighbours.grid.Grid`, made anew every so often; None where
    all pairs cost less."""


@dataclass(frozen=True)
class GridLoss:
    """t-SNE's, its repulsion by way of a grid.

    A grid has room for the farthest point. Without a limit to the steps, a few points of data with
    clear clusters are thrown ten times as far as all others, and return slowly.
    """

    is_steep: ClassVar[bool] = False
    longest: ClassVar[float | None] = 0.3

    def rate(self, points: int) -> float:
        """As without a grid."""
        return TSNE.rate(points)

    def strongest(self, affinities: GridAffinities) -> Float[Array, ""]:
        """1 + Σ_j p_j(i) at its largest."""
        return TSNE.strongest(affinities.neighbours)

    def __call__(
        self, points: Float[Array, "points 2"], affinities: GridAffinities, exaggeration: Array
    ) -> tuple[Float[Array, ""], Float[Array, "points 2"]]:
        """The loss, and its gradient with the attraction exaggerated."""
        if affinities.grid is None:
            return TSNE(points, affinities.neighbours, exaggeration)
        repelled = grid_repulsion(points, affinities.grid)
        return TSNE.repelled(points, affinities.neighbours, exaggeration, repelled)


SNE = NeighbourLoss(student=False, joint=False)
SYMMETRIC_SNE = NeighbourLoss(student=False, joint=True)
TSNE = NeighbourLoss(student=True, joint=True)


class RetrievalAffinities(NamedTuple):
    """What the loss of NeRV needs."""

    log_p: Float[Array, "*runs points points"]
    """log p_i(j) in nats, −∞ on the diagonal."""
    trade_off: Float[Array, "*runs"]
    """λ: 1 for SNE, where no neighbour may be missed; 0 where none may be false."""


@dataclass(frozen=True)
class RetrievalLoss:
    """NeRV: λ Σ_i D_KL(p_i ‖ q_i) + (1 − λ) Σ_i D_KL(q_i ‖ p_i).

    The second part multiplies q_i(j) by −log p_i(j), which an outlier or a tight pair makes as
    large as it is far, and so the slope.
    """

    is_steep: ClassVar[bool] = True
    longest: ClassVar[float | None] = None

    def rate(self, points: Any) -> Any:
        """A quarter of SNE's, as the reverse direction is steeper."""
        return 1 / 48

    def strongest(self, affinities: RetrievalAffinities) -> Float[Array, "*runs"]:
        """1 + Σ_j p_j(i) at its largest."""
        return 1 + jnp.exp(affinities.log_p).sum(axis=-2).max(axis=-1)

    def __call__(
        self,
        points: Float[Array, "points dims"],
        affinities: RetrievalAffinities,
        exaggeration: Array,
    ) -> tuple[Float[Array, ""], Float[Array, "points dims"]]:
        """The loss and its gradient; exaggeration is not for this loss and is left out."""
        return nerv_loss(points, *affinities), nerv_gradient(points, *affinities)


NERV = RetrievalLoss()
