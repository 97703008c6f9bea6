"""Players, live explorers, buttons, questions, progress: the only room that imports ipywidgets."""

from lecture11.explore.explorer import Choice, Explorer, Slider, Text
from lecture11.explore.player import Player
from lecture11.explore.progress import Progress
from lecture11.explore.question import Question
from lecture11.explore.stepper import Stepper

__all__ = [
    "Choice",
    "Explorer",
    "Player",
    "Progress",
    "Question",
    "Slider",
    "Stepper",
    "Text",
]
