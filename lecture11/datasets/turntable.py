"""A turntable of rendered solids: 16 of them, a picture every 5°, as COIL-20 has of real objects.

Each solid is a union of convex pieces, and each piece an intersection of half-spaces n·p ≤ d. Seen
by a distant camera (orthographic), a ray through the pixel (u, v) runs along the camera's axis w::

    n_w · w ≤ d − n_u·u − n_v·v        the nearest w that all half-spaces allow is where it enters

The nearest piece is drawn, its face as bright as Lambert's law says of a light that stands still
with the camera. So the pictures change with every 5°, and after 72 of them return to the first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Float32, Int

from lecture11.datasets.resampling import area_averaged
from lecture11.signatures import checked

ELEVATION = np.deg2rad(28)
"""How far above the table's plane the camera stands."""
LIGHT = np.array([-0.55, 0.52, 0.65])
"""Where the light is, seen from the table: right, up, towards the camera."""
AMBIENT = 0.18
"""Brightness of a face turned away from the light."""
REACH = 1.347
"""From the middle of the picture to its edge, in the solids' units."""
SAMPLES = 2
"""Rays a pixel, in each direction."""
LEVELS = 255
"""Grey values are rounded to so many steps, so that they are the same on every machine."""


class Poses(NamedTuple):
    """Pictures of objects on a turntable, object after object and turning."""

    images: Float32[np.ndarray, "images side side"]
    """Grey values from 0, the black background, to 1; rows run downwards."""
    objects: Int[np.ndarray, " images"]
    """Which object, counted from 0."""
    degrees: Float[np.ndarray, " images"]
    """How far the table has turned."""
    names: tuple[str, ...]
    """What each object is called."""


@dataclass(frozen=True)
class Piece:
    """A convex set, all points p with ``normals @ p ≤ offsets``, and its surface's brightness."""

    normals: Float[np.ndarray, "faces 3"]
    offsets: Float[np.ndarray, " faces"]
    albedo: float


@checked
def turntable(poses: int = 72, *, size: int = 32) -> Poses:
    """Every solid in ``poses`` positions, equal steps of a whole turn, ``size`` × ``size`` pixels.

    None of the solids looks the same from two sides. The same pictures on every machine.
    Raises ValueError for fewer than one pose or fewer than 8 pixels.
    """
    if poses < 1:
        raise ValueError(f"poses: expected 1 or more, got {poses}.")
    if size < 8:
        raise ValueError(f"size: expected 8 pixels or more, got {size}; less shows no shape.")
    degrees = np.arange(poses) * (360 / poses)
    pictures = [_rendered(solid, np.deg2rad(degrees), size) for solid in SOLIDS.values()]
    return Poses(
        images=np.concatenate(pictures),
        objects=np.repeat(np.arange(len(SOLIDS)), poses),
        degrees=np.tile(degrees, len(SOLIDS)),
        names=tuple(SOLIDS),
    )


def _rendered(
    pieces: Sequence[Piece], angles: Float[np.ndarray, " poses"], size: int
) -> Float32[np.ndarray, "poses size size"]:
    fine = size * SAMPLES
    nearest = np.full((len(angles), fine, fine), -np.inf, np.float32)
    brightness = np.zeros_like(nearest)
    for piece in pieces:
        depth, shade = _seen(piece, angles, fine)
        brightness = np.where(depth > nearest, shade, brightness)
        nearest = np.maximum(depth, nearest)
    grey = area_averaged(brightness, size)
    return (np.round(LEVELS * np.clip(grey, 0, 1)) / LEVELS).astype(np.float32)


def _seen(
    piece: Piece, angles: Float[np.ndarray, " poses"], fine: int
) -> tuple[Float32[np.ndarray, "poses fine fine"], Float32[np.ndarray, "poses fine fine"]]:
    """How near the piece's surface is along each ray, −∞ where it is missed; its brightness."""
    at = (((np.arange(fine) + 0.5) / fine * 2 - 1) * REACH).astype(np.float32)
    light = LIGHT / np.linalg.norm(LIGHT)
    enter = np.full((len(angles), fine, fine), np.inf, np.float32)
    leave = np.full_like(enter, -np.inf)
    shade = np.zeros_like(enter)
    for normal, offset in zip(piece.normals, piece.offsets, strict=True):
        right, up, near = _in_camera(normal, angles)
        brightness = piece.albedo * (AMBIENT + (1 - AMBIENT) * _lambert(right, up, near, light))
        near = np.where(np.abs(near) < 1e-6, 1e-6, near)  # a face seen edge-on: a very far plane
        a, b, c = (_as_columns(value / near) for value in (offset, right, up))
        plane = (a - b * at) - c * at[::-1, None]
        front = np.flatnonzero(near > 0)
        back = np.flatnonzero(near < 0)
        leave[back] = np.maximum(leave[back], plane[back])
        is_nearer = plane[front] < enter[front]
        enter[front] = np.minimum(enter[front], plane[front])
        shade[front] = np.where(is_nearer, _as_columns(brightness)[front], shade[front])
    is_hit = (enter >= leave) & np.isfinite(enter)
    return np.where(is_hit, enter, -np.float32(np.inf)), shade


def _as_columns(value: Float[np.ndarray, " poses"]) -> Float32[np.ndarray, "poses 1 1"]:
    return value.astype(np.float32)[:, None, None]


def _in_camera(
    normal: Float[np.ndarray, " 3"], angles: Float[np.ndarray, " poses"]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A direction after each turn of the table: right, up, towards the camera."""
    x = np.cos(angles) * normal[0] - np.sin(angles) * normal[1]
    y = np.sin(angles) * normal[0] + np.cos(angles) * normal[1]
    up = np.sin(ELEVATION) * y + np.cos(ELEVATION) * normal[2]
    near = -np.cos(ELEVATION) * y + np.sin(ELEVATION) * normal[2]
    return x, up, near


def _lambert(
    right: np.ndarray, up: np.ndarray, near: np.ndarray, light: np.ndarray
) -> Float[np.ndarray, " poses"]:
    return np.clip(right * light[0] + up * light[1] + near * light[2], 0, None)


# Convex pieces. Heights z run upwards from −0.8, x to the right and y away from the camera at 0°.


def _box(low: Sequence[float], high: Sequence[float], albedo: float = 0.9) -> Piece:
    normals = np.concatenate([np.eye(3), -np.eye(3)])
    return Piece(normals, np.concatenate([np.asarray(high), -np.asarray(low)]), albedo)


def _prism(
    sides: int,
    radius: float,
    bottom: float,
    top: float,
    *,
    at: tuple[float, float] = (0.0, 0.0),
    taper: float = 0.0,
    albedo: float = 0.9,
) -> Piece:
    """Upright, on a regular polygon of that inner radius around ``at``.

    taper: by how much the radius shrinks for each unit of height
    """
    around = (np.arange(sides) + 0.21) * (2 * np.pi / sides)
    normals = np.stack([np.cos(around), np.sin(around), np.full(sides, taper)], axis=1)
    offsets = normals @ np.array([*at, bottom]) + radius
    length = np.linalg.norm(normals, axis=1)
    return Piece(
        np.concatenate([normals / length[:, None], [[0, 0, 1], [0, 0, -1]]]),
        np.concatenate([offsets / length, [top, -bottom]]),
        albedo,
    )


def _cut(piece: Piece, normal: Sequence[float], offset: float) -> Piece:
    """What remains of the piece where ``normal``·p ≤ ``offset``."""
    direction = np.asarray(normal, float)
    length = np.linalg.norm(direction)
    return Piece(
        np.concatenate([piece.normals, [direction / length]]),
        np.append(piece.offsets, offset / length),
        piece.albedo,
    )


SOLIDS: dict[str, tuple[Piece, ...]] = {
    "stairs": (
        _box((-0.8, -0.4, -0.8), (-0.27, 0.4, 0.6)),
        _box((-0.27, -0.4, -0.8), (0.27, 0.4, 0.1)),
        _box((0.27, -0.4, -0.8), (0.8, 0.4, -0.4)),
    ),
    "ramp": (_cut(_box((-0.9, -0.5, -0.8), (0.9, 0.5, 0.5), 0.95), (0.65, 0, 0.9), 0.0),),
    "chair": (
        _box((-0.5, -0.5, -0.2), (0.5, 0.5, -0.05), 0.95),
        _box((-0.5, 0.36, -0.05), (0.5, 0.5, 0.9), 0.7),
        *(
            _box((x, y, -0.8), (x + 0.14, y + 0.14, -0.2), 0.55)
            for x in (-0.5, 0.36)
            for y in (-0.5, 0.36)
        ),
    ),
    "mug": (
        _prism(14, 0.5, -0.7, 0.5, albedo=0.85),
        _box((0.45, -0.12, 0.15), (1.08, 0.12, 0.33), 0.6),
        _box((0.45, -0.12, -0.5), (1.08, 0.12, -0.32), 0.6),
        _box((0.9, -0.12, -0.5), (1.08, 0.12, 0.33), 0.6),
    ),
    "house": (
        _box((-0.55, -0.75, -0.8), (0.55, 0.75, 0.0), 0.6),
        _cut(
            _cut(_box((-0.62, -0.8, 0.0), (0.62, 0.8, 0.7), 0.95), (0.7, 0, 0.62), 0.434),
            (-0.7, 0, 0.62),
            0.434,
        ),
        _box((0.2, 0.35, 0.0), (0.42, 0.57, 0.8), 0.5),
        _box((0.55, -0.6, -0.8), (0.95, 0.0, -0.3), 0.95),
    ),
    "arch": (
        _box((-0.85, -0.3, -0.8), (-0.4, 0.3, 0.5), 0.9),
        _box((0.5, -0.3, -0.8), (0.75, 0.3, 0.5), 0.6),
        _box((-0.95, -0.35, 0.4), (0.85, 0.35, 0.75), 0.8),
        _box((0.45, -0.8, -0.8), (0.8, -0.3, -0.3), 0.95),
    ),
    "leaning tower": (
        _cut(
            _cut(_box((-0.4, -0.4, -0.8), (0.9, 0.4, 0.95), 0.9), (1, 0, -0.35), 0.45),
            (-1, 0, 0.35),
            0.15,
        ),
        _box((-0.9, -0.15, -0.8), (-0.1, 0.15, -0.45), 0.6),
    ),
    "boat": (
        _cut(
            _cut(
                _cut(_box((-0.95, -0.4, -0.6), (0.95, 0.4, -0.1), 0.7), (0.5, 1, -0.3), 0.65),
                (0.5, -1, -0.3),
                0.65,
            ),
            (-1, 0, -0.5),
            1.0,
        ),
        _prism(8, 0.07, -0.1, 0.95, at=(0.05, 0.0), albedo=0.5),
        _cut(_box((0.1, -0.03, 0.0), (0.75, 0.03, 0.9), 1.0), (0.9, 0, 0.65), 0.675),
    ),
    "hammer": (
        _box((-0.12, -0.12, -0.8), (0.12, 0.12, 0.5), 0.6),
        _box((-0.5, -0.22, 0.4), (0.85, 0.22, 0.85), 0.95),
        _cut(_box((-0.95, -0.22, 0.4), (-0.5, 0.22, 0.85), 0.8), (-1, 0, 1.0), 1.35),
    ),
    "three towers": (
        _prism(6, 0.28, -0.8, 0.9, at=(-0.5, -0.2), albedo=0.95),
        _prism(6, 0.28, -0.8, 0.3, at=(0.2, 0.5), albedo=0.7),
        _prism(6, 0.28, -0.8, -0.2, at=(0.5, -0.4), albedo=0.5),
    ),
    "sofa": (
        _box((-0.95, -0.4, -0.7), (0.95, 0.4, -0.2), 0.75),
        _box((-0.95, 0.15, -0.2), (0.95, 0.4, 0.4), 0.95),
        _box((-0.95, -0.4, -0.2), (-0.7, 0.4, 0.1), 0.6),
    ),
    "pyramid and post": (
        _prism(4, 0.6, -0.8, 0.4, at=(-0.25, 0.0), taper=0.5, albedo=0.9),
        _prism(10, 0.14, -0.8, 0.7, at=(0.75, 0.1), albedo=0.65),
    ),
    "snail": (
        _prism(12, 0.5, -0.6, -0.1, at=(-0.2, 0.0), albedo=0.9),
        _prism(12, 0.3, -0.1, 0.35, at=(-0.15, 0.1), albedo=0.7),
        _prism(12, 0.15, 0.35, 0.7, at=(-0.1, 0.15), albedo=0.95),
        _box((0.2, -0.12, -0.6), (0.95, 0.12, -0.4), 0.55),
        _box((0.78, -0.1, -0.4), (0.95, 0.02, 0.1), 0.55),
    ),
    "lorry": (
        _box((-0.95, -0.35, -0.55), (0.4, 0.35, 0.5), 0.95),
        _cut(_box((0.45, -0.33, -0.55), (0.95, 0.33, 0.15), 0.6), (1, 0, 0.6), 0.92),
        *(
            _box((x, -0.38, -0.8), (x + 0.3, 0.38, -0.5), 0.35)
            for x in (-0.8, 0.55)
        ),
    ),
    "dovecote": (
        _prism(5, 0.42, 0.0, 0.95, taper=0.42, albedo=0.85),
        _prism(5, 0.34, -0.25, 0.0, albedo=0.6),
        _box((-0.1, -0.1, -0.8), (0.1, 0.1, -0.25), 0.5),
        _box((0.3, -0.14, -0.2), (1.05, 0.14, -0.05), 0.95),
    ),
    "letter F": (
        _box((-0.6, -0.2, -0.8), (-0.2, 0.2, 0.9), 0.9),
        _box((-0.2, -0.2, 0.5), (0.75, 0.2, 0.9), 0.75),
        _box((-0.2, -0.2, -0.1), (0.45, 0.2, 0.25), 0.75),
    ),
}  # fmt: skip
"""By name. All stand off the axis, or have a handle, so that every side looks different."""
