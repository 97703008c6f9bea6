"""Results that take minutes, or that differ between processors: computed once, stored, dated.

A training ends a little elsewhere on each processor, as rounding errors grow; what is told of one
is therefore told of the weights in these files, which are the same everywhere.
"""

from importlib.resources import files
from typing import NamedTuple

import numpy as np

MACHINE = "AMD EPYC (Zen 4), 2 cores, jax 0.10.2 and jaxlib 0.10.2"


class Result(NamedTuple):
    """One file in ``results/``, and where it comes from."""

    name: str
    """The file's own name."""
    description: str
    """What it holds."""
    builder: str
    """The command that computes it anew, in the root of a checkout; FILE is where it goes."""
    date: str
    """When it was computed, as year-month-day."""
    machine: str
    """What computed it."""
    sha256: str
    """Of the file."""


RESULTS = {
    result.name: result
    for result in (
        Result(
            "plane.npz",
            "A variational autoencoder with two latents, weights in float16, and its losses",
            "python -m lecture11.studies.builders.autoencoders plane FILE",
            "2026-11-26",
            MACHINE,
            "a261f732f106f838c7d203ba7eee46c739cddda1de5aa75ded685d463b43aa55",
        ),
        Result(
            "gaps.npz",
            "What the bound of plane.npz misses on 200 digits held out and 200 trained on",
            "python -m lecture11.studies.builders.gaps FILE",
            "2026-11-26",
            MACHINE,
            "e8b00d7ed240ec93097c34882e84880aa8786d8fea62dd92df8f84db703c8611",
        ),
        Result(
            "style.npz",
            "The same with four latents, given the digit",
            "python -m lecture11.studies.builders.autoencoders style FILE",
            "2026-11-26",
            MACHINE,
            "7bc119cbef35d5acb1381630b8676efd067271de8dc250ee87a2f2d394dc6ff3",
        ),
        Result(
            "collapse.npz",
            "The bounds and divergences of four autoencoders of 7 × 7 pixels, five seeds each",
            "python -m lecture11.studies.builders.collapse FILE",
            "2026-11-26",
            MACHINE,
            "be5e440eb7c4ebc56506e9a9b364e9a0e94b1685f9e5d403f94ba0e591ddfb45",
        ),
        Result(
            "whole_mnist.npz",
            "t-SNE of MNIST's 70,000 images: their places in the map, by digit, and its course",
            "python -m lecture11.studies.builders.full_data mnist FILE",
            "2026-11-26",
            MACHINE,
            "54175e443935970287c989026fb1da6bdc2ee9939242215b4c00b03d63c078e1",
        ),
        Result(
            "nist.npz",
            "Who wrote a note of MNIST's digits: shares right, six groups of ten people",
            "python -m lecture11.studies.builders.full_data nist FILE",
            "2026-11-26",
            MACHINE,
            "0e198dddc692edd67163bb9ac720687c9f283d622529041e64251f753ce01dd6",
        ),
        Result(
            "wordsense.npz",
            "Senses of twenty words of CoarseWSD-20: shares right, four seeds",
            "python -m lecture11.studies.builders.full_data wordsense FILE",
            "2026-11-26",
            MACHINE,
            "47fbbbe4e0d184aab1437c7c9b0c223b69929470ab10c590f490060f8fc8ac49",
        ),
    )
}
"""All of them, by name."""


def stored(name: str) -> dict[str, np.ndarray]:
    """The arrays of one file.

    Raises KeyError where no result has this name.
    """
    file = files("lecture11.studies") / "results" / RESULTS[name].name
    with file.open("rb") as stream, np.load(stream) as arrays:
        return dict(arrays)
