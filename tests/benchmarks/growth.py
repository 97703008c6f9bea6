"""t-SNE beside other programs, from 1,000 to 70,000 points: seconds, quality and memory.

``python -m tests.benchmarks.growth measure FILE [rounds=R] [N …] [SIDE …]`` runs each side that is
installed R times, in turn, each time in a process of its own, and adds what it finds to FILE: JSON
with the machine's name. ``… growth table FILE`` prints it, and ``… growth draw FILE PICTURE`` draws
seconds and memory against N, log-log, and prints the exponents. All but N = 1,797, scikit-learn's
digits, are the first images of MNIST in 50 principal components, of the full data
(``LECTURE11_DATA``).

All get the same points, in float32, and the same start; perplexity is 30, and 1,000 iterations are
made, else everybody's defaults hold. "Our settings" are the rate N / 12 and the exaggeration of
:data:`~lecture11.embedding.USUAL`. Ours runs twice in its process, as the first run compiles; peers
are warmed up by 1,000 points. sgtsnepi takes the graph of the neighbours and their affinities: what
finding those takes is not in its seconds.

The KL is that of the same affinities for all: of the 3 · 30 nearest neighbours, as ours finds them
(98 % of them beyond 20,000 points, which favours ours a little), its Z over all pairs.
Trustworthiness is over a thousand points against all others.
"""

import importlib.metadata
import importlib.util
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import NullFormatter, NullLocator
from scipy.sparse import coo_array
from sklearn.datasets import load_digits

from lecture11.datasets import mnist
from lecture11.embedding import REPRODUCIBLE, USUAL, Settings, fit_pca, fit_tsne, pca_map
from lecture11.embedding.neighbours.attraction import attraction, many_affinities
from lecture11.embedding.neighbours.repulsion import repulsion
from lecture11.iteration import FAST_MATH
from lecture11.studies.stored import MACHINE, Result
from lecture11.studies.whole_mnist import nearest_error, trust

RESULT = Result(
    "growth.json",
    "t-SNE of 1,000 to 70,000 points by five programs: seconds, KL and memory of each run",
    "python -m tests.benchmarks.growth measure FILE",
    "2026-11-27",
    MACHINE,
    "52a8adcd5baee20e3c881bfbf5009054ce50e8ca9e090fd83310b549de038342",
)
"""The file in ``results/``, that README.md of :mod:`lecture11.embedding.neighbours` quotes."""
DIGITS = 1797
QUOTED = (DIGITS, 6000, 10_000, 70_000)
"""Where all sides are measured; elsewhere only everybody's defaults."""
SIZES = (1000, DIGITS, 2000, 6000, 10_000, 20_000, 40_000, 70_000)
ITERATIONS = 1000
PROGRAMS = {
    "lecture11": "lecture11",
    "openTSNE": "openTSNE",
    "scikit-learn-intelex": "sklearnex",
    "manifolds-rs": "manifolds_rs",
    "sgtsnepi": "sgtsnepi",
}
"""Each with the module that it is."""
MATCHED = ", our settings"
VARIANTS = ("lecture11, reproducible", *(f"{peer}{MATCHED}" for peer in [*PROGRAMS][1:]))
MOST = {"sgtsnepi": 10_000}
"""Points beyond which a program takes longer than it is worth here."""

Report = dict[str, Any]


def data(points: int) -> tuple[np.ndarray, np.ndarray]:
    """The points, and what they show."""
    if points == DIGITS:
        images, labels = load_digits(return_X_y=True)
        return np.asarray(images / 16, np.float32), labels
    parts = [mnist("train"), mnist("test")]
    images = np.concatenate([part.images for part in parts]).reshape(70_000, -1)[:points]
    labels = np.concatenate([part.labels for part in parts])[:points]
    return np.asarray(fit_pca(images / np.float32(255), 50).points), labels


def ours(x: np.ndarray, settings: Settings | None) -> tuple[np.ndarray, list[tuple[float, float]]]:
    """The map of 1,000 iterations; seconds and KL on the way."""
    start, began, trace = np.asarray(pca_map(x)), time.perf_counter(), []
    run = fit_tsne(
        x, start=start, settings=settings, frames=(ITERATIONS,), chunk=25,
        on_chunk=lambda steps, total, info: trace.append(
            (round(time.perf_counter() - began, 3), round(float(info.loss), 4))
        ),
    )  # fmt: skip
    return np.asarray(run.state.points), trace


def theirs(program: str, x: np.ndarray, matched: bool) -> Callable[[], np.ndarray]:
    """What makes a peer's map."""
    start, rate, alpha = np.asarray(pca_map(x)), len(x) / 12, USUAL.exaggeration
    same: dict[str, Any] = {"learning_rate": rate, "early_exaggeration": alpha}
    if program == "sgtsnepi":
        from sgtsnepi import sgtsnepi

        graph, same = _graph(x), {"eta": rate, "alpha": int(alpha)} if matched else {}
        return lambda: sgtsnepi(graph, y0=start.T, max_iter=ITERATIONS, silent=True, **same).T
    if program == "openTSNE":
        import openTSNE

        same["learning_rate"] *= 4  # its gradient lacks our factor 4
        peer = openTSNE.TSNE(
            initialization=start.astype(float), n_jobs=-1, random_state=0, n_iter=ITERATIONS - 250,
            **(same if matched else {}),
        )  # fmt: skip
        return lambda: np.asarray(peer.fit(x))
    if program == "manifolds-rs":
        from manifolds_rs import TSNE
        from manifolds_rs._params import TsneOptim

        same = {"learning_rate": rate, "optim_params": TsneOptim(early_exag_factor=alpha)}
        peer = TSNE(approx="fft_3k", n_epochs=ITERATIONS, **(same if matched else {}))
    else:
        from sklearnex.manifold import TSNE

        peer = TSNE(
            init=start.astype(np.float32), max_iter=ITERATIONS, n_jobs=-1,
            **(same if matched else {}),
        )  # fmt: skip
    return lambda: np.asarray(peer.fit_transform(x.astype(np.float32)))


def _graph(x: np.ndarray) -> Any:
    """P_ij between neighbours, as a sparse matrix."""
    edges = many_affinities(jnp.asarray(x), perplexity=30.0, joint=True)[0].pairs
    rows = np.broadcast_to(np.asarray(edges.rows)[:, None], edges.columns.shape)
    places = rows.ravel(), np.asarray(edges.columns).ravel()
    graph = coo_array((np.asarray(edges.strengths).ravel().astype(float), places), 2 * [len(x)])
    graph = graph.tocsc()
    graph.eliminate_zeros()
    return graph


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
    program, matched = side.split(",")[0], side.endswith(MATCHED)
    Path("/proc/self/clear_refs").write_text("5")  # the peak from here on: not that of the PCA
    seconds, load = [], round(os.getloadavg()[0], 2)
    trace: list[tuple[float, float]] = []
    if program == "lecture11":
        call: Callable[[], Any] = partial(ours, x, None if side == program else REPRODUCIBLE)
    else:
        theirs(program, x[:1000], matched)()  # what they compile
        call = theirs(program, x, matched)
    for _ in range(2 if program == "lecture11" else 1):
        began = time.perf_counter()
        found = call()
        seconds.append(round(time.perf_counter() - began, 3))
        if program == "lecture11":
            found, trace = found
    status = Path("/proc/self/status").read_text()
    return {
        "side": side, "points": points, "cold": seconds[0], "warm": seconds[-1], "trace": trace,
        "megabytes": int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) // 1024,
        "kl": round(divergence(x, found), 4), "error": round(nearest_error(found, labels), 5),
        "trust": round(trust(x, found), 5), "load": load,
    }  # fmt: skip


def processor() -> str:
    """Its name, where the system tells."""
    names = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return f"{names[0] if names else platform.processor()}, {os.cpu_count()} cores"


def measure(file: Path, rounds: int, sizes: list[int], sides: list[str]) -> None:
    """Run everybody who is installed, and add what came out after each run."""
    report: Report = {"builder": RESULT.builder, "runs": []}
    if file.exists():
        report = json.loads(file.read_text())
    here = {side for side in sides if importlib.util.find_spec(PROGRAMS[side.split(",")[0]])}
    for side in sides:
        if side not in here:
            print(f"{side} is not installed: left out")
    programs = {side.split(",")[0] for side in here}
    report |= {
        "machine": processor(),
        "date": datetime.now(UTC).date().isoformat(),
        "versions": report.get("versions", {})
        | {name: importlib.metadata.version(name) for name in (*programs, "jax", "jaxlib")},
    }
    for points in sizes:
        for side in rounds * [side for side in sides if side in here]:
            if points > MOST.get(side.split(",")[0], points):
                continue
            command = [sys.executable, "-m", __spec__.name, "one", side, str(points)]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            report["runs"].append(json.loads(done.stdout.splitlines()[-1]))
            file.write_text(json.dumps(report) + "\n")


def grouped(report: Report) -> dict[tuple[int, str], list[dict[str, Any]]]:
    """All rounds of each number of points and side, in the table's order."""
    groups = defaultdict(list)
    sides = [*PROGRAMS, *VARIANTS]
    for run in sorted(report["runs"], key=lambda run: (run["points"], sides.index(run["side"]))):
        groups[run["points"], run["side"]].append(run)
    return groups


def middle(runs: list[dict[str, Any]], field: str) -> float:
    """The median of the rounds."""
    return statistics.median(run[field] for run in runs)


def seconds_to(runs: list[dict[str, Any]], loss: float) -> list[float]:
    """What each of our warm runs takes to come as low; all of it where it does not."""
    return [next((at for at, kl in run["trace"] if kl <= loss), run["warm"]) for run in runs]


def table(file: Path) -> None:
    """Print what was measured, and how long ours takes to each peer's KL."""
    report = json.loads(file.read_text())
    groups, versions = grouped(report), report["versions"]
    print(
        f"{report['machine']}, {report['date']}",
        *(f"{k} {v}" for k, v in versions.items()),
        sep=", ",
    )
    print("Medians, with minimum to maximum. Load: of the machine's last minute before, at most.")
    print(
        f"{'':34}{'N':>7}  {'seconds':24}{'cold':>6}  {'KL':>6}{'1-NN %':>8}{'trust':>7}{'MB':>6}"
        f"{'load':>6}   ours to that KL"
    )
    for (points, side), runs in groups.items():
        cold = f"{middle(runs, 'cold'):.1f}" if runs[0]["trace"] else ""
        print(
            f"{side:34}{points:7,}  {_range([run['warm'] for run in runs]):24}{cold:>6}"
            f"  {middle(runs, 'kl'):6.3f}{100 * middle(runs, 'error'):8.1f}"
            f"{middle(runs, 'trust'):7.3f}{middle(runs, 'megabytes'):6.0f}"
            f"{max(run['load'] for run in runs):6.1f}   "
            + _beside(runs, groups.get((points, "lecture11"), []), side)
        )


def _beside(runs: list[dict[str, Any]], ours: list[dict[str, Any]], side: str) -> str:
    """How long ours takes to a peer's KL."""
    if not ours or side == "lecture11":
        return ""
    there = seconds_to(ours, middle(runs, "kl"))
    return f"{_range(there)}: {middle(runs, 'warm') / statistics.median(there):.1f} times as fast"


def _range(seconds: list[float]) -> str:
    """Its median, and from where to where."""
    low, high = min(seconds), max(seconds)
    spread = f" ({low:.2f} to {high:.2f})" if len(seconds) > 1 else ""
    return f"{statistics.median(seconds):.2f}{spread}"


def draw(file: Path, picture: Path) -> None:
    """Seconds and memory against N, log-log; prints the exponent of each line from 10,000 on."""
    report = json.loads(file.read_text())
    groups = {key: runs for key, runs in grouped(report).items() if key[0] != DIGITS}
    figure, panels = plt.subplots(1, 2, figsize=(9, 4.2), layout="constrained")
    for side, marker in zip(PROGRAMS, "o^sDv", strict=True):
        for panel, field in zip(panels, ("warm", "megabytes"), strict=True):
            values = {n: middle(runs, field) for (n, name), runs in groups.items() if name == side}
            panel.loglog(*_line(values), marker=marker, markersize=5, label=side)
            _print_exponent(f"{side}: {field}", values)
    to_peer = {
        n: statistics.median(seconds_to(groups[n, "lecture11"], middle(runs, "kl")))
        for (n, name), runs in groups.items()
        if name == "openTSNE"
    }
    _print_exponent("lecture11: seconds to openTSNE's KL", to_peer)
    panels[0].loglog(
        *_line(to_peer), "C0o--", markersize=5, fillstyle="none",
        label="lecture11, to openTSNE's KL",
    )  # fmt: skip
    for panel, unit in zip(panels, ("seconds", "megabytes at most"), strict=True):
        panel.set(xlabel="points", ylabel=unit)
        panel.grid(alpha=0.3)
        sizes = sorted({n for n, _ in groups})
        panel.set_xticks(sizes, [f"{n:,}" for n in sizes], fontsize=8)
        panel.xaxis.set_minor_locator(NullLocator())
        panel.yaxis.set_major_formatter("{x:,.9g}")
        panel.yaxis.set_minor_formatter(NullFormatter())
    panels[1].set_yticks([300, 500, 1000, 2000])
    panels[0].legend(fontsize=7, loc="upper left", ncols=2)
    panels[0].set_ylim(top=2000)
    figure.suptitle(
        f"t-SNE of MNIST, {ITERATIONS:,} iterations. {report['machine']}, {report['date']}",
        fontsize=10,
    )
    plt.rcParams["svg.hashsalt"] = "growth"
    figure.savefig(picture, metadata={"Date": None})


def _line(values: dict[int, float]) -> tuple[list[int], list[float]]:
    return sorted(values), [values[n] for n in sorted(values)]


def _print_exponent(what: str, values: dict[int, float]) -> None:
    sizes, found = _line({n: value for n, value in values.items() if n >= 10_000})
    if len(sizes) > 1:
        exponent = np.polyfit(np.log(sizes), np.log(found), 1)[0]
        print(f"{what} grows as N^{exponent:.2f} from 10,000 to {sizes[-1]:,}, {len(sizes)} sizes")


def main(task: str, *rest: str) -> None:
    """Do one of the tasks above."""
    if task == "one":
        print(json.dumps(one_side(rest[0], int(rest[1]))))
    elif task == "measure":
        file, *words = rest
        sizes = [int(word) for word in words if word.isdigit()]
        rounds = [int(word.removeprefix("rounds=")) for word in words if "=" in word]
        sides = [word for word in words if not word.isdigit() and "=" not in word]
        for points in sizes or (SIZES if os.environ.get("LECTURE11_DATA") else [DIGITS]):
            everybody = [*PROGRAMS, *(VARIANTS if points in QUOTED else ())]
            measure(Path(file), *rounds or [1], [points], sides or everybody)
    elif task == "table":
        table(Path(rest[0]))
    else:
        draw(Path(rest[0]), Path(rest[1]))


if __name__ == "__main__":
    main(*sys.argv[1:])
