import hashlib
import re
from importlib.resources import files
from importlib.util import find_spec

import pytest

from lecture11.studies.stored import RESULTS, Result, stored

FOLDER = files("lecture11.studies") / "results"
each_result = pytest.mark.parametrize("result", RESULTS.values(), ids=RESULTS)


def test_the_folder_holds_what_is_told_and_nothing_else():
    assert sorted(file.name for file in FOLDER.iterdir()) == sorted(RESULTS)


@each_result
def test_a_file_is_the_one_told_and_small(result: Result):
    content = (FOLDER / result.name).read_bytes()
    assert hashlib.sha256(content).hexdigest() == result.sha256
    assert len(content) <= 300_000
    assert stored(result.name)


@each_result
def test_it_is_told_how_when_and_on_what_it_was_computed(result: Result):
    command = re.fullmatch(
        r"python -m (lecture11\.studies\.builders\.\w+)( \w+)? FILE", result.builder
    )
    assert command
    assert find_spec(command[1]), "no such builder"
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", result.date)
    assert result.description
    assert result.machine
