"""t-SNE beside scikit-learn and openTSNE, SMACOF beside scikit-learn: same data, start, iterations.

``python -m tests.benchmarks.embedding [float64]`` prints the tables. Everybody gets the points and
the start, and finds neighbours and affinities anew; ours is compiled before, and how long that took
is said below the table. KL is of the dense exact P, in float64, for all. Peak memory is that of a
process of its own for each side. The full data (``LECTURE11_DATA``) add MNIST.
"""

import importlib.util
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
from sklearn.datasets import load_digits
from sklearn.manifold import TSNE, trustworthiness
from sklearn.manifold import smacof as peer_smacof

from lecture11.datasets import mnist
from lecture11.embedding import (
    FAST,
    REPRODUCIBLE,
    USUAL,
    Settings,
    fit_mds,
    fit_pca,
    fit_tsne,
    joint_affinities,
    nearest_neighbour_error,
    pairwise_distances,
    pca_map,
    raw_stress,
)
from tests.benchmarks.timing import interleaved, spread

ITERATIONS = 1000
SMACOF_ITERATIONS = 100
EXACT = "scikit-learn, exact"
ROW = "{:38} {:>30} {:>8} {:>7} {:>6} {:>6} {:>7}"


class Problem(NamedTuple):
    """Points, what they show, and a start that everybody gets."""

    x: np.ndarray
    labels: np.ndarray
    perplexity: float
    start: np.ndarray


def digits() -> Problem:
    """scikit-learn's 1,797 digits."""
    x, labels = load_digits(return_X_y=True)
    return _problem(x / 16, labels, 30.0)


def mnist_digits() -> Problem:
    """The first 6,000 of MNIST's test images in 30 principal components."""
    images, labels = (field[:6000] for field in mnist("test"))
    return _problem(np.asarray(fit_pca(images.reshape(6000, -1) / 255, 30).points), labels, 40.0)


def _problem(x: np.ndarray, labels: np.ndarray, perplexity: float) -> Problem:
    return Problem(x, labels, perplexity, np.asarray(pca_map(x)))


PROBLEMS = {"digits": digits, "MNIST": mnist_digits}


def ours(problem: Problem, settings: Settings) -> np.ndarray:
    """The map of one run from points to end."""
    run = fit_tsne(
        problem.x, perplexity=problem.perplexity, start=problem.start, settings=settings,
        frames=(ITERATIONS,), chunk=ITERATIONS,
    )  # fmt: skip
    return np.asarray(run.state.points)


def sklearn(problem: Problem, matched: bool, method: str = "barnes_hut") -> np.ndarray:
    """scikit-learn's with all cores: at its defaults, or at our learning rate and exaggeration."""
    same: dict = {"learning_rate": len(problem.x) / 12, "early_exaggeration": USUAL.exaggeration}
    peer = TSNE(
        perplexity=problem.perplexity, init=problem.start.astype(np.float32),
        max_iter=ITERATIONS, n_iter_without_progress=ITERATIONS, min_grad_norm=0, method=method,
        n_jobs=-1, **(same if matched else {}),
    )  # fmt: skip
    return peer.fit_transform(problem.x.astype(np.float32))


def opentsne(problem: Problem, matched: bool) -> np.ndarray:
    """openTSNE's with all cores: at its defaults, or at our learning rate and schedule."""
    import openTSNE

    same: dict = {
        "learning_rate": 4 * len(problem.x) / 12,
        "early_exaggeration": USUAL.exaggeration,
        "initial_momentum": USUAL.early_momentum,
        "final_momentum": USUAL.momentum,
    }
    peer = openTSNE.TSNE(
        perplexity=problem.perplexity, initialization=problem.start.astype(float), n_jobs=-1,
        early_exaggeration_iter=250, n_iter=ITERATIONS - 250, random_state=0,
        **(same if matched else {}),
    )  # fmt: skip
    return np.asarray(peer.fit(problem.x))


def rivals(problem: Problem) -> dict[str, Callable[[], np.ndarray]]:
    """Everybody who is installed; but the exact method, which takes minutes."""
    everybody = {
        "lecture11, usual": lambda: ours(problem, USUAL),
        "lecture11, fast": lambda: ours(problem, FAST),
        "lecture11, reproducible": lambda: ours(problem, REPRODUCIBLE),
        "scikit-learn, its defaults": lambda: sklearn(problem, matched=False),
        "scikit-learn, our settings": lambda: sklearn(problem, matched=True),
    }
    if importlib.util.find_spec("openTSNE"):
        everybody["openTSNE, its defaults"] = lambda: opentsne(problem, matched=False)
        everybody["openTSNE, our settings"] = lambda: opentsne(problem, matched=True)
    return everybody


def dense_kl(points: np.ndarray, p: np.ndarray) -> float:
    """KL(P ‖ Q) in float64, some rows at a time."""
    points, p = points.astype(float), p.astype(float) / p.sum(dtype=float)
    total, cost = -float(len(points)), 0.0
    for begin in range(0, len(points), 500):
        rows = p[begin : begin + 500]
        squares = ((points[begin : begin + 500, None] - points) ** 2).sum(axis=2)
        total += (1 / (1 + squares)).sum()
        cost += (rows * (np.log(np.where(rows > 0, rows, 1)) + np.log1p(squares))).sum()
    return cost + float(np.log(total))


def quality(problem: Problem, points: np.ndarray, p: np.ndarray) -> tuple[str, str, str]:
    """KL, 1-NN error in per cent, trustworthiness at 12."""
    error = 100 * nearest_neighbour_error(points, problem.labels)
    trust = trustworthiness(problem.x, points, n_neighbors=12)
    return f"{dense_kl(points, p):.3f}", f"{error:.1f}", f"{trust:.3f}"


def compare(name: str, rounds: int, exact: bool, precision: str) -> None:
    """Print the table for one data set."""
    problem = PROBLEMS[name]()
    p = np.asarray(joint_affinities(problem.x, perplexity=problem.perplexity))
    began = time.perf_counter()
    ours(problem, USUAL)
    cold = time.perf_counter() - began
    calls, maps = rivals(problem), {}

    def kept(side: str) -> Callable[[], None]:
        return lambda: maps.__setitem__(side, calls[side]())

    seconds = interleaved({side: kept(side) for side in calls}, rounds)
    if exact:
        began = time.perf_counter()
        maps[EXACT] = sklearn(problem, matched=False, method="exact")
        seconds[EXACT] = [time.perf_counter() - began]
    fastest = statistics.median(seconds["lecture11, usual"])
    print(f"\nt-SNE of {name}, N = {len(problem.x):,}, {ITERATIONS} iterations, {precision}")
    print(ROW.format("", "seconds, median (range)", "ratio", "KL", "1-NN %", "trust", "MB"))
    for side, times in seconds.items():
        ratio = f"{statistics.median(times) / fastest:.2f} ×"
        memory = peak_memory(side, name, precision)
        print(ROW.format(side, spread(times, 1), ratio, *quality(problem, maps[side], p), memory))
    print(f"compiling took {cold - fastest:.1f} s of the first run's {cold:.1f} s", flush=True)


def compare_smacof(rounds: int) -> None:
    """Print a row: SMACOF on the digits from a start that is not the solution."""
    problem = digits()
    distances = np.asarray(pairwise_distances(problem.x), float)
    start = np.random.default_rng(0).normal(size=(len(distances), 2))

    def ours_() -> np.ndarray:
        run = fit_mds(distances, start=start, frames=(SMACOF_ITERATIONS,), chunk=SMACOF_ITERATIONS)
        return np.asarray(run.state.points)

    def theirs() -> np.ndarray:
        return peer_smacof(
            distances, n_components=2, init=start, n_init=1, max_iter=SMACOF_ITERATIONS, eps=0,
            normalized_stress=False,
        )[0]  # fmt: skip

    stresses = [
        float(raw_stress(jax.numpy.asarray(side(), float), jax.numpy.asarray(distances)))
        for side in (ours_, theirs)
    ]
    seconds = interleaved({"ours": ours_, "theirs": theirs}, rounds)
    ratio = statistics.median(seconds["theirs"]) / statistics.median(seconds["ours"])
    print(f"\nSMACOF of digits, N = {len(distances):,}, {SMACOF_ITERATIONS} iterations")
    print(
        f"lecture11 {spread(seconds['ours'], 1)} s, stress {stresses[0]:.6g}; scikit-learn "
        f"{spread(seconds['theirs'], 1)} s, stress {stresses[1]:.6g}; {ratio:.1f} ×",
        flush=True,
    )


def peak_memory(side: str, name: str, precision: str) -> str:
    """Megabytes at the most of a process that makes the data and runs one side."""
    if side == EXACT or not Path("/proc/self/status").exists():
        return "–"
    command = [sys.executable, "-m", __spec__.name, precision, "peak", side, name]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout.split()[-1]


def report_peak(side: str, name: str) -> None:
    """In a process of its own: run one side and print the peak of its memory, in megabytes."""
    rivals(PROBLEMS[name]())[side]()
    status = Path("/proc/self/status").read_text()  # getrusage would count the parent's memory too
    print(int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) // 1024)


def main(precision: str = "float32") -> None:
    """Print the tables for one precision."""
    print(f"\nEmbeddings, {precision}, {os.cpu_count()} cores")
    compare_smacof(rounds=7)
    compare("digits", rounds=3, exact=precision == "float32", precision=precision)
    if os.environ.get("LECTURE11_DATA"):
        compare("MNIST", rounds=1, exact=False, precision=precision)


if __name__ == "__main__":
    warnings.filterwarnings("ignore", module="sklearn")
    jax.config.update("jax_enable_x64", "float64" in sys.argv)
    if "peak" in sys.argv:
        report_peak(*sys.argv[3:])
    else:
        main(*sys.argv[1:])
