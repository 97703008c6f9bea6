from collections.abc import Iterator

import pytest
from ipywidgets import Widget, widget_serialization
from ipywidgets.embed import dependency_state

End = tuple[Widget, str]


def links(widget: Widget) -> list[tuple[End, End]]:
    """The links between parts of ``widget`` that travel with it into an exported page."""
    state = dependency_state(widget)
    return [
        (_end(model["state"]["source"]), _end(model["state"]["target"]))
        for model in state.values()
        if model["model_name"] == "LinkModel"
    ]


def _end(end: tuple[str, str]) -> End:
    reference, trait = end
    return widget_serialization["from_json"](reference, None), trait


@pytest.fixture(autouse=True)
def _quiet(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """What is printed while a widget is made or moved would land in the notebook."""
    yield
    assert capfd.readouterr() == ("", "")
