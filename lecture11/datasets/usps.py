"""USPS: 9,298 handwritten digits from envelopes, 16 × 16 = 256 grey values.

Hull: A database for handwritten text recognition research. IEEE Transactions on Pattern Analysis
and Machine Intelligence 16(5), 1994. Two forms are read: the files of the LIBSVM collection, which
are downloaded on request, and ``usps.h5``, as it is handed around, from a folder of the user's own.
"""

from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Float32, UInt8

from lecture11.datasets.download import DataUnavailableError, fetch, own_copy
from lecture11.datasets.registry import REGISTRY, Source
from lecture11.signatures import checked

SIDE = 16
LIBSVM = {"train": "usps/usps.bz2", "test": "usps/usps.t.bz2"}

HDF5 = Source(
    dataset="usps",
    name="usps.h5",
    description="USPS: both parts in one file, grey values 0 … 1",
    citation=REGISTRY[LIBSVM["train"]].citation,
    terms=REGISTRY[LIBSVM["train"]].terms,
    size=2913522,
    sha256="734f88c541104a956d88be2c95d03b4a463ffd74ccc2ba9c80841fb98e3fcb36",
)
"""Read where a user has it, by h5py (the extra ``full``); no address serves it for download
without an account."""


class GreyDigits(NamedTuple):
    """Images of handwritten digits, and the digits they show."""

    images: Float32[np.ndarray, "images 16 16"]
    """Grey values: 0 is paper, 1 is ink; rows run downwards."""
    labels: UInt8[np.ndarray, " images"]
    """The digit, 0 to 9."""


@checked
def usps(split: Literal["train", "test"] = "train") -> GreyDigits:
    """The 7,291 training or the 2,007 test images, in their published order.

    They come from ``usps.h5`` where ``LECTURE11_DATA`` names a folder that holds it, else from the
    LIBSVM files, there or downloaded once. The grey values are the same to a ten-thousandth.
    Raises ValueError on another ``split``; :class:`DataUnavailableError` where the files can't be
    had, saying how to bring them by hand.
    """
    if path := own_copy(HDF5):
        return _from_hdf5(path, split)
    return _from_libsvm(fetch(REGISTRY[LIBSVM[split]]))


def _from_hdf5(path: Path, split: str) -> GreyDigits:
    try:
        import h5py  # here: nothing else asks for it
    except ModuleNotFoundError:
        raise DataUnavailableError(
            f"{path} can't be read without h5py: python -m pip install h5py, or the whole extra, "
            "lecture11[full]."
        ) from None
    with h5py.File(path) as file:
        images, labels = (np.asarray(file[f"{split}/{name}"]) for name in ("data", "target"))
    return GreyDigits(images.reshape(-1, SIDE, SIDE), labels.astype(np.uint8))


def _from_libsvm(path: Path) -> GreyDigits:
    """Grey values −1 … 1 there, and the digits counted from 1."""
    from sklearn.datasets import load_svmlight_file  # here: it takes two seconds to import

    rows, labels = load_svmlight_file(str(path), n_features=SIDE * SIDE)
    images = (rows.toarray().reshape(-1, SIDE, SIDE) + 1) / 2
    return GreyDigits(images.astype(np.float32), (labels - 1).astype(np.uint8))
