"""The laboratories, a module for each; a notebook shows one by calling it: ``laboratories.em()``.

In each module ``declare`` makes the declaration, once.
"""

from collections.abc import Callable

from lecture11.explore.kept import kept
from lecture11.explore.lab import Lab
from lecture11.explore.laboratories.em import declare as _em
from lecture11.explore.laboratories.fit_scene import declare as _fit
from lecture11.explore.laboratories.tsne_scene import declare as _tsne
from lecture11.explore.widget import Laboratory

DECLARED: dict[str, Callable[[], Lab]] = {"em": _em, "tsne": _tsne, "fit": _fit}
"""By the name that ``data-laboratory`` has."""


def _shown(name: str) -> Laboratory:
    """As it was made the first time, without being declared, translated and drawn again."""
    declare = DECLARED[name]

    def made() -> dict[str, str]:
        first = Laboratory(declare)
        texts = first.as_shown()
        first.close()  # what nobody sees is no widget of the notebook's
        return texts

    return Laboratory(declare, kept(name, made))


def em() -> Laboratory:
    """EM on Old Faithful: drag the means; E-step, M-step, play."""
    return _shown("em")


def tsne() -> Laboratory:
    """t-SNE, live: data, perplexity, exaggeration, rate; points of one's own."""
    return _shown("tsne")


def fit() -> Laboratory:
    """One normal fitted to several modes: both directions of KL, and the landscape."""
    return _shown("fit")
