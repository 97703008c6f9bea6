"""A laboratory with every kind of mark, handle and control, and something missing in each mark."""

from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from lecture11.explore.handles import Choice, Drag, Draw, Line, Pick, Slider, Toggle
from lecture11.explore.lab import Lab
from lecture11.figures.scene import (
    Areas,
    Bars,
    Ellipses,
    Image,
    Labels,
    Lines,
    Panel,
    Points,
    Scene,
    Segments,
    Tiles,
)
from lecture11.figures.sentences import Sentence


class State(NamedTuple):
    places: Any
    level: Any
    kind: Any
    shown: Any
    picked: Any
    sheet: Any
    letters: Any


class Seen(NamedTuple):
    dots: Any
    shares: Any
    kinds: Any
    curves: Any
    pieces: Any
    weights: Any
    areas: Any
    bars: Any
    spreads: Any
    sheets: Any
    image: Any
    grip: Any
    ink: Any
    sum: Any
    off: Any


NAN, INF = np.nan, np.inf
DOTS = np.array([[1.0, 1.0], [2.0, NAN], [3.0, 3.0], [INF, 1.0]])
CURVES = np.array(
    [
        [[0.0, 0.0], [1.0, 2.0], [NAN, 3.0], [3.0, 1.0], [4.0, INF]],
        [[0.0, NAN], [1.0, NAN], [2.0, 1.0], [NAN, NAN], [4.0, 4.0]],
    ]
)
PIECES = np.array([[[0.0, 0.0], [1.0, 1.0]], [[0.0, NAN], [1.0, 1.0]], [[1.0, 0.0], [2.0, 1.0]]])
AREAS = np.stack([np.arange(5.0), np.zeros(5), 1 + np.arange(5.0) / 4], axis=1)
BARS = np.array([[0.0, 0, 1, 2], [1, 0, 2, INF], [2, 0, 3, NAN], [-INF, 3, 1, 4]])
SPREADS = np.array([np.eye(2), np.full((2, 2), NAN), -np.eye(2), [[0.5, 0.2], [0.2, 0.5]]])


def view(state: State) -> Seen:
    return Seen(
        dots=jnp.asarray(DOTS),
        shares=jnp.asarray([[1.0, 0], [0, 1], [0.5, 0.5], [0.2, 0.8]]),
        kinds=jnp.arange(4, dtype=jnp.int32) + 2,
        curves=jnp.asarray(CURVES),
        pieces=jnp.asarray(PIECES),
        weights=jnp.asarray([0.2, 1.0, 1.5]),
        areas=jnp.asarray(AREAS),
        bars=jnp.asarray(BARS),
        spreads=jnp.asarray(SPREADS),
        sheets=jnp.asarray(np.tile(np.eye(3), (4, 1, 1))),
        image=jnp.asarray(np.add.outer(np.arange(4.0), np.arange(5.0))) + state.level,
        grip=jnp.stack([state.level, jnp.asarray(2.0)])[None],
        ink=state.sheet.sum(),
        sum=state.letters.sum(),
        off=state.shown == 0,
    )


MARKS = (
    Image("b", "image", low=0, high=8, levels=(2.5, 4.5)),
    Points("a", "dots", mix="shares"),
    Points("a", "dots", (0, 1, 2, 3, 4, 5), kinds="kinds"),
    Points("a", "dots", glyphs="kinds"),
    Points("a", "places", (2,), ("places",)),
    Lines("a", "curves", (0, 1), ("solid", "dashed"), dashes=("solid", "dashed")),
    Lines("a", "places", ("quiet",), closed=True),
    Segments("a", "pieces", (3,), weights="weights"),
    Areas("a", "areas", (2,), ("area",)),
    Bars("b", "bars", (4, 5), ("bars",), hollow=True),
    Bars("b", "bars", (4, 5), when="shown"),
    Ellipses("a", "dots", (0, 1), covariances="spreads"),
    Labels("a", "dots", ("ink",), texts=("{level:.1f}", "second")),
    Tiles("b", "dots", images="sheets"),
)


def declare() -> Lab:
    a, b = (Panel(name, f"Panel {name}", (0, 4), (0, 4), column=k) for k, name in enumerate("ab"))
    letters = np.array([0, 1, 2], np.int32)
    start = State(np.array([[1.0, 1.0], [3.0, 2.0]]), 1.0, 0, 1, 0, np.zeros((6, 6)), letters)
    return Lab(
        name="everything",
        title="Everything",
        state=start,
        view=view,
        scene=Scene((a, b, Panel("c", "A sheet", (0, 1), (0, 1), square=True)), MARKS),
        words=[
            Sentence("Level {level:.1f}, {kind:kinds}, place {picked:d}, ink {ink:.1f}, {sum:d}."),
            Sentence("Off.", "off"),
        ],
        handles=[
            Drag("places", "place", "a"),
            Drag("level", "level", "b", along="x", at="grip", step=0.5),
            Pick("picked", "picked place", "a", "places"),
            Draw("sheet", "sheet", "c"),
        ],
        controls=[
            Slider("level", "level", 0.5, 4, 0.5, log=True),
            Choice("kind", "kind", ("one", "another")),
            Toggle("shown", "shown"),
            Line("letters", "letters", "abc", "n"),
        ],
        shapes={"letters": ("n",)},
        sizes={"n": (1, 9)},
        lists={"kinds": ("one", "another")},
    )
