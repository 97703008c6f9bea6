import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lecture11.embedding import (
    affinities_at,
    bisect_precision,
    mds_force,
    others_than,
    sne_force,
    tsne_force,
)
from lecture11.explore import Explorer, Slider
from lecture11.figures.neighbour_maps import (
    MethodFrame,
    MethodStage,
    ShapeStage,
    shape_rows,
)
from lecture11.figures.neighbours import (
    ForceStage,
    NeighbourStage,
    PairForces,
    Search,
    TradeOffStage,
    crowding_picture,
    filling,
    quality_dots,
)
from lecture11.figures.picture import Picture, png_of
from tests.figures.conftest import cut_off, drawn, figure_of

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


def neighbours(stage: NeighbourStage | None = None, p: np.ndarray = P) -> Picture:
    stage = stage or NeighbourStage(MAP, LABELS, steps=8, most=300)
    return stage.show(3, p, Q, Search(TRIED, 20.0, 0.75))


def spring(rest: float) -> dict[str, PairForces]:
    """One that pulls ever harder, one that lets go, one that only pushes."""
    bell = np.exp(-AT)
    return {
        "MDS": PairForces(AT, AT - rest, 1.0),
        "SNE": PairForces(AT, (0.3 - bell) * bell + 0.2 * rest * AT * bell, 2.0),
        "t-SNE": PairForces(AT, -AT * bell, 4.0),
    }


def forces(rest: float = 2.0) -> Picture:
    units, reaches = ("km", "no unit", "no unit"), (4, 1, 0.5)
    stage = ForceStage(spring(1.0), units=units, reaches=reaches, name="near pair")
    return stage.show(spring(rest), pair="A far pair")


def dots() -> Picture:
    one = {"trust": [0.9, 0.95], "error": [0.2, 0.1]}
    return quality_dots({"SNE, from chance": one, "t-SNE": {"trust": [0.99], "error": [0.02]}})


def trade_off(which: int = 2) -> Picture:
    stage = TradeOffStage(LABELS, [0, 0.5, 1], [0.99, 0.98, 0.97], [0.95, 0.96, 0.985])
    return stage.show(which, MAP * (1 + which))


def shapes() -> Picture:
    row = {"data": MAP, "perplexity 5": 1e-4 * MAP}
    return shape_rows(
        {"rings": row, "knot": {**row, "perplexity 50": 100 * MAP}},
        [LABELS % 6, LABELS % 2],
        words="Rings and a knot.",
    )


def shape(when: str = "iteration 25") -> Picture:
    return ShapeStage().show(MAP, 1e-4 * MAP, LABELS % 3, when=when, words="A shape.")


def methods() -> Picture:
    stage = MethodStage(("MDS", "t-SNE"), LABELS, GIVEN, top=12)
    return stage.show(7, method_frames())


def method_frames() -> list[MethodFrame]:
    return [
        MethodFrame(MAP, 1e-3 * GIVEN, "stress 3"),
        MethodFrame(-MAP, GIVEN**2, "KL 0.2 nats"),
    ]


PICTURES = {
    "neighbours": neighbours,
    "forces": forces,
    "crowding": lambda: crowding_picture([0, 0.5, 1], {2: [0.25, 0.75], 50: [1e-15, 1]}),
    "dots": dots,
    "trade-off": trade_off,
    "shapes": shapes,
    "shape": shape,
    "methods": methods,
}
each = pytest.mark.parametrize("name", PICTURES)


@each
def test_nothing_is_cut_off(name: str):
    assert cut_off(drawn(PICTURES[name]())) == []


@each
def test_it_is_drawn_alike_each_time(name: str):
    assert png_of(PICTURES[name]().drawing) == png_of(PICTURES[name]().drawing)


# p beside q


def test_words_of_a_point_have_its_width_its_neighbours_and_the_divergence():
    words = neighbours().words
    first = int(np.argmax(P))
    assert words.startswith("Point 3, a 3, perplexity 20: σ = 0.75, within 1 % after 6 halvings.")
    assert f"likeliest neighbours: {LABELS[first]}, " in words
    assert f"p = {P[first]:.2g} and q = 0.013" in words
    forward = (P[P > 0] * np.log(P[P > 0] / Q[P > 0])).sum()
    assert f"KL(p ‖ q) = {forward:.2g} nats" in words
    assert neighbours(p=Q).words != words


@pytest.mark.parametrize(
    ("tried", "steps"), [([20.0, 20.0], 1), ([1, 20.1, 30, 20.1], 4), ([1, 5, 10.0], 4)]
)
def test_the_search_counts_until_it_stays_close(tried, steps):
    assert Search(tried, 20.0, 1.0).steps == steps


def test_a_point_holds_its_probabilities_in_the_order_of_the_data():
    left, above, below = figure_of(neighbours()).axes
    p, q = above.lines
    order = np.argsort(-P, kind="stable")[: NeighbourStage.SHOWN]
    seen = P[order] >= NeighbourStage.LEAST
    np.testing.assert_array_equal(p.get_ydata(), P[order][seen])
    np.testing.assert_array_equal(q.get_ydata(), Q[order])
    rings = left.collections[-1]
    assert len(rings.get_offsets()) == len(rings.get_sizes()) < NeighbourStage.SHOWN
    np.testing.assert_array_equal(rings.get_offsets()[0], MAP[order[0]])
    np.testing.assert_array_equal(below.lines[0].get_ydata(), TRIED)


def test_a_point_that_has_moved_looks_like_a_new_one():
    stage = NeighbourStage(MAP, LABELS, steps=8, most=300)
    stage.show(9, Q, P, Search(TRIED[:3], 5.0, 1.0)).drawing.pixels()
    assert png_of(neighbours(stage).drawing) == png_of(neighbours().drawing)


# Forces


def test_words_say_what_each_force_does():
    words = forces().words
    assert "A far pair. MDS pushes up to 2, then pulls ever harder to the edge (3 at 5); " in words
    assert re.search(
        r"SNE pushes up to [\d.]+, then pulls, hardest \([\d.]+\) at [\d.]+, and", words
    )
    assert "t-SNE pushes at any distance shown, hardest at 1." in words
    assert "MDS always pulls ever harder" in forces(rest=-1).words


def test_a_pull_that_is_weak_beside_the_push_is_told():
    weak = {**spring(1.0), "t-SNE": PairForces(AT, 0.008 - np.exp(-AT), 1.0)}
    stage = ForceStage(weak, units=("",) * 3, reaches=(1,) * 3, name="itself")
    words = stage.show(weak, pair="A far pair").words
    assert "t-SNE pushes up to 4.9, then pulls ever harder to the edge (0.0013 at 5)" in words


def test_forces_hold_the_curve_and_where_the_pair_is_now():
    for axes, (method, pair) in zip(figure_of(forces()).axes, spring(2.0).items(), strict=True):
        _, other, curve, dot = axes.lines
        assert axes.get_title(loc="left") == method
        np.testing.assert_array_equal(curve.get_ydata(), pair.force)
        np.testing.assert_allclose(dot.get_xdata(), pair.now)
        np.testing.assert_allclose(dot.get_ydata(), np.interp(pair.now, AT, pair.force))
        assert other.get_linestyle() != curve.get_linestyle()
        assert axes.get_ylim()[1] > np.abs(pair.force).max()


# Crowding, quality, trade-off


def test_words_of_crowding_have_the_inner_half():
    words = PICTURES["crowding"]().words
    assert "in 2 dimensions 25 %" in words
    assert "in 50 dimensions next to nothing" in words
    assert "Gaussian weight is 0.00012, Student's 0.1" in words


def test_dots_stand_for_runs():
    panels = figure_of(dots()).axes
    np.testing.assert_array_equal(panels[0].lines[0].get_xdata(), [0.9, 0.95])
    np.testing.assert_array_equal(panels[1].lines[1].get_xdata(), [0.02])
    words = dots().words
    assert "SNE, from chance: trust 0.9 to 0.95, error 0.1 to 0.2" in words
    assert "t-SNE: trust 0.99, error 0.02." in words


def test_a_trade_off_rings_its_weight_on_both_curves():
    left, right = figure_of(trade_off()).axes
    assert len(left.collections) == 10
    here = next(line for line in right.lines if line.get_markersize() == 15)
    np.testing.assert_array_equal(here.get_ydata(), [0.97, 0.985])
    words = trade_off().words
    assert words.startswith("λ = 1: trustworthiness 0.970, continuity 0.985; the map is ")
    assert trade_off(0).words.startswith("λ = 0: trustworthiness 0.990, continuity 0.950")


# Shapes and methods


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e6])
def test_a_map_fills_its_panel_whatever_its_unit(unit: float):
    filled = filling(unit * MAP + 3 * unit)
    np.testing.assert_allclose(filled, filling(MAP), atol=1e-6)
    assert np.abs(filled).max() == pytest.approx(1)
    np.testing.assert_array_equal(filling(np.ones((4, 2))), 0)


def test_rows_hold_all_points_in_their_groups():
    panels = figure_of(shapes()).axes
    for axes, groups in ((panels[0], LABELS % 6), (panels[3], LABELS % 2)):
        for k, marks in enumerate(axes.lines):
            np.testing.assert_allclose(marks.get_xydata(), filling(MAP)[groups == k])
    assert not panels[2].axison  # the first row has a map less


def test_groups_differ_in_colour_and_marker():
    lines = figure_of(shapes()).axes[0].lines
    assert len({line.get_color() for line in lines}) == len({line.get_marker() for line in lines})


def test_every_moment_of_a_shape_looks_different():
    """Also where the map has stopped moving: the reader must see that the control answered."""
    assert png_of(shape().drawing) != png_of(shape("iteration 50").drawing)


def test_words_of_the_methods_have_loss_and_error():
    words = methods().words
    assert words.startswith("After 7 iterations. MDS: stress 3, distances off by 0 %; ")
    scale = (GIVEN**3).sum() / (GIVEN**4).sum()
    error = np.sqrt(((scale * GIVEN**2 - GIVEN) ** 2).mean() / (GIVEN**2).mean())
    assert f"t-SNE: KL 0.2 nats, distances off by {100 * error:.0f} %." in words


def test_methods_hold_maps_and_scaled_distances():
    axes = figure_of(methods()).axes
    for panel, sign in ((axes[0], 1), (axes[1], -1)):
        for digit, marks in enumerate(panel.collections):
            expected = filling(sign * MAP)[digit == LABELS]
            np.testing.assert_allclose(marks.get_offsets(), expected)
    np.testing.assert_allclose(axes[2].lines[1].get_xydata(), np.stack([GIVEN, GIVEN], axis=1))


def test_a_method_stage_that_has_moved_looks_like_a_new_one():
    stage = MethodStage(("MDS", "t-SNE"), LABELS, GIVEN, top=12)
    stage.show(0, method_frames()[::-1]).drawing.pixels()
    assert png_of(stage.show(7, method_frames()).drawing) == png_of(methods().drawing)


@pytest.mark.usefixtures("float64")
def test_nothing_recompiles_while_points_perplexities_and_pairs_change(
    caplog: pytest.LogCaptureFixture,
):
    """The explorers of notebook 02: whatever is jitted in them sees one shape for ever."""
    points = jnp.asarray(MAP)
    squares = np.asarray(((MAP[:, None] - MAP) ** 2).sum(axis=2))
    stage = NeighbourStage(MAP, LABELS, steps=30, most=100)

    def drag(i: int, perplexity: int) -> Picture:
        others = np.delete(squares[i], i)
        tried = bisect_precision(others, perplexity=perplexity, steps=30)
        p = np.insert(affinities_at(jnp.asarray(others), tried.precisions[-1]), i, 0)
        rest = others_than(points, i, i + 1)
        forces = (
            mds_force(jnp.asarray(AT), squares[i, 1]),
            sne_force(jnp.asarray(AT), (p[0], p[1]), rest.gaussian),
            tsne_force(jnp.asarray(AT), p[0], rest.student),
        )
        search = Search(tried.perplexities, perplexity, float(tried.precisions[-1]))
        words = stage.show(i, p, Q, search).words
        return Picture(stage.show(i, p, Q, search).drawing, f"{words} {forces[2][3]}")

    explorer = Explorer(
        drag, i=Slider("i", 0, 70, 1, 3), perplexity=Slider("perplexity", 2, 60, 1, 20)
    )
    words = {explorer.picture.words}
    with jax.log_compiles():
        for name, value in [("i", 0), ("perplexity", 2), ("i", 70), ("perplexity", 60)]:
            explorer.controls[name].value = value
            words.add(explorer.picture.words)
        assert "Compiling" not in caplog.text
        jax.jit(lambda x: x + 1)(1.0)
        assert "Compiling" in caplog.text  # a compilation would have been seen
    assert len(words) == 5
