import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from lecture11.datasets import eurodist
from lecture11.datasets.eurodist import EARTH_RADIUS, equal_area_map


def great_circles(degrees: np.ndarray) -> np.ndarray:
    """Shortest ways over the sphere between all places, km."""
    latitude, longitude = np.radians(degrees).T
    x = np.cos(latitude) * np.stack([np.cos(longitude), np.sin(longitude)])
    points = np.stack([*x, np.sin(latitude)], axis=1)
    return EARTH_RADIUS * np.arccos(np.clip(points @ points.T, -1, 1))


def test_shapes_types_and_names():
    data = eurodist()
    assert data.distances.shape == (21, 21)
    assert data.distances.dtype == np.float64
    assert data.cities[:2] == ("Athens", "Barcelona")
    assert data.cities[-1] == "Vienna"
    assert len(set(data.cities)) == 21
    assert data.degrees.shape == data.places.shape == (21, 2)


def test_published_values():
    """What R prints of it."""
    data = eurodist()
    km = {pair: data.distances[tuple(map(data.cities.index, pair))] for pair in (
        ("Athens", "Barcelona"), ("Athens", "Rome"), ("Lisbon", "Stockholm"), ("Rome", "Vienna")
    )}  # fmt: skip
    assert list(km.values()) == [3313, 817, 3231, 1209]
    np.testing.assert_array_equal(data.distances, data.distances.T)
    assert (np.diagonal(data.distances) == 0).all()
    assert data.distances.max() == 4532  # Athens to Lisbon


ODD = {  # as printed in R's table; no slip of ours
    ("Athens", "Rome"),  # shorter than the way through the air
    ("Cologne", "Geneva"),  # three times the way through the air
    ("Copenhagen", "Hook of Holland"),  # less than half of it
    ("Lisbon", "Lyons"),
}


def test_positions_fit_the_roads():
    """A misplaced city would make all its roads too short or too long for the way by air."""
    data = eurodist()
    air = great_circles(data.degrees)
    i, j = np.triu_indices(21, 1)
    detours = data.distances[i, j] / air[i, j]
    odd = (detours < 0.94) | (detours > 1.8)
    names = [(data.cities[a], data.cities[b]) for a, b in zip(i[odd], j[odd], strict=True)]
    assert set(names) == ODD
    assert 1.2 < np.median(detours) < 1.4


def test_five_roads_are_shorter_than_the_air():
    data = eurodist()
    i, j = np.triu_indices(21, 1)
    short = data.distances[i, j] < 0.99 * great_circles(data.degrees)[i, j]
    names = [f"{data.cities[a]}–{data.cities[b]}" for a, b in zip(i[short], j[short], strict=True)]
    assert names == [
        "Athens–Rome", "Copenhagen–Hook of Holland", "Lisbon–Lyons", "Lyons–Milan", "Milan–Munich",
    ]  # fmt: skip


def test_most_roads_to_stockholm_lead_through_copenhagen():
    data = eurodist()
    here, there = data.cities.index("Stockholm"), data.cities.index("Copenhagen")
    others = np.delete(np.arange(21), [here, there])
    further = data.distances[here, others] - data.distances[there, others]
    assert (np.abs(further - data.distances[here, there]) <= 7).sum() == 14


def test_the_flat_map_keeps_distances_to_one_per_cent():
    data = eurodist()
    flat = np.linalg.norm(data.places[:, None] - data.places, axis=2)
    others = ~np.eye(21, dtype=bool)
    np.testing.assert_allclose(flat[others], great_circles(data.degrees)[others], rtol=0.01)


def test_harbours_lie_at_the_coast():
    data = eurodist()
    away = np.linalg.norm(data.places[:, None] - data.coast, axis=2)
    nearest = dict(zip(data.cities, np.nanmin(away, axis=1), strict=True))
    assert max(nearest[name] for name in ("Calais", "Cherbourg", "Gibraltar", "Marseilles")) < 40
    assert min(nearest[name] for name in ("Madrid", "Munich", "Vienna", "Geneva")) > 150


def test_the_flat_map_keeps_areas():
    """A field of 0.01° by 0.01°, far from the centre: R² cos φ dφ dλ on the sphere."""
    corners = np.array([[60.0, 40.0], [60.01, 40.0], [60.0, 40.01], [20.0, -60.0]])
    origin, north, east, _ = equal_area_map(corners)
    area = abs(np.linalg.det(np.stack([north - origin, east - origin])))
    step = np.radians(0.01)
    exact = (EARTH_RADIUS * step) ** 2 * np.cos(np.radians(60.0))
    np.testing.assert_allclose(area, exact, rtol=1e-3)


def test_east_is_right_and_north_is_up():
    data = eurodist()
    place = dict(zip(data.cities, data.places, strict=True))
    assert place["Stockholm"][1] == data.places[:, 1].max()
    assert place["Athens"][0] == data.places[:, 0].max()
    assert place["Lisbon"][0] == data.places[:, 0].min()


def test_a_caller_may_write_into_the_arrays():
    eurodist().distances[:] = 1
    assert eurodist().distances[0, 0] == 0


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_the_builder_makes_it_byte_for_byte(tmp_path: Path):
    folder = files("lecture11.datasets")
    built = tmp_path / "built.csv"
    subprocess.run(["Rscript", str(folder / "builders" / "eurodist.R"), str(built)], check=True)
    assert built.read_bytes() == (folder / "files" / "eurodist.csv").read_bytes()
