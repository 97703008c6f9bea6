"""The course's data, one function each; every file's origin and terms stand in the registry.

``old_faithful``
    272 eruptions of a geyser: how long each lasted, how long until the next. Embedded.
``mnist``
    70,000 handwritten digits. Downloaded once, checked, and kept.

A folder that already holds the downloads can be named in the environment variable
``LECTURE11_DATA``; see :mod:`lecture11.datasets.download`.
"""

from lecture11.datasets.download import DataUnavailableError, fetch
from lecture11.datasets.mnist import Digits, mnist
from lecture11.datasets.old_faithful import OldFaithful, old_faithful
from lecture11.datasets.registry import REGISTRY, Source

__all__ = [
    "REGISTRY",
    "DataUnavailableError",
    "Digits",
    "OldFaithful",
    "Source",
    "fetch",
    "mnist",
    "old_faithful",
]
