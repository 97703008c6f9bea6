"""HTML that the page's script brings to life: as a widget in a notebook, and in an exported page.

One and the same element stands in three places. In the output of the cell it is what a notebook
not yet run, GitHub and a PDF show; the exporter finds it there, by its ``data-living``; and in a
running notebook the widget hands it to the script. The text form is its words, which nbval
compares; ipywidgets would cut them after 110 characters.
"""

from typing import Any

import anywidget
import traitlets

from lecture11.explore.page import style, widget_module


class Shown(anywidget.AnyWidget):
    """A widget that says what it is and shows a still, in one output."""

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)

    def __init__(self, module: str, **state: Any) -> None:
        """module: of the page's script, which renders this."""
        super().__init__(_esm=widget_module(module), _css=style(), **state)

    def still(self) -> str:
        """What is shown where nothing lives, as HTML."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        own = {"text/plain": repr(self), "text/html": self.still()}
        return {**data, **own}, metadata


class Living(Shown):
    """What is alive from its HTML alone."""

    _page = traitlets.Unicode().tag(sync=True)

    def __init__(self, page: str) -> None:
        """page: one element, which says by ``data-living`` what it is."""
        super().__init__("living.js", _page=page)

    def still(self) -> str:
        """All of it."""
        return self._page
