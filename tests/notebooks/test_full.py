"""A notebook with a setting for the full data runs on them, and writes its pictures into build/."""

import re
from pathlib import Path

import nbformat
import pytest
from PIL import Image

from tests.notebooks.execute import NOTEBOOKS, execute
from tests.notebooks.guards import texts

pytestmark = pytest.mark.slow

PICTURES = {
    "03_tsne_on_real_data": [
        "coil",
        "coil_maps",
        "collapse",
        "features",
        "held_out",
        "mnist",
        "mnist_thumbnails",
        "sne",
        "triplets",
        "usps",
    ],
    "07_latent_variables": ["nist", "wordsense"],
    "11_amortised_inference": [
        "gaps",
        "learning",
        "manifold",
        "reconstructions",
        "styles",
        "transfer",
    ],
}


def run_on(full_data: Path, folder: Path, name: str, **settings: str) -> tuple[str, Path]:
    """All that a notebook says of the full data, and the folder that holds build/.

    settings: other values, as in ``EPOCHS="2"``, for lines that begin so
    """
    notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    (cell,) = [cell for cell in notebook.cells if cell.source.startswith("FULL = False\n")]
    for setting, value in {"FULL": "True", **settings}.items():
        cell.source, found = re.subn(
            rf"^{setting} = .*$", f"{setting} = {value}", cell.source, flags=re.MULTILINE
        )
        assert found == 1, setting
    (folder / "notebooks").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LECTURE11_DATA", str(full_data))
        execute(notebook, folder / "notebooks")
    return "\n".join(text for _, text in texts(notebook)), folder


def check_pictures(folder: Path, name: str) -> None:
    written = {path.stem: path for path in (folder / "build" / name[:2]).iterdir()}
    assert sorted(written) == sorted(PICTURES[name])
    for path in written.values():
        with Image.open(path) as image:
            assert min(image.size) > 100
            assert len(image.convert("RGB").getcolors(2**24) or ()) > 8


@pytest.fixture(scope="module")
def said(full_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """All that notebook 03 says of the full data, and the folder that holds build/."""
    folder = tmp_path_factory.mktemp("full")
    return run_on(full_data, folder, "03_tsne_on_real_data")


@pytest.fixture(scope="module")
def said_of_latents(full_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """All that notebook 07 says of the full data, and the folder that holds build/."""
    folder = tmp_path_factory.mktemp("full07")
    return run_on(full_data, folder, "07_latent_variables")


def percents(pattern: str, text: str) -> list[int]:
    match = re.search(pattern, text)
    assert match, pattern
    return [int(number) for number in match.groups()]


def test_it_takes_the_full_data(said):
    assert "data: USPS, MNIST, COIL-20" in said[0]
    assert "The first 16 of 2,007 digits" in said[0]
    assert "20 objects, 72 poses each" in said[0]


def test_every_picture_is_written(said):
    check_pictures(said[1], "03_tsne_on_real_data")


def test_every_picture_of_latents_is_written(said_of_latents):
    check_pictures(said_of_latents[1], "07_latent_variables")


def test_its_maps_are_good(said):
    """MNIST's first 6,000 test images: openTSNE and scikit-learn err on 6.0 % of them."""
    text = said[0]
    sne, tsne = percents(r"SNE: KL .*?error (\d+) %.*?t-SNE: KL .*?error (\d+) %", text)
    assert tsne < sne < 40
    assert tsne <= 8
    tsne, sammon = percents(
        r"t-SNE: KL 1\.[45]\d? nats, 1-NN error (\d+) %.*?Sammon mapping: KL .*?error (\d+) %", text
    )
    assert tsne <= 7
    assert sammon > 40
    threads, of, none = percents(
        r"before or after: t-SNE (\d+) of (\d+), Sammon mapping (\d+) of", text
    )
    assert of == 20
    assert threads >= 8  # a cup looks the same from many sides
    assert none < threads


def test_autoencoders_learn_from_all_of_mnist(full_data: Path, tmp_path: Path):
    """Two epochs of the twenty, which is enough to be better than anything 5,000 digits give."""
    name = "11_amortised_inference"
    text, folder = run_on(full_data, tmp_path, name, EPOCHS="2")
    assert "data: all of MNIST" in text
    assert "60,000 images, 1 + 1 epochs" in text
    (deep,) = percents(r" 20 latents: [^;]*? epoch 2, (\d+) to \d+ on images held out", text)
    (flat,) = percents(r" 2 latents: [^;]*? epoch 2, (\d+) to \d+ on images held out", text)
    assert deep < 125
    assert deep < flat < 175
    check_pictures(folder, name)


def test_nists_writers_are_recovered(said_of_latents):
    """Ten writers, so chance is 10 %: the more digits a note has, the better."""
    rows = re.findall(
        r"NIST, +(\d+) digits a note: k-means (\d+) ± \d+ %, EM (\d+)", said_of_latents[0]
    )
    em = [int(row[2]) for row in rows]
    assert [int(row[0]) for row in rows] == [4, 8, 16]
    assert em == sorted(em)
    assert em[-1] > 75
    assert all(int(row[2]) > int(row[1]) for row in rows), "k-means was better"


def test_senses_are_separated_and_a_dominant_one_is_not_beaten(said_of_latents):
    text = said_of_latents[0]
    rows = re.findall(r"^(\w+) +(\d+) ± \d+ % +(\d+) ± \d+ % +(\d+) ± \d+ %", text, re.MULTILINE)
    scores = {word: (int(majority), int(mixture)) for word, majority, _, mixture in rows}
    assert scores["java"][1] > scores["java"][0] + 20
    assert scores["apple"][1] > scores["apple"][0] + 15
    assert scores["bank"][1] < scores["bank"][0] - 20
