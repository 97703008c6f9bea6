"""Checks of what a caller passed, before anything is compiled.

Every message has the same four parts: the argument's name, what came, what is needed, how to
mend it.
"""

from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float


def as_floats(name: str, value: Any, dims: int) -> Float[Array, "..."]:
    """Convert to JAX's floating type (float64 where x64 is on) an array of ``dims`` dimensions.

    Raises TypeError where ``value`` holds no numbers; ValueError where it has another number of
    dimensions, is empty, holds NaN or infinity, or numbers too large for the floating type.
    """
    given = np.asarray(value)
    if given.dtype.kind not in "fiub" and not jnp.issubdtype(given.dtype, jnp.floating):
        raise TypeError(
            f"{name}: expected numbers, got {_described(given)}; convert it with "
            f"np.asarray({name}, float) once it holds only real numbers."
        )
    if given.ndim != dims:
        raise ValueError(
            f"{name}: expected {dims} dimension{'s' if dims != 1 else ''}, got "
            f"{_described(given)}; reshape it."
        )
    if given.size == 0:
        raise ValueError(f"{name}: expected at least one value, got {_described(given)}.")
    bad = np.argwhere(~np.isfinite(given))
    if len(bad):
        where = ", ".join(str(int(i)) for i in bad[0])
        raise ValueError(
            f"{name}: {len(bad)} of {given.size} values are NaN or infinite, the first at "
            f"[{where}]; remove or impute them first."
        )
    with np.errstate(over="ignore"):
        converted = jnp.asarray(given, jnp.result_type(float))
    if not bool(jnp.all(jnp.isfinite(converted))):
        raise ValueError(
            f"{name}: values up to {np.abs(given).max():.3g} overflow {converted.dtype}; rescale "
            "them or turn float64 on with jax.config.update('jax_enable_x64', True)."
        )
    return converted


def require_shape(name: str, array: Array, shape: tuple[int, ...], meaning: str) -> None:
    """Raise ValueError unless ``array`` has ``shape``; ``meaning`` says what its axes are."""
    if array.shape != shape:
        raise ValueError(f"{name}: expected shape {shape} ({meaning}), got {array.shape}.")


def _described(given: np.ndarray) -> str:
    return f"an array of shape {given.shape} and type {given.dtype}"
