"""Rows of neighbours shared out over several devices, simulated by one processor."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

ON_FOUR_DEVICES = """
import jax, jax.numpy as jnp, numpy as np
from jax.sharding import AxisType, NamedSharding, PartitionSpec
from lecture11.embedding import USUAL, pca_map
from lecture11.embedding.neighbours.attraction import many_affinities
from lecture11.embedding.neighbours.descent import DescentData, DescentStep, start_state
from lecture11.embedding.neighbours.grid import grid_over
from lecture11.embedding.neighbours.losses import GridAffinities, GridLoss
from lecture11.iteration import advance

x = np.random.default_rng(0).normal(size=(800, 10)).astype("float32")
x[:400] += 4
affinities, _ = many_affinities(jnp.asarray(x), perplexity=20.0, joint=True)
start = start_state(1e4 * pca_map(x))
settings = jax.tree.map(jnp.float32, USUAL._replace(rate=800 / 12, early_rate=800 / 12))
mesh = jax.make_mesh((4,), ("rows",), axis_types=(AxisType.Auto,))
rows, everywhere = (NamedSharding(mesh, PartitionSpec(*axis)) for axis in (("rows",), ()))
losses = []
for place in (None, rows):
    data = DescentData(GridAffinities(affinities, grid_over(start.points, 1e-2)), settings)
    state = start
    if place is not None:
        edges = jax.device_put(affinities.pairs, place)
        sizes = [shard.data.nbytes for shard in edges.columns.addressable_shards]
        assert sizes == 4 * [edges.columns.nbytes // 4]
        state, data = jax.device_put((start, data), everywhere)
        of_rows = data.affinities._replace(neighbours=affinities._replace(
            pairs=edges, negentropy=jax.device_put(affinities.negentropy, everywhere)))
        data = data._replace(affinities=of_rows)
    _, _, info = advance(DescentStep(GridLoss()), state, data, [20])
    losses.append(float(info.loss[0]))
print(*losses)
assert abs(losses[1] / losses[0] - 1) < 1e-3
"""


@pytest.mark.slow
def test_four_devices_come_to_the_same_loss_with_a_quarter_of_the_rows_each():
    environment = os.environ | {
        "XLA_FLAGS": "--xla_force_host_platform_device_count=4",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", ON_FOUR_DEVICES], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
