"""What the reader moves: laboratories, players, explorers, buttons, questions; and progress.

The only room that imports ipywidgets.
"""

from lecture11.explore.explorer import Choice, Explorer, Slider, Text
from lecture11.explore.player import Player
from lecture11.explore.progress import Progress
from lecture11.explore.question import Question
from lecture11.explore.stepper import Stepper
from lecture11.explore.widget import Laboratory

__all__ = [
    "Choice",
    "Explorer",
    "Laboratory",
    "Player",
    "Progress",
    "Question",
    "Slider",
    "Stepper",
    "Text",
]
