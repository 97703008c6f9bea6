"""One lecture on representation learning, as tested, JIT-compiled JAX functions.

The notebooks tell the story; this package does the mathematics. Every room below is importable
by its own name, for instance ``from lecture11.latent import GaussianMixture``.
"""

import logging

from lecture11._report import report, self_check

__version__ = "0.1.0"
__all__ = ["__version__", "report", "self_check"]


class _NoMissingGpuNotice(logging.Filter):
    """Drop JAX's remark that a GPU is present but its plugin is not: the CPU is fine here.

    The remark would land on a notebook's stderr. The GPU itself is not hidden: with a CUDA
    jaxlib installed JAX uses it as always.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every other record."""
        return "GPU may be present" not in record.getMessage()


logging.getLogger("jax._src.xla_bridge").addFilter(_NoMissingGpuNotice())
