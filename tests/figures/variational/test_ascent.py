import numpy as np

from lecture11.figures.variational import AscentStage, ShortfallStage, TwoSetsStage, levels_picture
from lecture11.variational import Shortfall, TwoSets
from tests.figures.samples import Sample, figure_of

AXIS = np.linspace(0.05, 0.95, 31)
HEIGHTS = -10 - 20 * ((AXIS - 0.8) ** 2 + (AXIS[:, None] - 0.8) ** 2 + (AXIS - AXIS[:, None]) ** 2)
RISING = {
    "theta": np.array([0.3, 0.3, 0.6]),
    "phi": np.array([0.9, 0.3, 0.3]),
    "bound": np.array([-22.0, -15, -13]),
    "log_likelihood": np.array([-15.0, -15, -12]),
}
CURVE = np.linspace(0, 1, 9)
SETS = TwoSets(
    np.stack([-0.5 * CURVE**2, CURVE], axis=1), np.stack([0.5 + 0 * CURVE, CURVE], axis=1),
    np.array([[-0.5, 1.0], [0.5, 0.8], [-0.3, 0.7], [0.5, 0.5]]), np.array(0.8),
)  # fmt: skip
RUNS = [("short", [-11, -10], [-10, -9.9]), ("long", [-11, -20], [-10, -12])]
THETA = np.linspace(0, 2, 201)
BOTH = Shortfall(-2 - (THETA - 1) ** 2, -2.25 - (THETA - 0.75) ** 2)

SAMPLES = {
    "ascent": Sample(
        AscentStage,
        RISING,
        [
            {"theta": [0.3, 0.3, 0.7]},
            {"phi": [0.9, 0.3, 0.4]},
            {"bound": [-22.0, -15, -14]},
            {"log_likelihood": [-15.0, -15, -11]},
        ],
        stage={
            "theta": AXIS,
            "phi": AXIS,
            "bound": HEIGHTS,
            "low": -24,
            "last_half": 30,
            "labels": ("θ, the coin's probability of heads", "φ, what q takes it to be"),
        },
    ),
    "two sets": Sample(
        TwoSetsStage,
        {"half": 1},
        [{"half": 2}, {"divergences": [3.0, 1.4, 1.2]}, {"floor": 0.3}],
        stage={"sets": SETS, "divergences": [3.0, 1.5, 1.2], "floor": 0.35},
    ),
    "levels": Sample(
        levels_picture, {"runs": RUNS, "low": -21}, [{"runs": RUNS[:1]}], drawn=[{"low": -25}]
    ),
    "shortfall": Sample(
        ShortfallStage,
        {"curves": BOTH, "noise": 0.7},
        [{"curves": BOTH._replace(bound=BOTH.bound - 1)}, {"noise": 0.8}],
        stage={"theta": THETA, "truth": 1.0},
        drawn=[{"theta": THETA[::-1], "truth": 1.2}],
    ),
}


def test_path_and_curves_are_where_they_belong():
    left, right = figure_of(SAMPLES["ascent"]()).axes
    _, path, start, now = left.lines
    np.testing.assert_allclose(path.get_xydata().T, [RISING["theta"], RISING["phi"]])
    np.testing.assert_allclose(start.get_xydata(), [[0.3, 0.9]])
    np.testing.assert_allclose(now.get_xydata(), [[0.6, 0.3]])
    evidence, bound = right.lines
    np.testing.assert_allclose(bound.get_ydata(), RISING["bound"])
    np.testing.assert_allclose(evidence.get_ydata(), RISING["log_likelihood"])


def test_words_say_where_it_stands_and_what_fell():
    show = SAMPLES["ascent"].fresh()
    assert show(**RISING).words == (
        "After 2 half-steps: θ = 0.6, φ = 0.3, bound −13, evidence −12 nats. So far the bound "
        "never fell and the evidence never fell."
    )
    fallen = show([0.8, 0.8, 0.5], [0.1, 0.2, 0.2], [-16, -15.5, -14], [-9.8, -9.8, -12.5])
    assert fallen.words.endswith(
        "So far the bound never fell and the evidence fell by up to 2.7 in one half-step, to 2.7 "
        "below its start."
    )
    broken = show([0.6, 0.9, 0.7], [0.6, 0.6, 0.6], [-11, -9, -14], [-10, -9, -10])
    assert "the bound fell by up to 5 in one half-step, to 3 below its start" in broken.words
    assert broken.words.endswith("the evidence fell by up to 1 in one half-step.")
    alone = show([0.3], [0.9], [-22], [-15]).words
    assert alone.startswith("After 0 half-steps: θ = 0.3")
    assert alone.endswith("The gap is 7 nats.")
    assert "After 1 half-step:" in show(*(values[:2] for values in RISING.values())).words


def test_words_name_the_half_step_and_what_it_won():
    show = SAMPLES["two sets"].fresh()
    assert show(0).words == (
        "At the start: D(p̂ q ‖ p_θ) = 3 nats. The least there is, at the best model, is 0.35."
    )
    first, second = show(1).words, show(2).words
    assert first.startswith("After half-step 1, an E-step: D(p̂ q ‖ p_θ) = 1.5 nats, 1.5 less")
    assert second.startswith("After half-step 2, an M-step: D(p̂ q ‖ p_θ) = 1.2 nats, 0.3 less")


def test_the_path_between_two_sets_grows_by_one_segment():
    left, right = figure_of(SAMPLES["two sets"]()).axes
    np.testing.assert_allclose(left.lines[2].get_xydata(), SETS.path[:3])
    np.testing.assert_allclose(left.lines[3].get_xydata(), SETS.path[1:3])
    np.testing.assert_allclose(right.lines[2].get_xydata(), [[1, 1.5]])


def test_several_runs_side_by_side():
    picture = SAMPLES["levels"]()
    assert picture.words == (
        "short: 0 of 1 half-steps lower the bound by more than 0.01 nats, the worst by 0; long: "
        "1 of 1 half-steps lower the bound by more than 0.01 nats, the worst by 9."
    )
    panels = figure_of(picture).axes
    assert [axes.get_title(loc="left") for axes in panels] == ["short", "long"]
    np.testing.assert_allclose(panels[1].lines[1].get_ydata(), [-11, -20])


def test_summits_of_evidence_and_bound():
    picture = SAMPLES["shortfall"]()
    assert picture.words == (
        "Noise 0.7: the evidence is highest at θ = 1, the best factorised bound at θ = 0.75, "
        "25 % lower, where it is 0.25 nats for each point below the highest evidence."
    )
    lines = figure_of(picture).axes[0].lines
    np.testing.assert_allclose(lines[1].get_ydata(), -((THETA - 1) ** 2), atol=1e-12)
    np.testing.assert_allclose(lines[4].get_xydata(), [[0.75, -0.25]])
