"""Every refusal names the argument, what came, and the remedy."""

import jax.numpy as jnp
import numpy as np
import pytest

from lecture11.arguments import as_floats, require_shape


def test_numbers_of_any_type_become_the_floating_type():
    for given in ([[1, 2]], np.ones((1, 2), bool), jnp.ones((1, 2), jnp.bfloat16), ((1.5, 2),)):
        assert as_floats("x", given, 2).dtype == jnp.float32


def test_double_precision_where_it_is_on(float64):
    assert as_floats("x", [0.1], 1).dtype == jnp.float64
    assert as_floats("x", [0.1], 1)[0] == 0.1


@pytest.mark.parametrize(
    ("value", "dims", "error", "message"),
    [
        ([["a"]], 2, TypeError, r"^x: expected numbers, got .* type <U1; convert"),
        (None, 1, TypeError, "^x: expected numbers"),
        ([1j], 1, TypeError, "^x: expected numbers, got .* complex128"),
        ([1.0, 2.0], 2, ValueError, r"^x: expected 2 dimensions, got .* shape \(2,\).*; reshape"),
        ([[1.0]], 1, ValueError, "^x: expected 1 dimension, got"),
        (np.zeros((0, 2)), 2, ValueError, r"^x: expected at least one value, got .* \(0, 2\)"),
        (
            [[1, np.nan], [np.inf, 2]],
            2,
            ValueError,
            r"^x: 2 of 4 values .* first at \[0, 1\]; remove",
        ),
        ([1e300], 1, ValueError, r"^x: values up to 1e\+300 overflow float32; rescale"),
    ],
)
def test_bad_values_are_told_apart(value, dims, error, message):
    with pytest.raises(error, match=message):
        as_floats("x", value, dims)


def test_wrong_shape_is_said():
    with pytest.raises(
        ValueError, match=r"^means: expected shape \(2, 3\) \(K × D\), got \(3, 2\)"
    ):
        require_shape("means", jnp.zeros((3, 2)), (2, 3), "K × D")
