"""Enough of HDF5 to read an array from a file as h5py writes it by default, compressed or not.

The file's parts point at each other by byte addresses (HDF5 File Format Specification 3.0)::

    superblock → root group → its members by name → an array's shape, type, storage
    storage: one block of bytes, or a tree whose leaves are *chunks*, tiles each deflated on its own

Only what ``usps.h5`` needs is here: superblock 0, groups with symbol tables, whole numbers and
floats, and the filter deflate.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

MAGIC = b"\x89HDF\r\n\x1a\n"
SPACE, TYPE, LAYOUT, FILTERS, CONTINUATION, TABLE = 0x1, 0x3, 0x8, 0xB, 0x10, 0x11
DEFLATE = 1


class _Chunk(NamedTuple):
    offset: tuple[int, ...]
    start: int
    length: int
    is_plain: bool


def read_hdf5(content: bytes, path: str) -> np.ndarray:
    """The array at ``path``, such as "train/data", in a file's bytes.

    Raises ValueError where this is no HDF5 file or one of another make; KeyError where it holds
    nothing of that name.
    """
    if not content.startswith(MAGIC + b"\0"):
        raise ValueError(
            f"content: expected an HDF5 file with superblock 0, got {len(content)} bytes that "
            f"begin with {content[:9].hex(' ') or 'nothing'}; read it with h5py."
        )
    try:
        (address,) = struct.unpack_from("<Q", content, 64)
        for name in path.split("/"):
            address = dict(_members(content, address))[name]
        return _array(content, dict(_messages(content, address)))
    except (struct.error, IndexError, zlib.error) as error:
        raise ValueError(f"content: the file is damaged, or of another make ({error}).") from error


def _messages(content: bytes, address: int) -> Iterator[tuple[int, bytes]]:
    """An object header's messages, by type; version 1 of the format."""
    version, count, _, size = struct.unpack_from("<BxHII", content, address)
    if version != 1:
        raise ValueError(f"content: object header version {version}, expected 1; use h5py.")
    blocks = [(address + 16, size)]
    for start, length in blocks:  # grows: a continuation names one more block
        place = start
        while place < start + length and count:
            kind, size = struct.unpack_from("<HH", content, place)
            body = content[place + 8 : place + 8 + size]
            place, count = place + 8 + size, count - 1
            if kind == CONTINUATION:
                blocks.append(struct.unpack("<QQ", body))
            yield kind, body


def _members(content: bytes, address: int) -> Iterator[tuple[str, int]]:
    """The names in a group, with the addresses of their object headers."""
    messages = dict(_messages(content, address))
    if TABLE not in messages:
        return
    tree, heap = struct.unpack("<QQ", messages[TABLE])
    (names,) = struct.unpack_from("<Q", content, heap + 24)
    for _, node in _leaves(content, tree, key_size=8):
        (count,) = struct.unpack_from("<H", content, node + 6)
        for entry in range(node + 8, node + 8 + 40 * count, 40):
            name, header = struct.unpack_from("<QQ", content, entry)
            start = names + name
            yield content[start : content.index(b"\0", start)].decode(), header


def _leaves(content: bytes, address: int, key_size: int) -> Iterator[tuple[bytes, int]]:
    """What the lowest nodes of a tree (version 1) point at, each with its key."""
    if content[address : address + 4] != b"TREE":
        raise ValueError("content: a tree is missing where one is expected; use h5py.")
    level, entries = struct.unpack_from("<BH", content, address + 5)
    place = address + 24
    for _ in range(entries):
        key = content[place : place + key_size]
        (child,) = struct.unpack_from("<Q", content, place + key_size)
        yield from _leaves(content, child, key_size) if level else [(key, child)]
        place += key_size + 8


def _array(content: bytes, messages: dict[int, bytes]) -> np.ndarray:
    dims = messages[SPACE][1]
    shape = struct.unpack_from(f"<{dims}Q", messages[SPACE], 8)
    dtype = _dtype(messages[TYPE])
    version, kind = messages[LAYOUT][:2]
    if version != 3 or kind not in (1, 2):
        raise ValueError(f"content: layout {version}.{kind}, expected 3.1 or 3.2; use h5py.")
    if kind == 1:
        (start,) = struct.unpack_from("<Q", messages[LAYOUT], 2)
        return np.frombuffer(content, dtype, int(np.prod(shape)), start).reshape(shape).copy()
    (tree,) = struct.unpack_from("<Q", messages[LAYOUT], 3)
    tile = struct.unpack_from(f"<{dims}I", messages[LAYOUT], 11)
    result = np.zeros(shape, dtype)
    for chunk in _chunks(content, tree, dims, _is_deflated(messages.get(FILTERS))):
        packed = content[chunk.start : chunk.start + chunk.length]
        values = np.frombuffer(packed if chunk.is_plain else zlib.decompress(packed), dtype)
        ends = [
            min(at + side, end) for at, side, end in zip(chunk.offset, tile, shape, strict=True)
        ]
        inside = tuple(slice(at, end) for at, end in zip(chunk.offset, ends, strict=True))
        part = tuple(slice(0, end - at) for at, end in zip(chunk.offset, ends, strict=True))
        result[inside] = values.reshape(tile)[part]
    return result


def _chunks(content: bytes, tree: int, dims: int, deflated: bool) -> Iterator[_Chunk]:
    for key, start in _leaves(content, tree, key_size=16 + 8 * dims):
        length, skipped, *offset = struct.unpack_from(f"<II{dims}Q", key)
        yield _Chunk(tuple(offset), start, length, not deflated or bool(skipped & 1))


def _dtype(message: bytes) -> np.dtype:
    kind, order, size = message[0] & 15, message[1] & 1, struct.unpack_from("<I", message, 4)[0]
    if kind not in (0, 1):
        raise ValueError(f"content: numbers of class {kind}, expected whole ones or floats.")
    letter = "f" if kind == 1 else "i" if message[1] & 8 else "u"
    return np.dtype(f"{'>' if order else '<'}{letter}{size}")


def _is_deflated(message: bytes | None) -> bool:
    if message is None:
        return False
    version, count = message[:2]
    (kind,) = struct.unpack_from("<H", message, 8 if version == 1 else 2)
    if (count, kind) != (1, DEFLATE):
        raise ValueError(f"content: {count} filters, the first {kind}; expected deflate; use h5py.")
    return True
