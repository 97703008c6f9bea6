import re
from collections.abc import Iterator

import pytest
from matplotlib.figure import Figure

from lecture11.explore import Player
from lecture11.figures import Picture, Stage
from lecture11.figures.style import styled


@styled
def moving_stage() -> Iterator[Picture]:
    """One stage, moved between pictures."""
    figure = Figure(figsize=(1, 1))
    axes = figure.subplots()
    axes.set(xlim=(-1, 5), ylim=(-1, 1))
    (dot,) = axes.plot([], [], "o")
    stage = Stage(figure, [dot])
    return _moves(stage, dot)


def _moves(stage, dot) -> Iterator[Picture]:
    for frame in range(5):
        dot.set_data([frame], [0])
        yield Picture(stage, f"The dot is at {frame}.")


@pytest.fixture(scope="module")
def player() -> Player:
    return Player(moving_stage(), label="cycle <1>", milliseconds=250)


def images(html: str) -> list[tuple[str, str]]:
    return re.findall(r'<img alt="(.*?)".*?base64,(.*?)"', html)


def test_a_stage_that_a_generator_moves_gives_an_image_for_each_frame(player: Player):
    alts, data = zip(*images(player._page), strict=True)
    assert alts == tuple(f"The dot is at {frame}." for frame in range(5))
    assert len({*data}) == 5


def test_its_output_keeps_one_frame_and_the_widget_each_once(player: Player):
    data, _ = player._repr_mimebundle_()
    assert images(data["text/html"]) == images(player._page)[:1]
    assert "cycle &lt;1&gt; 0 of 4" in data["text/html"]
    assert data["text/plain"] == repr(player)


def test_the_page_learns_what_is_counted_and_how_fast(player: Player):
    for html in (player._page, player.still()):
        assert 'data-label="cycle &lt;1&gt;" data-milliseconds="250"' in html


def test_its_text_form_gives_the_first_and_the_last_words_whole(player: Player):
    assert repr(player) == (
        "Player of 5 frames (run this cell to use it). "
        "First: The dot is at 0. Last: The dot is at 4."
    )


def test_a_single_picture_will_do():
    player = Player([Picture(Figure((1, 1)), "long words " * 50 + "end")])
    assert len(images(player._page)) == 1
    assert repr(player).count("long words") == 100


@pytest.mark.parametrize("none", [[], iter(())])
def test_no_picture_is_refused(none):
    with pytest.raises(ValueError, match="pictures: a player needs at least one; got none"):
        Player(none)


def test_what_is_no_picture_is_refused_by_its_number():
    with pytest.raises(TypeError, match=r"^pictures\[1\]: expected Picture, got the string"):
        Player([Picture(Figure((1, 1)), "Alone."), "not alone"])
