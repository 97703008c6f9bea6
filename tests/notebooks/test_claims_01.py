"""What notebook 01 says in numbers."""

import numpy as np
import pytest

from lecture11.datasets import digits, eurodist, swiss_roll
from lecture11.embedding import (
    align,
    fit_mds,
    nearest_neighbour_error,
    pairwise_distances,
    raw_stress,
)
from lecture11.studies import maps
from tests.notebooks.claims import refuted

pytestmark = pytest.mark.usefixtures("float64")


@pytest.mark.slow
def test_what_it_says_of_the_map_of_europe():
    europe = eurodist()
    at = {city: k for k, city in enumerate(europe.cities)}
    points = fit_mds(europe.distances, frames=[200]).state.points
    laid = align(points, europe.places)
    athens, stockholm = (
        np.asarray(laid.points[at[city]] - europe.places[at[city]])
        for city in ("Athens", "Stockholm")
    )
    outwards = athens @ europe.places[at["Athens"]] / np.linalg.norm(europe.places[at["Athens"]])
    assert outwards > 0.6 * np.linalg.norm(athens)
    in_map = np.asarray(pairwise_distances(points))[at["Athens"], at["Lisbon"]]
    table = europe.distances[at["Athens"], at["Lisbon"]]
    assert 0.03 < abs(in_map / table - 1) < 0.04
    claims = {
        "lands {} km from its place": [np.linalg.norm(athens)],
        "Copenhagen, {} km too far west": [-stockholm[0]],
        "one kilometre of road is {} km": [laid.scale],
        "of stress {} km², the value in the literature": [3356497.366],
    }
    np.testing.assert_allclose(raw_stress(points, europe.distances), 3356497.366, rtol=1e-6)
    assert refuted("01", claims) == []


def test_what_it_says_of_the_tables_errors():
    europe = eurodist()
    at = {city: k for k, city in enumerate(europe.cities)}
    air = np.asarray(pairwise_distances(europe.places))
    pairs = {
        "Athens to Rome ({}; {} through the air)": ("Athens", "Rome"),
        "among the worst, is too short in the table: {} km, where it is {} through": (
            "Athens",
            "Rome",
        ),
        "Lisbon to Lyons ({}; {})": ("Lisbon", "Lyons"),
        "Lyons to Milan ({}; {})": ("Lyons", "Milan"),
        "Milan to Munich ({}; {})": ("Milan", "Munich"),
        "Copenhagen to Hook of Holland in {} km, when it is {} through": (
            "Copenhagen",
            "Hook of Holland",
        ),
    }
    numbers = {
        claim: (europe.distances[at[a], at[b]], air[at[a], at[b]])
        for claim, (a, b) in pairs.items()
    }
    assert refuted("01", numbers) == []
    assert (
        2.9 < europe.distances[at["Cologne"], at["Geneva"]] / air[at["Cologne"], at["Geneva"]] < 3.2
    )


@pytest.mark.slow
def test_what_it_says_of_the_roll():
    roll = swiss_roll(800)
    length, width = np.ptp(roll.unrolled, axis=0)
    ends = roll.points[[roll.unrolled[:, 0].argmin(), roll.unrolled[:, 0].argmax()]]
    apart = np.linalg.norm(ends[0] - ends[1])
    race = maps.race_on_the_roll()
    settled = [maps.settled(race.runs[name].infos) for name in ("Sammon", "MDS")]
    close = maps.error_among_the_close(race, "MDS")
    assert close.max() > 1.2 * close[0] > 1.2 * close[-1]
    claims = {
        "a band, {} long and {} wide": (length, width),
        "The two ends are {} apart along the band and {} through space": (length, apart),
        "fewer iterations: {} against {} to": settled,
    }
    assert refuted("01", claims) == []


@pytest.mark.slow
def test_what_it_says_of_the_digits():
    handwriting = digits()
    apart = np.asarray(pairwise_distances(handwriting.images))
    middle = np.quantile(apart[np.triu_indices(len(apart), 1)], (0.05, 0.95))
    error = nearest_neighbour_error(handwriting.images.reshape(-1, 64), handwriting.labels)
    claims = {
        "({} is also where R's": [0.0093982],
        "Nine in ten of these distances lie between {} and {}.": middle,
        "In the 64 dimensions the 1-NN error is {} %": [100 * error],
        "in these maps it is {} % or more": "MDS {} % (trustworthiness",
        "has the *worse* neighbours: {} % against": "Sammon {} % (trustworthiness",
        "against {} % for MDS": "MDS {} % (trustworthiness",
    }
    assert refuted("01", claims) == []
