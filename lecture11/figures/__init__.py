"""Pictures with their words: arrays in, a drawing and the sentences that say what it shows out.

One room of pictures for each room of science: ``from lecture11.figures.latent import em_panels``.
"""

from lecture11.figures.picture import Picture, Stage, png_of
from lecture11.figures.words import number

__all__ = ["Picture", "Stage", "number", "png_of"]
