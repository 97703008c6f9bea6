import numpy as np
import pytest
from scipy.special import rel_entr

from lecture11.figures import Picture
from lecture11.figures.divergence import (
    BarsStage,
    Densities,
    JensenStage,
    binning_picture,
    change_of_variables_picture,
    pairs_picture,
)
from tests.figures.samples import Sample, cut_off, drawn, figure_of

P, Q = np.array([0.5, 0.25, 0.15, 0.1]), np.array([0.1, 0.2, 0.3, 0.4])
HARD = [
    (P, P),
    ([1, 0, 0, 0], [0, 0, 0, 1]),
    ([0.5, 0.5, 0, 0], [1, 0, 0, 0]),
    ([1, 0, 0, 0], [1 / 31, 10 / 31, 10 / 31, 10 / 31]),
    ([0.25] * 4, [0.97, 0.01, 0.01, 0.01]),
]
PAIRS = np.random.default_rng(0).dirichlet(np.ones(3), size=(2, 2000))
TV, D = 0.5 * np.abs(PAIRS[0] - PAIRS[1]).sum(axis=1), rel_entr(*PAIRS).sum(axis=1)
BINS = np.array([1, 2, 3, 4, 8, 32])
BINNED = np.array([0.0, 0.5, 0.4, 0.55, 0.58, 0.599])
GRID = np.linspace(-1, 1, 5)
BEFORE = Densities(GRID, GRID**2, 1 - GRID**2, 0.25, 1.5)
AFTER = Densities(2 * GRID, GRID**2 / 2, (1 - GRID**2) / 2, 0.25, 1.5 + np.log(2))


SAMPLES = {
    "letters": Sample(
        BarsStage,
        {"p": P, "q": Q},
        [{"p": Q, "q": P}, *({"p": p, "q": q} for p, q in HARD)],
        stage={"letters": "abcd"},
    ),
    "jensen": Sample(
        JensenStage,
        {"points": np.array([0.5, 4.0]), "weights": np.array([0.25, 0.75]), "gap": 0.273},
        [{"points": [0.5, 3.0]}, {"weights": [0.5, 0.5]}, {"gap": 0.3}],
        stage={"largest": 5},
        drawn=[{"largest": 6}],
    ),
    "pairs": Sample(
        pairs_picture,
        {"total_variations": TV, "divergences": D},
        [{"total_variations": TV / 2}, {"divergences": D / 100}],
    ),
    "binning": Sample(
        binning_picture,
        {"bins": BINS, "divergences": BINNED, "truth": 0.6},
        [{"bins": [1, 2, 3, 4, 8, 64]}, {"divergences": np.sort(BINNED)}, {"truth": 0.65}],
    ),
    "change of variables": Sample(
        change_of_variables_picture,
        {"before": BEFORE, "after": AFTER, "labels": ("x", "2x")},
        [{"before": AFTER}, {"after": AFTER._replace(divergence=0.3)}, {"labels": ("x", "y")}],
    ),
}


@pytest.fixture(scope="module")
def bars() -> BarsStage:
    return BarsStage("abcd")


def heights(picture: Picture, panel: int) -> list[float]:
    return [patch.get_height() for patch in figure_of(picture).axes[panel].patches]


@pytest.mark.slow
def test_the_bars_are_p_and_q_and_what_each_letter_adds(bars: BarsStage):
    picture = bars.show(P, Q)
    assert heights(picture, 0) == [*P, *Q]
    np.testing.assert_allclose(heights(picture, 1), rel_entr(P, Q))
    np.testing.assert_allclose(heights(picture, 2), rel_entr(Q, P))


def test_the_lower_bars_are_entropy_and_divergence_end_to_end(bars: BarsStage):
    first, second, d_pq, d_qp = figure_of(bars.show(P, Q)).axes[3].patches
    for own, divergence, a, b in [(first, d_pq, P, Q), (second, d_qp, Q, P)]:
        assert own.get_width() == pytest.approx(-np.sum(a * np.log(a)))
        assert divergence.get_x() == own.get_width()
        assert divergence.get_width() == pytest.approx(rel_entr(a, b).sum())


def test_words_of_the_bars_have_all_six_numbers(bars: BarsStage):
    assert bars.show(P, Q).words == (
        "D(p‖q) = 0.618 and D(q‖p) = 0.557 nats. H(p) = 1.21, cross-entropy H(p, q) = 1.83; "
        "H(q) = 1.28, H(q, p) = 1.84."
    )


def test_what_is_infinite_is_said_with_the_letters_that_make_it(bars: BarsStage):
    words = bars.show([0.5, 0.25, 0.25, 0], [0.5, 0, 0, 0.5]).words
    assert words.startswith("D(p‖q) = ∞ and D(q‖p) = ∞ nats.")
    assert "D(p‖q) is ∞ because q is 0 at b, c." in words
    assert "D(q‖p) is ∞ because p is 0 at d." in words
    assert "because" not in bars.show([0, 0, 0.5, 0.5], [0, 0, 0.1, 0.9]).words


@pytest.mark.parametrize(("p", "q"), HARD)
def test_no_text_of_the_bars_is_cut_off_whatever_they_are(bars: BarsStage, p, q):
    picture = bars.show(p, q)
    assert cut_off(drawn(picture)) == []
    notes = {text.get_text() for axes in figure_of(picture).axes[1:3] for text in axes.texts}
    assert "nan" not in str(notes).lower()
    assert "−0.00" not in notes


def test_a_bar_beyond_the_panel_says_its_number_inside(bars: BarsStage):
    axes = figure_of(bars.show(*HARD[3])).axes
    assert axes[1].texts[0].get_text() == "↑\n3.43"
    assert [text.get_text() for text in axes[2].texts] == ["−0.11", "∞", "∞", "∞"]
    assert max(heights(bars.show(*HARD[3]), 2)) == BarsStage.CEILING


# Jensen's picture


@pytest.fixture(scope="module")
def jensen() -> JensenStage:
    return JensenStage(5)


def shown(stage: JensenStage, y, w) -> Picture:
    return stage.show(y, w, np.log(np.dot(w, y)) - np.dot(w, np.log(y)))


def test_jensens_points_chord_and_gap_are_where_they_belong(jensen: JensenStage):
    y, w = [0.5, 4.0], [0.25, 0.75]
    (axes,) = figure_of(shown(jensen, y, w)).axes
    _, chord, gap, mean, above = axes.lines
    np.testing.assert_allclose(chord.get_xydata()[:2], np.stack([y, np.log(y)], axis=1))
    level = 0.25 * np.log(0.5) + 0.75 * np.log(4)
    np.testing.assert_allclose(gap.get_xydata(), [[3.125, level], [3.125, np.log(3.125)]])
    np.testing.assert_allclose(mean.get_xydata(), [[3.125, level]])
    np.testing.assert_allclose(above.get_xydata(), [[3.125, np.log(3.125)]])
    np.testing.assert_allclose(axes.collections[0].get_offsets(), np.stack([y, np.log(y)], axis=1))


def test_words_of_jensens_picture(jensen: JensenStage):
    assert shown(jensen, [0.5, 4.0], [0.25, 0.75]).words == (
        "The mean of the points is 3.12; its logarithm (triangle) is 1.14 nats. The mean of their "
        "logarithms (square) is 0.866. Jensen's gap between the two is 0.273 nats."
    )
    assert "gap between the two is 0 nats" in shown(jensen, [2.0, 2.0], [0.5, 0.5]).words


def test_points_without_weight_are_not_drawn(jensen: JensenStage):
    picture = shown(jensen, [0.5, 4.0, 1.0], [0.25, 0.75, 0.0])
    assert len(figure_of(picture).axes[0].collections[0].get_offsets()) == 2


@pytest.mark.parametrize("y", [[0.06, 0.06], [5.0, 5.0], [0.06, 5.0], [0.06, 0.5, 2.0, 5.0]])
def test_jensens_note_stays_inside(jensen: JensenStage, y: list[float]):
    assert cut_off(drawn(shown(jensen, y, [1 / len(y)] * len(y)))) == []


# Still pictures


def test_words_of_random_pairs_count_and_find():
    words = SAMPLES["pairs"]().words
    assert words.startswith("Of 2,000 random pairs 0 have a negative D. The smallest is ")
    assert words.endswith("None lies below D = 2 TV².")
    assert pairs_picture(TV, D / 100).words.endswith(" lie below D = 2 TV².")
    assert "1 lies below" in pairs_picture([0.5, 0.5], [0.4, 0.6]).words


def test_every_pair_is_in_the_picture_and_the_smallest_is_marked():
    axes = figure_of(SAMPLES["pairs"]()).axes[0]
    (cells,) = axes.collections
    assert cells.get_array().sum() == 2000
    np.testing.assert_allclose(axes.lines[1].get_xydata()[0], [TV[D.argmin()], D.min()])


def test_words_of_binning_name_the_steps_and_the_fall():
    assert SAMPLES["binning"]().words == (
        "The densities are 0.6 nats apart. Binned, never more: 0 with 1 bin, 0.5 with 2 bins, 0.58 "
        "with 8 bins, 0.599 with 32 bins. Splitting bins never lowers it. Moving them may: 3 bins "
        "give 0.4, less than 2."
    )
    assert "Moving" not in SAMPLES["binning"](divergences=np.sort(BINNED)).words


def test_binning_joins_refinements_only():
    truth, every, nested = figure_of(SAMPLES["binning"]()).axes[0].lines
    assert truth.get_ydata()[0] == 0.6
    np.testing.assert_allclose(every.get_xydata(), np.stack([BINS, BINNED], axis=1))
    assert nested.get_xdata().tolist() == [1, 2, 4, 8, 32]


def test_two_coordinates_side_by_side():
    picture = SAMPLES["change of variables"]()
    assert picture.words == (
        "In x: D(p‖q) = 0.25 nats, differential entropy h(p) = 1.5. In 2x: D(p‖q) = 0.25, "
        "h(p) = 2.19."
    )
    left, right = figure_of(picture).axes
    np.testing.assert_allclose(left.lines[0].get_xydata(), np.stack([GRID, GRID**2], axis=1))
    np.testing.assert_allclose(right.lines[1].get_xdata(), 2 * GRID)
    assert len({line.get_linestyle() for line in left.lines}) == 2
