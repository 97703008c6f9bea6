"""Fixtures that several rooms' tests share."""

import os
from collections.abc import Iterator
from pathlib import Path

import jax
import pytest
from beartype import BeartypeConf, beartype
from hypothesis import settings
from jaxtyping import install_import_hook

from tests.required import skip_or_fail

# The shapes and types in the signatures of the science are checked at every call in the tests. Not
# those of the other rooms, whose tests pass wrong types on purpose, to see what is said of them.
GROUND_FLOOR = [
    "iteration",
    "gaussian",
    "zeros",
    "line_search",
    "quadrature",
    "networks",
    "training",
]
ROOMS = ["divergence", "supervised", "embedding", "latent", "variational", "studies"]
SCIENCE = [f"lecture11.{module}" for module in GROUND_FLOOR + ROOMS]
install_import_hook(SCIENCE, "tests.conftest.typechecked")

typechecked = beartype(conf=BeartypeConf(is_pep484_tower=True))  # an int will do for a float


# The first example compiles, so none has a deadline. In CI the same examples every time: a failure
# there is about the change.
settings.register_profile(
    "lecture11", deadline=None, derandomize="CI" in os.environ, print_blob=True
)
settings.load_profile("lecture11")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes minutes comes first, or all wait for it at the end."""
    items.sort(key=lambda item: "full_data" not in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def full_data() -> Path:
    """The folder with the full data sets; see :func:`skip_or_fail` for where there is none."""
    if folder := os.environ.get("LECTURE11_DATA"):
        return Path(folder)
    return skip_or_fail("data", "LECTURE11_DATA is not set (a folder with the full data sets)")


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> Iterator[None]:
    """Forget what a module's tests compiled, or the programs of them all fill the memory."""
    yield
    jax.clear_caches()


@pytest.fixture
def float64() -> Iterator[None]:
    """Double precision for one test."""
    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", False)
