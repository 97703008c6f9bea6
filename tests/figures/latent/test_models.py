import numpy as np

from lecture11.figures.latent import (
    PanelStage,
    SenseStage,
    SwapStage,
    TopicStage,
    confusions_picture,
    growth_picture,
    mean_and_spread,
    runs_picture,
    shares_picture,
)
from tests.figures.samples import Sample, cut_off, drawn, figure_of

RNG = np.random.default_rng(0)
TABLES = np.array([[[0.9, 0.1], [0.2, 0.8]], [[0.6, 0.4], [0.5, 0.5]]])
RUNS = {"k-means": np.array([0.3, 0.4, 0.5]), "mixture": np.array([0.6, 0.7, 0.8])}
GROWTH = {"one": RNG.uniform(size=(3, 4)), "other": RNG.uniform(size=(3, 4))}
GRID = np.linspace(-3, 3, 31)
UPPER = -(GRID**2) / 2 - 1
TRUTH = np.linspace(0, 0.9, 10)
CONTEXTS = RNG.normal(size=(12, 2))

SAMPLES = {
    "confusions": Sample(
        confusions_picture,
        {
            "confusions": TABLES,
            "names": ["observer 1", "observer 2"],
            "classes": "grade",
            "counts": np.arange(3, 3 + TABLES.shape[1]),
        },
        [
            {"confusions": TABLES[::-1]},
            {"classes": "class"},
            {"counts": np.arange(1, 1 + TABLES.shape[1])},
        ],
    ),
    "panel": Sample(
        PanelStage,
        {
            "true": np.array([0.8, 0.8, 0.33]),
            "learned": np.array([0.75, 0.82, 0.3]),
            "right": [0.7, 0.9, 0.92],
        },
        [{"true": [0.8, 0.9, 0.33]}, {"learned": [0.7, 0.82, 0.3]}, {"right": [0.7, 0.5, 0.92]}],
        stage={},
    ),
    "swap": Sample(
        SwapStage,
        {
            "grid": GRID,
            "each": np.stack([UPPER, UPPER - 1], axis=1),
            "log_of_sum": UPPER,
            "sum_of_logs": UPPER - 1.5,
        },
        [{"log_of_sum": UPPER + 1}, {"sum_of_logs": UPPER - 2}],
        stage={"across": (-3, 3)},
        drawn=[{"grid": GRID / 2}, {"each": np.stack([UPPER, UPPER - 2], axis=1)}],
    ),
    "runs": Sample(
        runs_picture,
        {"scores": RUNS, "label": "definitions right", "chance": 0.18},
        [
            {"scores": {"k-means": RUNS["mixture"], "mixture": RUNS["k-means"]}},
            {"chance": 0.2},
            {"chance": None},
        ],
    ),
    "growth": Sample(
        growth_picture,
        {"amounts": (1, 2, 4, 8), "scores": GROWTH, "labels": ("glyphs per note", "right")},
        [{"scores": {"one": 1 - GROWTH["one"]}}, {"amounts": (2, 4, 8, 16)}],
    ),
    "topics": Sample(
        TopicStage,
        {
            "table": np.array([[18.0, 2], [5, 40]]),
            "words": [["meat", "sauce", "cream"], ["day", "month", "year"]],
            "right": 0.6,
            "held_out": -5.25,
        },
        [{"table": [[1, 18.0], [5, 40]]}, {"right": 0.2}, {"held_out": -5.0}, {"topics": "ab"}],
        stage={"rows": 4, "topics": ("food", "time")},
    ),
    "shares": Sample(
        shares_picture,
        {"true": TRUTH, "found": {"PLSA": TRUTH + 0.1, "mixture": TRUTH.round()}},
        [{"true": TRUTH / 2}, {"found": {"PLSA": TRUTH + 0.05}}],
    ),
    "senses": Sample(
        SenseStage,
        {
            "point": np.array([9.0, 0.0]),
            "prior": np.array([0.5, 0.25, 0.25]),
            "posterior": np.array([0.7, 0.2, 0.1]),
            "text": "grape jam",
            "condition": "noun",
        },
        [
            {"prior": [0.4, 0.35, 0.25]},
            {"posterior": [0.1, 0.2, 0.7]},
            {"text": "a traffic jam"},
            {"condition": "verb"},
        ],
        stage={
            "points": CONTEXTS,
            "labels": np.arange(12) % 3,
            "senses": ("food", "traffic", "music"),
        },
        drawn=[
            {"point": [0.0, 0.0]},
            {"points": CONTEXTS**3},
            {"labels": np.arange(12) % 2},
        ],
    ),
}


def test_words_of_the_confusions():
    picture = SAMPLES["confusions"]()
    assert picture.words == (
        "How often, in %, each expert's answer is right, true grade by true grade (of 3, 4 items): "
        "observer 1 90, 80; observer 2 60, 50."
    )
    np.testing.assert_allclose(figure_of(picture).axes[0].images[0].get_array(), TABLES[0])


def test_words_of_a_panel():
    assert SAMPLES["panel"]().words == (
        "3 experts. Majority vote is right on 70 % of the items, EM on 90 %, and whoever knows the "
        "experts on 92 %. EM's belief about an expert is off by up to 0.05."
    )


def test_words_of_the_gap():
    assert SAMPLES["swap"]().words == (
        "The sum of the logarithms is lower, on average over x ~ p by 1.50 nats, and at least by "
        "1.50."
    )


def test_words_of_runs():
    assert mean_and_spread([0.6, 0.7, 0.8]) == "70 ± 10 %"
    assert mean_and_spread([0.6]) == "60 %"  # no spread is known
    assert SAMPLES["runs"]().words == (
        "Right, mean ± standard deviation over 3 runs: k-means 40 ± 10 %; mixture 70 ± 10 %. The "
        "dotted line, 18 %, is what always giving the most frequent answer gets."
    )


def test_growth_holds_means_and_spreads():
    picture = SAMPLES["growth"]()
    axes = figure_of(picture).axes[0]
    for container, scores in zip(axes.containers, GROWTH.values(), strict=True):
        np.testing.assert_allclose(container[0].get_ydata(), scores.mean(axis=0))
        (bars,) = container[2]
        heights = [np.ptp(segment[:, 1]) for segment in bars.get_segments()]
        np.testing.assert_allclose(heights, 2 * scores.std(axis=0, ddof=1))
    assert picture.words.startswith("Right, in %, means over 3 runs at 1, 2, 4, 8 glyphs per note:")


def test_topics_are_named_by_where_their_documents_come_from():
    words = SAMPLES["topics"]().words
    assert words.startswith("2 topics found, by the topic most of their definitions have: food")
    empty = SAMPLES["topics"](table=[[0, 0], [5.0, 40]]).words
    assert "have: none (" in empty
    assert "(meat, sauce, cream); time (day, month, year)" in words
    assert "60 % of the definitions held out come out right" in words
    assert "log-probability −5.25 nats" in words


def test_words_of_shares():
    assert SAMPLES["shares"]().words.startswith(
        "Mean distance of the share found from the share mixed in, over 10 documents: PLSA 0.10,"
    )


def test_a_context_far_away_stays_in_the_picture():
    assert SAMPLES["senses"]().words == (
        "“grape jam”, a noun: food 70 % (before 50 %), traffic 20 % (before 25 %), music 10 % "
        "(before 25 %)."
    )
    left = figure_of(SAMPLES["senses"]()).axes[0]
    (star,) = [line for line in left.lines if line.get_marker() == "*"]
    assert left.get_xlim()[0] <= star.get_xdata()[0] <= left.get_xlim()[1]


def test_the_context_itself_stands_in_the_picture_its_end_if_it_is_long():
    """Also a blank at its end shows, as a closing quotation mark moves."""

    def shown(context: str) -> str:
        left = drawn(SAMPLES["senses"](text=context)).axes[0]
        assert cut_off(left.figure) == []
        (text,) = [text.get_text() for text in left.texts]
        return text

    assert shown("jam ") == "“jam ”, a noun"
    assert shown("m" * 60) == "… " + "m" * 35 + "”, a noun"
