import ast
import copy
import datetime
import os
import sys
from pathlib import Path

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from lecture11.exercises.editions import (
    BEGIN,
    END,
    LEDGER,
    STUB,
    hand_out,
    main,
    set_aside,
    student_edition,
    without_solutions,
)

# The source of a cell


def test_a_solution_gives_way_to_a_stub_of_its_indentation():
    source = f"def f(x):\n    y = x\n    {BEGIN}\n    return y\n    {END}\n\n\ncheck(f)"
    assert without_solutions(source) == f"def f(x):\n    y = x\n    {STUB}\n\n\ncheck(f)"


def test_the_stub_returns_none():
    scope: dict = {}
    exec(without_solutions(f"def f():\n    {BEGIN}\n    return 1\n    {END}"), scope)
    assert scope["f"]() is None


@pytest.mark.parametrize(
    ("markers", "lonely"),
    [
        ([BEGIN], BEGIN),
        ([END], END),
        ([END, END], END),
        ([END, BEGIN], END),
        ([BEGIN, BEGIN, END], BEGIN),
        ([BEGIN, BEGIN, END, END], BEGIN),
        ([BEGIN, END, END], END),
        ([BEGIN, END, BEGIN], BEGIN),
    ],
)
def test_markers_that_do_not_pair_up_are_refused_with_the_cell(markers: list[str], lonely: str):
    with pytest.raises(ValueError, match=f"'{lonely}' without its partner in the cell\nx = 1"):
        without_solutions("\n".join(["x = 1", *markers]))


lines = st.lists(
    st.sampled_from(["x = 1", "", "# a comment", 's = "### BEGIN"', "f(x)"]), max_size=3
)
blocks = st.lists(st.tuples(lines, lines.filter(any)), min_size=1, max_size=3)


@given(blocks, lines, st.integers(0, 3))
def test_whatever_stands_around_solutions_is_kept_and_compiles(
    blocks: list[tuple[list[str], list[str]]], end: list[str], depth: int
):
    pad = "    " * depth
    given = ["    " * level + f"if level > {level}:" for level in range(depth)]
    wanted = list(given)
    for before, solution in blocks:
        given += [pad + line for line in [*before, BEGIN, *solution, END]]
        wanted += [pad + line for line in [*before, STUB]]
    source = without_solutions("\n".join(given + end))
    assert source.split("\n") == wanted + end
    ast.parse(source)


# A notebook


def course(*, text: str = "Read this.", answer: str = "1") -> NotebookNode:
    """A notebook with a text, an example and an exercise, all executed."""
    example = new_code_cell("1 + 1", execution_count=1)
    example.outputs = [new_output("execute_result", {"text/plain": "2"}, execution_count=1)]
    exercise = new_code_cell(f"{BEGIN}\nx = {answer}\n{END}\nx", execution_count=2)
    exercise.outputs = [new_output("execute_result", {"text/plain": answer}, execution_count=2)]
    exercise.metadata.jupyter = {"source_hidden": True}
    cells = [new_markdown_cell(text), example, exercise]
    for number, cell in enumerate(cells):
        cell.id = str(number)
    return new_notebook(cells=cells)


def test_the_course_itself_is_left_as_it_was():
    notebook = course()
    before = copy.deepcopy(notebook)
    student_edition(notebook)
    assert notebook == before


def test_only_exercises_are_emptied_and_opened():
    text, example, exercise = student_edition(course()).cells
    assert [text, example] == course().cells[:2]
    assert exercise.source == f"{STUB}\nx"
    assert exercise.outputs == []
    assert exercise.execution_count is None
    assert "source_hidden" not in exercise.metadata.get("jupyter", {})


def test_a_solution_that_lost_its_first_marker_is_refused():
    notebook = new_notebook(cells=[new_code_cell(f"# BEGIN SOLUTION\nx = 1\n{END}")])
    with pytest.raises(ValueError, match="without its partner"):
        student_edition(notebook)


# A folder


class Desk:
    """A student's folder beside the course's, both with one notebook."""

    def __init__(self, folder: Path) -> None:
        self.source, self.target = folder / "notebooks", folder / "work book"
        self.source.mkdir()
        self.publish(course())
        self.mine, self.new = self.target / "08_em.ipynb", self.target / "08_em (new).ipynb"

    def publish(self, notebook: NotebookNode) -> None:
        nbformat.write(notebook, self.source / "08_em.ipynb")

    def hand_out(self) -> list[str]:
        return hand_out(self.source, self.target)

    def run(self) -> bytes:
        """As JupyterLab saves it: other outputs and metadata, the same sources."""
        return self._save(lambda notebook: notebook.cells[2].update(execution_count=77))

    def edit(self, answer: str = "42") -> bytes:
        return self._save(lambda notebook: notebook.cells[2].update(source=f"x = {answer}"))

    def _save(self, change) -> bytes:
        notebook = nbformat.read(self.mine, as_version=4)
        change(notebook)
        notebook.metadata["language_info"] = {"name": "python", "version": "3.13.1"}
        nbformat.write(notebook, self.mine)
        return self.mine.read_bytes()

    def files(self) -> dict[str, tuple[bytes, int]]:
        paths = sorted(path for path in self.target.rglob("*") if path.is_file())
        return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in paths}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    assert desk.hand_out() == []
    return desk


def test_the_first_time_every_notebook_comes_in_its_student_edition(desk: Desk):
    assert set(desk.files()) == {"08_em.ipynb", LEDGER}
    assert nbformat.read(desk.mine, as_version=4) == student_edition(course())


def test_the_second_time_nothing_but_the_ledger_is_written(desk: Desk):
    before = desk.files()
    assert desk.hand_out() == []
    after = desk.files()
    assert after.pop(LEDGER)[0] == before.pop(LEDGER)[0]
    assert after == before


def test_outputs_of_a_notebook_that_was_run_are_kept(desk: Desk):
    kept = desk.run()
    assert desk.hand_out() == []
    assert desk.mine.read_bytes() == kept


def test_an_edited_notebook_is_kept(desk: Desk):
    kept = desk.edit()
    assert desk.hand_out() == []
    assert desk.mine.read_bytes() == kept
    assert not desk.new.exists()


def test_where_both_have_changed_the_course_comes_beside_the_students(desk: Desk):
    kept = desk.edit()
    desk.publish(course(text="Better."))
    (news,) = desk.hand_out()
    assert "08_em.ipynb has changed" in news
    assert desk.new.name in news
    assert desk.mine.read_bytes() == kept
    assert nbformat.read(desk.new, as_version=4).cells[0].source == "Better."


def test_what_has_come_beside_is_not_announced_again(desk: Desk):
    desk.edit()
    desk.publish(course(text="Better."))
    desk.hand_out()
    desk.new.unlink()
    assert desk.hand_out() == []
    assert not desk.new.exists()


def test_a_notebook_that_was_only_run_gives_way_to_a_new_one(desk: Desk):
    desk.run()
    desk.publish(course(text="Better."))
    (news,) = desk.hand_out()
    assert "replaced" in news
    assert nbformat.read(desk.mine, as_version=4).cells[0].source == "Better."
    assert not desk.new.exists()


def test_another_solution_is_no_news_to_students(desk: Desk):
    before = desk.run()
    desk.publish(course(answer="2"))
    assert desk.hand_out() == []
    assert desk.mine.read_bytes() == before


def test_a_deleted_notebook_comes_back(desk: Desk):
    desk.mine.unlink()
    assert desk.hand_out() == []
    assert nbformat.read(desk.mine, as_version=4) == student_edition(course())


@pytest.mark.parametrize("text", ["Better.", "Read this."])
@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[]", b'{"cells": 3}'])
def test_an_unreadable_notebook_is_kept(desk: Desk, content: bytes, text: str):
    desk.mine.write_bytes(content)
    desk.publish(course(text=text))
    desk.hand_out()
    assert desk.mine.read_bytes() == content


@pytest.mark.parametrize("text", ["Better.", "Read this."])
def test_without_its_ledger_it_never_overwrites_an_edited_notebook(desk: Desk, text: str):
    kept = desk.edit()
    (desk.target / LEDGER).unlink()
    desk.publish(course(text=text))
    desk.hand_out()
    assert desk.mine.read_bytes() == kept
    assert nbformat.read(desk.new, as_version=4).cells[0].source == text


def test_without_its_ledger_it_does_not_put_its_own_edition_beside_itself(desk: Desk):
    desk.run()
    (desk.target / LEDGER).unlink()
    desk.hand_out()
    assert not desk.new.exists()


def test_without_its_ledger_it_knows_its_own_edition_again(desk: Desk):
    kept = desk.run()
    (desk.target / LEDGER).unlink()
    assert desk.hand_out() == []
    assert desk.mine.read_bytes() == kept


def test_a_damaged_ledger_is_as_good_as_none(desk: Desk):
    kept = desk.edit()
    (desk.target / LEDGER).write_text("{")
    desk.hand_out()
    assert desk.mine.read_bytes() == kept


@pytest.mark.slow
def test_what_the_student_wrote_into_the_copy_beside_is_kept(desk: Desk):
    desk.edit()
    desk.publish(course(text="Better."))
    desk.hand_out()
    desk.mine = desk.new
    kept = desk.edit("43")
    desk.publish(course(text="Better still."))
    desk.hand_out()
    assert desk.new.read_bytes() == kept


def test_the_empty_cell_that_jupyterlab_adds_below_the_last_is_no_edit(desk: Desk):
    desk._save(lambda notebook: notebook.cells.append(new_code_cell("")))
    desk.publish(course(text="Better."))
    desk.hand_out()
    assert not desk.new.exists()


def test_a_notebook_of_the_students_own_is_none_of_its_business(desk: Desk):
    own = desk.target / "my notes.ipynb"
    own.write_text("mine")
    desk.publish(course(text="Better."))
    desk.hand_out()
    assert own.read_text() == "mine"


def test_an_interrupted_write_leaves_the_old_file_whole(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    before = desk.files()
    desk.publish(course(text="Better."))

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", interrupted)
        with pytest.raises(KeyboardInterrupt):
            desk.hand_out()
    assert desk.files().items() >= before.items()
    desk.hand_out()
    assert nbformat.read(desk.mine, as_version=4).cells[0].source == "Better."
    assert set(desk.files()) == set(before)


def test_a_source_without_notebooks_is_refused(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match="no notebook in"):
        hand_out(tmp_path, tmp_path / "target")
    assert not (tmp_path / "target").exists()


# Starting over


def test_setting_aside_moves_every_notebook_and_loses_nothing(desk: Desk):
    desk.edit()
    desk.new.write_text("kept, too")
    (desk.target / "data.csv").write_text("1,2")
    before = desk.files()
    said = set_aside(desk.target)
    (folder,) = (path for path in desk.target.iterdir() if path.is_dir())
    assert str(folder) in said
    assert {path.name for path in folder.iterdir()} == {desk.mine.name, desk.new.name}
    del before[LEDGER]
    assert desk.files() == before


def test_after_setting_aside_the_edition_is_handed_out_anew(desk: Desk):
    desk.edit()
    set_aside(desk.target)
    assert desk.hand_out() == []
    assert nbformat.read(desk.mine, as_version=4) == student_edition(course())


def test_there_may_be_nothing_to_set_aside(tmp_path: Path):
    assert set_aside(tmp_path / "nowhere") == "nothing to set aside"
    assert not (tmp_path / "nowhere").exists()


def test_setting_aside_twice_in_a_second_loses_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    class Stopped(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
            return datetime.datetime(2025, 1, 1)

    monkeypatch.setattr(datetime, "datetime", Stopped)
    kept = {desk.edit("1")}
    set_aside(desk.target)
    desk.hand_out()
    kept.add(desk.edit("2"))
    set_aside(desk.target)
    assert {path.read_bytes() for path in desk.target.rglob("08_em.ipynb")} == kept


# The command line


def test_the_command_hands_out_and_says_the_news(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(sys, "argv", ["editions", str(desk.source), str(desk.target)])
    main()
    assert capsys.readouterr().out == ""
    desk.edit()
    desk.publish(course(text="Better."))
    main()
    assert desk.new.name in capsys.readouterr().out


def test_the_news_end_with_their_line(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    desk.publish(course(text="Better."))
    monkeypatch.setattr(sys, "argv", ["editions", str(desk.source), str(desk.target)])
    main()
    assert capsys.readouterr().out.endswith("replaced\n")


def test_the_command_sets_aside_first_where_asked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    kept = desk.edit()
    monkeypatch.setattr(sys, "argv", ["editions", "--reset", str(desk.source), str(desk.target)])
    main()
    (aside,) = desk.target.glob("kept */08_em.ipynb")
    assert aside.read_bytes() == kept
    assert nbformat.read(desk.mine, as_version=4) == student_edition(course())
    assert capsys.readouterr().out == f"your notebooks are now in {aside.parent}\n"
