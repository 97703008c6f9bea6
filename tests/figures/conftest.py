from typing import NamedTuple

import jax
import numpy as np
import pytest
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from lecture11.datasets import old_faithful
from lecture11.figures.picture import Picture, Stage
from lecture11.latent import GaussianMixture, GaussianMixtureParameters, fit_em

LABELS = ("eruption length (standardised)", "wait (standardised)")


class EMRun(NamedTuple):
    """What the pictures of an EM run are drawn from, in the order they take it."""

    data: np.ndarray
    steps: np.ndarray
    frames: GaussianMixtureParameters
    responsibilities: np.ndarray
    log_likelihoods: np.ndarray


@pytest.fixture(scope="session")
def geyser_run() -> EMRun:
    """Bishop's Figure 9.8."""
    minutes = old_faithful().observations
    data = (minutes - minutes.mean(axis=0)) / minutes.std(axis=0)
    model = GaussianMixture()
    means = np.array([[-1.5, 1.0], [1.5, -1.0]])
    start = GaussianMixtureParameters(np.full(2, 0.5), means, np.stack([np.eye(2)] * 2))
    fit = fit_em(model, start, data, frames=(0, 1, 2, 5, 20))
    shares = jax.jit(jax.vmap(model.posterior, (0, None)))(fit.frames, data)
    frames = GaussianMixtureParameters(*map(np.asarray, fit.frames))
    levels = np.asarray(fit.infos.log_likelihood)
    return EMRun(data, fit.frame_steps, frames, np.asarray(shares), levels)


# Legibility


def figure_of(picture: Picture) -> Figure:
    drawing = picture.drawing
    return drawing if isinstance(drawing, Figure) else drawing.figure


def drawn(picture: Picture) -> Figure:
    """The figure once every text has its place."""
    if isinstance(picture.drawing, Stage):
        picture.drawing.pixels()
    else:
        FigureCanvasAgg(picture.drawing).draw()
    return figure_of(picture)


def tick_labels(axis: Axis, *, inside: bool) -> list[Text]:
    """Those drawn, or those kept for a tick beyond the axis's end."""
    low, high = sorted(axis.get_view_interval())
    ticks = axis.get_major_ticks()
    return [tick.label1 for tick in ticks if (low <= tick.get_loc() <= high) == inside]


def _inside(figure: Figure, corners: np.ndarray) -> bool:
    low, high = figure.bbox.get_points()
    return bool((corners >= low - 1).all() and (corners <= high + 1).all())  # but for rounding


def cut_off(figure: Figure) -> list[str]:
    """Texts that reach over the figure's edge."""
    sides = [axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)]
    hidden = [text for axis in sides for text in tick_labels(axis, inside=False)]
    texts = [text for text in figure.findobj(Text) if text.get_text() and text not in hidden]
    boxes = [(text.get_text(), text.get_window_extent().get_points()) for text in texts]
    assert boxes
    return [text for text, corners in boxes if not _inside(figure, corners)]
