"""A laboratory as a notebook shows it: a widget, and in the same output its words and its still."""

import base64
import functools
import json
from collections.abc import Callable, Container, Mapping
from typing import Any

import numpy as np
import traitlets

from lecture11.arguments import as_instance
from lecture11.explore.lab import Lab
from lecture11.explore.living import Shown
from lecture11.figures.still import still


class Laboratory(Shown):
    """What the reader moves. ``state`` is what the reader has made of it, and can be set.

    It comes from the page when the pointer is released and when a play is paused.
    """

    _declared = traitlets.Unicode().tag(sync=True)
    _state = traitlets.Bytes().tag(sync=True, from_json=lambda sent, _: bytes(sent))

    def __init__(
        self, lab: Lab | Callable[[], Lab], start: Mapping[str, str] | None = None
    ) -> None:
        """Show a laboratory from its start.

        lab: its declaration, or a function that makes it when it is needed
        start: what :meth:`as_shown` returned of the same one, so that it is not needed yet
        Raises TypeError where ``lab`` declares none, or ``start`` is no mapping.
        """
        self._declare = lab if callable(lab) else lambda: lab
        if start is not None:
            as_instance("start", start, Mapping, "give what as_shown() returned, or leave it out")
        self._start = dict(start or {})
        self._seen: tuple[bytes, dict[str, np.ndarray]] = b"", {}
        if not start:
            start = {"declared": json.dumps(declared(self.lab)), "state": _sent(self.lab)}
        state = base64.b64decode(start["state"])
        super().__init__("widget.js", _declared=start["declared"], _state=state)

    @functools.cached_property
    def lab(self) -> Lab:
        """The declaration."""
        return as_instance("lab", self._declare(), Lab, "see lecture11.explore.laboratories")

    def as_shown(self) -> dict[str, str]:
        """All that is made of it at its start."""
        texts = {"declared": self._declared, "state": _sent(self.lab)}
        return {**texts, "words": repr(self), "still": self.still()}

    def _at_start(self) -> bool:
        return bool(self._start) and self._state == base64.b64decode(self._start["state"])

    @property
    def state(self) -> Any:
        """The state, a NamedTuple of NumPy arrays; its noise is always that of its seed.

        Raises, when set, TypeError or ValueError where it is no state of this laboratory.
        """
        return self.lab.restored(unpacked(self._state))

    @state.setter
    def state(self, state: Any) -> None:
        self._state = packed(self.lab.as_state("state", state), self.lab.noise)

    @property
    def values(self) -> dict[str, np.ndarray]:
        """All that is seen of the present state, by name."""
        if self._seen[0] != self._state:
            self._seen = self._state, self.lab.values(self.state)
        return self._seen[1]

    def __repr__(self) -> str:
        """The words."""
        if self._at_start():
            return self._start["words"]
        said = self.lab.said(self.values)
        return f"Laboratory: {self.lab.title} (run this cell to use it). {said}"

    def still(self) -> str:
        """The present state as a picture in HTML, marked as this laboratory's place."""
        if self._at_start():
            return self._start["still"]
        values = self.values
        picture = still(self.lab.scene, values, self.lab.said(values), self.lab.lists)
        html = picture.to_html()
        return html.replace("<figure ", f'<figure data-laboratory="{self.lab.name}" ', 1)


@functools.cache
def declared(lab: Lab) -> dict[str, Any]:
    """All that the page's script needs, as JSON holds it."""
    starts = {"Start again": lab.state} | dict(lab.starts)
    return {
        "spec": lab.spec | {"known": _base64(lab.known)},
        "program": {"source": lab.program.source, "constants": lab.program.encoded()},
        "starts": {name: _sent(lab, state) for name, state in starts.items()},
    }


def _sent(lab: Lab, state: Any = None) -> str:
    """A state, or that at the start, as base64 of its bytes."""
    return _base64((lab.state if state is None else state)._asdict(), lab.noise)


def _base64(arrays: Mapping[str, np.ndarray], without: Container[str] = ()) -> str:
    return base64.b64encode(packed(arrays, without)).decode("ascii")


def packed(state: Any, without: Container[str] = ()) -> bytes:
    """A state as bytes: the header's length, the header, the arrays, each from a multiple of 8.

    state: a NamedTuple, or arrays by name; without: fields left out
    """
    fields = state if isinstance(state, Mapping) else state._asdict()
    arrays = {key: np.asarray(value) for key, value in fields.items() if key not in without}
    header = [[key, array.dtype.name, array.shape] for key, array in arrays.items()]
    text = json.dumps(header).encode()
    parts = [len(text).to_bytes(4, "little") + text]
    parts += [
        np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<")).tobytes()
        for array in arrays.values()
    ]
    return b"".join(part + bytes(-len(part) % 8) for part in parts)


def unpacked(sent: bytes) -> dict[str, np.ndarray]:
    """The fields that were packed, by name."""
    length = int.from_bytes(sent[:4], "little")
    place = 4 + length + -(4 + length) % 8
    arrays = {}
    for key, dtype, shape in json.loads(sent[4 : 4 + length]):
        size = int(np.prod(shape, dtype=int)) * np.dtype(dtype).itemsize
        flat = np.frombuffer(sent[place : place + size], np.dtype(dtype).newbyteorder("<"))
        arrays[key] = flat.astype(dtype).reshape(shape)
        place += size + -size % 8
    return arrays
