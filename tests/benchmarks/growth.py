"""t-SNE from 1,000 to 70,000 points of MNIST: seconds, memory and quality as the number grows.

``python -m tests.benchmarks.growth measure FILE [N …]`` runs each side that is installed in a
process of its own, twice: the first run compiles. It writes JSON with the machine's name;
``… growth draw FILE PICTURE`` draws both against N, log-log, and prints the exponents;
``… growth table FILE`` prints the table. It needs the full data (``LECTURE11_DATA``). The KL is
that of the same affinities for all: of the 3 · 30 nearest neighbours, as ours finds them (nearly
all beyond 20,000 points, which favours ours a little), its Z over all pairs.

Peers: openTSNE and scikit-learn-intelex, from the extra ``bench``.
"""

import importlib.util
import json
import os
import platform
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from sklearn.neighbors import NearestNeighbors

from lecture11.datasets import mnist
from lecture11.embedding import fit_pca, fit_tsne, pca_map
from lecture11.embedding.neighbours.attraction import attraction, many_affinities
from lecture11.embedding.neighbours.repulsion import repulsion
from lecture11.iteration import FAST_MATH

SIZES = (1000, 2000, 5000, 10_000, 20_000, 40_000, 70_000)
ITERATIONS = 1000
PEERS = {"lecture11": "lecture11", "openTSNE": "openTSNE", "scikit-learn-intelex": "sklearnex"}


def data(points: int) -> tuple[np.ndarray, np.ndarray]:
    """The first images of MNIST in 50 principal components, and their labels."""
    parts = [mnist("train"), mnist("test")]
    images = np.concatenate([part.images for part in parts]).reshape(70_000, -1)[:points]
    labels = np.concatenate([part.labels for part in parts])[:points]
    return np.asarray(fit_pca(images / np.float32(255), 50).points), labels


def fit(side: str, x: np.ndarray) -> tuple[np.ndarray, list[tuple[float, float]]]:
    """The map of 1,000 iterations; of ours, seconds and KL on the way."""
    start, began, trace = np.asarray(pca_map(x)), time.perf_counter(), []
    if side == "lecture11":
        run = fit_tsne(
            x, start=start, frames=(ITERATIONS,),
            on_chunk=lambda steps, total, info: trace.append(
                (time.perf_counter() - began, float(info.loss))
            ),
        )  # fmt: skip
        return np.asarray(run.state.points), trace
    if side == "openTSNE":
        import openTSNE

        peer = openTSNE.TSNE(initialization=start.astype(float), n_jobs=-1, random_state=0)
        return np.asarray(peer.fit(x)), trace
    from sklearnex.manifold import TSNE

    peer = TSNE(init=start.astype(np.float32), max_iter=ITERATIONS, n_jobs=-1)
    return np.asarray(peer.fit_transform(x.astype(np.float32))), trace


def divergence(x: np.ndarray, points: np.ndarray) -> float:
    """KL(P ‖ Q), its Z over all pairs."""

    def loss(points: Any, affinities: Any) -> Any:
        _, energy = attraction(points, affinities, student=True)
        return affinities.negentropy + energy + repulsion(points, student=True, joint=True)[1]

    affinities, _ = many_affinities(jnp.asarray(x), perplexity=30.0, joint=True)
    compiled = jax.jit(loss, compiler_options=FAST_MATH)
    return float(compiled(jnp.asarray(points, jnp.float32), affinities))


def one_side(side: str, points: int) -> dict[str, Any]:
    """In a process of its own: a cold run and a warm one, then what the map is worth."""
    x, labels = data(points)
    Path("/proc/self/clear_refs").write_text("5")  # the peak from here on: not that of the PCA
    seconds = []
    for _ in range(2):
        began = time.perf_counter()
        found, trace = fit(side, x)
        seconds.append(time.perf_counter() - began)
    status = Path("/proc/self/status").read_text()
    nearest = NearestNeighbors(n_neighbors=2).fit(found).kneighbors(return_distance=False)[:, 0]
    return {
        "side": side, "points": points, "cold": seconds[0], "warm": seconds[1], "trace": trace,
        "megabytes": int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) // 1024,
        "kl": divergence(x, found), "error": float((labels[nearest] != labels).mean()),
        "load": os.getloadavg()[0],
    }  # fmt: skip


def processor() -> str:
    """Its name, where the system tells."""
    names = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return f"{names[0] if names else platform.processor()}, {os.cpu_count()} cores"


def measure(file: Path, sizes: list[int]) -> None:
    """Run everybody who is installed, and write what came out after each run."""
    report: dict[str, Any] = {
        "machine": processor(), "date": datetime.now(UTC).date().isoformat(), "runs": [],
    }  # fmt: skip
    for points in sizes:
        for side, module in PEERS.items():
            if not importlib.util.find_spec(module):
                print(f"{side} is not installed: left out")
                continue
            command = [sys.executable, "-m", __spec__.name, "one", side, str(points)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            report["runs"].append(json.loads(done.stdout.splitlines()[-1]))
            file.write_text(json.dumps(report, indent=1) + "\n")


def table(file: Path) -> None:
    """Print what was measured, and how long ours takes to each peer's KL."""
    report = json.loads(file.read_text())
    print(f"{report['machine']}, {report['date']}")
    print(
        f"{'':22}{'N':>8}{'cold s':>9}{'warm s':>9}{'KL':>8}{'1-NN %':>8}{'MB':>7}  ours to KL, s"
    )
    for run in report["runs"]:
        ours = next(
            other for other in report["runs"]
            if other["side"] == "lecture11" and other["points"] == run["points"]
        )  # fmt: skip
        there = [seconds for seconds, loss in ours["trace"] if loss <= run["kl"]]
        print(
            f"{run['side']:22}{run['points']:8,}{run['cold']:9.1f}{run['warm']:9.1f}{run['kl']:8.3f}"
            f"{100 * run['error']:8.1f}{run['megabytes']:7}  {there[0] if there else np.inf:.1f}"
        )


def draw(file: Path, picture: Path) -> None:
    """Seconds and memory against N, log-log; prints the exponent of each line."""
    report = json.loads(file.read_text())
    figure, panels = plt.subplots(1, 2, figsize=(9, 4), layout="constrained")
    for side, marker in zip(PEERS, "o^s", strict=True):
        runs = [run for run in report["runs"] if run["side"] == side]
        sizes = np.array([run["points"] for run in runs])
        for panel, field, unit in zip(panels, ("warm", "megabytes"), ("s", "MB"), strict=True):
            values = np.array([run[field] for run in runs])
            panel.loglog(sizes, values, marker=marker, label=side)
            panel.set(xlabel="points", ylabel=f"{field}, {unit}")
            if len(runs) > 1:
                exponent = np.polyfit(np.log(sizes), np.log(values), 1)[0]
                print(f"{side}: {field} grows as N^{exponent:.2f}")
    panels[0].legend()
    figure.suptitle(f"t-SNE of MNIST, {ITERATIONS} iterations; {report['machine']}")
    figure.savefig(picture)


if __name__ == "__main__":
    task, *rest = sys.argv[1:]
    if task == "one":
        print(json.dumps(one_side(rest[0], int(rest[1]))))
    elif task == "measure":
        measure(Path(rest[0]), [int(size) for size in rest[1:]] or list(SIZES))
    elif task == "table":
        table(Path(rest[0]))
    else:
        draw(Path(rest[0]), Path(rest[1]))
