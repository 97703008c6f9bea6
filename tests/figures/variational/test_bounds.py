import numpy as np
import pytest
from scipy.stats import norm

from lecture11.figures.variational import DensityStackStage, StackStage, TouchStage
from tests.figures.samples import Sample, figure_of

KL = 0.5 * np.log(0.5 / 0.75) + 0.5 * np.log(0.5 / 0.25)
Z = np.linspace(-6, 6, 601)
THETA = np.linspace(-2, 2, 401)
TOUCHING = -(THETA**2) - (THETA - 0.5) ** 2

SAMPLES = {
    "stack": Sample(
        StackStage,
        {
            "q": np.array([0.5, 0.5]),
            "posterior": np.array([0.75, 0.25]),
            "log_likelihood": np.log(0.4),
            "gap": KL,
        },
        [
            {"q": [0.4, 0.6]},
            {"posterior": [0.7, 0.3]},
            {"log_likelihood": -1.0},
            {"gap": 0.5},
            {"states": ("one", "other")},
        ],
        stage={"states": ("biased", "fair"), "widest": 5},
    ),
    "density stack": Sample(
        DensityStackStage,
        {"q": norm.pdf(Z, 1, 1), "posterior": norm.pdf(Z), "log_likelihood": -1.25, "gap": 0.5},
        [
            {"q": norm.pdf(Z)},
            {"posterior": norm.pdf(Z, -1)},
            {"log_likelihood": -1.5},
            {"gap": 0.7},
            {"z": 2 * Z},
        ],
        stage={"z": Z, "top": 0.6},
    ),
    "touch": Sample(
        TouchStage,
        {"bound": TOUCHING, "present": 0.5},
        [{"bound": TOUCHING - 0.7}, {"present": 1.0}, {"log_likelihood": -(THETA**2) / 2}],
        stage={"theta": THETA, "log_likelihood": -(THETA**2), "low": -8, "label": "θ"},
        drawn=[{"theta": THETA / 2}],
    ),
}


def test_the_stack_is_evidence_and_divergence_end_to_end():
    bars, sums = figure_of(SAMPLES["stack"]()).axes
    whole, evidence, gap = sums.patches
    assert evidence.get_width() == pytest.approx(-np.log(0.4))
    assert gap.get_x() == evidence.get_width()
    assert gap.get_width() == pytest.approx(KL)
    assert whole.get_width() == pytest.approx(evidence.get_width() + gap.get_width())
    assert [patch.get_height() for patch in bars.patches] == [0.5, 0.5, 0.75, 0.25]


def test_words_of_the_stack_have_the_sum():
    assert SAMPLES["stack"]().words == (
        "q: biased 0.5 (posterior 0.75), fair 0.5 (posterior 0.25). −ELBO = −log p(x) + "
        "D(q ‖ posterior): 1.060 = 0.916 + 0.144 nats, so the ELBO is −1.06, below the evidence "
        "−0.9163."
    )
    assert "so the ELBO is the evidence, −0.9163" in SAMPLES["stack"](gap=0.0).words


def test_what_is_infinite_is_said_and_drawn_to_the_edge():
    picture = SAMPLES["stack"](posterior=[1.0, 0.0], log_likelihood=-1.0, gap=np.inf)
    assert "∞ = 1.000 + ∞ nats, so the ELBO is −∞" in picture.words
    assert figure_of(picture).axes[1].patches[0].get_width() == 5


def test_densities_and_what_they_have_in_common():
    picture = SAMPLES["density stack"]()
    shared = 200 * norm.cdf(-0.5)
    assert picture.words.startswith(f"q and the posterior have {shared:.0f} % in common. −ELBO")
    assert "1.750 = 1.250 + 0.500 nats" in picture.words
    left = figure_of(picture).axes[0]
    np.testing.assert_allclose(left.lines[0].get_ydata(), norm.pdf(Z))
    np.testing.assert_allclose(left.lines[1].get_ydata(), norm.pdf(Z, 1, 1))
    assert "100 % in common" in SAMPLES["density stack"](q=norm.pdf(Z)).words


def test_a_bound_that_touches_is_said_to_with_its_place():
    assert SAMPLES["touch"]().words == (
        "At the present θ = 0.5 the log-likelihood is −0.25 and the bound −0.25 nats, a gap of "
        "0.000. The bound touches the log-likelihood at θ = 0.5; it is highest at θ = 0.25."
    )
    apart = SAMPLES["touch"](bound=-(THETA**2) - 0.7, present=1.0).words
    assert "a gap of 0.700. The bound nowhere touches" in apart
    assert "the gap is 0.7 nats at least" in apart


def test_the_bound_and_its_gap_are_drawn_at_the_present():
    bound = -(THETA**2) - (THETA + 1) ** 2
    (axes,) = figure_of(SAMPLES["touch"](bound=bound, present=1.0)).axes
    level, curve, gap, now, best = axes.lines
    np.testing.assert_allclose(level.get_ydata(), -(THETA**2))
    np.testing.assert_allclose(curve.get_ydata(), bound)
    np.testing.assert_allclose(gap.get_ydata(), [-5, -1])
    np.testing.assert_allclose(now.get_xydata(), [[1, -1]])
    np.testing.assert_allclose(best.get_xydata(), [[-0.5, -0.5]])
