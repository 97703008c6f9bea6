"""The idx format, in which MNIST and its relatives are published: one array in one file.

    two zero bytes · a byte for the type · a byte d · d sizes, 4 bytes each · the values

All numbers are big-endian, the last axis varies fastest (Y. LeCun, C. Cortes, C. Burges: The
MNIST database of handwritten digits).
"""

import math

import numpy as np

_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def parse_idx(content: bytes) -> np.ndarray:
    """The array that an unpacked idx file holds: writable, in the machine's byte order.

    Raises ValueError where ``content`` does not begin as an idx file, or where its length is not
    the one that its header announces.
    """
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in _TYPES:
        raise ValueError(
            f"content: expected an unpacked idx file, got {len(content)} bytes that begin with "
            f"{content[:4].hex(' ') or 'nothing'}; is it the right file, and unpacked?"
        )
    dtype, dims = np.dtype(_TYPES[content[2]]), content[3]
    header = 4 + 4 * dims
    if len(content) < header:
        raise ValueError(_wrong_length(content, f"at least {header} bytes for {dims} sizes"))
    shape = tuple(int(size) for size in np.frombuffer(content, ">u4", dims, offset=4))
    expected = header + dtype.itemsize * math.prod(shape)
    if len(content) != expected:
        raise ValueError(_wrong_length(content, f"{expected} bytes for shape {shape}"))
    values = np.frombuffer(content, dtype, offset=header).reshape(shape)
    return values.astype(dtype.newbyteorder("="))


def _wrong_length(content: bytes, expected: str) -> str:
    return f"content: expected {expected}, got {len(content)}; get the file anew."
