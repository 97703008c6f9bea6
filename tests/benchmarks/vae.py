"""The variational autoencoder on all of MNIST: how far it gets in 20 epochs, and how fast.

``python -m tests.benchmarks.vae`` trains two networks of 20 latents for 20 epochs on the 60,000
training images, stochastically binarised, and prints the bounds on the 10,000 test images: the
ELBO and, on the same images, the importance-weighted bounds with K = 50 and 500. Then it times
epochs at batch 128, 784–400–20, beside PyTorch's eager Adam on the same cores, in turn. It needs
the full data (``LECTURE11_DATA``), and PyTorch only for the second part. It runs on a GPU
unchanged: JAX takes one where it finds it, and so does the PyTorch side.

``python -m tests.benchmarks.vae bounds`` or ``… speed`` runs one part.
"""

import importlib.util
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from lecture11.datasets import mnist
from lecture11.iteration import advance
from lecture11.training import EpochStep, TrainingData, TrainingStep
from lecture11.variational import (
    Images,
    as_images,
    importance_weighted_bounds,
    init_autoencoder,
    mean_bound_parts,
    negative_elbo,
    train_vae,
)
from tests.benchmarks.timing import interleaved, spread

PIXELS, LATENTS, BATCH, RATE, EPOCHS = 784, 20, 128, 1e-3, 20
NETWORKS = {"784–400–20": (400,), "784–500–300–20": (500, 300)}
DRAWS = (1, 50, 500)
MOST = 103.0
"""Nats an image that the negative ELBO may have on the test images."""


def bounds(train: Images, test: Images) -> None:
    """Print a row for each network: the bounds, and how long the training took."""
    print(f"\nBounds on {len(test.pixels):,} test images after {EPOCHS} epochs, nats per image")
    heads = "".join(f"{f'−L_{draws}':>10}" for draws in DRAWS)
    print(f"{'network':18}{'−ELBO':>10}{'KL':>8}{heads}   seconds")
    for name, hidden in NETWORKS.items():
        start = init_autoencoder(PIXELS, hidden, LATENTS, key=jax.random.key(0))
        began = time.perf_counter()
        fit = train_vae(
            start, train, epochs=EPOCHS, key=jax.random.key(1), learning_rate=RATE,
            batch_size=BATCH,
        )  # fmt: skip
        seconds = time.perf_counter() - began
        reconstruction, divergence = mean_bound_parts(fit.params, test, key=jax.random.key(2))
        weighted = importance_weighted_bounds(
            fit.params, test, draws=DRAWS, key=jax.random.key(3)
        ).mean(axis=0)
        loss = divergence - reconstruction
        verdict = "" if loss <= MOST else f"   more than {MOST}"
        print(
            f"{name:18}{loss:10.2f}{divergence:8.2f}"
            + "".join(f"{-bound:10.2f}" for bound in weighted)
            + f"{seconds:10.1f}{verdict}",
            flush=True,
        )
        every = [0, 1, 4, 9, 14, 19]
        said = ", ".join(f"{epoch + 1}: {fit.losses[epoch]:.2f}" for epoch in every)
        print(f"{'':18}in training, by epoch: {said}", flush=True)


def ours(train: Images) -> tuple[Callable[[], object], int]:
    """A call that trains for one more epoch, and its number of examples."""
    step = EpochStep(TrainingStep(negative_elbo, BATCH))
    params = init_autoencoder(PIXELS, (400,), LATENTS, key=jax.random.key(0))
    data = TrainingData(jax.device_put(train), jax.numpy.asarray(RATE))
    length = len(train.pixels) // BATCH
    state = step.start(params, train, key=jax.random.key(1))

    def epoch() -> None:
        nonlocal state
        state = jax.block_until_ready(advance(step, state, data, [length], donate=True))[0]

    return epoch, length * BATCH


def theirs(train: Images) -> Callable[[], object]:
    """The same by PyTorch, eager, with its Adam as it comes."""
    import torch
    from torch import nn
    from torch.nn import functional

    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(0)
    encoder = nn.Sequential(nn.Linear(PIXELS, 400), nn.ReLU(), nn.Linear(400, 2 * LATENTS))
    decoder = nn.Sequential(nn.Linear(LATENTS, 400), nn.ReLU(), nn.Linear(400, PIXELS))
    networks = nn.ModuleList([encoder, decoder]).to(device)
    optimiser = torch.optim.Adam(networks.parameters(), lr=RATE)
    shares = torch.tensor(np.asarray(train.pixels), device=device).float() / 255

    def loss_of(x: Any) -> Any:
        mean, log_sd = encoder(x).chunk(2, dim=1)
        z = mean + log_sd.exp() * torch.randn_like(mean)
        logits = decoder(z)
        lost = functional.binary_cross_entropy_with_logits(logits, x, reduction="sum")
        divergence = 0.5 * (mean**2 + (2 * log_sd).exp() - 1 - 2 * log_sd).sum()
        return (lost + divergence) / len(x)

    def epoch() -> None:
        order = torch.randperm(len(shares), device=device)
        for batch in order[: len(order) // BATCH * BATCH].split(BATCH):
            x = torch.bernoulli(shares[batch])
            optimiser.zero_grad(set_to_none=True)
            loss_of(x).backward()
            optimiser.step()
        if device == "cuda":
            torch.cuda.synchronize()

    return epoch


def speed(train: Images, rounds: int = 5) -> None:
    """Print examples a second of both sides, epochs taking turns."""
    began = time.perf_counter()
    epoch, examples = ours(train)
    epoch()
    first = time.perf_counter() - began
    rivals = {"lecture11": epoch}
    if importlib.util.find_spec("torch"):
        rivals["PyTorch"] = theirs(train)
    seconds = interleaved(rivals, rounds)
    device = jax.devices()[0].device_kind
    print(f"\nTraining, 784–400–20, batch {BATCH}, on {device}, {os.cpu_count()} cores")
    for name, times in seconds.items():
        rate = examples / statistics.median(times)
        print(f"{name:12} an epoch {spread(times, 1.0)} s   {rate:9,.0f} examples a second")
    print(f"lecture11's first epoch with compilation: {first:.1f} s")
    if "PyTorch" in seconds:
        ratio = statistics.median(seconds["PyTorch"]) / statistics.median(seconds["lecture11"])
        print(f"ratio {ratio:.2f}")
    else:
        print("PyTorch is not installed: nothing to compare with")


def main(*parts: str) -> None:
    """Run the parts asked for, or both."""
    train = as_images(mnist("train").images)
    if not parts or "speed" in parts:
        speed(train)
    if not parts or "bounds" in parts:
        bounds(train, as_images(mnist("test").images))


if __name__ == "__main__":
    main(*sys.argv[1:])
