"""Pictures of maps: of distances, of neighbours, of digits and of things that turn."""

from lecture11.figures.embedding.cities import city_map
from lecture11.figures.embedding.digits import (
    DigitMapStage,
    OddDigitStage,
    class_maps,
    crowd_map,
    digit_maps,
    first_digits,
    thumbnail_map,
)
from lecture11.figures.embedding.methods import MethodFrame, MethodStage
from lecture11.figures.embedding.neighbours import (
    ForceStage,
    NeighbourStage,
    PairForces,
    Search,
    crowding_picture,
)
from lecture11.figures.embedding.quality import MapQuality, TradeOffStage, quality_dots
from lecture11.figures.embedding.shapes import perplexity_rows, tear_rows
from lecture11.figures.embedding.shepard import shepard_panels
from lecture11.figures.embedding.stress import StressFrame, StressStage, roll_panels, stress_curves
from lecture11.figures.embedding.turntable import loop_maps, pose_samples

__all__ = [
    "DigitMapStage",
    "ForceStage",
    "MapQuality",
    "MethodFrame",
    "MethodStage",
    "NeighbourStage",
    "OddDigitStage",
    "PairForces",
    "Search",
    "StressFrame",
    "StressStage",
    "TradeOffStage",
    "city_map",
    "class_maps",
    "crowd_map",
    "crowding_picture",
    "digit_maps",
    "first_digits",
    "loop_maps",
    "perplexity_rows",
    "pose_samples",
    "quality_dots",
    "roll_panels",
    "shepard_panels",
    "stress_curves",
    "tear_rows",
    "thumbnail_map",
]
