"""Fair timings: rivals take turns, so that a machine which slows down slows them alike."""

import statistics
import time
from collections.abc import Callable, Mapping

IDLE = 0.2
"""Seconds before each call, in which the worker threads of the one before stop spinning."""


def interleaved(rivals: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each call, ``rounds`` times in turn, after one uncounted call of each."""
    for call in rivals.values():
        call()
    seconds: dict[str, list[float]] = {name: [] for name in rivals}
    for _ in range(rounds):
        for name, call in rivals.items():
            time.sleep(IDLE)
            start = time.perf_counter()
            call()
            seconds[name].append(time.perf_counter() - start)
    return seconds


def spread(seconds: list[float], unit: float) -> str:
    """'median (minimum to maximum)' in a unit of seconds."""
    low, middle, high = min(seconds), statistics.median(seconds), max(seconds)
    return f"{middle / unit:9.3f} ({low / unit:.3f} to {high / unit:.3f})"
