import jax
import numpy as np
import pytest

from lecture11.explore import Explorer, Slider
from lecture11.figures.ascent import AscentStage, ShortfallStage, TwoSetsStage, levels_picture
from lecture11.figures.picture import Picture, png_of
from lecture11.variational import Coins, Shortfall, TwoSets, log_odds, variational_em
from tests.figures.conftest import cut_off, drawn, figure_of

AXIS = np.linspace(0.05, 0.95, 31)
HEIGHTS = -10 - 20 * ((AXIS - 0.8) ** 2 + (AXIS[:, None] - 0.8) ** 2 + (AXIS - AXIS[:, None]) ** 2)
RISING = ([0.3, 0.3, 0.6], [0.9, 0.3, 0.3], [-22.0, -15, -13], [-15.0, -15, -12])


@pytest.fixture(scope="module")
def board() -> AscentStage:
    labels = ("θ, the coin's probability of heads", "φ, what q takes it to be")
    return AscentStage(AXIS, AXIS, HEIGHTS, low=-24, last_half=30, labels=labels)


def test_path_and_curves_are_where_they_belong(board: AscentStage):
    left, right = figure_of(board.show(*RISING)).axes
    _, path, start, now = left.lines
    np.testing.assert_allclose(path.get_xydata(), np.stack(RISING[:2], axis=1))
    np.testing.assert_allclose(start.get_xydata(), [[0.3, 0.9]])
    np.testing.assert_allclose(now.get_xydata(), [[0.6, 0.3]])
    evidence, bound = right.lines
    np.testing.assert_allclose(bound.get_ydata(), RISING[2])
    np.testing.assert_allclose(evidence.get_ydata(), RISING[3])


def test_words_say_where_it_stands_and_what_fell(board: AscentStage):
    assert board.show(*RISING).words == (
        "After 2 half-steps: θ = 0.6, φ = 0.3, bound −13, evidence −12 nats. So far the bound "
        "never fell and the evidence never fell."
    )
    fallen = board.show([0.8, 0.8, 0.5], [0.1, 0.2, 0.2], [-16, -15.5, -14], [-9.8, -9.8, -12.5])
    assert fallen.words.endswith(
        "So far the bound never fell and the evidence fell by up to 2.7 in one half-step, to 2.7 "
        "below its start."
    )
    broken = board.show([0.6, 0.9, 0.7], [0.6, 0.6, 0.6], [-11, -9, -14], [-10, -9, -10])
    assert "the bound fell by up to 5 in one half-step, to 3 below its start" in broken.words
    assert broken.words.endswith("the evidence fell by up to 1 in one half-step.")


def test_a_start_alone_says_its_gap(board: AscentStage):
    words = board.show([0.3], [0.9], [-22], [-15]).words
    assert words.startswith("After 0 half-steps: θ = 0.3")
    assert words.endswith("The gap is 7 nats.")
    assert "After 1 half-step:" in board.show(*(values[:2] for values in RISING)).words


def test_nothing_of_the_landscape_is_cut_off_and_pictures_differ(board: AscentStage):
    short = tuple(values[:2] for values in RISING)
    for path in (RISING, short):
        assert cut_off(drawn(board.show(*path))) == []
    assert png_of(board.show(*RISING).drawing) != png_of(board.show(*short).drawing)


def test_nothing_recompiles_while_start_and_step_length_are_dragged(
    board: AscentStage, caplog: pytest.LogCaptureFixture
):
    """The explorers of notebook 10."""
    heads, model = np.array([5.0, 9, 8, 4, 7]), Coins(10, fair=1, family="shared")

    def drag(bias: float, length: float) -> Picture:
        start = log_odds([bias])
        run = variational_em(
            model, start, start, heads, frames=range(7), m="fixed", length=length
        )  # fmt: skip
        odds = (run.frames.theta[:, 0], run.frames.phi[:, 0])
        return board.show(*map(jax.nn.sigmoid, odds), run.infos.bound, run.infos.evidence)

    sliders = {"bias": Slider("θ", 0.05, 0.95, 0.05, 0.6), "length": Slider("η", 0.05, 2, 0.05, 1)}
    explorer = Explorer(drag, **sliders)
    words = {explorer.picture.words}
    with jax.log_compiles():
        for name, value in [("bias", 0.3), ("bias", 0.95), ("length", 0.05), ("length", 2.0)]:
            explorer.controls[name].value = value
            words.add(explorer.picture.words)
            assert "nan" not in explorer.picture.words
    assert "Compiling" not in caplog.text
    assert len(words) == 5


class TestTwoSets:
    curve = np.linspace(0, 1, 9)
    sets = TwoSets(
        np.stack([-0.5 * curve**2, curve], axis=1), np.stack([0.5 + 0 * curve, curve], axis=1),
        np.array([[-0.5, 1.0], [0.5, 0.8], [-0.3, 0.7], [0.5, 0.5]]), np.array(0.8),
    )  # fmt: skip
    stage = TwoSetsStage(sets, [3.0, 1.5, 1.2], 0.35)

    def test_words_name_the_half_step_and_what_it_won(self):
        assert self.stage.show(0).words == (
            "At the start: D(p̂ q ‖ p_θ) = 3 nats. The least there is, at the best model, is 0.35."
        )
        first, second = self.stage.show(1).words, self.stage.show(2).words
        assert first.startswith("After half-step 1, an E-step: D(p̂ q ‖ p_θ) = 1.5 nats, 1.5 less")
        assert second.startswith("After half-step 2, an M-step: D(p̂ q ‖ p_θ) = 1.2 nats, 0.3 less")

    def test_the_path_grows_by_one_segment(self):
        picture = self.stage.show(1)
        left, right = figure_of(picture).axes
        np.testing.assert_allclose(left.lines[2].get_xydata(), self.sets.path[:3])
        np.testing.assert_allclose(left.lines[3].get_xydata(), self.sets.path[1:3])
        np.testing.assert_allclose(right.lines[2].get_xydata(), [[1, 1.5]])
        assert cut_off(drawn(picture)) == []


def test_several_runs_side_by_side():
    runs = [("short", [-11, -10], [-10, -9.9]), ("long", [-11, -20], [-10, -12])]
    picture = levels_picture(runs, low=-21, words="Two runs.")
    assert picture.words == "Two runs."
    panels = figure_of(picture).axes
    assert [axes.get_title(loc="left") for axes in panels] == ["short", "long"]
    np.testing.assert_allclose(panels[1].lines[1].get_ydata(), [-11, -20])
    assert cut_off(drawn(picture)) == []


def test_summits_of_evidence_and_bound():
    theta = np.linspace(0, 2, 201)
    stage = ShortfallStage(theta, truth=1.0)
    curves = Shortfall(-2 - (theta - 1) ** 2, -2.25 - (theta - 0.75) ** 2)
    picture = stage.show(curves, 0.7)
    assert picture.words == (
        "Noise 0.7: the evidence is highest at θ = 1, the best factorised bound at θ = 0.75, "
        "25 % lower, where it is 0.25 nats for each point below the highest evidence."
    )
    lines = figure_of(picture).axes[0].lines
    np.testing.assert_allclose(lines[1].get_ydata(), -((theta - 1) ** 2), atol=1e-12)
    np.testing.assert_allclose(lines[4].get_xydata(), [[0.75, -0.25]])
    assert cut_off(drawn(picture)) == []
