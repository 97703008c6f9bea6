"""Rebuild files/handwriting.npz from ten fonts in the npm packages @fontsource/NAME 5.3.0:

    npm pack @fontsource/caveat@5.3.0 … && for each: tar xf … into a folder called like the font
    python handwriting.py FOLDER OUTPUT

Every letter a–z is drawn 160 pixels high and, as MNIST's digits were, cut out, made to fit 20 × 20
pixels with its shape kept, and put into 28 × 28 so that its centre of mass is in the middle. Grey
values: 0 is paper, 255 is ink. Byte for byte with Pillow 12 or 13 and the FreeType inside; other
versions may round an edge's grey value otherwise.
"""

import string
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from lecture11.datasets.builders.archive import write_arrays

FONTS = (
    "caveat",
    "dancing-script",
    "gloria-hallelujah",
    "homemade-apple",
    "indie-flower",
    "kalam",
    "patrick-hand",
    "permanent-marker",
    "reenie-beanie",
    "shadows-into-light",
)
HEIGHT, INNER, SIDE = 160, 20, 28


def glyph(font: ImageFont.FreeTypeFont, letter: str) -> np.ndarray:
    """One letter, 28 × 28."""
    page = Image.new("L", (4 * HEIGHT, 4 * HEIGHT))
    ImageDraw.Draw(page).text((HEIGHT, HEIGHT), letter, fill=255, font=font)
    ink = page.crop(page.getbbox())
    scale = INNER / max(ink.size)
    small = ink.resize([max(round(scale * side), 1) for side in ink.size], Image.Resampling.BOX)
    values = np.asarray(small, float)
    total = values.sum()
    rows, columns = np.indices(values.shape)
    centre = np.array([(rows * values).sum(), (columns * values).sum()]) / total
    corner = np.round((SIDE - 1) / 2 - centre).astype(int)
    corner = np.clip(corner, 0, SIDE - np.array(values.shape))
    result = np.zeros((SIDE, SIDE), np.uint8)
    (top, left), (height, width) = corner, values.shape
    result[top : top + height, left : left + width] = np.asarray(small)
    return result


def main(folder: str, output: str) -> None:
    """Write the archive."""
    glyphs = []
    for name in FONTS:
        path = Path(folder) / name / "package" / "files" / f"{name}-latin-400-normal.woff"
        font = ImageFont.truetype(str(path), HEIGHT)
        glyphs.append(np.stack([glyph(font, letter) for letter in string.ascii_lowercase]))
    write_arrays(output, {"glyphs": np.stack(glyphs)})


if __name__ == "__main__":
    main(*sys.argv[1:])
