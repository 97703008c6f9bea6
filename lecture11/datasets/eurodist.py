"""Road distances between 21 European cities, and where these cities are.

The distances are those of R's ``datasets::eurodist``, from The Cambridge Encyclopaedia. A few look
like slips of the source, and we keep them: in this table five roads are shorter than the way by air
(Athens to Rome, Copenhagen to Hook of Holland, Lisbon to Lyons, Lyons to Milan, Milan to Munich),
and the one from Cologne to Geneva is three times as long. The positions are published facts, typed
in here to two decimals of a degree, about a kilometre; the coast is that of Natural Earth.
"""

from importlib.resources import files
from typing import NamedTuple

import numpy as np
from jaxtyping import Float64

EARTH_RADIUS = 6371.0
"""Mean radius, km."""

POSITIONS = {
    "Athens": (37.98, 23.73),
    "Barcelona": (41.39, 2.17),
    "Brussels": (50.85, 4.35),
    "Calais": (50.95, 1.86),
    "Cherbourg": (49.63, -1.62),
    "Cologne": (50.94, 6.96),
    "Copenhagen": (55.68, 12.57),
    "Geneva": (46.20, 6.14),
    "Gibraltar": (36.14, -5.35),
    "Hamburg": (53.55, 9.99),
    "Hook of Holland": (51.98, 4.13),
    "Lisbon": (38.72, -9.14),
    "Lyons": (45.76, 4.84),
    "Madrid": (40.42, -3.70),
    "Marseilles": (43.30, 5.37),
    "Milan": (45.46, 9.19),
    "Munich": (48.14, 11.58),
    "Paris": (48.86, 2.35),
    "Rome": (41.90, 12.50),
    "Stockholm": (59.33, 18.07),
    "Vienna": (48.21, 16.37),
}
"""Latitude and longitude in degrees, north and east positive."""


class RoadDistances(NamedTuple):
    """The cities, in the order of R's data set."""

    distances: Float64[np.ndarray, "21 21"]
    """By road, km; symmetric, with a diagonal of 0."""
    cities: tuple[str, ...]
    """Their English names, as in R."""
    degrees: Float64[np.ndarray, "21 2"]
    """Latitude and longitude, north and east positive."""
    places: Float64[np.ndarray, "21 2"]
    """The same on a flat map, km to the east and to the north of its centre."""
    coast: Float64[np.ndarray, "vertices 2"]
    """The coast on that map, a line; NaN between one piece and the next."""


def eurodist() -> RoadDistances:
    """The 21 cities, from the file embedded in this package."""
    file = files("lecture11.datasets") / "files" / "eurodist.csv"
    header, *rows = file.read_text(encoding="ascii").splitlines()
    cities = tuple(header.split(",")[1:])
    distances = np.array([row.split(",")[1:] for row in rows], float)
    degrees = np.array([POSITIONS[city] for city in cities])
    shore = (files("lecture11.datasets") / "files" / "coastline.csv").read_text(encoding="ascii")
    coast = np.array([(line or "nan,nan").split(",") for line in shore.splitlines()], float)
    return RoadDistances(
        distances, cities, degrees, equal_area_map(degrees), equal_area_map(coast, around=degrees)
    )


def equal_area_map(degrees: np.ndarray, *, around: np.ndarray | None = None) -> np.ndarray:
    """Lambert's azimuthal equal-area projection, in km.

    degrees: (places, 2), latitude and longitude; around: the positions whose mean is its centre,
    by default these. Returns (places, 2), to the east and to the north.
    Snyder: Map Projections – A Working Manual (1987), equations 22-4, 22-5 and 24-2. Between
    these cities it changes distances by less than 1 %.
    """
    latitude, longitude = np.radians(degrees).T
    centre, meridian = np.radians(degrees if around is None else around).mean(axis=0)
    turned = longitude - meridian
    cosine = np.cos(latitude) * np.cos(turned)
    nearness = np.sin(centre) * np.sin(latitude) + np.cos(centre) * cosine
    east = np.cos(latitude) * np.sin(turned)
    north = np.cos(centre) * np.sin(latitude) - np.sin(centre) * cosine
    stretch = EARTH_RADIUS * np.sqrt(2 / (1 + nearness))
    return np.stack([stretch * east, stretch * north], axis=1)
