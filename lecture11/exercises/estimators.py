"""Checks for notebook 12: both gradient estimators, and the divergence in the loss of a VAE."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lecture11.exercises.answers import ask, is_right, numbers
from lecture11.exercises.mistakes import Wrong, of_draws
from lecture11.exercises.verdict import Mistake, exercise


class _Scored(NamedTuple):
    z: np.ndarray
    values: np.ndarray
    mean: np.ndarray
    sd: np.ndarray


class _Reparametrised(NamedTuple):
    noise: np.ndarray
    slopes: np.ndarray
    mean: np.ndarray
    sd: np.ndarray


class _Encoded(NamedTuple):
    means: np.ndarray
    log_sds: np.ndarray


def _scored(seed: int, draws: int, mean: float, sd: float) -> _Scored:
    z = mean + sd * np.random.default_rng(seed).normal(size=draws)
    return _Scored(z, 3 + z**2 + np.sin(3 * z), np.array(mean), np.array(sd))


def _reparametrised(seed: int, draws: int, mean: float, sd: float) -> _Reparametrised:
    noise = np.random.default_rng(seed).normal(size=draws)
    z = mean + sd * noise
    return _Reparametrised(noise, 2 * z + 3 * np.cos(3 * z), np.array(mean), np.array(sd))


SCORED = (_scored(0, 7, 0.5, 1.5), _scored(1, 4, -1.0, 0.4))
REPARAMETRISED = (_reparametrised(0, 7, 0.5, 1.5), _reparametrised(1, 4, -1.0, 0.4))
_RNG = np.random.default_rng(2)
ENCODED = tuple(
    _Encoded(_RNG.normal(size=shape), 0.7 * _RNG.normal(size=shape)) for shape in ((5, 3), (4, 1))
)


@exercise
def check_score_function(student: Callable) -> str:
    """Check ``estimate(z, values, mean, sd) -> (2,)``, in mean and sd, leave-one-out baselines.

    Accepts any array library and any way of computing it. Names: nothing returned; no baseline; a
    baseline that uses its own draw; the sign; the sum; the scores alone; the score in log sd; the
    density in place of its logarithm; variance and sd confused; the order; one number a draw.
    """
    for case in SCORED:
        answer = numbers(ask(student, case))
        right, likely = _score_estimate(case), _other_scores(case)
        if not is_right(answer, right, likely, "two numbers, in μ and in σ, shape (2,)"):
            raise Mistake(
                "Not the leave-one-out estimate: the mean over s of (f(z_s) − b_s) times the "
                "derivatives of log N(z_s | μ, σ²) in μ and in σ, b_s the mean of the other f."
            )
    return "Unbiased: the baseline of each draw comes from the others."


def _scores(case: _Scored) -> np.ndarray:
    t = (case.z - case.mean) / case.sd
    return np.stack([t / case.sd, (t**2 - 1) / case.sd])


def _centred(values: np.ndarray) -> np.ndarray:
    return values - (values.sum() - values) / (len(values) - 1)


def _score_estimate(case: _Scored) -> np.ndarray:
    return (_scores(case) * _centred(case.values)).mean(axis=1)


def _other_scores(case: _Scored) -> Wrong:
    scores, centred, values = _scores(case), _centred(case.values), case.values
    t = (case.z - case.mean) / case.sd
    right = _score_estimate(case)
    density = np.exp(-0.5 * t**2) / (case.sd * np.sqrt(2 * np.pi))
    unsquared = np.stack([t, t**2 - 1])
    return of_draws(scores * centred) | {
        "There is no baseline: subtract from each f(z_s) the mean of the other values.": (
            (scores * values).mean(axis=1)
        ),
        "The baseline is the mean of all values, the draw's own among them: that shrinks the "
        "estimate to (S − 1)/S of it, a bias. Leave the draw's own value out.": (
            (scores * (values - values.mean())).mean(axis=1)
        ),
        "The sign is reversed: the factor is f(z_s) − b_s.": -right,
        "You have divided the sum over draws by S − 1: it is the baseline that needs S − 1; their "
        "mean divides by S.": (right * len(values) / (len(values) - 1)),
        "The second is the derivative in log σ: divide it by σ.": (right * np.array([1, case.sd])),
        "The derivatives lack a division by σ: in μ it is (z − μ)/σ², in σ ((z − μ)²/σ² − 1)/σ.": (
            (unsquared * centred).mean(axis=1)
        ),
        "This is the mean of the scores alone, whose expectation is 0: weigh each score by "
        "f(z_s) − b_s.": scores.mean(axis=1),
        "These are the derivatives of the density: take those of its logarithm.": (
            (scores * density * centred).mean(axis=1)
        ),
    }


@exercise
def check_reparametrised(student: Callable) -> str:
    """Check ``estimate(noise, slopes, mean, sd) -> (2,)``, in mean and sd, by reparametrisation.

    Accepts any array library and any way of computing it. Names: nothing returned; the chain rule
    forgotten; the derivative in log sd; z in place of ε; the order; the sum; the score mixed in.
    """
    for case in REPARAMETRISED:
        answer = numbers(ask(student, case))
        right = np.stack([case.slopes, case.slopes * case.noise]).mean(axis=1)
        likely = _other_paths(case, right)
        if not is_right(answer, right, likely, "two numbers, in μ and in σ, shape (2,)"):
            raise Mistake(
                "Not the reparametrised estimate: with z = μ + σ ε, the mean over s of f'(z_s) "
                "times ∂z/∂μ, and of f'(z_s) times ∂z/∂σ."
            )
    return "The gradient passes through the draw: f'(z) once as it is, once times ε."


def _other_paths(case: _Reparametrised, right: np.ndarray) -> Wrong:
    noise, slopes, mean, sd = case
    z = mean + sd * noise
    return of_draws(np.stack([slopes, slopes * noise])) | {
        "The chain rule is missing in σ: ∂z/∂σ is ε, not 1.": np.repeat(slopes.mean(), 2),
        "The second is the derivative in log σ: in σ it is f'(z) ε, without the factor σ.": (
            right * np.array([1, sd])
        ),
        "∂z/∂σ is ε, not z.": np.stack([slopes, slopes * z]).mean(axis=1),
        "∂z/∂σ is ε = (z − μ)/σ, not (z − μ)/σ²: with z = μ + σ ε, only ε stands beside σ.": (
            np.stack([slopes, slopes * noise / sd]).mean(axis=1)
        ),
        "∂z/∂μ is 1: there is no 1/σ in it.": np.stack([slopes / sd, slopes * noise]).mean(axis=1),
        "This has the score in it: the reparametrised estimate needs f' and ε only.": (
            np.stack([slopes * noise / sd, slopes * (noise**2 - 1) / sd]).mean(axis=1)
        ),
        "The sign is reversed.": -right,
        "ε has been averaged before it was multiplied: the mean is of the products f'(z_s) ε_s.": (
            np.array([slopes.mean(), slopes.mean() * noise.mean()])
        ),
    }


@exercise
def check_vae_divergence(student: Callable) -> str:
    """Check ``divergence(means, log_sds) -> (n,)``, D_KL(q ‖ N(0, I)) of each image.

    Accepts any array library and any way of computing it. Names: nothing returned; the sign; the ½;
    the variance's logarithm or the sd taken for the variance; the other direction; the −1 missing;
    the mean over latents, the sum over images, the latents one by one.
    """
    for case in ENCODED:
        answer = numbers(ask(student, case))
        right, likely = _divergence(case), _other_divergences(case)
        if not is_right(answer, right, likely, "one number for each image, shape (n,)"):
            raise Mistake(
                "Not ½ Σ_d (μ_d² + σ_d² − 1 − log σ_d²): what is given are μ and log σ, and the "
                "sum runs over the latents, axis=1."
            )
    far = _Encoded(np.array([[3.0]]), np.array([[-30.0]]))
    if not is_right(numbers(ask(student, far)), _divergence(far), {}, "one number"):
        raise Mistake(
            "Right for usual values, but not where σ = e⁻³⁰: take log σ² as 2 log σ, which is "
            "given. A small number added to σ², or a bound below it, shows here."
        )
    return "This is the second term of the ELBO, exact: nothing about it need be sampled."


def _terms(case: _Encoded) -> np.ndarray:
    return 0.5 * (case.means**2 + np.exp(2 * case.log_sds) - 1) - case.log_sds


def _divergence(case: _Encoded) -> np.ndarray:
    return _terms(case).sum(axis=1)


def _other_divergences(case: _Encoded) -> dict[str, np.ndarray]:
    means, log_sds = case
    variance, right = np.exp(2 * log_sds), _divergence(case)
    other = (0.5 * ((1 + means**2) / variance - 1) + log_sds).sum(axis=1)
    return {
        "The sign is reversed: a divergence is never negative; the ELBO subtracts it.": -right,
        "The factor ½ is missing.": 2 * right,
        "You have taken log σ for log σ²: σ² is exp(2 · log_sds).": (
            0.5 * (means**2 + np.exp(log_sds) - 1 - log_sds)
        ).sum(axis=1),
        "σ stands where σ² belongs: square it, exp(2 · log_sds).": (
            0.5 * (means**2 + np.exp(log_sds) - 1) - log_sds
        ).sum(axis=1),
        "The logarithm is that of σ: log σ² is twice as much.": (
            0.5 * (means**2 + variance - 1 - log_sds)
        ).sum(axis=1),
        "log_sds has been taken for σ itself: σ = exp(log_sds).": (
            0.5 * (means**2 + log_sds**2 - 1 - np.log(log_sds**2))
        ).sum(axis=1),
        "The means are not squared.": (0.5 * (means + variance - 1) - log_sds).sum(axis=1),
        "The −1 is missing: at μ = 0, σ = 1 the divergence must be 0.": (
            (_terms(case) + 0.5).sum(axis=1)
        ),
        "The sign of the logarithm is reversed: at a tiny σ the divergence is large.": (
            (_terms(case) + 2 * log_sds).sum(axis=1)
        ),
        "This is the other direction, D_KL(N(0, I) ‖ q): q comes first.": other,
        "You have averaged over the latents: they are independent, so divergences add.": (
            _terms(case).mean(axis=1)
        ),
        "These are the divergences of single latents: add them up, axis=1.": _terms(case),
        "You have added up the images: the sum runs over the latents, axis=1.": (
            _terms(case).sum(axis=0)
        ),
        "This is one number: return the divergence of each image.": _terms(case).sum(),
        "This is one number, the mean: return the divergence of each image.": right.mean(),
    }
