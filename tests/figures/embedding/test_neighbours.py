import re

import numpy as np
import pytest

from lecture11.embedding import Tearing
from lecture11.figures.embedding import (
    ForceStage,
    MethodFrame,
    MethodStage,
    NeighbourStage,
    PairForces,
    Search,
    TradeOffStage,
    crowding_picture,
    perplexity_rows,
    quality_dots,
    tear_rows,
)
from lecture11.figures.marks import filling
from tests.figures.samples import Sample, figure_of

RNG = np.random.default_rng(0)
MAP = RNG.normal(size=(80, 2))
LABELS = np.arange(80) % 10
GIVEN = np.linspace(1, 10, 100)
AT = np.linspace(0, 5, 101)


def rows(values: np.ndarray) -> np.ndarray:
    """Probabilities over all points but number 3."""
    values = values.copy()
    values[3] = 0
    return values / values.sum()


P = rows(np.exp(-((MAP - MAP[3]) ** 2).sum(axis=1)))
Q = rows(np.ones(80))
TRIED = np.array([79.0, 1, 40, 10, 19, 20.1, 20.05, 20.0])


def spring(rest: float) -> dict[str, PairForces]:
    """One that pulls ever harder, one that lets go, one that only pushes."""
    bell = np.exp(-AT)
    return {
        "MDS": PairForces(AT, AT - rest, 1.0),
        "SNE": PairForces(AT, (0.3 - bell) * bell + 0.2 * rest * AT * bell, 2.0),
        "t-SNE": PairForces(AT, -AT * bell, 4.0),
    }


ONE = {"trust": np.array([0.9, 0.95]), "error": np.array([0.2, 0.1])}
DOTS = {"SNE, from chance": ONE, "t-SNE": {"trust": [0.99], "error": [0.02]}}
PIECES = {"SNE": (MAP, Tearing(0.02, 1)), "t-SNE": (1e-4 * MAP, Tearing(0.05, 4))}
BY_PERPLEXITY = {5: 1e-4 * MAP, 50: 100 * MAP}
FRAMES = [MethodFrame(MAP, 1e-3 * GIVEN, 3.0), MethodFrame(-MAP, GIVEN**2, 0.2)]

SAMPLES = {
    "neighbours": Sample(
        NeighbourStage,
        {"index": 3, "p": P, "q": Q, "search": Search(TRIED, 20.0, 0.75)},
        [
            {"index": 4},
            {"p": Q},
            {"q": P},
            {"search": Search(TRIED[:3], 5.0, 1.0)},
            {"labels": LABELS[::-1]},
        ],
        stage={"points": MAP, "labels": LABELS, "steps": 8, "most": 300},
        drawn=[{"points": -MAP}],
    ),
    "forces": Sample(
        ForceStage,
        {"chosen": spring(2.0), "i": 7, "j": 31, "rank": 12, "p": 0.004},
        [{"chosen": spring(3.0)}, {"i": 8}, {"j": 32}, {"rank": 13}, {"p": 0.1}],
        stage={
            "other": spring(1.0),
            "units": ("km", "no unit", "no unit"),
            "reaches": (4, 1, 0.5),
            "linear": (4, 1e-2, 1e-4),
            "name": "near pair",
        },
        drawn=[{"other": spring(1.5)}],
    ),
    "crowding": Sample(
        crowding_picture,
        {
            "radii": np.array([0, 0.5, 1]),
            "shares": {2: np.array([0.25, 0.75]), 50: np.array([1e-15, 1])},
        },
        [{"shares": {2: [0.3, 0.7]}}, {"radii": [0, 0.6, 1]}],
    ),
    "qualities": Sample(
        quality_dots,
        {"qualities": DOTS},
        [
            {"qualities": DOTS | {"t-SNE": {"trust": [0.98], "error": [0.02]}}},
            {"rows_of": "seed"},
            {"qualities": {"SNE": {"trust": [0.9876], "error": [0.1234]}}, "digits": 2},
        ],
    ),
    "trade-off": Sample(
        TradeOffStage,
        {"which": 2, "points": 3 * MAP},
        [
            {"which": 0},
            {"points": MAP},
            {"trade_offs": [0, 0.25, 0.5]},
            {"trusted": [0.99, 0.98, 0.96]},
            {"kept": [0.95, 0.96, 0.98]},
        ],
        stage={
            "labels": LABELS,
            "trade_offs": np.array([0, 0.5, 1]),
            "trusted": np.array([0.99, 0.98, 0.97]),
            "kept": np.array([0.95, 0.96, 0.985]),
        },
        drawn=[{"labels": LABELS[::-1]}],
    ),
    "tears": Sample(
        tear_rows,
        {
            "data": {"flat": MAP, "rolled": MAP, "a": MAP},
            "maps": {"flat": PIECES, "rolled": PIECES},
            "groups": LABELS % 6,
        },
        [{"maps": {"flat": PIECES | {"t-SNE": (MAP, Tearing(0.1, 4))}}}, {"maps": {"a": PIECES}}],
        drawn=[{"data": {"flat": -MAP, "rolled": MAP}}, {"groups": LABELS % 2}],
    ),
    "perplexities": Sample(
        perplexity_rows,
        {
            "data": {"rings": MAP, "knot": MAP},
            "maps": {"rings": BY_PERPLEXITY, "knot": BY_PERPLEXITY},
            "groups": {"rings": LABELS % 6, "knot": LABELS % 2},
        },
        [
            {"data": {"rings": MAP}},
            {"maps": {name: {5: MAP, 30: MAP} for name in ("rings", "knot")}},
        ],
        drawn=[{"groups": {"rings": LABELS % 3, "knot": LABELS % 2}}],
    ),
    "methods": Sample(
        MethodStage,
        {"step": 7, "frames": FRAMES},
        [{"frames": FRAMES[::-1]}, {"step": 8}, {"given": GIVEN**2}],
        stage={"names": ("MDS", "t-SNE"), "labels": LABELS, "given": GIVEN, "top": 12},
        drawn=[{"labels": LABELS[::-1]}, {"frames": [FRAMES[0], FRAMES[1]._replace(points=MAP)]}],
    ),
}


# p beside q


@pytest.mark.slow
def test_words_of_a_point_have_its_width_its_neighbours_and_the_divergence():
    words = SAMPLES["neighbours"]().words
    first = int(np.argmax(P))
    assert words.startswith("Point 3, a 3, perplexity 20: σ = 0.75, within 1 % after 6 halvings.")
    assert f"likeliest neighbours: {LABELS[first]}, " in words
    assert f"p = {P[first]:.2g} and q = 0.013" in words
    forward = (P[P > 0] * np.log(P[P > 0] / Q[P > 0])).sum()
    assert f"D_KL(p ‖ q) = {forward:.2g} nats" in words


@pytest.mark.parametrize(
    ("tried", "steps"), [([20.0, 20.0], 1), ([1, 20.1, 30, 20.1], 4), ([1, 5, 10.0], 4)]
)
def test_the_search_counts_until_it_stays_close(tried, steps):
    assert Search(tried, 20.0, 1.0).steps == steps


@pytest.mark.slow
def test_a_point_holds_its_probabilities_in_the_order_of_the_data():
    left, above, below = figure_of(SAMPLES["neighbours"]()).axes
    p, q = above.lines
    order = np.argsort(-P, kind="stable")[: NeighbourStage.SHOWN]
    seen = P[order] >= NeighbourStage.LEAST
    np.testing.assert_array_equal(p.get_ydata(), P[order][seen])
    np.testing.assert_array_equal(q.get_ydata(), Q[order])
    rings = left.collections[-1]
    assert len(rings.get_offsets()) == len(rings.get_sizes()) < NeighbourStage.SHOWN
    np.testing.assert_array_equal(rings.get_offsets()[0], MAP[order[0]])
    np.testing.assert_array_equal(below.lines[0].get_ydata(), TRIED)


# Forces


@pytest.mark.slow
def test_words_say_what_each_force_does():
    words = SAMPLES["forces"]().words
    assert words.startswith(
        "Points 7 and 31, number 12 by distance, p = 0.004. MDS pushes up to 2, then pulls ever "
        "harder to the edge (3 at 5); "
    )
    assert re.search(
        r"SNE pushes up to [\d.]+, then pulls, hardest \([\d.]+\) at [\d.]+, and", words
    )
    assert "t-SNE pushes at any distance shown, hardest at 1." in words
    assert "MDS always pulls ever harder" in SAMPLES["forces"](chosen=spring(-1)).words


def test_a_pull_that_is_weak_beside_the_push_is_told():
    weak = {**spring(1.0), "t-SNE": PairForces(AT, 0.008 - np.exp(-AT), 1.0)}
    words = SAMPLES["forces"](chosen=weak).words
    assert "t-SNE pushes up to 4.9, then pulls ever harder to the edge (0.0013 at 5)" in words


def test_forces_hold_the_curve_and_where_the_pair_is_now():
    for axes, (method, pair) in zip(
        figure_of(SAMPLES["forces"]()).axes, spring(2.0).items(), strict=True
    ):
        _, other, curve, dot = axes.lines
        assert axes.get_title(loc="left") == method
        np.testing.assert_array_equal(curve.get_ydata(), pair.force)
        np.testing.assert_allclose(dot.get_xdata(), pair.now)
        np.testing.assert_allclose(dot.get_ydata(), np.interp(pair.now, AT, pair.force))
        assert other.get_linestyle() != curve.get_linestyle()
        assert axes.get_ylim()[1] > np.abs(pair.force).max()


# Crowding, quality, trade-off


def test_words_of_crowding_have_the_inner_half():
    words = SAMPLES["crowding"]().words
    assert "in 2 dimensions 25 %" in words
    assert "in 50 dimensions next to nothing" in words
    assert "Gaussian weight is 0.00012, Student's 0.1" in words


def test_dots_stand_for_runs():
    panels = figure_of(SAMPLES["qualities"]()).axes
    np.testing.assert_array_equal(panels[0].lines[0].get_xdata(), [0.9, 0.95])
    np.testing.assert_array_equal(panels[1].lines[1].get_xdata(), [0.02])
    words = SAMPLES["qualities"]().words
    assert "SNE, from chance: trust 0.9 to 0.95, error 0.1 to 0.2" in words
    assert "t-SNE: trust 0.99, error 0.02." in words


@pytest.mark.slow
def test_a_trade_off_rings_its_weight_on_both_curves():
    left, right = figure_of(SAMPLES["trade-off"]()).axes
    assert len(left.collections) == 10
    here = next(line for line in right.lines if line.get_markersize() == 15)
    np.testing.assert_array_equal(here.get_ydata(), [0.97, 0.985])
    words = SAMPLES["trade-off"]().words
    assert words.startswith("λ = 1: trustworthiness 0.970, continuity 0.985; the map is ")
    first = SAMPLES["trade-off"](which=0).words
    assert first.startswith("λ = 0: trustworthiness 0.990, continuity 0.950")


# Shapes and methods


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e6])
def test_a_map_fills_its_panel_whatever_its_unit(unit: float):
    filled = filling(unit * MAP + 3 * unit)
    np.testing.assert_allclose(filled, filling(MAP), atol=1e-6)
    assert np.abs(filled).max() == pytest.approx(1)
    np.testing.assert_array_equal(filling(np.ones((4, 2))), 0)


def test_rows_hold_all_points_in_their_groups():
    wide = {**BY_PERPLEXITY, 100: MAP}
    maps = {"rings": BY_PERPLEXITY, "knot": wide}
    panels = figure_of(SAMPLES["perplexities"](maps=maps)).axes
    for axes, groups in ((panels[0], LABELS % 6), (panels[4], LABELS % 2)):
        for k, marks in enumerate(axes.lines):
            np.testing.assert_allclose(marks.get_xydata(), filling(MAP)[groups == k])
    assert not panels[3].axison  # the first row has a map less


def test_groups_differ_in_colour_and_marker():
    lines = figure_of(SAMPLES["tears"]()).axes[0].lines
    assert len({line.get_color() for line in lines}) == len({line.get_marker() for line in lines})


def test_words_of_rows():
    assert SAMPLES["tears"]().words == (
        "flat, SNE: 2 % of links torn, pieces: 1; flat, t-SNE: 5 % of links torn, pieces: 4; "
        "rolled, SNE: 2 % of links torn, pieces: 1; rolled, t-SNE: 5 % of links torn, pieces: 4."
    )
    assert SAMPLES["perplexities"]().words.startswith(
        "Two data sets (left, their first two principal components) and their maps by t-SNE at "
        "perplexities 5 and 50, first seed. "
    )


def test_words_of_the_methods_have_loss_and_error():
    words = SAMPLES["methods"]().words
    assert words.startswith("After 7 iterations. MDS: stress 3, distances off by 0 %; ")
    scale = (GIVEN**3).sum() / (GIVEN**4).sum()
    error = np.sqrt(((scale * GIVEN**2 - GIVEN) ** 2).mean() / (GIVEN**2).mean())
    assert f"t-SNE: KL 0.2 nats, distances off by {100 * error:.0f} %." in words


def test_methods_hold_maps_and_scaled_distances():
    axes = figure_of(SAMPLES["methods"]()).axes
    for panel, sign in ((axes[0], 1), (axes[1], -1)):
        for digit, marks in enumerate(panel.collections):
            expected = filling(sign * MAP)[digit == LABELS]
            np.testing.assert_allclose(marks.get_offsets(), expected)
    np.testing.assert_allclose(axes[2].lines[1].get_xydata(), np.stack([GIVEN, GIVEN], axis=1))
