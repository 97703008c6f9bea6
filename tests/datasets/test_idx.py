import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from lecture11.datasets.idx import parse_idx

CODES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}

any_array = st.sampled_from(sorted(CODES)).flatmap(
    lambda kind: arrays(kind, array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5))
)


def as_idx(array: np.ndarray) -> bytes:
    code = CODES[f"{array.dtype.kind}{array.itemsize}"]
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, code, array.ndim, *array.shape)
    return header + array.astype(array.dtype.newbyteorder(">")).tobytes()


@given(any_array)
def test_round_trip(array: np.ndarray):
    parsed = parse_idx(as_idx(array))
    np.testing.assert_array_equal(parsed, array, strict=True)
    assert parsed.dtype.isnative
    assert parsed.flags.writeable


@given(any_array, st.data())
def test_every_truncation_is_refused(array: np.ndarray, data: st.DataObject):
    content = as_idx(array)
    cut = data.draw(st.integers(0, len(content) - 1))
    with pytest.raises(ValueError, match=f"got {cut}( bytes|;)"):
        parse_idx(content[:cut])


@given(any_array, st.binary(min_size=1, max_size=9))
def test_every_surplus_is_refused(array: np.ndarray, surplus: bytes):
    with pytest.raises(ValueError, match="get the file anew"):
        parse_idx(as_idx(array) + surplus)


@pytest.mark.parametrize("magic", ["1f 8b 08 00", "00 01 08 00", "01 00 08 00", "00 00 0a 00"])
def test_another_magic_number_is_refused_and_shown(magic: str):
    with pytest.raises(ValueError, match=f"begin with {magic}"):
        parse_idx(bytes.fromhex(magic) + bytes(8))


def test_nothing_is_refused():
    with pytest.raises(ValueError, match="0 bytes that begin with nothing"):
        parse_idx(b"")


def test_sizes_whose_product_overflows_are_refused():
    with pytest.raises(ValueError, match=f"expected {16 + (2**32 - 1) ** 3} bytes"):
        parse_idx(struct.pack(">BBBB3I", 0, 0, 8, 3, *[2**32 - 1] * 3))
