"""EM for Gaussian mixtures beside scikit-learn: same start, same number of cycles, same cores.

``python -m tests.benchmarks.gaussian_mixture [float64]`` prints the table; peak memory is that of a
process of its own for each side.
"""

import functools
import os
import re
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import jax
import numpy as np
from sklearn.mixture import GaussianMixture as Peer

from lecture11.datasets import old_faithful
from lecture11.iteration import advance
from lecture11.latent import (
    GaussianMixture,
    GaussianMixtureParameters,
    fit_em_restarts,
    random_starts,
)
from lecture11.latent.em import Problem, em_cycle
from tests.benchmarks.timing import interleaved, spread

CYCLES = 10
RESTARTS, RESTART_CYCLES = 256, 100
SIZES = {"large": (1_000_000, 2, 5), "wide": (100_000, 20, 10)}


class Given(NamedTuple):
    """Data and a start."""

    data: np.ndarray
    start: GaussianMixtureParameters


def problem(points: int, dims: int, components: int) -> Given:
    """Overlapping clusters of unequal shape, and a start that is not the truth."""
    rng = np.random.default_rng(0)
    centres = 2 * rng.normal(size=(components, dims))
    factors = 0.5 * rng.normal(size=(components, dims, dims))
    z = rng.integers(0, components, size=points)
    data = np.empty((points, dims))
    for k in range(components):
        data[z == k] = centres[k] + rng.normal(size=((z == k).sum(), dims)) @ factors[k]
    means = data[rng.choice(points, components, replace=False)]
    return Given(data, _start(means, np.cov(data.T)))


def geyser() -> Given:
    """Old Faithful, standardised, from the start of Bishop's figure."""
    x = old_faithful().observations
    means = np.array([[-1.5, 1.0], [1.5, -1.0]])
    return Given((x - x.mean(axis=0)) / x.std(axis=0), _start(means, np.eye(2)))


def _start(means: np.ndarray, covariance: np.ndarray) -> GaussianMixtureParameters:
    components = len(means)
    return GaussianMixtureParameters(
        np.full(components, 1 / components), means, np.stack([covariance] * components)
    )


def ours(data: np.ndarray, start: GaussianMixtureParameters, cycles: int) -> Callable[[], object]:
    """A call that runs so many cycles, data already on the device."""
    model = GaussianMixture()
    params, x = model.check(start, data)
    return lambda: jax.block_until_ready(
        advance(
            em_cycle, params, Problem(model, x), [cycles], compiler_options=model.compiler_options
        )
    )


def theirs(data: np.ndarray, start: GaussianMixtureParameters, cycles: int) -> Callable[[], Peer]:
    """The same by scikit-learn, always in float64, where it is faster."""
    peer = functools.partial(
        Peer, len(start.weights), tol=0, max_iter=cycles, reg_covar=0, weights_init=start.weights,
        means_init=start.means, precisions_init=np.linalg.inv(start.covariances),
    )  # fmt: skip
    return lambda: peer().fit(data)


def compare(name: str, given: Given, cycles: int, rounds: int) -> None:
    """Print a row: per cycle, the difference of a long and a short run, free of set-up."""
    began = time.perf_counter()
    ours(*given, 1)()
    compiled = time.perf_counter() - began
    calls = {
        f"{side.__name__} {n}": side(*given, n) for side in (ours, theirs) for n in (1, cycles)
    }
    seconds = interleaved(calls, rounds)
    per_cycle = {
        side: [
            (long - short) / (cycles - 1)
            for long, short in zip(seconds[f"{side} {cycles}"], seconds[f"{side} 1"], strict=True)
        ]
        for side in ("ours", "theirs")
    }
    ratio = statistics.median(per_cycle["theirs"]) / statistics.median(per_cycle["ours"])
    print(
        f"{name:34} {spread(per_cycle['ours'], 1e-3)} ms {spread(per_cycle['theirs'], 1e-3)} ms "
        f"{ratio:7.1f} ×   compile {compiled:.1f} s",
        flush=True,
    )


def compare_restarts(rounds: int) -> None:
    """Print a row: many restarts at once by vmap, beside scikit-learn's one after the other."""
    data, _ = geyser()
    starts = random_starts(data, 2, RESTARTS, key=jax.random.key(0))
    some = [GaussianMixtureParameters(*(np.asarray(f[i]) for f in starts)) for i in range(8)]
    model = GaussianMixture()
    seconds = interleaved(
        {
            "ours": lambda: jax.block_until_ready(
                fit_em_restarts(model, starts, data, cycles=RESTART_CYCLES)
            ),
            "theirs": lambda: [theirs(data, start, RESTART_CYCLES)() for start in some],
        },
        rounds,
    )
    each = {
        "ours": [s / RESTARTS for s in seconds["ours"]],
        "theirs": [s / 8 for s in seconds["theirs"]],
    }
    ratio = statistics.median(each["theirs"]) / statistics.median(each["ours"])
    print(
        f"{f'Old Faithful, {RESTARTS} restarts, each':34} {spread(each['ours'], 1e-3)} ms "
        f"{spread(each['theirs'], 1e-3)} ms {ratio:7.1f} ×",
        flush=True,
    )


def peak_memory(side: str, size: str, precision: str) -> float:
    """Megabytes at the most of a process that makes the data and runs one side."""
    command = [sys.executable, "-m", __spec__.name, precision, "peak", side, size]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout)


def main(precision: str = "float32") -> None:
    """Print the table for one precision."""
    jax.config.update("jax_enable_x64", precision == "float64")
    print(f"\nEM for a Gaussian mixture, per cycle, {precision}, {os.cpu_count()} cores")
    print(f"{'':34} {'lecture11, median (range)':29} {'scikit-learn':30} ratio")
    for size in SIZES:
        points, dims, components = SIZES[size]
        name = f"N = {points:,}, D = {dims}, K = {components}"
        compare(name, problem(*SIZES[size]), CYCLES, rounds=5)
    compare("Old Faithful, N = 272, D = 2, K = 2", geyser(), 1000, rounds=7)
    compare_restarts(rounds=5)
    for size in SIZES if Path("/proc/self/status").exists() else ():
        ours_, theirs_ = (peak_memory(side, size, precision) for side in ("ours", "theirs"))
        print(f"peak memory, {size}: lecture11 {ours_:.0f} MB, scikit-learn {theirs_:.0f} MB")


def report_peak(precision: str, side: str, size: str) -> None:
    """In a process of its own: run one side and print the peak of its memory, in megabytes."""
    jax.config.update("jax_enable_x64", precision == "float64")
    {"ours": ours, "theirs": theirs}[side](*problem(*SIZES[size]), CYCLES)()
    status = Path("/proc/self/status").read_text()  # getrusage would count the parent's memory too
    print(int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) / 1024)


if __name__ == "__main__":
    warnings.filterwarnings("ignore", module="sklearn")  # "did not converge": cycles as asked
    if "peak" in sys.argv:
        report_peak(sys.argv[1], *sys.argv[3:])
    else:
        main(*sys.argv[1:])
