"""A notebook with a setting for the full data does on them what it says, and writes its pictures.

With fewer repetitions, words and epochs than a reader gets, as far as what is claimed can still be
seen.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest
from PIL import Image

from tests.notebooks.execute import NOTEBOOKS, execute
from tests.notebooks.guards import code_cells, texts

pytestmark = pytest.mark.slow


def found(pattern: str, text: str) -> list[int]:
    match = re.search(pattern, text)
    assert match, pattern
    return [int(number) for number in match.groups()]


def maps_are_good(text: str) -> None:
    """MNIST's first 6,000 test images: openTSNE and scikit-learn err on 6.0 % of them."""
    assert "data: USPS, MNIST, COIL-20" in text
    assert "The first 16 of 2,007 digits" in text
    assert "20 objects, 72 poses each" in text
    sne, tsne = found(r"SNE: KL .*?error (\d+) %.*?t-SNE: KL .*?error (\d+) %", text)
    assert tsne < sne < 40
    assert tsne <= 8
    tsne, sammon = found(
        r"t-SNE: KL 1\.[45]\d? nats, 1-NN error (\d+) %.*?Sammon mapping: KL .*?error (\d+) %", text
    )
    assert tsne <= 7
    assert sammon > 40
    threads, of, none = found(
        r"before or after: t-SNE (\d+) of (\d+), Sammon mapping (\d+) of", text
    )
    assert of == 20
    assert threads >= 8  # a cup looks the same from many sides
    assert none < threads


def writers_and_senses_are_recovered(text: str) -> None:
    """Ten writers, so chance is 10 %: the more digits a note has, the better.

    Senses are separated, and a dominant one is not beaten.
    """
    rows = re.findall(r"NIST, +(\d+) digits per note: k-means (\d+) ± \d+ %, EM (\d+)", text)
    em = [int(row[2]) for row in rows]
    assert [int(row[0]) for row in rows] == [4, 8, 16]
    assert em == sorted(em)
    assert em[-1] > 75
    assert all(int(row[2]) > int(row[1]) for row in rows), "k-means was better"
    rows = re.findall(r"^(\w+) +(\d+) ± \d+ % +(\d+) ± \d+ % +(\d+) ± \d+ %", text, re.MULTILINE)
    gains = {word: int(mixture) - int(majority) for word, majority, _, mixture in rows}
    assert gains["java"] > 20
    assert gains["apple"] > 15
    assert gains["bank"] < -20


def autoencoders_have_learned(text: str) -> None:
    """Two epochs of the twenty are enough to be better than anything 5,000 digits give."""
    assert "data: all of MNIST" in text
    assert "60,000 images, 1 + 1 epochs" in text
    (deep,) = found(r" 20 latents: [^;]*? epoch 2, (\d+) on images held out", text)
    (flat,) = found(r" 2 latents: [^;]*? epoch 2, (\d+) on images held out", text)
    assert deep < 125
    assert deep < flat < 175


class Full(NamedTuple):
    """What a notebook does on the full data."""

    pictures: str
    claims: Callable[[str], None]
    shorter: dict[str, str]
    """What stands in its code, once, and what stands there in the test."""


NOTEBOOKS_WITH_FULL = {
    "04_tsne_on_real_data": Full(
        "coil coil_maps collapse features held_out mnist mnist_thumbnails sne triplets usps "
        "whole_mnist",
        maps_are_good,
        {
            "for seed in range(3)": "for seed in range(2)",
            "fit_whole_map()": "fit_whole_map(9000, 225)",
        },
    ),
    "08_latent_variables": Full(
        "nist wordsense",
        writers_and_senses_are_recovered,
        {"for word in WORDS}": "for word in ('java', 'apple', 'bank')}", "range(4)": "range(2)"},
    ),
    "12_amortised_inference": Full(
        "gaps learning manifold reconstructions styles transfer",
        autoencoders_have_learned,
        {"EPOCHS = 20 if FULL else 16": "EPOCHS = 2"},
    ),
}


@pytest.mark.parametrize("name", NOTEBOOKS_WITH_FULL)
def test_on_the_full_data(
    name: str, full_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    full = NOTEBOOKS_WITH_FULL[name]
    for old, new in {"FULL = False": "FULL = True", **full.shorter}.items():
        (cell,) = [cell for _, cell in code_cells(notebook) if old in cell.source]
        assert cell.source.count(old) == 1
        cell.source = cell.source.replace(old, new)
    (tmp_path / "notebooks").mkdir()
    monkeypatch.setenv("LECTURE11_DATA", str(full_data))
    execute(notebook, tmp_path / "notebooks")
    full.claims("\n".join(text for _, text in texts(notebook)))
    written = {path.stem: path for path in (tmp_path / "build" / name[:2]).iterdir()}
    assert sorted(written) == full.pictures.split()
    for path in written.values():
        with Image.open(path) as image:
            assert min(image.size) > 100
            assert len(image.convert("RGB").getcolors(2**24) or ()) > 8


def test_every_notebook_with_the_setting_is_tested():
    paths = NOTEBOOKS.glob("*.ipynb")
    assert {path.stem for path in paths if "FULL = False" in path.read_text()} == {
        *NOTEBOOKS_WITH_FULL
    }
