"""What every picture promises, asked of a sample of each (see :mod:`tests.figures.samples`)."""

import functools
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.style
import numpy as np
import pytest
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

import lecture11.figures
from lecture11.figures import Picture
from tests.figures.samples import Sample, cut_off, drawn, figure_of, overlapping, pixels, too_small

HERE = Path(__file__).parent
MODULES = [
    importlib.import_module(".".join(("tests.figures", *path.relative_to(HERE).parts))[:-3])
    for path in sorted(HERE.rglob("test_*.py"))
    if path != Path(__file__)
]
COLLECTED = [each for module in MODULES for each in getattr(module, "SAMPLES", {}).items()]
SAMPLES: dict[str, Sample] = dict(COLLECTED)
Base = Callable[[Sample], tuple[Picture, int]]
each = pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)


@pytest.fixture(scope="module")
def base() -> Base:
    """The picture of a sample as given, drawn once, and its pixels."""

    @functools.cache
    def drawn_once(name: str) -> tuple[Picture, int]:
        picture = SAMPLES[name]()
        return picture, pixels(picture)

    names = {id(sample): name for name, sample in SAMPLES.items()}
    return lambda sample: drawn_once(names[id(sample)])


READERS_STYLE: list[Any] = [
    "dark_background",
    {"font.size": 30, "lines.linewidth": 9, "axes.grid": True, "figure.dpi": 40},
]


def makers() -> Iterator[Any]:
    """Every public function that returns a picture, every class with a method that does.

    A laboratory's still draws whatever scene it is given: it is tried in test_still.
    """
    for module in pkgutil.walk_packages(lecture11.figures.__path__, "lecture11.figures."):
        if module.name == "lecture11.figures.still":
            continue
        for name, made in vars(importlib.import_module(module.name)).items():
            if name.startswith("_") or getattr(made, "__module__", "") != module.name:
                continue
            if inspect.isfunction(made) and returns_a_picture(made):
                yield made
            elif inspect.isclass(made) and made is not Picture:
                yield from (
                    (made, key)
                    for key, method in vars(made).items()
                    if not key.startswith("_") and inspect.isfunction(method)
                    if returns_a_picture(method)
                )


def returns_a_picture(function: Any) -> bool:
    return inspect.signature(function).return_annotation is Picture


def test_every_picture_has_a_sample():
    sampled = [
        sample.source if sample.stage is None else (sample.source, sample.method)
        for sample in SAMPLES.values()
    ]
    missing = [maker for maker in makers() if maker not in sampled]
    assert missing == []
    assert len(SAMPLES) == len(COLLECTED) > 60


@each
def test_every_array_of_a_picture_is_among_the_changes(sample: Sample):
    arguments = dict(inspect.signature(sample.source).parameters)
    if sample.stage is not None:
        arguments |= inspect.signature(getattr(sample.source, sample.method)).parameters
    arrays = {name for name, each in arguments.items() if "ArrayLike" in str(each.annotation)}
    assert arrays <= {name for change in [*sample.changes, *sample.drawn] for name in change}


# What is read


def unreadable(words: str) -> list[str]:
    """What a program writes and a reader does not."""
    return re.findall(r"\bnan\b|= None|np\.|rray|\[[\d ]|(?<!e)-\d|  |^\s|\s$", words)


@pytest.mark.slow
@each
def test_words_are_sentences(sample: Sample, base: Base):
    words = base(sample)[0].words
    assert unreadable(words) == []
    assert words.endswith(".")


def test_what_no_reader_writes_would_be_found():
    for words in (
        "a nan",
        "−1 and -1",
        "[1 2]",
        "np.float64(1)",
        "Array(1)",
        "two  spaces",
        "end ",
    ):
        assert unreadable(words), words
    assert unreadable("less than 1e-12, an arm, D(p ‖ q) = −1.5 nats.") == []


@pytest.mark.slow
@each
def test_what_is_changed_is_told(sample: Sample, base: Base):
    show = sample.fresh()
    changed = [
        sample(**change) if sample.of_stage(change) else show(**{**sample.given, **change})
        for change in sample.changes
    ]
    told = {base(sample)[0].words, *(picture.words for picture in changed)}
    assert len(told) == 1 + len(changed)


def listed(value: Any) -> Any:
    """Arrays as lists, also in mappings."""
    if isinstance(value, dict):
        return {name: listed(one) for name, one in value.items()}
    return value.tolist() if isinstance(value, np.ndarray) else value


@pytest.mark.slow
@each
def test_lists_will_do_for_arrays(sample: Sample, base: Base):
    as_lists = {name: listed(value) for name, value in sample.given.items()}
    assert sample(**as_lists).words == base(sample)[0].words


@pytest.mark.slow
@each
def test_what_holds_no_numbers_is_named(sample: Sample):
    show = sample.fresh()
    arrays = [
        name
        for name, parameter in inspect.signature(show).parameters.items()
        if parameter.annotation == ArrayLike and name in sample.given
    ]
    for name in arrays:
        for wrong in ("no such thing", [[1.0, 2.0], [3.0]], object()):
            with pytest.raises((TypeError, ValueError), match=f"^{name}: "):
                show(**{**sample.given, name: wrong})


# What is seen


@each
def test_text_is_whole_large_enough_and_apart(sample: Sample, base: Base):
    figure = figure_of(base(sample)[0])
    assert cut_off(figure) == []
    assert too_small(figure) == []
    assert overlapping(figure) == []


def test_bad_text_would_be_found():
    figure = Figure(figsize=(2, 2), layout="constrained")
    figure.text(0.9, 0.5, "a label that is much too long", fontsize=6)
    figure.subplots().set_xticks([0.5, 0.52], ["next to", "each other"])
    drawn(Picture(figure, "Bad."))
    assert cut_off(figure) == ["a label that is much too long"]
    assert too_small(figure) == ["a label that is much too long"]
    assert overlapping(figure) == [("next to", "each other")]


@pytest.mark.slow
@each
def test_what_is_changed_is_drawn_and_can_be_changed_back(sample: Sample, base: Base):
    _, image = base(sample)
    shown = [*sample.changes[:1], *sample.drawn]
    assert len({image, *(pixels(sample(**change)) for change in shown)}) == 1 + len(shown)
    if sample.stage is not None:
        show = sample.fresh()
        mine = {k: v for k, v in sample.changes[0].items() if k in sample.given}
        pixels(show(**{**sample.given, **mine}))
        assert pixels(show(**sample.given)) == image


@pytest.mark.slow
@each
def test_it_looks_the_same_in_any_readers_style(sample: Sample, base: Base):
    matplotlib.rcParams["backend"]  # the first look at it chooses one
    with matplotlib.style.context(READERS_STYLE):
        before = matplotlib.rcParams.copy()
        picture = sample()
        assert matplotlib.rcParams == before
    assert pixels(picture) == base(sample)[1]
