"""Checks of what a caller passed, before anything is compiled.

Every message has the same four parts: the argument's name, what came, what is needed, how to
mend it. ``as_…`` converts and returns, ``require_…`` only raises. Inside jit, grad or vmap a value
is traced: it has no numbers to check yet (:func:`known`), so it is converted and nothing more.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, Key, PRNGKeyArray

DISTRIBUTION_TOLERANCE = 1e-4
"""How far from 1 probabilities may sum: float32 adds ten thousand of them to within that."""

TURN_FLOAT64_ON = "rescale it, or turn float64 on with jax.config.update('jax_enable_x64', True)"

Kind = TypeVar("Kind")


def known(*values: Any) -> bool:
    """Whether none of them is traced, as values are inside jit, grad and vmap."""
    return not any(isinstance(value, jax.core.Tracer) for value in values)


def as_key(name: str, value: Any) -> PRNGKeyArray:
    """Return one random key, ``jax.random.key(0)`` or the older ``jax.random.PRNGKey(0)``.

    Raises TypeError where it is anything else, an integer seed for example.
    """
    is_array = isinstance(value, jax.Array | np.ndarray)
    typed = is_array and jnp.issubdtype(value.dtype, jax.dtypes.prng_key)
    if (typed and value.shape == ()) or (
        is_array and value.dtype == np.uint32 and value.shape == (2,)
    ):
        return value
    seed = value if isinstance(value, int) else 0
    many = f" of {value.size} keys" if typed else ""
    raise TypeError(
        f"{name}: expected one random key, got {_kind(value)}{many}; use "
        f"{name}=jax.random.key({seed})."
    )


def as_keys(name: str, value: Any) -> Key[Array, " runs"]:
    """Return several random keys, ``jax.random.split(key, count)``.

    Raises TypeError where it is anything else.
    """
    typed = isinstance(value, jax.Array) and jnp.issubdtype(value.dtype, jax.dtypes.prng_key)
    if not typed or value.ndim != 1:
        raise TypeError(
            f"{name}: expected several random keys, got {_kind(value)}; use "
            f"{name}=jax.random.split(jax.random.key(0), count)."
        )
    return value


def as_flag(name: str, value: Any) -> bool:
    """Return True or False. Raises TypeError where it is neither: the text "no" would be true."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name}: expected True or False, got {_kind(value)}.")
    return bool(value)


def as_whole(name: str, value: Any, low: int | None = None, high: int | None = None) -> int:
    """Return a whole number from ``low`` to ``high``, both included; NumPy's will do, 2.0 not.

    Raises TypeError where it is of another kind, ValueError where it is out of range.
    """
    if isinstance(value, np.ndarray | jax.Array) and known(value) and value.ndim == 0:
        value = value.item()
    if not isinstance(value, int | np.integer) or isinstance(value, bool):
        instead = f"; use {int(value)}" if isinstance(value, float) and value % 1 == 0 else ""
        raise TypeError(
            f"{name}: expected a whole number{_span(low, high)}, got {_kind(value)}{instead}."
        )
    if (low is not None and value < low) or (high is not None and value > high):
        raise ValueError(f"{name}: expected a whole number{_span(low, high)}, got {value}.")
    return int(value)


def as_number(
    name: str,
    value: Any,
    low: float | None = None,
    high: float | None = None,
    *,
    above: float | None = None,
    below: float | None = None,
) -> Any:
    """Return one finite real number, ``low`` ≤ it ≤ ``high``, ``above`` < it < ``below``.

    A traced scalar is returned as it is.
    Raises TypeError where it is of another kind, ValueError where it is out of range.
    """
    if not known(value):
        return value
    span = _span(low, high, above, below)
    try:
        if isinstance(value, str | bytes | bool | np.bool_) or np.ndim(value) != 0:
            raise TypeError
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"{name}: expected a number{span}, got {_kind(value)}.") from None
    inside = (
        (low is None or number >= low)
        and (high is None or number <= high)
        and (above is None or number > above)
        and (below is None or number < below)
    )
    if not (inside and np.isfinite(number)):
        raise ValueError(f"{name}: expected a number{span}, got {number:g}.")
    limits = jnp.finfo(jnp.result_type(float))
    too_small = above == 0 and number < float(limits.tiny)  # what is compiled counts it as 0
    if abs(number) > float(limits.max) or too_small:
        raise ValueError(
            f"{name}: {number:g} {'underflows' if too_small else 'overflows'} {limits.dtype}; "
            f"{TURN_FLOAT64_ON}."
        )
    return number


def as_choice(name: str, value: Any, options: Sequence[str]) -> str:
    """Return ``value`` where it is one of the options. Raises ValueError where it is none."""
    if not isinstance(value, str) or value not in options:
        listed = ", ".join(repr(option) for option in options)
        raise ValueError(f"{name}: expected one of {listed}; got {value!r}.")
    return value


def as_instance(name: str, value: Any, kind: type[Kind], remedy: str) -> Kind:
    """Return ``value`` where it is a ``kind``; ``remedy`` says how to come by one.

    Raises TypeError where it is none.
    """
    if not isinstance(value, kind):
        raise TypeError(f"{name}: expected {kind.__name__}, got {_kind(value)}; {remedy}.")
    return value


def as_items(name: str, value: Any, what: str, *, least: int = 1) -> list:
    """Return the items of any iterable but a string.

    what: which things are expected
    least: how many of them, 0 or 1

    Raises TypeError where it has none to give, ValueError where there are fewer.
    """
    single = isinstance(value, str | bytes) or not isinstance(value, Iterable)
    if single or getattr(value, "ndim", 1) == 0:
        raise TypeError(f"{name}: expected {what}, got {_kind(value)}; put them in a list.")
    items = list(value)
    if len(items) < least:
        raise ValueError(f"{name}: expected {what}, got none.")
    return items


def as_numbers(
    name: str, value: Any, dims: int | None = None, *, whole: bool = False
) -> np.ndarray | Array:
    """Return an array of real numbers, NumPy's unless it is JAX's already.

    dims: how many dimensions it has; None for any number of them
    whole: whether only integers will do

    Raises TypeError where ``value`` holds none, ValueError where it has other dimensions.
    """
    given = value if isinstance(value, jax.Array) else _as_array(name, value)
    if given.dtype.kind not in "fiub" and not jnp.issubdtype(given.dtype, jnp.floating):
        raise TypeError(
            f"{name}: expected numbers, got {_kind(value if given.ndim == 0 else given)}; convert "
            f"it with np.asarray({name}, float) once it holds only real numbers."
        )
    if whole and given.dtype.kind not in "iu":
        raise TypeError(
            f"{name}: expected whole numbers, got {_described(given)}; convert it with "
            f"np.asarray({name}, int) where they are."
        )
    if dims is not None and given.ndim != dims:
        raise ValueError(
            f"{name}: expected {dims} dimension{'s' if dims != 1 else ''}, got "
            f"{_described(given)}; reshape it."
        )
    return given


def as_array(name: str, value: Any, dims: int | None = None) -> Float[Array, "..."]:
    """Return an array of floating numbers, whatever they are; of JAX's type unless it has one.

    Raises as :func:`as_numbers` does.
    """
    given = as_numbers(name, value, dims)
    if isinstance(given, jax.Array) and jnp.issubdtype(given.dtype, jnp.floating):
        return given
    return _converted(given, jnp.result_type(float))


def as_wholes(name: str, value: Any, dims: int | None = None) -> Int[Array, "..."]:
    """Return an array of whole numbers. Raises as :func:`as_numbers` does."""
    given = as_numbers(name, value, dims, whole=True)
    return given if isinstance(given, jax.Array) else _converted(given, jnp.result_type(int))


def as_tree(name: str, tree: Any) -> Any:
    """Return a pytree of arrays, each of the type it has.

    Raises TypeError where there is no array in it, or something that makes none.
    """
    leaves, structure = jax.tree.flatten(tree)
    if not leaves:
        raise TypeError(f"{name}: expected arrays, or a tuple of them; got {_kind(tree)}.")
    try:
        return jax.tree.unflatten(structure, [jnp.asarray(leaf) for leaf in leaves])
    except (TypeError, ValueError):
        kinds = ", ".join(sorted({_kind(leaf) for leaf in leaves}))
        raise TypeError(f"{name}: expected arrays of numbers, got {kinds}.") from None


def as_floats(
    name: str,
    value: Any,
    dims: int | None = None,
    *,
    lowest: bool = False,
    infinite: bool = False,
) -> Float[Array, "..."]:
    """Convert to JAX's floating type (float64 where x64 is on) an array of ``dims`` dimensions.

    dims: None for any number of them
    lowest: whether −∞ may stand in it, as a logarithm of 0
    infinite: whether −∞ and ∞ may

    Of a traced value only the type and the dimensions are checked.
    Raises TypeError where ``value`` holds no numbers; ValueError where it has another number of
    dimensions, is empty, holds NaN or infinity, or numbers too large for the floating type.
    """
    given = as_numbers(name, value, dims)
    if given.size == 0:
        raise ValueError(f"{name}: expected at least one value, got {_described(given)}.")
    if not known(given):
        return jnp.asarray(given, jnp.result_type(float))
    given = np.asarray(given)  # so that nothing is compiled to look at it
    usable = finite = np.isfinite(given)
    if lowest or infinite:
        usable = finite | (np.isinf(given) if infinite else given == -np.inf)
    if not usable.all():
        bad = np.argwhere(~usable)
        where = ", ".join(str(int(i)) for i in bad[0])
        raise ValueError(
            f"{name}: {len(bad)} of {given.size} values are NaN or infinite, the first at "
            f"[{where}]; remove or impute them first."
        )
    with np.errstate(over="ignore"):
        converted = _converted(given, jnp.result_type(float))
    if not np.array_equal(finite, np.isfinite(converted)):
        raise ValueError(
            f"{name}: values up to {np.abs(given[finite]).max():.3g} overflow {converted.dtype}; "
            f"{TURN_FLOAT64_ON}."
        )
    return converted


def as_indices(name: str, value: Any, size: int, count: int | None = None) -> Any:
    """Return whole numbers from 0 to ``size`` − 1, one for each of ``count`` things, as NumPy's.

    count: None for any number of them but none

    Of a traced value only the type and the shape are checked.
    Raises TypeError where they are no whole numbers; ValueError where there are more or fewer, or
    one is out of range.
    """
    given = _as_array(name, value)
    wanted = f"expected whole numbers from 0 to {size - 1}"
    if given.dtype.kind not in "iu" and given.size:
        raise TypeError(
            f"{name}: {wanted}, got {_kind(value if given.ndim == 0 else given)}; convert them "
            f"with np.asarray({name}, int)."
        )
    if given.ndim != 1 or given.size == 0 or count not in (None, given.size):
        number = "in one dimension" if count is None else f"one for each of {count}"
        raise ValueError(f"{name}: {wanted}, {number}, got {_described(given)}.")
    if known(given) and not (given.min() >= 0 and given.max() < size):
        raise ValueError(
            f"{name}: {wanted}, got {given.min()} to {given.max()}; count from 0, and leave none "
            "out."
        )
    return given


def as_distribution(
    name: str, value: Any, axis: int = -1, *, dims: int | None = None
) -> Float[Array, "..."]:
    """Convert probabilities that sum to 1 along ``axis``; other axes hold other distributions.

    A traced value is only converted, as by :func:`as_floats`.
    Raises what :func:`as_floats` raises; ValueError where there is no such axis, a probability is
    negative, or a sum is further from 1 than rounding explains.
    """
    converted = as_floats(name, value, dims)
    _require_axis(name, converted, axis)
    if not known(converted):
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


def as_logits(
    name: str, value: Any, axis: int = -1, *, dims: int | None = None
) -> Float[Array, "..."]:
    """Convert logits: log-probabilities up to a constant along ``axis``; −∞ stands for 0.

    Raises what :func:`as_floats` raises; ValueError where there is no such axis, or all logits
    along it are −∞.
    """
    converted = as_floats(name, value, dims, lowest=True)
    _require_axis(name, converted, axis)
    if known(converted) and (np.asarray(converted).max(axis=axis) == -np.inf).any():
        raise ValueError(f"{name}: all logits along axis {axis} are −∞; one must be finite.")
    return converted


def _require_axis(name: str, array: Array, axis: int) -> None:
    if not -array.ndim <= axis < array.ndim:
        raise ValueError(
            f"{name}: expected an axis {axis} to sum along, got an array of shape {array.shape}; "
            "pass another axis."
        )


def require_shape(
    name: str, array: Array | np.ndarray, shape: tuple[int, ...], meaning: str
) -> None:
    """Raise ValueError unless ``array`` has ``shape``; ``meaning`` says what its axes are."""
    if array.shape != shape:
        raise ValueError(f"{name}: expected shape {shape} ({meaning}), got {array.shape}.")


def require_alike(arrays: Mapping[str, Array]) -> None:
    """Raise ValueError unless all have the shape of the first; by their names as arguments."""
    first, *others = arrays
    for name in others:
        require_shape(name, arrays[name], arrays[first].shape, f"that of {first}")


def require_positive(name: str, array: Array | np.ndarray, what: str, remedy: str) -> None:
    """Raise ValueError where a known value is not positive, or so small that it counts as 0.

    what: what each value is, such as ``"a positive temperature"``
    remedy: what to do where it is none
    """
    if not known(array):
        return
    least, limits = np.asarray(array).min(), jnp.finfo(array.dtype)
    if least <= 0:
        raise ValueError(f"{name}: expected {what}, got {least:g}; {remedy}.")
    if least < limits.tiny:  # compiled code counts what is below as 0
        raise ValueError(
            f"{name}: expected {what}, got {least:g}, which underflows {limits.dtype}; "
            f"{TURN_FLOAT64_ON}."
        )


def require_positive_definite(name: str, matrix: np.ndarray) -> None:
    """Raise ValueError unless the square matrix is symmetric, up to rounding, and definite."""
    root = np.sqrt(np.abs(np.diagonal(matrix)))
    scale = np.outer(root, root)  # roots first: a product of variances may overflow
    if (np.abs(matrix - matrix.T) > 1e-5 * scale).any():
        raise ValueError(f"{name}: expected a symmetric matrix, got {matrix}; use (Σ + Σᵀ) / 2.")
    try:
        if np.diagonal(matrix).min() < np.finfo(matrix.dtype).tiny:  # compiled, it counts as 0
            raise np.linalg.LinAlgError
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        raise ValueError(
            f"{name}: expected a positive definite matrix, got {matrix}; add a small multiple of "
            "the identity, or leave out what depends linearly on the rest."
        ) from None


def _converted(given: np.ndarray | Array, kind: Any) -> Array:
    """What is known stays known inside jit, where plain conversion would make it a traced value."""
    if not known(given):
        return jnp.asarray(given, kind)
    with jax.ensure_compile_time_eval():
        return jnp.asarray(given, kind)


def _as_array(name: str, value: Any) -> np.ndarray | Array:
    try:
        return np.asarray(value) if known(value) else value
    except jax.errors.TracerArrayConversionError:  # a list with traced entries
        return jnp.asarray(value)
    except (TypeError, ValueError):
        raise TypeError(
            f"{name}: expected an array of numbers, got {_kind(value)} that makes none; its rows "
            "may have different lengths."
        ) from None


def _span(
    low: float | None, high: float | None, above: float | None = None, below: float | None = None
) -> str:
    """' from 0 to 1', say: the range in words."""
    start = "" if low is None else f" from {low:g}"
    start = start if above is None else f" above {above:g}"
    end = "" if high is None else f" to {high:g}"
    if below is not None:
        end = f" below {below:g}" if low is None else f" to below {below:g}"
    return start + (" on" if start and not end and above is None else end)


def _kind(value: Any) -> str:
    """What came, in a few words: 'None', 'the string "30"', '2.0 (float)'."""
    if value is None:
        return "None"
    if isinstance(value, str):
        return f"the string {value[:20]!r}"
    if isinstance(value, np.ndarray | jax.Array):
        return _described(value)
    if isinstance(value, int | float | complex | np.generic):
        return f"{value} ({type(value).__name__})"
    return f"a {type(value).__name__}"


def _described(given: np.ndarray | Array) -> str:
    return f"an array of shape {given.shape} and type {given.dtype}"
