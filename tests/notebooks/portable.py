"""Repeat the notebooks as other processors would compute them.

    python -m tests.notebooks.portable [arguments for pytest]

Without fused multiply-add, with shorter vectors or with a single thread the last digits differ; the
stored outputs must not. Two repetitions bracket the processors that readers have: the plainest, and
today's usual one. XLA can be told to compute in these ways, by means that it hardly documents and
may change. So each repetition begins with a question to a fresh JAX: what did you compile for, and
with how many threads? What this processor does anyway, check-notebooks has shown.

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


SETTINGS = (
    Setting(
        "no FMA, 128-bit vectors (SSE4.2), one thread",
        {"XLA_FLAGS": "--xla_cpu_max_isa=SSE4_2", "NPROC": "1"},
        lambda seen: (
            not seen.fused and {"-avx", "-fma"} <= set(seen.features) and seen.threads == 1
        ),
    ),
    Setting(
        "FMA, 256-bit vectors (AVX2)",
        {"XLA_FLAGS": "--xla_cpu_max_isa=AVX2"},
        lambda seen: seen.fused and {"+avx2", "-avx512f"} <= set(seen.features),
        needs="+avx2",
    ),
)


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
    """Return this process's environment with the setting: on the CPU, nothing compiled before."""
    environment = os.environ | {"JAX_PLATFORMS": "cpu", "JAX_ENABLE_COMPILATION_CACHE": "false"}
    flags = f"{os.environ.get('XLA_FLAGS', '')} {setting.get('XLA_FLAGS', '')}".strip()
    return environment | setting | {"XLA_FLAGS": flags}


def probe(setting: dict[str, str]) -> Seen:
    """Look from a new process with the setting."""
    answer = subprocess.run(
        [sys.executable, __file__, "--look"],
        env=environment_of(setting),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return Seen(**json.loads(answer.stdout))


def main(arguments: Sequence[str]) -> int:
    """Run pytest under each setting; return how many settings failed."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        print("check-portable: skipped, other processors are imitated on Linux with x86-64 only")
        return 0
    here = probe({})
    failed = []
    for setting in SETTINGS:
        print(f"\ncheck-portable: {setting.name}", flush=True)
        if setting.needs and setting.needs not in here.features:
            print(f"check-portable: skipped, this processor lacks {setting.needs[1:]}")
            continue
        seen = probe(setting.environment)
        if not setting.took_effect(seen):
            print(f"check-portable: FAILED, {setting.environment} took no effect: {seen}")
            failed.append(setting.name)
            continue
        if seen == here:
            print("check-portable: nothing to repeat, check-notebooks computes so here")
            continue
        environment = environment_of(setting.environment)
        if subprocess.run([sys.executable, "-m", "pytest", *arguments], env=environment).returncode:
            failed.append(setting.name)
    if failed:
        print(f"check-portable: FAILED under {'; '.join(failed)}")
    return len(failed)


if __name__ == "__main__":
    if sys.argv[1:] == ["--look"]:
        print(json.dumps(look()._asdict()))
    else:
        sys.exit(main(sys.argv[1:]))
