"""What a check answers: a message, never an exception, so a notebook runs whole unsolved."""

import functools
import html
import sysconfig
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Verdict:
    """passed, and a message that says what is right or names the likely mistake."""

    passed: bool
    message: str

    def __repr__(self) -> str:
        return f"{'✓ Correct.' if self.passed else '✗ Not yet.'} {self.message}"

    def _repr_html_(self) -> str:
        colour = "#007a57" if self.passed else "#b34700"
        style = f"border-left: 4px solid {colour}; padding: 0.2em 0.8em"
        return (
            f'<div class="lecture11-verdict" role="status" style="{style}">'
            f"{html.escape(repr(self))}</div>"
        )


class Mistake(Exception):  # noqa: N818 - the student's mistake, not an error of ours
    """Raised inside a check to end it with a message."""


def exercise(check: Callable[[Callable], str]) -> Callable[[Callable], Verdict]:
    """Turn a check that raises :class:`Mistake`, or returns praise, into one that never raises."""

    @functools.wraps(check)
    def checked(student: Callable) -> Verdict:
        try:
            return Verdict(True, check(student))
        except Mistake as mistake:
            return Verdict(False, str(mistake))
        except (Exception, SystemExit) as error:
            return Verdict(False, _where(error))

    return checked


_HERE = Path(__file__).parent
_LIBRARIES = Path(sysconfig.get_path("purelib"))


def _where(error: BaseException) -> str:
    """The error and the student's last line before it, not a library's."""
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [f for f in frames if not {_HERE, _LIBRARIES} & set(Path(f.filename).parents)]
    line = f" (at: {theirs[-1].line})" if theirs and theirs[-1].line else ""
    told = traceback.TracebackException.from_exception(error)
    told.__notes__ = []  # JAX's own, on how it shortens tracebacks
    *_, words = told.format_exception_only()
    return f"Your code raised {words.strip()}{line}"
