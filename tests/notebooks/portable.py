"""Other processors than this one: how XLA is told to compute like them, and the proof that it does.

    python -m tests.notebooks.portable [arguments for pytest]

Without fused multiply-add, with shorter vectors or with a single thread the last digits differ; the
stored outputs must not. Two ways to compute bracket the processors that readers have: the
plainest, in which :mod:`tests.notebooks.student` runs the notebooks, and today's usual one, in
which this module does. XLA can be told to compute so by means that it hardly documents and may
change. So each run begins with a question to a fresh JAX: what did you compile for, and with how
many threads?

Not covered: eigh, svd and their like, which JAX leaves to OpenBLAS. That follows the processor, or
the variable OPENBLAS_CORETYPE, whatever XLA is told.
"""

import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple


class Seen(NamedTuple):
    """What a small compiled function gives away about how JAX computes."""

    features: list[str]
    """The processor's features in the executable: "+fma" may be used, "-fma" may not."""
    fused: bool
    """Whether a * a - b was rounded once, as only a fused multiply-add does."""
    threads: int
    """Size of the pool of threads that kernels are split across."""


class Setting(NamedTuple):
    """One way to compute, and how to recognise it."""

    name: str
    environment: dict[str, str]
    took_effect: Callable[[Seen], bool]
    needs: str = ""
    """A feature that this processor must have."""


PLAINEST = Setting(
    "no FMA, 128-bit vectors (SSE4.2), one thread",
    {"XLA_FLAGS": "--xla_cpu_max_isa=SSE4_2", "NPROC": "1"},
    lambda seen: not seen.fused and {"-avx", "-fma"} <= set(seen.features) and seen.threads == 1,
)
USUAL = Setting(
    "FMA, 256-bit vectors (AVX2)",
    {"XLA_FLAGS": "--xla_cpu_max_isa=AVX2"},
    lambda seen: seen.fused and {"+avx2", "-avx512f"} <= set(seen.features),
    needs="+avx2",
)


def can_imitate() -> bool:
    """Whether this machine can compute as others do."""
    return sys.platform == "linux" and platform.machine() == "x86_64"


def look() -> Seen:
    """Compile and run a little, in this process, and see how."""
    import jax
    import jax.numpy as jnp
    from jax.experimental.serialize_executable import serialize

    # (1 + e)² = 1 + 2e + e², whose last term is lost where the product is rounded first.
    e = 2.0**-12
    remainder = jax.jit(lambda a: a * a - (1 + 2 * e))
    ones = jnp.full(4096, 1 + e, jnp.float32)
    executable, *_ = serialize(remainder.lower(ones).compile())
    features = re.findall(rb"[+-](?:avx|avx2|avx512f|fma)\b", executable)
    fused = bool((remainder(ones) != 0).all())
    names = [task.read_text() for task in Path("/proc/self/task").glob("*/comm")]
    threads = sum(name.startswith("tf_XLAEigen") for name in names)
    return Seen(sorted({feature.decode() for feature in features}), fused, threads)


def environment_of(setting: dict[str, str]) -> dict[str, str]:
    """Return this process's environment with the setting, on the CPU, its programs kept apart."""
    flags = f"{os.environ.get('XLA_FLAGS', '')} {setting.get('XLA_FLAGS', '')}".strip()
    environment = os.environ | {"JAX_PLATFORMS": "cpu"} | setting | {"XLA_FLAGS": flags}
    if cache := os.environ.get("JAX_COMPILATION_CACHE_DIR"):
        environment["JAX_COMPILATION_CACHE_DIR"] = "-".join(
            [cache, *re.findall(r"isa=(\w+)", flags)]
        )
    return environment


def probe(setting: dict[str, str]) -> Seen:
    """Look from a new process with the setting, with nothing compiled before."""
    answer = subprocess.run(
        [sys.executable, __file__, "--look"],
        env=environment_of(setting) | {"JAX_ENABLE_COMPILATION_CACHE": "false"},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return Seen(**json.loads(answer.stdout))


def proved(setting: Setting) -> Seen:
    """What a new process with the setting sees; ends this one where the setting took no effect."""
    seen = probe(setting.environment)
    if not setting.took_effect(seen):
        sys.exit(f"FAILED: {setting.name}: {setting.environment} took no effect: {seen}")
    return seen


def main(arguments: Sequence[str]) -> int:
    """Run pytest as today's usual processor computes, where this one does not do so anyway."""
    if not can_imitate():
        print("skipped: other processors are imitated on Linux with x86-64 only")
        return 0
    here = probe({})
    if USUAL.needs not in here.features:
        print(f"skipped: this processor lacks {USUAL.needs[1:]}")
        return 0
    if proved(USUAL) == here:
        print(f"nothing to repeat: this processor has no more than {USUAL.name}")
        return 0
    print(USUAL.name, flush=True)
    command = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.run(command, env=environment_of(USUAL.environment)).returncode


if __name__ == "__main__":
    if sys.argv[1:] == ["--look"]:
        print(json.dumps(look()._asdict()))
    else:
        sys.exit(main(sys.argv[1:]))
