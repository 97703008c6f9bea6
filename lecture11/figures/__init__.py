"""Pictures with their words: arrays in, a drawing and the sentences that say what it shows out."""

from lecture11.figures.picture import Picture, Stage

__all__ = ["Picture", "Stage"]
