import base64
import dataclasses
import io
from html.parser import HTMLParser

import matplotlib
import matplotlib.style
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from PIL import Image

from lecture11.figures import Picture, Stage, png_of
from lecture11.figures.picture import SHARPNESS
from lecture11.figures.style import COLOURS, MARKER_NAMES, MARKERS, PALETTE, styled

AWKWARD = 'KL(p‖q) < 1 & "p" isn\'t q > 0'

USER_STYLES: list[dict | str] = [
    "dark_background",
    "ggplot",
    {"font.size": 30, "figure.figsize": (1, 1)},
    {"figure.dpi": 40, "figure.autolayout": True, "lines.linewidth": 9},
]

USER_STYLES_OF_FILES = [
    {"savefig.bbox": "tight"},
    {"savefig.facecolor": "black"},
    {"savefig.transparent": True},
    {"font.sans-serif": ["DejaVu Serif"]},
    {"axes.unicode_minus": False},
]


class Page(HTMLParser):
    """Start tags with their attributes, and the text of the caption."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.attributes: dict[str, dict[str, str | None]] = {}
        self.open: list[str] = []
        self.text = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes[tag] = dict(attrs)
        if tag != "img":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        assert self.open == ["figure", "figcaption"]
        self.text += data


@styled
def drawn() -> Figure:
    figure = Figure(figsize=(2, 1))
    figure.subplots().plot([0, 1], [-1, 1])
    return figure


@styled
def staged(**line: object) -> tuple[Stage, Line2D]:
    """A stage with one dot that moves."""
    figure = Figure(figsize=(2, 1))
    axes = figure.subplots()
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="x")
    (dot,) = axes.plot([0.2], [0.5], "o", **line)
    return Stage(figure, [dot]), dot


def opened(picture: Picture) -> Image.Image:
    source = Page(picture.to_html()).attributes["img"]["src"]
    assert source
    kind, data = source.split(",")
    assert kind == "data:image/png;base64"
    return Image.open(io.BytesIO(base64.b64decode(data, validate=True)))


@settings(max_examples=20)
@given(st.just(AWKWARD) | st.text(st.characters(exclude_categories=["C"])).filter(str.strip))
def test_alternative_text_and_caption_are_the_words_whatever_they_are(words: str):
    page = Page(Picture(Figure(figsize=(0.1, 0.1)), words).to_html())
    assert page.attributes["img"]["alt"] == words
    assert page.text == words
    assert page.open == []


def test_the_caption_is_not_read_twice():
    page = Page(Picture(drawn(), AWKWARD).to_html())
    assert page.attributes["figcaption"]["aria-hidden"] == "true"


def test_text_form_is_the_words():
    assert repr(Picture(drawn(), AWKWARD)) == AWKWARD


@pytest.mark.parametrize("words", ["", " \n"])
def test_a_picture_without_words_is_refused(words: str):
    with pytest.raises(ValueError, match="words: a picture needs"):
        Picture(drawn(), words)


@pytest.mark.parametrize("drawing", [drawn(), staged()[0]], ids=["figure", "stage"])
def test_the_image_is_as_large_and_sharp_as_it_says(drawing: Figure | Stage):
    picture = Picture(drawing, "words")
    attributes = Page(picture.to_html()).attributes["img"]
    size = int(attributes["width"] or 0), int(attributes["height"] or 0)
    assert size == (192, 96)
    image = opened(picture)
    assert image.format == "PNG"
    image.load()  # raises where the data are damaged
    assert image.size == tuple(SHARPNESS * side for side in size)


def test_a_stage_looks_like_its_figure():
    """But for its 256 colours, which are too few for every shade at the edge of a letter."""
    stage, dot = staged()
    of_stage = np.asarray(opened(Picture(stage, "words")).convert("RGB"), int)
    dot.set_animated(False)
    of_figure = np.asarray(opened(Picture(stage.figure, "words")).convert("RGB"), int)
    assert np.abs(of_stage - of_figure).max() <= 32
    assert np.abs(of_stage - of_figure).mean() < 2


def test_the_paper_is_white_and_opaque():
    for drawing in (drawn(), staged()[0]):
        *colour, opacity = opened(Picture(drawing, "words")).convert("RGBA").getpixel((0, 0))
        assert min(colour) >= 254  # a stage's palette may miss white by one
        assert opacity == 255


def test_moving_an_artist_changes_pixels_where_it_was_and_is_and_nowhere_else():
    stage, dot = staged()
    before = stage.pixels().copy()
    dot.set_data([0.8], [0.5])
    after = stage.pixels().copy()
    columns = np.flatnonzero((before != after).any(axis=(0, 2)))
    left, right = dot.axes.transData.transform([(0.2, 0.5), (0.8, 0.5)])[:, 0]
    radius = dot.get_markersize() / 2 * stage.figure.dpi / 72 + 3
    near = np.minimum(abs(columns - left), abs(columns - right)) <= radius
    assert near.all()
    assert (columns < left + radius).any()
    assert (columns > right - radius).any()


def test_moving_back_restores_every_pixel():
    stage, dot = staged()
    before = stage.pixels().copy()
    dot.set_data([0.8], [0.1])
    assert (stage.pixels() != before).any()
    dot.set_data([0.2], [0.5])
    np.testing.assert_array_equal(stage.pixels(), before)


def test_data_beyond_the_axes_move_nothing_else():
    stage, dot = staged()
    dot.set_data([], [])
    empty = stage.pixels().copy()
    limits = dot.axes.viewLim.get_points().copy()
    place = dot.axes.get_position().get_points().copy()
    dot.set_data([1e6, -1e6, 2.0], [0.5, 0.5, 2.0])
    np.testing.assert_array_equal(stage.pixels(), empty)
    np.testing.assert_array_equal(dot.axes.viewLim.get_points(), limits)
    np.testing.assert_array_equal(dot.axes.get_position().get_points(), place)


def test_a_label_that_moves_out_of_the_axes_does_not_shift_them():
    stage, dot = staged(clip_on=False)
    place = dot.axes.get_position().get_points().copy()
    dot.set_data([1.3], [1.2])
    stage.pixels()
    np.testing.assert_array_equal(dot.axes.get_position().get_points(), place)


def test_a_settled_stage_keeps_its_axes_whatever_is_drawn_on_the_figure_later():
    stage, dot = staged()
    place = dot.axes.get_position().get_points().copy()
    dot.axes.set_ylabel("a label that would need room")
    stage.figure.canvas.draw()
    np.testing.assert_array_equal(dot.axes.get_position().get_points(), place)


def test_later_artists_are_drawn_over_earlier_ones():
    """Whatever their order on the axes, and their zorder."""
    figure = Figure(figsize=(1, 1), dpi=100)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, 1), ylim=(0, 1))
    below = axes.axhspan(0, 1, color="blue", zorder=9)
    above = axes.axhspan(0, 1, color="red", zorder=1)
    middle = Stage(figure, [below, above]).pixels()[75, 75]
    np.testing.assert_array_equal(middle, [255, 0, 0, 255])


def test_a_picture_cannot_be_given_other_words():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Picture(drawn(), AWKWARD).words = "Nothing to see."


# The style


def test_the_users_own_style_is_as_it_was_afterwards():
    matplotlib.rcParams["backend"]  # the first look at it chooses one
    before = matplotlib.rcParams.copy()
    png_of(drawn())
    png_of(staged()[0])
    assert matplotlib.rcParams == before


def test_the_users_own_style_is_as_it_was_after_an_error():
    @styled
    def fails() -> None:
        raise KeyError

    before = matplotlib.rcParams.copy()
    with pytest.raises(KeyError):
        fails()
    assert matplotlib.rcParams == before


@pytest.mark.parametrize("user", USER_STYLES, ids=str)
def test_figures_are_made_alike_whatever_the_users_style(user: dict | str):
    ours = drawn()
    with matplotlib.style.context(user):
        theirs = drawn()
    assert png_of(theirs) == png_of(ours)


@pytest.mark.parametrize("user", USER_STYLES_OF_FILES, ids=str)
def test_figures_are_encoded_alike_whatever_the_users_style(user: dict):
    ours, theirs = drawn(), drawn()
    with matplotlib.style.context(user):
        encoded = png_of(theirs)
    assert encoded == png_of(ours)


@pytest.mark.parametrize("user", USER_STYLES, ids=str)
def test_stages_are_drawn_alike_whatever_the_users_style(user: dict | str):
    with matplotlib.style.context(user):
        theirs = png_of(staged()[0])
    assert theirs == png_of(staged()[0])


def test_styled_keeps_name_help_and_result():
    @styled
    def draw(number: int, *, times: int) -> int:
        """Help."""
        return number * times

    assert draw(2, times=3) == 6
    assert (draw.__name__, draw.__doc__) == ("draw", "Help.")


def test_every_colour_has_a_marker_with_a_name_of_its_own():
    assert len(COLOURS) == len(PALETTE) == len(set(MARKERS)) == len(set(MARKER_NAMES))


def luminance(colour: np.ndarray) -> float:
    """Relative luminance (WCAG 2.2)."""
    linear = np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_text_is_legible_on_the_paper():
    """A contrast of 4.5 to 1 (WCAG 2.2, 1.4.3)."""
    with matplotlib.rc_context():
        figure = drawn()
    (axes,) = figure.axes
    for tick in [*axes.get_xticklabels(), axes.xaxis.label, axes.title]:
        colour = np.array(matplotlib.colors.to_rgb(tick.get_color()))
        assert (1.05) / (luminance(colour) + 0.05) >= 4.5
