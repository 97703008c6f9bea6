import jax
import numpy as np
import pytest
from scipy.stats import norm

from lecture11.explore import Explorer, Slider
from lecture11.figures.bounds import DensityStackStage, StackStage, TouchStage
from lecture11.figures.picture import Picture, png_of
from lecture11.variational import log_evidence, posterior, posterior_divergence
from tests.figures.conftest import cut_off, drawn, figure_of

JOINT = np.log([0.3, 0.1])
POSTERIOR = [0.75, 0.25]


@pytest.fixture(scope="module")
def stack() -> StackStage:
    return StackStage(("biased", "fair"), widest=5)


def shown(stack: StackStage, share: float) -> Picture:
    q = np.array([share, 1 - share])
    return stack.show(
        q, posterior(JOINT), float(log_evidence(JOINT)), float(posterior_divergence(JOINT, q=q))
    )


def test_the_stack_is_evidence_and_divergence_end_to_end(stack: StackStage):
    picture = shown(stack, 0.5)
    bars, sums = figure_of(picture).axes
    whole, evidence, gap = sums.patches
    kl = 0.5 * np.log(0.5 / 0.75) + 0.5 * np.log(0.5 / 0.25)
    assert evidence.get_width() == pytest.approx(-np.log(0.4), rel=1e-5)
    assert gap.get_x() == evidence.get_width()
    assert gap.get_width() == pytest.approx(kl, rel=1e-4)
    assert whole.get_width() == pytest.approx(evidence.get_width() + gap.get_width())
    heights = [patch.get_height() for patch in bars.patches]
    np.testing.assert_allclose(heights, [0.5, 0.5, *POSTERIOR], rtol=1e-5)


def test_words_of_the_stack_have_the_sum(stack: StackStage):
    assert shown(stack, 0.5).words == (
        "q: biased 0.5 (posterior 0.75), fair 0.5 (posterior 0.25). −ELBO = −log p(x) + "
        "D(q ‖ posterior): 1.060 = 0.916 + 0.144 nats, so the ELBO is −1.06, below the evidence "
        "−0.9163."
    )
    assert "so the ELBO is the evidence, −0.9163" in shown(stack, 0.75).words


def test_what_is_infinite_is_said_and_drawn_to_the_edge(stack: StackStage):
    picture = stack.show([0.5, 0.5], [1.0, 0.0], -1.0, np.inf)
    assert "∞ = 1.000 + ∞ nats, so the ELBO is −∞" in picture.words
    assert figure_of(picture).axes[1].patches[0].get_width() == 5


def test_every_q_has_its_own_picture_and_nothing_is_cut_off(stack: StackStage):
    shares = (0.0, 0.3, 0.75, 1.0)
    assert len({png_of(shown(stack, share).drawing) for share in shares}) == 4
    for share in shares:
        assert cut_off(drawn(shown(stack, share))) == []


def test_nothing_recompiles_while_q_is_dragged(stack: StackStage, caplog: pytest.LogCaptureFixture):
    explorer = Explorer(lambda share: shown(stack, share), share=Slider("q", 0, 1, 0.01, 0.5))
    words = {explorer.picture.words}
    with jax.log_compiles():
        for value in (0.0, 0.2, 0.75, 1.0):
            explorer.controls["share"].value = value
            words.add(explorer.picture.words)
    assert "Compiling" not in caplog.text
    assert len(words) == 5


def test_densities_and_what_they_have_in_common():
    z = np.linspace(-6, 6, 601)
    stage = DensityStackStage(z, top=0.6)
    q, p = norm.pdf(z, 1, 1), norm.pdf(z, 0, 1)
    picture = stage.show(q, p, -1.25, 0.5)
    shared = 200 * norm.cdf(-0.5)
    assert picture.words.startswith(f"q and the posterior have {shared:.0f} % in common. −ELBO")
    assert "1.750 = 1.250 + 0.500 nats" in picture.words
    left = figure_of(picture).axes[0]
    np.testing.assert_allclose(left.lines[0].get_ydata(), p)
    np.testing.assert_allclose(left.lines[1].get_ydata(), q)
    assert cut_off(drawn(picture)) == []
    assert "100 % in common" in stage.show(p, p, -1.25, 0.0).words


class TestTouch:
    theta = np.linspace(-2, 2, 401)
    level = -(theta**2)
    stage = TouchStage(theta, level, low=-8, label="θ")

    def test_a_bound_that_touches_is_said_to_with_its_place(self):
        picture = self.stage.show(self.level - (self.theta - 0.5) ** 2, 0.5)
        assert picture.words == (
            "At the present θ = 0.5 the log-likelihood is −0.25 and the bound −0.25 nats, a gap of "
            "0.000. The bound touches the log-likelihood at θ = 0.5; it is highest at θ = 0.25."
        )
        assert cut_off(drawn(picture)) == []

    def test_one_that_does_not_has_a_gap(self):
        picture = self.stage.show(self.level - 0.7, 1.0)
        assert "a gap of 0.700. The bound nowhere touches" in picture.words
        assert "the gap is 0.7 nats at least" in picture.words

    def test_the_artists_hold_the_arrays(self):
        bound = self.level - (self.theta + 1) ** 2
        axes = figure_of(self.stage.show(bound, 1.0)).axes[0]
        level, curve, gap, now, best = axes.lines
        np.testing.assert_allclose(level.get_ydata(), self.level)
        np.testing.assert_allclose(curve.get_ydata(), bound)
        np.testing.assert_allclose(gap.get_ydata(), [-5, -1])
        np.testing.assert_allclose(now.get_xydata(), [[1, -1]])
        np.testing.assert_allclose(best.get_xydata(), [[-0.5, -0.5]])
