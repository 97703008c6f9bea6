"""What the course needs of a machine, and what a bug report says about one."""

import importlib.metadata
import platform
import sys

from packaging.requirements import Requirement

PACKAGES = (
    "lecture11",
    "jax",
    "jaxlib",
    "numpy",
    "matplotlib",
    "ipywidgets",
    "jupyterlab",
    "nbval",
)


def self_check() -> None:
    """Print what is missing or too old for the notebooks, with the remedy, or that all is well.

    The needs are those the package declares (``pyproject.toml``).
    """
    wrong = []
    for line in importlib.metadata.requires("lecture11") or []:
        need = Requirement(line)
        if need.marker is not None and not need.marker.evaluate({"extra": ""}):
            continue
        version = _version(need.name)
        if version is None:
            wrong.append(f"{need.name} is missing")
        elif not need.specifier.contains(version, prereleases=True):
            wrong.append(f"{need.name} {version} is here, the course needs {need.specifier}")
    for problem in wrong:
        print(f"✗ {problem}: python -m pip install --upgrade {problem.split()[0]}")
    if not wrong:
        print("✓ Everything this notebook needs is installed.")


def report() -> None:
    """Print the versions, device and precision in use: paste this into a bug report."""
    import jax  # here, so that `import lecture11` stays light

    for package in PACKAGES:
        print(f"{package:12} {_version(package) or 'not installed'}")
    precision = "float64" if jax.config.read("jax_enable_x64") else "float32"
    devices = ", ".join(f"{d.platform} ({d.device_kind})" for d in jax.devices())
    print(f"{'python':12} {platform.python_version()} ({sys.implementation.name})")
    print(f"{'system':12} {platform.system()} {platform.machine()}")
    print(f"{'devices':12} {devices}")
    print(f"{'precision':12} {precision}")


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
