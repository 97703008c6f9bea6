"""Ten hands, each a font that imitates handwriting, and notes made of them. Embedded.

The letters are real fonts (SIL Open Font License 1.1 or Apache License 2.0;
``builders/handwriting.py`` names them). The notes are *semi-synthetic*: which letters stand in
them is drawn at random, and each letter is turned, slanted, scaled, moved and sprinkled with noise
at random, since a font draws a letter always alike and a hand never does. Who wrote them is
therefore known.
"""

from collections.abc import Sequence
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from jaxtyping import Float32, Int64, UInt8

from lecture11.signatures import checked

FONTS = (
    "Caveat",
    "Dancing Script",
    "Gloria Hallelujah",
    "Homemade Apple",
    "Indie Flower",
    "Kalam",
    "Patrick Hand",
    "Permanent Marker",
    "Reenie Beanie",
    "Shadows Into Light",
)
LETTERS = "abcdefghijklmnopqrstuvwxyz"
SIDE = 28

TURN, SLANT, SCALE, SHIFT, NOISE = 0.15, 0.2, 0.12, 1.5, 0.15
"""Standard deviations: of the angle in radians, of the shear, of the logarithm of the scale along
each axis, of the shift in pixels, and of the noise on grey values from 0 to 1."""


class Handwriting(NamedTuple):
    """Letters a to z in ten hands."""

    glyphs: UInt8[np.ndarray, "10 26 28 28"]
    """Grey values: 0 is paper, 255 is ink; hand after hand, letter after letter."""
    fonts: tuple[str, ...]
    """The fonts' names."""
    letters: str
    """The alphabet."""


class WrittenNotes(NamedTuple):
    """Glyphs on notes, one row for each; a note is by one writer."""

    images: Float32[np.ndarray, "glyphs 28 28"]
    """Grey values from 0, paper, to 1, ink."""
    characters: Int64[np.ndarray, " glyphs"]
    """Which character each shows, from 0."""
    notes: Int64[np.ndarray, " glyphs"]
    """In which note it stands, from 0; a note's glyphs follow each other."""
    writers: Int64[np.ndarray, " notes"]
    """Who wrote each note, from 0: the latent z, known here to score with."""


def handwriting() -> Handwriting:
    """All 260 letters."""
    file = files("lecture11.datasets") / "files" / "handwriting.npz"
    with file.open("rb") as stream, np.load(stream) as arrays:
        return Handwriting(arrays["glyphs"], FONTS, LETTERS)


@checked
def written_notes(
    hands: Sequence[int], letters: str, *, notes: int, glyphs: int, seed: int
) -> WrittenNotes:
    """Semi-synthetic notes: ``notes`` by each of ``hands``, each of ``glyphs`` of the ``letters``.

    hands: numbers from 0 to 9; writer k of the result is ``hands[k]``. Notes of all writers follow
    each other writer by writer; what is latent must be hidden from a model by the caller.
    Raises ValueError where a hand or a letter is not one of :func:`handwriting`'s.
    """
    if not hands or not all(0 <= hand < len(FONTS) for hand in hands):
        raise ValueError(f"hands: expected numbers from 0 to {len(FONTS) - 1}, got {hands}.")
    if not letters or not set(letters) <= set(LETTERS):
        raise ValueError(f"letters: expected some of {LETTERS}, got {letters!r}.")
    if notes < 1 or glyphs < 1:
        raise ValueError(f"notes, glyphs: expected at least 1 of each, got {notes} and {glyphs}.")
    rng = np.random.default_rng(seed)
    writers = np.repeat(np.arange(len(hands)), notes)
    characters = rng.integers(len(letters), size=(len(writers), glyphs))
    which = np.array([LETTERS.index(letter) for letter in letters])
    drawn = handwriting().glyphs[np.asarray(hands)[writers][:, None], which[characters]]
    return WrittenNotes(
        images=distorted(drawn.reshape(-1, SIDE, SIDE) / np.float32(255), seed=rng),
        characters=characters.ravel(),
        notes=np.repeat(np.arange(len(writers)), glyphs),
        writers=writers,
    )


def distorted(
    images: Float32[np.ndarray, "images side side"], *, seed: int | np.random.Generator
) -> Float32[np.ndarray, "images side side"]:
    """Each image turned, slanted, scaled, moved and made noisy at random, by its own amounts."""
    rng = np.random.default_rng(seed)
    count, side, _ = images.shape
    angle, slant = rng.normal(0, TURN, count), rng.normal(0, SLANT, count)
    scale = np.exp(rng.normal(0, SCALE, (2, count)))
    shift = rng.normal(0, SHIFT, (2, count, 1, 1))
    middle = (side - 1) / 2
    down, right = np.indices((side, side)) - middle
    cosine, sine = (f(angle) for f in (np.cos, np.sin))
    matrix = np.array(
        [
            [cosine * scale[0] - sine * slant * scale[0], -sine * scale[1]],
            [sine * scale[0] + cosine * slant * scale[0], cosine * scale[1]],
        ]
    )[..., None, None]
    rows = matrix[0, 0] * down + matrix[0, 1] * right + middle + shift[0]
    columns = matrix[1, 0] * down + matrix[1, 1] * right + middle + shift[1]
    noise = rng.normal(0, NOISE, images.shape)
    return np.clip(_between_pixels(images, rows, columns) + noise, 0, 1).astype(np.float32)


def _between_pixels(images: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Grey values at places between pixels, by bilinear interpolation; outside is paper."""
    framed = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    top = images.shape[1] + 0.999
    rows, columns = (np.clip(at + 1, 0, top) for at in (rows, columns))
    r, c = rows.astype(int), columns.astype(int)
    dr, dc = rows - r, columns - c
    which = np.arange(len(images))[:, None, None]
    corners = [[framed[which, r + i, c + j] for j in (0, 1)] for i in (0, 1)]
    upper, lower = ((1 - dc) * one + dc * other for one, other in corners)
    return (1 - dr) * upper + dr * lower
