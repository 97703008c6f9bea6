"""COIL-20: twenty objects on a turntable, one grey image every 5°: 1,440 images.

Nene, Nayar and Murase: Columbia Object Image Library (COIL-20). Technical report CUCS-005-96,
Columbia University, 1996. Two forms are read: Columbia's archive of 128 × 128 pictures, which is
downloaded on request and averaged to 32 × 32; and ``COIL20.mat``, 32 × 32, as it is handed around,
from a folder of the user's own.
"""

import re
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.io import loadmat

from lecture11.datasets.download import fetch, own_copy
from lecture11.datasets.registry import REGISTRY, Source
from lecture11.datasets.resampling import area_averaged
from lecture11.datasets.turntable import Poses

SIDE, OBJECTS, POSES = 32, 20, 72
ARCHIVE = "coil20/coil-20-proc.zip"
PICTURE = re.compile(r"(?:.*/)?obj(\d+)__(\d+)\.png")

MAT = Source(
    dataset="coil20",
    name="COIL20.mat",
    description="COIL-20: 1,440 images of 32 × 32 grey values",
    citation=REGISTRY[ARCHIVE].citation,
    terms=REGISTRY[ARCHIVE].terms,
    size=896630,
    sha256="b22b9beb0668f707990eda2b5f922384fd3e6d63d6df7ede3a3b5e2319c4e397",
)
"""Read where a user has it: D. Cai's version, the 128 × 128 pictures made smaller."""


def coil20() -> Poses:
    """All 1,440 images at 32 × 32, object after object and turning in steps of 5°.

    They come from ``COIL20.mat`` where ``LECTURE11_DATA`` names a folder that holds it, else from
    Columbia's archive, there or downloaded once (12 MB; no hash of it is published).
    Raises :class:`DataUnavailableError` where it can't be had; ValueError where the archive does
    not hold 20 × 72 pictures.
    """
    path = own_copy(MAT)
    images = _from_mat(path) if path else _from_archive(fetch(REGISTRY[ARCHIVE]))
    return Poses(
        images=images,
        objects=np.repeat(np.arange(OBJECTS), POSES),
        degrees=np.tile(np.arange(POSES) * (360 / POSES), OBJECTS),
        names=tuple(f"object {number + 1}" for number in range(OBJECTS)),
    )


def _from_mat(path: Path) -> np.ndarray:
    """MATLAB counts down the columns first, so each image is stored transposed."""
    pixels = loadmat(path)["X"].reshape(-1, SIDE, SIDE)
    return (pixels.transpose(0, 2, 1) / 255).astype(np.float32)


def _from_archive(path: Path) -> np.ndarray:
    with zipfile.ZipFile(path) as archive:
        found = {
            (int(match[1]) - 1, int(match[2])): name
            for name in archive.namelist()
            if (match := PICTURE.fullmatch(name))
        }
        wanted = [(number, pose) for number in range(OBJECTS) for pose in range(POSES)]
        if sorted(found) != wanted:
            raise ValueError(
                f"{path.name}: expected obj1__0.png to obj20__71.png, found {len(found)} such "
                "pictures; is it Columbia's coil-20-proc.zip, and whole?"
            )
        pictures = []
        for key in wanted:
            with archive.open(found[key]) as file:
                pictures.append(np.asarray(Image.open(file).convert("L")))
    return (area_averaged(np.stack(pictures), SIDE) / 255).astype(np.float32)
