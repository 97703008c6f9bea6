"""Every refusal names the argument, what came, and the remedy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lecture11.arguments import (
    as_choice,
    as_distribution,
    as_floats,
    as_items,
    as_key,
    as_number,
    as_whole,
    known,
    require_positive,
    require_positive_definite,
    require_shape,
)


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


def test_a_value_is_known_unless_it_is_traced():
    seen = []
    jax.jit(lambda x: seen.append((known(x), known(1.0, [2]), known(1.0, x))) or x)(1.0)
    assert seen == [(False, True, False)]


@pytest.mark.parametrize("key", [jax.random.key(1), jax.random.PRNGKey(1)])
def test_keys_of_both_kinds_are_taken(key):
    assert as_key("key", key) is key


@pytest.mark.parametrize("value", [3, None, "3", 0.5, jax.random.split(jax.random.key(0), 2)])
def test_what_is_no_key_is_refused(value):
    seed = value if isinstance(value, int) else 0
    with pytest.raises(TypeError, match=rf"^key: .* use key=jax\.random\.key\({seed}\)\.$"):
        as_key("key", value)


@pytest.mark.parametrize("value", [4, np.int64(4), np.array(4), jnp.int32(4)])
def test_whole_numbers_of_any_library(value):
    assert as_whole("K", value, 1, 4) == 4
    assert type(as_whole("K", value)) is int


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (4.0, TypeError, r"^K: expected a whole number from 1 to 9, got 4\.0 \(float\); use 4\.$"),
        (4.5, TypeError, r"got 4\.5 \(float\)\.$"),
        (True, TypeError, "got True"),
        ("4", TypeError, "got the string '4'"),
        (None, TypeError, "got None"),
        ([4], TypeError, "got a list"),
        (0, ValueError, "^K: expected a whole number from 1 to 9, got 0"),
        (10, ValueError, "got 10"),
    ],
)
def test_what_is_no_whole_number_is_refused(value, error, message):
    with pytest.raises(error, match=message):
        as_whole("K", value, 1, 9)


@pytest.mark.parametrize("value", [0.5, 1, np.float32(0.5), np.array(0.5), jnp.array(0.5)])
def test_numbers_of_any_library(value):
    assert as_number("rate", value, above=0, high=1) == float(value)


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        ("30", TypeError, "^rate: expected a number from 0 to below 1, got the string '30'"),
        (None, TypeError, "got None"),
        (True, TypeError, "got True"),
        ([0.5], TypeError, "got a list"),
        (1j, TypeError, "complex"),
        (np.nan, ValueError, "got nan"),
        (1, ValueError, "^rate: expected a number from 0 to below 1, got 1"),
        (-0.1, ValueError, "got -0.1"),
    ],
)
def test_what_is_no_such_number_is_refused(value, error, message):
    with pytest.raises(error, match=message):
        as_number("rate", value, 0, below=1)


def test_traced_numbers_pass():
    assert jax.jit(lambda x: as_number("x", x, 0) * as_floats("x", [x, 1.0], 1)[1])(2.0) == 2
    with pytest.raises(ValueError, match=r"^x: expected 2 dimensions"):
        jax.jit(lambda x: as_floats("x", x, 2))(2.0)


def test_one_of_several_names():
    assert as_choice("shape", "full", ("full", "tied")) == "full"
    for wrong in ("round", None, 3):
        with pytest.raises(ValueError, match=r"^shape: expected one of 'full', 'tied'; got"):
            as_choice("shape", wrong, ("full", "tied"))


@pytest.mark.parametrize("value", [3, None, "abc", np.array(3)])
def test_one_thing_is_no_list_of_things(value):
    with pytest.raises(TypeError, match=r"^starts: expected maps, got"):
        as_items("starts", value, "maps")


def test_rows_of_different_lengths_are_said():
    with pytest.raises(TypeError, match=r"^x: .* rows may have different lengths"):
        as_floats("x", [[1, 2], [3]], 2)


def test_infinities_stand_where_they_may():
    given = [-np.inf, 1.0, np.inf]
    np.testing.assert_array_equal(as_floats("x", given, infinite=True), given)
    for options in ({}, {"lowest": True}):
        with pytest.raises(ValueError, match=r"^x: . of 3 values are NaN or infinite"):
            as_floats("x", given, **options)
    with pytest.raises(ValueError, match=r"^x: 1 of 2 values"):
        as_floats("x", [np.nan, np.inf], infinite=True)


@pytest.mark.parametrize(
    ("value", "says"),
    [(1e40, "overflows float32"), (10**400, "expected a number"), (1e-40, "under")],
)
def test_a_number_that_the_floating_type_cannot_hold_is_refused(value, says):
    with pytest.raises((TypeError, ValueError), match=f"^rate: .*{says}"):
        as_number("rate", value, above=0)


def test_a_tiny_number_will_do_where_none_divides_by_it():
    assert as_number("tolerance", 1e-300, 0) == 1e-300


def test_a_distribution_of_another_number_of_dimensions_is_refused():
    with pytest.raises(ValueError, match=r"^p: expected 2 dimensions"):
        as_distribution("p", [0.5, 0.5], dims=2)


@pytest.mark.parametrize(
    ("value", "says"),
    [(0.0, "a positive sd, got 0; widen it"), (-1, "got -1"), (1e-40, "which underflows float32")],
)
def test_what_counts_as_zero_is_not_positive(value, says):
    with pytest.raises(ValueError, match=f"^sd: expected .*{says}"):
        require_positive("sd", np.array([1, value], np.float32), "a positive sd", "widen it")
    require_positive("sd", np.array([1.0, 1e-37], np.float32), "a positive sd", "widen it")


@pytest.mark.parametrize("scale", [1e-25, 1, 1e25])
def test_definiteness_does_not_depend_on_the_unit(scale):
    matrix = np.array([[2, 1], [1, 2]], np.float32) * np.float32(scale)
    require_positive_definite("covariance", matrix)
    with pytest.raises(ValueError, match=r"^covariance: expected a symmetric"):
        require_positive_definite("covariance", matrix * np.array([[1, 1.1], [1, 1]], np.float32))
    with pytest.raises(ValueError, match=r"^covariance: expected a positive definite"):
        require_positive_definite("covariance", matrix * np.array([[1, 3], [3, 1]], np.float32))
