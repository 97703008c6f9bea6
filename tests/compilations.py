"""What JAX compiles during a block, told by its own log; for tests that nothing need be."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import jax


@contextmanager
def compilations() -> Iterator[list[str]]:
    """A list that grows by a line for each program compiled, or fetched from the cache on disk.

    Empty says nothing unless another block, where something has to be compiled, is not.
    """
    seen: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.getMessage().startswith("Compiling"):
                seen.append(record.getMessage())

    listener, logger = Listener(), logging.getLogger("jax")
    logger.addHandler(listener)
    try:
        with jax.log_compiles():
            yield seen
    finally:
        logger.removeHandler(listener)
