"""How the laboratory of the two fits looks, what it says, and what is moved."""

import functools

from lecture11.explore.handles import Drag, Slider
from lecture11.explore.lab import Lab, Prepared
from lecture11.explore.laboratories import fit
from lecture11.figures.scene import Areas, Image, Labels, Lines, Panel, Points, Scene
from lecture11.figures.sentences import Sentence

P = ("weights", "means", "sds")

SCENE = Scene(
    panels=(
        Panel(
            "densities", "p, and q on its way down either divergence", (-8, 8), (0, 1),
            "x", "density", height=0.75,
        ),
        Panel(
            "plane", "D(q ‖ p) over all normals q: dark is low", fit.MEANS, fit.SDS,
            "mean of q", "sd of q", log="y", column=1, height=0.75,
        ),
    ),
    marks=(
        Areas("densities", "area", ("quiet",), ("p",), opacity=0.3),
        Lines("densities", "forward", (0,), ("forward fit",), width=2.5),
        Lines("densities", "reverse", (1,), ("reverse fit",), dashes=("dashed",), width=2.5),
        Image(
            "plane", "landscape.divergence", low=0, high=6,
            levels=(0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4, 5, 7, 10, 20, 40),
        ),
        Points("plane", "minima_at", ("#ffffff",), ("minimum",), size=10),
        Points("plane", "saddles_at", ("#111111",), ("saddle",), size=8),
        Lines("plane", "trails", ("#ffffff",), width=6),
        Lines(
            "plane", "trails", (0, 1), ("forward", "reverse"), dashes=("solid", "dashed"), width=3
        ),
        Labels("plane", "at_start", texts=("q: drag it",), dx=20, dy=0),
        Points("plane", "at_forward", ("#ffffff",), size=17),
        Points("plane", "at_forward", (0,), size=12),
        Points("plane", "at_reverse", ("#ffffff",), size=17),
        Points("plane", "at_reverse", (1,), size=12),
    ),
)  # fmt: skip

WORDS = (
    Sentence(
        "After {steps:d} steps forward has D(p ‖ q) = {forward_divergence:.3f} nats at mean "
        "{at_forward[0,0]:.2f}, sd {at_forward[0,1]:.2f}; reverse D(q ‖ p) = "
        "{reverse_divergence:.3f} at mean {at_reverse[0,0]:.2f}, sd {at_reverse[0,1]:.2f}."
    ),
    Sentence("Both have arrived.", "settled"),
    Sentence("D(q ‖ p) has {minima:d} minima; one of them is broad.", "broad"),
    Sentence("D(q ‖ p) has {minima:d} minima, none of them broad.", "not broad"),
)


@functools.cache
def declare() -> Lab:
    """The laboratory."""
    return Lab(
        name="fit",
        title="Two ways to fit one normal",
        state=fit.begin_state(),
        begin=fit.restart,
        prepare={
            "landscape": Prepared(fit.landscape, P),
            "stationary": Prepared(fit.find_stationary, P, slow=True),
        },
        view=fit.view,
        moves={"One step of each": fit.descend},
        play="One step of each",
        pace=4,
        until="over",
        then=dict.fromkeys((*P, "q"), fit.restart),
        handles=[
            Drag("means", "mode", "densities", along="x", at="modes", colours=("ink",)),
            Drag(
                "sds", "sd of mode", "densities", along="x", at="spreads", origin="means",
                low=0.2, high=3, step=0.05, colours=("quiet",),
            ),
            Drag("q", "q", "plane", names=("mean", "sd"), step=0.05, colours=("paper",)),
        ],
        controls=[
            Slider("weights", f"weight of mode {k + 1}", 0, 1, 0.01, part=k) for k in range(3)
        ],
        scene=SCENE,
        words=WORDS,
    )  # fmt: skip
