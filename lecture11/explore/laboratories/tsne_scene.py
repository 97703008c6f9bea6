"""How the laboratory of t-SNE looks, what it says, and what is moved."""

import functools

from lecture11.explore.handles import Choice, Place, Slider
from lecture11.explore.lab import Lab, Prepared
from lecture11.explore.laboratories import tsne
from lecture11.figures.scene import Image, Panel, Points, Scene
from lecture11.figures.sentences import Sentence

SCENE = Scene(
    panels=(
        Panel(
            "data", "The data, seen from one side (click: points of your own)",
            (-1.08, 1.08), (-1.08, 1.08), ticks="", square=True,
        ),
        Panel(
            "map", "The map, as it comes", (-1.08, 1.08), (-1.08, 1.08),
            ticks="", square=True, column=1,
        ),
    ),
    marks=(
        Image("data", "data.sheet", low=0, high=1, shades="grey", when="is_digits"),
        Points("data", "picture", (0, 1, 2, 3, 4, 5), kinds="kinds"),
        Points("map", "map", (0, 1, 2, 3, 4, 5), kinds="kinds", when="is_plain"),
        Points("map", "map", tuple(range(10)), glyphs="groups", size=8, when="is_digits"),
    ),
)  # fmt: skip

WORDS = (
    Sentence(
        "{number:d} points, {shape:shapes}; iteration {iteration:d}: KL(P ‖ Q) is {loss:.3f} "
        "nats, the map {reach:.2g} units wide each way."
    ),
    Sentence("The attraction is still exaggerated.", "exaggerated"),
    Sentence(
        "The perplexity asked for is more than the points allow: {reached:.0f} was reached.",
        "is_cut",
    ),
    Sentence("The first group has become a ring, hollow in the middle.", "is_ring"),
)


@functools.cache
def declare() -> Lab:
    """The laboratory."""
    return Lab(
        name="tsne",
        title="t-SNE, live",
        state=tsne.begin(),
        begin=tsne.restart,
        prepare={
            "data": Prepared(tsne.make_data, ("shape", "dims", "normal", "placed")),
            "affinities": Prepared(tsne.find_affinities, ("data", "perplexity"), slow=True),
        },
        view=tsne.view,
        moves={"Two iterations": tsne.descend, "End exaggeration": tsne.end_exaggeration},
        play="Two iterations",
        pace=60,
        until="over",
        then=dict.fromkeys(("shape", "dims", "seed", "n", "placed"), tsne.restart),
        handles=[Place("placed", "points of your own", "data", "n", ("shape", 8))],
        controls=[
            Choice("shape", "Data", tsne.SHAPES),
            Slider("n", "points", tsne.FEWEST, tsne.MOST, 1),
            Slider("dims", "dimensions", 1, tsne.COLUMNS, 1),
            Slider("perplexity", "perplexity", 2, 200, 1, log=True),
            Slider("exaggeration", "exaggeration", 1, 12, 0.5),
            Slider("early", "exaggerated iterations", 0, 500, 10),
            Slider("rate", "rate", 0.1, 4, 0.1),
            Slider("seed", "seed", 0, 99, 1),
        ],
        shapes={
            "normal": ("n", tsne.COLUMNS),
            **dict.fromkeys(("start", "placed", "points", "velocity", "gains"), ("n", 2)),
        },
        sizes={"n": (tsne.FEWEST, tsne.MOST)},
        noise={"normal": "normal", "start": "normal"},
        scene=SCENE,
        words=WORDS,
        lists={"shapes": tsne.SHAPES},
    )
