from collections.abc import Iterator

import pytest
from matplotlib.figure import Figure

from lecture11.explore import Player
from lecture11.figures import Picture, Stage
from lecture11.figures.style import styled
from tests.explore.conftest import links


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


@pytest.fixture
def player() -> Player:
    return Player(moving_stage(), label="cycle", milliseconds=250)


def test_a_stage_that_a_generator_moves_gives_an_image_for_each_frame(player: Player):
    pages = [page.value for page in player.stack.children]
    assert len(set(pages)) == 5
    images = [page.split("base64,")[1].split('"')[0] for page in pages]
    assert len(set(images)) == 5
    assert [f"The dot is at {frame}." in page for frame, page in enumerate(pages)] == [True] * 5


def test_every_frame_can_be_reached_and_no_other(player: Player):
    for control in (player.box, player.slider, player.play):
        assert (control.min, control.max, control.step, control.value) == (0, 4, 1, 0)
    assert player.stack.selected_index == 0


def test_playing_stepping_and_scrubbing_are_one_in_the_browser(player: Player):
    box = (player.box, "value")
    assert {frozenset(link) for link in links(player)} == {
        frozenset([box, (player.play, "value")]),
        frozenset([box, (player.slider, "value")]),
        frozenset([box, (player.stack, "selected_index")]),
    }


def test_the_number_box_says_what_is_counted(player: Player):
    assert player.box.description == "cycle"


def test_it_plays_as_fast_as_asked(player: Player):
    assert player.play.interval == 250


def test_its_text_form_gives_the_first_and_the_last_words_whole(player: Player):
    assert repr(player) == (
        "Player of 5 frames (run this cell to use it). "
        "First: The dot is at 0. Last: The dot is at 4."
    )


def test_its_text_form_is_whole_however_long():
    player = Player([Picture(Figure((1, 1)), "long words " * 50 + "end")])
    assert player._repr_mimebundle_()["text/plain"] == repr(player)
    assert repr(player).count("long words") == 100


def test_a_single_picture_will_do():
    player = Player([Picture(Figure((1, 1)), "Alone.")])
    assert player.box.max == player.play.max == 0


@pytest.mark.parametrize("none", [[], iter(())])
def test_no_picture_is_refused(none):
    with pytest.raises(ValueError, match="pictures: a player needs at least one; got none"):
        Player(none)


def test_what_is_no_picture_is_refused_by_its_number():
    with pytest.raises(TypeError, match=r"^pictures\[1\]: expected Picture, got the string"):
        Player([Picture(Figure((1, 1)), "Alone."), "not alone"])


def test_its_buttons_have_names_within_reach_of_its_class(player: Player):
    """ipywidgets gives them an icon alone."""
    css = player.children[0].children[0].value
    assert "lecture11-player" in player._dom_classes
    for number, name in [(1, "play / pause"), (2, "back to start")]:
        button = f".lecture11-player .widget-play button:nth-of-type({number})"
        assert f'{button}::after {{ content: " {name}" }}' in css
    assert player.play.show_repeat is False  # which would be a third button


def test_controls_stand_above_the_pictures(player: Player):
    above, below = player.children
    assert [player.play, player.box, player.slider] == list(above.children[1:])
    assert below is player.stack
