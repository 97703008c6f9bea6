"""Players, live explorers, buttons and questions: the only room that imports ipywidgets."""

from lecture11.explore.explorer import Explorer, Slider
from lecture11.explore.player import Player
from lecture11.explore.question import Question
from lecture11.explore.stepper import Stepper

__all__ = ["Explorer", "Player", "Question", "Slider", "Stepper"]
