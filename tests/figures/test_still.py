"""Stills of scenes: what is drawn of each mark, and what is absent."""

import numpy as np
import pytest

from lecture11.figures.still import draw_mark, panels_of, still
from tests.explore.everything import MARKS, declare


@pytest.fixture(scope="module")
def lab():
    return declare()


def test_marks_draw_what_is_there_and_leave_out_what_is_nan(lab):
    values = lab.values(lab.state)
    _, axes = panels_of(lab.scene)
    counts = [draw_mark(axes[mark.on], mark, values, lab.lists) for mark in MARKS]
    assert counts == [1, 2, 2, 2, 2, 1, 1, 2, 1, 3, 3, 1, 2, 2]


def test_limits_are_the_panels(lab):
    _, axes = panels_of(lab.scene)
    for panel in lab.scene.panels:
        limits = axes[panel.name].get_xlim(), axes[panel.name].get_ylim()
        np.testing.assert_allclose(limits, (panel.x, panel.y))


def test_a_mark_waits_for_its_condition(lab):
    values = {**lab.values(lab.state), "shown": np.array(0)}
    _, axes = panels_of(lab.scene)
    (mark,) = (mark for mark in MARKS if mark.when)
    assert draw_mark(axes[mark.on], mark, values, lab.lists) == 0


@pytest.mark.slow
def test_the_picture_has_the_words_and_a_key(lab):
    values = lab.values(lab.state)
    picture = still(lab.scene, values, lab.said(values), lab.lists)
    assert picture.words == "Level 1.0, one, place 0, ink 0.0, 3."
    legends = [axes.get_legend() for axes in picture.drawing.figure.axes]
    texts = [text.get_text() for each in legends if each for text in each.get_texts()]
    assert texts == ["places", "solid", "dashed", "area", "bars"]
