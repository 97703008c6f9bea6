from typing import NamedTuple

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.datasets import load_digits

from lecture11.datasets import eurodist


class Case(NamedTuple):
    """Data and its distances."""

    x: np.ndarray
    distances: np.ndarray


@pytest.fixture(scope="session")
def roads() -> np.ndarray:
    """Road distances between 21 cities, km: not Euclidean."""
    return eurodist().distances


@pytest.fixture(scope="session")
def some_digits() -> Case:
    """400 of scikit-learn's digits."""
    x = load_digits().data[:400]
    return Case(x, cdist(x, x))
