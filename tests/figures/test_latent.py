"""Pictures of notebook 07: they hold their arrays, say their numbers, and cut nothing off."""

from collections.abc import Callable

import numpy as np
import pytest

from lecture11.figures.experts import PanelStage, confusions_picture
from lecture11.figures.picture import Picture, png_of
from lecture11.figures.runs import growth_picture, mean_and_spread, runs_picture
from lecture11.figures.senses import SenseStage
from lecture11.figures.swap import SwapStage
from lecture11.figures.topics import TopicStage, shares_picture
from tests.figures.conftest import cut_off, drawn, figure_of

RNG = np.random.default_rng(0)
TABLES = np.array([[[0.9, 0.1], [0.2, 0.8]], [[0.6, 0.4], [0.5, 0.5]]])
RUNS = {"k-means": np.array([0.3, 0.4, 0.5]), "mixture": np.array([0.6, 0.7, 0.8])}
GROWTH = {"one": RNG.uniform(size=(3, 4)), "other": RNG.uniform(size=(3, 4))}
GRID = np.linspace(-3, 3, 31)
PANEL, SWAP = PanelStage(), SwapStage((-3, 3))
TOPICS = TopicStage(4, ("food", "time"))
SENSES = SenseStage(RNG.normal(size=(12, 2)), np.arange(12) % 3, ("food", "traffic", "music"))


def confusions(tables=TABLES) -> Picture:
    return confusions_picture(tables, names=["observer 1", "observer 2"], classes="grade")


def panel(em: float = 0.9) -> Picture:
    return PANEL.show([0.8, 0.8, 0.33], [0.75, 0.82, 0.3], [0.7, em, 0.92])


def swap(gap: float = 1.0) -> Picture:
    upper = -(GRID**2) / 2 - 1
    return SWAP.show(GRID, np.stack([upper, upper - 1], axis=1), upper, upper - gap)


def runs(scores=RUNS) -> Picture:
    return runs_picture(scores, label="definitions right", chance=0.18)


def growth(scores=GROWTH) -> Picture:
    return growth_picture((1, 2, 4, 8), scores, labels=("glyphs a note", "right"))


def topics(right: float = 0.6) -> Picture:
    table = np.array([[30 * right, 2], [5, 40]])
    words = [["meat", "sauce", "cream"], ["day", "month", "year"]]
    return TOPICS.show(table, words, right=right, held_out=-5.25)


def shares(off: float = 0.1) -> Picture:
    truth = np.linspace(0, 0.9, 10)
    return shares_picture(truth, {"PLSA": truth + off, "mixture": truth.round()})


def sense(posterior=(0.7, 0.2, 0.1)) -> Picture:
    return SENSES.show([9.0, 0.0], [0.5, 0.25, 0.25], posterior, "“grape jam”, a noun")


MAKERS: list[Callable[..., Picture]] = [
    confusions, panel, swap, runs, growth, topics, shares, sense,
]  # fmt: skip
OTHERS = {
    confusions: TABLES[::-1],
    panel: 0.5,
    swap: 2.0,
    runs: {"k-means": RUNS["mixture"], "mixture": RUNS["k-means"]},
    growth: {"one": 1 - GROWTH["one"], "other": GROWTH["other"]},
    topics: 0.2,
    shares: 0.05,
    sense: (0.1, 0.2, 0.7),
}


@pytest.mark.parametrize("make", MAKERS)
def test_nothing_is_cut_off(make):
    assert cut_off(drawn(make())) == []


@pytest.mark.parametrize("make", MAKERS)
def test_other_arrays_make_other_words_and_another_picture(make):
    first = make()
    words, image = first.words, png_of(first.drawing)
    second = make(OTHERS[make])
    assert second.words != words
    assert png_of(second.drawing) != image


def test_words_of_the_confusions():
    assert confusions().words == (
        "How often, in %, each expert's answer is right, true grade by true grade: observer 1 "
        "90, 80; observer 2 60, 50."
    )
    np.testing.assert_allclose(figure_of(confusions()).axes[0].images[0].get_array(), TABLES[0])


def test_words_of_a_panel():
    assert panel().words == (
        "3 experts. Majority vote is right on 70 % of the items, EM on 90 %, and whoever knows the "
        "experts on 92 %. EM's belief about an expert is off by up to 0.05."
    )


def test_words_of_the_gap():
    assert swap(1.5).words == (
        "The sum of the logarithms is lower, on average over x ~ p by 1.50 nats, and at least by "
        "1.50."
    )


def test_words_of_runs():
    assert mean_and_spread([0.6, 0.7, 0.8]) == "70 ± 10 %"
    assert runs().words == (
        "Right, mean ± standard deviation over 3 runs: k-means 40 ± 10 %; mixture 70 ± 10 %. The "
        "dotted line, 18 %, is what always giving the most frequent answer gets."
    )
    rough = runs_picture(RUNS, label="right", chance=0.18, marks={"k-means": (25, 50)}).words
    assert "k-means 25 to 50 %; mixture 70 ± 10 %" in rough


def test_growth_holds_means_and_spreads():
    axes = figure_of(growth()).axes[0]
    for container, scores in zip(axes.containers, GROWTH.values(), strict=True):
        np.testing.assert_allclose(container[0].get_ydata(), scores.mean(axis=0))
        (bars,) = container[2]
        heights = [np.ptp(segment[:, 1]) for segment in bars.get_segments()]
        np.testing.assert_allclose(heights, 2 * scores.std(axis=0, ddof=1))
    assert growth().words.startswith("Right, in %, means over 3 runs at 1, 2, 4, 8 glyphs a note:")


def test_topics_are_named_by_where_their_documents_come_from():
    words = topics().words
    assert words.startswith("2 topics found, by the topic most of their definitions have: food")
    assert "(meat, sauce, cream); time (day, month, year)" in words
    assert "60 % of the definitions held out come out right" in words
    assert "log-probability −5.25 nats" in words


def test_words_of_shares():
    assert shares().words.startswith(
        "Mean distance of the share found from the share mixed in, over 10 documents: PLSA 0.10,"
    )


def test_a_context_far_away_stays_in_the_picture():
    assert sense().words == (
        "“grape jam”, a noun: food 70 % (before 50 %), traffic 20 % (before 25 %), music 10 % "
        "(before 25 %)."
    )
    left = figure_of(sense()).axes[0]
    (star,) = [line for line in left.lines if line.get_marker() == "*"]
    assert left.get_xlim()[0] <= star.get_xdata()[0] <= left.get_xlim()[1]


def test_the_context_itself_stands_in_the_picture_its_end_if_it_is_long():
    """Also a blank at its end shows, as a closing quotation mark moves."""

    def shown(said: str) -> str:
        left = figure_of(SENSES.show([0, 0], [1, 0, 0], [1, 0, 0], said)).axes[0]
        (text,) = [text.get_text() for text in left.texts]
        return text

    assert shown("“jam ”, a noun") == "“jam ”, a noun"
    assert shown("a" * 60 + "b") == "… " + "a" * 43 + "b"
    assert cut_off(drawn(SENSES.show([0, 0], [1, 0, 0], [1, 0, 0], "m" * 60))) == []
