"""What is kept on disk is what would be made, and is made anew where anything differs."""

from pathlib import Path

import pytest
from ipywidgets.widgets.widget import _instances

from lecture11.explore import Laboratory, kept, laboratories
from tests.explore.test_lab import declare


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LECTURE11_CACHE", str(tmp_path))
    return tmp_path


def made(text: str) -> str:
    return kept.kept("one", lambda: {"text": text})["text"]


def test_it_is_made_once_until_a_source_changes(folder: Path, monkeypatch: pytest.MonkeyPatch):
    assert (made("first"), made("second")) == ("first", "first")
    monkeypatch.setattr(kept, "fingerprint", lambda: "other")
    assert (made("third"), made("fourth")) == ("third", "third")
    assert [path.name for path in folder.rglob("*.*")] == ["one.json"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"fingerprint": '])
def test_what_cannot_be_read_is_made_anew(folder: Path, text: str):
    made("first")
    (folder / "kept" / "one.json").write_text(text)
    assert (made("second"), made("third")) == ("second", "second")


def test_where_nothing_can_be_kept_it_is_made_every_time(folder: Path):
    (folder / "kept").write_text("a file where the folder would be")
    assert (made("first"), made("second")) == ("first", "second")


def test_a_laboratory_from_what_was_kept_is_the_same_and_declares_nothing_yet():
    first, declared = Laboratory(declare()), []
    second = Laboratory(lambda: declared.append(1) or declare(), first.as_shown())
    shown = [each._repr_mimebundle_()[0] for each in (first, second)]
    assert [each["text/html"] for each in shown] == [first.still()] * 2
    assert [each["text/plain"] for each in shown] == [repr(first)] * 2
    assert (second._declared, second._state) == (first._declared, first._state)
    assert declared == []
    second.state = second.lab.state._replace(**moved(second))
    assert declared == [1]
    assert repr(second) != repr(first)
    assert second.still() != first.still()


@pytest.mark.slow
def test_making_the_start_leaves_no_widget_behind(folder: Path):
    before = set(_instances)
    shown = laboratories.em()
    new = [_instances[name] for name in set(_instances) - before]
    assert [each for each in new if isinstance(each, Laboratory)] == [shown]


def moved(laboratory: Laboratory) -> dict:
    name = next(iter(laboratory.lab.moves))
    return laboratory.lab.moved(name, laboratory.state)._asdict()


def test_the_fingerprint_is_of_sources_versions_and_flags(monkeypatch: pytest.MonkeyPatch):
    found = {kept.fingerprint.__wrapped__()}
    monkeypatch.setenv("XLA_FLAGS", "--other")
    found.add(kept.fingerprint.__wrapped__())
    monkeypatch.setattr(kept, "MADE_WITH", ("jax",))
    found.add(kept.fingerprint.__wrapped__())
    monkeypatch.setattr(kept, "ABOVE", "explore")
    found.add(kept.fingerprint.__wrapped__())
    for kind in (".npz", ".csv", ".js", ".py"):
        monkeypatch.setattr(kept, "SOURCES", kept.SOURCES - {kind})
        found.add(kept.fingerprint.__wrapped__())
    assert len(found) == 8
