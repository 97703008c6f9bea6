"""A bar for what takes longer than a glance: how far it is, and about how long it still takes."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import ipywidgets as widgets
from IPython.display import display

from lecture11.explore.layout import FITS, Spoken
from lecture11.signatures import checked


class Progress(Spoken):
    """``with Progress("training") as progress: run(..., on_chunk=progress)``.

    With ``say``, what ``say(info)`` makes of the run's info stands before the time left: a loss.
    Its text form, which a stored notebook keeps, says what is done and nothing that changes.
    """

    @checked
    def __init__(self, label: str, say: Callable[[Any], str] | None = None) -> None:
        """label: what is being done."""
        self._label, self._say = label, say
        self._start = time.perf_counter()
        self.bar = widgets.FloatProgress(max=1, layout=widgets.Layout(width="14em"))
        self.said = widgets.Label("starting")
        super().__init__([widgets.HBox([widgets.Label(label), self.bar, self.said], layout=FITS)])
        self.add_class("lecture11-progress")

    def __enter__(self) -> Self:
        """Show the bar in the output of the cell."""
        self._start = time.perf_counter()
        display(self)
        return self

    def __call__(self, steps: int, total: int, info: Any = None) -> None:
        """Move the bar; what :func:`lecture11.iteration.run` calls after each chunk."""
        seconds = time.perf_counter() - self._start
        self.bar.value = steps / total
        left = seconds * (total - steps) / max(steps, 1)
        so_far = "" if self._say is None else f"{self._say(info)}, "
        self.said.value = f"{steps:,} of {total:,}, {so_far}about {left:.0f} s left"

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Say how it ended; an error goes on its way."""
        if kind is None:
            self.bar.value = 1
            self.said.value = f"done in {time.perf_counter() - self._start:.1f} s"
        else:
            self.said.value = f"ended early: {kind.__name__}"

    def __repr__(self) -> str:
        """The widget in words."""
        return f"Progress of {self._label} (run this cell to see it)."
