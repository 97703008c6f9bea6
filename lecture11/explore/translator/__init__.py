"""JAX functions as plain JavaScript, so that the page computes what the tests check.

    translate({"name": (function, example_arguments), …}) → Program

A function is traced to JAX's own list of primitives (its jaxpr), in float64; each primitive is
written as loops over typed arrays. What isn't known here is refused by its name, never guessed at:
eigenvectors and other decompositions but Cholesky's, Fourier transforms, convolutions, complex
numbers, arithmetic in float32, random keys. So a function for the page takes noise instead of a key
(:func:`draw`), says ``x.shape[0]`` where the reader changes the number of points, and decides
nothing in Python by what it is given.

    =================  ===========================================================
    :mod:`.flat`       the jaxpr as one list of operations
    :mod:`.writer`     arrays to be, loops, buffers
    :mod:`.rules`      the table of rules; what is stored and what computed again
    :mod:`.elementwise`, :mod:`.views`, :mod:`.reductions`, :mod:`.indexing`,
    :mod:`.linear`, :mod:`.structure`     the rules
    :mod:`.sizes`      sizes that are known only in the page
    :mod:`.outline`    loops as functions of their own
    :mod:`.program`    the whole, as text
    :mod:`.noise`      random numbers, the same in kernel and page
    ``runtime.js``     subroutines in JavaScript
    =================  ===========================================================
"""

from lecture11.explore.translator.noise import draw
from lecture11.explore.translator.program import Program, encode, float64, translate
from lecture11.explore.translator.refusal import TranslationError
from lecture11.explore.translator.runtime import helper_code

__all__ = [
    "Program",
    "TranslationError",
    "draw",
    "encode",
    "float64",
    "helper_code",
    "translate",
]
