"""SMACOF beside scikit-learn: same distances, start, iterations.

``python -m tests.benchmarks.embedding [float64]`` prints a row. t-SNE is in :mod:`.growth`.
"""

import statistics
import sys
import warnings

import jax
import numpy as np
from sklearn.datasets import load_digits
from sklearn.manifold import smacof as peer_smacof

from lecture11.embedding import fit_mds, pairwise_distances, raw_stress
from tests.benchmarks.timing import interleaved, spread

ITERATIONS = 100
ROUNDS = 7


def main() -> None:
    """On the digits, from a start that is not the solution."""
    distances = np.asarray(pairwise_distances(load_digits().data / 16), float)
    start = np.random.default_rng(0).normal(size=(len(distances), 2))

    def ours() -> np.ndarray:
        run = fit_mds(distances, start=start, frames=(ITERATIONS,), chunk=ITERATIONS)
        return np.asarray(run.state.points)

    def theirs() -> np.ndarray:
        return peer_smacof(
            distances, n_components=2, init=start, n_init=1, max_iter=ITERATIONS, eps=0,
            normalized_stress=False,
        )[0]  # fmt: skip

    stresses = [
        float(raw_stress(jax.numpy.asarray(side(), float), jax.numpy.asarray(distances)))
        for side in (ours, theirs)
    ]
    seconds = interleaved({"ours": ours, "theirs": theirs}, ROUNDS)
    ratio = statistics.median(seconds["theirs"]) / statistics.median(seconds["ours"])
    precision = jax.numpy.zeros(()).dtype
    print(f"\nSMACOF of digits, N = {len(distances):,}, {ITERATIONS} iterations, {precision}")
    print(
        f"lecture11 {spread(seconds['ours'], 1)} s, stress {stresses[0]:.6g}; scikit-learn "
        f"{spread(seconds['theirs'], 1)} s, stress {stresses[1]:.6g}; {ratio:.1f} ×",
        flush=True,
    )


if __name__ == "__main__":
    warnings.filterwarnings("ignore", module="sklearn")
    jax.config.update("jax_enable_x64", "float64" in sys.argv)
    main()
