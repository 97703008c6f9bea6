"""A player: pictures computed once, then played, stepped and scrubbed in the browser alone."""

import html
from collections.abc import Iterable

from lecture11.arguments import as_instance, as_whole
from lecture11.explore.living import Living
from lecture11.figures import Picture


class Player(Living):
    """Play, step and scrub through pictures.

    Where nothing plays, the first of them stands: a notebook keeps no other, and the exporter
    takes them all from a run.
    """

    def __init__(
        self, pictures: Iterable[Picture], *, label: str = "frame", milliseconds: int = 500
    ) -> None:
        """Encode every picture as it comes, so a generator may move one and the same stage.

        label: what is counted, shown at the number box; milliseconds: between two frames.
        Raises ValueError where there are no pictures.
        """
        as_instance("label", label, str, "put it in quotes")
        as_whole("milliseconds", milliseconds, low=1)
        as_instance("pictures", pictures, Iterable, "give a list")
        self.frames: list[str] = []
        self.words: list[str] = []
        for index, picture in enumerate(pictures):
            as_instance(f"pictures[{index}]", picture, Picture, "draw one with lecture11.figures")
            self.frames.append(picture.to_html(kept=True))
            self.words.append(picture.words)
        if not self.frames:
            raise ValueError("pictures: a player needs at least one; got none.")
        self._label, self._milliseconds = html.escape(label), milliseconds
        super().__init__(self._html_of(self.frames))

    def still(self) -> str:
        """The first picture, which says that there are more."""
        last = len(self.frames) - 1
        return self._html_of(
            self.frames[:1], f"<p>{self._label} 0 of {last}: run this to play.</p>"
        )

    def _html_of(self, frames: list[str], more: str = "") -> str:
        return (
            f'<div data-living="player" class="lecture11 lecture11-player" '
            f'data-label="{self._label}" data-milliseconds="{self._milliseconds}">'
            f"{''.join(frames)}{more}</div>"
        )

    def __repr__(self) -> str:
        """The widget in words."""
        return (
            f"Player of {len(self.frames)} frames (run this cell to use it). "
            f"First: {self.words[0]} Last: {self.words[-1]}"
        )
