"""Make coastline.csv from land-50m.json of the npm package world-atlas 2.0.2 (Natural Earth).

    python coastline.py land-50m.json coastline.csv

Kept is what lies around the cities of eurodist, of each island and each shore that is long enough,
to a twenty-fifth of a degree; a blank line stands between one piece and the next.
"""

import json
import sys
from pathlib import Path

import numpy as np

SOUTH, NORTH, WEST, EAST = 33.0, 63.0, -14.0, 32.0
LEAST = 2.0
"""Length of the shortest piece, in degrees."""
TOLERANCE = 0.04
"""How far in degrees a point that is left out may lie from the line."""


def main(source: Path, target: Path) -> None:
    """Write the pieces, latitude and longitude in a line."""
    topology = json.loads(source.read_text())
    scale, move = (np.array(topology["transform"][name]) for name in ("scale", "translate"))
    pieces = []
    for arc in topology["arcs"]:
        longitude, latitude = (np.cumsum(arc, axis=0) * scale + move).T
        seen = (latitude > SOUTH) & (latitude < NORTH) & (longitude > WEST) & (longitude < EAST)
        ends = np.flatnonzero(np.diff(seen)) + 1
        line = np.stack([latitude, longitude], axis=1)
        parts = zip(np.split(line, ends), np.split(seen, ends), strict=True)
        pieces += [part for part, here in parts if here[0]]
    long = [part for part in pieces if np.linalg.norm(np.diff(part, axis=0), axis=1).sum() > LEAST]
    texts = ["\n".join(f"{a:.2f},{b:.2f}" for a, b in _simpler(part)) for part in long]
    target.write_text("\n\n".join(texts) + "\n", encoding="ascii")


def _simpler(line: np.ndarray) -> np.ndarray:
    """Fewer points of the line, by Douglas and Peucker's rule."""
    start, end = line[0], line[-1]
    way = end - start
    if (length := np.linalg.norm(way)) < TOLERANCE:  # a ring
        off = np.linalg.norm(line - start, axis=1)
    else:
        off = np.abs((line - start) @ np.array([-way[1], way[0]])) / length
    far = int(off.argmax())
    if off[far] <= TOLERANCE:
        return line[[0, -1]]
    return np.concatenate([_simpler(line[: far + 1])[:-1], _simpler(line[far:])])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
