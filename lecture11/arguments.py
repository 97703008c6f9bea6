"""Checks of what a caller passed, before anything is compiled.

Every message has the same four parts: the argument's name, what came, what is needed, how to
mend it.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

DISTRIBUTION_TOLERANCE = 1e-4
"""How far from 1 probabilities may sum: float32 adds ten thousand of them to within that."""


def as_floats(
    name: str, value: Any, dims: int | None = None, *, lowest: bool = False
) -> Float[Array, "..."]:
    """Convert to JAX's floating type (float64 where x64 is on) an array of ``dims`` dimensions.

    dims: None for any number of them; lowest: whether −∞ may stand in it, as a logarithm of 0

    A traced value, inside jit, grad or vmap, has no numbers to check yet and is only converted.
    Raises TypeError where ``value`` holds no numbers; ValueError where it has another number of
    dimensions, is empty, holds NaN or infinity, or numbers too large for the floating type.
    """
    if isinstance(value, jax.core.Tracer):
        return jnp.asarray(value, jnp.result_type(float))
    given = np.asarray(value)
    if given.dtype.kind not in "fiub" and not jnp.issubdtype(given.dtype, jnp.floating):
        raise TypeError(
            f"{name}: expected numbers, got {_described(given)}; convert it with "
            f"np.asarray({name}, float) once it holds only real numbers."
        )
    if dims is not None and given.ndim != dims:
        raise ValueError(
            f"{name}: expected {dims} dimension{'s' if dims != 1 else ''}, got "
            f"{_described(given)}; reshape it."
        )
    if given.size == 0:
        raise ValueError(f"{name}: expected at least one value, got {_described(given)}.")
    finite = np.isfinite(given)
    usable = finite | (given == -np.inf) if lowest else finite
    if not usable.all():
        bad = np.argwhere(~usable)
        where = ", ".join(str(int(i)) for i in bad[0])
        raise ValueError(
            f"{name}: {len(bad)} of {given.size} values are NaN or infinite, the first at "
            f"[{where}]; remove or impute them first."
        )
    # What is known stays known inside jit, where plain conversion would make it a traced value.
    with np.errstate(over="ignore"), jax.ensure_compile_time_eval():
        converted = jnp.asarray(given, jnp.result_type(float))
    if not np.array_equal(finite, np.isfinite(converted)):
        raise ValueError(
            f"{name}: values up to {np.abs(given[finite]).max():.3g} overflow "
            f"{converted.dtype}; rescale "
            "them or turn float64 on with jax.config.update('jax_enable_x64', True)."
        )
    return converted


def as_distribution(name: str, value: Any, axis: int = -1) -> Float[Array, "..."]:
    """Convert probabilities that sum to 1 along ``axis``; other axes hold other distributions.

    A traced value is only converted, as by :func:`as_floats`.
    Raises what :func:`as_floats` raises; ValueError where there is no such axis, a probability is
    negative, or a sum is further from 1 than rounding explains.
    """
    converted = as_floats(name, value)
    _require_axis(name, converted, axis)
    if isinstance(converted, jax.core.Tracer):
        return converted
    given = np.asarray(converted, float)
    if (given < 0).any():
        where = ", ".join(str(int(i)) for i in np.argwhere(given < 0)[0])
        raise ValueError(
            f"{name}: expected a distribution, numbers from 0 on that sum to 1; got "
            f"{given[given < 0][0]:.4g} at [{where}]; clip at 0 and divide by the sum, or, where "
            "these are logits, use the function for logits."
        )
    sums = given.sum(axis=axis)
    worst = sums.flat[np.abs(sums - 1).argmax()]
    if abs(worst - 1) > DISTRIBUTION_TOLERANCE:
        raise ValueError(
            f"{name}: expected a distribution, numbers from 0 on that sum to 1; got the sum "
            f"{worst:.6g} along axis {axis}; divide by the sum."
        )
    return converted


def as_logits(name: str, value: Any, axis: int = -1) -> Float[Array, "..."]:
    """Convert logits: log-probabilities up to a constant along ``axis``; −∞ stands for 0.

    Raises what :func:`as_floats` raises; ValueError where there is no such axis, or all logits
    along it are −∞.
    """
    converted = as_floats(name, value, lowest=True)
    _require_axis(name, converted, axis)
    if (
        not isinstance(converted, jax.core.Tracer)
        and (np.asarray(converted).max(axis=axis) == -np.inf).any()
    ):
        raise ValueError(f"{name}: all logits along axis {axis} are −∞; one must be finite.")
    return converted


def _require_axis(name: str, array: Array, axis: int) -> None:
    if not -array.ndim <= axis < array.ndim:
        raise ValueError(
            f"{name}: expected an axis {axis} to sum along, got an array of shape {array.shape}; "
            "pass another axis."
        )


def require_shape(name: str, array: Array, shape: tuple[int, ...], meaning: str) -> None:
    """Raise ValueError unless ``array`` has ``shape``; ``meaning`` says what its axes are."""
    if array.shape != shape:
        raise ValueError(f"{name}: expected shape {shape} ({meaning}), got {array.shape}.")


def require_positive_definite(name: str, matrix: np.ndarray) -> None:
    """Raise ValueError unless the square matrix is symmetric, up to rounding, and definite."""
    scale = np.sqrt(np.abs(np.outer(np.diagonal(matrix), np.diagonal(matrix))))
    if (np.abs(matrix - matrix.T) > 1e-5 * scale).any():
        raise ValueError(f"{name}: expected a symmetric matrix, got {matrix}; use (Σ + Σᵀ) / 2.")
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        raise ValueError(
            f"{name}: expected a positive definite matrix, got {matrix}; add a small multiple of "
            "the identity, or leave out what depends linearly on the rest."
        ) from None


def _described(given: np.ndarray) -> str:
    return f"an array of shape {given.shape} and type {given.dtype}"
